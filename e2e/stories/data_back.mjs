// A pack paid by card is refunded in two steps by support, who sees the data that each step takes before it is taken; the subscriber sees it
// go in his open tab, and why, on Compra de Crédito, in the check panel and on Faturas. He may buy again.

import assert from 'node:assert/strict';
import { chooseWay } from '../buying.mjs';
import { Checkout, VISA } from '../checkout.mjs';
import { PORTUGUESE } from '../names.mjs';
import { at } from '../provider.mjs';
import { story } from '../story.mjs';
import { contains, counts, eventually, plain, reads } from '../wait.mjs';

story('a refund of a pack takes its data, step by step', { names: PORTUGUESE }, async ({ demo, page, portal, newTab }) => {
  const document = await buysByCard({ demo, page, portal });
  await portal.markDocument();

  const staff = await staffAtPayment({ demo, newTab }, document);
  await contains(staff.page.getByRole('main'), 'Comprou 10,0 GB · ');
  await lookAt(staff.page, '12,45');
  await contains(staff.page.getByRole('main'), 'Ainda não usado: pode ser retirado 5,0 GB');
  await staff.page.getByRole('radio', { name: 'Retirar os dados', exact: true }).and(staff.page.locator(':checked')).waitFor();
  await staff.page.getByRole('radio', { name: 'Deixar os dados', exact: true }).waitFor();
  await staff.page.getByRole('button', { name: /^Reembolsar .*12,45$/u }).click();
  await contains(staff.page.getByRole('status'), 'está sendo devolvido ao cliente.');
  await contains(staff.page.getByRole('main'), 'Dados retirados 5,0 GB de 10,0 GB');

  await reads(portal.output('Saldo Atual'), '5,0 GB');
  await contains(page.getByRole('main'), 'R$ 12,45 devolvidos: 5,0 GB retirados, 5,0 GB mantidos');
  await portal.sameDocument();

  await lookAt(staff.page, '12,45');
  await staff.page.getByRole('button', { name: /^Reembolsar .*12,45$/u }).click();
  await contains(staff.page.getByRole('main'), 'Dados retirados 10,0 GB de 10,0 GB');
  await reads(portal.output('Saldo Atual'), '0,0 GB');
  await portal.sameDocument();

  await page.getByRole('button', { name: 'Conferência', exact: true }).click();
  const check = page.getByRole('region', { name: 'Conferência', exact: true });
  await check.getByText('Ajustes', { exact: true }).first().click();
  await contains(check, 'Compra de crédito reembolsada, Visa •••• 4242');
  await contains(check, '− 10,0 GB');
  await portal.open('Faturas');
  const table = page.getByRole('table', { name: 'Pagamentos com cartão', exact: true });
  await counts(table.getByText('Reembolsado', { exact: true }), 1);
  await contains(table, '10,0 GB dos dados comprados foram retirados.');

  // Nothing is left, so he may buy again.
  await portal.open('Compra de Crédito');
  await chooseWay(page, 'card', /será cobrado no cartão/u);
});

// His bank holds the payment: what he bought is contested, not given back, in his open tab and among staff, each in words of their own; the
// bank decides for the payment, and the data is there again.
story('a pack that is disputed reads contested until the bank has decided', { names: PORTUGUESE }, async ({ demo, page, portal, newTab }) => {
  const document = await buysByCard({ demo, page, portal });
  await portal.markDocument();
  const staff = await staffAtPayment({ demo, newTab }, document);
  const name = /pi_\w+/u.exec(await staff.page.getByRole('main').textContent())[0];
  const disputed = (await at(demo, `/payments/${name}/disputes`, {})).id;
  await reads(portal.output('Saldo Atual'), '0,0 GB');
  await contains(page.getByRole('main'), 'Contestado no banco: 10,0 GB retirados até a decisão; voltam se o pagamento for mantido');
  await counts(page.getByText(/devolvido/u), 0);
  await portal.sameDocument();
  await eventually(async () => {
    await staff.page.reload();
    await contains(staff.page.getByRole('main'), 'Contestado no banco do cliente, que fica com o pagamento até decidir.');
  });
  await staff.page.goto(new URL('/console', demo.portal_url).href);
  await contains(staff.page.getByRole('main'), '1 contestação aguarda resposta ao banco. Responda até ');
  await staff.page.goto(new URL('/console/payments', demo.portal_url).href);
  const row = staff.page.getByRole('row').filter({ hasText: '24,90' }).first();
  await contains(row, 'Contestado no banco do cliente');
  assert.ok(!plain(await row.textContent()).includes('Seu banco'), 'staff read the words of the customer');

  await at(demo, `/disputes/${disputed}/closing`, { ending: 'won' });
  await reads(portal.output('Saldo Atual'), '10,0 GB');
  await contains(page.getByRole('main'), 'Contestado no banco, que manteve o pagamento: nenhum dado está retirado');
  await portal.sameDocument();
});

/** The subscriber signs in and buys ten gigabytes by card, which are his at once. */
async function buysByCard({ demo, page, portal }) {
  const { document, password } = demo.subscribers.find(({ state }) => state === 'zero');
  await portal.openSignIn();
  await portal.submitSignIn(document, password);
  await portal.heading('Compra de Crédito').waitFor();
  await chooseWay(page, 'card', /será cobrado no cartão/u);
  await page.getByRole('button', { name: 'Comprar', exact: true }).click();
  const checkout = new Checkout(page);
  await checkout.isOpen();
  await checkout.fillCard(VISA);
  await page.getByRole('button', { name: /^Pay R\$\s?24[.,]90$/u }).click();
  const dialog = page.getByRole('dialog', { name: 'Pagamento confirmado', exact: true });
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await page.getByText('Crédito liberado', { exact: true }).waitFor();
  await reads(portal.output('Saldo Atual'), '10,0 GB');
  return document;
}

/** A tab in which staff have signed in and found this customer's newest payment. */
async function staffAtPayment({ demo, newTab }, document) {
  const staff = await newTab();
  await staff.page.goto(new URL('/console/sign-in', demo.portal_url).href);
  await staff.submitSignIn(demo.staff.email, demo.staff.password);
  await staff.heading('Console').waitFor();
  await staff.page.goto(new URL(`/console/search?q=${encodeURIComponent(document)}`, demo.portal_url).href);
  await staff.page.getByRole('link', { name: /^Pagamento de .*24,90, Visa/u }).first().click();
  return staff;
}

async function lookAt(page, amount) {
  await page.getByRole('link', { name: 'Reembolsar', exact: true }).click();
  await page.getByRole('textbox', { name: 'Valor a devolver', exact: true }).fill(amount);
  await page.getByRole('button', { name: 'Mostrar o efeito', exact: true }).click();
  await page.getByRole('heading', { name: 'Os dados deste pacote', exact: true }).waitFor();
}
