//! API keys: made, shown once, stored as a hash, and looked up from memory.
//!
//! A key is 256 random bits, so its SHA-256 is all that needs to be stored. What was looked up is believed for [`FRESH`], then
//! looked up again behind the request that asks, and dropped at once when a key is revoked here. So a key that is in use costs
//! no query, and one that another process revoked ends within seconds. While the store cannot be read, a key that was known holds.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use money::{ApiKeyId, CustomerId, Timestamp};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::tables::keys::ApiKey;
use store::{Hidden, SecretHash};
use tokio::time::Instant;

use crate::app::App;
use crate::audit::{Author, Change};
use crate::ids;
use crate::problem::{Problem, STORAGE_UNAVAILABLE};

/// How long a looked-up key is believed without a second look.
const FRESH: Duration = Duration::from_secs(5);
/// How long it is believed while that second look is under way; an older one is looked up before it is believed.
const BELIEVED_MAX: Duration = Duration::from_secs(10);
/// How long it is believed when it cannot be looked up.
const AWAY_MAX: Duration = Duration::from_secs(3_600);
/// How old `last_used_at` gets before it is written again, in microseconds.
const TOUCHED_AFTER: i64 = Timestamp::MINUTE;
/// Keys kept in memory; beyond that all are looked up again.
const KEPT_MAX: usize = 100_000;
/// Bytes of randomness in a key.
const SECRET_BYTES: usize = 32;
/// What a key begins with, so that people and scanners know one when they see it.
pub const OPERATOR_PREFIX: &str = "sk_saldo_";
/// What a customer's key begins with.
pub const CUSTOMER_PREFIX: &str = "ck_saldo_";
/// What a customer's own key is for.
pub const GUARD_SCOPE: &str = "guard";

/// Keys that were looked up lately.
#[derive(Debug, Default)]
pub struct KnownKeys {
    known: RwLock<HashMap<[u8; 32], KnownKey>>,
    revocations: AtomicU64,
}

/// What was found, when, and whether somebody looks again already; no key for a secret that is none.
#[derive(Clone, Debug)]
struct KnownKey {
    at: Instant,
    looking_again: bool,
    key: Option<Arc<ApiKey>>,
}

/// What memory says of a secret.
enum Known {
    /// To be believed.
    Fresh(Option<Arc<ApiKey>>),
    /// To be believed once more; whoever got this looks again.
    LookAgain(Option<Arc<ApiKey>>),
    /// Nothing that could be believed.
    Nothing,
}

/// A new key: the only moment at which its secret is there.
#[derive(Debug)]
pub struct NewKey {
    /// The key as stored.
    pub key: ApiKey,
    /// What the owner writes into his program.
    pub secret: String,
}

impl NewKey {
    /// Draws a key for the operator (no customer) with these scopes, or for a customer. It works once it is stored. `now` is the
    /// book's time, as customers are shown it.
    pub fn draw(customer: Option<CustomerId>, name: &str, scopes: &str, now: Timestamp) -> NewKey {
        let prefix = if customer.is_some() { CUSTOMER_PREFIX } else { OPERATOR_PREFIX };
        NewKey::of(draw_secret(prefix), customer, name, scopes, now)
    }

    /// The key with a secret that was drawn before.
    pub fn of(
        secret: String,
        customer: Option<CustomerId>,
        name: &str,
        scopes: &str,
        now: Timestamp,
    ) -> NewKey {
        let key = ApiKey {
            id: ApiKeyId::from_u128(ids::fresh()),
            customer,
            name: name.to_owned(),
            scopes: scopes.to_owned(),
            secret_hash: hash(&secret),
            last_four: secret.chars().skip(secret.chars().count() - 4).collect(),
            created_at: now,
            last_used_at: None,
            revoked_at: None,
        };
        NewKey { key, secret }
    }
}

/// A new secret that begins with `prefix`.
pub fn draw_secret(prefix: &str) -> String {
    format!("{prefix}{}", ids::secret_text(SECRET_BYTES))
}

/// Makes a key for the operator (no customer) with these scopes, or for a customer: by the operator himself.
pub async fn create(
    app: &Arc<App>,
    customer: Option<CustomerId>,
    name: &str,
    scopes: &str,
) -> Result<NewKey, Problem> {
    create_by(app, Author::operator(), NewKey::draw(customer, name, scopes, app.ledger.now())).await
}

/// Stores a key that was drawn.
pub(crate) async fn create_by(app: &Arc<App>, author: Author, new: NewKey) -> Result<NewKey, Problem> {
    let row = new.key.clone();
    let whose = row.customer.map(|customer| customer.to_string());
    let change = Change::new("api_key.create", row.id).after(&json!({
        "name": row.name, "customer": whose, "scopes": row.scopes, "last_four": row.last_four,
    }))?;
    app.write(move |tx| {
        tx.insert_api_key(&row)?;
        author.note(tx, &change)
    })
    .await?;
    Ok(new)
}

/// Ends a key, by the operator himself. It is refused from now on; false if there is none in force.
pub async fn revoke(app: &Arc<App>, id: ApiKeyId) -> Result<bool, Problem> {
    revoke_by(app, Author::operator(), id, None).await
}

/// Ends a key. It is refused from now on. `customer` limits it to his own keys; false if there is none in force.
pub(crate) async fn revoke_by(
    app: &Arc<App>,
    author: Author,
    id: ApiKeyId,
    customer: Option<CustomerId>,
) -> Result<bool, Problem> {
    let found = app.read(move |reader| reader.api_key(id)).await?;
    let Some(key) = found.filter(|key| customer.is_none() || key.customer == customer) else {
        return Ok(false);
    };
    let now = app.ledger.now();
    let revoked = app
        .write(move |tx| {
            let revoked = tx.revoke_api_key(id, now)?;
            if revoked {
                author.note(tx, &Change::new("api_key.revoke", id))?;
            }
            Ok(revoked)
        })
        .await?;
    app.keys.forget(&key.secret_hash);
    Ok(revoked)
}

/// The key of this secret, if it is one and in force.
pub async fn authenticate(app: &Arc<App>, secret: &str) -> Result<Option<Arc<ApiKey>>, Problem> {
    // What does not look like a key is none: no query is spent on it.
    if !looks_like_key(secret) {
        return Ok(None);
    }
    let hash = hash(secret);
    match app.keys.get(&hash) {
        Known::Fresh(key) => Ok(key),
        Known::LookAgain(key) => {
            let app = Arc::clone(app);
            tokio::spawn(async move {
                if let Err(problem) = look_up(&app, hash).await {
                    tracing::warn!(
                        code = problem.code,
                        detail = problem.detail,
                        "a key was not looked up again"
                    );
                }
            });
            Ok(key)
        }
        Known::Nothing => match look_up(app, hash.clone()).await {
            // Nobody can revoke a key in a database that is away: what was known of it last goes on to hold.
            Err(problem) if problem.code == STORAGE_UNAVAILABLE => {
                app.keys.last_known(&hash, AWAY_MAX).ok_or(problem)
            }
            found => found,
        },
    }
}

async fn look_up(app: &Arc<App>, hash: SecretHash) -> Result<Option<Arc<ApiKey>>, Problem> {
    let asked = hash.clone();
    let began = app.keys.revocations();
    let found = app.read(move |reader| reader.api_key_by_secret(&asked)).await?;
    let found = found.filter(|key| key.revoked_at.is_none()).map(Arc::new);
    if let Some(key) = &found
        && key.last_used_at.is_none_or(|at| app.ledger.now().since(at) > TOUCHED_AFTER)
    {
        touch(app, key.id);
    }
    app.keys.put(&hash, found.clone(), began);
    Ok(found)
}

/// Writes down that a key is used, behind the request: a full disk must not keep anybody from reading.
fn touch(app: &Arc<App>, id: ApiKeyId) {
    let (app, now) = (Arc::clone(app), app.ledger.now());
    tokio::spawn(async move {
        if let Err(problem) = app.write(move |tx| tx.touch_api_key(id, now)).await {
            tracing::warn!(code = problem.code, key = %id, "the use of a key was not written down");
        }
    });
}

fn looks_like_key(secret: &str) -> bool {
    let prefix = [OPERATOR_PREFIX, CUSTOMER_PREFIX].into_iter().find(|prefix| secret.starts_with(prefix));
    // Base 64 without padding: four characters for three bytes.
    prefix.is_some_and(|prefix| secret.len() == prefix.len() + (SECRET_BYTES * 4).div_ceil(3))
}

fn hash(secret: &str) -> SecretHash {
    Hidden(Sha256::digest(secret.as_bytes()).into())
}

impl KnownKeys {
    fn get(&self, hash: &SecretHash) -> Known {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let Some(found) = known.get(&hash.0) else { return Known::Nothing };
        let age = found.at.elapsed();
        if age < FRESH || (found.looking_again && age < BELIEVED_MAX) {
            return Known::Fresh(found.key.clone());
        }
        if age >= BELIEVED_MAX {
            return Known::Nothing;
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let Some(found) = known.get_mut(&hash.0) else { return Known::Nothing };
        if std::mem::replace(&mut found.looking_again, true) {
            return Known::Fresh(found.key.clone());
        }
        Known::LookAgain(found.key.clone())
    }

    /// What was found less than `age_max` ago.
    fn last_known(&self, hash: &SecretHash, age_max: Duration) -> Option<Option<Arc<ApiKey>>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&hash.0).filter(|found| found.at.elapsed() < age_max).map(|found| found.key.clone())
    }

    /// Keeps what a look-up found, unless a key was revoked since it began: it may have read what was true before.
    fn put(&self, hash: &SecretHash, key: Option<Arc<ApiKey>>, began: u64) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if self.revocations() != began {
            return;
        }
        if known.len() >= KEPT_MAX {
            known.clear();
        }
        known.insert(hash.0, KnownKey { at: Instant::now(), looking_again: false, key });
    }

    fn forget(&self, hash: &SecretHash) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        self.revocations.fetch_add(1, Ordering::AcqRel);
        known.remove(&hash.0);
    }

    fn revocations(&self) -> u64 {
        self.revocations.load(Ordering::Acquire)
    }
}
