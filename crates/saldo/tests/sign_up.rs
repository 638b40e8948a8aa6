//! Open sign-up: nothing is there before the e-mail is confirmed, nobody learns whose e-mail is known, and the welcome credit comes once.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod browser;
mod house;

use browser::{Browser, between, token_of};
use house::{Answer, House};
use money::Timestamp;
use saldo::sign_ups::MAILS_MAX;
use store::tables::origins::Origin;
use store::tables::outbox::Mail;

const PAGE: &str = "/sign-up";
const PASSWORD: &str = "six words are better still";
const TERMS: &str = "https://example.com/terms";

async fn open_house() -> House {
    House::open_with(|config| config.sign_up.enabled = true).await
}

fn typed<'f>(name: &'f str, email: &'f str, password: &'f str) -> [(&'f str, &'f str); 3] {
    [("name", name), ("email", email), ("password", password)]
}

/// Mails to this address, oldest first.
fn mails_to(house: &House, email: &str) -> Vec<Mail> {
    let mails = house.running.app.tables.read(|tables| tables.mails(None, 100)).expect("the outbox").rows;
    let mut mails: Vec<Mail> = mails.into_iter().filter(|mail| mail.recipient == email).collect();
    mails.reverse();
    mails
}

/// The link in the newest mail to this address, as a path.
fn link(house: &House, email: &str) -> String {
    let mail = mails_to(house, email).pop().expect("a mail");
    let token = between(&mail.body, "/sign-up/confirmation?token=", "\n").expect("a link").trim().to_owned();
    format!("/sign-up/confirmation?token={token}")
}

/// Signs up; where the browser is led to.
async fn sign_up(browser: &mut Browser<'_>, email: &str) -> String {
    let answer = browser.submit(PAGE, PAGE, &typed("Nina Prado", email, PASSWORD)).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text);
    answer.header("location").expect("where it waits").to_owned()
}

/// Follows the link and types a password.
async fn confirm(browser: &mut Browser<'_>, link: &str, password: &str) -> Answer {
    let token = link.split_once("token=").expect("a link").1.to_owned();
    let fields = [("token", token.as_str()), ("password", password)];
    browser.submit(link, "/sign-up/confirmation", &fields).await
}

fn counts(house: &House) -> (i64, u32) {
    let read = house
        .running
        .app
        .tables
        .read(|tables| Ok::<_, store::StoreError>((tables.customer_count()?, tables.sign_up_count()?)));
    read.expect("the tables")
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_unless_the_operator_opens_it() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    for path in [PAGE, "/sign-up/waiting", "/sign-up/confirmation?token=x"] {
        assert_eq!(browser.get(path).await.status.as_u16(), 404, "{path}");
    }
    for path in [PAGE, "/sign-up/mails", "/sign-up/confirmation"] {
        let answer = browser.submit("/sign-in", path, &typed("Nina", "nina@example.com", PASSWORD)).await;
        assert_eq!(answer.status.as_u16(), 404, "{path}");
    }
    assert!(!browser.get("/sign-in").await.text.contains(PAGE));
    assert_eq!(counts(&house), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_e_mail_makes_a_customer_with_the_welcome_credit() {
    let house = House::open_with(|config| {
        config.sign_up.enabled = true;
        config.brand.written.terms_url = TERMS.to_owned();
    })
    .await;
    let mut browser = Browser::new(&house);
    assert!(browser.get("/sign-in").await.text.contains("href=\"/sign-up\""));
    let page = browser.get(PAGE).await.text;
    assert!(page.contains("$25.00") && page.contains(TERMS), "{page}");
    let before = house.seen();
    let mut fields = typed("Nina Prado", " Nina@Example.com ", PASSWORD).to_vec();
    let unagreed = browser.submit(PAGE, PAGE, &fields).await;
    assert!(unagreed.status.as_u16() == 422 && unagreed.text.contains("terms-problem"), "{}", unagreed.text);
    fields.push(("terms", "1"));
    let answer = browser.submit(PAGE, PAGE, &fields).await;
    let waiting = browser.get(answer.header("location").expect("where it waits")).await;
    assert!(waiting.text.contains("There is no account before that."), "{}", waiting.text);
    assert_eq!((house.seen(), counts(&house)), (before, (0, 1)), "no customer, no wallet, no credit");
    let signed_in = browser.sign_in("/sign-in", "nina@example.com", PASSWORD).await;
    assert_eq!(signed_in.status.as_u16(), 422, "nobody signs in before");

    let link = link(&house, "nina@example.com");
    assert!(
        !mails_to(&house, "nina@example.com")[0].body.contains("Nina"),
        "no stranger's words in our mails"
    );
    let looked = browser.get(&link).await;
    assert!(looked.status.is_success() && looked.text.contains("nina@example.com"), "{}", looked.text);
    assert_eq!(counts(&house), (0, 1), "who only looks changes nothing");
    let wrong = confirm(&mut browser, &link, "not the password").await;
    assert!(
        wrong.status.as_u16() == 422 && wrong.text.contains("not the password that was chosen"),
        "{}",
        wrong.text
    );
    assert_eq!(counts(&house), (0, 1));
    let answer = confirm(&mut browser, &link, PASSWORD).await;
    assert_eq!(answer.header("location"), Some("/billing"), "{}", answer.text);
    let billing = browser.get("/billing").await.text;
    assert!(billing.contains("$25.00") && billing.contains("Nina Prado"), "{billing}");
    assert_eq!(counts(&house), (1, 0));
    let again = browser.get(&link).await;
    assert!(again.status.as_u16() == 410 && again.text.contains("This link works no more"), "{}", again.text);

    let (customer, origin, log) = house
        .running
        .app
        .tables
        .read(|tables| {
            let customer = tables.customer_by_email("nina@example.com")?.expect("a customer");
            let origin = tables.customer_origin(customer.id)?.expect("an origin");
            Ok::<_, store::StoreError>((customer, origin, tables.audit(None, 10)?.rows))
        })
        .expect("the tables");
    assert_eq!(customer.name, "Nina Prado");
    assert_eq!((origin.origin, origin.terms_url.as_deref()), (Origin::SignUp, Some(TERMS)));
    let row = log.iter().find(|row| row.action == "customer.sign_up").expect("a line in the log");
    assert!(row.actor.starts_with("log_") && row.ip.is_some(), "{row:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_wrong_is_told_at_once() {
    let house = open_house().await;
    let mut browser = Browser::new(&house);
    let answer = browser.submit(PAGE, PAGE, &typed(" ", "nina at example", "short")).await;
    assert_eq!(answer.status.as_u16(), 422, "{}", answer.text);
    for field in ["name", "email", "password"] {
        assert!(answer.text.contains(&format!("id=\"{field}-problem\"")), "{field}: {}", answer.text);
    }
    assert!(answer.text.contains("nina at example") && !answer.text.contains("short\""), "{}", answer.text);
    let long = "x".repeat(201);
    for (name, email, password, field) in [
        ("A\u{202e}na", "a@example.com", PASSWORD, "name"),
        (long.as_str(), "a@example.com", PASSWORD, "name"),
        ("Ana", "a@b", PASSWORD, "email"),
        ("Ana", "", PASSWORD, "email"),
        ("Ana", "ana.maria@example.com", "ANA.MARIA@example.com", "password"),
        ("Ana", "a@example.com", "", "password"),
    ] {
        let answer = browser.submit(PAGE, PAGE, &typed(name, email, password)).await;
        assert_eq!(answer.status.as_u16(), 422, "{name} {email} {password}");
        assert!(answer.text.contains(&format!("id=\"{field}-problem\"")), "{field}: {}", answer.text);
    }
    assert_eq!(counts(&house), (0, 0));
    for token in ["", "x", &"y".repeat(5_000)] {
        let path = format!("/sign-up/confirmation?token={token}");
        assert_eq!(browser.get(&path).await.status.as_u16(), 410, "{}", token.len());
    }
    let stolen = browser.post(PAGE, &typed("Ana", "a@example.com", PASSWORD)).await;
    assert_eq!(stolen.status.as_u16(), 403, "without the form's token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_e_mail_is_not_revealed_and_gets_another_mail() {
    let house = open_house().await;
    let ana = house.customer("ana").await;
    browser::login(&house, &ana).await;
    let before = (house.seen(), counts(&house).0);
    let (mut known, mut unknown) = (Browser::new(&house), Browser::new(&house));
    let waits =
        (sign_up(&mut known, "ANA@example.com").await, sign_up(&mut unknown, "bia@example.com").await);
    let bare = |place: &str| place.split('=').next().unwrap_or_default().to_owned();
    assert_eq!(bare(&waits.0), bare(&waits.1));
    assert_eq!(waits.0.len(), waits.1.len());
    let mails = mails_to(&house, "ana@example.com");
    assert_eq!((mails.len(), mails[0].kind.as_str()), (1, "sign_up_known"));
    assert!(!mails[0].body.contains("token=") && mails[0].body.contains("/sign-in"), "{}", mails[0].body);
    assert_eq!(mails_to(&house, "bia@example.com")[0].kind, "sign_up");
    for (browser, place) in [(&mut known, &waits.0), (&mut unknown, &waits.1)] {
        let page = place.split_once("page=").expect("a secret").1.to_owned();
        let answer = browser.submit(place, "/sign-up/mails", &[("page", &page)]).await;
        assert_eq!(answer.status.as_u16(), 303, "{}", answer.text);
    }
    assert_eq!(
        (mails_to(&house, "ana@example.com").len(), mails_to(&house, "bia@example.com").len()),
        (2, 2)
    );
    assert_eq!((house.seen(), counts(&house).0), before);
    let signed_in = known.sign_in("/sign-in", "ana@example.com", PASSWORD).await;
    assert_eq!(signed_in.status.as_u16(), 422, "her password is hers");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_clicks_at_once_make_one_customer() {
    let house = open_house().await;
    let mut browser = Browser::new(&house);
    sign_up(&mut browser, "nina@example.com").await;
    let link = link(&house, "nina@example.com");
    let page = browser.get(&link).await.text;
    let (token, csrf) = (link.split_once("token=").expect("a link").1.to_owned(), token_of(&page));
    let fields = [("csrf", csrf.as_str()), ("token", &token), ("password", PASSWORD)];
    let clicks = (0..6).map(|_| house.send(browser.form("/sign-up/confirmation", &fields)));
    let mut answered: Vec<u16> = Vec::new();
    for answer in futures_of(clicks).await {
        answered.push(answer.status.as_u16());
    }
    answered.sort_unstable();
    assert_eq!(answered, [303, 410, 410, 410, 410, 410]);
    assert_eq!(counts(&house), (1, 0));
    let mut signed = Browser::new(&house);
    signed.sign_in("/sign-in", "nina@example.com", PASSWORD).await;
    assert!(signed.get("/billing").await.text.contains("$25.00"));
    let granted = house.running.app.tables.read(|tables| {
        let nina = tables.customer_by_email("nina@example.com")?.expect("a customer");
        let wallet = tables.wallet_views_of(nina.id, 5)?.pop().expect("a wallet");
        Ok::<_, store::StoreError>(tables.grants(wallet.wallet_no, None, 10)?.rows)
    });
    let granted = granted.expect("the grants");
    assert_eq!(granted.len(), 1);
}

/// All of them at the same moment.
async fn futures_of<F: Future<Output = Answer> + Send>(all: impl Iterator<Item = F>) -> Vec<Answer> {
    let mut waiting: Vec<_> = all.map(Box::pin).collect();
    let mut answers = Vec::new();
    std::future::poll_fn(|context| {
        waiting.retain_mut(|one| match one.as_mut().poll(context) {
            std::task::Poll::Ready(answer) => {
                answers.push(answer);
                false
            }
            std::task::Poll::Pending => true,
        });
        if waiting.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn the_welcome_credit_comes_once_for_a_mailbox_however_it_is_written() {
    let house = open_house().await;
    for (email, amount) in
        [("nina@example.com", "$25.00"), ("Nina+two@Example.com", "$0.00"), ("n.ina@example.com", "$25.00")]
    {
        let mut browser = Browser::new(&house);
        sign_up(&mut browser, email).await;
        let link = link(&house, &email.to_lowercase());
        let answer = confirm(&mut browser, &link, PASSWORD).await;
        assert_eq!(answer.header("location"), Some("/billing"), "{email}: {}", answer.text);
        let billing = browser.get("/billing").await.text;
        assert!(billing.contains(amount), "{email}: {billing}");
    }
    // Whom the operator has welcomed is not welcomed again under another spelling.
    house.customer("otto").await;
    let mut browser = Browser::new(&house);
    sign_up(&mut browser, "otto+again@example.com").await;
    confirm(&mut browser, &link(&house, "otto+again@example.com"), PASSWORD).await;
    assert!(browser.get("/billing").await.text.contains("$0.00"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_mail_ends_the_old_link_and_there_are_few_of_them() {
    let house = open_house().await;
    let mut browser = Browser::new(&house);
    let waiting = sign_up(&mut browser, "nina@example.com").await;
    let page = waiting.split_once("page=").expect("a secret").1.to_owned();
    let old = link(&house, "nina@example.com");
    browser.submit(&waiting, "/sign-up/mails", &[("page", &page)]).await.expect(303);
    let new = link(&house, "nina@example.com");
    assert_ne!(old, new);
    assert_eq!(browser.get(&old).await.status.as_u16(), 410);
    assert_eq!(browser.get(&new).await.status.as_u16(), 200);
    for _ in 0..10 {
        browser.submit(&waiting, "/sign-up/mails", &[("page", &page)]).await;
    }
    let last = browser.submit(&waiting, "/sign-up/mails", &[("page", &page)]).await;
    assert!(last.status.as_u16() == 429 && last.header("retry-after").is_some(), "{}", last.text);
    let written = mails_to(&house, "nina@example.com").len();
    assert!(written <= usize::try_from(MAILS_MAX).expect("few"), "{written}");
    let guessed = browser.submit(&waiting, "/sign-up/mails", &[("page", "guessed")]).await;
    assert_eq!(guessed.status.as_u16(), 303, "nobody learns who waits");
    let mut many = Browser::new(&house);
    let mut turned_away = None;
    for n in 0..20 {
        let answer = many.submit(PAGE, PAGE, &typed("Ana", &format!("a{n}@example.com"), PASSWORD)).await;
        if answer.status.as_u16() == 429 {
            turned_away = Some(answer);
            break;
        }
    }
    let answer = turned_away.expect("an address signs few people up");
    assert!(answer.text.contains("Too many tries"), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn however_often_a_stranger_signs_somebody_up_few_mails_come_and_a_link_can_still_be_had() {
    let house = open_house().await;
    let ana = house.customer("ana").await;
    browser::login(&house, &ana).await;
    let mut stranger = Browser::new(&house);
    for email in ["ana@example.com", "nina@example.com"] {
        let mut answers = Vec::new();
        for _ in 0..3 {
            let waiting = stranger.submit(PAGE, PAGE, &typed("Nina Prado", email, PASSWORD)).await;
            answers.push(waiting.status.as_u16());
            let Some(waiting) = waiting.header("location").map(str::to_owned) else { continue };
            let page = waiting.split_once("page=").expect("a secret").1.to_owned();
            for _ in 0..4 {
                let again = stranger.submit(&waiting, "/sign-up/mails", &[("page", &page)]).await;
                answers.push(again.status.as_u16());
            }
        }
        let first: Vec<u16> = answers.iter().take(5).copied().collect();
        assert_eq!(first, [303; 5], "{email}: {answers:?}");
        assert!(answers[5..].iter().all(|status| *status == 429), "{email}: {answers:?}");
        assert_eq!(mails_to(&house, email).len(), 5, "{email}");
    }
    let forgotten = Browser::new(&house)
        .submit("/forgotten-password", "/forgotten-password", &[("login", "ana@example.com")])
        .await;
    assert_eq!(forgotten.status.as_u16(), 200, "{}", forgotten.text);
    let has_link = |mails: &store::Page<Mail, money::MailId>| {
        mails.rows.iter().any(|mail| mail.kind == "password_reset" && mail.recipient == "ana@example.com")
    };
    house.until(|reader| reader.mails(None, 100), has_link).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_confirm_in_time_is_forgotten_and_the_operator_may_be_faster() {
    let house = open_house().await;
    let mut browser = Browser::new(&house);
    sign_up(&mut browser, "late@example.com").await;
    let link_of_late = link(&house, "late@example.com");
    let later = saldo::clock::now().plus(saldo::sign_ups::LASTS + Timestamp::SECOND);
    let app = &house.running.app;
    let ended = app.write(move |tx| tx.delete_ended_sign_ups(later)).await.expect("a sweep");
    assert_eq!((ended, counts(&house).1), (1, 0));
    assert_eq!(browser.get(&link_of_late).await.status.as_u16(), 410);

    sign_up(&mut browser, "bia@example.com").await;
    let link = link(&house, "bia@example.com");
    house.customer("bia").await;
    let answer = confirm(&mut browser, &link, PASSWORD).await;
    assert!(
        answer.status.as_u16() == 409 && answer.text.contains("You have an account already"),
        "{}",
        answer.text
    );
    assert_eq!(counts(&house), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_mails_are_in_the_readers_language() {
    let house = open_house().await;
    let mut browser = Browser::new(&house);
    let page = browser.get(PAGE).await.text;
    let fields =
        [("csrf", token_of(&page)), ("language", "pt-BR".to_owned()), ("return_to", PAGE.to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.post("/language", &fields).await;
    assert!(browser.get(PAGE).await.text.contains("Criar conta"));
    sign_up(&mut browser, "nina@example.com").await;
    let mails = mails_to(&house, "nina@example.com");
    assert!(mails[0].subject.contains("Confirme seu e-mail") && mails[0].locale == "pt-BR", "{mails:?}");
}
