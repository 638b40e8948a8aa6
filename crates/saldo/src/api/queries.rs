//! Which fields the query of each operation may have: those that its description names. Any other is refused, on every route alike, so
//! that nobody believes that he asked for what was never read; so is a value that holds a zero character.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use super::Api;
use crate::problem::Problem;
use crate::zeros;

/// The fields of each operation.
#[derive(Debug)]
pub(super) struct Queries(HashMap<(String, String), BTreeSet<String>>);

impl Queries {
    /// What the OpenAPI document says.
    pub(super) fn described(document: &Value) -> Queries {
        let mut queries = HashMap::new();
        let paths = document["paths"].as_object().into_iter().flatten();
        for (path, operations) in paths {
            for (method, operation) in operations.as_object().into_iter().flatten() {
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                let fields = parameters.filter(|parameter| parameter["in"] == "query");
                let names = fields.filter_map(|field| field["name"].as_str()).map(str::to_owned);
                queries.insert((method.to_ascii_uppercase(), path.clone()), names.collect());
            }
        }
        Queries(queries)
    }

    fn check(&self, method: &Method, route: &str, uri: &Uri) -> Result<(), Problem> {
        // A route of none of the operations answers that there is nothing.
        let Some(known) = self.0.get(&(method.as_str().to_owned(), route.to_owned())) else { return Ok(()) };
        let fields = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
        // What cannot be read at all is told by whoever reads it.
        let fields = fields.map(|axum::extract::Query(fields)| fields).unwrap_or_default();
        let Some((unknown, _)) = fields.iter().find(|(field, _)| !known.contains(field)) else {
            let holds_zero = fields.iter().find(|(_, value)| value.contains('\0'));
            return holds_zero.map_or(Ok(()), |(field, _)| Err(zeros::refusal(field)));
        };
        let detail = if known.is_empty() {
            format!("The query: {unknown} is not a field that is known here; this address takes none.")
        } else {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            format!("The query: {unknown} is not a field that is known here; there are {}.", known.join(", "))
        };
        Err(Problem::invalid(unknown, "invalid_query", detail))
    }
}

/// Lets no request through whose query has a field that its operation does not know.
pub(super) async fn refuse_unknown(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    match api.queries.check(request.method(), route, request.uri()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}
