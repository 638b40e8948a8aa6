//! `/console/customers/{id}`: one customer: document and address, lines, logins, and the code that staff read out to him.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use brazil::document::TaxId;
use money::{CustomerId, Timestamp, Unit};
use serde::Deserialize;
use store::tables::access_codes::AccessCode;
use store::tables::customers::Customer;
use store::tables::lines::{LineEntry, Payer};
use store::tables::logins::Login;
use store::tables::origins::OriginRow;
use store::views::{GrantRow, LineRow, WalletRow};
use store::{Reader as TablesReader, StoreError};

use super::blocked::blocked_line;
use super::draw_form_at;
use super::lines::status_text;
use super::new_customer::Typing;
use super::origins;
use super::subscriber_fields::{LINE, PERSON, Sent, draft, fields};
use super::subscribers::spoken_document;
use super::timeline;
use super::{customer_data, customer_parts};
use crate::access_codes::{self, GivenCode, TRIES_MAX};
use crate::app::App;
use crate::audit::Change;
use crate::billing::{self, Blocked};
use crate::clock;
use crate::freezing;
use crate::look::page::{
    AutomaticSeen, CustomerPage, CustomerParts, LineOfCustomer, LoginLine, PayerLines, TimelineLine,
};
use crate::look::part::enrolment::field_problems;
use crate::look::part::{Balance, OwnCredit, Place};
use crate::look::volume::volume;
use crate::look::{Locale, Reader};
use crate::permissions::Permission;
use crate::portal::own_credit::{self, Eyes};
use crate::portal::trail::Trail;
use crate::portal::{self, cards, figures};
use crate::portal::{Asked, Fault, Posted, StaffIn, draw, sign_in::Nothing};
use crate::problem::Problem;
use crate::subscribers::{self, Column, Draft, Wrong};

/// Lines, logins and wallets that are shown of a customer.
const SHOWN: u32 = 50;

#[derive(Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    saved: u8,
    #[serde(default)]
    invited: u8,
    #[serde(default)]
    given_back: u8,
    /// To how many addresses a receipt was sent.
    sent: Option<u32>,
    /// `1` after a wallet was frozen, `0` after it was thawed.
    frozen: Option<u8>,
    before: Option<String>,
}

/// Whom to invite.
#[derive(Deserialize)]
pub(super) struct Invited {
    #[serde(default)]
    login: String,
}

/// What a page says once, and where its timeline begins.
#[derive(Default)]
struct Said {
    saved: bool,
    invited: bool,
    given_back: bool,
    sent: Option<u32>,
    frozen: Option<u8>,
    code: Option<GivenCode>,
    trail: Trail,
}

/// A customer with all that stands on his page.
struct Known {
    customer: Customer,
    payer: Option<Payer>,
    origin: Option<OriginRow>,
    wallets: Vec<WalletRow>,
    money: Option<WalletRow>,
    grants: Vec<GrantRow>,
    parts: CustomerParts,
    own_credit: Option<OwnCredit>,
    timeline: Vec<TimelineLine>,
    older: Option<Timestamp>,
    lines: Vec<KnownLine>,
    logins: Vec<(Login, Option<AccessCode>)>,
}

/// A line of his, and why it is blocked if it is.
struct KnownLine {
    entry: LineEntry,
    line: Option<LineRow>,
    blocked: Option<Blocked>,
}

/// `GET /console/customers/{id}`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let trail = Trail::parse(shown.before.as_deref());
    let said = Said {
        saved: shown.saved == 1,
        invited: shown.invited == 1,
        sent: shown.sent,
        frozen: shown.frozen,
        given_back: shown.given_back == 1,
        code: None,
        trail,
    };
    show(&app, &staff, parse(&id)?, StatusCode::OK, said).await
}

/// `POST /console/customers/{id}/invitations`: the mail by which a login chooses its first password, once more. Whoever has one asks for a
/// link himself, which lives for an hour and not for a week.
pub(super) async fn invite(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(Invited { login }): Posted<Invited>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let (id, login) = (parse(&id)?, login.parse().map_err(|_| Problem::not_found("login"))?);
    let login = app.read(move |tables| tables.login(login)).await?;
    let login = login.filter(|login| login.customer == id).ok_or_else(|| Problem::not_found("login"))?;
    if login.password_hash.is_some() {
        let detail = "This login has a password. Its owner gets another by \"Forgotten password\".";
        return Err(Problem::new(StatusCode::CONFLICT, "password_chosen", detail).into());
    }
    portal::invite(&app, &login).await?;
    let author = staff.visit.author(&staff.who.session);
    app.write(move |tx| author.note(tx, &Change::new("login.invite", login.id))).await?;
    Ok(Redirect::to(&format!("/console/customers/{id}?invited=1")).into_response())
}

/// `POST /console/customers/{id}/codes`. The answer is the one page that ever shows the code.
pub(super) async fn give_code(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let id = parse(&id)?;
    let author = staff.visit.author(&staff.who.session);
    let code = access_codes::give(&app, author, id).await?;
    show(&app, &staff, id, StatusCode::CREATED, Said { code: Some(code), ..Said::default() }).await
}

/// `GET /console/customers/{id}/change`
pub(super) async fn change(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let id = parse(&id)?;
    let (customer, payer) = app.read(move |tables| Ok((tables.customer(id)?, tables.payer(id)?))).await?;
    let customer = customer.ok_or_else(missing)?;
    let Some(payer) = payer else { return customer_data::form(&app, &staff, &customer) };
    person_form(&app, &staff, id, &written(customer, payer), &[])
}

/// `POST /console/customers/{id}`
pub(super) async fn submit(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let (id, draft) = (parse(&id)?, draft(&sent));
    if app.read(move |tables| tables.payer(id)).await?.is_none() {
        return customer_data::submit(&app, &staff, id, Typing::sent(&sent)).await;
    }
    let typed = draft.clone();
    let checked = app.read(move |tables| subscribers::check_person(tables, id, &typed)).await?;
    let person = match checked {
        Ok(person) => person,
        Err(wrong) => return person_form(&app, &staff, id, &draft, &wrong),
    };
    let author = staff.visit.author(&staff.who.session);
    app.write_or_refuse(move |tx| subscribers::change_person(tx, id, &person, &author)).await?;
    Ok(saved(id))
}

/// `GET /console/customers/{id}/lines/new`
pub(super) async fn new_line(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let id = parse(&id)?;
    app.read(move |tables| tables.payer(id)).await?.ok_or_else(missing)?;
    line_form(&app, &staff, id, &Draft::default(), &[])
}

/// `POST /console/customers/{id}/lines`
pub(super) async fn open_line(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeCustomers)?;
    let (id, draft) = (parse(&id)?, draft(&sent));
    let typed = draft.clone();
    let (payer, checked) =
        app.read(move |tables| Ok((tables.payer(id)?, subscribers::check_line(tables, &typed)?))).await?;
    payer.ok_or_else(missing)?;
    let subscription = match checked {
        Ok(subscription) => subscription,
        Err(wrong) => return line_form(&app, &staff, id, &draft, &wrong),
    };
    let (author, now) = (staff.visit.author(&staff.who.session), clock::now());
    let write = app.write_or_refuse(move |tx| subscribers::add_line(tx, id, &subscription, &author, now));
    let (_, intents) = write.await?;
    subscribers::send(&app, &intents).await?;
    super::show_what_was_done(&app).await;
    Ok(saved(id))
}

fn saved(id: CustomerId) -> Response {
    Redirect::to(&format!("/console/customers/{id}?saved=1")).into_response()
}

fn person_form(
    app: &App,
    staff: &StaffIn,
    id: CustomerId,
    draft: &Draft,
    wrong: &[Wrong],
) -> Result<Response, Fault> {
    let url = format!("/console/customers/{id}");
    form(app, staff, (url.clone(), url), "change-subscriber", (draft, &PERSON), wrong)
}

fn line_form(
    app: &App,
    staff: &StaffIn,
    id: CustomerId,
    draft: &Draft,
    wrong: &[Wrong],
) -> Result<Response, Fault> {
    let url = format!("/console/customers/{id}");
    form(app, staff, (format!("{url}/lines"), url), "new-line", (draft, &LINE), wrong)
}

fn form(
    app: &App,
    staff: &StaffIn,
    (action, back_url): (String, String),
    heading: &str,
    (draft, columns): (&Draft, &[Column]),
    wrong: &[Wrong],
) -> Result<Response, Fault> {
    let reader = staff.visit.reader();
    let problems = field_problems(reader, wrong);
    let fields = fields(app, reader, draft, columns);
    draw_form_at(app, staff, (Place::ConsoleSubscribers, action, back_url), heading, fields, problems)
}

/// What is known of a customer as it was typed.
fn written(customer: Customer, payer: Payer) -> Draft {
    let mut draft = Draft::default();
    let Payer { document, street, district, city, state, postcode, .. } = payer;
    draft[Column::Name] = customer.name;
    draft[Column::Document] = spoken_document(&document);
    draft[Column::Email] = customer.email.unwrap_or_default();
    draft[Column::Street] = street;
    draft[Column::District] = district;
    draft[Column::City] = city;
    draft[Column::State] = state;
    draft[Column::Postcode] = spoken_postcode(&postcode);
    draft[Column::Language] = customer.locale;
    draft
}

async fn show(
    app: &Arc<App>,
    staff: &StaffIn,
    id: CustomerId,
    status: StatusCode,
    Said { saved, invited, given_back, sent, frozen, code, trail }: Said,
) -> Result<Response, Fault> {
    let (look, eyes) = (Arc::clone(app), staff.visit.reader().clone());
    let before = trail.last().and_then(|at| at.parse().ok()).map_or(Timestamp::MAX, Timestamp::from_micros);
    let known =
        app.read(move |tables| known(&look, &eyes, tables, (id, before))).await?.ok_or_else(missing)?;
    let (reader, now) = (staff.visit.reader().clone(), clock::now());
    // What was paid too much in another unit than credit is sold in has a part of the page of its own.
    let sold = known.money.as_ref().filter(|money| money.unit == app.config.credit.unit);
    let published = timeline::published(app, sold.map(|money| money.wallet));
    let balance = published.map(|wallet| figures::balance(&wallet, &known.grants, app.ledger.now()));
    // A customer is told of a frozen wallet there; staff are told by whom and why, where they can thaw it.
    let balance = balance.map(|balance| Balance { is_for_staff: true, ..balance });
    let cards = cards::of(app, &known.customer).await;
    let base = format!("/console/customers/{id}?");
    let automatic = app.read(move |tables| tables.automatic_topups_of(id, 1)).await?.pop();
    let automatic = automatic.map(|row| {
        AutomaticSeen::of(Some(&row), app.ledger.now()).in_wallet(freezing::is_frozen(app, row.wallet))
    });
    let lines = known.lines.iter().map(|line| line_of(app, staff, line, &known.wallets));
    let login = |(login, code): &(Login, Option<AccessCode>)| LoginLine {
        invitable: (login.password_hash.is_none()
            && crate::logins::address(login, &known.customer).is_some())
        .then(|| login.id.to_string()),
        name: TaxId::parse(&login.email).map_or_else(|_| login.email.clone(), |tax| tax.to_string()),
        has_password: login.password_hash.is_some(),
        last_sign_in: login.last_sign_in_at,
        code_until: code
            .as_ref()
            .filter(|it| it.expires_at > now && it.tries_left > 0)
            .map(|it| it.expires_at),
    };
    let place = if known.payer.is_some() { Place::ConsoleSubscribers } else { Place::ConsoleCustomers };
    let page = CustomerPage {
        frame: staff.visit.frame(app, Some(place)),
        came: known.origin.as_ref().map(|origin| origins::seen(&reader, origin)),
        id: id.to_string(),
        automatic,
        balance,
        cards: cards.unwrap_or_default(),
        newer_url: trail.newer_url(&base, "before"),
        older_url: known.older.map(|at| trail.older_url(&base, "before", &at.as_micros().to_string())),
        timeline: known.timeline,
        parts: known.parts,
        lines: lines.collect(),
        logins: known.logins.iter().map(login).collect(),
        is_clock_moved: app.ledger.clock_offset() != 0,
        language: Locale::from_tag(&known.customer.locale).unwrap_or(Locale::En).endonym(),
        name: known.customer.name,
        email: known.customer.email,
        external_key: known.customer.external_key,
        since: known.customer.created_at,
        saved,
        invited,
        given_back,
        own_credit: known.own_credit,
        may_give_back: staff.may(Permission::SettleByHand),
        done: sent.map(|sent| reader.tn("receipt-sent", sent)).or_else(|| {
            let id = |frozen| if frozen == 1 { "wallet-frozen-now" } else { "wallet-thawed-now" };
            frozen.map(|frozen| reader.t(id(frozen)))
        }),
        may_give_credit: staff.may(Permission::GiveCredit),
        may_change: staff.may(Permission::ChangeCustomers),
        may_send_receipts: staff.may(Permission::SendReceipts),
        acts: super::customer_acts::acts(app, staff, &known.wallets).await?,
        payer: known.payer.map(payer_lines),
        code: code.map(|code| (code.text, code.expires_at)),
        tries_max: TRIES_MAX,
        reader,
    };
    draw(status, &page)
}

fn known(
    app: &App,
    reader: &Reader,
    tables: &TablesReader<'_>,
    (id, before): (CustomerId, Timestamp),
) -> Result<Option<Known>, StoreError> {
    let Some(customer) = tables.customer(id)? else { return Ok(None) };
    let lines = tables.lines_in_service_first(id, SHOWN)?.into_iter().map(|entry| {
        let line = tables.line_view(entry.id)?;
        let blocked = match &line {
            Some(line) => billing::why_blocked_now(app, tables, &entry, &line.status)?,
            None => None,
        };
        Ok(KnownLine { entry, line, blocked })
    });
    let logins = tables.logins_of(id, None, SHOWN)?.rows.into_iter().map(|login| {
        let code = tables.access_code(login.id)?;
        Ok((login, code))
    });
    let wallets = tables.wallet_views_of(id, SHOWN)?;
    // Of a subscriber, what was paid beyond what was owed is credit in the currency of his plan.
    let sold = wallets.iter().find(|wallet| wallet.unit == app.config.credit.unit);
    let money = sold.or_else(|| wallets.iter().find(|wallet| wallet.unit != Unit::BYTE)).cloned();
    let (timeline, older) = timeline::read(app, tables, reader, (&customer, money.as_ref()), before)?;
    let grants = money.as_ref().map(|money| figures::grants(tables, money.wallet_no)).transpose()?;
    let grants = grants.unwrap_or_default();
    Ok(Some(Known {
        parts: customer_parts::read(tables, reader, &customer, (&wallets, &grants))?,
        payer: tables.payer(id)?,
        own_credit: own_credit::read(tables, reader, id, Eyes::Staff)?,
        origin: tables.customer_origin(id)?,
        grants,
        money,
        timeline,
        older,
        wallets,
        lines: lines.collect::<Result<_, StoreError>>()?,
        logins: logins.collect::<Result<_, StoreError>>()?,
        customer,
    }))
}

fn line_of(
    app: &App,
    staff: &StaffIn,
    KnownLine { entry, line, blocked }: &KnownLine,
    wallets: &[WalletRow],
) -> LineOfCustomer {
    let (reader, sold) = (staff.visit.reader(), app.sold());
    let wallet = wallets.iter().find(|wallet| wallet.wallet == entry.wallet && wallet.unit == Unit::BYTE);
    let left = wallet.map(|wallet| wallet.posted - wallet.pending - wallet.held);
    let plan = line.as_ref().and_then(|line| sold.plan(line.plan_no));
    LineOfCustomer {
        url: format!("{}/{}", Place::ConsoleLines.url(), entry.id),
        plan: plan.map(|plan| plan.name.clone()).unwrap_or_default(),
        access_login: entry.access_login.clone().unwrap_or_default(),
        blocked: blocked.as_ref().map(|blocked| blocked_line(reader, blocked)),
        status: line.as_ref().map(|line| reader.t(status_text(&line.status))).unwrap_or_default(),
        balance: left.map(|left| volume(reader.locale, reader.data_unit, left)).unwrap_or_default(),
    }
}

fn payer_lines(payer: Payer) -> PayerLines {
    let Payer { document, street, district, city, state, postcode, .. } = payer;
    PayerLines {
        document: spoken_document(&document),
        address: format!("{street}, {district}, {city}, {state}, {}", spoken_postcode(&postcode)),
    }
}

/// *CEP* as people write it: `18010-000`.
fn spoken_postcode(digits: &str) -> String {
    digits.split_at_checked(5).map_or_else(|| digits.to_owned(), |(first, last)| format!("{first}-{last}"))
}

fn parse(id: &str) -> Result<CustomerId, Problem> {
    id.parse().map_err(|_| missing())
}

fn missing() -> Problem {
    Problem::not_found("customer")
}
