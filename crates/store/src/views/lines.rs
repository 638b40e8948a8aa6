//! What people read of lines: the line and its cycles, purchases, sessions, traffic by hour.

use money::{LineId, PurchaseId, Timestamp};

use super::difference::{ROWS_AT_A_TIME, compare};
use super::{
    CycleRow, LineChange, LineRow, PurchaseRow, SessionRow, TermsMoved, TrafficRow, ViewDifference,
    ZeroRatedRow,
};
use crate::error::StoreError;
use crate::tables::{Page, Reader, Tx, page, rows_to_ask};

const INSERT_LINE: &str = "INSERT INTO line_view
    (wallet_no, line, plan_no, status, anchor_day, cycle_no, sequence, restricted_since, restored_at, opened_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const SET_PLAN: &str = "UPDATE line_view SET plan_no = $1 WHERE wallet_no = $2";
const SET_STATUS: &str = "UPDATE line_view SET status = $1 WHERE wallet_no = $2";
const SET_CYCLE: &str = "UPDATE line_view SET cycle_no = $1 WHERE wallet_no = $2";
const NEXT_SEQUENCE: &str = "UPDATE line_view SET sequence = sequence + 1 WHERE wallet_no = $1";
const SET_RESTRICTED: &str =
    "UPDATE line_view SET restricted_since = $1, restored_at = $2 WHERE wallet_no = $3";
const INSERT_CYCLE: &str = "INSERT INTO cycle_view
    (wallet_no, cycle_no, starts_at, ends_at, carried, allowance, bought, released, outside, total, adjustments)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const MOVE_CYCLE: &str = "UPDATE cycle_view SET allowance = allowance + $1, bought = bought + $2,
    released = released + $3, outside = outside + $4, total = total + $5, adjustments = adjustments + $6
    WHERE wallet_no = $7 AND cycle_no = (SELECT cycle_no FROM line_view l WHERE l.wallet_no = $8) - $9";
const INSERT_PURCHASE: &str = "INSERT INTO purchase_view
    (purchase, wallet_no, pack_no, charging, quantity, price, price_unit, state, bought_at, released_at,
     restored_at, paid_at, paid_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    ON CONFLICT (purchase) DO UPDATE SET state = excluded.state,
        released_at = coalesce(excluded.released_at, purchase_view.released_at),
        paid_at = coalesce(excluded.paid_at, purchase_view.paid_at),
        paid_by = coalesce(excluded.paid_by, purchase_view.paid_by)";
const SET_PURCHASE_STATE: &str = "UPDATE purchase_view SET state = $1, paid_at = coalesce($2, paid_at),
    paid_by = coalesce($3, paid_by) WHERE purchase = $4";
const RESTORE_PURCHASES: &str = "UPDATE purchase_view SET restored_at = $1
    WHERE wallet_no = $2 AND released_at IS NOT NULL AND restored_at IS NULL";
const PUT_SESSION: &str = "INSERT INTO session_view
    (wallet_no, session, nas_no, state, started_at, read_at, input, output, anomaly,
     traffic_no) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (wallet_no, session) DO UPDATE SET nas_no = excluded.nas_no, state = excluded.state,
        started_at = excluded.started_at, read_at = excluded.read_at, input = excluded.input,
        output = excluded.output, anomaly = coalesce(excluded.anomaly, session_view.anomaly),
        traffic_no = excluded.traffic_no";
const CLOSE_SESSION: &str = "UPDATE session_view SET state = 'closed' WHERE wallet_no = $1 AND session = $2";
const END_SESSIONS: &str = "UPDATE session_view SET state = 'closed' WHERE wallet_no = $1 AND nas_no = $2";
const ADD_TRAFFIC: &str = "INSERT INTO traffic_view (wallet_no, hour, total, outside) VALUES ($1, $2, $3, $4)
    ON CONFLICT (wallet_no, hour) DO UPDATE SET total = traffic_view.total + excluded.total,
        outside = traffic_view.outside + excluded.outside";

const ADD_ZERO_RATED: &str =
    "INSERT INTO zero_rated_view (wallet_no, hour, traffic_no, bytes) VALUES ($1, $2, $3, $4)
    ON CONFLICT (wallet_no, hour, traffic_no) DO UPDATE SET bytes = zero_rated_view.bytes + excluded.bytes";

const OPEN_SESSIONS: &str = "SELECT nas_no, count(*) FROM session_view
    WHERE state = 'open' AND traffic_no IS NULL GROUP BY nas_no ORDER BY nas_no";
const LINE: &str =
    "SELECT wallet_no, line, plan_no, status, anchor_day, cycle_no, sequence, restricted_since,
    restored_at, opened_at FROM line_view WHERE line = $1";
const LINE_BY_WALLET: &str = "SELECT wallet_no, line, plan_no, status, anchor_day, cycle_no, sequence,
    restricted_since, restored_at, opened_at FROM line_view WHERE wallet_no = $1";
const OLDEST_OF_PLAN: &str = "SELECT opened_at FROM line_view WHERE plan_no = $1 AND status <> 'cancelled'
    ORDER BY opened_at LIMIT 1";
const ALL_LINES: &str = "SELECT wallet_no, line, plan_no, status, anchor_day, cycle_no, sequence,
    restricted_since, restored_at, opened_at FROM line_view WHERE wallet_no > $1 ORDER BY wallet_no LIMIT $2";
const CYCLES: &str = "SELECT wallet_no, cycle_no, starts_at, ends_at, carried, allowance, bought, released, outside,
    total, adjustments FROM cycle_view WHERE wallet_no = $1 AND cycle_no < $2 ORDER BY cycle_no DESC LIMIT $3";
const PURCHASE: &str = "SELECT purchase, wallet_no, pack_no, charging, quantity, price, price_unit, state,
    bought_at, released_at, restored_at, paid_at, paid_by FROM purchase_view WHERE purchase = $1";
const PURCHASES: &str = "SELECT purchase, wallet_no, pack_no, charging, quantity, price, price_unit, state,
    bought_at, released_at, restored_at, paid_at, paid_by FROM purchase_view
    WHERE wallet_no = $1 ORDER BY bought_at DESC, purchase DESC LIMIT $2";
const PURCHASES_BEFORE: &str =
    "SELECT purchase, wallet_no, pack_no, charging, quantity, price, price_unit, state,
    bought_at, released_at, restored_at, paid_at, paid_by FROM purchase_view
    WHERE wallet_no = $1 AND (bought_at, purchase) < ($2, $3) ORDER BY bought_at DESC, purchase DESC LIMIT $4";
const AWAITING: &str = "SELECT purchase, wallet_no, pack_no, charging, quantity, price, price_unit, state,
    bought_at, released_at, restored_at, paid_at, paid_by FROM purchase_view
    WHERE state = 'awaiting' AND charging = $1 AND bought_at < $2 ORDER BY bought_at LIMIT $3";
const SESSIONS: &str =
    "SELECT wallet_no, session, nas_no, state, started_at, read_at, input, output, anomaly,
    traffic_no FROM session_view WHERE wallet_no = $1 ORDER BY read_at DESC LIMIT $2";
const SESSION: &str = "SELECT wallet_no, session, nas_no, state, started_at, read_at, input, output, anomaly,
    traffic_no FROM session_view WHERE wallet_no = $1 AND session = $2";
const HAS_OPEN_SESSION: &str =
    "SELECT count(*) FROM session_view WHERE wallet_no = $1 AND session = $2 AND state = 'open'";
const OPEN_SESSIONS_AT: &str = "SELECT DISTINCT wallet_no FROM session_view
    WHERE nas_no = $1 AND state = 'open' AND wallet_no > $2 ORDER BY wallet_no LIMIT $3";
const TRAFFIC: &str = "SELECT wallet_no, hour, total, outside FROM traffic_view
    WHERE wallet_no = $1 AND hour >= $2 AND hour < $3 ORDER BY hour";

const ZERO_RATED: &str = "SELECT wallet_no, hour, traffic_no, bytes FROM zero_rated_view
    WHERE wallet_no = $1 AND hour >= $2 AND hour < $3 ORDER BY hour, traffic_no";

const LINES_AFTER: &str = "SELECT wallet_no, line, plan_no, status, anchor_day, cycle_no, sequence,
    restricted_since, restored_at, opened_at FROM line_view WHERE wallet_no > $1 ORDER BY wallet_no LIMIT $2";
const CYCLES_AFTER: &str =
    "SELECT wallet_no, cycle_no, starts_at, ends_at, carried, allowance, bought, released,
    outside, total, adjustments FROM cycle_view WHERE (wallet_no, cycle_no) > ($1, $2)
    ORDER BY wallet_no, cycle_no LIMIT $3";
const PURCHASES_AFTER: &str =
    "SELECT purchase, wallet_no, pack_no, charging, quantity, price, price_unit, state,
    bought_at, released_at, restored_at, paid_at, paid_by FROM purchase_view
    WHERE purchase > $1 ORDER BY purchase LIMIT $2";
const SESSIONS_AFTER: &str =
    "SELECT wallet_no, session, nas_no, state, started_at, read_at, input, output, anomaly,
    traffic_no FROM session_view WHERE (wallet_no, session) > ($1, $2) ORDER BY wallet_no, session LIMIT $3";
const TRAFFIC_AFTER: &str = "SELECT wallet_no, hour, total, outside FROM traffic_view
    WHERE (wallet_no, hour) > ($1, $2) ORDER BY wallet_no, hour LIMIT $3";

const ZERO_RATED_AFTER: &str = "SELECT wallet_no, hour, traffic_no, bytes FROM zero_rated_view
    WHERE (wallet_no, hour, traffic_no) > ($1, $2, $3) ORDER BY wallet_no, hour, traffic_no LIMIT $4";

const CLEAR: [&str; 6] = [
    "DELETE FROM line_view",
    "DELETE FROM cycle_view",
    "DELETE FROM purchase_view",
    "DELETE FROM session_view",
    "DELETE FROM traffic_view",
    "DELETE FROM zero_rated_view",
];

impl Reader<'_> {
    /// The first row about lines, table by table and in key order, in which these views differ from `expected`.
    pub(super) fn first_line_difference(
        &self,
        expected: &Reader<'_>,
    ) -> Result<Option<ViewDifference>, StoreError> {
        let limit = &ROWS_AT_A_TIME;
        let lines = |reader: &Reader<'_>, last: Option<&LineRow>| {
            reader.all(LINES_AFTER, &[&last.map_or(-1, |row| i64::from(row.wallet_no)), limit])
        };
        let cycles = |reader: &Reader<'_>, last: Option<&CycleRow>| {
            let after = last.map_or((-1, 0), |row| (i64::from(row.wallet_no), row.cycle_no));
            reader.all(CYCLES_AFTER, &[&after, limit])
        };
        let purchases = |reader: &Reader<'_>, last: Option<&PurchaseRow>| {
            let after = last.map_or_else(Vec::new, |row| row.purchase.as_u128().to_be_bytes().to_vec());
            reader.all(PURCHASES_AFTER, &[&after, limit])
        };
        let sessions = |reader: &Reader<'_>, last: Option<&SessionRow>| {
            let after = last.map_or((-1, Vec::new()), |row| (i64::from(row.wallet_no), row.session.clone()));
            reader.all(SESSIONS_AFTER, &[&after, limit])
        };
        let traffic = |reader: &Reader<'_>, last: Option<&TrafficRow>| {
            let after = last.map_or((-1, 0), |row| (i64::from(row.wallet_no), row.hour));
            reader.all(TRAFFIC_AFTER, &[&after, limit])
        };
        let zero_rated = |reader: &Reader<'_>, last: Option<&ZeroRatedRow>| {
            let (hour, traffic_no) = last.map_or((0, 0), |row| (row.hour, row.traffic_no));
            let wallet_no = last.map_or(-1, |row| i64::from(row.wallet_no));
            reader.all(ZERO_RATED_AFTER, &[&wallet_no, &hour, &traffic_no, limit])
        };
        let steps: [&dyn Fn() -> Result<Option<ViewDifference>, StoreError>; 6] = [
            &|| compare("line_view", self, expected, lines),
            &|| compare("cycle_view", self, expected, cycles),
            &|| compare("purchase_view", self, expected, purchases),
            &|| compare("session_view", self, expected, sessions),
            &|| compare("traffic_view", self, expected, traffic),
            &|| compare("zero_rated_view", self, expected, zero_rated),
        ];
        for step in steps {
            if let Some(difference) = step()? {
                return Ok(Some(difference));
            }
        }
        Ok(None)
    }

    /// The line of this name.
    pub fn line_view(&self, line: LineId) -> Result<Option<LineRow>, StoreError> {
        self.one(LINE, &[&line])
    }

    /// The line that lives on this wallet.
    pub fn line_view_by_wallet(&self, wallet_no: u32) -> Result<Option<LineRow>, StoreError> {
        self.one(LINE_BY_WALLET, &[&wallet_no])
    }

    /// When the oldest line of this plan was opened that is not cancelled.
    pub fn oldest_line_of_plan(&self, plan_no: u32) -> Result<Option<Timestamp>, StoreError> {
        self.one(OLDEST_OF_PLAN, &[&plan_no])
    }

    /// Lines by the number of their wallet; the cursor is the last one seen.
    pub fn line_views(&self, after: Option<u32>, limit: u32) -> Result<Page<LineRow, u32>, StoreError> {
        let rows = self.all(ALL_LINES, &[&after.map_or(-1, i64::from), &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &LineRow| row.wallet_no))
    }

    /// A line's cycles, newest first; the cursor is the number of the last one seen.
    pub fn cycles(
        &self,
        wallet_no: u32,
        before: Option<u32>,
        limit: u32,
    ) -> Result<Page<CycleRow, u32>, StoreError> {
        let before = before.map_or(i64::MAX, i64::from);
        let rows = self.all(CYCLES, &[&wallet_no, &before, &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &CycleRow| row.cycle_no))
    }

    /// The purchase of this name.
    pub fn purchase(&self, purchase: PurchaseId) -> Result<Option<PurchaseRow>, StoreError> {
        self.one(PURCHASE, &[&purchase])
    }

    /// The newest `limit` purchases of a line, newest first.
    pub fn purchases(&self, wallet_no: u32, limit: u32) -> Result<Vec<PurchaseRow>, StoreError> {
        self.all(PURCHASES, &[&wallet_no, &limit])
    }

    /// A line's purchases, newest first; the cursor is when the last one seen was bought, and its name.
    pub fn purchases_before(
        &self,
        wallet_no: u32,
        before: Option<(Timestamp, PurchaseId)>,
        limit: u32,
    ) -> Result<Page<PurchaseRow, (Timestamp, PurchaseId)>, StoreError> {
        let (at, id) = before.unwrap_or((Timestamp::MAX, PurchaseId::from_u128(u128::MAX)));
        let rows = self.all(PURCHASES_BEFORE, &[&wallet_no, &at, &id, &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &PurchaseRow| (row.bought_at, row.purchase)))
    }

    /// At most `limit` purchases charged so that wait for their payment since before `bought_before`, the oldest first.
    pub fn purchases_awaiting(
        &self,
        charging: &str,
        bought_before: Timestamp,
        limit: u32,
    ) -> Result<Vec<PurchaseRow>, StoreError> {
        self.all(AWAITING, &[&charging, &bought_before, &limit])
    }

    /// The `limit` sessions of a line that were read last, newest first.
    pub fn sessions_of(&self, wallet_no: u32, limit: u32) -> Result<Vec<SessionRow>, StoreError> {
        self.all(SESSIONS, &[&wallet_no, &limit])
    }

    /// What was read last of this session of a line.
    pub fn session_of(&self, wallet_no: u32, session: u128) -> Result<Option<SessionRow>, StoreError> {
        let session = session.to_be_bytes();
        self.one(SESSION, &[&wallet_no, &&session[..]])
    }

    /// Whether this session of a line is open.
    pub fn has_open_session(&self, wallet_no: u32, session: u128) -> Result<bool, StoreError> {
        let session = session.to_be_bytes();
        let open: Option<i64> = self.one(HAS_OPEN_SESSION, &[&wallet_no, &&session[..]])?;
        Ok(open.is_some_and(|open| open > 0))
    }

    /// How many sessions are open at each router that has one: its number, how many.
    pub fn open_sessions(&self) -> Result<Vec<(u32, u32)>, StoreError> {
        self.all(OPEN_SESSIONS, &[])
    }

    /// The wallets of lines that have an open session at a router, by number; the cursor is the last one seen.
    pub fn wallets_at_router(
        &self,
        nas_no: u32,
        after: Option<u32>,
        limit: u32,
    ) -> Result<Page<u32, u32>, StoreError> {
        let after = after.map_or(-1, i64::from);
        let rows = self.all(OPEN_SESSIONS_AT, &[&nas_no, &after, &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &u32| *row))
    }

    /// What a line used in the hours `from_hour .. to_hour` since the epoch, oldest first. Hours without use have no row.
    pub fn traffic(
        &self,
        wallet_no: u32,
        from_hour: i64,
        to_hour: i64,
    ) -> Result<Vec<TrafficRow>, StoreError> {
        self.all(TRAFFIC, &[&wallet_no, &from_hour, &to_hour])
    }

    /// What of it was free because of what it is.
    pub fn zero_rated(
        &self,
        wallet_no: u32,
        from_hour: i64,
        to_hour: i64,
    ) -> Result<Vec<ZeroRatedRow>, StoreError> {
        self.all(ZERO_RATED, &[&wallet_no, &from_hour, &to_hour])
    }
}

impl Tx<'_> {
    pub(super) fn clear_lines(&self) -> Result<(), StoreError> {
        CLEAR.iter().try_for_each(|statement| self.run(statement, &[]).map(|_| ()))
    }

    pub(super) fn apply_line(&self, change: &LineChange) -> Result<(), StoreError> {
        let line = |wallet_no: &u32| format!("line_view {wallet_no}");
        match change {
            LineChange::Opened(row, cycle) => {
                self.run(INSERT_LINE, &[row])?;
                self.run(INSERT_CYCLE, &[cycle]).map(|_| ())
            }
            LineChange::PlanSet { wallet_no, plan_no } => {
                self.run_one(SET_PLAN, &[plan_no, wallet_no], line(wallet_no))
            }
            LineChange::StatusSet { wallet_no, status } => {
                self.run_one(SET_STATUS, &[status, wallet_no], line(wallet_no))
            }
            LineChange::CycleBegan(cycle) => {
                self.run(INSERT_CYCLE, &[cycle])?;
                self.run_one(SET_CYCLE, &[&cycle.cycle_no, &cycle.wallet_no], line(&cycle.wallet_no))
            }
            LineChange::CycleMoved { wallet_no, back, by } => {
                let TermsMoved { allowance, bought, released, outside, total, adjustments } = by;
                let values: [&dyn crate::stored::Bind; 9] =
                    [allowance, bought, released, outside, total, adjustments, wallet_no, wallet_no, back];
                self.run(MOVE_CYCLE, &values).map(|_| ())
            }
            LineChange::Purchased(row) => self.run(INSERT_PURCHASE, &[row]).map(|_| ()),
            LineChange::SequenceMoved { wallet_no } => {
                self.run_one(NEXT_SEQUENCE, &[wallet_no], line(wallet_no))
            }
            LineChange::PurchaseSet { purchase, state, paid_at, paid_by } => {
                self.run_one(SET_PURCHASE_STATE, &[state, paid_at, paid_by, purchase], purchase.to_string())
            }
            LineChange::SessionRead(row) => self.run(PUT_SESSION, &[row]).map(|_| ()),
            LineChange::SessionsClosed { wallet_no, sessions } => sessions
                .iter()
                .try_for_each(|session| self.run(CLOSE_SESSION, &[wallet_no, session]).map(|_| ())),
            LineChange::SessionsEnded { wallet_no, nas_no } => {
                self.run(END_SESSIONS, &[wallet_no, nas_no]).map(|_| ())
            }
            LineChange::TrafficAdded { wallet_no, hour, total, outside } => {
                self.run(ADD_TRAFFIC, &[wallet_no, hour, total, outside]).map(|_| ())
            }
            LineChange::ZeroRatedAdded(row) => self.run(ADD_ZERO_RATED, &[row]).map(|_| ()),
            LineChange::Restricted { wallet_no, at } => {
                self.run_one(SET_RESTRICTED, &[at, &None::<Timestamp>, wallet_no], line(wallet_no))
            }
            LineChange::Restored { wallet_no, at } => {
                self.run_one(SET_RESTRICTED, &[&None::<Timestamp>, at, wallet_no], line(wallet_no))?;
                self.run(RESTORE_PURCHASES, &[at, wallet_no]).map(|_| ())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::planned;

    #[test]
    fn the_oldest_line_of_a_plan_is_found_by_an_index() {
        let found = planned(OLDEST_OF_PLAN);
        assert!(found.plan.contains("line_view_by_plan (plan_no=?)"), "{}", found.plan);
        assert!(!found.plan.contains("TEMP B-TREE"), "nothing is sorted: {}", found.plan);
    }
}
