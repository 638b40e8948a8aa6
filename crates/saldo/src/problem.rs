//! What an edge says when it does not do what was asked: one value, shown as RFC 9457 JSON by the API and in words by pages.

use axum::http::StatusCode;
use book::Refusal;
use serde_json::{Map, Value, json};
use store::StoreError;

use crate::providers::StripeError;
use crate::runtime::LedgerError;
use crate::zeros;

/// The code of a problem that is the store's: it may be asked again.
pub(crate) const STORAGE_UNAVAILABLE: &str = "storage_unavailable";

/// Why a request was not done. Nothing was changed unless the code is `outcome_unknown`.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// A code that never changes.
    pub code: &'static str,
    /// A sentence that says what is wrong and, for input, names the field.
    pub detail: String,
    /// The field of the input that is wrong.
    pub field: Option<String>,
    /// What else is wrong with the same input, each with its own field.
    pub others: Box<[Problem]>,
    /// Further members of the answer.
    pub members: Map<String, Value>,
    /// Seconds after which to come again.
    pub retry_after: Option<u32>,
}

impl Problem {
    /// A problem with nothing but its sentence.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Problem {
        let (field, others, members) = (None, Box::default(), Map::new());
        Problem { status, code, detail: detail.into(), field, others, members, retry_after: None }
    }

    /// Input that is wrong in `field`: 422.
    pub fn invalid(field: &str, code: &'static str, detail: impl Into<String>) -> Problem {
        let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail);
        problem.field = Some(field.to_owned());
        problem
    }

    /// Refuses input with all that is wrong with it; the first of it gives the answer its code.
    pub fn refuse_all(wrong: Vec<Problem>) -> Result<(), Problem> {
        let mut wrong = wrong.into_iter();
        match wrong.next() {
            Some(first) => Err(Problem { others: wrong.collect(), ..first }),
            None => Ok(()),
        }
    }

    /// It and all that is wrong beside it.
    pub fn each(&self) -> impl Iterator<Item = &Problem> {
        std::iter::once(self).chain(&self.others)
    }

    /// Nothing of that name is there, or it is another's: 404.
    pub fn not_found(what: &str) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not_found", format!("There is no such {what}."))
    }

    /// Adds a member to the answer.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Problem {
        self.members.insert(name.to_owned(), value);
        self
    }

    /// Asks to come again after so many seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Problem {
        self.retry_after = Some(seconds);
        self
    }

    /// A failure of ours: logged here, once, with its source; the reader learns nothing of the inside.
    pub fn internal(error: &anyhow::Error) -> Problem {
        tracing::error!(error = format!("{error:#}"), "a request failed");
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "Something broke on our side. Nothing was lost; please try again.",
        )
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        match &error {
            StoreError::Conflict { what } => {
                // `customers.email`, as the tables name it, is the field `email` to whoever asks.
                let field = what.rsplit('.').next().unwrap_or(what);
                let detail = format!("{field} is already taken.");
                let mut problem = Problem::new(StatusCode::CONFLICT, "already_exists", detail);
                problem.field = Some(field.to_owned());
                problem
            }
            StoreError::ZeroInText => zeros::refusal_of_text(),
            StoreError::DiskFull | StoreError::Busy => {
                tracing::warn!(%error, "the store turned a request away");
                unavailable(STORAGE_UNAVAILABLE, "The store cannot take writes now. Nothing was changed.")
            }
            StoreError::Unreachable(source) => {
                tracing::warn!(error = %source, "the database was not reached for a request");
                unavailable(STORAGE_UNAVAILABLE, "The database cannot be reached now. Nothing was changed.")
            }
            StoreError::OutcomeUnknown(source) => {
                tracing::warn!(error = %source, "the database was lost while it kept a request");
                LedgerError::OutcomeUnknown.into()
            }
            _ => Problem::internal(&anyhow::Error::new(error)),
        }
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Problem {
        let code = match error {
            LedgerError::NotAttempted => "not_attempted",
            LedgerError::OutcomeUnknown => "outcome_unknown",
        };
        unavailable(code, &format!("{}.", sentence(&error.to_string())))
    }
}

impl From<StripeError> for Problem {
    fn from(error: StripeError) -> Problem {
        match &error {
            StripeError::NotConfigured => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "payments_not_configured",
                "Card payments are not set up on this server.",
            ),
            _ => {
                tracing::warn!(
                    error = format!("{:#}", anyhow::Error::new(error)),
                    "Stripe did not do what was asked"
                );
                let detail = "The payment page could not be reached. Nothing was charged; please try again.";
                let mut problem = unavailable("payment_provider_unavailable", detail);
                problem.status = StatusCode::BAD_GATEWAY;
                problem
            }
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let detail = format!("{}.", sentence(&refusal.to_string()));
        let status = match refusal {
            Refusal::InsufficientCredit { .. } => StatusCode::PAYMENT_REQUIRED,
            Refusal::KeyReused | Refusal::WalletExists | Refusal::AlreadyReversed => StatusCode::CONFLICT,
            Refusal::WalletUnknown => StatusCode::NOT_FOUND,
            Refusal::WalletFrozen => StatusCode::FORBIDDEN,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let problem = Problem::new(status, refusal.code(), detail);
        match refusal {
            Refusal::InsufficientCredit { available, needed } => problem
                .with("available", json!({"amount": available.to_decimal(), "unit": available.unit().code()}))
                .with("needed", json!({"amount": needed.to_decimal(), "unit": needed.unit().code()})),
            Refusal::EventTooLate { accepted_from } => {
                problem.with("accepted_from", json!(accepted_from.to_string()))
            }
            _ => problem,
        }
    }
}

fn unavailable(code: &'static str, detail: &str) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(1)
}

/// The text with a capital letter at its beginning.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
