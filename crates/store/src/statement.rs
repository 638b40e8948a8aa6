//! A statement as tables and views run it, whichever engine does.
//!
//! Texts of statements are the same for all engines, with placeholders numbered in order of first appearance. What differs stands
//! in the engines' modules: how values are bound, and how a row's columns are taken.

use crate::error::StoreError;
use crate::stored::{Bind, Stored, Value};
use crate::{postgres, sqlite};

/// Where statements are run.
#[derive(Clone, Copy)]
pub(crate) enum Connection<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(&'c postgres::Session),
}

/// A statement that may be run again and again.
pub(crate) enum Prepared<'c> {
    Sqlite(sqlite::Prepared<'c>),
    Postgres(postgres::Prepared<'c>),
}

/// A statement that is run once for each of many rows, none of which may have the key of another.
pub(crate) enum Many<'c> {
    /// Row by row: a call costs nothing.
    Sqlite { statement: sqlite::Prepared<'c>, changed: usize },
    /// Many rows at once: a call costs a journey.
    Postgres(postgres::Many<'c>),
}

/// The placeholders of a statement, filled from the first on.
pub(crate) enum Binder<'s, 'c> {
    Sqlite(sqlite::Binder<'s, 'c>),
    Postgres(postgres::Binder<'s>),
}

/// The columns of a row, taken from the first on.
pub(crate) struct Columns<'r> {
    row: Row<'r>,
    taken: usize,
}

/// A row while it is read.
#[derive(Clone, Copy)]
pub(crate) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl<'c> Connection<'c> {
    pub(crate) fn prepare(self, sql: &str) -> Result<Prepared<'c>, StoreError> {
        match self {
            Connection::Sqlite(connection) => sqlite::Prepared::new(connection, sql).map(Prepared::Sqlite),
            Connection::Postgres(session) => postgres::Prepared::new(session, sql).map(Prepared::Postgres),
        }
    }

    pub(crate) fn prepare_many(self, sql: &str) -> Result<Many<'c>, StoreError> {
        match self {
            Connection::Sqlite(connection) => {
                Ok(Many::Sqlite { statement: sqlite::Prepared::new(connection, sql)?, changed: 0 })
            }
            Connection::Postgres(session) => postgres::Many::new(session, sql).map(Many::Postgres),
        }
    }
}

impl Prepared<'_> {
    /// Runs it for its effect; how many rows it changed.
    pub(crate) fn run(&mut self, values: &[&dyn Bind]) -> Result<usize, StoreError> {
        match self {
            Prepared::Sqlite(statement) => statement.run(values),
            Prepared::Postgres(statement) => statement.run(values),
        }
    }

    /// Runs it and hands each row to `take` until that says `false`.
    pub(crate) fn each(
        &mut self,
        values: &[&dyn Bind],
        take: impl FnMut(&mut Columns<'_>) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        match self {
            Prepared::Sqlite(statement) => statement.each(values, take),
            Prepared::Postgres(statement) => statement.each(values, take),
        }
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
}

impl Many<'_> {
    /// Runs it for one more row, now or at the latest with [`Many::finish`].
    pub(crate) fn add(&mut self, values: &[&dyn Bind]) -> Result<(), StoreError> {
        match self {
            Many::Sqlite { statement, changed } => {
                *changed += statement.run(values)?;
                Ok(())
            }
            Many::Postgres(many) => many.add(values),
        }
    }

    /// Runs it for all rows that it has not been run for; how many rows it changed altogether.
    pub(crate) fn finish(self) -> Result<usize, StoreError> {
        match self {
            Many::Sqlite { changed, .. } => Ok(changed),
            Many::Postgres(many) => many.finish(),
        }
    }
}

impl Binder<'_, '_> {
    pub(crate) fn push(&mut self, value: Value<'_>) -> Result<(), StoreError> {
        match self {
            Binder::Sqlite(binder) => binder.push(value),
            Binder::Postgres(binder) => {
                binder.push(value);
                Ok(())
            }
        }
    }
}

impl<'r> Columns<'r> {
    pub(crate) fn new(row: Row<'r>) -> Columns<'r> {
        Columns { row, taken: 0 }
    }

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
        let name = match self.row {
            Row::Sqlite(row) => sqlite::column_name(row, column),
            Row::Postgres(row) => postgres::column_name(row, column),
        };
        StoreError::damaged(format!("column {name}, which is no {wanted},"))
    }

    fn peek(&self, column: usize) -> Result<Value<'r>, StoreError> {
        match self.row {
            Row::Sqlite(row) => sqlite::value(row, column),
            Row::Postgres(row) => postgres::value(row, column),
        }
    }
}
