//! Answers as Stripe writes them, cut to what matters, with fields and words that we do not know.

use super::*;

const CHARGE: &str = r#"{"id":"ch_1","object":"charge","amount":1000,"currency":"usd","status":"failed","created":7,
  "payment_intent":"pi_1","customer":"cus_1","failure_code":"card_declined","failure_message":"Your card was declined.",
  "outcome":{"network_status":"declined_by_network","reason":"insufficient_funds","type":"issuer_declined","seller_message":"x"},
  "payment_method_details":{"type":"card","card":{"brand":"visa","last4":"9995","exp_month":12,"exp_year":2034,
  "mandate":null,"wallet":{"type":"apple_pay","dynamic_last4":null}}},"livemode":false,"metadata":{"topup":"top_1"},"new_field":[1]}"#;

fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("an answer of Stripe's")
}

#[test]
fn a_charge_tells_card_and_reason() {
    let charge: Charge = read(CHARGE);
    assert_eq!(charge.status, ChargeStatus::Failed);
    assert_eq!(charge.decline_code(), Some("insufficient_funds"));
    let card = charge.card().expect("a card");
    assert_eq!(
        (card.brand.as_str(), card.last4.as_str(), card.exp_month, card.exp_year),
        ("visa", "9995", 12, 2034)
    );
    assert_eq!(card.wallet.as_ref().map(|wallet| wallet.kind.as_str()), Some("apple_pay"));
    assert_eq!(charge.metadata.get("topup").map(String::as_str), Some("top_1"));
}

#[test]
fn a_charge_that_was_not_declined_has_no_decline_code() {
    let charge: Charge = read(&CHARGE.replace("card_declined", "expired_card"));
    assert_eq!(charge.decline_code(), None);
    let charge: Charge = read(&CHARGE.replace("\"card_declined\"", "null"));
    assert_eq!(charge.decline_code(), None);
}

#[test]
fn a_session_is_read_expanded_or_not() {
    let intent = format!(
        r#"{{"id":"pi_1","status":"succeeded","amount":1000,"amount_received":1000,"currency":"usd","created":7,"livemode":false,
        "metadata":null,"customer":"cus_1","latest_charge":{CHARGE},"last_payment_error":null,"payment_method":"pm_1"}}"#
    );
    for (payment_intent, id, charge) in [
        ("null", None, None),
        ("\"pi_1\"", Some("pi_1"), None),
        (intent.as_str(), Some("pi_1"), Some("ch_1")),
    ] {
        let session: CheckoutSession = read(&format!(
            r#"{{"id":"cs_1","object":"checkout.session","url":null,"status":"complete","payment_status":"paid","customer":
            {{"id":"cus_1","email":null,"metadata":{{}}}},"payment_intent":{payment_intent},"client_reference_id":null,
            "amount_total":1000,"currency":"usd","created":1,"expires_at":2,"livemode":false,"metadata":{{"a":"b"}}}}"#
        ));
        assert_eq!(session.payment_intent.as_ref().map(Expandable::id), id);
        let latest = session
            .payment_intent
            .as_ref()
            .and_then(Expandable::object)
            .and_then(|pi| pi.latest_charge.as_ref());
        assert_eq!(latest.map(Expandable::id), charge);
        assert_eq!(session.customer.as_ref().map(Expandable::id), Some("cus_1"));
        assert_eq!(session.status, Some(SessionStatus::Complete));
    }
}

#[test]
fn a_failed_intent_names_the_attempt_and_the_card() {
    let intent: PaymentIntent = read(
        r#"{"id":"pi_1","status":"requires_payment_method","amount":1000,"currency":"usd","created":7,"livemode":false,
        "last_payment_error":{"type":"card_error","code":"card_declined","decline_code":"generic_decline","charge":"ch_1",
        "message":"Your card was declined.","payment_method":{"id":"pm_1","type":"card","created":7,
        "card":{"brand":"visa","last4":"0002","exp_month":1,"exp_year":2030}}}}"#,
    );
    let error = intent.last_payment_error.expect("an error");
    assert_eq!(error.kind, ErrorType::CardError);
    assert_eq!(error.charge.as_deref(), Some("ch_1"));
    assert_eq!(
        error.payment_method.and_then(|method| method.card).map(|card| card.last4).as_deref(),
        Some("0002")
    );
}

#[test]
fn unknown_words_are_kept() {
    let method: PaymentMethod = read(
        r#"{"id":"pm_1","type":"card","card":null,"customer":null,"allow_redisplay":"sometimes","created":1}"#,
    );
    assert_eq!(method.allow_redisplay, Some(AllowRedisplay::Unknown("sometimes".into())));
    assert_eq!(SessionStatus::from("later".to_owned()).as_str(), "later");
    assert_eq!(SessionStatus::from("open".to_owned()), SessionStatus::Open);
}

#[test]
fn an_event_keeps_its_object_byte_by_byte() {
    let event: Event = read(&format!(
        r#"{{"id":"evt_1","object":"event","type":"charge.failed","api_version":"2026-10-28.endive","created":7,"livemode":false,
        "data":{{"object":{CHARGE},"previous_attributes":{{}}}},"pending_webhooks":1}}"#
    ));
    assert_eq!(event.data.object.get(), CHARGE);
    assert_eq!(event.object::<Charge>().map(|charge| charge.id).ok().as_deref(), Some("ch_1"));
    assert!(event.object::<PaymentMethod>().is_err());
    assert_eq!(event.api_version.as_deref(), Some(crate::API_VERSION));
}

#[test]
fn lists_and_errors() {
    let list: List<Customer> = read(
        r#"{"object":"list","url":"/v1/customers","has_more":true,"data":[{"id":"cus_1","deleted":true}]}"#,
    );
    assert!(list.has_more && list.data[0].deleted);
    let body: ErrorBody = read(
        r#"{"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such customer","param":"id"}}"#,
    );
    assert_eq!(body.error.kind, ErrorType::InvalidRequestError);
    assert_eq!(body.error.param.as_deref(), Some("id"));
    let body: ErrorBody = read(r#"{"error":{"type":"rate_limit_error"}}"#);
    assert_eq!(body.error.kind, ErrorType::Unknown("rate_limit_error".into()));
}
