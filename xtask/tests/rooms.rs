//! Who may know whom, and what the pure rooms must never reach: read from the manifests and the lock file, so that a
//! dependency added in passing is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// Each room and the rooms it may depend on, in its tests too. A room that is not listed here does not exist.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("money", &[]),
    ("book", &["money"]),
    ("stripe", &["money"]),
    ("brazil", &["money"]),
    ("radius", &[]),
    ("store", &["book", "money"]),
    ("engine", &["book", "money", "store"]),
    ("sandbox", &["brazil", "radius", "stripe"]),
    ("saldo", &["book", "brazil", "engine", "money", "radius", "sandbox", "store", "stripe"]),
    ("xtask", &[]),
];

const RUNTIMES_AND_SOCKETS: &[&str] = &[
    "tokio",
    "mio",
    "async-std",
    "smol",
    "async-io",
    "socket2",
    "hyper",
    "h2",
    "axum",
    "tower",
    "reqwest",
    "ureq",
    "rustls",
    "openssl",
    "lettre",
    "tungstenite",
];
const DRIVERS: &[&str] =
    &["rusqlite", "libsqlite3-sys", "tokio-postgres", "postgres", "sqlx", "redb", "fjall"];
const RANDOMNESS: &[&str] = &["rand", "rand_core", "getrandom", "fastrand", "uuid", "ahash"];

/// What a room never reaches, not even through what it depends on.
const NEVER_REACHES: &[(&str, &[&[&str]])] = &[
    ("money", &[RUNTIMES_AND_SOCKETS, DRIVERS, RANDOMNESS]),
    ("book", &[RUNTIMES_AND_SOCKETS, DRIVERS, RANDOMNESS]),
    ("stripe", &[RUNTIMES_AND_SOCKETS, DRIVERS, RANDOMNESS]),
    ("brazil", &[RUNTIMES_AND_SOCKETS, DRIVERS, RANDOMNESS]),
    ("radius", &[RUNTIMES_AND_SOCKETS, DRIVERS, RANDOMNESS]),
    ("store", &[RUNTIMES_AND_SOCKETS]),
    ("engine", &[RUNTIMES_AND_SOCKETS]),
];

/// The store reaches a server through these alone; what they bring to speak over a socket is theirs.
const DRIVERS_OF_THE_STORE: [&str; 6] = [
    "tokio",
    "tokio-postgres",
    "tokio-postgres-rustls",
    "tokio-stream",
    "rustls",
    "rustls-platform-verifier",
];

#[test]
fn every_room_is_listed() {
    let found: BTreeSet<String> = manifests().into_keys().collect();
    let listed: BTreeSet<String> = MAY_KNOW.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(found, listed, "a room was added or is gone: MAY_KNOW and ARCHITECTURE.md must say so");
}

#[test]
fn nothing_points_back() {
    for (room, manifest) in manifests() {
        let may_know = MAY_KNOW.iter().find(|(name, _)| *name == room).map_or(&[][..], |(_, others)| *others);
        for other in dependencies(&manifest, &["dependencies", "dev-dependencies", "build-dependencies"]) {
            let is_room = MAY_KNOW.iter().any(|(name, _)| *name == other);
            assert!(!is_room || may_know.contains(&other.as_str()), "{room} may not know {other}");
        }
    }
}

#[test]
fn pure_rooms_reach_no_world() {
    let packages = lock_file();
    for (room, groups) in NEVER_REACHES {
        let manifest = &manifests()[*room];
        // Dependencies of tests are not counted: they are not part of the room.
        let mut first = dependencies(manifest, &["dependencies", "build-dependencies"]);
        match *room {
            "store" => first.retain(|name| !DRIVERS_OF_THE_STORE.contains(&name.as_str())),
            // What it reaches through the store, the store answers for.
            "engine" => first.retain(|name| name != "store"),
            _ => {}
        }
        for (reached, through) in reachable(&packages, first) {
            let is_banned = groups.iter().any(|group| group.contains(&reached.as_str()));
            assert!(!is_banned, "{room} reaches {reached} through {through}");
        }
    }
}

#[test]
fn versions_are_chosen_in_one_place() {
    for (room, manifest) in manifests() {
        for (section, name, value) in dependency_entries(&manifest) {
            let is_inherited = value.get("workspace").and_then(Value::as_bool) == Some(true);
            assert!(is_inherited, "{room}, [{section}]: {name} must come from the workspace's manifest");
        }
        assert!(manifest.contains_key("lints"), "{room} does not take the workspace's lints");
    }
}

/// The manifest of every member of the workspace, by the package's name.
fn manifests() -> BTreeMap<String, Table> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root().join("crates"))
        .expect("the folder of the rooms")
        .map(|entry| entry.expect("an entry of the folder of the rooms").path())
        .collect();
    folders.push(root().join("xtask"));
    folders
        .iter()
        .map(|folder| folder.join("Cargo.toml"))
        .filter(|path| path.exists()) // an empty folder is no room
        .map(|path| {
            let manifest = read(&path);
            let name = manifest["package"]["name"].as_str().expect("a package has a name").to_owned();
            (name, manifest)
        })
        .collect()
}

/// All dependency entries: section, name, value; those of a target too.
fn dependency_entries(manifest: &Table) -> Vec<(String, String, Value)> {
    const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
    let mut tables = vec![manifest];
    let targets = manifest.get("target").and_then(Value::as_table);
    tables.extend(targets.into_iter().flat_map(Table::values).filter_map(Value::as_table));
    let mut entries = Vec::new();
    for table in tables {
        for section in SECTIONS {
            for (name, value) in table.get(section).and_then(Value::as_table).into_iter().flatten() {
                entries.push((section.to_owned(), name.clone(), value.clone()));
            }
        }
    }
    entries
}

fn dependencies(manifest: &Table, sections: &[&str]) -> Vec<String> {
    dependency_entries(manifest)
        .into_iter()
        .filter(|(section, ..)| sections.contains(&section.as_str()))
        .map(|(_, name, value)| value.get("package").and_then(Value::as_str).map_or(name, str::to_owned))
        .collect()
}

/// The lock file: each package's name and the names of what it depends on; several versions of one package are one.
fn lock_file() -> BTreeMap<String, BTreeSet<String>> {
    let lock = read(&root().join("Cargo.lock"));
    let mut packages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in lock["package"].as_array().expect("the lock file lists packages") {
        let name = package["name"].as_str().expect("a package has a name");
        let needs = package.get("dependencies").and_then(Value::as_array).into_iter().flatten();
        // An entry is `name` or `name version`.
        let needs = needs.filter_map(Value::as_str).filter_map(|entry| entry.split(' ').next());
        packages.entry(name.to_owned()).or_default().extend(needs.map(str::to_owned));
    }
    packages
}

/// What is reached from `first`, each with the one of `first` it was reached through. The lock file lists what tests of the
/// workspace's own packages need too, so those are entered by their manifests.
fn reachable(packages: &BTreeMap<String, BTreeSet<String>>, first: Vec<String>) -> BTreeMap<String, String> {
    let manifests = manifests();
    let mut reached = BTreeMap::new();
    let mut open: Vec<(String, String)> = first.into_iter().map(|name| (name.clone(), name)).collect();
    while let Some((name, through)) = open.pop() {
        if reached.contains_key(&name) {
            continue;
        }
        let needs = match manifests.get(&name) {
            Some(manifest) => dependencies(manifest, &["dependencies", "build-dependencies"]),
            None => packages.get(&name).into_iter().flatten().cloned().collect(),
        };
        open.extend(needs.into_iter().map(|need| (need, through.clone())));
        reached.insert(name, through);
    }
    reached
}

fn read(path: &Path) -> Table {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root of the tree")
}
