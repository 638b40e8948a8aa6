// A checkout that was begun and not finished: no row, but a line that says so, with the way on and the way out. And what the
// popup leaves behind: the focus on the page, one reason, a menu even where a page says no. In both languages, on a phone.

import assert from 'node:assert/strict';
import { advanceClock, callExampleApi } from '../demo.mjs';
import { Checkout, DECLINED, VISA } from '../checkout.mjs';
import { setFaults } from '../faults.mjs';
import { storyOnPhones } from '../story.mjs';
import { contains, counts, eventually, textOf } from '../wait.mjs';

const DAY_SECONDS = 86_400;

const WORDS = {
  'en-US': {
    unfinished: 'Unfinished checkouts',
    goOn: 'Continue to payment',
    cancel: 'Cancel checkout',
    confirmed: 'Being confirmed. It was paid on the payment page',
    advice: 'Try another card, or ask your bank.',
    declined: /declined/gu,
    // 24.75 at 0.25 a day, counted from the begin of the first hour: up to an hour more.
    lasts: /^Lasts about (99|10[0-3]) days at this pace\.$/u,
    notUnderstood: 'We did not understand that',
  },
  'pt-BR': {
    unfinished: 'Pagamentos não concluídos',
    goOn: 'Continuar o pagamento',
    cancel: 'Cancelar',
    confirmed: 'Em confirmação. Foi pago na página de pagamento',
    advice: 'Tente outro cartão ou fale com o banco.',
    declined: /cartão foi recusado/gu,
    lasts: /^Dura cerca de (99|10[0-3]) dias neste ritmo\.$/u,
    notUnderstood: 'Não entendemos o pedido',
  },
};

const wordsOf = ({ names }) => WORDS[names.locale];

function unfinished({ page, names }) {
  return page.getByRole('region', { name: WORDS[names.locale].unfinished, exact: true });
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

storyOnPhones('an unfinished checkout is gone on with', async ({ portal, page, demo, newTab }) => {
  const { names } = portal;
  await portal.signIn();
  const watching = await newTab();
  await watching.page.goto(new URL('/billing', demo.portal_url).href);
  await watching.heading(names.billing).waitFor();
  await counts(unfinished(watching), 0);
  const checkout = await begin(portal);
  await contains(unfinished(watching), names.money(10)); // by itself
  await page.goto(new URL('/recharge', demo.portal_url).href);
  await contains(unfinished(portal), names.money(10));
  await portal.rowsAre([]);
  await unfinished(portal).getByRole('link', { name: wordsOf(portal).goOn, exact: true }).click();
  await checkout.isOpen();
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('successful', names.added(names.money(10), names.money(35)));
  await portal.closeDialog('successful');
  await mainHasFocus(page);
  await counts(unfinished(portal), 0);
  await counts(unfinished(watching), 0);
  await portal.rowsAre([{ amount: names.money(10), card: VISA.shown, status: names.success }]);
});

storyOnPhones('an unfinished checkout is cancelled', async ({ portal, page, demo }) => {
  await portal.signIn();
  await begin(portal);
  await page.goto(new URL('/billing', demo.portal_url).href);
  await unfinished(portal).getByRole('button', { name: wordsOf(portal).cancel, exact: true }).click();
  await portal.dialogSays('cancelled');
  await portal.closeDialog('cancelled');
  await counts(unfinished(portal), 0);
  await portal.rowsAre([]);
  await portal.balance(25);
});

storyOnPhones('what was paid is not called cancelled while Stripe is silent', async ({ portal, page }) => {
  const { names } = portal;
  await portal.signIn();
  await setFaults(portal, 'held');
  const checkout = await begin(portal);
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('pending');
  await portal.closeDialog('pending');
  // Nothing to cancel: it was paid, and that is said until the confirmation comes.
  await contains(unfinished(portal), wordsOf(portal).confirmed);
  await counts(unfinished(portal).getByRole('button'), 0);
  await counts(unfinished(portal).getByRole('link'), 0);
  await setFaults(portal);
  await portal.balance(35);
  await portal.rowsAre([{ amount: names.money(10), card: VISA.shown, status: names.success }]);
  await counts(unfinished(portal), 0);
});

storyOnPhones('a declined card gives its reason once', async ({ portal, page }) => {
  await portal.signIn();
  const checkout = await begin(portal);
  await checkout.fillCard(DECLINED);
  await checkout.pay(10);
  await checkout.saysDeclined();
  await checkout.back();
  const dialog = await portal.dialogSays('failed', portal.names.declined, wordsOf(portal).advice);
  assert.equal((await textOf(dialog)).match(wordsOf(portal).declined).length, 1);
  await page.keyboard.press('Escape');
  await mainHasFocus(page);
});

storyOnPhones('how long the credit lasts follows by itself', async ({ portal, page, demo }) => {
  await portal.signIn();
  await portal.markDocument();
  assert.equal((await callExampleApi(demo)).status, 200);
  await advanceClock(demo, DAY_SECONDS);
  await page.getByText(wordsOf(portal).lasts).waitFor();
  await portal.sameDocument();
});

storyOnPhones('a page that says no keeps the menu of whoever is signed in', async ({ portal, page, demo }) => {
  const { names } = portal;
  await portal.signIn();
  await page.goto(new URL('/usage?day=yesterday', demo.portal_url).href);
  await page.getByRole('heading', { name: wordsOf(portal).notUnderstood, exact: true }).waitFor();
  await portal.open(names.billing);
  await portal.openMenu();
  await page.getByRole('button', { name: names.signOut, exact: true }).click();
  await page.getByRole('button', { name: names.signIn, exact: true }).waitFor();
  await page.goto(new URL('/usage?day=yesterday', demo.portal_url).href);
  await page.getByRole('button', { name: names.signIn, exact: true }).waitFor();
});
