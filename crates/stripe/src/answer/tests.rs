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

#[test]
fn a_charge_tells_what_became_of_its_money() {
    let charge: Charge = read(CHARGE);
    assert_eq!(
        (charge.amount_refunded, charge.refunded, charge.disputed),
        (0, false, false),
        "older versions"
    );
    assert_eq!(charge.balance_transaction, None);
    let told = CHARGE.replace(
        "\"livemode\":false",
        r#""amount_refunded":300,"refunded":false,"disputed":true,"balance_transaction":"txn_1","livemode":false"#,
    );
    let charge: Charge = read(&told);
    assert_eq!((charge.amount_refunded, charge.refunded, charge.disputed), (300, false, true));
    assert_eq!(charge.balance_transaction.as_ref().map(Expandable::id), Some("txn_1"));
}

#[test]
fn a_refund_is_read_in_each_state() {
    for (status, read_as, is_void) in [
        ("\"pending\"", Some(RefundStatus::Pending), false),
        ("\"requires_action\"", Some(RefundStatus::RequiresAction), false),
        ("\"succeeded\"", Some(RefundStatus::Succeeded), false),
        ("\"failed\"", Some(RefundStatus::Failed), true),
        ("\"canceled\"", Some(RefundStatus::Canceled), true),
        ("\"later\"", Some(RefundStatus::Unknown("later".into())), false),
        ("null", None, false),
    ] {
        let refund: Refund = read(&format!(
            r#"{{"id":"re_1","object":"refund","amount":300,"balance_transaction":"txn_2","charge":"ch_1","created":9,"currency":"usd",
            "destination_details":{{"card":{{"reference_status":"pending","type":"refund"}},"type":"card"}},"metadata":{{"a":"b"}},
            "payment_intent":"pi_1","reason":"requested_by_customer","receipt_number":null,"source_transfer_reversal":null,
            "status":{status},"transfer_reversal":null,"failure_reason":"expired_or_canceled_card"}}"#
        ));
        assert_eq!(refund.status, read_as);
        assert_eq!(refund.status.as_ref().is_some_and(RefundStatus::is_void), is_void, "{status}");
        assert_eq!((refund.amount, refund.charge.as_ref().map(Expandable::id)), (300, Some("ch_1")));
        assert_eq!(refund.failure_reason.as_deref(), Some("expired_or_canceled_card"));
        assert_eq!(refund.metadata["a"], "b");
    }
}

#[test]
fn a_dispute_tells_what_the_bank_holds() {
    let transaction = |id: &str, amount: i64, fee: i64| {
        format!(
            r#"{{"id":"{id}","object":"balance_transaction","type":"adjustment","amount":{amount},"fee":{fee},"net":{},"currency":"usd",
            "source":"du_1","reporting_category":"dispute","created":9,"available_on":9,"status":"available"}}"#,
            amount - fee
        )
    };
    let dispute = |status: &str, transactions: &[String]| -> Dispute {
        read(&format!(
            r#"{{"id":"du_1","object":"dispute","amount":1000,"balance_transactions":[{}],"charge":"ch_1","payment_intent":"pi_1",
            "currency":"usd","created":9,"evidence":{{"customer_name":null}},"evidence_details":{{"due_by":99,"has_evidence":false}},
            "is_charge_refundable":false,"livemode":false,"metadata":{{}},"reason":"fraudulent","status":"{status}"}}"#,
            transactions.join(",")
        ))
    };
    let (out, back) = (transaction("txn_1", -1_000, 1_500), transaction("txn_2", 1_000, 0));
    for (status, transactions, withdrawn, is_inquiry, is_closed) in [
        ("warning_needs_response", &[][..], 0, true, false),
        ("warning_closed", &[][..], 0, true, true),
        ("needs_response", std::slice::from_ref(&out), 1_000, false, false),
        ("under_review", std::slice::from_ref(&out), 1_000, false, false),
        ("lost", std::slice::from_ref(&out), 1_000, false, true),
        ("won", &[out.clone(), back][..], 0, false, true),
        ("prevented", &[][..], 0, false, true),
        ("argued", std::slice::from_ref(&out), 1_000, false, false),
    ] {
        let dispute = dispute(status, transactions);
        assert_eq!(dispute.withdrawn(), withdrawn, "{status}");
        assert_eq!(dispute.status.as_str(), status);
        assert_eq!(
            (dispute.status.is_inquiry(), dispute.status.is_closed()),
            (is_inquiry, is_closed),
            "{status}"
        );
        assert_eq!(dispute.evidence_details.and_then(|details| details.due_by), Some(99));
    }
}

#[test]
fn payouts_and_fees_are_read() {
    let transactions: List<BalanceTransaction> = read(
        r#"{"object":"list","url":"/v1/balance_transactions","has_more":false,"data":[{"id":"txn_1","object":"balance_transaction",
        "amount":1000,"available_on":20,"balance_type":"payments","created":7,"currency":"usd","description":"Credit","exchange_rate":null,
        "fee":59,"fee_details":[{"amount":59,"application":null,"currency":"usd","description":"Stripe processing fees","type":"stripe_fee"}],
        "net":941,"reporting_category":"charge","source":"ch_1","status":"pending","type":"charge"}]}"#,
    );
    let transaction = &transactions.data[0];
    assert_eq!((transaction.amount, transaction.fee, transaction.net), (1_000, 59, 941));
    assert_eq!((transaction.kind.as_str(), transaction.source.as_deref()), ("charge", Some("ch_1")));
    let payout: Payout = read(
        r#"{"id":"po_1","object":"payout","amount":941,"application_fee":null,"arrival_date":30,"automatic":true,
        "balance_transaction":"txn_9","created":20,"currency":"usd","destination":"ba_1","failure_balance_transaction":null,
        "failure_code":null,"failure_message":null,"livemode":false,"metadata":{},"method":"standard","original_payout":null,
        "reconciliation_status":"completed","source_type":"card","status":"paid","trace_id":null,"type":"bank_account"}"#,
    );
    assert_eq!((payout.status, payout.amount, payout.automatic), (PayoutStatus::Paid, 941, true));
    assert_eq!(payout.balance_transaction.as_ref().map(Expandable::id), Some("txn_9"));
}

#[test]
fn a_declined_saved_card_leaves_its_intent_behind() {
    let refused = |code: &str, decline_code: &str, advice: &str| -> ErrorDetail {
        let body: ErrorBody = read(&format!(
            r#"{{"error":{{"advice_code":{advice},"charge":"ch_1","code":"{code}","decline_code":"{decline_code}","doc_url":"x",
            "message":"Your card was declined.","network_decline_code":"01","payment_intent":{{"id":"pi_1","object":"payment_intent",
            "status":"requires_payment_method","amount":2000,"amount_received":0,"currency":"usd","created":7,"livemode":false,
            "customer":"cus_1","latest_charge":"ch_1","metadata":{{"topup":"top_1"}},"next_action":null,"payment_method":null,
            "last_payment_error":{{"type":"card_error","code":"{code}","advice_code":{advice},"charge":"ch_1"}}}},
            "payment_method":{{"id":"pm_1"}},"type":"card_error"}}}}"#
        ));
        body.error
    };
    for (code, decline_code, advice, wants_the_customer, is_final) in [
        ("card_declined", "insufficient_funds", "\"try_again_later\"", false, false),
        ("card_declined", "lost_card", "\"do_not_try_again\"", false, true),
        ("authentication_required", "authentication_required", "null", true, false),
        ("card_declined", "authentication_required", "null", true, false),
    ] {
        let error = refused(code, decline_code, advice);
        assert_eq!(error.kind, ErrorType::CardError);
        assert_eq!(
            (error.wants_the_customer(), error.is_final()),
            (wants_the_customer, is_final),
            "{decline_code}"
        );
        let intent = error.payment_intent.expect("an intent");
        assert_eq!((intent.id.as_str(), intent.status), ("pi_1", PaymentIntentStatus::RequiresPaymentMethod));
        assert_eq!(intent.metadata["topup"], "top_1");
        assert_eq!(error.charge.as_deref(), Some("ch_1"));
    }
}

#[test]
fn what_a_customer_has_still_to_do_has_a_page() {
    for (action, url) in [
        (
            r#"{"type":"boleto_display_details","boleto_display_details":{"number":"0","hosted_voucher_url":"https://v","expires_at":5,"pdf":"p"}}"#,
            Some("https://v"),
        ),
        (
            r#"{"type":"pix_display_qr_code","pix_display_qr_code":{"data":"0002","hosted_instructions_url":"https://p","expires_at":5}}"#,
            Some("https://p"),
        ),
        (r#"{"type":"use_stripe_sdk","use_stripe_sdk":{"type":"three_d_secure_redirect"}}"#, None),
    ] {
        assert_eq!(read::<NextAction>(action).url(), url);
    }
}
