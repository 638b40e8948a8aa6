//! Which tests failed and what they said, read from what the test runners print, so that it stands once more where it is looked
//! for: at the very end.

/// Failed tests that are named at the end.
const NAMED_MAX: usize = 15;
/// Lines of what all of them said that are repeated.
const LINES_MAX: usize = 25;
/// Of those, lines of one test.
const LINES_OF_ONE_MAX: usize = 8;
/// Characters of one line; a page that was not as expected is one long text.
const LINE_CHARS_MAX: usize = 240;

/// The failed tests of a step, in the order in which they were told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Failures {
    tests: Vec<Failure>,
    place: Place,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Failure {
    name: String,
    said: Vec<String>,
}

/// Where in the runner's output the next line stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Not among failures, or behind what the newest of them said.
    #[default]
    Elsewhere,
    /// What a failed test printed before it fell.
    Printed,
    /// What it said when it fell.
    Said,
    /// Node's list of failed tests, between two of them.
    List,
}

impl Failures {
    /// Takes one line of `cargo test`: a failed test is told as `---- name stdout ----`, its prints, and its panic.
    pub(crate) fn read_cargo(&mut self, line: &str) {
        let name = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" ----"));
        if let Some(name) = name {
            self.begin(name.trim_end_matches(" stdout"), Place::Printed);
        } else if line == "failures:" || line.starts_with("test result: ") {
            self.place = Place::Elsewhere;
        } else if self.place != Place::Elsewhere
            && line.starts_with("thread '")
            && line.contains(" panicked at ")
        {
            self.place = Place::Said;
            self.say(line);
        } else if line == "stack backtrace:" || line.starts_with("note: ") {
            if self.place == Place::Said {
                self.place = Place::Printed;
            }
        } else if self.place == Place::Said || (self.place == Place::Printed && line.contains("SEED=")) {
            self.say(line);
        }
    }

    /// Takes one line of Node's runner, which lists the failed tests at its end: `✖ title (12 ms)`, the error, its stack.
    pub(crate) fn read_node(&mut self, line: &str) {
        let in_list = self.place != Place::Elsewhere;
        if line.starts_with("✖ failing tests") || (in_list && is_of_no_use(line)) {
            self.place = Place::List;
        } else if in_list && let Some(name) = line.strip_prefix("✖ ") {
            self.begin(name, Place::Said);
        } else if self.place == Place::Said {
            self.say(line);
        }
    }

    fn begin(&mut self, name: &str, place: Place) {
        self.tests.push(Failure { name: name.to_owned(), said: Vec::new() });
        self.place = place;
    }

    fn say(&mut self, line: &str) {
        if let Some(test) = self.tests.last_mut()
            && test.said.len() < LINES_OF_ONE_MAX
            && !line.trim().is_empty()
        {
            test.said.push(line.chars().take(LINE_CHARS_MAX).collect());
        }
    }
}

/// Places in files and lines of a stack, in Node's list: the titles and the errors say more.
fn is_of_no_use(line: &str) -> bool {
    line.starts_with("test at ") || line.trim_start().starts_with("at ")
}

impl std::fmt::Display for Failures {
    /// Every name, as far as there is room, and under it what the test said.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut room = LINES_MAX;
        for test in self.tests.iter().take(NAMED_MAX) {
            writeln!(f, "failed: {}", test.name)?;
            for line in test.said.iter().take(room) {
                writeln!(f, "    {line}")?;
            }
            room = room.saturating_sub(test.said.len());
        }
        match self.tests.len().saturating_sub(NAMED_MAX) {
            0 => Ok(()),
            more => writeln!(f, "failed: {more} more, see above"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Failures, LINES_MAX, NAMED_MAX};

    fn shown(read: fn(&mut Failures, &str), lines: &[&str]) -> String {
        let mut failures = Failures::default();
        lines.iter().for_each(|line| read(&mut failures, line));
        failures.to_string()
    }

    #[test]
    fn what_cargo_tells() {
        let lines = [
            "running 3 tests",
            "test a::good ... ok",
            "test a::bad ... FAILED",
            "failures:",
            "",
            "---- a::bad stdout ----",
            "KILL_SEED=7",
            "a line of the log",
            "",
            "thread 'a::bad' (12) panicked at crates/a/src/lib.rs:3:5:",
            "assertion failed: left == right",
            "  left: 1",
            "stack backtrace:",
            "   0: rust_begin_unwind",
            "note: Some details are omitted",
            "---- a::worse stdout ----",
            "Error: no such file",
            "",
            "failures:",
            "    a::bad",
            "    a::worse",
            "",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.31s",
        ];
        let expected = "failed: a::bad\n    KILL_SEED=7\n    thread 'a::bad' (12) panicked at crates/a/src/lib.rs:3:5:\n    \
                        assertion failed: left == right\n      left: 1\nfailed: a::worse\n";
        assert_eq!(shown(Failures::read_cargo, &lines), expected);
        assert_eq!(shown(Failures::read_cargo, &lines[..3]), "");
    }

    #[test]
    fn what_node_tells() {
        let lines = [
            "✖ a bad one (17.1 ms)",
            "  AssertionError [ERR_ASSERTION]: the page reads",
            "ℹ fail 2",
            "✖ failing tests:",
            "",
            "test at e2e/stories/a.mjs:2:23",
            "✖ a bad one (17.1 ms)",
            "  AssertionError [ERR_ASSERTION]: the page reads",
            "  1 !== 2",
            "      at TestContext.<anonymous> (file:///a.mjs:2:60)",
            "    generatedMessage: false,",
            "",
            "test at e2e/stories/a.mjs:9:1",
            "✖ slow (100.3 ms)",
            "  'test timed out after 100ms'",
        ];
        let expected = "failed: a bad one (17.1 ms)\n      AssertionError [ERR_ASSERTION]: the page reads\n      1 !== 2\n\
                        failed: slow (100.3 ms)\n      'test timed out after 100ms'\n";
        assert_eq!(shown(Failures::read_node, &lines), expected);
    }

    #[test]
    fn many_failures_leave_room_for_the_counts() {
        let told: Vec<String> = (0..40)
            .flat_map(|n| {
                let name = format!("---- test_{n} stdout ----");
                let mut lines = vec![name, "thread 'x' panicked at x.rs:1:1:".to_owned()];
                lines.extend((0..30).map(|line| format!("line {line}")));
                lines
            })
            .collect();
        let told: Vec<&str> = told.iter().map(String::as_str).collect();
        let shown = shown(Failures::read_cargo, &told);
        assert_eq!(shown.lines().count(), LINES_MAX + NAMED_MAX + 1);
        assert!(shown.ends_with("failed: 25 more, see above\n"), "{shown}");
    }
}
