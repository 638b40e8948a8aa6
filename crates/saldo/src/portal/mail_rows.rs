//! Mails of the outbox as lists show them.

use store::tables::outbox::Mail;

use crate::app::App;
use crate::look::page::{MailRow, MailState};

/// Whether mails stay here to be read, because the operator has named no mail server.
pub(crate) fn are_kept(app: &App) -> bool {
    app.config.mail.smtp.is_empty()
}

/// The mail as a row that leads to `url`.
pub(crate) fn row(app: &App, mail: &Mail, url: String) -> MailRow {
    let state = match (mail.sent_at, mail.next_attempt_at) {
        (Some(_), _) => MailState::Sent,
        (None, _) if are_kept(app) => MailState::Kept,
        (None, Some(_)) => MailState::Waiting,
        (None, None) => MailState::Stuck,
    };
    MailRow { at: mail.created_at, to: mail.recipient.clone(), subject: mail.subject.clone(), url, state }
}
