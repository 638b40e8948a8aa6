// Money credit paid by boleto and by Pix through the card page, as a customer in Brazil does on his phone: awaited as a row that says how to pay,
// not paid in time, chosen again and paid.

import { Checkout } from '../checkout.mjs';
import { NAMES } from '../names.mjs';
import { at } from '../provider.mjs';
import { startShopInReais } from '../reais.mjs';
import { PHONE, story } from '../story.mjs';
import { contains, counts } from '../wait.mjs';

const PASSWORD = 'quatro palavras bem longas';

const WORDS = {
  'en-US': {
    again: 'Repeat the new password',
    newPassword: 'New password',
    enter: 'Save and sign in',
    pending: 'Pending',
    until: 'Waiting for the bank until',
    howToPay: 'Show how to pay',
    notInTime: 'It was not paid in time.',
    unfinished: 'Unfinished checkouts',
  },
  'pt-BR': {
    again: 'Repita a nova senha',
    newPassword: 'Nova senha',
    enter: 'Salvar e entrar',
    pending: 'Pendente',
    until: 'Aguardando o banco até',
    howToPay: 'Ver como pagar',
    notInTime: 'Não foi pago dentro do prazo.',
    unfinished: 'Pagamentos não concluídos',
  },
};

for (const names of NAMES) {
  const words = WORDS[names.locale];
  const money = new Intl.NumberFormat(names.locale, { style: 'currency', currency: 'BRL' });
  const reais = { ...names, money: (amount) => money.format(amount).replace(/\s/gu, ' ') };
  const options = { names: reais, context: { viewport: PHONE }, start: startShopInReais };

  story(`credit in reais by boleto and by Pix: awaited, not paid in time, paid (${names.locale})`, options, async ({ demo, portal, page }) => {
    await page.goto(demo.invitation);
    await page.getByLabel(words.newPassword, { exact: true }).fill(PASSWORD);
    await page.getByLabel(words.again, { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: words.enter, exact: true }).click();
    await portal.heading(names.billing).waitFor();
    await portal.openRecharge();
    await portal.balance(25);
    const row = (way, status) => ({ amount: reais.money(10), card: way, status });

    await awaited(portal, words, 'Boleto');
    await portal.rowsAre([row('Boleto', words.pending)]);
    await portal.markDocument();
    await settles(demo, 'failed');
    await portal.dialogSays('failed');
    await portal.sameDocument();
    await portal.closeDialog('failed');
    await portal.rowsAre([row('Boleto', names.failure)]);
    await contains(portal.creditDetails(), words.notInTime);
    await portal.balance(25);

    let balance = 25;
    const rows = [row('Boleto', names.failure)];
    for (const way of ['Boleto', 'Pix']) {
      await awaited(portal, words, way);
      await portal.rowsAre([row(way, words.pending), ...rows]);
      await portal.balance(balance);
      await portal.markDocument();
      await settles(demo, 'succeeded');
      balance += 10;
      await portal.dialogSays('successful', names.added(reais.money(10), reais.money(balance)), way);
      await portal.sameDocument();
      await portal.closeDialog('successful');
      await portal.balance(balance);
      rows.unshift(row(way, names.success));
      await portal.rowsAre(rows);
      await counts(page.getByRole('link', { name: words.howToPay, exact: true }), 0);
    }
  });
}

/** Ten reais to be paid `way`, and back in the portal, which waits and says how to pay. */
async function awaited(portal, words, way) {
  const { page } = portal;
  await portal.addCredit();
  await new Checkout(page).isOpen();
  await page.getByRole('radio', { name: way, exact: true }).check();
  await page.getByRole('button', { name: /^Pay R\$\s?10[.,]00$/u }).click();
  await page.getByRole('link', { name: 'Back to the shop', exact: true }).click();
  await portal.demo.carryNews();
  await portal.dialogSays('pending', way);
  await contains(portal.creditDetails(), words.until);
  await counts(portal.creditDetails().getByRole('link', { name: words.howToPay, exact: true }), 1);
  await counts(page.getByRole('region', { name: words.unfinished, exact: true }), 0); // it is a row
}

/** The newest payment comes to its end at the provider. */
async function settles(demo, outcome) {
  const headers = { accept: 'application/json' };
  const { data } = await (await fetch(new URL('/payments', demo.sandbox_url), { headers })).json();
  await at(demo, `/payments/${data[0].payment_intent.id}/settlement`, { outcome });
  await demo.carryNews();
}
