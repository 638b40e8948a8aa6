//! What movements of wallets mean to whoever closes a month.

use engine::UnitSums;

/// Why customers' credit grew or shrank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flow {
    /// Credit was bought.
    Sold,
    /// More was paid than was owed.
    Overpaid,
    /// It was brought from another system, where it had been bought.
    BroughtIn,
    /// Credit was given away.
    Promotional,
    /// A plan's allowance.
    Allowance,
    /// Staff corrected something, or what was owed was written off.
    Corrected,
    /// An invoice took it off: it had been paid beyond what was owed.
    Invoiced,
    /// It was used.
    Used,
    /// It expired.
    Expired,
    /// It was given back.
    Refunded,
    /// A bank took it back.
    Disputed,
}

impl Flow {
    /// All of them, as they stand in a report.
    pub const ALL: [Flow; 11] = [
        Flow::Sold,
        Flow::Overpaid,
        Flow::BroughtIn,
        Flow::Promotional,
        Flow::Allowance,
        Flow::Corrected,
        Flow::Invoiced,
        Flow::Used,
        Flow::Expired,
        Flow::Refunded,
        Flow::Disputed,
    ];

    /// What an entry of this kind, with this reason, is.
    pub fn of(kind: &str, reason: &str) -> Flow {
        match (kind, reason) {
            ("grant", "purchased") | ("pack", _) => Flow::Sold,
            ("grant", "overpaid") => Flow::Overpaid,
            ("grant", "opening_balance") => Flow::BroughtIn,
            ("grant", "promotional") => Flow::Promotional,
            ("grant", "reinstated") | ("refund" | "given_back", _) => Flow::Refunded,
            ("invoice", _) => Flow::Invoiced,
            ("grant", "allowance" | "carried") | ("allowance", _) => Flow::Allowance,
            ("usage" | "charge" | "reversal" | "traffic", _) => Flow::Used,
            ("expiry", _) => Flow::Expired,
            ("dispute", _) => Flow::Disputed,
            _ => Flow::Corrected,
        }
    }

    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Flow::Sold => "sold",
            Flow::Overpaid => "overpaid",
            Flow::BroughtIn => "brought_in",
            Flow::Promotional => "promotional",
            Flow::Allowance => "allowance",
            Flow::Corrected => "corrected",
            Flow::Invoiced => "invoiced",
            Flow::Used => "used",
            Flow::Expired => "expired",
            Flow::Refunded => "refunded",
            Flow::Disputed => "disputed",
        }
    }
}

/// How each of them moved all wallets of a unit, in smallest steps; only those that moved any.
pub fn flows(sums: &UnitSums) -> Vec<(Flow, i128)> {
    let of = |flow: Flow| {
        let moved = sums.moved.iter().filter(|((kind, reason), _)| Flow::of(kind, reason) == flow);
        moved.map(|(_, amount)| amount).sum::<i128>()
    };
    Flow::ALL.into_iter().map(|flow| (flow, of(flow))).filter(|(_, moved)| *moved != 0).collect()
}
