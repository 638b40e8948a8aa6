// A shop that sells credit in reais, where boleto and Pix stand beside cards: the program as an operator serves it, with the payment provider of a
// demo. That provider knows the demo's address only, so its news is carried from its list of events to the shop, signed as it signs.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts, programPath, startDemo } from './demo.mjs';
import { eventually } from './wait.mjs';

const run = promisify(execFile);
const EMAIL = 'ana@example.com';

/** Starts it; what is answered is as a demo's, with `invitation`, the customer's link to a password, and `carryNews()`. */
export async function startShopInReais() {
  const demo = await startDemo();
  try {
    return await open(demo);
  } catch (error) {
    await demo.stop();
    throw error;
  }
}

async function open(demo) {
  const secrets = JSON.parse(await readFile(join(demo.folder, 'demo.json'), 'utf8'));
  const folder = await mkdtemp(join(tmpdir(), 'saldo-e2e-reais-'));
  const port = await freePorts(1);
  const portalUrl = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    SALDO_SERVER__DATA: join(folder, 'books'),
    SALDO_SERVER__LISTEN: `127.0.0.1:${port}`,
    SALDO_SERVER__PUBLIC_URL: portalUrl,
    SALDO_CREDIT__UNIT: 'BRL',
    SALDO_STRIPE__API_URL: demo.sandbox_url,
    SALDO_STRIPE__SECRET_KEY: secrets.stripe_key,
    SALDO_STRIPE__WEBHOOK_SECRETS: secrets.webhook_secret,
  };
  await run(programPath(), ['customer', 'create', '--name', 'Ana Lima', '--email', EMAIL], { env });
  const { stdout } = await run(programPath(), ['customer', 'invite', EMAIL], { env });
  const child = spawn(programPath(), ['serve'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((done) => child.once('exit', done));
  let log = '';
  child.stderr.on('data', (text) => {
    log += text;
  });
  const shop = {
    ...demo,
    portal_url: portalUrl,
    api_url: portalUrl,
    invitation: /^link\s+(\S+)$/mu.exec(stdout)[1],
    carryNews: () => carryNews(demo, portalUrl, secrets),
    log: () => log,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
      await demo.stop();
    },
  };
  await eventually(async () => assert.ok((await fetch(new URL('/sign-in', portalUrl))).ok)).catch(async (error) => {
    await shop.stop();
    throw new Error(log, { cause: error });
  });
  return shop;
}

/** All the provider has to tell, oldest first. What was told before changes nothing. */
async function carryNews(demo, portalUrl, secrets) {
  const headers = { authorization: `Bearer ${secrets.stripe_key}` };
  const { data } = await (await fetch(new URL('/v1/events?limit=100', demo.sandbox_url), { headers })).json();
  for (const event of data.toReversed()) {
    const body = JSON.stringify(event);
    const at = Math.floor(Date.now() / 1000);
    const signature = createHmac('sha256', secrets.webhook_secret).update(`${at}.${body}`).digest('hex');
    const signed = { 'content-type': 'application/json', 'stripe-signature': `t=${at},v1=${signature}` };
    const answer = await fetch(new URL('/stripe/webhooks', portalUrl), { method: 'POST', headers: signed, body });
    assert.ok(answer.ok, `${event.type}: ${answer.status} ${await answer.text()}`);
  }
}
