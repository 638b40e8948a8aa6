// The frame every story runs in: one Chromium per file, one demo and one fresh browser profile per story. When a story
// fails, a picture of each tab and the program's log stay in target/e2e/. A story also fails on what a person would not see
// but should worry about: a script error, a broken content policy, a foreign origin, an answer of 500 and above.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { launchBrowser } from './browser.mjs';
import { startDemo } from './demo.mjs';
import { ENGLISH, NAMES } from './names.mjs';
import { Portal } from './portal.mjs';
import { WAIT_SECONDS_MAX } from './wait.mjs';

export const PHONE = { width: 390, height: 844 };

const STORY_SECONDS_MAX = 300;
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const TRACES = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'e2e');

let browser;
before(async () => {
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
});

/**
 * One story. `options`: `names` (the language, English unless told), `context` (what Playwright's newContext takes), `start` (what is started
 * instead of a demo, and answers with the same).
 * `tell` gets {demo, context, page, portal, newTab}: `portal` speaks the story's language, `newTab()` is another tab of the
 * same browser as a Portal.
 */
export function story(title, options, tell) {
  test(title, { timeout: STORY_SECONDS_MAX * 1000 }, async () => {
    const demo = await (options.start ?? startDemo)();
    const names = options.names ?? ENGLISH;
    const context = await browser.newContext({
      locale: names.locale,
      timezoneId: 'America/Sao_Paulo',
      reducedMotion: 'reduce',
      viewport: { width: 1280, height: 900 },
      ...options.context,
    });
    context.setDefaultTimeout(WAIT_SECONDS_MAX * 1000);
    const findings = watch(context, demo);
    const newTab = async () => new Portal(await context.newPage(), names, demo);
    try {
      const portal = await newTab();
      await tell({ demo, context, page: portal.page, portal, newTab });
      assert.deepEqual(findings, [], 'the browser met trouble on the way');
    } catch (error) {
      await keepTraces(title, context, demo, findings);
      throw error;
    } finally {
      await context.close();
      await demo.stop();
    }
  });
}

/** One story in each language, on a phone. */
export function storyOnPhones(title, tell) {
  for (const names of NAMES) story(`${title} (${names.locale})`, { names, context: { viewport: PHONE } }, tell);
}

/** Collects what must never happen while a story is played. */
function watch(context, demo) {
  const findings = [];
  const players = [demo.portal_url, demo.api_url, demo.sandbox_url, demo.router_url, demo.bank_url];
  const ours = new Set(players.map((url) => new URL(url).origin));
  context.on('weberror', (error) => findings.push(`script error: ${error.error().message}`));
  context.on('console', (message) => {
    const refusedLoad = message.text().startsWith('Failed to load resource'); // a 4xx page is an answer, not trouble
    if (message.type() === 'error' && !refusedLoad) findings.push(`console: ${message.text()}`);
  });
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (/^https?:$/u.test(url.protocol) && !ours.has(url.origin)) findings.push(`foreign origin: ${request.url()}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 500) findings.push(`${response.status()} from ${response.url()}`);
    if (response.status() === 404) findings.push(`404 from ${response.url()}`);
  });
  return findings;
}

async function keepTraces(title, context, demo, findings) {
  const folder = join(TRACES, title.replaceAll(/[^\p{L}\p{N}]+/gu, '-'));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'program.log'), demo.log());
  await writeFile(join(folder, 'findings.txt'), findings.join('\n'));
  for (const [index, page] of context.pages().entries()) {
    await page.screenshot({ path: join(folder, `tab-${index + 1}.png`), fullPage: true }).catch(() => undefined); // a tab that died shows nothing
    await writeFile(join(folder, `tab-${index + 1}.html`), await page.content().catch(String));
  }
  console.error(`pictures and log of this failure: ${folder}`);
}
