//! The way through a long list: where each page that was turned began, carried in the address. So *Newer* leads back page by page,
//! and nothing is lost or doubled while rows are added.

/// What stands between two cursors in an address.
const BETWEEN: char = '~';
/// Pages that are remembered; beyond them *Newer* leads to the first.
const PAGES_MAX: usize = 40;

/// The cursors of the pages that were turned, oldest first; none on the first page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trail(Vec<String>);

impl Trail {
    /// Reads what an address carries. What is no cursor is for the list to say.
    pub(crate) fn parse(text: Option<&str>) -> Trail {
        let cursors = text.unwrap_or_default().split(BETWEEN).filter(|cursor| is_plain(cursor));
        Trail(cursors.map(str::to_owned).take(PAGES_MAX).collect())
    }

    /// Where this page begins; `None` on the first.
    pub(crate) fn last(&self) -> Option<&str> {
        self.0.last().map(String::as_str)
    }

    /// Whether this is the first page.
    pub(crate) fn is_first(&self) -> bool {
        self.0.is_empty()
    }

    /// The address of the page before: `base` ends in `?` or `&`.
    pub(crate) fn newer_url(&self, base: &str, name: &str) -> Option<String> {
        let (_, before) = self.0.split_last()?;
        if before.is_empty() {
            return Some(base.trim_end_matches(['?', '&']).to_owned());
        }
        Some(format!("{base}{name}={}", before.join("~")))
    }

    /// The address of the page that begins at `next`.
    pub(crate) fn older_url(&self, base: &str, name: &str, next: &str) -> String {
        let kept = self.0.len().saturating_sub(PAGES_MAX - 1);
        let mut cursors: Vec<&str> = self.0[kept..].iter().map(String::as_str).collect();
        cursors.push(next);
        format!("{base}{name}={}", cursors.join("~"))
    }
}

fn is_plain(cursor: &str) -> bool {
    !cursor.is_empty() && cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::Trail;

    #[test]
    fn there_and_back() {
        let first = Trail::parse(None);
        assert!(first.is_first() && first.newer_url("/a?", "p").is_none());
        assert_eq!(first.older_url("/a?", "p", "1.x"), "/a?p=1.x");
        let third = Trail::parse(Some("9.a~5.b"));
        assert_eq!(third.last(), Some("5.b"));
        assert_eq!(third.older_url("/a?m=1&", "p", "1.c"), "/a?m=1&p=9.a~5.b~1.c");
        assert_eq!(third.newer_url("/a?m=1&", "p").as_deref(), Some("/a?m=1&p=9.a"));
        assert_eq!(Trail::parse(Some("9.a")).newer_url("/a?m=1&", "p").as_deref(), Some("/a?m=1"));
        assert!(Trail::parse(Some("\"><script>")).is_first());
    }
}
