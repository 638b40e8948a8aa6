//! `/console/plans`: *Planos e serviços*, and each plan's *Composição*.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use money::{Amount, Timestamp, Unit};
use serde::Deserialize;
use store::tables::lines::{AtZero, PlanRow};

use super::kept::Kept;
use super::offer_fields::{Typed, Unread, choice, shown_windows, text};
use crate::app::App;
use crate::audit::Author;
use crate::lines::offer_check::wrong_with_plan;
use crate::lines::offers::{PlanDraft, names_of, put_plan};
use crate::look::Reader;
use crate::look::page::{Field, FieldKind, Offer, Offers};
use crate::look::part::Place;
use crate::look::volume::volume;
use crate::permissions::Permission;
use crate::portal::{Asked, Fault, StaffIn, draw};
use crate::problem::Problem;
use crate::sold::{Sold, folded};

/// The currency of plans and packs.
pub(super) const CURRENCY: Unit = Unit::BRL;
/// What *Sim* is when it is sent.
const YES: &str = "yes";

#[derive(Deserialize)]
pub(super) struct Shown {
    saved: Option<u32>,
}

/// A plan as the form sends it.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    name: String,
    fee: String,
    allowance: String,
    carried_max: String,
    supports_purchase: String,
    balance_max: String,
    unpaid_max: String,
    at_zero: String,
    speed: String,
    slow_speed: String,
    walled_list: String,
    free: String,
    block_after_days: String,
    zero_rated: String,
}

/// `GET /console/plans`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let (reader, sold, unit) = (staff.visit.reader().clone(), app.sold(), app.config.brand.data_unit);
    let may_change = staff.may(Permission::ChangeOffers);
    let rows = sold.plans().map(|plan| Offer {
        name: plan.name.clone(),
        under: reader.t1("plan-fee-line", "fee", reader.money(plan.fee)),
        url: may_change.then(|| format!("{}/{}", Place::ConsolePlans.url(), plan.plan_no)),
        cells: vec![
            volume(reader.locale, unit, plan.allowance),
            reader.t(if plan.supports_purchase == 1 { "yes" } else { "no" }),
            reader.t(at_zero_text(plan.at_zero)),
        ],
    });
    let services = app.read(|tables| tables.services_seen()).await?;
    let saved = shown.saved.and_then(|no| sold.plan(no)).map(|plan| said_of(&reader, plan, &services));
    let page = Offers {
        frame: staff.visit.frame(&app, Some(Place::ConsolePlans)),
        heading: reader.t(Place::ConsolePlans.text_id()),
        text: reader.t("plans-text"),
        empty: reader.t("plans-empty"),
        finder: None,
        columns: ["plan-allowance", "plan-supports-purchase", "plan-at-zero"].map(|id| reader.t(id)).to_vec(),
        rows: rows.collect(),
        new_link: may_change.then(|| (format!("{}/new", Place::ConsolePlans.url()), reader.t("new-plan"))),
        saved,
        newer_url: None,
        older_url: None,
        reader,
    };
    draw(StatusCode::OK, &page)
}

/// The kind.
pub(super) enum Plans {}

impl Kept for Plans {
    type Sent = Sent;
    type Around = Vec<(String, Timestamp)>;
    const PERMISSION: Permission = Permission::ChangeOffers;
    const PLACE: Place = Place::ConsolePlans;
    const NEW: &'static str = "new-plan";
    const CHANGE: &'static str = "plan-composition";

    fn blank() -> Sent {
        Sent {
            supports_purchase: YES.to_owned(),
            at_zero: AtZero::Slow.word().to_owned(),
            balance_max: "0".to_owned(),
            speed: "10M/50M".to_owned(),
            slow_speed: "512k/1M".to_owned(),
            walled_list: "WALLED".to_owned(),
            ..Sent::default()
        }
    }

    async fn known(app: &Arc<App>, typed: &Typed, no: u32) -> Result<Option<Sent>, Problem> {
        let Some(plan) = app.sold().plan(no).cloned() else { return Ok(None) };
        let windows = app.read(|reader| reader.free_windows()).await?;
        let own = windows.iter().filter(|window| window.plan_no == no);
        let free = shown_windows(own.map(|window| (window.from_minute, window.to_minute)));
        Ok(Some(sent_of(typed, &plan, free)))
    }

    async fn around(app: &Arc<App>) -> Result<Vec<(String, Timestamp)>, Problem> {
        app.read(|tables| tables.services_seen()).await
    }

    fn fields(
        typed: &Typed,
        (_, services): (&Sold, &Vec<(String, Timestamp)>),
        _no: Option<u32>,
        sent: &Sent,
    ) -> Vec<Field> {
        let t = |id: &str| typed.reader.t(id);
        let unit = |id: &str| typed.reader.t1(id, "unit", typed.data_unit.name());
        let yes_no = [(YES.to_owned(), t("yes")), ("no".to_owned(), t("no"))];
        let at_zero = AtZero::ALL.iter().map(|way| (way.word().to_owned(), t(at_zero_text(*way))));
        let supports = if sent.supports_purchase == YES { YES } else { "no" };
        vec![
            text("name", t("name"), None, sent.name.clone()),
            text("fee", t("plan-fee"), Some(t("in-reais")), sent.fee.clone()),
            text("allowance", unit("plan-allowance-in"), None, sent.allowance.clone()),
            text(
                "carried_max",
                unit("plan-carried-in"),
                Some(t("plan-carried-hint")),
                sent.carried_max.clone(),
            ),
            choice("supports_purchase", t("plan-supports-purchase"), None, supports, yes_no),
            text(
                "balance_max",
                unit("plan-balance-in"),
                Some(t("plan-balance-hint")),
                sent.balance_max.clone(),
            ),
            text("unpaid_max", t("plan-unpaid"), Some(t("plan-unpaid-hint")), sent.unpaid_max.clone()),
            choice("at_zero", t("plan-at-zero"), Some(t("plan-at-zero-hint")), &sent.at_zero, at_zero),
            text("speed", t("plan-speed"), Some(t("plan-speed-hint")), sent.speed.clone()),
            text(
                "slow_speed",
                t("plan-slow-speed"),
                Some(t("plan-slow-speed-hint")),
                sent.slow_speed.clone(),
            ),
            text("walled_list", t("plan-walled-list"), None, sent.walled_list.clone()),
            text("free", t("plan-free"), Some(t("plan-free-hint")), sent.free.clone()),
            zero_rated(&typed.reader, services, &sent.zero_rated),
            text(
                "block_after_days",
                t("plan-block"),
                Some(t("plan-block-hint")),
                sent.block_after_days.clone(),
            ),
        ]
    }

    async fn put(
        app: &Arc<App>,
        author: Author,
        no: Option<u32>,
        typed: &Typed,
        sent: &Sent,
    ) -> Result<u32, Problem> {
        let (draft, unread) = draft(typed, sent);
        unread.refuse(|| wrong_with_plan(&draft))?;
        put_plan(app, author, no, draft).await
    }
}

fn draft(typed: &Typed, sent: &Sent) -> (PlanDraft, Unread) {
    let mut unread = Unread::default();
    let draft = PlanDraft {
        name: sent.name.clone(),
        fee: unread
            .required("fee", typed.money("fee", &sent.fee, CURRENCY))
            .unwrap_or(Amount::new(0, CURRENCY)),
        allowance: unread.required("allowance", typed.bytes("allowance", &sent.allowance)).unwrap_or(0),
        carried_max: unread.note(typed.bytes("carried_max", &sent.carried_max)),
        supports_purchase: sent.supports_purchase == YES,
        balance_max: unread.note(typed.bytes("balance_max", &sent.balance_max)).unwrap_or(0),
        unpaid_max: unread.note(typed.money("unpaid_max", &sent.unpaid_max, CURRENCY)),
        at_zero: AtZero::from_word(&sent.at_zero).unwrap_or(AtZero::Slow),
        speed: sent.speed.clone(),
        slow_speed: sent.slow_speed.clone(),
        walled_list: sent.walled_list.clone(),
        free: unread.note(typed.windows("free", &sent.free)),
        block_after_days: unread.note(typed.count("block_after_days", &sent.block_after_days)),
        zero_rated: pieces(&sent.zero_rated),
    };
    (draft, unread)
}

/// Names with commas between them. Commas alone are no name at all, which is refused and not taken for nothing.
fn pieces(text: &str) -> Vec<String> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    let names: Vec<String> = names.map(str::to_owned).collect();
    if names.is_empty() && !text.trim().is_empty() { vec![String::new()] } else { names }
}

/// The services that are free: what routers call theirs is suggested, for a name that none of them uses frees nothing.
fn zero_rated(reader: &Reader, services: &[(String, Timestamp)], sent: &str) -> Field {
    let listed = pieces(sent);
    let is_listed = |name: &str| listed.iter().any(|known| folded(known) == folded(name));
    let told = services.iter().map(|(name, seen_at)| {
        reader.t2("plan-service-seen", "name", name, "time", reader.date_time(*seen_at))
    });
    let told = told.collect::<Vec<_>>().join("; ");
    let seen = match services {
        [] => reader.t("plan-services-none"),
        _ => reader.t1("plan-services-seen", "services", told),
    };
    // A browser puts what is chosen in the place of all that was typed.
    let more = services.iter().filter(|(name, _)| !is_listed(name)).map(|(name, seen_at)| {
        let all = listed.iter().chain([name]).cloned().collect::<Vec<_>>().join(", ");
        (all, reader.t2("plan-service-seen", "name", name, "time", reader.date_time(*seen_at)))
    });
    Field {
        name: "zero_rated",
        label: reader.t("plan-zero-rated"),
        hint: Some(format!("{} {seen}", reader.t("plan-zero-rated-hint"))),
        kind: FieldKind::Suggested(sent.to_owned(), more.collect()),
    }
}

/// What is said after a plan was saved: that it was, and which of its services no router has told of yet.
fn said_of(reader: &Reader, plan: &PlanRow, services: &[(String, Timestamp)]) -> String {
    let saved = reader.t1("offer-saved", "name", &plan.name);
    let is_unseen = |name: &&str| !services.iter().any(|(seen, _)| folded(seen) == folded(name));
    let unseen = names_of(&plan.zero_rated).filter(is_unseen).collect::<Vec<_>>().join(", ");
    if unseen.is_empty() {
        return saved;
    }
    format!("{saved} {}", reader.t1("plan-services-unseen", "services", unseen))
}

fn sent_of(typed: &Typed, plan: &PlanRow, free: String) -> Sent {
    Sent {
        name: plan.name.clone(),
        fee: typed.shown_money(Some(plan.fee)),
        allowance: typed.shown_bytes(Some(plan.allowance)),
        carried_max: typed.shown_bytes(plan.carried_max),
        supports_purchase: if plan.supports_purchase == 1 { YES.to_owned() } else { String::new() },
        balance_max: typed.shown_bytes(Some(plan.balance_max)),
        unpaid_max: typed.shown_money(plan.unpaid_max.map(|most| Amount::new(most, plan.fee.unit()))),
        at_zero: plan.at_zero.word().to_owned(),
        speed: plan.speed.clone(),
        slow_speed: plan.slow_speed.clone(),
        walled_list: plan.walled_list.clone(),
        free,
        block_after_days: plan.block_after_days.map(|days| days.to_string()).unwrap_or_default(),
        zero_rated: names_of(&plan.zero_rated).collect::<Vec<_>>().join(", "),
    }
}

fn at_zero_text(way: AtZero) -> &'static str {
    match way {
        AtZero::Slow => "at-zero-slow",
        AtZero::Walled => "at-zero-walled",
        AtZero::Block => "at-zero-block",
    }
}
