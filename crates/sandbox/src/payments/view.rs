//! The payments as a list of Stripe's objects and as a page.

use askama::Template;
use axum::response::Response;
use serde_json::{Value, json};

use crate::faults::FaultSettings;
use crate::page::money;
use crate::payment::delayed;
use crate::stand_in::{Language, shown};
use crate::state::{Cursor, Filter, Work, text};

/// What a page may ask for.
const CURRENCIES: [&str; 3] = ["usd", "brl", "eur"];
/// Payments on the page, the newest.
const PAYMENTS_MAX: u32 = 50;

#[derive(Template)]
#[template(path = "payments.html")]
struct PaymentsPage<'a> {
    lang: Language,
    payments: Vec<Payment<'a>>,
    open: Vec<Open<'a>>,
    customers: Vec<Customer<'a>>,
    payouts: Vec<Payout<'a>>,
    boxes: Vec<(&'static str, &'static str, bool)>,
    counts: Vec<(&'static str, &'static str, u32)>,
    declines: Vec<(&'static str, &'static str, bool)>,
    refusal: Option<&'a str>,
}

/// A payment page on which nobody has paid yet.
struct Open<'a> {
    id: &'a str,
    amount: String,
    /// The currencies to which its page may still be turned.
    others: Vec<&'static str>,
}

/// Somebody who may pay.
struct Customer<'a> {
    id: &'a str,
    name: &'a str,
    email: &'a str,
}

/// What went to the seller's bank.
struct Payout<'a> {
    id: &'a str,
    amount: String,
    status: &'a str,
    may_fail: bool,
}

struct Payment<'a> {
    id: &'a str,
    made: String,
    amount: String,
    method: String,
    charge: &'a str,
    status: &'a str,
    refundable: Option<String>,
    is_disputable: bool,
    is_awaited: bool,
    refunds: Vec<Refund<'a>>,
    disputes: Vec<Dispute<'a>>,
}

struct Refund<'a> {
    id: &'a str,
    amount: String,
    status: &'a str,
    is_pending: bool,
    may_fail: bool,
}

struct Dispute<'a> {
    id: &'a str,
    amount: String,
    status: &'a str,
    reason: &'a str,
    is_dispute: bool,
    is_inquiry: bool,
    is_unanswered: bool,
}

/// The newest payments: each intent with its charge, refunds and disputes, and whether its money is awaited.
pub(super) fn listed(work: &Work<'_>) -> rusqlite::Result<Vec<Value>> {
    let (intents, _) = work.page("payment_intent", &Filter::default(), Cursor::Newest, PAYMENTS_MAX)?;
    let mut payments = Vec::with_capacity(intents.len());
    for intent in intents {
        let of_intent = Filter { payment_intent: Some(text(&intent, "id").to_owned()), ..Filter::default() };
        payments.push(json!({
            "is_awaited": delayed::is_awaited(work, &intent)?,
            "charge": work.get("charge", text(&intent, "latest_charge"))?,
            "refunds": work.all("refund", &of_intent)?,
            "disputes": work.all("dispute", &of_intent)?,
            "payment_intent": intent,
        }));
    }
    Ok(payments)
}

/// What stands around the payments, the newest of each.
pub(super) struct Around {
    /// The payment pages that are open.
    open: Vec<Value>,
    /// Those who may pay.
    customers: Vec<Value>,
    /// What went to the seller's bank.
    payouts: Vec<Value>,
}

/// What stands around the payments.
pub(super) fn around(work: &Work<'_>) -> rusqlite::Result<Around> {
    let newest = |kind| work.page(kind, &Filter::default(), Cursor::Newest, PAYMENTS_MAX);
    let (mut open, _) = newest("checkout.session")?;
    open.retain(|session| text(session, "status") == "open");
    Ok(Around { open, customers: newest("customer")?.0, payouts: newest("payout")?.0 })
}

/// The page; `refusal` says why what was just asked for was not done.
pub(super) fn page(
    lang: Language,
    (listed, around): (&[Value], &Around),
    faults: FaultSettings,
    refusal: Option<&str>,
) -> Response {
    let page = PaymentsPage {
        lang,
        payments: listed.iter().map(Payment::read).collect(),
        open: around.open.iter().map(Open::read).collect(),
        customers: around.customers.iter().map(Customer::read).collect(),
        payouts: around.payouts.iter().map(Payout::read).collect(),
        boxes: vec![
            (
                "webhook_duplicate",
                lang.say("Webhooks come twice", "Webhooks chegam duas vezes"),
                faults.webhook_duplicate,
            ),
            (
                "webhook_reorder",
                lang.say("Webhooks come out of order", "Webhooks chegam fora de ordem"),
                faults.webhook_reorder,
            ),
            (
                "webhook_hold",
                lang.say("Webhooks are held back", "Webhooks ficam retidos"),
                faults.webhook_hold,
            ),
            (
                "payment_reads_fail",
                lang.say("Questions about a payment get 503", "Perguntas sobre um pagamento recebem 503"),
                faults.payment_reads_fail,
            ),
            (
                "late_decline",
                lang.say(
                    "Cards seem to pay and are declined later",
                    "Cartões parecem pagar e são recusados depois",
                ),
                faults.late_decline,
            ),
            (
                "later_on_demand",
                lang.say(
                    "What comes later comes only when asked for",
                    "O que vem depois só vem quando pedido",
                ),
                faults.later_on_demand,
            ),
        ],
        counts: vec![
            (
                "webhook_delay_ms",
                lang.say("Webhooks come later by (ms)", "Atraso dos webhooks (ms)"),
                faults.webhook_delay_ms,
            ),
            (
                "webhook_drop_next",
                lang.say("Webhooks never to send", "Webhooks que nunca serão enviados"),
                faults.webhook_drop_next,
            ),
            (
                "calls_fail_next",
                lang.say("Calls to fail with 500", "Chamadas que falham com 500"),
                faults.calls_fail_next,
            ),
            (
                "answers_lost_next",
                lang.say(
                    "Answers to lose after the work is done",
                    "Respostas perdidas depois do trabalho feito",
                ),
                faults.answers_lost_next,
            ),
        ],
        declines: [
            ("", lang.say("are charged", "são cobrados")),
            ("generic", lang.say("are declined", "são recusados")),
            ("insufficient_funds", lang.say("lack funds", "não têm saldo")),
            ("lost_card", lang.say("were lost", "foram perdidos")),
            ("authentication_required", lang.say("want their owner", "exigem o titular")),
        ]
        .map(|(word, name)| {
            (word, name, json!(faults.off_session_decline).as_str().unwrap_or_default() == word)
        })
        .to_vec(),
        refusal,
    };
    shown(&page)
}

impl<'a> Open<'a> {
    fn read(session: &'a Value) -> Self {
        let amount = session["amount_total"].as_i64().unwrap_or_default();
        let currency = text(session, "currency");
        let is_untried = session["payment_intent"].is_null();
        let others = CURRENCIES.into_iter().filter(|other| is_untried && *other != currency).collect();
        Self { id: text(session, "id"), amount: money(amount, currency), others }
    }
}

impl<'a> Customer<'a> {
    fn read(customer: &'a Value) -> Self {
        Self { id: text(customer, "id"), name: text(customer, "name"), email: text(customer, "email") }
    }
}

impl<'a> Payout<'a> {
    fn read(payout: &'a Value) -> Self {
        let (amount, status) = (payout["amount"].as_i64().unwrap_or_default(), text(payout, "status"));
        let amount = money(amount, text(payout, "currency"));
        Self { id: text(payout, "id"), amount, status, may_fail: status != "failed" }
    }
}

impl<'a> Payment<'a> {
    fn read(listed: &'a Value) -> Self {
        let (intent, charge) = (&listed["payment_intent"], &listed["charge"]);
        let number = |object: &Value, field: &str| object[field].as_i64().unwrap_or_default();
        let currency = text(intent, "currency");
        let left = number(charge, "amount") - number(charge, "amount_refunded");
        let is_paid = text(charge, "status") == "succeeded";
        let list = |field: &str| listed[field].as_array().map(Vec::as_slice).unwrap_or_default();
        Self {
            id: text(intent, "id"),
            made: jiff::Timestamp::from_second(number(intent, "created"))
                .map(|made| made.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
                .unwrap_or_default(),
            amount: money(number(intent, "amount"), currency),
            method: method(charge),
            charge: text(charge, "id"),
            status: text(intent, "status"),
            refundable: (is_paid && left > 0).then(|| format!("{}.{:02}", left / 100, left % 100)),
            is_disputable: is_paid && left > 0 && charge["disputed"] != json!(true),
            is_awaited: listed["is_awaited"] == json!(true),
            refunds: list("refunds").iter().map(|refund| Refund::read(refund, currency)).collect(),
            disputes: list("disputes").iter().map(|dispute| Dispute::read(dispute, currency)).collect(),
        }
    }
}

/// *Visa •••• 4242*, or the name of what was no card.
fn method(charge: &Value) -> String {
    let details = &charge["payment_method_details"];
    match text(details, "type") {
        "card" => stripe::card::card_used(text(&details["card"], "brand"), text(&details["card"], "last4")),
        other => other.to_owned(),
    }
}

impl<'a> Refund<'a> {
    fn read(refund: &'a Value, currency: &str) -> Self {
        let status = text(refund, "status");
        Self {
            id: text(refund, "id"),
            amount: money(refund["amount"].as_i64().unwrap_or_default(), currency),
            status,
            is_pending: status == "pending",
            may_fail: matches!(status, "pending" | "succeeded"),
        }
    }
}

impl<'a> Dispute<'a> {
    fn read(dispute: &'a Value, currency: &str) -> Self {
        let status = text(dispute, "status");
        Self {
            id: text(dispute, "id"),
            amount: money(dispute["amount"].as_i64().unwrap_or_default(), currency),
            status,
            reason: text(dispute, "reason"),
            is_dispute: matches!(status, "needs_response" | "under_review"),
            is_inquiry: matches!(status, "warning_needs_response" | "warning_under_review"),
            is_unanswered: matches!(status, "needs_response" | "warning_needs_response"),
        }
    }
}
