//! An internet provider by the API alone: what it sells, to whom, what is used and bought, and what collects it.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod house;

use house::provider::bank;
use house::{Answer, House, fresh_key, together};
use reqwest::Method;
use saldo::audit::Author;
use saldo::billing;
use serde_json::{Value, json};
use store::tables::boletos::BoletoState;

const GB: i64 = 1_000_000_000;

fn gb(count: i64) -> Value {
    json!({"amount": (count * GB).to_string(), "unit": "BYTE"})
}

fn reais(amount: &str) -> Value {
    json!({"amount": amount, "unit": "BRL"})
}

/// A provider with what it sells, by the API.
struct Shop {
    house: House,
    plan: Value,
    pack: Value,
    line: String,
    customer: String,
}

impl Shop {
    async fn open() -> Shop {
        let house = House::open_with(|config| config.bank = Some(bank())).await;
        let plan = house.post("/v1/plans", &plan("Fibra 20 GB")).await.expect(201);
        let pack = house.post("/v1/packs", &pack(&plan)).await.expect(201);
        let customer = house.post("/v1/subscribers", &subscriber()).await.expect(201)["id"].clone();
        let wanted =
            json!({"customer": customer, "plan": plan["id"], "anchor_day": 1, "access_login": "joao@fibra"});
        let line = house.post("/v1/lines", &wanted).await.expect(201);
        assert_eq!((&line["status"], &line["plan"]), (&json!("opening"), &plan["id"]));
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        Shop { line: text(&line["id"]), customer: text(&customer), house, plan, pack }
    }

    async fn line(&self) -> Value {
        self.house.get(&format!("/v1/lines/{}", self.line)).await.expect(200)
    }

    async fn act(&self, what: &str, body: &Value) -> Answer {
        self.house.post(&format!("/v1/lines/{}/{what}", self.line), body).await
    }

    fn order(&self, charging: &str, sequence: u32) -> Value {
        json!({"pack": self.pack["id"], "charging": charging, "sequence": sequence})
    }

    async fn patch(&self, path: &str, body: &Value) -> Answer {
        let request = self.house.request(Method::PATCH, path).bearer_auth(&self.house.operator);
        self.house.send(request.header("idempotency-key", fresh_key()).json(body)).await
    }
}

fn plan(name: &str) -> Value {
    json!({"name": name, "fee": reais("79.90"), "allowance": gb(20), "supports_purchase": true, "speed": "10M/50M",
        "slow_speed": "512k/1M", "free": [{"from": "00:00", "to": "06:00"}]})
}

fn pack(plan: &Value) -> Value {
    json!({"plan": plan["id"], "quantity": gb(10), "price": reais("24.90"), "chargings": ["boleto", "next_invoice"]})
}

fn subscriber() -> Value {
    json!({"name": "João da Silva", "document": "529.982.247-25", "email": "joao@example.com",
        "address": {"street": "Rua São João, 12", "district": "Centro", "city": "São Paulo", "state": "sp",
            "postcode": "01310-100"}})
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_plan_to_a_paid_month() {
    let shop = Shop::open().await;
    let house = &shop.house;
    let found = house.get("/v1/lines?document=52998224725").await.expect(200);
    assert_eq!(found["data"][0], shop.line().await);
    let cycle = shop.line().await["cycle"].clone();
    assert_eq!((&cycle["allowance"], &cycle["balance"]), (&gb(20), &gb(20)));

    let refused = shop.act("purchases", &shop.order("boleto", 0)).await;
    assert_eq!(refused.expect(422)["code"], "balance_positive");
    let used = shop.act("use", &json!({"total": gb(25), "outside": gb(4)})).await.expect(200);
    assert_eq!(used["cycle"]["balance"], gb(-1));
    assert_eq!((&used["cycle"]["total"], &used["cycle"]["outside"]), (&gb(25), &gb(4)));

    let bought = shop.act("purchases", &shop.order("boleto", 0)).await.expect(201);
    assert_eq!((&bought["state"], &bought["price"]), (&json!("released"), &reais("24.90")));
    let line = shop.line().await;
    assert_eq!((&line["cycle"]["balance"], &line["sequence"]), (&gb(9), &json!(1)));
    let written = house.until(|reader| reader.boletos_in(BoletoState::Written, 10), |rows| rows.len() == 1);
    let written = written.await;
    let boletos =
        house.get(&format!("/v1/boletos?customer={}&state=written", shop.customer)).await.expect(200);
    let boleto = &boletos["data"][0];
    assert_eq!(
        (&boleto["purchase"], &boleto["linha_digitavel"]),
        (&bought["id"], &json!(written[0].linha_digitavel))
    );
    assert_eq!(boleto["barcode"].as_str().map(str::len), Some(44));
    let id = boleto["id"].as_str().expect("an id");
    assert_eq!(house.get(&format!("/v1/boletos/{id}")).await.expect(200), *boleto);
    let purchase = house.get(&format!("/v1/purchases/{}", bought["id"].as_str().expect("an id"))).await;
    assert_eq!(purchase.expect(200)["boleto"]["id"], boleto["id"]);

    shop.act("use", &json!({"total": gb(9)})).await.expect(200);
    let second = shop.act("purchases", &shop.order("next_invoice", 1)).await.expect(201);
    let list = format!("/v1/lines/{}/purchases", shop.line);
    let page = house.get(&format!("{list}?limit=1")).await.expect(200);
    assert_eq!(page["data"][0]["id"], second["id"]);
    let cursor = page["next_cursor"].as_str().expect("a second page");
    let rest = house.get(&format!("{list}?limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!((&rest["data"][0]["id"], &rest["next_cursor"]), (&bought["id"], &Value::Null));

    let app = &house.running.app;
    let (month, ..) = billing::preview(app).await.expect("a month");
    billing::begin(app, Author::operator(), month).await.expect("a run");
    house.until(|reader| reader.billing_runs_open(1), Vec::is_empty).await;
    let invoices = house.get(&format!("/v1/invoices?customer={}", shop.customer)).await.expect(200);
    let invoice = &invoices["data"][0];
    assert_eq!((&invoice["total"], &invoice["month"]), (&reais("104.80"), &json!(month.to_string())));
    let kinds: Vec<_> = invoice["lines"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|line| (&line["kind"], &line["amount"]))
        .collect();
    let (fee, purchase) = (json!("fee"), json!("purchase"));
    assert_eq!(kinds, [(&fee, &reais("79.90")), (&purchase, &reais("24.90"))]);
    assert_eq!(invoice["lines"][1]["purchase"], second["id"]);
    let id = invoice["id"].as_str().expect("an id");
    assert_eq!(house.get(&format!("/v1/invoices/{id}")).await.expect(200), *invoice);
    assert!(invoice["boleto"].as_str().is_some_and(|id| id.starts_with("bol_")), "{invoice}");
    shop.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sold_changes_and_says_so() {
    let shop = Shop::open().await;
    let house = &shop.house;
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let path = format!("/v1/plans/{}", text(&shop.plan["id"]));
    assert_eq!(house.get(&path).await.expect(200), shop.plan);
    let changed = shop.patch(&path, &json!({"name": "Fibra", "block_after_days": 5, "free": []})).await;
    let changed = changed.expect(200);
    assert_eq!((&changed["name"], &changed["block_after_days"]), (&json!("Fibra"), &json!(5)));
    assert_eq!((&changed["free"], &changed["fee"]), (&json!([]), &shop.plan["fee"]));
    assert_eq!(
        shop.patch(&path, &json!({"block_after_days": null})).await.expect(200)["block_after_days"],
        json!(null)
    );

    let path = format!("/v1/packs/{}", text(&shop.pack["id"]));
    let changed = shop.patch(&path, &json!({"price": reais("29.90"), "validity_days": 30})).await.expect(200);
    assert_eq!((&changed["price"], &changed["validity_days"]), (&reais("29.90"), &json!(30)));
    shop.act("use", &json!({"total": gb(20)})).await.expect(200);
    let mut order = shop.order("boleto", 0);
    order["price"] = reais("24.90");
    let refused = shop.act("purchases", &order).await.expect(422);
    assert_eq!((&refused["code"], &refused["field"]), (&json!("pack_changed"), &json!("price")));
    let listed = house.get(&format!("/v1/packs?plan={}", text(&shop.plan["id"]))).await.expect(200);
    assert_eq!(listed["data"], json!([house.get(&path).await.expect(200)]));

    let large = house.post("/v1/plans", &plan("Fibra 50 GB")).await.expect(201);
    let larger = json!({"allowance": gb(50)});
    shop.patch(&format!("/v1/plans/{}", text(&large["id"])), &larger).await.expect(200);
    let line = shop.act("plan", &json!({"plan": large["id"]})).await.expect(200);
    assert_eq!((&line["plan"], &line["cycle"]["balance"]), (&large["id"], &gb(30)));
    let blocked = shop.act("status", &json!({"status": "blocked"})).await.expect(200);
    assert_eq!(blocked["status"], "blocked");
    assert_eq!(shop.act("purchases", &shop.order("boleto", 0)).await.expect(422)["code"], "line_blocked");
    assert_eq!(shop.act("status", &json!({"status": "cancelled"})).await.expect(200)["status"], "cancelled");
    assert_eq!(shop.act("status", &json!({"status": "enabled"})).await.expect(422)["code"], "line_cancelled");

    let path = format!("/v1/subscribers/{}", shop.customer);
    let moved =
        shop.patch(&path, &json!({"document": "11.222.333/0001-81", "email": null})).await.expect(200);
    assert_eq!((&moved["document"], &moved["email"]), (&json!("11222333000181"), &Value::Null));
    assert_eq!(house.get("/v1/subscribers?document=11222333000181").await.expect(200)["data"][0], moved);
    assert_eq!(house.get("/v1/subscribers?search=silva").await.expect(200)["data"][0], moved);
    let log = house.get("/v1/audit-log?limit=200").await.expect(200);
    let actions: Vec<_> =
        log["data"].as_array().into_iter().flatten().map(|row| text(&row["action"])).collect();
    for action in [
        "plan.create",
        "plan.change",
        "pack.create",
        "pack.change",
        "subscriber.create",
        "subscriber.change",
        "line.open",
        "line.add_use",
        "line.change_plan",
        "line.set_status",
    ] {
        assert!(actions.iter().any(|said| said == action), "{action} is not in {actions:?}");
    }
    shop.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_off_without_a_choice_does_what_the_pack_says() {
    let shop = Shop::open().await;
    let house = &shop.house;
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    assert_eq!(shop.pack["on_write_off"], "take_back");
    let pack = format!("/v1/packs/{}", text(&shop.pack["id"]));
    let refused = shop.patch(&pack, &json!({"on_write_off": "forget"})).await.expect(422);
    assert_eq!((&refused["code"], &refused["field"]), (&json!("invalid_field"), &json!("on_write_off")));
    shop.act("use", &json!({"total": gb(22)})).await.expect(200);
    // What the pack says, what is said with the write-off; the balance then, and what became of the purchase. A pack that is not paid is
    // bought again, with the debt of it still there where it is kept.
    let cases = [
        ("keep_debt", None, 8, "released"),
        ("keep_debt", Some("take_back"), 0, "written_off"),
        ("take_back", None, 0, "written_off"),
        ("take_back", Some("leave"), 10, "written_off"),
    ];
    for (sequence, (says, said, balance, state)) in (0..).zip(cases) {
        let changed = shop.patch(&pack, &json!({"on_write_off": says})).await.expect(200);
        assert_eq!(changed["on_write_off"], says);
        let bought = shop.act("purchases", &shop.order("boleto", sequence)).await.expect(201);
        let purchase = format!("/v1/purchases/{}", text(&bought["id"]));
        let written = |rows: &Vec<store::tables::boletos::BoletoRow>| rows.len() == 1;
        let rows = house.until(|reader| reader.boletos_in(BoletoState::Written, 10), written).await;
        let path = format!("/v1/boletos/{}/write-off", rows[0].id);
        let body = said.map_or_else(|| json!({}), |said| json!({"on_write_off": said}));
        let wrong = house.post(&path, &json!({"on_write_off": "all"})).await.expect(422);
        assert_eq!((&wrong["code"], &wrong["field"]), (&json!("invalid_field"), &json!("on_write_off")));
        let key = fresh_key();
        let answers = together((0..3).map(|_| house.post_under(&key, &path, &body))).await;
        for answer in &answers {
            assert_eq!((answer.status.as_u16(), &answer.text), (200, &answers[0].text), "{says}");
        }
        assert_eq!(answers[0].json()["state"], "written_off", "the bank never knew it");
        let is_owed = json!(says == "keep_debt" && said.is_none());
        let there = house.get(&purchase).await.expect(200);
        assert_eq!((&there["state"], &there["still_owed"]), (&json!(state), &is_owed), "{says} {said:?}");
        let boleto = house.get(&format!("/v1/boletos/{}", rows[0].id)).await.expect(200);
        let listed = house.get("/v1/boletos?limit=1").await.expect(200);
        for boleto in [&answers[0].json(), &boleto, &listed["data"][0]] {
            assert_eq!(boleto["still_owed"], is_owed, "{says} {said:?}: {boleto}");
        }
        assert_eq!(shop.line().await["cycle"]["balance"], gb(balance), "{says} {said:?}");
        let again = house.post(&path, &json!({"on_write_off": "keep_debt"})).await.expect(409);
        assert_eq!(again["code"], "boleto_closed");
        if balance > 0 {
            shop.act("use", &json!({"total": gb(balance)})).await.expect(200);
        }
    }
    let nobody = "/v1/boletos/bol_00000000000000000000000001/write-off";
    assert_eq!(house.post(nobody, &json!({})).await.expect(404)["code"], "not_found");
    shop.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_wrong_is_told_at_once() {
    let shop = Shop::open().await;
    let mut wanted = plan("");
    wanted["fee"] = reais("79.905");
    wanted["speed"] = json!("rapido");
    let refused = shop.house.post("/v1/plans", &wanted).await.expect(422);
    assert_eq!((&refused["code"], &refused["field"]), (&json!("invalid_name"), &json!("name")));
    let errors = refused["errors"].as_array().expect("all of them");
    let told: Vec<_> = errors.iter().map(|one| (&one["field"], &one["code"])).collect();
    let expected = [("name", "invalid_name"), ("fee", "amount_over_precise"), ("speed", "invalid_speed")];
    assert_eq!(
        told,
        expected.map(|(field, code)| (json!(field), json!(code))).each_ref().map(|(a, b)| (a, b))
    );
    assert!(errors[2]["detail"].as_str().is_some_and(|detail| detail.contains("10M/50M")), "{refused}");
    let mut nobody = subscriber();
    nobody["document"] = json!("1");
    nobody["address"]["postcode"] = json!("1");
    let refused = shop.house.post("/v1/subscribers", &nobody).await.expect(422);
    let fields: Vec<_> =
        refused["errors"].as_array().into_iter().flatten().map(|one| &one["field"]).collect();
    // The e-mail is the first subscriber's.
    assert_eq!(fields, [&json!("document"), &json!("address.postcode"), &json!("email")], "{refused}");
    shop.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wish_is_done_once() {
    let shop = Shop::open().await;
    let house = &shop.house;
    let line = format!("/v1/lines/{}", shop.line);
    let other = json!({"customer": shop.customer, "plan": shop.plan["id"], "anchor_day": 31});
    let writes = [
        ("/v1/plans".to_owned(), plan("Rural")),
        ("/v1/packs".to_owned(), pack(&shop.plan)),
        ("/v1/lines".to_owned(), other),
        (format!("{line}/use"), json!({"total": gb(20)})),
        (format!("{line}/purchases"), shop.order("boleto", 0)),
        (format!("{line}/status"), json!({"status": "blocked"})),
    ];
    for (path, body) in &writes {
        let key = fresh_key();
        let answers = together((0..5).map(|_| house.post_under(&key, path, body))).await;
        for answer in &answers {
            assert!(answer.status.is_success(), "{path}: {}", answer.text);
            assert_eq!(answer.text, answers[0].text, "{path}");
        }
        let seen = house.seen();
        let mut another = body.clone();
        another["anchor_day"] = json!(7);
        let refused = house.post_under(&key, path, &another).await;
        assert!(refused.status.is_client_error(), "{path}: {}", refused.text);
        assert_eq!(house.seen(), seen, "{path}");
    }
    assert_eq!(house.get("/v1/plans").await.expect(200)["data"].as_array().map(Vec::len), Some(2));
    assert_eq!(house.get("/v1/packs").await.expect(200)["data"].as_array().map(Vec::len), Some(2));
    let lines = house.get("/v1/lines?limit=1").await.expect(200);
    let cursor = lines["next_cursor"].as_str().expect("a second page");
    let rest = house.get(&format!("/v1/lines?limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!((&rest["data"][0]["id"], &rest["next_cursor"]), (&json!(shop.line), &Value::Null));
    assert_eq!(rest["data"][0]["cycle"]["balance"], gb(10));
    assert_eq!(
        house.get(&format!("{line}/purchases")).await.expect(200)["data"].as_array().map(Vec::len),
        Some(1)
    );
    shop.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_named_and_changes_nothing() {
    let shop = Shop::open().await;
    let house = &shop.house;
    let line = format!("/v1/lines/{}", shop.line);
    let with = |body: Value, field: &str, value: Value| {
        let mut body = body;
        body[field] = value;
        body
    };
    let (plans, packs) = (plan("Rural"), pack(&shop.plan));
    let wanted = json!({"customer": shop.customer, "plan": shop.plan["id"], "anchor_day": 1});
    let ana = house.customer("ana").await.customer.id.to_string();
    let nobody = "cus_00000000000000000000000001";
    let (use_path, buy) = (format!("{line}/use"), format!("{line}/purchases"));
    let address = |field: &str, value: &str| {
        let mut body = with(subscriber(), "document", json!("11222333000181"));
        body["email"] = json!(null);
        body["address"][field] = json!(value);
        body
    };
    let status = format!("{line}/status");
    let cases: Vec<(&str, Value, u16, &str, &str)> = vec![
        ("/v1/plans", plan("Fibra 20 GB"), 409, "already_exists", "name"),
        ("/v1/plans", with(plans.clone(), "fee", reais("-1")), 422, "amount_negative", "fee"),
        ("/v1/plans", with(plans.clone(), "fee", reais("79.905")), 422, "amount_over_precise", "fee"),
        ("/v1/plans", with(plans.clone(), "fee", reais("1000000.01")), 422, "amount_too_large", "fee"),
        ("/v1/plans", with(plans.clone(), "fee", gb(1)), 422, "unit_mismatch", "fee"),
        ("/v1/plans", with(plans.clone(), "allowance", reais("1")), 422, "unit_mismatch", "allowance.unit"),
        ("/v1/plans", with(plans.clone(), "carried_max", gb(-1)), 422, "amount_negative", "carried_max"),
        ("/v1/plans", with(plans.clone(), "unpaid_max", gb(1)), 422, "invalid_amount", "unpaid_max"),
        ("/v1/plans", with(plans.clone(), "speed", json!("10M; reboot")), 422, "invalid_speed", "speed"),
        ("/v1/plans", with(plans.clone(), "slow_speed", json!("rapido")), 422, "invalid_speed", "slow_speed"),
        ("/v1/plans", with(plans.clone(), "at_zero", json!("stop")), 422, "invalid_field", "at_zero"),
        ("/v1/plans", with(plans.clone(), "colour", json!("red")), 422, "unknown_field", "colour"),
        (
            "/v1/plans",
            with(plans.clone(), "free", json!([{"from": "24:00", "to": "06:00"}])),
            422,
            "invalid_time",
            "free[0].from",
        ),
        (
            "/v1/plans",
            with(plans.clone(), "free", json!([{"from": "06:00", "to": "22:00"}])),
            422,
            "window_swapped",
            "free",
        ),
        ("/v1/packs", with(packs.clone(), "plan", json!("pack_1")), 422, "invalid_id", "plan"),
        ("/v1/packs", with(packs.clone(), "quantity", gb(0)), 422, "invalid_quantity", "quantity"),
        (
            "/v1/packs",
            with(packs.clone(), "price", json!({"amount": "1", "unit": "USD"})),
            422,
            "invalid_amount",
            "price",
        ),
        ("/v1/packs", with(packs.clone(), "chargings", json!([])), 422, "no_charging", "chargings"),
        (
            "/v1/packs",
            with(packs.clone(), "chargings", json!(["pix", "pix"])),
            422,
            "charging_twice",
            "chargings",
        ),
        (
            "/v1/packs",
            with(packs.clone(), "chargings", json!(["cash"])),
            422,
            "invalid_field",
            "chargings[0]",
        ),
        ("/v1/packs", with(packs.clone(), "validity_days", json!(731)), 422, "invalid_days", "validity_days"),
        ("/v1/lines", with(wanted.clone(), "anchor_day", json!(32)), 422, "anchor_day", "anchor_day"),
        ("/v1/lines", with(wanted.clone(), "anchor_day", json!(300)), 422, "invalid_field", "anchor_day"),
        ("/v1/lines", with(wanted.clone(), "customer", json!(nobody)), 422, "customer_unknown", "customer"),
        (
            "/v1/lines",
            with(wanted.clone(), "customer", json!(ana)),
            422,
            "customer_no_subscriber",
            "customer",
        ),
        (
            "/v1/lines",
            with(wanted.clone(), "access_login", json!("joao@fibra")),
            409,
            "already_exists",
            "access_login",
        ),
        (
            "/v1/lines",
            with(wanted.clone(), "access_login", json!("")),
            422,
            "invalid_access_login",
            "access_login",
        ),
        (
            "/v1/lines",
            with(wanted.clone(), "access_login", json!("joao da fibra")),
            422,
            "invalid_access_login",
            "access_login",
        ),
        (&use_path, json!({"total": gb(0)}), 422, "invalid_quantity", "total"),
        (&use_path, json!({"total": gb(1), "outside": gb(2)}), 422, "invalid_quantity", "outside"),
        (&use_path, json!({"total": reais("1")}), 422, "unit_mismatch", "total.unit"),
        (&status, json!({"status": "opening"}), 422, "invalid_field", "status"),
        (
            &buy,
            with(shop.order("boleto", 0), "pack", json!("pack_00000000000000000000000001")),
            422,
            "pack_unknown",
            "pack",
        ),
        (&buy, shop.order("boleto", 1), 422, "already_bought", "sequence"),
        (&buy, shop.order("boleto", 0), 422, "balance_positive", ""),
        ("/v1/lines/line_00000000000000000000000001/use", json!({"total": gb(1)}), 404, "not_found", ""),
        ("/v1/subscribers", subscriber(), 409, "already_exists", "document"),
        (
            "/v1/subscribers",
            with(subscriber(), "document", json!("529.982.247-26")),
            422,
            "invalid_document",
            "document",
        ),
        ("/v1/subscribers", address("state", "XX"), 422, "invalid_state", "address.state"),
        ("/v1/subscribers", address("postcode", "123"), 422, "invalid_postcode", "address.postcode"),
        ("/v1/subscribers", address("street", " "), 422, "missing_field", "address.street"),
        (
            "/v1/subscribers",
            with(address("city", "Recife"), "locale", json!("fr")),
            422,
            "invalid_locale",
            "locale",
        ),
    ];
    let (seen, before) = (house.seen(), counts(house).await);
    for (path, body, status, code, field) in cases {
        let answer = house.post(path, &body).await;
        let problem = answer.expect(status);
        assert_eq!(problem["code"], code, "{path}: {problem}");
        assert_eq!(problem["field"].as_str().unwrap_or_default(), field, "{path}: {problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.ends_with('.')), "{problem}");
        assert_eq!((house.seen(), counts(house).await), (seen, before.clone()), "{path}: something changed");
    }
    for (path, code, field) in [
        ("/v1/lines?document=123", "invalid_document", "document"),
        ("/v1/lines?cursor=x", "invalid_cursor", "cursor"),
        ("/v1/lines?customer=x", "invalid_id", "customer"),
        ("/v1/lines?colour=red", "invalid_query", "colour"),
        ("/v1/boletos?state=lost", "invalid_query", "state"),
        ("/v1/invoices?limit=201", "invalid_limit", "limit"),
        ("/v1/subscribers?search=", "invalid_search", "search"),
    ] {
        let problem = house.get(path).await.expect(422);
        assert_eq!((&problem["code"], &problem["field"]), (&json!(code), &json!(field)), "{path}");
    }
    for path in ["plans/x", "packs/x", "lines/x", "purchases/x", "invoices/x", "boletos/x", "subscribers/x"] {
        assert_eq!(house.get(&format!("/v1/{path}")).await.expect(404)["code"], "not_found", "{path}");
    }
    shop.house.close().await;
}

/// What there is of all that the API makes.
async fn counts(house: &House) -> Vec<Value> {
    let mut counts = Vec::new();
    for path in ["plans", "packs", "lines", "subscribers", "customers", "boletos"] {
        counts.push(house.get(&format!("/v1/{path}")).await.expect(200));
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn routers_are_added_changed_and_removed_and_their_secrets_stay_hidden() {
    let house = House::open().await;
    let torre = json!({"name": "Torre norte", "address": "::ffff:192.0.2.7", "secret": "segredo-da-torre"});
    let made = house.post_under("torre", "/v1/routers", &torre).await.expect(201);
    let id = made["id"].as_str().expect("an id").to_owned();
    assert!(id.starts_with("nas_"), "{id}");
    assert_eq!((&made["address"], &made["coa_port"]), (&json!("192.0.2.7"), &json!(3_799)));
    assert_eq!(made["last_seen_at"], json!(null));
    // The same again is the same; another secret is another wish.
    assert_eq!(house.post_under("torre", "/v1/routers", &torre).await.expect(201), made);
    let mut other = torre.clone();
    other["secret"] = json!("outro-segredo");
    let reused = house.post_under("torre", "/v1/routers", &other).await.expect(409);
    assert_eq!(reused["code"], "idempotency_key_reused");

    let path = format!("/v1/routers/{id}");
    let now = house.get(&path).await.expect(200);
    assert_eq!((&now["open_sessions"], &now["silent_since"]), (&json!(0), &json!(null)));
    assert_eq!(house.get("/v1/routers").await.expect(200)["data"], json!([now]));
    let ask = async |method: Method, body: &Value| {
        let request = house.request(method, &path).bearer_auth(&house.operator);
        house.send(request.header("idempotency-key", fresh_key()).json(body)).await
    };
    let changed = ask(Method::PATCH, &json!({"name": "Torre sul", "coa_port": 1_700})).await.expect(200);
    assert_eq!((&changed["name"], &changed["address"]), (&json!("Torre sul"), &json!("192.0.2.7")));
    ask(Method::PATCH, &json!({"secret": "outro-segredo"})).await.expect(200);
    let kept = house.running.app.read(|reader| reader.routers()).await.expect("routers");
    assert_eq!((kept[0].secret.0.as_str(), kept[0].coa_port), ("outro-segredo", 1_700));

    for (body, field, code) in [
        (json!({"name": " "}), "name", "invalid_name"),
        (json!({"address": "torre.example.net"}), "address", "invalid_address"),
        (json!({"secret": "short"}), "secret", "invalid_secret"),
        (json!({"coa_port": 0}), "coa_port", "invalid_port"),
        (json!({"coa_port": 65_536}), "coa_port", "invalid_field"),
        (json!({"nas_no": 7}), "nas_no", "unknown_field"),
    ] {
        let refused = ask(Method::PATCH, &body).await.expect(422);
        assert_eq!((&refused["field"], &refused["code"]), (&json!(field), &json!(code)), "{body}");
        let mut new = json!({"name": "Torre leste", "address": "192.0.2.9", "secret": "segredo-do-leste"});
        for (name, value) in body.as_object().expect("fields") {
            new[name] = value.clone();
        }
        let refused = house.post("/v1/routers", &new).await.expect(422);
        assert_eq!((&refused["field"], &refused["code"]), (&json!(field), &json!(code)), "{new}");
    }
    let mut second = json!({"name": "Torre sul", "address": "192.0.2.9", "secret": "segredo-do-leste"});
    assert_eq!(house.post("/v1/routers", &second).await.expect(409)["field"], "name");
    second["name"] = json!("Torre leste");
    second["address"] = json!("192.0.2.7");
    assert_eq!(house.post("/v1/routers", &second).await.expect(409)["field"], "address");
    let missing = "/v1/routers/nas_00000000000000000000000000";
    assert_eq!(house.get(missing).await.expect(404)["code"], "not_found");

    let removed = ask(Method::DELETE, &json!({})).await.expect(200);
    assert_eq!(removed["name"], "Torre sul");
    assert_eq!(house.get(&path).await.expect(404)["code"], "not_found");
    assert_eq!(ask(Method::DELETE, &json!({})).await.expect(404)["code"], "not_found");
    assert_eq!(house.get("/v1/routers").await.expect(200)["data"], json!([]));
    let log = house.get("/v1/audit-log?limit=10").await.expect(200);
    let actions: Vec<_> =
        log["data"].as_array().into_iter().flatten().map(|row| row["action"].clone()).collect();
    assert_eq!(actions[..4], ["router.remove", "router.change", "router.change", "router.create"]);
    assert!(!log.to_string().contains("segredo"), "{log}");
    let answers = [&made, &now, &changed, &removed];
    assert!(answers.iter().all(|answer| !answer.to_string().contains("segredo")), "{answers:?}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_login_is_changed_once_and_is_one_lines_alone() {
    let shop = Shop::open().await;
    shop.line().await;
    let house = &shop.house;
    let path = format!("/v1/lines/{}/access-login", shop.line);
    let change = |login: Value| json!({"access_login": login});
    let changed = house.post_under("login", &path, &change(json!("joao.novo"))).await.expect(200);
    assert_eq!((&changed["access_login"], &changed["status"]), (&json!("joao.novo"), &json!("enabled")));
    assert_eq!(house.post_under("login", &path, &change(json!("joao.novo"))).await.expect(200), changed);
    assert_eq!(
        house.get("/v1/lines?access_login=joao.novo").await.expect(200)["data"][0]["id"],
        json!(shop.line)
    );
    assert_eq!(house.get("/v1/lines?access_login=joao@fibra").await.expect(200)["data"], json!([]));
    assert_eq!(
        house.get("/v1/subscribers?search=JOAO.NOVO").await.expect(200)["data"][0]["id"],
        json!(shop.customer)
    );

    let second =
        json!({"customer": shop.customer, "plan": shop.plan["id"], "anchor_day": 1, "access_login": "loja"});
    house.post("/v1/lines", &second).await.expect(201);
    let taken = shop.act("access-login", &change(json!("loja"))).await.expect(409);
    assert_eq!((&taken["code"], &taken["field"]), (&json!("already_exists"), &json!("access_login")));
    for wrong in [json!(""), json!(" "), json!("a\u{7}b"), json!("x".repeat(254))] {
        let refused = shop.act("access-login", &change(wrong)).await.expect(422);
        assert_eq!(
            (&refused["code"], &refused["field"]),
            (&json!("invalid_access_login"), &json!("access_login"))
        );
    }
    assert_eq!(shop.act("access-login", &json!({})).await.expect(422)["field"], "access_login");
    assert_eq!(shop.line().await["access_login"], "joao.novo");
    assert_eq!(shop.act("access-login", &change(json!(null))).await.expect(200)["access_login"], json!(null));
    let log = house.get("/v1/audit-log?limit=10").await.expect(200);
    let changes: Vec<_> = log["data"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|row| row["action"] == "line.set_access_login")
        .collect();
    assert_eq!(changes.len(), 2, "a repetition and what was refused change nothing: {log}");
    shop.house.close().await;
}
