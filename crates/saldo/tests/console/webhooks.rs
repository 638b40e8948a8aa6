//! Webhooks in the console: endpoints made, tried, turned off and removed; deliveries shown and sent again.

use store::tables::endpoints::DeliveryState;
use store::tables::staff::StaffRole;

use super::browser::between;
use super::house::House;
use super::offers::with;
use super::receiver::Receiver;
use super::staff_in;

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_made_tried_and_told_again() {
    let house = House::open_with(|config| {
        config.webhooks.allow_private = true;
        config.webhooks.allow_http = true;
    })
    .await;
    let receiver = Receiver::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    assert!(staff.get("/console/webhooks").await.text.contains("Nobody is told yet."));
    let url = receiver.url();
    let fields = [("url", url.as_str()), ("description", "Back office"), ("credit.added", "1")];
    let made = staff.submit("/console/webhooks/new", "/console/webhooks", &fields).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let secret = between(&made.text, "<p class=\"secret\"><code>", "</code>").expect("a secret").to_owned();
    let id = between(&made.text, "href=\"/console/webhooks/", "/change\"").expect("a link");
    let page = format!("/console/webhooks/{id}");
    assert!(page.starts_with("/console/webhooks/whe_"), "{page}");
    let shown = staff.get(&page).await.text;
    assert!(
        !shown.contains(&secret) && shown.contains("Credit added") && shown.contains("Back office"),
        "{shown}"
    );

    receiver.answer(503, "<b>back soon</b>");
    staff.submit(&page, &format!("{page}/test"), &[]).await.expect(303);
    let told = receiver.next("endpoint.test").await;
    assert!(told.is_signed_by(&[&secret]), "{told:?}");
    house.until(|tables| tables.endpoints(), |rows| rows.iter().any(|row| row.failing_since.is_some())).await;
    let shown = staff.get(&page).await.text;
    assert!(shown.contains("503 Service Unavailable") && shown.contains("Nothing taken since"), "{shown}");
    let delivery = between(&shown, "<a href=\"/console/webhook-deliveries/", "\"").expect("a delivery");
    let delivery = format!("/console/webhook-deliveries/{delivery}");
    let seen = staff.get(&delivery).await.text;
    assert!(seen.contains("&#60;b&#62;back soon") && seen.contains("answered 503"), "{seen}");
    assert!(seen.contains(&told.id), "{seen}");

    receiver.answer(200, "");
    let again = staff.submit(&delivery, &format!("{delivery}/redelivery"), &[]).await;
    assert_eq!(again.header("location"), Some(format!("{delivery}?again=1").as_str()));
    assert_eq!(receiver.next("endpoint.test").await.id, told.id);
    let delivered = |tables: &store::Reader<'_>| tables.deliveries(None, None, 5);
    house.until(delivered, |page| page.rows.iter().all(|row| row.state == DeliveryState::Delivered)).await;

    let rotated = staff.submit(&page, &format!("{page}/secret-rotation"), &[]).await;
    assert!(rotated.text.contains("whsec_") && !rotated.text.contains(&secret), "{}", rotated.text);
    assert!(rotated.text.contains("Signs too until"), "{}", rotated.text);
    staff.submit(&page, &format!("{page}/deactivation"), &[]).await.expect(303);
    assert!(staff.get(&format!("{page}?done=off")).await.text.contains("The endpoint is off."));
    assert_eq!(staff.submit(&page, &format!("{page}/activation"), &[]).await.status, 303);
    let change = format!("{page}/change");
    assert!(staff.get(&change).await.text.contains("name=\"credit.added\" value=\"1\" checked"));
    staff.submit(&change, &page, &with(&fields, "description", "Elsewhere")).await.expect(303);
    assert!(staff.get(&page).await.text.contains("Elsewhere"));
    let removed = staff.submit(&page, &format!("{page}/removal"), &[]).await;
    let listed = staff.get(removed.header("location").expect("the list")).await.text;
    assert!(listed.contains("was removed.") && listed.contains("Nobody is told yet."), "{listed}");
    assert_eq!(staff.get(&page).await.status, 404);

    let audit = house.get("/v1/audit-log").await.expect(200);
    let actions: Vec<_> =
        audit["data"].as_array().expect("a list").iter().filter_map(|row| row["action"].as_str()).collect();
    for action in ["create", "test", "rotate_secret", "change", "remove"] {
        assert!(actions.contains(&format!("webhook_endpoint.{action}").as_str()), "{action}: {actions:?}");
    }
    assert!(actions.contains(&"webhook_delivery.redeliver") && !audit.to_string().contains("whsec_"));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_again_makes_one_endpoint() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let form = staff.get("/console/webhooks/new").await.text;
    let value = |name: &str| {
        let begin = format!("name=\"{name}\" value=\"");
        between(&form, &begin, "\"").expect("a hidden field").to_owned()
    };
    let (csrf, endpoint) = (value("csrf"), value("endpoint"));
    let fields = [("csrf", csrf.as_str()), ("endpoint", &endpoint), ("url", "https://example.com/hooks")];
    let made = staff.post("/console/webhooks", &fields).await;
    assert!(made.status.as_u16() == 201 && made.text.contains("whsec_"), "{}", made.text);
    let again = staff.post("/console/webhooks", &fields).await;
    assert_eq!(again.status.as_u16(), 303, "{}", again.text);
    assert!(again.header("location").is_some_and(|to| to.ends_with(&endpoint)), "to the one there is");
    let all = house.running.app.read(|tables| tables.endpoints()).await.expect("endpoints");
    assert_eq!(all.len(), 1);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_stands_beside_its_field_and_who_may_only_look_changes_nothing() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    for (url, words) in [
        ("", "This is no URL that can be used"),
        ("http://example.com/", "It must begin with https://."),
        ("https://127.0.0.1/", "This is a private address"),
    ] {
        let refused = staff.submit("/console/webhooks/new", "/console/webhooks", &[("url", url)]).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.text.contains(words) && refused.text.contains("aria-invalid"),
            "{url}: {}",
            refused.text
        );
    }
    let fine = [("url", "https://example.com/saldo")];
    let made = staff.submit("/console/webhooks/new", "/console/webhooks", &fine).await;
    let id = between(&made.text, "href=\"/console/webhooks/", "/change\"").expect("a link");
    let page = format!("/console/webhooks/{id}");
    let mut viewer = staff_in(&house, "leo@example.com", StaffRole::ReadOnly).await;
    let shown = viewer.get(&page).await;
    assert_eq!(shown.status, 200);
    assert!(!shown.text.contains("Remove") && !shown.text.contains("New secret"), "{}", shown.text);
    for act in ["", "/test", "/activation", "/deactivation", "/secret-rotation", "/removal"] {
        let refused = viewer.submit(&page, &format!("{page}{act}"), &fine).await;
        assert_eq!(refused.status, 403, "{act}");
    }
    assert_eq!(viewer.get("/console/webhooks/new").await.status, 403);
    for missing in ["/console/webhooks/whe_0", "/console/webhook-deliveries/dlv_00000000000000000000000000"] {
        assert_eq!(staff.get(missing).await.status, 404, "{missing}");
    }
    house.close().await;
}
