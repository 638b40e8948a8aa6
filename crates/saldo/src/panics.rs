//! What happens when code of ours panics: it is logged once with its place, counted, and the request that it ended is answered like
//! any other failure of ours. The other requests go on.

use std::any::Any;
use std::panic::PanicHookInfo;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use tower_http::catch_panic::{CatchPanicLayer, ResponseForPanic};

use crate::portal::Fault;
use crate::problem::Problem;

static COUNT: AtomicU64 = AtomicU64::new(0);
static COUNTING: Once = Once::new();

/// Has every panic of this process counted from now on, beside whatever else is done about it.
pub fn count() {
    COUNTING.call_once(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            COUNT.fetch_add(1, Ordering::Relaxed);
            hook(panic);
        }));
    });
}

/// Has panics written into the log, with the place and the request, instead of bare to standard error. Before [`count`].
pub(crate) fn log() {
    std::panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("it said nothing");
        tracing::error!(
            place,
            message,
            "our code panicked: this is a mistake in the program, please report it"
        );
    }));
}

/// Panics of this process so far.
pub fn counted() -> u64 {
    COUNT.load(Ordering::Relaxed)
}

/// What a request that ended in a panic is answered. Nothing is logged: the panic has been.
pub(crate) fn problem() -> Problem {
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal_error",
        "Something broke on our side while this was worked on. Please look whether it was done before trying again.",
    )
}

/// Answers a panic in JSON, for programs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InJson;

/// Answers a panic for a page: its shell finds the words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InWords;

impl ResponseForPanic for InJson {
    type ResponseBody = axum::body::Body;

    fn response_for_panic(&mut self, _: Box<dyn Any + Send>) -> Response {
        problem().into_response()
    }
}

impl ResponseForPanic for InWords {
    type ResponseBody = axum::body::Body;

    fn response_for_panic(&mut self, _: Box<dyn Any + Send>) -> Response {
        Fault(problem()).into_response()
    }
}

/// Stands around routes whose callers are programs.
pub(crate) fn answered_in_json() -> CatchPanicLayer<InJson> {
    CatchPanicLayer::custom(InJson)
}

/// Stands around pages, inside of their shell.
pub(crate) fn answered_in_words() -> CatchPanicLayer<InWords> {
    CatchPanicLayer::custom(InWords)
}
