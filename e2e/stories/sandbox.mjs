// What payers, their banks and a bad day do, by clicks alone: from the strip of the demo to the sandbox's page, where money is given back, contested,
// and does or does not come; and each fault of the strip, switched and seen.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callApi } from '../demo.mjs';
import { Checkout, VISA } from '../checkout.mjs';
import { FAULTS, faultsOn, setFaults, toSandbox } from '../faults.mjs';
import { PHONE, story, storyOnPhones } from '../story.mjs';
import { contains, counts, eventually } from '../wait.mjs';

const WORDS = {
  'en-US': {
    pending: 'Pending',
    refund: 'Refund',
    refundFails: 'Refund fails',
    dispute: 'Open dispute',
    lose: 'Lose',
    win: 'Win',
    inquiry: 'Inquiry',
    closeInquiry: 'Close inquiry',
    comes: 'Async success',
    failsToCome: 'Async failure',
    onDemand: 'What comes later comes only when asked for',
    lateDecline: 'Cards seem to pay and are declined later',
    set: 'Set faults',
    payments: 'Payments',
    console: 'Console',
    state: 'How it stands',
    paused: 'Paused',
    charges: 'Automatic charges',
  },
  'pt-BR': {
    pending: 'Pendente',
    refund: 'Reembolsar',
    refundFails: 'O reembolso falha',
    dispute: 'Abrir contestação',
    lose: 'Perder',
    win: 'Ganhar',
    inquiry: 'Consulta do banco',
    closeInquiry: 'Encerrar consulta',
    comes: 'O dinheiro chega',
    failsToCome: 'O dinheiro não chega',
    onDemand: 'O que vem depois só vem quando pedido',
    lateDecline: 'Cartões parecem pagar e são recusados depois',
    set: 'Aplicar falhas',
    payments: 'Pagamentos',
    console: 'Console',
    state: 'Situação',
    paused: 'Pausada',
    charges: 'Cobranças automáticas',
  },
};

/** To the provider's page for ten dollars, from Recharge. */
async function begin(portal) {
  await portal.page.goto(new URL('/recharge', portal.demo.portal_url).href);
  await portal.addCredit();
  const checkout = new Checkout(portal.page);
  await checkout.isOpen();
  return checkout;
}

async function pays(portal, ending) {
  const checkout = await begin(portal);
  await checkout.chooseDifferentCardIfAsked();
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays(ending);
}

/** The newest of the customer's rows stands so. */
async function newestIs(portal, badge, dollars) {
  await portal.balance(dollars);
  await eventually(async () => {
    const [newest] = await portal.readRows();
    assert.deepEqual(newest, { amount: portal.names.money(10), card: VISA.shown, status: badge });
  });
}

storyOnPhones('the sandbox by clicks: refunds, disputes, money that comes late or never', async ({ portal, newTab }) => {
  const { names } = portal;
  const words = WORDS[names.locale];
  await portal.signIn();
  await pays(portal, 'successful');
  await portal.closeDialog('successful');
  await newestIs(portal, names.success, 35);

  const provider = await newTab();
  await provider.page.goto(new URL('/billing', portal.demo.portal_url).href);
  await toSandbox(provider);
  const payments = provider.page.getByRole('table', { name: words.payments, exact: true });
  const press = (name) => payments.getByRole('button', { name, exact: true }).first().click();
  await portal.markDocument();

  await payments.getByRole('textbox').first().fill('4.00');
  await press(words.refund);
  await newestIs(portal, names.partlyRefunded, 31);
  await press(words.refundFails);
  await newestIs(portal, names.success, 35);
  await press(words.inquiry);
  await newestIs(portal, names.disputed, 35);
  await press(words.closeInquiry);
  await newestIs(portal, names.success, 35);
  await press(words.refund);
  await newestIs(portal, names.refunded, 25);
  await portal.sameDocument();

  await pays(portal, 'successful');
  await portal.closeDialog('successful');
  await provider.page.reload();
  await portal.markDocument();
  await press(words.dispute);
  await newestIs(portal, names.disputed, 25);
  await press(words.win);
  await newestIs(portal, names.success, 35);
  await portal.sameDocument();

  // What comes later waits for a press.
  const box = (name) => provider.page.getByRole('checkbox', { name, exact: true });
  for (const fault of [words.onDemand, words.lateDecline]) await box(fault).check();
  await provider.page.getByRole('button', { name: words.set, exact: true }).click();
  await eventually(async () => assert.ok(await box(words.lateDecline).isChecked()));
  for (const [button, ending, badge, dollars] of [
    [words.failsToCome, 'failed', names.failure, 35],
    [words.comes, 'successful', names.success, 45],
  ]) {
    await pays(portal, 'pending');
    await portal.markDocument();
    await newestIs(portal, words.pending, 35);
    await provider.page.reload();
    await press(button);
    await portal.dialogSays(ending);
    await portal.sameDocument();
    await portal.closeDialog(ending);
    await newestIs(portal, badge, dollars);
  }
});

story('each fault of the provider, switched in the strip, and what it does', { context: { viewport: PHONE } }, async ({ portal, page, demo, newTab }) => {
  const { names } = portal;
  const words = WORDS[names.locale];
  await portal.signIn();
  const staff = await newTab();
  await staff.page.goto(new URL('/console/sign-in', demo.portal_url).href);
  await staff.submitSignIn(demo.staff.email, demo.staff.password);
  await staff.heading(words.console).waitFor();
  const switches = async (...faults) => {
    await page.goto(new URL('/billing', demo.portal_url).href);
    await setFaults(portal, ...faults);
    assert.deepEqual(await faultsOn(portal), faults);
  };
  const inbox = () => inboxOf(staff);
  let dollars = 25;
  const paysWith = async (...faults) => {
    await switches(...faults);
    await pays(portal, 'successful');
    await portal.closeDialog('successful');
    dollars += 10;
    await newestIs(portal, names.success, dollars);
  };

  // A call that failed, and one whose answer was lost, are made again: the page opens, once.
  for (const fault of ['failing', 'unheard']) {
    await paysWith(fault);
    assert.deepEqual(await faultsOn(portal), [], `${fault} is over after one call`);
  }

  await paysWith('twice');
  await paysWith('reordered');
  const told = await eventsOf(demo);
  await eventually(async () => assert.deepEqual((await inbox()).toSorted(), told.toSorted(), 'each event stands once'));

  // Of what the next payment brings one event never comes; the payment is credited all the same.
  await paysWith('lost');
  assert.deepEqual(await faultsOn(portal), [], 'one is lost');
  await eventually(async () => {
    const came = new Set(await inbox());
    const missing = (await eventsOf(demo)).filter((event) => !came.has(event));
    assert.equal(missing.length, 1);
  });

  // What comes late comes.
  await switches('late');
  await page.goto(new URL('/recharge', demo.portal_url).href);
  await portal.markDocument();
  const begun = Date.now();
  const provider = await newTab();
  await provider.page.goto(new URL('/billing', demo.portal_url).href);
  await toSandbox(provider);
  await provider.page.getByRole('button', { name: words.dispute, exact: true }).first().click();
  await newestIs(portal, names.disputed, dollars - 10);
  assert.ok(Date.now() - begun > 9_000, 'it was late');
  await portal.sameDocument();
  dollars -= 10;

  // Nothing is confirmed until it is switched off again.
  await switches('held');
  await pays(portal, 'pending');
  await portal.markDocument();
  await setFaults(await tabAt(newTab, '/billing'));
  await portal.dialogSays('successful');
  await portal.sameDocument();
  await portal.closeDialog('successful');
  dollars += 10;
  await newestIs(portal, names.success, dollars);

  // A card that seems to pay, and is declined by itself a moment later.
  await switches('declinedLate');
  await pays(portal, 'failed');
  await portal.closeDialog('failed');
  await newestIs(portal, names.failure, dollars);

  // A saved card that its bank declines while its owner is away: automatic top-up pauses.
  await switches('savedDeclined');
  await page.goto(new URL('/automatic-topup', demo.portal_url).href);
  const form = page.locator('form[action="/automatic-topup"]');
  await form.getByRole('checkbox').check();
  await form.locator('button[type=submit]').click();
  await spend(demo, `${dollars - 1}.00`);
  await contains(page.getByRole('region', { name: words.state, exact: true }), words.paused);
  await contains(page.getByRole('region', { name: words.charges, exact: true }), names.failure);
  await switches();
  assert.equal(FAULTS.length, 9);
});

/** The ids of the events that came, as staff see them: every page of the inbox. */
async function inboxOf(staff) {
  const ids = [];
  await staff.page.goto(new URL('/console/inbox', staff.demo.portal_url).href);
  for (;;) {
    ids.push(...((await staff.page.getByRole('main').innerText()).match(/evt_\w+/gu) ?? []));
    const older = staff.page.locator('main a[rel="next"]');
    if ((await older.count()) === 0) return ids;
    await older.click();
    await staff.page.waitForLoadState();
  }
}

/** The ids of the events that the provider has made. */
async function eventsOf(demo) {
  const { stripe_key: key } = JSON.parse(await readFile(join(demo.folder, 'demo.json'), 'utf8'));
  const url = new URL('/v1/events?limit=100', demo.sandbox_url);
  const { data } = await (await fetch(url, { headers: { authorization: `Bearer ${key}` } })).json();
  return data.map(({ id }) => id);
}

async function tabAt(newTab, path) {
  const tab = await newTab();
  await tab.page.goto(new URL(path, tab.demo.portal_url).href);
  return tab;
}

/** The customer's program spends so much at once. */
async function spend(demo, dollars) {
  const { data } = await callApi(demo, 'GET', `/v1/customers/${demo.customer.id}/wallets`);
  const { id } = data.find(({ unit }) => unit === 'USD');
  await callApi(demo, 'POST', '/v1/charges', { wallet: id, amount: { amount: dollars, unit: 'USD' }, kind: 'api_call' });
}
