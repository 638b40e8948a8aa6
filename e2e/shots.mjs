// Pictures of every page, light and dark and on a phone, for people to look at: target/shots/<page>-<light|dark|phone>.png.

import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDemo, callExampleApi, advanceClock } from './demo.mjs';
import { Checkout, DECLINED, MASTERCARD, VISA } from './checkout.mjs';
import { NAMES } from './names.mjs';
import { Portal } from './portal.mjs';
import { launchBrowser } from './browser.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const FOLDER = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'shots');
const DESKTOP = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 } };
const LOOKS = {
  light: { ...DESKTOP, colorScheme: 'light' },
  dark: { ...DESKTOP, colorScheme: 'dark' },
  phone: { ...PHONE, colorScheme: 'light' },
};
const HOURS_OF_USE = 5;

await mkdir(FOLDER, { recursive: true });
const demo = await startDemo();
const browser = await launchBrowser();
try {
  for (const names of NAMES) await takeAll(names);
} finally {
  await browser.close();
  await demo.stop();
}
console.log(`pictures: ${FOLDER}`);

async function takeAll(names) {
  const context = await browser.newContext({ locale: names.locale, reducedMotion: 'reduce', ...DESKTOP });
  const page = await context.newPage();
  const portal = new Portal(page, names, demo);
  await page.goto(new URL('/demo', demo.portal_url).href);
  await shoot(page, names, 'demo');
  await portal.openSignIn();
  await shoot(page, names, 'sign-in');
  await portal.submitSignIn(demo.customer.email, 'wrong');
  await page.getByRole('alert').waitFor();
  await shoot(page, names, 'sign-in-refused');
  await portal.signIn();
  await portal.openRecharge();
  await shoot(page, names, 'recharge-new');
  await use();
  await recharge(portal, names);
  for (const place of [names.billing, names.recharge, names.usage, names.statement, names.savedCards, names.apiKeys]) {
    await portal.open(names.billing);
    if (place !== names.billing) await portal.open(place);
    await shoot(page, names, place);
  }
  await context.close();
}

/** Some hours of activity, the last one still open. */
async function use() {
  for (let hour = 0; hour < HOURS_OF_USE; hour += 1) {
    if (hour > 0) await advanceClock(demo, 3600 * (1 + (hour % 2)));
    await callExampleApi(demo);
  }
}

async function recharge(portal, names) {
  const checkout = new Checkout(portal.page);
  for (const [card, ending] of [
    [VISA, 'successful'],
    [MASTERCARD, 'successful'],
    [DECLINED, 'failed'],
  ]) {
    await portal.addCredit();
    await checkout.isOpen();
    await shoot(portal.page, names, `checkout-${card.number.slice(-4)}`);
    await checkout.chooseDifferentCardIfAsked();
    await checkout.fillCard(card);
    await checkout.pay(10);
    if (ending === 'failed') {
      await checkout.saysDeclined();
      await shoot(portal.page, names, 'checkout-declined');
      await checkout.back();
    }
    await portal.dialogSays(ending);
    await shoot(portal.page, names, `popup-${ending}`);
    await portal.closeDialog(ending);
  }
}

/** One page in every look, without loading it again. */
async function shoot(page, names, name) {
  for (const [look, { viewport, colorScheme }] of Object.entries(LOOKS)) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const file = `${name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-')}-${names.locale}-${look}.png`;
    await page.screenshot({ path: join(FOLDER, file), fullPage: true });
  }
  await page.setViewportSize(DESKTOP.viewport);
}
