"""The official Python client (PyPI `stripe`) drives what becomes of a payment: refunds, disputes, balance, payouts, events.

Environment: SANDBOX_URL, SANDBOX_SECRET_KEY.
"""

import json
import os
import urllib.request

import stripe

URL = os.environ["SANDBOX_URL"]
client = stripe.StripeClient(os.environ["SANDBOX_SECRET_KEY"], base_addresses={"api": URL})


def on_demand(path, fields=None):
    """Does what banks and payers do."""
    headers = {"accept": "application/json", "content-type": "application/json"}
    request = urllib.request.Request(URL + path, json.dumps(fields or {}).encode(), headers, method="POST")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def refused(kind, code, call):
    """Calls, and expects a refusal of this kind and code."""
    try:
        call()
    except kind as error:
        assert error.code == code, error
        return error
    raise AssertionError(f"{code} was expected")


on_demand("/faults", {"later_on_demand": True})
customer = client.v1.customers.create({"email": "python@example.com"})
saved = client.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer.id})
order = {"amount": 3000, "currency": "brl", "customer": customer.id, "off_session": True, "confirm": True}
intent = client.v1.payment_intents.create({**order, "payment_method": saved.id})
assert intent.status == "succeeded"

part = client.v1.refunds.create({"payment_intent": intent.id, "amount": 1000, "metadata": {"refund": "python-1"}})
assert (part.status, part.metadata["refund"]) == ("succeeded", "python-1")
refused(
    stripe.InvalidRequestError,
    None,
    lambda: client.v1.refunds.create({"payment_intent": intent.id, "amount": 2001}),
)
client.v1.refunds.create({"payment_intent": intent.id})
refused(
    stripe.InvalidRequestError,
    "charge_already_refunded",
    lambda: client.v1.refunds.create({"payment_intent": intent.id}),
)
refunds = client.v1.refunds.list({"payment_intent": intent.id, "limit": 1})
assert [refund.amount for refund in refunds.auto_paging_iter()] == [2000, 1000]
assert client.v1.charges.retrieve(intent.latest_charge).refunded

asking = client.v1.payment_methods.attach("pm_card_createDisputeInquiry", {"customer": customer.id})
asked = client.v1.payment_intents.create({**order, "payment_method": asking.id})
assert on_demand("/later")["happened"] == 1
dispute = client.v1.disputes.list({"payment_intent": asked.id}).data[0]
assert (dispute.status, dispute.balance_transactions) == ("warning_needs_response", [])
closed = client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
assert closed.status == "warning_closed"

failing = client.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
error = refused(
    stripe.CardError,
    "card_declined",
    lambda: client.v1.payment_intents.create({**order, "payment_method": failing.id}),
)
assert error.json_body["error"]["decline_code"] == "generic_decline"
assert error.error.payment_intent.status == "requires_payment_method"

payout = on_demand("/payouts", {"currency": "brl"})
held = client.v1.balance_transactions.list({"payout": payout["id"], "limit": 2})
assert sum(item.net for item in held.auto_paging_iter()) == 0, "a payout is what it holds"
assert [found.id for found in client.v1.payouts.list().data] == [payout["id"]]
types = ["charge.refunded", "charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed"]
events = client.v1.events.list({"types": types, "created": {"gte": intent.created}, "limit": 2})
told = [event.type for event in events.auto_paging_iter()]
assert told == ["charge.dispute.closed", "charge.dispute.created", "charge.refunded", "charge.refunded"], told
print(json.dumps({"client": "python", "version": stripe.VERSION, "payout": payout["id"]}))
