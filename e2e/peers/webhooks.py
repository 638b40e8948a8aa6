"""The official Python library of Standard Webhooks (PyPI `standardwebhooks`) takes what Saldo sends, and nothing that was changed.

Environment: API_URL and API_KEY of a demo.
"""

import base64
import json
import os
import queue
import threading
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

PATIENCE_SECONDS = 60
taken = queue.Queue()


class Receiver(BaseHTTPRequestHandler):
    """Somebody who takes every message."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        taken.put((dict(self.headers.items()), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def call(path, body):
    """Posts to the API; what it answers."""
    request = urllib.request.Request(os.environ["API_URL"] + path, json.dumps(body).encode())
    request.add_header("authorization", "Bearer " + os.environ["API_KEY"])
    request.add_header("content-type", "application/json")
    request.add_header("idempotency-key", str(uuid.uuid4()))
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        return json.loads(answer.read() or "null")


def received(kind):
    """The next message of this kind."""
    while True:
        headers, body = taken.get(timeout=PATIENCE_SECONDS)
        if json.loads(body)["type"] == kind:
            return {name.lower(): value for name, value in headers.items()}, body


def refused(secret, headers, body):
    """The library must not take this."""
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return
    raise AssertionError(f"taken though it was changed: {headers} {body}")


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()

endpoint = call("/v1/webhook-endpoints", {"url": f"http://127.0.0.1:{server.server_port}/"})
secret = endpoint["secret"]
customer = call("/v1/customers", {"name": "João do Python"})
wallet = customer["wallets"][0]["id"]
call("/v1/charges", {"wallet": wallet, "kind": "api", "amount": {"amount": "25.00", "unit": "USD"}})

headers, body = received("balance.exhausted")
message = Webhook(secret).verify(body, headers)
assert message["data"]["customer"] == customer["id"], message
assert message["data"]["available"] == {"amount": "0.00", "unit": "USD"}, message

# Not a byte of it may be another, nor its name, its time, its secret.
refused(secret, headers, body.replace(b"0.00", b"9.00"))
refused(secret, {**headers, "webhook-id": headers["webhook-id"] + "x"}, body)
refused(secret, {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)}, body)
refused("whsec_" + base64.b64encode(bytes(32)).decode(), headers, body)

# While a secret is changed both are in force, each for whoever knows it alone.
another = call(f"/v1/webhook-endpoints/{endpoint['id']}/secret-rotation", {})["secret"]
call(f"/v1/webhook-endpoints/{endpoint['id']}/test", {})
headers, body = received("endpoint.test")
for known in (secret, another):
    Webhook(known).verify(body, headers)

server.shutdown()
print("standardwebhooks verifies what Saldo sends")
