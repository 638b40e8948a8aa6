//! The program is killed again and again while it makes the invoices of a month, at moments that are drawn. Each time it goes on where
//! it was: everybody gets one invoice, numbers have no gaps, the book has been told of each once, and credit is taken off once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use book::PaidBy;
use money::{Amount, CustomerId, PurchaseId, Unit};
use saldo::overpaid::{self, Origin};
use saldo::settlements::Owing;
use saldo::{clock, ids};
use serde_json::json;
use store::tables::invoices::{BillingRun, InvoiceLineKind, InvoiceLineRow, InvoiceRow, InvoiceState};
use store::{Reader, StoreError, Tables, Tx};

use crate::client::{PATIENCE, look_again};
use crate::program::Program;
use crate::provider::Provider;
use crate::{Random, told_seed};

const SETTINGS: &[(&str, &str)] = &[
    ("SALDO_TEST_CLOCK__ENABLED", "true"),
    ("SALDO_BILLING__AUTOMATIC", "true"),
    ("SALDO_BILLING__RUN_DAY", "1"),
    ("SALDO_BANK__CODE", "001"),
    ("SALDO_BANK__AGREEMENT", "1238798"),
    ("SALDO_BANK__CARTEIRA", "17"),
    ("SALDO_BANK__VARIATION", "019"),
    ("SALDO_BANK__BRANCH", "4042-8"),
    ("SALDO_BANK__ACCOUNT", "61900-0"),
    ("SALDO_BANK__COMPANY", "Conexão Provedor Ltda."),
    ("SALDO_BANK__DOCUMENT", "12.ABC.345/01DE-35"),
    ("SALDO_BANK__ADDRESS", "Av. Paulista, 1000, São Paulo, SP"),
];
/// Subscribers: several batches of a run. Some of them have bought on the next invoice.
const SUBSCRIBERS: u32 = 500;
const BUYERS: usize = 30;
/// Months, at least; and at most, until enough runs were cut off.
const MONTHS: u32 = 3;
const MONTHS_MAX: u32 = 24;
/// Kills of one run, at most; then it is left to end.
const KILLS_MAX: u32 = 12;
/// Kills that cut a run off when some of its customers were done and others not, at least.
const CUT_OFF_MIN: u32 = 6;
/// The longest that the program lives after it has begun to serve, in microseconds.
const LIFE_MAX: u64 = 200_000;
/// Subscribers who have paid too much before, and the step of what they have, in smallest steps: R$ 1,30 to R$ 130,00.
const CREDITED: u32 = 100;
const CREDIT_STEP: i64 = 1_300_000;
/// Rows of one page of invoices.
const PAGE_ROWS: u32 = 200;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_between_its_batches_bills_everybody_once() {
    let mut random = Random(told_seed());
    let begun = Instant::now();
    let mut program = Program::prepare(String::new(), SETTINGS);
    program.start();
    // The running month is over before anybody is there to be billed.
    until(&program.tables(), |reader| Ok(reader.billing_runs(1)?.first().is_some_and(is_over))).await;
    let provider = Provider::open(&program, SUBSCRIBERS, "next_invoice").await;
    for line in &provider.lines[..BUYERS] {
        provider.use_up(line).await;
        provider.buy(line, "next_invoice").await;
    }
    program.kill();
    let credited = give_credit(&program.tables());
    program.start();
    let (mut month, mut kills, mut cut_off) = (0, 0, 0);
    while month < MONTHS || cut_off < CUT_OFF_MIN {
        month += 1;
        assert!(month <= MONTHS_MAX, "{cut_off} of {kills} kills came between the batches of a run");
        let days = json!({"seconds": 31 * 86_400});
        provider.desk.post("/v1/test-clock/advance", &format!("month-{month}"), &days).await;
        for _ in 0..KILLS_MAX {
            program.kill();
            program.start();
            // The moment of the kill is what is random here; nothing is waited for.
            tokio::time::sleep(Duration::from_micros(random.below(LIFE_MAX))).await;
            program.kill();
            kills += 1;
            let run = newest_run(&program.tables());
            program.start();
            if is_over(&run) && run.customers > 0 {
                break;
            }
            cut_off += u32::from(!is_over(&run) && run.done > 0);
        }
        until(&program.tables(), move |reader| {
            Ok(reader.billing_runs(MONTHS_MAX + 2)?.len() == month as usize + 1
                && reader.billing_runs_open(1)?.is_empty()
                && reader.open_intents(None, 1)?.rows.is_empty())
        })
        .await;
        let run = newest_run(&program.tables());
        let wanted = u64::from(SUBSCRIBERS);
        assert_eq!((run.customers, run.done, run.invoices), (wanted, wanted, wanted), "{run:?}");
    }
    program.kill();
    program.verify();
    program.tables().read(|reader| check(reader, month)).expect("a look");
    program.tables().read(|reader| check_credit(reader, &credited)).expect("a look");
    eprintln!("{kills} kills in {} s, {cut_off} of them between batches", begun.elapsed().as_secs());
}

/// Gives some subscribers credit for what they paid too much, each another amount: up to what some months come to.
fn give_credit(tables: &Tables) -> BTreeMap<CustomerId, Amount> {
    let give = |tx: &Tx<'_>| {
        let mut credited = BTreeMap::new();
        for (no, customer) in (1_i64..).zip(tx.payers_after(CustomerId::from_u128(0), CREDITED)?) {
            let amount = Amount::new(no * CREDIT_STEP, Unit::BRL);
            let what = Owing::Purchase(PurchaseId::from_u128(ids::fresh()));
            let from = Origin { by: PaidBy::Pix, at: clock::now(), what, boleto: None };
            overpaid::keep(tx, customer, amount, &from)?;
            credited.insert(customer, amount);
        }
        Ok::<_, StoreError>(credited)
    };
    tables.write(give).expect("credit")
}

/// What invoices took of each one's credit is what is missing of it, never more than there was, and all that they could take.
fn check_credit(reader: &Reader<'_>, credited: &BTreeMap<CustomerId, Amount>) -> Result<(), StoreError> {
    for (customer, came) in credited {
        let (mut taken, mut before_credit) = (0, 0);
        for invoice in reader.invoices_of(*customer, None, PAGE_ROWS)?.rows {
            let lines = reader.invoice_lines(invoice.id)?;
            let is_credit = |line: &&InvoiceLineRow| line.kind == InvoiceLineKind::Credit;
            let credit: Vec<i64> = lines.iter().filter(is_credit).map(|line| line.amount.value()).collect();
            assert!(credit.len() <= 1 && credit.iter().all(|amount| *amount < 0), "{lines:?}");
            let of_this = -credit.iter().sum::<i64>();
            taken += of_this;
            before_credit += invoice.total.value() + of_this;
        }
        assert_eq!(taken, came.value().min(before_credit), "{customer}");
        let left = came.value() - taken;
        assert_eq!(reader.overpaid_left(*customer, Unit::BRL)?, left, "{customer}");
        let wallets = reader.wallet_views_of(*customer, 10)?;
        let posted: i64 = wallets.iter().filter(|it| it.unit == Unit::BRL).map(|it| it.posted).sum();
        assert_eq!(posted, left, "the book has taken it as often as the invoices: {customer}");
    }
    let accounts = reader.accounts()?;
    let between = accounts.iter().find(|row| row.account == "clearing:credit" && row.unit == Unit::BRL);
    assert_eq!(between.map(|row| row.balance), Some(0), "nothing is left on its way");
    Ok(())
}

fn is_over(run: &BillingRun) -> bool {
    run.finished_at.is_some()
}

fn newest_run(tables: &Tables) -> BillingRun {
    tables.read(|reader| reader.billing_runs(1)).expect("a look").pop().expect("a run")
}

async fn until(tables: &Tables, is_so: impl Fn(&Reader<'_>) -> Result<bool, StoreError>) {
    let looking = async {
        while !tables.read(&is_so).expect("a look") {
            look_again().await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.expect("it is so in time");
}

/// One invoice a month for everybody, one boleto and one booking for each.
fn check(reader: &Reader<'_>, months: u32) -> Result<(), StoreError> {
    let mut invoices: Vec<InvoiceRow> = Vec::new();
    let mut before = None;
    loop {
        let page = reader.invoices(before, PAGE_ROWS)?;
        invoices.extend(page.rows);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    let count = u64::from(SUBSCRIBERS * months);
    let of_whom: BTreeSet<_> = invoices.iter().map(|it| (it.customer, it.month.clone())).collect();
    assert_eq!((invoices.len() as u64, of_whom.len() as u64), (count, count), "one each");
    let all: Vec<u64> = (1..=count).collect();
    let mut numbers: Vec<u64> = invoices.iter().map(|invoice| invoice.number).collect();
    numbers.sort_unstable();
    assert!(numbers == all, "numbers have no gap: {numbers:?}");
    let (mut purchases, mut our_numbers) = (Vec::new(), Vec::new());
    for invoice in &invoices {
        let lines = reader.invoice_lines(invoice.id)?;
        assert_eq!(lines.iter().filter(|line| line.kind == InvoiceLineKind::Fee).count(), 1, "{lines:?}");
        assert_eq!(lines.iter().map(|line| line.amount.value()).sum::<i64>(), invoice.total.value());
        purchases.extend(lines.iter().filter_map(|line| line.purchase));
        let boleto = reader.boleto_of_invoice(invoice.id)?;
        // What credit pays wholly nobody is asked for.
        let expected = Some(invoice.total).filter(|total| total.value() > 0);
        assert_eq!(boleto.as_ref().map(|boleto| boleto.amount), expected);
        assert_eq!(invoice.state == InvoiceState::Paid, expected.is_none());
        our_numbers.extend(boleto.map(|boleto| boleto.our_number));
    }
    our_numbers.sort_unstable();
    let asked = u64::try_from(our_numbers.len()).expect("a count");
    assert!(our_numbers == (1..=asked).collect::<Vec<_>>(), "so have the boletos': {our_numbers:?}");
    assert_eq!((purchases.len(), purchases.iter().collect::<BTreeSet<_>>().len()), (BUYERS, BUYERS));
    let owed: i64 = invoices.iter().map(|invoice| invoice.total.value()).sum();
    let accounts = reader.accounts()?;
    let booked = accounts.iter().find(|row| row.account == "receivable" && row.unit == Unit::BRL);
    assert_eq!(booked.map(|row| row.balance), Some(-owed), "the book has been told of each once");
    Ok(())
}
