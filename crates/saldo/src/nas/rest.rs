//! FreeRADIUS's way in: its module rlm_rest asks here what a line may do and reports what it used. Its requests hold passwords in
//! clear, so bodies are never logged, and answers never repeat what a user wrote: FreeRADIUS would expand `%{…}` in it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router as Routes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use book::LineStatus;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use radius::mikrotik::RateLimit;
use radius::{AccountingStatus, EVENT_AHEAD_MAX_SECONDS, EVENT_BEHIND_MAX_SECONDS};
use serde_json::{Map, Value, json};
use store::tables::lines::AtZero;
use utoipa::OpenApi;

use super::names::{self, Router};
use super::network::Profile;
use super::profile::{self, Terms};
use super::record::{self, NotRecorded, Recorded, Seen};
use super::report::Report;
use crate::app::App;
use crate::problem::Problem;
use crate::{api, keys, panics};

/// What an API key needs to speak here.
pub const SCOPE: &str = "radius:write";
/// Largest body, in bytes: a packet of 4 KiB written out as JSON.
const BODY_BYTES_MAX: usize = 128 * 1_024;
/// How often sessions are to be reported, in seconds, and how often when little is left.
const INTERIM_SECONDS: u64 = 300;
const INTERIM_SECONDS_MIN: u64 = 60;
/// What names a service that is reported apart, also where FreeRADIUS's dictionary does not know it.
const SERVICE_NAMES: [&str; 4] =
    ["ERX-Service-Session", "Unisphere-Service-Session", "Alc-Sub-Serv-Activate", "Attr-26.6527.151"];
/// FreeRADIUS's names of what an accounting request is about.
const STATUSES: [(&str, AccountingStatus); 5] = [
    ("Start", AccountingStatus::Start),
    ("Stop", AccountingStatus::Stop),
    ("Interim-Update", AccountingStatus::InterimUpdate),
    ("Accounting-On", AccountingStatus::AccountingOn),
    ("Accounting-Off", AccountingStatus::AccountingOff),
];

/// The routes of this edge.
pub fn routes(app: &Arc<App>) -> Routes {
    Routes::new()
        .route("/radius/authorize", post(authorize))
        .route("/radius/accounting", post(account))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(panics::answered_in_json())
        .layer(axum::middleware::from_fn(api::name_request))
        .with_state(Arc::clone(app))
}

/// This edge as the OpenAPI document describes it.
#[derive(OpenApi)]
#[openapi(paths(authorize, account))]
pub(crate) struct Described;

/// What a line may do: its speed, and for how many bytes where the router is to end the session itself. 404 for nobody's login, 403 for
/// a line that reaches nothing.
#[utoipa::path(post, path = "/radius/authorize", tag = "radius",
    request_body(content = Value, description = "Attributes by name, as rlm_rest writes them: `{\"User-Name\": {\"type\": \"string\", \"value\": [\"ana@fibra\"]}}`."),
    responses((status = 200, description = "What FreeRADIUS adds to its Access-Accept, as `reply:…` attributes.", body = Value),
        (status = 400, description = "The body is not JSON (`json_malformed`)."),
        (status = 401, description = "No operator's key (`key_invalid`)."),
        (status = 403, description = "The line reaches nothing (no body), or the key lacks `radius:write` (`scope_missing`)."),
        (status = 404, description = "The login is nobody's: no body."),
        (status = 429, description = "The key asks too often (`rate_limited`).")))]
async fn authorize(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    admit(&app, &headers).await?;
    let attributes = Attributes::read(&body)?;
    let wallet = match attributes.text("User-Name") {
        Some(login) => names::wallet_of(&app, &login).await?,
        None => None,
    };
    let known = wallet.and_then(|wallet| app.ledger.wallet(wallet));
    let Some(known) = known else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    let line = record::load(&app, known.no.0).await?;
    let Some(line) = line else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    Ok(match reply(&app, &line, known.balance.posted) {
        Some(reply) => Json(Value::Object(reply)).into_response(),
        None => StatusCode::FORBIDDEN.into_response(),
    })
}

/// A report. 204 once it is durable; anything else makes FreeRADIUS stay silent, and the router send it again.
#[utoipa::path(post, path = "/radius/accounting", tag = "radius",
    request_body(content = Value, description = "Attributes by name, as rlm_rest writes them."),
    responses((status = 204, description = "It is recorded, durably."),
        (status = 400, description = "The body is not JSON (`json_malformed`)."),
        (status = 401, description = "No operator's key (`key_invalid`)."),
        (status = 403, description = "The key lacks `radius:write` (`scope_missing`)."),
        (status = 422, description = "It is of none of our routers (`router_unknown`) or lines (`login_unknown`), or no report."),
        (status = 429, description = "The key asks too often (`rate_limited`)."),
        (status = 503, description = "Nothing is recorded: the ledger takes no decisions now.")))]
async fn account(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let arrival = app.nas.arrived();
    admit(&app, &headers).await?;
    let attributes = Attributes::read(&body)?;
    let report = attributes.report(app.ledger.now().as_seconds())?;
    let address = report.nas_ip.or_else(|| attributes.address("Packet-Src-IP-Address"));
    let router = match address {
        Some(address) => names::router_at(&app, address).await?,
        None => None,
    };
    let router = router.ok_or_else(|| dropped(&app, "router_unknown", "router"))?;
    let content = app.hashes.hash128("radius content", &[&router.row.nas_no.to_be_bytes(), &body]);
    names::seen(&app, &router);
    take(&app, &router, report, content, arrival).await
}

async fn take(
    app: &Arc<App>,
    router: &Router,
    report: Report,
    content: u128,
    arrival: u64,
) -> Result<StatusCode, Problem> {
    match record::record(app, router, report, content, arrival).await {
        Ok(Recorded::Session(observation)) => {
            app.nas.counters.answered("recorded");
            if let Err(problem) = record::observe(app, observation).await {
                let (code, detail) = (problem.code, problem.detail);
                tracing::warn!(code, detail, "what a report showed of a line was not taken");
            }
        }
        Ok(Recorded::Service) => app.nas.counters.answered("recorded"),
        Ok(Recorded::Noted) => app.nas.counters.answered("noted"),
        Err(NotRecorded::Unknown(why)) => return Err(dropped(app, why, "line")),
        Err(NotRecorded::Failed(problem)) => return Err(problem),
    }
    Ok(StatusCode::NO_CONTENT)
}

fn dropped(app: &App, why: &'static str, what: &str) -> Problem {
    app.nas.counters.dropped(why);
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why, format!("No {what} of ours is meant."))
}

/// Lets in whoever has an operator's key with [`SCOPE`]: as a bearer, or as the password of HTTP's basic authentication.
async fn admit(app: &Arc<App>, headers: &HeaderMap) -> Result<(), Problem> {
    let said = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (scheme, value) = said.split_once(' ').unwrap_or_default();
    let secret = if scheme.eq_ignore_ascii_case("bearer") {
        value.trim().to_owned()
    } else if scheme.eq_ignore_ascii_case("basic") {
        let pair = STANDARD.decode(value.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        pair.and_then(|pair| Some(pair.split_once(':')?.1.to_owned())).unwrap_or_default()
    } else {
        String::new()
    };
    let key = keys::authenticate(app, &secret).await?.filter(|key| key.customer.is_none());
    let Some(key) = key else {
        let detail = "This needs an operator's key: as a bearer, or as the password of basic authentication.";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "key_invalid", detail));
    };
    if !api::holds(&key.scopes, SCOPE) {
        let detail = format!("This key lacks the scope {SCOPE}.");
        return Err(Problem::new(StatusCode::FORBIDDEN, "scope_missing", detail));
    }
    app.rate_limits.count(key.id).map(|_| ())
}

/// What FreeRADIUS adds to its Access-Accept; none if the line may not come in.
fn reply(app: &App, line: &Seen, posted: i64) -> Option<Map<String, Value>> {
    let wanted = profile::wanted(line.status, posted);
    let plan = &line.plan;
    if line.status == LineStatus::Cancelled
        || (wanted == Profile::Restricted && plan.at_zero == AtZero::Block)
    {
        return None;
    }
    // Speeds and lists are staff's: what is none that routers understand, or could be expanded, is left out.
    let rate = |text: &str| text.parse::<RateLimit>().ok().map(|rate| rate.to_string());
    let mut reply = Map::new();
    let mut put = |name: &str, value: Value| {
        reply.insert(format!("reply:{name}"), json!({ "op": ":=", "value": [value] }));
    };
    let (speed, list) = match (wanted, plan.at_zero) {
        (Profile::Restricted, AtZero::Slow) => (rate(&plan.slow_speed), None),
        (Profile::Restricted, AtZero::Walled) => (rate(&plan.speed), Some(&plan.walled_list)),
        _ => (rate(&plan.speed), None),
    };
    if let Some(speed) = speed {
        put("Mikrotik-Rate-Limit", json!(speed));
    }
    if let Some(list) = list.filter(|list| !list.contains('%')) {
        put("Mikrotik-Address-List", json!(list));
    }
    let left = u64::try_from(posted).unwrap_or(0);
    if plan.at_zero == AtZero::Block && wanted == Profile::Full {
        // Both halves always: a limit of 4 GiB without its upper half is one of zero.
        put("Mikrotik-Total-Limit", json!(left & 0xffff_ffff));
        put("Mikrotik-Total-Limit-Gigawords", json!(left >> 32));
    }
    put("Acct-Interim-Interval", json!(interim_seconds(left, &plan.speed)));
    let class = record::class(app, line.entry.wallet, &Terms::of(plan, wanted));
    put("Class", json!(format!("0x{}", hex::encode(class))));
    Some(reply)
}

/// A third of the time in which what is left could be used up, so that little is overshot; within bounds that routers bear.
fn interim_seconds(left: u64, speed: &str) -> u64 {
    let Ok(limit) = speed.parse::<RateLimit>() else { return INTERIM_SECONDS };
    let bytes_per_second = limit.rates.download.saturating_add(limit.rates.upload) / 8;
    if left == 0 || bytes_per_second == 0 {
        return INTERIM_SECONDS;
    }
    (left / bytes_per_second / 3).clamp(INTERIM_SECONDS_MIN, INTERIM_SECONDS)
}

/// What rlm_rest sends: attributes by name, each with its type and values.
struct Attributes(Map<String, Value>);

impl Attributes {
    fn read(body: &[u8]) -> Result<Attributes, Problem> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(attributes)) => Ok(Attributes(attributes)),
            _ => Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "json_malformed",
                "The body is not rlm_rest's JSON: an object of attributes.",
            )),
        }
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &Value> {
        let values = self.0.get(name).and_then(|attribute| attribute.get("value")).and_then(Value::as_array);
        values.into_iter().flatten()
    }

    fn text(&self, name: &str) -> Option<String> {
        match self.values(name).next()? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Numbers come as such or, from some versions, as text.
    fn number(&self, name: &str) -> Result<Option<u32>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let wrong = || Problem::invalid(name, "invalid_field", format!("{name} is no number of 32 bits."));
        text.parse().map(Some).map_err(|_| wrong())
    }

    fn address(&self, name: &str) -> Option<IpAddr> {
        self.text(name)?.parse().ok()
    }

    fn report(&self, arrival: i64) -> Result<Report, Problem> {
        let status = self.text("Acct-Status-Type").unwrap_or_default();
        let named = STATUSES.iter().find(|(name, _)| *name == status).map(|(_, status)| *status);
        let status = match (named, status.parse()) {
            (Some(status), _) => status,
            (None, Ok(number)) => AccountingStatus::from_number(number),
            // Another name is of a tunnel or a failure: it is noted and nothing else.
            (None, Err(_)) if !status.is_empty() => AccountingStatus::Other(0),
            (None, Err(_)) => {
                let detail = "Acct-Status-Type is missing.";
                return Err(Problem::invalid("Acct-Status-Type", "missing_field", detail));
            }
        };
        let session_id = self.text("Acct-Session-Id");
        if status.is_of_session() && session_id.is_none() {
            let detail = "Acct-Session-Id is missing.";
            return Err(Problem::invalid("Acct-Session-Id", "missing_field", detail));
        }
        let octets = |low: &str, high: &str| -> Result<Option<radius::Octets>, Problem> {
            let gigawords = self.number(high)?;
            Ok(self.number(low)?.map(|low| radius::Octets { low, gigawords }))
        };
        Ok(Report {
            status,
            login: self.text("User-Name"),
            session_id,
            port: self.number("NAS-Port")?,
            port_id: self.text("NAS-Port-Id"),
            nas_ip: self.address("NAS-IP-Address").or_else(|| self.address("NAS-IPv6-Address")),
            nas_identifier: self.text("NAS-Identifier"),
            classes: self.values("Class").filter_map(|value| octets_of(value.as_str()?)).collect(),
            framed_ip: self.text("Framed-IP-Address").and_then(|text| text.parse().ok()),
            upload: octets("Acct-Input-Octets", "Acct-Input-Gigawords")?,
            download: octets("Acct-Output-Octets", "Acct-Output-Gigawords")?,
            session_seconds: self.number("Acct-Session-Time")?,
            rate_limit: self.text("Mikrotik-Rate-Limit"),
            occurred_at: self.told_at(arrival)?.unwrap_or(arrival),
            is_dated: self.told_at(arrival)?.is_some(),
            service: self.service(),
            garden: [self.garden("Input", [80, 82]), self.garden("Output", [81, 83])],
        })
    }

    /// The service that it is of; pieces of a name are put together.
    fn service(&self) -> Option<String> {
        let text = |name: &str| {
            let pieces = self.values(name).filter_map(Value::as_str);
            let name = pieces.map(printed).collect::<String>().trim().to_owned();
            (!name.is_empty()).then_some(name)
        };
        SERVICE_NAMES.iter().find_map(|name| text(name))
    }

    /// One direction of a walled garden. What cannot be read of it is passed over, as in packets: the report is worth more.
    fn garden(&self, direction: &str, numbers: [u8; 2]) -> Option<radius::Octets> {
        let [low, gigawords] = [("Octets", numbers[0]), ("Gigawords", numbers[1])].map(|(what, number)| {
            let named = self.number(&format!("ChilliSpot-Garden-{direction}-{what}")).ok().flatten();
            // FreeRADIUS's dictionary does not know it: it comes as bytes, under its number.
            let unnamed = || octets_of(&self.text(&format!("Attr-26.14559.{number}"))?);
            named.or_else(|| Some(u32::from_be_bytes(unnamed()?.try_into().ok()?)))
        });
        Some(radius::Octets { low: low?, gigawords })
    }

    /// When it happened, if that is told; by the same rule as a packet's.
    fn told_at(&self, arrival: i64) -> Result<Option<i64>, Problem> {
        let believed = arrival - EVENT_BEHIND_MAX_SECONDS..=arrival + EVENT_AHEAD_MAX_SECONDS;
        let told = self.text("Event-Timestamp").and_then(|text| event_seconds(&text));
        let delayed = self.number("Acct-Delay-Time")?.map(|delay| arrival - i64::from(delay));
        Ok([told, delayed].into_iter().flatten().find(|time| believed.contains(time)))
    }
}

/// Seconds since the epoch of `Nov 21 2026 12:00:00 UTC` or of a number. FreeRADIUS writes the zone of its machine: by its offset, as
/// `-03` in Brazil, where it has no other name. Any other name but UTC tells no offset for sure, and is not believed.
fn event_seconds(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (date, zone) = text.rsplit_once(' ')?;
    let date = DateTime::strptime("%b %d %Y %H:%M:%S", date).ok()?;
    let by_utc = date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
    by_utc.checked_sub(offset_seconds(zone)?)
}

/// By how much a zone is ahead of UTC: `UTC`, `GMT`, `-03`, `+0530`.
fn offset_seconds(zone: &str) -> Option<i64> {
    if matches!(zone, "UTC" | "GMT") {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let digits = zone.strip_prefix(['-', '+'])?;
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = digits.split_at(2);
    let minutes = if minutes.is_empty() { 0 } else { minutes.parse().ok()? };
    let seconds = hours.parse::<i64>().ok()? * 3_600 + minutes * 60;
    Some(sign * seconds)
}

/// Text as such, or as the bytes that FreeRADIUS writes of attributes that it does not know.
fn printed(text: &str) -> String {
    let bytes = text.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok());
    bytes.map_or_else(|| text.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// `0x6162` as FreeRADIUS writes bytes.
fn octets_of(text: &str) -> Option<Vec<u8>> {
    match text.strip_prefix("0x") {
        Some(digits) => hex::decode(digits).ok(),
        None => Some(text.as_bytes().to_vec()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use super::*;

    /// Nov 21 2026 12:00:40 UTC.
    const ARRIVAL: i64 = 1_795_262_440;

    fn read(attributes: Value) -> Result<Report, Problem> {
        let body = serde_json::to_vec(&attributes).expect("JSON");
        Attributes::read(&body).expect("attributes").report(ARRIVAL)
    }

    #[test]
    fn a_report_as_freeradius_sends_it() {
        let report = read(json!({
            "User-Name": {"type": "string", "value": ["joao"]},
            "Acct-Status-Type": {"type": "integer", "value": ["Interim-Update"]},
            "Acct-Session-Id": {"type": "string", "value": ["81000001"]},
            "NAS-IP-Address": {"type": "ipaddr", "value": ["10.0.0.1"]},
            "Acct-Input-Octets": {"type": "integer", "value": [4_000_000_000_u32]},
            "Acct-Input-Gigawords": {"type": "integer", "value": [1]},
            "Acct-Output-Octets": {"type": "integer", "value": [7]},
            "Event-Timestamp": {"type": "date", "value": ["Nov 21 2026 12:00:00 UTC"]},
            "Class": {"type": "octets", "value": ["0x61693a31"]},
        }));
        let report = report.expect("a report");
        assert_eq!(report.status, AccountingStatus::InterimUpdate);
        assert_eq!(report.upload, Some(radius::Octets { low: 4_000_000_000, gigawords: Some(1) }));
        assert_eq!(report.download, Some(radius::Octets { low: 7, gigawords: None }), "not sent is not zero");
        assert_eq!((report.occurred_at, report.is_dated), (ARRIVAL - 40, true));
        assert_eq!(report.naming_class(), Some(b"ai:1".as_slice()));
        assert_eq!(report.nas_ip, Some([10, 0, 0, 1].into()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let status = json!({"type": "integer", "value": ["Start"]});
        for (attributes, field) in [
            (json!({}), "Acct-Status-Type"),
            (json!({"Acct-Status-Type": status}), "Acct-Session-Id"),
            (
                json!({"Acct-Status-Type": status, "Acct-Session-Id": {"value": ["1"]},
                    "Acct-Input-Octets": {"value": ["-1"]}}),
                "Acct-Input-Octets",
            ),
        ] {
            assert_eq!(read(attributes).err().and_then(|problem| problem.field).as_deref(), Some(field));
        }
        for body in ["", "[]", "7", "{"] {
            assert!(Attributes::read(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn times_that_can_be_believed() {
        for (text, expected) in [
            ("Nov 21 2026 12:00:00 UTC", Some(ARRIVAL - 40)),
            ("Nov  1 2026 12:00:00 GMT", Some(ARRIVAL - 40 - 20 * 86_400)),
            ("1795262400", Some(ARRIVAL - 40)),
            ("Nov 21 2026 09:00:00 -03", Some(ARRIVAL - 40)),
            ("Nov 21 2026 17:30:00 +0530", Some(ARRIVAL - 40)),
            ("Nov 21 2026 09:00:00 -3", None),
            ("Nov 21 2026 09:00:00 -0x", None),
            ("Nov 21 2026 09:00:00", None),
            ("Nov 21 2026 12:00:00 BST", None),
            ("yesterday", None),
        ] {
            assert_eq!(event_seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn the_less_is_left_the_more_often_it_is_reported() {
        for (left, speed, expected) in [
            (0, "10M/50M", 300),
            (1_000_000_000_000, "10M/50M", 300),
            (1_350_000_000, "10M/50M", 60),
            (900_000_000, "8M/24M", 75),
            (900_000_000, "fast", 300),
        ] {
            assert_eq!(interim_seconds(left, speed), expected, "{left} at {speed}");
        }
    }
}
