// The provider's half of the demo: its doors, the line that falls before one's eyes, the faults of router and bank, and a list that ticks
// itself as the story is played.

import assert from 'node:assert/strict';
import { ENGLISH, PORTUGUESE } from '../names.mjs';
import { story } from '../story.mjs';
import { contains, counts, eventually, plain, textOf } from '../wait.mjs';

const CARD = 'Provedor de internet';

const firstScreen = (page, demo) => page.goto(new URL('/demo', demo.portal_url).href);
const strip = (page) => page.getByRole('complementary', { name: 'Sandbox', exact: true });

/** Opens the demo as the subscriber in this state, with one click. */
async function openAs(page, demo, state) {
  await firstScreen(page, demo);
  await enter(page, people(page).getByRole('button', { name: `Open as customer ${state}`, exact: true }));
}

/** Opens it as the first subscriber, whatever he has left by now: the screen says how each stands. */
async function openAsFirst(page, demo) {
  await firstScreen(page, demo);
  await enter(page, people(page).getByRole('button', { name: /^Open as customer/u }).first());
}

const people = (page) => page.getByRole('region', { name: CARD, exact: true }).first();

async function enter(page, button) {
  await button.click();
  await page.getByRole('heading', { name: ENGLISH.buyCredit, exact: true, level: 1 }).waitFor();
}

/** Does something in the form behind *Faults*. */
async function inFaults(page, act) {
  if (!(await strip(page).getByRole('button', { name: 'Apply', exact: true }).isVisible())) await strip(page).getByText(/^Faults/u).click();
  await act(strip(page));
}

const setFaults = (page, names) => inFaults(page, async (form) => {
  for (const name of names) await form.getByRole('checkbox', { name, exact: true }).check();
  await form.getByRole('button', { name: 'Apply', exact: true }).click();
  await form.getByRole('button', { name: 'Apply', exact: true }).waitFor({ state: 'hidden' });
});

/** What the drawing of the subscriber's data says is left. */
const left = (page) => textOf(page.locator('[data-live="line-of-data"] strong'));

async function ticksAre(page, expected) {
  const steps = page.getByRole('list', { name: CARD, exact: true }).getByRole('listitem');
  await eventually(async () => {
    const texts = await Promise.all((await steps.all()).map(textOf));
    assert.deepEqual(texts.flatMap((text, index) => (text.endsWith('done') ? [index + 1] : [])), expected);
  });
}

story('the provider opens in one click for each of his people', {}, async ({ page, demo }) => {
  assert.deepEqual(demo.subscribers.map(({ state }) => state), ['plenty', 'zero', 'blocked']);
  for (const state of ['plenty left', 'blocked', 'at zero']) await openAs(page, demo, state);
  // In words, too, as soon as the router has confirmed it.
  await page.getByText('The speed is reduced now', { exact: false }).waitFor();
  await firstScreen(page, demo);
  await page.getByRole('button', { name: `Open as staff ${CARD}`, exact: true }).click();
  await page.waitForURL('**/console/lines');
  await contains(page.getByRole('main'), 'joao.exemplo');
});

story('data runs down to zero before one\'s eyes, exactly, whatever the router does to its reports', {}, async ({ page, demo }) => {
  await firstScreen(page, demo);
  assert.equal(await left(page), '37.7 GB');
  await setFaults(page, ['Each report comes twice', 'Every second report is lost on its way', 'Each report is overtaken by the next']);
  await contains(strip(page), 'Faults on');
  const begun = Date.now();
  await page.getByRole('button', { name: 'Use it up in half a minute', exact: true }).click();
  await eventually(async () => assert.notEqual(await left(page), '37.7 GB'));
  await eventually(async () => assert.match(await left(page), /^(0|−|-)/u));
  const seconds = (Date.now() - begun) / 1000;
  assert.ok(seconds < 60, `it took ${seconds} s`);
  await ticksAre(page, [4]);
  await page.getByRole('link', { name: 'Mails', exact: true }).click();
  await eventually(async () => {
    await page.reload(); // the list is not live
    await contains(page.getByRole('main'), 'A franquia de joao.exemplo acabou');
  });
  // Without faults everything that was lost or held comes in: what the books hold is what the router counted.
  await inFaults(page, async (form) => {
    for (const box of await form.getByRole('checkbox').all()) await box.uncheck();
    await form.getByRole('button', { name: 'Apply', exact: true }).click();
  });
  await openAsFirst(page, demo);
  await eventually(async () => {
    const state = await (await fetch(new URL('/state', demo.router_url))).json();
    assert.equal(state.unanswered, 0);
  });
  await contains(page.getByRole('main'), 'The allowance was used up on');
  const state = await (await fetch(new URL('/state', demo.router_url))).json();
  const counted = state.sessions.find(({ login }) => login === 'joao.exemplo').download_bytes / 1e9;
  await eventually(async () => {
    await page.reload();
    await page.keyboard.press('F12');
    const panel = page.getByRole('region', { name: ENGLISH.check, exact: true });
    const total = (await textOf(panel)).match(/Total used (\d+\.\d) GB/u);
    assert.ok(total, await textOf(panel));
    assert.equal(total[1], (Math.round((12.3 + counted) * 10 + 1e-6) / 10).toFixed(1)); // the page rounds to the nearest
  });
});

story('the provider\'s list ticks itself as his story is played', {}, async ({ page, demo, newTab }) => {
  const watching = (await newTab()).page;
  await firstScreen(watching, demo);
  await ticksAre(watching, []);
  await openAs(page, demo, 'blocked');
  await openAs(page, demo, 'plenty left');
  await ticksAre(watching, [2, 3]);
  await openAs(page, demo, 'at zero');
  await ticksAre(watching, [1, 2, 3]);
  const credit = page.getByRole('combobox', { name: ENGLISH.credit, exact: true });
  const labels = (await credit.getByRole('option').allTextContents()).map(plain);
  const loaded = page.waitForEvent('load');
  await credit.selectOption({ index: labels.indexOf(ENGLISH.tenGigabytes) });
  await loaded;
  await ticksAre(watching, [1, 2, 3, 5]);
  await page.getByRole('button', { name: ENGLISH.buy, exact: true }).click();
  await page.getByRole('dialog', { name: ENGLISH.purchaseConfirmed, exact: true }).getByRole('button', { name: ENGLISH.ok, exact: true }).click();
  await ticksAre(watching, [1, 2, 3, 5, 6]);
  await page.keyboard.press('F12');
  await ticksAre(watching, [1, 2, 3, 5, 6, 7]);
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: ENGLISH.invoices, exact: true }).first().click();
  await page.getByText('Open', { exact: true }).waitFor();
  await inFaults(page, (form) => form.getByRole('button', { name: 'Pay them twice', exact: true }).click());
  await page.getByText('Paid', { exact: true }).waitFor();
  await page.getByText(/paid more than once/u).waitFor();
  await ticksAre(watching, [1, 2, 3, 5, 6, 7, 8]);
  await demo.restart();
  await firstScreen(watching, demo);
  await ticksAre(watching, [1, 2, 3, 5, 6, 7, 8]);
});

story('who does not pay is blocked by the clock, trusted once, and the list ticks it', {}, async ({ page, demo, newTab }) => {
  const watching = (await newTab()).page;
  await firstScreen(watching, demo);
  await openAs(page, demo, 'at zero');
  const credit = page.getByRole('combobox', { name: ENGLISH.credit, exact: true });
  const labels = (await credit.getByRole('option').allTextContents()).map(plain);
  const loaded = page.waitForEvent('load');
  await credit.selectOption({ index: labels.indexOf(ENGLISH.tenGigabytes) });
  await loaded;
  await page.getByRole('button', { name: ENGLISH.buy, exact: true }).click();
  await page.getByRole('dialog', { name: ENGLISH.purchaseConfirmed, exact: true }).getByRole('button', { name: ENGLISH.ok, exact: true }).click();
  await page.getByRole('link', { name: ENGLISH.invoices, exact: true }).first().click();
  await page.getByText('Open', { exact: true }).waitFor();
  // Due in four days, blocked five days after: ten presses, and nothing is waited for.
  const clock = page.getByRole('region', { name: 'Demo clock', exact: true });
  for (let day = 0; day < 10; day += 1) {
    const moved = page.waitForEvent('load');
    await clock.getByRole('button', { name: 'Advance 1 day', exact: true }).click();
    await moved;
  }
  const trust = page.locator('summary', { hasText: 'Unblock on trust' });
  await counts(trust, 1);
  await trust.click();
  await page.getByRole('button', { name: 'Yes, unblock now', exact: true }).click();
  await page.getByText(/works on trust until/u).first().waitFor();
  await ticksAre(watching, [1, 3, 5, 6, 9]);
  // Staff see until when, and what is owed meanwhile.
  await firstScreen(page, demo);
  await page.getByRole('button', { name: `Open as staff ${CARD}`, exact: true }).click();
  await page.getByRole('link', { name: 'Maria Exemplo', exact: true }).click();
  const standing = page.getByRole('region', { name: 'Unblock on trust', exact: true });
  await contains(standing, 'enabled on trust until');
  await contains(standing, 'Overdue meanwhile');
});

story('the first screen in Portuguese, on a phone, has both cards with the line between', { names: PORTUGUESE, context: { viewport: { width: 390, height: 844 } } }, async ({ page, demo }) => {
  await firstScreen(page, demo);
  const tops = await Promise.all(['Empresa de API', 'O que resta, ao vivo', CARD].map(async (name) => {
    const box = await page.getByRole('region', { name, exact: true }).first().boundingBox();
    return box.y;
  }));
  assert.deepEqual(tops, tops.toSorted((one, other) => one - other));
  await page.getByRole('button', { name: 'Gastar tudo em meio minuto', exact: true }).click();
  await eventually(async () => assert.notEqual(await left(page), '37,7 GB'));
  await counts(page.getByRole('list', { name: CARD, exact: true }), 1);
});
