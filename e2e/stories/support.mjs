// Those who support customers, with the role that they have: a payment is refunded in part with what that takes told before, its webhook, which was
// lost and fetched by a colleague of finance, is worked on again, and credit above the limit waits until that colleague says yes.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Checkout, VISA } from '../checkout.mjs';
import { programPath } from '../demo.mjs';
import { ENGLISH, PORTUGUESE } from '../names.mjs';
import { at } from '../provider.mjs';
import { story } from '../story.mjs';
import { contains, counts } from '../wait.mjs';

const run = promisify(execFile);
const SUPPORT = { email: 'bia@example.com', name: 'Bia', role: 'support' };
const FINANCE = { email: 'caio@example.com', name: 'Caio', role: 'finance' };

const WORDS = [
  [
    ENGLISH,
    {
      console: 'Console',
      finder: 'Search name, e-mail, document, id or card',
      payment: /^Payment of \$10\.00, Visa/u,
      refund: 'Refund',
      howMuch: 'Amount to give back',
      typed: '4.00',
      look: 'Show what it takes',
      takes: 'What it takes of the credit',
      refundIt: 'Refund $4.00',
      refunded: '$4.00 is on its way back to the customer.',
      partly: 'Partly refunded',
      staff: 'Staff',
      reconciliation: 'Reconciliation',
      runNow: 'Run now',
      webhooks: 'Webhook inbox',
      replay: 'Replay',
      replayed: 'The event is being worked on again.',
      give: 'Give or take credit',
      amount: 'Amount',
      big: '60.00',
      note: 'Note',
      save: 'Save',
      waits: 'Nothing is booked until somebody else of staff approves it.',
      approve: 'Approve',
      need: '1 request for credit waits for a second pair of eyes.',
      openRequests: 'Open requests',
      booked: 'Booked',
    },
  ],
  [
    PORTUGUESE,
    {
      console: 'Console',
      finder: 'Buscar nome, e-mail, documento, ID ou cartão',
      payment: /^Pagamento de .*10,00, Visa/u,
      refund: 'Reembolsar',
      howMuch: 'Valor a devolver',
      typed: '4,00',
      look: 'Mostrar o efeito',
      takes: 'O que retira do crédito',
      refundIt: /^Reembolsar .*4,00$/u,
      refunded: 'está sendo devolvido ao cliente.',
      partly: 'Reembolso parcial',
      staff: 'Equipe',
      reconciliation: 'Conciliação',
      runNow: 'Conciliar agora',
      webhooks: 'Webhooks recebidos',
      replay: 'Reprocessar',
      replayed: 'O evento está sendo reprocessado.',
      give: 'Dar ou retirar crédito',
      amount: 'Valor',
      big: '60,00',
      note: 'Observação',
      save: 'Salvar',
      waits: 'Nada é lançado até que outra pessoa da equipe aprove.',
      approve: 'Aprovar',
      need: '1 pedido de crédito aguarda uma segunda aprovação.',
      openRequests: 'Abrir pedidos',
      booked: 'Lançado',
    },
  ],
];

for (const [names, words] of WORDS) {
  story(`support: refund in part, replay of what was lost, credit that a colleague approves (${names.locale})`, { names }, async (told) => {
    const { demo, context, page, portal, newTab } = told;
    const [support, finance] = await addStaff(demo);
    await at(demo, '/faults', { webhook_drop_next: 50 });
    await portal.signIn();
    await portal.openRecharge();
    await portal.addCredit();
    const checkout = new Checkout(page);
    await checkout.isOpen();
    await checkout.fillCard(VISA);
    await checkout.pay(10);
    await portal.dialogSays('successful');
    await portal.closeDialog('successful');
    await portal.balance(35);

    await at(demo, '/faults', { webhook_drop_next: 0 });

    const staff = await newTab();
    await signIn(staff, finance, words);
    await staff.open(words.reconciliation);
    await staff.page.getByRole('button', { name: words.runNow, exact: true }).click();
    await staff.page.getByRole('button', { name: words.runNow, exact: true }).waitFor(); // it has ended
    await portal.balance(35);

    await context.clearCookies({ name: /staff/u });
    await signIn(staff, support, words);
    await staff.openSettings(); // what is folded away is not what is missing
    for (const hidden of [words.reconciliation, words.staff]) await counts(staff.link(hidden), 0);
    const button = (name) => staff.page.getByRole('button', { name, exact: typeof name === 'string' });
    await staff.page.keyboard.press('/');
    await staff.page.keyboard.type(demo.customer.email);
    await staff.page.keyboard.press('Enter');
    await staff.page.getByRole('link', { name: words.payment }).first().click();
    await staff.page.getByRole('link', { name: words.refund, exact: true }).click();
    await staff.page.getByRole('textbox', { name: words.howMuch, exact: true }).fill(words.typed);
    await button(words.look).click();
    await staff.page.getByRole('heading', { name: words.takes, exact: true }).waitFor();
    await portal.balance(35); // looking takes nothing
    await button(words.refundIt).click();
    await contains(staff.page.getByRole('status'), words.refunded);
    await staff.page.getByText(words.partly, { exact: true }).waitFor();
    await portal.balance(31); // in the customer's open page

    await staff.open(words.webhooks);
    await staff.page.getByRole('link', { name: 'charge.succeeded', exact: true }).first().click();
    await button(words.replay).click();
    await contains(staff.page.getByRole('status'), words.replayed);
    await portal.balance(31);

    await staff.page.goto(new URL(`/console/search?q=${encodeURIComponent(demo.customer.email)}`, demo.portal_url).href);
    await staff.page.getByRole('link', { name: words.give, exact: true }).click();
    await staff.page.getByRole('textbox', { name: words.amount, exact: true }).fill(words.big);
    await staff.page.getByRole('textbox', { name: words.note, exact: true }).fill('import failed');
    await button(words.save).click();
    await contains(staff.page.getByRole('status'), words.waits);
    assert.equal(await button(words.approve).count(), 0, 'nobody approves what he asked for');
    await portal.balance(31);

    await context.clearCookies({ name: /staff/u });
    await signIn(staff, finance, words);
    await staff.page.getByText(words.need, { exact: true }).waitFor();
    await staff.page.getByRole('link', { name: words.openRequests, exact: true }).click();
    await staff.page.getByRole('button', { name: new RegExp(`^${words.approve} `, 'u') }).click(); // where they are listed
    await staff.page.getByText(words.booked, { exact: true }).waitFor();
    await portal.balance(91);
  });
}

async function signIn(staff, { email, password }, words) {
  await staff.page.goto(new URL('/console/sign-in', staff.demo.portal_url).href);
  await staff.submitSignIn(email, password);
  await staff.heading(words.console).waitFor();
}

/** Two of staff, let in at the command line while the program is stopped; with their passwords. */
async function addStaff(demo) {
  await demo.kill();
  const env = { ...process.env, SALDO_SERVER__DATA: demo.folder };
  const added = [];
  for (const { email, name, role } of [SUPPORT, FINANCE]) {
    const { stdout } = await run(programPath(), ['staff', 'create', '--email', email, '--name', name, '--role', role], { env });
    added.push({ email, password: /password\s+(\S+)/u.exec(stdout)[1] });
  }
  await demo.restart();
  return added;
}
