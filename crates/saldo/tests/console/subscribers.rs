//! Subscribers by hand: the same checks as a row of a file has, what their pages show, and the code that is read out.

use store::tables::staff::StaffRole;

use super::browser::{Browser, PASSWORD, between};
use super::house::House;
use super::offers::PLAN;
use super::staff_in;

const NEW: &str = "/console/subscribers/new";
const LIST: &str = "/console/subscribers";
const JOAO: [(&str, &str); 14] = [
    ("name", "João da Silva"),
    ("document", "529.982.247-25"),
    ("email", ""),
    ("street", "Rua A, 10"),
    ("district", "Centro"),
    ("city", "Sorocaba"),
    ("state", "SP"),
    ("postcode", "18010-000"),
    ("language", "pt-BR"),
    ("plan", "Fibra 50 Mega"),
    ("access_login", "joao"),
    ("anchor_day", "5"),
    ("used", "10 GB"),
    ("outside", ""),
];

fn with<'f>(fields: &[(&'f str, &'f str)], name: &'f str, value: &'f str) -> Vec<(&'f str, &'f str)> {
    fields.iter().map(|(known, old)| (*known, if *known == name { value } else { *old })).collect()
}

/// A console with one plan and one subscriber; his page.
async fn with_joao(house: &House) -> (Browser<'_>, String) {
    let mut staff = staff_in(house, "bia@example.com", StaffRole::Admin).await;
    staff.submit("/console/plans/new", "/console/plans", &PLAN).await.expect(303);
    let made = staff.submit(NEW, LIST, &JOAO).await;
    assert_eq!(made.status.as_u16(), 303, "{}", made.text);
    let url = made.header("location").expect("his page").trim_end_matches("?saved=1").to_owned();
    (staff, url)
}

/// Makes a code on a customer's page.
async fn code(staff: &mut Browser<'_>, url: &str) -> String {
    let answer = staff.submit(url, &format!("{url}/codes"), &[]).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
    between(&answer.text, "<code class=\"code\">", "<").expect("a code").to_owned()
}

fn typed<'f>(code: &'f str, password: &'f str) -> [(&'f str, &'f str); 4] {
    [("document", "529.982.247-25"), ("code", code), ("password", password), ("password_again", password)]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_is_written_down_shown_found_and_changed() {
    let house = House::open().await;
    let (mut staff, url) = with_joao(&house).await;
    let page = staff.get(&url).await.text;
    for words in [
        "João da Silva",
        "529.982.247-25",
        "Rua A, 10",
        "18010-000",
        "joao",
        "Fibra 50 Mega",
        "40.0\u{a0}GB",
        "Enabled",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    for find in
        ["silva", "JOÃO", "52998224725", "529.982.247-25", "joao", "JOAO sil", "529.982", "247-25", "822472"]
    {
        let list =
            staff.get(&format!("{LIST}?find={}", saldo::look::format::percent_encoded(find))).await.text;
        assert!(list.contains(&url), "{find}: {list}");
    }
    assert!(staff.get(&format!("{LIST}?find=maria")).await.text.contains("Nobody was found"));
    assert!(staff.get(LIST).await.text.contains(&url));

    let changed = with(&with(&JOAO, "email", "Joao@Example.com"), "street", "Rua Nova, 1");
    staff.submit(&format!("{url}/change"), &url, &changed).await.expect(303);
    let page = staff.get(&url).await.text;
    assert!(page.contains("Rua Nova, 1") && page.contains("joao@example.com"), "{page}");
    let login = house.running.app.tables.read(|tables| tables.login_by_email("joao@example.com"));
    assert!(login.expect("the tables").is_some(), "he signs in with it, too");
    let line = [("plan", "Fibra 50 Mega"), ("access_login", "joao.loja"), ("anchor_day", "31"), ("used", "")];
    staff.submit(&format!("{url}/lines/new"), &format!("{url}/lines"), &line).await.expect(303);
    assert!(staff.get(&url).await.text.contains("joao.loja"));
    let taken = staff.submit(&format!("{url}/lines/new"), &format!("{url}/lines"), &line).await;
    assert!(taken.status.as_u16() == 422 && taken.text.contains("Another line has"), "{}", taken.text);

    let log = house.running.app.tables.read(|tables| tables.audit(None, 20)).expect("the log").rows;
    let actions: Vec<&str> = log.iter().map(|row| row.action.as_str()).collect();
    assert!(actions.starts_with(&["line.open", "subscriber.change", "subscriber.create"]), "{actions:?}");
    assert!(log[1].before.as_deref().is_some_and(|before| before.contains("Rua A, 10")), "{log:?}");
    let mut viewer = staff_in(&house, "ivo@example.com", StaffRole::ReadOnly).await;
    assert!(!viewer.get(&url).await.text.contains("Make an access code"));
    for (action, fields) in [("", &JOAO[..]), ("/codes", &[]), ("/lines", &line)] {
        let answer = viewer.submit(&url, &format!("{url}{action}"), fields).await;
        assert_eq!(answer.status.as_u16(), 403, "{action}");
    }
    for missing in ["/console/customers/nonsense", "/console/customers/cus_00000000000000000000000000"] {
        assert_eq!(staff.get(missing).await.status.as_u16(), 404, "{missing}");
        assert_eq!(staff.get(&format!("{missing}/change")).await.status.as_u16(), 404, "{missing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_wrong_is_told_at_once_beside_its_field_and_what_was_typed_stays() {
    let house = House::open().await;
    let (mut staff, _) = with_joao(&house).await;
    let mut typed = JOAO.to_vec();
    for (field, value) in
        [("name", ""), ("email", "joao(at)example"), ("state", "ZZ"), ("plan", ""), ("anchor_day", "32")]
    {
        typed = with(&typed, field, value);
    }
    // What is somebody's already is told beside what is wrong by itself.
    let answer = staff.submit(NEW, LIST, &typed).await;
    assert_eq!(answer.status.as_u16(), 422);
    let page = &answer.text;
    for (field, words) in [
        ("name", "Fill this in."),
        ("email", "This is no address"),
        ("state", "no Brazilian state"),
        ("plan", "Fill this in."),
        ("anchor_day", "1 to 31"),
    ] {
        assert!(page.contains(&format!("<a href=\"#{field}\">")), "{field}: {page}");
        let beside = between(page, &format!("id=\"{field}-problem\">"), "<").expect("words beside the field");
        assert!(beside.contains(words), "{field}: {beside}");
        assert!(page.contains(&format!("aria-describedby=\"{field}-problem")), "{field}: {page}");
    }
    assert_eq!(page.matches("aria-invalid=\"true\"").count(), 5, "{page}");
    for kept in ["value=\"joao(at)example\"", "value=\"ZZ\"", "value=\"32\"", "value=\"Rua A, 10\""] {
        assert!(page.contains(kept), "{kept}: {page}");
    }
    let typed = with(&with(&typed, "document", "11144477735"), "access_login", "joao");
    let page = staff.submit(NEW, LIST, &typed).await.text;
    let beside = between(&page, "id=\"access_login-problem\">", "<").expect("words beside the field");
    assert_eq!(beside, "Another line has this access login.");
    assert_eq!(page.matches("aria-invalid=\"true\"").count(), 6, "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_wrongly_by_hand_is_named_and_changes_nothing() {
    let house = House::open().await;
    let (mut staff, url) = with_joao(&house).await;
    let before = house.seen();
    let maria = with(&with(&JOAO, "document", "11144477735"), "access_login", "maria");
    for (field, value, words) in [
        ("name", " ", "Name: Fill this in."),
        ("document", "11144477736", "check digits"),
        ("document", "11111111111", "Repeated digits"),
        ("document", "52998224725", "a customer with this document already"),
        ("email", "maria", "E-mail: This is no address"),
        ("state", "ZZ", "no Brazilian state"),
        ("postcode", "1", "eight digits"),
        ("plan", "Other", "no plan of this name"),
        ("access_login", "joao", "Another line has this access login."),
        ("anchor_day", "32", "1 to 31"),
        ("used", "-1", "below zero"),
        ("used", "1,5", "Say the unit, too"),
        ("used", "60", "for example 60 GB"),
        ("used", "1.234,5 GB", "number with its unit"),
        ("outside", "11 GB", "more than was used"),
        ("language", "de", "pt-BR or en"),
    ] {
        let answer = staff.submit(NEW, LIST, &with(&maria, field, value)).await;
        assert_eq!(answer.status.as_u16(), 422, "{field} {value}");
        assert!(answer.text.contains(words), "{field} {value}: {}", answer.text);
        assert!(answer.text.contains("aria-invalid=\"true\""), "{field} {value}");
    }
    // The very same man and line again: in a file that is no news, by hand it is a mistake.
    let again = staff.submit(NEW, LIST, &JOAO).await;
    assert!(again.status.as_u16() == 422 && again.text.contains("already"), "{}", again.text);
    for (field, value, words) in
        [("document", "", "Fill this in."), ("state", "", "Fill this in."), ("email", "@", "no address")]
    {
        let answer = staff.submit(&format!("{url}/change"), &url, &with(&JOAO, field, value)).await;
        assert!(answer.status.as_u16() == 422 && answer.text.contains(words), "{field}: {}", answer.text);
    }
    assert_eq!(house.seen(), before);
    assert_eq!(house.running.app.tables.read(|tables| tables.customer_count()).expect("the tables"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_lets_its_subscriber_in_once() {
    let house = House::open().await;
    let (mut staff, url) = with_joao(&house).await;
    let old = code(&mut staff, &url).await;
    let new = code(&mut staff, &url).await;
    assert!(!staff.get(&url).await.text.contains(&new), "it is shown once");
    let mut browser = Browser::new(&house);
    let page = "/first-access";
    let refused = browser.submit(page, page, &typed(&old, PASSWORD)).await;
    assert_eq!(refused.status.as_u16(), 422, "a new code takes the place of the old one");
    let spoken = new.to_lowercase().replace('-', " ");
    let short = browser.submit(page, page, &typed(&spoken, "short")).await;
    assert!(short.text.contains("at least 10 characters"), "{}", short.text);
    let let_in = browser.submit(page, page, &typed(&spoken, PASSWORD)).await;
    assert_eq!(let_in.header("location"), Some("/buy-credit"), "{}", let_in.text);
    assert!(browser.get("/buy-credit").await.text.contains("Fibra 50 Mega"));

    let mut thief = Browser::new(&house);
    let again = thief.submit(page, page, &typed(&new, "a thief's words")).await;
    assert_eq!(again.status.as_u16(), 422, "a code works once");
    let mut elsewhere = Browser::new(&house);
    let signed_in = elsewhere.sign_in("/sign-in", "529.982.247-25", PASSWORD).await;
    assert_eq!(signed_in.header("location"), Some("/buy-credit"), "{}", signed_in.text);
    // A forgotten password without an e-mail: the same way, and all other sessions end.
    let third = code(&mut staff, &url).await;
    let other = "three other words";
    Browser::new(&house).submit(page, page, &typed(&third, other)).await.expect(303);
    assert_eq!(elsewhere.get("/buy-credit").await.status.as_u16(), 303, "other sessions have ended");
    assert_eq!(elsewhere.sign_in("/sign-in", "52998224725", PASSWORD).await.status.as_u16(), 422);

    let log = house.running.app.tables.read(|tables| tables.audit(None, 50)).expect("the log").rows;
    let count = |action: &str| log.iter().filter(|row| row.action == action).count();
    assert_eq!((count("login.give_code"), count("login.set_password")), (3, 2), "{log:?}");
    let told = format!("{log:?}");
    for code in [&old, &new, &third] {
        assert!(!told.contains(code.as_str()), "the log holds no code");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobodys_own_name_is_his_password() {
    let house = House::open().await;
    let (mut staff, url) = with_joao(&house).await;
    staff.submit(&format!("{url}/change"), &url, &with(&JOAO, "email", "joao@example.com")).await.expect(303);
    let right = code(&mut staff, &url).await;
    let page = "/first-access";
    let mut browser = Browser::new(&house);
    for name in ["529.982.247-25", "52998224725", "529 982 247 25", "Joao@Example.com"] {
        let answer = browser.submit(page, page, &typed(&right, name)).await;
        assert_eq!(answer.status.as_u16(), 422, "{name}");
        assert!(answer.text.contains("cannot be your password"), "{name}: {}", answer.text);
    }
    // Without the code nobody learns by it which e-mail is his.
    let answer = browser.submit(page, page, &typed("2222-2222", "joao@example.com")).await;
    assert!(answer.text.contains("do not belong together"), "{}", answer.text);
    let let_in = browser.submit(page, page, &typed(&right, PASSWORD)).await;
    assert_eq!(let_in.header("location"), Some("/buy-credit"), "{}", let_in.text);

    // By a link in a mail no more than by a code.
    let forgotten = "/forgotten-password";
    Browser::new(&house).submit(forgotten, forgotten, &[("login", "529.982.247-25")]).await;
    let mails = house.until(|tables| tables.mails(None, 5), |mails| !mails.rows.is_empty()).await;
    let link = mails.rows[0].body.lines().find(|line| line.starts_with("http")).expect("a link").to_owned();
    let link = link.strip_prefix(&house.url).expect("our own address");
    let token = link.split_once("token=").expect("a token").1;
    for name in ["529.982.247-25", "joao@example.com"] {
        let fields = [("token", token), ("password", name), ("password_again", name)];
        let answer = browser.submit(link, "/set-password", &fields).await;
        assert_eq!(answer.status.as_u16(), 422, "{name}");
        assert!(answer.text.contains("cannot be your password"), "{name}: {}", answer.text);
    }
    let mut elsewhere = Browser::new(&house);
    assert_eq!(elsewhere.sign_in("/sign-in", "52998224725", PASSWORD).await.status.as_u16(), 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_to_ask_for_a_code_is_as_the_operator_says() {
    let only_mail = House::open().await;
    let page = Browser::new(&only_mail).get("/first-access").await.text;
    assert!(page.contains("mailto:support@example.com") && !page.contains("tel:"), "{page}");
    assert!(!page.contains("phone"), "nobody is called where no number is known: {page}");
    let house =
        House::open_with(|config| config.brand.written.support_phone = "(11) 4004-1234".to_owned()).await;
    for path in ["/first-access", "/forgotten-password"] {
        let page = Browser::new(&house).get(path).await.text;
        let number = "<a class=\"number\" href=\"tel:1140041234\">(11) 4004-1234</a> or <a href=\"mailto:";
        assert!(page.contains(number), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_which_document_is_known() {
    let house = House::open().await;
    let (mut staff, url) = with_joao(&house).await;
    let page = "/first-access";
    let known = code(&mut staff, &url).await;
    let wrong = if known.starts_with('2') { "3333-3333" } else { "2222-2222" };
    let mut sentences = Vec::new();
    for (document, code) in
        [("529.982.247-25", wrong), ("390.533.447-05", known.as_str()), ("12ABC34501DE35", wrong)]
    {
        let fields =
            [("document", document), ("code", code), ("password", PASSWORD), ("password_again", PASSWORD)];
        let answer = Browser::new(&house).submit(page, page, &fields).await;
        assert_eq!(answer.status.as_u16(), 422, "{document}");
        sentences.push(between(&answer.text, "role=\"alert\">", "<").expect("a sentence").to_owned());
    }
    // A code that is too old, and one that was tried too often.
    let id =
        house.running.app.tables.read(|tables| tables.login_by_email("52998224725")).expect("the tables");
    let login = id.expect("his login").id;
    let end = |change: fn(&mut store::tables::access_codes::AccessCode)| {
        let ended = house.running.app.tables.write(|tx| {
            let mut code = tx.access_code(login)?.expect("his code");
            change(&mut code);
            tx.put_access_code(&code)
        });
        ended.expect("the tables");
    };
    for change in [
        |code: &mut store::tables::access_codes::AccessCode| code.expires_at = code.created_at,
        |code: &mut store::tables::access_codes::AccessCode| code.tries_left = 0,
    ] {
        let fresh = code(&mut staff, &url).await;
        end(change);
        let answer = Browser::new(&house).submit(page, page, &typed(&fresh, PASSWORD)).await;
        assert_eq!(answer.status.as_u16(), 422);
        sentences.push(between(&answer.text, "role=\"alert\">", "<").expect("a sentence").to_owned());
    }
    assert!(sentences.iter().all(|words| *words == sentences[0]), "{sentences:?}");
    assert!(sentences[0].contains("do not belong together"), "{sentences:?}");
    for (document, code, words) in [
        ("", known.as_str(), "Enter your CPF"),
        ("529.982.247-25", " ", "Enter your CPF"),
        ("1", "2", "not a CPF or CNPJ"),
    ] {
        let fields =
            [("document", document), ("code", code), ("password", PASSWORD), ("password_again", PASSWORD)];
        let answer = Browser::new(&house).submit(page, page, &fields).await;
        assert!(answer.status.as_u16() == 422 && answer.text.contains(words), "{words}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_cannot_be_guessed() {
    let house = House::open().await;
    let (mut staff, url) = with_joao(&house).await;
    let right = code(&mut staff, &url).await;
    let page = "/first-access";
    let mut browser = Browser::new(&house);
    for _ in 0..saldo::access_codes::TRIES_MAX {
        assert_eq!(browser.submit(page, page, &typed("2222-2222", PASSWORD)).await.status.as_u16(), 422);
    }
    let late = browser.submit(page, page, &typed(&right, PASSWORD)).await;
    assert_eq!(late.status.as_u16(), 422, "its tries are over");
    // However the document is written, tries are counted together, here and at the sign-in page.
    for document in ["52998224725", "529982247-25", "529.982.247-25", "529 982 247 25"] {
        let answer = browser.sign_in("/sign-in", document, "a guess").await;
        assert_eq!(answer.status.as_u16(), 422, "{document}");
    }
    let answer = browser.submit(page, page, &typed(&right, PASSWORD)).await;
    assert_eq!(answer.status.as_u16(), 429, "{}", answer.text);
    assert!(answer.header("retry-after").is_some() && answer.text.contains("Too many tries."));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_email_is_sent_no_link_and_is_told_whom_to_ask() {
    let house = House::open().await;
    let (mut staff, url) = with_joao(&house).await;
    let page = "/forgotten-password";
    let mut texts = Vec::new();
    for who in ["529.982.247-25", "52998224725", "390.533.447-05", "nobody@example.com"] {
        let answer = Browser::new(&house).submit(page, page, &[("login", who)]).await;
        assert_eq!(answer.status.as_u16(), 200);
        let text = between(&answer.text, "role=\"status\">", "</div>").expect("an answer").to_owned();
        assert!(text.contains("support@example.com") && text.contains("/first-access"), "{text}");
        texts.push(text);
    }
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
    // With an e-mail his document is enough, and the mail is the only one that was written.
    staff.submit(&format!("{url}/change"), &url, &with(&JOAO, "email", "joao@example.com")).await.expect(303);
    Browser::new(&house).submit(page, page, &[("login", "529.982.247-25")]).await;
    let mails = house.until(|tables| tables.mails(None, 5), |mails| !mails.rows.is_empty()).await;
    let to: Vec<&str> = mails.rows.iter().map(|mail| mail.recipient.as_str()).collect();
    assert_eq!(to, ["joao@example.com"]);
}
