//! Pages that only say something: what happened, and what to do.

use askama::Template;

use crate::look::Reader;
use crate::look::part::payment::report_url;
use crate::look::part::{Frame, Menu, Place};

/// A page with one message.
#[derive(Template)]
#[template(path = "page/message.html")]
pub struct MessagePage {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it; with menu where somebody is signed in.
    pub frame: Frame,
    /// What is said.
    pub message: Message,
}

/// What a message page says. The HTTP status is the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// 403: signed in, but not for this.
    Forbidden,
    /// 403: the form was too old or came from elsewhere; nothing was changed.
    StaleForm,
    /// 403: a form was sent, or a page asked for, that a view as the customer has not.
    ReadOnlyView,
    /// 403: nothing can be added to a wallet that is frozen.
    WalletFrozen,
    /// 404.
    NotFound,
    /// 404 or 410: a link to set a password is used or too old.
    LinkExpired,
    /// 404 or 410: the same at the console's door.
    StaffLinkExpired,
    /// 413: what was sent is too long.
    TooLarge,
    /// 400 or 422: what was sent was not understood.
    NotUnderstood,
    /// 429, with the seconds to wait.
    TooMany {
        /// As in `Retry-After`.
        seconds: u32,
    },
    /// 500.
    Failed,
    /// 503: the operator has not set up card payments.
    PaymentsOff,
    /// 502: the payment provider did not answer; nothing was charged.
    ProviderAway,
    /// 503, with the seconds to wait.
    Unavailable {
        /// As in `Retry-After`.
        seconds: u32,
    },
}

impl MessagePage {
    /// The heading.
    pub fn heading(&self) -> String {
        self.reader.t(match self.message {
            Message::Forbidden => "message-forbidden",
            Message::StaleForm => "message-stale-form",
            Message::ReadOnlyView => "message-read-only-view",
            Message::WalletFrozen => "message-wallet-frozen",
            Message::NotFound => "message-not-found",
            Message::LinkExpired | Message::StaffLinkExpired => "message-link-expired",
            Message::TooLarge => "message-too-large",
            Message::NotUnderstood => "message-not-understood",
            Message::TooMany { .. } => "message-too-many",
            Message::Failed => "message-failed",
            Message::PaymentsOff => "message-payments-off",
            Message::ProviderAway => "message-provider-away",
            Message::Unavailable { .. } => "message-unavailable",
        })
    }

    /// What happened and what to do.
    pub fn words(&self) -> String {
        self.reader.t(match self.message {
            Message::Forbidden if self.frame.menu == Menu::Console => "message-forbidden-staff-text",
            Message::Forbidden => "message-forbidden-text",
            Message::StaleForm => "message-stale-form-text",
            Message::ReadOnlyView => "message-read-only-view-text",
            Message::WalletFrozen => "message-wallet-frozen-text",
            Message::NotFound => "message-not-found-text",
            Message::LinkExpired => "message-link-expired-text",
            Message::StaffLinkExpired => "message-staff-link-expired-text",
            Message::TooLarge => "message-too-large-text",
            Message::NotUnderstood => "message-not-understood-text",
            Message::TooMany { seconds } => return self.reader.tn("message-too-many-text", seconds),
            Message::Failed => "message-failed-text",
            Message::PaymentsOff => "message-payments-off-text",
            Message::ProviderAway => "message-provider-away-text",
            Message::Unavailable { seconds } => return self.reader.tn("message-unavailable-text", seconds),
        })
    }

    /// Whether it is our fault, so that the page offers to report it.
    pub fn is_ours(&self) -> bool {
        matches!(self.message, Message::Failed | Message::ProviderAway | Message::Unavailable { .. })
    }

    /// Where the one button leads: for whoever is signed in, to the first page of his menu.
    pub fn way_out_url(&self) -> &'static str {
        match self.message {
            Message::LinkExpired => "/forgotten-password",
            Message::StaffLinkExpired => "/console/sign-in",
            _ => self.frame.menu.entries().first().map_or("/", Place::url),
        }
    }

    /// What the one button says.
    pub fn way_out(&self) -> String {
        self.reader.t(match self.message {
            Message::LinkExpired => "ask-for-link",
            Message::StaffLinkExpired => "back-to-sign-in",
            _ => "to-first-page",
        })
    }

    /// The link by which this is reported.
    pub fn report_url(&self) -> String {
        report_url(&self.reader, &self.frame.support_email, "", &self.frame.request_id)
    }
}
