//! What must hold between templates, sources and the two files of texts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::look::assets;

const EN: &str = include_str!("../../locales/en.ftl");
const PT_BR: &str = include_str!("../../locales/pt-BR.ftl");

/// Names of charts, which look like ids of texts and are none.
const NOT_TEXTS: [&str; 14] = [
    "usage-by-hour",
    "usage-by-day",
    "usage-by-month",
    "data-by-day",
    "held-by-day",
    "held-brl-by-day",
    "held-bytes-by-day",
    "sold-by-day",
    "sold-brl-by-day",
    "sold-bytes-by-day",
    "all-used-by-day",
    "all-used-brl-by-day",
    "all-used-bytes-by-day",
    "low-by-day",
];

#[test]
fn both_languages_have_the_same_texts_and_variables() {
    assert_eq!(texts(EN), texts(PT_BR));
}

#[test]
fn each_text_that_is_asked_for_exists() {
    let known = texts(EN);
    for (path, source) in templates() {
        for id in asked_for(&source) {
            assert!(known.contains_key(&id), "{}: {id}", path.display());
        }
    }
    for (path, source) in sources() {
        for literal in literals(&source).into_iter().filter(|literal| looks_like_id(literal)) {
            let is_known = known.contains_key(&literal) || NOT_TEXTS.contains(&literal.as_str());
            assert!(is_known, "{}: {literal}", path.display());
        }
    }
}

#[test]
fn each_text_is_used() {
    let all: String = templates().into_iter().chain(sources()).map(|(_, source)| source).collect();
    let unused: Vec<String> =
        texts(EN).into_keys().filter(|id| !all.contains(&format!("\"{id}\""))).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn templates_have_no_words_of_their_own() {
    for (path, source) in templates() {
        let spoken = without(&without(&markup_of(&source), "<", ">"), "&", ";");
        assert!(!spoken.chars().any(char::is_alphabetic), "{}: {}", path.display(), spoken.trim());
        for attribute in ["aria-label", "title", "alt", "placeholder", "data-label"] {
            for piece in markup_of(&source).split(&format!(" {attribute}=\"")).skip(1) {
                let value = piece.split('"').next().unwrap_or_default();
                assert!(!value.chars().any(char::is_alphabetic), "{}: {attribute}={value}", path.display());
            }
        }
    }
}

/// The content security policy is `default-src 'self'`: nothing inline, nothing from elsewhere.
#[test]
fn templates_keep_to_the_content_security_policy() {
    for (path, source) in templates() {
        for forbidden in
            [" style=", "<style", "javascript:", " onclick=", " onchange=", "src=\"http", "//cdn"]
        {
            assert!(!source.contains(forbidden), "{}: {forbidden}", path.display());
        }
        for script in source.split("<script").skip(1) {
            assert!(script.starts_with(" src="), "{}: a script inside the page", path.display());
        }
    }
}

#[test]
fn each_form_that_changes_something_carries_its_token() {
    for (path, source) in templates() {
        for form in source.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            let is_post = form.contains("method=\"post\"");
            assert_eq!(is_post, form.contains("name=\"csrf\""), "{}: {form}", path.display());
        }
    }
}

#[test]
fn each_asset_that_is_named_exists() {
    for (path, source) in templates() {
        for piece in source.split("assets::url(\"").skip(1) {
            let name = piece.split('"').next().unwrap_or_default();
            assert_ne!(assets::url(name), "", "{}: {name}", path.display());
        }
    }
}

/// Each text's id with the names of its variables.
fn texts(file: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in file.lines() {
        if let Some((id, _)) =
            line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()))
        {
            current = id.to_owned();
            assert!(!texts.contains_key(id), "{id} stands twice");
            texts.insert(current.clone(), BTreeSet::new());
        }
        for piece in line.split('$').skip(1) {
            let name: String = piece.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
            // A dollar sign of a price is no variable.
            if name.starts_with(|c: char| c.is_ascii_lowercase()) {
                texts.entry(current.clone()).or_default().insert(name);
            }
        }
    }
    texts
}

fn templates() -> Vec<(PathBuf, String)> {
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), "html")
}

/// The sources that name texts: what is seen, the console, findings, and the portal's pages of lines; not the tests, not the stores of texts.
fn sources() -> Vec<(PathBuf, String)> {
    let own = ["texts_test.rs", "locale.rs", "assets.rs", "format.rs"];
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all: Vec<_> =
        ["look", "console"].iter().flat_map(|room| files(&source.join(room), "rs")).collect();
    all.extend(files(&source.join("doctor"), "rs"));
    let of_lines = |path: &Path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("line_")
            || ["buy_credit.rs", "consumption.rs", "monthly_invoices.rs", "movements.rs", "own_credit.rs"]
                .contains(&name)
    };
    all.extend(files(&source.join("portal"), "rs").into_iter().filter(|(path, _)| of_lines(path)));
    let findings = source.join("findings/words.rs");
    let text = std::fs::read_to_string(&findings).expect("a text file");
    all.push((findings, text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()));
    all.retain(|(path, _)| !own.iter().any(|name| path.ends_with(name)));
    all
}

fn files(folder: &Path, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).expect("the folder of this crate");
    for path in entries.map(|entry| entry.expect("an entry of the folder").path()) {
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            let text = std::fs::read_to_string(&path).expect("a text file");
            found.push((path, text));
        }
    }
    found
}

/// What stands between double quotes.
fn literals(source: &str) -> Vec<String> {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn looks_like_id(literal: &str) -> bool {
    let is_kebab = literal.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    is_kebab && literal.contains('-') && !literal.starts_with('-')
}

/// The ids of the texts that a template asks its reader for.
fn asked_for(source: &str) -> BTreeSet<String> {
    let methods = ["t", "t1", "t2", "tn"];
    let pieces = methods
        .iter()
        .flat_map(|name| source.split(&format!("reader.{name}(\"")).skip(1).collect::<Vec<_>>());
    pieces.map(|piece| piece.split('"').next().unwrap_or_default().to_owned()).collect()
}

/// A template without its expressions, statements and comments.
fn markup_of(source: &str) -> String {
    [("{#", "#}"), ("{%", "%}"), ("{{", "}}")]
        .iter()
        .fold(source.to_owned(), |text, (open, close)| without(&text, open, close))
}

/// `text` without everything from `open` to the next `close`.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut pieces = text.split(open);
    let mut rest = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        rest.push_str(piece.split_once(close).map_or("", |(_, behind)| behind));
    }
    rest
}
