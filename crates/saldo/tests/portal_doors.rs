//! Who gets into the portal, how, and for how long.

#![allow(clippy::expect_used, reason = "tests say what they expect")]

mod browser;
mod house;

use browser::{Browser, PASSWORD, between, insert_login, login, token_of};
use house::House;
use money::{StaffId, Timestamp};
use reqwest::Method;
use saldo::{clock, ids, passwords, portal};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::Hidden;
use store::tables::outbox::Mail;
use store::tables::staff::{Staff, StaffRole};

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_for_who_is_signed_in_and_protected() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let mut browser = Browser::new(&house);
    let answer = browser.get("/statement?month=2026-11").await;
    assert_eq!(answer.header("location"), Some("/sign-in?next=%2Fstatement%3Fmonth%3D2026-11"));
    let answer =
        browser.sign_in("/sign-in?next=%2Fstatement%3Fmonth%3D2026-11", "Ana@Example.com ", PASSWORD).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, Some("/statement?month=2026-11")));
    let cookie = answer.header("set-cookie").expect("a session");
    for part in ["saldo-session=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    for path in
        ["/billing", "/recharge", "/statement", "/usage", "/usage?by=day", "/saved-cards", "/api-keys"]
    {
        let page = browser.get(path).await;
        assert_eq!(page.status.as_u16(), 200, "{path}: {}", page.text);
        assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(page.header("referrer-policy"), Some("same-origin"), "{path}");
        let policy = page.header("content-security-policy").expect("a policy");
        for rule in ["default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(page.header("x-request-id").is_some_and(|id| page.text.contains(id) || path != "/billing"));
    }
    let asset =
        between(&browser.get("/billing").await.text, "href=\"/assets/saldo.", "\"").map(str::to_owned);
    let sheet = browser.get(&format!("/assets/saldo.{}", asset.expect("a style sheet"))).await;
    assert!(sheet.header("cache-control").is_some_and(|value| value.contains("immutable")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pair_is_one_answer_and_no_way_leads_elsewhere() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let bruno = house.customer("bruno").await;
    insert_login(&house, &bruno, None);
    let mut texts = Vec::new();
    for (who, password) in [
        ("ana@example.com", "not the password"),
        ("nobody@example.com", PASSWORD),
        ("bruno@example.com", PASSWORD),
    ] {
        let answer = Browser::new(&house).sign_in("/sign-in", who, password).await;
        assert_eq!(answer.status.as_u16(), 422, "{who}");
        texts.push(between(&answer.text, "role=\"alert\">", "<").expect("a sentence").to_owned());
    }
    assert!(texts.iter().all(|text| *text == texts[0] && text.ends_with('.')), "{texts:?}");
    for next in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        let fields = [("login", "ana@example.com"), ("password", PASSWORD), ("next", next)];
        let answer = Browser::new(&house).submit("/sign-in", "/sign-in", &fields).await;
        assert_eq!(answer.header("location"), Some("/billing"), "{next}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_follow_the_language_that_a_customer_chose() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let spoken = || {
        let customer = house.running.app.tables.read(|tables| tables.customer(ana.customer.id));
        customer.expect("the tables").expect("ana").locale
    };
    let chosen = [("language", "pt-BR"), ("return_to", "/billing")];
    Browser::new(&house).submit("/sign-in", "/language", &chosen).await;
    assert_eq!(spoken(), "en", "a stranger chooses for himself");
    let mut browser = Browser::signed_in(&house, &ana).await;
    browser.submit("/billing", "/language", &[("language", "pt-BR"), ("return_to", "/console?page=2")]).await;
    assert_eq!(spoken(), "en", "in the console staff chooses");
    let answer = browser.submit("/billing", "/language", &chosen).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, Some("/billing")));
    assert_eq!(spoken(), "pt-BR");
    Browser::new(&house)
        .submit("/forgotten-password", "/forgotten-password", &[("login", "ana@example.com")])
        .await;
    let mails = house.until(|reader| reader.mails(None, 2), |mails| !mails.rows.is_empty()).await;
    assert_eq!(mails.rows[0].locale, "pt-BR");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_from_elsewhere_changes_nothing() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    let stranger = token_of(&Browser::new(&house).get("/sign-in").await.text);
    let own = token_of(&browser.get("/billing").await.text);
    let before = house.seen();
    let forms: [(&str, &[(&str, &str)]); 4] = [
        ("/topups", &[("suggested", "10.00")]),
        ("/api-keys", &[("name", "Server")]),
        ("/language", &[("language", "pt-BR"), ("return_to", "/billing")]),
        ("/sign-out", &[]),
    ];
    for (path, fields) in forms {
        let with = |token: &'static str| [&[("csrf", token)], fields].concat();
        let foreign = [&[("csrf", stranger.as_str())], fields].concat();
        for fields in [fields.to_vec(), with(""), with("guessed"), foreign] {
            let answer = browser.post(path, &fields).await;
            assert_eq!(answer.status.as_u16(), 403, "{path} {fields:?}: {}", answer.text);
            assert!(answer.text.contains("This page is out of date"), "{path}");
        }
        let right = [&[("csrf", own.as_str())], fields].concat();
        for (header, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
            let request = browser.form(path, &right).header(header, value);
            assert_eq!(browser.send(request).await.status.as_u16(), 403, "{path} {header}");
        }
    }
    assert_eq!(browser.get("/billing").await.status.as_u16(), 200, "still signed in");
    assert!(browser.get("/api-keys").await.text.contains("No key yet"));
    assert_eq!(house.seen(), before);
    let (topups, keys) = house
        .running
        .app
        .tables
        .read(|tables| {
            let topups = tables.topups_of(ana.customer.id, None, 10)?.rows.len();
            Ok::<_, store::StoreError>((
                topups,
                tables.api_keys_of(Some(ana.customer.id), None, 10)?.rows.len(),
            ))
        })
        .expect("the tables");
    assert_eq!((topups, keys), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_over_asks_to_sign_in_again() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    let token = token_of(&browser.get("/recharge").await.text);
    let secret = browser.cookie("saldo-session").expect("a session").to_owned();
    let hash = Hidden(Sha256::digest(secret.as_bytes()).into());
    let now = clock::now();
    let is_there = house.running.app.tables.write(|tx| tx.touch_session(&hash, now, now.plus(-1)));
    assert!(is_there.expect("the tables"), "the tables hold the secret's hash");
    let answer = browser.post("/topups", &[("csrf", &token), ("suggested", "10.00")]).await;
    assert_eq!(answer.header("location"), Some("/sign-in?next=%2Frecharge"));
    let answer = browser.get("/sign-in?next=%2Frecharge").await;
    assert!(answer.text.contains("Your session has ended. Sign in again to go on."), "{}", answer.text);
    let answer = browser.sign_in("/sign-in?next=%2Frecharge", "ana@example.com", PASSWORD).await;
    assert_eq!(answer.header("location"), Some("/recharge"));
    assert_ne!(browser.cookie("saldo-session"), Some(secret.as_str()), "a new secret for a new session");
    let topups = house.running.app.tables.read(|tables| tables.topups_of(ana.customer.id, None, 10));
    assert!(topups.expect("the tables").rows.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_is_out() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    let secret = browser.cookie("saldo-session").expect("a session").to_owned();
    let answer = browser.submit("/billing", "/sign-out", &[]).await;
    assert_eq!(answer.header("location"), Some("/sign-in"));
    assert_eq!(browser.cookie("saldo-session"), None);
    let kept = house.request(Method::GET, "/billing").header("cookie", format!("saldo-session={secret}"));
    assert_eq!(house.send(kept).await.status.as_u16(), 303, "the secret is worth nothing now");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_for_the_right_password_too() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let mut browser = Browser::new(&house);
    for _ in 0..10 {
        assert_eq!(browser.sign_in("/sign-in", "ana@example.com", "a guess").await.status.as_u16(), 422);
    }
    let answer = browser.sign_in("/sign-in", "ana@example.com", PASSWORD).await;
    assert_eq!(answer.status.as_u16(), 429);
    assert!(answer.header("retry-after").and_then(|text| text.parse::<u32>().ok()).is_some_and(|s| s > 0));
    assert!(answer.text.contains("Too many tries. Wait 1 minute, then try again."), "{}", answer.text);
    // Somebody elsewhere has tried: she herself gets in from where she is, and others from anywhere.
    let token = token_of(&browser.get("/sign-in").await.text);
    let fields = [("csrf", token.as_str()), ("login", "ana@example.com"), ("password", PASSWORD)];
    let elsewhere = browser.form("/sign-in", &fields).header("x-forwarded-for", "203.0.113.9");
    assert_eq!(browser.send(elsewhere).await.header("location"), Some("/billing"));
    let bruno = house.customer("bruno").await;
    login(&house, &bruno).await;
    Browser::signed_in(&house, &bruno).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_to_a_document_are_few_however_it_is_written() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let mut ask = async |written: &str| {
        let answer =
            browser.submit("/forgotten-password", "/forgotten-password", &[("login", written)]).await;
        answer.status.as_u16()
    };
    for written in ["529.982.247-25", "52998224725", "529.982.247-25", "52998224725", "529982247-25"] {
        assert_eq!(ask(written).await, 200, "{written}");
    }
    assert_eq!(ask("52998224725").await, 429);
    assert_eq!(ask("529.982.247-25").await, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_replaced_by_a_link_that_works_once() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let mut elsewhere = Browser::signed_in(&house, &ana).await;
    let mut texts = Vec::new();
    for who in ["ana@example.com", "nobody@example.com"] {
        let answer = Browser::new(&house)
            .submit("/forgotten-password", "/forgotten-password", &[("login", who)])
            .await;
        assert_eq!(answer.status.as_u16(), 200);
        texts.push(between(&answer.text, "role=\"status\">", "</div>").expect("an answer").to_owned());
    }
    assert_eq!(texts[0], texts[1], "nobody learns who has a login");
    let link = link_in_mail(&house, "ana@example.com").await;
    let mut browser = Browser::new(&house);
    let token = link.split_once("token=").expect("a token").1.to_owned();
    for (password, again, words) in [
        ("short", "short", "at least 10 characters"),
        ("long enough", "otherwise", "not the same"),
        ("Ana@Example.com", "Ana@Example.com", "cannot be your password"),
    ] {
        let fields = [("token", token.as_str()), ("password", password), ("password_again", again)];
        let answer = browser.submit(&link, "/set-password", &fields).await;
        assert_eq!(answer.status.as_u16(), 422);
        assert!(answer.text.contains(words), "{words}: {}", answer.text);
    }
    let chosen = "three other words";
    let fields = [("token", token.as_str()), ("password", chosen), ("password_again", chosen)];
    let answer = browser.submit(&link, "/set-password", &fields).await;
    assert_eq!(answer.header("location"), Some("/billing"), "{}", answer.text);
    assert_eq!(browser.get("/billing").await.status.as_u16(), 200, "signed in at once");
    assert_eq!(elsewhere.get("/billing").await.status.as_u16(), 303, "other sessions have ended");
    let answer = browser.get(&link).await;
    assert_eq!(answer.status.as_u16(), 410);
    assert!(answer.text.contains("This link no longer works"));
    let token_of_form = token_of(&browser.get("/billing").await.text);
    let again = [
        ("csrf", token_of_form.as_str()),
        fields[0],
        ("password", "a thief's words"),
        ("password_again", "a thief's words"),
    ];
    assert_eq!(browser.post("/set-password", &again).await.status.as_u16(), 410);
    let mut browser = Browser::new(&house);
    assert_eq!(browser.sign_in("/sign-in", "ana@example.com", PASSWORD).await.status.as_u16(), 422);
    assert_eq!(browser.sign_in("/sign-in", "ana@example.com", chosen).await.status.as_u16(), 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_leads_to_the_first_password() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let invited = insert_login(&house, &ana, None);
    let first = portal::invite(&house.running.app, &invited).await.expect("an invitation");
    let second = portal::invite(&house.running.app, &invited).await.expect("an invitation");
    assert!(second.expires_at.since(clock::now()) > 6 * Timestamp::DAY);
    let path =
        |link: &portal::MailedLink| link.url.strip_prefix(&house.url).expect("our own address").to_owned();
    let mut browser = Browser::new(&house);
    assert_eq!(browser.get(&path(&first)).await.status.as_u16(), 410, "the newer link takes its place");
    let link = path(&second);
    let page = browser.get(&link).await.text;
    assert!(page.contains("has opened an account for you") && page.contains("ana@example.com"), "{page}");
    let token = link.split_once("token=").expect("a token").1.to_owned();
    let own = "ana@example.com";
    let refused = [("token", token.as_str()), ("password", own), ("password_again", own)];
    let answer = browser.submit(&link, "/set-password", &refused).await;
    assert!(answer.status.as_u16() == 422 && answer.text.contains("cannot be your password"));
    let fields = [("token", token.as_str()), ("password", PASSWORD), ("password_again", PASSWORD)];
    assert_eq!(browser.submit(&link, "/set-password", &fields).await.status.as_u16(), 303);
    assert_eq!(browser.get("/billing").await.status.as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_an_address_that_is_put_right_opens_nothing() {
    let house = House::open().await;
    let (ana, bia) = (house.customer("ana").await, house.customer("bia").await);
    let invited = insert_login(&house, &ana, None);
    let other = insert_login(&house, &bia, None);
    let mistaken = portal::invite(&house.running.app, &invited).await.expect("an invitation");
    let others = portal::invite(&house.running.app, &other).await.expect("an invitation");
    let path = |link: &portal::MailedLink| link.url.strip_prefix(&house.url).expect("our own").to_owned();
    let url = format!("{}/v1/customers/{}", house.url, ana.customer.id);
    let change = async |email: &str| {
        let request = house.client.patch(&url).bearer_auth(&house.operator).json(&json!({"email": email}));
        house.send(request.header("Idempotency-Key", house::fresh_key())).await
    };
    let taken = change("bia@example.com").await;
    assert_eq!((taken.status.as_u16(), taken.code()), (409, "already_exists".to_owned()), "{}", taken.text);
    let mut browser = Browser::new(&house);
    assert_eq!(browser.get(&path(&mistaken)).await.status.as_u16(), 200, "nothing was changed");
    change("Ana.Right@example.com").await.expect(200);
    assert_eq!(browser.get(&path(&mistaken)).await.status.as_u16(), 410);
    assert_eq!(browser.get(&path(&others)).await.status.as_u16(), 200, "it is another's");
    let login = house.running.app.read(move |tables| tables.login(invited.id)).await.expect("a look");
    let login = login.expect("the login");
    assert_eq!(login.email, "ana.right@example.com");
    let right = portal::invite(&house.running.app, &login).await.expect("an invitation");
    assert!(browser.get(&path(&right)).await.text.contains("ana.right@example.com"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_is_for_staff() {
    let house = House::open_with(|config| config.server.verify_hours = 0).await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let staff = Staff {
        id: StaffId::from_u128(ids::fresh()),
        email: "bia@example.com".to_owned(),
        name: "Bia".to_owned(),
        password_hash: passwords::hash(PASSWORD).await.expect("a hash"),
        role: StaffRole::ReadOnly,
        created_at: clock::now(),
        disabled_at: None,
    };
    house.running.app.tables.write(|tx| tx.insert_staff(&staff)).expect("staff");
    let mut browser = Browser::signed_in(&house, &ana).await;
    for path in ["/console", "/console/mails"] {
        let answer = browser.get(path).await;
        assert!(answer.header("location").is_some_and(|to| to.starts_with("/console/sign-in")), "{path}");
    }
    let answer = browser.sign_in("/console/sign-in", "ana@example.com", PASSWORD).await;
    assert_eq!(answer.status.as_u16(), 422, "a customer is no staff");
    let answer = browser.sign_in("/console/sign-in", "bia@example.com", PASSWORD).await;
    assert_eq!(answer.header("location"), Some("/console"));
    let page = browser.get("/console").await.text;
    for words in
        ["Bia", "ana@example.com", "$25.00", "The books have not been verified since the program started."]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let audit = house.running.app.tables.read(|tables| tables.audit(None, 10)).expect("the tables").rows;
    let actions: Vec<&str> = audit.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(actions, ["staff.sign_in", "login.sign_in", "customer.create", "api_key.create"]);
    assert_eq!(audit[0].actor, staff.id.to_string());
    portal::invite(&house.running.app, &insert_second_login(&house).await).await.expect("a mail");
    let list = browser.get("/console/mails").await.text;
    let mail = format!("/console/mails/{}", between(&list, "/console/mails/", "\"").expect("a mail"));
    assert_eq!(browser.get(&mail).await.status.as_u16(), 403, "a letter holds a key to the door");
    assert_eq!(browser.submit("/console", "/console/sign-out", &[]).await.status.as_u16(), 303);
    assert_eq!(browser.get("/console").await.status.as_u16(), 303);
    assert_eq!(browser.get("/billing").await.status.as_u16(), 200, "the customer's session is another");
}

async fn insert_second_login(house: &House) -> store::tables::logins::Login {
    let bruno = house.customer("bruno").await;
    insert_login(house, &bruno, None)
}

/// The path of the link in the newest mail to `recipient`, as soon as it is written.
async fn link_in_mail(house: &House, recipient: &str) -> String {
    let is_theirs = |mail: &Mail| mail.recipient == recipient;
    let mails = house.until(|reader| reader.mails(None, 10), |mails| mails.rows.iter().any(is_theirs)).await;
    let mail = mails.rows.iter().find(|mail| is_theirs(mail)).expect("it is there");
    let url = mail.body.lines().find(|line| line.starts_with("http")).expect("a link");
    url.strip_prefix(&house.url).expect("our own address").to_owned()
}
