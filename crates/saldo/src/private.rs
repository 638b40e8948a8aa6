//! Folders and files for their owner alone: they hold personal data, hashes of secrets, and a demo's secrets.

use std::fs::{DirBuilder, OpenOptions};
use std::path::Path;

use anyhow::Context as _;

/// Makes a folder, and those above it that are missing, readable for its owner alone. One that is there stays as it is.
pub(crate) fn make_folder(path: &Path) -> anyhow::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).with_context(|| format!("making the folder {}", path.display()))
}

/// How files are opened that, where they are made, are readable for their owner alone.
pub(crate) fn file() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
