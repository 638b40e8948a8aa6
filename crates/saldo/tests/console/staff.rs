//! Staff: invited, given roles, let in no more; a wallet frozen; the portal viewed as a customer; the audit log found through.

use money::StaffId;
use serde_json::json;
use store::tables::staff::StaffRole;

use super::browser::{Browser, PASSWORD, between, login, token_of};
use super::house::House;
use super::{insert_staff, staff_in};

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
    let recharge = customer.get("/recharge").await.text;
    assert!(
        recharge.contains("disabled aria-describedby=\"frozen\"") && recharge.contains("mailto:"),
        "{recharge}"
    );
    let seen = staff.get(&page).await.text;
    assert!(seen.contains("Frozen by Staff, ") && seen.contains("cartão roubado"), "{seen}");
    assert!(!seen.contains("Please write to support"), "staff are told what is for staff: {seen}");
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
    // What would change something is there, off, and says why; what only looks is not.
    let off = "<fieldset class=\"off\" disabled";
    for (path, action, says_why) in [
        ("/recharge", "/topups", true),
        ("/mail-wishes", "/mail-wishes", true),
        ("/billing", "/sign-out", false),
    ] {
        let drawn = staff.get(path).await.text;
        let form = drawn.split(&format!("action=\"{action}\"")).nth(1).expect("its form");
        let form = form.split("</form>").next().unwrap_or_default();
        assert!(form.contains(off), "{path}: {form}");
        assert_eq!(form.contains("in this view nothing can be changed"), says_why, "{path}: {form}");
        assert!(!drawn.contains("href=\"/api-keys\""), "keys are not for him: {drawn}");
        for own in ["/view/end", "/language"] {
            let form = drawn
                .split(&format!("action=\"{own}\""))
                .nth(1)
                .and_then(|rest| rest.split("</form>").next());
            assert!(form.is_some_and(|form| !form.contains(off)), "{path}: {own}");
        }
        assert!(!own.get(path).await.text.contains(off), "{path}: the customer's own page is not off");
    }
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

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_no_way_around_whatever_token_or_tab_a_form_comes_from() {
    let house = House::open().await;
    let (ana, eva) = (house.customer("ana").await, house.customer("eva").await);
    login(&house, &ana).await;
    login(&house, &eva).await;
    // One browser in which a customer is signed in and staff, too: a page of the customer's own stands open in another tab.
    let mut browser = Browser::signed_in(&house, &eva).await;
    let own = token_of(&browser.get("/billing").await.text);
    insert_staff(&house, "leo@example.com", StaffRole::Support).await;
    let signed = browser.sign_in("/console/sign-in", "leo@example.com", PASSWORD).await;
    assert_eq!(signed.header("location"), Some("/console"), "{}", signed.text);
    let page = format!("/console/customers/{}", ana.customer.id);
    let of_console = token_of(&browser.get(&page).await.text);
    browser.submit(&page, &format!("{page}/view"), &[]).await;
    let of_view = token_of(&browser.get("/billing").await.text);
    let before = house.seen();
    for path in [
        "/topups",
        "/api-keys",
        "/sign-out",
        "/automatic-topup",
        "/automatic-topup/pause",
        "/saved-cards/removal",
    ] {
        for token in [&own, &of_console, &of_view] {
            let answer = browser.post(path, &[("csrf", token), ("suggested", "10"), ("name", "mine")]).await;
            assert_eq!(answer.status.as_u16(), 403, "{path}: {}", answer.text);
        }
    }
    for path in ["/recharge/return?session_id=cs_1", "/topups/top_1/outcome", "/api-keys"] {
        assert_eq!(browser.get(path).await.status.as_u16(), 403, "{path}");
    }
    assert_eq!(house.seen(), before);
    // Only its own token ends it; then each is himself again, and what was drawn in the view is no form of his.
    assert_eq!(browser.post("/view/end", &[("csrf", &own)]).await.status.as_u16(), 403);
    browser.post("/view/end", &[("csrf", &of_view)]).await;
    assert!(browser.get("/billing").await.text.contains("eva"));
    let stale = browser.post("/api-keys", &[("csrf", &of_view), ("name", "mine")]).await;
    assert_eq!(stale.status.as_u16(), 403, "{}", stale.text);
    // A role that may not view loses the view that is open.
    browser.submit(&page, &format!("{page}/view"), &[]).await;
    let leo = id_of(&house, "leo@example.com").await;
    let mut admin = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    admin.submit(STAFF, &format!("{STAFF}/{leo}/role"), &[("role", "read_only")]).await;
    assert!(browser.get("/billing").await.text.contains("eva"));
    assert_eq!(browser.submit(&page, &format!("{page}/view"), &[]).await.status.as_u16(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_opens_one_door_once() {
    let house = House::open().await;
    let mut admin = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let leo = [("name", "Leo"), ("email", "leo@example.com"), ("role", "support"), ("language", "en")];
    admin.submit("/console/staff/new", "/console/staff/invitations", &leo).await;
    let link = invited_link(&house).await;
    let token = link.split_once("token=").expect("a token").1;
    let chosen = [("token", token), ("password", PASSWORD), ("password_again", PASSWORD)];
    // Two tabs at the same moment.
    let (mut one, mut two) = (Browser::new(&house), Browser::new(&house));
    let (first, second) = tokio::join!(
        one.submit(&link, "/console/invitation", &chosen),
        two.submit(&link, "/console/invitation", &chosen)
    );
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410], "{}{}", first.text, second.text);
    // Whoever is disabled is not let in by a new one.
    let id = id_of(&house, "leo@example.com").await;
    admin.submit(STAFF, &format!("{STAFF}/{id}/disabling"), &[]).await;
    let again = admin.submit("/console/staff/new", "/console/staff/invitations", &leo).await;
    assert_eq!(again.status.as_u16(), 422, "{}", again.text);
    // Nor is somebody twice: invited here, written down at the command line before he came.
    let eva = [("name", "Eva"), ("email", "eva@example.com"), ("role", "admin"), ("language", "en")];
    admin.submit("/console/staff/new", "/console/staff/invitations", &eva).await;
    let link = invited_link(&house).await;
    insert_staff(&house, "eva@example.com", StaffRole::ReadOnly).await;
    let token = link.split_once("token=").expect("a token").1;
    let chosen = [("token", token), ("password", PASSWORD), ("password_again", PASSWORD)];
    let refused = Browser::new(&house).submit(&link, "/console/invitation", &chosen).await;
    assert_eq!(refused.status.as_u16(), 410, "{}", refused.text);
    // Withdrawn, it is dead; what was never there cannot be withdrawn.
    let list = admin.get(STAFF).await.text;
    let waiting = between(&list, "action=\"/console/staff/invitations/", "/withdrawal\"");
    let waiting = format!(
        "/console/staff/invitations/{}/withdrawal",
        waiting.expect("an invitation").split('/').next().expect("an id")
    );
    assert_eq!(admin.submit(STAFF, &waiting, &[]).await.status.as_u16(), 303);
    assert_eq!(admin.submit(STAFF, &waiting, &[]).await.status.as_u16(), 404);
    assert_eq!(Browser::new(&house).get(&link).await.status.as_u16(), 410);
}
