//! `/receipts/{payment}`: the receipt of a payment, as page and PDF, for whoever paid.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use money::{CustomerId, PaymentId};
use store::tables::claims::ClaimCause;
use store::{Reader as TablesReader, StoreError};

use super::payment_list::method;
use super::shell::{Fault, draw};
use super::signed_in::SignedIn;
use crate::app::{App, blocking};
use crate::documents::{Column, Paper, Side};
use crate::look::Reader;
use crate::look::page::{GivenBack, ReceiptPage, ReceiptSeen, page_words};
use crate::problem::Problem;
use crate::withheld;

/// `GET /receipts/{payment}`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let receipt = of(&app, &signed, &id).await?;
    let page = ReceiptPage {
        frame: signed.frame(&app, receipt.place(), ""),
        reader: signed.reader().clone(),
        receipt,
        pdf_url: format!("/receipts/{id}/pdf"),
    };
    draw(StatusCode::OK, &page)
}

/// `GET /receipts/{payment}/pdf`
pub(super) async fn pdf(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let receipt = of(&app, &signed, &id).await?;
    let name = format!("inline; filename=\"receipt-{}.pdf\"", receipt.number);
    let paper = paper(signed.reader(), receipt, app.config.brand().logo_png());
    let drawn = blocking(move || paper.to_pdf().map_err(|error| Problem::internal(&error))).await?;
    let headers = [(CONTENT_TYPE, "application/pdf".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, drawn).into_response())
}

/// The receipt of a payment of his; what is another's is as good as not there.
async fn of(app: &Arc<App>, signed: &SignedIn, id: &str) -> Result<ReceiptSeen, Problem> {
    let missing = || Problem::not_found("receipt");
    let id: PaymentId = id.parse().map_err(|_| missing())?;
    let (reader, customer) = (signed.reader().clone(), signed.customer());
    app.read(move |tables| seen(tables, &reader, customer, id)).await?.ok_or_else(missing)
}

fn seen(
    tables: &TablesReader<'_>,
    reader: &Reader,
    customer: CustomerId,
    id: PaymentId,
) -> Result<Option<ReceiptSeen>, StoreError> {
    let Some(payment) = tables.payment(id)?.filter(|payment| payment.customer == customer) else {
        return Ok(None);
    };
    let Some(receipt) = tables.receipt(id)? else { return Ok(None) };
    let topup = payment.topup.map(|topup| tables.topup(topup)).transpose()?.flatten();
    // What staff credited by hand became money, whatever it was to buy.
    let purchase =
        topup.filter(|_| !withheld::is_credited_by_hand(&payment)).and_then(|topup| topup.purchase);
    let purchase = purchase.map(|purchase| tables.purchase(purchase)).transpose()?.flatten();
    let claims = tables.claims_of(id)?.into_iter().filter(|claim| claim.state.takes_money());
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    Ok(Some(ReceiptSeen {
        number: receipt.name(),
        issuer: lines(&receipt.issuer),
        receiver: lines(&receipt.receiver),
        at: receipt.issued_at,
        method: method(reader, &payment),
        transaction_id: payment.provider_charge.unwrap_or(payment.provider_payment),
        pack: purchase.map(|purchase| purchase.quantity),
        amount: payment.amount,
        given_back: claims
            .map(|claim| GivenBack {
                at: claim.occurred_at,
                disputed: claim.cause == ClaimCause::Dispute,
                amount: claim.amount,
            })
            .collect(),
        tax_line: receipt.tax_line,
    }))
}

fn paper(reader: &Reader, receipt: ReceiptSeen, logo: Option<Vec<u8>>) -> Paper {
    let [what, amount] = ReceiptSeen::headings(reader);
    let total = (receipt.total_words(reader), reader.money(receipt.total()));
    Paper {
        language: reader.locale.tag(),
        title: receipt.title(reader),
        facts: receipt.facts(reader),
        columns: vec![
            Column { heading: what, width_mm: 130, side: Side::Left },
            Column { heading: amount, width_mm: 50, side: Side::Right },
        ],
        rows: receipt.lines(reader).into_iter().map(|(words, amount)| vec![words, amount]).collect(),
        totals: vec![total],
        remarks: Some(receipt.tax_line).filter(|line| !line.is_empty()).into_iter().collect(),
        logo,
        issuer: receipt.issuer,
        receiver: receipt.receiver,
        page_words: page_words(reader),
    }
}
