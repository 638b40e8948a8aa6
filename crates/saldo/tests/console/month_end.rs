//! The month-end page and its file.

use serde_json::json;
use store::tables::staff::StaffRole;

use super::house::House;
use super::staff_in;

#[tokio::test(flavor = "multi_thread")]
async fn staff_read_the_sums_of_a_month_and_take_them_as_a_file() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let charge = json!({"wallet": ana.wallet.to_string(), "amount": {"amount": "3.25", "unit": "USD"}, "kind": "report"});
    house.post("/v1/charges", &charge).await.expect(201);
    let mut staff = staff_in(&house, "viewer@example.com", StaffRole::ReadOnly).await;
    let page = staff.get("/console/month-end").await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.text);
    for words in [
        "The month is not over",
        "$25.00",
        "\u{2212}$3.25",
        "$21.75",
        "Promotional credit",
        "Earned by charges",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let file = staff.get("/console/month-end.csv").await;
    assert!(file.header("content-type").is_some_and(|kind| kind.starts_with("text/csv")), "{}", file.text);
    for line in
        ["USD,liability,opening,0", "USD,liability,used,-3.25", "USD,liability,closing,21.75", "final,no"]
    {
        assert!(file.text.contains(line), "{line}: {}", file.text);
    }
    for wrong in ["2026-13", "1999-01", "9999-12", "soon"] {
        let refused = staff.get(&format!("/console/month-end?month={wrong}")).await;
        assert_eq!(refused.status.as_u16(), 422, "{wrong}: {}", refused.text);
        let refused = staff.get(&format!("/console/month-end.csv?month={wrong}")).await;
        assert_eq!(refused.status.as_u16(), 422, "{wrong}: {}", refused.text);
    }
}
