//! Stripe's form encoding of nested parameters, `a[b][0][c]=…`, both ways.
//!
//! Owns the characters and the nesting; knows no parameter. The decoder is for the sandbox, so it has limits.

/// Most parameters that [`decode`] reads from one body or query.
pub const FIELDS_MAX: usize = 1_000;
/// Most levels of brackets that [`decode`] reads, the plain name included.
pub const DEPTH_MAX: usize = 8;

/// Parameters in the order in which they were added; names already carry their brackets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// A form without parameters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one parameter; `name` is written as in Stripe's reference, for example `line_items[0][quantity]`.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.push((name.into(), value.into()));
        self
    }

    /// The parameters as added.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of the parameter of exactly this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// True when there is no parameter.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text of an `application/x-www-form-urlencoded` body or of a query.
    ///
    /// Brackets of names stay readable, as the official clients send them; everything else outside RFC 3986's
    /// unreserved characters is percent-encoded as UTF-8.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.0 {
            if !text.is_empty() {
                text.push('&');
            }
            percent_encode_into(&mut text, name, b"[]");
            text.push('=');
            percent_encode_into(&mut text, value, b"");
        }
        text
    }
}

/// Percent-encodes `text` for use as one segment of a path.
#[must_use]
pub fn path_segment(text: &str) -> String {
    let mut segment = String::with_capacity(text.len());
    percent_encode_into(&mut segment, text, b"");
    segment
}

fn percent_encode_into(target: &mut String, text: &str, kept: &[u8]) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            target.push(char::from(byte));
        } else {
            target.push('%');
            target.push(char::from(b"0123456789ABCDEF"[usize::from(byte >> 4)]));
            target.push(char::from(b"0123456789ABCDEF"[usize::from(byte & 15)]));
        }
    }
}

/// Decoded parameters: a text, or named children in order of first appearance. A list is a branch whose names are its
/// positions; see [`Tree::items`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    /// A value.
    Text(String),
    /// Children by name.
    Branch(Vec<(String, Tree)>),
}

impl Tree {
    /// The child of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Tree> {
        self.children().iter().find(|(known, _)| known == name).map(|(_, child)| child)
    }

    /// The text at a path such as `["line_items", "0", "quantity"]`.
    #[must_use]
    pub fn text(&self, path: &[&str]) -> Option<&str> {
        match path.iter().try_fold(self, |tree, name| tree.get(name))? {
            Tree::Text(text) => Some(text),
            Tree::Branch(_) => None,
        }
    }

    /// Named children; none for a text.
    #[must_use]
    pub fn children(&self) -> &[(String, Tree)] {
        match self {
            Tree::Text(_) => &[],
            Tree::Branch(children) => children,
        }
    }

    /// The children as a list, ordered by their number; `None` when a name is not a number.
    #[must_use]
    pub fn items(&self) -> Option<Vec<&Tree>> {
        let mut numbered = Vec::with_capacity(self.children().len());
        for (name, child) in self.children() {
            numbered.push((name.parse::<u32>().ok()?, child));
        }
        numbered.sort_by_key(|(position, _)| *position);
        Some(numbered.into_iter().map(|(_, child)| child).collect())
    }
}

/// Why a form could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A percent escape is cut or is not hexadecimal, or the bytes are not UTF-8.
    #[error("a percent escape is broken or the text is not UTF-8")]
    BrokenEscape,
    /// Brackets do not match.
    #[error("the parameter name {0:?} has brackets that do not match")]
    BrokenName(String),
    /// The same name is used for a value and for nested parameters.
    #[error("the parameter {0:?} is both a value and a group")]
    Conflict(String),
    /// More than [`FIELDS_MAX`] parameters.
    #[error("more than {FIELDS_MAX} parameters")]
    TooMany,
    /// More than [`DEPTH_MAX`] levels.
    #[error("parameters are nested deeper than {DEPTH_MAX} levels")]
    TooDeep,
}

/// Reads a form body or a query. A plain name given twice keeps its last value; `[]` adds to a list.
///
/// # Errors
/// Anything that is not a form within the limits of this module.
pub fn decode(text: &str) -> Result<Tree, DecodeError> {
    let mut root = Tree::Branch(Vec::new());
    for (count, field) in text.split('&').filter(|field| !field.is_empty()).enumerate() {
        if count == FIELDS_MAX {
            return Err(DecodeError::TooMany);
        }
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        let name = percent_decode(name)?;
        let path = name_path(&name)?;
        insert(&mut root, &name, &path, percent_decode(value)?)?;
    }
    Ok(root)
}

fn percent_decode(text: &str) -> Result<String, DecodeError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = rest.next().and_then(hex_digit).ok_or(DecodeError::BrokenEscape)?;
                let low = rest.next().and_then(hex_digit).ok_or(DecodeError::BrokenEscape)?;
                high << 4 | low
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| DecodeError::BrokenEscape)
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

fn name_path(name: &str) -> Result<Vec<&str>, DecodeError> {
    let broken = || DecodeError::BrokenName(name.to_owned());
    let Some(open) = name.find('[') else {
        return if name.is_empty() || name.contains(']') { Err(broken()) } else { Ok(vec![name]) };
    };
    let (first, brackets) = name.split_at(open);
    let inner = brackets.strip_prefix('[').and_then(|text| text.strip_suffix(']')).ok_or_else(broken)?;
    let mut path = vec![first];
    path.extend(inner.split("]["));
    if first.is_empty() || path.iter().any(|part| part.contains(['[', ']'])) {
        return Err(broken());
    }
    if path.len() > DEPTH_MAX { Err(DecodeError::TooDeep) } else { Ok(path) }
}

fn insert(tree: &mut Tree, name: &str, path: &[&str], value: String) -> Result<(), DecodeError> {
    let conflict = || DecodeError::Conflict(name.to_owned());
    let Some((first, deeper)) = path.split_first() else {
        return match tree {
            Tree::Branch(children) if !children.is_empty() => Err(conflict()),
            slot => {
                *slot = Tree::Text(value);
                Ok(())
            }
        };
    };
    let Tree::Branch(children) = tree else {
        return Err(conflict());
    };
    let key = if first.is_empty() { children.len().to_string() } else { (*first).to_owned() };
    let position = children.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
        children.push((key, Tree::Branch(Vec::new())));
        children.len() - 1
    });
    insert(&mut children[position].1, name, deeper, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(fields: &[(&str, &str)], text: &str) {
        let form = fields.iter().fold(Form::new(), |form, (name, value)| form.with(*name, *value));
        assert_eq!(form.encode(), text);
        let tree = decode(text).expect("our own encoding is readable");
        for (name, value) in fields {
            let path = name_path(name).expect("a well-formed name");
            assert_eq!(tree.text(&path), Some(*value), "{name}");
        }
    }

    #[test]
    fn what_is_encoded_is_read_back() {
        check(&[], "");
        check(&[("a", "1"), ("b", "")], "a=1&b=");
        check(&[("a[b][0][c]", "1")], "a[b][0][c]=1");
        check(
            &[("metadata[note]", "50% of R$ 10 & more+é")],
            "metadata[note]=50%25%20of%20R%24%2010%20%26%20more%2B%C3%A9",
        );
        check(
            &[("success_url", "https://a.example/r?s={CHECKOUT_SESSION_ID}")],
            "success_url=https%3A%2F%2Fa.example%2Fr%3Fs%3D%7BCHECKOUT_SESSION_ID%7D",
        );
    }

    #[test]
    fn lists_are_read_in_order() {
        let tree = decode("x[]=a&x[]=b&y[1]=d&y[0]=c&z%5B0%5D%5Bq%5D=1+2").expect("a form");
        let texts = |name: &str| -> Vec<Tree> {
            tree.get(name).and_then(Tree::items).expect("a list").into_iter().cloned().collect()
        };
        assert_eq!(texts("x"), [Tree::Text("a".into()), Tree::Text("b".into())]);
        assert_eq!(texts("y"), [Tree::Text("c".into()), Tree::Text("d".into())]);
        assert_eq!(tree.text(&["z", "0", "q"]), Some("1 2"));
        assert_eq!(decode("m[k]=v").expect("a form").get("m").and_then(Tree::items), None);
        assert_eq!(decode("a=1&a=2").expect("a form").text(&["a"]), Some("2"));
    }

    #[test]
    fn broken_forms_are_refused() {
        let name = |text: &str| DecodeError::BrokenName(text.into());
        for (text, error) in [
            ("a=%", DecodeError::BrokenEscape),
            ("a=%G0", DecodeError::BrokenEscape),
            ("a=%FF", DecodeError::BrokenEscape),
            ("a[b=1", name("a[b")),
            ("a]b=1", name("a]b")),
            ("a[b]c=1", name("a[b]c")),
            ("[a]=1", name("[a]")),
            ("=1", name("")),
            ("a[[b]]=1", name("a[[b]]")),
            ("a=1&a[b]=2", DecodeError::Conflict("a[b]".into())),
            ("a[b]=2&a=1", DecodeError::Conflict("a".into())),
            ("a[1][2][3][4][5][6][7][8]=1", DecodeError::TooDeep),
        ] {
            assert_eq!(decode(text), Err(error), "{text}");
        }
        assert_eq!(decode(&"a=1&".repeat(FIELDS_MAX + 1)), Err(DecodeError::TooMany));
    }

    #[test]
    fn a_path_segment_cannot_leave_its_place() {
        assert_eq!(path_segment("cs_test_a1"), "cs_test_a1");
        assert_eq!(path_segment("../x?y"), "..%2Fx%3Fy");
    }
}
