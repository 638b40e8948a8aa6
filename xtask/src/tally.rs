//! How many tests passed, failed and were skipped, read from what the test runners print.

use std::ops::AddAssign;

/// Counts of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    /// One check that held.
    pub(crate) const ONE: Self = Self { passed: 1, failed: 0, skipped: 0 };

    /// The closing line, alone on a line, in a form that machines read too.
    pub(crate) fn print(self) {
        println!("\n{self}");
    }

    /// Adds what one line of `cargo test` says, if it is a closing line:
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s`.
    pub(crate) fn read_cargo(&mut self, line: &str) {
        let Some(counts) =
            line.trim_start().strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for part in counts.1.split("; ") {
            match part.split_once(' ').map(|(count, what)| (count.parse::<u64>(), what)) {
                Some((Ok(count), "passed")) => self.passed += count,
                Some((Ok(count), "failed")) => self.failed += count,
                Some((Ok(count), "ignored")) => self.skipped += count,
                _ => {}
            }
        }
    }

    /// Adds what one line of Node's test runner says, if it is one of its closing lines: `ℹ pass 3`.
    pub(crate) fn read_node(&mut self, line: &str) {
        let Some((what, Ok(count))) = line
            .strip_prefix("ℹ ")
            .and_then(|rest| rest.trim_end().split_once(' '))
            .map(|(what, count)| (what, count.parse::<u64>()))
        else {
            return;
        };
        match what {
            "pass" => self.passed += count,
            "fail" | "cancelled" => self.failed += count,
            "skipped" | "todo" => self.skipped += count,
            _ => {}
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 { write!(f, ", {} skipped", self.skipped) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn check(read: fn(&mut Tally, &str), lines: &[&str], passed: u64, failed: u64, skipped: u64) {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| read(&mut tally, line));
        assert_eq!(tally, Tally { passed, failed, skipped }, "{lines:?}");
    }

    #[test]
    fn closing_lines_of_cargo() {
        let ok =
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.31s";
        let bad = "test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1.00s";
        check(Tally::read_cargo, &["running 12 tests", ok, bad, "test a ... ok"], 14, 3, 1);
        check(Tally::read_cargo, &["the page says: 4 passed; 5 failed"], 0, 0, 0);
    }

    #[test]
    fn closing_lines_of_node() {
        let lines = [
            "✔ a story (12 ms)",
            "ℹ tests 7",
            "ℹ pass 3",
            "ℹ fail 1",
            "ℹ cancelled 1",
            "ℹ skipped 1",
            "ℹ todo 1",
        ];
        check(Tally::read_node, &lines, 3, 2, 2);
        check(Tally::read_node, &["ℹ duration_ms 12.5", "pass 3"], 0, 0, 0);
    }
}
