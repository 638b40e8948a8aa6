//! The statements on views and reference tables are written once for every engine: none uses what only SQLite understands.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod server;

use std::path::{Path, PathBuf};

use store::{Database, PostgresServer};

/// What only SQLite understands, or understands differently from PostgreSQL and the databases that speak its protocol.
const NOT_PORTABLE: [&str; 14] = [
    "INSERT OR ",
    "REPLACE INTO",
    "AUTOINCREMENT",
    "ROWID",
    "IFNULL",
    "GLOB",
    "STRFTIME",
    "DATETIME(",
    "JULIANDAY",
    "RANDOM()",
    "LAST_INSERT",
    "PRAGMA",
    "ADVISORY",
    "NOTIFY",
];

fn each_file(place: &Path, check: &mut impl FnMut(&Path, &str)) {
    if place.is_file() {
        return check(place, &std::fs::read_to_string(place).unwrap());
    }
    for entry in std::fs::read_dir(place).unwrap() {
        each_file(&entry.unwrap().path(), check);
    }
}

/// Statements are the only string literals that begin with one of these words.
const VERBS: [&str; 4] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "];

/// All statements that every engine gets, each with the file it stands in.
fn statements() -> Vec<(PathBuf, String)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for place in ["tables", "views", "derived.rs"] {
        each_file(&source.join(place), &mut |path, text| {
            let literals = text.split('"').filter(|text| VERBS.iter().any(|verb| text.starts_with(verb)));
            found.extend(literals.map(|literal| (path.to_owned(), literal.to_owned())));
        });
    }
    assert!(found.len() > 100, "only {} statements were found", found.len());
    found
}

#[test]
fn statements_are_portable() {
    for (path, statement) in statements() {
        let upper = statement.to_uppercase();
        for word in NOT_PORTABLE {
            assert!(!upper.contains(word), "{word} in {}: {statement}", path.display());
        }
        assert!(!statement.contains('?'), "placeholders are $n, in {}: {statement}", path.display());
    }
}

#[test]
fn postgres_understands_every_statement() {
    let url = server::empty_url();
    let server = PostgresServer::parse(&url).unwrap();
    for database in [Database::Journal, Database::Saldo] {
        server.migrate(database).unwrap();
    }
    let refused = server::with_client(&url, async |client| {
        let mut refused = Vec::new();
        for (path, statement) in statements() {
            if let Err(error) = client.prepare(&statement).await {
                let told = error.as_db_error().map(|told| told.message().to_owned());
                refused.push(format!("{}: {}\n{statement}", path.display(), told.unwrap_or_default()));
            }
        }
        refused
    });
    assert!(refused.is_empty(), "PostgreSQL refuses\n{}", refused.join("\n\n"));
}

#[test]
fn every_table_is_strict() {
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    each_file(&migrations, &mut |path, text| {
        let tables = text.matches("CREATE TABLE").count();
        let strict = text.matches(") STRICT").count();
        assert_eq!(tables, strict, "{}", path.display());
    });
}
