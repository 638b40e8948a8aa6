//! Files that were checked and not taken yet, in memory: a check writes nothing anywhere. After a restart a file is chosen again.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use money::StaffId;

use crate::ids;

/// Files that are kept at the same time; a further one takes the place of the oldest.
const FILES_MAX: usize = 4;
/// How long a file is kept.
const KEPT_FOR: Duration = Duration::from_secs(60 * 60);
/// Bytes of randomness in the name of a file.
const NAME_BYTES: usize = 16;

/// The files.
#[derive(Default)]
pub struct KeptFiles(Mutex<Vec<Kept>>);

struct Kept {
    token: String,
    staff: StaffId,
    since: Instant,
    file: CheckedFile,
}

/// A file as it was sent.
#[derive(Clone)]
pub(super) struct CheckedFile {
    /// What it was called.
    pub(super) name: String,
    /// What is in it.
    pub(super) bytes: std::sync::Arc<[u8]>,
}

impl KeptFiles {
    /// Keeps a file for this member of staff; the name by which it is asked for.
    pub(super) fn keep(&self, staff: StaffId, file: CheckedFile) -> String {
        let token = ids::secret_text(NAME_BYTES);
        let mut kept = self.files();
        if kept.len() >= FILES_MAX {
            kept.remove(0);
        }
        kept.push(Kept { token: token.clone(), staff, since: Instant::now(), file });
        token
    }

    /// The file of this name, if this member of staff had it checked.
    pub(super) fn find(&self, staff: StaffId, token: &str) -> Option<CheckedFile> {
        let kept = self.files();
        kept.iter().find(|kept| kept.token == token && kept.staff == staff).map(|kept| kept.file.clone())
    }

    /// Lets a file go.
    pub(super) fn forget(&self, token: &str) {
        self.files().retain(|kept| kept.token != token);
    }

    /// Those that are not too old.
    fn files(&self) -> MutexGuard<'_, Vec<Kept>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.since.elapsed() < KEPT_FOR);
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_for_who_sent_it_and_makes_room_for_newer_ones() {
        let files = KeptFiles::default();
        let (bia, ivo) = (StaffId::from_u128(1), StaffId::from_u128(2));
        let file = || CheckedFile { name: "a.csv".to_owned(), bytes: [1, 2].into() };
        let first = files.keep(bia, file());
        assert!(files.find(bia, &first).is_some_and(|file| file.bytes.len() == 2));
        assert!(files.find(ivo, &first).is_none() && files.find(bia, "guessed").is_none());
        let second = files.keep(bia, file());
        for _ in 1..FILES_MAX {
            files.keep(ivo, file());
        }
        assert!(files.find(bia, &first).is_none() && files.find(bia, &second).is_some());
        files.forget(&second);
        assert!(files.find(bia, &second).is_none());
    }
}
