// The official Node client (npm `stripe`) drives what becomes of a payment: refunds, disputes, balance, payouts, events, and a saved
// card charged without its owner. Environment: SANDBOX_URL, SANDBOX_SECRET_KEY.
import assert from 'node:assert/strict';
import Stripe from 'stripe';

const { SANDBOX_URL, SANDBOX_SECRET_KEY } = process.env;
const { protocol, hostname, port } = new URL(SANDBOX_URL);
const stripe = new Stripe(SANDBOX_SECRET_KEY, { protocol: protocol.slice(0, -1), host: hostname, port, telemetry: false });

/** Does on demand what banks and payers do. */
const onDemand = async (path, fields = {}) => {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  const answer = await fetch(`${SANDBOX_URL}${path}`, { method: 'POST', headers, body: JSON.stringify(fields) });
  assert.equal(answer.status, 200, path);
  return answer.json();
};
const all = async (list) => {
  const items = [];
  for await (const item of list) items.push(item);
  return items;
};

await onDemand('/faults', { later_on_demand: true });
const customer = await stripe.customers.create({ email: 'node@example.com' });
const saved = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
const order = { amount: 2000, currency: 'usd', customer: customer.id, off_session: true, confirm: true };
const intent = await stripe.paymentIntents.create({ ...order, payment_method: saved.id, metadata: { topup: 'node-2' } });
assert.equal(intent.status, 'succeeded');

// Refunds, in steps and not further.
const first = await stripe.refunds.create({ payment_intent: intent.id, amount: 500, reason: 'requested_by_customer' }, { idempotencyKey: 'node-refund-1' });
assert.equal((await stripe.refunds.create({ payment_intent: intent.id, amount: 500, reason: 'requested_by_customer' }, { idempotencyKey: 'node-refund-1' })).id, first.id);
assert.deepEqual([first.status, first.amount, first.charge], ['succeeded', 500, intent.latest_charge]);
await assert.rejects(stripe.refunds.create({ charge: intent.latest_charge, amount: 1501 }), (error) => error instanceof Stripe.errors.StripeInvalidRequestError && error.param === 'amount');
await stripe.refunds.create({ charge: intent.latest_charge });
await assert.rejects(stripe.refunds.create({ charge: intent.latest_charge }), (error) => error.code === 'charge_already_refunded');
assert.deepEqual((await all(stripe.refunds.list({ payment_intent: intent.id, limit: 1 }))).map((refund) => refund.amount), [1500, 500]);
const charge = await stripe.charges.retrieve(intent.latest_charge, { expand: ['balance_transaction'] });
assert.deepEqual([charge.amount_refunded, charge.refunded, charge.balance_transaction.fee], [2000, true, 88]);
assert.equal((await onDemand(`/refunds/${first.id}/outcome`, { outcome: 'failed' })).status, 'failed');
assert.equal((await stripe.refunds.retrieve(first.id)).failure_reason, 'expired_or_canceled_card');
assert.equal((await stripe.charges.retrieve(intent.latest_charge)).amount_refunded, 1500);

// A dispute, won by evidence.
const disputing = await stripe.paymentMethods.attach('pm_card_createDispute', { customer: customer.id });
const disputed = await stripe.paymentIntents.create({ ...order, payment_method: disputing.id });
assert.equal((await onDemand('/later')).happened, 1);
const [dispute] = (await stripe.disputes.list({ payment_intent: disputed.id })).data;
assert.deepEqual([dispute.status, dispute.reason, dispute.balance_transactions[0].amount], ['needs_response', 'fraudulent', -2000]);
await assert.rejects(stripe.refunds.create({ payment_intent: disputed.id }), (error) => error.code === 'charge_disputed');
const won = await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: 'winning_evidence' }, submit: true });
assert.deepEqual([won.status, won.balance_transactions.length], ['won', 2]);
assert.equal((await stripe.disputes.retrieve(dispute.id)).status, 'won');
const another = await stripe.paymentIntents.create({ ...order, payment_method: disputing.id });
await onDemand('/later');
assert.equal((await stripe.disputes.close((await stripe.disputes.list({ payment_intent: another.id })).data[0].id)).status, 'lost');

// A saved card that is declined.
const failing = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
await assert.rejects(stripe.paymentIntents.create({ ...order, payment_method: failing.id }), (error) => {
  assert.ok(error instanceof Stripe.errors.StripeCardError);
  assert.deepEqual([error.code, error.decline_code, error.payment_intent.status], ['card_declined', 'generic_decline', 'requires_payment_method']);
  assert.equal(error.raw.advice_code, 'try_again_later');
  return true;
});
const asking = await stripe.paymentMethods.attach('pm_card_authenticationRequired', { customer: customer.id });
const left = await stripe.paymentIntents.create({ ...order, payment_method: asking.id }).then(() => assert.fail(), (error) => error);
assert.equal(left.code, 'authentication_required');
assert.equal((await stripe.paymentIntents.cancel(left.payment_intent.id)).status, 'canceled');

// Balance, payout, events.
for (let paid = 0; paid < 3; paid += 1) await stripe.paymentIntents.create({ ...order, payment_method: saved.id });
const payout = await onDemand('/payouts', { currency: 'usd' });
assert.deepEqual([(await stripe.payouts.retrieve(payout.id)).status, (await stripe.payouts.list()).data.length], ['paid', 1]);
const paidOut = await all(stripe.balanceTransactions.list({ payout: payout.id, limit: 2 }));
assert.equal(paidOut.reduce((sum, transaction) => sum + transaction.net, 0), 0, 'a payout is what it holds');
assert.deepEqual((await all(stripe.balanceTransactions.list({ type: 'refund' }))).map((transaction) => transaction.amount), [-1500, -500]);
assert.equal((await stripe.balanceTransactions.list({ type: 'refund_failure' })).data[0].amount, 500);
const since = { created: { gte: intent.created } };
const told = async (...types) => (await all(stripe.events.list({ types, ...since }))).map((event) => event.type).reverse();
assert.deepEqual(await told('refund.created', 'charge.refunded', 'refund.failed', 'charge.refund.updated'), [
  'refund.created', 'charge.refunded', 'refund.created', 'charge.refunded', 'refund.failed', 'charge.refund.updated',
]);
assert.deepEqual(await told('charge.dispute.created', 'charge.dispute.funds_withdrawn', 'charge.dispute.funds_reinstated', 'charge.dispute.closed'), [
  'charge.dispute.created', 'charge.dispute.funds_withdrawn', 'charge.dispute.funds_reinstated', 'charge.dispute.closed',
  'charge.dispute.created', 'charge.dispute.funds_withdrawn', 'charge.dispute.closed',
]);
assert.equal((await stripe.events.list({ created: { lt: intent.created - 60 } })).data.length, 0);
process.stdout.write(`${JSON.stringify({ client: 'node', version: Stripe.PACKAGE_VERSION, payout: payout.id })}\n`);
