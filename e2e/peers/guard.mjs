// A real nginx with docs/operate/nginx.conf in front of an API that knows nothing of credit. The configuration is used as
// it stands; only its addresses are replaced.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { advanceClock, callApi, freePorts, startDemo } from '../demo.mjs';
import { eventually } from '../wait.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const NGINX = '/usr/sbin/nginx';
const HOUR_SECONDS = 3600;
const WELCOME_HOURS = 100; // $25.00 at $0.25 an hour

let demo;
let api;
let nginx;

before(async () => {
  demo = await startDemo();
  api = await startApi();
  nginx = await startNginx();
});

after(async () => {
  await nginx?.stop();
  api?.server.close();
  await demo?.stop();
});

test('a key with credit is let through, and its hour is open', async () => {
  const answer = await call(demo.customer.api_key);
  assert.equal(answer.status, 200);
  assert.equal(await answer.text(), 'hello from the API');
  assert.deepEqual(await figures(), { posted: '25', pending: '0.25', available: '24.75' });
});

test('more calls in the same hour cost nothing more', async () => {
  for (let calls = 0; calls < 20; calls += 1) assert.equal((await call(demo.customer.api_key)).status, 200);
  assert.deepEqual(await figures(), { posted: '25', pending: '0.25', available: '24.75' });
});

test('an unknown key, a mangled key and no key are 401, and the API hears nothing', async () => {
  const heard = api.calls;
  for (const key of ['nobody-knows-me', `${demo.customer.api_key}x`, undefined]) {
    assert.equal((await call(key)).status, 401, `key ${key}`);
  }
  assert.equal(api.calls, heard);
});

test('the operator’s key is no customer’s key', async () => {
  assert.equal((await call(demo.api_key)).status, 401);
});

test('without credit it is 402 with the link to recharge, and nothing opens', async () => {
  for (let hour = 1; hour < WELCOME_HOURS; hour += 1) {
    await advanceClock(demo, HOUR_SECONDS);
    assert.equal((await call(demo.customer.api_key)).status, 200, `hour ${hour + 1}`);
  }
  assert.equal((await call(demo.customer.api_key)).status, 200, 'the last hour is open until its end');
  await advanceClock(demo, HOUR_SECONDS);
  const heard = api.calls;
  const answer = await call(demo.customer.api_key);
  assert.equal(answer.status, 402);
  assert.match(answer.headers.get('content-type'), /^application\/problem\+json/u);
  const { code, recharge_url: rechargeUrl } = await answer.json();
  assert.equal(code, 'insufficient_credit');
  assert.equal(new URL(rechargeUrl).origin, new URL(demo.portal_url).origin);
  assert.equal(answer.headers.get('link'), `<${rechargeUrl}>; rel="payment"`);
  assert.equal(api.calls, heard, 'the API was called though nobody pays');
  assert.deepEqual(await figures(), { posted: '0', pending: '0', available: '0' });
});

test('when the guard is away nothing is let through', async () => {
  await demo.kill();
  const heard = api.calls;
  const answer = await call(demo.customer.api_key);
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get('retry-after'), '1');
  assert.equal(api.calls, heard);
});

function call(key) {
  return fetch(nginx.url, { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } });
}

/** The customer's balance as the operator's API tells it, without trailing zeros. */
async function figures() {
  const { data: wallets } = await callApi(demo, 'GET', `/v1/customers/${demo.customer.id}/wallets`);
  const { balance } = wallets[0];
  const plain = ({ amount }) => String(Number(amount));
  return { posted: plain(balance.posted), pending: plain(balance.pending), available: plain(balance.available) };
}

/** The API that is sold: it answers everybody who reaches it, and counts. */
async function startApi() {
  const told = { calls: 0 };
  told.server = createServer((_, answer) => {
    told.calls += 1;
    answer.end('hello from the API');
  });
  await new Promise((ready) => told.server.listen(0, '127.0.0.1', ready));
  told.address = `127.0.0.1:${told.server.address().port}`;
  return told;
}

async function startNginx() {
  const folder = await mkdtemp(join(tmpdir(), 'saldo-nginx-'));
  const address = `127.0.0.1:${await freePorts(1)}`;
  const template = await readFile(join(ROOT, 'docs', 'operate', 'nginx.conf'), 'utf8');
  const text = replaceOnce(
    replaceOnce(replaceOnce(template, '127.0.0.1:7070', new URL(demo.api_url).host), '127.0.0.1:8080', api.address),
    '127.0.0.1:8000',
    address,
  );
  const configuration = join(folder, 'nginx.conf');
  await writeFile(configuration, text);
  const surroundings = `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;`;
  // A prefix of its own: the logs and buffers that the configuration leaves to nginx's defaults land there.
  const child = spawn(NGINX, ['-p', folder, '-e', `${folder}/error.log`, '-c', configuration, '-g', surroundings], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise((done) => {
    child.once('exit', done);
  });
  await eventually(async () => {
    assert.equal(child.exitCode, null, 'nginx has ended');
    await fetch(`http://${address}/`);
  });
  return {
    url: `http://${address}/`,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function replaceOnce(text, from, to) {
  assert.equal(text.split(from).length, 2, `docs/operate/nginx.conf names ${from} once`);
  return text.replace(from, to);
}
