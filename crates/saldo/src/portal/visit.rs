//! One request of a browser: who is signed in, in which language the answer is, which tokens its forms may carry.
//!
//! A browser holds up to three secrets: of a customer's session, of a session of staff, and a random text that makes forms safe
//! before anybody has signed in. The tables hold only hashes of the first two.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use brazil::document::TaxId;
use money::{CustomerId, LoginId, Timestamp, Unit};
use store::tables::customers::{Customer, Wallet};
use store::tables::logins::Login;
use store::tables::sessions::{Session, SessionOwner};
use store::tables::staff::Staff;
use store::{Reader as TablesReader, StoreError};
use subtle::ConstantTimeEq as _;

use super::cookies::{self, Jar};
use super::{sessions, viewing};
use crate::app::App;
use crate::audit::Author;
use crate::look::part::{Frame, LogoSeen, Menu, Person, Place, Trial, Viewed};
use crate::look::{Locale, Reader};
use crate::mode::Mode;
use crate::problem::Problem;
use crate::staff_passwords::NEW_PASSWORD_PATH;
use crate::{clock, ids, permissions, server};

/// Most bytes of a browser's name that are kept.
const USER_AGENT_BYTES_MAX: usize = 300;
/// Bytes of randomness behind a request's id.
const REQUEST_ID_BYTES: usize = 9;
/// Bytes of randomness that make forms safe before anybody has signed in.
const FORM_SECRET_BYTES: usize = 32;
/// Wallets of a customer that are looked through for the one that counts money.
const WALLETS_MAX: u32 = 50;

/// A request, as pages need to know it. Cheap to clone.
#[derive(Clone)]
pub struct Visit(Arc<Inner>);

struct Inner {
    reader: Reader,
    request_id: String,
    path: String,
    shown_path: String,
    ip: String,
    user_agent: String,
    customer: Option<Arc<CustomerSession>>,
    staff: Option<Arc<StaffSession>>,
    has_ended: bool,
    form_token: String,
    new_form_secret: Option<String>,
}

/// An open session of a customer's login, the customer and his money wallet.
pub struct CustomerSession {
    /// The session.
    pub session: Session,
    /// Who signed in; nobody did in a view.
    pub login: Option<Login>,
    /// For whom.
    pub customer: Customer,
    /// His credit in money, if he has any.
    pub wallet: Option<Wallet>,
    /// Whether plans are in service for him.
    pub has_lines: bool,
    /// Whether staff look at the portal as this customer, and he is not here himself.
    pub is_view: bool,
}

impl CustomerSession {
    /// The menu beside his pages.
    fn menu(&self) -> Menu {
        Menu::of_owner(self.wallet.is_some(), self.has_lines)
    }

    /// The page on which he begins.
    pub fn first_page(&self) -> &'static str {
        first_page(self.wallet.is_some())
    }
}

/// The page on which a customer begins.
fn first_page(has_money: bool) -> &'static str {
    if has_money { Place::Billing.url() } else { Place::BuyCredit.url() }
}

/// The same, by what the tables say that he owns.
pub(super) fn first_page_of(
    reader: &TablesReader<'_>,
    customer: CustomerId,
    unit: Unit,
) -> Result<&'static str, StoreError> {
    let wallets = reader.wallets_of(customer, None, WALLETS_MAX)?.rows;
    Ok(first_page(wallets.iter().any(|wallet| wallet.unit == unit)))
}

/// An open session of a member of staff.
pub struct StaffSession {
    /// The session.
    pub session: Session,
    /// Who signed in.
    pub staff: Staff,
}

impl Visit {
    /// Reads who asks. Fails only if the tables cannot be read.
    pub(super) async fn read(app: &Arc<App>, parts: &Parts, request_id: String) -> Result<Visit, Problem> {
        let now = clock::now();
        let config = &app.config;
        let customer_secret = Jar::Customer.read(config, &parts.headers);
        let view_secret = Jar::View.read(config, &parts.headers);
        let staff_secret = Jar::Staff.read(config, &parts.headers);
        let had_customer = customer_secret.is_some();
        let (mut customer, mut staff) = (None, None);
        if customer_secret.is_some() || staff_secret.is_some() {
            let unit = config.credit.unit;
            (customer, staff) = app
                .read(move |reader| {
                    let customer = customer_secret.map(|secret| customer_session(reader, &secret, unit, now));
                    let staff = staff_secret.map(|secret| staff_session(reader, &secret, now));
                    let (mut customer, staff) =
                        (customer.transpose()?.flatten(), staff.transpose()?.flatten());
                    if let (Some(secret), Some(staff)) = (&view_secret, &staff)
                        && let Some(view) = viewing::view(reader, secret, staff, unit, now)?
                    {
                        customer = Some(view);
                    }
                    Ok((customer, staff))
                })
                .await?;
        }
        let has_ended = had_customer && customer.is_none();
        let visit = Visit::of(app, parts, request_id, (customer, staff), has_ended);
        for session in visit.sessions() {
            sessions::keep(app, session, now).await?;
        }
        Ok(visit)
    }

    /// A visit of somebody unknown, for when the tables cannot be read.
    pub(super) fn unknown(app: &App, parts: &Parts, request_id: String) -> Visit {
        Visit::of(app, parts, request_id, (None, None), false)
    }

    fn of(
        app: &App,
        parts: &Parts,
        request_id: String,
        (customer, staff): (Option<CustomerSession>, Option<StaffSession>),
        has_ended: bool,
    ) -> Visit {
        let header = |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let language = cookies::language(&parts.headers);
        let locale =
            Locale::choose(header(ACCEPT_LANGUAGE), language.as_deref(), app.config.brand().language);
        let (form_secret, is_new) = match Jar::Form.read(&app.config, &parts.headers) {
            Some(secret) => (secret, false),
            None => (ids::secret_text(FORM_SECRET_BYTES), true),
        };
        let form_token = format!("{:032x}", app.hashes.hash128("form", &[form_secret.as_bytes()]));
        let shown = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut user_agent = header(USER_AGENT).unwrap_or_default().to_owned();
        user_agent.truncate(USER_AGENT_BYTES_MAX);
        Visit(Arc::new(Inner {
            reader: Reader::new(locale, app.config.brand.time_zone.clone())
                .counting_in(app.config.brand.data_unit),
            request_id,
            path: parts.uri.path().to_owned(),
            shown_path: if parts.method == Method::GET { shown.to_owned() } else { String::new() },
            ip: ip(app, parts),
            user_agent,
            customer: customer.map(Arc::new),
            staff: staff.map(Arc::new),
            has_ended,
            form_token,
            new_form_secret: is_new.then_some(form_secret),
        }))
    }

    /// Through whose eyes the answer is drawn.
    pub fn reader(&self) -> &Reader {
        &self.0.reader
    }

    /// The id of this request.
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// From where the request comes.
    pub fn ip(&self) -> &str {
        &self.0.ip
    }

    /// Whoever is signed in here, as the audit log names him.
    pub(crate) fn author(&self, session: &Session) -> Author {
        let actor = match session.owner {
            SessionOwner::Login(id) => id.to_string(),
            SessionOwner::Staff(id) => id.to_string(),
        };
        Author::in_request(actor, Some(self.0.ip.clone()), Some(self.0.request_id.clone()))
    }

    /// Somebody whom this id names, as the audit log names him.
    pub(crate) fn author_named(&self, actor: String) -> Author {
        Author::in_request(actor, Some(self.0.ip.clone()), Some(self.0.request_id.clone()))
    }

    /// Who has just proved at the door that this login is his, as the audit log names him.
    pub(super) fn author_at_door(&self, login: LoginId) -> Author {
        Author::in_request(login.to_string(), Some(self.0.ip.clone()), Some(self.0.request_id.clone()))
    }

    /// What the browser calls itself.
    pub fn user_agent(&self) -> &str {
        &self.0.user_agent
    }

    /// The customer's session, if there is one.
    pub fn customer(&self) -> Option<&Arc<CustomerSession>> {
        self.0.customer.as_ref()
    }

    /// The session of staff, if there is one.
    pub fn staff(&self) -> Option<&Arc<StaffSession>> {
        self.0.staff.as_ref()
    }

    /// Whether staff look at the portal as a customer.
    pub fn is_view(&self) -> bool {
        self.customer().is_some_and(|customer| customer.is_view)
    }

    /// True if the browser holds the secret of a customer's session that is over.
    pub fn has_ended(&self) -> bool {
        self.0.has_ended
    }

    /// The secret that the browser is to hold from now on, if it came without one.
    pub(super) fn new_form_secret(&self) -> Option<&str> {
        self.0.new_form_secret.as_deref()
    }

    /// What stands around a page at `place` of the menu (`None` draws no menu). Nothing on it is live unless the caller says so.
    pub fn frame(&self, app: &App, place: Option<Place>) -> Frame {
        let menu = place.map_or(Menu::None, Menu::with);
        let menu = match self.customer() {
            Some(customer) if !matches!(menu, Menu::None | Menu::Console) => customer.menu(),
            _ => menu,
        };
        self.frame_with(app, menu, place)
    }

    /// What stands around a message: the menu of whoever is signed in, so that he goes on from there.
    pub(super) fn frame_of_message(&self, app: &App) -> Frame {
        let menu = match (self.is_console(), self.staff(), self.customer()) {
            (true, Some(_), _) => Menu::Console,
            (false, _, Some(customer)) => customer.menu(),
            _ => Menu::None,
        };
        self.frame_with(app, menu, None)
    }

    fn frame_with(&self, app: &App, menu: Menu, place: Option<Place>) -> Frame {
        let person = match menu {
            Menu::None => None,
            Menu::Console => self
                .staff()
                .map(|staff| Person { name: staff.staff.name.clone(), login: staff.staff.email.clone() }),
            Menu::Portal | Menu::Lines | Menu::Both => self.customer().map(|customer| Person {
                name: customer.customer.name.clone(),
                login: match &customer.login {
                    Some(login) => spoken_login(&login.email),
                    None => customer.customer.email.clone().unwrap_or_default(),
                },
            }),
        };
        let path = match place {
            Some(place) if self.0.shown_path.is_empty() => place.url(),
            None if self.0.shown_path.is_empty() => "/",
            _ => &self.0.shown_path,
        };
        let brand = app.config.brand();
        Frame {
            brand: brand.name.clone(),
            support_email: brand.support_email.clone(),
            support_phone: brand.support_phone.clone(),
            terms_url: brand.terms_url.clone(),
            sheet_url: brand.sheet.as_ref().map(|sheet| sheet.path.clone()),
            logo: brand.logo.as_ref().map(|logo| LogoSeen {
                url: logo.file.path.clone(),
                width: logo.width,
                height: logo.height,
                is_word: logo.is_word(),
            }),
            menu,
            hidden: self.hidden(app, menu),
            viewed_as: self
                .customer()
                .filter(|customer| customer.is_view && !self.is_console())
                .map(|customer| viewed(customer, clock::now())),
            place,
            person,
            csrf: self.token().to_owned(),
            path: path.to_owned(),
            request_id: self.0.request_id.clone(),
            live_url: None,
            moved_clock: Some(app.ledger.now()).filter(|_| app.ledger.clock_offset() != 0),
            trial: match (app.demo_strip.get(), app.mode) {
                (None, Some(Mode::Test)) => Some(Trial::TestMode),
                (None, _) if app.config.test_clock => Some(Trial::Clock),
                _ => None,
            },
            demo: app.demo_strip.get().map(|strip| strip.draw(app.ledger.now())),
        }
    }

    /// What of this menu whoever is signed in has no use of.
    fn hidden(&self, app: &App, menu: Menu) -> Vec<Place> {
        // Of a subscriber's cards there is something to see once he has paid by one.
        if menu == Menu::Lines && self.customer().is_none_or(|it| it.customer.stripe_customer_id.is_none()) {
            return vec![Place::SavedCards];
        }
        // Staff who look as a customer see no keys: the page is not opened to them.
        if self.is_view() && menu != Menu::Console {
            return vec![Place::ApiKeys];
        }
        let Some(staff) = self.staff().filter(|_| menu == Menu::Console) else { return Vec::new() };
        // Who sells one kind of credit has no use of what belongs to the other; who has begun neither may begin both.
        let (sold, config) = (app.sold(), &app.config);
        let is_provider = sold.has_plans() || config.bank.is_some() || config.pix.is_some();
        let unused = match (is_provider, sold.has_meters()) {
            (false, true) => Place::OF_LINES,
            (true, false) => Place::OF_MONEY,
            _ => &[],
        };
        let is_hidden = |place: &&Place| {
            let needed = permissions::to_open(**place);
            !permissions::may(staff.staff.role, needed) || unused.contains(place)
        };
        menu.entries().iter().filter(is_hidden).copied().collect()
    }

    /// The token that this page's forms carry.
    fn token(&self) -> &str {
        match (self.is_console(), self.staff(), self.customer()) {
            (true, Some(staff), _) => &staff.session.csrf.0,
            (false, _, Some(customer)) => &customer.session.csrf.0,
            _ => &self.0.form_token,
        }
    }

    /// Whether a form that carries `token` was drawn for this browser. A form that several pages share, or that stands on pages for
    /// nobody in particular, may carry any token of the browser; all others carry their session's.
    pub(super) fn is_token(&self, token: &str) -> bool {
        const OF_ANY_PAGE: [&str; 12] = [
            "/sign-up",
            "/sign-up/mails",
            "/sign-up/confirmation",
            "/language",
            "/sign-in",
            "/console/sign-in",
            "/forgotten-password",
            "/set-password",
            "/first-access",
            "/console/invitation",
            "/console/forgotten-password",
            NEW_PASSWORD_PATH,
        ];
        let path = self.0.path.as_str();
        let equals = |known: &str| bool::from(known.as_bytes().ct_eq(token.as_bytes()));
        if OF_ANY_PAGE.contains(&path) || path.starts_with("/demo/") {
            let of_session = |session: &Session| equals(&session.csrf.0);
            return self.sessions().any(of_session) | equals(&self.0.form_token);
        }
        equals(self.token())
    }

    /// Whether it is a page of the console.
    pub(super) fn is_console(&self) -> bool {
        is_of_console(&self.0.path)
    }

    fn sessions(&self) -> impl Iterator<Item = &Session> {
        let customer = self.customer().map(|customer| &customer.session);
        customer.into_iter().chain(self.staff().map(|staff| &staff.session))
    }
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Infallible;

    /// The visit that the shell around every page has read.
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Visit, Infallible> {
        let known = parts.extensions.get::<Visit>().cloned();
        Ok(known.unwrap_or_else(|| Visit::unknown(app, parts, new_request_id())))
    }
}

/// Whose portal staff see, and for how long.
fn viewed(customer: &CustomerSession, now: Timestamp) -> Viewed {
    let left = customer.session.expires_at.since(now).max(0);
    let minutes = (left + Timestamp::MINUTE - 1) / Timestamp::MINUTE;
    Viewed { name: customer.customer.name.clone(), minutes_left: u32::try_from(minutes).unwrap_or(u32::MAX) }
}

/// Whether staff reads the page at `path`, which may have a query.
pub(super) fn is_of_console(path: &str) -> bool {
    path.strip_prefix("/console").is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

/// What was signed in with, as people write it: a bare CPF or CNPJ gets its dots.
fn spoken_login(login: &str) -> String {
    TaxId::parse(login).map_or_else(|_| login.to_owned(), |document| document.to_string())
}

/// A new id for a request.
pub(super) fn new_request_id() -> String {
    format!("req_{}", ids::secret_text(REQUEST_ID_BYTES))
}

fn customer_session(
    reader: &TablesReader<'_>,
    secret: &str,
    unit: money::Unit,
    now: money::Timestamp,
) -> Result<Option<CustomerSession>, StoreError> {
    let Some(session) = reader.session(&sessions::hash(secret), now)? else { return Ok(None) };
    let SessionOwner::Login(login) = session.owner else { return Ok(None) };
    let Some(login) = reader.login(login)? else { return Ok(None) };
    let Some(customer) = reader.customer(login.customer)? else { return Ok(None) };
    let (wallet, has_lines) = owned(reader, customer.id, unit)?;
    Ok(Some(CustomerSession { session, login: Some(login), customer, wallet, has_lines, is_view: false }))
}

/// What a customer owns: his credit in money, and whether he has lines.
pub(super) fn owned(
    reader: &TablesReader<'_>,
    customer: CustomerId,
    unit: Unit,
) -> Result<(Option<Wallet>, bool), StoreError> {
    let wallets = reader.wallets_of(customer, None, WALLETS_MAX)?.rows;
    let wallet = wallets.into_iter().find(|wallet| wallet.unit == unit);
    Ok((wallet, !reader.lines_of(customer, 1)?.is_empty()))
}

fn staff_session(
    reader: &TablesReader<'_>,
    secret: &str,
    now: money::Timestamp,
) -> Result<Option<StaffSession>, StoreError> {
    let Some(session) = reader.session(&sessions::hash(secret), now)? else { return Ok(None) };
    let SessionOwner::Staff(staff) = session.owner else { return Ok(None) };
    let staff = reader.staff(staff)?.filter(|staff| staff.disabled_at.is_none());
    Ok(staff.map(|staff| StaffSession { session, staff }))
}

/// From where the request comes; empty if nobody knows.
fn ip(app: &App, parts: &Parts) -> String {
    let address =
        server::client_address(&parts.extensions, &parts.headers, &app.config.server.trusted_proxies);
    address.map(|address| address.to_string()).unwrap_or_default()
}
