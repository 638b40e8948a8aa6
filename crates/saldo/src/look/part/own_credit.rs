//! A customer's credit in money, of what it came and where it went: as he sees it, and as staff do.

use book::PaidBy;
use money::{Amount, Timestamp};

/// What a customer paid beyond what he owed.
#[derive(Clone, Debug)]
pub struct OwnCredit {
    /// What is left of it.
    pub left: Amount,
    /// Its movements, newest first.
    pub moves: Vec<CreditMove>,
}

/// One movement of it.
#[derive(Clone, Debug)]
pub struct CreditMove {
    /// When.
    pub at: Timestamp,
    /// What it was.
    pub words: String,
    /// What more there is to say; empty if nothing.
    pub under: String,
    /// How much; below zero it was taken.
    pub amount: Amount,
    /// Where the reader finds what it was for.
    pub url: Option<String>,
}

/// The id of the way in which money came or went.
pub fn paid_by_text(by: PaidBy) -> &'static str {
    match by {
        PaidBy::Pix => "paid-by-pix",
        PaidBy::Boleto => "paid-by-boleto",
        PaidBy::Card => "paid-by-card",
        PaidBy::Hand => "paid-by-hand",
    }
}
