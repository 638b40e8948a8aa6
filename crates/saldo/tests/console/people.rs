//! Customers by hand: all that is wrong is told at once, who has an e-mail already is linked to, and a form sent twice makes one.

use std::sync::Arc;

use money::CustomerId;
use saldo::customers;
use store::tables::origins::Origin;
use store::tables::outbox::Mail;
use store::tables::staff::StaffRole;

use super::browser::{self, between, token_of};
use super::house::House;
use super::staff_in;

const LIST: &str = "/console/customers";
const NEW: &str = "/console/customers/new";
const NINA: [(&str, &str); 6] = [
    ("name", "Nina Prado"),
    ("email", "Nina@Example.com"),
    ("external_key", "acme-17"),
    ("language", "pt-BR"),
    ("welcome", "1"),
    ("invitation", "1"),
];

/// What a form sends.
type Fields<'f> = &'f [(&'f str, &'f str)];

/// Mails to this address.
fn mails_to(house: &House, email: &'static str) -> Vec<Mail> {
    let read = house.running.app.tables.read(|tables| tables.mails(None, 50));
    read.expect("the outbox").rows.into_iter().filter(|mail| mail.recipient == email).collect()
}

fn count(house: &House) -> i64 {
    house.running.app.tables.read(|tables| tables.customer_count()).expect("a count")
}

/// The fields of a form that was drawn once, to be sent as often as one likes.
fn drawn<'t>(page: &'t str, token: &'t str, typed: &[(&'t str, &'t str)]) -> Vec<(&'t str, &'t str)> {
    let id = between(page, "name=\"customer\" value=\"", "\"").expect("the id that he will have");
    let mut fields = vec![("csrf", token), ("customer", id)];
    fields.extend(typed);
    fields
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_password_is_not_invited_to_a_first_one() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Support).await;
    let ana = house.customer("ana").await;
    let login = browser::login(&house, &ana).await;
    let page = format!("/console/customers/{}", ana.customer.id);
    let named = [("login", &*login.id.to_string())];
    let refused = staff.submit(&page, &format!("{page}/invitations"), &named).await;
    assert_eq!(refused.status.as_u16(), 409, "{}", refused.text);
    assert_eq!(mails_to(&house, "ana@example.com"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_made_with_wallet_welcome_login_and_invitation() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Support).await;
    let page = staff.get(NEW).await.text;
    assert!(page.contains("Give the welcome credit of $25.00") && page.contains("counts USD"), "{page}");
    let made = staff.submit(NEW, LIST, &NINA).await;
    let url = made.header("location").expect("his page").to_owned();
    assert!(url.ends_with("?saved=1&invited=1"), "{url}");
    let page = staff.get(&url).await.text;
    for words in ["Nina Prado", "nina@example.com", "acme-17", "$25.00", "written down by staff", "Português"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let list = staff.get(&format!("{LIST}?find=prado")).await.text;
    assert!(list.contains("Nina Prado") && list.contains("acme-17") && list.contains("$25.00"), "{list}");
    assert!(staff.get(&format!("{LIST}?find=zoe")).await.text.contains("Nobody was found"));
    let mails = mails_to(&house, "nina@example.com");
    assert_eq!(mails.len(), 1);
    assert_eq!((mails[0].kind.as_str(), mails[0].locale.as_str()), ("invitation", "pt-BR"));

    let plain = [("name", "Otto"), ("email", ""), ("external_key", ""), ("language", "en")];
    let made = staff.submit(NEW, LIST, &plain).await;
    let url = made.header("location").expect("his page").to_owned();
    assert!(url.ends_with("?saved=1"), "{url}");
    assert!(staff.get(&url).await.text.contains("$0.00"), "no welcome was ticked");
    let id: CustomerId = url[LIST.len() + 1..].split('?').next().unwrap_or("").parse().expect("an id");
    let origin = house.running.app.tables.read(|tables| tables.customer_origin(id)).expect("the tables");
    assert_eq!(origin.map(|row| row.origin), Some(Origin::Console));

    let log = house.running.app.tables.read(|tables| tables.audit(None, 20)).expect("the log").rows;
    let actions: Vec<&str> = log.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(actions[..3], ["customer.create", "login.invite", "customer.create"], "{actions:?}");
    assert!(log[2].after.as_deref().is_some_and(|after| after.contains("acme-17")), "{log:?}");
    assert!(log[0].actor.starts_with("stf_") && log[0].ip.is_some(), "{:?}", log[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_wrong_is_told_at_once_and_nothing_is_made() {
    let house = House::open().await;
    let known = house.customer("ana").await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let before = (house.seen(), count(&house));
    let long = "x".repeat(201);
    let wrong = [
        ("name", " "),
        ("email", "ana(at)example"),
        ("external_key", long.as_str()),
        ("language", "fr"),
        ("welcome", "1"),
    ];
    let answer = staff.submit(NEW, LIST, &wrong).await;
    assert_eq!(answer.status.as_u16(), 422, "{}", answer.text);
    for field in ["name", "email", "external_key", "language"] {
        assert!(answer.text.contains(&format!("id=\"{field}-problem\"")), "{field}: {}", answer.text);
    }
    assert!(answer.text.contains("value=\"ana(at)example\""), "what was typed stays");

    let cases: [(Fields<'_>, &str, &str); 4] = [
        (&[("name", "A\u{202e}na"), ("language", "en")], "name", "cannot be printed"),
        (
            &[("name", "Ana"), ("language", "en"), ("invitation", "1")],
            "email",
            "An invitation needs an e-mail",
        ),
        (&[("name", "Ana"), ("email", "a@b"), ("language", "en")], "email", "no address like"),
        (
            &[("name", "Ana"), ("external_key", "a\tb"), ("language", "en")],
            "external_key",
            "cannot be printed",
        ),
    ];
    for (fields, field, words) in cases {
        let answer = staff.submit(NEW, LIST, fields).await;
        assert_eq!(answer.status.as_u16(), 422, "{words}");
        let problem = between(&answer.text, &format!("id=\"{field}-problem\">"), "</p>").unwrap_or_default();
        assert!(problem.contains(words), "{field}: {problem}");
    }

    let taken = [("name", "Other"), ("email", " ANA@example.com "), ("language", "en")];
    let answer = staff.submit(NEW, LIST, &taken).await;
    assert_eq!(answer.status.as_u16(), 422, "{}", answer.text);
    let link = format!("<a href=\"{LIST}/{}\">ana</a>", known.customer.id);
    assert!(answer.text.contains(&link), "who has it is linked to: {}", answer.text);
    assert_eq!((house.seen(), count(&house)), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_twice_makes_one_and_another_person_on_it_is_another() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let page = staff.get(NEW).await.text;
    let token = token_of(&page);
    let fields = drawn(&page, &token, &NINA);
    let (first, second) = (staff.form(LIST, &fields), staff.form(LIST, &fields));
    let (first, second) = tokio::join!(house.send(first), house.send(second));
    let third = staff.post(LIST, &fields).await;
    let place = |answer: &super::house::Answer| {
        assert_eq!(answer.status.as_u16(), 303, "{}", answer.text);
        answer.header("location").and_then(|url| url.split('?').next()).expect("a place").to_owned()
    };
    assert_eq!((place(&first), place(&first)), (place(&second), place(&third)));
    assert_eq!((count(&house), mails_to(&house, "nina@example.com").len()), (1, 1));
    let welcomed = house.seen();
    let other = [("name", "Otto"), ("email", "otto@example.com"), ("language", "en")];
    let answer = staff.post(LIST, &drawn(&page, &token, &other)).await;
    assert_ne!(place(&answer), place(&first));
    assert_eq!(count(&house), 2);
    assert_ne!(house.seen(), welcomed);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_names_all_fields_at_once() {
    let house = House::open().await;
    let body = serde_json::json!({"name": "", "email": "nobody", "external_key": "", "locale": "xx"});
    let answer = house.post("/v1/customers", &body).await;
    let problem = answer.expect(422);
    let fields: Vec<&str> =
        problem["errors"].as_array().expect("all").iter().filter_map(|one| one["field"].as_str()).collect();
    assert_eq!(fields, ["name", "email", "external_key", "locale"]);
    let app = Arc::clone(&house.running.app);
    let same = customers::mark(&app, " Ana+shop@Example.com");
    assert_eq!(same, customers::mark(&app, "ana@example.com"));
    assert_ne!(same, customers::mark(&app, "a.na@example.com"));
}
