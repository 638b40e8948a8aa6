//! `/console/routers`: the routers that report and obey, and what is to be looked after.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::Hidden;

use super::kept::Kept;
use super::offer_fields::{Typed, Unread, choice, text};
use crate::app::App;
use crate::audit::Author;
use crate::look::page::{Field, FieldKind, RouterListed, Routers};
use crate::look::part::Place;
use crate::nas::{self, COA_PORT, RouterDraft, RouterSeen, put_router};
use crate::permissions::Permission;
use crate::portal::{Asked, Fault, Posted, StaffIn, draw, sign_in::Nothing};
use crate::problem::Problem;
use crate::sold::Sold;

#[derive(Deserialize)]
pub(super) struct Shown {
    saved: Option<u32>,
    /// The router that could not be removed.
    in_use: Option<u32>,
    #[serde(default)]
    removed: u8,
}

/// A router as the form sends it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    name: String,
    address: String,
    /// Empty is the one that it has.
    secret: String,
    coa_port: String,
    services: String,
}

/// What the form sends of a router that counts services apart from its sessions.
const APART: &str = "apart";
/// What it sends of any other.
const INCLUDED: &str = "included";

/// `GET /console/routers`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(shown): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let reader = staff.visit.reader().clone();
    let may_change = staff.may(Permission::ChangeRouters);
    let routers = nas::roster(&app).await?;
    let find = |no: u32| routers.iter().find(|router| router.row.nas_no == no);
    let saved = shown.saved.and_then(find).map(|router| reader.t1("offer-saved", "name", &router.row.name));
    let in_use = shown.in_use.and_then(find);
    let listed = |RouterSeen { row, open, unconfirmed, silent_since }: &RouterSeen| RouterListed {
        name: row.name.clone(),
        address: row.address.clone(),
        coa_port: row.coa_port,
        url: may_change.then(|| format!("{}/{}", Place::ConsoleRouters.url(), row.nas_no)),
        last_seen_at: row.last_seen_at,
        silent_since: *silent_since,
        open: *open,
        unconfirmed: *unconfirmed,
    };
    let page = Routers {
        frame: staff.visit.frame(&app, Some(Place::ConsoleRouters)),
        saved: saved.or_else(|| (shown.removed == 1).then(|| reader.t("router-removed"))),
        in_use: in_use.map(|router| reader.t1("router-in-use", "name", &router.row.name)),
        listens_at: app.nas.accounting_address().map(|address| address.port()),
        new_url: may_change.then(|| format!("{}/new", Place::ConsoleRouters.url())),
        rows: routers.iter().map(listed).collect(),
        reader,
    };
    draw(StatusCode::OK, &page)
}

/// `POST /console/routers/{no}/removal`
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(no): Path<u32>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeRouters)?;
    let author = staff.visit.author(&staff.who.session);
    let told = match nas::remove_router(&app, author, no).await {
        Ok(()) => "removed=1".to_owned(),
        Err(problem) if problem.code == "router_in_use" => format!("in_use={no}"),
        Err(problem) => return Err(problem.into()),
    };
    Ok(Redirect::to(&format!("{}?{told}", Place::ConsoleRouters.url())).into_response())
}

/// The kind.
pub(super) enum RouterKind {}

impl Kept for RouterKind {
    type Sent = Sent;
    type Around = ();
    const PERMISSION: Permission = Permission::ChangeRouters;
    const PLACE: Place = Place::ConsoleRouters;
    const NEW: &'static str = "new-router";
    const CHANGE: &'static str = "change-router";

    fn blank() -> Sent {
        Sent { coa_port: COA_PORT.to_string(), ..Sent::default() }
    }

    async fn known(app: &Arc<App>, _typed: &Typed, no: u32) -> Result<Option<Sent>, Problem> {
        let routers = app.read(|tables| tables.routers()).await?;
        Ok(routers.into_iter().find(|router| router.nas_no == no).map(|router| Sent {
            name: router.name,
            address: router.address,
            secret: String::new(),
            coa_port: router.coa_port.to_string(),
            services: if router.counts_all == 1 { INCLUDED } else { APART }.to_owned(),
        }))
    }

    async fn around(_app: &Arc<App>) -> Result<(), Problem> {
        Ok(())
    }

    fn fields(typed: &Typed, (_, ()): (&Sold, &()), no: Option<u32>, sent: &Sent) -> Vec<Field> {
        let t = |id: &str| typed.reader.t(id);
        let services = if sent.services == APART { APART } else { INCLUDED };
        let services_ways = [
            (INCLUDED.to_owned(), t("router-services-included")),
            (APART.to_owned(), t("router-services-apart")),
        ];
        let secret_hint = t(if no.is_some() { "router-secret-kept" } else { "router-secret-hint" });
        vec![
            text("name", t("name"), None, sent.name.clone()),
            text("address", t("router-address"), Some(t("router-address-hint")), sent.address.clone()),
            Field {
                name: "secret",
                label: t("router-secret"),
                hint: Some(secret_hint),
                kind: FieldKind::Secret,
            },
            text("coa_port", t("router-port"), Some(t("router-port-hint")), sent.coa_port.clone()),
            choice(
                "services",
                t("router-services"),
                Some(t("router-services-hint")),
                services,
                services_ways,
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
        let mut unread = Unread::default();
        let port = typed.count("coa_port", &sent.coa_port);
        let port = port.map_err(|_| Problem::invalid("coa_port", "invalid_port", "This is no port."));
        let port = unread.note(port);
        let draft = RouterDraft {
            name: sent.name.clone(),
            address: sent.address.clone(),
            secret: (!sent.secret.is_empty()).then(|| Hidden(sent.secret.clone())),
            coa_port: port.unwrap_or(COA_PORT),
            counts_all: sent.services != APART,
        };
        unread.refuse(|| nas::wrong_with(&draft))?;
        put_router(app, author, no, draft).await
    }
}
