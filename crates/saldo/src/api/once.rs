//! Writes that happen once: the same wish under the same key gets the first answer.
//!
//! What the book decides is remembered by the book, and its first answer is rendered again from the journal. What changes tables
//! only is remembered in the table `answers`, in the transaction of the change itself.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use book::{Act, Balance, Command, CommandKey, Decision, EntryRef, KeySpace, Refusal, read_batch};
use engine::Outcome;
use money::ApiKeyId;
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::tables::answers::FirstAnswer;
use store::{JournalReader, Tx};

use super::Api;
use super::request::IdempotencyKey;
use crate::app::{App, blocking};
use crate::audit::{Author, Change};
use crate::clock;
use crate::problem::Problem;
use crate::runtime::LedgerError;

/// How many locks the idempotency keys share.
const LOCKS: usize = 64;

/// Locks under which the tries of one wish come one after the other, where its effect and its first answer cannot be written in one
/// transaction.
pub(super) struct OneAtATime([tokio::sync::Mutex<()>; LOCKS]);

impl Default for OneAtATime {
    fn default() -> OneAtATime {
        OneAtATime(std::array::from_fn(|_| tokio::sync::Mutex::default()))
    }
}

/// A write under an idempotency key.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    api_key: ApiKeyId,
    route: &'static str,
    key: String,
    body: Vec<u8>,
}

impl Wish {
    /// The wish of `body` (all that was asked, the path's ids too) at `route`.
    pub(super) fn new(
        api_key: ApiKeyId,
        route: &'static str,
        key: IdempotencyKey,
        body: &impl Serialize,
    ) -> Result<Wish, Problem> {
        let body = serde_json::to_vec(body).map_err(|error| Problem::internal(&anyhow::Error::new(error)))?;
        Ok(Wish { api_key, route, key: key.0, body })
    }

    /// The key under which the book remembers it.
    pub(super) fn command_key(&self, app: &App) -> CommandKey {
        self.part_key(app, None, &self.body)
    }

    /// The key of one of several parts, which says `body`.
    pub(super) fn part_key(&self, app: &App, part: Option<usize>, body: &[u8]) -> CommandKey {
        let place = part.map_or_else(Vec::new, |part| part.to_be_bytes().to_vec());
        let name =
            [&self.api_key.as_u128().to_be_bytes()[..], self.route.as_bytes(), self.key.as_bytes(), &place];
        app.hashes.command_key(KeySpace::Request, "api", &name, body)
    }

    /// A name for what this wish makes: another try of it makes the same.
    pub(super) fn name_bits(&self, app: &App) -> u128 {
        let name = [&self.api_key.as_u128().to_be_bytes()[..], self.route.as_bytes(), self.key.as_bytes()];
        app.hashes.hash128("api_made", &name)
    }

    fn request_key(&self) -> String {
        format!("{} {}", self.route, self.key)
    }

    fn answer(&self, status: StatusCode, body: &[u8]) -> FirstAnswer {
        FirstAnswer {
            api_key: self.api_key,
            request_key: self.request_key(),
            request_hash: Sha256::digest(&self.body).into(),
            status: status.as_u16(),
            body: body.to_vec(),
            created_at: clock::now(),
        }
    }

    /// The first answer, if there was one; 409 if it was to another body.
    fn known(&self, reader: &store::Reader<'_>) -> Result<Option<FirstAnswer>, Problem> {
        let Some(known) = reader.first_answer(self.api_key, &self.request_key())? else { return Ok(None) };
        let hash: [u8; 32] = Sha256::digest(&self.body).into();
        if known.request_hash == hash { Ok(Some(known)) } else { Err(Refusal::KeyReused.into()) }
    }

    /// Waits for other tries of this wish, whatever they say: until the answer is dropped there is no other.
    pub(super) async fn alone<'a>(&self, api: &'a Api) -> tokio::sync::MutexGuard<'a, ()> {
        let mut hasher = DefaultHasher::new();
        (self.api_key.as_u128(), self.route, &self.key).hash(&mut hasher);
        let place = hasher.finish() % LOCKS as u64;
        api.wishes.0[usize::try_from(place).unwrap_or(0)].lock().await
    }

    /// The first answer, looked up before work that cannot be in the transaction that remembers it.
    pub(super) async fn first_answer(&self, api: &Api) -> Result<Option<Answer>, Problem> {
        let (wish, tables) = (self.clone(), Arc::clone(&api.app.tables));
        let known = blocking(move || tables.read(|reader| wish.known(reader))).await?;
        Ok(known.map(Answer::again))
    }

    /// Changes the tables and remembers the answer, in one transaction; or, if that was done before, only answers.
    pub(super) async fn write<T, F>(
        self,
        api: &Api,
        status: StatusCode,
        mut change: F,
    ) -> Result<Answer, Problem>
    where
        T: Serialize,
        F: FnMut(&Tx<'_>) -> Result<T, Problem> + Send + 'static,
    {
        let change = move |tx: &Tx<'_>| {
            if let Some(known) = self.known(tx)? {
                return Ok(Answer::again(known));
            }
            let body = to_json(&change(tx)?)?;
            tx.insert_first_answer(&self.answer(status, &body))?;
            Ok(Answer { status, body, first: true })
        };
        api.app.write_or_refuse(change).await
    }
}

impl Wish {
    /// Answers what the book has decided, and writes the change down with the first answer: whoever repeats the wish finds both there.
    pub(super) async fn answer_noted(
        self,
        api: &Api,
        status: StatusCode,
        answer: &impl Serialize,
        (author, change): (Author, Change),
    ) -> Result<Answer, Problem> {
        let body = to_json(answer)?;
        let write = move |tx: &Tx<'_>| -> Result<Answer, Problem> {
            if let Some(known) = self.known(tx)? {
                return Ok(Answer::again(known));
            }
            author.note(tx, &change)?;
            tx.insert_first_answer(&self.answer(status, &body))?;
            Ok(Answer { status, body: body.clone(), first: true })
        };
        api.app.write_or_refuse(write).await.map_err(after_decision)
    }
}

/// A problem with what follows a decision of the book: it must not be said that nothing was changed.
pub(super) fn after_decision(problem: Problem) -> Problem {
    match problem.status {
        StatusCode::SERVICE_UNAVAILABLE => LedgerError::OutcomeUnknown.into(),
        _ => problem,
    }
}

/// What a write is answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
    /// True if the write was done now.
    pub(super) first: bool,
}

impl Answer {
    fn again(known: FirstAnswer) -> Answer {
        let status = StatusCode::from_u16(known.status).unwrap_or(StatusCode::OK);
        Answer { status, body: known.body, first: false }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}

fn to_json(value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| Problem::internal(&anyhow::Error::new(error)))
}

/// Has the book decide, and reads the decision back: the same value however often it is asked.
pub(super) async fn decide(api: &Api, wish: &Wish, act: Act) -> Result<(EntryRef, Decision), Problem> {
    let command = Command { key: Some(wish.command_key(&api.app)), act };
    let entry = match api.app.ledger.submit_one(command).await? {
        Outcome::Decided { entry, .. } | Outcome::Repeated { entry } => entry,
        Outcome::Refused(refusal) => return Err(refusal.into()),
    };
    let read = decisions(api, vec![entry]).await?;
    let decision = read.into_iter().next().flatten().ok_or_else(|| missing(entry))?;
    Ok((entry, decision))
}

/// The entry of each outcome and the balance after it, read back from the journal where it was decided before.
pub(super) async fn balances(
    api: &Api,
    outcomes: Vec<Outcome>,
) -> Result<Vec<Result<(EntryRef, Balance), Refusal>>, Problem> {
    let repeated = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Repeated { entry } => Some(*entry),
        _ => None,
    });
    let mut read = decisions(api, repeated.collect()).await?.into_iter();
    let mut balances = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        balances.push(match outcome {
            Outcome::Decided { entry, balance } => Ok((entry, balance.unwrap_or_default())),
            Outcome::Repeated { entry } => {
                let decision = read.next().flatten().ok_or_else(|| missing(entry))?;
                Ok((entry, decision.record.balance().unwrap_or_default()))
            }
            Outcome::Refused(refusal) => Err(refusal),
        });
    }
    Ok(balances)
}

fn missing(entry: EntryRef) -> Problem {
    Problem::internal(&anyhow::anyhow!("entry {} is not in the journal", entry.id()))
}

/// These decisions as they stand in the journal; `None` for a place where there is none.
pub(super) async fn decisions(api: &Api, entries: Vec<EntryRef>) -> Result<Vec<Option<Decision>>, Problem> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let app = Arc::clone(&api.app);
    blocking(move || {
        let mut journal = app.journal_reader()?;
        let mut found = vec![None; entries.len()];
        let mut places: Vec<usize> = (0..entries.len()).collect();
        places.sort_by_key(|place| entries[*place]);
        for same_row in places.chunk_by(|a, b| entries[*a].position() == entries[*b].position()) {
            read_row(&mut journal, &entries, same_row, &mut found)?;
        }
        Ok(found)
    })
    .await
}

/// Reads the decisions at `places` of `entries`, which all stand in one row, in order.
fn read_row(
    journal: &mut dyn JournalReader,
    entries: &[EntryRef],
    places: &[usize],
    found: &mut [Option<Decision>],
) -> Result<(), Problem> {
    let Some(position) = places.first().map(|place| entries[*place].position()) else { return Ok(()) };
    let rows = journal.read(position, 1, 0)?;
    let Some(row) = rows.first().filter(|row| row.position == position) else { return Ok(()) };
    let mut wanted = places.iter().copied().peekable();
    for decision in read_batch(row) {
        let (entry, decision) = decision.map_err(|error| Problem::internal(&anyhow::Error::new(error)))?;
        while let Some(place) = wanted.next_if(|place| entries[*place] == entry) {
            found[place] = Some(decision.clone());
        }
        if wanted.peek().is_none() {
            break;
        }
    }
    Ok(())
}
