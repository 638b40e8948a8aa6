// The data-credit story: a subscriber of an internet provider buys more data when his allowance is used up, in both languages, at a
// desk and on a phone.

import assert from 'node:assert/strict';
import { barriers } from '../barriers.mjs';
import { NAMES, PORTUGUESE } from '../names.mjs';
import { story } from '../story.mjs';
import { contains, counts, eventually, plain, reads, textOf } from '../wait.mjs';

const SIZES = [{ width: 1280, height: 900 }, { width: 390, height: 844 }];

for (const names of NAMES) {
  for (const viewport of SIZES) {
    const title = `a subscriber at zero buys a credit, in ${names.language}, ${viewport.width} pixels wide`;
    story(title, { names, context: { viewport } }, async ({ portal, page, demo }) => {
      await signIn(portal, demo, 'zero');
      await reads(portal.output(names.allowance), names.gigabytes(50));
      await reads(portal.output(names.boughtThisMonth), names.gigabytes(0));
      await reads(portal.output(names.currentBalance), names.gigabytes(0));
      assert.ok(!(await buyButton(portal).isEnabled()), 'nothing is chosen yet');
      await noBarriers(page, 'at zero');
      await choose(portal, names.tenGigabytes);
      await eventually(async () => {
        const said = await page.getByRole('status').filter({ hasText: 'R$' }).allTextContents();
        assert.ok(said.some((text) => names.charge.test(plain(text))), said.join('\n'));
        assert.ok(await buyButton(portal).isEnabled());
      });
      await choose(portal, names.choose);
      await eventually(async () => assert.ok(!(await buyButton(portal).isEnabled()), 'the choice was cleared'));
      await eventually(async () => assert.equal(await page.evaluate(() => document.activeElement.id), 'credit', 'the focus stays'));
      await choose(portal, names.tenGigabytes);
      await eventually(async () => assert.ok(await buyButton(portal).isEnabled()));
      await noBarriers(page, 'a credit chosen');
      await buyButton(portal).click();
      await page.getByRole('dialog', { name: names.purchaseConfirmed, exact: true }).waitFor();
      await noBarriers(page, 'bought');
      await page.getByRole('button', { name: names.ok, exact: true }).click();
      for (const step of names.progress) await page.getByText(step, { exact: true }).waitFor();
      await reads(portal.output(names.currentBalance), names.gigabytes(10));
      await reads(portal.output(names.boughtThisMonth), `${names.gigabytes(10)} ${names.purchases(1)}`);
      await contains(page.getByRole('alert'), names.positiveBalance);
      assert.ok(!(await page.getByRole('combobox', { name: names.credit, exact: true }).isEnabled()));
      await page.reload();
      await portal.heading(names.buyCredit).waitFor();
      await counts(page.getByRole('dialog'), 0);
      await checkPanel(portal);
      await portal.open(names.usage);
      await noBarriers(page, 'usage');
      await portal.open(names.invoices);
    });
  }
}

story('two tabs buy at once, and one purchase is made', { names: PORTUGUESE }, async ({ portal, page, demo, newTab }) => {
  const { names } = portal;
  await signIn(portal, demo, 'zero');
  const second = await newTab();
  await second.page.goto(page.url());
  for (const tab of [portal, second]) {
    await choose(tab, names.tenGigabytes);
    await eventually(async () => assert.ok(await buyButton(tab).isEnabled()));
  }
  // A tab that hears of the other's purchase before its own click has its button disabled, which is as good an end.
  await Promise.all([portal, second].map((tab) => buyButton(tab).evaluate((button) => button.click())));
  await eventually(async () => {
    const dialogs = [portal, second].map((tab) => tab.page.getByRole('dialog', { name: names.purchaseConfirmed, exact: true }));
    const confirmed = await Promise.all(dialogs.map((dialog) => dialog.count()));
    assert.ok(confirmed.includes(1), 'at least one of them was told');
  });
  for (const tab of [portal, second]) {
    await reads(tab.page.locator('#line-bought'), `${names.gigabytes(10)} ${names.purchases(1)}`);
  }
});

story('a positive balance and a blocked line say why nothing is sold', { names: PORTUGUESE }, async ({ portal, page, demo }) => {
  const { names } = portal;
  await signIn(portal, demo, 'plenty');
  await contains(page.getByRole('alert'), names.positiveBalance);
  assert.ok(!(await page.getByRole('combobox', { name: names.credit, exact: true }).isEnabled()));
  await page.context().clearCookies();
  await signIn(portal, demo, 'blocked');
  await page.getByText(/Este plano está bloqueado/).waitFor();
  await counts(page.getByRole('combobox', { name: names.plan, exact: true }), 0);
  await noBarriers(page, 'blocked');
  await portal.open(names.invoices);
});

async function signIn(portal, demo, state) {
  const { document, password } = demo.subscribers.find((subscriber) => subscriber.state === state);
  await portal.openSignIn();
  await portal.submitSignIn(document, password);
  await portal.heading(portal.names.buyCredit).waitFor();
}

const buyButton = (portal) => portal.page.getByRole('button', { name: portal.names.buy, exact: true });

/** Chooses a credit by what a reader sees: no-break spaces are spaces. */
async function choose(portal, label) {
  const box = portal.page.getByRole('combobox', { name: portal.names.credit, exact: true });
  const labels = (await box.getByRole('option').allTextContents()).map(plain);
  assert.ok(labels.includes(label), labels.join(', '));
  const loaded = portal.page.waitForEvent('load');
  await box.selectOption({ index: labels.indexOf(label) });
  await loaded;
}

/** Opens and closes by F12, Escape and the button; every number opens. */
async function checkPanel(portal) {
  const { page, names } = portal;
  const panel = page.getByRole('region', { name: names.check, exact: true });
  const button = page.getByRole('button', { name: names.check, exact: true });
  await counts(panel, 0);
  await page.keyboard.press('F12');
  await panel.waitFor();
  assert.equal(await button.getAttribute('aria-expanded'), 'true');
  assert.ok(await panel.evaluate((element) => element === document.activeElement), 'the panel has the focus');
  const [fifty, ten, nothing] = [50, 10, 0].map((number) => names.gigabytes(number));
  await eventually(async () => {
    const text = await textOf(panel);
    assert.ok(text.includes(`${fifty} + ${ten} + ${nothing} − ${fifty} = ${ten}`), text);
  });
  for (const summary of await panel.locator('summary').all()) await summary.click();
  await noBarriers(page, 'the check panel');
  await page.keyboard.press('Escape');
  await counts(panel, 0);
  await button.click();
  await panel.waitFor();
  await button.click();
  await counts(panel, 0);
}

/** What axe-core calls serious or critical, on the page as it stands; and nothing is wider than the window. */
async function noBarriers(page, where) {
  assert.deepEqual(await barriers(page), [], `barriers on: ${where}`);
  const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.ok(!isWide, `${where} scrolls sideways`);
}
