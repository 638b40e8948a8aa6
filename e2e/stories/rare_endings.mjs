// The endings that come seldom, as the customer sees them on a phone: a coupon leaves nothing to pay, a card's money settles later, a bank that
// only asks, a page loaded again while it waits, a balance below zero. And one that nobody told us of: staff find it.

import assert from 'node:assert/strict';
import { Checkout, VISA } from '../checkout.mjs';
import { NAMES } from '../names.mjs';
import { at, payment } from '../provider.mjs';
import { story } from '../story.mjs';
import { contains, counts, reads } from '../wait.mjs';

const PHONE = { viewport: { width: 390, height: 844 } };

const WORDS = {
  'en-US': {
    unfinished: 'Unfinished checkouts',
    pending: 'Pending',
    belowZero: 'Your balance is below zero',
    covers: 'You owe $9.00: what you add pays that first.',
    reconciliation: 'Reconciliation',
    runNow: 'Run now',
    inbox: 'Webhook inbox',
    replay: 'Replay',
    processed: 'Processed',
    findings: 'Open findings',
    free: 'nothing was paid',
  },
  'pt-BR': {
    unfinished: 'Pagamentos não concluídos',
    pending: 'Pendente',
    belowZero: 'Seu saldo está abaixo de zero',
    covers: 'Você deve US$ 9,00: o que você adicionar paga isso primeiro.',
    reconciliation: 'Conciliação',
    runNow: 'Conciliar agora',
    inbox: 'Webhooks recebidos',
    replay: 'Reprocessar',
    processed: 'Processado',
    findings: 'Abrir pendências',
    free: 'nada foi pago',
  },
};

/** To the provider's page for ten dollars. */
async function begin(portal) {
  await portal.signIn();
  await portal.openRecharge();
  await portal.balance(25);
  await portal.addCredit();
  const checkout = new Checkout(portal.page);
  await checkout.isOpen();
  return checkout;
}

async function paid(portal) {
  const checkout = await begin(portal);
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('successful');
  await portal.closeDialog('successful');
  await stands(portal, 35, portal.names.success);
  return payment(portal.demo);
}

async function stands(portal, dollars, badge) {
  await portal.balance(dollars);
  await portal.rowsAre([{ amount: portal.names.money(10), card: VISA.shown, status: badge }]);
}

/** A tab of the demo's staff. */
async function staffTab(newTab, demo) {
  const staff = await newTab();
  await staff.page.setViewportSize({ width: 1280, height: 900 });
  await staff.page.goto(new URL('/console/sign-in', demo.portal_url).href);
  await staff.submitSignIn(demo.staff.email, demo.staff.password);
  await staff.page.getByRole('searchbox').waitFor();
  return staff;
}

for (const names of NAMES) {
  const words = WORDS[names.locale];
  const options = { names, context: PHONE };

  story(`a coupon leaves nothing to pay: no row, no credit, and staff are told (${names.locale})`, options, async (told) => {
    const { demo, portal, page, newTab } = told;
    await begin(portal);
    const [session] = /cs_\w+/u.exec(page.url());
    await page.goto(new URL('/recharge', demo.portal_url).href);
    const unfinished = page.getByRole('region', { name: words.unfinished, exact: true });
    await contains(unfinished, names.money(10));
    await portal.markDocument();
    await at(demo, `/checkouts/${session}/coupon`);
    await counts(unfinished, 0);
    await portal.sameDocument();
    await portal.rowsAre([]);
    await portal.balance(25);
    const staff = await staffTab(newTab, demo);
    await staff.page.getByRole('link', { name: words.findings, exact: true }).click();
    await staff.page.getByText(words.free).first().waitFor();
  });

  story(`a card whose money settles later (${names.locale})`, options, async ({ demo, portal }) => {
    await at(demo, '/faults', { late_decline: true, later_on_demand: true });
    const checkout = await begin(portal);
    await checkout.fillCard(VISA);
    await checkout.pay(10);
    await portal.dialogSays('pending');
    await portal.markDocument();
    await stands(portal, 25, words.pending);
    await at(demo, `/payments/${await payment(demo)}/settlement`, { outcome: 'succeeded' });
    await portal.dialogSays('successful', names.added(names.money(10), names.money(35)), VISA.shown);
    await portal.sameDocument();
    await portal.closeDialog('successful');
    await stands(portal, 35, names.success);
  });

  story(`a bank that only asks, and is content (${names.locale})`, options, async ({ demo, portal }) => {
    const intent = await paid(portal);
    const inquiry = await at(demo, `/payments/${intent}/disputes`, { opening: 'inquiry' });
    await stands(portal, 35, names.disputed);
    await at(demo, `/disputes/${inquiry.id}/closing`, { ending: 'warning_closed' });
    await stands(portal, 35, names.success);
  });

  story(`a page loaded again while it waits tells the end once (${names.locale})`, options, async ({ demo, portal, page }) => {
    await at(demo, '/faults', { webhook_hold: true, payment_reads_fail: true });
    const checkout = await begin(portal);
    await checkout.fillCard(VISA);
    await checkout.pay(10);
    await portal.dialogSays('pending');
    await page.reload();
    await portal.dialogSays('pending');
    await portal.markDocument();
    await at(demo, '/faults', { webhook_hold: false, payment_reads_fail: false });
    await portal.dialogSays('successful', names.added(names.money(10), names.money(35)), VISA.shown);
    await portal.sameDocument();
    await portal.closeDialog('successful');
    await page.reload();
    await portal.balance(35);
    await portal.noDialog();
  });

  story(`below zero: what it means, and what brings him out (${names.locale})`, options, async ({ demo, portal, page }) => {
    const intent = await paid(portal);
    await spend(demo, '34.00');
    await portal.balance(1);
    await counts(page.getByText(words.belowZero), 0);
    await at(demo, `/payments/${intent}/refunds`);
    await reads(portal.output(names.creditBalance), `−${names.money(9)}`);
    await page.getByText(words.belowZero).waitFor();
    await page.reload();
    await contains(page.getByRole('main'), words.covers);
    assert.equal(await portal.suggested(10).isChecked(), true, 'ten dollars are more than nine');
    await portal.addCredit();
    const checkout = new Checkout(page);
    await checkout.isOpen();
    await checkout.pay(10);
    await portal.dialogSays('successful', names.added(names.money(10), names.money(1)));
    await portal.closeDialog('successful');
    await portal.balance(1);
    await counts(page.getByText(words.belowZero), 0);
  });

  story(`lost webhooks: staff fetch them, and working on one again books nothing twice (${names.locale})`, options, async (told) => {
    const { demo, portal, page, newTab } = told;
    const checkout = await begin(portal);
    await checkout.fillCard(VISA);
    await at(demo, '/faults', { webhook_drop_next: 50 });
    await neverComesBack(page, demo);
    await checkout.pay(10);
    const watching = await newTab();
    await watching.page.goto(new URL('/recharge', demo.portal_url).href);
    await watching.balance(25);
    await watching.rowsAre([]);
    await at(demo, '/faults', { webhook_drop_next: 0 });
    const staff = await staffTab(newTab, demo);
    await staff.open(words.reconciliation);
    await staff.page.getByRole('button', { name: words.runNow, exact: true }).click();
    await watching.balance(35); // in his open page
    await watching.rowsAre([{ amount: names.money(10), card: VISA.shown, status: names.success }]);
    await staff.open(words.inbox);
    await staff.page.getByRole('link', { name: 'charge.succeeded', exact: true }).first().click();
    await staff.page.getByRole('button', { name: words.replay, exact: true }).click();
    await staff.page.getByText(words.processed, { exact: true }).waitFor(); // by itself
    await watching.balance(35);
    await watching.rowsAre([{ amount: names.money(10), card: VISA.shown, status: names.success }]);
  });
}

/** What is sent to the provider arrives there, and the way back to the portal is cut. */
function neverComesBack(page, demo) {
  const sandbox = new URL(demo.sandbox_url).origin;
  return page.route(
    (url) => url.origin === sandbox,
    async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      await route.fetch({ maxRedirects: 0 });
      await route.abort();
    },
  );
}

/** The customer's program spends so much at once. */
async function spend(demo, dollars) {
  const headers = { authorization: `Bearer ${demo.api_key}`, 'content-type': 'application/json' };
  const wallets = await (await fetch(new URL(`/v1/customers/${demo.customer.id}/wallets`, demo.api_url), { headers })).json();
  const wallet = wallets.data.find((one) => one.unit === 'USD').id;
  const charge = { wallet, amount: { amount: dollars, unit: 'USD' }, kind: 'api_call' };
  const answer = await fetch(new URL('/v1/charges', demo.api_url), {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': crypto.randomUUID() },
    body: JSON.stringify(charge),
  });
  assert.ok(answer.ok, await answer.text());
}
