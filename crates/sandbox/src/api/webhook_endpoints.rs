//! `/v1/webhook_endpoints`: where events are sent. The sandbox has one at most, and it is set up when the sandbox is.

use serde_json::{Value, json};

use super::Call;
use super::error::ApiError;
use super::listing::PAGE;

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    call.params.check_all(&[PAGE])?;
    let endpoints: Vec<Value> = call
        .webhook
        .iter()
        .map(|endpoint| {
            json!({
                "id": "we_1SandboxEndpoint", "object": "webhook_endpoint", "api_version": stripe::API_VERSION,
                "application": null, "created": 0, "description": null, "enabled_events": ["*"],
                "livemode": false, "metadata": {}, "status": "enabled", "url": endpoint.url,
            })
        })
        .collect();
    Ok(json!({ "object": "list", "data": endpoints, "has_more": false, "url": "/v1/webhook_endpoints" }))
}
