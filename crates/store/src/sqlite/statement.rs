//! Binding values to SQLite's statements and taking them out of its rows.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, Row};

use crate::error::StoreError;
use crate::stored::{Bind, Stored, Value};

/// A statement that may be run again and again.
pub(crate) struct Prepared<'c> {
    statement: CachedStatement<'c>,
}

/// The placeholders of a statement, filled from the first on.
pub(crate) struct Binder<'s, 'c> {
    statement: &'s mut CachedStatement<'c>,
    bound: usize,
}

/// The columns of a row, taken from the first on.
pub(crate) struct Columns<'r> {
    row: &'r Row<'r>,
    taken: usize,
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

    /// Runs it for its effect; how many rows it changed.
    pub(crate) fn run(&mut self, values: &[&dyn Bind]) -> Result<usize, StoreError> {
        self.bind(values)?;
        Ok(self.statement.raw_execute()?)
    }

    /// Runs it and hands each row to `take` until that says `false`.
    pub(crate) fn each(
        &mut self,
        values: &[&dyn Bind],
        mut take: impl FnMut(&mut Columns<'_>) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        self.bind(values)?;
        let mut rows = self.statement.raw_query();
        while let Some(row) = rows.next()? {
            if !take(&mut Columns { row, taken: 0 })? {
                break;
            }
        }
        Ok(())
    }

    /// All its rows.
    pub(crate) fn all<T: Stored>(&mut self, values: &[&dyn Bind]) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        self.each(values, |columns| {
            found.push(T::read_from(columns)?);
            Ok(true)
        })?;
        Ok(found)
    }

    fn bind(&mut self, values: &[&dyn Bind]) -> Result<(), StoreError> {
        let mut binder = Binder { statement: &mut self.statement, bound: 0 };
        for value in values {
            value.bind(&mut binder)?;
        }
        let bound = binder.bound;
        debug_assert_eq!(
            bound,
            self.statement.parameter_count(),
            "too many or too few values for a statement"
        );
        Ok(())
    }
}

impl Binder<'_, '_> {
    pub(crate) fn push(&mut self, value: Value<'_>) -> Result<(), StoreError> {
        self.bound += 1;
        let value = match value {
            Value::Null => ValueRef::Null,
            Value::Integer(n) => ValueRef::Integer(n),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        };
        Ok(self.statement.raw_bind_parameter(self.bound, ToSqlOutput::Borrowed(value))?)
    }
}

impl Columns<'_> {
    pub(crate) fn next_value(&mut self) -> Result<Value<'_>, StoreError> {
        self.taken += 1;
        self.peek(self.taken - 1)
    }

    /// Skips the next `width` columns if all of them are null, and says whether it did.
    pub(crate) fn skip_nulls(&mut self, width: usize) -> Result<bool, StoreError> {
        for column in self.taken..self.taken + width {
            if !matches!(self.peek(column)?, Value::Null) {
                return Ok(false);
            }
        }
        self.taken += width;
        Ok(true)
    }

    /// The error that the value just taken is not a `wanted`.
    pub(crate) fn damaged(&self, wanted: &str) -> StoreError {
        let column = self.taken.saturating_sub(1);
        let name = self.row.as_ref().column_name(column).unwrap_or("?");
        StoreError::damaged(format!("column {name}, which is no {wanted},"))
    }

    fn peek(&self, column: usize) -> Result<Value<'_>, StoreError> {
        match self.row.get_ref(column)? {
            ValueRef::Null => Ok(Value::Null),
            ValueRef::Integer(n) => Ok(Value::Integer(n)),
            ValueRef::Text(bytes) => std::str::from_utf8(bytes)
                .map(Value::Text)
                .map_err(|_| StoreError::damaged(format!("column {column}, which is no text,"))),
            ValueRef::Blob(bytes) => Ok(Value::Bytes(bytes)),
            ValueRef::Real(_) => Err(StoreError::damaged(format!("column {column}, which is a float,"))),
        }
    }
}
