// The official Node client (npm `stripe`) drives the sandbox: customer → checkout session → declined, paid → lists → webhook.
// Environment: SANDBOX_URL, SANDBOX_SECRET_KEY; with SANDBOX_WEBHOOK_FILE and SANDBOX_WEBHOOK_SECRET the webhook is checked too.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import Stripe from 'stripe';

const { SANDBOX_URL, SANDBOX_SECRET_KEY, SANDBOX_WEBHOOK_FILE, SANDBOX_WEBHOOK_SECRET } = process.env;
const { protocol, hostname, port } = new URL(SANDBOX_URL);
const stripe = new Stripe(SANDBOX_SECRET_KEY, { protocol: protocol.slice(0, -1), host: hostname, port, telemetry: false });

const customer = await stripe.customers.create({ email: 'node@example.com', metadata: { from: 'node' } });
assert.match(customer.id, /^cus_/);
assert.equal((await stripe.customers.update(customer.id, { name: 'Node' })).name, 'Node');

const params = {
  mode: 'payment',
  customer: customer.id,
  client_reference_id: 'account-1',
  metadata: { topup: 'node-1' },
  payment_intent_data: { metadata: { topup: 'node-1' } },
  line_items: [{ quantity: 1, price_data: { currency: 'usd', unit_amount: 1000, product_data: { name: 'Credit' } } }],
  payment_method_options: { card: { setup_future_usage: 'off_session' } },
  saved_payment_method_options: { allow_redisplay_filters: ['always', 'limited'], payment_method_remove: 'enabled' },
  adaptive_pricing: { enabled: false },
  success_url: 'https://shop.example/back?session={CHECKOUT_SESSION_ID}',
  cancel_url: 'https://shop.example/recharge',
};
const session = await stripe.checkout.sessions.create(params, { idempotencyKey: `node-${customer.id}` });
const again = await stripe.checkout.sessions.create(params, { idempotencyKey: `node-${customer.id}` });
assert.equal(again.id, session.id);
assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
await assert.rejects(
  stripe.checkout.sessions.create({ ...params, mode: 'payment', locale: 'pt-BR' }, { idempotencyKey: `node-${customer.id}` }),
  Stripe.errors.StripeIdempotencyError,
);
await assert.rejects(
  stripe.checkout.sessions.create({ ...params, payment_method_types: ['card'] }),
  (error) => error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'parameter_unknown',
);
await assert.rejects(stripe.customers.retrieve('cus_none'), (error) => error.code === 'resource_missing' && error.statusCode === 404);

// The page, as a browser without JavaScript would use it.
const pay = async (fields) => {
  const page = await (await fetch(session.url)).text();
  const attempt = /name="attempt" value="([^"]+)"/.exec(page)[1];
  const body = new URLSearchParams({ attempt, payment_method: 'new', expiry: '12 / 34', cvc: '123', name: 'Node', ...fields });
  return fetch(session.url, { method: 'POST', body, redirect: 'manual' });
};
const declined = await pay({ number: '4000 0000 0000 0002' });
assert.equal(declined.status, 402);
assert.match(await declined.text(), /role="alert">Your card was declined\.</);
const paid = await pay({ number: '4242 4242 4242 4242' });
assert.equal(paid.status, 303);
assert.equal(paid.headers.get('location'), `https://shop.example/back?session=${session.id}`);

const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent.latest_charge'] });
assert.equal(done.payment_status, 'paid');
assert.equal(done.payment_intent.latest_charge.payment_method_details.card.last4, '4242');
const charges = [];
for await (const charge of stripe.charges.list({ payment_intent: done.payment_intent.id, limit: 1 })) charges.push(charge.status);
assert.deepEqual(charges, ['succeeded', 'failed']);
assert.equal((await stripe.paymentIntents.retrieve(done.payment_intent.id)).amount_received, 1000);
const [card] = (await stripe.paymentMethods.list({ customer: customer.id, type: 'card' })).data;
assert.equal(card.allow_redisplay, 'limited');
assert.equal((await stripe.customers.listPaymentMethods(customer.id)).data.length, 1);
assert.equal((await stripe.paymentMethods.detach(card.id)).customer, null);
const events = await stripe.events.list({ types: ['checkout.session.completed'], limit: 1 });
assert.equal(events.data[0].data.object.id, session.id);
assert.equal(events.data[0].api_version, Stripe.API_VERSION, 'the sandbox speaks the version that this client pins');
const left = await stripe.checkout.sessions.create(params);
assert.equal((await stripe.checkout.sessions.expire(left.id)).status, 'expired');

if (SANDBOX_WEBHOOK_FILE) {
  const patience = Date.now() + 20_000;
  const delivered = () => stripe.events.list({ types: ['checkout.session.completed'], delivery_success: true });
  while ((await delivered()).data.length === 0) assert.ok(Date.now() < patience, 'a webhook within 20 seconds');
  const { signature, body } = JSON.parse(readFileSync(SANDBOX_WEBHOOK_FILE, 'utf8'));
  const event = stripe.webhooks.constructEvent(body, signature, SANDBOX_WEBHOOK_SECRET);
  assert.equal(event.type, 'checkout.session.completed');
  assert.throws(() => stripe.webhooks.constructEvent(`${body} `, signature, SANDBOX_WEBHOOK_SECRET), Stripe.errors.StripeSignatureVerificationError);
}
process.stdout.write(`${JSON.stringify({ client: 'node', version: Stripe.PACKAGE_VERSION, session: session.id })}\n`);
