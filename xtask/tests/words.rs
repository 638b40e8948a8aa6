//! One word, one meaning. Names that mean nothing hide where a thing belongs, so nothing is called by them; and what the
//! repository's pages point at exists.

use std::path::{Path, PathBuf};

/// Anywhere in the name of a module or type.
const MEANINGLESS: &[&str] =
    &["util", "utils", "helper", "helpers", "manager", "service", "handler", "handlers"];
/// As the whole name of a module or type.
const MEANINGLESS_ALONE: &[&str] = &["data", "info", "common", "misc"];
/// Folders that hold nothing of ours.
const NOT_OURS: &[&str] = &["target", "node_modules", ".git", "saldo-data"];

#[test]
fn modules_and_types_mean_something() {
    let mut found = Vec::new();
    for path in files("rs") {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("our file names are text");
        let folder = path
            .parent()
            .and_then(Path::file_name)
            .and_then(|name| name.to_str())
            .expect("a file lies in a folder");
        for name in [stem, folder] {
            if is_meaningless(name) {
                found.push(format!("{}: {name}", path.display()));
            }
        }
        for (index, line) in read(&path).lines().enumerate() {
            if let Some(name) = declared(line)
                && is_meaningless(&snake_case(name))
            {
                found.push(format!("{}:{}: {name}", path.display(), index + 1));
            }
        }
    }
    assert!(found.is_empty(), "names that mean nothing:\n{}", found.join("\n"));
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut broken = Vec::new();
    for page in files("md") {
        let text = read(&page);
        for link in links(&text) {
            let is_elsewhere = link.contains("://") || link.starts_with('#') || link.starts_with("mailto:");
            let target = link.split('#').next().unwrap_or_default();
            if !is_elsewhere && !page.parent().expect("a file lies in a folder").join(target).exists() {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}

#[test]
fn the_words_themselves() {
    assert!(is_meaningless("string_utils"));
    assert!(is_meaningless(&snake_case("TopUpManager")));
    assert!(is_meaningless("data"));
    assert_eq!(declared("pub(crate) struct Data;"), Some("Data"));
    assert_eq!(declared("type Data = Bytes;"), Some("Data"));
    assert_eq!(declared("    type Data = Bytes;"), None);
    assert!(!is_meaningless("data_wallet"));
    assert_eq!(declared("pub(crate) struct TopUp<T> {"), Some("TopUp"));
    assert_eq!(declared("    mod tests {"), Some("tests"));
    assert_eq!(declared("let mode = 1;"), None);
    assert_eq!(links("see [a](b.md) and [c](d.md#e)"), ["b.md", "d.md#e"]);
}

fn is_meaningless(name: &str) -> bool {
    MEANINGLESS_ALONE.contains(&name) || name.split('_').any(|word| MEANINGLESS.contains(&word))
}

/// The name that a line declares, if it declares a module or a type.
/// The name that a line declares. A type inside a block is what somebody else's trait calls so.
fn declared(line: &str) -> Option<&str> {
    if line.starts_with(char::is_whitespace) && line.trim_start().starts_with("type ") {
        return None;
    }
    let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub"));
    let is_declaration = matches!(words.next()?, "mod" | "struct" | "enum" | "trait" | "type" | "union");
    let name = words.next()?.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    (is_declaration && !name.is_empty()).then_some(name)
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (index, c) in name.char_indices() {
        if c.is_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

/// The targets of a page's `[text](target)` links.
fn links(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link).collect()
}

/// All files of ours with that ending.
fn files(ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open =
        vec![Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the tree").to_owned()];
    while let Some(folder) = open.pop() {
        for entry in
            std::fs::read_dir(&folder).expect("a folder of the tree").map(|entry| entry.expect("its entry"))
        {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() {
                if !NOT_OURS.iter().any(|other| name == *other) {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
