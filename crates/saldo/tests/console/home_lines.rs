//! The first page of those who sell lines, or have customers in debt: each currency for itself, what is overdue, and the lists behind it.

use axum::http::Method;
use book::{LineAct, LineStatus};
use serde_json::json;
use store::tables::staff::StaffRole;

use super::bank::{buyer, open, seller};
use super::browser::{Browser, between};
use super::house::{House, PATIENCE};
use super::staff_in;
use super::support::paid;

const RUNS: &str = "/console/billing/runs";
const DAY: u32 = 86_400;

async fn shown(house: &House) {
    let landed = house.running.app.ledger.landed().borrow().position;
    assert!(house.running.app.wait_projected(landed, PATIENCE).await);
}

/// What stands under this heading of a figure; nothing if there is no such figure.
fn figure<'p>(page: &'p str, name: &str) -> &'p str {
    let card = between(page, &format!("id=\"{name}-heading\""), "</section>").unwrap_or_default();
    between(card, "<p class=\"fact\">", "</p>").unwrap_or_default()
}

/// What is said beside the link to this page.
fn glance<'p>(page: &'p str, url: &str) -> &'p str {
    let link = format!("<dt><a href=\"{url}\">");
    between(page, &link, "</dd>").and_then(|it| it.split("<dd>").nth(1)).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sold_for_lines_and_what_is_overdue_is_told_in_its_own_currency() {
    const AT_ZERO: &str = "/console/lines?status=at_zero";
    const BLOCKED: &str = "/console/lines?status=blocked";
    let house = open().await;
    let mut admin = seller(&house, "purchase").await;
    let (wallet, boleto) = buyer(&house, "João da Silva", "52998224725", "01310100").await;
    shown(&house).await;
    let page = admin.get("/console").await.text;
    assert_eq!(figure(&page, "sold-brl-by-day"), "R$24.90", "{page}");
    assert_eq!(figure(&page, "sold-bytes-by-day"), "10.0\u{a0}GB");
    assert_eq!(figure(&page, "all-used-bytes-by-day"), "50.0\u{a0}GB");
    // Nobody has credit in dollars, and none in reais beside what was sold: nothing is said of either.
    for name in ["sold-by-day", "all-used-by-day", "held-by-day", "held-brl-by-day", "held-bytes-by-day"] {
        assert_eq!(figure(&page, name), "", "{name}");
    }
    assert!(page.contains(">In R$</h2>") && page.contains(">Data</h2>"), "{page}");
    assert_eq!((glance(&page, AT_ZERO), glance(&page, BLOCKED)), ("0", "0"));
    assert_eq!(glance(&page, "/console/boletos/files"), "none yet");
    assert!(
        glance(&page, "/console/billing").ends_with(", not made yet") && !page.contains("overdue boleto"),
        "{page}"
    );

    // All of it is used, he does not pay, and staff block him.
    let app = &house.running.app;
    let used = LineAct::AddUse { total: 10_000_000_000, outside: 0 };
    saldo::lines::ask(app, wallet, used, None).await.expect("used up");
    shown(&house).await;
    assert_eq!(glance(&admin.get("/console").await.text, AT_ZERO), "1");
    assert!(admin.get(AT_ZERO).await.text.contains("João da Silva"));
    house.advance(10 * DAY).await;
    let line = app.read(move |tables| tables.lines_of(boleto.customer, 1)).await.expect("lines").remove(0);
    saldo::lines::ask(app, line.wallet, LineAct::SetStatus { status: LineStatus::Blocked }, None)
        .await
        .expect("blocked");
    shown(&house).await;
    let page = admin.get("/console").await.text;
    assert!(page.contains("1 overdue boleto: R$24.90.") && !page.contains("All clear"), "{page}");
    assert_eq!((glance(&page, BLOCKED), figure(&page, "sold-brl-by-day")), ("1", "R$0.00"));
    let overdue = admin.get("/console/boletos?state=overdue").await.text;
    assert!(overdue.contains("João da Silva") && overdue.contains("<option value=\"overdue\" selected>"));
    let another = admin.get("/console/boletos?state=overdue&q=Maria").await.text;
    assert!(!another.contains("João da Silva"), "{another}");

    // Support sees how lines stand, and no sums.
    let mut support = staff_in(&house, "leo@example.com", StaffRole::Support).await;
    let page = support.get("/console").await.text;
    assert_eq!(glance(&page, BLOCKED), "1");
    for hidden in ["overdue boleto", "/console/billing\">", "Sold today", "Data sold today"] {
        let main = between(&page, "<main", "</main>").expect("a main part");
        assert!(!main.contains(hidden), "{hidden}: {main}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_used_more_than_he_had_is_counted_and_listed() {
    const IN_DEBT: &str = "/console/customers?show=in_debt";
    let house = House::open().await;
    let known = paid(&house).await;
    let customer = &known.customer;
    let mut admin = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    assert_eq!(glance(&admin.get("/console").await.text, IN_DEBT), "", "nobody is");
    let none = admin.get(IN_DEBT).await.text;
    assert!(!none.contains(&customer.customer.id.to_string()), "{none}");
    let charge = json!({"wallet": customer.wallet.to_string(), "amount": {"amount": "35.00", "unit": "USD"}, "kind": "report"});
    house.post("/v1/charges", &charge).await.expect(201);
    // What he paid goes back, and he has used it.
    let payment = known.payment.provider_payment.as_str();
    house.stripe(Method::POST, "/v1/refunds", &[("payment_intent", payment), ("amount", "1000")]).await;
    house.until(|tables| tables.debts(), |debts| debts.iter().any(|debt| debt.count == 1)).await;
    assert_eq!(glance(&admin.get("/console").await.text, IN_DEBT), "1 (−$10.00)");
    let list = admin.get(IN_DEBT).await.text;
    assert!(list.contains(&customer.customer.id.to_string()) && list.contains("−$10.00"), "{list}");
    // A cursor that is none begins at the first.
    let odd = admin.get(&format!("{IN_DEBT}&before=x.y")).await.text;
    assert!(odd.contains(&customer.customer.id.to_string()), "{odd}");
    let behind = admin.get(&format!("{IN_DEBT}&before=-1.0")).await.text;
    assert!(!behind.contains(&customer.customer.id.to_string()), "{behind}");
}

#[tokio::test(flavor = "multi_thread")]
async fn months_that_nobody_ran_are_named_and_can_be_run_late() {
    let house = open().await;
    let mut admin = seller(&house, "purchase").await;
    buyer(&house, "João da Silva", "52998224725", "01310100").await;
    shown(&house).await;
    for page in ["/console", "/console/billing"] {
        let page = admin.get(page).await.text;
        assert!(!page.contains("No invoices were made for") && !page.contains("No run for"), "{page}");
    }
    // Every month has an end within so many days.
    house.advance(31 * DAY).await;
    // Whoever came since pays no fee of a month before.
    buyer(&house, "Maria Souza", "11144477735", "01310100").await;
    shown(&house).await;
    let home = admin.get("/console").await.text;
    assert!(home.contains("No invoices were made for ") && home.contains("Open the monthly run"), "{home}");
    let page = admin.get("/console/billing").await.text;
    let runs: Vec<&str> = page.split("/console/billing?run=").skip(1).map(|rest| &rest[..7]).collect();
    let [oldest, current] = runs[..] else { panic!("{page}") };
    let asked = admin.get(&format!("/console/billing?run={current}")).await.text;
    assert!(asked.contains("it can have none any more") || asked.contains("they can have none any more"));
    let asked = admin.get(&format!("/console/billing?run={oldest}")).await.text;
    assert!(asked.contains("One invoice of R$"), "one line was there: {asked}");
    for wrong in ["2020-01", "2099-12"] {
        let refused = admin.submit("/console/billing", RUNS, &[("month", wrong)]).await;
        assert_eq!(refused.status.as_u16(), 422, "{wrong}: {}", refused.text);
    }
    // The oldest first, until none is left.
    let mut page = page.clone();
    let mut run = 0;
    while let Some(month) =
        between(&page, "href=\"/console/billing?run=", "\"").filter(|_| page.contains("No run for"))
    {
        let month = month.to_owned();
        admin.submit("/console/billing", RUNS, &[("month", &month)]).await.expect(303);
        house.until(|tables| tables.billing_runs_open(1), Vec::is_empty).await;
        let again = admin.submit("/console/billing", RUNS, &[("month", &month)]).await;
        assert_eq!(again.status.as_u16(), 422, "{}", again.text);
        run += 1;
        assert!(run < 3, "no more than two months end within so many days");
        page = admin.get("/console/billing").await.text;
    }
    let made = house.running.app.read(|tables| tables.invoices(None, 20)).await.expect("a look").rows;
    assert_eq!(made.len(), run, "one invoice for each month: {made:?}");
    assert!(!admin.get("/console").await.text.contains("No invoices were made for"));
}

#[tokio::test(flavor = "multi_thread")]
async fn months_that_another_system_billed_are_silent_once_staff_say_so_until_they_take_it_back() {
    const FIRST: &str = "/console/billing/first-month";
    let house = open().await;
    let mut admin = seller(&house, "purchase").await;
    buyer(&house, "João da Silva", "52998224725", "01310100").await;
    house.advance(31 * DAY).await;
    shown(&house).await;
    let named = async |admin: &mut Browser<'_>| {
        let (home, page) = (admin.get("/console").await.text, admin.get("/console/billing").await.text);
        [
            home.contains("No invoices were made for"),
            page.contains("No run for"),
            page.contains("were billed elsewhere."),
        ]
    };
    assert_eq!(named(&mut admin).await, [true, true, false]);
    let form = admin.get(FIRST).await.text;
    let choices = between(&form, "<select id=\"month\"", "</select>").unwrap_or_default();
    let choices: Vec<&str> =
        choices.split("<option value=\"").skip(1).filter_map(|it| it.split('"').next()).collect();
    let ["", .., last] = choices[..] else { panic!("{form}") };
    for wrong in ["2020-01", "2099-12", "soon"] {
        let refused = admin.submit(FIRST, FIRST, &[("month", wrong)]).await;
        assert_eq!(refused.status.as_u16(), 422, "{wrong}: {}", refused.text);
    }
    admin.submit(FIRST, FIRST, &[("month", last)]).await.expect(303);
    assert_eq!(named(&mut admin).await, [false, false, true]);
    let form = admin.get(FIRST).await.text;
    assert!(form.contains(&format!("<option value=\"{last}\" selected")), "{form}");
    admin.submit(FIRST, FIRST, &[("month", "")]).await.expect(303);
    assert_eq!(named(&mut admin).await, [true, true, false]);

    // What was said stays chosen where it could not be said anew.
    let first = choices[1];
    admin.submit(FIRST, FIRST, &[("month", first)]).await.expect(303);
    house.advance(31 * DAY).await;
    shown(&house).await;
    admin.submit("/console/billing", RUNS, &[("month", first)]).await.expect(303);
    house.until(|tables| tables.billing_runs_open(1), Vec::is_empty).await;
    let form = admin.get(FIRST).await.text;
    assert!(form.contains(&format!("<option value=\"{first}\" selected")), "{form}");
    admin.submit(FIRST, FIRST, &[("month", first)]).await.expect(303);
    assert!(named(&mut admin).await[2], "sending the form as it was drawn changes nothing");
}
