// Debian's Chromium, driven by playwright-core; nothing is downloaded and the browser calls nobody by itself.

import { chromium } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser with a fresh profile; `E2E_HEADED` in the environment shows its window. */
export function launchBrowser() {
  return chromium.launch({ executablePath: CHROMIUM, headless: process.env.E2E_HEADED === undefined, args: ARGUMENTS });
}
