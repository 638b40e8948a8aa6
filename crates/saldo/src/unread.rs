//! What a client still sends when its answer is known already.
//!
//! A file beyond what is taken is refused before it has been read. If the connection were closed on it there, most clients would see a
//! broken connection instead of the refusal: so the rest is read and dropped, within limits, before the answer goes out.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::EXPECT;
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};

/// Bodies up to here are left to the connection, which reads as much by itself.
const SMALL_BYTES: u64 = 64 * 1024;
/// The most that is read and dropped.
const DROPPED_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// The longest that is done.
const DROPPING_MAX: Duration = Duration::from_secs(10);

/// Answers when the request has been read, or as much of it as is worth reading.
pub(crate) async fn read_to_the_end(request: Request, next: Next) -> Response {
    let small = request.body().size_hint().upper().is_some_and(|bytes| bytes <= SMALL_BYTES);
    // Whoever asks before he sends is answered before he sends.
    if small || request.headers().contains_key(EXPECT) {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let body = SharedBody(Arc::new(Mutex::new(body)));
    let answer = next.run(Request::from_parts(head, Body::new(body.clone()))).await;
    // Neither too slow nor too much is an error here: the answer is the same, and may just not arrive.
    let _ = tokio::time::timeout(DROPPING_MAX, body.drop_rest()).await;
    answer
}

/// A body that is read by whoever answers, and to its end by us.
#[derive(Clone)]
struct SharedBody(Arc<Mutex<Body>>);

impl SharedBody {
    fn body(&self) -> MutexGuard<'_, Body> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn drop_rest(mut self) {
        let mut dropped = 0_u64;
        while dropped < DROPPED_BYTES_MAX {
            let frame = std::future::poll_fn(|context| Pin::new(&mut self).poll_frame(context)).await;
            let Some(Ok(frame)) = frame else { return };
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            dropped = dropped.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        }
    }
}

impl HttpBody for SharedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut *self.body()).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body().is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body().size_hint()
    }
}
