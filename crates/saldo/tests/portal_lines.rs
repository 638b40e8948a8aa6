//! *Compra de Crédito* seen from the browser's side: what may be bought, what is refused in which words, and that nothing is bought twice.

#![allow(clippy::expect_used, reason = "tests say what they expect")]

mod browser;
mod house;

use std::time::Duration;

use book::{Behind, Charging, LineAct, LineStatus, Octets, Reading, ReadingKind, TrafficNo};
use browser::{Browser, PASSWORD, between};
use engine::Outcome;
use house::House;
use money::{Amount, LoginId, Unit};
use saldo::audit::Author;
use saldo::lines::offers::{PackDraft, PlanDraft, put_pack, put_plan};
use saldo::lines::{self, Address, NewLine, NewSubscriber};
use saldo::{clock, ids, passwords};
use store::tables::customers::Customer;
use store::tables::lines::{AtZero, LineEntry, OnWriteOff, PackRelease};
use store::tables::logins::Login;

const GB: i64 = 1_000_000_000;
const CPF: &str = "52998224725";
const POSITIVE: &str = "You cannot buy credit because the selected plan has a positive balance.";

/// A subscriber whose plan has 50 GB, and what he can buy.
struct Provider {
    plan_no: u32,
    ten: u32,
    customer: Customer,
}

fn plan(name: &str, supports_purchase: bool) -> PlanDraft {
    PlanDraft {
        name: name.to_owned(),
        fee: Amount::new(99_900_000, Unit::BRL),
        allowance: 50 * GB,
        carried_max: None,
        supports_purchase,
        balance_max: 0,
        unpaid_max: None,
        at_zero: AtZero::Slow,
        speed: "25M/50M".to_owned(),
        slow_speed: "512k/1M".to_owned(),
        walled_list: "portal".to_owned(),
        free: Vec::new(),
        block_after_days: None,
        zero_rated: Vec::new(),
    }
}

fn pack(plan_no: u32, gigabytes: i64, price: i64) -> PackDraft {
    PackDraft {
        plan_no,
        quantity: gigabytes * GB,
        price: Amount::new(price, Unit::BRL),
        chargings: vec![Charging::NextInvoice],
        release: PackRelease::Purchase,
        validity_days: None,
        per_cycle_max: None,
        sold: true,
        on_write_off: OnWriteOff::TakeBack,
    }
}

impl Provider {
    async fn open(house: &House) -> Provider {
        let app = &house.running.app;
        let operator = Author::operator;
        let plan_no = put_plan(app, operator(), None, plan("Fibra 50 Mega", true)).await.expect("a plan");
        put_pack(app, operator(), None, pack(plan_no, 1, 4_900_000)).await.expect("a pack");
        let ten = put_pack(app, operator(), None, pack(plan_no, 10, 24_900_000)).await.expect("a pack");
        let new = NewSubscriber {
            name: "João Exemplo".to_owned(),
            email: None,
            external_key: None,
            locale: "pt-BR".to_owned(),
            document: CPF.to_owned(),
            address: Address::default(),
        };
        let customer = lines::subscribe(app, operator(), new).await.expect("a subscriber");
        let login = Login {
            id: LoginId::from_u128(ids::fresh()),
            customer: customer.id,
            email: CPF.to_owned(),
            password_hash: Some(passwords::hash(PASSWORD).await.expect("a hash")),
            created_at: clock::now(),
            last_sign_in_at: None,
        };
        app.write(move |tx| tx.insert_login(&login)).await.expect("a login");
        Provider { plan_no, ten, customer }
    }

    /// A line that has used so much.
    async fn line(&self, house: &House, login: Option<&str>, plan_no: u32, used: i64) -> LineEntry {
        let access_login = login.map(str::to_owned);
        let new = NewLine { customer: self.customer.id, plan_no, anchor_day: 1, access_login };
        let line = lines::open(&house.running.app, Author::operator(), new).await.expect("a line");
        ask(house, &line, LineAct::AddUse { total: used, outside: 0 }).await;
        line
    }
}

/// A router tells what one session of a line has counted: all of it, or one kind of traffic that it counts there as well.
async fn read(house: &House, line: &LineEntry, session: u128, traffic: Option<TrafficNo>, megabytes: u32) {
    let output = Some(Octets { low: megabytes * 1_000_000, high: Some(0) });
    let reading = Reading {
        nas: 1,
        behind: Behind::default(),
        session,
        kind: ReadingKind::Interim,
        input: None,
        output,
        session_seconds: None,
        at: house.running.app.ledger.now(),
        is_dated: true,
        traffic,
        counts_all: true,
    };
    ask(house, line, LineAct::Read(reading)).await;
}

/// Asks something of a line, and waits until pages show it.
async fn ask(house: &House, line: &LineEntry, act: LineAct) {
    let app = &house.running.app;
    let answer = lines::ask(app, line.wallet, act, None).await.expect("an answer");
    let Outcome::Decided { entry, .. } = answer else { panic!("{answer:?}") };
    assert!(app.wait_projected(entry.position(), Duration::from_secs(60)).await);
}

async fn signed_in(house: &House) -> Browser<'_> {
    let mut browser = Browser::new(house);
    let answer = browser.sign_in("/sign-in", "529.982.247-25", PASSWORD).await;
    assert_eq!(answer.header("location"), Some("/buy-credit"), "{}", answer.text);
    browser
}

/// The page with the pack of `quantity` chosen, and the fields of its form.
async fn choose(
    browser: &mut Browser<'_>,
    line: &LineEntry,
    quantity: &str,
) -> (String, Vec<(String, String)>) {
    let page = browser.get(&format!("/buy-credit?line={}", line.id)).await.text;
    let before = page.split(&format!("\">{quantity} ")).next().expect("a page");
    let pack = before.rsplit("value=\"").next().expect("a pack").to_owned();
    let page = browser.get(&format!("/buy-credit?line={}&credit={pack}", line.id)).await.text;
    let form = page.split("method=\"post\" action=\"/buy-credit\"").nth(1).expect("a form");
    let form = form.split("</form>").next().expect("a form").to_owned();
    let fields = form.split("<input type=\"hidden\" name=\"").skip(1).map(|input| {
        let (name, rest) = input.split_once('"').expect("a name");
        let value = between(rest, "value=\"", "\"").expect("a value");
        (name.to_owned(), value.to_owned())
    });
    let fields = fields.collect();
    (page, fields)
}

async fn send(browser: &mut Browser<'_>, fields: &[(String, String)]) -> house::Answer {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post("/buy-credit", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_buy_once_and_the_page_tells_how_it_came_out() {
    let house = House::open().await;
    let provider = Provider::open(&house).await;
    let line = provider.line(&house, Some("joao"), provider.plan_no, 50 * GB + 400_000_000).await;
    let mut browser = signed_in(&house).await;
    let (page, fields) = choose(&mut browser, &line, "10.0\u{a0}GB").await;
    for words in
        ["Overshoot: 400.0\u{a0}MB", "cost R$24.90 and will be charged on the next invoice", "9.6\u{a0}GB"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let told = send(&mut browser, &fields).await;
    let url = told.header("location").expect("the page with the purchase").to_owned();
    let again = send(&mut browser, &fields).await;
    assert_eq!(again.header("location"), Some(url.as_str()), "the second tab asks for the same purchase");
    let page = browser.get(&url).await.text;
    for words in [
        "Purchase confirmed",
        "It is charged on your next invoice",
        "href=\"/invoices#next-invoice-heading\"",
        "Purchase registered",
        "Stands on the next invoice",
        "Credit released",
        "together with the purchase",
        "(1 purchase)",
        POSITIVE,
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let (_, other) = choose(&mut browser, &line, "1.0\u{a0}GB").await;
    assert!(!other.iter().any(|(name, _)| name == "pack"), "nothing can be chosen: {other:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_tab_with_another_pack_hears_that_something_was_bought() {
    let house = House::open().await;
    let provider = Provider::open(&house).await;
    // So far below zero that a purchase leaves the balance there: twelve gigabytes need two packs or more.
    put_pack(&house.running.app, Author::operator(), None, pack(provider.plan_no, 25, 49_900_000))
        .await
        .expect("a pack");
    let line = provider.line(&house, Some("joao"), provider.plan_no, 50 * GB).await;
    let mut browser = signed_in(&house).await;
    let (_, ten) = choose(&mut browser, &line, "10.0\u{a0}GB").await;
    let (_, more) = choose(&mut browser, &line, "25.0\u{a0}GB").await;
    assert_eq!(send(&mut browser, &ten).await.status.as_u16(), 303);
    let refused = send(&mut browser, &more).await;
    assert_eq!(refused.status.as_u16(), 409);
    assert!(refused.text.contains("Nothing was bought a second time"), "{}", refused.text);
    assert!(refused.text.contains("(1 purchase)"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_between_page_and_click_is_told_and_nothing_is_bought() {
    let house = House::open().await;
    let provider = Provider::open(&house).await;
    let line = provider.line(&house, Some("joao"), provider.plan_no, 50 * GB).await;
    let mut browser = signed_in(&house).await;
    let (_, fields) = choose(&mut browser, &line, "10.0\u{a0}GB").await;
    let app = &house.running.app;
    let dearer = pack(provider.plan_no, 10, 29_900_000);
    put_pack(app, Author::operator(), Some(provider.ten), dearer).await.expect("another price");
    let refused = send(&mut browser, &fields).await;
    assert_eq!(refused.status.as_u16(), 409);
    for words in ["Price or quantity of this credit have changed", "cost R$29.90"] {
        assert!(refused.text.contains(words), "{words}: {}", refused.text);
    }
    let more = plan("Fibra 50 Mega", true);
    let more = PlanDraft { allowance: 60 * GB, name: "Fibra 60 Mega".to_owned(), ..more };
    let plan_no = put_plan(app, Author::operator(), None, more).await.expect("a plan");
    let (_, fields) = choose(&mut browser, &line, "10.0\u{a0}GB").await;
    ask(&house, &line, LineAct::ChangePlan { plan: book::PlanNo(plan_no) }).await;
    let refused = send(&mut browser, &fields).await;
    assert_eq!(refused.status.as_u16(), 409, "{}", refused.text);
    assert!(refused.text.contains(POSITIVE), "{}", refused.text);
    ask(&house, &line, LineAct::SetStatus { status: LineStatus::Blocked }).await;
    let refused = send(&mut browser, &fields).await;
    assert!(refused.text.contains("This plan is blocked."), "{}", refused.text);
    assert!(!refused.text.contains("(1 purchase)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_is_asked_for_again_when_its_line_is_blocked_and_when_one_may_buy_again() {
    let house = House::open().await;
    let provider = Provider::open(&house).await;
    let line = provider.line(&house, Some("joao"), provider.plan_no, GB).await;
    let mut browser = signed_in(&house).await;
    for (status, live) in [
        (LineStatus::Blocked, format!("line-balance&line={}", line.id)),
        (LineStatus::Enabled, "barred".to_owned()),
    ] {
        let page = browser.get("/buy-credit").await.text;
        let listens = between(&page, "data-live-url=\"", "\"").expect("the page is live");
        let shows = live.split('&').next().expect("what is live");
        assert!(listens.contains(shows), "{listens}");
        let stream = browser.request(reqwest::Method::GET, &format!("/live?show={live}")).send();
        let stream = stream.await.expect("a stream");
        ask(&house, &line, LineAct::SetStatus { status }).await;
        // It goes on as long as the page is true, and its last word is that it is not.
        let told = tokio::time::timeout(house::PATIENCE, stream.text()).await.expect("it ends within time");
        let told = told.expect("text");
        assert!(told.contains("event: ended"), "{status:?}: {told}");
        assert!(told.contains(&format!("event: {shows}\n")), "it was drawn until then: {told}");
    }
    let page = browser.get("/buy-credit").await.text;
    assert!(page.contains("<select id=\"line\""), "it may buy again: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_credit_that_somebody_else_had_open_ends_for_who_has_none() {
    let house = House::open().await;
    Provider::open(&house).await;
    let browser = signed_in(&house).await;
    for parts in ["balance,pace,usage", "payments,checkouts", "automatic"] {
        let stream = browser.request(reqwest::Method::GET, &format!("/live?show={parts}")).send();
        let stream = stream.await.expect("a stream").text();
        let told = tokio::time::timeout(house::PATIENCE, stream).await.expect("it ends within time");
        assert!(told.expect("text").contains("event: ended"), "{parts}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_cannot_buy_are_told_one_by_one() {
    let house = House::open().await;
    let provider = Provider::open(&house).await;
    let app = &house.running.app;
    let rural = put_plan(app, Author::operator(), None, plan("Rural 10 Mega", false)).await.expect("a plan");
    provider.line(&house, Some("joao-rural"), rural, GB).await;
    provider.line(&house, None, provider.plan_no, GB).await;
    let blocked = provider.line(&house, Some("joao-casa"), provider.plan_no, GB).await;
    ask(&house, &blocked, LineAct::SetStatus { status: LineStatus::Blocked }).await;
    let mut browser = signed_in(&house).await;
    let page = browser.get("/buy-credit").await.text;
    for words in ["does not support the purchase", "has no access login", "blocked by your provider."] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let good = provider.line(&house, Some("joao-fibra"), provider.plan_no, 50 * GB + 2 * GB).await;
    let page = browser.get("/buy-credit").await.text;
    let list = between(&page, "<select id=\"line\"", "</select>").expect("the list");
    assert!(list.contains("joao-fibra") && !list.contains("joao-casa"), "{list}");
    // Whoever looks for another of his lines learns why it is not there.
    for words in ["3 of your plans are not in the list", "joao-casa", "blocked by your provider."] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.contains("does not bring the balance above zero"), "one line is chosen already: {page}");
    ask(&house, &blocked, LineAct::SetStatus { status: LineStatus::Enabled }).await;
    let page = browser.get("/buy-credit").await.text;
    assert!(page.contains("Choose a plan to see its balance"), "of several none is chosen: {page}");
    assert!(page.contains("2 of your plans are not in the list"), "{page}");
    let used = browser.get(&format!("/consumption?line={}", good.id)).await.text;
    assert!(used.contains("50.0\u{a0}GB") && used.contains("Overshoot: 2.0\u{a0}GB"), "{used}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_panel_comes_to_the_balance() {
    let house = House::open().await;
    let provider = Provider::open(&house).await;
    let line = provider.line(&house, Some("joao"), provider.plan_no, 50 * GB).await;
    ask(&house, &line, LineAct::AddUse { total: 6 * GB, outside: 6 * GB }).await;
    let mut browser = signed_in(&house).await;
    let page = browser.get("/buy-credit?check=1").await.text;
    let formula = "50.0\u{a0}GB + 0.0\u{a0}GB + 6.0\u{a0}GB − 56.0\u{a0}GB = 0.0\u{a0}GB";
    assert!(page.contains(formula), "{page}");
    assert!(!page.contains("Carried balance") && !page.contains("Adjustments"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn zero_rated_traffic_is_told_by_name_apart_from_the_rest() {
    let house = House::open().await;
    let provider = Provider::open(&house).await;
    let app = &house.running.app;
    let free = PlanDraft { zero_rated: vec!["WhatsApp".to_owned()], ..plan("Fibra livre", true) };
    let plan_no = put_plan(app, Author::operator(), None, free).await.expect("a plan");
    let line = provider.line(&house, Some("joao.livre"), plan_no, 100_000_000).await;
    ask(&house, &line, LineAct::AddUse { total: 200_000_000, outside: 200_000_000 }).await;
    read(&house, &line, 1, None, 3_000).await;
    read(&house, &line, 2, Some(app.sold().traffic("WhatsApp")), 1_200).await;
    let mut browser = signed_in(&house).await;
    let page = browser.get(&format!("/consumption?line={}", line.id)).await.text;
    assert!(page.contains("WhatsApp, outside the allowance: 1.2\u{a0}GB"), "{page}");
    assert!(page.contains("Outside the allowance: 1.4\u{a0}GB"), "{page}");
    let panel = browser.get(&format!("/buy-credit?line={}&check=1", line.id)).await.text;
    assert!(panel.contains("WhatsApp, outside the allowance"), "{panel}");
    let formula = "50.0\u{a0}GB + 0.0\u{a0}GB + 1.4\u{a0}GB − 3.3\u{a0}GB = 48.1\u{a0}GB";
    assert!(panel.contains(formula), "{panel}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_focus_stays_on_what_was_chosen() {
    let house = House::open().await;
    let provider = Provider::open(&house).await;
    let line = provider.line(&house, Some("joao"), provider.plan_no, 50 * GB).await;
    let mut browser = signed_in(&house).await;
    let (_, fields) = choose(&mut browser, &line, "10.0\u{a0}GB").await;
    let pack = &fields.iter().find(|(name, _)| name == "pack").expect("a pack").1;
    let id = line.id.to_string();
    for (before, after, focused) in [
        (("", ""), (id.as_str(), ""), Some("line")),
        ((&id, ""), (&id, pack.as_str()), Some("credit")),
        ((&id, pack), (&id, ""), Some("credit")),
        ((&id, pack), ("", pack), Some("line")),
    ] {
        let url = format!(
            "/buy-credit?line={}&line_before={}&credit={}&credit_before={}",
            after.0, before.0, after.1, before.1
        );
        let page = browser.get(&url).await.text;
        let tag = page.split("<select ").skip(1).filter_map(|rest| rest.split('>').next());
        let focus: Vec<_> = tag.filter(|tag| tag.contains(" autofocus")).collect();
        let ids: Vec<_> = focus.iter().map(|tag| between(tag, "id=\"", "\"").expect("an id")).collect();
        assert_eq!(ids, focused.into_iter().collect::<Vec<_>>(), "{url}");
        assert!(page.contains(&format!("name=\"line_before\" value=\"{id}\"")), "{page}");
    }
    let opened = browser.get(&format!("/buy-credit?line={id}&credit={pack}&bought=pur_0")).await.text;
    assert!(opened.contains("name=\"credit_before\""), "{opened}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_buys_for_another_and_money_pages_are_not_his() {
    let house = House::open().await;
    let provider = Provider::open(&house).await;
    let line = provider.line(&house, Some("joao"), provider.plan_no, 50 * GB).await;
    let mut browser = signed_in(&house).await;
    assert_eq!(browser.get("/billing").await.header("location"), Some("/buy-credit"));
    assert_eq!(browser.get("/").await.header("location"), Some("/buy-credit"));
    for path in ["/recharge", "/statement", "/usage"] {
        assert_eq!(browser.get(path).await.status.as_u16(), 404, "{path}");
    }
    let (_, mut fields) = choose(&mut browser, &line, "10.0\u{a0}GB").await;
    let ana = house.customer("ana").await;
    browser::login(&house, &ana).await;
    let mut stranger = Browser::signed_in(&house, &ana).await;
    let token = browser::token_of(&stranger.get("/billing").await.text);
    fields.iter_mut().filter(|(name, _)| name == "csrf").for_each(|(_, value)| value.clone_from(&token));
    assert_eq!(send(&mut stranger, &fields).await.status.as_u16(), 404);
}

/// The subjects of the mails about use, oldest first, once there are so many.
async fn told(house: &House, count: usize) -> Vec<String> {
    let mails = house.until(|tables| tables.mails(None, 100), |mails| mails.rows.len() >= count).await;
    let mut subjects: Vec<String> = mails.rows.into_iter().map(|mail| mail.subject).collect();
    subjects.reverse();
    subjects
}

#[tokio::test(flavor = "multi_thread")]
async fn use_is_told_at_each_threshold_once_whatever_is_played_again() {
    let house = House::open().await;
    let provider = Provider::open(&house).await;
    let customer = provider.customer.id;
    let with_mail = Login {
        id: LoginId::from_u128(ids::fresh()),
        customer,
        email: "joao@example.com".to_owned(),
        password_hash: None,
        created_at: clock::now(),
        last_sign_in_at: None,
    };
    house.running.app.write(move |tx| tx.insert_login(&with_mail)).await.expect("a login");
    let line = provider.line(&house, Some("joao"), provider.plan_no, 24 * GB).await;
    let used = |total: i64| LineAct::AddUse { total, outside: 0 };
    for bytes in [GB, GB, 14 * GB, 2 * GB] {
        ask(&house, &line, used(bytes)).await;
    }
    let expected = ["50% da franquia de joao já foi usada", "80% da franquia de joao já foi usada"];
    assert_eq!(told(&house, 2).await, expected);
    let mut browser = signed_in(&house).await;
    for page in ["/buy-credit", "/consumption"] {
        let page = browser.get(page).await.text;
        assert!(page.contains("80% of the allowance was reached on"), "{page}");
    }
    // All that is derived is thrown away and made again: nothing is told again.
    let data = house.close().await;
    let mut rebuild = std::process::Command::new(env!("CARGO_BIN_EXE_saldo"));
    let (name, value) = house::place_of(data.path());
    let rebuild = rebuild.arg("rebuild-views").env(name, value).output().expect("it runs");
    assert!(rebuild.status.success(), "{}", String::from_utf8_lossy(&rebuild.stderr));
    let house = House::open_in(data, |_| {}).await;
    ask(&house, &line, used(GB)).await;
    ask(&house, &line, used(7 * GB)).await;
    let over = "A franquia de joao acabou";
    assert_eq!(told(&house, 3).await, [&expected[..], &[over]].concat());
    // What is bought is watched by itself, from nothing on.
    let mut browser = signed_in(&house).await;
    let (_, fields) = choose(&mut browser, &line, "10.0\u{a0}GB").await;
    assert_eq!(send(&mut browser, &fields).await.status.as_u16(), 303);
    assert!(
        !browser.get("/buy-credit").await.text.contains("was reached on"),
        "nothing of the pack was used"
    );
    ask(&house, &line, used(3 * GB)).await;
    ask(&house, &line, used(5 * GB)).await;
    let of_pack = "80% do crédito comprado para joao já foi usado";
    assert_eq!(told(&house, 4).await, [&expected[..], &[over, of_pack]].concat());
    let mail = house.running.app.read(|tables| tables.mails(None, 1)).await.expect("mails").rows.remove(0);
    assert_eq!((mail.recipient.as_str(), mail.locale.as_str()), ("joao@example.com", "pt-BR"));
    for words in ["Olá, João Exemplo", "Restam 2,0\u{a0}GB até ", "/buy-credit?line=line_"] {
        assert!(mail.body.contains(words), "{words}: {}", mail.body);
    }
    let page = browser.get("/buy-credit").await.text;
    assert!(page.contains("80% of the credit bought last was reached on"), "{page}");
    let house = house.restart().await;
    ask(&house, &line, used(2 * GB)).await;
    let pack_over = "O crédito comprado para joao acabou";
    assert_eq!(told(&house, 5).await, [&expected[..], &[over, of_pack, pack_over]].concat());
}
