//! The monthly run, its invoices, what is paid of them, and what happens if nobody pays.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod house;

use std::time::Duration;

use book::{Buying, Charging, LineAct, LineStatus, PackNo, PaidBy};
use house::House;
use house::provider::{PACK, PRICE_CENTAVOS, Provider, reais, return_file};
use money::{AdjustmentId, Amount, IntentId, LoginId, PurchaseId, Unit};
use saldo::audit::Author;
use saldo::billing::{self, Adjustment, Month, Trust, WhyBlocked};
use saldo::lines::offers::{self, PackDraft, PlanDraft};
use saldo::overpaid::{self, GivingBack, Origin};
use saldo::settlements::{self, Came, Owing, Settled};
use saldo::{documents, intents, lines, purchases};
use serde_json::json;
use store::tables::Page;
use store::tables::bank::FindingCode;
use store::tables::boletos::{BoletoRow, BoletoSearch, BoletoState};
use store::tables::invoices::{InvoiceLineKind, InvoiceLineRow, InvoiceRow, InvoiceState};
use store::tables::lines::{OnWriteOff, PackRelease};
use store::tables::logins::Login;
use store::tables::outbox::{Mail, Notice};
use store::views::PurchaseState;

/// R$ 79.90, the plan's fee.
const FEE_CENTAVOS: u64 = 7_990;

impl Provider {
    async fn bill(&self) -> Month {
        let (month, ..) = billing::preview(self.app()).await.expect("a month");
        billing::begin(self.app(), Author::operator(), month).await.expect("a run");
        self.house.until(|reader| reader.billing_runs_open(1), Vec::is_empty).await;
        self.settled().await;
        month
    }

    /// Waits until nothing is left to be sent to the book and everything durable is shown.
    async fn settled(&self) {
        self.house.until(|reader| reader.open_intents(None, 10), |page| page.rows.is_empty()).await;
    }

    async fn buy_on_next_invoice(&self) -> PurchaseId {
        self.buy_so(self.buying(Charging::NextInvoice, 0)).await
    }

    /// Buys, and waits until the purchase is owed.
    async fn buy_so(&self, buying: Buying) -> PurchaseId {
        let entry = lines::buy(self.app(), self.line.wallet, buying).await.expect("it may be bought");
        assert!(self.app().wait_projected(entry.position(), house::PATIENCE).await);
        let delivered = |notices: &Page<Notice, _>| {
            let told = notices.rows.iter().filter(|notice| notice.id.kind == "purchased");
            let bought = usize::try_from(buying.sequence).expect("a number") + 1;
            told.filter(|notice| notice.delivered_at.is_some()).count() == bought
        };
        self.house.until(|reader| reader.notices(None, 10), delivered).await;
        buying.purchase
    }

    async fn invoices(&self) -> Vec<(InvoiceRow, Vec<InvoiceLineRow>, Option<BoletoRow>)> {
        let customer = self.line.customer;
        self.app()
            .read(move |reader| {
                let rows = reader.invoices_of(customer, None, 20)?.rows;
                rows.into_iter()
                    .map(|row| {
                        Ok((row.clone(), reader.invoice_lines(row.id)?, reader.boleto_of_invoice(row.id)?))
                    })
                    .collect()
            })
            .await
            .expect("a look")
    }

    /// What is owed for the line beside purchases, as the book has it.
    async fn booked(&self, account: &'static str) -> i64 {
        self.settled().await;
        let position = self.app().ledger.landed().borrow().position;
        assert!(self.app().wait_projected(position, house::PATIENCE).await);
        let accounts = self.app().read(|reader| reader.accounts()).await.expect("a look");
        let found = accounts.iter().find(|row| row.account == account && row.unit == Unit::BRL);
        found.map_or(0, |row| row.balance)
    }

    async fn status(&self) -> String {
        let line = self.line.id;
        let view = self.app().read(move |reader| reader.line_view(line)).await.expect("a look");
        view.expect("the line").status
    }

    async fn until_status(&self, status: LineStatus) {
        let looking = async { while self.status().await != status.code() {} };
        tokio::time::timeout(Duration::from_secs(30), looking).await.expect("the status in time");
    }

    /// What is left of what the subscriber paid too much, as the tables have it.
    async fn left(&self) -> Amount {
        let customer = self.line.customer;
        let left = self.app().read(move |reader| overpaid::left(reader, customer, Unit::BRL)).await;
        left.expect("a look")
    }

    /// The subscriber pays so much by Pix for what is paid already.
    async fn overpay(&self, amount: Amount) {
        let customer = self.line.customer;
        let at = self.app().ledger.now();
        let what = Owing::Purchase(PurchaseId::from_u128(saldo::ids::fresh()));
        let from = Origin { by: PaidBy::Pix, at, what, boleto: None };
        let kept = self.app().write(move |tx| overpaid::keep(tx, customer, amount, &from)).await;
        intents::send(self.app(), &kept.expect("it is kept")).await.expect("the book answers");
        self.settled().await;
    }

    /// Days from today to a due day.
    fn days_until(&self, due: &str) -> u32 {
        let due: jiff::civil::Date = due.parse().expect("a day");
        let now = jiff::Timestamp::from_microsecond(self.app().ledger.now().as_micros()).expect("now");
        let today = now.to_zoned(self.app().config.brand.time_zone.clone()).date();
        u32::try_from(due.since(today).expect("days").get_days()).expect("it is to come")
    }

    /// Gives the subscriber an address that can be written to.
    async fn with_mail(&self) {
        let login = Login {
            id: LoginId::from_u128(1),
            customer: self.line.customer,
            email: "joao@example.com".to_owned(),
            password_hash: None,
            created_at: self.app().ledger.now(),
            last_sign_in_at: None,
        };
        self.app().write(move |tx| tx.insert_login(&login)).await.expect("a login");
    }

    /// The mails of what is owed, oldest first, once all notices are delivered and there are so many.
    async fn mails(&self, count: usize) -> Vec<Mail> {
        let all_delivered = |notices: &Page<Notice, _>| {
            notices.rows.iter().all(|notice| notice.delivered_at.is_some() && notice.last_error.is_none())
        };
        // What was used before is told elsewhere.
        let is_asked_for = |mail: &&Mail| mail.kind != "usage";
        let are_there = |mails: &Page<Mail, _>| mails.rows.iter().filter(is_asked_for).count() >= count;
        self.house.until(|reader| reader.mails(None, 50), are_there).await;
        self.house.until(|reader| reader.notices(None, 50), all_delivered).await;
        let mails = self.app().read(|reader| reader.mails(None, 50)).await.expect("mails").rows;
        mails.into_iter().rev().filter(|mail| is_asked_for(&mail)).collect()
    }

    /// Moves the clock by days.
    async fn days(&self, days: u32) {
        self.house.advance(days * 86_400).await;
        self.app().settlement_news.notify_one();
    }
}

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
    let (line, app) = (provider.line.clone(), std::sync::Arc::clone(provider.app()));
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

#[tokio::test(flavor = "multi_thread")]
async fn what_is_owed_is_told_once_from_the_invoice_to_the_line_that_works_again() {
    let blocks_after_two_days = |plan: &mut PlanDraft| plan.block_after_days = Some(2);
    let provider = Provider::open_with(PackRelease::Purchase, |_| {}, blocks_after_two_days).await;
    provider.with_mail().await;
    provider.bill().await;
    let told = provider.mails(1).await;
    let amount = "R$\u{a0}79,90";
    assert_eq!(kinds(&told), ["invoice_made"]);
    assert_eq!((told[0].recipient.as_str(), told[0].locale.as_str()), ("joao@example.com", "pt-BR"));
    let awaits = "O boleto está sendo registrado no banco";
    contains(&told[0], &["Olá, João da Silva", "fatura nº 1", amount, awaits, "/invoices"]);

    let received = provider.remit().await;
    let registered = return_file(&received, 1, &[("02", 0)]);
    provider.load(&registered).await;
    provider.load(&registered).await;
    let told = provider.mails(2).await;
    assert_eq!(kinds(&told), ["invoice_made", "boleto_registered"]);
    let (.., boleto) = provider.invoices().await.remove(0);
    let boleto = boleto.expect("a boleto");
    contains(&told[1], &["fatura nº 1", amount, &boleto.linha_digitavel, "/invoices"]);

    let until_due = provider.days_until(&boleto.due_on);
    provider.days(until_due + 1).await;
    billing::review(provider.app()).await.expect("a look");
    assert_eq!(provider.mails(2).await.len(), 2, "the bank tells tomorrow of who paid on the due day");
    provider.days(1).await;
    assert_eq!(kinds(&provider.mails(3).await)[2..], ["boleto_overdue"]);
    provider.days(1).await;
    provider.until_status(LineStatus::Blocked).await;
    let told = provider.mails(4).await;
    assert_eq!(kinds(&told)[2..], ["boleto_overdue", "line_blocked"]);
    contains(&told[2], &["fatura nº 1", "venceu em", &boleto.linha_digitavel, "Se você já pagou"]);
    let trust = "o desbloqueio de confiança por 3 dias";
    contains(&told[3], &["linha joao", "bloqueada por falta de pagamento", trust, "/invoices"]);

    let (customer, line) = (provider.line.customer, provider.line.id);
    billing::trust(provider.app(), Author::operator(), customer, line).await.expect("trusted");
    let told = provider.mails(5).await;
    assert_eq!(kinds(&told)[4..], ["line_enabled"]);
    contains(&told[4], &["voltou a funcionar", "precisa ser pago até"]);

    // Nothing of it is derived from the journal: making the views again, or a restart, tells nothing again.
    let Provider { house, line, pack_no } = provider;
    let data = house.close().await;
    let mut rebuild = std::process::Command::new(env!("CARGO_BIN_EXE_saldo"));
    let (name, value) = house::place_of(data.path());
    let rebuild = rebuild.arg("rebuild-views").env(name, value).output().expect("it runs");
    assert!(rebuild.status.success(), "{}", String::from_utf8_lossy(&rebuild.stderr));
    let house = House::open_in(data, |config| config.bank = Some(house::provider::bank())).await;
    let provider = Provider { house, line, pack_no };
    provider.days(3).await;
    provider.until_status(LineStatus::Blocked).await;
    assert_eq!(kinds(&provider.mails(6).await)[5..], ["line_blocked"]);
    let paid = u64::try_from(boleto.amount.value() / 10_000).expect("centavos");
    provider.load(&return_file(&received, 2, &[("06", paid)])).await;
    provider.until_status(LineStatus::Enabled).await;
    let told = provider.mails(7).await;
    assert_eq!(kinds(&told)[5..], ["line_blocked", "line_enabled"], "{told:?}");
    assert!(!told[6].body.contains("precisa ser pago até"), "{}", told[6].body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_boleto_of_a_purchase_is_told_when_it_can_be_paid_and_nobody_is_written_to_without_an_address() {
    let provider = Provider::open(PackRelease::Purchase).await;
    let bought = provider.buy().await;
    let received = provider.remit().await;
    provider.load(&return_file(&received, 1, &[("02", 0)])).await;
    let is_delivered = |notices: &Page<Notice, _>| {
        notices.rows.iter().any(|told| told.id.kind == "boleto_registered" && told.delivered_at.is_some())
    };
    provider.house.until(|reader| reader.notices(None, 50), is_delivered).await;
    assert!(provider.mails(0).await.is_empty(), "there is no address");

    provider.with_mail().await;
    let until_due = provider.days_until(&bought.boleto.due_on);
    provider.days(until_due + 2).await;
    let told = provider.mails(1).await;
    assert_eq!(kinds(&told), ["boleto_overdue"]);
    contains(&told[0], &["10,0\u{a0}GB", "R$\u{a0}24,90", &bought.boleto.linha_digitavel]);
    provider.days(20).await;
    billing::review(provider.app()).await.expect("a look");
    assert_eq!(provider.mails(1).await.len(), 1, "once");
}

fn kinds(mails: &[Mail]) -> Vec<&str> {
    mails.iter().map(|mail| mail.kind.as_str()).collect()
}

fn contains(mail: &Mail, words: &[&str]) {
    for words in words {
        assert!(mail.body.contains(words), "{words}: {}", mail.body);
    }
}
