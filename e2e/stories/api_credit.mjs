// The API-credit story, all thirteen steps in one browser, once in each language: what a customer of an API company does
// from the first call to the first declined card.

import assert from 'node:assert/strict';
import { advanceClock, callExampleApi, runExampleCall } from '../demo.mjs';
import { Checkout, DECLINED, MASTERCARD, VISA } from '../checkout.mjs';
import { ENGLISH, PORTUGUESE } from '../names.mjs';
import { story } from '../story.mjs';

const HOUR_SECONDS = 3600;

story('API credit, steps 1 to 13, English', { names: ENGLISH }, tellApiCredit);
story('API credit, steps 1 to 13, português', { names: PORTUGUESE }, tellApiCredit);

async function tellApiCredit({ demo, page, portal, names = portal.names }) {
  const checkout = new Checkout(page);
  const money = names.money;

  // 1, 2: signed in, Billing, Recharge; a new customer owns the welcome credit and has no payment yet.
  await portal.signIn();
  await portal.openRecharge();
  await portal.figures({ balance: 25, available: 25, pending: 0 });
  await portal.rowsAre([]);

  // 3: the first call opens an hour; a second one costs nothing more; the hour's end posts it, in the open page.
  await portal.markDocument();
  await runExampleCall(demo);
  await portal.figures({ balance: 25, available: 24.75, pending: 0.25 });
  assert.equal((await callExampleApi(demo)).status, 200);
  await portal.figures({ balance: 25, available: 24.75, pending: 0.25 });
  await portal.sameDocument();
  if (names === ENGLISH) {
    await portal.advanceHourByButton();
  } else {
    await advanceClock(demo, HOUR_SECONDS);
  }
  await portal.figures({ balance: 24.75, available: 24.75, pending: 0 });
  if (names !== ENGLISH) await portal.sameDocument();

  // 4: an amount is chosen already; one press leads to the hosted page.
  assert.equal(await portal.suggested(10).isChecked(), true, 'the first suggestion is not chosen already');
  await portal.addCredit();
  await checkout.isOpen();

  // 5, 6, 7: a valid card pays; popup, row, balance.
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('successful', names.added(money(10), money(34.75)), VISA.shown);
  await portal.closeDialog('successful');
  await portal.figures({ balance: 34.75, available: 34.75, pending: 0 });
  const first = { amount: money(10), card: VISA.shown, status: names.success };
  await portal.rowsAre([first]);
  await portal.columnsAreNamed();

  // 8: nothing was ticked, and yet the card is shown again, chosen, with its expiry.
  await portal.addCredit();
  await checkout.isOpen();
  await checkout.showsSavedCard(VISA);

  // 9, 10, 11: a different card pays; the second row names it; the balance has grown by exactly the amount.
  await checkout.chooseDifferentCard();
  await checkout.fillCard(MASTERCARD);
  await checkout.pay(10);
  await portal.dialogSays('successful', names.added(money(10), money(44.75)), MASTERCARD.shown);
  await portal.closeDialog('successful');
  await portal.balance(44.75);
  const second = { amount: money(10), card: MASTERCARD.shown, status: names.success };
  await portal.rowsAre([second, first]);

  // 12, 13: a declined card makes a row with the reason, and moves no credit.
  await portal.addCredit();
  await checkout.isOpen();
  await checkout.chooseDifferentCard();
  await checkout.fillCard(DECLINED);
  await checkout.pay(10);
  await checkout.saysDeclined();
  await checkout.back();
  await portal.dialogSays('failed', names.declined);
  await portal.closeDialog('failed');
  const third = { amount: money(10), card: DECLINED.shown, status: names.failure };
  await portal.rowsAre([third, second, first]);
  await portal.figures({ balance: 44.75, available: 44.75, pending: 0 });

  // After a reload the page says the same and congratulates nobody twice.
  await page.reload();
  await portal.heading(names.recharge).waitFor();
  await portal.noDialog();
  await portal.balance(44.75);
}
