//! What was paid beyond what was owed: it comes off the next invoices, or goes back.

use crate::FEE_CENTAVOS;
use crate::house::provider::{PRICE_CENTAVOS, Provider, reais};
use book::PaidBy;
use money::{Amount, IntentId, Unit};
use saldo::audit::Author;
use saldo::intents;
use saldo::overpaid::{self, GivingBack};
use saldo::settlements::{self, Came, Owing, Settled};
use store::tables::invoices::{InvoiceLineKind, InvoiceState};
use store::tables::lines::PackRelease;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_beyond_what_was_owed_is_taken_off_the_next_invoices() {
    let provider = Provider::open(PackRelease::Purchase).await;
    let bought = provider.buy().await;
    // Paid once, and then 100 reais more: more than one invoice comes to.
    for (no, amount) in [(1_u8, reais(PRICE_CENTAVOS)), (2, reais(10_000))] {
        let (what, at) = (Owing::Purchase(bought.purchase), provider.app().ledger.now());
        let id = settlements::name(&[b"test", &[no]]);
        let came = Came { id, what, boleto: None, by: PaidBy::Pix, amount, late_fee: 0, at };
        let settled = provider.app().write(move |tx| settlements::settle(tx, &came)).await.expect("a change");
        let (Settled::Paid(intents) | Settled::Credit(intents)) = settled else { panic!("{settled:?}") };
        intents::send(provider.app(), &intents).await.expect("the book answers");
    }
    provider.settled().await;
    assert_eq!(provider.credit().await, reais(10_000));

    provider.bill().await;
    let (first, rows, boleto) = provider.invoices().await.remove(0);
    let kinds: Vec<_> = rows.iter().map(|row| (row.kind, row.amount.value())).collect();
    let fee = reais(FEE_CENTAVOS).value();
    assert_eq!(kinds, [(InvoiceLineKind::Fee, fee), (InvoiceLineKind::Credit, -fee)]);
    assert_eq!((first.total.value(), first.state, boleto), (0, InvoiceState::Paid, None));
    assert_eq!(provider.credit().await, reais(10_000 - FEE_CENTAVOS));

    provider.days(31).await;
    provider.bill().await;
    let invoices = provider.invoices().await;
    let (second, rows, boleto) = &invoices[0];
    let rest = reais(10_000 - FEE_CENTAVOS);
    assert_eq!(rows[1].amount.value(), -rest.value());
    assert_eq!((second.total.value(), second.state), (fee - rest.value(), InvoiceState::Open));
    assert_eq!(boleto.as_ref().expect("a boleto").amount, second.total);
    assert_eq!(provider.credit().await, reais(0));
    assert_eq!(provider.booked("receivable").await, -second.total.value());
}

/// Credit that came, and what of it each of three invoices of R$ 79,90 takes, in centavos.
#[tokio::test(flavor = "multi_thread")]
async fn invoices_take_credit_until_nothing_is_left_and_never_fall_below_zero() {
    let cases: [(&[u64], [u64; 3]); 5] = [
        (&[1], [1, 0, 0]),
        (&[7_989, 1], [7_990, 0, 0]),
        (&[7_990], [7_990, 0, 0]),
        (&[5_000, 5_000, 1], [7_990, 2_011, 0]),
        (&[30_000], [7_990, 7_990, 7_990]),
    ];
    for (came, expected) in cases {
        let provider = Provider::open(PackRelease::Purchase).await;
        for amount in came {
            provider.overpay(reais(*amount)).await;
        }
        let mut left: u64 = came.iter().sum();
        for taken in expected {
            provider.bill().await;
            let (invoice, rows, boleto) = provider.invoices().await.remove(0);
            let credit: Vec<_> = rows.iter().filter(|row| row.kind == InvoiceLineKind::Credit).collect();
            let sum: i64 = credit.iter().map(|row| row.amount.value()).sum();
            assert_eq!((-sum, credit.len()), (reais(taken).value(), usize::from(taken > 0)), "{came:?}");
            assert_eq!(invoice.total, reais(FEE_CENTAVOS - taken));
            let is_paid = taken == FEE_CENTAVOS;
            assert_eq!((boleto.is_none(), invoice.state == InvoiceState::Paid), (is_paid, is_paid));
            left -= taken;
            assert_eq!((provider.left().await, provider.credit().await), (reais(left), reais(left)));
            provider.days(31).await;
        }
        let owed = 3 * FEE_CENTAVOS - expected.iter().sum::<u64>();
        assert_eq!(provider.booked("receivable").await, -reais(owed).value());
        assert_eq!(provider.booked("clearing:credit").await, 0);
        assert_eq!(provider.booked("revenue:plan").await, reais(3 * FEE_CENTAVOS).value());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn credit_is_given_back_once_with_a_reason_and_no_more_than_is_left() {
    let provider = Provider::open(PackRelease::Purchase).await;
    provider.overpay(reais(3_000)).await;
    let customer = provider.line.customer;
    let giving = |id, amount, by, reason: &str| {
        let id = IntentId::from_u128(id);
        let giving = GivingBack { id, customer, amount, by, reason: reason.to_owned(), finding: None };
        overpaid::give_back(provider.app(), Author::operator(), giving)
    };
    let before = provider.house.seen();
    for (amount, by, reason, code) in [
        (reais(0), PaidBy::Pix, "duas vezes", "invalid_amount"),
        (Amount::new(-10_000, Unit::BRL), PaidBy::Pix, "duas vezes", "invalid_amount"),
        (Amount::new(9_999, Unit::BRL), PaidBy::Pix, "duas vezes", "invalid_amount"),
        (reais(100), PaidBy::Boleto, "duas vezes", "invalid_field"),
        (reais(100), PaidBy::Pix, " ", "invalid_reason"),
        (reais(100), PaidBy::Pix, "\u{202e}ao contrário", "invalid_reason"),
        (reais(3_001), PaidBy::Pix, "duas vezes", "credit_not_left"),
        (Amount::new(10_000, Unit::USD), PaidBy::Pix, "duas vezes", "credit_not_left"),
    ] {
        let refused = giving(1, amount, by, reason).await.expect_err(code);
        assert_eq!(refused.code, code);
    }
    assert_eq!(provider.house.seen(), before, "nothing was changed");
    // The same form sent twice, at the same moment and later, gives back once.
    let both = tokio::join!(
        giving(2, reais(1_000), PaidBy::Pix, "pago duas vezes, E1"),
        giving(2, reais(1_000), PaidBy::Pix, "pago duas vezes, E1")
    );
    both.0.and(both.1).expect("given back");
    giving(2, reais(1_000), PaidBy::Pix, "pago duas vezes, E1").await.expect("known");
    // Under its name nothing else is given back.
    for (amount, by, reason) in [
        (reais(999), PaidBy::Pix, "pago duas vezes, E1"),
        (reais(1_000), PaidBy::Hand, "pago duas vezes, E1"),
        (reais(1_000), PaidBy::Pix, "pago duas vezes, E2"),
    ] {
        let refused = giving(2, amount, by, reason).await.expect_err("other content");
        assert_eq!(refused.code, "idempotency_key_reused");
    }
    assert_eq!((provider.left().await, provider.credit().await), (reais(2_000), reais(2_000)));
    assert_eq!(provider.booked("clearing:pix").await, -reais(2_000).value());
    // Two that take the same at once: one is refused.
    let both = tokio::join!(
        giving(3, reais(2_000), PaidBy::Hand, "no balcão"),
        giving(4, reais(2_000), PaidBy::Hand, "no balcão")
    );
    let refused: Vec<_> = [both.0, both.1].into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["credit_not_left"]);
    assert_eq!((provider.left().await, provider.credit().await), (reais(0), reais(0)));
    let log = provider.app().read(|reader| reader.audit(None, 20)).await.expect("the log").rows;
    let told: Vec<_> = log.iter().filter(|row| row.action == "credit.give_back").collect();
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|row| row.after.as_deref().is_some_and(|after| after.contains("reason"))));
    provider.bill().await;
    assert_eq!(
        provider.invoices().await.remove(0).0.total,
        reais(FEE_CENTAVOS),
        "nothing is left to take off"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn credit_that_was_used_otherwise_is_asked_for_by_the_next_invoice() {
    let provider = Provider::open(PackRelease::Purchase).await;
    let customer = provider.line.customer;
    provider.bill().await;
    let (first, ..) = provider.invoices().await.remove(0);
    provider.overpay(reais(500)).await;
    // As if a charge of the API had taken the rest between what the tables knew and what the book did.
    let (at, invoice) = (provider.app().ledger.now(), first.id);
    let put = move |tx: &store::Tx<'_>| overpaid::put_on_invoice(tx, customer, invoice, reais(2_000), at);
    let intent = provider.app().write(put).await.expect("it is written down");
    intents::send(provider.app(), &[intent]).await.expect("the book answers");
    provider.settled().await;
    assert_eq!(
        (provider.left().await, provider.credit().await),
        (reais(500), reais(500)),
        "nothing was taken"
    );
    provider.days(31).await;
    provider.bill().await;
    let (second, rows, _) = provider.invoices().await.remove(0);
    let credit = rows.iter().filter(|row| row.kind == InvoiceLineKind::Credit);
    let amounts: Vec<_> = credit.map(|row| row.amount).collect();
    let rest = Amount::new(-reais(500).value(), Unit::BRL);
    assert_eq!(amounts, [reais(2_000), rest], "asked for again, and what is left is taken");
    assert_eq!(second.total, reais(FEE_CENTAVOS + 1_500));
    assert_eq!((provider.left().await, provider.credit().await), (reais(0), reais(0)));
    provider.days(31).await;
    provider.bill().await;
    let (third, ..) = provider.invoices().await.remove(0);
    assert_eq!(third.total, reais(FEE_CENTAVOS), "once is enough");
}
