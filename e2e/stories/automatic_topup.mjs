// Automatic top-up on a phone, in both languages: turned on with consent, charged when little is left, paused by the customer; and
// turned on without JavaScript.

import { callApi } from '../demo.mjs';
import { Checkout, VISA } from '../checkout.mjs';
import { ENGLISH, NAMES } from '../names.mjs';
import { at } from '../provider.mjs';
import { story } from '../story.mjs';
import { contains, counts } from '../wait.mjs';

const WORDS = {
  'en-US': {
    heading: 'Automatic top-up', turnOn: 'Turn on automatic top-up', threshold: 'When less than this is available',
    amount: 'Amount to add', agree: /^I agree that/u, on: 'On', paused: 'Paused', pause: 'Pause', resume: 'Turn on again',
    byItself: 'Automatic recharge', remove: 'Remove', removeYes: 'Yes, remove it', stops: 'Automatic top-up charges this card: it stops',
    gone: 'The card is not saved any more. No card is charged by itself', state: 'How it stands', charges: 'Automatic charges', notAgreed: 'Tick the box to agree.', change: 'Change',
  },
  'pt-BR': {
    heading: 'Recarga automática', turnOn: 'Ativar a recarga automática', threshold: 'Quando houver menos que isto disponível',
    amount: 'Valor a adicionar', agree: /^Autorizo/u, on: 'Ativada', paused: 'Pausada', pause: 'Pausar', resume: 'Ativar novamente',
    byItself: 'Recarga automática', remove: 'Remover', removeYes: 'Sim, remover', stops: 'A recarga automática usa este cartão: ela para',
    gone: 'O cartão não está mais salvo. Nenhum cartão é cobrado', state: 'Situação', charges: 'Cobranças automáticas', notAgreed: 'Marque a caixa para autorizar.', change: 'Alterar',
  },
};
const PHONE = { viewport: { width: 390, height: 844 } };

async function payByHand(portal) {
  const { page, names } = portal;
  await portal.openRecharge();
  await portal.addCredit();
  const checkout = new Checkout(page);
  await checkout.isOpen();
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await page.waitForURL(/\/recharge/u);
  return names;
}

async function spend(demo, dollars) {
  const wallets = await callApi(demo, 'GET', `/v1/customers/${demo.customer.id}/wallets`);
  const wallet = wallets.data.find((one) => one.unit === 'USD');
  await callApi(demo, 'POST', '/v1/charges', { wallet: wallet.id, amount: { amount: dollars, unit: 'USD' }, kind: 'api_call' });
}

for (const names of NAMES) {
  const words = WORDS[names.locale];
  story(`automatic top-up on a phone (${names.locale})`, { names, context: PHONE }, async ({ portal, page, demo }) => {
    await portal.signIn();
    await payByHand(portal);
    await portal.closeDialog('successful');
    await page.getByRole('link', { name: words.turnOn, exact: true }).click();
    await portal.heading(words.heading).waitFor();
    await page.getByRole('textbox', { name: words.threshold, exact: true }).fill('10');
    await page.getByRole('textbox', { name: words.amount, exact: true }).fill('25');
    await page.getByRole('button', { name: words.turnOn, exact: true }).click();
    await contains(page.getByRole('alert'), words.notAgreed);
    await page.getByRole('checkbox', { name: words.agree }).check();
    await page.getByRole('button', { name: words.turnOn, exact: true }).click();
    const state = page.getByRole('region', { name: words.state, exact: true });
    await contains(state, words.on);
    await spend(demo, '30.00');
    await page.goto(new URL('/recharge', demo.portal_url).href);
    await portal.balance(30);
    await portal.rowsAre([
      { amount: names.money(25), card: VISA.shown, status: names.success },
      { amount: names.money(10), card: VISA.shown, status: names.success },
    ]);
    await page.getByRole('link', { name: words.change, exact: true }).click();
    const charges = page.getByRole('region', { name: words.charges, exact: true });
    await contains(charges, names.money(25));
    await contains(charges, names.success);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > 390) throw new Error(`the page is ${width} pixels wide`);
    await page.getByRole('button', { name: words.pause, exact: true }).click();
    await contains(state, words.paused);
    await page.getByRole('button', { name: words.resume, exact: true }).click();
    await contains(state, words.on);
  });
}

for (const names of NAMES) {
  const words = WORDS[names.locale];
  story(`automatic top-up: its open page follows a charge and a decline (${names.locale})`, { names, context: PHONE }, async ({ portal, page, demo }) => {
    await portal.signIn();
    await payByHand(portal);
    await portal.closeDialog('successful');
    await page.goto(new URL('/automatic-topup', demo.portal_url).href);
    await page.getByRole('textbox', { name: words.threshold, exact: true }).fill('10');
    await page.getByRole('textbox', { name: words.amount, exact: true }).fill('25');
    await page.getByRole('checkbox', { name: words.agree }).check();
    await page.getByRole('button', { name: words.turnOn, exact: true }).click();
    const state = page.getByRole('region', { name: words.state, exact: true });
    const charges = page.getByRole('region', { name: words.charges, exact: true });
    await contains(state, words.on);
    await portal.markDocument();
    await spend(demo, '30.00');
    await contains(charges, names.money(25));
    await contains(charges, names.success);
    await at(demo, '/faults', { off_session_decline: 'insufficient_funds' });
    await spend(demo, '25.00');
    await contains(state, words.paused);
    await contains(charges, names.failure);
    await page.getByRole('button', { name: words.resume, exact: true }).waitFor();
    await portal.sameDocument();

    await page.goto(new URL('/statement', demo.portal_url).href);
    await contains(page.getByRole('main'), words.byItself);
    await page.goto(new URL('/saved-cards', demo.portal_url).href);
    await page.getByText(words.remove, { exact: true }).click();
    await page.getByText(words.stops).waitFor();
    await page.getByRole('button', { name: words.removeYes, exact: true }).click();
    await page.goto(new URL('/billing', demo.portal_url).href);
    await contains(page.getByRole('main'), words.gone);
  });
}

story('automatic top-up is turned on without JavaScript', { context: { ...PHONE, javaScriptEnabled: false } }, async ({ portal, page, demo }) => {
  const words = WORDS[ENGLISH.locale];
  await portal.signIn();
  await payByHand(portal);
  await page.goto(new URL('/automatic-topup', demo.portal_url).href);
  await page.getByRole('checkbox', { name: words.agree }).check();
  await page.getByRole('button', { name: words.turnOn, exact: true }).click();
  await contains(page.getByRole('region', { name: words.state, exact: true }), words.on);
  await counts(page.getByRole('button', { name: words.pause, exact: true }), 1);
});
