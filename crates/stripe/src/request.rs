//! Calls to Stripe as values, each made by one constructor for exactly what we use.
//!
//! What moves money back is in [`money_back`], how lists are asked for in [`lists`]; creating a checkout session and charging a
//! saved card have more to say and live in [`crate::checkout`] and [`crate::off_session`]. Sending is the program's.

pub mod lists;
pub mod money_back;

use crate::form::{Form, path_segment};

/// Longest idempotency key that Stripe takes, in characters.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 255;
/// Largest page of a list that Stripe gives, in items.
pub const PAGE_ITEMS_MAX: u8 = 100;

/// The method of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads; parameters travel in the query.
    Get,
    /// Changes; parameters travel in the body.
    Post,
}

/// One call, without host, secret and version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// How.
    pub method: Method,
    /// The path from `/v1` on, already percent-encoded.
    pub path: String,
    /// Parameters: the query of a GET, the body of a POST.
    pub form: Form,
    /// Present on every POST, so that a repeated call has one effect. Stripe forgets keys after 24 hours.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// A key that Stripe takes: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

/// The text is empty, longer than [`IDEMPOTENCY_KEY_CHARS_MAX`], or holds something else than visible ASCII.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key has 1 to {IDEMPOTENCY_KEY_CHARS_MAX} visible ASCII characters")]
pub struct InvalidIdempotencyKey;

impl IdempotencyKey {
    /// Checks the text.
    ///
    /// # Errors
    /// [`InvalidIdempotencyKey`] when Stripe or HTTP would not take it.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidIdempotencyKey> {
        let text = text.into();
        let fits = (1..=IDEMPOTENCY_KEY_CHARS_MAX).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text))
        } else {
            Err(InvalidIdempotencyKey)
        }
    }

    /// The text of the `Idempotency-Key` header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Request {
    /// Makes the Stripe customer that stands for one of ours. `metadata` are (name, value) pairs.
    #[must_use]
    pub fn create_customer(
        email: Option<&str>,
        name: Option<&str>,
        metadata: &[(&str, &str)],
        key: IdempotencyKey,
    ) -> Self {
        let mut form = Form::new();
        if let Some(email) = email {
            form = form.with("email", email);
        }
        if let Some(name) = name {
            form = form.with("name", name);
        }
        for (name, value) in metadata {
            form = form.with(format!("metadata[{name}]"), *value);
        }
        Self::post("/v1/customers".into(), form, key)
    }

    /// Reads a checkout session with its payment intent and that intent's latest charge inside.
    #[must_use]
    pub fn retrieve_checkout_session(id: &str) -> Self {
        let form = Form::new().with("expand[0]", "payment_intent.latest_charge");
        Self::get(format!("/v1/checkout/sessions/{}", path_segment(id)), form)
    }

    /// Closes an open checkout session, so that nobody can pay it any more.
    #[must_use]
    pub fn expire_checkout_session(id: &str, key: IdempotencyKey) -> Self {
        Self::post(format!("/v1/checkout/sessions/{}/expire", path_segment(id)), Form::new(), key)
    }

    /// Reads a payment intent with its latest charge inside.
    #[must_use]
    pub fn retrieve_payment_intent(id: &str) -> Self {
        let form = Form::new().with("expand[0]", "latest_charge");
        Self::get(format!("/v1/payment_intents/{}", path_segment(id)), form)
    }

    /// Lists the attempts behind a payment intent, newest first, up to [`PAGE_ITEMS_MAX`].
    #[must_use]
    pub fn list_charges(payment_intent: &str) -> Self {
        let form =
            Form::new().with("payment_intent", payment_intent).with("limit", PAGE_ITEMS_MAX.to_string());
        Self::get("/v1/charges".into(), form)
    }

    /// Reads one attempt, for instance to see which intent it belongs to.
    #[must_use]
    pub fn retrieve_charge(id: &str) -> Self {
        Self::get(format!("/v1/charges/{}", path_segment(id)), Form::new())
    }

    /// Lists the cards saved for a customer, newest first, up to [`PAGE_ITEMS_MAX`].
    #[must_use]
    pub fn list_cards(customer: &str) -> Self {
        let form = Form::new()
            .with("customer", customer)
            .with("type", "card")
            .with("limit", PAGE_ITEMS_MAX.to_string());
        Self::get("/v1/payment_methods".into(), form)
    }

    /// Reads a customer; one who was deleted is told as such.
    #[must_use]
    pub fn retrieve_customer(id: &str) -> Self {
        Self::get(format!("/v1/customers/{}", path_segment(id)), Form::new())
    }

    /// Reads one saved payment method, for instance to see whose it is before it is removed.
    #[must_use]
    pub fn retrieve_payment_method(id: &str) -> Self {
        Self::get(format!("/v1/payment_methods/{}", path_segment(id)), Form::new())
    }

    /// Removes a saved card from its customer.
    #[must_use]
    pub fn detach_payment_method(id: &str, key: IdempotencyKey) -> Self {
        Self::post(format!("/v1/payment_methods/{}/detach", path_segment(id)), Form::new(), key)
    }

    /// Gives an intent up that is not paid, so that nobody can pay it any more.
    #[must_use]
    pub fn cancel_payment_intent(id: &str, key: IdempotencyKey) -> Self {
        Self::post(format!("/v1/payment_intents/{}/cancel", path_segment(id)), Form::new(), key)
    }

    /// Path and, for a GET, query.
    #[must_use]
    pub fn path_and_query(&self) -> String {
        match self.method {
            Method::Get if !self.form.is_empty() => format!("{}?{}", self.path, self.form.encode()),
            _ => self.path.clone(),
        }
    }

    /// The form body of a POST; a GET has none.
    #[must_use]
    pub fn body(&self) -> Option<String> {
        match self.method {
            Method::Get => None,
            Method::Post => Some(self.form.encode()),
        }
    }

    pub(crate) fn post(path: String, form: Form, key: IdempotencyKey) -> Self {
        Self { method: Method::Post, path, form, idempotency_key: Some(key) }
    }

    fn get(path: String, form: Form) -> Self {
        Self { method: Method::Get, path, form, idempotency_key: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> IdempotencyKey {
        IdempotencyKey::new("k-1").expect("a valid key")
    }

    fn check(request: &Request, method: Method, target: &str, body: Option<&str>) {
        assert_eq!(request.method, method);
        assert_eq!(request.path_and_query(), target);
        assert_eq!(request.body().as_deref(), body);
        assert_eq!(request.idempotency_key.is_some(), method == Method::Post, "every POST carries a key");
    }

    #[test]
    fn each_call_is_what_stripe_documents() {
        let customer =
            Request::create_customer(Some("a@b.example"), Some("Ana"), &[("customer", "cus_1")], key());
        let body = "email=a%40b.example&name=Ana&metadata[customer]=cus_1";
        check(&customer, Method::Post, "/v1/customers", Some(body));
        check(
            &Request::retrieve_checkout_session("cs_1"),
            Method::Get,
            "/v1/checkout/sessions/cs_1?expand[0]=payment_intent.latest_charge",
            None,
        );
        check(
            &Request::expire_checkout_session("cs/1", key()),
            Method::Post,
            "/v1/checkout/sessions/cs%2F1/expire",
            Some(""),
        );
        check(
            &Request::retrieve_payment_intent("pi_1"),
            Method::Get,
            "/v1/payment_intents/pi_1?expand[0]=latest_charge",
            None,
        );
        check(&Request::list_charges("pi_1"), Method::Get, "/v1/charges?payment_intent=pi_1&limit=100", None);
        check(&Request::retrieve_charge("ch_1"), Method::Get, "/v1/charges/ch_1", None);
        check(
            &Request::list_cards("cus_1"),
            Method::Get,
            "/v1/payment_methods?customer=cus_1&type=card&limit=100",
            None,
        );
        check(&Request::retrieve_customer("cus_1"), Method::Get, "/v1/customers/cus_1", None);
        check(&Request::retrieve_payment_method("pm_1"), Method::Get, "/v1/payment_methods/pm_1", None);
        check(
            &Request::detach_payment_method("pm_1", key()),
            Method::Post,
            "/v1/payment_methods/pm_1/detach",
            Some(""),
        );
        check(
            &Request::cancel_payment_intent("pi_1", key()),
            Method::Post,
            "/v1/payment_intents/pi_1/cancel",
            Some(""),
        );
    }

    #[test]
    fn keys_that_stripe_or_http_would_refuse_are_refused() {
        for (text, valid) in [
            ("topup-1", true),
            ("", false),
            ("a b", false),
            ("a\nb", false),
            ("é", false),
            (&"k".repeat(255), true),
            (&"k".repeat(256), false),
        ] {
            assert_eq!(IdempotencyKey::new(text).is_ok(), valid, "{text:?}");
        }
    }
}
