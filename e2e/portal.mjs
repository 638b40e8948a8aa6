// The portal as a customer uses it: by roles and names, in the customer's language. A page that lacks a name fails here.

import assert from 'node:assert/strict';
import { counts, eventually, plain, reads, textOf } from './wait.mjs';

export class Portal {
  /** `page` is a tab, `names` the table of its language, `demo` what the demo printed. */
  constructor(page, names, demo) {
    this.page = page;
    this.names = names;
    this.demo = demo;
  }

  async openSignIn() {
    await this.page.goto(new URL('/sign-in', this.demo.portal_url).href);
    await this.page.getByLabel(this.names.password, { exact: true }).waitFor();
  }

  async submitSignIn(login, password) {
    const { page, names } = this;
    await page.getByRole('textbox', { name: names.login, exact: true }).fill(login);
    await page.getByLabel(names.password, { exact: true }).fill(password); // a password field has no role
    await page.getByRole('button', { name: names.signIn, exact: true }).click();
  }

  async signIn({ email, password } = this.demo.customer) {
    await this.openSignIn();
    await this.submitSignIn(email, password);
    await this.heading(this.names.billing).waitFor();
  }

  link(name) {
    return this.page.getByRole('link', { name, exact: true }).first();
  }

  /** On a phone the menu is behind a button. */
  async openMenu() {
    const button = this.page.getByRole('button', { name: this.names.menu, exact: true });
    if (await button.isVisible()) await button.click();
  }

  heading(name) {
    return this.page.getByRole('heading', { name, exact: true, level: 1 });
  }

  /** Follows a link to a page whose heading has the same name. */
  async open(name) {
    if ((await this.link(name).count()) === 0) await this.openMenu();
    if ((await this.link(name).count()) === 0) await this.openSettings();
    await this.link(name).click();
    await this.heading(name).waitFor();
  }

  /** Unfolds what of the console's menu is set up now and then. */
  async openSettings() {
    const group = this.page.getByRole('navigation', { name: this.names.menu, exact: true }).locator('details');
    if ((await group.count()) === 1 && (await group.getAttribute('open')) === null) await group.locator('summary').click();
  }

  async openRecharge() {
    await this.open(this.names.billing);
    await this.open(this.names.recharge);
  }

  output(name) {
    return this.page.getByRole('status', { name, exact: true });
  }

  /** Waits for the three figures, in dollars. */
  async figures({ balance, available, pending }) {
    const { names } = this;
    await reads(this.output(names.creditBalance), names.money(balance));
    await reads(this.output(names.available), names.money(available));
    await reads(this.output(names.pending), names.money(pending));
  }

  async balance(dollars) {
    await reads(this.output(this.names.creditBalance), this.names.money(dollars));
  }

  suggested(dollars) {
    return this.page
      .getByRole('group', { name: this.names.suggestedAmounts, exact: true })
      .getByRole('radio', { name: this.names.money(dollars), exact: true });
  }

  async addCredit() {
    await this.page.getByRole('button', { name: this.names.add, exact: true }).click();
  }

  dialog(kind) {
    return this.page.getByRole('dialog', { name: this.names.dialogs[kind], exact: true });
  }

  /** Waits for a dialog of that kind with all `sentences`, and nothing of another kind beside it. */
  async dialogSays(kind, ...sentences) {
    const dialog = this.dialog(kind);
    await dialog.waitFor();
    await counts(this.page.getByRole('dialog'), 1);
    for (const sentence of sentences) {
      await eventually(async () => {
        const text = await textOf(dialog);
        assert.ok(text.includes(sentence), `the dialog should say “${sentence}”, it says “${text}”`);
      });
    }
    return dialog;
  }

  async closeDialog(kind) {
    await this.dialog(kind).getByRole('button', { name: this.names.ok, exact: true }).click();
    await this.noDialog();
  }

  async noDialog() {
    await counts(this.page.getByRole('dialog'), 0);
  }

  creditDetails() {
    return this.page.getByRole('table', { name: this.names.creditDetails, exact: true });
  }

  rows() {
    return this.creditDetails()
      .getByRole('row')
      .filter({ has: this.page.getByRole('cell') });
  }

  /** Waits for exactly these rows, newest first, each {amount, card, status}. */
  async rowsAre(expected) {
    await eventually(async () => assert.deepEqual(await this.readRows(), expected));
  }

  /** Reads the table as it stands: all five cells of every row are filled in, and a failure says why in words. */
  async readRows() {
    const rows = [];
    for (const row of await this.rows().all()) {
      const cells = await row.getByRole('cell').all();
      assert.equal(cells.length, 5, 'cells in a row of Credit details');
      const texts = await Promise.all(cells.map(textOf));
      for (const text of texts) assert.notEqual(text, '', 'a cell is empty');
      const [, transaction, amount, card] = texts;
      assert.match(transaction, /^(ch|pi|py)_/u, 'Transaction ID'); // `py_` is what Stripe calls a charge that is not a card's
      const { badge, rest } = await readStatus(cells[4]);
      if (badge === this.names.failure) assert.notEqual(rest, '', 'a failure without its reason');
      rows.push({ amount, card, status: badge });
    }
    return rows;
  }

  async columnsAreNamed() {
    const headers = await this.creditDetails().getByRole('columnheader').allInnerTexts();
    assert.deepEqual(headers.map(plain), this.names.columns);
  }

  clock() {
    return this.page.getByRole('region', { name: this.names.clock, exact: true });
  }

  async advanceHourByButton() {
    await this.clock().getByRole('button', { name: this.names.advanceHour, exact: true }).click();
  }

  /** Marks the open document; `sameDocument` later tells that it was never reloaded. */
  async markDocument() {
    await this.page.evaluate(() => {
      globalThis.markOfStory = true;
    });
  }

  async sameDocument() {
    assert.equal(await this.page.evaluate(() => globalThis.markOfStory === true), true, 'the page was reloaded');
  }
}

/** The badge is what a Status cell begins with; its reason in words stands below it, apart from links and buttons. */
async function readStatus(cell) {
  const { badge, rest } = await cell.evaluate((element) => {
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (texts.nextNode() && texts.currentNode.textContent.trim() === '');
    const first = texts.currentNode.parentElement;
    const others = element.cloneNode(true);
    others.querySelectorAll('a, button').forEach((control) => control.remove());
    return { badge: first.textContent, rest: others.textContent.trim().slice(first.textContent.trim().length) };
  });
  return { badge: plain(badge), rest: plain(rest) };
}
