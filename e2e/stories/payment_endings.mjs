// How a payment ends when its bank asks first, or its money comes later or never: 3-D Secure confirmed, refused and left alone, a card
// that is declined late, a boleto and a Pix through the card page; as the customer sees it, in the page that stays open.

import { chooseWay } from '../buying.mjs';
import { Checkout, VISA } from '../checkout.mjs';
import { NAMES, PORTUGUESE } from '../names.mjs';
import { at, payment } from '../provider.mjs';
import { story, storyOnPhones } from '../story.mjs';
import { contains, counts, reads } from '../wait.mjs';

const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const ASKS = { number: '4000002760003184', expiry: '12/34', cvc: '123', shown: 'Visa •••• 3184' };
const ASKS_AND_DECLINES = { number: '4000008400001629', expiry: '12/34', cvc: '123', shown: 'Visa •••• 1629' };

const WORDS = {
  'en-US': {
    unconfirmed: 'The bank asked for confirmation and did not get it. Try again and confirm.',
    unfinished: 'Unfinished checkouts',
    letExpire: 'Let it expire',
    pending: 'Pending',
  },
  'pt-BR': {
    unconfirmed: 'O banco pediu confirmação e não a recebeu. Tente de novo e confirme.',
    unfinished: 'Pagamentos não concluídos',
    letExpire: 'Deixar expirar',
    pending: 'Pendente',
  },
};

/** From the sign-in to the question of the bank. */
async function asked(portal, card) {
  await portal.signIn();
  await portal.openRecharge();
  await portal.balance(25);
  return payAndAsk(portal, card);
}

async function payAndAsk(portal, card) {
  await portal.addCredit();
  const checkout = new Checkout(portal.page);
  await checkout.isOpen();
  await checkout.chooseDifferentCardIfAsked();
  await checkout.fillCard(card);
  await checkout.pay(10);
  await portal.page.getByRole('heading', { name: '3-D Secure', exact: true }).waitFor();
  await portal.page.getByText(`The bank of ${card.shown} wants to know that it is you who pays $10.00.`).waitFor();
  return checkout;
}

async function answerBank(portal, word) {
  await portal.page.getByRole('button', { name: `${word} authentication`, exact: true }).click();
}

for (const names of NAMES) {
  const words = WORDS[names.locale];
  for (const [size, viewport] of Object.entries(SIZES)) {
    const told = `(${names.locale}, ${size})`;
    const row = (card, status) => ({ amount: names.money(10), card: card.shown, status });

    story(`3-D Secure: refused, confirmed, left alone ${told}`, { names, context: { viewport } }, async ({ portal, page, demo }) => {
      const checkout = await asked(portal, ASKS);
      await answerBank(portal, 'Fail');
      await checkout.isOpen();
      await page.getByRole('alert').waitFor();
      await checkout.back();
      await portal.dialogSays('failed', words.unconfirmed);
      await portal.closeDialog('failed');
      await portal.balance(25);
      await portal.rowsAre([row(ASKS, names.failure)]);
      await contains(portal.creditDetails(), words.unconfirmed);

      await payAndAsk(portal, ASKS);
      await answerBank(portal, 'Complete');
      await portal.dialogSays('successful', names.added(names.money(10), names.money(35)), ASKS.shown);
      await portal.closeDialog('successful');
      await portal.balance(35);
      await portal.rowsAre([row(ASKS, names.success), row(ASKS, names.failure)]);

      // The bank's question stays unanswered: no row, no credit, and the way on and the way out.
      await payAndAsk(portal, ASKS);
      await page.goto(new URL('/recharge', demo.portal_url).href);
      const unfinished = page.getByRole('region', { name: words.unfinished, exact: true });
      await contains(unfinished, names.money(10));
      await portal.balance(35);
      await portal.rowsAre([row(ASKS, names.success), row(ASKS, names.failure)]);
      await unfinished.getByRole('button').first().click();
      await portal.dialogSays('cancelled');
      await portal.closeDialog('cancelled');
      await counts(unfinished, 0);
      await portal.rowsAre([row(ASKS, names.success), row(ASKS, names.failure)]);
    });
  }

  story(`a card that seems to pay and is declined later (${names.locale})`, { names, context: { viewport: SIZES.phone } }, async ({ portal, demo }) => {
    await at(demo, '/faults', { late_decline: true, later_on_demand: true });
    await portal.signIn();
    await portal.openRecharge();
    await portal.addCredit();
    const checkout = new Checkout(portal.page);
    await checkout.isOpen();
    await checkout.fillCard(VISA);
    await checkout.pay(10);
    await portal.dialogSays('pending');
    await portal.markDocument();
    await portal.rowsAre([{ amount: names.money(10), card: VISA.shown, status: words.pending }]);
    await at(demo, `/payments/${await payment(demo)}/settlement`, { outcome: 'failed' });
    await portal.dialogSays('failed', names.declined);
    await portal.sameDocument();
    await portal.closeDialog('failed');
    await portal.balance(25);
    await portal.rowsAre([{ amount: names.money(10), card: VISA.shown, status: names.failure }]);
  });
}

storyOnPhones('3-D Secure confirmed, and then declined by the bank', async ({ portal }) => {
  const { names } = portal;
  const checkout = await asked(portal, ASKS_AND_DECLINES);
  await answerBank(portal, 'Complete');
  await checkout.saysDeclined();
  await checkout.back();
  await portal.dialogSays('failed', names.declined);
  await portal.closeDialog('failed');
  await portal.balance(25);
  await portal.rowsAre([{ amount: names.money(10), card: ASKS_AND_DECLINES.shown, status: names.failure }]);
});

for (const names of NAMES) {
  const words = WORDS[names.locale];
  story(`a payment page that expired: no row, no credit (${names.locale})`, { names, context: { viewport: SIZES.phone } }, async ({ portal, page, demo, newTab }) => {
    await portal.signIn();
    await portal.openRecharge();
    await portal.addCredit();
    await new Checkout(page).isOpen();
    await page.goto(new URL('/recharge', demo.portal_url).href);
    const unfinished = page.getByRole('region', { name: words.unfinished, exact: true });
    await contains(unfinished, names.money(10));
    await portal.markDocument();
    const provider = (await newTab()).page;
    await provider.goto(new URL('/payments', demo.sandbox_url).href);
    await provider.getByRole('button', { name: words.letExpire, exact: true }).click();
    await counts(provider.getByRole('button', { name: words.letExpire, exact: true }), 0);
    await counts(unfinished, 0);
    await portal.rowsAre([]);
    await portal.balance(25);
    await portal.sameDocument();
  });
}

for (const way of ['Boleto', 'Pix']) {
  story(`${way} on the card page: awaited, expired, chosen again and paid`, { names: PORTUGUESE }, async ({ portal, page, demo }) => {
    const { document, password } = demo.subscribers.find(({ state }) => state === 'zero');
    await portal.openSignIn();
    await portal.submitSignIn(document, password);
    await portal.heading(PORTUGUESE.buyCredit).waitFor();

    await awaited(portal, way);
    await at(demo, `/payments/${await newest(demo)}/settlement`, { outcome: 'failed' });
    await portal.dialogSays('failed');
    await portal.closeDialog('failed');
    await reads(portal.output(PORTUGUESE.currentBalance), '0,0 GB');

    await awaited(portal, way);
    await at(demo, `/payments/${await newest(demo)}/settlement`, { outcome: 'succeeded' });
    await portal.dialogSays('successful', '10,0 GB');
    await portal.closeDialog('successful');
    await reads(portal.output(PORTUGUESE.currentBalance), '10,0 GB');

    await portal.open(PORTUGUESE.invoices);
    const table = page.getByRole('table', { name: 'Pagamentos com cartão', exact: true });
    await contains(table, way);
    await counts(table.getByText(PORTUGUESE.failure, { exact: true }), 1);
    await counts(table.getByText(PORTUGUESE.success, { exact: true }), 1);
  });
}

/** Ten gigabytes to be paid on the card page `way`, and back in the portal, which waits. */
async function awaited(portal, way) {
  const { page } = portal;
  await chooseWay(page, 'card', /será cobrado no cartão/u);
  await page.getByRole('button', { name: PORTUGUESE.buy, exact: true }).click();
  await new Checkout(page).isOpen();
  await page.getByRole('radio', { name: way, exact: true }).check();
  await page.getByRole('button', { name: /^Pay R\$\s?24[.,]90$/u }).click();
  await page.getByRole('link', { name: 'Back to the shop', exact: true }).click();
  await portal.dialogSays('pending', way);
}

/** The newest payment at the provider. */
async function newest(demo) {
  const { data } = await (await fetch(new URL('/payments', demo.sandbox_url), { headers: { accept: 'application/json' } })).json();
  return data[0].payment_intent.id;
}
