//! The OpenAPI document, made from the handlers; what holds for every route is said here once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::request::IDEMPOTENCY_KEY_BYTES_MAX;
use super::{
    Api, api_keys, audit_log, automatic_topup, boletos, charges, clock, customers, entries, events, grants,
    guard, invoices, line_acts, lines, meters, packs, payments, plans, purchases, refunds, routers, subjects,
    subscribers, test_clock, topups, wallets, webhook_deliveries, webhook_endpoints, webhook_messages,
};
use crate::{nas, webhooks};

const DESCRIPTION: &str = "\
Prepaid credit: customers, their wallets, what adds credit and what takes it. And what an internet provider sells: plans, packs, lines with \
their allowances, purchases, and the documents that collect them.

**Keys.** Send `Authorization: Bearer sk_saldo_…`. Each operation names the scope that the key needs; `write` holds `read` of the \
same group, `*` holds all. A customer's own key (`ck_saldo_…`) opens the guard and nothing else.

**Once.** Every write but events needs the header `Idempotency-Key`, new for each wish, and is remembered for 7 days: the same \
request again gets the first answer, another one under the same key is refused with 409 `idempotency_key_reused`, also when both come \
at the same moment. A request that was refused is not remembered. Events carry their own id. The one thing that no answer shows twice \
is a new secret: that of a key, or of a webhook endpoint.

**Amounts** are decimal text with their unit, exact: `{\"amount\": \"24.75\", \"unit\": \"USD\"}`. **Times** are RFC 3339. **Lists** give \
`data` and `next_cursor`; send that as `cursor` for the rows behind. A field of a query that the operation does not know is refused \
(`invalid_query`), as one of a body is (`unknown_field`).

**Problems** are RFC 9457 JSON with a `code` that never changes, a `detail` in words, the `field` that is wrong where there is one, and \
the `request_id`. Nothing was changed, unless the code is `outcome_unknown`: then the same request with the same key tells.";

/// What goes wrong with any operation: status, name among the components, and when.
const PROBLEMS: [(&str, &str, &str); 9] = [
    ("400", "Malformed", "The body is not JSON (`json_malformed`), or `Idempotency-Key` is missing."),
    ("401", "Unauthorized", "There is no key (`key_missing`), or it is unknown or revoked (`key_invalid`)."),
    ("403", "Forbidden", "The key lacks the scope (`scope_missing`) or is a customer's (`key_of_customer`)."),
    ("404", "NotFound", "There is nothing of this id (`not_found`)."),
    (
        "409",
        "Conflict",
        "The key was used with another body (`idempotency_key_reused`), or what must be unique is taken.",
    ),
    ("413", "TooLarge", "The body is longer than `server.body_bytes_max` (`body_too_large`)."),
    ("415", "WrongType", "The body is of another content type (`content_type_wrong`)."),
    ("422", "Invalid", "A field is wrong; `field` names it, `code` says how."),
    ("429", "TooMany", "The key asks too often (`rate_limited`): come again after `Retry-After` seconds."),
];
/// The last of them, which the ledger answers.
const UNAVAILABLE: (&str, &str, &str) = (
    "503",
    "Unavailable",
    "Nothing was done (`not_attempted`), or nobody knows yet (`outcome_unknown`): repeat it with the same key after `Retry-After` seconds.",
);

/// The routes that need an operator's key, with their description.
pub(super) fn operator_routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(customers::list, customers::create))
        .routes(routes!(customers::get, customers::change))
        .routes(routes!(wallets::of_customer))
        .routes(routes!(wallets::get))
        .routes(routes!(wallets::freeze))
        .routes(routes!(entries::list))
        .routes(routes!(entries::explain))
        .routes(routes!(entries::usage))
        .routes(routes!(subjects::list, subjects::create))
        .routes(routes!(subjects::delete))
        .routes(routes!(grants::list, grants::create))
        .routes(routes!(grants::deduct))
        .routes(routes!(charges::create))
        .routes(routes!(charges::create_batch))
        .routes(routes!(charges::get))
        .routes(routes!(charges::reverse))
        .routes(routes!(events::report))
        .routes(routes!(events::report_as_openmeter))
        .routes(routes!(meters::list, meters::create))
        .routes(routes!(meters::get))
        .routes(routes!(meters::list_prices, meters::create_price))
        .routes(routes!(plans::list, plans::create))
        .routes(routes!(plans::get, plans::change))
        .routes(routes!(packs::list, packs::create))
        .routes(routes!(packs::get, packs::change))
        .routes(routes!(lines::list, lines::create))
        .routes(routes!(lines::get))
        .routes(routes!(line_acts::change_plan))
        .routes(routes!(line_acts::set_status))
        .routes(routes!(line_acts::add_use))
        .routes(routes!(line_acts::set_access_login))
        .routes(routes!(routers::list, routers::create))
        .routes(routes!(routers::get, routers::change, routers::remove))
        .routes(routes!(purchases::list, purchases::create))
        .routes(routes!(purchases::get))
        .routes(routes!(purchases::cancel))
        .routes(routes!(subscribers::list, subscribers::create))
        .routes(routes!(subscribers::get, subscribers::change))
        .routes(routes!(invoices::list))
        .routes(routes!(invoices::get))
        .routes(routes!(boletos::list))
        .routes(routes!(boletos::get))
        .routes(routes!(boletos::write_off))
        .routes(routes!(topups::list, topups::create))
        .routes(routes!(topups::get))
        .routes(routes!(topups::cancel))
        .routes(routes!(automatic_topup::get, automatic_topup::put, automatic_topup::delete))
        .routes(routes!(payments::list))
        .routes(routes!(payments::get))
        .routes(routes!(refunds::create, refunds::list))
        .routes(routes!(webhook_endpoints::list, webhook_endpoints::create))
        .routes(routes!(webhook_endpoints::get, webhook_endpoints::change, webhook_endpoints::delete))
        .routes(routes!(webhook_endpoints::rotate))
        .routes(routes!(webhook_endpoints::test))
        .routes(routes!(webhook_messages::list))
        .routes(routes!(webhook_deliveries::list))
        .routes(routes!(webhook_deliveries::get))
        .routes(routes!(webhook_deliveries::redeliver))
        .routes(routes!(api_keys::list, api_keys::create))
        .routes(routes!(api_keys::revoke))
        .routes(routes!(audit_log::list))
        .routes(routes!(clock::get))
        .routes(routes!(clock::confirm))
        .routes(routes!(test_clock::get))
        .routes(routes!(test_clock::advance))
}

/// The whole document.
pub fn document() -> Value {
    let guard = OpenApiRouter::<Arc<Api>>::new().routes(routes!(guard::guard));
    let mut made = operator_routes().merge(guard).into_openapi();
    made.merge(nas::Described::openapi());
    made.merge(webhooks::Described::openapi());
    // Plain data with text for keys: this cannot fail.
    let mut document = serde_json::to_value(&made).unwrap_or_default();
    document["info"] = json!({
        "title": "Saldo",
        "version": env!("CARGO_PKG_VERSION"),
        "description": DESCRIPTION,
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    });
    document["security"] = json!([{"operator": []}]);
    add_components(&mut document["components"]);
    if let Value::Object(paths) = &mut document["paths"] {
        for (path, item) in paths {
            let Value::Object(operations) = item else { continue };
            for (method, operation) in operations {
                complete(path, method, operation);
            }
        }
    }
    document
}

/// `GET /v1/openapi.json`
pub(super) async fn serve(State(api): State<Arc<Api>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], api.document.clone())
}

fn add_components(components: &mut Value) {
    components["securitySchemes"] = json!({
        "operator": {"type": "http", "scheme": "bearer", "description": "An operator's key, `sk_saldo_…`."},
        "operator_basic": {"type": "http", "scheme": "basic",
            "description": "An operator's key with the scope `radius:write` as the password; any name."},
        "customer": {"type": "http", "scheme": "bearer",
            "description": "A customer's own key, `ck_saldo_…`; the header `X-Api-Key` is taken too."},
    });
    components["schemas"]["Problem"] = json!({
        "type": "object",
        "description": "Why a request was not done (RFC 9457).",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": {"type": "string", "const": "about:blank"},
            "title": {"type": "string", "description": "The status in words."},
            "status": {"type": "integer"},
            "code": {"type": "string", "description": "Stable: what a program decides by."},
            "detail": {"type": "string", "description": "A sentence for people."},
            "field": {"type": "string", "description": "The field that is wrong, as `amount.unit`."},
            "errors": {"type": "array", "description": "All that is wrong, where it is more than one thing; the first is told above.",
                "items": {"type": "object", "required": ["code", "detail", "field"], "properties": {
                    "code": {"type": "string"}, "detail": {"type": "string"}, "field": {"type": ["string", "null"]}}}},
            "request_id": {"type": "string", "description": "The name of this request in our logs."},
        },
    });
    components["parameters"]["IdempotencyKey"] = json!({
        "name": "Idempotency-Key", "in": "header", "required": true,
        "description": "New for each wish; the same for each try of it.",
        "schema": {"type": "string", "minLength": 1, "maxLength": IDEMPOTENCY_KEY_BYTES_MAX},
    });
    for (_, name, description) in PROBLEMS.into_iter().chain([UNAVAILABLE]) {
        let schema = json!({"$ref": "#/components/schemas/Problem"});
        components["responses"][name] = json!({
            "description": description,
            "content": {"application/problem+json": {"schema": schema}},
        });
    }
}

/// Says of one operation what holds for all of its kind.
fn complete(path: &str, method: &str, operation: &mut Value) {
    operation["operationId"] = json!(operation_id(path, method));
    if let Some(security) = own_security(path, operation["tags"][0].as_str()) {
        operation["security"] = security;
        if let Value::Object(responses) = &mut operation["responses"] {
            name_problems(responses);
            // FreeRADIUS's 404 says all by its number.
            if let Some(nobody) = responses.get_mut("404").and_then(Value::as_object_mut) {
                nobody.remove("content");
            }
        }
        return;
    }
    let scope = scope(operation["tags"][0].as_str().unwrap_or_default(), method);
    operation["security"] = json!([{"operator": [scope]}]);
    let description = operation["description"].as_str().map(|text| format!("{text}\n\n")).unwrap_or_default();
    operation["description"] = json!(format!("{description}Needs the scope `{scope}`."));
    let writes = method != "get" && !path.ends_with("/events");
    if writes {
        let parameter = json!({"$ref": "#/components/parameters/IdempotencyKey"});
        match &mut operation["parameters"] {
            Value::Array(parameters) => parameters.push(parameter),
            none => *none = json!([parameter]),
        }
    }
    let has_body = operation.get("requestBody").is_some();
    let Value::Object(responses) = &mut operation["responses"] else { return };
    for (status, name, _) in PROBLEMS.into_iter().chain([UNAVAILABLE]) {
        let happens = match status {
            "400" => writes || has_body,
            "404" => path.contains('{'),
            "409" => writes,
            "413" | "415" => has_body,
            _ => true,
        };
        if happens {
            let whole = json!({"$ref": format!("#/components/responses/{name}")});
            responses.entry(status).or_insert(whole);
        }
    }
    name_problems(responses);
}

/// How the doors beside `/v1` know who asks; none of them takes an idempotency key.
fn own_security(path: &str, tag: Option<&str>) -> Option<Value> {
    match tag {
        _ if path == guard::GUARD_PATH => Some(json!([{"customer": []}])),
        Some("radius") => Some(json!([{"operator": [nas::SCOPE]}, {"operator_basic": []}])),
        // What proves a callback is in its description: a header over the body, or the address.
        Some("webhooks") => Some(json!([])),
        _ => None,
    }
}

/// Says of what an operation refuses in its own words that it is a problem like the others.
fn name_problems(responses: &mut Map<String, Value>) {
    for (status, response) in responses {
        if status.as_str() >= "400" && response.get("$ref").is_none() && response.get("content").is_none() {
            let schema = json!({"$ref": "#/components/schemas/Problem"});
            response["content"] = json!({"application/problem+json": {"schema": schema}});
        }
    }
}

/// `get_customers_by_id` for `GET /v1/customers/{id}`: unique, and it stays when handlers are renamed.
fn operation_id(path: &str, method: &str) -> String {
    let words = path.split('/').filter(|word| !word.is_empty() && *word != "v1").map(|word| {
        let word = word.replace('-', "_");
        word.strip_prefix('{').map_or(word.clone(), |name| format!("by_{}", name.trim_end_matches('}')))
    });
    std::iter::once(method.to_owned()).chain(words).collect::<Vec<_>>().join("_")
}

/// The scope that operations of this tag need. A test asks each of them.
fn scope(tag: &str, method: &str) -> String {
    let group = match tag {
        "wallets" | "grants" | "charges" => "credit",
        "meters" => "catalog",
        "plans" | "packs" => "plans",
        "lines" | "purchases" => "lines",
        "subscribers" => "customers",
        "invoices" | "boletos" => "invoices",
        "topups" | "payments" => "payments",
        "webhook endpoints" | "webhook messages" | "webhook deliveries" => "webhooks",
        "api keys" => return "keys:write".to_owned(),
        "clock" | "test clock" if method == "get" => "credit",
        "clock" | "test clock" => "clock",
        same => same,
    };
    let verb = if method == "get" { "read" } else { "write" };
    format!("{group}:{verb}")
}
