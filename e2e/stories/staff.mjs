// The operator's staff: a colleague is invited and does what his role allows; a wallet is frozen, and the customer is told why nothing can be
// bought; support looks at the portal as the customer, can change nothing, and the audit log knows of it.

import assert from 'node:assert/strict';
import { ENGLISH, PORTUGUESE } from '../names.mjs';
import { story } from '../story.mjs';
import { contains, counts, reads } from '../wait.mjs';

const COLLEAGUE = { name: 'Caio Prado', email: 'caio@example.com', password: 'quatro palavras bem longas' };

const WORDS = [
  [
    ENGLISH,
    {
      console: 'Console',
      staff: 'Staff',
      invite: 'Invite a colleague',
      name: 'Name',
      email: 'E-mail',
      role: 'Role',
      support: 'Support',
      save: 'Save',
      invited: 'The invitation is on its way.',
      invitation: 'You are invited to the console',
      newPassword: 'New password',
      again: 'Repeat the new password',
      setPassword: 'Save and sign in',
      reason: 'Reason',
      freeze: 'Freeze',
      thaw: 'Thaw',
      frozen: 'Your credit is frozen',
      automatic: 'Automatic top-up',
      view: 'View as the customer',
      seen: 'You see what Sample Customer sees. Read-only.',
      off: 'in this view nothing can be changed or bought',
      refused: 'Read-only',
      end: 'End',
      audit: 'Audit',
      action: 'Action',
      customers: 'Customers',
      find: 'Filter',
      download: 'Download CSV',
    },
  ],
  [
    PORTUGUESE,
    {
      console: 'Console',
      staff: 'Equipe',
      invite: 'Convidar colega',
      name: 'Nome',
      email: 'E-mail',
      role: 'Função',
      support: 'Atendimento',
      save: 'Salvar',
      invited: 'O convite está a caminho.',
      invitation: 'Convite para o console',
      newPassword: 'Nova senha',
      again: 'Repita a nova senha',
      setPassword: 'Salvar e entrar',
      reason: 'Motivo',
      freeze: 'Congelar',
      thaw: 'Descongelar',
      frozen: 'Seu crédito está congelado',
      automatic: 'Recarga automática',
      view: 'Ver como o cliente',
      seen: 'Você vê o que Sample Customer vê. Somente leitura.',
      off: 'nesta visão nada pode ser alterado nem comprado',
      refused: 'Somente leitura',
      end: 'Encerrar',
      audit: 'Auditoria',
      action: 'Ação',
      customers: 'Clientes',
      find: 'Filtrar',
      download: 'Baixar CSV',
    },
  ],
];

for (const [names, words] of WORDS) {
  story(`staff: a colleague invited, a wallet frozen, the portal viewed, the audit log (${names.locale})`, { names }, async (told) => {
    const { demo, context, portal, newTab } = told;
    await portal.signIn();
    const staff = await newTab();
    const { page } = staff;
    const button = (name) => page.getByRole('button', { name, exact: true });
    await signIn(staff, demo.staff, words);

    await staff.open(words.staff);
    await page.getByRole('link', { name: words.invite, exact: true }).click();
    await page.getByRole('textbox', { name: words.name, exact: true }).fill(COLLEAGUE.name);
    await page.getByRole('textbox', { name: words.email, exact: true }).fill(COLLEAGUE.email);
    await page.getByRole('combobox', { name: words.role, exact: true }).selectOption({ label: words.support });
    await button(words.save).click();
    await contains(page.getByRole('status'), words.invited);

    const link = await invitation(staff, words);
    await context.clearCookies({ name: /staff/u });
    await page.goto(link);
    await page.getByLabel(words.newPassword, { exact: true }).fill(COLLEAGUE.password);
    await page.getByLabel(words.again, { exact: true }).fill(COLLEAGUE.password);
    await button(words.setPassword).click();
    await staff.heading(words.console).waitFor();
    await staff.openSettings(); // what is folded away is not what is missing
    for (const hidden of [words.staff, words.audit]) await counts(staff.link(hidden), 0);
    const used = await page.request.get(link);
    assert.equal(used.status(), 410, 'an invitation works once');

    // He freezes the wallet, and the customer reads why nothing can be bought.
    await find(staff);
    await page.getByRole('textbox', { name: words.reason, exact: true }).first().fill('chargeback under way');
    await button(words.freeze).first().click();
    await button(words.thaw).waitFor();
    await portal.openRecharge();
    await contains(portal.page.getByRole('main'), words.frozen);
    const add = portal.page.getByRole('button', { name: names.add, exact: true });
    assert.equal(await add.isDisabled(), true, 'nothing leads to a page that refuses');
    await contains(page.getByRole('main'), 'chargeback under way');
    await page.getByRole('textbox', { name: words.reason, exact: true }).first().fill('won');
    await button(words.thaw).click();
    await button(words.freeze).first().waitFor();
    await portal.open(names.billing);
    await portal.openRecharge();
    await counts(portal.page.getByText(words.frozen), 0);

    // He sees the portal as the customer does, and changes nothing.
    await button(words.view).click();
    await contains(page.getByRole('region', { name: words.view, exact: true }), words.seen);
    await staff.heading(names.billing).waitFor();
    await staff.openRecharge();
    await reads(staff.output(names.creditBalance), names.money(25));
    assert.equal(await button(names.add).isDisabled(), true, 'what would change something is off');
    await contains(page.getByRole('main'), words.off);
    await page.goto(new URL('/api-keys', demo.portal_url).href);
    await staff.heading(words.refused).waitFor();
    await page.goto(new URL('/billing', demo.portal_url).href);
    await button(words.end).click();
    await button(words.freeze).first().waitFor();

    // An admin finds all of it, on the page and in the file.
    await context.clearCookies({ name: /staff/u });
    await signIn(staff, demo.staff, words);
    await staff.open(words.audit);
    for (const action of ['wallet.thaw', 'customer.view_end', 'customer.view_begin', 'wallet.freeze', 'staff.accept_invitation']) {
      await page.getByRole('row').filter({ hasText: action }).first().waitFor();
    }
    await page.getByRole('combobox', { name: words.action, exact: true }).selectOption({ label: words.customers });
    await button(words.find).click();
    // Newest first, under the table's head; the demo made the customer.
    await counts(page.getByRole('row'), 4);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: words.download, exact: true }).click(),
    ]);
    const text = await (await file.createReadStream()).toArray();
    const lines = Buffer.concat(text).toString('utf8').trim().split(/\r?\n/u);
    assert.equal(lines.length, 4, lines.join('\n'));
    assert.match(lines[1], /customer\.view_end/u);
    assert.match(lines[2], /customer\.view_begin/u);
    assert.match(lines[3], /customer\.create/u);
  });
}

async function signIn(staff, { email, password }, words) {
  await staff.page.goto(new URL('/console/sign-in', staff.demo.portal_url).href);
  await staff.submitSignIn(email, password);
  await staff.heading(words.console).waitFor();
}

/** To the customer's page, by the search. */
async function find(staff) {
  const { customer, portal_url } = staff.demo;
  await staff.page.goto(new URL(`/console/search?q=${encodeURIComponent(customer.email)}`, portal_url).href);
}

/** The link in the mail that invites the colleague. */
async function invitation(staff, words) {
  await staff.page.goto(new URL('/demo/mails', staff.demo.portal_url).href);
  await staff.page.getByRole('link').filter({ hasText: words.invitation }).first().click();
  return staff.page.getByRole('article').getByRole('link').first().getAttribute('href');
}
