//! What finance looks for: payments and recharges by day, customer, card and amount, with their sums and as files; all that concerned a
//! customer in the audit log; and what is known of a customer, changed.

use money::StaffId;
use saldo::ids;
use store::tables::staff::{Staff, StaffRole};

use super::browser::{Browser, PASSWORD};
use super::house::House;
use super::staff_in;
use super::support::paid;

#[tokio::test(flavor = "multi_thread")]
async fn payments_and_recharges_are_narrowed_added_up_and_taken_as_files() {
    let house = House::open().await;
    let paid = paid(&house).await;
    house.customer("bela").await;
    let mut staff = staff_in(&house, "fin@example.com", StaffRole::Finance).await;
    let (customer, payment) = (paid.customer.customer.id, paid.payment.id);
    let today = jiff::Timestamp::from_microsecond(paid.payment.occurred_at.as_micros()).expect("a time");
    let today = today.to_zoned(jiff::tz::TimeZone::UTC).date();
    let (before, after) = (today.yesterday().expect("a day"), today.tomorrow().expect("a day"));
    let found = [
        String::new(),
        format!("from={today}&to={today}"),
        format!("customer={customer}"),
        "customer=ana%40example.com&card=4242&amount=10.00".to_owned(),
        format!("show=paid&from={before}&to={after}"),
    ];
    for query in found {
        let page = staff.get(&format!("/console/payments?{query}")).await;
        assert_eq!(page.status.as_u16(), 200, "{query}: {}", page.text);
        assert!(page.text.contains(&payment.to_string()), "{query}: {}", page.text);
        assert!(
            page.text.contains("One payment: $10.00 paid, $0.00 given back, $0.00 not paid."),
            "{}",
            page.text
        );
        let file = staff.get(&format!("/console/payments.csv?{query}")).await.text;
        let rows: Vec<&str> = file.lines().skip(1).collect();
        assert_eq!(rows.len(), 1, "{query}: {file}");
        assert!(
            rows[0].contains(&payment.to_string()) && rows[0].contains(",10.00,USD,0.00,card,4242,"),
            "{file}"
        );
        let query = query.replace("card=4242&", "").replace("show=paid", "show=credited");
        let page = staff.get(&format!("/console/topups?{query}")).await;
        assert!(page.text.contains("One recharge of $10.00; $10.00 credited."), "{query}: {}", page.text);
        let file = staff.get(&format!("/console/topups.csv?{query}")).await.text;
        assert!(file.lines().count() == 2 && file.contains(&paid.topup.to_string()), "{query}: {file}");
    }
    let none =
        ["card=0002", "amount=10.01", "customer=bela", "show=failed&customer=ana", "show=refunded&card=4242"];
    let days = [format!("to={before}"), format!("from={after}")];
    for query in none.map(str::to_owned).iter().chain(&days) {
        let page = staff.get(&format!("/console/payments?{query}")).await;
        assert!(!page.text.contains(&payment.to_string()), "{query}: {}", page.text);
        let file = staff.get(&format!("/console/payments.csv?{query}")).await.text;
        assert_eq!(file.lines().count(), 1, "{query}: {file}");
    }
    let wrong = [
        ("from=soon".to_owned(), "Write the day as 2026-11-30."),
        (format!("from={today}&to={before}"), "This day lies before the first one."),
        ("customer=nobody".to_owned(), "No customer, or more than one, is called so."),
        ("amount=x".to_owned(), "Write the amount as 25.00."),
    ];
    for (query, words) in wrong.iter().chain(&[("card=42".to_owned(), "Four digits, as 4242.")]) {
        let page = staff.get(&format!("/console/payments?{query}")).await;
        assert_eq!(page.status.as_u16(), 422, "{query}: {}", page.text);
        assert!(page.text.contains(words), "{query}: {}", page.text);
        let file = staff.get(&format!("/console/payments.csv?{query}")).await;
        assert_eq!(file.status.as_u16(), 422, "{query}: {}", file.text);
    }
    for (query, words) in wrong {
        let page = staff.get(&format!("/console/topups?{query}")).await;
        assert!(page.status.as_u16() == 422 && page.text.contains(words), "{query}: {}", page.text);
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_finds_all_that_concerned_a_customer_by_name_and_who_by_name() {
    let house = House::open().await;
    let paid = paid(&house).await;
    let customer = paid.customer.customer.id;
    let mut staff = staff_in(&house, "fin@example.com", StaffRole::Admin).await;
    let invited = format!("/console/customers/{customer}/invitations");
    let page = format!("/console/customers/{customer}");
    staff.submit(&page, &invited, &[("login", &paid.login.to_string())]).await;
    let wallet = paid.customer.wallet.to_string();
    let frozen = [("wallet", wallet.as_str()), ("freeze", "1"), ("reason", "looks odd")];
    staff.submit(&page, &format!("{page}/freezing"), &frozen).await;
    let topup = format!("/console/topups/{}", paid.topup);
    staff.submit(&topup, &format!("{topup}/reading"), &[]).await;
    for asked in [customer.to_string(), "ana%40example.com".to_owned(), "ana".to_owned()] {
        let log = staff.get(&format!("/console/audit?customer={asked}")).await;
        assert_eq!(log.status.as_u16(), 200, "{asked}: {}", log.text);
        for action in [
            "customer.create",
            "topup.begin",
            "topup.read",
            "credit_request.create",
            "login.invite",
            "wallet.freeze",
        ] {
            assert!(log.text.contains(&format!("<code>{action}</code>")), "{asked} {action}: {}", log.text);
        }
        assert!(log.text.contains(&format!("href=\"/console/topups/{}\"", paid.topup)), "{}", log.text);
        assert!(log.text.contains(&format!("href=\"/console/credit/{}\"", paid.asked)), "{}", log.text);
        assert!(!log.text.contains("staff.sign_in"), "only what concerns him: {}", log.text);
    }
    let narrowed = staff.get("/console/audit?customer=ana&action=credit_request.").await.text;
    assert!(
        narrowed.contains("credit_request.create") && !narrowed.contains("<code>topup.begin"),
        "{narrowed}"
    );
    assert!(
        narrowed.contains("<option value=\"credit_request.\" selected>Credit given or taken"),
        "{narrowed}"
    );
    // By name, as the list shows it; and a part of it is enough.
    house
        .running
        .app
        .write(|tx| {
            let known = tx.staff_by_email("caio@example.com")?.expect("a colleague");
            tx.insert_staff(&Staff {
                id: StaffId::from_u128(ids::fresh()),
                email: "zelia@example.com".to_owned(),
                name: "Zélia Prado".to_owned(),
                ..known
            })
        })
        .await
        .expect("one more");
    let mut zelia = Browser::new(&house);
    zelia.sign_in("/console/sign-in", "zelia@example.com", PASSWORD).await;
    zelia.submit(&topup, &format!("{topup}/reading"), &[]).await;
    for who in ["Z%C3%A9lia+Prado", "zelia", "prado", "zelia%40example.com"] {
        let hers = staff.get(&format!("/console/audit?who={who}")).await.text;
        assert!(hers.contains("<code>topup.read") && !hers.contains("<code>wallet.freeze"), "{who}: {hers}");
    }
    let file = staff.get(&format!("/console/audit.csv?customer={customer}")).await.text;
    assert!(
        file.lines().next().is_some_and(|head| head.ends_with(",who,of_what,customer,customer_name")),
        "{file}"
    );
    assert!(
        file.lines()
            .any(|line| line.contains("credit_request.create")
                && line.contains(&format!("Staff,,{customer},ana"))),
        "{file}"
    );
    for route in ["/console/audit", "/console/audit.csv"] {
        let nobody = staff.get(&format!("{route}?customer=nobody")).await;
        assert_eq!(nobody.status.as_u16(), 422, "{}", nobody.text);
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_of_a_customer_is_changed_and_he_signs_in_with_the_new_address() {
    let house = House::open().await;
    let paid = paid(&house).await;
    house.customer("bela").await;
    let mut staff = staff_in(&house, "sue@example.com", StaffRole::Support).await;
    let page = format!("/console/customers/{}", paid.customer.customer.id);
    let seen = staff.get(&page).await.text;
    for told in
        [paid.customer.wallet.to_string(), paid.customer.customer.id.to_string(), "of $10.00 on".to_owned()]
    {
        assert!(seen.contains(&told), "{told}: {seen}");
    }
    assert!(
        seen.contains(&format!("/console/payments/{}", paid.payment.id)),
        "the lot names its payment: {seen}"
    );
    let form = format!("{page}/change");
    let taken = [("name", "Ana L"), ("email", "bela@example.com"), ("external_key", ""), ("language", "en")];
    let refused = staff.submit(&form, &page, &taken).await;
    assert!(refused.status.as_u16() == 422 && refused.text.contains("bela"), "{}", refused.text);
    let bad = [("name", ""), ("email", "x"), ("external_key", ""), ("language", "tlh")];
    let refused = staff.submit(&form, &page, &bad).await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.text);
    let unchanged = house.get(&format!("/v1/customers/{}", paid.customer.customer.id)).await.json();
    assert_eq!((&unchanged["name"], &unchanged["email"]), (&"ana".into(), &"ana@example.com".into()));
    let good = [
        ("name", "Ana Lima"),
        ("email", "Ana.New@example.com"),
        ("external_key", "crm-7"),
        ("language", "pt-BR"),
    ];
    let saved = staff.submit(&form, &page, &good).await;
    assert_eq!(saved.status.as_u16(), 303, "{}", saved.text);
    let now = house.get(&format!("/v1/customers/{}", paid.customer.customer.id)).await.json();
    assert_eq!(
        (&now["name"], &now["email"], &now["external_key"], &now["locale"]),
        (&"Ana Lima".into(), &"ana.new@example.com".into(), &"crm-7".into(), &"pt-BR".into()),
    );
    let rows = house.running.app.read(|tables| tables.audit(None, 5)).await.expect("the log").rows;
    assert!(
        rows.iter().any(|row| row.action == "customer.change" && row.actor.starts_with("stf_")),
        "{rows:?}"
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_staff_send_again_brings_a_new_link_and_ends_the_old_one() {
    let house = House::open().await;
    let known = paid(&house).await;
    let mut support = staff_in(&house, "leo@example.com", StaffRole::Support).await;
    let page = format!("/console/customers/{}", known.customer.customer.id);
    let login = known.login.to_string();
    let mut links: Vec<String> = Vec::new();
    for sent in 1..=2 {
        let told = support.submit(&page, &format!("{page}/invitations"), &[("login", &login)]).await;
        assert_eq!(told.header("location"), Some(format!("{page}?invited=1").as_str()), "{}", told.text);
        let mails = house.running.app.read(|tables| Ok(tables.mails(None, 50)?.rows)).await.expect("mails");
        let invitations: Vec<_> = mails.iter().filter(|mail| mail.kind == "invitation").collect();
        assert_eq!((invitations.len(), invitations[0].recipient.as_str()), (sent, "ana.lima@example.com"));
        let body = &invitations[0].body;
        let at = body.find(&format!("{}/set-password?token=", house.url)).expect("a link");
        let link = body[at + house.url.len()..].split_whitespace().next().expect("its end");
        links.push(link.to_owned());
    }
    let [old, new] = links.as_slice() else { panic!("{links:?}") };
    let mut browser = Browser::new(&house);
    let dead = browser.get(old).await;
    assert!(dead.status.as_u16() == 410 && dead.text.contains("This link no longer works"), "{}", dead.text);
    let chosen = |link: &str| {
        let token = link.split_once("token=").expect("a token").1.to_owned();
        [("token", token), ("password", PASSWORD.to_owned()), ("password_again", PASSWORD.to_owned())]
    };
    // Its token opens nothing in the new one's form, either.
    for (link, status) in [(old, 410), (new, 303)] {
        let fields = chosen(link);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = browser.submit(new, "/set-password", &fields).await;
        assert_eq!(answer.status.as_u16(), status, "{link}: {}", answer.text);
    }
    let mut browser = Browser::new(&house);
    let signed_in = browser.sign_in("/sign-in", "ana.lima@example.com", PASSWORD).await;
    assert_eq!(signed_in.status.as_u16(), 303, "{}", signed_in.text);
    house.close().await;
}
