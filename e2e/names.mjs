// The names by which a screen reader, and so a story, finds things; one table per language. The hosted page of the sandbox
// speaks English only, as its names show.

const EN = {
  locale: 'en-US',
  language: 'English',
  languageSelect: 'Language',
  login: 'E-mail, CPF or CNPJ',
  password: 'Password',
  signIn: 'Sign in',
  signOut: 'Sign out',
  menu: 'Menu',
  billing: 'Billing',
  recharge: 'Recharge',
  statement: 'Statement',
  savedCards: 'Saved cards',
  apiKeys: 'API keys',
  usage: 'Usage',
  creditBalance: 'Credit balance',
  available: 'Available',
  pending: 'Pending',
  held: 'Held',
  suggestedAmounts: 'Suggested amounts',
  amount: 'Amount',
  add: 'Add to Credit Balance',
  creditDetails: 'Credit details',
  columns: ['Date', 'Transaction ID', 'Amount', 'Card used', 'Status'],
  success: 'Success',
  failure: 'Failure',
  dialogs: {
    successful: 'Payment successful',
    failed: 'Payment failed',
    cancelled: 'Payment cancelled',
    pending: 'Payment pending',
  },
  ok: 'OK',
  added: (amount, balance) => `${amount} was added. Your credit balance is ${balance}.`,
  declined: 'Your card was declined. Your credit balance has not changed.',
  clock: 'Demo clock',
  advanceHour: 'Advance 1 hour',
  advanceDay: 'Advance 1 day',
};

const PT_BR = {
  locale: 'pt-BR',
  language: 'Português (Brasil)',
  languageSelect: 'Idioma',
  login: 'E-mail, CPF ou CNPJ',
  password: 'Senha',
  signIn: 'Entrar',
  signOut: 'Sair',
  menu: 'Menu',
  billing: 'Faturamento',
  recharge: 'Recarga',
  statement: 'Extrato',
  savedCards: 'Cartões salvos',
  apiKeys: 'Chaves de API',
  usage: 'Consumo',
  creditBalance: 'Saldo de crédito',
  available: 'Disponível',
  pending: 'Pendente',
  held: 'Reservado',
  suggestedAmounts: 'Valores sugeridos',
  amount: 'Valor',
  add: 'Adicionar ao saldo de crédito',
  creditDetails: 'Detalhes do crédito',
  columns: ['Data', 'ID da transação', 'Valor', 'Cartão usado', 'Status'],
  success: 'Sucesso',
  failure: 'Falha',
  dialogs: {
    successful: 'Pagamento confirmado',
    failed: 'Pagamento recusado',
    cancelled: 'Pagamento cancelado',
    pending: 'Pagamento pendente',
  },
  ok: 'OK',
  added: (amount, balance) => `${amount} adicionados. Seu saldo de crédito é ${balance}.`,
  declined: 'Seu cartão foi recusado. Seu saldo de crédito não mudou.',
  clock: 'Relógio da demonstração',
  advanceHour: 'Avançar 1 hora',
  advanceDay: 'Avançar 1 dia',
};

export const NAMES = [EN, PT_BR].map((names) => ({ ...names, money: moneyOf(names.locale) }));
export const ENGLISH = NAMES[0];
export const PORTUGUESE = NAMES[1];

/** Dollars as the reader of that language writes them, with plain spaces: `$24.75`, `US$ 24,75`. */
function moneyOf(locale) {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD' });
  return (dollars) => format.format(dollars).replace(/\s/gu, ' ');
}
