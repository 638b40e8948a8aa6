// A credit that is paid before it is released: by Pix, from the click to the restored speed in the tab that stays open, its QR code read
// back by a scanner; and by card, declined once and then paid. A Pix that is not wanted is given up.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chooseWay } from '../buying.mjs';
import { Checkout, DECLINED, VISA } from '../checkout.mjs';
import { PORTUGUESE } from '../names.mjs';
import { story } from '../story.mjs';
import { contains, counts, eventually, reads } from '../wait.mjs';

const run = promisify(execFile);

for (const options of [
  { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
]) {
  const title = `Pix: bought, scanned, paid, restored in the open tab, ${options.viewport.width} pixels wide, ${options.colorScheme}`;
  story(title, { names: PORTUGUESE, context: options }, async ({ demo, page, portal, newTab }) => {
    await signIn(portal, demo);
    await chooseWay(page, 'pix', /custa R\$\s24,90 e será cobrado por Pix: o código vale por 30 minutos\. A liberação acontece após o pagamento\./u);
    await page.getByRole('button', { name: 'Comprar', exact: true }).click();

    const copy = page.getByRole('button', { name: 'Copiar o código Pix', exact: true });
    await copy.waitFor();
    await counts(page.getByRole('dialog'), 0);
    const code = await copy.getAttribute('data-copy');
    const drawing = page.getByRole('img', { name: 'QR Code do Pix', exact: true });
    assert.equal(await scanned(drawing), code, 'the picture says what the text says');
    await page.getByText('R$ 24,90', { exact: true }).waitFor();
    await page.getByText(/^Pague até /u).waitFor();
    await reads(portal.output('Saldo Atual'), '0,0 GB');
    await portal.markDocument();

    const bank = (await newTab()).page;
    await bank.goto(demo.bank_url);
    await bank.getByRole('textbox', { name: 'Pix copia e cola', exact: true }).fill(code);
    await bank.getByRole('button', { name: PORTUGUESE.bank.payPix, exact: true }).click();

    // The popup opens in this very page, once, and takes the focus.
    const dialog = page.getByRole('dialog', { name: 'Compra confirmada', exact: true });
    await contains(dialog, '10,0 GB liberados. Seu saldo atual é 10,0 GB.');
    const ok = dialog.getByRole('button', { name: 'OK', exact: true });
    assert.ok(await ok.evaluate((button) => button === document.activeElement), 'the focus is in the popup');
    await ok.click();
    for (const step of ['Compra registrada', 'Crédito liberado', 'Velocidade restaurada']) {
      await page.getByText(step, { exact: true }).waitFor();
    }
    await reads(portal.output('Saldo Atual'), '10,0 GB');
    await counts(drawing, 0);
    await portal.sameDocument();

    // The same code once more: the subscriber's credit, not a second pack.
    await bank.getByRole('textbox', { name: 'Pix copia e cola', exact: true }).fill(code);
    await bank.getByRole('button', { name: PORTUGUESE.bank.payPix, exact: true }).click();
    await eventually(async () => {
      await bank.reload();
      assert.equal(await bank.getByRole('cell', { name: PORTUGUESE.bank.heard, exact: true }).count(), 2);
    });
    await reads(portal.output('Saldo Atual'), '10,0 GB');
    await page.reload();
    await portal.heading('Compra de Crédito').waitFor();
    await counts(dialog, 0);
    await portal.open('Faturas');
    await page.getByRole('heading', { name: 'Seu crédito: R$ 24,90', exact: true }).waitFor();
    await page.getByText('Pago a mais por Pix', { exact: true }).waitFor();
    await page.getByText(/por Pix \(E\w{31}\)/u).first().waitFor();
  });
}

story('Pix: given up, and chosen again; a boleto is paid by Pix instead', { names: PORTUGUESE }, async ({ demo, page, portal, newTab }) => {
  await signIn(portal, demo);
  await chooseWay(page, 'pix', /será cobrado por Pix/u);
  await page.getByRole('button', { name: 'Comprar', exact: true }).click();
  await page.getByRole('button', { name: 'Copiar o código Pix', exact: true }).waitFor();
  await portal.open('Faturas');
  await page.getByRole('button', { name: 'Copiar o código Pix', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Desistir', exact: true }).click();
  await portal.heading('Faturas').waitFor();
  await counts(page.getByRole('button', { name: 'Copiar o código Pix', exact: true }), 0);
  await portal.open('Compra de Crédito');
  await page.getByText(/Esta compra foi cancelada antes do pagamento/u).waitFor();

  await chooseWay(page, 'boleto', /será cobrado por boleto/u);
  await page.getByRole('button', { name: 'Comprar', exact: true }).click();
  await page.getByRole('dialog', { name: 'Compra confirmada', exact: true }).getByRole('button', { name: 'OK', exact: true }).click();
  await portal.open('Faturas');
  await page.getByRole('button', { name: 'Pagar com Pix', exact: true }).click();
  const copy = page.getByRole('button', { name: 'Copiar o código Pix', exact: true });
  await copy.waitFor();
  const code = await copy.getAttribute('data-copy');
  await portal.markDocument();
  const bank = (await newTab()).page;
  await bank.goto(demo.bank_url);
  await bank.getByRole('textbox', { name: 'Pix copia e cola', exact: true }).fill(code);
  await bank.getByRole('button', { name: PORTUGUESE.bank.payPix, exact: true }).click();
  await page.getByText('Pago por Pix', { exact: true }).waitFor();
  await counts(copy, 0);
  await counts(page.getByRole('button', { name: 'Copiar a linha digitável', exact: true }), 0);
  await portal.sameDocument();
});

story('card: declined, then paid, and told on the page of the line', { names: PORTUGUESE }, async ({ demo, page, portal }) => {
  await signIn(portal, demo);
  await chooseWay(page, 'card', /custa R\$\s24,90 e será cobrado no cartão, na página segura de pagamento\. A liberação acontece após o pagamento\./u);
  await page.getByRole('button', { name: 'Comprar', exact: true }).click();
  const checkout = new Checkout(page);
  await checkout.isOpen();
  const pay = page.getByRole('button', { name: /^Pay R\$\s?24[.,]90$/u });
  await checkout.fillCard(DECLINED);
  await pay.click();
  await checkout.saysDeclined();
  await checkout.chooseDifferentCardIfAsked();
  await checkout.fillCard(VISA);
  await pay.click();
  const dialog = page.getByRole('dialog', { name: 'Pagamento confirmado', exact: true });
  await dialog.waitFor();
  await contains(dialog, '10,0 GB liberados. Seu saldo atual é 10,0 GB.');
  await contains(dialog, VISA.shown);
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await page.getByText('Velocidade restaurada', { exact: true }).waitFor();
  await reads(portal.output('Saldo Atual'), '10,0 GB');
  await page.reload();
  await portal.heading('Compra de Crédito').waitFor();
  await counts(page.getByRole('dialog'), 0);

  await portal.open('Faturas');
  const table = page.getByRole('table', { name: 'Pagamentos com cartão', exact: true });
  await contains(table, DECLINED.shown);
  await contains(table, VISA.shown);
  await counts(table.getByText('Falha', { exact: true }), 1);
  await counts(table.getByText('Sucesso', { exact: true }), 1);
});

story('card: who turns back may choose again', { names: PORTUGUESE }, async ({ demo, page, portal }) => {
  await signIn(portal, demo);
  await chooseWay(page, 'card', /será cobrado no cartão/u);
  await page.getByRole('button', { name: 'Comprar', exact: true }).click();
  const checkout = new Checkout(page);
  await checkout.isOpen();

  // Left without a word it waits for the payment, here and on Faturas, and leads on to it.
  await page.goto(new URL('/buy-credit', demo.portal_url).href);
  await page.getByText('Aguardando o pagamento com cartão', { exact: true }).waitFor();
  await counts(page.getByRole('main').getByText(/roteador/u), 0);
  await portal.open('Faturas');
  await page.getByText('Aguardando o pagamento com cartão', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Ir para o pagamento', exact: true }).click();
  await checkout.isOpen();
  await checkout.back();
  const dialog = page.getByRole('dialog', { name: 'Pagamento cancelado', exact: true });
  await contains(dialog, 'Nada foi cobrado e nada foi comprado.');
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await chooseWay(page, 'pix', /será cobrado por Pix/u);
});

async function signIn(portal, demo) {
  const { document, password } = demo.subscribers.find(({ state }) => state === 'zero');
  await portal.openSignIn();
  await portal.submitSignIn(document, password);
  await portal.heading('Compra de Crédito').waitFor();
}

/** What a scanner reads off the drawing, as it stands on the screen. */
async function scanned(drawing) {
  const folder = await mkdtemp(join(tmpdir(), 'saldo-qr-'));
  try {
    const path = join(folder, 'qr.png');
    await drawing.screenshot({ path });
    const { stdout } = await run('zbarimg', ['--quiet', '--raw', path]);
    return stdout.trim();
  } finally {
    await rm(folder, { recursive: true });
  }
}
