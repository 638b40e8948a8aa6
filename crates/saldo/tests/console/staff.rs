//! Staff: invited, given roles, let in no more; a wallet frozen; the portal viewed as a customer; the audit log found through.

use money::StaffId;
use serde_json::json;
use store::tables::staff::StaffRole;

use super::browser::{Browser, PASSWORD, between, login, token_of};
use super::house::House;
use super::staff_in;

const STAFF: &str = "/console/staff";

async fn invited_link(house: &House) -> String {
    let mails = house.running.app.read(|reader| reader.mails(None, 1)).await.expect("mails").rows;
    let body = &mails.first().expect("a mail").body;
    let link = body.split_whitespace().find(|word| word.contains("/console/invitation?token="));
    link.expect("a link").strip_prefix(&house.url).expect("an address of ours").to_owned()
}

async fn id_of(house: &House, email: &'static str) -> StaffId {
    let found = house.running.app.read(move |reader| reader.staff_by_email(email)).await.expect("staff");
    found.expect("somebody").id
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invited_colleague_chooses_a_password_and_does_what_his_role_allows() {
    let house = House::open().await;
    let mut admin = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    for (fields, words) in [
        ([("name", ""), ("email", "leo@example.com")], "Enter a name."),
        ([("name", "Leo"), ("email", "leo")], "Enter an e-mail address"),
        ([("name", "Leo"), ("email", "BIA@example.com")], "signs in with this address already"),
    ] {
        let all = [fields[0], fields[1], ("role", "support"), ("language", "en")];
        let answer = admin.submit("/console/staff/new", "/console/staff/invitations", &all).await;
        assert_eq!(answer.status.as_u16(), 422, "{}", answer.text);
        assert!(answer.text.contains(words), "{words}: {}", answer.text);
    }
    let leo = [("name", "Leo"), ("email", "Leo@example.com"), ("role", "support"), ("language", "pt-BR")];
    let invite = admin.submit("/console/staff/new", "/console/staff/invitations", &leo).await;
    assert_eq!(invite.header("location"), Some("/console/staff?told=invited"), "{}", invite.text);
    let first = invited_link(&house).await;
    // Sent again, the older link is dead.
    let list = admin.get(STAFF).await.text;
    let again = between(&list, "action=\"/console/staff/invitations/", "/sending\"").expect("an invitation");
    let again = format!("/console/staff/invitations/{again}/sending");
    admin.submit(STAFF, &again, &[]).await;
    let link = invited_link(&house).await;
    let mut colleague = Browser::new(&house);
    assert_eq!(colleague.get(&first).await.status.as_u16(), 410);
    let token = link.split_once("token=").expect("a token").1;
    let short = [("token", token), ("password", "short"), ("password_again", "short")];
    let refused = colleague.submit(&link, "/console/invitation", &short).await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.text);
    let chosen = [("token", token), ("password", PASSWORD), ("password_again", PASSWORD)];
    let accepted = colleague.submit(&link, "/console/invitation", &chosen).await;
    assert_eq!(accepted.header("location"), Some("/console"), "{}", accepted.text);
    assert_eq!(colleague.get(&link).await.status.as_u16(), 410, "the link works once");
    // Support sees customers, and neither money nor staff.
    let home = colleague.get("/console").await.text;
    assert!(home.contains("href=\"/console/subscribers\""), "{home}");
    for hidden in ["/console/billing", "/console/month-end", STAFF, "/console/audit"] {
        assert!(!home.contains(&format!("href=\"{hidden}\"")), "{hidden} stands in the menu");
        assert_eq!(colleague.get(hidden).await.status.as_u16(), 403, "{hidden}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_admin_stays_and_whoever_is_disabled_is_out() {
    let house = House::open().await;
    let mut admin = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let mut other = staff_in(&house, "leo@example.com", StaffRole::Finance).await;
    let (bia, leo) = (id_of(&house, "bia@example.com").await, id_of(&house, "leo@example.com").await);
    for (act, fields) in [("role", vec![("role", "support")]), ("disabling", vec![])] {
        let refused = admin.submit(STAFF, &format!("{STAFF}/{bia}/{act}"), &fields).await;
        assert_eq!(refused.status.as_u16(), 409, "{}", refused.text);
        assert!(refused.text.contains("Nobody else is an admin"), "{}", refused.text);
    }
    let wrong = admin.submit(STAFF, &format!("{STAFF}/{leo}/role"), &[("role", "king")]).await;
    assert_eq!(wrong.status.as_u16(), 422);
    let signed_out = admin.submit(STAFF, &format!("{STAFF}/{leo}/signing-out"), &[]).await;
    assert_eq!(signed_out.status.as_u16(), 303);
    assert_eq!(other.get("/console").await.status.as_u16(), 303);
    other.sign_in("/console/sign-in", "leo@example.com", PASSWORD).await;
    assert_eq!(other.get("/console").await.status.as_u16(), 200);
    admin.submit(STAFF, &format!("{STAFF}/{leo}/disabling"), &[]).await;
    assert_eq!(other.get("/console").await.status.as_u16(), 303);
    let shut = other.sign_in("/console/sign-in", "leo@example.com", PASSWORD).await;
    assert_eq!(shut.status.as_u16(), 422, "{}", shut.text);
    admin.submit(STAFF, &format!("{STAFF}/{leo}/enabling"), &[]).await;
    admin.submit(STAFF, &format!("{STAFF}/{leo}/role"), &[("role", "admin")]).await;
    // There are two now: one may go.
    let gone = admin.submit(STAFF, &format!("{STAFF}/{bia}/disabling"), &[]).await;
    assert_eq!(gone.status.as_u16(), 303, "{}", gone.text);
    assert_eq!(admin.get("/console").await.status.as_u16(), 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_wallet_refuses_and_says_why_until_it_is_thawed() {
    let house = House::open().await;
    house.meter_of_hours().await;
    let ana = house.customer("ana").await;
    let key = house.key_of(&ana).await;
    login(&house, &ana).await;
    let mut customer = Browser::signed_in(&house, &ana).await;
    assert_eq!(house.guard(&key).await.status.as_u16(), 200);
    let mut staff = staff_in(&house, "leo@example.com", StaffRole::Support).await;
    let (page, wallet) = (format!("/console/customers/{}", ana.customer.id), ana.wallet.to_string());
    let act = format!("{page}/freezing");
    let fields = |freeze, reason| [("wallet", wallet.as_str()), ("freeze", freeze), ("reason", reason)];
    let silent = staff.submit(&page, &act, &fields("1", " ")).await;
    assert_eq!(silent.status.as_u16(), 422, "{}", silent.text);
    let frozen = staff.submit(&page, &act, &fields("1", "cartão roubado")).await;
    assert_eq!(frozen.status.as_u16(), 303, "{}", frozen.text);
    // Not even inside the hour that is paid for.
    let guard = house.guard(&key).await;
    assert_eq!((guard.status.as_u16(), guard.code().as_str()), (403, "wallet_frozen"), "{}", guard.text);
    let charge = json!({"wallet": wallet, "amount": {"amount": "1.00", "unit": "USD"}, "kind": "report"});
    let refused = house.post("/v1/charges", &charge).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (403, "wallet_frozen"));
    assert_eq!(house.get(&format!("/v1/wallets/{wallet}")).await.expect(200)["frozen"], true);
    let billing = customer.get("/billing").await.text;
    assert!(billing.contains("Your credit is frozen"), "{billing}");
    let topup = customer.submit("/recharge", "/topups", &[("suggested", "10")]).await;
    assert_eq!(topup.status.as_u16(), 403, "{}", topup.text);
    assert!(topup.text.contains("nothing was charged"), "{}", topup.text);
    let log = house.get("/v1/audit-log").await.expect(200);
    assert_eq!(
        (&log["data"][0]["action"], &log["data"][0]["object"]),
        (&json!("wallet.freeze"), &json!(wallet))
    );
    assert_eq!(log["data"][0]["after"]["reason"], "cartão roubado");
    // Thawed by the API.
    let path = format!("/v1/wallets/{wallet}/freezing");
    let bad = house.post(&path, &json!({"frozen": false, "reason": ""})).await;
    assert_eq!((bad.status.as_u16(), bad.code().as_str()), (422, "reason_missing"));
    let thawed = house.post(&path, &json!({"frozen": false, "reason": "resolvido"})).await.expect(200);
    assert_eq!(thawed["frozen"], false);
    let twice = house.post(&path, &json!({"frozen": false, "reason": "resolvido"})).await;
    assert_eq!((twice.status.as_u16(), twice.code().as_str()), (422, "nothing_changes"));
    house.post("/v1/charges", &charge).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_see_what_the_customer_sees_and_change_nothing() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    house.key_of(&ana).await;
    let mut own = Browser::signed_in(&house, &ana).await;
    let mut staff = staff_in(&house, "leo@example.com", StaffRole::Support).await;
    let page = format!("/console/customers/{}", ana.customer.id);
    let begun = staff.submit(&page, &format!("{page}/view"), &[]).await;
    assert_eq!(begun.header("location"), Some("/billing"), "{}", begun.text);
    let seen = staff.get("/billing").await.text;
    assert!(seen.contains("You see what ana sees. Read-only.") && seen.contains("$25.00"), "{seen}");
    let before = house.seen();
    let token = token_of(&seen);
    for (path, fields) in [
        ("/topups", vec![("suggested", "10")]),
        ("/api-keys", vec![("name", "mine")]),
        ("/sign-out", vec![]),
        ("/buy-credit", vec![]),
    ] {
        let all: Vec<_> = [("csrf", token.as_str())].into_iter().chain(fields).collect();
        let refused = staff.post(path, &all).await;
        assert_eq!(refused.status.as_u16(), 403, "{path}: {}", refused.text);
        assert!(refused.text.contains("Nothing can be changed here"), "{path}: {}", refused.text);
    }
    assert_eq!(staff.get("/api-keys").await.status.as_u16(), 403, "keys are hidden");
    assert_eq!(house.seen(), before);
    // The view is of this browser alone, and the customer's own session goes on.
    let stolen = staff.cookie("saldo-view").expect("a view").to_owned();
    let thief =
        house.request(reqwest::Method::GET, "/billing").header("cookie", format!("saldo-view={stolen}"));
    assert_eq!(house.send(thief).await.status.as_u16(), 303);
    assert_eq!(own.get("/api-keys").await.status.as_u16(), 200);
    let ended = staff.post("/view/end", &[("csrf", &token)]).await;
    assert_eq!(ended.header("location"), Some(page.as_str()), "{}", ended.text);
    assert_eq!(staff.get("/billing").await.status.as_u16(), 303);
    let log = house.get("/v1/audit-log").await.expect(200);
    let told: Vec<_> = (0..2).map(|at| log["data"][at]["action"].clone()).collect();
    assert_eq!(told, ["customer.view_end", "customer.view_begin"]);
    // Finance finds it in the console, as page and as file.
    let mut finance = staff_in(&house, "rui@example.com", StaffRole::Finance).await;
    let query = "who=leo@example.com&action=customer.view";
    let found = finance.get(&format!("/console/audit?{query}")).await.text;
    assert!(found.contains("customer.view_begin") && found.contains("customer.view_end"), "{found}");
    assert!(!found.contains("staff.sign_in"), "{found}");
    let file = finance.get(&format!("/console/audit.csv?{query}")).await.text;
    assert_eq!(file.lines().count(), 3, "{file}");
    let none = finance.get("/console/audit?to=2001-01-01").await.text;
    assert!(none.contains("No change was found"), "{none}");
    assert_eq!(finance.get("/console/audit?from=soon").await.status.as_u16(), 422);
}
