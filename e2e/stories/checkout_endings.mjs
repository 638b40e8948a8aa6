// Every other way a checkout can end: turned back, declined and tried again, told twice, told late, told before the return. In both languages, on
// a phone.

import assert from 'node:assert/strict';
import { Checkout, DECLINED, NO_FUNDS, VISA } from '../checkout.mjs';
import { setFaults } from '../faults.mjs';
import { storyOnPhones } from '../story.mjs';
import { contains } from '../wait.mjs';

const REASONS = {
  'en-US': { declined: 'The bank declined the card.', noFunds: 'The card has insufficient funds.' },
  'pt-BR': { declined: 'O banco recusou o cartão.', noFunds: 'O cartão não tem saldo suficiente.' },
};

async function openCheckout(portal, ...faults) {
  await portal.signIn();
  await setFaults(portal, ...faults);
  await portal.openRecharge();
  await portal.balance(25);
  await portal.addCredit();
  const checkout = new Checkout(portal.page);
  await checkout.isOpen();
  return checkout;
}

function paid(portal, card = VISA) {
  return { amount: portal.names.money(10), card: card.shown, status: portal.names.success };
}

function refused(portal, card) {
  return { amount: portal.names.money(10), card: card.shown, status: portal.names.failure };
}

storyOnPhones('turned back on the hosted page: cancelled, no row, no credit', async ({ portal }) => {
  const checkout = await openCheckout(portal);
  await checkout.back();
  await portal.dialogSays('cancelled');
  await portal.closeDialog('cancelled');
  await portal.balance(25);
  await portal.rowsAre([]);
});

storyOnPhones('two declines and a success on one page are three rows', async ({ portal }) => {
  const { names } = portal;
  const checkout = await openCheckout(portal);
  await checkout.fillCard(DECLINED);
  await checkout.pay(10);
  await checkout.saysDeclined();
  await checkout.fillCard(NO_FUNDS);
  await checkout.pay(10);
  await portal.page.getByText('It has insufficient funds.').waitFor(); // the advice of the second decline, not the first one's
  await checkout.saysDeclined();
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('successful', names.added(names.money(10), names.money(35)), VISA.shown);
  await portal.closeDialog('successful');
  await portal.balance(35);
  await portal.rowsAre([paid(portal), refused(portal, NO_FUNDS), refused(portal, DECLINED)]);
  const reasons = REASONS[names.locale];
  await contains(portal.rows().nth(1), reasons.noFunds);
  await contains(portal.rows().nth(2), reasons.declined);
});

storyOnPhones('every webhook delivered twice credits once', async ({ portal }) => {
  const { names } = portal;
  const checkout = await openCheckout(portal, 'twice');
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('successful', names.added(names.money(10), names.money(35)));
  await portal.closeDialog('successful');
  await portal.balance(35);
  await portal.rowsAre([paid(portal)]);
  await portal.page.reload();
  await portal.balance(35);
  await portal.rowsAre([paid(portal)]);
});

storyOnPhones('the webhook arrives before the customer returns', async ({ portal, newTab }) => {
  const { names } = portal;
  const watching = await newTab();
  const checkout = await openCheckout(portal);
  await watching.page.goto(new URL('/billing', portal.demo.portal_url).href);
  await watching.openRecharge();
  await watching.balance(25);
  await checkout.fillCard(VISA);
  const paidAndHeld = holdReturn(portal.page, portal.demo);
  await checkout.pay(10);
  const comeBack = await paidAndHeld;
  await watching.balance(35); // credited, though the customer's own tab has not come back
  await watching.rowsAre([paid(portal)]);
  assert.ok(portal.page.url().startsWith(portal.demo.sandbox_url), 'the customer is still on the hosted page');
  comeBack();
  await portal.dialogSays('successful', names.added(names.money(10), names.money(35)));
  await portal.closeDialog('successful');
  await portal.balance(35);
  await portal.rowsAre([paid(portal)]);
});

storyOnPhones('the customer returns before the webhook: pending, then successful by itself', async ({ portal, newTab }) => {
  const { names } = portal;
  const checkout = await openCheckout(portal, 'held');
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('pending');
  await portal.markDocument();
  await portal.balance(25);
  await releaseWebhooks(portal, await newTab());
  await portal.dialogSays('successful', names.added(names.money(10), names.money(35)), VISA.shown);
  await portal.sameDocument();
  await portal.closeDialog('successful');
  await portal.balance(35);
  await portal.rowsAre([paid(portal)]);
});

storyOnPhones('the popup opens once per checkout: not on reload, not on Back', async ({ portal }) => {
  const { names, page } = portal;
  const checkout = await openCheckout(portal);
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('successful');
  await page.keyboard.press('Escape');
  await portal.noDialog();
  await page.reload();
  await portal.balance(35);
  await portal.noDialog();
  await portal.open(names.statement);
  await page.goBack();
  await portal.balance(35);
  await portal.noDialog();
});

storyOnPhones('a second tab follows without a reload', async ({ portal, newTab }) => {
  const { names } = portal;
  await portal.signIn();
  const second = await newTab();
  await second.page.goto(portal.page.url());
  await second.openRecharge();
  await second.balance(25);
  await second.markDocument();
  await portal.openRecharge();
  await portal.addCredit();
  const checkout = new Checkout(portal.page);
  await checkout.isOpen();
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('successful');
  await second.balance(35);
  await second.rowsAre([paid(portal)]);
  await second.sameDocument();
  await second.noDialog(); // the popup belongs to the tab that paid
  assert.equal(await second.heading(names.recharge).count(), 1);
});

/** Switches the faults off in another tab; what was held is sent. */
async function releaseWebhooks(portal, other) {
  await other.page.goto(portal.page.url());
  await other.heading(other.names.recharge).waitFor();
  if ((await other.page.getByRole('dialog').count()) > 0) await other.closeDialog('pending');
  await setFaults(other);
}

/**
 * The next payment reaches the sandbox, but its answer, which sends the browser back to the portal, is held. Answers, once
 * the sandbox has been paid, with the function that lets the browser go.
 */
function holdReturn(page, demo) {
  const sandbox = new URL(demo.sandbox_url).origin;
  return new Promise((held, fail) => {
    page
      .route(
        (url) => url.origin === sandbox,
        async (route) => {
          if (route.request().method() !== 'POST') return route.continue();
          const response = await route.fetch({ maxRedirects: 0 });
          await new Promise((letGo) => held(letGo));
          await route.fulfill({ response });
        },
      )
      .catch(fail);
  });
}
