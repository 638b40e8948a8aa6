//! What a command prints: plain text, in colour only where a person at a terminal reads it.

use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};

use crate::doctor::Verdict;

const BOLD: &str = "1";
const GREEN: &str = "32";
const RED: &str = "31";
const YELLOW: &str = "33";

/// The terminal, or whatever stands in its place.
pub(super) struct Screen {
    colours: bool,
    error_colours: bool,
}

impl Screen {
    pub(super) fn new() -> Screen {
        // https://no-color.org
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Screen {
            colours: wanted && std::io::stdout().is_terminal(),
            error_colours: wanted && std::io::stderr().is_terminal(),
        }
    }

    /// One line. An output that nobody reads any more is no failure of the command.
    pub(super) fn line(&self, text: impl Display) {
        let _ = writeln!(std::io::stdout(), "{text}");
    }

    /// Text for a program, as it is.
    pub(super) fn text(&self, text: &str) {
        let _ = std::io::stdout().write_all(text.as_bytes());
    }

    /// A name and what it is, aligned with others.
    pub(super) fn pair(&self, name: &str, value: impl Display) {
        self.line(format_args!("{} {value}", painted(self.colours, BOLD, &format!("{name:<12}"))));
    }

    /// One line that says that all is well.
    pub(super) fn good(&self, text: &str) {
        self.line(painted(self.colours, GREEN, text));
    }

    /// One line that says what is wrong.
    pub(super) fn bad(&self, text: &str) {
        self.line(painted(self.colours, RED, text));
    }

    /// What a check came to: its sign and word in colour, what was looked at, what was found.
    pub(super) fn verdict(&self, verdict: Verdict, label: &str, words: &str) {
        let (colour, sign) = match verdict {
            Verdict::Good => (GREEN, "✓ good   "),
            Verdict::Warning => (YELLOW, "! note   "),
            Verdict::Bad => (RED, "✕ wrong  "),
            Verdict::Skipped => (BOLD, "- skipped"),
        };
        self.line(format_args!("{}  {label}: {words}", painted(self.colours, colour, sign)));
    }

    /// Rows under a heading, in columns as wide as what is in them.
    pub(super) fn table<const N: usize>(&self, heading: [&str; N], rows: &[[String; N]]) {
        let widths: [usize; N] = std::array::from_fn(|column| {
            let texts = rows.iter().map(|row| row[column].chars().count());
            texts.chain([heading[column].chars().count()]).max().unwrap_or(0)
        });
        let laid_out = |cells: [&str; N]| {
            let cells = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        self.line(painted(self.colours, BOLD, &laid_out(heading)));
        for row in rows {
            self.line(laid_out(std::array::from_fn(|column| row[column].as_str())));
        }
    }

    /// Why the command failed.
    pub(super) fn failure(&self, text: &str) {
        let _ = writeln!(std::io::stderr(), "{} {text}", painted(self.error_colours, RED, "error:"));
    }

    /// How far a long piece of work has come, for a person who waits.
    pub(super) fn progress(&self, text: impl Display) {
        if std::io::stderr().is_terminal() {
            let _ = write!(std::io::stderr(), "\r{text}\x1b[K");
        }
    }

    /// Takes the progress away.
    pub(super) fn progress_ends(&self) {
        self.progress("");
    }
}

fn painted(colours: bool, colour: &str, text: &str) -> String {
    if colours { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
}
