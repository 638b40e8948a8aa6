// What a bank, or the operator at the provider's own pages, does after a payment: a button of the sandbox's page, or the same by its API.

import assert from 'node:assert/strict';

/** Does it; answers with what came of it, as the sandbox tells it. */
export async function at(demo, path, fields = {}) {
  const answer = await fetch(new URL(path, demo.sandbox_url), {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  });
  const told = await answer.json();
  assert.ok(answer.ok, `${path}: ${JSON.stringify(told)}`);
  return told;
}

/** The newest payment of the demo's customer, as the provider names it. */
export async function payment(demo) {
  const headers = { authorization: `Bearer ${demo.api_key}` };
  const { data } = await (await fetch(new URL(`/v1/payments?customer=${demo.customer.id}&limit=1`, demo.api_url), { headers })).json();
  return data[0].provider_payment;
}
