//! What a router serves: read off the router itself, as it is put together, so that no route hides.

use std::collections::BTreeSet;
use std::fmt::Debug;

/// A method, or `ANY`, with an address as it is registered.
pub(crate) type Route = (String, String);

/// Methods as the router shows them.
const METHODS: [(&str, &str); 8] = [
    ("get", "GET"),
    ("head", "HEAD"),
    ("delete", "DELETE"),
    ("options", "OPTIONS"),
    ("patch", "PATCH"),
    ("post", "POST"),
    ("put", "PUT"),
    ("trace", "TRACE"),
];

/// Every route of this router. What it falls back to is not among them.
pub(crate) fn routes(router: &impl Debug) -> BTreeSet<Route> {
    let text = format!("{router:?}");
    let (_, rest) = text.split_once("path_router: PathRouter { routes: {").expect("a router of axum's");
    let (endpoints, rest) = rest.split_once("}, node: Node { paths: {").expect("endpoints, then paths");
    let (paths, _) = rest.split_once("} }").expect("the end of the paths");
    let mut found = BTreeSet::new();
    for path in paths.split("RouteId(").skip(1) {
        let (id, path) = path.split_once("): \"").expect("a number and a path");
        let (path, _) = path.split_once('"').expect("a path");
        let (_, endpoint) = endpoints.split_once(&format!("RouteId({id}): ")).expect("what answers there");
        let endpoint = endpoint.split("RouteId(").next().unwrap_or(endpoint);
        if endpoint.contains("allow_header: Skip") {
            found.insert(("ANY".to_owned(), path.to_owned()));
            continue;
        }
        let before = found.len();
        for (field, method) in METHODS {
            // Not `forget:` or `target:`: each field stands behind a blank.
            let (_, value) = endpoint.split_once(&format!(" {field}: ")).expect("axum shows each method");
            if !value.starts_with("None") {
                found.insert((method.to_owned(), path.to_owned()));
            }
        }
        assert!(found.len() > before, "nothing that is known answers at {path}: {endpoint}");
    }
    assert!(!found.is_empty(), "a router serves something: {text}");
    found
}
