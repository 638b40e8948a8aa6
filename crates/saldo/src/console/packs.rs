//! `/console/packs`: *Valores Crédito*, the packs that are sold for each plan.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use book::Charging;
use money::Amount;
use serde::Deserialize;
use store::tables::lines::{OnWriteOff, PackRelease, PackRow};

use super::boletos::on_write_off_text;
use super::kept::Kept;
use super::offer_fields::{Typed, Unread, choice, text};
use super::plans::CURRENCY;
use crate::app::App;
use crate::audit::Author;
use crate::lines::offer_check::wrong_with_pack;
use crate::lines::offers::{PackDraft, put_pack};
use crate::look::page::{Field, FieldKind, Offer, Offers};
use crate::look::part::Place;
use crate::look::volume::volume;
use crate::permissions::Permission;
use crate::portal::{Asked, Fault, StaffIn, draw};
use crate::problem::Problem;
use crate::sold::Sold;

const YES: &str = "yes";

#[derive(Deserialize)]
pub(super) struct Shown {
    saved: Option<u32>,
}

/// A pack as the form sends it.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    plan: String,
    quantity: String,
    price: String,
    by_boleto: String,
    by_next_invoice: String,
    by_card: String,
    by_pix: String,
    release: String,
    validity_days: String,
    per_cycle_max: String,
    on_write_off: String,
    sold: String,
}

/// `GET /console/packs`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let (reader, sold, unit) = (staff.visit.reader().clone(), app.sold(), app.config.brand.data_unit);
    let may_change = staff.may(Permission::ChangeOffers);
    let name = |pack: &PackRow| volume(reader.locale, unit, pack.quantity);
    let rows = sold.packs().map(|pack| Offer {
        name: name(pack),
        under: sold.plan(pack.plan_no).map(|plan| plan.name.clone()).unwrap_or_default(),
        url: may_change.then(|| format!("{}/{}", Place::ConsolePacks.url(), pack.pack_no)),
        cells: vec![
            reader.money(pack.price),
            chargings(pack)
                .into_iter()
                .map(|way| reader.t(charging_text(way)))
                .collect::<Vec<_>>()
                .join(", "),
            reader.t(release_text(pack.release)),
            reader.t(if pack.sold == 1 { "yes" } else { "no" }),
        ],
    });
    let saved =
        shown.saved.and_then(|no| sold.pack(no)).map(|pack| reader.t1("offer-saved", "name", name(pack)));
    let has_plans = sold.plans().next().is_some();
    let page = Offers {
        frame: staff.visit.frame(&app, Some(Place::ConsolePacks)),
        heading: reader.t(Place::ConsolePacks.text_id()),
        text: reader.t("packs-text"),
        empty: reader.t(if has_plans { "packs-empty" } else { "packs-no-plan" }),
        finder: None,
        columns: ["price", "charged-by", "released-when", "is-sold"].map(|id| reader.t(id)).to_vec(),
        rows: rows.collect(),
        new_link: (may_change && has_plans)
            .then(|| (format!("{}/new", Place::ConsolePacks.url()), reader.t("new-pack"))),
        saved,
        newer_url: None,
        older_url: None,
        reader,
    };
    draw(StatusCode::OK, &page)
}

/// The kind.
pub(super) enum Packs {}

impl Kept for Packs {
    type Sent = Sent;
    type Around = ();
    const PERMISSION: Permission = Permission::ChangeOffers;
    const PLACE: Place = Place::ConsolePacks;
    const NEW: &'static str = "new-pack";
    const CHANGE: &'static str = "change-pack";

    fn blank() -> Sent {
        Sent {
            by_boleto: "1".to_owned(),
            release: PackRelease::Purchase.word().to_owned(),
            on_write_off: OnWriteOff::TakeBack.word().to_owned(),
            sold: YES.to_owned(),
            ..Sent::default()
        }
    }

    async fn known(app: &Arc<App>, typed: &Typed, no: u32) -> Result<Option<Sent>, Problem> {
        Ok(app.sold().pack(no).map(|pack| sent_of(typed, pack)))
    }

    async fn around(_app: &Arc<App>) -> Result<(), Problem> {
        Ok(())
    }

    fn fields(typed: &Typed, (sold, ()): (&Sold, &()), _no: Option<u32>, sent: &Sent) -> Vec<Field> {
        let t = |id: &str| typed.reader.t(id);
        let unit = |id: &str| typed.reader.t1(id, "unit", typed.data_unit.name());
        let plans = sold.plans().map(|plan| (plan.plan_no.to_string(), plan.name.clone()));
        let releases = PackRelease::ALL.iter().map(|when| (when.word().to_owned(), t(release_text(*when))));
        let rules = OnWriteOff::ALL.iter().map(|rule| (rule.word().to_owned(), t(on_write_off_text(*rule))));
        let yes_no = [(YES.to_owned(), t("yes")), ("no".to_owned(), t("no"))];
        let ways = [
            ("by_boleto", &sent.by_boleto, Charging::Boleto),
            ("by_next_invoice", &sent.by_next_invoice, Charging::NextInvoice),
            ("by_card", &sent.by_card, Charging::Card),
            ("by_pix", &sent.by_pix, Charging::Pix),
        ];
        let ways = ways.map(|(name, tick, way)| (name, t(charging_text(way)), !tick.is_empty()));
        vec![
            choice("plan", t("plan"), None, &sent.plan, plans),
            text("quantity", unit("pack-quantity-in"), None, sent.quantity.clone()),
            text("price", t("price"), Some(t("in-reais")), sent.price.clone()),
            Field {
                name: "chargings",
                label: t("charged-by"),
                hint: None,
                kind: FieldKind::Checks(ways.to_vec()),
            },
            choice("release", t("released-when"), Some(t("release-hint")), &sent.release, releases),
            text("validity_days", t("pack-days"), Some(t("pack-days-hint")), sent.validity_days.clone()),
            text("per_cycle_max", t("pack-most"), Some(t("pack-most-hint")), sent.per_cycle_max.clone()),
            choice(
                "on_write_off",
                t("on-write-off"),
                Some(t("on-write-off-hint")),
                &sent.on_write_off,
                rules,
            ),
            choice("sold", t("is-sold"), None, if sent.sold == YES { YES } else { "no" }, yes_no),
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
        let sold = app.sold();
        let plan = sold.plan(draft.plan_no);
        unread.refuse(|| wrong_with_pack(plan, &draft))?;
        // What is wrong with it is told by whoever writes it down.
        let is_fine = wrong_with_pack(plan, &draft).is_empty();
        if let Some(problem) = senseless(&sold, no, &draft).filter(|_| is_fine) {
            return Err(problem);
        }
        put_pack(app, author, no, draft).await
    }
}

/// What could be sold so, but nobody means: a subscriber would see two equal choices, or none could ever buy it.
fn senseless(sold: &Sold, no: Option<u32>, draft: &PackDraft) -> Option<Problem> {
    if !draft.sold {
        return None;
    }
    if sold.plan(draft.plan_no).is_some_and(|plan| plan.supports_purchase == 0) {
        let detail = "No credit can be bought for this plan.";
        return Some(Problem::invalid("plan", "plan_sells_none", detail));
    }
    let is_equal = |pack: &&PackRow| {
        let offered = (pack.plan_no, pack.quantity, pack.price);
        pack.sold == 1 && Some(pack.pack_no) != no && offered == (draft.plan_no, draft.quantity, draft.price)
    };
    let equal = sold.packs().find(is_equal)?;
    let detail = format!("Pack {} is the same quantity at the same price.", equal.pack_no);
    Some(Problem::invalid("quantity", "pack_again", detail))
}

fn draft(typed: &Typed, sent: &Sent) -> (PackDraft, Unread) {
    let mut unread = Unread::default();
    let ticked = [
        (&sent.by_boleto, Charging::Boleto),
        (&sent.by_next_invoice, Charging::NextInvoice),
        (&sent.by_card, Charging::Card),
        (&sent.by_pix, Charging::Pix),
    ];
    let draft = PackDraft {
        plan_no: unread.note(typed.count("plan", &sent.plan)).unwrap_or(0),
        quantity: unread.note(typed.bytes("quantity", &sent.quantity)).unwrap_or(0),
        price: unread.note(typed.money("price", &sent.price, CURRENCY)).unwrap_or(Amount::new(0, CURRENCY)),
        chargings: ticked.into_iter().filter(|(tick, _)| !tick.is_empty()).map(|(_, way)| way).collect(),
        release: PackRelease::from_word(&sent.release).unwrap_or(PackRelease::Purchase),
        validity_days: unread.note(typed.count("validity_days", &sent.validity_days)),
        per_cycle_max: unread.note(typed.count("per_cycle_max", &sent.per_cycle_max)),
        sold: sent.sold == YES,
        on_write_off: OnWriteOff::from_word(&sent.on_write_off).unwrap_or(OnWriteOff::TakeBack),
    };
    (draft, unread)
}

fn sent_of(typed: &Typed, pack: &PackRow) -> Sent {
    let ways = chargings(pack);
    let tick = |way| if ways.contains(&way) { "1".to_owned() } else { String::new() };
    Sent {
        plan: pack.plan_no.to_string(),
        quantity: typed.shown_bytes(Some(pack.quantity)),
        price: typed.shown_money(Some(pack.price)),
        by_boleto: tick(Charging::Boleto),
        by_next_invoice: tick(Charging::NextInvoice),
        by_card: tick(Charging::Card),
        by_pix: tick(Charging::Pix),
        release: pack.release.word().to_owned(),
        validity_days: pack.validity_days.map(|days| days.to_string()).unwrap_or_default(),
        per_cycle_max: pack.per_cycle_max.map(|most| most.to_string()).unwrap_or_default(),
        on_write_off: pack.on_write_off.word().to_owned(),
        sold: if pack.sold == 1 { YES.to_owned() } else { String::new() },
    }
}

fn chargings(pack: &PackRow) -> Vec<Charging> {
    pack.chargings.split(',').filter_map(Charging::from_code).collect()
}

fn charging_text(way: Charging) -> &'static str {
    match way {
        Charging::Boleto => "charging-boleto",
        Charging::NextInvoice => "charging-next-invoice",
        Charging::Card => "charging-card",
        Charging::Pix => "charging-pix",
    }
}

fn release_text(when: PackRelease) -> &'static str {
    match when {
        PackRelease::Purchase => "release-purchase",
        PackRelease::Payment => "release-payment",
    }
}
