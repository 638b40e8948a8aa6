//! Receipts: each payment that became credit, by itself or by the hand of staff, or paid a purchase, has one. It is given in the transaction that says so, with the next
//! number of its year in the operator's zone, and stays as it was given.
//!
//! What has become of the payment since (refunds, disputes) is not part of it: whoever shows a receipt looks that up.

use std::sync::Arc;

use brazil::document::TaxId;
use money::{PaymentId, Timestamp};
use store::tables::receipts::Receipt;
use store::{Reader as TablesReader, StoreError, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::config::Config;
use crate::notices;
use crate::portal::calendar::day_of;
use crate::problem::Problem;

/// Payments of old that get their receipts in one transaction.
const CATCH_UP: u32 = 200;

/// Who gives receipts.
#[derive(Clone, Debug)]
pub struct Issuer {
    config: Config,
}

impl Issuer {
    /// As the settings and, each time, the brand in force have it.
    pub fn of(config: &Config) -> Issuer {
        Issuer { config: config.clone() }
    }

    /// Gives the payment that became credit at `at` its receipt, if it has none.
    pub(crate) fn give(
        &self,
        tx: &Tx<'_>,
        payment: PaymentId,
        at: Timestamp,
    ) -> Result<Option<Receipt>, StoreError> {
        let Some(row) = tx.payment(payment)? else { return Ok(None) };
        let year = day_of(&self.config.brand.time_zone, at).year();
        let brand = self.config.brand();
        let receipt = Receipt {
            payment,
            year: u16::try_from(year).unwrap_or_default(),
            number: 0,
            issued_at: at,
            issuer: brand.legal_lines.join("\n"),
            receiver: receiver(tx, row.customer)?,
            tax_line: brand.tax_line.clone(),
        };
        tx.give_receipt(&receipt).map(Some)
    }
}

/// Name, tax id and address of a customer, a line each.
fn receiver(tables: &TablesReader<'_>, customer: money::CustomerId) -> Result<String, StoreError> {
    let Some(known) = tables.customer(customer)? else { return Ok(String::new()) };
    let mut lines = vec![known.name];
    if let Some(payer) = tables.payer(customer)? {
        lines.extend(TaxId::parse(&payer.document).map(|id| id.to_string()));
        lines.push(format!("{}, {}", payer.street, payer.district));
        lines.push(format!("{} {} {}", payer.postcode, payer.city, payer.state));
    }
    lines.extend(known.email);
    Ok(lines.join("\n"))
}

/// Gives receipts to payments that were credited before there were any, oldest first.
pub async fn catch_up(app: Arc<App>) {
    loop {
        let issuer = Issuer::of(&app.config);
        let given = app.write(move |tx| {
            let payments = tx.payments_without_receipt(CATCH_UP)?;
            for payment in &payments {
                if let Some(row) = tx.payment(*payment)? {
                    issuer.give(tx, *payment, row.occurred_at)?;
                }
            }
            Ok(payments.len())
        });
        match given.await {
            Ok(0) => return,
            Ok(count) => tracing::info!(count, "payments of old have receipts now"),
            Err(problem) => {
                tracing::error!(
                    code = problem.code,
                    detail = problem.detail,
                    "payments of old have no receipts; the next start tries again"
                );
                return;
            }
        }
    }
}

/// Mails a receipt once more, because staff asked for it; to how many addresses.
pub async fn send_again(app: &Arc<App>, author: Author, payment: PaymentId) -> Result<usize, Problem> {
    let asked = Arc::clone(app);
    let sent = app
        .write_or_refuse(move |tx| {
            let sent = notices::receipt_again(tx, &asked.config, payment)?;
            let sent = sent.ok_or_else(|| Problem::not_found("receipt"))?;
            author.note(tx, &Change::new("receipt.send", payment))?;
            Ok(sent)
        })
        .await?;
    app.mail_news.notify_one();
    Ok(sent)
}
