// Staff of a provider at the console: a router is added; a boleto goes out in a remittance, comes back in a return and is written off; a
// file that cannot be taken is named; the check panel of a line opens down to its entries. The bank's page is told that people
// carry the files.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { ENGLISH, PORTUGUESE } from '../names.mjs';
import { story } from '../story.mjs';
import { contains, eventually, plain } from '../wait.mjs';

const WORDS = [
  [
    ENGLISH,
    {
      console: 'Console',
      routers: 'Routers',
      newRouter: 'New router',
      name: 'Name',
      address: 'IP address',
      secret: 'RADIUS secret',
      save: 'Save',
      badSecret: '8 to 128 letters',
      never: 'Never reported',
      reports: 'Reports',
      boletos: 'Boletos',
      files: 'Bank files',
      waits: '1 title waits for the next remittance.',
      nothing: 'Nothing waits to be told.',
      openFiles: 'Open bank files',
      make: 'Make remittance',
      made: 'Remittance 1 with 1 title was made',
      file: 'Return file',
      load: 'Load return',
      truncated: 'without its trailer',
      otherBank: 'not of',
      taken: 'Return loaded',
      registered: 'Registered',
      again: 'Nothing was changed.',
      findings: 'To look at',
      fits: 'Everything fits.',
      unknown: 'The bank tells of a title that is not ours',
      openFindings: 'Open findings',
      done: 'Done',
      looked: 'Nothing to look at.',
      search: 'Search',
      words: 'Nosso número, number, CPF, CNPJ or name',
      writeOff: 'Cancel the boleto (write off)',
      writeOffYes: 'Yes, cancel it: nobody is to pay it any more',
      rest: 'Take back the rest of the credit',
      toWriteOff: 'Write-off to be sent',
      wasWrittenOff: 'The boleto was written off.',
      writtenOff: 'Written off',
      lines: 'Lines',
      total: 'Total used',
      formula: 'Monthly allowance + Total credit bought this month + Total used outside the allowance − Total used = Current balance',
    },
  ],
  [
    PORTUGUESE,
    {
      console: 'Console',
      routers: 'Roteadores',
      newRouter: 'Novo roteador',
      name: 'Nome',
      address: 'Endereço IP',
      secret: 'Segredo RADIUS',
      save: 'Salvar',
      badSecret: 'de 8 a 128 letras',
      never: 'Nunca informou',
      reports: 'Informando',
      boletos: 'Boletos',
      files: 'Arquivos do banco',
      waits: '1 título espera a próxima remessa.',
      nothing: 'Nenhum título espera envio.',
      openFiles: 'Abrir arquivos do banco',
      make: 'Gerar remessa',
      made: 'A remessa 1 com 1 título foi gerada',
      file: 'Arquivo de retorno',
      load: 'Carregar retorno',
      truncated: 'sem o trailer',
      otherBank: 'não do',
      taken: 'Retorno carregado',
      registered: 'Registrados',
      again: 'Nada foi alterado.',
      findings: 'A verificar',
      fits: 'Tudo confere.',
      unknown: 'O banco informa um título que não é nosso',
      openFindings: 'Abrir pendências',
      done: 'Resolvido',
      looked: 'Nada a verificar.',
      search: 'Buscar',
      words: 'Nosso número, número, CPF, CNPJ ou nome',
      writeOff: 'Cancelar o boleto (baixa no banco)',
      writeOffYes: 'Sim, cancelar: ninguém mais deve pagá-lo',
      rest: 'Retirar o resto do crédito',
      toWriteOff: 'Baixa a enviar',
      wasWrittenOff: 'O boleto foi baixado.',
      writtenOff: 'Baixado',
      lines: 'Linhas',
      total: 'Total navegado',
      formula: 'Franquia mensal + Total crédito comprado no mês + Total Navegado fora da franquia − Total Navegado = Saldo atual',
    },
  ],
];

for (const [names, words] of WORDS) {
  story(`console of a provider: routers, bank files, write-off, check panel (${names.locale})`, { names }, async (told) => {
    const { demo, page, portal } = told;
    const bank = (await told.newTab()).page;
    await bank.goto(demo.bank_url);
    await bank.getByRole('button', { name: names.bank.carryByHand, exact: true }).click();
    await buyByBoleto(told);

    await page.goto(new URL('/console/sign-in', demo.portal_url).href);
    await portal.submitSignIn(demo.staff.email, demo.staff.password);
    await portal.heading(words.console).waitFor();
    await addRouter(told, words);

    const button = (name) => page.getByRole('button', { name, exact: true });
    const load = async (name, body) => {
      await page.goto(new URL('/console/boletos/files', demo.portal_url).href);
      const file = { name, mimeType: 'text/plain', buffer: Buffer.from(body, 'latin1') };
      await page.getByLabel(words.file, { exact: true }).setInputFiles(file);
      await button(words.load).click();
    };

    // The first page says that something is to be sent, with the way there.
    await portal.open(words.console);
    await page.getByText(words.waits, { exact: true }).waitFor();
    await portal.link(words.openFiles).click();
    await portal.heading(words.files).waitFor();
    const toBank = await remit(told, words, words.made);
    assert.equal((await fetch(new URL('/remittances', demo.bank_url), { method: 'POST', body: toBank })).status, 204);
    await page.getByText(words.nothing, { exact: true }).waitFor();

    // What cannot be taken is named and changes nothing; what can is told in figures, and again changes nothing.
    const good = await returnOf(demo, 1);
    await load('half.ret', good.slice(0, -300));
    await contains(page.getByRole('alert'), words.truncated);
    await load('other.ret', good.replaceAll(/^001/gmu, '756'));
    await contains(page.getByRole('alert'), words.otherBank);
    await load('CBR1.ret', good);
    await portal.heading(words.taken).waitFor();
    await contains(page.locator('main'), words.fits);
    await load('CBR1.ret', good);
    await contains(page.getByRole('status'), words.again);

    // A file about another's title: a finding with its line, on the first page until somebody has dealt with it.
    await load('CBR2.ret', aboutAnotherTitle(good));
    await contains(page.locator('main'), words.unknown);
    await portal.open(words.console);
    await portal.link(words.openFindings).click();
    await portal.heading(words.findings).waitFor();
    await contains(page.locator('main'), words.unknown);
    await button(words.done).click();
    await page.getByText(words.looked).first().waitFor();

    await writeOff(told, words);
    await page.goto(new URL('/console/boletos/files', demo.portal_url).href);
    const order = await remit(told, words, '2');
    assert.equal((await fetch(new URL('/remittances', demo.bank_url), { method: 'POST', body: order })).status, 204);
    await eventually(async () => {
      await bank.reload();
      assert.equal(await bank.getByRole('cell', { name: names.bank.writtenOff, exact: true }).count(), 1);
    });
    await load('CBR3.ret', await returnOf(demo, 2, 3));
    await contains(page.locator('main'), words.fits);

    // Where a line's balance comes from, down to the entries.
    await portal.open(words.lines);
    await page.getByRole('row').filter({ hasText: 'João Exemplo' }).getByRole('link').last().click();
    const panel = page.getByRole('region', { name: names.check, exact: true });
    await contains(panel, words.formula);
    await panel.locator('summary').filter({ has: page.getByText(words.total, { exact: true }) }).click();
    await panel.locator('details[open] li').first().waitFor();
  });
}

/** The subscriber whose balance is used up buys a pack by boleto, in a browser of his own. */
async function buyByBoleto({ demo, context, portal }) {
  const browser = await context.browser().newContext({ locale: portal.names.locale, reducedMotion: 'reduce' });
  try {
    const page = await browser.newPage();
    const { names } = portal;
    const subscriber = demo.subscribers.find(({ state }) => state === 'zero');
    await page.goto(new URL('/sign-in', demo.portal_url).href);
    await page.getByRole('textbox', { name: names.login, exact: true }).fill(subscriber.document);
    await page.getByLabel(names.password, { exact: true }).fill(subscriber.password);
    await page.getByRole('button', { name: names.signIn, exact: true }).click();
    const credit = page.getByRole('combobox', { name: names.credit, exact: true });
    await credit.selectOption(await credit.locator('option', { hasText: /^10[.,]0.GB/u }).first().getAttribute('value'));
    await page.getByRole('button', { name: names.buy, exact: true }).click();
    await page.getByRole('dialog', { name: names.purchaseConfirmed, exact: true }).waitFor();
  } finally {
    await browser.close();
  }
}

async function addRouter({ page, portal }, words) {
  await portal.open(words.routers);
  await page.getByText(words.reports, { exact: true }).waitFor();
  await portal.link(words.newRouter).click();
  await page.getByLabel(words.name, { exact: true }).fill('Torre norte');
  await page.getByLabel(words.address, { exact: true }).fill('192.0.2.7');
  await page.getByLabel(words.secret, { exact: true }).fill('short');
  await page.getByRole('button', { name: words.save, exact: true }).click();
  await contains(page.getByRole('alert'), words.badSecret);
  await page.getByLabel(words.secret, { exact: true }).fill('segredo-da-torre');
  await page.getByRole('button', { name: words.save, exact: true }).click();
  const row = page.getByRole('row', { name: /Torre norte/u });
  await contains(row, words.never);
}

/** Presses the button that makes the file; what was downloaded. */
async function remit({ page }, words, said) {
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: words.make, exact: true }).click();
  const file = await downloading;
  await contains(page.getByRole('status'), said);
  return readFile(await file.path(), 'latin1');
}

/** The bank's return of this number; `as` gives it another one, as if people had loaded more between. */
async function returnOf(demo, number, as = number) {
  const url = new URL(`/returns/${number}`, demo.bank_url);
  const body = await eventually(async () => {
    const answer = await fetch(url);
    assert.equal(answer.status, 200);
    return answer.text();
  });
  return numbered(body, as);
}

/** Positions 158 to 163 of the header are the file's number. */
function numbered(body, number) {
  return body.slice(0, 157) + String(number).padStart(6, '0') + body.slice(163);
}

/** The same return, numbered 2, of a title whose nosso número is none of ours. */
function aboutAnotherTitle(body) {
  const lines = body.split('\r\n').map((line) => (line[13] === 'T' ? `${line.slice(0, 37)}${'9'.repeat(17)}   ${line.slice(57)}` : line));
  return numbered(lines.join('\r\n'), 2);
}

async function writeOff({ page, portal }, words) {
  await portal.open(words.boletos);
  await page.getByLabel(words.words, { exact: true }).fill('1');
  // The one beside the field; the other one searches the whole console.
  await page.getByRole('search').filter({ has: page.getByLabel(words.words, { exact: true }) }).getByRole('button', { name: words.search, exact: true }).click();
  await page.getByRole('table').getByRole('link').first().click();
  await page.getByLabel(words.rest, { exact: true }).check();
  await page.locator('summary', { hasText: words.writeOff }).click();
  await page.getByRole('button', { name: words.writeOffYes, exact: true }).click();
  await contains(page.getByRole('status'), words.wasWrittenOff);
  await page.getByText(words.toWriteOff, { exact: true }).waitFor();
  assert.equal(await page.locator('summary', { hasText: words.writeOff }).count(), 0, plain(await page.locator('main').innerText()));
}
