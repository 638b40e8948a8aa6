// Money that is not as it was asked for, and a customer whom somebody deleted at the provider: what the customer reads on his phone, what staff
// find and do, that nothing is credited which was not asked for, and that reconciliation ends where provider and books agree.

import assert from 'node:assert/strict';
import { Checkout, VISA } from '../checkout.mjs';
import { NAMES } from '../names.mjs';
import { at, payment } from '../provider.mjs';
import { story } from '../story.mjs';
import { contains, counts, eventually } from '../wait.mjs';

const PHONE = { viewport: { width: 390, height: 844 } };

const WORDS = {
  'en-US': {
    came: 'Your payment of R$50.00 has come, but $10.00 was asked for',
    pending: 'Pending',
    withheld: 'It has come, but not as it was asked for.',
    brl: 'R$50.00',
    findings: 'Open findings',
    finding: 'A card paid in another currency than was asked for',
    advice: 'Give it back at Stripe',
    topup: 'Top-up',
    otherwise: 'Came otherwise than asked',
    creditIt: 'Give credit for this payment',
    amount: 'Amount',
    typed: '9.50',
    note: 'Note',
    save: 'Save',
    booked: 'Booked',
    byHand: 'We added the credit by hand.',
    reconciliation: 'Reconciliation',
    runNow: 'Run now',
    differences: 'What differs',
    noCards: 'No card saved yet.',
  },
  'pt-BR': {
    came: 'Seu pagamento de R$ 50,00 chegou, mas foram cobrados US$ 10,00',
    pending: 'Pendente',
    withheld: 'O pagamento chegou, mas não como foi cobrado.',
    brl: 'R$ 50,00',
    findings: 'Abrir pendências',
    finding: 'Um cartão pagou em moeda diferente da cobrada',
    advice: 'Devolva na Stripe',
    topup: 'Recarga',
    otherwise: 'Chegou diferente do cobrado',
    creditIt: 'Dar crédito por este pagamento',
    amount: 'Valor',
    typed: '9,50',
    note: 'Observação',
    save: 'Salvar',
    booked: 'Lançado',
    byHand: 'Adicionamos o crédito manualmente.',
    reconciliation: 'Conciliação',
    runNow: 'Conciliar agora',
    differences: 'O que difere',
    noCards: 'Nenhum cartão salvo ainda.',
  },
};

/** To the provider's page for ten dollars; the checkout's name. */
async function begin(portal, balance = 25) {
  await portal.openRecharge();
  await portal.balance(balance);
  await portal.addCredit();
  await new Checkout(portal.page).isOpen();
  return /cs_\w+/u.exec(portal.page.url())[0];
}

async function pays(portal, balance) {
  const { names } = portal;
  const checkout = new Checkout(portal.page);
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('successful', names.added(names.money(10), names.money(balance)), VISA.shown);
  await portal.closeDialog('successful');
}

/** Pays ten dollars on a page that asks for reais; he is told that it came, and nothing is credited. */
async function paysInReais({ demo, portal, page }, words) {
  await portal.signIn();
  const session = await begin(portal);
  await at(demo, `/checkouts/${session}/currency`, { currency: 'brl' });
  await page.reload();
  const checkout = new Checkout(page);
  await checkout.chooseDifferentCardIfAsked();
  await checkout.fillCard(VISA);
  await page.getByRole('button', { name: 'Pay R$ 50.00', exact: true }).click({ noWaitAfter: true });
  await portal.dialogSays('pending', words.came);
  await portal.closeDialog('pending');
  await portal.balance(25);
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

/** Has provider and books compared, until the page that staff see is as `look` wants it. */
async function reconciles(staff, words, look) {
  await staff.open(words.reconciliation);
  await staff.page.getByRole('button', { name: words.runNow, exact: true }).click();
  await staff.page.getByRole('button', { name: words.runNow, exact: true }).waitFor(); // it has ended
  await look(staff.page.getByRole('region', { name: words.differences, exact: true }));
}

for (const names of NAMES) {
  const words = WORDS[names.locale];
  const options = { names, context: PHONE };

  story(`paid in another currency: told, not credited, given back (${names.locale})`, options, async (told) => {
    const { demo, portal, page, newTab } = told;
    await paysInReais(told, words);
    await portal.rowsAre([{ amount: words.brl, card: VISA.shown, status: words.pending }]);
    await contains(portal.creditDetails(), words.withheld);
    await page.reload();
    await portal.balance(25);
    await portal.noDialog();

    const staff = await staffTab(newTab, demo);
    await reconciles(staff, words, (differences) => contains(differences, words.brl));
    await staff.page.goto(new URL('/console', demo.portal_url).href);
    await staff.page.getByRole('link', { name: words.findings, exact: true }).click();
    await contains(staff.page.getByRole('main'), words.finding);
    await contains(staff.page.getByRole('main'), words.advice);
    await staff.page.getByRole('main').getByRole('link', { name: words.topup, exact: true }).first().click();
    await contains(staff.page.getByRole('main'), words.otherwise);

    // He does what it says: the customer's row says so in his open page, and the two sides agree.
    await portal.markDocument();
    await at(demo, `/payments/${await payment(demo)}/refunds`);
    await portal.rowsAre([{ amount: words.brl, card: VISA.shown, status: names.refunded }]);
    await portal.sameDocument();
    await portal.balance(25);
    await reconciles(staff, words, (differences) => counts(differences, 0));
  });

  story(`paid in another currency: credited by hand, and settled by that (${names.locale})`, options, async (told) => {
    const { demo, portal, newTab } = told;
    await paysInReais(told, words);
    await portal.markDocument();
    const staff = await staffTab(newTab, demo);
    const main = staff.page.getByRole('main');
    const finder = staff.page.getByRole('searchbox');
    await finder.fill(await payment(demo));
    await finder.press('Enter');
    await main.getByRole('link', { name: words.creditIt, exact: true }).click();
    await contains(main, words.brl);
    await main.getByRole('textbox', { name: words.amount, exact: true }).fill(words.typed);
    await main.getByRole('textbox', { name: words.note, exact: true }).fill('Adaptive Pricing');
    await main.getByRole('button', { name: words.save, exact: true }).click();
    await staff.page.getByText(words.booked, { exact: true }).first().waitFor();

    // In the customer's open page; nobody is to look at it any more, and the two sides agree.
    await portal.balance(34.5);
    await portal.rowsAre([{ amount: words.brl, card: VISA.shown, status: names.success }]);
    await contains(portal.creditDetails(), words.byHand);
    await portal.sameDocument();
    await reconciles(staff, words, (differences) => counts(differences, 0));
    await staff.page.goto(new URL('/console', demo.portal_url).href);
    await counts(staff.page.getByRole('link', { name: words.findings, exact: true }), 0);
  });

  story(`deleted at the provider: what he pays is his, and he can pay again (${names.locale})`, options, async (told) => {
    const { demo, portal, page, newTab } = told;
    await portal.signIn();
    await begin(portal);
    const customer = (await customers(demo)).at(0).id;
    await at(demo, `/customers/${customer}/deletion`);
    await pays(portal, 35);
    await portal.open(names.savedCards);
    await contains(page.getByRole('main'), words.noCards);
    await begin(portal, 35);
    await pays(portal, 45);
    await portal.rowsAre([1, 2].map(() => ({ amount: names.money(10), card: VISA.shown, status: names.success })));
    await eventually(async () => assert.deepEqual((await customers(demo)).map(({ id }) => id === customer), [false]));
    await portal.open(names.savedCards);
    await contains(page.getByRole('main'), VISA.shown);
    const staff = await staffTab(newTab, demo);
    await reconciles(staff, words, (differences) => counts(differences, 0));
    await staff.page.goto(new URL('/console', demo.portal_url).href);
    await counts(staff.page.getByRole('link', { name: words.findings, exact: true }), 0);
  });
}

/** The customers whom the provider has. */
async function customers(demo) {
  const page = await (await fetch(new URL('/payments', demo.sandbox_url))).text();
  return [...page.matchAll(/\/customers\/(cus_\w+)\/deletion/gu)].map(([, id]) => ({ id }));
}
