//! Passwords: hashed with argon2id (19 MiB, 2 passes, 1 lane, as OWASP asks), a bounded number at once, away from the async
//! threads.
//!
//! A login that does not exist takes as long to refuse as one that does: its password is checked against a hash that nobody has.

use std::sync::OnceLock;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use axum::http::StatusCode;
use store::Hidden;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::app::blocking;
use crate::ids;
use crate::problem::Problem;

/// The fewest characters of a password.
pub const LENGTH_MIN: u32 = 10;
/// Passwords worked on at the same time: each takes 19 MiB and a core.
const PLACES: usize = 2;
/// What stands in a row, begun anew at its end.
const ROWS: [&str; 6] = [
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "qwertyuiopasdfghjklzxcvbnm",
    "asdfghjkl",
    "zxcvbnm",
];
/// How long to wait for a place before the request is turned away.
const PATIENCE: Duration = Duration::from_secs(5);

static FREE: Semaphore = Semaphore::const_new(PLACES);
/// What the password of an unknown login is compared with.
static NOBODYS: OnceLock<String> = OnceLock::new();

/// Hashes a password for the tables.
pub async fn hash(password: &str) -> Result<Hidden<String>, Problem> {
    let _place = place().await?;
    let password = password.to_owned();
    blocking(move || digest(&password).map(Hidden)).await
}

/// Whether `password` is the one behind `hash`. `None` (an unknown login, or one without a password yet) is always wrong and
/// takes as long.
pub async fn is_right(password: &str, hash: Option<Hidden<String>>) -> Result<bool, Problem> {
    let _place = place().await?;
    let password = password.to_owned();
    blocking(move || {
        let nobodys = nobodys()?;
        let known = hash.is_some();
        let hash = hash.map_or_else(|| nobodys.to_owned(), |hash| hash.0);
        Ok(Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok() && known)
    })
    .await
}

/// Whether a password is one of the names its owner is known by, however it is written: the first that others would try.
pub fn is_name(password: &str, names: &[String]) -> bool {
    let bare = |text: &str| -> String {
        text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let password = bare(password);
    names.iter().map(|name| bare(name)).any(|name| !name.is_empty() && name == password)
}

/// Whether a password is one letter or digit again and again, or a row of them as they stand on every keyboard: the next that others would
/// try.
pub fn is_pattern(password: &str) -> bool {
    let letters: Vec<char> = password.to_lowercase().chars().collect();
    let is_run = |row: &&str| {
        let row: Vec<char> = row.chars().collect();
        let places = letters.iter().map(|letter| row.iter().position(|known| known == letter));
        let places: Option<Vec<usize>> = places.collect();
        // Forwards, or backwards.
        let is_one_way = |places: Vec<usize>| {
            let steps = [1, row.len() - 1];
            steps.iter().any(|step| places.windows(2).all(|pair| (pair[0] + step) % row.len() == pair[1]))
        };
        places.is_some_and(is_one_way)
    };
    ROWS.iter().any(is_run) || letters.windows(2).all(|pair| pair[0] == pair[1])
}

async fn place() -> Result<SemaphorePermit<'static>, Problem> {
    match tokio::time::timeout(PATIENCE, FREE.acquire()).await {
        Ok(Ok(place)) => Ok(place),
        Ok(Err(_)) | Err(_) => Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "overloaded",
            "Too many passwords are being checked. Nothing was changed; please try again.",
        )
        .retry_after(1)),
    }
}

fn digest(password: &str) -> Result<String, Problem> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    let hash = hash.map_err(|error| Problem::internal(&anyhow::anyhow!("hashing a password: {error}")))?;
    Ok(hash.to_string())
}

fn nobodys() -> Result<&'static str, Problem> {
    if let Some(known) = NOBODYS.get() {
        return Ok(known);
    }
    let made = digest(&ids::secret_text(32))?;
    Ok(NOBODYS.get_or_init(|| made))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_any_dress_is_a_name() {
        let names = ["52998224725", "Maria.Silva@example.com", ""].map(str::to_owned);
        let cases = [
            ("529.982.247-25", true),
            ("52998224725", true),
            (" 529 982 247 25 ", true),
            ("maria.silva@EXAMPLE.com", true),
            ("mariasilva@example.com", true),
            ("52998224725!x", false),
            ("four words are easier", false),
            ("----------", false),
        ];
        for (password, expected) in cases {
            assert_eq!(is_name(password, &names), expected, "{password}");
        }
    }

    #[test]
    fn a_row_of_letters_or_digits_is_a_pattern() {
        let cases = [
            ("12345678901234", true),
            ("0987654321", true),
            ("1111111111", true),
            ("qwertyuiop", true),
            ("Abcdefghijk", true),
            ("1234567891", false),
            ("four words are easier", false),
            ("5299822472", false),
        ];
        for (password, expected) in cases {
            assert_eq!(is_pattern(password), expected, "{password}");
        }
    }

    #[tokio::test]
    async fn only_the_right_password_of_a_known_login() {
        let stored = hash("four words are easier").await.expect("a hash");
        assert!(stored.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", stored.0);
        for (password, hash, right) in [
            ("four words are easier", Some(stored.clone()), true),
            ("four words are harder", Some(stored), false),
            ("four words are easier", None, false),
        ] {
            assert_eq!(is_right(password, hash).await.expect("an answer"), right, "{password}");
        }
    }
}
