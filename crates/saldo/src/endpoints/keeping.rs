//! Endpoints as they are written down and changed, by the API and by staff: what may stand in one, and the audit log's line of each.

use axum::http::StatusCode;
use money::{EndpointId, Timestamp};
use reqwest::Url;
use serde_json::{Value, json};
use store::tables::endpoints::{Endpoint, EndpointState};
use store::{Hidden, Reader, StoreError, Tx};

use super::{KINDS, reach};
use crate::audit::{Author, Change};
use crate::clock;
use crate::config::Webhooks;
use crate::customers::is_unprintable;
use crate::problem::Problem;

/// Endpoints of an installation.
const ENDPOINTS_MAX: usize = 50;
/// Longest URL, in bytes.
const URL_BYTES_MAX: usize = 2_000;
/// Longest description, in bytes.
const DESCRIPTION_BYTES_MAX: usize = 200;
/// How long messages are signed with the secret before too, in microseconds.
const PREVIOUS_LASTS: i64 = 24 * Timestamp::HOUR;

/// An endpoint as somebody wants it.
#[derive(Clone, Debug)]
pub(crate) struct EndpointDraft {
    /// Where it is.
    pub(crate) url: String,
    /// What it is told of; nothing for everything.
    pub(crate) kinds: Vec<String>,
    /// What people call it.
    pub(crate) description: String,
    /// Whether it is told.
    pub(crate) enabled: bool,
}

impl EndpointDraft {
    /// As a known one stands.
    pub(crate) fn of(known: &Endpoint) -> EndpointDraft {
        EndpointDraft {
            url: known.url.clone(),
            kinds: known.kinds.split(' ').filter(|kind| !kind.is_empty()).map(str::to_owned).collect(),
            description: known.description.clone(),
            enabled: known.state == EndpointState::Enabled,
        }
    }

    /// The URL as it is asked for, and the kinds as they are stored; the first that is wrong.
    fn read(&self, settings: &Webhooks) -> Result<(String, String), Problem> {
        if self.description.len() > DESCRIPTION_BYTES_MAX || self.description.contains(is_unprintable) {
            let detail = format!(
                "description must have at most {DESCRIPTION_BYTES_MAX} bytes and no control characters."
            );
            return Err(Problem::invalid("description", "invalid_description", detail));
        }
        for kind in &self.kinds {
            if !KINDS.iter().any(|(known, _)| known == kind) {
                let detail = format!("kinds: {kind:?} is not a kind of message.");
                return Err(Problem::invalid("kinds", "kind_unknown", detail));
            }
        }
        let kinds = KINDS.iter().map(|(kind, _)| *kind).filter(|kind| self.kinds.iter().any(|k| k == kind));
        Ok((read_url(&self.url, settings)?, kinds.collect::<Vec<_>>().join(" ")))
    }
}

/// The URL as it is asked for: https unless http is allowed, without password and fragment, and not a private address.
fn read_url(text: &str, settings: &Webhooks) -> Result<String, Problem> {
    let refused = |code, detail: &str| Err(Problem::invalid("url", code, detail));
    let text = text.trim();
    if text.len() > URL_BYTES_MAX {
        return refused("invalid_url", "url is too long: at most 2000 bytes.");
    }
    let Ok(url) = Url::parse(text) else {
        return refused("invalid_url", "url must be a whole URL, as https://example.com/saldo.");
    };
    match url.scheme() {
        "https" => {}
        "http" if settings.allow_http => {}
        "http" => return refused("url_not_https", "url must begin with https://."),
        _ => return refused("invalid_url", "url must begin with https://."),
    }
    if !url.has_host() || !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return refused("invalid_url", "url must have a host, and neither a password nor a fragment.");
    }
    if let Err(private) = reach::check_literal(&url, settings) {
        return refused("url_private", &format!("url: {private}."));
    }
    Ok(url.to_string())
}

/// The code of a form that was sent again after its endpoint was made.
pub(crate) const MADE_ALREADY: &str = "endpoint_made_already";

/// Writes a new endpoint down under this id, with this secret. Under an id that is known it is made already.
pub(crate) fn create(
    tx: &Tx<'_>,
    author: &Author,
    settings: Webhooks,
    draft: &EndpointDraft,
    (id, secret): (EndpointId, &str),
) -> Result<Endpoint, Problem> {
    let (url, kinds) = draft.read(&settings)?;
    if tx.endpoint(id)?.is_some() {
        return Err(Problem::new(StatusCode::CONFLICT, MADE_ALREADY, "This endpoint is made already."));
    }
    if tx.endpoints()?.len() >= ENDPOINTS_MAX {
        let detail = format!("There are {ENDPOINTS_MAX} endpoints already: remove one first.");
        return Err(Problem::new(StatusCode::CONFLICT, "too_many_endpoints", detail));
    }
    let endpoint = Endpoint {
        id,
        url,
        kinds,
        description: draft.description.trim().to_owned(),
        state: if draft.enabled { EndpointState::Enabled } else { EndpointState::Disabled },
        secret: Hidden(secret.to_owned()),
        previous_secret: None,
        previous_until: None,
        failing_since: None,
        created_at: clock::now(),
    };
    tx.insert_endpoint(&endpoint)?;
    let change = Change::new("webhook_endpoint.create", endpoint.id).after_json(&shown(&endpoint));
    author.note(tx, &change)?;
    Ok(endpoint)
}

/// Changes an endpoint. One that is enabled again begins anew: it has failed since nothing.
pub(crate) fn change(
    tx: &Tx<'_>,
    author: &Author,
    settings: Webhooks,
    id: EndpointId,
    draft: impl FnOnce(&Endpoint) -> EndpointDraft,
) -> Result<Endpoint, Problem> {
    let known = find(tx, id)?;
    let draft = draft(&known);
    let (url, kinds) = draft.read(&settings)?;
    let state = match (draft.enabled, known.state) {
        (true, _) => EndpointState::Enabled,
        (false, EndpointState::Enabled) => EndpointState::Disabled,
        (false, disabled) => disabled,
    };
    let is_new = state == EndpointState::Enabled && (known.state != state || known.url != url);
    let failing_since = known.failing_since.filter(|_| !is_new);
    let description = draft.description.trim().to_owned();
    let endpoint = Endpoint { url, kinds, description, state, failing_since, ..known.clone() };
    tx.change_endpoint(&endpoint)?;
    let change = Change::new("webhook_endpoint.change", id).before(&shown(&known))?;
    author.note(tx, &change.after_json(&shown(&endpoint)))?;
    Ok(endpoint)
}

/// Takes an endpoint away with its deliveries; it, as it was.
pub(crate) fn remove(tx: &Tx<'_>, author: &Author, id: EndpointId) -> Result<Endpoint, Problem> {
    let known = find(tx, id)?;
    tx.delete_endpoint(id)?;
    author.note(tx, &Change::new("webhook_endpoint.remove", id).before(&shown(&known))?)?;
    Ok(known)
}

/// Signs with this secret from now on, and for a day with the one before too.
pub(crate) fn rotate(
    tx: &Tx<'_>,
    author: &Author,
    id: EndpointId,
    secret: &str,
) -> Result<Endpoint, Problem> {
    let known = find(tx, id)?;
    let endpoint = Endpoint {
        secret: Hidden(secret.to_owned()),
        previous_secret: Some(known.secret.clone()),
        previous_until: Some(clock::now().plus(PREVIOUS_LASTS)),
        ..known
    };
    tx.change_endpoint(&endpoint)?;
    author.note(tx, &Change::new("webhook_endpoint.rotate_secret", id))?;
    Ok(endpoint)
}

fn find(tx: &Tx<'_>, id: EndpointId) -> Result<Endpoint, Problem> {
    tx.endpoint(id)?.ok_or_else(|| Problem::not_found("webhook endpoint"))
}

/// The endpoint of this name, if it is told.
pub(super) fn find_enabled(tx: &Tx<'_>, id: EndpointId) -> Result<Endpoint, Problem> {
    let endpoint = find(tx, id)?;
    if endpoint.state == EndpointState::Enabled {
        return Ok(endpoint);
    }
    let detail = "The endpoint is disabled: enable it first.";
    Err(Problem::new(StatusCode::CONFLICT, "endpoint_disabled", detail))
}

/// How many endpoints are told nothing more because of what they answered, or did not.
pub(crate) fn off_count(tables: &Reader<'_>) -> Result<usize, StoreError> {
    let is_off =
        |endpoint: &&Endpoint| matches!(endpoint.state, EndpointState::Gone | EndpointState::Failing);
    Ok(tables.endpoints()?.iter().filter(is_off).count())
}

/// An endpoint as the audit log has it.
pub(crate) fn shown(endpoint: &Endpoint) -> Value {
    json!({
        "url": endpoint.url, "kinds": endpoint.kinds, "description": endpoint.description,
        "state": endpoint.state.word(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::config::Config;

    #[test]
    fn what_a_url_may_be() {
        let strict = Config::embedded().expect("settings").webhooks;
        let open = Webhooks { allow_private: true, allow_http: true };
        let cases = [
            ("https://example.com/saldo", None, None),
            ("https://example.com:8443/a?b=c", None, None),
            ("http://example.com/", Some("url_not_https"), None),
            ("https://10.0.0.1/", Some("url_private"), None),
            ("https://[::1]:9000/", Some("url_private"), None),
            ("http://127.0.0.1:9000/", Some("url_not_https"), None),
            ("ftp://example.com/", Some("invalid_url"), Some("invalid_url")),
            ("https://ana:secret@example.com/", Some("invalid_url"), Some("invalid_url")),
            ("https://example.com/#part", Some("invalid_url"), Some("invalid_url")),
            ("example.com", Some("invalid_url"), Some("invalid_url")),
            ("", Some("invalid_url"), Some("invalid_url")),
            ("https://", Some("invalid_url"), Some("invalid_url")),
        ];
        for (text, by_default, opened) in cases {
            for (settings, expected) in [(&strict, by_default), (&open, opened)] {
                let refused = read_url(text, settings).err().map(|problem| problem.code);
                assert_eq!(refused, expected, "{text:?} under {settings:?}");
            }
        }
    }
}
