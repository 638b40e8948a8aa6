// How subscribers get in: staff import a file with mistakes, correct it, import it, read out a code; the subscriber chooses a password
// with it and sees Compra de Crédito.

import assert from 'node:assert/strict';
import { ENGLISH, PORTUGUESE } from '../names.mjs';
import { story } from '../story.mjs';
import { contains, counts } from '../wait.mjs';

const PASSWORD = 'quatro palavras bastam';
const WORDS = new Map([
  [
    PORTUGUESE,
    {
      console: 'Console',
      subscribers: 'Assinantes',
      importFile: 'Importar arquivo',
      file: 'Arquivo',
      check: 'Conferir arquivo',
      errors: 'Há 2 erros.',
      wrong: 'O que está errado',
      repeated: 'Algarismos repetidos não são documento de ninguém.',
      noPlan: 'Não há plano com este nome.',
      other: 'Escolher outro arquivo',
      right: 'Todas as linhas estão certas.',
      importNow: 'Importar 3 linhas',
      done: 'Clientes novos: 2. Linhas novas: 3.',
      known: 'Todas as linhas já estão cadastradas.',
      find: 'Parte do nome, CPF ou CNPJ, e-mail ou login de acesso',
      findNow: 'Localizar',
      giveCode: 'Gerar código de acesso',
      firstAccess: 'Primeiro acesso',
      document: 'CPF ou CNPJ',
      code: 'Código de acesso',
      password: 'Nova senha',
      again: 'Repita a nova senha',
      save: 'Salvar e entrar',
      refused: /Documento e código não conferem/u,
    },
  ],
  [
    ENGLISH,
    {
      console: 'Console',
      subscribers: 'Subscribers',
      importFile: 'Import a file',
      file: 'File',
      check: 'Check file',
      errors: '2 things are wrong.',
      wrong: 'What is wrong',
      repeated: 'Repeated digits are nobody’s document.',
      noPlan: 'There is no plan of this name.',
      other: 'Choose another file',
      right: 'All rows are right.',
      importNow: 'Import 3 lines',
      done: 'New customers: 2. New lines: 3.',
      known: 'All rows are here already.',
      find: 'Part of a name, CPF or CNPJ, e-mail or access login',
      findNow: 'Find',
      giveCode: 'Make an access code',
      firstAccess: 'First access',
      document: 'CPF or CNPJ',
      code: 'Access code',
      password: 'New password',
      again: 'Repeat the new password',
      save: 'Save and sign in',
      refused: /Document and code do not belong together/u,
    },
  ],
]);

const HEADING = 'nome;cpf_cnpj;endereco;bairro;cidade;uf;cep;plano;login;dia_do_ciclo;usado';
const row = (name, document, plan, login, used) =>
  `${name};${document};Rua das Flores, 10;Centro;Sorocaba;SP;18010-000;${plan};${login};5;${used}`;
const csv = (...rows) => ({ name: 'assinantes.csv', mimeType: 'text/csv', buffer: Buffer.from([HEADING, ...rows].join('\r\n')) });
const ANA = '390.533.447-05';
const RIGHT = csv(
  row('Ana Exemplo', ANA, 'Fibra 50 Mega', 'ana.casa', '50 GB'),
  row('Ana Exemplo', ANA, 'Fibra 100 Mega', 'ana.loja', ''),
  row('Mercado Exemplo Ltda.', '12.ABC.345/01DE-35', 'Fibra 100 Mega', 'mercado', '12,5 GB'),
);
const WRONG = csv(
  row('Ana Exemplo', '111.111.111-11', 'Fibra 50 Mega', 'ana.casa', '50 GB'),
  row('Mercado Exemplo Ltda.', '12.ABC.345/01DE-35', 'Fibra 99', 'mercado', '12,5 GB'),
);

for (const [names, words] of WORDS) {
  story(`subscribers: imported, let in by a code (${names.locale})`, { names }, async ({ demo, page, portal, context }) => {
    const button = (name) => page.getByRole('button', { name, exact: true });
    const check = async (file) => {
      await page.getByLabel(words.file, { exact: true }).setInputFiles(file);
      await button(words.check).click();
    };

    await page.goto(new URL('/console/sign-in', demo.portal_url).href);
    await portal.submitSignIn(demo.staff.email, demo.staff.password);
    await portal.heading(words.console).waitFor();
    await portal.open(words.subscribers);
    await portal.link(words.importFile).click();

    // What is wrong is named by line and column, and nothing can be imported.
    await check(WRONG);
    await contains(page.getByRole('alert'), words.errors);
    const table = page.getByRole('table', { name: words.wrong, exact: true });
    await contains(table.getByRole('row').nth(1), words.repeated);
    await contains(table.getByRole('row').nth(2), words.noPlan);
    await counts(button(words.importNow), 0);

    // Corrected, and taken.
    await portal.link(words.other).click();
    await check(RIGHT);
    await page.getByText(words.right, { exact: true }).waitFor();
    await button(words.importNow).click();
    await page.getByText(words.done, { exact: true }).waitFor();

    // The same file again changes nothing.
    await portal.link(words.other).click();
    await check(RIGHT);
    await contains(page.getByRole('status'), words.known);

    // She calls: staff find her and read out a code.
    await portal.open(words.subscribers);
    await page.getByLabel(words.find, { exact: true }).fill(ANA);
    await button(words.findNow).click();
    await portal.link('Ana Exemplo').click();
    await portal.heading('Ana Exemplo').waitFor();
    await button(words.giveCode).click();
    const code = (await page.getByRole('region', { name: words.code, exact: true }).locator('code').innerText()).trim();
    assert.match(code, /^[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$/u);

    // She gets in with it from her own browser, after a code misheard.
    const hers = await context.browser().newContext({ locale: names.locale, reducedMotion: 'reduce' });
    try {
      const own = await hers.newPage();
      await own.goto(new URL('/sign-in', demo.portal_url).href);
      await own.getByRole('link', { name: words.firstAccess, exact: true }).click();
      const choose = async (typed) => {
        await own.getByLabel(words.document, { exact: true }).fill(ANA);
        await own.getByLabel(words.code, { exact: true }).fill(typed);
        await own.getByLabel(words.password, { exact: true }).fill(PASSWORD);
        await own.getByLabel(words.again, { exact: true }).fill(PASSWORD);
        await own.getByRole('button', { name: words.save, exact: true }).click();
      };
      await choose(code === '2222-2222' ? '3333-3333' : '2222-2222');
      await own.getByText(words.refused).waitFor();
      await choose(code.toLowerCase().replace('-', ' '));
      await own.getByRole('heading', { name: names.buyCredit, exact: true, level: 1 }).waitFor();
      const plans = own.getByRole('combobox', { name: names.plan, exact: true });
      await contains(plans, 'Fibra 50 Mega');
      await contains(plans, 'Fibra 100 Mega');
    } finally {
      await hers.close();
    }
  });
}

story('subscribers: an import goes on after the program was killed', { names: PORTUGUESE }, async ({ demo, page, portal }) => {
  const words = WORDS.get(PORTUGUESE);
  const many = 5_000;
  const rows = Array.from({ length: many }, (_, n) => row(`Assinante ${n}`, cpf(n), 'Fibra 50 Mega', `linha${n}`, '1 GB'));
  await page.goto(new URL('/console/sign-in', demo.portal_url).href);
  await portal.submitSignIn(demo.staff.email, demo.staff.password);
  await portal.heading(words.console).waitFor();
  await portal.open(words.subscribers);
  await portal.link(words.importFile).click();
  await page.getByLabel(words.file, { exact: true }).setInputFiles(csv(...rows));
  await page.getByRole('button', { name: words.check, exact: true }).click();
  await page.getByRole('button', { name: `Importar ${many} linhas`, exact: true }).click();
  await page.waitForURL(/\/imports\/1$/u);
  await page.goto('about:blank'); // nobody asks while the program is away
  await demo.kill();
  await demo.restart();
  await page.goto(new URL('/console/subscribers/imports/1', demo.portal_url).href);
  await page.getByText('Clientes novos: 5.000. Linhas novas: 5.000.', { exact: true }).waitFor();
});

/** The CPF that begins with this number. */
function cpf(n) {
  const digits = [...String(100_000_000 + n)].map(Number);
  for (const most of [10, 11]) {
    const sum = digits.reduce((all, digit, index) => all + digit * (most - index), 0);
    digits.push(((sum * 10) % 11) % 10);
  }
  return digits.join('');
}
