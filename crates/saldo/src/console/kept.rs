//! Things that staff write down by a form and find again in a list: plans, packs, routers. Their pages differ in what they ask and
//! show; how a form is drawn, sent, refused with words and saved is the same.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::de::DeserializeOwned;

use super::offer_fields::Typed;
use super::{after_saving, draw_form, typed};
use crate::app::App;
use crate::audit::Author;
use crate::look::page::{Field, FieldProblem};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::{Fault, Posted, StaffIn};
use crate::problem::Problem;
use crate::sold::Sold;

/// A kind of them.
pub(super) trait Kept: 'static {
    /// One as the form sends it.
    type Sent: DeserializeOwned + Send + Sync + 'static;
    /// Who may change them.
    const PERMISSION: Permission;
    /// Where their list is.
    const PLACE: Place;
    /// The id of the heading over the form of a new one.
    const NEW: &'static str;
    /// The id of the heading over the form that changes one.
    const CHANGE: &'static str;

    /// What the form shows beside the one that it is of.
    type Around: Send + Sync;

    /// What the form of a new one holds.
    fn blank() -> Self::Sent;

    /// What the form of a known one holds; `None` if there is none of this number.
    fn known(
        app: &Arc<App>,
        typed: &Typed,
        no: u32,
    ) -> impl Future<Output = Result<Option<Self::Sent>, Problem>> + Send;

    /// Reads what the form shows beside it.
    fn around(app: &Arc<App>) -> impl Future<Output = Result<Self::Around, Problem>> + Send;

    /// The fields of the form of a new one, or of the one with this number.
    fn fields(
        typed: &Typed,
        around: (&Sold, &Self::Around),
        no: Option<u32>,
        sent: &Self::Sent,
    ) -> Vec<Field>;

    /// Writes down what was sent: a new one, or in the place of the one with this number. Its number.
    fn put(
        app: &Arc<App>,
        author: Author,
        no: Option<u32>,
        typed: &Typed,
        sent: &Self::Sent,
    ) -> impl Future<Output = Result<u32, Problem>> + Send;
}

/// `GET …/new`
pub(super) async fn new<K: Kept>(State(app): State<Arc<App>>, staff: StaffIn) -> Result<Response, Fault> {
    staff.must(K::PERMISSION)?;
    let around = K::around(&app).await?;
    form::<K>(&app, &staff, &around, (None, &K::blank()), Vec::new())
}

/// `GET …/{no}`
pub(super) async fn change<K: Kept>(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(no): Path<u32>,
) -> Result<Response, Fault> {
    staff.must(K::PERMISSION)?;
    let known = K::known(&app, &typed(&app, &staff), no).await?;
    let sent = known.ok_or_else(|| Problem::not_found(K::PLACE.text_id()))?;
    let around = K::around(&app).await?;
    form::<K>(&app, &staff, &around, (Some(no), &sent), Vec::new())
}

/// `POST …`
pub(super) async fn create<K: Kept>(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(sent): Posted<K::Sent>,
) -> Result<Response, Fault> {
    save::<K>(&app, &staff, None, &sent).await
}

/// `POST …/{no}`
pub(super) async fn submit<K: Kept>(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(no): Path<u32>,
    Posted(sent): Posted<K::Sent>,
) -> Result<Response, Fault> {
    save::<K>(&app, &staff, Some(no), &sent).await
}

async fn save<K: Kept>(
    app: &Arc<App>,
    staff: &StaffIn,
    no: Option<u32>,
    sent: &K::Sent,
) -> Result<Response, Fault> {
    staff.must(K::PERMISSION)?;
    let typed = typed(app, staff);
    let author = staff.visit.author(&staff.who.session);
    let saved = K::put(app, author, no, &typed, sent).await;
    let around = K::around(app).await?;
    after_saving(K::PLACE, &typed, saved, |problems| form::<K>(app, staff, &around, (no, sent), problems))
}

fn form<K: Kept>(
    app: &Arc<App>,
    staff: &StaffIn,
    around: &K::Around,
    (no, sent): (Option<u32>, &K::Sent),
    problems: Vec<FieldProblem>,
) -> Result<Response, Fault> {
    let heading = if no.is_some() { K::CHANGE } else { K::NEW };
    let fields = K::fields(&typed(app, staff), (&app.sold(), around), no, sent);
    draw_form(app, staff, (K::PLACE, no), heading, fields, problems)
}
