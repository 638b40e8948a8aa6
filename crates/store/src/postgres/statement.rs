//! Binding values to PostgreSQL's statements, one row or many at once, and taking them out of its rows.

use std::error::Error;
use std::pin::pin;

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Row, Statement};
use tokio_stream::StreamExt as _;

use super::session::Session;
use crate::error::StoreError;
use crate::statement::{self, Columns};
use crate::stored::{Bind, Value};

/// Most rows that travel at once.
const MANY_ROWS_MAX: usize = 4_096;

type Failure = Box<dyn Error + Sync + Send>;

/// A statement that the server has read.
pub(crate) struct Prepared<'c> {
    session: &'c Session,
    statement: Statement,
    values: Vec<Given>,
}

/// A statement that is run for many rows at once: where it has placeholders, it gets arrays.
pub(crate) struct Many<'c> {
    session: &'c Session,
    statement: Statement,
    /// For each placeholder, what the rows give.
    columns: Vec<Vec<Given>>,
    row: Vec<Given>,
    changed: usize,
}

/// The placeholders of a statement, filled from the first on.
pub(crate) struct Binder<'s> {
    values: &'s mut Vec<Given>,
}

/// A value on its way.
#[derive(Debug)]
pub(crate) enum Given {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl<'c> Prepared<'c> {
    pub(crate) fn new(session: &'c Session, sql: &str) -> Result<Prepared<'c>, StoreError> {
        Ok(Prepared { session, statement: session.statement(sql)?, values: Vec::new() })
    }

    pub(crate) fn run(&mut self, values: &[&dyn Bind]) -> Result<usize, StoreError> {
        bind(values, &mut self.values)?;
        self.session.execute(&self.statement, &self.values)
    }

    pub(crate) fn each(
        &mut self,
        values: &[&dyn Bind],
        mut take: impl FnMut(&mut Columns<'_>) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        bind(values, &mut self.values)?;
        let mut rows = pin!(self.session.query(&self.statement, &self.values)?);
        while let Some(row) = self.session.wait(rows.try_next())? {
            if !take(&mut Columns::new(statement::Row::Postgres(&row)))? {
                break;
            }
        }
        Ok(())
    }
}

impl<'c> Many<'c> {
    pub(crate) fn new(session: &'c Session, sql: &str) -> Result<Many<'c>, StoreError> {
        // What the placeholders hold, only the server knows.
        let one = session.statement(sql)?;
        let statement = session.statement(&for_many(sql, one.params()))?;
        let columns = one.params().iter().map(|_| Vec::new()).collect();
        Ok(Many { session, statement, columns, row: Vec::new(), changed: 0 })
    }

    pub(crate) fn add(&mut self, values: &[&dyn Bind]) -> Result<(), StoreError> {
        bind(values, &mut self.row)?;
        debug_assert_eq!(self.row.len(), self.columns.len(), "too many or too few values for a statement");
        for (column, value) in self.columns.iter_mut().zip(self.row.drain(..)) {
            column.push(value);
        }
        if self.rows() >= MANY_ROWS_MAX { self.send() } else { Ok(()) }
    }

    pub(crate) fn finish(mut self) -> Result<usize, StoreError> {
        if self.rows() > 0 {
            self.send()?;
        }
        Ok(self.changed)
    }

    fn rows(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }

    fn send(&mut self) -> Result<(), StoreError> {
        self.changed += self.session.execute(&self.statement, &self.columns)?;
        self.columns.iter_mut().for_each(Vec::clear);
        Ok(())
    }
}

/// The statement that does for the rows of arrays what `sql` does for one row. An insert's values must be its placeholders in
/// order; an update or a deletion must end in its condition.
fn for_many(sql: &str, types: &[Type]) -> String {
    let arrays: Vec<String> = (1..).zip(types).map(|(n, of)| format!("${n}::{}[]", of.name())).collect();
    let names: Vec<String> = (1..=types.len()).map(|n| format!("given_{n}")).collect();
    let given = format!("unnest({}) AS given ({})", arrays.join(", "), names.join(", "));
    if sql.starts_with("INSERT") {
        let placeholders: Vec<String> = (1..=types.len()).map(|n| format!("${n}")).collect();
        let one_row = format!("VALUES ({})", placeholders.join(", "));
        debug_assert!(sql.contains(&one_row), "the values are not the placeholders in order: {sql}");
        return sql.replace(&one_row, &format!("SELECT * FROM {given}"));
    }
    // From the last on, so that $1 is not taken for the beginning of $10.
    let named = (1..=types.len())
        .rev()
        .fold(sql.to_owned(), |sql, n| sql.replace(&format!("${n}"), &format!("given.given_{n}")));
    let (change, condition) = named.rsplit_once("WHERE").unwrap_or((&named, "true"));
    let keyword = if sql.starts_with("DELETE") { "USING" } else { "FROM" };
    format!("{change}{keyword} {given} WHERE{condition}")
}

fn bind(values: &[&dyn Bind], to: &mut Vec<Given>) -> Result<(), StoreError> {
    to.clear();
    let mut binder = statement::Binder::Postgres(Binder { values: to });
    values.iter().try_for_each(|value| value.bind(&mut binder))
}

impl Binder<'_> {
    pub(crate) fn push(&mut self, value: Value<'_>) {
        self.values.push(match value {
            Value::Null => Given::Null,
            Value::Integer(n) => Given::Integer(n),
            Value::Text(text) => Given::Text(text.to_owned()),
            Value::Bytes(bytes) => Given::Bytes(bytes.to_vec()),
        });
    }
}

impl ToSql for Given {
    fn to_sql(&self, of: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match (self, of) {
            (Given::Null, _) => Ok(IsNull::Yes),
            (Given::Integer(n), &Type::INT8) => n.to_sql(of, out),
            (Given::Integer(n), &Type::INT4) => i32::try_from(*n)?.to_sql(of, out),
            (Given::Text(text), _) if <&str as ToSql>::accepts(of) => text.to_sql(of, out),
            (Given::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(of, out),
            _ => Err(format!("{self:?} is given where the server wants {of}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// What stands in a column, as it came.
struct Taken<'r>(Value<'r>);

impl<'r> FromSql<'r> for Taken<'r> {
    fn from_sql(of: &Type, raw: &'r [u8]) -> Result<Taken<'r>, Failure> {
        match *of {
            Type::INT8 => i64::from_sql(of, raw).map(Value::Integer),
            Type::INT4 => i32::from_sql(of, raw).map(i64::from).map(Value::Integer),
            Type::BYTEA => Ok(Value::Bytes(raw)),
            _ if <&str as FromSql>::accepts(of) => <&str>::from_sql(of, raw).map(Value::Text),
            _ => Err(format!("the server gives {of}").into()),
        }
        .map(Taken)
    }

    fn from_sql_null(_: &Type) -> Result<Taken<'r>, Failure> {
        Ok(Taken(Value::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// What stands in a column.
pub(crate) fn value(row: &Row, column: usize) -> Result<Value<'_>, StoreError> {
    match row.try_get(column) {
        Ok(Taken(value)) => Ok(value),
        Err(error) => Err(StoreError::Database(error.into())),
    }
}

/// What a column is called.
pub(crate) fn column_name(row: &Row, column: usize) -> &str {
    row.columns().get(column).map_or("?", tokio_postgres::Column::name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_for_one_row_becomes_one_for_many() {
        let types = [Type::INT8, Type::TEXT];
        let given = "unnest($1::int8[], $2::text[]) AS given (given_1, given_2)";
        for (one, many) in [
            (
                "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a) DO UPDATE SET b = excluded.b",
                "INSERT INTO t (a, b) SELECT * FROM {} ON CONFLICT (a) DO UPDATE SET b = excluded.b",
            ),
            (
                "UPDATE t SET b = coalesce($1, b) WHERE a = $2",
                "UPDATE t SET b = coalesce(given.given_1, b) FROM {} WHERE a = given.given_2",
            ),
            (
                "DELETE FROM t WHERE a = $1 AND b = $2",
                "DELETE FROM t USING {} WHERE a = given.given_1 AND b = given.given_2",
            ),
        ] {
            assert_eq!(for_many(one, &types), many.replace("{}", given));
        }
    }
}
