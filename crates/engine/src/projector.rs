//! What decisions mean for the views that people read.
//!
//! Pure: a row of the journal in, changes out; the caller writes them together with the cursor. What a later record leaves
//! unsaid (a wallet's unit, an open window's meter) is kept here, and read back from the views at start.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::news::{Notice, exhausted, tell};
use crate::project_back::taken_back_grants;
use crate::project_line::{balance_cause, line_grants, line_kind, lot_of, project_line, used_bytes};
use book::{
    Anomaly, BatchError, Burns, Decision, EntryRef, GrantAdded, JournalRow, KeySpace, LineFact,
    MoneyMovement, Read, Record, Source, TakenBackCause, Transfer, UsagePosted, WalletNo, WindowOpened,
    read_batch, transfers,
};
use money::{Amount, CustomerId, EntryId, IntentId, Quantity, Timestamp, Unit, WalletId};
use store::views::{
    EntryRow, GrantRow, GrantState, ViewChange, ViewChanges, WalletRow, WindowRow, quarter_of,
};

/// A wallet, as far as later records leave it unsaid.
#[derive(Clone, Copy, Debug)]
struct KnownWallet {
    id: WalletId,
    unit: Unit,
    customer: CustomerId,
    /// How many entries it has.
    entries: u64,
    /// The last of them.
    newest: Option<EntryRef>,
    /// What may be spent.
    available: i64,
}

/// An open window, as far as later records leave it unsaid.
#[derive(Clone, Copy, Debug)]
struct KnownWindow {
    meter_no: u32,
    hour: i64,
}

/// What a row means, or several one behind the other.
#[derive(Debug, Default)]
pub struct Projection {
    /// Changes of the views, added up.
    pub changes: ViewChanges,
    /// Commands with a key for ever that were decided: intents that are done now.
    pub intents_done: Vec<IntentDone>,
    /// Wallets that count bytes and changed, each possibly several times.
    pub lines: Vec<u32>,
    /// Whose wallets changed, each possibly several times.
    pub customers: Vec<CustomerId>,
    /// What others are to be told. They are written down once, however often the views are made again.
    pub notices: Vec<Notice>,
    /// How lines' balances moved, for whoever tells subscribers what they have used.
    pub line_balances: Vec<LineBalance>,
    /// Sessions whose counters grew by more than can be, or were put right after that.
    pub jumps: Vec<CountersJumped>,
    /// By wallet and session: both counters together as they were read last in these rows.
    counters: HashMap<(u32, u128), i64>,
}

/// The session's counters that a record reads, if it reads any.
fn reading(record: &Record) -> Option<&Read> {
    match record {
        Record::Line(line) => match &line.fact {
            LineFact::Read(read) => Some(read),
            _ => None,
        },
        _ => None,
    }
}

/// A session whose counters grew faster than any line can carry, so that it was not counted, or went back right after that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountersJumped {
    /// The decision.
    pub entry: EntryRef,
    /// When, by the book's clock.
    pub at: Timestamp,
    /// Whose line it is.
    pub customer: CustomerId,
    /// The number of the wallet that the line lives on.
    pub wallet_no: u32,
    /// A hash of what names the session.
    pub session: u128,
    /// Both counters together, in bytes.
    pub now: i64,
    /// What they were before, if these rows say so; else the views do.
    pub before: Option<i64>,
    /// What was counted with this reading.
    pub counted: i64,
}

/// A command with a key for ever that was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntentDone {
    /// The intent that bears this key.
    pub intent: IntentId,
    /// The decision.
    pub entry: EntryId,
    /// When, by the book's clock.
    pub at: Timestamp,
}

/// The balance of a line after something moved it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineBalance {
    /// The decision.
    pub entry: EntryRef,
    /// When, by the book's clock.
    pub at: Timestamp,
    /// Whose line it is.
    pub customer: CustomerId,
    /// The wallet that the line lives on.
    pub wallet: WalletId,
    /// Its number.
    pub wallet_no: u32,
    /// Why it moved.
    pub cause: BalanceCause,
    /// What may be used now, in bytes.
    pub left: i64,
}

/// Why a line's balance moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BalanceCause {
    /// A cycle began, the first one included.
    CycleBegan,
    /// A pack was released.
    PackReleased,
    /// The subscriber used something.
    Used,
    /// Anything else, by so many bytes: a correction, another plan, expiry.
    Corrected(i64),
}

/// Turns rows into changes, one after the other without gaps.
#[derive(Debug, Default)]
pub struct Projector {
    /// By number: they are dense.
    wallets: Vec<KnownWallet>,
    windows: HashMap<(u32, u32), KnownWindow>,
}

impl Projector {
    /// A projector that goes on where the views stand: with all wallets in the order of their numbers, and the open windows.
    pub fn resume(
        wallets: impl IntoIterator<Item = WalletRow>,
        windows: impl IntoIterator<Item = WindowRow>,
    ) -> Projector {
        let known = |wallet: WalletRow| {
            let WalletRow { wallet: id, customer, unit, entries, newest, posted, pending, held, .. } = wallet;
            KnownWallet { id, unit, customer, entries, newest, available: posted - pending - held }
        };
        let windows = windows.into_iter().map(|window| {
            let known = KnownWindow { meter_no: window.meter_no, hour: window.opened_at.hour() };
            ((window.wallet_no, window.window_no), known)
        });
        Projector { wallets: wallets.into_iter().map(known).collect(), windows: windows.collect() }
    }

    /// What these rows mean together.
    pub fn project<'r>(
        &mut self,
        rows: impl IntoIterator<Item = &'r JournalRow>,
    ) -> Result<Projection, BatchError> {
        let mut projection = Projection::default();
        for row in rows {
            self.project_row(row, &mut projection)?;
        }
        Ok(projection)
    }

    fn project_row(&mut self, row: &JournalRow, projection: &mut Projection) -> Result<(), BatchError> {
        for decision in read_batch(row) {
            let (entry, decision) = decision?;
            if let Some(key) = decision.key.filter(|key| key.space == KeySpace::Forever) {
                projection.intents_done.push(IntentDone {
                    intent: IntentId::from_u128(key.key),
                    entry: entry.id(),
                    at: decision.at,
                });
            }
            self.project_decision(entry, &decision, projection);
        }
        Ok(())
    }

    fn project_decision(&mut self, entry: EntryRef, decision: &Decision, projection: &mut Projection) {
        let record = &decision.record;
        let out = &mut projection.changes;
        if let Record::WalletOpened { wallet, id, customer, unit, .. } = record {
            let (id, unit, customer) = (*id, *unit, *customer);
            let known = KnownWallet { id, unit, customer, entries: 0, newest: None, available: 0 };
            debug_assert_eq!(self.wallets.len(), wallet.0 as usize, "wallets are numbered as they come");
            self.wallets.push(known);
            projection.customers.push(customer);
            out.push(ViewChange::WalletOpened(WalletRow {
                wallet_no: wallet.0,
                wallet: id,
                customer,
                unit,
                posted: 0,
                pending: 0,
                held: 0,
                opened_at: decision.at,
                entries: 0,
                newest: None,
            }));
            return;
        }
        if let Record::MoneyMoved { movement, amount } = record {
            money_moved(*movement, *amount, decision, out);
            return;
        }
        let Some(WalletNo(wallet_no)) = record.wallet() else { return };
        // A wallet is always opened before anything happens to it.
        let Some(known) = self.wallets.get_mut(wallet_no as usize) else { return };
        let (unit, customer) = (known.unit, known.customer);
        projection.customers.push(customer);
        let at = decision.at;
        tell(record, (known.id, unit), |news| projection.notices.push(Notice { entry, at, customer, news }));
        if let Some(balance) = record.balance() {
            let was = std::mem::replace(&mut known.available, balance.available());
            let news = exhausted((known.id, unit), was, known.available);
            projection.notices.extend(news.map(|news| Notice { entry, at, customer, news }));
            let book::Balance { posted, pending, held } = balance;
            out.push(ViewChange::BalanceSet { wallet_no, posted, pending, held });
        }
        let moved = entry_row(entry, decision, known);
        if unit == Unit::BYTE {
            let amount = moved.as_ref().map_or(0, |row| row.amount);
            project_line(record, decision.at, amount, out);
            projection.lines.push(wallet_no);
            if let Some(read) = reading(record) {
                let session = read.session;
                let now = read.after.input.saturating_add(read.after.output);
                let before = projection.counters.insert((wallet_no, session), now);
                if let Some(Anomaly::Jump | Anomaly::PutRight) = read.anomaly {
                    let counted = read.taken.total.saturating_add(read.taken.earlier);
                    let jump =
                        CountersJumped { entry, at, customer, wallet_no, session, now, before, counted };
                    projection.jumps.push(jump);
                }
            }
            if let (Some(cause), Some(balance)) = (balance_cause(record, amount), record.balance()) {
                let (wallet, left) = (known.id, balance.posted);
                let moved = LineBalance { entry, at, customer, wallet, wallet_no, cause, left };
                projection.line_balances.push(moved);
            }
        }
        if let Some(row) = moved {
            known.entries += 1;
            known.newest = Some(entry);
            out.push(ViewChange::Moved {
                quarter: quarter_of(row.at),
                unit,
                kind: row.kind.clone(),
                reason: row.reason.clone(),
                delta: row.amount,
            });
            if let Some(charge_kind_no) = row.charge_kind_no {
                let (hour, delta) = (row.at.hour(), row.amount);
                out.push(ViewChange::Charged { wallet_no, hour, charge_kind_no, delta });
            }
            out.push(ViewChange::EntryAdded(row));
        }
        self.project_grants(record, decision.at, out);
        self.project_usage(record, out);
        move_accounts(record, unit, out);
    }

    fn project_grants(&self, record: &Record, at: Timestamp, out: &mut ViewChanges) {
        let Some(WalletNo(wallet_no)) = record.wallet() else { return };
        let changed = |grant_no, remaining_delta, state| ViewChange::GrantChanged {
            wallet_no,
            grant_no,
            remaining_delta,
            state,
        };
        let burned = |burns: &Burns, out: &mut ViewChanges| {
            burns.iter().for_each(|(grant_no, amount)| out.push(changed(grant_no, -amount, None)));
        };
        match record {
            Record::GrantAdded(added) => out.push(ViewChange::GrantAdded(grant_row(added, at))),
            Record::GrantEffective { grant_no, debt_paid, .. } => {
                out.push(changed(*grant_no, -debt_paid, Some(GrantState::Active)));
            }
            Record::GrantExpired { grant_no, amount, .. } => {
                out.push(changed(*grant_no, -amount, Some(GrantState::Expired)));
            }
            Record::Charged { burns, .. }
            | Record::Deducted { burns, .. }
            | Record::OverpaidTaken { burns, .. } => burned(burns, out),
            Record::UsagePosted(posted) => burned(&posted.burns, out),
            Record::Line(record) => line_grants(record, at, out),
            Record::TakenBackSet(set) => taken_back_grants(set, at, out),
            Record::Reversed { restored, .. } => {
                out.extend(restored.iter().map(|(grant_no, amount)| changed(grant_no, amount, None)));
            }
            _ => {}
        }
    }

    fn project_usage(&mut self, record: &Record, out: &mut ViewChanges) {
        match record {
            Record::WindowOpened(opened) => self.window_opened(opened, out),
            Record::WindowAccrued { wallet, window_no, occurred_at, quantity, pending, .. } => {
                out.push(ViewChange::WindowChanged {
                    wallet_no: wallet.0,
                    window_no: *window_no,
                    pending_delta: *pending,
                    events_delta: 1,
                });
                if let Some(window) = self.windows.get(&(wallet.0, *window_no)).copied() {
                    out.push(used(wallet.0, window.meter_no, occurred_at.hour(), *quantity, 1));
                    out.push(priced(wallet.0, window.meter_no, window.hour, 0, *pending));
                }
            }
            Record::UsageCovered { wallet, meter, occurred_at, quantity } => {
                out.push(used(wallet.0, meter.0, occurred_at.hour(), *quantity, 1));
            }
            Record::UsagePosted(posted) => self.usage_posted(posted, out),
            _ => {}
        }
    }

    fn window_opened(&mut self, opened: &WindowOpened, out: &mut ViewChanges) {
        let (wallet_no, hour) = (opened.wallet.0, opened.opened_at.hour());
        self.windows.insert((wallet_no, opened.window_no), KnownWindow { meter_no: opened.meter.0, hour });
        out.push(ViewChange::WindowOpened(WindowRow {
            wallet_no,
            window_no: opened.window_no,
            meter_no: opened.meter.0,
            opened_at: opened.opened_at,
            closes_at: opened.closes_at,
            pending: opened.pending,
            events: 1,
        }));
        out.push(used(wallet_no, opened.meter.0, opened.occurred_at.hour(), opened.quantity, 1));
        out.push(priced(wallet_no, opened.meter.0, hour, 0, opened.pending));
    }

    fn usage_posted(&mut self, posted: &UsagePosted, out: &mut ViewChanges) {
        let (wallet_no, meter_no, hour) = (posted.wallet.0, posted.meter.0, posted.opened_at.hour());
        match posted.window_no {
            Some(window_no) => {
                self.windows.remove(&(wallet_no, window_no));
                out.push(ViewChange::WindowClosed { wallet_no, window_no });
                out.push(priced(wallet_no, meter_no, hour, posted.amount, -posted.amount));
            }
            None => {
                let occurred = posted.occurred_at.unwrap_or(posted.opened_at);
                out.push(used(wallet_no, meter_no, occurred.hour(), posted.quantity, 1));
                out.push(priced(wallet_no, meter_no, hour, posted.amount, 0));
            }
        }
    }
}

/// Money of the operator's: it stands in nobody's statement, only in sums.
fn money_moved(movement: MoneyMovement, amount: Amount, decision: &Decision, out: &mut ViewChanges) {
    out.push(ViewChange::Moved {
        quarter: quarter_of(decision.at),
        unit: amount.unit(),
        kind: Cow::Borrowed(movement.code()),
        reason: None,
        delta: amount.value(),
    });
    move_accounts(&decision.record, amount.unit(), out);
}

fn move_accounts(record: &Record, unit: Unit, out: &mut ViewChanges) {
    for transfer in transfers(record, unit) {
        for (account, delta) in [(transfer.debit, -transfer.amount), (transfer.credit, transfer.amount)] {
            if let Some(name) = account.shared_name() {
                let (account, unit) = (Cow::Borrowed(name), transfer.unit);
                out.push(ViewChange::AccountMoved { account, unit, delta });
            }
        }
    }
}

/// The movement that a statement shows; `None` for what moves nothing.
fn entry_row(entry: EntryRef, decision: &Decision, known: &KnownWallet) -> Option<EntryRow> {
    let record = &decision.record;
    let wallet = record.wallet()?;
    let mine = book::Account::Wallet(wallet);
    let signed = |moved: Transfer| match (moved.credit == mine, moved.debit == mine) {
        (true, _) => moved.amount,
        (_, true) => -moved.amount,
        _ => 0,
    };
    let first = transfers(record, known.unit).find(|moved| moved.credit == mine || moved.debit == mine)?;
    let other = if first.credit == mine { first.debit } else { first.credit };
    let amount = transfers(record, known.unit).map(signed).sum();
    let mut row = EntryRow {
        entry,
        wallet_no: wallet.0,
        number: known.entries,
        previous: known.newest,
        at: decision.at,
        kind: Cow::Borrowed(kind_code(record)?),
        amount,
        posted_after: record.balance()?.posted,
        account: Cow::Borrowed(other.shared_name()?),
        charge_kind_no: None,
        meter_no: None,
        window_no: None,
        from_at: None,
        to_at: None,
        quantity: None,
        grant_no: None,
        payment: None,
        reason: None,
    };
    match record {
        Record::GrantAdded(added) => {
            row.grant_no = Some(added.grant_no);
            row.payment = added.payment;
            row.reason = Some(Cow::Borrowed(reason_code(record)));
        }
        Record::GrantEffective { grant_no, .. } => {
            row.grant_no = Some(*grant_no);
            row.reason = Some(Cow::Borrowed(reason_code(record)));
        }
        Record::GrantExpired { grant_no, .. } => row.grant_no = Some(*grant_no),
        Record::Charged { kind, .. } | Record::Reversed { kind, .. } => row.charge_kind_no = Some(*kind),
        Record::Deducted { .. } => row.reason = Some(Cow::Borrowed(reason_code(record))),
        Record::Line(record) => {
            row.grant_no = lot_of(&record.fact).map(|(lot, _)| lot.grant_no);
            row.quantity = used_bytes(&record.fact);
        }
        Record::TakenBackSet(set) => {
            row.grant_no = Some(set.grant_no);
            row.payment = Some(set.payment);
        }
        Record::UsagePosted(posted) => {
            row.meter_no = Some(posted.meter.0);
            row.window_no = posted.window_no;
            row.from_at = Some(posted.opened_at);
            row.to_at = Some(posted.closes_at);
            row.quantity = Some(posted.quantity);
        }
        _ => {}
    }
    Some(row)
}

/// The code of a movement in statements and in the API.
pub(crate) fn kind_code(record: &Record) -> Option<&'static str> {
    match record {
        Record::GrantAdded(_) | Record::GrantEffective { .. } => Some("grant"),
        Record::GrantExpired { .. } => Some("expiry"),
        Record::Charged { .. } => Some("charge"),
        Record::Reversed { .. } => Some("reversal"),
        Record::Deducted { .. } => Some("deduction"),
        Record::OverpaidTaken { to, .. } => Some(to.code()),
        Record::UsagePosted(_) => Some("usage"),
        Record::TakenBackSet(set) => Some(match set.cause {
            TakenBackCause::Refund => "refund",
            TakenBackCause::Dispute => "dispute",
        }),
        Record::Line(record) => line_kind(&record.fact),
        _ => None,
    }
}

/// The code of where credit comes from.
pub(crate) fn source_code(source: Source) -> &'static str {
    match source {
        Source::Promotional => "promotional",
        Source::Purchased => "purchased",
        Source::Allowance => "allowance",
        Source::Carried => "carried",
        Source::Adjustment(_) => "adjustment",
        Source::Overpaid(_) => "overpaid",
        Source::Reinstated => "reinstated",
    }
}

/// Why credit moved, as a statement says it; nothing where the kind says it all.
pub(crate) fn reason_code(record: &Record) -> &'static str {
    match record {
        Record::GrantAdded(added) => reason_or_source(added.source),
        Record::GrantEffective { source, .. } => reason_or_source(*source),
        Record::Deducted { reason, .. } => reason.code(),
        _ => "",
    }
}

/// For a correction its reason, else the source: what a statement says in words.
fn reason_or_source(source: Source) -> &'static str {
    match source {
        Source::Adjustment(reason) => reason.code(),
        other => source_code(other),
    }
}

fn grant_row(added: &GrantAdded, at: Timestamp) -> GrantRow {
    let reason = match added.source {
        Source::Adjustment(reason) => Some(Cow::Borrowed(reason.code())),
        Source::Promotional
        | Source::Purchased
        | Source::Allowance
        | Source::Carried
        | Source::Overpaid(_)
        | Source::Reinstated => None,
    };
    let scheduled = added.effective_at.is_some();
    GrantRow {
        wallet_no: added.wallet.0,
        grant_no: added.grant_no,
        id: added.grant,
        source: Cow::Borrowed(source_code(added.source)),
        reason,
        priority: added.priority,
        amount: added.amount,
        remaining: added.amount - added.debt_paid,
        effective_at: added.effective_at,
        expires_at: added.expires_at,
        cost: added.cost,
        payment: added.payment,
        added_at: at,
        state: if scheduled { GrantState::Scheduled } else { GrantState::Active },
    }
}

fn used(wallet_no: u32, meter_no: u32, hour: i64, quantity: Quantity, events: i64) -> ViewChange {
    ViewChange::UsageAdded {
        wallet_no,
        meter_no,
        hour,
        quantity_delta: quantity,
        events_delta: events,
        posted_delta: 0,
        pending_delta: 0,
    }
}

fn priced(wallet_no: u32, meter_no: u32, hour: i64, posted: i64, pending: i64) -> ViewChange {
    ViewChange::UsageAdded {
        wallet_no,
        meter_no,
        hour,
        quantity_delta: Quantity::ZERO,
        events_delta: 0,
        posted_delta: posted,
        pending_delta: pending,
    }
}
