// Waiting for what must become true, never for time to pass. Each wait ends with what was seen last, so that a failure reads
// like a finding.

import assert from 'node:assert/strict';

export const WAIT_SECONDS_MAX = 60;
const LOOK_EVERY_MILLISECONDS = 50;

/** Calls `look` until it no longer throws; after WAIT_SECONDS_MAX its last error is the finding. */
export async function eventually(look) {
  const end = Date.now() + WAIT_SECONDS_MAX * 1000;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await new Promise((next) => setTimeout(next, LOOK_EVERY_MILLISECONDS));
  }
}

/** Text as a reader sees it: runs of white space, no-break ones included, are one space. */
export function plain(text) {
  return text.replace(/\s+/gu, ' ').trim();
}

/** Waits until the one element of `locator` reads exactly `expected`. */
export function reads(locator, expected) {
  return eventually(async () => assert.equal(await textOf(locator), expected, `${locator}`));
}

/** Waits until the one element of `locator` contains `expected`. */
export function contains(locator, expected) {
  return eventually(async () => {
    const text = await textOf(locator);
    assert.ok(text.includes(expected), `${locator} should contain “${expected}”, it reads “${text}”`);
  });
}

/** Waits until `locator` matches exactly `count` elements. */
export function counts(locator, count) {
  return eventually(async () => assert.equal(await locator.count(), count, `${locator}: number of matches`));
}

export async function textOf(locator) {
  return plain(await locator.innerText({ timeout: 2000 }));
}
