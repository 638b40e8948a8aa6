//! The monthly run, its invoices, what is paid of them, and what happens if nobody pays.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../house/mod.rs"]
mod house;
mod invoices;
mod months;
mod overdue;
mod own_credit;
mod told;

use book::{Buying, Charging, LineStatus, PaidBy};
use house::provider::Provider;
use money::{Amount, LoginId, PurchaseId, Unit};
use saldo::audit::Author;
use saldo::billing::{self, Month};
use saldo::overpaid::{self, Origin};
use saldo::settlements::Owing;
use saldo::{intents, lines};
use std::time::Duration;
use store::tables::Page;
use store::tables::boletos::BoletoRow;
use store::tables::invoices::{InvoiceLineRow, InvoiceRow};
use store::tables::logins::Login;
use store::tables::outbox::{Mail, Notice};

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

    /// The number of the line's plan.
    async fn plan_no(&self) -> u32 {
        let line = self.line.id;
        let view = self.app().read(move |reader| reader.line_view(line)).await.expect("a look");
        view.expect("the line").plan_no
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
