//! `/v1/events` and `/api/v1/events`: use as CloudEvents 1.0, one by one or in batches, in the forms of its HTTP binding
//! (structured, batched, binary) and as OpenMeter's SDKs send it.
//!
//! An event says: `type` is the meter's slug, `subject` who used, `time` when (now, if it says nothing), and for a meter that
//! sums, `data` holds the number. Attributes that we do not know are extensions and passed over, as CloudEvents wants it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use book::{Act, Command, CommandKey, EntryRef, KeySpace, MeterNo, UseStage};
use engine::Outcome;
use money::{DecimalError, Quantity, Timestamp, WalletId};
use serde::Serialize;
use serde_json::value::RawValue;
use store::tables::catalog::MeterAggregation;
use utoipa::ToSchema;

use super::Api;
use super::access::{By, UsageWrite};
use super::known_wallets;
use super::request::{content_type, read_bytes, read_json, wrong_content_type};
use super::wire::read_time;
use crate::problem::Problem;
use crate::sold::Sold;

/// Most events of one batch.
pub(super) const BATCH_LEN_MAX: usize = 1_000;
/// Longest `id`, `source` and `subject` of an event, in bytes.
pub(super) const ATTRIBUTE_BYTES_MAX: usize = 255;
/// Largest exponent of a number that is looked at: with more no quantity can be counted, unless it is zero.
const EXPONENT_MAX: i64 = 300;
/// The version of CloudEvents that is understood.
const SPEC_VERSION: &str = "1.0";
const STRUCTURED: &str = "application/cloudevents+json";
const BATCHED: &str = "application/cloudevents-batch+json";
const PLAIN: &str = "application/json";

/// An event's attributes as they came.
type Attributes = BTreeMap<String, Box<RawValue>>;

/// What was sent.
enum Sent {
    One(Attributes),
    Many(Vec<Attributes>),
}

/// Use reported as a CloudEvent. Further attributes are extensions and passed over.
#[derive(ToSchema)]
#[allow(dead_code, reason = "says in the document what is read attribute by attribute")]
pub(super) struct UsageEvent {
    /// `1.0`
    specversion: String,
    /// Names the event within its source, 1 to 255 bytes. The same id, source, subject and time count once.
    id: String,
    /// Who tells, 1 to 255 bytes.
    source: String,
    /// The meter's slug.
    r#type: String,
    /// Who used: a customer's id or one of its subjects.
    subject: String,
    /// When, RFC 3339 with offset; now, if nothing is said. At most 5 minutes ahead, at most `lateness_max` ago.
    time: Option<String>,
    /// For a meter that sums: holds the number in the meter's field, as a JSON number or decimal text.
    data: Option<serde_json::Value>,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum EventFate {
    /// It is counted, durably.
    Accepted,
    /// It was counted before.
    Duplicate,
    /// It is not counted.
    Refused,
}

/// What became of one event.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventOutcome {
    /// Its place in the request, from 0.
    index: usize,
    /// The event's id, if it had one.
    id: Option<String>,
    /// What became of it.
    outcome: EventFate,
    /// Where the journal has it, `ent_…`.
    entry: Option<String>,
    /// Why it was refused: a stable code.
    code: Option<&'static str>,
    /// Why it was refused, in words.
    detail: Option<String>,
    /// The attribute that is wrong.
    field: Option<String>,
}

/// What became of each event.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventOutcomes {
    /// One outcome per event, in order.
    data: Vec<EventOutcome>,
}

/// Report use. Several events may be sent as a JSON array; one that is refused leaves the others as they are.
///
/// Events carry their own id, so no `Idempotency-Key` is needed: what was sent twice counts once.
#[utoipa::path(post, path = "/v1/events", tag = "usage",
    request_body(content(
        (UsageEvent = "application/cloudevents+json"),
        (Vec<UsageEvent> = "application/cloudevents-batch+json"),
        (UsageEvent = "application/json"),
    )),
    responses((status = 200, description = "One outcome per event. A single event that is refused is a problem.", body = EventOutcomes)))]
pub(super) async fn report(
    State(api): State<Arc<Api>>,
    _by: By<UsageWrite>,
    request: Request,
) -> Result<Json<EventOutcomes>, Problem> {
    let sent = read_events(request).await?;
    let single = matches!(sent, Sent::One(_));
    let mut reports = count(&api, sent).await?;
    if single
        && let Some(Err(problem)) = reports.pop_if(|(_, report)| report.is_err()).map(|(_, report)| report)
    {
        return Err(problem);
    }
    let data = reports.into_iter().enumerate().map(|(index, (id, report))| outcome(index, id, report));
    Ok(Json(EventOutcomes { data: data.collect() }))
}

/// Report use with OpenMeter's SDKs. 204 once all events are counted; sent again, those that were counted stay so.
#[utoipa::path(post, path = "/api/v1/events", tag = "usage",
    request_body(content(
        (UsageEvent = "application/cloudevents+json"),
        (Vec<UsageEvent> = "application/cloudevents-batch+json"),
    )),
    responses((status = 204, description = "All events are counted, durably."),
        (status = 400, description = "Some were refused: `events` says which and why. The others are counted.")))]
pub(super) async fn report_as_openmeter(
    State(api): State<Arc<Api>>,
    _by: By<UsageWrite>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let sent = read_events(request).await?;
    let reports = count(&api, sent).await?;
    let outcomes = reports.into_iter().enumerate().map(|(index, (id, report))| outcome(index, id, report));
    let refused: Vec<EventOutcome> = outcomes.filter(|one| one.outcome == EventFate::Refused).collect();
    let Some(first) = refused.first() else { return Ok(StatusCode::NO_CONTENT) };
    let why = first.detail.clone().unwrap_or_default();
    let detail = format!("{} of the events were refused, the first because: {why}", refused.len());
    let problem = Problem::new(StatusCode::BAD_REQUEST, "events_refused", detail);
    Err(problem.with("events", serde_json::to_value(&refused).unwrap_or_default()))
}

/// What was counted, or why not, with the event's id.
type Report = (Option<String>, Result<(EventFate, EntryRef), Problem>);

fn outcome(index: usize, id: Option<String>, report: Result<(EventFate, EntryRef), Problem>) -> EventOutcome {
    match report {
        Ok((outcome, entry)) => EventOutcome {
            index,
            id,
            outcome,
            entry: Some(entry.id().to_string()),
            code: None,
            detail: None,
            field: None,
        },
        Err(problem) => EventOutcome {
            index,
            id,
            outcome: EventFate::Refused,
            entry: None,
            code: Some(problem.code),
            detail: Some(problem.detail),
            field: problem.field,
        },
    }
}

async fn read_events(request: Request) -> Result<Sent, Problem> {
    let headers = request.headers().clone();
    let kind = content_type(&headers);
    if headers.contains_key("ce-specversion") {
        let body = read_bytes(request).await?;
        return binary(&headers, &kind, &body).map(Sent::One);
    }
    if ![STRUCTURED, BATCHED, PLAIN].contains(&kind.as_str()) {
        return Err(wrong_content_type(&format!("{STRUCTURED}, {BATCHED} or {PLAIN}"), &kind));
    }
    let body = read_bytes(request).await?;
    let begins_array = body.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'[');
    if kind == STRUCTURED || (kind == PLAIN && !begins_array) {
        return read_json(&body).map(Sent::One);
    }
    let events: Vec<Attributes> = read_json(&body)?;
    if events.len() > BATCH_LEN_MAX {
        let detail = format!("A batch may have at most {BATCH_LEN_MAX} events.");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "batch_too_long", detail));
    }
    Ok(Sent::Many(events))
}

/// Binary mode: the attributes are headers, the body is the data.
fn binary(headers: &HeaderMap, kind: &str, body: &[u8]) -> Result<Attributes, Problem> {
    let mut attributes = Attributes::new();
    for (name, value) in headers {
        let Some(name) = name.as_str().strip_prefix("ce-") else { continue };
        let text = percent_decoded(value.as_bytes()).ok_or_else(|| {
            Problem::invalid(name, "invalid_field", format!("The header ce-{name} is not text."))
        })?;
        let raw = serde_json::value::to_raw_value(&text);
        attributes.insert(name.to_owned(), raw.map_err(|e| Problem::internal(&anyhow::Error::new(e)))?);
    }
    if !body.is_empty() {
        if kind != PLAIN {
            return Err(wrong_content_type(PLAIN, kind));
        }
        attributes.insert("data".to_owned(), read_json(body)?);
    }
    Ok(attributes)
}

/// Text of a header in which other bytes than plain ASCII stand as `%xx`.
fn percent_decoded(bytes: &[u8]) -> Option<String> {
    let mut text = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, behind @ ..] = rest {
        rest = match (first, behind) {
            (b'%', [high, low, behind @ ..]) => {
                let digits = [*high, *low];
                text.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
                behind
            }
            _ => {
                text.push(*first);
                behind
            }
        };
    }
    String::from_utf8(text).ok()
}

/// An event whose words have been understood.
struct Understood {
    id: String,
    source: String,
    meter: MeterNo,
    subject: String,
    time: Option<Timestamp>,
    quantity: Quantity,
}

/// Counts what can be counted; the book decides all of it as one request.
async fn count(api: &Api, sent: Sent) -> Result<Vec<Report>, Problem> {
    let events = match sent {
        Sent::One(event) => vec![event],
        Sent::Many(events) => events,
    };
    let sold = api.app.sold();
    let understood: Vec<_> =
        events.iter().map(|event| (text(event, "id").ok().flatten(), understand(event, &sold))).collect();
    let subjects = understood.iter().filter_map(|(_, event)| event.as_ref().ok()).map(|e| e.subject.as_str());
    let wallets = known_wallets::of_subjects(api, subjects).await?;
    let arrived_at = api.app.ledger.now();
    let mut commands = Vec::with_capacity(understood.len());
    let mut reports = Vec::with_capacity(understood.len());
    for (id, event) in understood {
        let command = event.and_then(|event| match wallets.get(&event.subject) {
            Some(wallet) => Ok(command(api, &event, *wallet, arrived_at)),
            None => {
                let detail = format!("subject {:?} belongs to no customer.", event.subject);
                Err(Problem::invalid("subject", "subject_unknown", detail))
            }
        });
        reports.push((id, command.map(|command| commands.push(command))));
    }
    let mut outcomes = api.app.ledger.submit(commands).await?.into_iter();
    let mut counted = Vec::with_capacity(reports.len());
    for (id, report) in reports {
        let report = match report.map(|()| outcomes.next()) {
            Ok(Some(Outcome::Decided { entry, .. })) => Ok((EventFate::Accepted, entry)),
            Ok(Some(Outcome::Repeated { entry })) => Ok((EventFate::Duplicate, entry)),
            Ok(Some(Outcome::Refused(refusal))) => Err(refusal.into()),
            Ok(None) => return Err(Problem::internal(&anyhow::anyhow!("the ledger answered too little"))),
            Err(problem) => Err(problem),
        };
        counted.push((id, report));
    }
    Ok(counted)
}

fn command(api: &Api, event: &Understood, wallet: WalletId, arrived_at: Timestamp) -> Command {
    let occurred_at = event.time.unwrap_or(arrived_at);
    let act = Act::Use {
        wallet,
        meter: event.meter,
        quantity: event.quantity,
        occurred_at,
        stage: UseStage::Reported,
    };
    // Without a time of its own an event is looked for among those that arrived lately.
    let space = if event.time.is_some() { KeySpace::Event } else { KeySpace::Request };
    let wallet = wallet.as_u128().to_be_bytes();
    let name = [&wallet[..], event.source.as_bytes(), event.id.as_bytes()];
    let meter = event.meter.0.to_be_bytes();
    let quantity = event.quantity.millionths().to_be_bytes();
    let time = event.time.map_or_else(Vec::new, |time| time.as_micros().to_be_bytes().to_vec());
    let hashes = &api.app.hashes;
    let key = CommandKey {
        space,
        key: hashes.hash128("event", &name),
        body: hashes.hash64("event", &[&meter, &quantity, &time]),
    };
    Command { key: Some(key), act }
}

fn understand(event: &Attributes, sold: &Sold) -> Result<Understood, Problem> {
    let specversion = required(event, "specversion")?;
    if specversion != SPEC_VERSION {
        let detail = format!("specversion must be {SPEC_VERSION}.");
        return Err(Problem::invalid("specversion", "specversion_unknown", detail));
    }
    if let Some(name) = event.keys().find(|name| !is_attribute_name(name)) {
        let detail = format!("{name} is not an attribute's name: those are made of a-z and 0-9.");
        return Err(Problem::invalid(name, "unknown_field", detail));
    }
    let id = required(event, "id")?;
    let source = required(event, "source")?;
    let kind = required(event, "type")?;
    let subject = required(event, "subject")?;
    let time = text(event, "time")?.map(|text| read_time("time", &text)).transpose()?;
    let Some(meter) = sold.meter(&kind) else {
        return Err(Problem::invalid(
            "type",
            "meter_unknown",
            format!("type {kind:?} is not a meter's slug."),
        ));
    };
    let quantity = match (meter.aggregation, &meter.sum_field) {
        (MeterAggregation::Sum, Some(field)) => summed(event, field)?,
        _ => Quantity::ONE,
    };
    Ok(Understood { id, source, meter: MeterNo(meter.meter_no), subject, time, quantity })
}

/// As the specification of CloudEvents has it; `data_base64` is the one name with another character.
fn is_attribute_name(name: &str) -> bool {
    name == "data_base64"
        || (!name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

fn text(event: &Attributes, name: &str) -> Result<Option<String>, Problem> {
    let Some(raw) = event.get(name).filter(|raw| raw.get() != "null") else { return Ok(None) };
    serde_json::from_str(raw.get())
        .map(Some)
        .map_err(|_| Problem::invalid(name, "invalid_field", format!("{name} must be text.")))
}

fn required(event: &Attributes, name: &str) -> Result<String, Problem> {
    let Some(text) = text(event, name)? else {
        return Err(Problem::invalid(name, "missing_field", format!("{name} is missing.")));
    };
    if text.is_empty() || text.len() > ATTRIBUTE_BYTES_MAX {
        let detail = format!("{name} must have 1 to {ATTRIBUTE_BYTES_MAX} bytes.");
        return Err(Problem::invalid(name, "invalid_field", detail));
    }
    Ok(text)
}

/// The number in `data`'s field, exactly as it was written.
fn summed(event: &Attributes, field: &str) -> Result<Quantity, Problem> {
    let name = format!("data.{field}");
    let missing = || Problem::invalid(&name, "missing_field", format!("{name} is missing."));
    let data = event.get("data").ok_or_else(missing)?;
    let data: BTreeMap<String, &RawValue> = serde_json::from_str(data.get())
        .map_err(|_| Problem::invalid("data", "invalid_field", "data must be a JSON object."))?;
    let number = data.get(field).ok_or_else(missing)?.get();
    let decimal = match serde_json::from_str::<String>(number) {
        Ok(text) => Ok(text),
        Err(_) => without_exponent(number),
    };
    let quantity = decimal
        .and_then(|decimal| Quantity::parse(&decimal))
        .map_err(|error| Problem::invalid(&name, "invalid_quantity", wrong_quantity(&name, error)))?;
    if quantity < Quantity::ZERO {
        let detail = format!("{name} must not be below zero.");
        return Err(Problem::invalid(&name, "quantity_negative", detail));
    }
    Ok(quantity)
}

/// What is wrong with a quantity, in words.
fn wrong_quantity(name: &str, error: DecimalError) -> String {
    match error {
        DecimalError::Malformed => format!("{name} must be a number, or decimal text like \"24.75\"."),
        DecimalError::OverPrecise { decimals } => {
            format!("{name} must have at most {decimals} decimal places: finer quantities are not counted.")
        }
        DecimalError::OutOfRange => {
            let max = Quantity::from_millionths(i64::MAX).to_decimal();
            format!("{name} must be at most {max}.")
        }
    }
}

/// A JSON number as plain decimal text, exactly: `1.5E2` is `150`. What is no number is left to whoever reads it.
fn without_exponent(number: &str) -> Result<String, DecimalError> {
    let is_number = number.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let Some((mantissa, exponent)) = number.split_once(['e', 'E']).filter(|_| is_number) else {
        return Ok(number.to_owned());
    };
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.bytes().chain(fraction.bytes()).all(|digit| digit == b'0') {
        return Ok("0".to_owned());
    }
    let shift: i64 = match exponent.parse() {
        Ok(shift) if (-EXPONENT_MAX..=EXPONENT_MAX).contains(&shift) => shift,
        _ if exponent.starts_with('-') => {
            return Err(DecimalError::OverPrecise { decimals: Quantity::DECIMALS });
        }
        _ => return Err(DecimalError::OutOfRange),
    };
    let zeros = "0".repeat(usize::try_from(shift.unsigned_abs()).unwrap_or(0));
    let digits = format!("{zeros}{whole}{fraction}{zeros}");
    let before = zeros.len() + whole.len();
    let point = if shift < 0 { before - zeros.len() } else { before + zeros.len() };
    let (whole, fraction) = digits.split_at(point);
    Ok(format!("{sign}{whole}.{fraction}0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(text: &str) -> Attributes {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn numbers_are_read_exactly() {
        let cases = [
            (r#"{"data":{"n":0.1}}"#, Ok(100_000)),
            (r#"{"data":{"n":"12.000001"}}"#, Ok(12_000_001)),
            (r#"{"data":{"n":9007199254740993}}"#, Err("invalid_quantity")),
            (r#"{"data":{"n":9007199254741}}"#, Ok(9_007_199_254_741_000_000)),
            (r#"{"data":{"n":0.0000001}}"#, Err("invalid_quantity")),
            (r#"{"data":{"n":-1}}"#, Err("quantity_negative")),
            (r#"{"data":{"n":1E2}}"#, Ok(100_000_000)),
            (r#"{"data":{"n":1e+2}}"#, Ok(100_000_000)),
            (r#"{"data":{"n":1.5e2}}"#, Ok(150_000_000)),
            (r#"{"data":{"n":12345e-2}}"#, Ok(123_450_000)),
            (r#"{"data":{"n":0.000001e6}}"#, Ok(1_000_000)),
            (r#"{"data":{"n":100.0}}"#, Ok(100_000_000)),
            (r#"{"data":{"n":100.00000000000000000000}}"#, Ok(100_000_000)),
            (r#"{"data":{"n":0e999999999999999999999}}"#, Ok(0)),
            (r#"{"data":{"n":1e-6}}"#, Ok(1)),
            (r#"{"data":{"n":1e-7}}"#, Err("invalid_quantity")),
            (r#"{"data":{"n":1e-99999999999999999999}}"#, Err("invalid_quantity")),
            (r#"{"data":{"n":1e99999999999999999999}}"#, Err("invalid_quantity")),
            (r#"{"data":{"n":1e13}}"#, Err("invalid_quantity")),
            (r#"{"data":{"n":-1e0}}"#, Err("quantity_negative")),
            (r#"{"data":{"n":"1e2"}}"#, Err("invalid_quantity")),
            (r#"{"data":{"n":true}}"#, Err("invalid_quantity")),
            (r#"{"data":{}}"#, Err("missing_field")),
            (r#"{"data":[1]}"#, Err("invalid_field")),
            ("{}", Err("missing_field")),
        ];
        for (text, expected) in cases {
            let read = summed(&attributes(text), "n").map(Quantity::millionths).map_err(|p| p.code);
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn headers_are_decoded() {
        assert_eq!(percent_decoded(b"S%C3%A3o%20Paulo").as_deref(), Some("São Paulo"));
        assert_eq!(percent_decoded(b"50%").as_deref(), Some("50%"));
        assert_eq!(percent_decoded(b"%zz"), None);
        assert_eq!(percent_decoded(b"%ff"), None);
    }
}
