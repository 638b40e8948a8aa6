// An administrator dresses the portal: a colour that could not be read is told while it is typed, a logo is sent, and a customer sees both
// at once, with the name and the terms.

import assert from 'node:assert/strict';
import { deflateSync, crc32 } from 'node:zlib';
import { NAMES } from '../names.mjs';
import { story } from '../story.mjs';
import { contains, counts, eventually } from '../wait.mjs';

const BRAND = {
  'en-US': {
    open: 'Open as staff', name: 'Name', terms: 'Address of your terms', colour: 'Colour', pale: 'is too pale for links on light pages: 1.2',
    own: 'Links on light pages have it as it is', save: 'Save', saved: 'The brand was saved.', picture: 'Picture', use: 'Use this logo',
    notPng: 'This is no PNG picture.', logoSaved: 'The logo was saved.', termsOf: 'Terms of Lagoa Telecom',
  },
  'pt-BR': {
    open: 'Abrir como equipe', name: 'Nome', terms: 'Endereço dos seus termos de uso', colour: 'Cor', pale: 'é clara demais para links em páginas claras: 1,2',
    own: 'Links em páginas claras têm a cor como é', save: 'Salvar', saved: 'A marca foi salva.', picture: 'Imagem', use: 'Usar este logotipo',
    notPng: 'Esta não é uma imagem PNG.', logoSaved: 'O logotipo foi salvo.', termsOf: 'Termos de uso de Lagoa Telecom',
  },
};

for (const names of NAMES) {
  const words = BRAND[names.locale];

  story(`A colour that fails the check is told, and the brand is seen in the portal (${names.locale})`, { names }, async ({ demo, page, newTab }) => {
    const button = (name) => page.getByRole('button', { name, exact: true });
    await page.goto(new URL('/demo', demo.portal_url).href);
    await page.getByRole('button', { name: words.open }).first().click();
    await page.goto(new URL('/console/brand', demo.portal_url).href);
    await page.getByLabel(words.name, { exact: true }).fill('Lagoa Telecom');
    await page.getByLabel(words.terms, { exact: true }).fill('https://lagoa.example/terms');
    const colour = page.getByLabel(words.colour, { exact: true });
    await colour.pressSequentially('#ffd400');
    await contains(page.locator('#colour-check'), words.pale);
    await colour.fill('#0b3d91');
    await contains(page.locator('#colour-check'), words.own);
    await button(words.save).click();
    await contains(page.getByRole('status').first(), words.saved);

    await page.getByLabel(words.picture, { exact: true }).setInputFiles({ name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') });
    await button(words.use).click();
    await contains(page.getByRole('alert'), words.notPng);
    await page.getByLabel(words.picture, { exact: true }).setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: png(240, 60) });
    await button(words.use).click();
    await contains(page.getByRole('status').first(), words.logoSaved);

    const customer = await newTab();
    await customer.page.goto(new URL('/sign-in', demo.portal_url).href);
    const logo = customer.page.getByRole('img', { name: 'Lagoa Telecom' });
    await eventually(async () => assert.equal(await logo.evaluate((picture) => picture.naturalWidth), 240));
    await customer.page.getByRole('link', { name: words.termsOf }).waitFor();
    const filled = await customer.page
      .getByRole('button', { name: names.signIn, exact: true })
      .evaluate((seen) => getComputedStyle(seen).backgroundColor);
    assert.equal(filled, 'rgb(11, 61, 145)');
  });
}

const WORDS = {
  'en-US': {
    mail: 'Mail server and texts',
    every: 'Every mail',
    sample: 'Hello Ana Lima',
    other: 'Português (Brasil)',
    otherSample: 'Olá, Ana Lima',
    send: /^Send a test to/u,
    noServer: 'No mail server is set (mail.smtp): nothing was sent.',
    never: 'Never',
    look: 'Look now',
    found: 'What was found',
    round: 'Stripe: one event all the way round',
    came: 'An event went from Stripe’s API by webhook into the inbox',
    good: 'Good',
    goLive: 'Go live',
    show: 'Show the steps',
    backups: 'Backups are taken, and one was restored',
    said: 'that backups are taken and one was restored.',
  },
  'pt-BR': {
    mail: 'Servidor e textos de e-mail',
    every: 'Todos os e-mails',
    sample: 'Olá, Ana Lima',
    other: 'English',
    otherSample: 'Hello Ana Lima',
    send: /^Enviar um teste para/u,
    noServer: 'Nenhum servidor de e-mail definido (mail.smtp): nada foi enviado.',
    never: 'Nunca',
    look: 'Verificar agora',
    found: 'O que foi encontrado',
    round: 'Stripe: um evento do começo ao fim',
    came: 'por webhook',
    good: 'Certo',
    goLive: 'Entrar em produção',
    show: 'Ver os passos',
    backups: 'As cópias são feitas, e uma foi restaurada',
    said: 'que as cópias são feitas e uma foi restaurada.',
  },
};

for (const names of NAMES) {
  const words = WORDS[names.locale];

  story(`Mail: every text in both languages, and a test that says why nothing left (${names.locale})`, { names }, async ({ page, portal }) => {
    await asStaff(portal);
    await portal.open(words.mail);
    const samples = page.getByRole('region', { name: words.every, exact: true });
    const letter = samples.locator('details').filter({ hasText: 'Ana Lima' }).first();
    await letter.locator('summary').click();
    await contains(letter, words.sample);
    await samples.getByRole('link', { name: words.other, exact: true }).click();
    await samples.locator('details').filter({ hasText: 'Ana Lima' }).first().locator('summary').click();
    await contains(samples.locator('details').filter({ hasText: 'Ana Lima' }).first(), words.otherSample);
    await page.getByRole('button', { name: words.send }).click();
    await contains(page.getByRole('alert'), words.noServer);
    await contains(page.getByRole('main'), words.never); // what was not taken is no test
  });

  story(`Stripe: one event goes round, and is told beside everything else (${names.locale})`, { names }, async ({ page, portal }) => {
    await asStaff(portal);
    await portal.open('Stripe');
    await page.getByRole('button', { name: words.look, exact: true }).click();
    const found = page.getByRole('status', { name: words.found, exact: true });
    const round = found.getByRole('listitem').filter({ hasText: words.round });
    await contains(round, words.came);
    await contains(round, words.good);
  });

  story(`Go live: what is left stands on the first page, and ticks (${names.locale})`, { names }, async ({ demo, page, portal }) => {
    await asStaff(portal);
    const card = page.getByRole('region', { name: words.goLive, exact: true });
    const left = async () => Number(/\d+/u.exec(await card.innerText())[0]);
    const before = await left();
    assert.ok(before > 1, `${before} steps`);
    await card.getByRole('link', { name: words.show, exact: true }).click();
    await portal.heading(words.goLive).waitFor();
    await page.getByRole('button', { name: words.backups, exact: true }).click();
    await contains(page.getByRole('main'), words.said);
    await page.goto(new URL('/console', demo.portal_url).href);
    await card.waitFor();
    assert.equal(await left(), before - 1);
    await counts(card.getByText(words.backups), 0);
  });
}

async function asStaff(portal) {
  await portal.page.goto(new URL('/console/sign-in', portal.demo.portal_url).href);
  await portal.submitSignIn(portal.demo.staff.email, portal.demo.staff.password);
  await portal.page.getByRole('searchbox').waitFor();
}

/** A picture of one colour. */
function png(width, height) {
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, Buffer.from([11, 61, 145]))]);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  const chunk = (kind, content) => {
    const named = Buffer.concat([Buffer.from(kind), content]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    sum.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, sum]);
  };
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}
