//! Every door but the console's, which `tests/console/roles.rs` lists: who comes in, and what each is answered. The page
//! `docs/operate/doors.md` is written from these tables.

/// What somebody is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// He is sent to the page where one signs in.
    SignIn,
    /// He is signed out.
    Out,
    /// This status.
    Is(u16),
}

use Says::{Is, Out, SignIn};

/// A route of the portal, and what it says to somebody who is not signed in, to the customer himself, to another customer with the
/// address of what is not his, and to staff who view the portal as the customer.
pub(crate) type PortalDoor = (&'static str, &'static str, [Says; 4]);

/// A page of one's own.
const OWN: [Says; 4] = [SignIn, Is(200), Is(200), Is(200)];
/// What is told of one thing of one customer.
const OF_OWNER: [Says; 4] = [SignIn, Is(200), Is(404), Is(200)];
/// A change of one's own things.
const CHANGE: [Says; 4] = [SignIn, Is(303), Is(303), Is(403)];
/// A change of one thing of one customer.
const CHANGE_OF_OWNER: [Says; 4] = [SignIn, Is(303), Is(404), Is(403)];

/// The portal.
pub(crate) const PORTAL: [PortalDoor; 56] = [
    ("GET", "/", [SignIn, Is(303), Is(303), Is(303)]),
    ("GET", "/assets/{name}", [Is(200); 4]),
    ("GET", "/sign-in", [Is(200), Is(303), Is(303), Is(303)]),
    ("POST", "/sign-in", [Is(303), Is(303), Is(303), Is(403)]),
    ("POST", "/sign-out", [SignIn, Out, Out, Is(403)]),
    ("GET", "/sign-up", [Is(200), Is(303), Is(303), Is(303)]),
    ("POST", "/sign-up", [Is(303), Is(303), Is(303), Is(403)]),
    ("GET", "/sign-up/waiting", [Is(200); 4]),
    ("POST", "/sign-up/mails", [Is(303), Is(303), Is(303), Is(403)]),
    ("GET", "/sign-up/confirmation", [Is(410); 4]),
    ("POST", "/sign-up/confirmation", [Is(410), Is(410), Is(410), Is(403)]),
    ("GET", "/forgotten-password", [Is(200); 4]),
    ("POST", "/forgotten-password", [Is(200), Is(200), Is(200), Is(403)]),
    ("GET", "/first-access", [Is(200); 4]),
    ("POST", "/first-access", [Is(422), Is(422), Is(422), Is(403)]),
    ("GET", "/set-password", [Is(410); 4]),
    ("POST", "/set-password", [Is(410), Is(410), Is(410), Is(403)]),
    ("POST", "/language", [Is(303); 4]),
    ("GET", "/billing", OWN),
    ("GET", "/recharge", OWN),
    ("GET", "/recharge/return", [SignIn, Is(303), Is(404), Is(403)]),
    ("GET", "/recharge/cancelled", [SignIn, Is(303), Is(404), Is(403)]),
    ("GET", "/topups", [SignIn, Is(303), Is(303), Is(403)]),
    ("POST", "/topups", CHANGE),
    ("GET", "/topups/{id}/result", [SignIn, Is(200), Is(404), Is(403)]),
    ("POST", "/topups/{id}/cancellation", CHANGE_OF_OWNER),
    ("GET", "/statement", OWN),
    ("GET", "/statement.csv", OWN),
    ("GET", "/statement.pdf", OWN),
    ("GET", "/receipts/{payment}", OF_OWNER),
    ("GET", "/receipts/{payment}/pdf", OF_OWNER),
    ("GET", "/mail-wishes", OWN),
    ("POST", "/mail-wishes", CHANGE),
    ("GET", "/usage", OWN),
    ("GET", "/buy-credit", OWN),
    ("POST", "/buy-credit", [SignIn, Is(303), Is(404), Is(403)]),
    ("POST", "/purchases/{id}/checkout", CHANGE_OF_OWNER),
    ("POST", "/purchases/{id}/cancellation", CHANGE_OF_OWNER),
    ("GET", "/consumption", OWN),
    ("GET", "/invoices", OWN),
    ("GET", "/boletos/{id}/pdf", OF_OWNER),
    ("GET", "/invoices/{id}/pdf", OF_OWNER),
    // His line is not blocked, so it needs none.
    ("POST", "/lines/{id}/trust", [SignIn, Is(409), Is(404), Is(403)]),
    ("POST", "/boletos/{id}/pix", CHANGE_OF_OWNER),
    ("GET", "/saved-cards", OWN),
    ("GET", "/automatic-topup", OWN),
    // Somebody else’s card is none that one may choose.
    ("POST", "/automatic-topup", [SignIn, Is(303), Is(422), Is(403)]),
    ("POST", "/automatic-topup/pause", CHANGE_OF_OWNER),
    ("POST", "/automatic-topup/resumption", CHANGE_OF_OWNER),
    ("POST", "/automatic-topup/cancellation", CHANGE_OF_OWNER),
    ("POST", "/automatic-topup/payment", CHANGE),
    ("POST", "/saved-cards/{id}/removal", CHANGE_OF_OWNER),
    ("GET", "/api-keys", [SignIn, Is(200), Is(200), Is(403)]),
    ("POST", "/api-keys", [SignIn, Is(201), Is(201), Is(403)]),
    ("POST", "/api-keys/{id}/revocation", CHANGE_OF_OWNER),
    ("POST", "/view/end", [Is(303); 4]),
];
/// What a page listens to: it ends at once for who is not signed in, and tells everybody else of his own.
pub(crate) const LIVE: (&str, &str) = ("GET", "/live");

/// A route of the API, and the scope that an operator's key needs for it. The operator's keys see every customer; a customer's own key is
/// refused whatever it asks for, be it his own.
pub(crate) type ApiDoor = (&'static str, &'static str, &'static str);

/// The API.
pub(crate) const API: [ApiDoor; 90] = [
    ("POST", "/api/v1/events", "usage:write"),
    ("GET", "/v1/api-keys", "keys:write"),
    ("POST", "/v1/api-keys", "keys:write"),
    ("POST", "/v1/api-keys/{id}/revocation", "keys:write"),
    ("GET", "/v1/audit-log", "audit:read"),
    ("GET", "/v1/boletos", "invoices:read"),
    ("GET", "/v1/boletos/{id}", "invoices:read"),
    ("POST", "/v1/boletos/{id}/write-off", "invoices:write"),
    ("POST", "/v1/charges", "credit:write"),
    ("POST", "/v1/charges/batch", "credit:write"),
    ("GET", "/v1/charges/{id}", "credit:read"),
    ("POST", "/v1/charges/{id}/reversal", "credit:write"),
    ("GET", "/v1/clock", "credit:read"),
    ("POST", "/v1/clock/confirmation", "clock:write"),
    ("GET", "/v1/customers", "customers:read"),
    ("POST", "/v1/customers", "customers:write"),
    ("GET", "/v1/customers/{id}", "customers:read"),
    ("PATCH", "/v1/customers/{id}", "customers:write"),
    ("GET", "/v1/customers/{id}/wallets", "credit:read"),
    ("POST", "/v1/events", "usage:write"),
    ("GET", "/v1/invoices", "invoices:read"),
    ("GET", "/v1/invoices/{id}", "invoices:read"),
    ("GET", "/v1/lines", "lines:read"),
    ("POST", "/v1/lines", "lines:write"),
    ("GET", "/v1/lines/{id}", "lines:read"),
    ("POST", "/v1/lines/{id}/access-login", "lines:write"),
    ("POST", "/v1/lines/{id}/plan", "lines:write"),
    ("GET", "/v1/lines/{id}/purchases", "lines:read"),
    ("POST", "/v1/lines/{id}/purchases", "lines:write"),
    ("POST", "/v1/lines/{id}/status", "lines:write"),
    ("POST", "/v1/lines/{id}/use", "lines:write"),
    ("GET", "/v1/meters", "catalog:read"),
    ("POST", "/v1/meters", "catalog:write"),
    ("GET", "/v1/meters/{slug}", "catalog:read"),
    ("GET", "/v1/meters/{slug}/prices", "catalog:read"),
    ("POST", "/v1/meters/{slug}/prices", "catalog:write"),
    ("GET", "/v1/packs", "plans:read"),
    ("POST", "/v1/packs", "plans:write"),
    ("GET", "/v1/packs/{id}", "plans:read"),
    ("PATCH", "/v1/packs/{id}", "plans:write"),
    ("GET", "/v1/payments", "payments:read"),
    ("GET", "/v1/payments/{id}", "payments:read"),
    ("GET", "/v1/payments/{id}/refunds", "payments:read"),
    ("POST", "/v1/payments/{id}/refunds", "payments:write"),
    ("GET", "/v1/plans", "plans:read"),
    ("POST", "/v1/plans", "plans:write"),
    ("GET", "/v1/plans/{id}", "plans:read"),
    ("PATCH", "/v1/plans/{id}", "plans:write"),
    ("GET", "/v1/purchases/{id}", "lines:read"),
    ("POST", "/v1/purchases/{id}/cancellation", "lines:write"),
    ("GET", "/v1/routers", "routers:read"),
    ("POST", "/v1/routers", "routers:write"),
    ("DELETE", "/v1/routers/{id}", "routers:write"),
    ("GET", "/v1/routers/{id}", "routers:read"),
    ("PATCH", "/v1/routers/{id}", "routers:write"),
    ("GET", "/v1/subscribers", "customers:read"),
    ("POST", "/v1/subscribers", "customers:write"),
    ("GET", "/v1/subscribers/{id}", "customers:read"),
    ("PATCH", "/v1/subscribers/{id}", "customers:write"),
    ("GET", "/v1/test-clock", "credit:read"),
    ("POST", "/v1/test-clock/advance", "clock:write"),
    ("GET", "/v1/topups", "payments:read"),
    ("POST", "/v1/topups", "payments:write"),
    ("GET", "/v1/topups/{id}", "payments:read"),
    ("POST", "/v1/topups/{id}/cancellation", "payments:write"),
    ("GET", "/v1/wallets/{id}", "credit:read"),
    ("DELETE", "/v1/wallets/{id}/automatic-topup", "payments:write"),
    ("GET", "/v1/wallets/{id}/automatic-topup", "payments:read"),
    ("PUT", "/v1/wallets/{id}/automatic-topup", "payments:write"),
    ("POST", "/v1/wallets/{id}/deductions", "credit:write"),
    ("GET", "/v1/wallets/{id}/entries", "credit:read"),
    ("GET", "/v1/wallets/{id}/explain", "credit:read"),
    ("POST", "/v1/wallets/{id}/freezing", "credit:write"),
    ("GET", "/v1/wallets/{id}/grants", "credit:read"),
    ("POST", "/v1/wallets/{id}/grants", "credit:write"),
    ("GET", "/v1/wallets/{id}/subjects", "customers:read"),
    ("POST", "/v1/wallets/{id}/subjects", "customers:write"),
    ("DELETE", "/v1/wallets/{id}/subjects/{subject}", "customers:write"),
    ("GET", "/v1/wallets/{id}/usage", "usage:read"),
    ("GET", "/v1/webhook-deliveries", "webhooks:read"),
    ("GET", "/v1/webhook-deliveries/{id}", "webhooks:read"),
    ("POST", "/v1/webhook-deliveries/{id}/redelivery", "webhooks:write"),
    ("GET", "/v1/webhook-endpoints", "webhooks:read"),
    ("POST", "/v1/webhook-endpoints", "webhooks:write"),
    ("DELETE", "/v1/webhook-endpoints/{id}", "webhooks:write"),
    ("GET", "/v1/webhook-endpoints/{id}", "webhooks:read"),
    ("PATCH", "/v1/webhook-endpoints/{id}", "webhooks:write"),
    ("POST", "/v1/webhook-endpoints/{id}/secret-rotation", "webhooks:write"),
    ("POST", "/v1/webhook-endpoints/{id}/test", "webhooks:write"),
    ("GET", "/v1/webhook-messages", "webhooks:read"),
];

/// A door that is none of the portal's, the console's or the API's, and who comes in.
pub(crate) type OtherDoor = (&'static str, &'static str, &'static str);

/// What has a way of its own to know who asks.
pub(crate) const OTHERS: [OtherDoor; 16] = [
    ("ANY", "/v1", "Nobody: there is nothing at this address; 401 without a key, as everywhere under it."),
    ("ANY", "/v1/{*path}", "The same."),
    ("ANY", "/api/v1/{*path}", "The same."),
    ("GET", "/v1/openapi.json", "Everybody: the description of the API."),
    ("GET", "/healthz", "Everybody: whether the program runs."),
    ("GET", "/readyz", "Everybody: whether it takes writes."),
    (
        "GET",
        "/metrics",
        "Everybody who reaches it: figures, nobody's name. Keep it from the internet with the proxy.",
    ),
    ("ANY", "/guard", "A customer's own key, for that customer alone. No operator's key, no session."),
    ("ANY", "/guard/{*path}", "The same; what stands behind is the guarded call's path."),
    ("POST", "/stripe/webhooks", "Who signs the body with an endpoint's secret, within five minutes."),
    ("POST", "/webhooks/pix", "Pix's provider, who signs the body, where that was chosen."),
    (
        "POST",
        "/webhooks/pix/{secret}",
        "Pix's provider, who knows the secret in the address, where that was chosen.",
    ),
    ("POST", "/webhooks/pix/{secret}/pix", "The same."),
    ("ANY", "/webhooks/{*path}", "Nobody: 404."),
    ("POST", "/radius/authorize", "An operator's key with `radius:write`."),
    ("POST", "/radius/accounting", "An operator's key with `radius:write`."),
];

/// The demo's own pages, and what each says to whoever reaches it: a form is taken from the demo's own pages alone. No other installation has
/// them. They sign a visitor in, so the demo listens on this machine alone.
pub(crate) const DEMO: [(&str, &str, u16); 13] = [
    ("GET", "/", 200),
    ("GET", "/demo", 200),
    ("GET", "/demo/live", 200),
    ("POST", "/demo/sign-in", 403),
    ("POST", "/demo/clock", 403),
    ("POST", "/demo/faults", 403),
    ("POST", "/demo/bank", 403),
    ("POST", "/demo/spending", 403),
    ("GET", "/demo/check-opened", 200),
    ("GET", "/demo/reset", 200),
    ("POST", "/demo/reset", 403),
    ("GET", "/demo/mails", 200),
    ("GET", "/demo/mails/{mail}", 404),
];

/// A route of one of those who stand in for others in the demo, and what it says to whoever reaches it, with nothing in his hands.
pub(crate) type StandInDoor = (&'static str, &'static str, u16);

/// Who plays Stripe. Its API alone asks for a key, the sandbox's own; under every other address it plays payers, their banks and the operator at
/// Stripe's own pages.
pub(crate) const STRIPE: [StandInDoor; 29] = [
    ("ANY", "/v1/{*path}", 401),
    ("GET", "/pay/{session}", 404),
    ("POST", "/pay/{session}", 404),
    ("POST", "/pay/{session}/cancellation", 404),
    ("POST", "/pay/{session}/removal", 404),
    ("GET", "/pay/{session}/authentication", 404),
    ("POST", "/pay/{session}/authentication", 422),
    ("GET", "/pay/{session}/voucher", 404),
    ("POST", "/pay/{session}/settlement", 422),
    ("GET", "/assets/checkout.css", 200),
    ("GET", "/", 200),
    ("GET", "/payments", 200),
    ("POST", "/payments/{payment}/refunds", 404),
    ("POST", "/payments/{payment}/disputes", 404),
    ("POST", "/payments/{payment}/settlement", 422),
    ("POST", "/refunds/{refund}/outcome", 422),
    ("POST", "/disputes/{dispute}/review", 404),
    ("POST", "/disputes/{dispute}/escalation", 404),
    ("POST", "/disputes/{dispute}/closing", 422),
    ("POST", "/checkouts/{session}/expiry", 404),
    ("POST", "/checkouts/{session}/coupon", 404),
    ("POST", "/checkouts/{session}/currency", 422),
    ("POST", "/customers/{customer}/deletion", 404),
    ("POST", "/payouts", 422),
    ("POST", "/payouts/{payout}/failure", 404),
    ("POST", "/later", 303),
    ("GET", "/faults", 200),
    ("POST", "/faults", 303),
    ("GET", "/assets/stand_in.css", 200),
];

/// Who plays a provider's router: its page, with what subscribers do.
pub(crate) const ROUTER: [StandInDoor; 10] = [
    ("GET", "/", 200),
    ("GET", "/state", 200),
    ("POST", "/sessions", 404),
    ("POST", "/sessions/{session}/end", 404),
    ("POST", "/sessions/{session}/use", 422),
    ("POST", "/sessions/{session}/demand", 422),
    ("POST", "/faults", 422),
    ("POST", "/restart", 422),
    ("GET", "/assets/stand_in.css", 200),
    ("GET", "/assets/router.js", 200),
];

/// Who plays a provider's bank: its page, with what payers do.
pub(crate) const BANK: [StandInDoor; 8] = [
    ("GET", "/", 200),
    ("POST", "/titles/{index}/{act}", 400),
    ("POST", "/registration/{when}", 404),
    ("POST", "/pix", 422),
    ("POST", "/carriage/{who}", 404),
    ("POST", "/remittances", 422),
    ("GET", "/returns/{number}", 400),
    ("GET", "/assets/stand_in.css", 200),
];
