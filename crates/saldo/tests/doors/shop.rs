//! What there is behind the doors: a customer with credit, a subscriber with a line, and somebody else beside each.

use std::sync::Arc;

use book::{Charging, LineAct};
use money::{CustomerId, LoginId, StaffId};
use saldo::audit::Author;
use saldo::customers::CreatedCustomer;
use saldo::lines::{self, Address, NewLine, NewSubscriber};
use saldo::{billing, clock, ids, passwords};
use serde_json::json;
use store::tables::lines::{LineEntry, PackRelease};
use store::tables::logins::Login;
use store::tables::staff::{Staff, StaffRole};
use store::views::PurchaseState;

use super::browser::{Browser, PASSWORD, between, login};
use super::callers::{Caller, People, stand};
use super::house::PATIENCE;
use super::house::provider::{ALLOWANCE, Provider, return_file};

pub(crate) struct Shop {
    pub(crate) provider: Provider,
    pub(crate) with_credit: People,
    pub(crate) with_line: People,
    pub(crate) sheet: String,
    pub(crate) payment: String,
    /// A checkout that was paid, and the session at its provider.
    pub(crate) paid: String,
    pub(crate) session: String,
    /// One whose page is open.
    pub(crate) open: String,
    pub(crate) card: String,
    pub(crate) automatic_card: String,
    pub(crate) key: String,
    pub(crate) line: String,
    pub(crate) boleto: String,
    pub(crate) purchase: String,
    /// What the form sends that buys for a third line.
    pub(crate) order: Vec<(String, String)>,
    pub(crate) invoice: String,
}

impl Shop {
    pub(crate) async fn open() -> Shop {
        let provider = Provider::open_with(
            PackRelease::Payment,
            |config| {
                config.sign_up.enabled = true;
                config.pix = Some(saldo::config::Pix::sample("a-secret-of-the-house").expect("a key"));
            },
            |_| {},
        )
        .await;
        let staff = staff(&provider).await;
        let ana = provider.house.customer("ana").await;
        let bruno = provider.house.customer("bruno").await;
        let with_credit = People {
            owner: ana.customer.id,
            owner_login: login(&provider.house, &ana).await.id,
            other_login: login(&provider.house, &bruno).await.id,
            staff,
        };
        let (with_line, line) = (subscribers(&provider, staff).await, provider.line.id.to_string());
        let (boleto, purchase) = purchases(&provider).await;
        let order = order(&provider, with_line).await;
        let invoice = invoice(&provider).await;
        let mut browser = Browser::signed_in(&provider.house, &ana).await;
        let (paid, session, payment) = paid(&provider, &mut browser, &ana).await;
        let key = browser.submit("/api-keys", "/api-keys", &[("name", "Server")]).await.text;
        let key = between(&key, "/api-keys/key_", "/").map(|id| format!("key_{id}")).expect("a key");
        let cards = browser.get("/saved-cards").await.text;
        let card = between(&cards, "/saved-cards/", "/removal").expect("a card").to_owned();
        let page = browser.get("/automatic-topup").await.text;
        let automatic_card = between(&page, "name=\"card\" value=\"", "\"").expect("a card").to_owned();
        let page = browser.get("/billing").await.text;
        let sheet = between(&page, "href=\"/assets/saldo.", "\"").expect("a style sheet");
        let sheet = format!("saldo.{sheet}");
        let open = begin(&provider, &ana).await["id"].as_str().expect("a top-up").to_owned();
        drop(browser);
        Shop {
            provider,
            with_credit,
            with_line,
            sheet,
            payment,
            paid,
            session,
            open,
            card,
            automatic_card,
            key,
            line,
            boleto,
            purchase,
            order,
            invoice,
        }
    }
}

async fn staff(provider: &Provider) -> StaffId {
    let staff = Staff {
        id: StaffId::from_u128(ids::fresh()),
        email: "bia@example.com".to_owned(),
        name: "Bia".to_owned(),
        password_hash: passwords::hash(PASSWORD).await.expect("a hash"),
        role: StaffRole::Admin,
        created_at: clock::now(),
        disabled_at: None,
    };
    let id = staff.id;
    provider.app().write(move |tx| tx.insert_staff(&staff)).await.expect("staff");
    id
}

/// The provider's subscriber with a login, and another one beside him.
async fn subscribers(provider: &Provider, staff: StaffId) -> People {
    let other = NewSubscriber {
        name: "Álvaro Souza".to_owned(),
        email: None,
        external_key: None,
        locale: "pt-BR".to_owned(),
        document: "39053344705".to_owned(),
        address: Address {
            street: "Rua B, 7".to_owned(),
            district: "Centro".to_owned(),
            city: "Sorocaba".to_owned(),
            state: "SP".to_owned(),
            postcode: "18010000".to_owned(),
        },
    };
    let app = Arc::clone(provider.app());
    let other = lines::subscribe(&app, Author::operator(), other).await.expect("a subscriber").id;
    let owner = provider.line.customer;
    People {
        owner,
        owner_login: line_login(provider, owner, "52998224725").await,
        other_login: line_login(provider, other, "39053344705").await,
        staff,
    }
}

async fn line_login(provider: &Provider, customer: CustomerId, document: &str) -> LoginId {
    let login = Login {
        id: LoginId::from_u128(ids::fresh()),
        customer,
        email: document.to_owned(),
        password_hash: None,
        created_at: clock::now(),
        last_sign_in_at: None,
    };
    let id = login.id;
    provider.app().write(move |tx| tx.insert_login(&login)).await.expect("a login");
    id
}

/// A boleto that waits to be paid, and a purchase on a second line that waits for a card.
async fn purchases(provider: &Provider) -> (String, String) {
    let bought = provider.buy().await;
    let received = provider.remit().await;
    provider.load(&return_file(&received, 1, &[("02", 0)])).await;
    let (app, second) = (provider.app(), another_line(provider, "joao-2").await.wallet);
    let by_card = provider.buying(Charging::Card, 0);
    lines::buy(app, second, by_card).await.expect("it may be bought");
    let id = by_card.purchase;
    let is_there = |row: &Option<store::views::PurchaseRow>| {
        row.as_ref().is_some_and(|row| row.state == PurchaseState::Awaiting)
    };
    provider.house.until(move |reader| reader.purchase(id), is_there).await;
    (bought.boleto.id.to_string(), id.to_string())
}

/// One more line of the subscriber's, whose allowance is used up.
async fn another_line(provider: &Provider, access_login: &str) -> LineEntry {
    let (app, customer) = (provider.app(), provider.line.customer);
    let access_login = Some(access_login.to_owned());
    let new = NewLine { customer, plan_no: 1, anchor_day: 1, access_login };
    let line = lines::open(app, Author::operator(), new).await.expect("a line");
    let all = LineAct::AddUse { total: ALLOWANCE, outside: 0 };
    lines::ask(app, line.wallet, all, None).await.expect("used up");
    line
}

/// What the form sends with which the subscriber buys for one more line.
async fn order(provider: &Provider, people: People) -> Vec<(String, String)> {
    let line = another_line(provider, "joao-3").await.id;
    let landed = provider.app().ledger.landed().borrow().position;
    assert!(provider.app().wait_projected(landed, PATIENCE).await);
    let mut browser = stand(&provider.house, people, Caller::Owner).await.browser;
    let page = browser.get(&format!("/buy-credit?line={line}")).await.text;
    let before = page.split("\">10.0\u{a0}GB ").next().expect("a page");
    let pack = before.rsplit("value=\"").next().expect("a pack");
    let page = browser.get(&format!("/buy-credit?line={line}&credit={pack}&charging=boleto")).await.text;
    let form = page.split("method=\"post\" action=\"/buy-credit\"").nth(1).expect("a form");
    let form = form.split("</form>").next().expect("a form");
    let fields = form.split("<input type=\"hidden\" name=\"").skip(1).map(|input| {
        let (name, rest) = input.split_once('"').expect("a name");
        (name.to_owned(), between(rest, "value=\"", "\"").expect("a value").to_owned())
    });
    fields.filter(|(name, _)| name != "csrf").collect()
}

async fn invoice(provider: &Provider) -> String {
    let (app, customer) = (provider.app(), provider.line.customer);
    let (month, ..) = billing::preview(app).await.expect("a month");
    billing::begin(app, Author::operator(), month).await.expect("a run");
    provider.house.until(|reader| reader.billing_runs_open(1), Vec::is_empty).await;
    let invoices = app.read(move |reader| reader.invoices_of(customer, None, 1)).await.expect("a look");
    invoices.rows.first().expect("an invoice").id.to_string()
}

async fn begin(provider: &Provider, customer: &CreatedCustomer) -> serde_json::Value {
    let customer = customer.customer.id.to_string();
    let wanted = json!({"customer": customer, "amount": {"amount": "10.00", "unit": "USD"}});
    provider.house.post("/v1/topups", &wanted).await.expect(201)
}

/// A checkout that was paid with a card that is kept; its session, and its payment.
async fn paid(
    provider: &Provider,
    browser: &mut Browser<'_>,
    customer: &CreatedCustomer,
) -> (String, String, String) {
    let topup = begin(provider, customer).await;
    provider.house.pay(&topup, "4242424242424242").await;
    let url = topup["checkout_url"].as_str().expect("a page to pay");
    let session = url.rsplit('/').next().expect("a session").to_owned();
    browser.get(&format!("/recharge/return?session_id={session}")).await;
    let (customer, id) = (customer.customer.id, topup["id"].as_str().expect("a name").to_owned());
    let payments = provider
        .house
        .until(move |reader| reader.payments_of(customer, None, 5), |page| !page.rows.is_empty());
    let payment = payments.await.rows.pop().expect("a payment").id.to_string();
    (id, session, payment)
}
