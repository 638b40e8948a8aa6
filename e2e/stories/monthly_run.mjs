// The monthly run: staff makes the invoices, the bank registers and takes payment; who does not pay is blocked, trusted once, and
// works again as soon as he has paid.

import assert from 'node:assert/strict';
import { ENGLISH, PORTUGUESE } from '../names.mjs';
import { story } from '../story.mjs';
import { counts, eventually } from '../wait.mjs';

const DAY_SECONDS = 86_400;

story('monthly run: invoices, blocked when unpaid, trusted, paid', { names: PORTUGUESE }, async ({ demo, page, portal, newTab }) => {
  const staff = (await newTab()).page;
  await signInStaff(staff, demo, { password: 'Senha', signIn: 'Entrar' });
  await blockAfter(staff, demo, { plan: 'Fibra 50 Mega', field: 'Dias até o bloqueio por falta de pagamento', save: 'Salvar' });

  // A correction that cannot be is refused in words; a good one stands on the invoice.
  await staff.goto(new URL('/console/billing/adjustments/new', demo.portal_url).href);
  await staff.getByLabel('CPF ou CNPJ do assinante', { exact: true }).fill('111.111.111-11');
  await staff.getByLabel('Valor', { exact: true }).fill('5,00');
  await staff.getByLabel('Motivo', { exact: true }).fill('Falha de sinal');
  await staff.getByRole('button', { name: 'Salvar', exact: true }).click();
  await staff.getByRole('alert').filter({ hasText: 'Não há assinante com este CPF ou CNPJ.' }).waitFor();
  const subscriber = demo.subscribers.find(({ state }) => state === 'plenty');
  await staff.getByLabel('CPF ou CNPJ do assinante', { exact: true }).fill(subscriber.document);
  await staff.getByRole('button', { name: 'Salvar', exact: true }).click();
  await staff.getByText('Falha de sinal', { exact: true }).waitFor();

  await staff.getByRole('link', { name: 'Gerar as faturas', exact: true }).click();
  await staff.getByRole('button', { name: /^Sim, gerar as faturas de/ }).click();
  await bothRunsAre(staff, 'Faturamentos', 'Concluído');
  const table = staff.getByRole('table', { name: 'Faturas', exact: true });
  assert.equal(await table.getByText('Em aberto', { exact: true }).count(), 3);

  await portal.openSignIn();
  await portal.submitSignIn(subscriber.document, subscriber.password);
  await portal.heading('Compra de Crédito').waitFor();
  await portal.open('Faturas');
  await page.getByText('R$ 94,90').first().waitFor();
  await page.getByText('O que está nela', { exact: true }).first().click();
  await page.getByText('Falha de sinal', { exact: true }).waitFor();
  const copy = page.getByRole('button', { name: 'Copiar a linha digitável', exact: true });
  await copy.first().waitFor();
  const link = page.getByRole('link', { name: 'Fatura em PDF', exact: true }).first();
  const pdf = await page.context().request.get(new URL(await link.getAttribute('href'), demo.portal_url).href);
  assert.equal((await pdf.body()).subarray(0, 5).toString(), '%PDF-');

  // Nobody pays.
  await advance(demo, 20 * DAY_SECONDS);
  const trust = page.locator('summary', { hasText: 'Desbloqueio de confiança' });
  await trust.waitFor();
  await page.getByText(/está bloqueado por falta de pagamento/).first().waitFor();
  await trust.click();
  await page.getByText(/^Só pode ser usado uma vez por ciclo\. O acesso volta agora e fica liberado até /u).waitFor();
  await page.getByRole('button', { name: 'Sim, desbloquear agora', exact: true }).click();
  await page.getByText(/está liberado em confiança até/).waitFor();
  assert.equal(await trust.count(), 0, 'trusted twice');

  const bank = (await newTab()).page;
  await bank.goto(demo.bank_url);
  await bank.getByRole('row').filter({ hasText: '94,90' }).getByRole('button', { name: PORTUGUESE.bank.pay, exact: true }).click();
  await page.getByText('Pago', { exact: true }).first().waitFor();
  await eventually(async () => {
    await page.reload();
    assert.equal(await page.getByText(/está bloqueado/).count(), 0);
  });
  await portal.open('Compra de Crédito');
  await page.getByRole('status', { name: 'Saldo Atual', exact: true }).waitFor();
});

story('monthly run in English: begun twice is one; paid in another way', { names: ENGLISH }, async ({ demo, page }) => {
  await signInStaff(page, demo, { password: 'Password', signIn: 'Sign in' });
  await page.goto(new URL('/console/billing', demo.portal_url).href);
  await page.getByRole('link', { name: 'Make the invoices', exact: true }).click();
  const csrf = await page.locator('form[action="/console/billing/runs"] input[name=csrf]').getAttribute('value');
  const month = await page.locator('form[action="/console/billing/runs"] input[name=month]').getAttribute('value');
  await page.getByRole('button', { name: /^Yes, make the invoices of/ }).click();
  await bothRunsAre(page, 'Runs', 'Done');
  const form = { csrf, month };
  const again = await page.context().request.post(new URL('/console/billing/runs', demo.portal_url).href, { form, maxRedirects: 0 });
  assert.equal(again.status(), 422);
  await followsWithoutReload(page, demo);
  const table = page.getByRole('table', { name: 'Invoices', exact: true });
  assert.equal(await table.getByText('Open', { exact: true }).count(), 3);

  await table.getByRole('link').first().click();
  await page.getByRole('button', { name: 'Mark as paid', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: 'Say why' }).waitFor();
  await page.getByLabel('Reason', { exact: true }).fill('Cash at the counter');
  await page.getByRole('button', { name: 'Mark as paid', exact: true }).click();
  await page.getByText('Paid', { exact: true }).first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Mark as paid', exact: true }).count(), 0);
});

/** The page as it is drawn while a run goes on asks by itself how far it has come, and is never loaded again. */
async function followsWithoutReload(page, demo) {
  const url = new URL('/console/billing', demo.portal_url).href;
  let goOn;
  const isSeen = new Promise((resolve) => { goOn = resolve; });
  await page.route(url, async (route) => {
    if (!route.request().isNavigationRequest()) {
      await isSeen;
      return route.continue();
    }
    const answer = await route.fetch();
    const drawn = await answer.text();
    const going = drawn
      .replace('data-follow>', 'data-follow data-pending>')
      .replace(/(<td role="cell" data-label="Progress">).*?<\/td>/su, '$1<progress max="3" value="1"></progress> 1 / 3</td>');
    assert.notEqual(going, drawn);
    return route.fulfill({ response: answer, body: going });
  });
  await page.goto(url);
  await page.evaluate(() => { globalThis.isTheSamePage = true; });
  await page.getByText('1 / 3').waitFor();
  goOn();
  await bothRunsAre(page, 'Runs', 'Done');
  assert.equal(await page.locator('[data-follow][data-pending]').count(), 0);
  assert.equal(await page.locator('[data-follow]').getAttribute('role'), 'status', 'its end is said');
  assert.ok(await page.evaluate(() => globalThis.isTheSamePage), 'the page was loaded again');
  await page.unroute(url);
}

/** The run of the past, whose one invoice is overdue, and the one that was begun now. */
const bothRunsAre = (page, name, words) =>
  counts(page.getByRole('table', { name, exact: true }).getByText(words, { exact: true }), 2);

async function signInStaff(page, demo, words) {
  await page.goto(new URL('/console/sign-in', demo.portal_url).href);
  await page.getByRole('textbox').first().fill(demo.staff.email);
  await page.getByLabel(words.password, { exact: true }).fill(demo.staff.password);
  await page.getByRole('button', { name: words.signIn, exact: true }).click();
  await page.getByRole('heading', { name: 'Console', exact: true, level: 1 }).waitFor();
}

/** Has lines of a plan blocked the day after the due day. */
async function blockAfter(page, demo, words) {
  await page.goto(new URL('/console/plans', demo.portal_url).href);
  await page.getByRole('link', { name: words.plan, exact: true }).click();
  await page.getByLabel(words.field, { exact: true }).fill('0');
  await page.getByRole('button', { name: words.save, exact: true }).click();
}

async function advance(demo, seconds) {
  const answer = await fetch(new URL('/v1/test-clock/advance', demo.api_url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${demo.api_key}`,
      'content-type': 'application/json',
      'idempotency-key': crypto.randomUUID(),
    },
    body: JSON.stringify({ seconds }),
  });
  assert.equal(answer.status, 200, await answer.text());
}
