// The hosted page of the sandbox, which stands where Stripe's page stands.

import assert from 'node:assert/strict';
import { reads } from './wait.mjs';

export const VISA = { number: '4242424242424242', expiry: '12/34', cvc: '123', shown: 'Visa •••• 4242' };
export const MASTERCARD = { number: '5555555555554444', expiry: '11/35', cvc: '123', shown: 'Mastercard •••• 4444' };
export const DECLINED = { number: '4000000000000002', expiry: '10/33', cvc: '123', shown: 'Visa •••• 0002' };
export const NO_FUNDS = { number: '4000000000009995', expiry: '10/33', cvc: '123', shown: 'Visa •••• 9995' };

export class Checkout {
  constructor(page) {
    this.page = page;
  }

  async isOpen() {
    await this.page.getByRole('heading', { name: 'Sandbox checkout', exact: true }).waitFor();
  }

  methods() {
    return this.page.getByRole('group', { name: 'Payment method', exact: true });
  }

  savedCard(card) {
    return this.methods().getByRole('radio', { name: card.shown, exact: true });
  }

  /** A card paid with before is shown with its expiry and is already chosen, with another card as the other choice. */
  async showsSavedCard(card) {
    assert.equal(await this.savedCard(card).isChecked(), true, `${card.shown} is not chosen already`);
    const [month, year] = card.expiry.split('/');
    assert.match(await this.methods().innerText(), new RegExp(`${month}\\s*/\\s*(20)?${year}`, 'u'), 'its expiry is not shown');
    await this.methods().getByRole('radio', { name: 'Use a different card', exact: true }).waitFor();
  }

  async chooseDifferentCard() {
    await this.methods().getByRole('radio', { name: 'Use a different card', exact: true }).check();
  }

  /** A customer without a saved card is not asked which card to use; where there are other ways to pay, the choice is called *Card*. */
  async chooseDifferentCardIfAsked() {
    if (!(await this.methods().isVisible())) return;
    const radio = (name) => this.methods().getByRole('radio', { name, exact: true });
    await radio('Use a different card').or(radio('Card')).check();
  }

  async fillCard(card) {
    const { page } = this;
    await page.getByRole('textbox', { name: 'Card number', exact: true }).fill(card.number);
    await page.getByRole('textbox', { name: 'Expiry', exact: true }).fill(card.expiry);
    await page.getByRole('textbox', { name: 'CVC', exact: true }).fill(card.cvc);
    await page.getByRole('textbox', { name: 'Name on card', exact: true }).fill('Ana Lima');
  }

  /** `dollars` is what the button must name. Does not wait for the answer, which a story may want to hold. */
  async pay(dollars) {
    await this.page.getByRole('button', { name: `Pay $${dollars.toFixed(2)}`, exact: true }).click({ noWaitAfter: true });
  }

  async saysDeclined() {
    await reads(this.page.getByRole('alert'), 'Your card was declined.');
  }

  /** Back leads to the shop, by link or by button. */
  async back() {
    const name = { name: 'Back', exact: true };
    await this.page.getByRole('button', name).or(this.page.getByRole('link', name)).click();
  }
}
