//! Binding values to SQLite's statements and taking them out of its rows.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection};

use crate::error::StoreError;
use crate::statement::{self, Columns, Row};
use crate::stored::{Bind, Value};

/// A statement that SQLite has read.
pub(crate) struct Prepared<'c> {
    statement: CachedStatement<'c>,
}

/// The placeholders of a statement, filled from the first on.
pub(crate) struct Binder<'s, 'c> {
    statement: &'s mut CachedStatement<'c>,
    bound: usize,
}

impl<'c> Prepared<'c> {
    pub(crate) fn new(connection: &'c Connection, sql: &str) -> Result<Prepared<'c>, StoreError> {
        let statement = connection.prepare_cached(sql)?;
        // SQLite numbers `$n` by first appearance whatever n says; PostgreSQL goes by n. We write both the same.
        debug_assert!(
            (1..=statement.parameter_count()).all(|n| statement.parameter_name(n) == Some(&format!("${n}"))),
            "the placeholders are not in order of first appearance: {sql}"
        );
        Ok(Prepared { statement })
    }

    pub(crate) fn run(&mut self, values: &[&dyn Bind]) -> Result<usize, StoreError> {
        self.bind(values)?;
        Ok(self.statement.raw_execute()?)
    }

    pub(crate) fn each(
        &mut self,
        values: &[&dyn Bind],
        mut take: impl FnMut(&mut Columns<'_>) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        self.bind(values)?;
        let mut rows = self.statement.raw_query();
        while let Some(row) = rows.next()? {
            if !take(&mut Columns::new(Row::Sqlite(row)))? {
                break;
            }
        }
        Ok(())
    }

    fn bind(&mut self, values: &[&dyn Bind]) -> Result<(), StoreError> {
        let mut binder = statement::Binder::Sqlite(Binder { statement: &mut self.statement, bound: 0 });
        for value in values {
            value.bind(&mut binder)?;
        }
        if let statement::Binder::Sqlite(Binder { statement, bound }) = binder {
            debug_assert_eq!(
                bound,
                statement.parameter_count(),
                "too many or too few values for a statement"
            );
        }
        Ok(())
    }
}

impl Binder<'_, '_> {
    pub(crate) fn push(&mut self, value: Value<'_>) -> Result<(), StoreError> {
        self.bound += 1;
        let value = match value {
            Value::Null => ValueRef::Null,
            Value::Integer(n) => ValueRef::Integer(n),
            // It would keep it, and compare only what stands before it.
            Value::Text(text) if text.contains('\0') => return Err(StoreError::ZeroInText),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        };
        Ok(self.statement.raw_bind_parameter(self.bound, ToSqlOutput::Borrowed(value))?)
    }
}

/// What stands in a column.
pub(crate) fn value<'r>(row: &'r rusqlite::Row<'r>, column: usize) -> Result<Value<'r>, StoreError> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(n) => Ok(Value::Integer(n)),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes)
            .map(Value::Text)
            .map_err(|_| StoreError::damaged(format!("column {column}, which is no text,"))),
        ValueRef::Blob(bytes) => Ok(Value::Bytes(bytes)),
        ValueRef::Real(_) => Err(StoreError::damaged(format!("column {column}, which is a float,"))),
    }
}

/// What a column is called.
pub(crate) fn column_name<'r>(row: &'r rusqlite::Row<'r>, column: usize) -> &'r str {
    row.as_ref().column_name(column).unwrap_or("?")
}
