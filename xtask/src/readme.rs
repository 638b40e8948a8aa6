//! The commands of README.md, run as printed.
//!
//! A ```` ```sh ```` block under the comment `<!-- tested -->` is run line by line by `sh`, with these helps:
//!
//! * `cargo run --release -- demo …` is not built again: the release build's demo is started, in a folder of its own, on
//!   free ports; the ports 7070, 7071 and 7072 in later lines become those.
//! * `cargo xtask test` is what runs this, so it is only looked for.
//! * The demo's line is in the environment: `PORTAL_URL`, `API_URL`, `SANDBOX_URL`, `EXAMPLE_API_URL`, `API_KEY`,
//!   `CUSTOMER_ID`, `CUSTOMER_API_KEY`.
//! * A comment `# prints: …` under a command is text that must be in what the command prints; `…` in it stands for anything.

use anyhow::{Context, Result, bail, ensure};

use crate::run::{Program, root};
use crate::server::Demo;
use crate::tally::Tally;

const MARK: &str = "<!-- tested -->";
const DEMO: &str = "cargo run --release -- demo";
const TEST: &str = "cargo xtask test";
const PRINTS: &str = "# prints: ";
/// The port the README's lines name; the demo's two others follow it.
const PORT: u16 = 7070;

/// A command of the README and what it must print.
#[derive(Debug, PartialEq, Eq)]
struct Command {
    line: String,
    prints: Vec<String>,
}

/// Runs all tested commands of README.md.
pub(crate) fn check() -> Result<Tally> {
    let text = std::fs::read_to_string(root().join("README.md")).context("reading README.md")?;
    let commands = tested_commands(&text)?;
    for needed in [DEMO, TEST] {
        ensure!(
            commands.iter().any(|command| command.line.starts_with(needed)),
            "README.md has no tested line `{needed}`: mark its block with {MARK}"
        );
    }
    let mut tally = Tally::default();
    let mut demo = None;
    for command in &commands {
        if command.line.starts_with(DEMO) {
            demo = Some(Demo::start().context("the README's demo command")?);
        } else if !command.line.starts_with(TEST) {
            let demo = demo.as_ref().with_context(|| format!("`{}` stands before `{DEMO}`", command.line))?;
            run(command, demo)?;
        }
        tally += Tally::ONE;
    }
    Ok(tally)
}

fn run(command: &Command, demo: &Demo) -> Result<()> {
    let mut line = command.line.clone();
    for offset in 0..3 {
        line = line.replace(&format!(":{}", PORT + offset), &format!(":{}", demo.port + offset));
    }
    println!("$ {line}");
    let printed = Program::new("sh", ["-c", &line])
        .with("PORTAL_URL", demo.text("/portal_url")?)
        .with("API_URL", demo.text("/api_url")?)
        .with("SANDBOX_URL", demo.text("/sandbox_url")?)
        .with("EXAMPLE_API_URL", demo.text("/example_api_url")?)
        .with("API_KEY", demo.text("/api_key")?)
        .with("CUSTOMER_ID", demo.text("/customer/id")?)
        .with("CUSTOMER_API_KEY", demo.text("/customer/api_key")?)
        .ask()
        .with_context(|| format!("the README's `{}` failed", command.line))?;
    println!("{printed}");
    for expected in &command.prints {
        ensure!(is_in(expected, &printed), "the README says that `{}` prints {expected}", command.line);
    }
    Ok(())
}

/// Whether the parts of `expected` between its `…` stand in `printed`, in that order.
fn is_in(expected: &str, printed: &str) -> bool {
    let mut rest = printed;
    expected.split('…').all(|part| match rest.split_once(part) {
        Some((_, behind)) => {
            rest = behind;
            true
        }
        None => false,
    })
}

/// The commands of all blocks that are marked.
fn tested_commands(text: &str) -> Result<Vec<Command>> {
    let mut commands = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() != MARK {
            continue;
        }
        ensure!(lines.next().map(str::trim) == Some("```sh"), "{MARK} must stand right above a ```sh block");
        let mut begun = String::new();
        loop {
            let Some(line) = lines.next().map(str::trim) else {
                bail!("a ```sh block under {MARK} has no end")
            };
            if line == "```" {
                break;
            } else if let Some(printed) = line.strip_prefix(PRINTS) {
                let command: &mut Command =
                    commands.last_mut().with_context(|| format!("{line} has no command above it"))?;
                command.prints.push(printed.to_owned());
            } else if let Some(part) = line.strip_suffix('\\') {
                begun.push_str(part);
            } else if !line.is_empty() && !line.starts_with('#') {
                commands.push(Command { line: std::mem::take(&mut begun) + line, prints: Vec::new() });
            }
        }
    }
    Ok(commands)
}

#[cfg(test)]
mod tests {
    use super::{Command, is_in, tested_commands};

    #[test]
    fn only_marked_blocks_are_commands() {
        let text = "# Saldo\n```sh\nrm everything\n```\n<!-- tested -->\n```sh\n# a remark\ncargo run\n\
                    curl \\\n  -H 'x: y' \\\n  http://here\n# prints: {\"a\"\n```\n";
        let command = |line: &str, prints: &[&str]| Command {
            line: line.to_owned(),
            prints: prints.iter().map(ToString::to_string).collect(),
        };
        let expected = vec![command("cargo run", &[]), command("curl -H 'x: y' http://here", &["{\"a\""])];
        assert_eq!(tested_commands(text).expect("well formed"), expected);
        assert!(tested_commands("<!-- tested -->\ntext").is_err());
        assert!(tested_commands("<!-- tested -->\n```sh\ncurl").is_err());
    }

    #[test]
    fn an_ellipsis_stands_for_anything() {
        assert!(is_in("a…c", "xabc"));
        assert!(is_in("b", "abc"));
        assert!(!is_in("c…a", "abc"));
    }
}
