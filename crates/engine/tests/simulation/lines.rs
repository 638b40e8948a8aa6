//! The laws of lines, after every durable decision: the terms of each cycle are what its records say and come to the balance, bytes are
//! counted once, a purchase is released once.

#[path = "../../../book/tests/line_terms/mod.rs"]
mod line_terms;

use std::collections::{BTreeSet, HashMap, HashSet};

use book::{Book, Decision, LineFact, Record, WalletNo};
use line_terms::LineTerms;
use money::PurchaseId;

/// What lines are by their records alone.
#[derive(Default)]
pub(crate) struct Lines {
    models: HashMap<WalletNo, LineTerms>,
    /// Bytes counted of each session.
    pub(crate) counted: HashMap<u128, i128>,
    released: HashSet<PurchaseId>,
    paid: HashSet<PurchaseId>,
    /// What came up.
    pub(crate) met: BTreeSet<&'static str>,
}

impl Lines {
    /// Before a decision becomes true in `book`.
    pub(crate) fn note(&mut self, book: &Book, decision: &Decision) {
        let Some(no) = decision.record.wallet() else { return };
        let Some(wallet) = book.wallet(no) else { return };
        if let Record::Line(record) = &decision.record {
            self.note_fact(&record.fact);
        } else if wallet.line.is_none() {
            return;
        }
        let model = self.models.entry(no).or_default();
        model.follow(&decision.record, wallet.balance.posted, wallet.debt);
    }

    fn note_fact(&mut self, fact: &LineFact) {
        match fact {
            LineFact::Read(read) => {
                let counted = i128::from(read.taken.total) + i128::from(read.taken.earlier);
                *self.counted.entry(read.session).or_default() += counted;
                let wrapped = read.after.input >= 1 << 32 || read.after.output >= 1 << 32;
                self.met.extend(wrapped.then_some("counter of 32 bits full"));
                self.met.extend((read.taken.earlier > 0).then_some("bytes of the cycle before"));
                self.met.extend((read.taken.debt > 0).then_some("overshoot"));
                self.met.extend((read.taken.outside > 0).then_some("bytes outside"));
                let given_back = read.zero_rated.as_ref().filter(|it| it.free > 0 && read.taken.total == 0);
                self.met.extend(given_back.map(|_| "zero-rated bytes given back"));
            }
            LineFact::Bought { purchase, .. } => self.release("bought", purchase.purchase),
            LineFact::Released { purchase, .. } => {
                self.release("released", purchase.purchase);
                self.pay(purchase.purchase);
            }
            LineFact::Paid { purchase, .. } => self.pay(*purchase),
            LineFact::CycleBegan { .. } => drop(self.met.insert("cycle began")),
            LineFact::Carried { .. } => drop(self.met.insert("carried")),
            LineFact::SessionsClosed { .. } => drop(self.met.insert("sessions closed")),
            // Who pays for what was given up gets it after all.
            LineFact::WrittenOff { purchase, .. } => {
                self.met.insert("written off");
                self.released.remove(purchase);
            }
            LineFact::Restored { .. } => drop(self.met.insert("restored")),
            _ => {}
        }
    }

    fn release(&mut self, how: &'static str, purchase: PurchaseId) {
        self.met.insert(how);
        assert!(self.released.insert(purchase), "{purchase} was released twice");
    }

    fn pay(&mut self, purchase: PurchaseId) {
        self.met.insert("paid");
        assert!(self.paid.insert(purchase), "{purchase} was paid twice");
    }

    /// After it has become true.
    pub(crate) fn check(&self, book: &Book, decision: &Decision) {
        let Some(no) = decision.record.wallet() else { return };
        let Some(wallet) = book.wallet(no) else { return };
        let Some(line) = wallet.line.as_deref() else { return };
        let told = line.terms;
        let terms = [told.carried, told.allowance, told.bought, told.outside, told.total, told.adjustments];
        let model = &self.models[&no];
        assert_eq!(terms.map(i128::from), model.terms, "{decision:?}");
        assert_eq!(
            model.balance(),
            i128::from(wallet.balance.posted),
            "the terms come to the balance: {decision:?}"
        );
        assert!(wallet.debt == 0 || wallet.live_grants().all(|(_, grant)| grant.free() == 0), "{wallet:?}");
    }
}
