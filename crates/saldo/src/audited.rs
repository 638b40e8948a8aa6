//! Whom a change in the audit log concerns: read from the id of what was changed, in the transaction of the change.
//!
//! What a change is of, the log knows by one id. Support asks by customer: so each line names him beside it, however the thing that was
//! changed hangs together with him. A line about nobody, as a plan's, names none.

use std::sync::Arc;
use std::time::Duration;

use money::{
    AdjustmentId, ApiKeyId, BoletoId, CustomerId, GrantId, IntentId, InvoiceId, LineId, LoginId, PaymentId,
    PurchaseId, RefundId, TopupId, WalletId,
};
use store::{Reader as TablesReader, StoreError, Tx};

use crate::app::App;
use crate::clock;

/// How far lines of old have been looked at: the number of one of them, or [`ALL_NAMED`].
const NAMED_SETTING: &str = "audit_named";
/// All of them have been looked at.
const ALL_NAMED: &str = "all";
/// Lines that are looked at in one go.
const AT_ONCE: u32 = 500;
/// Pause after each go: others write, too.
const REST: Duration = Duration::from_millis(50);
/// Pause after a go that failed.
const RETRY_PAUSE: Duration = Duration::from_secs(10);
/// How long the views are waited for before it is looked whether the program ends.
const VIEWS_PATIENCE: Duration = Duration::from_secs(5);

/// The customer whom a change of this concerns.
pub(crate) fn customer_of(tables: &TablesReader<'_>, object: &str) -> Result<Option<CustomerId>, StoreError> {
    let Some((kind, _)) = object.split_once('_') else { return Ok(None) };
    match kind {
        CustomerId::PREFIX => Ok(object.parse().ok()),
        LoginId::PREFIX | ApiKeyId::PREFIX => of_access(tables, kind, object),
        PaymentId::PREFIX | RefundId::PREFIX | TopupId::PREFIX => of_payment(tables, kind, object),
        WalletId::PREFIX | GrantId::PREFIX | IntentId::PREFIX => of_credit(tables, kind, object),
        LineId::PREFIX | PurchaseId::PREFIX | InvoiceId::PREFIX | BoletoId::PREFIX | AdjustmentId::PREFIX => {
            of_line(tables, kind, object)
        }
        _ => Ok(None),
    }
}

/// Names whom lines concern that were written before lines named anybody; once, a few at a time. A line about nobody keeps none.
pub(crate) async fn name_lines_of_old(app: Arc<App>) {
    // Views tell whose a purchase or a grant is: of what they lag behind at the start, nobody would be found.
    let landed = app.ledger.landed().borrow().position;
    while !app.is_ending() && !app.wait_projected(landed, VIEWS_PATIENCE).await {}
    while !app.is_ending() {
        let pause = match app.write(name_some).await {
            Ok(true) => return,
            Ok(false) => REST,
            Err(problem) => {
                let detail = problem.detail;
                tracing::warn!(
                    code = problem.code,
                    detail,
                    "lines of old do not name anybody yet; it is tried again"
                );
                RETRY_PAUSE
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// Looks at the next lines; whether there are no more.
fn name_some(tx: &Tx<'_>) -> Result<bool, StoreError> {
    let seen = tx.setting(NAMED_SETTING)?;
    if seen.as_deref() == Some(ALL_NAMED) {
        return Ok(true);
    }
    let after = seen.and_then(|number| number.parse().ok()).unwrap_or(0);
    let lines = tx.audit_unnamed(after, AT_ONCE)?;
    for line in &lines {
        if let Some(customer) = customer_of(tx, &line.object)? {
            tx.name_audited(line.audit_no, customer)?;
        }
    }
    let seen = lines.last().map_or_else(|| ALL_NAMED.to_owned(), |last| last.audit_no.to_string());
    tx.put_setting(NAMED_SETTING, &seen, clock::now())?;
    Ok(lines.is_empty())
}

fn of_access(tables: &TablesReader<'_>, kind: &str, object: &str) -> Result<Option<CustomerId>, StoreError> {
    if kind == LoginId::PREFIX {
        let Ok(id) = object.parse() else { return Ok(None) };
        return Ok(tables.login(id)?.map(|login| login.customer));
    }
    let Ok(id) = object.parse() else { return Ok(None) };
    Ok(tables.api_key(id)?.and_then(|key| key.customer))
}

fn of_payment(tables: &TablesReader<'_>, kind: &str, object: &str) -> Result<Option<CustomerId>, StoreError> {
    if kind == TopupId::PREFIX {
        let Ok(id) = object.parse() else { return Ok(None) };
        return Ok(tables.topup(id)?.map(|topup| topup.customer));
    }
    let payment = match object.parse::<RefundId>() {
        Ok(id) => tables.refund_order(id)?.map(|order| order.payment),
        Err(_) => object.parse().ok(),
    };
    let Some(payment) = payment else { return Ok(None) };
    Ok(tables.payment(payment)?.map(|payment| payment.customer))
}

fn of_credit(tables: &TablesReader<'_>, kind: &str, object: &str) -> Result<Option<CustomerId>, StoreError> {
    match kind {
        WalletId::PREFIX => {
            let Ok(id) = object.parse() else { return Ok(None) };
            Ok(tables.wallet(id)?.map(|wallet| wallet.customer))
        }
        GrantId::PREFIX => {
            let Ok(id) = object.parse() else { return Ok(None) };
            let Some(grant) = tables.grant(id)? else { return Ok(None) };
            Ok(tables.wallet_view_by_no(grant.wallet_no)?.map(|wallet| wallet.customer))
        }
        _ => {
            let Ok(id) = object.parse() else { return Ok(None) };
            Ok(tables.credit_request(id)?.map(|request| request.customer))
        }
    }
}

fn of_line(tables: &TablesReader<'_>, kind: &str, object: &str) -> Result<Option<CustomerId>, StoreError> {
    match kind {
        LineId::PREFIX => {
            let Ok(id) = object.parse() else { return Ok(None) };
            Ok(tables.line(id)?.map(|line| line.customer))
        }
        PurchaseId::PREFIX => {
            let Ok(id) = object.parse() else { return Ok(None) };
            let Some(purchase) = tables.purchase(id)? else { return Ok(None) };
            Ok(tables.wallet_view_by_no(purchase.wallet_no)?.map(|wallet| wallet.customer))
        }
        InvoiceId::PREFIX => {
            let Ok(id) = object.parse() else { return Ok(None) };
            Ok(tables.invoice(id)?.map(|invoice| invoice.customer))
        }
        BoletoId::PREFIX => {
            let Ok(id) = object.parse() else { return Ok(None) };
            Ok(tables.boleto(id)?.map(|boleto| boleto.customer))
        }
        _ => {
            let Ok(id) = object.parse() else { return Ok(None) };
            Ok(tables.adjustment(id)?.map(|adjustment| adjustment.customer))
        }
    }
}
