//! The bank's page: its titles, with buttons for what a bank and a payer do, and its files. Works without JavaScript.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use brazil::cnab::FILE_BYTES_MAX;
use brazil::print_day;
use serde::Deserialize;

use super::pix::{PaidPix, TIMES_MAX};
use super::{BankError, Desk, HeldTitle, REFUSED, REGISTERED, SETTLED};
use crate::stand_in::{Choice, Language, STYLE, asset, done, refusal, shown};

#[derive(Template)]
#[template(path = "bank.html")]
struct BankPage {
    lang: Language,
    bank: String,
    titles: Vec<Row>,
    registers_at_once: bool,
    is_by_hand: bool,
    /// The number of the newest return; 0 before the first.
    newest: u32,
    /// The newest Pix that were paid.
    pix: Vec<PaidPix>,
}

/// A Pix to be paid: the form of the page, which programs send, too.
#[derive(Deserialize)]
struct PixWanted {
    br_code: String,
    #[serde(default = "once")]
    times: u32,
}

fn once() -> u32 {
    1
}

struct Row {
    /// Its place among all titles, by which it is acted upon: a nosso número may hold blanks.
    index: usize,
    nosso_numero: String,
    payer: String,
    due: String,
    amount: String,
    state: &'static str,
    is_new: bool,
    is_payable: bool,
    is_paid: bool,
}

pub(super) fn routes(desk: Arc<Desk>) -> axum::Router {
    registered().layer(DefaultBodyLimit::max(FILE_BYTES_MAX)).with_state(desk)
}

pub(super) fn registered() -> axum::Router<Arc<Desk>> {
    axum::Router::new()
        .route("/", get(show))
        .route("/titles/{index}/{act}", post(act))
        .route("/registration/{when}", post(registration))
        .route("/pix", post(pay_pix))
        .route("/carriage/{who}", post(carriage))
        .route("/remittances", post(receive))
        .route("/returns/{number}", get(return_file))
        .route("/assets/stand_in.css", get(|| async { asset("text/css; charset=utf-8", STYLE) }))
}

async fn show(State(desk): State<Arc<Desk>>, lang: Language, Query(choice): Query<Choice>) -> Response {
    if let Some(kept) = choice.keep() {
        return kept;
    }
    let pix = match desk.paid_pix() {
        Ok(pix) => pix,
        Err(error) => return refused(lang, &error),
    };
    let page = {
        let books = desk.books();
        BankPage {
            lang,
            bank: desk.bank.digits().to_owned(),
            titles: books.titles.iter().enumerate().rev().map(|held| Row::of(lang, held)).collect(),
            registers_at_once: books.registers_at_once,
            is_by_hand: *desk.by_hand.borrow(),
            newest: *desk.newest.borrow(),
            pix,
        }
    };
    shown(&page)
}

async fn act(
    State(desk): State<Arc<Desk>>,
    lang: Language,
    Path((index, act)): Path<(usize, String)>,
) -> Response {
    let codes: &[&str] = match act.as_str() {
        "registration" => &[REGISTERED],
        "refusal" => &[REFUSED],
        "payment" => &[SETTLED],
        "two-payments" => &[SETTLED, SETTLED],
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    done(desk.act(index, codes), |error| refused(lang, error))
}

async fn registration(State(desk): State<Arc<Desk>>, Path(when): Path<String>) -> Response {
    let at_once = match when.as_str() {
        "at-once" => true,
        "by-hand" => false,
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    desk.books().registers_at_once = at_once;
    Redirect::to("/").into_response()
}

async fn pay_pix(
    State(desk): State<Arc<Desk>>,
    lang: Language,
    wanted: Result<Form<PixWanted>, FormRejection>,
) -> Response {
    let Ok(Form(wanted)) = wanted else {
        let sentence = lang.say(
            "“Pix copia e cola” and how often it is to be paid must be filled in",
            "Preencha “Pix copia e cola” e quantas vezes pagar",
        );
        return refusal(lang, StatusCode::UNPROCESSABLE_ENTITY, sentence);
    };
    if !(1..=TIMES_MAX).contains(&wanted.times) {
        return refused(lang, &BankError::NotPayable("to be paid 1 to 5 times"));
    }
    done(desk.pay_pix(&wanted.br_code, wanted.times), |error| refused(lang, error))
}

async fn carriage(State(desk): State<Arc<Desk>>, Path(who): Path<String>) -> Response {
    let by_hand = match who.as_str() {
        "by-hand" => true,
        "at-once" => false,
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    desk.by_hand.send_replace(by_hand);
    Redirect::to("/").into_response()
}

/// A remittance: the file alone, as programs send it, or in the page's form.
async fn receive(State(desk): State<Arc<Desk>>, lang: Language, request: Request) -> Response {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        return match String::from_request(request, &()).await {
            Ok(body) => match desk.receive(&body) {
                Ok(()) => StatusCode::NO_CONTENT.into_response(),
                Err(error) => refused(lang, &error),
            },
            Err(rejection) => rejection.into_response(),
        };
    }
    match sent_file(request).await {
        Some(file) => done(desk.receive(&file), |error| refused(lang, error)),
        None => {
            let sentence = lang.say(
                "“Remittance file” takes a file of the console, of 32 MB at most",
                "“Arquivo de remessa” aceita um arquivo gerado no console, de até 32 MB",
            );
            refusal(lang, StatusCode::UNPROCESSABLE_ENTITY, sentence)
        }
    }
}

/// The file of the form; `None` if none was chosen, or it is too long. A byte beyond ASCII is what Latin-1 has there, as in banks' files.
async fn sent_file(request: Request) -> Option<String> {
    let mut form = Multipart::from_request(request, &()).await.ok()?;
    while let Some(field) = form.next_field().await.ok()? {
        if field.name() == Some("file") {
            let bytes = field.bytes().await.ok()?;
            let text = String::from_utf8(bytes.to_vec());
            let text =
                text.unwrap_or_else(|wrong| wrong.as_bytes().iter().map(|byte| char::from(*byte)).collect());
            return (!text.is_empty()).then_some(text);
        }
    }
    None
}

async fn return_file(State(desk): State<Arc<Desk>>, lang: Language, Path(number): Path<u32>) -> Response {
    match desk.return_after(number.saturating_sub(1)) {
        Ok(Some(file)) if file.number == number => {
            let name = format!("attachment; filename=\"return-{number:06}.ret\"");
            let headers = [
                (header::CONTENT_TYPE, "text/plain; charset=us-ascii".to_owned()),
                (header::CONTENT_DISPOSITION, name),
            ];
            (headers, file.body).into_response()
        }
        Ok(_) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => refused(lang, &error),
    }
}

impl Row {
    fn of(lang: Language, (index, held): (usize, &HeldTitle)) -> Self {
        let title = &held.title;
        Self {
            index,
            nosso_numero: title.nosso_numero.clone(),
            payer: title.payer_name.clone(),
            due: print_day(title.due),
            amount: in_reais(&title.amount.to_string()),
            state: worded(lang, held.state()),
            is_new: held.is_new(),
            is_payable: held.is_payable(),
            is_paid: held.times_paid > 0,
        }
    }
}

/// Reais as Brazil writes them, in both languages.
pub(super) fn in_reais(amount: &str) -> String {
    format!("R$ {amount}").replace('.', ",")
}

/// A state of a title in the reader's language.
fn worded(lang: Language, state: &'static str) -> &'static str {
    let portuguese = match state {
        "paid" => "pago",
        "paid more than once" => "pago mais de uma vez",
        "written off" => "baixado",
        "refused" => "recusado",
        "registered" => "registrado",
        "received" => "recebido",
        other => other,
    };
    lang.say(state, portuguese)
}

fn refused(lang: Language, error: &BankError) -> Response {
    let (status, portuguese) = match error {
        BankError::UnknownTitle => (StatusCode::NOT_FOUND, "este título não existe".to_owned()),
        BankError::NotNow(state) => {
            (StatusCode::CONFLICT, format!("o título está {}", worded(Language::Portuguese, state)))
        }
        BankError::NumberKnown(number) => {
            (StatusCode::CONFLICT, format!("outra remessa já tem o número {number}"))
        }
        BankError::File(error) => {
            (StatusCode::UNPROCESSABLE_ENTITY, format!("a remessa não pôde ser lida ({})", error.code()))
        }
        BankError::Code(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "isto não é um código Pix copia e cola".to_owned())
        }
        BankError::NotPayable(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "este código não pode ser pago aqui".to_owned())
        }
        BankError::State(_) => {
            tracing::error!(%error, "the bank failed");
            (StatusCode::INTERNAL_SERVER_ERROR, "o banco falhou".to_owned())
        }
    };
    refusal(lang, status, lang.say(&error.to_string(), &portuguese))
}
