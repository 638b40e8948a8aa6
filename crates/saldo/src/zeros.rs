//! The zero character in what comes in: it is refused where it comes in, by the name of its field.
//!
//! No text that is kept or looked for may hold it: PostgreSQL takes none, and SQLite compares only what stands before it. The store
//! refuses what gets past here (an address, a cookie), without knowing the field's name.

use axum::http::StatusCode;
use serde_json::Value;

use crate::problem::Problem;

/// What a field is called in whose own name it stands.
const NAMELESS: &str = "body";

/// Refuses a field for it.
pub(crate) fn refusal(field: &str) -> Problem {
    let detail = format!("{field} holds a zero character, which cannot be kept or looked for.");
    Problem::invalid(field, "invalid_text", detail)
}

/// The same where a text's field is not known.
pub(crate) fn refusal_of_text() -> Problem {
    let detail = "A text holds a zero character, which cannot be kept or looked for.";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_text", detail)
}

/// The first field of a JSON text that holds one, as `charges[0].kind`. What is no JSON holds none: whoever reads it says so.
pub(crate) fn in_json(text: &[u8]) -> Option<String> {
    // JSON has only this way to write it.
    if !text.windows(6).any(|six| six == b"\\u0000") {
        return None;
    }
    let value: Value = serde_json::from_slice(text).ok()?;
    field_of(&value, "").map(|field| if field.is_empty() { NAMELESS.to_owned() } else { field })
}

/// As deep as serde_json lets a text be.
fn field_of(value: &Value, path: &str) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(|| path.to_owned()),
        Value::Array(values) => {
            values.iter().enumerate().find_map(|(place, value)| field_of(value, &format!("{path}[{place}]")))
        }
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            if name.contains('\0') {
                return Some(path.to_owned());
            }
            let dot = if path.is_empty() { "" } else { "." };
            field_of(value, &format!("{path}{dot}{name}"))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// The first field of a form, or of the query of a page's address, that holds one.
pub(crate) fn in_fields(encoded: &[u8]) -> Option<String> {
    let holds = |text: &[u8]| text.contains(&0) || text.windows(3).any(|three| three == b"%00");
    let field = encoded.split(|byte| *byte == b'&').find(|field| holds(field))?;
    let name = field.split(|byte| *byte == b'=').next().filter(|name| !holds(name));
    Some(name.map_or_else(|| NAMELESS.to_owned(), |name| String::from_utf8_lossy(name).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_is_named() {
        let json: [(&str, Option<&str>); 9] = [
            (r#"{"name": "Ana"}"#, None),
            (r#"{"name": "A\u0000na"}"#, Some("name")),
            (r#"{"name": "A\\u0000na"}"#, None),
            (r#"{"a": 1, "b": {"c": [null, {"d": "\u0000"}]}}"#, Some("b.c[1].d")),
            (r#"{"a": {"\u0000": 1}}"#, Some("a")),
            (r#"{"\u0000": 1}"#, Some("body")),
            (r#""\u0000""#, Some("body")),
            (r#"["x", "\u0000"]"#, Some("[1]")),
            (r#"{"name": "\u0000"#, None),
        ];
        for (text, field) in json {
            assert_eq!(in_json(text.as_bytes()).as_deref(), field, "{text}");
        }
        let fields: [(&[u8], Option<&str>); 7] = [
            (b"q=ana&page=2", None),
            (b"q=a%00&page=2", Some("q")),
            (b"page=2&q=%2500", None),
            (b"page=2&q=a\0", Some("q")),
            (b"a%00=1", Some("body")),
            (b"", None),
            (b"q=%01", None),
        ];
        for (text, field) in fields {
            assert_eq!(in_fields(text).as_deref(), field, "{text:?}");
        }
    }
}
