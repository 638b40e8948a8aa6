//! `/console/customers/{id}`: one customer as staff see him.

use askama::Template;
use money::{Amount, Timestamp};

use crate::look::Reader;
use crate::look::part::{BlockedLine, Frame};

/// One customer. Its form sends nothing but its token to `/console/customers/{id}/codes`.
#[derive(Template)]
#[template(path = "page/customer.html")]
pub struct CustomerPage {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// `cus_…`.
    pub id: String,
    /// The name.
    pub name: String,
    /// The e-mail.
    pub email: Option<String>,
    /// The language of his mails.
    pub language: &'static str,
    /// Since when.
    pub since: Timestamp,
    /// Said once after a change.
    pub saved: bool,
    /// Whether staff may change him.
    pub may_change: bool,
    /// To whom documents are written, if anybody ever asked for that.
    pub payer: Option<PayerLines>,
    /// What staff may do with him.
    pub acts: CustomerActs,
    /// His credit in money, if he has any.
    pub money: Option<Amount>,
    /// His lines, oldest first.
    pub lines: Vec<LineOfCustomer>,
    /// With what he signs in.
    pub logins: Vec<LoginLine>,
    /// The code that was just made, shown this once, and until when it works.
    pub code: Option<(String, Timestamp)>,
    /// How often a code may be tried.
    pub tries_max: u32,
}

impl CustomerPage {
    /// How often and until when the code works, in words.
    pub fn code_ends(&self, until: &Timestamp) -> String {
        let time = self.reader.date_time(until);
        self.reader.tn_with("access-code-until", self.tries_max, [("time", time)])
    }
}

/// What staff may do with a customer beside changing what is known of him.
#[derive(Clone, Debug)]
pub struct CustomerActs {
    /// Whether the portal may be seen as he sees it.
    pub may_view: bool,
    /// Whether wallets may be frozen and thawed.
    pub may_freeze: bool,
    /// His wallets.
    pub wallets: Vec<FreezableWallet>,
}

/// A wallet that may be frozen.
#[derive(Clone, Debug)]
pub struct FreezableWallet {
    /// `wal_…`.
    pub id: String,
    /// What it is, in words.
    pub name: String,
    /// Whether it is frozen.
    pub is_frozen: bool,
}

/// To whom documents are written.
#[derive(Clone, Debug)]
pub struct PayerLines {
    /// CPF or CNPJ as people write it.
    pub document: String,
    /// The address in one line.
    pub address: String,
}

/// A line of the customer.
#[derive(Clone, Debug)]
pub struct LineOfCustomer {
    /// Its page.
    pub url: String,
    /// The plan's name.
    pub plan: String,
    /// How it authenticates.
    pub access_login: String,
    /// The status in words; empty until the book has opened it.
    pub status: String,
    /// Why it is blocked, if it is.
    pub blocked: Option<BlockedLine>,
    /// What is left.
    pub balance: String,
}

/// A login of the customer.
#[derive(Clone, Debug)]
pub struct LoginLine {
    /// What is typed.
    pub name: String,
    /// Whether a password was chosen.
    pub has_password: bool,
    /// The last time it signed in.
    pub last_sign_in: Option<Timestamp>,
    /// Until when a code works that was read out.
    pub code_until: Option<Timestamp>,
}
