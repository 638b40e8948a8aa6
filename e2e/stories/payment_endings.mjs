// How a payment ends when its bank asks first, or its money comes later or never: 3-D Secure confirmed, refused and left alone, a card
// that is declined late, a boleto and a Pix through the card page; as the customer sees it, in the page that stays open.

import { Checkout, VISA } from '../checkout.mjs';
import { NAMES, PORTUGUESE } from '../names.mjs';
import { at, payment } from '../provider.mjs';
import { setFaults } from '../faults.mjs';
import { story } from '../story.mjs';
import { contains, counts, reads } from '../wait.mjs';

const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const ASKS = { number: '4000002760003184', expiry: '12/34', cvc: '123', shown: 'Visa •••• 3184' };
const ASKS_AND_DECLINES = { number: '4000008400001629', expiry: '12/34', cvc: '123', shown: 'Visa •••• 1629' };

const WORDS = {
  'en-US': {
    unconfirmed: 'The bank asked for confirmation and did not get it. Try again and confirm.',
    unfinished: 'Unfinished checkouts',
    pending: 'Pending',
  },
  'pt-BR': {
    unconfirmed: 'O banco pediu confirmação e não a recebeu. Tente de novo e confirme.',
    unfinished: 'Pagamentos não concluídos',
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

story('3-D Secure confirmed, and then declined by the bank', {}, async ({ portal }) => {
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
