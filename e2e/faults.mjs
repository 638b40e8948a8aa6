// What can be switched to go wrong with the payment provider: by the form in the strip on every page of the demo, in the reader's language.

const WORDS = {
  'en-US': {
    strip: 'Sandbox',
    open: /^Faults/u,
    group: 'What goes wrong with the payment provider',
    apply: 'Apply',
    late: 'Webhooks come late',
    twice: 'Webhooks come twice',
    held: 'Nothing is confirmed: no webhooks, no answers',
    reordered: 'Webhooks come out of order',
    lost: 'The next webhook is lost',
    failing: 'The next call fails, with nothing done',
    unheard: 'The next call is done, but its answer is lost',
    declinedLate: 'Cards seem to pay and are declined later',
    savedDeclined: 'Saved cards are declined in automatic top-up',
    sandbox: 'Refunds, disputes and more at the sandbox',
  },
  'pt-BR': {
    strip: 'Sandbox',
    open: /^Falhas/u,
    group: 'O que dá errado com o provedor de pagamentos',
    apply: 'Aplicar',
    late: 'Os avisos chegam atrasados',
    twice: 'Os avisos chegam duas vezes',
    held: 'Nada é confirmado: sem avisos, sem respostas',
    reordered: 'Os avisos chegam fora de ordem',
    lost: 'O próximo aviso se perde',
    failing: 'A próxima chamada falha, sem efeito',
    unheard: 'A próxima chamada é feita, mas a resposta se perde',
    declinedLate: 'Os cartões parecem pagar e são recusados depois',
    savedDeclined: 'Os cartões salvos são recusados na recarga automática',
    sandbox: 'Reembolsos, contestações e mais no sandbox',
  },
};

export const FAULTS = ['late', 'twice', 'held', 'reordered', 'lost', 'failing', 'unheard', 'declinedLate', 'savedDeclined'];

/** The form behind *Faults*, opened. */
async function opened({ page, names }) {
  const words = WORDS[names.locale];
  const strip = page.getByRole('complementary', { name: words.strip, exact: true });
  const form = strip.getByRole('group', { name: words.group, exact: true });
  if (!(await form.isVisible())) await strip.getByText(words.open).click();
  return { words, strip, form };
}

/** Switches on exactly the `wanted` of FAULTS, all others off. `portal` is any tab of the demo. */
export async function setFaults(portal, ...wanted) {
  const { words, strip, form } = await opened(portal);
  for (const fault of FAULTS) await form.getByRole('checkbox', { name: words[fault], exact: true }).setChecked(wanted.includes(fault));
  await strip.getByRole('button', { name: words.apply, exact: true }).click();
  await form.waitFor({ state: 'hidden' }); // the page has come back with the form closed
}

/** Which of FAULTS the strip says are on. */
export async function faultsOn(portal) {
  const { words, form } = await opened(portal);
  const on = [];
  for (const fault of FAULTS) if (await form.getByRole('checkbox', { name: words[fault], exact: true }).isChecked()) on.push(fault);
  await portal.page.reload();
  return on;
}

/** From the strip to the page on which payers, their banks and the operator act at the sandbox. */
export async function toSandbox(portal) {
  const { words, strip } = await opened(portal);
  await strip.getByRole('link', { name: words.sandbox, exact: true }).click();
  await portal.page.waitForURL(new URL('/', portal.demo.sandbox_url).href);
}
