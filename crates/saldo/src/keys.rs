//! API keys: made, shown once, stored as a hash, and looked up from memory.
//!
//! A key is 256 random bits, so its SHA-256 is all that needs to be stored. What was looked up is kept for [`FRESH`] and dropped
//! at once when a key is revoked here.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use money::{ApiKeyId, CustomerId};
use sha2::{Digest, Sha256};
use store::tables::keys::ApiKey;
use store::{Hidden, SecretHash};
use tokio::time::Instant;

use crate::app::App;
use crate::problem::Problem;
use crate::{clock, ids};

/// How long a looked-up key is believed.
const FRESH: Duration = Duration::from_secs(10);
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
}

/// What was found, and when; `None` for a secret that is no key.
type KnownKey = (Instant, Option<Arc<ApiKey>>);

/// A new key: the only moment at which its secret is there.
#[derive(Debug)]
pub struct NewKey {
    /// The key as stored.
    pub key: ApiKey,
    /// What the owner writes into his program.
    pub secret: String,
}

/// Makes a key for the operator (no customer) with these scopes, or for a customer.
pub async fn create(
    app: &Arc<App>,
    customer: Option<CustomerId>,
    name: &str,
    scopes: &str,
) -> Result<NewKey, Problem> {
    let prefix = if customer.is_some() { CUSTOMER_PREFIX } else { OPERATOR_PREFIX };
    let secret = format!("{prefix}{}", ids::secret_text(SECRET_BYTES));
    let key = ApiKey {
        id: ApiKeyId::from_u128(ids::fresh()),
        customer,
        name: name.to_owned(),
        scopes: scopes.to_owned(),
        secret_hash: hash(&secret),
        last_four: secret.chars().skip(secret.chars().count() - 4).collect(),
        created_at: clock::now(),
        last_used_at: None,
        revoked_at: None,
    };
    let row = key.clone();
    app.write(move |tx| tx.insert_api_key(&row)).await?;
    // Somebody may have tried the secret before it was one.
    app.keys.forget(&key.secret_hash);
    Ok(NewKey { key, secret })
}

/// Ends a key. It is refused from now on. `customer` limits it to his own keys; false if there is none in force.
pub async fn revoke(app: &Arc<App>, id: ApiKeyId, customer: Option<CustomerId>) -> Result<bool, Problem> {
    let found = app.read(move |reader| reader.api_key(id)).await?;
    let Some(key) = found.filter(|key| customer.is_none() || key.customer == customer) else {
        return Ok(false);
    };
    let now = clock::now();
    let revoked = app.write(move |tx| tx.revoke_api_key(id, now)).await?;
    app.keys.forget(&key.secret_hash);
    Ok(revoked)
}

/// The key of this secret, if it is one and in force.
pub async fn authenticate(app: &Arc<App>, secret: &str) -> Result<Option<Arc<ApiKey>>, Problem> {
    let hash = hash(secret);
    if let Some(known) = app.keys.get(&hash) {
        return Ok(known);
    }
    let asked = hash.clone();
    let found = app.read(move |reader| reader.api_key_by_secret(&asked)).await?;
    let found = found.filter(|key| key.revoked_at.is_none()).map(Arc::new);
    if let Some(key) = &found {
        let (id, now) = (key.id, clock::now());
        app.write(move |tx| tx.touch_api_key(id, now)).await?;
    }
    app.keys.put(&hash, found.clone());
    Ok(found)
}

fn hash(secret: &str) -> SecretHash {
    Hidden(Sha256::digest(secret.as_bytes()).into())
}

impl KnownKeys {
    fn get(&self, hash: &SecretHash) -> Option<Option<Arc<ApiKey>>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&hash.0).filter(|(at, _)| at.elapsed() < FRESH).map(|(_, key)| key.clone())
    }

    fn put(&self, hash: &SecretHash, key: Option<Arc<ApiKey>>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT_MAX {
            known.clear();
        }
        known.insert(hash.0, (Instant::now(), key));
    }

    fn forget(&self, hash: &SecretHash) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).remove(&hash.0);
    }
}
