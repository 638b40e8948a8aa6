// A credit charged by boleto: bought at the end of the allowance, registered by the bank, paid there, and paid in Faturas, all of it
// shown in the page that stays open.

import assert from 'node:assert/strict';
import { ENGLISH, PORTUGUESE } from '../names.mjs';
import { story } from '../story.mjs';
import { eventually, plain } from '../wait.mjs';

const LINHA_DIGITAVEL = /^\d{5}\.\d{5} \d{5}\.\d{6} \d{5}\.\d{6} \d \d{14}$/;

/** What stands on the pages in each language. */
const WORDS = new Map([
  [PORTUGUESE, {
    charged: /será cobrado por boleto, com vencimento em/,
    registering: 'Em registro',
    open: 'Em aberto',
    paid: 'Pago',
    paidTwice: /Foi pago mais de uma vez/,
    amount: 'R$ 24,90',
    copy: 'Copiar a linha digitável',
    pdf: 'PDF do boleto',
    see: 'Ver em Faturas',
    stepRegistering: 'Boleto: Em registro',
    stepOpen: 'Boleto: Em aberto',
    stepPaid: 'Boleto: Pago',
  }],
  [ENGLISH, {
    charged: /will be charged by boleto, due/,
    registering: 'Being registered',
    open: 'Open',
    paid: 'Paid',
    paidTwice: /paid more than once/,
    amount: 'R$24.90',
    copy: 'Copy the linha digitável',
    pdf: 'Boleto as PDF',
    see: 'See it in Invoices',
    stepRegistering: 'Boleto: Being registered',
    stepOpen: 'Boleto: Open',
    stepPaid: 'Boleto: Paid',
  }],
]);
const SIZES = [{ width: 1280, height: 900 }, { width: 390, height: 844 }];

for (const [names, words] of WORDS) {
  for (const viewport of SIZES) {
    const title = `boleto: bought, registered, paid; paid again is told, in ${names.language}, ${viewport.width} pixels wide`;
    story(title, { names, context: { viewport } }, (stage) => buyAndPay(stage, names, words));
  }
}

async function buyAndPay({ demo, page, portal, newTab }, names, words) {
  const subscriber = demo.subscribers.find(({ state }) => state === 'zero');
  await portal.openSignIn();
  await portal.submitSignIn(subscriber.document, subscriber.password);
  await portal.heading(names.buyCredit).waitFor();

  const bank = (await newTab()).page;
  await bank.goto(demo.bank_url);
  await bank.getByRole('button', { name: names.bank.registerByHand, exact: true }).click();

  const credit = page.getByRole('combobox', { name: names.credit, exact: true });
  const pack = await credit.locator('option', { hasText: /^10[.,]0.GB/ }).getAttribute('value');
  await credit.selectOption(pack);
  await page.getByText(words.charged).waitFor();
  await page.getByRole('button', { name: names.buy, exact: true }).click();
  const dialog = page.getByRole('dialog', { name: names.purchaseConfirmed, exact: true });
  const buying = (await newTab()).page;
  await buying.goto(new URL('/buy-credit', demo.portal_url).href);
  await buying.getByText(words.stepRegistering, { exact: true }).waitFor();

  // Written, and not payable before the bank knows it.
  await dialog.getByRole('link', { name: words.see, exact: true }).click();
  await portal.heading(names.invoices).waitFor();
  await page.getByText(words.registering, { exact: true }).waitFor();
  await page.getByText(words.amount).first().waitFor();
  const copy = page.getByRole('button', { name: words.copy, exact: true });
  assert.equal(await copy.count(), 0, 'a number that no bank takes is shown');
  await portal.markDocument();

  await eventually(async () => {
    await bank.reload();
    assert.equal(await bank.getByRole('button', { name: names.bank.register, exact: true }).count(), 1);
  });
  await bank.getByRole('button', { name: names.bank.register, exact: true }).click();
  await page.getByText(words.open, { exact: true }).waitFor();
  await copy.waitFor();
  assert.match(plain(await copy.getAttribute('data-copy')), LINHA_DIGITAVEL);

  // The steps of the purchase, in a tab that was open all the time, lead to the same.
  await buying.getByText(words.stepOpen, { exact: true }).waitFor();
  const digits = await buying.getByRole('button', { name: words.copy, exact: true }).getAttribute('data-copy');
  assert.equal(digits, await copy.getAttribute('data-copy'));
  await buying.getByRole('link', { name: words.pdf, exact: true }).waitFor();

  // Segunda via: the same title as a page for the printer.
  const link = page.getByRole('link', { name: words.pdf, exact: true });
  const url = new URL(await link.getAttribute('href'), demo.portal_url).href;
  const pdf = await page.context().request.get(url);
  assert.equal(pdf.status(), 200);
  assert.equal((await pdf.body()).subarray(0, 5).toString(), '%PDF-');

  await bank.getByRole('button', { name: names.bank.pay, exact: true }).click();
  await page.getByText(words.paid, { exact: true }).waitFor();
  assert.equal(await copy.count(), 0, 'what is paid can be paid again');
  await buying.getByText(words.stepPaid, { exact: true }).waitFor();

  await bank.getByRole('button', { name: names.bank.payAgain, exact: true }).click();
  await page.getByText(words.paidTwice).waitFor();
  await portal.sameDocument();
  const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.ok(!isWide, 'the page scrolls sideways');
}

story('boleto: a blocked line reaches its Faturas', { names: PORTUGUESE }, async ({ demo, page, portal }) => {
  const subscriber = demo.subscribers.find(({ state }) => state === 'blocked');
  await portal.openSignIn();
  await portal.submitSignIn(subscriber.document, subscriber.password);
  await portal.heading('Compra de Crédito').waitFor();
  await portal.open('Faturas');
  await page.getByText(/Nenhum boleto ainda/).waitFor();
});
