//! `/buy-credit`, *Compra de Crédito*: what can be bought for a line, and buying it.
//!
//! What the page shows as possible is asked of the book's own rules; what happens is decided by the book at the click.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use book::{
    Buying, Charging, PackNo, PurchaseRules, Release, Standing, check_charging, check_line, check_pack,
};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use money::{Amount, LineId, PurchaseId, Timestamp, WalletId};
use serde::Deserialize;
use store::tables::lines::PackRow;
use store::views::{PurchaseRow, PurchaseState};
use store::{Reader as TablesReader, StoreError};

use super::calendar::day_bounds;
use super::form::{Asked, Posted, not_understood};
use super::line_check::check;
use super::line_seen::{Line, lines};
use super::purchases::{bill, progress, to_payment_page};
use super::recharge::parse_topup;
use super::results::{self, Showing};
use super::shell::{Fault, draw};
use super::signed_in::SignedIn;
use crate::app::App;
use crate::look::page::BuyCredit;
use crate::look::page::buy_credit::{
    BarredLine, Barrier, Bought, Choosing, ChosenPack, CreditForm, LineChoice, LineSeen, PackChoice, Way,
};
use crate::look::part::Place;
use crate::problem::Problem;
use crate::{billing, documents, lines as selling, purchases as waiting};

/// What is live where no line can buy.
const BARRED: &str = "barred";
/// The live parts of the page.
const LIVE: &str =
    "line-figures,line-balance,line-alert,line-gauge,line-form,line-progress,line-check,line-bill";

/// What the reader has chosen.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Wish {
    line: Option<String>,
    line_before: Option<String>,
    credit: Option<String>,
    credit_before: Option<String>,
    charging: Option<String>,
    bought: Option<String>,
    checkout: Option<String>,
    check: Option<String>,
}

impl Wish {
    /// Which box the reader has used, by what the form says that was chosen before. A page that was opened by an address has used none.
    fn chosen_now(&self) -> Option<Choosing> {
        let line_before = self.line_before.as_deref().unwrap_or_default();
        match (self.line.as_deref(), self.credit.as_deref(), self.credit_before.as_deref()) {
            (Some(line), _, _) if line != line_before => Some(Choosing::Line),
            (Some(_), Some(credit), Some(before)) if credit != before => Some(Choosing::Credit),
            (Some(_), Some(_), Some(_)) => self.charging.as_ref().map(|_| Choosing::Charging),
            _ => None,
        }
    }
}

/// The purchase that was asked for, as the page showed it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Order {
    line: String,
    sequence: String,
    #[serde(default)]
    pack: String,
    #[serde(default)]
    charging: String,
    #[serde(default)]
    quantity: String,
    #[serde(default)]
    price: String,
}

/// What a page shows, as far as it is chosen and not read.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice {
    /// `line_…`.
    pub(super) line: Option<String>,
    /// `pack_…`.
    pub(super) credit: Option<String>,
    /// The code of the way it is charged.
    pub(super) charging: Option<String>,
    /// Which of them was chosen just now.
    pub(super) chosen_now: Option<Choosing>,
    /// The line's purchase number when the page was opened. A page that stays open keeps it, so that nothing is bought twice by it.
    pub(super) sequence: Option<u32>,
}

/// What was read.
struct Read {
    lines: Vec<LineChoice>,
    barred: Vec<BarredLine>,
    line: Option<LineId>,
    sequence: u32,
    seen: Option<LineSeen>,
    bought: Option<Bought>,
}

/// `GET /buy-credit`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Asked(wish): Asked<Wish>,
) -> Result<Response, Fault> {
    show(&app, &signed, StatusCode::OK, wish, None).await
}

/// `POST /buy-credit`
pub(super) async fn buy(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Posted(order): Posted<Order>,
) -> Result<Response, Fault> {
    let wish = Wish {
        line: Some(order.line.clone()),
        credit: Some(order.pack.clone()),
        charging: Some(order.charging.clone()),
        ..Wish::default()
    };
    if order.pack.is_empty() {
        return show(&app, &signed, StatusCode::UNPROCESSABLE_ENTITY, wish, Some(Barrier::NothingChosen))
            .await;
    }
    let (line, wallet, buying) = understand(&app, &signed, &order).await?;
    match selling::buy(&app, wallet, buying).await {
        Ok(entry) => {
            waiting::wait_until_shown(&app, entry.position()).await?;
            app.live.notify(signed.customer());
            if buying.charging == Charging::Card {
                return to_payment_page(&app, &signed, buying.purchase).await;
            }
            let page = format!("{}?line={line}", Place::BuyCredit.url());
            // A Pix stands on the page itself: no popup hides it, and the reader is led there.
            let url = match buying.charging {
                Charging::Pix => format!("{page}#progress-heading"),
                _ => format!("{page}&bought={}", buying.purchase),
            };
            Ok(Redirect::to(&url).into_response())
        }
        Err(problem) => match refused(&problem) {
            Some(words) => show(&app, &signed, StatusCode::CONFLICT, wish, Some(words)).await,
            None => Err(problem.into()),
        },
    }
}

/// What is to be asked of the book, for a line that is the customer's own. The purchase's name follows from the line and its purchase
/// number, so that two clicks and two tabs ask for the same purchase.
async fn understand(
    app: &Arc<App>,
    signed: &SignedIn,
    order: &Order,
) -> Result<(LineId, WalletId, Buying), Problem> {
    let line: LineId = order.line.parse().map_err(|_| Problem::not_found("line"))?;
    let customer = signed.customer();
    let entry = app.read(move |tables| tables.line(line)).await?;
    let entry = entry.filter(|entry| entry.customer == customer).ok_or_else(|| Problem::not_found("line"))?;
    let sold = app.sold();
    let pack = sold.packs().find(|pack| pack.id.to_string() == order.pack);
    let pack = pack.ok_or_else(|| Problem::not_found("pack"))?;
    let wrong = |field: &str| not_understood(format!("{field} is not what the page said."));
    let sequence: u32 = order.sequence.parse().map_err(|_| wrong("sequence"))?;
    let (purchase, grant) = selling::purchase_names(app, line, sequence);
    let buying = Buying {
        purchase,
        grant,
        pack: PackNo(pack.pack_no),
        quantity: order.quantity.parse().map_err(|_| wrong("quantity"))?,
        price: Amount::parse(&order.price, pack.price.unit()).map_err(|_| wrong("price"))?,
        charging: Charging::from_code(&order.charging).ok_or_else(|| wrong("charging"))?,
        sequence,
    };
    Ok((line, entry.wallet, buying))
}

/// The words for a refusal; `None` if it is none that a buyer can do something about.
fn refused(problem: &Problem) -> Option<Barrier> {
    Some(match problem.code {
        "already_bought" => Barrier::AlreadyBought,
        "balance_positive" => Barrier::BalancePositive,
        "pack_changed" => Barrier::PackChanged,
        "pack_unknown" | "charging_not_offered" => Barrier::PackGone,
        code => why(code)?,
    })
}

/// Why something cannot be bought, by the book's code.
fn why(code: &str) -> Option<Barrier> {
    Some(match code {
        "line_blocked" => Barrier::LineBlocked,
        "wallet_frozen" => Barrier::WalletFrozen,
        "line_cancelled" => Barrier::LineCancelled,
        "purchases_not_supported" => Barrier::NotSupported,
        "purchase_awaiting" => Barrier::Awaiting,
        "pack_too_small" => Barrier::PackTooSmall,
        "pack_limit" => Barrier::PackLimit,
        "unpaid_limit" => Barrier::UnpaidLimit,
        _ => return None,
    })
}

async fn show(
    app: &Arc<App>,
    signed: &SignedIn,
    status: StatusCode,
    wish: Wish,
    refused: Option<Barrier>,
) -> Result<Response, Fault> {
    let result = match &wish.checkout {
        Some(id) => results::of(app, signed, parse_topup(id)?, Showing::Once).await?,
        None => None,
    };
    let (asked, eyes, wanted) = (Arc::clone(app), signed.clone(), wish.clone());
    let read = app.read(move |tables| read(&asked, tables, &eyes, &wanted)).await?;
    let mut live = if read.lines.is_empty() { BARRED.to_owned() } else { String::new() };
    if let Some(line) = read.line {
        let form = read.seen.as_ref().map(|seen| &seen.form);
        let chosen = form.and_then(|form| form.chosen.as_ref());
        let pack = chosen.map_or_else(String::new, |chosen| chosen.id.clone());
        let way = chosen.and_then(ChosenPack::way).map_or("", |way| way.code);
        let sequence = read.sequence;
        live = format!("{LIVE}&line={line}&credit={pack}&charging={way}&sequence={sequence}");
    }
    let page = BuyCredit {
        reader: signed.reader().clone(),
        frame: signed.frame(app, Place::BuyCredit, &live),
        chosen_now: wish.chosen_now(),
        lines: read.lines,
        barred: read.barred,
        seen: read.seen,
        refused,
        bought: read.bought,
        result,
        is_check_open: wish.check.is_some(),
    };
    draw(status, &page)
}

fn read(app: &App, tables: &TablesReader<'_>, signed: &SignedIn, wish: &Wish) -> Result<Read, StoreError> {
    let all = lines(tables, &app.sold(), signed.customer())?;
    let (offered, barred): (Vec<&Line>, Vec<&Line>) =
        all.iter().partition(|line| line.barred_because().is_none());
    let asked = offered.iter().find(|line| Some(line.entry.id.to_string()) == wish.line);
    // One line is chosen already, of several none is.
    let chosen = asked.or(if offered.len() == 1 { offered.first() } else { None }).copied();
    let choice = Choice {
        line: wish.line.clone(),
        credit: wish.credit.clone(),
        charging: wish.charging.clone(),
        chosen_now: wish.chosen_now(),
        sequence: None,
    };
    let now = app.ledger.now();
    let seen = chosen.map(|line| line_seen(app, tables, signed, line, &choice, now)).transpose()?;
    let bought = match (chosen, wish.bought.as_deref().and_then(|id| id.parse().ok())) {
        (Some(line), Some(id)) => bought(app, tables, signed, line, id)?,
        _ => None,
    };
    Ok(Read {
        lines: offered.iter().map(|line| line.choice(chosen)).collect(),
        barred: barred
            .iter()
            .filter_map(|line| Some(BarredLine { name: line.name(), reason: line.barred_because()? }))
            .collect(),
        line: chosen.map(|line| line.entry.id),
        sequence: chosen.map_or(0, |line| line.row.sequence),
        seen,
        bought,
    })
}

/// Whether an open page has to be asked for again: the line that is chosen cannot buy any more, or where none could one can now.
pub(super) fn is_drawn_anew(
    app: &App,
    tables: &TablesReader<'_>,
    signed: &SignedIn,
    chosen: Option<&str>,
) -> Result<bool, StoreError> {
    let lines = lines(tables, &app.sold(), signed.customer())?;
    let mut offered = lines.iter().filter(|line| line.barred_because().is_none());
    Ok(match chosen {
        Some(chosen) => !offered.any(|line| line.entry.id.to_string() == chosen),
        None => offered.next().is_some(),
    })
}

/// The chosen line as it stands now, for a page that is open; `None` if nothing can be bought for it any more.
pub(super) fn present(
    app: &App,
    tables: &TablesReader<'_>,
    signed: &SignedIn,
    choice: &Choice,
    now: Timestamp,
) -> Result<Option<LineSeen>, StoreError> {
    let lines = lines(tables, &app.sold(), signed.customer())?;
    let line = lines.iter().find(|line| Some(line.entry.id.to_string()) == choice.line);
    line.map(|line| line_seen(app, tables, signed, line, choice, now)).transpose()
}

fn line_seen(
    app: &App,
    tables: &TablesReader<'_>,
    signed: &SignedIn,
    line: &Line,
    choice: &Choice,
    now: Timestamp,
) -> Result<LineSeen, StoreError> {
    let purchases = line.purchases(tables)?;
    let zone = &signed.reader().zone;
    let (_, invoice_due) = billing::next_month(tables, &app.config.billing, zone, now)?;
    let dues = Dues::at(app, zone, invoice_due, now);
    Ok(LineSeen {
        figures: line.figures(&purchases, now),
        form: credit_form(app, signed, line, &purchases, choice, &dues),
        progress: match purchases.first() {
            Some(newest) => progress(app, tables, signed, line, newest, now)?,
            None => None,
        },
        check: check(tables, &app.sold(), signed.reader(), line, &purchases, now)?,
    })
}

fn credit_form(
    app: &App,
    signed: &SignedIn,
    line: &Line,
    purchases: &[PurchaseRow],
    choice: &Choice,
    dues: &Dues,
) -> CreditForm {
    let (rules, standing) = (line.rules(), line.standing(purchases));
    let closed = check_line(rules.as_ref(), &standing).err();
    let released = |pack: &PackRow| {
        let of_pack = purchases.iter().filter(|bought| bought.pack_no == pack.pack_no);
        let since = line.cycle.starts_at;
        of_pack.filter(|bought| bought.released_at.is_some_and(|at| at >= since)).count()
    };
    let barred = |pack: &PackRow, ways: &[Way]| {
        let terms = crate::sold::pack_of(pack);
        let count = u32::try_from(released(pack)).unwrap_or(u32::MAX);
        let refusal = check_pack(&terms, &standing, count).err();
        // Where every way is barred, the pack is, for the reason of the first.
        let ways = || ways.iter().all(|way| way.barred.is_some()).then(|| ways.first()?.barred).flatten();
        refusal.map_or_else(ways, |refusal| why(refusal.code()))
    };
    let sold = app.sold();
    let offered = sold.packs().filter(|pack| pack.plan_no == line.row.plan_no && pack.sold == 1);
    let mut packs: Vec<(&PackRow, Vec<Way>)> = offered
        .map(|pack| (pack, ways(app, pack, choice, dues, (rules.as_ref(), &standing))))
        .filter(|(_, ways)| !ways.is_empty())
        .collect();
    packs.sort_by_key(|(pack, _)| (pack.quantity, pack.price.value()));
    let is_open = closed.is_none();
    let chosen = packs.iter().find(|(pack, ways)| {
        is_open && Some(pack.id.to_string()) == choice.credit && barred(pack, ways).is_none()
    });
    let chosen_id = chosen.map(|(pack, _)| pack.id);
    CreditForm {
        csrf: signed.who.session.csrf.0.clone(),
        line: line.entry.id.to_string(),
        sequence: choice.sequence.unwrap_or(line.row.sequence),
        is_open,
        // That the balance is positive stands beside the balance.
        closed_because: closed.and_then(|refusal| why(refusal.code())),
        packs: packs
            .iter()
            .map(|(pack, ways)| PackChoice {
                id: pack.id.to_string(),
                quantity: pack.quantity,
                price: pack.price,
                barred: if is_open { barred(pack, ways) } else { None },
                is_chosen: chosen_id == Some(pack.id),
            })
            .collect(),
        chosen_now: choice.chosen_now,
        chosen: chosen.map(|(pack, ways)| ChosenPack {
            id: pack.id.to_string(),
            quantity: pack.quantity,
            price: pack.price,
            ways: ways.clone(),
            balance_after: line.cycle.balance() + pack.quantity,
        }),
    }
}

/// When what is bought now is due.
struct Dues {
    /// By boleto, where a bank collects them: the begin of the day.
    boleto: Option<Timestamp>,
    /// On the next invoice: the begin of the day.
    invoice: Timestamp,
}

impl Dues {
    fn at(app: &App, zone: &TimeZone, invoice: Date, now: Timestamp) -> Dues {
        let begin = |day| day_bounds(zone, day).map_or(now, |bounds| bounds.from);
        let bank = app.config.bank.as_ref();
        Dues {
            boleto: bank.map(|bank| begin(documents::purchase_due(bank, zone, now))),
            invoice: begin(invoice),
        }
    }
}

/// How a pack can be charged here: by boleto where a bank collects them, by Pix where there is a key, by card where Stripe knows us, and
/// on the next invoice. What would be owed beyond the plan's limit is barred, and the first of the others is chosen.
fn ways(
    app: &App,
    pack: &PackRow,
    choice: &Choice,
    dues: &Dues,
    (rules, standing): (Option<&PurchaseRules>, &Standing),
) -> Vec<Way> {
    let (config, terms) = (&app.config, crate::sold::pack_of(pack));
    let way = |charging: &Charging| {
        let mut minutes = None;
        let due = match charging {
            Charging::Boleto => Some(dues.boleto?),
            Charging::NextInvoice => Some(dues.invoice),
            Charging::Pix => {
                minutes = Some(config.pix.as_ref()?.lasts / Timestamp::MINUTE);
                None
            }
            Charging::Card if config.stripe.secret_key.is_empty() => return None,
            Charging::Card => None,
        };
        let code = charging.code();
        let refusal = rules.and_then(|rules| check_charging(rules, &terms, standing, *charging).err());
        let barred = refusal.and_then(|refusal| why(refusal.code()));
        // What was said for another pack says nothing of this one: its first way is the operator's.
        let is_said = choice.chosen_now != Some(Choosing::Credit);
        let is_chosen = barred.is_none() && is_said && choice.charging.as_deref() == Some(code);
        let on_payment = terms.release.when_charged_by(*charging) == Release::OnPayment;
        Some(Way { code, is_chosen, due, minutes, on_payment, barred })
    };
    let mut ways: Vec<Way> = terms.chargings.iter().filter_map(way).collect();
    if !ways.iter().any(|way| way.is_chosen)
        && let Some(first) = ways.iter_mut().find(|way| way.barred.is_none())
    {
        first.is_chosen = true;
    }
    ways
}

fn bought(
    app: &App,
    tables: &TablesReader<'_>,
    signed: &SignedIn,
    line: &Line,
    id: PurchaseId,
) -> Result<Option<Bought>, StoreError> {
    let found = tables.purchase(id)?.filter(|bought| bought.wallet_no == line.row.wallet_no);
    let Some(bought) = found else { return Ok(None) };
    Ok(Some(Bought {
        // What is paid needs no boleto any more.
        bill: match bought.paid_at {
            None => bill(app, tables, signed.reader(), &bought, app.ledger.now())?,
            Some(_) => None,
        },
        quantity: bought.quantity,
        price: bought.price,
        balance: line.cycle.balance(),
        is_awaiting: bought.state == PurchaseState::Awaiting,
        close_url: format!("{}?line={}", Place::BuyCredit.url(), line.entry.id),
    }))
}
