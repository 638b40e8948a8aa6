// No serious barrier on any page of the console, nor on those of the portal that only some customers see: what was given back, contested and is
// awaited, receipts, automatic top-up, mails that are wished for, sign-up. In light and in dark.

import assert from 'node:assert/strict';
import { barriers } from '../barriers.mjs';
import { Checkout, DECLINED, VISA } from '../checkout.mjs';
import { ENGLISH, PORTUGUESE } from '../names.mjs';
import { at, payment } from '../provider.mjs';
import { story } from '../story.mjs';
import { eventually } from '../wait.mjs';

const STRANGER = ['/sign-up', '/forgotten-password', '/first-access', '/set-password?token=gone'];
const CUSTOMER = ['/recharge', '/billing', '/statement', '/automatic-topup', '/mail-wishes', '/saved-cards', '/api-keys'];
const CONSOLE = [
  '/console/credit',
  '/console/customers/new',
  '/console/customers/import',
  '/console/subscribers/new',
  '/console/subscribers/import',
  '/console/topups',
  '/console/boletos/files',
  '/console/boletos/findings',
  '/console/billing/first-month',
  '/console/billing/adjustments/new',
  '/console/staff/new',
  '/console/routers/new',
  '/console/webhooks/new',
  '/console/plans/new',
  '/console/packs/new',
  '/console/password',
  '/console/mails',
  '/console/month-end',
  '/console/search?q=a',
];
/** Forms that refuse what is too long, and where they send it. */
const REFUSED = [
  ['/console/staff/new', '/console/staff/invitations'],
  ['/console/customers/new', '/console/customers'],
  ['/console/plans/new', '/console/plans'],
  ['/console/brand', '/console/brand'],
];
/** One of each that a list links to: the list, and how what it links to begins. */
const LISTED = [
  ['/console/customers', '/console/customers/cus_'],
  ['/console/lines', '/console/lines/line_'],
  ['/console/payments', '/console/payments/pay_'],
  ['/console/topups', '/console/topups/top_'],
  ['/console/inbox', '/console/inbox/'],
  ['/console/plans', '/console/plans/'],
  ['/console/packs', '/console/packs/'],
];

for (const [names, colorScheme] of [
  [ENGLISH, 'light'],
  [PORTUGUESE, 'dark'],
]) {
  const options = { names, context: { colorScheme } };

  story(`no serious barrier where money comes back, nor at the doors, ${names.language}, ${colorScheme}`, options, async ({ demo, portal, page }) => {
    const looked = look(page, demo);
    for (const path of STRANGER) await looked.open(path);
    await looked.open('/sign-up');
    await page.locator('main button[type=submit]').click();
    await looked.here('sign-up, refused');
    await portal.signIn();
    await everyBadge(demo, portal);
    for (const path of CUSTOMER) await looked.open(path);
    await looked.open(await linkOf(looked, '/recharge', '/receipts/'));
    await looked.open('/automatic-topup');
    const turnOn = page.locator('form[action="/automatic-topup"]');
    await turnOn.locator('button[type=submit]').click();
    await looked.here('automatic top-up, not agreed');
    await turnOn.locator('input[type=checkbox]').check();
    await turnOn.locator('button[type=submit]').click();
    await page.locator('form[action="/automatic-topup/pause"]').waitFor();
    await looked.here('automatic top-up, on');
    assert.deepEqual(looked.found, {});
  });

  story(`no serious barrier in the console, ${names.language}, ${colorScheme}`, options, async ({ demo, portal, page, newTab }) => {
    await portal.signIn();
    await everyBadge(demo, portal);
    const staff = (await newTab()).page;
    const looked = look(staff, demo);
    await looked.open('/console/sign-in');
    await staff.locator('#login').fill(demo.staff.email);
    await staff.locator('#password').fill(demo.staff.password);
    await staff.locator('main button[type=submit]').click();
    await staff.waitForURL('**/console');
    const menu = await staff.locator('nav a[href^="/console"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    assert.ok(menu.length > 10, menu.join(' '));
    for (const path of new Set([...menu, ...CONSOLE])) await looked.open(path);
    for (const [list, beginning] of LISTED) await looked.open(await linkOf(looked, list, beginning));

    const customer = `/console/customers/${demo.customer.id}`;
    for (const path of ['', '/change', '/credit/new']) await looked.open(`${customer}${path}`);
    await looked.open(`${await linkOf(looked, '/console/subscribers', '/console/customers/cus_')}/lines/new`);
    for (const [path, action] of REFUSED) {
      await looked.open(path);
      const form = staff.locator(`form[action="${action}"]`);
      await form.locator('input[type=text]').first().fill('x'.repeat(300));
      await form.locator('button[type=submit]').last().click();
      await staff.locator('main [role=alert], main [aria-invalid=true]').first().waitFor();
      await looked.here(`${path}, refused`);
    }
    await looked.open('/console/reconciliation');
    await staff.locator('form[action="/console/reconciliation/runs"] button').click();
    await staff.locator('form[action="/console/reconciliation/runs"] button').waitFor();
    await looked.here('reconciliation, run');
    await refundForm(looked, staff);
    await page.goto(new URL('/billing', demo.portal_url).href);
    assert.deepEqual(looked.found, {});
  });
}

/** Opens pages and gathers what was found on each, so that one run tells of all. */
function look(page, demo) {
  const found = {};
  const here = async (where) => {
    const list = await barriers(page);
    if (list.length > 0) found[where] = list;
  };
  const open = async (path) => {
    await page.goto(new URL(path, demo.portal_url).href);
    await here(path);
  };
  return { found, here, open, page, demo };
}

/** The address of the first link on a page that begins so. */
async function linkOf({ page, demo }, path, beginning) {
  await page.goto(new URL(path, demo.portal_url).href);
  const link = page.locator(`main a[href^="${beginning}"]:not([href$="/new"]):not([href$=".csv"]):not([href$="/import"])`).first();
  return link.getAttribute('href');
}

/** Payments that are refunded in part, contested, awaited and declined, in the customer's table. */
async function everyBadge(demo, portal) {
  await pays(portal, VISA, 'successful');
  await at(demo, `/payments/${await payment(demo)}/refunds`, { decimal: '4.00' });
  await pays(portal, VISA, 'successful');
  await at(demo, `/payments/${await payment(demo)}/disputes`);
  await pays(portal, DECLINED, 'failed');
  await at(demo, '/faults', { late_decline: true, later_on_demand: true });
  await pays(portal, VISA, 'pending');
  await at(demo, '/faults', { late_decline: false });
  const { names } = portal;
  await eventually(async () => {
    const badges = (await portal.readRows()).map(({ status }) => status);
    assert.deepEqual(badges.slice(1), [names.failure, names.disputed, names.partlyRefunded]);
  });
}

async function pays(portal, card, ending) {
  await portal.page.goto(new URL('/recharge', portal.demo.portal_url).href);
  await portal.addCredit();
  const checkout = new Checkout(portal.page);
  await checkout.isOpen();
  await checkout.chooseDifferentCardIfAsked();
  await checkout.fillCard(card);
  await checkout.pay(10);
  if (ending === 'failed') {
    await checkout.saysDeclined();
    await checkout.back();
  }
  await portal.dialogSays(ending);
  await portal.closeDialog(ending);
}

/** The form that refunds, what it says of a wrong amount, and what it says before it is confirmed. */
async function refundForm(looked, page) {
  await page.goto(new URL('/console/payments', looked.demo.portal_url).href);
  const payments = await page.locator('main a[href^="/console/payments/pay_"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  for (const path of payments) {
    await page.goto(new URL(path, looked.demo.portal_url).href);
    const refund = page.locator(`main a[href="${path}/refund"]`);
    if ((await refund.count()) === 0) continue;
    await refund.click();
    const form = page.locator(`form[action="${path}/refund"]`);
    for (const [amount, where] of [
      ['9999', 'refund form, refused'],
      ['1', 'refund form, with what it takes'],
    ]) {
      await form.getByRole('textbox').fill(amount);
      await form.getByRole('button').click();
      await page.waitForURL(`**/refund?amount=${amount}`);
      await looked.here(where);
    }
    return;
  }
}
