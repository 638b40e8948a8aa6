//! `/console/month-end` and `/console/month-end.csv`: the books of a month, or of one up to the end of a day, from the journal alone.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use book::Account;
use engine::{AGES, AccountSums, MonthEnd, UnitSums};
use jiff::civil::Date;
use money::{Amount, Timestamp, Unit};
use serde::Deserialize;

use crate::app::App;
use crate::look::Reader;
use crate::look::chart::{Chart, Room, Span};
use crate::look::page::{AccountSeen, Month, MonthEndPage, MonthEndSeen, MonthEndStanding, UnitSeen};
use crate::look::part::Place;
use crate::month_end::{Compared, Cutoff, Flow, Progress, compared, csv, flows};
use crate::permissions::Permission;
use crate::portal::{Asked, Fault, StaffIn, calendar, draw};
use crate::problem::Problem;

/// How long the page waits for a report; after that it shows how far it is, and asks again.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a download waits for a report.
const CSV_PATIENCE: Duration = Duration::from_secs(25);
/// When a download that came too early is to be tried again, in seconds.
const RETRY_AFTER: u32 = 10;
/// Months that may be chosen.
const MONTHS_MAX: usize = 600;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    month: Option<String>,
    /// In place of a month: its month is told up to its end.
    day: Option<String>,
}

/// What may be asked for.
struct Choices {
    /// Newest first; at least the present one.
    months: Vec<Month>,
    first: Date,
    today: Date,
}

/// `GET /console/month-end`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(wish): Asked<Wish>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeFinance)?;
    let reader = staff.visit.reader().clone();
    let choices = choices(&app).await?;
    let asked = chosen(&choices, &wish);
    let cutoff = *asked.as_ref().unwrap_or(&Cutoff::from(choices.usual()));
    let standing = match &asked {
        Ok(cutoff) => Some(standing(&app, &reader, *cutoff).await?),
        Err(_) => None,
    };
    let wrong = |field: &str| {
        let problem = asked.as_ref().err().filter(|it| it.field.as_deref() == Some(field));
        problem.map(|problem| reader.t(wrong_text(problem)))
    };
    let page = MonthEndPage {
        frame: staff.visit.frame(&app, Some(Place::ConsoleMonthEnd)),
        days: [choices.first, choices.today].map(|day| day.to_string()),
        months: choices.months,
        chosen: cutoff.month,
        day: wish.day.unwrap_or_default(),
        period: period_words(&reader, cutoff),
        wrong_month: wrong("month"),
        wrong_day: wrong("day"),
        csv_url: standing.is_some().then(|| format!("/console/month-end.csv?{}", query(cutoff))),
        standing,
        reader,
    };
    draw(asked.err().map_or(StatusCode::OK, |problem| problem.status), &page)
}

async fn standing(app: &Arc<App>, reader: &Reader, cutoff: Cutoff) -> Result<MonthEndStanding, Problem> {
    Ok(match made(app, cutoff, PATIENCE).await? {
        Progress::Rows(rows, of) => MonthEndStanding::Making(rows, of),
        Progress::Failed(why) => MonthEndStanding::Failed(why),
        Progress::Made { report, as_of, .. } => {
            let period = cutoff.period(&app.config.brand.time_zone).ok_or_else(|| wrong_month("no month"))?;
            let compared = app.read(move |tables| compared(tables, (period.from, period.until))).await?;
            let seen = seen(app, reader, cutoff, (&report, as_of), compared);
            MonthEndStanding::Made(seen.map_err(|error| Problem::internal(&error))?)
        }
    })
}

fn query(cutoff: Cutoff) -> String {
    let name = if cutoff.day.is_some() { "day" } else { "month" };
    format!("{name}={}", cutoff.value())
}

/// What is told, in words: a month, or its days up to one.
fn period_words(reader: &Reader, cutoff: Cutoff) -> String {
    let last = cutoff.days().last().filter(|_| cutoff.day.is_some());
    match last.and_then(|day| calendar::day_bounds(&reader.zone, day)) {
        Some(bounds) => reader.t1("month-up-to", "day", reader.date(bounds.from)),
        None => cutoff.month.words(reader),
    }
}

/// `GET /console/month-end.csv`
pub(super) async fn download(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(wish): Asked<Wish>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeFinance)?;
    let chosen = chosen(&choices(&app).await?, &wish)?;
    let report = match made(&app, chosen, CSV_PATIENCE).await? {
        Progress::Made { report, .. } => report,
        Progress::Rows(..) => return Err(not_ready().into()),
        Progress::Failed(why) => return Err(Problem::internal(&anyhow::anyhow!(why)).into()),
    };
    let zone = app.config.brand.time_zone.iana_name().unwrap_or("UTC");
    let text = csv(&report, chosen, zone).map_err(|error| Problem::internal(&error))?;
    let disposition = format!("attachment; filename=\"month-end-{}.csv\"", chosen.value());
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, text).into_response())
}

/// The report, or how far it is after waiting so long for it.
async fn made(app: &Arc<App>, cutoff: Cutoff, patience: Duration) -> Result<Progress, Problem> {
    let asked = app.month_ends.ask(app, cutoff).ok_or_else(not_ready)?;
    let mut waiting = asked.clone();
    let is_done = |progress: &Progress| !matches!(progress, Progress::Rows(..));
    // Late or not: what is known then is shown.
    let _ = tokio::time::timeout(patience, waiting.wait_for(is_done)).await;
    let known = asked.borrow().clone();
    Ok(known)
}

fn not_ready() -> Problem {
    let detail = "The report is being made; open the page to see how far it is.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "report_not_ready", detail).retry_after(RETRY_AFTER)
}

fn wrong_month(detail: &str) -> Problem {
    Problem::invalid("month", "invalid_month", detail)
}

/// The id of what is said at the field.
fn wrong_text(problem: &Problem) -> &'static str {
    match problem.code {
        "invalid_month" => "month-end-wrong-month",
        "in_future" => "month-end-future",
        "before_first" => "month-end-before-first",
        _ => "month-end-wrong-day",
    }
}

/// The day or the month that is asked for, or the last month that is over, or the first one.
fn chosen(choices: &Choices, wish: &Wish) -> Result<Cutoff, Problem> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    if let Some(text) = given(&wish.day) {
        let wrong = |code, detail: &str| Problem::invalid("day", code, detail);
        let cutoff = Cutoff::parse_day(&text)
            .ok_or_else(|| wrong("invalid_day", "day must be a day, written like 2026-11-17."))?;
        return match cutoff.days().last() {
            Some(day) if day > choices.today => Err(wrong("in_future", "day has not begun.")),
            Some(day) if day < choices.first => {
                Err(wrong("before_first", "day lies before the month of the first wallet."))
            }
            _ => Ok(cutoff),
        };
    }
    match given(&wish.month) {
        Some(text) => calendar::parse_month(&text)
            .filter(|month| choices.months.contains(month))
            .map(Cutoff::from)
            .ok_or_else(|| wrong_month("month must be one since the first wallet, written like 2026-11.")),
        None => Ok(choices.usual().into()),
    }
}

impl Choices {
    /// What is shown unless something else is asked for: the last month that is over, or the first one.
    fn usual(&self) -> Month {
        let first = Month { year: self.first.year(), month: self.first.month() };
        self.months.get(1).or(self.months.first()).copied().unwrap_or(first)
    }
}

/// The months from the present one back to that of the first wallet, and their days up to today.
async fn choices(app: &Arc<App>) -> Result<Choices, Problem> {
    let now = app.ledger.now();
    let opened =
        app.read(move |tables| Ok(tables.wallet_view_by_no(0)?.map_or(now, |row| row.opened_at))).await?;
    let zone = &app.config.brand.time_zone;
    let today = calendar::day_of(zone, now);
    let first = calendar::day_of(zone, opened.min(now)).first_of_month();
    let back =
        std::iter::successors(Some(calendar::month_of(zone, now)), |month| Some(calendar::before(*month)));
    let is_known = |month: &Month| calendar::first_day(*month) >= Some(first);
    Ok(Choices { months: back.take_while(is_known).take(MONTHS_MAX).collect(), first, today })
}

fn seen(
    app: &App,
    reader: &Reader,
    cutoff: Cutoff,
    (report, as_of): (&MonthEnd, Timestamp),
    compared: Option<Compared>,
) -> anyhow::Result<MonthEndSeen> {
    let period = cutoff.period(&app.config.brand.time_zone).context("a month")?;
    let mut days = vec![period.from];
    days.extend(&period.midnights);
    let ends = period.midnights.iter().copied().chain([period.until]);
    let days: Vec<(Timestamp, Timestamp)> = days.into_iter().zip(ends).collect();
    let units = report.units.iter().map(|sums| unit_seen(reader, &days, sums, as_of));
    Ok(MonthEndSeen {
        as_of: (!report.is_final).then_some(as_of),
        row: i64::try_from(report.position)?,
        hash: hex::encode(report.hash),
        units: units.collect::<anyhow::Result<Vec<_>>>()?,
        compared,
    })
}

fn unit_seen(
    reader: &Reader,
    days: &[(Timestamp, Timestamp)],
    sums: &UnitSums,
    as_of: Timestamp,
) -> anyhow::Result<UnitSeen> {
    let amount = |value: i128| amount(value, sums.unit);
    let mut ages = Vec::new();
    for ((from, until), left) in AGES.into_iter().zip(sums.by_age) {
        let words = match until {
            Some(until) => reader.t2("age-days", "from", from, "until", until),
            None => reader.t1("age-days-over", "days", from - 1),
        };
        ages.push((words, amount(left)?));
    }
    let flows = flows(sums).into_iter().map(|(flow, moved)| Ok((flow_text_id(flow), amount(moved)?)));
    let mut accounts = vec![account_seen(sums.unit, None, &sums.wallets)?];
    for (account, moved) in &sums.accounts {
        accounts.push(account_seen(sums.unit, Some(*account), moved)?);
    }
    let is_bytes = sums.unit == Unit::BYTE;
    Ok(UnitSeen {
        name: if is_bytes { reader.t("data-of-lines") } else { sums.unit.code().to_owned() },
        code: sums.unit.code().to_lowercase(),
        opening: amount(sums.wallets.opening)?,
        flows: flows.collect::<anyhow::Result<Vec<_>>>()?,
        closing: amount(sums.wallets.closing())?,
        ages,
        debt: amount(-sums.debt)?,
        chart: chart(reader, days, sums, as_of)?,
        accounts,
    })
}

/// What customers had at the end of each day that has begun.
fn chart(
    reader: &Reader,
    days: &[(Timestamp, Timestamp)],
    sums: &UnitSums,
    as_of: Timestamp,
) -> anyhow::Result<Option<Chart>> {
    if sums.days.iter().all(|held| *held == 0) {
        return Ok(None);
    }
    let now = sums.days.last().copied().unwrap_or_default();
    let spans = days.iter().enumerate().map(|(day, (from, until))| {
        let held = sums.days.get(day).copied().unwrap_or(now);
        let amount = amount(if *from <= as_of { held } else { 0 }, sums.unit)?;
        Ok(Span { from: *from, until: *until, amount, is_over: *until <= as_of, is_settled: true })
    });
    let spans = spans.collect::<anyhow::Result<Vec<_>>>()?;
    Ok(Some(Chart::held_by_day(reader, Room::Full, &spans)))
}

fn account_seen(unit: Unit, account: Option<Account>, sums: &AccountSums) -> anyhow::Result<AccountSeen> {
    Ok(AccountSeen {
        text_id: account.map_or("account-wallets", account_text_id),
        code: account.map(|account| account.to_string()).unwrap_or_default(),
        opening: amount(sums.opening, unit)?,
        debits: amount(sums.debits, unit)?,
        credits: amount(sums.credits, unit)?,
        closing: amount(sums.closing(), unit)?,
    })
}

fn amount(value: i128, unit: Unit) -> anyhow::Result<Amount> {
    Ok(Amount::new(i64::try_from(value).context("an amount is too large to be shown")?, unit))
}

/// The id of the name of why credit moved.
fn flow_text_id(flow: Flow) -> &'static str {
    match flow {
        Flow::Sold => "flow-sold",
        Flow::Overpaid => "flow-overpaid",
        Flow::BroughtIn => "flow-brought-in",
        Flow::Promotional => "flow-promotional",
        Flow::Allowance => "flow-allowance",
        Flow::Corrected => "flow-corrected",
        Flow::Invoiced => "flow-invoiced",
        Flow::Used => "flow-used",
        Flow::Expired => "flow-expired",
        Flow::Refunded => "flow-refunded",
        Flow::Disputed => "flow-disputed",
    }
}

/// The id of an account's name.
fn account_text_id(account: Account) -> &'static str {
    match account {
        Account::Wallet(_) => "account-wallets",
        Account::ClearingStripe => "account-clearing-stripe",
        Account::RevenueUsage => "account-revenue-usage",
        Account::RevenueCharge => "account-revenue-charge",
        Account::Promotional => "account-promotional",
        Account::Adjustment => "account-adjustment",
        Account::Breakage => "account-breakage",
        Account::Allowance => "account-allowance",
        Account::Sold => "account-sold",
        Account::Used => "account-used",
        Account::Outside => "account-outside",
        Account::Receivable => "account-receivable",
        Account::RevenuePack => "account-revenue-pack",
        Account::WrittenOff => "account-written-off",
        Account::ClearingBoleto => "account-clearing-boleto",
        Account::ClearingPix => "account-clearing-pix",
        Account::ClearingHand => "account-clearing-hand",
        Account::RevenuePlan => "account-revenue-plan",
        Account::RevenueLateFee => "account-revenue-late-fee",
        Account::Disputed => "account-disputed",
        Account::FeesStripe => "account-fees-stripe",
        Account::PayoutsStripe => "account-payouts-stripe",
        Account::ClearingCredit => "account-clearing-credit",
    }
}
