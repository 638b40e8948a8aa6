//! `/console/customers/{id}`: one customer as staff see him.

use askama::Template;
use money::{Amount, Timestamp};

use crate::look::Reader;
use crate::look::page::AutomaticSeen;
use crate::look::page::listing::Standing;
use crate::look::part::{Balance, BlockedLine, Frame, OwnCredit, SavedCard};

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
    /// How he came, if that was kept.
    pub came: Option<Came>,
    /// His ids, his lots of credit, his open checkouts, his keys.
    pub parts: CustomerParts,
    /// The name.
    pub name: String,
    /// The e-mail.
    pub email: Option<String>,
    /// What the operator calls him.
    pub external_key: Option<String>,
    /// The language of his mails.
    pub language: &'static str,
    /// Since when.
    pub since: Timestamp,
    /// Said once after a change.
    pub saved: bool,
    /// Said once after an invitation.
    pub invited: bool,
    /// What was done just now, in words: a receipt was sent, a wallet was frozen.
    pub done: Option<String>,
    /// Whether staff may give him credit, and take it.
    pub may_give_credit: bool,
    /// Whether staff may change him.
    pub may_change: bool,
    /// Whether this reader may have receipts sent again.
    pub may_send_receipts: bool,
    /// To whom documents are written, if anybody ever asked for that.
    pub payer: Option<PayerLines>,
    /// What staff may do with him.
    pub acts: CustomerActs,
    /// How his automatic top-up stands, if it was ever set up.
    pub automatic: Option<AutomaticSeen>,
    /// His credit in money, if he has any, and of what it is made.
    pub balance: Option<Balance>,
    /// What he paid beyond what he owed, if he ever did.
    pub own_credit: Option<OwnCredit>,
    /// Said once after credit was given back.
    pub given_back: bool,
    /// Whether staff may give it back.
    pub may_give_back: bool,
    /// Cards that are kept for him.
    pub cards: Vec<SavedCard>,
    /// What happened, newest first.
    pub timeline: Vec<TimelineLine>,
    /// Link to what happened later.
    pub newer_url: Option<String>,
    /// Link to what happened before.
    pub older_url: Option<String>,
    /// His lines, oldest first.
    pub lines: Vec<LineOfCustomer>,
    /// With what he signs in.
    pub logins: Vec<LoginLine>,
    /// Whether the test clock was moved: sign-ins and codes go by the machine's all the same.
    pub is_clock_moved: bool,
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

/// What is told of a customer beside his figures.
#[derive(Clone, Debug)]
pub struct CustomerParts {
    /// His own id and his wallets'.
    pub ids: Vec<NamedId>,
    /// Of what his credit is left, in the order in which it burns.
    pub lots: Vec<Lot>,
    /// Payment pages that he left open.
    pub checkouts: Vec<OpenCheckout>,
    /// His keys, newest first.
    pub keys: Vec<NamedKey>,
}

/// An id to be read out or copied.
#[derive(Clone, Debug)]
pub struct NamedId {
    /// What it is of.
    pub name: String,
    /// The id.
    pub id: String,
}

/// A lot of credit of which something is left.
#[derive(Clone, Debug)]
pub struct Lot {
    /// The id of what it is.
    pub text_id: &'static str,
    /// When it was added.
    pub added_at: Timestamp,
    /// How much it was.
    pub amount: Amount,
    /// How much of it is left.
    pub remaining: Amount,
    /// When what is left lapses; `None` if never.
    pub expires_at: Option<Timestamp>,
    /// The payment that bought it: page and name.
    pub payment: Option<(String, String)>,
}

/// A payment page that was begun and neither paid nor left.
#[derive(Clone, Debug)]
pub struct OpenCheckout {
    /// The top-up's page.
    pub url: String,
    /// How much was to be added.
    pub amount: Amount,
    /// When it was begun.
    pub began_at: Timestamp,
}

/// A key of the customer's, without its secret.
#[derive(Clone, Debug)]
pub struct NamedKey {
    /// What he calls it.
    pub name: String,
    /// The secret's last four characters.
    pub last_four: String,
    /// Whether it lets nobody in any more.
    pub is_revoked: bool,
    /// When it was used last.
    pub last_used_at: Option<Timestamp>,
}

/// How a customer came.
#[derive(Clone, Debug)]
pub struct Came {
    /// In words.
    pub words: String,
    /// The file in which he came: address and words.
    pub file: Option<(String, String)>,
    /// Where the terms stood that he agreed to.
    pub terms_url: Option<String>,
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
    /// By whom it was frozen, when and why, in words; `None` if it is not.
    pub frozen: Option<String>,
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
    /// Its id, if it may be invited to choose a password.
    pub invitable: Option<String>,
    /// Until when a code works that was read out.
    pub code_until: Option<Timestamp>,
}

/// Something that happened with a customer.
#[derive(Clone, Debug)]
pub struct TimelineLine {
    /// When.
    pub at: Timestamp,
    /// What.
    pub words: String,
    /// What more there is to say of it.
    pub under: String,
    /// What it moved, and whether that was in the customer's favour.
    pub sum: Option<(String, bool)>,
    /// How it stands.
    pub standing: Option<Standing>,
    /// Where it is told in full.
    pub url: Option<String>,
    /// Where its receipt is sent from once more, if it has one.
    pub receipt_url: Option<String>,
}
