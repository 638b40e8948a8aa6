//! `/api-keys`.

use askama::Template;
use money::Timestamp;

use crate::look::Reader;
use crate::look::part::Frame;

/// The customer's own keys. Creating one sends `name` to `/api-keys`; revoking one is a form to `/api-keys/{id}/revocation`.
#[derive(Template)]
#[template(path = "page/api_keys.html")]
pub struct ApiKeys {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The keys, newest first, revoked ones too.
    pub keys: Vec<ApiKey>,
    /// The key made just now, shown this once.
    pub created: Option<CreatedKey>,
    /// Whether the last try to create one had no usable name.
    pub has_bad_name: bool,
    /// The most characters a name may have.
    pub name_length_max: u32,
    /// The name of the key revoked just now, to say so.
    pub revoked: Option<String>,
}

/// One key.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// The key's id.
    pub id: String,
    /// The name its owner gave it.
    pub name: String,
    /// The last four characters.
    pub last_four: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used; `None` if never.
    pub used_at: Option<Timestamp>,
    /// When it was revoked; `None` while it works.
    pub revoked_at: Option<Timestamp>,
}

/// A key made just now.
#[derive(Clone, Debug)]
pub struct CreatedKey {
    /// The name its owner gave it.
    pub name: String,
    /// The whole key; never shown again.
    pub secret: String,
}
