// The pages around the recharge: what was spent and why, the cards kept, a forgotten password, and all of it without
// JavaScript.

import assert from 'node:assert/strict';
import { advanceClock, callApi, callExampleApi } from '../demo.mjs';
import { Checkout, VISA } from '../checkout.mjs';
import { story } from '../story.mjs';
import { eventually, plain, reads, textOf } from '../wait.mjs';

const HOUR_SECONDS = 3600;

async function rechargeOnce(portal) {
  const checkout = new Checkout(portal.page);
  await portal.openRecharge();
  await portal.addCredit();
  await checkout.isOpen();
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('successful');
  await portal.closeDialog('successful');
}

story('the statement tells every movement in words, with the balance after it', {}, async ({ portal, page, demo }) => {
  await portal.signIn();
  const begun = await monthOf(demo);
  assert.equal((await callExampleApi(demo)).status, 200);
  await advanceClock(demo, HOUR_SECONDS);
  await rechargeOnce(portal);
  await portal.open(portal.names.statement);
  const table = page.getByRole('table', { name: 'Statement', exact: true });
  const rows = table.getByRole('row').filter({ has: page.getByRole('cell') });
  // An hour at the end of a month ends in the next one; newest first.
  const months = [...new Set([await monthOf(demo), begun])];
  await eventually(async () => {
    const texts = [];
    for (const month of months) {
      await page.goto(new URL(`/statement?month=${month}`, demo.portal_url).href);
      texts.push(...(await Promise.all((await rows.all()).map(textOf))));
    }
    assert.equal(texts.length, 3);
    assert.match(texts[0], /Recharge, Visa •••• 4242 .*\+\$10\.00 .*\$34\.75$/u);
    assert.match(texts[1], /1 active hour, \d\d:\d\d–\d\d:\d\d .*−\$0\.25 .*\$24\.75$/u);
    assert.match(texts[2], /Welcome credit .*\+\$25\.00 .*\$25\.00$/u);
  });
  let movements = 0;
  for (const month of months) {
    await page.goto(new URL(`/statement?month=${month}`, demo.portal_url).href);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download CSV', exact: true }).click();
    const [heading, ...lines] = (await streamText(await (await download).createReadStream())).trim().split(/\r?\n/u);
    assert.match(heading, /^"Date \(America\/Sao_Paulo\)",/u);
    for (const line of lines) assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-03:00,/u);
    movements += lines.length;
  }
  assert.equal(movements, 3, 'below the headings');
});

/** The month of the demo's clock, as the statement is asked for it. */
async function monthOf(demo) {
  return (await callApi(demo, 'GET', '/v1/test-clock')).now.slice(0, 7);
}

async function streamText(stream) {
  let text = '';
  for await (const part of stream) text += part;
  return text;
}

story('usage is drawn by hour, day and month, with a table behind it', {}, async ({ portal, page, demo }) => {
  await portal.signIn();
  assert.equal((await callExampleApi(demo)).status, 200);
  await advanceClock(demo, HOUR_SECONDS);
  assert.equal((await callExampleApi(demo)).status, 200);
  await portal.open(portal.names.usage);
  for (const view of ['By hour', 'By day', 'By month']) {
    await page.getByRole('link', { name: view, exact: true }).click();
    await page.getByRole('img').first().waitFor();
    await page.getByText('Show as table', { exact: true }).click();
    const spent = page.getByRole('table').first().getByRole('cell').filter({ hasText: /^\$0\.[25]/u });
    await spent.first().waitFor();
  }
  await page.getByRole('cell', { name: 'Active hours', exact: true }).waitFor(); // not the operator's id of the meter
});

story('a card that is removed is not shown again', {}, async ({ portal, page }) => {
  const { names } = portal;
  await portal.signIn();
  await rechargeOnce(portal);
  await portal.open(names.savedCards);
  await page.getByText(VISA.shown, { exact: true }).waitFor();
  await page.getByLabel(`Remove ${VISA.shown}`, { exact: true }).click();
  await page.getByRole('button', { name: 'Yes, remove it', exact: true }).click();
  await reads(page.getByRole('status').filter({ hasText: 'removed' }), `${VISA.shown} was removed.`);
  await portal.openRecharge();
  await portal.addCredit();
  const checkout = new Checkout(page);
  await checkout.isOpen();
  assert.equal(await page.getByText(VISA.shown).count(), 0);
});

story('a forgotten password is replaced by the link in the mail, once', {}, async ({ portal, page, demo }) => {
  const { names } = portal;
  const { email, password } = demo.customer;
  await portal.openSignIn();
  await page.getByRole('link', { name: 'Forgotten your password?', exact: true }).click();
  await page.getByRole('textbox', { name: names.login, exact: true }).fill(email);
  await page.getByRole('button', { name: 'Send the link', exact: true }).click();
  await page.getByRole('status').waitFor();
  const link = await eventually(() => linkInMail(page, demo));
  const chosen = 'four words are easier';
  await page.goto(link);
  await page.getByLabel('New password', { exact: true }).fill(chosen);
  await page.getByLabel('Repeat the new password', { exact: true }).fill(chosen);
  await page.getByRole('button', { name: 'Save and sign in', exact: true }).click();
  await portal.heading(names.billing).waitFor();
  await page.getByRole('button', { name: names.signOut, exact: true }).click();
  await portal.openSignIn();
  await portal.submitSignIn(email, password);
  await page.getByRole('alert').waitFor(); // the old one is refused
  await portal.signIn({ email, password: chosen });
  await page.goto(link);
  await page.getByRole('heading', { name: 'This link no longer works', exact: true }).waitFor();
});

async function linkInMail(page, demo) {
  await page.goto(new URL('/demo/mails', demo.portal_url).href);
  await page.getByRole('link').filter({ hasText: 'Your new password' }).first().click({ timeout: 5000 });
  return page.getByRole('article').getByRole('link').first().getAttribute('href', { timeout: 5000 });
}

story('without JavaScript: choices have a button, the popup is a banner with a link', { context: { javaScriptEnabled: false } }, async ({ portal, page }) => {
  const { names } = portal;
  await portal.signIn();
  await portal.openRecharge();
  await portal.addCredit();
  const checkout = new Checkout(page);
  await checkout.isOpen();
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  const banner = page.getByRole('dialog');
  await banner.waitFor();
  await eventually(async () => {
    const text = plain(await banner.innerText({ timeout: 2000 }));
    if (text.includes(names.dialogs.pending)) await page.reload(); // nothing else can renew it
    assert.ok(text.includes(names.added(names.money(10), names.money(35))), text);
  });
  await banner.getByRole('link', { name: names.ok, exact: true }).click();
  await portal.noDialog();
  await portal.balance(35);
  await page.getByRole('combobox', { name: names.languageSelect, exact: true }).selectOption('pt-BR');
  await page.getByRole('button', { name: 'Update', exact: true }).click();
  await page.getByRole('heading', { name: 'Recarga', exact: true }).waitFor();
});
