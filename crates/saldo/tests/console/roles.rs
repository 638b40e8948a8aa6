//! Who may do what in the console: each route by each reader. A route that the console has and the tables here have not fails a test,
//! so none is added without saying who may use it.

use std::collections::BTreeSet;

use money::{AdjustmentId, Amount, LoginId, Unit};
use saldo::audit::Author;
use saldo::billing::{self, Adjustment};
use saldo::permissions::may;
use saldo::{clock, ids, passwords};
use store::tables::bank::{Finding, FindingCode};
use store::tables::logins::Login;
use store::tables::staff::StaffRole;

use super::bank::{FILES, RETURNS, buyer, open, remit, return_file, seller};
use super::browser::{Browser, PASSWORD, token_of};
use super::house::served::routes;
use super::house::{Answer, House, Seen};
use super::needs::{OPEN, needs};
use super::offers::{PACK, PLAN, with};
use super::staff_in;

/// Where each changes his own password: everybody may send it.
const OWN_PASSWORD: &str = "/console/password";
/// Forms that change nothing of anybody else's.
const HARMLESS: [&str; 5] = [
    "action=\"/console/sign-out\"",
    "action=\"/language\"",
    "action=\"/console/password\"",
    "action=\"/console/forgotten-password\"",
    "method=\"get\"",
];

/// Something that staff may send, and what it is answered to those who may.
struct Post {
    template: &'static str,
    /// What stands for `{id}` or `{no}`.
    place: String,
    sent: Sent,
    answered: u16,
}

enum Sent {
    Fields(Vec<(&'static str, String)>),
    File(&'static str),
}

/// A page, and what it is answered to a viewer: 403 where it is nothing but a form.
type Get = (&'static str, String, u16);

/// What there is to be looked at and changed.
#[derive(Default)]
struct Shop {
    customer: String,
    line: String,
    boleto: String,
    purchase: String,
    invoice: String,
    adjustment: String,
    month: String,
    /// A customer who has paid, his login without a password, and what came of it.
    payer: String,
    login: String,
    payment: String,
    topup: String,
    event: String,
    /// Credit that waits for approval.
    asked: String,
}

impl Post {
    fn path(&self) -> String {
        fill(self.template, &self.place)
    }

    async fn send(&self, browser: &mut Browser<'_>, token: &str) -> Answer {
        let path = self.path();
        let request = match &self.sent {
            Sent::Fields(fields) => {
                let mut all = vec![("csrf", token)];
                all.extend(fields.iter().map(|(name, value)| (*name, value.as_str())));
                browser.form(&path, &all)
            }
            Sent::File(text) => browser.file_form(&path, token, "file.txt", text.as_bytes()),
        };
        browser.send(request).await
    }
}

/// The template with what stands in its places, one after the other.
fn fill(template: &str, place: &str) -> String {
    let mut places = place.split('/');
    template
        .split('/')
        .map(|part| if part.starts_with('{') { places.next().unwrap_or(place) } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

impl Shop {
    /// Two subscribers who bought by boleto; an invoice, a correction and a finding that wait.
    async fn open(house: &House, administrator: &mut Browser<'_>) -> Shop {
        let app = &house.running.app;
        let (_, boleto) = buyer(house, "João da Silva", "52998224725", "01310100").await;
        let (_, other) = buyer(house, "Álvaro Souza", "39053344705", "01310100").await;
        let received = remit(administrator).await;
        let file = return_file(&received, 1, &[(0, "02", 0), (1, "02", 0)]);
        administrator.submit_file(FILES, RETURNS, "1.ret", file.as_bytes()).await;
        let (month, ..) = billing::preview(app).await.expect("a month");
        billing::begin(app, Author::operator(), month).await.expect("a run");
        house.until(|reader| reader.billing_runs_open(1), Vec::is_empty).await;
        let customer = boleto.customer;
        let amount = Amount::new(5_000_000, Unit::BRL);
        let correction =
            Adjustment { id: AdjustmentId::from_u128(1), customer, amount, reason: "visita".to_owned() };
        billing::adjust(app, Author::operator(), correction).await.expect("a correction");
        let found = |at| Finding {
            finding_no: 0,
            code: FindingCode::UnknownTitle,
            boleto: None,
            return_no: None,
            file_line: None,
            detail: "It is none of ours.".to_owned(),
            found_at: at,
            facts: String::new(),
            customer: None,
            about: String::new(),
        };
        app.write(move |tx| tx.insert_finding(&found(clock::now()))).await.expect("a finding");
        let hash = passwords::hash(PASSWORD).await.expect("a hash");
        let login = Login {
            id: LoginId::from_u128(ids::fresh()),
            customer,
            email: "52998224725".to_owned(),
            password_hash: Some(hash),
            created_at: clock::now(),
            last_sign_in_at: None,
        };
        app.write(move |tx| tx.insert_login(&login)).await.expect("a login");
        house.until(|reader| reader.open_intents(None, 1), |page| page.rows.is_empty()).await;
        let paid = super::support::paid(house).await;
        let paid = Shop {
            payer: paid.customer.customer.id.to_string(),
            login: paid.login.to_string(),
            payment: paid.payment.id.to_string(),
            topup: paid.topup.to_string(),
            event: format!("stripe/{}", paid.event),
            asked: paid.asked.to_string(),
            ..Shop::default()
        };
        let read = app.read(move |reader| {
            let line = reader.lines_of(customer, 1)?.pop().expect("a line");
            let invoice = reader.invoices_of(customer, None, 1)?.rows.pop().expect("an invoice");
            Ok((line.id, invoice.id, reader.all_adjustments_waiting(1)?.pop().expect("a correction").id))
        });
        let (line, invoice, adjustment) = read.await.expect("a look");
        Shop {
            customer: customer.to_string(),
            line: line.to_string(),
            boleto: boleto.id.to_string(),
            purchase: other.purchase.expect("a purchase").to_string(),
            invoice: invoice.to_string(),
            adjustment: adjustment.to_string(),
            month: month.to_string(),
            ..paid
        }
    }
}

/// What would differ if anything had been done: the book, and the log in which every change of staff stands.
async fn state(house: &House) -> (Seen, u64) {
    let log = house.running.app.read(|reader| reader.audit(None, 1)).await.expect("the log").rows;
    (house.seen(), log.first().map_or(0, |row| row.audit_no))
}

/// All that can be sent, in an order in which one thing does not hinder the next.
fn posts(shop: &Shop) -> Vec<Post> {
    let form = |template, place: &str, fields: &[(&'static str, &str)], answered| Post {
        template,
        place: place.to_owned(),
        sent: Sent::Fields(fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()),
        answered,
    };
    let file =
        |template, text, answered| Post { template, place: String::new(), sent: Sent::File(text), answered };
    let person = [
        ("name", "Bia Souza"),
        ("document", "111.444.777-35"),
        ("street", "Rua B, 7"),
        ("district", "Centro"),
        ("city", "Sorocaba"),
        ("state", "SP"),
        ("postcode", "18010-000"),
        ("language", "pt-BR"),
    ];
    let line = [("plan", "Fibra 50 Mega"), ("access_login", "bia"), ("anchor_day", "5")];
    let second = [("plan", "Fibra 50 Mega"), ("access_login", "joao-2"), ("anchor_day", "6")];
    let router =
        [("name", "Torre"), ("address", "127.0.0.1"), ("secret", "segredo-da-torre"), ("coa_port", "3799")];
    let renamed = [("name", "João Silva"), ("document", "529.982.247-25")];
    let renamed: Vec<_> = renamed.into_iter().chain(person[2..].iter().copied()).collect();
    let larger = with(&PACK, "quantity", "25");
    let other: Vec<_> = [("name", "Outro plano")].into_iter().chain(PLAN[1..].iter().copied()).collect();
    let adjustment =
        [("document", "52998224725"), ("direction", "adds"), ("amount", "5.00"), ("reason", "visita")];
    let colleague = [("name", "Leo"), ("email", "leo@example.com"), ("role", "support"), ("language", "en")];
    let credit =
        [("direction", "give"), ("amount", "60.00"), ("reason", "goodwill"), ("note", "uma cortesia")];
    let giving_back = [("amount", "1.00"), ("paid_by", "pix"), ("reason", "pago duas vezes")];
    let whole: Vec<_> = person.into_iter().chain(line).collect();
    vec![
        form(
            "/console/payments/{id}/refunds",
            &shop.payment,
            &[("amount", "4.00"), ("left", "10000000")],
            303,
        ),
        form("/console/refunds/{id}/approval", "nobody", &[], 404),
        form("/console/refunds/{id}/rejection", "nobody", &[], 404),
        form("/console/refunds/{id}/resolution", "nobody", &[], 404),
        form("/console/payments/{id}/receipt", &shop.payment, &[], 303),
        form("/console/topups/{id}/reading", &shop.topup, &[], 303),
        form("/console/inbox/{provider}/{event}/replay", &shop.event, &[], 303),
        form("/console/customers/{id}/credit", &shop.payer, &credit, 303),
        form("/console/credit/{id}/approval", &shop.asked, &[], 303),
        form("/console/credit/{id}/rejection", &shop.asked, &[], 303),
        form("/console/customers/{id}/invitations", &shop.payer, &[("login", &shop.login)], 303),
        form(
            "/console/customers",
            "",
            &[("name", "Nina"), ("email", "nina@example.com"), ("language", "en"), ("welcome", "1")],
            303,
        ),
        form("/console/subscribers", "", &whole, 303),
        file("/console/subscribers/checks", "name;document\nAna;1\n", 303),
        form("/console/subscribers/imports", "", &[("check", "nothing")], 303),
        file("/console/customers/checks", "name;email\nAna;a@example.com\n", 303),
        form("/console/customers/imports", "", &[("check", "nothing")], 303),
        form("/console/customers/{id}", &shop.customer, &renamed, 303),
        form("/console/customers/{id}/codes", &shop.customer, &[], 201),
        form("/console/customers/{id}/lines", &shop.customer, &second, 303),
        form("/console/lines/{id}/access-login", &shop.line, &[("access_login", "outro")], 303),
        form("/console/lines/{id}/status", &shop.line, &[("status", "blocked"), ("reason", "A test")], 303),
        form("/console/billing/runs", "", &[("month", &shop.month)], 422),
        form("/console/billing/first-month", "", &[("month", "2020-01")], 422),
        form("/console/billing/adjustments", "", &adjustment, 303),
        form("/console/billing/adjustments/{id}/withdrawal", &shop.adjustment, &[], 303),
        form("/console/invoices/{id}/payment", &shop.invoice, &[("reason", "no balcão")], 303),
        form("/console/purchases/{id}/settlement", &shop.purchase, &[("reason", "no balcão")], 303),
        form("/console/boletos/{id}/write-off", &shop.boleto, &[("on_write_off", "take_back")], 303),
        form("/console/boletos/remittances", "", &[], 303),
        file("/console/boletos/returns", "no return at all", 422),
        form("/console/boletos/findings/{no}/use", "1", &[("amount", "1"), ("reason", "A test")], 404),
        form("/console/boletos/findings/{no}/resolution", "1", &[], 303),
        form("/console/reconciliation/runs", "", &[], 303),
        form("/console/routers", "", &router, 303),
        form("/console/routers/{no}", "1", &router, 303),
        form("/console/routers/{no}/removal", "1", &[], 303),
        form("/console/plans", "", &other, 303),
        form("/console/plans/{no}", "1", &PLAN, 303),
        form("/console/packs", "", &larger, 303),
        form("/console/packs/{no}", "1", &PACK, 303),
        form("/console/customers/{id}/freezing", &shop.customer, &[("wallet", "none"), ("freeze", "1")], 404),
        form("/console/customers/{id}/view", &shop.customer, &[], 303),
        form("/console/customers/{id}/giving-back", &shop.customer, &giving_back, 422),
        form("/console/staff/invitations", "", &colleague, 303),
        form("/console/staff/invitations/{id}/sending", "nobody", &[], 404),
        form("/console/staff/invitations/{id}/withdrawal", "nobody", &[], 404),
        form("/console/staff/{id}/role", "nobody", &[("role", "support")], 404),
        form("/console/staff/{id}/disabling", "nobody", &[], 404),
        form("/console/staff/{id}/enabling", "nobody", &[], 404),
        form("/console/staff/{id}/signing-out", "nobody", &[], 404),
        form("/console/staff/{id}/password-link", "nobody", &[], 404),
        form("/console/webhooks", "", &[("url", "https://example.com/hook"), ("credit.added", "yes")], 201),
        form("/console/webhooks/{id}", "none", &[("url", "https://example.com/hook")], 404),
        form("/console/webhooks/{id}/activation", "none", &[], 404),
        form("/console/webhooks/{id}/deactivation", "none", &[], 404),
        form("/console/webhooks/{id}/secret-rotation", "none", &[], 404),
        form("/console/webhooks/{id}/removal", "none", &[], 404),
        form("/console/webhooks/{id}/test", "none", &[], 404),
        form("/console/webhook-deliveries/{id}/redelivery", "none", &[], 404),
        form("/console/brand", "", &[("name", "Outra")], 303),
        file("/console/brand/logo", "no picture", 422),
        form("/console/mail/test", "", &[], 200),
        form("/console/go-live/backup", "", &[], 303),
        form("/console/stripe/checks", "", &[], 200),
        form("/console/brand/logo/removal", "", &[], 303),
    ]
}

/// All pages, and how a viewer sees them.
fn gets(shop: &Shop) -> Vec<Get> {
    let at = |template, place: &str, status| (template, place.to_owned(), status);
    vec![
        at("/console", "", 200),
        at("/console/sign-in", "", 303),
        at("/console/search", "", 200),
        at("/console/payments", "", 200),
        at("/console/payments.csv", "", 200),
        at("/console/payments/{id}", &shop.payment, 200),
        at("/console/payments/{id}/refund", &shop.payment, 403),
        at("/console/topups", "", 200),
        at("/console/topups.csv", "", 200),
        at("/console/topups/{id}", &shop.topup, 200),
        at("/console/inbox", "", 200),
        at("/console/inbox/{provider}/{event}", &shop.event, 200),
        at("/console/credit", "", 200),
        at("/console/credit/{id}", &shop.asked, 200),
        at("/console/customers/{id}/credit/new", &shop.payer, 403),
        at("/console/mails", "", 200),
        at("/console/mails/{id}", "nonsense", 403),
        at("/console/subscribers", "", 200),
        at("/console/subscribers/new", "", 403),
        at("/console/subscribers/import", "", 403),
        at("/console/subscribers/import/example.csv", "", 200),
        at("/console/subscribers/imports", "", 303),
        at("/console/subscribers/checks", "", 303),
        at("/console/subscribers/checks/{check}", "nothing", 403),
        at("/console/subscribers/checks/{check}/errors.csv", "nothing", 403),
        at("/console/subscribers/imports/{no}", "9", 404),
        at("/console/customers", "", 200),
        at("/console/customers/new", "", 403),
        at("/console/customers/import", "", 403),
        at("/console/customers/import/example.csv", "", 200),
        at("/console/customers/imports", "", 303),
        at("/console/customers/checks", "", 303),
        at("/console/customers/checks/{check}", "nothing", 403),
        at("/console/customers/checks/{check}/errors.csv", "nothing", 403),
        at("/console/customers/imports/{no}", "9", 404),
        at("/console/customers/{id}", &shop.customer, 200),
        at("/console/customers/{id}/change", &shop.customer, 403),
        at("/console/customers/{id}/giving-back/new", &shop.customer, 403),
        at("/console/customers/{id}/lines/new", &shop.customer, 403),
        at("/console/lines", "", 200),
        at("/console/lines/{id}", &shop.line, 200),
        at("/console/lines/{id}/access-login", &shop.line, 403),
        at("/console/lines/{id}/live", "nothing", 404),
        at("/console/billing", "", 200),
        at("/console/month-end", "", 200),
        at("/console/month-end.csv", "", 200),
        at("/console/billing/first-month", "", 403),
        at("/console/billing/adjustments/new", "", 403),
        at("/console/invoices/{id}", &shop.invoice, 200),
        at("/console/invoices/{id}/pdf", &shop.invoice, 200),
        at("/console/boletos", "", 200),
        at("/console/boletos/files", "", 200),
        at("/console/boletos/remittances/{number}", "1", 403),
        at("/console/boletos/findings", "", 200),
        at("/console/boletos/findings/{no}/use/new", "1", 403),
        at("/console/boletos/{id}", &shop.boleto, 200),
        at("/console/staff", "", 403),
        at("/console/staff/new", "", 403),
        at("/console/invitation", "", 410),
        at("/console/forgotten-password", "", 200),
        at("/console/new-password", "", 410),
        at(OWN_PASSWORD, "", 200),
        at("/console/audit", "", 200),
        at("/console/audit.csv", "", 200),
        at("/console/reconciliation", "", 200),
        at("/console/routers", "", 200),
        at("/console/routers/new", "", 403),
        at("/console/routers/{no}", "1", 403),
        at("/console/plans", "", 200),
        at("/console/plans/new", "", 403),
        at("/console/plans/{no}", "1", 403),
        at("/console/packs", "", 200),
        at("/console/packs/new", "", 403),
        at("/console/packs/{no}", "1", 403),
        at("/console/webhooks", "", 200),
        at("/console/webhooks/new", "", 403),
        at("/console/webhooks/{id}", "none", 404),
        at("/console/webhooks/{id}/change", "none", 403),
        at("/console/webhook-deliveries/{id}", "none", 404),
        at("/console/brand", "", 200),
        at("/console/brand/colour", "", 200),
        at("/console/mail", "", 200),
        at("/console/go-live", "", 200),
        at("/console/stripe", "", 200),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_route_of_the_console_is_missing_from_the_tables() {
    let house = House::open().await;
    let nothing = Shop::default();
    let posts = posts(&nothing).into_iter().map(|post| ("POST", post.template));
    let open = OPEN.into_iter().chain([OWN_PASSWORD]).map(|path| ("POST", path));
    let gets = gets(&nothing).into_iter().map(|(template, ..)| ("GET", template));
    let told = posts.chain(open).chain(gets);
    let told: BTreeSet<_> = told.map(|(method, path)| (method.to_owned(), path.to_owned())).collect();
    let mut served = routes(&saldo::routes::router(&house.running.app));
    served.retain(|(_, path)| path == "/console" || path.starts_with("/console/"));
    let missing: Vec<_> = served.difference(&told).collect();
    let gone: Vec<_> = told.difference(&served).collect();
    assert!(missing.is_empty(), "say in this file who may use {missing:?}");
    assert!(gone.is_empty(), "the console has no {gone:?}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_look_changes_nothing_and_is_shown_no_form() {
    let house = open().await;
    let mut administrator = seller(&house, "purchase").await;
    let shop = Shop::open(&house, &mut administrator).await;
    let mut viewer = staff_in(&house, "ivo@example.com", StaffRole::ReadOnly).await;
    let before = state(&house).await;
    let mut otherwise = Vec::new();
    for (template, place, status) in gets(&shop) {
        let path = fill(template, &place);
        let page = viewer.get(&path).await;
        if page.status.as_u16() != status {
            otherwise.push(format!("{path}: {}", page.status));
        }
        for form in page.text.split("<form ").skip(1) {
            let head = form.split('>').next().unwrap_or(form);
            let is_harmless = HARMLESS.iter().any(|known| head.contains(known));
            assert!(is_harmless, "{path} shows a form to somebody who may only look: {head}");
        }
    }
    assert!(otherwise.is_empty(), "{otherwise:?}");
    let token = token_of(&viewer.get("/console").await.text);
    for post in posts(&shop) {
        let answer = post.send(&mut viewer, &token).await;
        assert_eq!(answer.status.as_u16(), 403, "{}: {}", post.path(), answer.text);
        assert!(answer.text.contains("You may not open this"), "{}: {}", post.path(), answer.text);
        assert_eq!(state(&house).await, before, "{} changed something", post.path());
    }
    // That these very requests are right otherwise is shown by somebody who may send them.
    let token = token_of(&administrator.get("/console").await.text);
    for post in posts(&shop) {
        let answer = post.send(&mut administrator, &token).await;
        if answer.status.as_u16() != post.answered {
            otherwise.push(format!("{}: {} {}", post.path(), answer.status, answer.text));
        }
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_and_no_subscriber_gets_into_the_console() {
    let house = open().await;
    let mut administrator = seller(&house, "purchase").await;
    let shop = Shop::open(&house, &mut administrator).await;
    let nobody = Browser::new(&house);
    let mut subscriber = Browser::new(&house);
    let signed_in = subscriber.sign_in("/sign-in", "529.982.247-25", PASSWORD).await;
    assert_eq!(signed_in.status.as_u16(), 303, "{}", signed_in.text);
    let before = state(&house).await;
    for (mut browser, page) in [(nobody, "/sign-in"), (subscriber, "/invoices")] {
        let token = token_of(&browser.get(page).await.text);
        let to_sign_in = |answer: &Answer, path: &str| {
            let is_there = answer.header("location").is_some_and(|url| url.starts_with("/console/sign-in"));
            assert!(is_there, "{path}: {} {}", answer.status, answer.text);
        };
        for post in posts(&shop) {
            let answer = post.send(&mut browser, &token).await;
            to_sign_in(&answer, post.template);
        }
        for (template, place, _) in gets(&shop) {
            if !OPEN.contains(&template) {
                to_sign_in(&browser.get(&fill(template, &place)).await, template);
            }
        }
        assert_eq!(state(&house).await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_its_token_is_refused_whoever_sends_it() {
    let house = open().await;
    let mut administrator = seller(&house, "purchase").await;
    let shop = Shop::open(&house, &mut administrator).await;
    let other = token_of(&Browser::new(&house).get("/sign-in").await.text);
    let before = state(&house).await;
    for token in ["", "nonsense", other.as_str()] {
        for post in posts(&shop) {
            let answer = post.send(&mut administrator, token).await;
            assert_eq!(answer.status.as_u16(), 403, "{}: {}", post.path(), answer.text);
        }
    }
    assert_eq!(state(&house).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_reaches_what_its_permissions_allow_and_nothing_else() {
    for role in StaffRole::ALL {
        let house = open().await;
        let mut administrator = seller(&house, "purchase").await;
        let shop = Shop::open(&house, &mut administrator).await;
        let mut staff = staff_in(&house, "ivo@example.com", *role).await;
        let before = state(&house).await;
        let mut otherwise = Vec::new();
        for (template, place, _) in gets(&shop) {
            if OPEN.contains(&template) {
                continue;
            }
            let answer = staff.get(&fill(template, &place)).await;
            if (answer.status.as_u16() != 403) != may(*role, needs("GET", template)) {
                otherwise.push(format!("{role:?} GET {template}: {}", answer.status));
            }
        }
        let token = token_of(&staff.get("/console").await.text);
        let (allowed, refused): (Vec<_>, Vec<_>) =
            posts(&shop).into_iter().partition(|post| may(*role, needs("POST", post.template)));
        for post in refused {
            let answer = post.send(&mut staff, &token).await;
            if answer.status.as_u16() != 403 {
                otherwise.push(format!("{role:?} POST {}: {}", post.template, answer.status));
            }
        }
        assert_eq!(state(&house).await, before, "{role:?} changed something");
        for post in allowed {
            let answer = post.send(&mut staff, &token).await;
            if answer.status.as_u16() != post.answered {
                otherwise.push(format!("{role:?} POST {}: {}", post.template, answer.status));
            }
        }
        assert!(otherwise.is_empty(), "{otherwise:#?}");
    }
}
