// A developer listens to webhooks with `saldo listen`, which posts each to his program, signed; then his own endpoint is told of the same by
// the program itself. Both are verified by the official library of Standard Webhooks.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { Webhook } from 'standardwebhooks';
import { callApi, programPath } from '../demo.mjs';
import { story } from '../story.mjs';
import { eventually } from '../wait.mjs';

story('Webhooks are printed, posted, and verified by the official library', {}, async ({ demo }) => {
  const listened = await receiver();
  const told = await receiver();
  const listener = listen(demo, listened.url);
  try {
    const secret = await listener.secret;
    const endpoint = await callApi(demo, 'POST', '/v1/webhook-endpoints', { url: told.url });
    const customer = await callApi(demo, 'POST', '/v1/customers', { name: 'Listener' });
    const wallet = customer.wallets[0].id;
    const { balance } = await callApi(demo, 'GET', `/v1/wallets/${wallet}`);
    await callApi(demo, 'POST', '/v1/charges', { wallet, kind: 'api', amount: balance.available });
    const messages = await Promise.all([
      verified(listened, secret, customer.id),
      verified(told, endpoint.secret, customer.id),
    ]);
    assert.deepEqual(messages[0], messages[1], 'both are told the same');
    await eventually(() => assert.ok(listener.printed().includes(messages[0].id), listener.printed()));
    const again = await callApi(demo, 'POST', `/v1/webhook-endpoints/${endpoint.id}/secret-rotation`, {});
    await callApi(demo, 'POST', `/v1/webhook-endpoints/${endpoint.id}/test`, {});
    const { headers, body } = await find(told, (message) => message.type === 'endpoint.test');
    for (const known of [endpoint.secret, again.secret]) new Webhook(known).verify(body, headers);
  } finally {
    listener.stop();
    listened.close();
    told.close();
  }
});

/** The message that this customer's wallet is empty, once it came, if the library takes it and refuses it when it was changed. */
async function verified(receiver, secret, customer) {
  const { headers, body } = await find(receiver, ({ type, data }) => type === 'balance.exhausted' && data.customer === customer);
  const webhook = new Webhook(secret);
  const message = webhook.verify(body, headers);
  assert.deepEqual(message.data.available, { amount: '0.00', unit: 'USD' });
  assert.throws(() => webhook.verify(body.replace('0.00', '9.00'), headers), /No matching signature/u);
  return { id: headers['webhook-id'], message };
}

function find(receiver, wanted) {
  return eventually(() => {
    const found = receiver.taken.find(({ body }) => wanted(JSON.parse(body)));
    assert.ok(found, `${receiver.taken.length} messages came`);
    return found;
  });
}

/** Somebody who takes every message. */
function receiver() {
  const taken = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    taken.push({ headers: request.headers, body });
    response.end('taken');
  });
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => {
      done({ url: `http://127.0.0.1:${server.address().port}/`, taken, close: () => server.close() });
    });
  });
}

/** `saldo listen`; its `secret` is there once it listens. */
function listen(demo, forward) {
  const child = spawn(programPath(), ['listen', '--url', demo.api_url, '--forward', forward], {
    env: { ...process.env, SALDO_API_KEY: demo.api_key },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = [];
  const secret = new Promise((done, fail) => {
    child.once('exit', (code) => fail(new Error(`saldo listen ended with ${code}: ${lines.join('\n')}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      const drawn = /^secret\s+(whsec_\S+)$/u.exec(line);
      if (drawn) done(drawn[1]);
    });
  });
  secret.catch(() => undefined); // told by whoever waits for it
  return { secret, printed: () => lines.join('\n'), stop: () => child.kill('SIGKILL') };
}
