//! FreeRADIUS's way in, by requests as rlm_rest sends them.

use book::LineStatus;
use reqwest::Method;
use saldo::keys;
use serde_json::{Value, json};
use store::tables::lines::AtZero;

use crate::house::Answer;
use crate::provider::{ALLOWANCE, LOGIN, Provider, SLOW, SPEED};

struct Door {
    provider: Provider,
    key: String,
}

impl Door {
    async fn open(at_zero: AtZero) -> Door {
        let provider = Provider::open(at_zero).await;
        let key = keys::create(&provider.house.running.app, None, "radius", saldo::nas::SCOPE).await;
        Door { provider, key: key.expect("a key").secret }
    }

    async fn post(&self, path: &str, attributes: &Value) -> Answer {
        let house = &self.provider.house;
        let request = house.request(Method::POST, path).basic_auth("saldo", Some(&self.key));
        house.send(request.json(attributes)).await
    }

    async fn authorize(&self, login: &str) -> Answer {
        self.post("/radius/authorize", &json!({"User-Name": {"type": "string", "value": [login]}})).await
    }
}

fn report(status: &str, bytes: u64) -> Value {
    json!({
        "User-Name": {"type": "string", "value": [LOGIN]},
        "Acct-Status-Type": {"type": "integer", "value": [status]},
        "Acct-Session-Id": {"type": "string", "value": ["9a000001"]},
        "NAS-IP-Address": {"type": "ipaddr", "value": ["127.0.0.1"]},
        "Acct-Output-Octets": {"type": "integer", "value": [bytes]},
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_told_speed_and_reports_use() {
    let door = Door::open(AtZero::Slow).await;
    let speed = |answer: &Answer| answer.json()["reply:Mikrotik-Rate-Limit"]["value"][0].clone();
    let answer = door.authorize(LOGIN).await;
    assert_eq!(speed(&answer), SPEED, "{}", answer.text);
    assert!(!answer.text.contains(LOGIN), "what a user wrote is not repeated");

    for _ in 0..2 {
        let answer = door.post("/radius/accounting", &report("Interim-Update", 1_000)).await;
        assert_eq!(answer.status.as_u16(), 204, "{}", answer.text);
    }
    assert_eq!(door.provider.posted(), ALLOWANCE - 1_000);
    let all = report("Stop", 2_000_000_000);
    assert_eq!(door.post("/radius/accounting", &all).await.status.as_u16(), 204);
    assert_eq!(door.provider.posted(), 0);
    assert_eq!(speed(&door.authorize(LOGIN).await), SLOW);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_come_in_is_turned_away() {
    let door = Door::open(AtZero::Block).await;
    let answer = door.authorize(LOGIN).await;
    assert_eq!(answer.json()["reply:Mikrotik-Total-Limit"]["value"][0], ALLOWANCE, "{}", answer.text);
    assert_eq!(door.authorize("%{User-Password}").await.status.as_u16(), 404);
    door.provider.set_status(LineStatus::Blocked).await;
    door.provider.seen().await;
    assert_eq!(door.authorize(LOGIN).await.status.as_u16(), 403);

    let unknown = json!({"User-Name": {"value": ["maria"]}, "Acct-Status-Type": {"value": ["Start"]},
        "Acct-Session-Id": {"value": ["1"]}, "NAS-IP-Address": {"value": ["127.0.0.1"]}});
    let elsewhere = json!({"User-Name": {"value": [LOGIN]}, "Acct-Status-Type": {"value": ["Start"]},
        "Acct-Session-Id": {"value": ["1"]}, "NAS-IP-Address": {"value": ["10.9.9.9"]}});
    for (body, code) in
        [(unknown, "login_unknown"), (elsewhere, "router_unknown"), (json!([]), "json_malformed")]
    {
        assert_eq!(door.post("/radius/accounting", &body).await.code(), code);
    }
    let house = &door.provider.house;
    let nobody = house.send(house.request(Method::POST, "/radius/authorize").json(&json!({}))).await;
    assert_eq!((nobody.status.as_u16(), nobody.code().as_str()), (401, "key_invalid"));
    let other = keys::create(&house.running.app, None, "other", "credit:write").await.expect("a key").secret;
    let lacking = house.request(Method::POST, "/radius/authorize").bearer_auth(&other).json(&json!({}));
    assert_eq!(house.send(lacking).await.code(), "scope_missing");
}
