//! What stands on an invoice, and the run that makes them.

use crate::FEE_CENTAVOS;
use crate::house::provider::{ALLOWANCE, PACK, PRICE_CENTAVOS, Provider, reais, return_file};
use book::{Buying, Charging, LineAct, PackNo, PaidBy};
use money::{AdjustmentId, Amount, Unit};
use saldo::audit::Author;
use saldo::billing::{self, Adjustment};
use saldo::lines::offers::{self, PackDraft};
use saldo::lines::{self, NewLine};
use saldo::settlements::{self, Came, Owing, Settled};
use saldo::{documents, intents};
use store::tables::bank::FindingCode;
use store::tables::boletos::BoletoState;
use store::tables::invoices::{InvoiceLineKind, InvoiceState};
use store::tables::lines::{OnWriteOff, PackRelease};
use store::tables::outbox::Mail;
use store::views::PurchaseState;

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_one_invoice_with_fee_purchases_and_corrections_and_one_boleto() {
    let provider = Provider::open(PackRelease::Purchase).await;
    let purchase = provider.buy_on_next_invoice().await;
    let customer = provider.line.customer;
    let credit = Adjustment {
        id: AdjustmentId::from_u128(1),
        customer,
        amount: Amount::new(-5_000_000, Unit::BRL),
        reason: "Falha de sinal".to_owned(),
    };
    // Asked for twice under its name it is one; another one under that name is refused.
    for wanted in [credit.clone(), credit.clone()] {
        billing::adjust(provider.app(), Author::operator(), wanted).await.expect("a correction");
    }
    let other = Adjustment { amount: Amount::new(-6_000_000, Unit::BRL), ..credit };
    let refused = billing::adjust(provider.app(), Author::operator(), other).await.expect_err("another one");
    assert_eq!(refused.code, "idempotency_key_reused");
    let month = provider.bill().await;
    let invoices = provider.invoices().await;
    let [(invoice, rows, Some(boleto))] = invoices.as_slice() else { panic!("{invoices:?}") };
    assert_eq!(
        (invoice.number, invoice.state, invoice.month.clone()),
        (1, InvoiceState::Open, month.to_string())
    );
    let kinds: Vec<_> = rows.iter().map(|row| (row.kind, row.amount)).collect();
    let expected = [
        (InvoiceLineKind::Fee, reais(FEE_CENTAVOS)),
        (InvoiceLineKind::Purchase, reais(PRICE_CENTAVOS)),
        (InvoiceLineKind::Adjustment, Amount::new(-5_000_000, Unit::BRL)),
    ];
    assert_eq!(kinds, expected);
    assert_eq!(rows[1].purchase, Some(purchase));
    assert_eq!((invoice.total, boleto.amount), (reais(FEE_CENTAVOS + PRICE_CENTAVOS - 500), invoice.total));
    assert_eq!((boleto.due_on.clone(), boleto.state), (invoice.due_on.clone(), BoletoState::Written));
    assert_eq!(provider.booked("receivable").await, -invoice.total.value());
    assert_eq!(provider.booked("revenue:plan").await, reais(FEE_CENTAVOS).value());

    // The bank says that it was paid: everything on it is.
    let received = provider.remit().await;
    let paid = u64::try_from(boleto.amount.value() / 10_000).expect("centavos");
    let loaded = provider.load(&return_file(&received, 1, &[("02", 0), ("06", paid)])).await;
    assert_eq!((loaded.paid, loaded.findings.len()), (1, 0));
    assert_eq!(provider.booked("receivable").await, 0);
    assert_eq!(provider.booked("clearing:boleto").await, -invoice.total.value());
    let invoices = provider.invoices().await;
    assert_eq!((invoices[0].0.state, invoices[0].0.paid_by.as_deref()), (InvoiceState::Paid, Some("boleto")));
    let bought = provider.app().read(move |reader| reader.purchase(purchase)).await.expect("a look");
    assert_eq!(bought.expect("the purchase").state, PurchaseState::Paid);

    // Paid again, it becomes credit.
    let again = return_file(&received, 2, &[("06", paid), ("06", paid)]);
    let loaded = provider.load(&again).await;
    assert_eq!(
        loaded.findings.iter().map(|found| found.code).collect::<Vec<_>>(),
        [FindingCode::PaidTwice; 2]
    );
    assert_eq!(provider.credit().await, invoice.total, "one of the two is the one that was told before");
    assert_eq!(provider.available(), PACK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payer_of_many_lines_is_billed_for_each_and_the_newest_is_seen_like_the_first() {
    const LINES: u32 = 503;
    let provider = Provider::open(PackRelease::Purchase).await;
    provider.with_mail().await;
    let customer = provider.line.customer;
    let plan_no = provider.plan_no().await;
    let mut newest = provider.line.clone();
    for _ in 1..LINES {
        let new = NewLine { customer, plan_no, anchor_day: 1, access_login: None };
        newest = lines::open(provider.app(), Author::operator(), new).await.expect("a line");
    }
    provider.bill().await;
    let invoices = provider.invoices().await;
    let [(invoice, rows, Some(_))] = invoices.as_slice() else { panic!("{}", invoices.len()) };
    assert_eq!(rows.len(), usize::try_from(LINES).expect("few"));
    assert!(rows.iter().any(|row| row.line == newest.id), "the newest is not passed over");
    assert_eq!(invoice.total, reais(FEE_CENTAVOS * u64::from(LINES)));

    // Its owner is told of its use, too.
    let used = LineAct::AddUse { total: ALLOWANCE, outside: 0 };
    lines::ask(provider.app(), newest.wallet, used, None).await.expect("the book answers");
    let line = newest.id.to_string();
    let is_told =
        |mails: &Vec<Mail>| mails.iter().any(|mail| mail.kind == "usage" && mail.body.contains(&line));
    provider.house.until(|reader| Ok(reader.mails(None, 50)?.rows), is_told).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credit_that_waits_for_the_payment_of_the_next_invoice_stands_on_it_and_comes_with_its_payment() {
    let provider = Provider::open(PackRelease::Payment).await;
    let purchase = provider.buy_on_next_invoice().await;
    assert_eq!(provider.available(), 0, "nothing before the payment");
    provider.bill().await;
    let invoices = provider.invoices().await;
    let [(invoice, lines, Some(_))] = invoices.as_slice() else { panic!("{invoices:?}") };
    assert_eq!(invoice.total, reais(FEE_CENTAVOS + PRICE_CENTAVOS));
    assert_eq!(lines.iter().filter(|line| line.purchase == Some(purchase)).count(), 1);
    let (what, at) = (Owing::Invoice(invoice.id), provider.app().ledger.now());
    let (id, amount) = (settlements::name(&[b"test"]), invoice.total);
    let came = Came { id, what, boleto: None, by: PaidBy::Hand, amount, late_fee: 0, at };
    let settled = provider.app().write(move |tx| settlements::settle(tx, &came)).await.expect("a change");
    let Settled::Paid(intents) = settled else { panic!("{settled:?}") };
    intents::send(provider.app(), &intents).await.expect("the book answers");
    provider.settled().await;
    assert_eq!(provider.available(), PACK);
    assert_eq!(provider.booked("receivable").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_that_is_written_off_is_nobodys_debt_and_its_credit_is_taken_back() {
    let provider = Provider::open(PackRelease::Purchase).await;
    let purchase = provider.buy_on_next_invoice().await;
    provider.bill().await;
    let invoices = provider.invoices().await;
    let [(invoice, _, Some(boleto))] = invoices.as_slice() else { panic!("{invoices:?}") };
    assert_eq!(provider.available(), PACK);
    let (app, rest) = (provider.app(), Some(OnWriteOff::TakeBack));
    documents::write_off(app, Author::operator(), boleto.id, rest).await.expect("it is written off");
    assert_eq!(provider.booked("receivable").await, 0, "fee and purchase");
    assert_eq!(provider.available(), 0);
    let invoices = provider.invoices().await;
    assert_eq!(invoices[0].0.state, InvoiceState::WrittenOff);
    let state = invoices[0].2.as_ref().map(|boleto| boleto.state);
    assert_eq!(state, Some(BoletoState::WrittenOff), "the bank never held it");
    let bought = app.read(move |reader| reader.purchase(purchase)).await.expect("a look");
    assert_eq!(bought.expect("the purchase").state, PurchaseState::WrittenOff);
    let again = documents::write_off(app, Author::operator(), boleto.id, rest).await;
    assert_eq!(again.map_err(|problem| problem.code), Err("boleto_closed"));
    assert_eq!(invoice.total, reais(FEE_CENTAVOS + PRICE_CENTAVOS));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_whose_packs_say_different_things_asks_what_becomes_of_their_credit() {
    let provider = Provider::open(PackRelease::Purchase).await;
    let app = provider.app();
    let first = provider.buy_on_next_invoice().await;
    let kept = PackDraft {
        plan_no: 1,
        quantity: PACK,
        price: reais(PRICE_CENTAVOS),
        chargings: vec![Charging::NextInvoice],
        release: PackRelease::Purchase,
        validity_days: None,
        per_cycle_max: None,
        sold: true,
        on_write_off: OnWriteOff::KeepDebt,
    };
    let pack_no = offers::put_pack(app, Author::operator(), None, kept).await.expect("a pack");
    provider.ask(LineAct::AddUse { total: PACK, outside: 0 }).await;
    let buying = Buying { pack: PackNo(pack_no), ..provider.buying(Charging::NextInvoice, 1) };
    let second = provider.buy_so(buying).await;
    provider.bill().await;
    let invoices = provider.invoices().await;
    let [(invoice, _, Some(boleto))] = invoices.as_slice() else { panic!("{invoices:?}") };
    let write_off = |rule| documents::write_off(app, Author::operator(), boleto.id, rule);
    let states = async || {
        let invoices = provider.invoices().await;
        let (invoice, _, boleto) = &invoices[0];
        let mut purchases = Vec::new();
        for id in [first, second] {
            let bought = app.read(move |reader| reader.purchase(id)).await.expect("a look");
            purchases.push(bought.expect("the purchase").state);
        }
        (invoice.state, boleto.as_ref().map(|boleto| boleto.state), purchases)
    };

    let before = states().await;
    let refused = write_off(None).await.expect_err("nobody said what");
    assert_eq!((refused.code, refused.field.as_deref()), ("on_write_off_missing", Some("on_write_off")));
    assert_eq!(states().await, before);

    // The boleto alone: all that stands on the invoice is still owed.
    write_off(Some(OnWriteOff::KeepDebt)).await.expect("it is written off");
    let (open, released) = (InvoiceState::Open, vec![PurchaseState::Released; 2]);
    assert_eq!(states().await, (open, Some(BoletoState::WrittenOff), released));
    assert_eq!(provider.booked("receivable").await, -invoice.total.value());
    assert_eq!(provider.available(), PACK, "of the second; the first is used up");

    write_off(Some(OnWriteOff::TakeBack)).await.expect("what is owed is written off");
    assert_eq!((provider.booked("receivable").await, provider.available()), (0, 0));
    let (closed, gone) = (InvoiceState::WrittenOff, vec![PurchaseState::WrittenOff; 2]);
    assert_eq!(states().await, (closed, Some(BoletoState::WrittenOff), gone));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_billed_twice_for_a_month_also_by_a_run_that_was_cut_off() {
    let provider = Provider::open(PackRelease::Purchase).await;
    let month = provider.bill().await;
    let refused = billing::begin(provider.app(), Author::operator(), month).await.expect_err("it was run");
    assert_eq!(refused.code, "month_was_run");
    // As if the run had been cut off before its first customer was done.
    let text = month.to_string();
    provider
        .app()
        .write(move |tx| tx.move_billing_run(&text, money::CustomerId::from_u128(0), (0, 0), None))
        .await
        .expect("the run is open again");
    let Provider { house, line, pack_no } = provider;
    let provider = Provider { house: house.restart().await, line, pack_no };
    provider.house.until(|reader| reader.billing_runs_open(1), Vec::is_empty).await;
    assert_eq!(provider.invoices().await.len(), 1);
    assert_eq!(provider.booked("revenue:plan").await, reais(FEE_CENTAVOS).value());
    let far = month.next().next().next();
    let refused = billing::begin(provider.app(), Author::operator(), far).await.expect_err("too far");
    assert_eq!(refused.code, "month_not_next");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_larger_than_the_invoice_pays_it_and_the_rest_waits() {
    let provider = Provider::open(PackRelease::Purchase).await;
    let customer = provider.line.customer;
    let adjust = |amount, reason: &str| {
        let (id, amount) = (AdjustmentId::from_u128(1), Amount::new(amount, Unit::BRL));
        let wanted = Adjustment { id, customer, amount, reason: reason.to_owned() };
        billing::adjust(provider.app(), Author::operator(), wanted)
    };
    adjust(-100_000_000, "Indicação de um amigo").await.expect("a correction");
    for (amount, reason, code) in [
        (0, "nada", "invalid_amount"),
        (9_999, "menos de um centavo", "amount_over_precise"),
        (10_000, " ", "invalid_reason"),
        (10_000, "\u{202e}ao contrário", "invalid_reason"),
        (i64::MAX - 5_807, "muito", "invalid_amount"),
    ] {
        assert_eq!(adjust(amount, reason).await.expect_err("refused").code, code);
    }
    provider.bill().await;
    let invoices = provider.invoices().await;
    assert_eq!((invoices[0].0.total.value(), invoices[0].0.state), (0, InvoiceState::Paid));
    assert!(invoices[0].2.is_none(), "nothing is to be collected");
    let waiting = provider.app().read(move |reader| reader.adjustments_waiting(customer, 10)).await;
    let rest: Vec<_> = waiting.expect("a look").iter().map(|row| row.amount).collect();
    assert_eq!(rest, [Amount::new(-20_100_000, Unit::BRL)]);
    assert_eq!((provider.booked("receivable").await, provider.booked("clearing:hand").await), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_operator_wants_it_the_run_begins_by_itself() {
    let change = |config: &mut saldo::config::Config| {
        config.billing.automatic = true;
        config.billing.run_day = 1;
    };
    let provider = Provider::open_with(PackRelease::Purchase, change, |_| {}).await;
    provider.app().billing_news.notify_one();
    // The first may have been before there was a subscriber.
    provider.house.until(|reader| reader.billing_runs(3), |runs| runs.len() == 1).await;
    provider.house.until(|reader| reader.billing_runs_open(1), Vec::is_empty).await;
    let before = provider.invoices().await.len();
    provider.days(31).await;
    provider.app().billing_news.notify_one();
    provider.house.until(|reader| reader.billing_runs(3), |runs| runs.len() == 2).await;
    provider.house.until(|reader| reader.billing_runs_open(1), Vec::is_empty).await;
    assert_eq!(provider.invoices().await.len(), before + 1);
}
