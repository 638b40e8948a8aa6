//! Mail and Stripe in the console, and `saldo doctor`; test and live never share books.

use std::process::Command;

use saldo::app::Running;
use saldo::config::{Config, SmtpSecurity};
use serde_json::{Value, json};
use store::tables::inbox::InboxState;
use store::tables::staff::StaffRole;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use super::house::{House, STRIPE_KEY, WEBHOOK_SECRET, place_of};
use super::staff_in;

const MAIL: &str = "/console/mail";
const TEST: &str = "/console/mail/test";
const STRIPE: &str = "/console/stripe";
const CHECKS: &str = "/console/stripe/checks";

/// A mail server that greets, and answers `verdict` to whoever signs in (`at` is `AUTH`) or hands a letter over (`at` is `DATA`).
pub(super) async fn mail_server(at: &'static str, verdict: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let mut reply = "220 mail.example.com ESMTP".to_owned();
            while stream.write_all(format!("{reply}\r\n").as_bytes()).await.is_ok() {
                let mut line = String::new();
                if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                    break;
                }
                let word = line.get(..4).unwrap_or_default();
                reply = match word {
                    "EHLO" => "250-mail.example.com\r\n250 AUTH PLAIN LOGIN".to_owned(),
                    word if word == at && word == "AUTH" => verdict.to_owned(),
                    "DATA" => {
                        let _ = stream.write_all(b"354 go on\r\n").await;
                        let mut letter = String::new();
                        while !letter.ends_with("\r\n.\r\n")
                            && stream.read_line(&mut letter).await.unwrap_or(0) > 0
                        {}
                        verdict.to_owned()
                    }
                    _ => "250 yes".to_owned(),
                };
            }
        }
    });
    address
}

async fn house_with_mail(server: String, username: &'static str) -> House {
    House::open_with(move |config| {
        config.mail.smtp = server;
        config.mail.smtp_security = SmtpSecurity::None;
        config.mail.smtp_username = username.to_owned();
        config.mail.smtp_password = "hidden_password".to_owned();
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_mail_says_in_words_what_the_server_said() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    for (server, username, is_taken, words) in [
        (
            mail_server("DATA", "250 taken as 1234").await,
            "",
            true,
            "The server took the mail to bia@example.com",
        ),
        (mail_server("DATA", "550 we do not know you").await, "", false, "refused the mail for good"),
        (mail_server("DATA", "451 come again").await, "", false, "refused the mail for now"),
        (mail_server("AUTH", "535 wrong password").await, "acme", false, "does not take name and password"),
        (nobody.to_string(), "", false, "Nobody answers at"),
        (String::new(), "", false, "No mail server is set"),
    ] {
        let house = house_with_mail(server, username).await;
        let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
        assert!(staff.get(MAIL).await.text.contains("Never"), "{words}");
        let sent = staff.submit(MAIL, TEST, &[]).await;
        assert_eq!(sent.status.as_u16(), 200, "{words}: {}", sent.text);
        assert!(
            sent.text.contains(words) && !sent.text.contains("hidden_password"),
            "{words}: {}",
            sent.text
        );
        assert_eq!(staff.get(MAIL).await.text.contains("<dd>Never</dd>"), !is_taken, "{words}");
        house.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mail_is_shown_in_both_languages() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "leo@example.com", StaffRole::ReadOnly).await;
    let shown = staff.get("/console/mail?language=pt-BR").await.text;
    assert!(
        shown.contains("Sample") && shown.contains("lang=\"pt-BR\"") && shown.contains("Ana Lima"),
        "{shown}"
    );
    let english = staff.get("/console/mail?language=en").await.text;
    assert!(english.contains("Hello") && !english.contains("Olá"), "{english}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_event_goes_all_the_way_round() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let before = house.seen();
    assert!(staff.get(STRIPE).await.text.contains("These books are kept with test keys"));
    let found = staff.submit(STRIPE, CHECKS, &[]).await;
    assert_eq!(found.status.as_u16(), 200);
    // Where the books are on a database server, the room on its disk is looked at there.
    let is_on_server = house.running.app.config.database.is_some();
    let disk = if is_on_server { "look at its disk there" } else { "MiB free in" };
    for words in [
        disk,
        "An event went from Stripe’s API by webhook into the inbox",
        "The endpoint is told of everything",
        "A test key, as the books are",
        "answers, without https",
        "No mail server is set",
    ] {
        assert!(found.text.contains(words), "{words}: {}", found.text);
    }
    assert!(!found.text.contains(STRIPE_KEY) && !found.text.contains(WEBHOOK_SECRET));
    let ignored =
        house.until(|reader| reader.inbox(InboxState::Ignored, None, 5), |page| !page.rows.is_empty());
    assert_eq!(ignored.await.rows[0].kind, "checkout.session.expired");
    assert_eq!(house.seen(), before, "the books are as they were");

    let (name, place) = place_of(house.data());
    let told = tokio::task::block_in_place(|| {
        Command::new(env!("CARGO_BIN_EXE_saldo"))
            .args(["doctor", "--json"])
            .env(name, place)
            .env("SALDO_SERVER__PUBLIC_URL", &house.url)
            .env("SALDO_STRIPE__API_URL", house.sandbox.url())
            .env("SALDO_STRIPE__SECRET_KEY", STRIPE_KEY)
            .env("SALDO_STRIPE__WEBHOOK_SECRETS", WEBHOOK_SECRET)
            .output()
            .expect("the program")
    });
    let text = String::from_utf8(told.stdout).expect("text");
    let told_json: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(told.status.code(), Some(0), "{text}");
    assert_eq!(told_json["good"], json!(true));
    let verdict_of = |name: &str| {
        let checks = told_json["checks"].as_array().expect("checks");
        checks.iter().find(|check| check["name"] == name).map(|check| check["verdict"].clone())
    };
    assert_eq!(verdict_of("stripe.round_trip"), Some(json!("good")), "{text}");
    assert!(
        !text.contains(STRIPE_KEY) && !text.contains(WEBHOOK_SECRET) && !text.contains('\u{1b}'),
        "{text}"
    );

    let (name, place) = place_of(house.data());
    let ailing = tokio::task::block_in_place(|| {
        Command::new(env!("CARGO_BIN_EXE_saldo"))
            .args(["doctor", "--read-only"])
            .env(name, place)
            .env("SALDO_SERVER__PUBLIC_URL", "http://127.0.0.1:9")
            .env("SALDO_STRIPE__API_URL", house.sandbox.url())
            .env("SALDO_STRIPE__SECRET_KEY", "sk_test_wrong")
            .output()
            .expect("the program")
    });
    let text = String::from_utf8(ailing.stdout).expect("text");
    assert_eq!(ailing.status.code(), Some(6), "{text}");
    for words in
        ["Nobody answers at http://127.0.0.1:9", "every webhook is refused", "Stripe does not know this key"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("sk_test_wrong"), "{text}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_before_customers_pay_is_listed_and_ticked() {
    const PAGE: &str = "/console/go-live";
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let left = staff.get(PAGE).await.text;
    assert!(left.contains("10 steps are left") && left.contains("Test and live never share books"), "{left}");
    // The first page says the same to whoever can do it, and to nobody else.
    let home = staff.get("/console").await.text;
    assert!(home.contains("10 steps are left") && home.contains("Live keys"), "{home}");
    let mut sue = staff_in(&house, "sue@example.com", StaffRole::Support).await;
    assert!(!sue.get("/console").await.text.contains("Live keys"));
    staff_in(&house, "caio@example.com", StaffRole::Admin).await;
    staff
        .submit("/console/brand", "/console/brand", &[("terms_url", "https://a.example/terms")])
        .await
        .expect(303);
    staff.submit(PAGE, "/console/go-live/backup", &[]).await.expect(303);
    let left = staff.get(PAGE).await.text;
    assert!(left.contains("7 steps are left") && left.contains("Staff said on"), "{left}");
    let home = staff.get("/console").await.text;
    assert!(home.contains("7 steps are left") && !home.contains("A second admin"), "{home}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn live_and_test_never_share_books() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let page = house.send(house.request(reqwest::Method::GET, "/sign-in")).await.text;
    assert!(page.contains("No real money"), "{page}");
    let event = json!({"id": "evt_live", "object": "event", "type": "checkout.session.completed", "created": 1,
        "api_version": null, "livemode": true, "data": {"object": {"id": "cs_live_1"}}});
    let body = event.to_string();
    let signed = house.signature(&body, WEBHOOK_SECRET, 0);
    let request = house.request(reqwest::Method::POST, saldo::webhooks::WEBHOOK_PATH);
    let taken = house.send(request.header("stripe-signature", signed).body(body)).await;
    assert_eq!(taken.status.as_u16(), 200);
    let parked =
        house.until(|reader| reader.inbox(InboxState::Ignored, None, 5), |page| !page.rows.is_empty()).await;
    let why = parked.rows[0].last_error.as_deref().unwrap_or_default();
    assert!(why.contains("other mode"), "{why}");
    assert_eq!(house.figures(ana.wallet).await, ["25.00", "0.00", "25.00"]);

    let data = house.close().await;
    let (name, place) = place_of(data.path());
    let with_key = |key: &str| {
        let place = place.clone().into_string().expect("text");
        let environment = [(name.to_owned(), place), ("SALDO_STRIPE__SECRET_KEY".to_owned(), key.to_owned())];
        Config::load(None, environment).expect("settings")
    };
    let refused =
        Running::start(with_key("sk_live_house")).await.map(|_| ()).map_err(|error| format!("{error:#}"));
    let said = refused.expect_err("a live key on books of test");
    assert!(said.contains("never share books") && !said.contains("sk_live_house"), "{said}");
    // Without a key, and with another test key, they open; nothing was changed by the refusal.
    for key in ["", "rk_test_another"] {
        let running = Running::start(with_key(key)).await.expect("a start");
        assert_eq!(running.app.mode, Some(saldo::mode::Mode::Test));
        tokio::task::spawn_blocking(move || running.end()).await.expect("an end");
    }
}
