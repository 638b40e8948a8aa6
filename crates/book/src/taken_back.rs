//! Credit that a payment bought and the provider took back: refunds and disputes, and what undoes them.
//!
//! What is wanted is absolute: so much of this payment is refunded, so much is disputed. The difference to what is taken already
//! is moved, never more than the payment was credited. It comes from the payment's own grant where that is free, then from what
//! of it has expired (nobody has had that), and the rest had been used. What is set back goes the same way in reverse.
//!
//! Money that had been used is owed from then on. Bytes that had been used stay used: nobody owes them, and whoever bought them had them
//! (`docs/decisions`).

use money::{Amount, GrantId, PaymentId, Timestamp, Unit, WalletId};

use crate::account::Account;
use crate::book::Book;
use crate::codec::{CodecError, Reader, Write};
use crate::command::Source;
use crate::decide::check_held;
use crate::decision::{Balance, Burns, Record, WalletNo};
use crate::record::{read_burns, write_burns};
use crate::refusal::Refusal;
use crate::wallet::{Grant, Wallet};

/// Why credit that was paid for is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TakenBackCause {
    /// The operator gave the money back.
    Refund,
    /// The customer's bank took the money back.
    Dispute,
}

impl TakenBackCause {
    /// Every cause with its code as the API and the journal's readers write it.
    pub const ALL: [(TakenBackCause, &'static str); 2] =
        [(TakenBackCause::Refund, "refund"), (TakenBackCause::Dispute, "dispute")];

    /// The code.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(cause, _)| *cause == self).map_or("refund", |(_, code)| code)
    }

    /// The cause of this code.
    pub fn from_code(code: &str) -> Option<TakenBackCause> {
        Self::ALL.iter().find(|(_, known)| *known == code).map(|(cause, _)| *cause)
    }

    /// Where that is which was taken: money of a refund has left the provider, a dispute holds it; bytes are not sold any more.
    pub(crate) fn account(self, unit: Unit) -> Account {
        match self {
            _ if unit == Unit::BYTE => Account::Sold,
            TakenBackCause::Refund => Account::ClearingStripe,
            TakenBackCause::Dispute => Account::Disputed,
        }
    }
}

/// That so much of a payment is to be taken back for this cause, from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakeBackTerms {
    /// The wallet that the payment was credited to.
    pub wallet: WalletId,
    /// The payment.
    pub payment: PaymentId,
    /// The grant that it bought, where that does not name its payment itself: a pack's.
    pub grant: Option<GrantId>,
    /// Why.
    pub cause: TakenBackCause,
    /// How much altogether; zero sets it back.
    pub amount: Amount,
    /// The name of the grant that holds what finds no place any more when it is set back.
    pub reinstated: GrantId,
}

/// What is taken back of a payment, by the number of the grant that it bought. In smallest steps of the wallet's unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    /// What the provider says is refunded.
    pub refund: i64,
    /// What the provider says is disputed.
    pub dispute: i64,
    /// What the grants of this payment gave for it.
    pub burns: Burns,
    /// What had expired of them.
    pub lost: i64,
    /// What had been used: debt if it was money.
    pub used: i64,
    /// Since when something is taken back.
    pub since: Timestamp,
}

impl TakenBack {
    fn nothing(at: Timestamp) -> TakenBack {
        TakenBack { refund: 0, dispute: 0, burns: Burns::default(), lost: 0, used: 0, since: at }
    }

    /// How much is taken back for one cause.
    pub const fn of(&self, cause: TakenBackCause) -> i64 {
        match cause {
            TakenBackCause::Refund => self.refund,
            TakenBackCause::Dispute => self.dispute,
        }
    }

    /// How much is taken back altogether: what both causes ask for, at most what was credited.
    pub fn total(&self) -> i64 {
        self.burns.total() + self.lost + self.used
    }

    fn set(&mut self, cause: TakenBackCause, amount: i64) {
        match cause {
            TakenBackCause::Refund => self.refund = amount,
            TakenBackCause::Dispute => self.dispute = amount,
        }
    }
}

/// A grant that holds what was set back and found no place any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reinstated {
    /// The grant's number in its wallet.
    pub grant_no: u32,
    /// Its name.
    pub grant: GrantId,
    /// How much.
    pub amount: i64,
    /// When its unreserved rest is lost.
    pub expires_at: Option<Timestamp>,
    /// How much of it paid debt at once.
    pub debt_paid: i64,
    /// As that of the grant that the payment bought.
    pub priority: u8,
}

/// What was moved to make the wanted amount true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackMove {
    /// More is taken back, or as much as before.
    Taken {
        /// What the payment's grants give.
        burns: Burns,
        /// What of them had expired.
        lost: i64,
        /// What had been used: money becomes debt, bytes stay used.
        used: i64,
    },
    /// Less is taken back.
    Returned {
        /// What goes back into grants.
        restored: Burns,
        /// What of that pays other debt at once.
        paid: Burns,
        /// What goes back to what has expired.
        lost: i64,
        /// What had been used and is not taken any more; of money, the debt of it that is still owed and now is not.
        used: i64,
        /// What finds no place: the debt was paid meanwhile, or the grant has expired.
        reinstated: Option<Reinstated>,
    },
}

/// So much of a payment is taken back for this cause, from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBackSet {
    /// The wallet.
    pub wallet: WalletNo,
    /// The payment.
    pub payment: PaymentId,
    /// The grant that the payment bought.
    pub grant_no: u32,
    /// Why.
    pub cause: TakenBackCause,
    /// How much altogether for this cause.
    pub amount: i64,
    /// What that moves.
    pub moved: BackMove,
    /// The wallet after it.
    pub balance: Balance,
}

impl Book {
    /// What making these terms true at `at` would move, if nothing happened before it. Changes nothing.
    pub fn would_take_back(&self, terms: &TakeBackTerms, at: Timestamp) -> Result<BackMove, Refusal> {
        let no = self.wallet_no(terms.wallet).ok_or(Refusal::WalletUnknown)?;
        let wallet = self.wallet(no).ok_or(Refusal::WalletUnknown)?;
        match decide_taken_back(no, wallet, terms, at)? {
            Record::TakenBackSet(set) => Ok(set.moved),
            _ => Err(Refusal::NothingChanges),
        }
    }
}

pub(crate) fn decide_taken_back(
    no: WalletNo,
    wallet: &Wallet,
    terms: &TakeBackTerms,
    at: Timestamp,
) -> Result<Record, Refusal> {
    let amount = terms.amount;
    if amount.unit() != wallet.unit {
        return Err(Refusal::UnitMismatch);
    }
    if amount.value() < 0 {
        return Err(Refusal::AmountNegative);
    }
    let (grant_no, grant) = wallet.bought_with(terms).ok_or(Refusal::PaymentUnknown)?;
    if amount.value() > grant.amount {
        return Err(Refusal::MoreThanCredited { credited: wallet.amount(grant.amount) });
    }
    let known = wallet.taken_back.get(&grant_no).cloned().unwrap_or_else(|| TakenBack::nothing(at));
    if known.of(terms.cause) == amount.value() {
        return Err(Refusal::NothingChanges);
    }
    let mut wanted = known.clone();
    wanted.set(terms.cause, amount.value());
    let more = wanted.refund.saturating_add(wanted.dispute).min(grant.amount) - known.total();
    let (moved, posted) = if more >= 0 {
        take(wallet, (terms.payment, grant_no), &known, more)
    } else {
        give_back(wallet, grant, &known, -more, terms.reinstated, at)?
    };
    let balance = Balance { posted: wallet.balance.posted + posted, ..wallet.balance };
    check_held(wallet, balance.posted)?;
    let (payment, cause) = (terms.payment, terms.cause);
    let set = TakenBackSet { wallet: no, payment, grant_no, cause, amount: amount.value(), moved, balance };
    Ok(Record::TakenBackSet(Box::new(set)))
}

/// What taking `more` of a payment moves, and by how much `posted` changes.
fn take(
    wallet: &Wallet,
    (payment, bought): (PaymentId, u32),
    known: &TakenBack,
    more: i64,
) -> (BackMove, i64) {
    let mut left = more;
    let mut burns = Burns::default();
    let mut expired = -known.lost;
    let own = [(bought, &wallet.grants[bought as usize])].into_iter();
    for (grant_no, grant) in own.chain(wallet.grants_of(payment).filter(|(no, _)| *no != bought)) {
        let part = grant.free().min(left);
        burns.add(grant_no, part);
        left -= part;
        expired += grant.lost;
    }
    let lost = expired.clamp(0, left);
    let used = left - lost;
    let posted = -(burns.total() + owed_of_used(used, wallet.unit));
    (BackMove::Taken { burns, lost, used }, posted)
}

/// What setting `back` of a payment back moves, and by how much `posted` changes: what had been used first, then what had expired, then
/// the grants.
fn give_back(
    wallet: &Wallet,
    grant: &Grant,
    known: &TakenBack,
    back: i64,
    name: GrantId,
    at: Timestamp,
) -> Result<(BackMove, i64), Refusal> {
    let from_used = known.used.min(back);
    let lost = known.lost.min(back - from_used);
    let mut left = back - from_used - lost;
    // Debt may have been paid meanwhile; what nobody owed finds its place always.
    let used = if wallet.unit == Unit::BYTE { from_used } else { from_used.min(wallet.debt) };
    let mut homeless = from_used - used;
    let mut restored = Burns::default();
    for (grant_no, part) in known.burns.iter() {
        let part = part.min(left);
        left -= part;
        if wallet.grants[grant_no as usize].lives_at(at) {
            restored.add(grant_no, part);
        } else {
            homeless += part;
        }
    }
    let posted = owed_of_used(used, wallet.unit) + restored.total() + homeless;
    let mut owed = wallet.debt - owed_of_used(used, wallet.unit);
    let mut paid = Burns::default();
    for (grant_no, part) in restored.iter() {
        let part = part.min(owed);
        paid.add(grant_no, part);
        owed -= part;
    }
    let reinstated = (homeless > 0).then(|| {
        let grant_no = u32::try_from(wallet.grants.len()).map_err(|_| Refusal::AmountTooLarge)?;
        // It lives as long as was left to it when it was taken, or without end where it had ended by then.
        let left = grant.expires_at.map(|expires_at| expires_at.since(known.since));
        let expires_at = left.filter(|left| *left > 0).map(|left| at.plus(left));
        Ok(Reinstated {
            grant_no,
            grant: name,
            amount: homeless,
            expires_at,
            debt_paid: homeless.min(owed),
            priority: grant.priority,
        })
    });
    let reinstated = reinstated.transpose()?;
    Ok((BackMove::Returned { restored, paid, lost, used, reinstated }, posted))
}

/// What is owed of credit that had been used when it was taken back: all of it, if it is money; nothing, if it is data.
pub(crate) fn owed_of_used(used: i64, unit: Unit) -> i64 {
    if unit == Unit::BYTE { 0 } else { used }
}

impl Wallet {
    /// The grant that a payment bought.
    fn bought_with(&self, terms: &TakeBackTerms) -> Option<(u32, &Grant)> {
        let Some(name) = terms.grant else {
            return self.grants_of(terms.payment).find(|(_, grant)| grant.source != Source::Reinstated);
        };
        let is_it = |grant: &Grant| {
            let of_no_other = grant.payment.is_none_or(|payment| payment == terms.payment);
            grant.id == name && grant.source == Source::Purchased && of_no_other
        };
        (0..).zip(&self.grants).find(|(_, grant)| is_it(grant))
    }

    /// The grants that a payment bought or that hold what was set back of it; a scheduled one has not begun.
    fn grants_of(&self, payment: PaymentId) -> impl Iterator<Item = (u32, &Grant)> {
        let grants = (0..).zip(&self.grants);
        grants.filter(move |(_, grant)| grant.payment == Some(payment) && grant.scheduled_at.is_none())
    }

    pub(crate) fn apply_taken_back(&mut self, set: &TakenBackSet, at: Timestamp) {
        self.balance = set.balance;
        let taken = self.taken_back.entry(set.grant_no).or_insert_with(|| TakenBack::nothing(at));
        taken.set(set.cause, set.amount);
        match &set.moved {
            BackMove::Taken { burns, lost, used } => {
                burns.iter().for_each(|(grant_no, amount)| taken.burns.add(grant_no, amount));
                taken.lost += lost;
                taken.used += used;
                self.burn(burns, owed_of_used(*used, self.unit));
            }
            BackMove::Returned { restored, paid: to_debt, lost, used, reinstated } => {
                let homeless = reinstated.map_or(0, |reinstated| reinstated.amount);
                // What went nowhere else came from debt first: so it was planned.
                let paid = homeless.min(taken.used - used);
                taken.used -= used + paid;
                taken.lost -= lost;
                let mut gone = restored.clone();
                let mut left = homeless - paid;
                for (grant_no, part) in taken.burns.iter() {
                    let part = (part - gone.of(grant_no)).min(left);
                    gone.add(grant_no, part);
                    left -= part;
                }
                let kept = taken.burns.iter().map(|(no, part)| (no, part - gone.of(no)));
                taken.burns = kept.filter(|(_, part)| *part > 0).collect();
                self.debt -= owed_of_used(*used, self.unit) + to_debt.total();
                for (grant_no, amount) in restored.iter() {
                    self.grants[grant_no as usize].remaining += amount - to_debt.of(grant_no);
                    self.enliven(grant_no);
                }
                if let Some(reinstated) = reinstated {
                    self.reinstate(set, reinstated);
                }
            }
        }
        self.taken_back.retain(|_, taken| taken.refund > 0 || taken.dispute > 0);
    }

    fn reinstate(&mut self, set: &TakenBackSet, reinstated: &Reinstated) {
        let grant = Grant {
            id: reinstated.grant,
            amount: reinstated.amount,
            remaining: reinstated.amount - reinstated.debt_paid,
            reserved: 0,
            source: Source::Reinstated,
            priority: reinstated.priority,
            scheduled_at: None,
            expires_at: reinstated.expires_at,
            expired: false,
            lost: 0,
            cost: None,
            payment: Some(set.payment),
        };
        self.debt -= reinstated.debt_paid;
        self.push_grant(grant);
    }
}

/// The part of [`TakenBackSet`] behind its wallet and before its balance.
pub(crate) fn write_taken_back(out: &mut Vec<u8>, set: &TakenBackSet) {
    out.u128(set.payment.as_u128());
    out.unsigned(set.grant_no.into());
    out.byte(crate::line::place(&TakenBackCause::ALL, &set.cause));
    out.signed(set.amount);
    match &set.moved {
        BackMove::Taken { burns, lost, used } => {
            out.byte(0);
            write_burns(out, burns);
            out.signed(*lost);
            out.signed(*used);
        }
        BackMove::Returned { restored, paid, lost, used, reinstated } => {
            out.byte(1);
            write_burns(out, restored);
            write_burns(out, paid);
            out.signed(*lost);
            out.signed(*used);
            out.option(*reinstated, |out, reinstated: Reinstated| {
                out.unsigned(reinstated.grant_no.into());
                out.u128(reinstated.grant.as_u128());
                out.signed(reinstated.amount);
                out.option(reinstated.expires_at, Write::time);
                out.signed(reinstated.debt_paid);
                out.byte(reinstated.priority);
            });
        }
    }
}

pub(crate) fn read_taken_back(reader: &mut Reader<'_>, wallet: WalletNo) -> Result<TakenBackSet, CodecError> {
    let payment = PaymentId::from_u128(reader.u128()?);
    let grant_no = reader.u32()?;
    let cause = TakenBackCause::ALL.get(usize::from(reader.byte()?)).ok_or(CodecError::Range("cause"))?.0;
    let amount = reader.signed()?;
    let moved = match reader.byte()? {
        0 => BackMove::Taken { burns: read_burns(reader)?, lost: reader.signed()?, used: reader.signed()? },
        1 => BackMove::Returned {
            restored: read_burns(reader)?,
            paid: read_burns(reader)?,
            lost: reader.signed()?,
            used: reader.signed()?,
            reinstated: reader.option(|reader| {
                Ok(Reinstated {
                    grant_no: reader.u32()?,
                    grant: GrantId::from_u128(reader.u128()?),
                    amount: reader.signed()?,
                    expires_at: reader.option(Reader::time)?,
                    debt_paid: reader.signed()?,
                    priority: reader.byte()?,
                })
            })?,
        },
        _ => return Err(CodecError::Range("what was moved back")),
    };
    let balance = crate::record::read_balance(reader)?;
    Ok(TakenBackSet { wallet, payment, grant_no, cause, amount, moved, balance })
}

/// What is taken back of each payment, for the snapshot.
pub(crate) fn write_taken(out: &mut Vec<u8>, wallet: &Wallet) {
    out.count(wallet.taken_back.len());
    for (grant_no, taken) in &wallet.taken_back {
        out.unsigned((*grant_no).into());
        out.signed(taken.refund);
        out.signed(taken.dispute);
        write_burns(out, &taken.burns);
        out.signed(taken.lost);
        out.signed(taken.used);
        out.time(taken.since);
    }
}

pub(crate) fn read_taken(reader: &mut Reader<'_>, wallet: &mut Wallet) -> Result<(), CodecError> {
    for _ in 0..reader.count()? {
        let grant_no = reader.u32()?;
        let taken = TakenBack {
            refund: reader.signed()?,
            dispute: reader.signed()?,
            burns: read_burns(reader)?,
            lost: reader.signed()?,
            used: reader.signed()?,
            since: reader.time()?,
        };
        wallet.taken_back.insert(grant_no, taken);
    }
    Ok(())
}
