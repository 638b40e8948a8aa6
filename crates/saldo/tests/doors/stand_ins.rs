//! Those who stand in for others in the demo: Stripe, a router, a bank. What they serve is read off their routers, and each door is called as each
//! kind of caller who could stand before it.

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderName};

use super::demo::RunningDemo;
use super::house::served::routes;
use super::table::{BANK, ROUTER, STRIPE, StandInDoor};
use super::{agree, route};

fn told(doors: &[StandInDoor]) -> std::collections::BTreeSet<super::house::served::Route> {
    doors.iter().map(|(method, path, _)| route(method, path)).collect()
}

#[test]
fn no_door_of_a_stand_in_is_missing_from_the_tables() {
    agree(&routes(&sandbox::doors()), &told(&STRIPE));
    agree(&routes(&sandbox::router::doors()), &told(&ROUTER));
    agree(&routes(&sandbox::bank::doors()), &told(&BANK));
}

/// Nobody in particular, the operator's own key, and a browser in which the customer is signed in: cookies know no ports.
#[tokio::test]
async fn stand_ins_say_what_their_tables_say_to_everybody() {
    let demo = RunningDemo::start().await;
    let key = format!("Bearer {}", demo.told["api_key"].as_str().expect("a key"));
    let callers: [(&str, Option<(HeaderName, String)>); 3] = [
        ("nobody", None),
        ("the operator's key", Some((AUTHORIZATION, key))),
        ("a customer's browser", Some((COOKIE, demo.customers_cookies().await))),
    ];
    let mut otherwise = Vec::new();
    for (place, doors) in [("sandbox_url", STRIPE.as_slice()), ("router_url", &ROUTER), ("bank_url", &BANK)] {
        let url = demo.told[place].as_str().expect("where it is").trim_end_matches('/').to_owned();
        for (method, path, status) in doors {
            let path = filled(path);
            let method = if *method == "ANY" { "GET" } else { method };
            for (who, carries) in &callers {
                let request =
                    demo.client.request(method.parse::<Method>().expect("a method"), format!("{url}{path}"));
                let request =
                    carries.iter().fold(request, |request, (name, value)| request.header(name, value));
                let request = match method {
                    "POST" => request.header("content-type", "application/x-www-form-urlencoded").body(""),
                    _ => request,
                };
                let answer = request.send().await.expect("an answer").status().as_u16();
                if answer != *status {
                    otherwise.push(format!("{place} {method} {path} to {who}: {answer}, not {status}"));
                }
            }
        }
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}

/// A path with something that nobody has in each of its places.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "nothing" } else { part });
    parts.collect::<Vec<_>>().join("/")
}
