//! The two engines' migrations come to the same tables: the same columns in the same order, of the same kind, as nullable, with
//! the same keys and indexes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod server;

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use store::{Database, PostgresServer, migrate};

/// What each engine keeps for itself: SQLite's files are locked by the system, a server's journal by a lease.
const OWN_TABLES: [&str; 2] = ["migrations", "leases"];

/// What is said when the schemas differ.
const HINT: &str = "Each file of migrations/sqlite has a twin of the same name in migrations/postgres. Write the same statements in \
    the same order there, with BIGINT for INTEGER and BYTEA for BLOB, without STRICT and WITHOUT ROWID, and list the file once in \
    src/migrations.rs.";

/// A table, in lines that can be compared and read.
type Schema = BTreeMap<String, BTreeSet<String>>;

#[test]
fn both_engines_have_the_same_tables() {
    let (sqlite, postgres) = (sqlite_schema(), postgres_schema());
    assert!(sqlite.len() > 30, "only {} tables were found", sqlite.len());
    let names: BTreeSet<&String> = sqlite.keys().chain(postgres.keys()).collect();
    let mut differences = Vec::new();
    for name in names {
        let none = BTreeSet::new();
        let (one, other) = (sqlite.get(name).unwrap_or(&none), postgres.get(name).unwrap_or(&none));
        differences.extend(one.difference(other).map(|line| format!("{name}: only SQLite has {line}")));
        differences.extend(other.difference(one).map(|line| format!("{name}: only PostgreSQL has {line}")));
    }
    assert!(differences.is_empty(), "{}\n{HINT}", differences.join("\n"));
}

#[test]
fn twins_hold_only_what_distributed_databases_take() {
    for database in [Database::Journal, Database::Saldo] {
        for migration in database.migrations() {
            let text = migration.sql(store::Engine::Postgres).to_uppercase();
            for word in [
                "SERIAL", "TRIGGER", "FUNCTION", "ADVISORY", "NOTIFY", "INHERITS", "EXCLUDE", "UNLOGGED",
                ") STRICT", "ROWID", " INTEGER", " BLOB", "COLLATE", "USING ",
            ] {
                assert!(!text.contains(word), "{word} in migrations/postgres/…/{}. {HINT}", migration.file);
            }
        }
    }
}

fn sqlite_schema() -> Schema {
    let folder = tempfile::tempdir().unwrap();
    let mut schema = Schema::new();
    for database in [Database::Journal, Database::Saldo] {
        let path = folder.path().join(database.file_name());
        migrate(&path, database).unwrap();
        let connection = Connection::open(&path).unwrap();
        for table in lines(&connection, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
            let columns = format!(
                "SELECT 'column ' || cid || ' ' || name || ' ' || type || CASE WHEN \"notnull\" THEN '' ELSE ' or null' END
                FROM pragma_table_info('{table}')"
            );
            let key = format!(
                "SELECT 'key ' || group_concat(name) FROM
                (SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk)"
            );
            let foreign = format!(
                "SELECT 'column ' || \"from\" || ' of ' || \"table\" || '.' || \"to\" FROM pragma_foreign_key_list('{table}')"
            );
            // What a UNIQUE column brings has no name of ours.
            let indexes = format!(
                "SELECT CASE WHEN l.\"unique\" THEN 'unique ' ELSE '' END || 'index '
                    || CASE l.origin WHEN 'c' THEN l.name ELSE '' END || CASE WHEN l.partial THEN ' in part' ELSE '' END
                    || ' over ' || (SELECT group_concat(name) FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno))
                FROM pragma_index_list('{table}') l WHERE l.origin <> 'pk'"
            );
            let found = schema.entry(table).or_default();
            for sql in [columns, key, foreign, indexes] {
                found.extend(lines(&connection, &sql));
            }
        }
    }
    schema.retain(|table, _| !OWN_TABLES.contains(&table.as_str()));
    schema
}

fn lines(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0)).unwrap();
    rows.filter_map(|row| row.unwrap()).collect()
}

/// The same lines, in SQLite's words for types. Names of columns of an index come in its order.
const POSTGRES_LINES: [&str; 3] = [
    "SELECT c.table_name::text, 'column ' || (row_number() OVER (PARTITION BY c.table_name ORDER BY c.ordinal_position) - 1)
        || ' ' || c.column_name || ' ' || CASE c.data_type WHEN 'bigint' THEN 'INTEGER' WHEN 'bytea' THEN 'BLOB'
            WHEN 'text' THEN 'TEXT' ELSE c.data_type END
        || CASE c.is_nullable WHEN 'NO' THEN '' ELSE ' or null' END
    FROM information_schema.columns c WHERE c.table_schema = current_schema()",
    "SELECT t.relname::text, CASE WHEN x.indisprimary THEN 'key '
            ELSE CASE WHEN x.indisunique THEN 'unique ' ELSE '' END || 'index '
                || CASE WHEN k.oid IS NULL THEN i.relname ELSE '' END
                || CASE WHEN x.indpred IS NULL THEN '' ELSE ' in part' END || ' over ' END
        || (SELECT string_agg(a.attname, ',' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = i.oid)
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.contype = 'u'
    WHERE n.nspname = current_schema()",
    "SELECT t.relname::text, 'column ' || a.attname || ' of ' || u.relname || '.' || b.attname
    FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class u ON u.oid = k.confrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.conkey[1]
    JOIN pg_attribute b ON b.attrelid = u.oid AND b.attnum = k.confkey[1]
    WHERE n.nspname = current_schema() AND k.contype = 'f'",
];

fn postgres_schema() -> Schema {
    let url = server::empty_url();
    let server = PostgresServer::parse(&url).unwrap();
    for database in [Database::Journal, Database::Saldo] {
        server.migrate(database).unwrap();
    }
    let mut schema = server::with_client(&url, async |client| {
        let mut schema = Schema::new();
        for sql in POSTGRES_LINES {
            for row in client.query(sql, &[]).await.unwrap() {
                schema.entry(row.get(0)).or_default().insert(row.get(1));
            }
        }
        schema
    });
    schema.retain(|table, _| !OWN_TABLES.contains(&table.as_str()));
    schema
}
