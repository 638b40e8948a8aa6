//! What the readers of JSON and of queries find wrong, as a sentence that names the field: they speak of types, people of numbers and
//! texts.

/// A whole number that is not negative.
const UNSIGNED: &str = "a whole number that is not negative";

/// What is wrong with `field` of a body: `reason` is as serde_json puts it, without the place.
pub(super) fn of_json(field: &str, reason: &str) -> String {
    for kind in ["invalid type: ", "invalid value: "] {
        if let Some((found, expected)) =
            reason.strip_prefix(kind).and_then(|it| it.rsplit_once(", expected "))
        {
            return format!("{field} must be {}, not {}.", expected_words(expected), found_words(found));
        }
    }
    if let Some((found, variants)) = quoted(reason, "unknown variant ") {
        return format!("{field} must be {}, not \"{found}\".", choice(variants));
    }
    if let Some((name, _)) = quoted(reason, "duplicate field ") {
        return format!("{name} is given more than once.");
    }
    format!("{field}: {reason}.")
}

/// What is wrong with `field` of a query: `reason` is as axum puts it.
pub(super) fn of_query(field: &str, reason: &str) -> String {
    let said = reason.strip_prefix(field).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(reason);
    match said {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            format!("{field} must be {UNSIGNED}.")
        }
        "number too large to fit in target type" => format!("{field} is too large."),
        said if said.starts_with("missing field") => format!("The query needs {field}."),
        said if said.starts_with("unknown field") => {
            format!("{field} is not a field that this query knows.")
        }
        said if said.starts_with("duplicate field") => format!("{field} is given more than once."),
        said => match quoted(said, "unknown variant ") {
            Some((found, variants)) => format!("{field} must be {}, not \"{found}\".", choice(variants)),
            None => format!("{field}: {said}."),
        },
    }
}

/// What stands between the first pair of back quotes after `prefix`, and what comes after it.
fn quoted<'r>(reason: &'r str, prefix: &str) -> Option<(&'r str, &'r str)> {
    reason.strip_prefix(prefix)?.strip_prefix('`')?.split_once('`')
}

/// `, expected one of `a`, `b`` as a reader chooses: `"a" or "b"`.
fn choice(variants: &str) -> String {
    let names: Vec<String> =
        variants.split('`').skip(1).step_by(2).map(|name| format!("\"{name}\"")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => "something else".to_owned(),
    }
}

fn expected_words(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => UNSIGNED,
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "a string" | "a borrowed string" | "string or map" => "a text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
}

fn found_words(found: &str) -> &str {
    let value = found.split('`').nth(1);
    match found.split([' ', '`']).next() {
        Some("integer" | "floating" | "boolean") => value.unwrap_or(found),
        Some("string") => "a text",
        Some("map") => "an object",
        Some("sequence") => "a list",
        _ => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences() {
        let cases = [
            (
                "invalid type: string \"1\", expected u32",
                "it must be a whole number that is not negative, not a text.",
            ),
            (
                "invalid value: integer `-1`, expected u32",
                "it must be a whole number that is not negative, not -1.",
            ),
            ("invalid type: floating point `1.5`, expected i64", "it must be a whole number, not 1.5."),
            ("invalid type: null, expected a string", "it must be a text, not null."),
            ("invalid type: map, expected a boolean", "it must be true or false, not an object."),
            ("invalid type: integer `7`, expected struct Body", "it must be an object, not 7."),
            ("invalid type: string \"a, expected b\", expected a sequence", "it must be a list, not a text."),
            (
                "unknown variant `x`, expected one of `a`, `b`, `c`",
                "it must be \"a\", \"b\" or \"c\", not \"x\".",
            ),
            ("unknown variant `x`, expected `a` or `b`", "it must be \"a\" or \"b\", not \"x\"."),
            ("duplicate field `it`", "it is given more than once."),
            ("three is too many", "it: three is too many."),
        ];
        for (reason, sentence) in cases {
            assert_eq!(of_json("it", reason), sentence);
        }
        let cases = [
            ("limit: invalid digit found in string", "limit must be a whole number that is not negative."),
            (
                "limit: cannot parse integer from empty string",
                "limit must be a whole number that is not negative.",
            ),
            ("limit: number too large to fit in target type", "limit is too large."),
            ("missing field `limit`", "The query needs limit."),
            ("unknown field `limit`, expected `cursor`", "limit is not a field that this query knows."),
            ("duplicate field `limit`", "limit is given more than once."),
            ("limit: unknown variant `x`, expected `a` or `b`", "limit must be \"a\" or \"b\", not \"x\"."),
        ];
        for (reason, sentence) in cases {
            assert_eq!(of_query("limit", reason), sentence);
        }
    }
}
