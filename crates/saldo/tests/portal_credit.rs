//! Buying credit in the portal, seen from the browser's side: what is told, how often, and to whom.

#![allow(clippy::expect_used, reason = "tests say what they expect")]

mod browser;
mod house;

use browser::{Browser, between, encoded, login};
use house::{Answer, House};
use reqwest::{Method, Response};
use saldo::config::SaveCards;
use saldo::runtime::Watcher;

const VISA: &str = "4242424242424242";
const DECLINED: &str = "4000000000000002";

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_told_once_and_stands_in_the_table() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    let checkout = begin(&mut browser, &[("suggested", "10.00"), ("amount", "")]).await;
    let again = begin(&mut browser, &[("suggested", "10.00"), ("amount", "")]).await;
    assert_eq!(checkout, again, "two presses are one checkout");
    let back = pay(&house, &checkout, VISA).await;
    let told = come_back(&mut browser, &back).await;
    let first = known_end(&mut browser, &told).await;
    for words in ["Payment successful", "$10.00 was added. Your credit balance is $35.00.", "Visa •••• 4242"]
    {
        assert!(first.contains(words), "{words}: {first}");
    }
    assert!(!browser.get(&told).await.text.contains("<dialog"), "not on reload");
    assert!(come_back(&mut browser, &back).await == told, "the way back leads to the same place");
    let page = browser.get(&told).await.text;
    assert!(!page.contains("<dialog"), "not on Back");
    let row = between(&page, "role=\"rowgroup\">\n  <tr role=\"row\">\n    <td", "</tr>");
    let row = row.map_or_else(|| panic!("no row: {page}"), str::to_owned);
    for words in ["ch_", "$10.00", "Visa •••• 4242", "Success", "mailto:"] {
        assert!(row.contains(words), "{words}: {row}");
    }
    let billing = browser.get("/billing").await.text;
    assert!(
        billing.contains("Recharge, Visa\u{a0}••••\u{a0}4242") && billing.contains("Expires 01/35"),
        "{billing}"
    );
    let csv = browser.get("/statement.csv").await;
    assert!(csv.header("content-type").is_some_and(|kind| kind.starts_with("text/csv")));
    let lines: Vec<&str> = csv.text.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].contains("\"Recharge, Visa •••• 4242\",10.00,USD,35.00,ent_"), "{}", lines[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_that_cards_are_kept_only_where_they_are() {
    for (saving, is_said) in [(SaveCards::Always, true), (SaveCards::Ask, false)] {
        let house = House::open_with(|config| config.stripe.save_cards = saving).await;
        let ana = house.customer("ana").await;
        login(&house, &ana).await;
        let mut browser = Browser::signed_in(&house, &ana).await;
        let page = browser.get("/recharge").await.text;
        assert_eq!(page.contains("is saved for next time"), is_said, "{saving:?}");
        let checkout = begin(&mut browser, &[("suggested", "10.00")]).await;
        pay(&house, &checkout, VISA).await;
        let kept = browser.get("/saved-cards").await.text.contains("Visa •••• 4242");
        assert_eq!(kept, is_said, "{saving:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn turning_back_is_cancelled_and_a_decline_is_failed() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    let checkout = begin(&mut browser, &[("suggested", "25.00")]).await;
    let page = turn_back(&house, &mut browser, &checkout).await;
    assert!(page.contains("Payment cancelled") && page.contains("No payments yet."), "{page}");
    let checkout = begin(&mut browser, &[("suggested", "25.00")]).await;
    pay(&house, &checkout, DECLINED).await;
    let page = turn_back(&house, &mut browser, &checkout).await;
    for words in ["Payment failed", "Your card was declined. Your credit balance has not changed.", "Failure"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(house.figures(ana.wallet).await, ["25.00", "0.00", "25.00"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_question_is_pending_and_settles_by_itself() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    let checkout = begin(&mut browser, &[("suggested", "10.00")]).await;
    house.sandbox.faults().change(|faults| {
        faults.webhook_hold = true;
        faults.payment_reads_fail = true;
    });
    let back = pay(&house, &checkout, VISA).await;
    let told = come_back(&mut browser, &back).await;
    let page = browser.get(&told).await.text;
    assert!(page.contains("Payment pending") && page.contains("data-pending"), "{page}");
    let poll = between(&page, "data-poll=\"", "\"").expect("where to ask again").to_owned();
    assert!(browser.get(&poll).await.text.contains("data-pending"));
    let mut news =
        house.running.app.live.subscribe(Watcher::Customer, &[ana.customer.id]).expect("a subscription");
    house.sandbox.faults().change(|faults| faults.payment_reads_fail = false);
    let result = loop {
        let result = browser.get(&poll).await.text;
        if !result.contains("data-pending") {
            break result;
        }
        tokio::time::timeout(house::PATIENCE, news.changed()).await.expect("news within time");
    };
    assert!(result.contains("$10.00 was added. Your credit balance is $35.00."), "{result}");
    assert!(!browser.get(&told).await.text.contains("<dialog"), "told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_amounts_get_a_sentence_and_open_nothing() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    let before = house.seen();
    for (typed, words) in [
        ("abc", "This is not an amount of money."),
        ("1e3", "This is not an amount of money."),
        ("-5", "The smallest amount is $5.00."),
        ("0", "The smallest amount is $5.00."),
        ("5.001", "An amount has at most two decimals."),
        ("5.00000001", "An amount has at most two decimals."),
        ("5000.01", "The largest amount at once is $5,000.00."),
        ("99999999999999999999999", "The largest amount at once is $5,000.00."),
        ("<script>", "This is not an amount of money."),
    ] {
        let fields = [("suggested", "10.00"), ("amount", typed)];
        let answer = browser.submit("/recharge", "/topups", &fields).await;
        assert_eq!(answer.status.as_u16(), 422, "{typed}");
        assert!(answer.text.contains(words), "{typed}: {}", answer.text);
        assert!(!answer.text.contains("<script>"), "{typed}");
        let kept =
            format!("value=\"{}\" data-other-amount", typed.replace('<', "&#60;").replace('>', "&#62;"));
        assert!(answer.text.contains(&kept), "{typed}: what was typed stays: {}", answer.text);
    }
    let topups = house.running.app.tables.read(|tables| tables.topups_of(ana.customer.id, None, 10));
    assert!(topups.expect("the tables").rows.is_empty());
    assert_eq!(house.seen(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_another_customer_is_reached() {
    let house = House::open().await;
    house.meter_of_hours().await;
    let (ana, bruno) = (house.customer("ana").await, house.customer("bruno").await);
    login(&house, &ana).await;
    login(&house, &bruno).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    let checkout = begin(&mut browser, &[("suggested", "10.00")]).await;
    let back = pay(&house, &checkout, VISA).await;
    let told = come_back(&mut browser, &back).await;
    let key = browser.submit("/api-keys", "/api-keys", &[("name", "Server")]).await;
    assert_eq!(key.status.as_u16(), 201);
    let secret = between(&key.text, "<p class=\"secret\"><code>", "</code>").expect("a secret").to_owned();
    let keys = browser.get("/api-keys").await.text;
    assert!(!keys.contains(&secret), "a secret is shown once");
    let revocation = format!(
        "/api-keys/{}/revocation",
        between(&keys, "/api-keys/key_", "/").map_or_else(|| panic!("{keys}"), |id| format!("key_{id}"))
    );
    let cards = browser.get("/saved-cards").await.text;
    let card = between(&cards, "/saved-cards/", "/removal").unwrap_or_else(|| panic!("{cards}")).to_owned();
    let removal = format!("/saved-cards/{card}/removal");
    let topup = told.split_once("topup=").expect("a top-up").1.to_owned();

    let mut other = Browser::signed_in(&house, &bruno).await;
    let paths = [
        back.clone(),
        told.clone(),
        format!("/topups/{topup}/result"),
        format!("/recharge/cancelled?topup={topup}"),
        "/recharge?topup=top_01k00000000000000000000000".to_owned(),
        "/recharge?topup=nonsense".to_owned(),
        "/recharge/return?session_id=cs_nothing".to_owned(),
    ];
    for path in paths {
        let answer = other.get(&path).await;
        assert_eq!(answer.status.as_u16(), 404, "{path}: {}", answer.text);
        assert!(!answer.text.contains("$10.00"), "{path}");
    }
    for path in [&revocation, &removal] {
        assert_eq!(other.submit("/billing", path, &[]).await.status.as_u16(), 404, "{path}");
    }
    assert_eq!(house.guard(&secret).await.status.as_u16(), 200, "the key goes on");
    assert!(browser.get("/saved-cards").await.text.contains(&card), "the card is there");
    assert!(known_end(&mut browser, &told).await.contains("Payment successful"), "nobody else was told");

    assert_eq!(
        browser.submit("/saved-cards", &removal, &[]).await.header("location"),
        Some("/saved-cards?removed=visa-4242")
    );
    assert!(!browser.get("/saved-cards").await.text.contains(&card));
    assert_eq!(browser.submit("/api-keys", &revocation, &[]).await.status.as_u16(), 303);
    assert_eq!(house.guard(&secret).await.status.as_u16(), 401, "a revoked key is refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_follows_until_its_session_ends() {
    let house = House::open().await;
    house.meter_of_hours().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let secret = house.key_of(&ana).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    let page = browser.get("/billing").await.text;
    let url = between(&page, "data-live-url=\"", "\"").expect("a live page").replace("&#38;", "&");
    let request = browser.request(Method::GET, &url);
    let mut stream = Stream::open(request.send().await.expect("a stream")).await;
    stream.wait_for("$25.00").await;
    assert_eq!(house.guard(&secret).await.status.as_u16(), 200);
    stream.wait_for("$24.75").await;
    browser.submit("/billing", "/sign-out", &[]).await;
    stream.wait_for("event: ended").await;
    let mut over = Stream::open(browser.request(Method::GET, &url).send().await.expect("a stream")).await;
    over.wait_for("event: ended").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_has_only_so_many_pages_open() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    let all_of = |watcher| {
        let live = &house.running.app.live;
        std::iter::from_fn(move || live.subscribe(watcher, &[ana.customer.id])).collect::<Vec<_>>()
    };
    let mut open = all_of(Watcher::Customer);
    // Those of staff are none of his.
    let _of_staff = all_of(Watcher::Staff);
    let answer = browser.get("/live?show=balance").await;
    assert_eq!(answer.status.as_u16(), 429);
    assert!(answer.header("retry-after").is_some());
    open.pop();
    let response = browser.request(Method::GET, "/live?show=balance").send().await.expect("a stream");
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(browser.get("/live?show=secrets").await.status.as_u16(), 400);
}

/// Presses the button; where the payment page is.
async fn begin(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> String {
    let answer = browser.submit("/recharge", "/topups", fields).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text);
    answer.header("location").expect("a payment page").to_owned()
}

/// Pays on the sandbox's page; where it leads back to, or the page itself if the card was declined.
async fn pay(house: &House, checkout: &str, number: &str) -> String {
    let page = house.send(house.client.get(checkout)).await.text;
    let attempt = between(&page, "name=\"attempt\" value=\"", "\"").expect("a form");
    let fields = [
        ("attempt", attempt),
        ("payment_method", "new"),
        ("number", number),
        ("expiry", "01/35"),
        ("cvc", "123"),
        ("name", "Ana Lima"),
    ];
    let request = house.client.post(checkout).header("content-type", "application/x-www-form-urlencoded");
    let answer = house.send(request.body(encoded(&fields))).await;
    local(house, &answer).unwrap_or(checkout.to_owned())
}

/// Presses *Back* on the sandbox's page; the page that this leads to in the end.
async fn turn_back(house: &House, browser: &mut Browser<'_>, checkout: &str) -> String {
    let answer = house.send(house.client.post(format!("{checkout}/cancellation"))).await;
    let back = local(house, &answer).expect("a way back");
    let told = come_back(browser, &back).await;
    known_end(browser, &told).await
}

/// The page as soon as Stripe has been heard. A reader waits for that only so long; on a slow machine it takes longer.
async fn known_end(browser: &mut Browser<'_>, told: &str) -> String {
    let looking = async {
        loop {
            let page = browser.get(told).await.text;
            if !page.contains("data-pending") {
                return page;
            }
            house::look_again().await;
        }
    };
    tokio::time::timeout(house::PATIENCE, looking).await.expect("an end within time")
}

/// Follows the way back; the address where the result is told.
async fn come_back(browser: &mut Browser<'_>, back: &str) -> String {
    let answer = browser.get(back).await;
    assert_eq!(answer.status.as_u16(), 303, "{back}: {}", answer.text);
    answer.header("location").expect("an address").to_owned()
}

/// Where an answer leads within the portal.
fn local(house: &House, answer: &Answer) -> Option<String> {
    Some(answer.header("location")?.strip_prefix(&house.url)?.to_owned())
}

/// An open stream of events.
struct Stream {
    response: Response,
    text: String,
}

impl Stream {
    async fn open(response: Response) -> Stream {
        assert_eq!(response.status().as_u16(), 200);
        Stream { response, text: String::new() }
    }

    /// Reads until `words` have come.
    async fn wait_for(&mut self, words: &str) {
        while !self.text.contains(words) {
            let chunk = self.response.chunk().await.expect("the stream");
            let chunk = chunk.unwrap_or_else(|| panic!("the stream ended without {words}: {}", self.text));
            self.text.push_str(&String::from_utf8_lossy(&chunk));
        }
    }
}
