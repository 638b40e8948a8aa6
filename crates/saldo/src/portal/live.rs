//! `/live`: the parts of a customer's open pages, each as it looks now for that reader.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use money::Timestamp;
use serde::Deserialize;
use store::{Reader as TablesReader, StoreError};

use super::buy_credit::Choice;
use super::form::{Asked, not_understood};
use super::shell::Fault;
use super::signed_in::SignedIn;
use super::trail::Trail;
use super::visit::Visit;
use super::{
    automatic_topup, billing, buy_credit, checkouts, consumption, figures, invoices, payment_list, usage,
};
use crate::app::App;
use crate::clock;
use crate::live_page::{self, LOOK_EVERY, LOOK_PAUSE, LivePage, Parts};
use crate::look::chart::ChartFragment;
use crate::look::page::buy_credit::{
    LineAlertFragment, LineBalanceFragment, LineCheckFragment, LineFiguresFragment, LineFormFragment,
    LineGaugeFragment, LineSeen,
};
use crate::look::page::purchase_progress::LineProgressFragment;
use crate::look::page::{
    AutomaticCardFragment, AutomaticChargesFragment, AutomaticStateFragment, ConsumptionFragment,
    ExpiryFragment, InvoicesFragment, PaceFragment, UsageFragment, UsageView,
};
use crate::look::part::{BalanceFragment, CheckoutsFragment, MovementsFragment, PaymentsFragment, Place};
use crate::look::{Reader, read_only};
use crate::problem::Problem;
use crate::runtime::Watcher;

/// Longest id of a request that is taken from an address, in bytes.
const REQUEST_ID_BYTES_MAX: usize = 40;

/// What a page listens for.
#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    show: String,
    #[serde(default)]
    request: String,
    line: Option<String>,
    credit: Option<String>,
    charging: Option<String>,
    sequence: Option<String>,
}

impl Wish {
    /// What is chosen on a page of lines.
    fn choice(&self) -> Choice {
        Choice {
            line: self.line.clone(),
            credit: self.credit.clone(),
            charging: self.charging.clone(),
            chosen_now: None,
            sequence: self.sequence.as_ref().and_then(|text| text.parse().ok()),
        }
    }
}

/// A part of a page that is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Balance,
    Pace,
    Expiry,
    Payments,
    Checkouts,
    Movements,
    Invoices,
    CardPayments,
    Today,
    Usage(UsageView),
    Consumption,
    Automatic,
    AutomaticCharges,
    AutomaticCard,
    Line(LinePart),
    /// Nothing that is seen: the page says why no line can buy, and is loaded anew as soon as one can.
    Barred,
}

/// A part of *Compra de Crédito*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LinePart {
    Figures,
    Balance,
    Alert,
    Gauge,
    Form,
    Progress,
    Check,
    /// What the confirmation of a purchase says of its boleto.
    Bill,
}

impl LinePart {
    const ALL: [(LinePart, &'static str); 8] = [
        (LinePart::Figures, "line-figures"),
        (LinePart::Balance, "line-balance"),
        (LinePart::Alert, "line-alert"),
        (LinePart::Gauge, "line-gauge"),
        (LinePart::Form, "line-form"),
        (LinePart::Progress, "line-progress"),
        (LinePart::Check, "line-check"),
        (LinePart::Bill, "line-bill"),
    ];
}

impl Part {
    fn parse(name: &str) -> Option<Part> {
        Some(match name {
            "balance" => Part::Balance,
            "pace" => Part::Pace,
            "expiry" => Part::Expiry,
            "payments" => Part::Payments,
            "checkouts" => Part::Checkouts,
            "movements" => Part::Movements,
            "invoices" => Part::Invoices,
            "card-payments" => Part::CardPayments,
            "usage" => Part::Today,
            "usage-day" => Part::Usage(UsageView::Hours),
            "usage-month" => Part::Usage(UsageView::Days),
            "usage-year" => Part::Usage(UsageView::Months),
            "consumption" => Part::Consumption,
            "automatic" => Part::Automatic,
            "automatic-charges" => Part::AutomaticCharges,
            "automatic-card" => Part::AutomaticCard,
            "barred" => Part::Barred,
            _ => {
                return LinePart::ALL
                    .iter()
                    .find(|(_, known)| *known == name)
                    .map(|(part, _)| Part::Line(*part));
            }
        })
    }

    /// Whether it is of a page that only those have who have credit in money.
    fn is_of_money(self) -> bool {
        !matches!(
            self,
            Part::Invoices | Part::CardPayments | Part::Consumption | Part::Line(_) | Part::Barred
        )
    }

    fn event(self) -> &'static str {
        match self {
            Part::Balance => "balance",
            Part::Pace => "pace",
            Part::Expiry => "expiry",
            Part::Payments => "payments",
            Part::Checkouts => "checkouts",
            Part::Movements => "movements",
            Part::Invoices => "invoices",
            Part::CardPayments => "card-payments",
            Part::Today | Part::Usage(_) => "usage",
            Part::Consumption => "consumption",
            Part::Automatic => "automatic",
            Part::AutomaticCharges => "automatic-charges",
            Part::AutomaticCard => "automatic-card",
            Part::Barred => "barred",
            Part::Line(part) => {
                LinePart::ALL.iter().find(|(known, _)| *known == part).map_or("", |(_, name)| name)
            }
        }
    }
}

/// The parts that are named, each once however often it is: all of them are drawn at every look. `None` if a name is of none.
fn parts_of(show: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    for name in show.split(',').filter(|name| !name.is_empty()) {
        let part = Part::parse(name)?;
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    Some(parts)
}

/// `GET /live`
pub(super) async fn stream(
    State(app): State<Arc<App>>,
    visit: Visit,
    Asked(wish): Asked<Wish>,
) -> Result<Response, Fault> {
    let Some(who) = visit.customer().cloned() else {
        return Ok(live_page::over());
    };
    let parts =
        parts_of(&wish.show).ok_or_else(|| not_understood("show names something that is not live."))?;
    let is_id = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let request_id = match wish.request.as_str() {
        id if !id.is_empty() && id.len() <= REQUEST_ID_BYTES_MAX && is_id(id) => id,
        _ => visit.request_id(),
    };
    let (customer, request_id, choice) = (who.customer.id, request_id.to_owned(), wish.choice());
    let watcher = if who.is_view { Watcher::Staff } else { Watcher::Customer };
    let signed = SignedIn { visit, who };
    let opened = OpenPage { app: Arc::clone(&app), signed, parts, choice, request_id };
    Ok(live_page::open(&app, watcher, &[customer], opened)?)
}

/// One open page.
struct OpenPage {
    app: Arc<App>,
    signed: SignedIn,
    parts: Vec<Part>,
    choice: Choice,
    request_id: String,
}

impl LivePage for OpenPage {
    /// `None` also if a line may buy that could not when the page was drawn, or the other way round.
    async fn draw(&self) -> Result<Option<Parts>, Problem> {
        let (app, signed, parts) = (Arc::clone(&self.app), self.signed.clone(), self.parts.clone());
        let (request_id, choice) = (self.request_id.clone(), self.choice.clone());
        let now = app.ledger.now();
        let clock = app.demo_strip.get().map(|_| ("clock", signed.reader().date_time(now)));
        let drawn = self.app.read(move |tables| {
            let (hash, at) = (&signed.who.session.token_hash, clock::now());
            let is_there = match signed.who.is_view {
                true => tables.portal_view(hash, at)?.is_some(),
                false => tables.session(hash, at)?.is_some(),
            };
            let buys = |part: &Part| matches!(part, Part::Line(_) | Part::Barred);
            let is_drawn_anew = parts.iter().any(buys)
                && buy_credit::is_drawn_anew(&app, tables, &signed, choice.line.as_deref())?;
            // A browser that has signed in as somebody else meanwhile asks again for what it had open: he may have no such page.
            let is_his = signed.wallet().is_ok() || !parts.iter().any(|part| part.is_of_money());
            if !is_there || is_drawn_anew || !is_his {
                return Ok(None);
            }
            let line = match parts.iter().any(|part| matches!(part, Part::Line(_))) {
                true => buy_credit::present(&app, tables, &signed, &choice, now)?,
                false => None,
            };
            let draw = |part: &Part| {
                let html = match part {
                    Part::Line(part) => line_fragment(signed.reader(), line.as_ref(), *part),
                    Part::Consumption => consumption_fragment(&app, tables, &signed, &choice, now)?,
                    part => fragment(&app, tables, &signed, *part, &request_id, now)?,
                };
                let html = if signed.who.is_view { read_only(signed.reader(), &html) } else { html };
                Ok((part.event(), html))
            };
            let mut drawn = parts.iter().map(draw).collect::<Result<Parts, StoreError>>()?;
            drawn.extend(clock);
            Ok(Some(drawn))
        });
        drawn.await
    }

    fn due(&self) -> Duration {
        let wallet = self.signed.wallet().ok().and_then(|wallet| self.app.ledger.wallet(wallet));
        let due = wallet.and_then(|wallet| wallet.due);
        let wait = due.map(|due| due.since(self.app.ledger.now()).max(0));
        wait.map_or(LOOK_EVERY, |micros| {
            Duration::from_micros(micros.unsigned_abs()).clamp(LOOK_PAUSE, LOOK_EVERY)
        })
    }
}

fn fragment(
    app: &App,
    tables: &TablesReader<'_>,
    signed: &SignedIn,
    part: Part,
    request_id: &str,
    now: Timestamp,
) -> Result<String, StoreError> {
    let reader = signed.reader();
    // Who has a line may have no money wallet.
    if part == Part::Invoices {
        let first = Trail::default();
        let invoiced = invoices::read(app, tables, reader, signed.customer(), &first, now)?;
        let csrf = &signed.who.session.csrf.0;
        return Ok(html(&InvoicesFragment { reader, invoiced: &invoiced, csrf }));
    }
    if part == Part::CardPayments {
        let (first, customer) = (Trail::default(), signed.customer());
        let payments = invoices::card_payments(app, tables, reader, customer, (&first, request_id))?;
        return Ok(html(&PaymentsFragment { reader, payments: &payments }));
    }
    if part == Part::Barred {
        return Ok(String::new());
    }
    let missing = || StoreError::Missing { what: format!("a wallet of {} in money", signed.customer()) };
    let wallet = signed.wallet().ok().and_then(|wallet| app.ledger.wallet(wallet)).ok_or_else(missing)?;
    Ok(match part {
        Part::Balance => {
            let grants = figures::grants(tables, wallet.no.0)?;
            let balance = figures::balance(&wallet, &grants, now);
            html(&BalanceFragment { reader, balance: &balance })
        }
        Part::Pace => {
            let available = wallet.balance.available();
            html(&PaceFragment {
                reader,
                days_left: figures::days_left(tables, wallet.no.0, available, now)?,
            })
        }
        Part::Expiry => {
            let grants = figures::grants(tables, wallet.no.0)?;
            html(&ExpiryFragment { reader, next_expiry: figures::next_expiry(&grants, wallet.unit) })
        }
        Part::Checkouts => {
            let checkouts = checkouts::read(app, tables, (signed.customer(), signed.who.is_view))?;
            html(&CheckoutsFragment { reader, csrf: &signed.who.session.csrf.0, checkouts: &checkouts })
        }
        Part::Payments => {
            let (first, customer) = (Trail::default(), signed.customer());
            let of = (Place::Recharge, &first);
            let payments = payment_list::list(app, tables, reader, customer, of, request_id)?;
            html(&PaymentsFragment { reader, payments: &payments })
        }
        Part::Movements => {
            let movements = billing::last_movements(tables, reader, &app.sold(), &wallet)?;
            html(&MovementsFragment { reader, movements: &movements })
        }
        Part::Automatic | Part::AutomaticCharges => {
            let now = &automatic_topup::standing(app, tables, wallet.id, now)?;
            match part {
                Part::AutomaticCharges => html(&AutomaticChargesFragment { reader, now }),
                _ => html(&AutomaticStateFragment { reader, csrf: &signed.who.session.csrf.0, now }),
            }
        }
        Part::AutomaticCard => {
            let automatic = automatic_topup::seen(app, tables, wallet.id, now)?;
            html(&AutomaticCardFragment { reader, automatic })
        }
        Part::Invoices | Part::CardPayments | Part::Consumption | Part::Line(_) | Part::Barred => {
            String::new()
        }
        Part::Today => html(&ChartFragment { reader, chart: &billing::today(tables, reader, &wallet, now)? }),
        Part::Usage(view) => usage::present(tables, &app.sold(), reader, &wallet, view, now)?
            .map_or_else(String::new, |used| html(&UsageFragment { reader, used: &used })),
    })
}

fn line_fragment(reader: &Reader, seen: Option<&LineSeen>, part: LinePart) -> String {
    let Some(seen) = seen else { return String::new() };
    let figures = &seen.figures;
    match part {
        LinePart::Figures => html(&LineFiguresFragment { reader, figures }),
        LinePart::Balance => html(&LineBalanceFragment { reader, figures }),
        LinePart::Alert => html(&LineAlertFragment { reader, figures }),
        LinePart::Gauge => html(&LineGaugeFragment { reader, figures }),
        LinePart::Form => html(&LineFormFragment { reader, form: &seen.form }),
        LinePart::Progress => html(&LineProgressFragment { reader, progress: &seen.progress }),
        LinePart::Bill => {
            let bill = seen.progress.as_ref().and_then(|progress| progress.bill.as_ref());
            bill.map(|bill| reader.t(bill.text_id())).unwrap_or_default()
        }
        LinePart::Check => html(&LineCheckFragment { reader, check: &seen.check }),
    }
}

fn consumption_fragment(
    app: &App,
    tables: &TablesReader<'_>,
    signed: &SignedIn,
    choice: &Choice,
    now: Timestamp,
) -> Result<String, StoreError> {
    let line = choice.line.as_deref().unwrap_or_default();
    let consumed = consumption::read(tables, &app.sold(), signed, line, now)?;
    let reader = signed.reader();
    Ok(consumed
        .map_or_else(String::new, |consumed| html(&ConsumptionFragment { reader, consumed: &consumed })))
}

/// Our fragments write into a string, which cannot fail.
fn html(fragment: &impl Template) -> String {
    fragment.render().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_named_often_is_drawn_once() {
        let day = Part::Usage(UsageView::Hours);
        assert_eq!(parts_of("balance,usage-day"), Some(vec![Part::Balance, day]));
        assert_eq!(parts_of(&"usage-day,balance,".repeat(5_000)), Some(vec![day, Part::Balance]));
        assert_eq!(parts_of(""), Some(Vec::new()));
        assert_eq!(parts_of("balance,secrets"), None);
    }
}
