// The edges of buying data: what changes between the page and the click, overshoot that a pack does not cover, lines that cannot buy.

import assert from 'node:assert/strict';
import { PORTUGUESE } from '../names.mjs';
import { story } from '../story.mjs';
import { contains, counts, eventually, plain, reads } from '../wait.mjs';

const MONTH_SECONDS = 31 * 86_400;
const names = PORTUGUESE;
/** Without scripts a page stays as it was read: what happens meanwhile is met at the click. */
const STILL = { names, context: { javaScriptEnabled: false } };

story('the balance turned positive between the page and the click', STILL, async ({ portal, page, demo }) => {
  await signIn(portal, demo, 'zero');
  await choose(page, /^10,0 GB/);
  await advance(demo, MONTH_SECONDS);
  await page.getByRole('button', { name: names.buy, exact: true }).click();
  await contains(page.getByRole('alert').first(), 'saldo positivo');
  await reads(portal.output(names.boughtThisMonth), names.gigabytes(0));
  await reads(portal.output(names.currentBalance), names.gigabytes(50));
});

story('an old page buys nothing, also where use has left the balance below zero again', STILL, async ({ portal, page, demo, newTab }) => {
  await signIn(portal, demo, 'zero');
  const second = await newTab();
  await second.page.goto(page.url());
  await choose(second.page, /^10,0 GB/);
  await choose(page, /^25,0 GB/);
  await second.page.getByRole('button', { name: names.buy, exact: true }).click();
  await second.page.getByRole('dialog', { name: names.purchaseConfirmed, exact: true }).waitFor();
  // What is used before the router has confirmed the speed, to the second, counts outside: he uses on until it does not.
  await eventually(async () => {
    await spend(demo, 'maria.exemplo', 1);
    await second.page.goto(new URL('/buy-credit', demo.portal_url).href);
    assert.match(await second.page.getByRole('main').textContent(), /Uso excedente/u);
  });
  await page.getByRole('button', { name: names.buy, exact: true }).click();
  await contains(page.getByRole('alert').first(), 'Já houve uma compra');
  await reads(portal.output(names.boughtThisMonth), `${names.gigabytes(10)} ${names.purchases(1)}`);
});

story('a pack that does not cover the overshoot is listed with the reason, and a larger one is bought', { names }, async ({ portal, page, demo }) => {
  await signIn(portal, demo, 'plenty');
  await spend(demo, 'joao.exemplo', 10);
  await contains(page.getByRole('main'), 'Uso excedente');
  await page.reload();
  const credit = page.getByRole('combobox', { name: names.credit, exact: true });
  await eventually(async () => {
    const small = credit.getByRole('option').filter({ hasText: /^1,0/ });
    assert.ok(await small.isDisabled(), 'a pack that leaves the balance below zero can be chosen');
    assert.match(plain(await small.textContent()), /não deixa o saldo acima de zero/);
  });
  await choose(page, /^10,0 GB/);
  const buy = page.getByRole('button', { name: names.buy, exact: true });
  await eventually(async () => assert.ok(await buy.isEnabled()));
  await buy.click();
  await page.getByRole('dialog', { name: names.purchaseConfirmed, exact: true }).waitFor();
  await reads(portal.output(names.boughtThisMonth), `${names.gigabytes(10)} ${names.purchases(1)}`);
});

story('lines that cannot buy are not listed; of several that can none is chosen', { names }, async ({ portal, page, demo, newTab }) => {
  const staff = (await newTab()).page;
  await staff.goto(new URL('/console/sign-in', demo.portal_url).href);
  await staff.getByRole('textbox').first().fill(demo.staff.email);
  await staff.getByLabel(names.password, { exact: true }).fill(demo.staff.password);
  await staff.getByRole('button', { name: names.signIn, exact: true }).click();
  await staff.getByRole('heading', { name: 'Console', exact: true, level: 1 }).waitFor();
  await addLine(staff, demo, { plan: 'Rural 10 Mega', login: 'joao.sitio' });

  await signIn(portal, demo, 'plenty');
  const plan = page.getByRole('combobox', { name: names.plan, exact: true });
  const listed = async () => (await plan.getByRole('option').allTextContents()).map(plain);
  assert.deepEqual(await listed(), ['Fibra 50 Mega · joao.exemplo'], 'the one line that can buy is chosen already');
  await addLine(staff, demo, { plan: 'Fibra 100 Mega', login: 'joao.loja' });
  await page.reload();
  await eventually(async () => assert.equal((await listed()).length, 3, (await listed()).join(', ')));
  assert.equal((await listed())[0], names.choose);
  assert.equal(await plan.inputValue(), '', 'a line was chosen for the reader');
  await counts(page.getByRole('combobox', { name: names.credit, exact: true }), 0);
});

async function signIn(portal, demo, state) {
  const { document, password } = demo.subscribers.find((subscriber) => subscriber.state === state);
  await portal.openSignIn();
  await portal.submitSignIn(document, password);
  await portal.heading(names.buyCredit).waitFor();
}

/** Chooses a credit, with the button *Atualizar* where no script does it. */
async function choose(page, label) {
  const box = page.getByRole('combobox', { name: names.credit, exact: true });
  const labels = (await box.getByRole('option').allTextContents()).map(plain);
  await box.selectOption({ index: labels.findIndex((text) => label.test(text)) });
  const update = page.getByRole('button', { name: 'Atualizar', exact: true });
  if ((await update.count()) > 0) await update.last().click();
  await page.getByText(/será cobrado/).first().waitFor();
}

/**
 * A subscriber uses 4 GB so many times and dials again each time: the end of a session is reported at once, whatever is due. More at a
 * time would be more than a line can carry, and is not believed.
 */
async function spend(demo, login, times) {
  for (let time = 0; time < times; time += 1) {
    const state = await (await fetch(new URL('/state', demo.router_url))).json();
    const { session_id: session } = state.sessions.find((known) => known.login === login);
    await ask(demo, `/sessions/${session}/use`, { megabytes: '4000' });
    await ask(demo, `/sessions/${session}/end`, {});
    await ask(demo, '/sessions', { login });
  }
}

async function ask(demo, path, form) {
  const answer = await fetch(new URL(path, demo.router_url), { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
  assert.ok(answer.status < 400, `${answer.status}: ${await answer.text()}`);
}

async function addLine(page, demo, { plan, login }) {
  await page.goto(new URL('/console/subscribers', demo.portal_url).href);
  await page.getByRole('link', { name: 'João Exemplo', exact: true }).click();
  await page.getByRole('link', { name: 'Incluir linha', exact: true }).click();
  const field = page.getByLabel('Plano', { exact: true });
  if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption({ label: plan });
  else await field.fill(plan);
  await page.getByLabel('Login de acesso', { exact: true }).fill(login);
  await page.getByLabel('Dia do ciclo', { exact: true }).fill('1');
  await page.getByRole('button', { name: 'Salvar', exact: true }).click();
  await page.getByRole('heading', { name: 'João Exemplo', exact: true, level: 1 }).waitFor();
}

async function advance(demo, seconds) {
  const answer = await fetch(new URL('/v1/test-clock/advance', demo.api_url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${demo.api_key}`,
      'content-type': 'application/json',
      'idempotency-key': crypto.randomUUID(),
    },
    body: JSON.stringify({ seconds }),
  });
  assert.equal(answer.status, 200, await answer.text());
}
