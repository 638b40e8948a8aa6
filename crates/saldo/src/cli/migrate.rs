//! `saldo migrate`.

use anyhow::Context as _;
use store::Database;

use super::screen::Screen;
use crate::config::Config;
use crate::private;

pub(super) const HELP: &str = "\
Example:
  saldo migrate --data /var/lib/saldo/data    says what was applied; again, and there is nothing to apply";

/// Applies what both databases lack, and says what that was.
pub(super) fn run(config: &Config, screen: &Screen) -> anyhow::Result<()> {
    private::make_folder(&config.server.data)?;
    let place = config.place();
    let opening = || format!("opening {place}");
    let mut applied = place.pending(Database::Journal).with_context(opening)?;
    // Taken before anything is changed, and kept: nobody serves this installation meanwhile.
    let _alone = place.open_journal().with_context(opening)?;
    applied.extend(place.pending(Database::Saldo).with_context(opening)?);
    place.open_tables().with_context(opening)?;
    for migration in &applied {
        screen.line(format_args!("applied {}", migration.file));
    }
    screen.good(match applied.len() {
        0 => "There was nothing to apply.",
        _ => "The databases are up to date.",
    });
    Ok(())
}
