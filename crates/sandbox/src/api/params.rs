//! Parameters of a call: read from query or body, checked against what the call takes.
//!
//! A call names its parameters as patterns, `line_items[*][quantity]`, where `*` stands for any one name. What matches none is
//! refused as Stripe refuses it; so is a value of the wrong kind.

use serde_json::{Map, Value, json};
use stripe::form::{self, Tree};

use super::error::ApiError;

/// Longest value of a plain parameter, in characters.
const VALUE_CHARS_MAX: usize = 5_000;
/// Stripe's limits of metadata: pairs, characters of a name, characters of a value.
const METADATA_PAIRS_MAX: usize = 50;
const METADATA_NAME_CHARS_MAX: usize = 40;
const METADATA_VALUE_CHARS_MAX: usize = 500;

/// What values a parameter takes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// Any text but an empty one.
    Text,
    /// Any text; an empty one removes what was there.
    Clearable,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Flag,
    /// An http or https address.
    Url,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// A call's parameters: pattern and kind.
pub(crate) type Spec = &'static [(&'static str, Kind)];

/// Every call may ask for objects in the place of their ids.
const EXPAND: (&str, Kind) = ("expand[*]", Kind::Text);

/// The parameters of one call.
pub(crate) struct Params {
    tree: Tree,
    /// Every value with its name in brackets, in order of appearance.
    leaves: Vec<(String, String)>,
}

impl Params {
    /// Reads a query or a body.
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        let tree =
            form::decode(text).map_err(|error| ApiError::invalid(format!("Invalid request: {error}.")))?;
        let mut leaves = Vec::new();
        for (name, child) in tree.children() {
            gather(&mut leaves, name.clone(), child);
        }
        Ok(Self { tree, leaves })
    }

    /// Refuses what the call does not take.
    pub(crate) fn check(&self, spec: Spec) -> Result<(), ApiError> {
        self.check_all(&[spec])
    }

    /// Refuses what is in none of these.
    pub(crate) fn check_all(&self, specs: &[Spec]) -> Result<(), ApiError> {
        let spec: Vec<(&str, Kind)> = specs.iter().flat_map(|spec| spec.iter().copied()).collect();
        for (name, value) in &self.leaves {
            let parts = parts_of(name);
            let known = spec.iter().chain([&EXPAND]).find(|(pattern, _)| matches(&parts_of(pattern), &parts));
            match known {
                Some((_, kind)) => check_value(name, value, *kind)?,
                None => return Err(unknown(&spec, &parts)),
            }
        }
        Ok(())
    }

    /// The same parameters have the same text, whatever their order.
    pub(crate) fn canonical(&self) -> String {
        let mut sorted: Vec<String> =
            self.leaves.iter().map(|(name, value)| format!("{name}={value}")).collect();
        sorted.sort();
        sorted.join("\n")
    }

    /// The value of exactly this name; an empty one counts as absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|value| !value.is_empty())
    }

    /// The value of exactly this name, empty or not.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.leaves.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of exactly this name, or a refusal.
    pub(crate) fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.text(name).ok_or_else(|| ApiError::missing(name))
    }

    /// A whole number; [`Self::check`] has seen that it is one.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    /// True, false, or not said.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.text(name).map(|value| value == "true")
    }

    /// The texts of the list at a path of names.
    pub(crate) fn texts(&self, path: &[&str]) -> Vec<String> {
        let list = path.iter().try_fold(&self.tree, |tree, name| tree.get(name));
        let items = list.and_then(Tree::items).unwrap_or_default();
        items.into_iter().filter_map(|item| item.text(&[])).map(str::to_owned).collect()
    }

    /// The names directly inside a group, for instance the positions of a list.
    pub(crate) fn names_in(&self, name: &str) -> Vec<&str> {
        self.tree
            .get(name)
            .map_or_else(Vec::new, |tree| tree.children().iter().map(|(name, _)| name.as_str()).collect())
    }

    /// Applies `group[name]=value` to a map of texts; an empty value removes the pair.
    pub(crate) fn metadata_onto(
        &self,
        group: &[&str],
        mut metadata: Map<String, Value>,
    ) -> Result<Map<String, Value>, ApiError> {
        let pairs = group.iter().try_fold(&self.tree, |tree, name| tree.get(name));
        for (name, value) in pairs.map_or(&[][..], Tree::children) {
            let value = value.text(&[]).unwrap_or_default();
            if value.is_empty() {
                metadata.remove(name);
                continue;
            }
            if name.chars().count() > METADATA_NAME_CHARS_MAX
                || value.chars().count() > METADATA_VALUE_CHARS_MAX
            {
                return Err(ApiError::invalid(format!(
                    "Metadata names have up to {METADATA_NAME_CHARS_MAX} characters and values up to {METADATA_VALUE_CHARS_MAX}."
                ))
                .param("metadata"));
            }
            metadata.insert(name.clone(), json!(value));
        }
        if metadata.len() > METADATA_PAIRS_MAX {
            let message = format!("Metadata has up to {METADATA_PAIRS_MAX} pairs.");
            return Err(ApiError::invalid(message).param("metadata"));
        }
        Ok(metadata)
    }
}

fn gather(leaves: &mut Vec<(String, String)>, name: String, tree: &Tree) {
    match tree {
        Tree::Text(text) => leaves.push((name, text.clone())),
        Tree::Branch(children) => {
            for (part, child) in children {
                gather(leaves, format!("{name}[{part}]"), child);
            }
        }
    }
}

fn parts_of(name: &str) -> Vec<&str> {
    name.split(['[', ']']).filter(|part| !part.is_empty()).collect()
}

fn matches(pattern: &[&str], parts: &[&str]) -> bool {
    pattern.len() == parts.len() && begins(pattern, parts)
}

fn begins(pattern: &[&str], parts: &[&str]) -> bool {
    pattern.len() >= parts.len()
        && pattern.iter().zip(parts).all(|(wanted, part)| *wanted == "*" || wanted == part)
}

/// Names the outermost part that nobody knows, as Stripe does.
fn unknown(spec: &[(&str, Kind)], parts: &[&str]) -> ApiError {
    let known = |length: usize| spec.iter().any(|(pattern, _)| begins(&parts_of(pattern), &parts[..length]));
    let length = (1..parts.len()).find(|length| !known(*length)).unwrap_or(parts.len());
    let mut name = parts[0].to_owned();
    for part in &parts[1..length] {
        name.push_str(&format!("[{part}]"));
    }
    ApiError::invalid(format!("Received unknown parameter: {name}")).code("parameter_unknown").param(name)
}

fn check_value(name: &str, value: &str, kind: Kind) -> Result<(), ApiError> {
    if value.is_empty() {
        return match kind {
            Kind::Clearable => Ok(()),
            _ => Err(ApiError::invalid(format!(
                "You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; \
                 however '{name}' cannot be unset."
            ))
            .code("parameter_invalid_empty")
            .param(name)),
        };
    }
    let refused = |message: String| Err(ApiError::invalid(message).param(name));
    match kind {
        _ if value.chars().count() > VALUE_CHARS_MAX => {
            refused(format!("Invalid string: {name} must be at most {VALUE_CHARS_MAX} characters"))
        }
        Kind::Text | Kind::Clearable => Ok(()),
        Kind::Integer if value.parse::<i64>().is_ok() => Ok(()),
        Kind::Integer => Err(ApiError::invalid(format!("Invalid integer: {value}"))
            .code("parameter_invalid_integer")
            .param(name)),
        Kind::Flag if matches!(value, "true" | "false") => Ok(()),
        Kind::Flag => refused(format!("Invalid boolean: {value}")),
        Kind::Url if value.starts_with("https://") || value.starts_with("http://") => Ok(()),
        Kind::Url => Err(ApiError::invalid("Not a valid URL").code("url_invalid").param(name)),
        Kind::Word(words) if words.contains(&value) => Ok(()),
        Kind::Word(words) => refused(format!("Invalid {name}: must be one of {}", words.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: Spec = &[
        ("mode", Kind::Word(&["payment"])),
        ("items[*][count]", Kind::Integer),
        ("metadata[*]", Kind::Clearable),
        ("flag", Kind::Flag),
        ("back", Kind::Url),
        ("name", Kind::Text),
    ];

    fn check(text: &str, expected: Result<(), (Option<&str>, Option<&str>)>) {
        let got = Params::parse(text).and_then(|params| params.check(SPEC)).map_err(|error| error.body());
        match (got, expected) {
            (Ok(()), Ok(())) => {}
            (Err(body), Err((code, param))) => {
                assert_eq!(
                    (body["error"]["code"].as_str(), body["error"]["param"].as_str()),
                    (code, param),
                    "{text}"
                );
            }
            (got, expected) => panic!("{text}: {got:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn parameters_are_known_and_of_their_kind() {
        check(
            "mode=payment&items[0][count]=2&metadata[a]=&flag=true&back=http://a&name=x&expand[0]=b.c",
            Ok(()),
        );
        check("mode=setup", Err((None, Some("mode"))));
        check("payment_method_types[0]=card", Err((Some("parameter_unknown"), Some("payment_method_types"))));
        check("items[0][price]=p", Err((Some("parameter_unknown"), Some("items[0][price]"))));
        check("items=3", Err((Some("parameter_unknown"), Some("items"))));
        check("items[0][count]=two", Err((Some("parameter_invalid_integer"), Some("items[0][count]"))));
        check(
            "items[0][count]=99999999999999999999",
            Err((Some("parameter_invalid_integer"), Some("items[0][count]"))),
        );
        check("flag=yes", Err((None, Some("flag"))));
        check("back=javascript:alert(1)", Err((Some("url_invalid"), Some("back"))));
        check("name=", Err((Some("parameter_invalid_empty"), Some("name"))));
        check(&format!("name={}", "x".repeat(5_001)), Err((None, Some("name"))));
        check("a=%", Err((None, None)));
    }

    #[test]
    fn order_does_not_make_other_parameters() {
        let canonical = |text| Params::parse(text).expect("parameters").canonical();
        assert_eq!(canonical("a=1&b[c]=2"), canonical("b%5Bc%5D=2&a=1"));
        assert_ne!(canonical("a=1"), canonical("a=2"));
    }
}
