//! Mails leave here: taken from the outbox, handed to the operator's SMTP server, tried again until it takes them.
//!
//! A mail that a person waits for (a link for a new password) goes before the thousands of a monthly run; some are handed over at a time.
//! A mail that was handed over just before a crash is handed over again; its `Message-ID` is the same, so that receivers may tell.
//! Without a server nothing leaves, and staff read in the console what would have.

use std::future::Future;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use money::{MailId, Timestamp};
use store::tables::outbox::Mail;
use tokio::task::JoinSet;

use crate::app::App;
use crate::config::{self, SmtpSecurity};
use crate::problem::Problem;
use crate::{clock, ids};

/// Mails taken at once.
const CLAIM_MAX: u32 = 20;
/// Mails handed over at the same time.
const UNDER_WAY_MAX: usize = 5;
/// What goes out before all else: somebody sits there and waits for it, and most of its links work for an hour. Few of them can be asked
/// for. Invitations are not among them: they work for a week, and there may be as many as a file has rows.
const AWAITED: [&str; 5] =
    ["password_reset", "staff_password_reset", "sign_up", "sign_up_known", "staff_invitation"];
/// How long a taken mail is ours, in microseconds: whoever took it may have died.
const LEASE: i64 = 10 * Timestamp::MINUTE;
/// How long the server may take for one mail: from the first knock to its last word.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How long it may take while a person waits for what it says.
const TEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Tries before a person must look: some two days.
const ATTEMPTS_MAX: u32 = 15;
/// Refusals of a mail that the server does not take for good, and the pause between them, in microseconds: half a day. Sending it on and on
/// harms the name of whoever sends; but who has mistyped something in his server refuses everybody for good, too, until he notices.
const REFUSALS_MAX: u32 = 3;
const REFUSED_PAUSE: i64 = 6 * Timestamp::HOUR;
/// Pause after the first failure, in microseconds; it doubles with each.
const PAUSE_MIN: i64 = 30 * Timestamp::SECOND;
/// Longest pause between two tries, in microseconds.
const PAUSE_MAX: i64 = 6 * Timestamp::HOUR;
/// How long the worker sleeps when nothing is told.
const SLEEP_MAX: Duration = Duration::from_secs(30);

/// Characters that are shown of what a server said.
const ANSWER_CHARS_MAX: usize = 300;

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// Who sends, and by which server.
struct Sender {
    transport: Transport,
    from: Mailbox,
}

/// Sends mails until the program ends. Without a server there is nothing to do.
pub async fn work(app: Arc<App>) {
    let mail = &app.config.mail;
    if mail.smtp.is_empty() {
        return;
    }
    let sender = match Sender::new(mail) {
        Ok(sender) => Arc::new(sender),
        Err(error) => {
            tracing::error!(
                error = format!("{error:#}"),
                "mails cannot be sent: the settings under [mail] are wrong"
            );
            return;
        }
    };
    let mut end = app.end_announced();
    loop {
        let pause = match work_once(&app, &sender).await {
            Ok(0) => SLEEP_MAX,
            Ok(_) => continue,
            Err(problem) => {
                tracing::error!(
                    code = problem.code,
                    detail = problem.detail,
                    "the outbox cannot be worked on"
                );
                SLEEP_MAX
            }
        };
        tokio::select! {
            () = app.mail_news.notified() => {}
            () = tokio::time::sleep(pause) => {}
            _ = end.wait_for(|end| *end) => return,
        }
    }
}

/// Sends what is due now, some at a time; how many mails that was.
async fn work_once(app: &Arc<App>, sender: &Arc<Sender>) -> Result<usize, Problem> {
    let now = clock::now();
    let due = app.write(move |tx| tx.claim_mails(&AWAITED, now, now.plus(LEASE), CLAIM_MAX)).await?;
    let count = due.len();
    let (mut due, mut under_way) = (due.into_iter(), JoinSet::new());
    let mut done = Ok(count);
    loop {
        while under_way.len() < UNDER_WAY_MAX
            && let Some(mail) = due.next()
        {
            let (app, sender) = (Arc::clone(app), Arc::clone(sender));
            under_way.spawn(async move {
                let outcome = sender.send(&mail).await;
                settle(&app, mail, outcome).await
            });
        }
        // Those under way are waited for whatever became of one: what is cut off while it is handed over would be handed over again.
        match under_way.join_next().await {
            None => return done,
            Some(Ok(Ok(()))) => {}
            Some(Ok(Err(problem))) => done = Err(problem),
            Some(Err(cut_off)) => tracing::error!(error = %cut_off, "a mail was not sent; it is tried again"),
        }
    }
}

async fn settle(app: &Arc<App>, mail: Mail, outcome: anyhow::Result<()>) -> Result<(), Problem> {
    let (id, attempts, now) = (mail.id, mail.attempts, clock::now());
    let (error, is_refused) = match outcome {
        Ok(()) => return app.write(move |tx| tx.mail_sent(id, now)).await,
        Err(error) => (format!("{error:#}"), is_refused(&error)),
    };
    let said = error.clone();
    let next = app
        .write(move |tx| {
            let refusals = if is_refused { Some(tx.mail_refused(id)?) } else { None };
            let next = next_try(attempts, refusals, now);
            tx.mail_retry(id, next, &said)?;
            Ok(next)
        })
        .await?;
    if next.is_some() {
        tracing::warn!(mail = %id, error, "a mail was not taken; it is tried again");
    } else {
        tracing::error!(mail = %id, error, "a mail needs a person");
    }
    Ok(())
}

/// When a mail is tried again after so many tries; `None` if it is not. `refusals` is how often it has been refused for good, where it was
/// just now: what was put off before that is none of them.
fn next_try(attempts: u32, refusals: Option<u32>, now: Timestamp) -> Option<Timestamp> {
    match refusals {
        Some(refusals) => (refusals < REFUSALS_MAX).then(|| now.plus(REFUSED_PAUSE)),
        None => (attempts < ATTEMPTS_MAX).then(|| now.plus(pause(attempts))),
    }
}

/// Whether the server has said no for good.
fn is_refused(error: &anyhow::Error) -> bool {
    let said = error.downcast_ref::<lettre::transport::smtp::Error>();
    said.is_some_and(|said| matches!(TestEnd::of(said), TestEnd::Refused(_)))
}

/// The pause after so many tries, in microseconds.
fn pause(attempts: u32) -> i64 {
    let doublings = attempts.saturating_sub(1).min(20);
    (PAUSE_MIN << doublings).min(PAUSE_MAX)
}

impl Sender {
    fn new(mail: &config::Mail) -> anyhow::Result<Sender> {
        let from = mail.from.parse().with_context(|| format!("mail.from is no address: {}", mail.from))?;
        let port = match mail.smtp_security {
            SmtpSecurity::Tls => 465,
            SmtpSecurity::Starttls => 587,
            SmtpSecurity::None => 25,
        };
        let (host, port) = match mail.smtp.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().context("mail.smtp must be host:port")?),
            None => (mail.smtp.as_str(), port),
        };
        let parameters = || TlsParameters::new(host.to_owned());
        let tls = match mail.smtp_security {
            SmtpSecurity::Tls => Tls::Wrapper(parameters()?),
            SmtpSecurity::Starttls => Tls::Required(parameters()?),
            SmtpSecurity::None => Tls::None,
        };
        let mut builder = Transport::builder_dangerous(host).port(port).tls(tls).timeout(Some(TIMEOUT));
        if !mail.smtp_username.is_empty() {
            let credentials = Credentials::new(mail.smtp_username.clone(), mail.smtp_password.clone());
            builder = builder.credentials(credentials);
        }
        Ok(Sender { transport: builder.build(), from })
    }

    /// The transport itself bounds nothing but the connection: a server that takes it and says nothing would hold every mail up.
    async fn send(&self, mail: &Mail) -> anyhow::Result<()> {
        let message = self.letter(mail)?;
        let sent = tokio::time::timeout(TIMEOUT, self.transport.send(message)).await;
        sent.with_context(|| silence(TIMEOUT))?.context("the mail server")?;
        Ok(())
    }

    fn letter(&self, mail: &Mail) -> anyhow::Result<Message> {
        let to: Mailbox = mail.recipient.parse().context("the recipient is no address")?;
        // Asks that no machine answers (RFC 3834).
        let by_machine =
            HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&mail.subject)
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())))
            .raw_header(by_machine)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body.clone())?;
        Ok(message)
    }
}

/// What is said of a server that takes the connection and does not answer.
fn silence(patience: Duration) -> String {
    format!("the mail server said nothing more within {} seconds", patience.as_secs())
}

/// What became of a test mail. Each bears what the server or the network said, without secrets: those are never part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestEnd {
    /// The server took it.
    Taken(String),
    /// No server is set.
    NoServer,
    /// The settings under `[mail]`, or the address, are wrong.
    Settings(String),
    /// The server did not answer in time.
    Timeout(String),
    /// The protected connection could not be made.
    Tls(String),
    /// The server did not take name and password.
    SignIn(String),
    /// The server said no for good.
    Refused(String),
    /// The server said no for now.
    PutOff(String),
    /// Nobody answers there.
    Unreachable(String),
}

impl TestEnd {
    /// In one word, for the audit log.
    pub fn word(&self) -> &'static str {
        match self {
            TestEnd::Taken(_) => "taken",
            TestEnd::NoServer => "no_server",
            TestEnd::Settings(_) => "settings",
            TestEnd::Timeout(_) => "timeout",
            TestEnd::Tls(_) => "tls",
            TestEnd::SignIn(_) => "sign_in",
            TestEnd::Refused(_) => "refused",
            TestEnd::PutOff(_) => "put_off",
            TestEnd::Unreachable(_) => "unreachable",
        }
    }

    /// What the server or the network said.
    pub fn answer(self) -> Option<String> {
        match self {
            TestEnd::NoServer => None,
            TestEnd::Taken(said)
            | TestEnd::Settings(said)
            | TestEnd::Timeout(said)
            | TestEnd::Tls(said)
            | TestEnd::SignIn(said)
            | TestEnd::Refused(said)
            | TestEnd::PutOff(said)
            | TestEnd::Unreachable(said) => Some(said),
        }
    }

    /// RFC 4954 gives 530, 534, 535 and 538 to those who do not sign in, or not rightly.
    fn of(error: &lettre::transport::smtp::Error) -> TestEnd {
        const SIGN_IN: [u16; 4] = [530, 534, 535, 538];
        let said: String = error.to_string().chars().take(ANSWER_CHARS_MAX).collect();
        let code = error.status().map(u16::from);
        match code {
            Some(code) if SIGN_IN.contains(&code) => TestEnd::SignIn(said),
            Some(_) if error.is_transient() => TestEnd::PutOff(said),
            Some(_) => TestEnd::Refused(said),
            None if error.is_timeout() => TestEnd::Timeout(said),
            None if error.is_tls() || is_of_tls(error) => TestEnd::Tls(said),
            None if error.is_client() => TestEnd::SignIn(said),
            None => TestEnd::Unreachable(said),
        }
    }
}

/// Whether the protected connection could not be made: the handshake failed, or the server offers none. The transport calls the first
/// a broken connection and the second a mistake of ours.
fn is_of_tls(error: &lettre::transport::smtp::Error) -> bool {
    if error.is_client() && error.to_string().contains("STARTTLS") {
        return true;
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(broken) = cause.downcast_ref::<std::io::Error>() {
            let is_cut =
                broken.kind() == ErrorKind::UnexpectedEof && broken.to_string().contains("handshake");
            return is_cut || broken.kind() == ErrorKind::InvalidData;
        }
        source = cause.source();
    }
    false
}

/// Waits for what a server says as long as a person would.
async fn heard<T>(
    said: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, TestEnd> {
    match tokio::time::timeout(TEST_TIMEOUT, said).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(TestEnd::of(&error)),
        Err(_) => Err(TestEnd::Timeout(silence(TEST_TIMEOUT))),
    }
}

/// Hands one mail to the server, once, and says what became of it.
pub async fn send_test(mail: &config::Mail, to: &str, subject: &str, body: &str) -> TestEnd {
    if mail.smtp.is_empty() {
        return TestEnd::NoServer;
    }
    let now = clock::now();
    let test = Mail {
        id: MailId::from_u128(ids::fresh()),
        kind: "test".to_owned(),
        recipient: to.to_owned(),
        subject: subject.to_owned(),
        body: body.to_owned(),
        locale: String::new(),
        created_at: now,
        sent_at: None,
        attempts: 1,
        next_attempt_at: None,
        last_error: None,
        customer: None,
    };
    let made = Sender::new(mail).and_then(|sender| sender.letter(&test).map(|letter| (sender, letter)));
    let (sender, letter) = match made {
        Ok(made) => made,
        Err(error) => return TestEnd::Settings(format!("{error:#}")),
    };
    match heard(sender.transport.send(letter)).await {
        Ok(answer) => TestEnd::Taken(answer.message().collect::<Vec<_>>().join(" ")),
        Err(end) => end,
    }
}

/// Greets the server, signs in, and leaves without a mail.
pub async fn greet(mail: &config::Mail) -> TestEnd {
    if mail.smtp.is_empty() {
        return TestEnd::NoServer;
    }
    let sender = match Sender::new(mail) {
        Ok(sender) => sender,
        Err(error) => return TestEnd::Settings(format!("{error:#}")),
    };
    match heard(sender.transport.test_connection()).await {
        Ok(_) => TestEnd::Taken(String::new()),
        Err(end) => end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_letter_is_the_same_each_time_it_is_handed_over() {
        let mut settings = config::Config::embedded().expect("the default").mail;
        settings.smtp = "mail.example.com:2525".to_owned();
        let sender = Sender::new(&settings).expect("a sender");
        let mail = Mail {
            id: MailId::from_u128(7),
            kind: "invitation".to_owned(),
            recipient: "ana@example.com".to_owned(),
            subject: "Sua conta: crédito\r\nBcc: everybody@example.com".to_owned(),
            body: "Olá\n\nhttps://example.com/set-password?token=x\n".to_owned(),
            locale: "pt-BR".to_owned(),
            created_at: Timestamp::EPOCH,
            sent_at: None,
            attempts: 1,
            next_attempt_at: None,
            last_error: None,
            customer: None,
        };
        let letter = || String::from_utf8(sender.letter(&mail).expect("a letter").formatted()).expect("text");
        let text = letter();
        assert!(text.contains(&format!("Message-ID: <{}@example.com>", mail.id)), "{text}");
        assert!(text.contains("Auto-Submitted: auto-generated"), "{text}");
        assert!(!text.contains("\r\nBcc:"), "a subject is one line: {text}");
    }

    #[test]
    fn what_is_refused_for_good_is_tried_for_half_a_day_and_what_is_put_off_for_two() {
        let hours = |attempts, refusals| {
            next_try(attempts, refusals, Timestamp::EPOCH)
                .map(|at| at.since(Timestamp::EPOCH) / Timestamp::HOUR)
        };
        let refused = [1, 2, 3, 9].map(|refusals| hours(refusals, Some(refusals)));
        assert_eq!(refused, [Some(6), Some(6), None, None]);
        assert_eq!([1, 3, 14, 15].map(|attempts| hours(attempts, None)), [Some(0), Some(0), Some(6), None]);
        assert_eq!(hours(4, Some(1)), Some(6), "put off three times, and refused for the first");
    }

    #[test]
    fn pauses_grow_and_end() {
        let minutes = |attempts| pause(attempts) / Timestamp::MINUTE;
        assert_eq!([1, 2, 3, 10, 11, 100].map(minutes), [0, 1, 2, 256, 360, 360]);
    }
}
