//! `/console/webhooks`: who is told by webhooks, and how each telling went.

use askama::Template;
use money::Timestamp;

use crate::look::Reader;
use crate::look::part::Frame;

/// All endpoints.
#[derive(Template)]
#[template(path = "page/webhooks.html")]
pub struct Webhooks {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Said once after one was removed: its URL.
    pub removed: Option<String>,
    /// Where one more is made; `None` for those who may only look.
    pub new_url: Option<String>,
    /// The endpoints.
    pub rows: Vec<EndpointListed>,
}

/// One endpoint. Its forms are sent to addresses that begin with `page_url`.
#[derive(Template)]
#[template(path = "page/webhook_endpoint.html")]
pub struct WebhookEndpoint {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The endpoint.
    pub endpoint: EndpointListed,
    /// What was done, said once.
    pub done: Option<String>,
    /// The secret, shown by the one page that follows its drawing.
    pub secret: Option<String>,
    /// Until when messages are signed with the secret before, too.
    pub previous_until: Option<Timestamp>,
    /// Whether the reader may change it.
    pub may_change: bool,
    /// Its deliveries, newest first.
    pub deliveries: Vec<DeliveryListed>,
    /// Link to newer ones.
    pub newer_url: Option<String>,
    /// Link to older ones.
    pub older_url: Option<String>,
}

/// One delivery, with what is sent and what was answered.
#[derive(Template)]
#[template(path = "page/webhook_delivery.html")]
pub struct WebhookDelivery {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The delivery.
    pub row: DeliveryListed,
    /// The endpoint.
    pub endpoint: EndpointListed,
    /// What is sent, laid out for people.
    pub body: String,
    /// The tries, newest first.
    pub attempts: Vec<AttemptSeen>,
    /// Whether it was just asked for again.
    pub is_asked_again: bool,
}

/// An endpoint as lists show it.
#[derive(Clone, Debug)]
pub struct EndpointListed {
    /// Where messages go.
    pub url: String,
    /// What people call it; may be empty.
    pub description: String,
    /// Its own page.
    pub page_url: String,
    /// What it is told of: ids of texts; none for everything.
    pub kinds: Vec<&'static str>,
    /// Whether it is told.
    pub is_enabled: bool,
    /// The id of its state's text.
    pub state: &'static str,
    /// Since when it has taken nothing.
    pub failing_since: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl EndpointListed {
    /// The tone of its state.
    pub fn tone(&self) -> &'static str {
        match (self.is_enabled, self.failing_since) {
            (true, None) => "good",
            (true, Some(_)) => "wait",
            (false, _) if self.state == "endpoint-disabled" => "plain",
            (false, _) => "bad",
        }
    }
}

/// A delivery as lists show it.
#[derive(Clone, Debug)]
pub struct DeliveryListed {
    /// Its own page.
    pub page_url: String,
    /// The id of what it tells, in words.
    pub kind_id: &'static str,
    /// The same as programs know it.
    pub kind: String,
    /// `msg_…`
    pub message: String,
    /// When it was asked for first.
    pub created_at: Timestamp,
    /// The tone of its state.
    pub tone: &'static str,
    /// The id of its state's text.
    pub state: &'static str,
    /// When it is tried next.
    pub next_at: Option<Timestamp>,
    /// Tries that were made.
    pub tries: u32,
    /// What came of the last: the status that was answered, or why there was none.
    pub answer: Option<String>,
    /// Whether it may be asked for again.
    pub may_redeliver: bool,
}

/// A try as it is shown.
#[derive(Clone, Debug)]
pub struct AttemptSeen {
    /// From 1.
    pub number: u32,
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_millis: u32,
    /// The status that was answered.
    pub status: Option<u16>,
    /// Why it does not count.
    pub error: Option<String>,
    /// How the answer begins.
    pub answer: String,
}

/// What endpoints are told of, with the ids of the words for it.
const KIND_TEXTS: [(&str, &str); 16] = [
    ("credit.added", "told-credit-added"),
    ("payment.failed", "told-payment-failed"),
    ("payment.refunded", "told-payment-refunded"),
    ("payment.disputed", "told-payment-disputed"),
    ("balance.low", "told-balance-low"),
    ("balance.exhausted", "told-balance-exhausted"),
    ("purchase.created", "told-purchase-created"),
    ("purchase.released", "told-purchase-released"),
    ("line.enabled", "told-line-enabled"),
    ("line.blocked", "told-line-blocked"),
    ("line.cancelled", "told-line-cancelled"),
    ("invoice.created", "told-invoice-created"),
    ("invoice.paid", "told-invoice-paid"),
    ("boleto.registered", "told-boleto-registered"),
    ("boleto.overdue", "told-boleto-overdue"),
    ("endpoint.test", "told-endpoint-test"),
];

/// The id of the words for a kind.
pub fn kind_text(kind: &str) -> &'static str {
    KIND_TEXTS.iter().find(|(known, _)| *known == kind).map_or("told-other", |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoints::{KINDS, TEST_KIND};

    #[test]
    fn each_kind_has_words() {
        let kinds = KINDS.iter().map(|(kind, _)| *kind).chain([TEST_KIND]);
        assert_eq!(kinds.collect::<Vec<_>>(), KIND_TEXTS.map(|(kind, _)| kind));
    }
}
