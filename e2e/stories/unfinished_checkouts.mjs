// A checkout that was begun and not finished: no row, but a line that says so, with the way on and the way out. And what the
// popup leaves behind: the focus on the page, one reason, a menu even where a page says no.

import assert from 'node:assert/strict';
import { advanceClock, callExampleApi } from '../demo.mjs';
import { Checkout, DECLINED, VISA } from '../checkout.mjs';
import { setFaults } from '../faults.mjs';
import { story } from '../story.mjs';
import { contains, counts, eventually, textOf } from '../wait.mjs';

const DAY_SECONDS = 86_400;

function unfinished(page) {
  return page.getByRole('region', { name: 'Unfinished checkouts', exact: true });
}

async function begin(portal) {
  await portal.openRecharge();
  await portal.addCredit();
  const checkout = new Checkout(portal.page);
  await checkout.isOpen();
  return checkout;
}

async function mainHasFocus(page) {
  await eventually(async () => assert.equal(await page.evaluate(() => document.activeElement.id), 'main', 'the focus is on the page'));
}

story('an unfinished checkout is gone on with', {}, async ({ portal, page, demo, newTab }) => {
  const { names } = portal;
  await portal.signIn();
  const watching = await newTab();
  await watching.page.goto(new URL('/billing', demo.portal_url).href);
  await watching.heading(names.billing).waitFor();
  await counts(unfinished(watching.page), 0);
  const checkout = await begin(portal);
  await contains(unfinished(watching.page), '$10.00'); // by itself
  await page.goto(new URL('/recharge', demo.portal_url).href);
  await contains(unfinished(page), '$10.00');
  await portal.rowsAre([]);
  await unfinished(page).getByRole('link', { name: 'Continue to payment', exact: true }).click();
  await checkout.isOpen();
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('successful', names.added(names.money(10), names.money(35)));
  await portal.closeDialog('successful');
  await mainHasFocus(page);
  await counts(unfinished(page), 0);
  await counts(unfinished(watching.page), 0);
  await portal.rowsAre([{ amount: names.money(10), card: VISA.shown, status: names.success }]);
});

story('an unfinished checkout is cancelled', {}, async ({ portal, page, demo }) => {
  await portal.signIn();
  await begin(portal);
  await page.goto(new URL('/billing', demo.portal_url).href);
  await unfinished(page).getByRole('button', { name: 'Cancel checkout', exact: true }).click();
  await portal.dialogSays('cancelled');
  await portal.closeDialog('cancelled');
  await counts(unfinished(page), 0);
  await portal.rowsAre([]);
  await portal.balance(25);
});

story('what was paid is not called cancelled while Stripe is silent', {}, async ({ portal, page }) => {
  const { names } = portal;
  await portal.signIn();
  await setFaults(portal, 'held');
  const checkout = await begin(portal);
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('pending');
  await portal.closeDialog('pending');
  // Nothing to cancel: it was paid, and that is said until the confirmation comes.
  await contains(unfinished(page), 'Being confirmed. It was paid on the payment page');
  await counts(unfinished(page).getByRole('button'), 0);
  await counts(unfinished(page).getByRole('link'), 0);
  await setFaults(portal);
  await portal.balance(35);
  await portal.rowsAre([{ amount: names.money(10), card: VISA.shown, status: names.success }]);
  await counts(unfinished(page), 0);
});

story('a declined card gives its reason once', {}, async ({ portal, page }) => {
  await portal.signIn();
  const checkout = await begin(portal);
  await checkout.fillCard(DECLINED);
  await checkout.pay(10);
  await checkout.saysDeclined();
  await checkout.back();
  const dialog = await portal.dialogSays('failed', portal.names.declined, 'Try another card, or ask your bank.');
  assert.equal((await textOf(dialog)).match(/declined/gu).length, 1);
  await page.keyboard.press('Escape');
  await mainHasFocus(page);
});

story('how long the credit lasts follows by itself', {}, async ({ portal, page, demo }) => {
  await portal.signIn();
  await portal.markDocument();
  assert.equal((await callExampleApi(demo)).status, 200);
  await advanceClock(demo, DAY_SECONDS);
  // 24.75 at 0.25 a day, counted from the begin of the first hour: up to an hour more.
  await page.getByText(/^Lasts about (99|10[0-3]) days at this pace\.$/u).waitFor();
  await portal.sameDocument();
});

story('a page that says no keeps the menu of whoever is signed in', {}, async ({ portal, page, demo }) => {
  const { names } = portal;
  await portal.signIn();
  await page.goto(new URL('/usage?day=yesterday', demo.portal_url).href);
  await page.getByRole('heading', { name: 'We did not understand that', exact: true }).waitFor();
  await portal.open(names.billing);
  await page.getByRole('button', { name: names.signOut, exact: true }).click();
  await page.getByRole('button', { name: names.signIn, exact: true }).waitFor();
  await page.goto(new URL('/usage?day=yesterday', demo.portal_url).href);
  await page.getByRole('button', { name: names.signIn, exact: true }).waitFor();
});
