//! The statements on views and reference tables are written once for every engine: none uses what only SQLite understands.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

use std::path::Path;

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

fn each_file(folder: &Path, check: &mut impl FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, check);
        } else {
            check(&path, &std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn statements_are_portable() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut statements = 0;
    for folder in ["tables", "views"] {
        each_file(&source.join(folder), &mut |path, text| {
            // Statements are the only string literals that begin with one of these words.
            for literal in text.split('"').filter(|literal| {
                ["SELECT ", "INSERT ", "UPDATE ", "DELETE "].iter().any(|verb| literal.starts_with(verb))
            }) {
                statements += 1;
                let upper = literal.to_uppercase();
                for word in NOT_PORTABLE {
                    assert!(!upper.contains(word), "{word} in {}: {literal}", path.display());
                }
                assert!(!literal.contains('?'), "placeholders are $n, in {}: {literal}", path.display());
            }
        });
    }
    assert!(statements > 100, "only {statements} statements were found");
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
