// A credit charged by boleto: bought at the end of the allowance, registered by the bank, paid there, and paid in Faturas, all of it
// shown in the page that stays open.

import assert from 'node:assert/strict';
import { PORTUGUESE } from '../names.mjs';
import { story } from '../story.mjs';
import { eventually, plain } from '../wait.mjs';

const LINHA_DIGITAVEL = /^\d{5}\.\d{5} \d{5}\.\d{6} \d{5}\.\d{6} \d \d{14}$/;

story('boleto: bought, registered, paid; paid again is told', { names: PORTUGUESE }, async ({ demo, page, portal, newTab }) => {
  const subscriber = demo.subscribers.find(({ state }) => state === 'zero');
  await portal.openSignIn();
  await portal.submitSignIn(subscriber.document, subscriber.password);
  await portal.heading('Compra de Crédito').waitFor();

  const bank = (await newTab()).page;
  await bank.goto(demo.bank_url);
  await bank.getByRole('button', { name: 'Register by hand', exact: true }).click();

  const credit = page.getByRole('combobox', { name: 'Crédito', exact: true });
  const pack = await credit.locator('option', { hasText: /^10,0.GB/ }).getAttribute('value');
  await credit.selectOption(pack);
  await page.getByText(/será cobrado por boleto, com vencimento em/).waitFor();
  await page.getByRole('button', { name: 'Comprar', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Compra confirmada', exact: true });
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();

  // Written, and not payable before the bank knows it.
  await portal.open('Faturas');
  await page.getByText('Em registro', { exact: true }).waitFor();
  await page.getByText('R$ 24,90').first().waitFor();
  const copy = page.getByRole('button', { name: 'Copiar a linha digitável', exact: true });
  assert.equal(await copy.count(), 0, 'a number that no bank takes is shown');
  await portal.markDocument();

  await eventually(async () => {
    await bank.reload();
    assert.equal(await bank.getByRole('button', { name: 'Register', exact: true }).count(), 1);
  });
  await bank.getByRole('button', { name: 'Register', exact: true }).click();
  await page.getByText('Em aberto', { exact: true }).waitFor();
  await copy.waitFor();
  assert.match(plain(await copy.getAttribute('data-copy')), LINHA_DIGITAVEL);

  // Segunda via: the same title as a page for the printer.
  const link = page.getByRole('link', { name: 'Segunda via (PDF)', exact: true });
  const url = new URL(await link.getAttribute('href'), demo.portal_url).href;
  const pdf = await page.context().request.get(url);
  assert.equal(pdf.status(), 200);
  assert.equal((await pdf.body()).subarray(0, 5).toString(), '%PDF-');

  await bank.getByRole('button', { name: 'Pay', exact: true }).click();
  await page.getByText('Pago', { exact: true }).waitFor();
  assert.equal(await copy.count(), 0, 'what is paid can be paid again');

  await bank.getByRole('button', { name: 'Pay again', exact: true }).click();
  await page.getByText(/Foi pago mais de uma vez/).waitFor();
  await portal.sameDocument();
});

story('boleto: a blocked line reaches its Faturas', { names: PORTUGUESE }, async ({ demo, page, portal }) => {
  const subscriber = demo.subscribers.find(({ state }) => state === 'blocked');
  await portal.openSignIn();
  await portal.submitSignIn(subscriber.document, subscriber.password);
  await portal.heading('Compra de Crédito').waitFor();
  await portal.open('Faturas');
  await page.getByText(/Nenhum boleto ainda/).waitFor();
});
