"""The official Python client (PyPI `stripe`) drives the sandbox: customer, checkout session, declined, paid, lists, webhook.

Environment: SANDBOX_URL, SANDBOX_SECRET_KEY; with SANDBOX_WEBHOOK_FILE and SANDBOX_WEBHOOK_SECRET the webhook is checked too.
"""

import json
import os
import re
import time
import urllib.error
import urllib.parse
import urllib.request

import stripe

URL = os.environ["SANDBOX_URL"]
client = stripe.StripeClient(os.environ["SANDBOX_SECRET_KEY"], base_addresses={"api": URL})


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The shop does not exist: where a redirect leads is enough."""

    def redirect_request(self, *_):
        return None


browser = urllib.request.build_opener(NoRedirect)


def visit(url, form=None):
    """Status, headers and text of a page."""
    body = urllib.parse.urlencode(form).encode() if form else None
    try:
        answer = browser.open(url, body)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers, answer.read().decode()


def pay(session, number):
    """Opens the page, fills the form with a new card, presses *Pay*."""
    page = visit(session.url)[2]
    attempt = re.search(r'name="attempt" value="([^"]+)"', page)[1]
    card = {"payment_method": "new", "number": number, "expiry": "12/34", "cvc": "123", "name": "Python"}
    return visit(session.url, {"attempt": attempt, **card})


def refused(kind, code, call):
    """Calls, and expects a refusal of this kind and code."""
    try:
        call()
    except kind as error:
        assert error.code == code, error
        return
    raise AssertionError(f"{code} was expected")


customer = client.v1.customers.create({"email": "python@example.com"})
params = {
    "mode": "payment",
    "customer": customer.id,
    "metadata": {"topup": "python-1"},
    "line_items": [
        {"quantity": 1, "price_data": {"currency": "brl", "unit_amount": 2490, "product_data": {"name": "Crédito"}}}
    ],
    "payment_method_options": {"card": {"setup_future_usage": "off_session"}},
    "saved_payment_method_options": {"allow_redisplay_filters": ["always", "limited"]},
    "success_url": "https://shop.example/back?session={CHECKOUT_SESSION_ID}",
    "cancel_url": "https://shop.example/recharge",
}
session = client.v1.checkout.sessions.create(params, {"idempotency_key": f"python-{customer.id}"})
again = client.v1.checkout.sessions.create(params, {"idempotency_key": f"python-{customer.id}"})
assert again.id == session.id
refused(
    stripe.InvalidRequestError,
    "parameter_unknown",
    lambda: client.v1.checkout.sessions.create({**params, "payment_method_types": ["card"]}),
)
refused(stripe.InvalidRequestError, "resource_missing", lambda: client.v1.customers.retrieve("cus_none"))

status, _, page = pay(session, "4000 0000 0000 9995")
assert status == 402 and 'role="alert">Your card was declined.<' in page
status, headers, _ = pay(session, "5555 5555 5555 4444")
assert status == 303 and headers["location"] == f"https://shop.example/back?session={session.id}"

done = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
assert done.payment_status == "paid"
intent = done.payment_intent
assert intent.latest_charge.payment_method_details.card.brand == "mastercard"
charges = client.v1.charges.list({"payment_intent": intent.id, "limit": 1})
assert [charge.status for charge in charges.auto_paging_iter()] == ["succeeded", "failed"]
assert client.v1.payment_intents.retrieve(intent.id).amount_received == 2490
cards = client.v1.payment_methods.list({"customer": customer.id, "type": "card"}).data
assert [card.card.last4 for card in cards] == ["4444"]
assert client.v1.payment_methods.detach(cards[0].id).customer is None
events = client.v1.events.list({"types": ["checkout.session.completed"], "limit": 1})
assert events.data[0].data.object.id == session.id
assert events.data[0].api_version == stripe.api_version, "the sandbox speaks the version that this client pins"

if "SANDBOX_WEBHOOK_FILE" in os.environ:
    patience = time.monotonic() + 20
    completed = {"types": ["checkout.session.completed"], "delivery_success": True}
    while not client.v1.events.list(completed).data:
        assert time.monotonic() < patience, "a webhook within 20 seconds"
    with open(os.environ["SANDBOX_WEBHOOK_FILE"], encoding="utf-8") as file:
        webhook = json.load(file)
    secret = os.environ["SANDBOX_WEBHOOK_SECRET"]
    event = client.construct_event(webhook["body"], webhook["signature"], secret)
    assert event.type == "checkout.session.completed"
    try:
        client.construct_event(webhook["body"] + " ", webhook["signature"], secret)
        raise AssertionError("a changed body was accepted")
    except stripe.SignatureVerificationError:
        pass

print(json.dumps({"client": "python", "version": stripe.VERSION, "session": session.id}))
