//! Why a line is blocked, as staff read it.

/// Why a line is blocked.
#[derive(Clone, Debug)]
pub struct BlockedLine {
    /// Why, since when, by whom, in one sentence.
    pub words: String,
    /// What whoever blocked it said why.
    pub reason: Option<String>,
    /// What is overdue: what it is called, and its page.
    pub overdue: Vec<(String, String)>,
}
