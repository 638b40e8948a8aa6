// How the portal behaves towards people: on a phone, by keyboard, in the wrong language, with a wrong password or amount,
// for a screen reader, and when they leave.

import assert from 'node:assert/strict';
import { noBarriers } from '../barriers.mjs';
import { callExampleApi } from '../demo.mjs';
import { Checkout, VISA } from '../checkout.mjs';
import { ENGLISH, PORTUGUESE } from '../names.mjs';
import { Portal } from '../portal.mjs';
import { story } from '../story.mjs';
import { eventually, plain } from '../wait.mjs';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const TAB_PRESSES_MAX = 80;

story('a page whose live connection is gone says so, and goes on when it is back', {}, async ({ portal, page, demo }) => {
  await portal.signIn();
  const gone = page.getByText('No connection to the server: what this page shows may be out of date.');
  assert.equal(await gone.count(), 0);
  await demo.kill();
  await gone.waitFor();
  await demo.restart();
  await gone.waitFor({ state: 'detached' });
});

story('recharge on a phone: nothing scrolls sideways, rows are stacked', { context: PHONE }, async ({ portal, page }) => {
  const { names } = portal;
  await portal.signIn();
  await noSidewaysScrolling(page);
  await portal.openRecharge();
  await noSidewaysScrolling(page);
  const checkout = new Checkout(page);
  await portal.addCredit();
  await checkout.isOpen();
  await noSidewaysScrolling(page);
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('successful', names.added(names.money(10), names.money(35)));
  await noSidewaysScrolling(page);
  await portal.closeDialog('successful');
  await portal.rowsAre([{ amount: names.money(10), card: VISA.shown, status: names.success }]);
  await rowIsStacked(portal);
  await noSidewaysScrolling(page);
  await portal.addCredit();
  await checkout.isOpen();
  await checkout.showsSavedCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('successful', names.added(names.money(10), names.money(45)));
});

async function noSidewaysScrolling(page) {
  const widths = await page.evaluate(() => ({ page: document.documentElement.scrollWidth, window: window.innerWidth }));
  assert.ok(widths.page <= widths.window, `${page.url()} is ${widths.page} px wide on a screen of ${widths.window} px`);
}

/** A stacked row is a small card: its five cells stand on at least three lines, none beside the screen and none over another. */
async function rowIsStacked(portal) {
  const cells = await portal.rows().first().getByRole('cell').all();
  const boxes = await Promise.all(cells.map((cell) => cell.boundingBox()));
  const width = await portal.page.evaluate(() => window.innerWidth);
  for (const [index, box] of boxes.entries()) {
    assert.ok(box.x >= 0 && box.x + box.width <= width, `cell ${index + 1} is beside the screen`);
    for (const other of boxes.slice(0, index)) {
      const apart =
        box.x >= other.x + other.width || other.x >= box.x + box.width || box.y >= other.y + other.height || other.y >= box.y + box.height;
      assert.ok(apart, `cell ${index + 1} lies over another`);
    }
  }
  const lines = new Set(boxes.map((box) => Math.round(box.y / 8)));
  assert.ok(lines.size >= 3, `the five cells stand on ${lines.size} lines`);
}

story('recharge by keyboard alone', {}, async ({ portal, page }) => {
  const { names } = portal;
  await portal.openSignIn();
  await tabTo(page, page.getByRole('textbox', { name: names.login, exact: true }));
  await page.keyboard.type(portal.demo.customer.email);
  await tabTo(page, page.getByLabel(names.password, { exact: true }));
  await page.keyboard.type(portal.demo.customer.password);
  await page.keyboard.press('Enter');
  await portal.heading(names.billing).waitFor();
  await tabTo(page, page.getByRole('link', { name: names.recharge, exact: true }));
  await page.keyboard.press('Enter');
  await portal.heading(names.recharge).waitFor();
  await tabTo(page, portal.suggested(10));
  await tabTo(page, page.getByRole('button', { name: names.add, exact: true }));
  await focusIsVisible(page);
  await page.keyboard.press('Enter');
  const checkout = new Checkout(page);
  await checkout.isOpen();
  await tabTo(page, page.getByRole('textbox', { name: 'Card number', exact: true }));
  for (const text of [VISA.number, VISA.expiry, VISA.cvc, 'Ana Lima']) {
    await page.keyboard.type(text);
    await page.keyboard.press('Tab');
  }
  await tabTo(page, page.getByRole('button', { name: 'Pay $10.00', exact: true }));
  await page.keyboard.press('Enter');
  const dialog = await portal.dialogSays('successful');
  await eventually(async () =>
    assert.equal(await dialog.evaluate((open) => open.contains(document.activeElement)), true, 'the dialog took the focus'),
  );
  await page.keyboard.press('Escape');
  await portal.noDialog();
  await portal.balance(35);
});

/** Presses Tab until the one element of any of `targets` has the focus. */
async function tabTo(page, targets) {
  for (let presses = 0; presses < TAB_PRESSES_MAX; presses += 1) {
    for (const target of await targets.all()) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
    }
    await page.keyboard.press('Tab');
  }
  assert.fail(`${targets} is not reached by ${TAB_PRESSES_MAX} presses of Tab`);
}

async function focusIsVisible(page) {
  const style = await page.evaluate(() => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
    return { outline: outlineStyle !== 'none' && parseFloat(outlineWidth) > 0, shadow: boxShadow !== 'none' };
  });
  assert.ok(style.outline || style.shadow, 'the focused control does not show its focus');
}

story('a wrong password gets a sentence and no entry', {}, async ({ portal, page }) => {
  const { customer } = portal.demo;
  for (const [login, password] of [
    [customer.email, 'not-the-password'],
    ['nobody@example.com', customer.password],
  ]) {
    await portal.openSignIn();
    await portal.submitSignIn(login, password);
    const alert = page.getByRole('alert');
    await alert.waitFor();
    assert.match(plain(await alert.innerText()), /\p{L}.*[.]$/u);
    assert.equal(await page.getByRole('link', { name: portal.names.billing, exact: true }).count(), 0);
  }
  await portal.signIn();
});

story('wrong amounts get a sentence and change nothing', {}, async ({ portal, page }) => {
  const { names } = portal;
  await portal.signIn();
  await portal.openRecharge();
  for (const wrong of ['0', '-5', '1.234', '99999999', 'abc', '1e3', '99999999999999999999999999']) {
    const amount = page.getByRole('textbox', { name: names.amount, exact: true });
    await amount.fill(wrong);
    await portal.addCredit();
    const alert = page.getByRole('alert');
    await eventually(async () => assert.match(plain(await alert.innerText({ timeout: 2000 })), /\p{L}.*[.]$/u, `after ${wrong}`));
    await portal.heading(names.recharge).waitFor();
    await portal.balance(25);
    await portal.rowsAre([]);
    await portal.open(names.billing);
    await portal.open(names.recharge);
  }
  await page.getByRole('textbox', { name: names.amount, exact: true }).fill('12.34');
  await portal.addCredit();
  await page.getByRole('button', { name: 'Pay $12.34', exact: true }).waitFor();
});

story('the reader chooses the language', { context: { locale: 'fr-FR' } }, async ({ portal, page, demo }) => {
  await portal.openSignIn();
  await page.getByRole('combobox', { name: ENGLISH.languageSelect, exact: true }).selectOption(PORTUGUESE.locale);
  const portuguese = new Portal(page, PORTUGUESE, demo);
  await page.getByRole('combobox', { name: PORTUGUESE.languageSelect, exact: true }).waitFor();
  await portuguese.submitSignIn(demo.customer.email, demo.customer.password);
  await portuguese.openRecharge();
  await portuguese.balance(25);
  assert.equal(await page.locator('html').getAttribute('lang'), 'pt-BR');
  await page.getByRole('combobox', { name: PORTUGUESE.languageSelect, exact: true }).selectOption('en');
  await page.getByRole('combobox', { name: ENGLISH.languageSelect, exact: true }).waitFor();
  await portal.balance(25);
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
});

story('who signs out is out, in every tab', {}, async ({ portal, page, newTab }) => {
  const { names } = portal;
  await portal.signIn();
  const open = await newTab();
  await open.page.goto(page.url());
  await open.balance(25);
  await portal.openRecharge();
  const recharge = page.url();
  await page.getByRole('button', { name: names.signOut, exact: true }).first().click();
  await page.getByRole('button', { name: names.signIn, exact: true }).waitFor();
  await page.goto(recharge);
  await page.getByRole('button', { name: names.signIn, exact: true }).waitFor();
  await open.page.getByRole('button', { name: names.signIn, exact: true }).waitFor(); // by itself
  const second = await newTab();
  await second.page.goto(recharge);
  await second.page.getByRole('button', { name: names.signIn, exact: true }).waitFor();
});

story('an API key is shown once, works, and is refused once revoked', {}, async ({ portal, page, demo }) => {
  const { names } = portal;
  await portal.signIn();
  await portal.open(names.apiKeys);
  await page.getByRole('textbox', { name: 'Name of the new key', exact: true }).fill('Build server');
  await page.getByRole('button', { name: 'Create key', exact: true }).click();
  const shown = page.getByRole('region', { name: 'Key “Build server” was created', exact: true }).getByRole('code');
  const key = plain(await shown.innerText());
  assert.equal((await callExampleApi(demo, key)).status, 200);
  await portal.open(names.billing);
  await portal.open(names.apiKeys);
  const row = page.getByRole('table', { name: 'Your keys', exact: true }).getByRole('row').filter({ hasText: 'Build server' });
  await row.waitFor();
  assert.ok(!(await page.content()).includes(key), 'the key is shown a second time');
  await row.getByLabel('Revoke Build server', { exact: true }).click();
  await row.getByRole('button', { name: 'Yes, revoke it', exact: true }).click();
  await row.getByText(/^Revoked /u).waitFor();
  assert.equal((await callExampleApi(demo, key)).status, 401);
  assert.equal((await callExampleApi(demo)).status, 200, 'other keys go on');
});

for (const names of [ENGLISH, PORTUGUESE]) {
  for (const colorScheme of ['light', 'dark']) {
    story(`no serious barrier on any page, ${names.language}, ${colorScheme}`, { names, context: { colorScheme } }, tellBarriers);
  }
}

async function tellBarriers({ portal, page, demo }) {
  const { names } = portal;
  await page.goto(demo.portal_url);
  await noBarriers(page, 'first page');
  await portal.openSignIn();
  await noBarriers(page, 'sign-in');
  await portal.signIn();
  for (const name of [names.billing, names.recharge, names.statement, names.usage, names.savedCards, names.apiKeys]) {
    await portal.open(names.billing);
    if (name !== names.billing) await portal.open(name);
    await noBarriers(page, name);
  }
  await portal.openRecharge();
  await portal.addCredit();
  const checkout = new Checkout(page);
  await checkout.isOpen();
  for (const path of ['/billing', '/usage?by=month', '/usage?day=x', '/demo/reset', '/demo/mails', '/recharge']) {
    await page.goto(new URL(path, demo.portal_url).href);
    await noBarriers(page, `${path} with an unfinished checkout`);
  }
  await page.getByRole('complementary').locator('a[href="/demo/reset"]').click();
  await page.getByRole('dialog').waitFor();
  await noBarriers(page, 'the question before Reset');
  await page.keyboard.press('Escape');
  await portal.addCredit();
  await checkout.isOpen();
  await noBarriers(page, 'hosted page');
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('successful');
  await noBarriers(page, 'popup');
  await portal.closeDialog('successful');
  await noBarriers(page, 'recharge with a row');
}
