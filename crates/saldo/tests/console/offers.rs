//! What staff write down about plans and packs: what was typed wrongly is named and changes nothing, what is saved is sold at once.
use book::{PackNo, PlanNo, TrafficNo};
use money::{Amount, Unit};
use store::tables::staff::StaffRole;

use super::bank::{self, buyer};
use super::browser::between;
use super::house::House;
use super::staff_in;

pub(super) const PLAN: [(&str, &str); 14] = [
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
    ("block_after_days", ""),
    ("zero_rated", "WhatsApp, garden, whatsapp"),
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
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    assert!(staff.get("/console/packs").await.text.contains("Make a plan first"));
    let saved = staff.submit("/console/plans/new", "/console/plans", &PLAN).await;
    assert_eq!((saved.status.as_u16(), saved.header("location")), (303, Some("/console/plans?saved=1")));
    assert!(staff.get("/console/plans?saved=1").await.text.contains("“Fibra 50 Mega” was saved."));
    let saved = staff.submit("/console/packs/new", "/console/packs", &PACK).await;
    assert_eq!(saved.header("location"), Some("/console/packs?saved=1"), "{}", saved.text);
    let sold = house.running.app.sold();
    let plan = sold.catalog.plan(PlanNo(1)).expect("it is sold");
    assert_eq!((plan.allowance, plan.free.len()), (50_000_000_000, 1));
    assert_eq!(plan.zero_rated, [sold.traffic("WhatsApp"), sold.traffic("garden")]);
    assert_eq!(sold.traffic("WhatsApp(1280000)"), sold.traffic("WhatsApp"), "without its parameters");
    assert_eq!(sold.traffic("WHATSAPP"), sold.traffic("WhatsApp"), "in capitals or not");
    assert_eq!(sold.traffic("Netflix"), TrafficNo::default());
    let pack = sold.catalog.pack(PackNo(1)).expect("it is sold");
    assert_eq!((pack.quantity, pack.price), (10_000_000_000, Amount::new(24_900_000, Unit::BRL)));

    // The form shows what is there; a pack that is not sold any more leaves the catalog and stays in the list.
    let page = staff.get("/console/plans/1").await.text;
    assert!(page.contains("value=\"50\"") && page.contains("00:00-06:00"), "{page}");
    assert!(page.contains("value=\"WhatsApp, garden\""), "{page}");
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
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let plans = [
        ("name", " ", "1 to 80 characters"),
        ("fee", "-1", "not be below zero"),
        ("fee", "abc", "not a number"),
        ("allowance", "-5", "0 to 1,000,000 GB"),
        ("allowance", "999999999999999", "0 to 1,000,000 GB"),
        ("allowance", "5O", "not a number"),
        ("fee", "99999999999999", "At most 1,000,000.00"),
        ("fee", "79.9000001", "Whole cents only"),
        ("block_after_days", "-1", "0 to 365 days"),
        ("block_after_days", "100000", "0 to 365 days"),
        ("block_after_days", "1.5", "not a number"),
        ("allowance", "1000001", "0 to 1,000,000 GB"),
        ("block_after_days", "366", "0 to 365 days"),
        ("fee", "79.905", "Whole cents only"),
        ("fee", "1000000.01", "At most 1,000,000.00"),
        ("speed", "10M; reboot", "for example 10M/50M"),
        ("speed", "rapido", "for example 10M/50M"),
        ("slow_speed", "", "for example 10M/50M"),
        ("walled_list", "a;b", "letters, digits"),
        ("free", "06:00-22:00", "ends swapped"),
        ("free", "25:00-26:00", "written like"),
        ("zero_rated", "tiered(1280000)", "without parentheses"),
        ("zero_rated", "Whats App; garden", "with commas between"),
        ("zero_rated", ",", "with commas between"),
        ("unpaid_max", "5.005", "Whole cents only"),
    ];
    for (field, value, words) in plans {
        let answer = staff.submit("/console/plans/new", "/console/plans", &with(&PLAN, field, value)).await;
        assert_eq!(answer.status.as_u16(), 422, "{field} {value}");
        assert!(answer.text.contains(words), "{field} {value}: {}", answer.text);
        assert_eq!(wrong_fields(&answer.text), [field], "{value}: {}", answer.text);
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
        ("validity_days", "100000", "1 to 730 days"),
        ("quantity", "-1", "above zero"),
        ("per_cycle_max", "0", "1 or more"),
        ("per_cycle_max", "99999999999", "1 or more"),
    ];
    for (field, value, words) in packs {
        let answer = staff.submit("/console/packs/new", "/console/packs", &with(&PACK, field, value)).await;
        assert!(
            answer.status.as_u16() == 422 && answer.text.contains(words),
            "{field} {value}: {}",
            answer.text
        );
        let named = if field == "by_boleto" { "chargings" } else { field };
        assert_eq!(wrong_fields(&answer.text), [named], "{value}: {}", answer.text);
    }
    assert_eq!(house.running.app.sold().packs().count(), 0);
    assert_eq!(staff.get("/console/plans/7").await.status.as_u16(), 404);
    assert_eq!(staff.post("/console/plans", &PLAN).await.status.as_u16(), 403, "without the form's token");
}

/// The fields that a form says were wrong: each is described by its words, linked above the form, and the first has the focus.
pub(super) fn wrong_fields(page: &str) -> Vec<String> {
    let described = page.split("aria-describedby=\"").skip(1);
    let ids = described.filter_map(|rest| rest.split_once('"')).flat_map(|(ids, _)| ids.split(' '));
    let fields: Vec<String> = ids.filter_map(|id| id.strip_suffix("-problem")).map(str::to_owned).collect();
    for (place, field) in fields.iter().enumerate() {
        assert!(page.contains(&format!("<a href=\"#{field}\">")), "{field}: {page}");
        assert!(page.contains(&format!("id=\"{field}-problem\"")), "{field}: {page}");
        let tag = page.split('<').find(|tag| tag.contains(&format!("id=\"{field}\""))).unwrap_or_default();
        assert!(tag.contains("aria-invalid=\"true\""), "{tag}");
        assert_eq!(tag.contains("autofocus"), place == 0, "{tag}");
    }
    fields
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_was_typed_wrongly_is_named_at_once_and_stays_typed() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let mut plan = with(&PLAN, "name", "");
    for (field, value) in [("fee", "much"), ("allowance", "1000001"), ("speed", "rapido")] {
        plan = with(&plan, field, value);
    }
    let answer = staff.submit("/console/plans/new", "/console/plans", &plan).await;
    assert_eq!(wrong_fields(&answer.text), ["name", "fee", "allowance", "speed"], "{}", answer.text);
    assert!(answer.text.contains("Speed: Routers do not take this speed."), "{}", answer.text);
    for typed in ["much", "1000001", "rapido", "512k/1M"] {
        assert!(answer.text.contains(&format!("value=\"{typed}\"")), "{typed}: {}", answer.text);
    }
    staff.submit("/console/plans/new", "/console/plans", &PLAN).await.expect(303);
    let pack = with(&with(&with(&PACK, "quantity", "ten"), "by_boleto", ""), "per_cycle_max", "0");
    let answer = staff.submit("/console/packs/new", "/console/packs", &pack).await;
    assert_eq!(wrong_fields(&answer.text), ["quantity", "chargings", "per_cycle_max"], "{}", answer.text);
    let new = "/console/billing/adjustments/new";
    let nothing = [("document", "1"), ("direction", "adds"), ("amount", "0"), ("reason", "")];
    let answer = staff.submit(new, "/console/billing/adjustments", &nothing).await;
    assert_eq!(answer.status.as_u16(), 422);
    assert_eq!(wrong_fields(&answer.text), ["document", "amount", "reason"], "{}", answer.text);
    assert!(answer.text.contains("Nothing is booked now."), "what follows is said: {}", answer.text);
    let sold = house.running.app.sold();
    assert_eq!((sold.plans().count(), sold.packs().count()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_that_nobody_means_is_told() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let (plans, packs) = ("/console/plans", "/console/packs");
    staff.submit("/console/plans/new", plans, &PLAN).await.expect(303);
    let none = with(&with(&PLAN, "name", "Rural 10 Mega"), "supports_purchase", "no");
    staff.submit("/console/plans/new", plans, &none).await.expect(303);
    staff.submit("/console/packs/new", packs, &PACK).await.expect(303);
    for (wrong, field, words) in [
        (PACK.to_vec(), "quantity", "the same quantity at the same price"),
        (with(&PACK, "plan", "2"), "plan", "does not support buying credit"),
    ] {
        let answer = staff.submit("/console/packs/new", packs, &wrong).await;
        assert_eq!(answer.status.as_u16(), 422, "{}", answer.text);
        assert!(answer.text.contains(words), "{}", answer.text);
        assert_eq!(wrong_fields(&answer.text), [field], "{}", answer.text);
    }
    assert_eq!(house.running.app.sold().packs().count(), 1);
    // Itself it may be saved again; and what is not sold is in nobody's way.
    staff.submit("/console/packs/1", "/console/packs/1", &PACK).await.expect(303);
    staff.submit("/console/packs/new", packs, &with(&PACK, "sold", "no")).await.expect(303);
    let answer = staff.submit("/console/packs/2", "/console/packs/2", &PACK).await;
    assert_eq!(answer.status.as_u16(), 422, "put on sale it is the same again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_whose_form_is_sent_twice_is_one_correction() {
    let house = bank::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    staff.submit("/console/plans/new", "/console/plans", &PLAN).await.expect(303);
    staff.submit("/console/packs/new", "/console/packs", &PACK).await.expect(303);
    let (_, boleto) = buyer(&house, "João da Silva", "52998224725", "01310100").await;
    let drawn = staff.get("/console/billing/adjustments/new").await.text;
    let hidden =
        |name: &str| between(&drawn, &format!("name=\"{name}\" value=\""), "\"").expect("it is drawn");
    let (csrf, correction) = (hidden("csrf").to_owned(), hidden("correction").to_owned());
    let sent = [
        ("csrf", csrf.as_str()),
        ("correction", correction.as_str()),
        ("document", "52998224725"),
        ("direction", "takes_off"),
        ("amount", "5.00"),
        ("reason", "falha de sinal"),
    ];
    for _ in 0..2 {
        staff.post("/console/billing/adjustments", &sent).await.expect(303);
    }
    let other = staff.post("/console/billing/adjustments", &with(&sent, "amount", "6.00")).await;
    assert_eq!(other.status.as_u16(), 409, "another one under the same name: {}", other.text);
    let app = &house.running.app;
    let waiting = app.read(move |reader| reader.adjustments_waiting(boleto.customer, 10)).await;
    let waiting: Vec<_> = waiting.expect("a look").iter().map(|row| row.amount.value()).collect();
    assert_eq!(waiting, [-5_000_000]);
    let changes = app.read(|reader| reader.audit(None, 20)).await.expect("a look").rows;
    let told = changes.iter().filter(|change| change.action == "adjustment.create");
    assert_eq!(told.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_look_changes_nothing() {
    let house = House::open().await;
    let mut administrator = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    administrator.submit("/console/plans/new", "/console/plans", &PLAN).await.expect(303);
    let mut viewer = staff_in(&house, "ivo@example.com", StaffRole::ReadOnly).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn services_that_routers_told_of_are_suggested_and_others_are_doubted() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let form = staff.get("/console/plans/new").await.text;
    assert!(form.contains("No router has told of any service yet."), "{form}");
    let now = house.running.app.ledger.now();
    let told = move |tx: &store::Tx<'_>| {
        tx.see_service("WhatsApp", now)?;
        tx.see_service("Netflix", now)
    };
    house.running.app.write(told).await.expect("they are remembered");
    let form = staff.get("/console/plans/new").await.text;
    for words in
        ["Routers have told of: ", "Netflix (seen ", "list=\"zero_rated-list\"", "<option value=\"Netflix\">"]
    {
        assert!(form.contains(words), "{words}: {form}");
    }
    let plan = with(&PLAN, "zero_rated", "whatsapp, zap");
    let saved = staff.submit("/console/plans/new", "/console/plans", &plan).await;
    let list = saved.header("location").expect("the list").to_owned();
    let list = staff.get(&list).await.text;
    assert!(list.contains("No router has told of this yet: zap."), "{list}");
    // What is listed is not suggested again; what is more is put behind it.
    let form = staff.get("/console/plans/1").await.text;
    assert!(form.contains("<option value=\"whatsapp, zap, Netflix\">Netflix (seen "), "{form}");
    assert!(!form.contains("<option value=\"whatsapp, zap, WhatsApp\">"), "{form}");
    staff
        .submit("/console/plans/1", "/console/plans/1", &with(&PLAN, "zero_rated", "WHATSAPP"))
        .await
        .expect(303);
    assert!(!staff.get("/console/plans?saved=1").await.text.contains("No router has told of this yet"));
}
