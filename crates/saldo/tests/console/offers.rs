//! What staff write down about plans and packs: what was typed wrongly is named and changes nothing, what is saved is sold at once.
use book::{PackNo, PlanNo};
use money::{Amount, Unit};
use store::tables::logins::StaffRole;

use super::house::House;
use super::staff_in;

pub(super) const PLAN: [(&str, &str); 12] = [
    ("name", "Fibra 50 Mega"),
    ("fee", "79.90"),
    ("allowance", "50"),
    ("carried_max", ""),
    ("supports_purchase", "yes"),
    ("balance_max", "0"),
    ("unpaid_max", "100"),
    ("at_zero", "slow"),
    ("speed", "10M/50M"),
    ("slow_speed", "512k/1M"),
    ("walled_list", "sem-credito"),
    ("free", "00:00-06:00"),
];
pub(super) const PACK: [(&str, &str); 8] = [
    ("plan", "1"),
    ("quantity", "10"),
    ("price", "24.90"),
    ("by_boleto", "1"),
    ("release", "purchase"),
    ("validity_days", ""),
    ("per_cycle_max", "3"),
    ("sold", "yes"),
];

/// The fields with one of them changed.
pub(super) fn with<'f>(
    fields: &[(&'f str, &'f str)],
    name: &'f str,
    value: &'f str,
) -> Vec<(&'f str, &'f str)> {
    fields.iter().map(|(known, old)| (*known, if *known == name { value } else { *old })).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_saved_is_sold_at_once_and_told_in_the_audit_log() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Administrator).await;
    assert!(staff.get("/console/packs").await.text.contains("Make a plan first"));
    let saved = staff.submit("/console/plans/new", "/console/plans", &PLAN).await;
    assert_eq!((saved.status.as_u16(), saved.header("location")), (303, Some("/console/plans?saved=1")));
    assert!(staff.get("/console/plans?saved=1").await.text.contains("“Fibra 50 Mega” was saved."));
    let saved = staff.submit("/console/packs/new", "/console/packs", &PACK).await;
    assert_eq!(saved.header("location"), Some("/console/packs?saved=1"), "{}", saved.text);
    let sold = house.running.app.sold();
    let plan = sold.catalog.plan(PlanNo(1)).expect("it is sold");
    assert_eq!((plan.allowance, plan.free.len()), (50_000_000_000, 1));
    let pack = sold.catalog.pack(PackNo(1)).expect("it is sold");
    assert_eq!((pack.quantity, pack.price), (10_000_000_000, Amount::new(24_900_000, Unit::BRL)));

    // The form shows what is there; a pack that is not sold any more leaves the catalog and stays in the list.
    let page = staff.get("/console/plans/1").await.text;
    assert!(page.contains("value=\"50\"") && page.contains("00:00-06:00"), "{page}");
    staff.submit("/console/packs/1", "/console/packs/1", &with(&PACK, "sold", "no")).await.expect(303);
    assert!(house.running.app.sold().catalog.pack(PackNo(1)).is_none());
    assert!(staff.get("/console/packs").await.text.contains("10.0\u{a0}GB"));

    let lines = house.running.app.read(|reader| reader.audit(None, 10)).await.expect("the log").rows;
    let actions: Vec<&str> = lines.iter().map(|line| line.action.as_str()).collect();
    assert!(actions.starts_with(&["pack.change", "pack.create", "plan.create"]), "{actions:?}");
    assert!(lines[0].before.as_deref().is_some_and(|before| before.contains("\"sold\":true")), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_wrongly_is_named_and_changes_nothing() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Administrator).await;
    let plans = [
        ("name", " ", "1 to 80 characters"),
        ("fee", "-1", "above zero"),
        ("fee", "abc", "not a number"),
        ("allowance", "-5", "not a number"),
        ("allowance", "1000001", "at most 1,000,000 GB"),
        ("speed", "10M; reboot", "letters, digits"),
        ("free", "06:00-22:00", "ends swapped"),
        ("free", "25:00-26:00", "written like"),
    ];
    for (field, value, words) in plans {
        let answer = staff.submit("/console/plans/new", "/console/plans", &with(&PLAN, field, value)).await;
        assert_eq!(answer.status.as_u16(), 422, "{field} {value}");
        assert!(answer.text.contains(words), "{field} {value}: {}", answer.text);
        assert!(answer.text.contains("aria-invalid=\"true\""), "{field} {value}");
    }
    assert_eq!(house.running.app.sold().plans().count(), 0);
    staff.submit("/console/plans/new", "/console/plans", &PLAN).await.expect(303);
    let again = staff.submit("/console/plans/new", "/console/plans", &PLAN).await;
    assert!(again.status.as_u16() == 422 && again.text.contains("this name already"), "{}", again.text);

    let packs = [
        ("plan", "9", "Choose the plan"),
        ("quantity", "0", "above zero"),
        ("price", "0", "above zero"),
        ("by_boleto", "", "at least one way"),
        ("validity_days", "731", "1 to 730 days"),
        ("validity_days", "x", "not a number"),
        ("per_cycle_max", "0", "1 or more"),
    ];
    for (field, value, words) in packs {
        let answer = staff.submit("/console/packs/new", "/console/packs", &with(&PACK, field, value)).await;
        assert!(
            answer.status.as_u16() == 422 && answer.text.contains(words),
            "{field} {value}: {}",
            answer.text
        );
    }
    assert_eq!(house.running.app.sold().packs().count(), 0);
    assert_eq!(staff.get("/console/plans/7").await.status.as_u16(), 404);
    assert_eq!(staff.post("/console/plans", &PLAN).await.status.as_u16(), 403, "without the form's token");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_look_changes_nothing() {
    let house = House::open().await;
    let mut administrator = staff_in(&house, "bia@example.com", StaffRole::Administrator).await;
    administrator.submit("/console/plans/new", "/console/plans", &PLAN).await.expect(303);
    let mut viewer = staff_in(&house, "ivo@example.com", StaffRole::Viewer).await;
    let page = viewer.get("/console/plans").await.text;
    assert!(page.contains("Fibra 50 Mega") && !page.contains("/console/plans/1"), "{page}");
    assert_eq!(viewer.get("/console/plans/1").await.status.as_u16(), 403);
    let answer = viewer.submit("/console", "/console/plans/1", &with(&PLAN, "name", "Other")).await;
    assert_eq!(answer.status.as_u16(), 403);
    assert_eq!(
        house.running.app.sold().plan(1).map(|plan| plan.name.clone()),
        Some("Fibra 50 Mega".to_owned())
    );
}
