//! What an internet provider sells: plans by the month and packs beside them. Part of the catalog, replaced whole.

use money::Amount;

use super::calendar::FreeWindow;
use super::zero_rated::TrafficNo;

/// The dense number of a plan, given when it was made and never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlanNo(pub u32);

/// The dense number of a pack, given when it was made and never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackNo(pub u32);

/// A plan, as far as it decides about credit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its number.
    pub no: PlanNo,
    /// Bytes of each cycle; zero is possible.
    pub allowance: i64,
    /// How many bytes of an allowance that was not used live one cycle longer; `None` if it ends with its cycle.
    pub carried_max: Option<i64>,
    /// The rules of buying packs; `None` where the plan does not support it.
    pub purchases: Option<PurchaseRules>,
    /// Times of day in which traffic does not lower the balance.
    pub free: Vec<FreeWindow>,
    /// Kinds of traffic that do not lower the balance, where routers tell them apart.
    pub zero_rated: Vec<TrafficNo>,
}

/// When packs may be bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PurchaseRules {
    /// The highest balance, in bytes, at which one may buy; zero unless the operator chose otherwise.
    pub balance_max: i64,
    /// The most that may be bought and not yet paid; `None` without a limit.
    pub unpaid_max: Option<Amount>,
}

/// Extra credit sold once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Its number.
    pub no: PackNo,
    /// The plan for which it is sold.
    pub plan: PlanNo,
    /// Bytes; above zero.
    pub quantity: i64,
    /// What it costs; above zero.
    pub price: Amount,
    /// How it may be charged.
    pub chargings: Vec<Charging>,
    /// When it is released if it is charged by boleto or on the next invoice. Card and Pix release when they are paid.
    pub release: Release,
    /// How long it lives.
    pub validity: Validity,
    /// How many of it may be released in one cycle; `None` without a limit.
    pub per_cycle_max: Option<u32>,
}

/// How a purchase is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Charging {
    /// By a boleto of its own.
    Boleto,
    /// On the next invoice.
    NextInvoice,
    /// By card.
    Card,
    /// By Pix.
    Pix,
}

impl Charging {
    /// Every way with its code.
    pub const ALL: [(Charging, &'static str); 4] = [
        (Charging::Boleto, "boleto"),
        (Charging::NextInvoice, "next_invoice"),
        (Charging::Card, "card"),
        (Charging::Pix, "pix"),
    ];

    /// The code.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("boleto", |(_, code)| code)
    }

    /// The way of this code.
    pub fn from_code(code: &str) -> Option<Charging> {
        Self::ALL.iter().find(|(_, known)| *known == code).map(|(way, _)| *way)
    }
}

/// When a pack's credit is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// When it is bought.
    OnPurchase,
    /// When it is paid.
    OnPayment,
}

impl Release {
    /// When a pack is released that is charged so.
    pub fn when_charged_by(self, charging: Charging) -> Release {
        match charging {
            Charging::Boleto | Charging::NextInvoice => self,
            Charging::Card | Charging::Pix => Release::OnPayment,
        }
    }
}

/// How long a pack lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Until the cycle ends in which it was released.
    Cycle,
    /// So many times 24 hours from its release.
    Days(u16),
}
