// How the demo behaves: Reset asks first and keeps what people have copied, its clock dates everything a customer reads, its
// checklist ticks what was done, and its strip fits the smallest screen.

import assert from 'node:assert/strict';
import { advanceClock, callExampleApi } from '../demo.mjs';
import { Checkout, VISA } from '../checkout.mjs';
import { ENGLISH, PORTUGUESE } from '../names.mjs';
import { at, payment } from '../provider.mjs';
import { story } from '../story.mjs';
import { contains, counts, eventually, plain, textOf } from '../wait.mjs';

const DAY_SECONDS = 86_400;
const SMALLEST = { viewport: { width: 320, height: 640 } };

async function pay(portal) {
  const checkout = new Checkout(portal.page);
  await portal.openRecharge();
  await portal.addCredit();
  await checkout.isOpen();
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('successful');
}

function resetLink(page) {
  return page.getByRole('complementary', { name: 'Sandbox', exact: true }).getByRole('link', { name: 'Reset', exact: true });
}

story('Reset asks first; logins and keys are the same after it', {}, async ({ portal, page, demo }) => {
  const { names } = portal;
  assert.equal((await callExampleApi(demo)).status, 200);
  await portal.signIn();
  await portal.figures({ balance: 25, available: 24.75, pending: 0.25 });
  await resetLink(page).click();
  const question = page.getByRole('dialog', { name: 'Begin the demo anew?', exact: true });
  await question.getByRole('button', { name: 'Keep everything', exact: true }).click();
  await portal.noDialog();
  await eventually(async () => assert.equal(await resetLink(page).evaluate((it) => it === document.activeElement), true, 'the focus is back'));
  await portal.figures({ balance: 25, available: 24.75, pending: 0.25 });
  await resetLink(page).click();
  await question.getByRole('button', { name: 'Yes, begin anew', exact: true }).click();
  await page.getByRole('button', { name: 'Open as customer', exact: true }).waitFor();
  await portal.signIn();
  await portal.figures({ balance: 25, available: 25, pending: 0 });
  assert.equal((await callExampleApi(demo)).status, 200, 'a line that was copied before works');
  await portal.figures({ balance: 25, available: 24.75, pending: 0.25 });
  await portal.open(names.billing);
});

story('without JavaScript a page asks before Reset', { context: { javaScriptEnabled: false } }, async ({ page, demo }) => {
  await page.goto(demo.portal_url);
  await resetLink(page).click();
  await page.getByRole('heading', { name: 'Begin the demo anew?', exact: true, level: 1 }).waitFor();
  await page.getByRole('link', { name: 'Keep everything', exact: true }).click();
  await page.getByRole('button', { name: 'Open as customer', exact: true }).waitFor();
  await resetLink(page).click();
  await page.getByRole('button', { name: 'Yes, begin anew', exact: true }).click();
  await page.getByRole('button', { name: 'Open as customer', exact: true }).waitFor();
});

story('one clock dates payments, cards, keys and mails', {}, async ({ portal, page, demo }) => {
  const { names } = portal;
  await portal.signIn();
  await advanceClock(demo, 3 * DAY_SECONDS);
  await pay(portal);
  await portal.closeDialog('successful');
  const paidAt = plain(await portal.rows().first().getByRole('cell').first().innerText());
  const day = paidAt.split(', ').slice(0, 2).join(', '); // "Nov 21, 2026" of "Nov 21, 2026, 14:12"
  await advanceClock(demo, DAY_SECONDS); // what has happened stays where it was
  await portal.open(names.savedCards);
  await contains(page.getByRole('region', { name: names.savedCards, exact: true }), `saved ${day}`);
  const today = new Intl.DateTimeFormat(names.locale, { dateStyle: 'medium', timeZone: 'UTC' });
  await portal.open(names.apiKeys);
  await page.getByRole('textbox', { name: 'Name of the new key', exact: true }).fill('Later');
  await page.getByRole('button', { name: 'Create key', exact: true }).click();
  const row = page.getByRole('table', { name: 'Your keys', exact: true }).getByRole('row').filter({ hasText: 'Later' });
  const dayAfter = today.format(new Date(new Date(`${day} UTC`).getTime() + DAY_SECONDS * 1000));
  await contains(row, dayAfter);
  await page.getByRole('link', { name: 'Mails', exact: true }).click();
  const mail = page.getByRole('listitem').filter({ hasText: '$10.00 was added' });
  await eventually(async () => {
    await page.reload(); // the list is not live
    assert.match(await textOf(mail), new RegExp(`${day}, .*kept here: no SMTP configured`, 'u'));
  });
});

story('the list of those who help customers folds away, and ticks by itself', {}, async ({ portal, page, demo, newTab }) => {
  const watching = await newTab();
  await watching.page.goto(new URL('/demo', demo.portal_url).href);
  const list = watching.page.getByRole('list', { name: 'When something goes wrong', exact: true });
  await counts(list, 0);
  await watching.page.getByText('When something goes wrong').click();
  const ticksAre = (expected) =>
    eventually(async () => {
      const texts = await Promise.all((await list.getByRole('listitem').all()).map(textOf));
      assert.equal(texts.length, 6);
      assert.deepEqual(texts.flatMap((text, index) => (text.endsWith('done') ? [index + 1] : [])), expected);
    });
  await ticksAre([]);
  await portal.signIn();
  await pay(portal);
  await portal.closeDialog('successful');
  await ticksAre([]);
  const intent = await payment(demo);
  await at(demo, `/payments/${intent}/refunds`, { decimal: '4.00' });
  await ticksAre([1]);
  await watching.page.goto(new URL('/console/sign-in', demo.portal_url).href);
  await watching.submitSignIn(demo.staff.email, demo.staff.password);
  await watching.page.getByRole('searchbox').waitFor();
  await watching.page.goto(new URL(`/console/search?q=${encodeURIComponent(demo.customer.email)}`, demo.portal_url).href);
  await watching.page.getByRole('button', { name: 'View as the customer', exact: true }).click();
  await watching.heading(watching.names.billing).waitFor();
  await page.goto(new URL('/demo', demo.portal_url).href);
  await page.getByText('When something goes wrong').click();
  const steps = page.getByRole('list', { name: 'When something goes wrong', exact: true }).getByRole('listitem');
  await eventually(async () => {
    const texts = await Promise.all((await steps.all()).map(textOf));
    assert.deepEqual(texts.flatMap((text, index) => (text.endsWith('done') ? [index + 1] : [])), [1, 5]);
  });
});

story('the checklist ticks what was done and no more', {}, async ({ portal, page, demo, newTab }) => {
  const watching = await newTab();
  await watching.page.goto(new URL('/demo', demo.portal_url).href);
  const ticked = async () => {
    const steps = await watching.page.getByRole('list', { name: 'API company', exact: true }).getByRole('listitem').all();
    const texts = await Promise.all(steps.map(textOf));
    return texts.flatMap((text, index) => (text.endsWith('done') ? [index + 1] : []));
  };
  const ticksAre = (expected) => eventually(async () => assert.deepEqual(await ticked(), expected));
  await ticksAre([]);
  await portal.signIn();
  await ticksAre([2]);
  await portal.openRecharge();
  await ticksAre([1, 2]);
  await advanceClock(demo, DAY_SECONDS);
  await portal.addCredit();
  const checkout = new Checkout(page);
  await checkout.isOpen();
  await ticksAre([1, 2, 4]);
  await checkout.back();
  await portal.dialogSays('cancelled');
  await portal.closeDialog('cancelled');
  await ticksAre([1, 2, 4]); // another popup than that of a payment
  await pay(portal);
  await ticksAre([1, 2, 4, 5, 6, 7]);
  await portal.closeDialog('successful');
  await portal.addCredit();
  await checkout.isOpen();
  await ticksAre([1, 2, 4, 5, 6, 7, 8]);
});

for (const names of [ENGLISH, PORTUGUESE]) {
  story(`dates and card numbers stay in one line on a phone, ${names.language}`, { names, context: { viewport: { width: 390, height: 844 } } }, async ({ portal, page }) => {
    await portal.signIn();
    await pay(portal);
    await portal.closeDialog('successful');
    const cells = portal.rows().first().getByRole('cell');
    for (const index of [0, 3]) {
      const lines = await cells.nth(index).evaluate((cell) => {
        const text = document.createRange();
        text.selectNodeContents(cell);
        return new Set([...text.getClientRects()].map((box) => Math.round(box.top))).size;
      });
      assert.equal(lines, 1, await textOf(cells.nth(index)));
    }
    await contains(page.getByRole('main'), names === ENGLISH ? 'Time zone: America/Sao_Paulo.' : 'Fuso horário: America/Sao_Paulo.');
  });
}

for (const names of [ENGLISH, PORTUGUESE]) {
  story(`nothing scrolls sideways on 320 pixels, ${names.language}`, { names, context: SMALLEST }, async ({ portal, page, demo }) => {
    await portal.signIn();
    await pay(portal);
    await portal.closeDialog('successful');
    await portal.addCredit();
    await new Checkout(page).isOpen();
    const paths = ['/demo', '/demo/reset', '/demo/mails', '/billing', '/recharge', '/usage', '/usage?by=month', '/statement', '/saved-cards', '/api-keys'];
    for (const path of paths) {
      await page.goto(new URL(path, demo.portal_url).href);
      await page.locator('details.strip-faults > summary').click();
      await counts(page.locator('details.strip-faults[open]'), 1);
      const beside = await page.evaluate(() => {
        const width = document.documentElement.clientWidth;
        // The head of a stacked table is for screen readers alone.
        const isSeen = (element) => element.checkVisibility() && !element.closest('thead, .unseen');
        const sticksOut = (element) => element.getBoundingClientRect().right > width + 0.5;
        const elements = [...document.querySelectorAll('body *:not(svg *)')].filter((element) => isSeen(element) && sticksOut(element));
        return elements.map((element) => element.outerHTML.slice(0, 80));
      });
      assert.deepEqual(beside, [], `beside the screen on ${path}`);
    }
  });
}
