//! Refusals in Stripe's shape.

use axum::http::StatusCode;
use serde_json::{Value, json};

/// A call that is refused, or that broke the sandbox.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
}

impl ApiError {
    /// 400 `invalid_request_error`.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        let kind = "invalid_request_error";
        Self { status: StatusCode::BAD_REQUEST, kind, code: None, message: message.into(), param: None }
    }

    /// 401: who calls is not known.
    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, ..Self::invalid(message) }
    }

    /// A required parameter is absent.
    pub(crate) fn missing(param: &str) -> Self {
        Self::invalid(format!("Missing required param: {param}.")).code("parameter_missing").param(param)
    }

    /// The object that the path names does not exist.
    pub(crate) fn no_such(kind: &str, id: &str) -> Self {
        let error = Self::invalid(format!("No such {kind}: '{id}'")).code("resource_missing").param("id");
        Self { status: StatusCode::NOT_FOUND, ..error }
    }

    /// The object that a parameter names does not exist.
    pub(crate) fn no_such_in(param: &str, kind: &str, id: &str) -> Self {
        Self::invalid(format!("No such {kind}: '{id}'")).code("resource_missing").param(param)
    }

    /// The path is nothing that Stripe, or the sandbox, has.
    pub(crate) fn unrecognized(method: &str, path: &str) -> Self {
        let message = format!(
            "Unrecognized request URL ({method}: {path}). The sandbox plays only part of Stripe's API."
        );
        Self { status: StatusCode::NOT_FOUND, ..Self::invalid(message) }
    }

    /// 503: what is asked is not answered now; a fault that was asked for.
    pub(crate) fn unavailable() -> Self {
        let message = "This is not answered now: the sandbox was told to fail here.";
        Self { status: StatusCode::SERVICE_UNAVAILABLE, kind: "api_error", ..Self::invalid(message) }
    }

    /// 500: nothing was done; a fault that was asked for.
    pub(crate) fn broken() -> Self {
        let message = "An error occurred, and nothing was done: the sandbox was told to fail here.";
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, kind: "api_error", ..Self::invalid(message) }
    }

    /// An idempotency key used again for something else.
    pub(crate) fn idempotency(key: &str) -> Self {
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using \
             a key other than '{key}' if you meant to execute a different request."
        );
        Self { kind: "idempotency_error", ..Self::invalid(message) }
    }

    /// Adds Stripe's code.
    pub(crate) fn code(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }

    /// Adds the parameter it is about.
    pub(crate) fn param(self, param: impl Into<String>) -> Self {
        Self { param: Some(param.into()), ..self }
    }

    /// The body of the answer; fields without a value are left out, as Stripe does.
    pub(crate) fn body(&self) -> Value {
        let mut error = json!({ "type": self.kind, "message": self.message });
        if let Some(code) = self.code {
            error["code"] = json!(code);
            error["doc_url"] =
                json!(format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-")));
        }
        if let Some(param) = &self.param {
            error["param"] = json!(param);
        }
        json!({ "error": error })
    }
}

impl From<rusqlite::Error> for ApiError {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "the sandbox's own state failed");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self { status, kind: "api_error", ..Self::invalid("The sandbox could not keep or read its state.") }
    }
}
