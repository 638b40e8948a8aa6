// A pack paid by card is refunded in two steps by support, who sees the data that each step takes before it is taken; the subscriber sees it
// go in his open tab, and why, on Compra de Crédito, in the check panel and on Faturas. He may buy again.

import { chooseWay } from '../buying.mjs';
import { Checkout, VISA } from '../checkout.mjs';
import { PORTUGUESE } from '../names.mjs';
import { story } from '../story.mjs';
import { contains, counts, reads } from '../wait.mjs';

story('a refund of a pack takes its data, step by step', { names: PORTUGUESE }, async ({ demo, page, portal, newTab }) => {
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
  await page.getByText('Velocidade restaurada', { exact: true }).waitFor();
  await reads(portal.output('Saldo Atual'), '10,0 GB');
  await portal.markDocument();

  const staff = await newTab();
  await staff.page.goto(new URL('/console/sign-in', demo.portal_url).href);
  await staff.submitSignIn(demo.staff.email, demo.staff.password);
  await staff.heading('Console').waitFor();
  await staff.page.goto(new URL(`/console/search?q=${encodeURIComponent(document)}`, demo.portal_url).href);
  await staff.page.getByRole('link', { name: /^Pagamento de .*24,90, Visa/u }).first().click();
  await lookAt(staff.page, '12,45');
  await contains(staff.page.getByRole('main'), 'Restante deste pacote: será retirado 5,0 GB');
  await staff.page.getByRole('radio', { name: 'Retirar os dados', exact: true }).and(staff.page.locator(':checked')).waitFor();
  await staff.page.getByRole('radio', { name: 'Deixar os dados', exact: true }).waitFor();
  await staff.page.getByRole('button', { name: /^Reembolsar .*12,45$/u }).click();
  await contains(staff.page.getByRole('status'), 'está sendo devolvido ao cliente.');
  await contains(staff.page.getByRole('main'), 'Dados retirados 5,0 GB de 10,0 GB');

  await reads(portal.output('Saldo Atual'), '5,0 GB');
  await contains(page.getByRole('main'), '5,0 GB retirados: o pagamento foi devolvido');
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

async function lookAt(page, amount) {
  await page.getByRole('link', { name: 'Reembolsar', exact: true }).click();
  await page.getByRole('textbox', { name: 'Valor a devolver', exact: true }).fill(amount);
  await page.getByRole('button', { name: 'Mostrar o efeito', exact: true }).click();
  await page.getByRole('heading', { name: 'O que ele retira dos dados', exact: true }).waitFor();
}
