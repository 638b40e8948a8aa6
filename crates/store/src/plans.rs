//! How SQLite goes about a statement, for tests that hold that none of what people wait for reads a whole table.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::migrations::{Database, Engine};

/// The plan of a statement.
pub(crate) struct Planned {
    /// All its lines.
    pub(crate) plan: String,
    /// Tables that are read from end to end, and not by an index that holds only some of their rows.
    pub(crate) whole: Vec<String>,
}

/// What SQLite says it would do, with all migrations and nothing known of how many rows there are.
pub(crate) fn planned(sql: &str) -> Planned {
    let tables = rusqlite::Connection::open_in_memory().expect("a database");
    for migration in Database::Saldo.migrations() {
        tables.execute_batch(migration.sql(Engine::Sqlite)).expect("a migration");
    }
    let mut asked = tables.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a statement");
    let (mut rows, mut lines) = (asked.raw_query(), Vec::new());
    while let Some(row) = rows.next().expect("a plan") {
        lines.push(row.get::<_, String>(3).expect("its line"));
    }
    let is_partial = |line: &str| {
        let name = line.split(" INDEX ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
        let found = tables.query_row("SELECT sql FROM sqlite_schema WHERE name = ?1", [name], |row| {
            row.get::<_, Option<String>>(0)
        });
        found.ok().flatten().is_some_and(|text| text.contains(" WHERE "))
    };
    let is_whole =
        |line: &&String| line.starts_with("SCAN ") && line.as_str() != "SCAN found" && !is_partial(line);
    let whole = lines.iter().filter(is_whole).cloned().collect();
    Planned { plan: lines.join("; "), whole }
}
