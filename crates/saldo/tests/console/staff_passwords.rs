//! Ways of staff to another password, and what ends with a session of staff.

use store::tables::outbox::Mail;
use store::tables::staff::StaffRole;

use super::browser::{Browser, PASSWORD, between, login, token_of};
use super::house::House;
use super::{insert_staff, staff_in};

const FORGOTTEN: &str = "/console/forgotten-password";
const NEW: &str = "/console/new-password";
const OWN: &str = "/console/password";
const OTHER: &str = "another four words here";

fn links_to(house: &House, email: &str) -> Vec<String> {
    let read = house.running.app.tables.read(|tables| tables.mails(None, 50)).expect("the outbox");
    let to_him = |mail: &Mail| mail.recipient == email && mail.kind == "staff_password_reset";
    let link = |mail: Mail| {
        let found = mail.body.split_whitespace().find(|word| word.contains("/console/new-password?token="));
        found.expect("a link").strip_prefix(&house.url).expect("an address of ours").to_owned()
    };
    read.rows.into_iter().filter(to_him).map(link).collect()
}

async fn until_mailed(house: &House, email: &'static str, count: usize) -> Vec<String> {
    let is_there = move |page: &store::tables::Page<Mail, _>| {
        page.rows.iter().filter(|mail| mail.recipient == email).count() >= count
    };
    house.until(|tables| tables.mails(None, 50), is_there).await;
    links_to(house, email)
}

async fn actions(house: &House) -> Vec<String> {
    let log = house.running.app.read(|reader| reader.audit(None, 50)).await.expect("the log");
    log.rows.into_iter().map(|row| row.action).collect()
}

fn chosen<'t>(link: &'t str, password: &'t str) -> [(&'t str, &'t str); 3] {
    let token = link.split_once("token=").expect("a token").1;
    [("token", token), ("password", password), ("password_again", password)]
}

#[tokio::test(flavor = "multi_thread")]
async fn who_forgot_his_password_is_mailed_a_link_that_works_once() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let mut leo = staff_in(&house, "leo@example.com", StaffRole::Support).await;
    let door = Browser::new(&house).get("/console/sign-in").await.text;
    assert!(door.contains(&format!("href=\"{FORGOTTEN}\"")) && !door.contains("/first-access"), "{door}");
    // Whoever asks is told the same, and a customer's door knows nobody of staff.
    let mut said = Vec::new();
    for email in ["leo@example.com", "nobody@example.com", "ana@example.com"] {
        let mut browser = Browser::new(&house);
        let answer = browser.submit(FORGOTTEN, FORGOTTEN, &[("login", email)]).await;
        assert_eq!(answer.status.as_u16(), 200);
        said.push(between(&answer.text, "role=\"status\">", "</div>").expect("what is told").to_owned());
    }
    assert!(said.iter().all(|text| *text == said[0] && !text.contains("/first-access")), "{said:?}");
    let portal = Browser::new(&house).sign_in("/sign-in", "leo@example.com", PASSWORD).await;
    assert_eq!(portal.status.as_u16(), 422);
    let first = until_mailed(&house, "leo@example.com", 1).await;
    let mut browser = Browser::new(&house);
    browser.submit(FORGOTTEN, FORGOTTEN, &[("login", " LEO@example.com ")]).await;
    let links = until_mailed(&house, "leo@example.com", 2).await;
    let link = links.iter().find(|link| !first.contains(link)).expect("a newer one").clone();
    let gone = Browser::new(&house).get(&first[0]).await;
    assert_eq!(gone.status.as_u16(), 410);
    assert!(
        gone.text.contains("href=\"/console/sign-in\""),
        "staff are led to their own door: {}",
        gone.text
    );

    let mut browser = Browser::new(&house);
    for wrong in ["short", "12345678901234", "leo@example.com"] {
        let refused = browser.submit(&link, NEW, &chosen(&link, wrong)).await;
        assert_eq!(refused.status.as_u16(), 422, "{wrong}: {}", refused.text);
    }
    let done = browser.submit(&link, NEW, &chosen(&link, OTHER)).await;
    assert_eq!(done.header("location"), Some("/console"), "{}", done.text);
    assert_eq!(browser.get("/console").await.status.as_u16(), 200);
    assert_eq!(leo.get("/console").await.status.as_u16(), 303, "whoever was signed in is out");
    assert_eq!(browser.get(&link).await.status.as_u16(), 410, "it works once");
    let old = Browser::new(&house).sign_in("/console/sign-in", "leo@example.com", PASSWORD).await;
    assert_eq!(old.status.as_u16(), 422);
    assert!(actions(&house).await.contains(&"staff.reset_password".to_owned()));
    assert!(
        links_to(&house, "ana@example.com").is_empty() && links_to(&house, "nobody@example.com").is_empty()
    );
    // Asked for again and again there is an end.
    let mut statuses = Vec::new();
    for _ in 0..5 {
        let answer = Browser::new(&house).submit(FORGOTTEN, FORGOTTEN, &[("login", "leo@example.com")]).await;
        statuses.push(answer.status.as_u16());
    }
    assert!(statuses.contains(&429), "{statuses:?}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sends_a_link_and_nobody_else_does() {
    let house = House::open().await;
    let mut admin = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    insert_staff(&house, "leo@example.com", StaffRole::Finance).await;
    let find = |reader: &store::Reader<'_>| reader.staff_by_email("leo@example.com");
    let leo = house.running.app.read(find).await.expect("a look").expect("leo").id;
    let path = format!("/console/staff/{leo}/password-link");
    assert!(admin.get("/console/staff").await.text.contains(&path));
    let sent = admin.submit("/console/staff", &path, &[]).await;
    assert_eq!(sent.header("location"), Some("/console/staff?told=link_sent"), "{}", sent.text);
    let told = admin.get("/console/staff?told=link_sent").await.text;
    assert!(told.contains("A link for a new password is on its way"), "{told}");
    let link = until_mailed(&house, "leo@example.com", 1).await.pop().expect("a link");
    admin.submit("/console/staff", &format!("/console/staff/{leo}/disabling"), &[]).await;
    assert_eq!(
        Browser::new(&house).get(&link).await.status.as_u16(),
        410,
        "who is disabled is let in by none"
    );
    let refused = admin.submit("/console/staff", &path, &[]).await;
    assert_eq!(refused.status.as_u16(), 409, "{}", refused.text);
    Browser::new(&house).submit(FORGOTTEN, FORGOTTEN, &[("login", "leo@example.com")]).await;
    assert!(actions(&house).await.contains(&"staff.send_password_link".to_owned()));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_changes_his_own_password_who_knows_it() {
    let house = House::open().await;
    let mut here = staff_in(&house, "leo@example.com", StaffRole::ReadOnly).await;
    let mut there = Browser::new(&house);
    there.sign_in("/console/sign-in", "leo@example.com", PASSWORD).await;
    assert!(here.get("/console").await.text.contains(&format!("href=\"{OWN}\"")));
    let cases = [
        ("not this one", OTHER, OTHER, "current"),
        (PASSWORD, "short", "short", "password"),
        (PASSWORD, "12345678901234", "12345678901234", "password"),
        (PASSWORD, OTHER, PASSWORD, "password_again"),
    ];
    for (current, password, again, field) in cases {
        let fields = [("current", current), ("password", password), ("password_again", again)];
        let refused = here.submit(OWN, OWN, &fields).await;
        assert_eq!(refused.status.as_u16(), 422, "{field}: {}", refused.text);
        assert!(refused.text.contains(&format!("id=\"{field}-problem\"")), "{field}: {}", refused.text);
    }
    assert_eq!(there.get("/console").await.status.as_u16(), 200);
    let fields = [("current", PASSWORD), ("password", OTHER), ("password_again", OTHER)];
    let done = here.submit(OWN, OWN, &fields).await;
    assert_eq!(done.header("location"), Some("/console/password?saved=1"), "{}", done.text);
    assert!(here.get("/console/password?saved=1").await.text.contains("Your password was changed."));
    assert_eq!(there.get("/console").await.status.as_u16(), 303, "elsewhere he is signed out");
    let again = Browser::new(&house).sign_in("/console/sign-in", "leo@example.com", OTHER).await;
    assert_eq!(again.header("location"), Some("/console"));
    assert!(actions(&house).await.contains(&"staff.change_password".to_owned()));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_what_was_viewed_for_good() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let mut staff = staff_in(&house, "leo@example.com", StaffRole::Finance).await;
    let page = format!("/console/customers/{}", ana.customer.id);
    staff.submit(&page, &format!("{page}/view"), &[]).await;
    let seen = staff.get("/billing").await.text;
    assert!(seen.contains("It ends in 15 minutes."), "{seen}");
    let stream = staff.request(reqwest::Method::GET, "/live?show=balance").send().await.expect("a stream");
    let secret = staff.cookie("saldo-view").expect("a view").to_owned();
    let token = token_of(&staff.get("/console").await.text);
    staff.post("/console/sign-out", &[("csrf", &token)]).await;
    // The stream comes to its end by itself.
    let told = stream.text().await.expect("a stream that ends");
    assert!(told.contains("event: balance") && told.contains("event: ended"), "{told}");
    assert_eq!(actions(&house).await[..2], ["staff.sign_out", "customer.view_end"]);
    let mut again = Browser::new(&house);
    again.sign_in("/console/sign-in", "leo@example.com", PASSWORD).await;
    again.hold("saldo-view", &secret);
    assert!(again.get("/billing").await.header("location").is_some_and(|to| to.starts_with("/sign-in")));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_not_given_twice_nor_brought_back_to_life() {
    let house = House::open().await;
    let mut admin = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let mallory =
        [("name", "\u{202e}evil"), ("email", "m@example.com"), ("role", "admin"), ("language", "en")];
    let refused = admin.submit("/console/staff/new", "/console/staff/invitations", &mallory).await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.text);
    let fields = |role| [("name", "Leo"), ("email", "leo@example.com"), ("role", role), ("language", "en")];
    let invite = admin.submit("/console/staff/new", "/console/staff/invitations", &fields("finance")).await;
    assert_eq!(invite.status.as_u16(), 303, "{}", invite.text);
    let refused = admin.submit("/console/staff/new", "/console/staff/invitations", &fields("support")).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(refused.text.contains("Somebody is invited to this address already"), "{}", refused.text);
    let kept = house.running.app.read(|reader| reader.staff_invitations(5)).await.expect("a look");
    assert_eq!((kept.len(), kept[0].role), (1, StaffRole::Finance), "nothing was changed in silence");
    // At the same moment withdrawn and sent again: whichever comes first, one that was withdrawn is gone.
    let token = token_of(&admin.get("/console/staff").await.text);
    let csrf = [("csrf", token.as_str())];
    for _ in 0..10 {
        let look = |reader: &store::Reader<'_>| reader.staff_invitations(5);
        let one = house.running.app.read(look).await.expect("a look").pop().expect("an invitation");
        let acts = ["sending", "withdrawal", "sending"];
        let acts = acts.map(|act| admin.form(&format!("/console/staff/invitations/{}/{act}", one.id), &csrf));
        let answers = super::house::together(acts.into_iter().map(|request| house.send(request))).await;
        assert_eq!(answers[1].status.as_u16(), 303, "{}", answers[1].text);
        let left = house.running.app.read(look).await.expect("a look");
        assert!(left.is_empty(), "{left:?}");
        admin.submit("/console/staff/new", "/console/staff/invitations", &fields("finance")).await;
    }
    house.close().await;
}
