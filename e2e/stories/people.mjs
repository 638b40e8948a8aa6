// How customers of an API company come: staff write one down by hand, bring others by file with what they had before, and somebody signs up
// by himself, confirms his e-mail, and begins with the welcome credit.

import assert from 'node:assert/strict';
import { ENGLISH, NAMES, PORTUGUESE } from '../names.mjs';
import { story } from '../story.mjs';
import { contains, counts } from '../wait.mjs';

const PASSWORD = 'six words are better still';
const EMAIL = 'nina@example.com';
const csv = (...rows) => ({ name: 'customers.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.join('\r\n')) });
const OTTO = 'Otto Example;otto.example@example.com;acme-70;125,50;purchased;;en';
const PIA = 'Pia Example;pia.example@example.com;acme-71;10;promotional;2090-12-31;pt-BR';

/** The console as the demo's administrator. */
async function enter(demo, page, portal) {
  await page.goto(new URL('/console/sign-in', demo.portal_url).href);
  await portal.submitSignIn(demo.staff.email, demo.staff.password);
  await portal.heading('Console').waitFor();
}

const STAFF_WORDS = {
  'en-US': {
    customers: 'Customers', add: 'Add customer', name: 'Name', email: 'E-mail', ownId: 'Your own ID', save: 'Save', emailTaken: 'Another customer has this e-mail.',
    byHand: 'written down by staff', importFile: 'Import a file', file: 'File', check: 'Check file', wrong: '2 things are wrong.', wrongTable: 'What is wrong',
    ambiguous: 'thousands or decimals', kind: 'Write purchased or promotional.', errors: 'Errors as a file', other: 'Choose another file', right: 'All rows are right.',
    doImport: 'Import 2 customers', done: /^New customers: 2\. Opening balances: \$135\.50\.$/u, known: 'All rows are here already.', byFile: 'by file',
    head: 'name;email;external_id;opening_balance;balance_kind;expires;language',
    rows: [OTTO, PIA],
  },
  'pt-BR': {
    customers: 'Clientes', add: 'Adicionar cliente', name: 'Nome', email: 'E-mail', ownId: 'Seu próprio ID', save: 'Salvar', emailTaken: 'Outro cliente tem este e-mail.',
    byHand: 'cadastrado pela equipe', importFile: 'Importar arquivo', file: 'Arquivo', check: 'Conferir arquivo', wrong: 'Há 2 erros.', wrongTable: 'O que está errado',
    ambiguous: 'milhar ou decimal', kind: 'Escreva comprado ou promocional.', errors: 'Erros em arquivo', other: 'Escolher outro arquivo', right: 'Todas as linhas estão certas.',
    doImport: 'Importar 2 clientes', done: /^Novos clientes: 2\. Saldos iniciais: US\$\s135,50\.$/u, known: 'Todas as linhas já estão cadastradas.', byFile: 'por arquivo',
    head: 'nome;e-mail;id_externo;saldo_inicial;tipo_do_saldo;validade;idioma',
    rows: [OTTO.replace('purchased', 'comprado'), PIA.replace('promotional', 'promocional')],
  },
};

for (const names of NAMES) {
  const words = STAFF_WORDS[names.locale];
  const { money } = names;

  story(`people: a customer is written down by hand (${names.locale})`, { names }, async ({ demo, page, portal }) => {
    const button = page.getByRole('button', { name: words.save, exact: true });
    await enter(demo, page, portal);
    await portal.open(words.customers);
    await portal.link(words.add).click();
    await page.getByLabel(words.name, { exact: true }).fill('Rosa Example');
    await page.getByLabel(words.email, { exact: true }).fill(demo.customer.email);
    await button.click();

    // Somebody has this e-mail: the form links to him, and what was typed stays.
    await page.getByText(words.emailTaken).first().waitFor();
    await counts(page.locator('#email-problem').getByRole('link'), 1);
    await page.getByLabel(words.email, { exact: true }).fill('rosa@example.com');
    await page.getByLabel(words.ownId, { exact: true }).fill('acme-69');
    await button.click();
    await portal.heading('Rosa Example').waitFor();
    await contains(page.locator('main'), words.byHand);
    await contains(page.locator('main'), money(25));
    await contains(page.locator('main'), 'acme-69');
  });

  story(`people: customers come by file with their balances (${names.locale})`, { names }, async ({ demo, page, portal }) => {
    const check = async (rows) => {
      await page.getByLabel(words.file, { exact: true }).setInputFiles(csv(words.head, ...rows));
      await page.getByRole('button', { name: words.check, exact: true }).click();
    };
    const [otto, pia] = words.rows;
    await enter(demo, page, portal);
    await portal.open(words.customers);
    await portal.link(words.importFile).click();
    await check([otto.replace('125,50', '1,234'), pia.replace(/promo[a-z]+/u, '')]);
    await contains(page.getByRole('alert'), words.wrong);
    const table = page.getByRole('table', { name: words.wrongTable, exact: true });
    await contains(table.getByRole('row').nth(1), words.ambiguous);
    await contains(table.getByRole('row').nth(2), words.kind);
    const download = page.waitForEvent('download');
    await portal.link(words.errors).click();
    assert.match((await download).suggestedFilename(), /^(errors|erros)\.csv$/u);

    await portal.link(words.other).click();
    await check(words.rows);
    await page.getByText(words.right, { exact: true }).waitFor();
    await page.getByRole('button', { name: words.doImport, exact: true }).click();
    await page.getByText(words.done).waitFor();
    await portal.link(words.other).click();
    await check(words.rows);
    await contains(page.getByRole('status'), words.known);

    await portal.open(words.customers);
    await portal.link('Otto Example').click();
    await portal.heading('Otto Example').waitFor();
    await contains(page.locator('main'), words.byFile);
    await contains(page.locator('main'), money(125.5));
  });
}

const WORDS = new Map([
  [
    ENGLISH,
    {
      create: 'Create account', name: 'Name', email: 'E-mail', check: 'Look into your mailbox', again: 'Send the mail again',
      sent: /a new mail is on its way/u, confirm: 'Confirm your e-mail', go: 'Confirm and sign in',
      wrong: /not the password that was chosen/u, gone: 'This link works no more', customers: 'Customers', mails: 'Mails', origin: 'signed up on',
    },
  ],
  [
    PORTUGUESE,
    {
      create: 'Criar conta', name: 'Nome', email: 'E-mail', check: 'Veja sua caixa de entrada', again: 'Enviar o e-mail de novo',
      sent: /um novo e-mail está a caminho/u, confirm: 'Confirme seu e-mail', go: 'Confirmar e entrar',
      wrong: /não é a senha escolhida/u, gone: 'Este link não vale mais', customers: 'Clientes', mails: 'E-mails', origin: 'cadastrou-se em',
    },
  ],
]);

for (const [names, words] of WORDS) {
  const phone = { viewport: { width: 390, height: 844 }, javaScriptEnabled: false };
  story(`people: somebody signs up on a phone without JavaScript (${names.locale})`, { names, context: phone }, async ({ demo, page, context }) => {
    const button = (name) => page.getByRole('button', { name, exact: true });
    await page.goto(new URL('/sign-in', demo.portal_url).href);
    await page.getByRole('link', { name: words.create, exact: true }).click();
    await page.getByLabel(words.name, { exact: true }).fill('Nina Example');
    await page.getByLabel(words.email, { exact: true }).fill(EMAIL);
    await page.getByLabel(names.password, { exact: true }).fill(PASSWORD);
    await button(words.create).click();
    await page.getByRole('heading', { name: words.check, exact: true }).waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'it fits a phone');
    await button(words.again).click();
    await page.getByText(words.sent).waitFor();

    const desk = await context.browser().newContext({ locale: names.locale });
    try {
      const link = await newestLink(await desk.newPage(), demo);
      await page.goto(link);
      await page.getByRole('heading', { name: words.confirm, exact: true }).waitFor();
      await page.getByLabel(names.password, { exact: true }).fill('a guess of mine');
      await button(words.go).click();
      await page.getByText(words.wrong).waitFor();
      await page.getByLabel(names.password, { exact: true }).fill(PASSWORD);
      await button(words.go).click();
      await page.getByRole('heading', { name: names.billing, exact: true, level: 1 }).waitFor();
      await contains(page.locator('main'), names.locale === 'pt-BR' ? '25,00' : '$25.00');
      const gone = await page.goto(link);
      assert.equal(gone.status(), 410);
      await page.getByRole('heading', { name: words.gone, exact: true }).waitFor();

      const [staff] = desk.pages();
      await staff.goto(new URL('/console/customers?find=nina', demo.portal_url).href);
      await staff.getByRole('link', { name: 'Nina Example', exact: true }).click();
      await contains(staff.locator('main'), words.origin);
    } finally {
      await desk.close();
    }
  });
}

/** The link of the newest mail to her, as staff read it in the console. */
async function newestLink(staff, demo) {
  await staff.goto(new URL('/console/sign-in', demo.portal_url).href);
  await staff.locator('#login').fill(demo.staff.email);
  await staff.locator('#password').fill(demo.staff.password);
  await staff.locator('main button[type=submit]').click();
  await staff.waitForURL('**/console');
  await staff.goto(new URL('/console/mails', demo.portal_url).href);
  await staff.getByRole('listitem').filter({ hasText: EMAIL }).first().getByRole('link').click();
  await staff.waitForURL('**/console/mails/*');
  const letter = await staff.locator('main').innerText();
  return /https?:\/\/\S+\/sign-up\/confirmation\?token=\S+/u.exec(letter)[0];
}
