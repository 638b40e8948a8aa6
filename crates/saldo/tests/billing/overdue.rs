//! What happens to a line whose owner does not pay, and when he does.

use std::sync::Arc;

use crate::house;
use crate::house::provider::{Provider, return_file};
use book::{LineAct, LineStatus, PaidBy};
use money::Timestamp;
use saldo::audit::Author;
use saldo::billing::{self, Trust, WhyBlocked};
use saldo::lines::offers::PlanDraft;
use saldo::lines::{self, NewLine};
use saldo::settlements::{self, Came, Owing, Settled};
use saldo::{documents, intents, purchases};
use serde_json::json;
use store::tables::boletos::{BoletoSearch, BoletoState};
use store::tables::invoices::{InvoiceState, OverdueLine};
use store::tables::lines::{OnWriteOff, PackRelease};

#[tokio::test(flavor = "multi_thread")]
async fn an_overdue_line_is_blocked_trusted_once_and_enabled_by_the_payment() {
    let provider =
        Provider::open_with(PackRelease::Purchase, |_| {}, |plan| plan.block_after_days = Some(2)).await;
    provider.bill().await;
    let received = provider.remit().await;
    provider.load(&return_file(&received, 1, &[("02", 0)])).await;
    let invoices = provider.invoices().await;
    let (due, boleto) = (invoices[0].0.due_on.clone(), invoices[0].2.clone().expect("a boleto"));
    assert_eq!(boleto.state, BoletoState::Open);
    let until_due = provider.days_until(&due);
    let customer = provider.line.customer;
    let line = provider.line.id;
    let trusted = || billing::trust(provider.app(), Author::operator(), customer, line);
    assert_eq!(trusted().await.expect_err("not blocked").code, "not_blocked");
    provider.days(until_due + 2).await;
    assert_eq!(provider.status().await, "enabled", "two days after the due day is not more than two");
    provider.days(1).await;
    assert_eq!(provider.status().await, "blocked", "when the clock is moved nobody waits for the next look");
    let how = |now| provider.app().read(move |reader| billing::trust_of(reader, line, now));
    assert_eq!(how(provider.app().ledger.now()).await.expect("a look"), Trust::Possible);
    let stranger = money::CustomerId::from_u128(7);
    let refused = billing::trust(provider.app(), Author::operator(), stranger, line).await;
    assert_eq!(refused.expect_err("another's line").code, "not_found");

    trusted().await.expect("trusted");
    provider.until_status(LineStatus::Enabled).await;
    assert!(matches!(how(provider.app().ledger.now()).await, Ok(Trust::Until(_))));
    // When that was is known after a start, too, when nobody knows any more what its router was asked.
    let known = provider.app().read(move |reader| reader.overdue_line(line)).await.expect("a look");
    assert!(known.expect("it was blocked").enabled_at.is_some());
    provider.days(3).await;
    provider.until_status(LineStatus::Blocked).await;
    if matches!(how(provider.app().ledger.now()).await, Ok(Trust::Used)) {
        assert_eq!(trusted().await.expect_err("once").code, "trust_used");
    }

    let paid = u64::try_from(boleto.amount.value() / 10_000).expect("centavos");
    provider.load(&return_file(&received, 2, &[("06", paid)])).await;
    provider.until_status(LineStatus::Enabled).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_pays_in_another_way_than_by_the_boleto_is_enabled_and_stays_so() {
    for by in [PaidBy::Hand, PaidBy::Pix] {
        let provider =
            Provider::open_with(PackRelease::Purchase, |_| {}, |plan| plan.block_after_days = Some(0)).await;
        provider.bill().await;
        let received = provider.remit().await;
        provider.load(&return_file(&received, 1, &[("02", 0)])).await;
        provider.days(40).await;
        provider.until_status(LineStatus::Blocked).await;
        let (invoice, _, boleto) = provider.invoices().await.remove(0);
        assert_eq!(boleto.expect("a boleto").state, BoletoState::Open, "the bank still takes its payment");
        let (what, at) = (Owing::Invoice(invoice.id), provider.app().ledger.now());
        let id = settlements::name(&[b"test", by.code().as_bytes()]);
        let came = Came { id, what, boleto: None, by, amount: invoice.total, late_fee: 0, at };
        let settled = provider.app().write(move |tx| settlements::settle(tx, &came)).await.expect("a change");
        let Settled::Paid(intents) = settled else { panic!("{settled:?}") };
        intents::send(provider.app(), &intents).await.expect("the book answers");
        provider.until_status(LineStatus::Enabled).await;
        let (invoice, _, boleto) = provider.invoices().await.remove(0);
        assert_eq!(invoice.state, InvoiceState::Paid);
        assert_eq!(
            boleto.expect("a boleto").state,
            BoletoState::ToWriteOff,
            "nobody is asked for it any more"
        );
        provider.days(10).await;
        assert_eq!(billing::review(provider.app()).await.expect("a look"), 0, "nothing is overdue any more");
        assert_eq!(provider.status().await, "enabled");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_debt_that_was_kept_is_overdue_like_any_other_until_it_is_settled() {
    let blocks_after_two_days = |plan: &mut PlanDraft| plan.block_after_days = Some(2);
    let provider = Provider::open_with(PackRelease::Purchase, |_| {}, blocks_after_two_days).await;
    let bought = provider.buy().await;
    let write_off = |rule| documents::write_off(provider.app(), Author::operator(), bought.boleto.id, rule);
    write_off(Some(OnWriteOff::KeepDebt)).await.expect("it is written off");
    let until_due = provider.days_until(&bought.boleto.due_on);
    provider.days(until_due + 2).await;
    assert_eq!(billing::review(provider.app()).await.expect("a look"), 0, "not more than two days");
    provider.days(1).await;
    provider.until_status(LineStatus::Blocked).await;
    assert_eq!(billing::review(provider.app()).await.expect("a look"), 0, "it stays so");

    // Whoever looks why finds the boleto, though no bank takes its payment.
    let (line, app) = (provider.line.clone(), Arc::clone(provider.app()));
    let why = provider.app().read(move |reader| billing::why_blocked_now(&app, reader, &line, "blocked"));
    let why = why.await.expect("a look").expect("it is blocked").why;
    let WhyBlocked::Overdue(overdue) = why else { panic!("{why:?}") };
    assert_eq!(overdue.iter().map(|it| it.boleto).collect::<Vec<_>>(), [bought.boleto.id]);
    let owed = |reader: &store::Reader<'_>| {
        reader.boletos_found(&BoletoSearch { is_still_owed: true, ..BoletoSearch::default() }, None, 10)
    };
    assert_eq!(provider.app().read(owed).await.expect("a look").rows.len(), 1);

    let author = Author::operator();
    let settled = purchases::settle_by_hand(provider.app(), author, bought.purchase, "pago no balcão");
    settled.await.expect("it is settled");
    provider.until_status(LineStatus::Enabled).await;
    provider.days(10).await;
    assert_eq!(billing::review(provider.app()).await.expect("a look"), 0, "nothing is overdue any more");
    assert_eq!(provider.status().await, "enabled");
    assert_eq!(provider.app().read(owed).await.expect("a look").rows.len(), 0);
    assert_eq!(write_off(Some(OnWriteOff::Leave)).await.expect_err("it is paid").code, "boleto_closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_debt_that_is_forgiven_after_it_was_kept_unblocks() {
    let blocks_at_once = |plan: &mut PlanDraft| plan.block_after_days = Some(0);
    let provider = Provider::open_with(PackRelease::Purchase, |_| {}, blocks_at_once).await;
    provider.buy_on_next_invoice().await;
    provider.bill().await;
    let boleto = provider.invoices().await.remove(0).2.expect("a boleto");
    let write_off = |rule| documents::write_off(provider.app(), Author::operator(), boleto.id, rule);
    let said = async || {
        let listed = provider.house.get("/v1/invoices").await.expect(200);
        let id = listed["data"][0]["id"].as_str().expect("an invoice").to_owned();
        let one = provider.house.get(&format!("/v1/invoices/{id}")).await.expect(200);
        assert_eq!(one["still_owed"], listed["data"][0]["still_owed"]);
        (one["state"].clone(), one["still_owed"].clone())
    };
    assert_eq!(said().await, (json!("open"), json!(false)));
    write_off(Some(OnWriteOff::KeepDebt)).await.expect("it is written off");
    assert_eq!(said().await, (json!("open"), json!(true)), "as the API has it");
    provider.days(40).await;
    provider.until_status(LineStatus::Blocked).await;
    write_off(Some(OnWriteOff::Leave)).await.expect("nothing is owed any more");
    assert_eq!(said().await, (json!("written_off"), json!(false)));
    provider.until_status(LineStatus::Enabled).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_staff_blocked_stays_blocked_whatever_is_paid() {
    let provider =
        Provider::open_with(PackRelease::Purchase, |_| {}, |plan| plan.block_after_days = Some(0)).await;
    provider.bill().await;
    let received = provider.remit().await;
    provider.load(&return_file(&received, 1, &[("02", 0)])).await;
    provider.ask(LineAct::SetStatus { status: LineStatus::Blocked }).await;
    let boleto = provider.invoices().await[0].2.clone().expect("a boleto");
    let paid = u64::try_from(boleto.amount.value() / 10_000).expect("centavos");
    provider.days(40).await;
    provider.load(&return_file(&received, 2, &[("06", paid)])).await;
    provider.settled().await;
    assert_eq!(provider.status().await, "blocked");
    let line = provider.line.id;
    let known = provider.app().read(move |reader| reader.overdue_line(line)).await.expect("a look");
    assert_eq!(known, None, "it was never blocked for what was overdue");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_staff_block_while_others_are_enabled_stays_blocked() {
    const LINES: u32 = 12;
    let provider = Provider::open(PackRelease::Purchase).await;
    let (app, plan_no, customer) =
        (Arc::clone(provider.app()), provider.plan_no().await, provider.line.customer);
    let mut ids = Vec::new();
    for _ in 0..LINES {
        let new = NewLine { customer, plan_no, anchor_day: 1, access_login: None };
        let line = lines::open(&app, Author::operator(), new).await.expect("a line");
        let act = LineAct::SetStatus { status: LineStatus::Blocked };
        lines::ask(&app, line.wallet, act, None).await.expect("it is blocked");
        ids.push(line.id);
    }
    ids.sort();
    let position = app.ledger.landed().borrow().position;
    assert!(app.wait_projected(position, house::PATIENCE).await);
    // As if all of them had been overdue, and nothing were any more.
    let (marked, at) = (ids.clone(), app.ledger.now());
    app.write(move |tx| {
        marked.iter().try_for_each(|line| {
            tx.put_overdue_line(&OverdueLine {
                line: *line,
                blocked_at: Some(at),
                trusted_cycle: None,
                trusted_until: None,
                enabled_at: None,
            })
        })
    })
    .await
    .expect("they are marked");
    let reviewed = tokio::spawn({
        let app = Arc::clone(&app);
        async move { billing::review(&app).await }
    });
    let [first, .., last] = ids[..] else { panic!("{ids:?}") };
    let status = |line| {
        move |reader: &store::Reader<'_>| {
            Ok(reader.line_view(line)?.map(|view| view.status).unwrap_or_default())
        }
    };
    provider.house.until(status(first), |status| status == "enabled").await;
    let path = format!("/v1/lines/{last}/status");
    provider.house.post(&path, &json!({"status": "blocked"})).await.expect(200);
    reviewed.await.expect("it ends").expect("a look");
    billing::review(&app).await.expect("a look");
    assert_eq!(app.read(status(last)).await.expect("a look"), "blocked");
    let known = app.read(move |reader| reader.overdue_line(last)).await.expect("a look");
    assert_eq!(known.expect("it was marked").blocked_at, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_is_asked_for_again_changes_nothing_also_when_its_answer_is_forgotten() {
    let provider =
        Provider::open_with(PackRelease::Purchase, |_| {}, |plan| plan.block_after_days = Some(0)).await;
    provider.bill().await;
    let received = provider.remit().await;
    provider.load(&return_file(&received, 1, &[("02", 0)])).await;
    provider.days(40).await;
    provider.until_status(LineStatus::Blocked).await;
    let line = provider.line.id;
    let path = format!("/v1/lines/{line}/status");
    let set = |key: &'static str, status: &str| {
        let (house, path, body) = (&provider.house, path.clone(), json!({"status": status}));
        async move { house.post_under(key, &path, &body).await }
    };
    let known = || async {
        let known = provider.app().read(move |reader| reader.overdue_line(line)).await;
        known.expect("a look").expect("it was overdue")
    };
    set("block", "blocked").await.expect(200);
    assert_eq!(known().await.blocked_at, None, "it is theirs");
    set("enable", "enabled").await.expect(200);
    assert!(known().await.trusted_until.is_some());
    provider.days(4).await;
    provider.until_status(LineStatus::Blocked).await;
    let before = known().await;
    assert!(before.blocked_at.is_some(), "it is overdue still");

    for (key, status, code) in [
        ("block", "blocked", 200),
        ("enable", "enabled", 200),
        ("block", "enabled", 409),
        ("enable", "blocked", 409),
    ] {
        provider
            .app()
            .write(|tx| tx.delete_answers_before(Timestamp::MAX))
            .await
            .expect("they are forgotten");
        set(key, status).await.expect(code);
        assert_eq!(
            (known().await, provider.status().await),
            (before.clone(), "blocked".to_owned()),
            "{key} {status}"
        );
    }
}
