//! Every door of the program by everybody who may stand before it: each route is called by each kind of caller, and answers what the
//! table says. A route that is in no table fails a test, whichever edge it belongs to.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod api;
#[path = "../browser/mod.rs"]
mod browser;
mod callers;
mod demo;
#[path = "../house/mod.rs"]
mod house;
#[path = "../console/needs.rs"]
mod needs;
mod others;
mod page;
mod portal;
mod shop;
mod stand_ins;
mod table;

use std::collections::BTreeSet;

use house::House;
use house::served::{Route, routes};

/// A route of the tables as the router names it.
fn route(method: &str, path: &str) -> Route {
    (method.to_owned(), path.to_owned())
}

/// Whether the console's own table lists it.
fn is_of_console(path: &str) -> bool {
    path == "/console" || path.starts_with("/console/")
}

/// Both ways: what is served is told, and what is told is served.
fn agree(served: &BTreeSet<Route>, told: &BTreeSet<Route>) {
    let missing: Vec<_> = served.difference(told).collect();
    assert!(missing.is_empty(), "say in tests/doors/table.rs who may come in by {missing:?}");
    let gone: Vec<_> = told.difference(served).collect();
    assert!(gone.is_empty(), "tests/doors/table.rs tells of what is not served: {gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_door_is_missing_from_the_tables() {
    let house = House::open().await;
    let mut served = routes(&saldo::routes::router(&house.running.app));
    served.retain(|(_, path)| !is_of_console(path));
    let portal = table::PORTAL.iter().map(|(method, path, _)| route(method, path));
    let api = table::API.iter().map(|(method, path, _)| route(method, path));
    let others = table::OTHERS.iter().map(|(method, path, _)| route(method, path));
    let live = std::iter::once(route(table::LIVE.0, table::LIVE.1));
    agree(&served, &portal.chain(api).chain(others).chain(live).collect());
    let demo = table::DEMO.iter().map(|(method, path, _)| route(method, path)).collect();
    agree(&routes(&saldo::demo::own_routes()), &demo);
    house.close().await;
}
