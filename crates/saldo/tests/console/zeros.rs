//! The zero character in what people type and in addresses of pages: told as not understood, and nothing is kept or listed.

use reqwest::Method;
use store::tables::staff::StaffRole;

use crate::browser::{Browser, token_of};
use crate::house::House;
use crate::staff_in;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_asked_for_with_one_is_refused() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let mut staff = staff_in(&house, "rita@example.com", StaffRole::Admin).await;
    for path in [
        "/console/search?q=%00",
        "/console/search?q=a%00",
        "/console/customers?q=%00",
        "/console/audit?who=a%00b",
        "/console/payments?card=%00",
        "/console/inbox?state=%00",
    ] {
        let answer = staff.get(path).await;
        assert_eq!(answer.status.as_u16(), 422, "{path}: {}", answer.text);
        assert!(!answer.text.contains(&ana.customer.name), "{path} lists somebody");
    }
    for path in ["/sign-in?next=%00", "/console/sign-in?next=/console%00"] {
        assert_eq!(Browser::new(&house).get(path).await.status.as_u16(), 422, "{path}");
    }
    let answer = staff.get("/console/search?q=ana").await;
    assert!(answer.status.is_success() || answer.status.is_redirection(), "{}", answer.text);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_sends_one_is_refused() {
    let house = House::open().await;
    let before = house.seen();
    let mut staff = staff_in(&house, "rita@example.com", StaffRole::Admin).await;
    let page = staff.get("/console/customers/new").await.text;
    let token = token_of(&page);
    for name in ["Ana\0", "\0"] {
        let fields = [("csrf", token.as_str()), ("name", name), ("email", "ana@example.com")];
        let answer = staff.post("/console/customers", &fields).await;
        assert_eq!(answer.status.as_u16(), 422, "{name:?}: {}", answer.text);
    }
    // As it is, without percent signs.
    let raw = format!("csrf={token}&name=Ana\0&email=ana@example.com");
    let request = staff.request(Method::POST, "/console/customers");
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(raw);
    assert_eq!(staff.send(request).await.status.as_u16(), 422);
    let mut browser = Browser::new(&house);
    let answer = browser.sign_in("/sign-in", "ana\0@example.com", "secret").await;
    assert_eq!(answer.status.as_u16(), 422, "{}", answer.text);
    assert_eq!(house.seen(), before, "nothing was written down");
    house.close().await;
}
