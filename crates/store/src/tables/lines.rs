//! What an internet provider sells and to whom: plans, packs, payers, lines; its routers.

use std::collections::HashMap;

use money::{Amount, CustomerId, LineId, PackId, PlanId, RouterId, Timestamp, WalletId};

use super::{Page, Reader, Tx, before_bytes, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::{Bind, Hidden, row, words};

/// Lines of one customer that are read at once where all of them are.
const LINES_AT_ONCE: u32 = 500;
/// Former logins that are looked at.
const FORMER_LOGINS_MAX: u32 = 16;

const NEXT_PLAN_NO: &str = "SELECT coalesce(max(plan_no), 0) + 1 FROM plans";
const INSERT_PLAN: &str = "INSERT INTO plans (plan_no, id, name, fee, fee_unit, allowance, carried_max,
    supports_purchase, balance_max, unpaid_max, at_zero, speed, slow_speed, walled_list, created_at,
    block_after_days, zero_rated, fee_since)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
const UPDATE_PLAN: &str =
    "UPDATE plans SET name = $1, fee = $2, fee_unit = $3, allowance = $4, carried_max = $5,
    supports_purchase = $6, balance_max = $7, unpaid_max = $8, at_zero = $9, speed = $10, slow_speed = $11,
    walled_list = $12, block_after_days = $13, zero_rated = $14, fee_since = $15 WHERE plan_no = $16";
const PLANS: &str =
    "SELECT plan_no, id, name, fee, fee_unit, allowance, carried_max, supports_purchase, balance_max,
    unpaid_max, at_zero, speed, slow_speed, walled_list, created_at, block_after_days, zero_rated,
    fee_since FROM plans ORDER BY plan_no";
const NEXT_TRAFFIC_NO: &str = "SELECT coalesce(max(traffic_no), 0) + 1 FROM named_traffic";
const TRAFFIC_BY_NAME: &str = "SELECT traffic_no FROM named_traffic WHERE name = $1";
const NAMED_TRAFFIC: &str = "SELECT traffic_no, name FROM named_traffic ORDER BY traffic_no";
const INSERT_TRAFFIC: &str = "INSERT INTO named_traffic (traffic_no, name) VALUES ($1, $2)";
const FREE_WINDOWS: &str =
    "SELECT plan_no, from_minute, to_minute FROM free_windows ORDER BY plan_no, from_minute";
const INSERT_FREE_WINDOW: &str =
    "INSERT INTO free_windows (plan_no, from_minute, to_minute) VALUES ($1, $2, $3)";
const DELETE_FREE_WINDOWS: &str = "DELETE FROM free_windows WHERE plan_no = $1";

const NEXT_PACK_NO: &str = "SELECT coalesce(max(pack_no), 0) + 1 FROM packs";
const INSERT_PACK: &str =
    "INSERT INTO packs (pack_no, id, plan_no, quantity, price, price_unit, chargings, release,
    validity_days, per_cycle_max, sold, created_at, on_write_off)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const UPDATE_PACK: &str =
    "UPDATE packs SET quantity = $1, price = $2, price_unit = $3, chargings = $4, release = $5,
    validity_days = $6, per_cycle_max = $7, sold = $8, on_write_off = $9 WHERE pack_no = $10";
const PACKS: &str =
    "SELECT pack_no, id, plan_no, quantity, price, price_unit, chargings, release, validity_days,
    per_cycle_max, sold, created_at, on_write_off FROM packs ORDER BY pack_no";

const PUT_PAYER: &str = "INSERT INTO payers (customer, document, street, district, city, state, postcode)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (customer) DO UPDATE SET document = excluded.document,
    street = excluded.street, district = excluded.district, city = excluded.city, state = excluded.state,
    postcode = excluded.postcode";
const PAYER: &str = "SELECT customer, document, street, district, city, state, postcode FROM payers
    WHERE customer = $1";
const PAYER_BY_DOCUMENT: &str =
    "SELECT customer, document, street, district, city, state, postcode FROM payers
    WHERE document = $1";

const INSERT_LINE: &str = "INSERT INTO lines (id, customer, wallet, access_login, created_at)
    VALUES ($1, $2, $3, $4, $5)";
const SET_ACCESS_LOGIN: &str = "UPDATE lines SET access_login = $1 WHERE id = $2";
const LINE: &str = "SELECT id, customer, wallet, access_login, created_at FROM lines WHERE id = $1";
const LINE_BY_LOGIN: &str = "SELECT id, customer, wallet, access_login, created_at FROM lines
    WHERE access_login = $1";
const LINES_OF: &str = "SELECT id, customer, wallet, access_login, created_at FROM lines
    WHERE customer = $1 ORDER BY id LIMIT $2";
const LINES_OF_AFTER: &str = "SELECT id, customer, wallet, access_login, created_at FROM lines
    WHERE customer = $1 AND id > $2 ORDER BY id LIMIT $3";
const LINES_IN_SERVICE_FIRST: &str = "SELECT l.id, l.customer, l.wallet, l.access_login, l.created_at
    FROM lines l LEFT JOIN line_view v ON v.line = l.id WHERE l.customer = $1
    ORDER BY CASE WHEN v.status = 'cancelled' THEN 1 ELSE 0 END, l.id LIMIT $2";
const LINE_OF_WALLET: &str = "SELECT id, customer, wallet, access_login, created_at FROM lines
    WHERE wallet = $1";
const LINES_OF_BEFORE: &str = "SELECT id, customer, wallet, access_login, created_at FROM lines
    WHERE customer = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
const LINES: &str = "SELECT id, customer, wallet, access_login, created_at FROM lines
    WHERE id < $1 ORDER BY id DESC LIMIT $2";

const INSERT_FORMER_LOGIN: &str = "INSERT INTO former_logins (login, until, line) VALUES ($1, $2, $3)";
const FORMER_LOGINS: &str = "SELECT f.login, f.until, f.line, l.wallet FROM former_logins f
    JOIN lines l ON l.id = f.line WHERE f.login = $1 ORDER BY f.until DESC LIMIT $2";
const FORMER_LOGINS_OF: &str = "SELECT f.login, f.until, f.line, l.wallet FROM former_logins f
    JOIN lines l ON l.id = f.line WHERE f.line = $1 ORDER BY f.until DESC LIMIT $2";

const NEXT_NAS_NO: &str = "SELECT coalesce(max(known.nas_no), 0) + 1 FROM
    (SELECT nas_no FROM routers UNION ALL SELECT nas_no FROM removed_routers) known";
const DELETE_ROUTER: &str = "DELETE FROM routers WHERE nas_no = $1";
const INSERT_REMOVED_ROUTER: &str =
    "INSERT INTO removed_routers (nas_no, id, name, removed_at) VALUES ($1, $2, $3, $4)";
const ROUTER_NAMES: &str =
    "SELECT nas_no, name FROM routers UNION ALL SELECT nas_no, name FROM removed_routers";
const INSERT_ROUTER: &str = "INSERT INTO routers
    (nas_no, id, name, address, secret, coa_port, last_seen_at, created_at, counts_all)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const UPDATE_ROUTER: &str = "UPDATE routers SET name = $1, address = $2, secret = $3, coa_port = $4,
    counts_all = $5 WHERE nas_no = $6";
const SEEN_ROUTER: &str = "UPDATE routers SET last_seen_at = $1 WHERE nas_no = $2";
const ROUTERS: &str =
    "SELECT nas_no, id, name, address, secret, coa_port, last_seen_at, created_at, counts_all FROM routers
    ORDER BY nas_no";

words! {
    /// What happens on the network when nothing is left.
    pub enum AtZero {
        /// The line is slowed.
        Slow = "slow",
        /// It reaches the portal and banks only.
        Walled = "walled",
        /// It reaches nothing.
        Block = "block",
    }
}

row! {
    /// What is sold by the month.
    pub struct PlanRow {
        /// Its number, from 1 without gaps; never used again.
        pub plan_no: u32,
        /// Its name here.
        pub id: PlanId,
        /// What people call it; unique.
        pub name: String,
        /// What a month costs.
        pub fee: Amount,
        /// Bytes of each cycle.
        pub allowance: i64,
        /// Bytes of an allowance that may live one cycle longer.
        pub carried_max: Option<i64>,
        /// *Suporta Compras de Créditos*: 1 or 0.
        pub supports_purchase: u8,
        /// *Permitir compra com saldo até*, in bytes.
        pub balance_max: i64,
        /// The most that may be bought and not yet paid, in smallest steps of the fee's currency.
        pub unpaid_max: Option<i64>,
        /// What happens when nothing is left.
        pub at_zero: AtZero,
        /// The speed as routers take it, upload/download, as `10M/50M`.
        pub speed: String,
        /// The speed while slowed.
        pub slow_speed: String,
        /// The routers' list of addresses that a walled line reaches.
        pub walled_list: String,
        /// Since when.
        pub created_at: Timestamp,
        /// How many days after the due day of what is unpaid its lines are blocked; `None`: never.
        pub block_after_days: Option<u16>,
        /// Names of traffic that does not lower the balance, as routers tell it apart, with commas between them.
        pub zero_rated: String,
        /// Since when it has had a fee without a break; `None` while it has none.
        pub fee_since: Option<Timestamp>,
    }
}

row! {
    /// A time of day in which a plan's traffic costs nothing.
    pub struct FreeWindowRow {
        /// The plan.
        pub plan_no: u32,
        /// Its first minute of the day.
        pub from_minute: u16,
        /// The first minute after it.
        pub to_minute: u16,
    }
}

words! {
    /// When a pack's credit is released.
    pub enum PackRelease {
        /// When it is bought.
        Purchase = "purchase",
        /// When it is paid.
        Payment = "payment",
    }
}

words! {
    /// What becomes of credit that was released, and of what is owed for it, when the boleto that was to pay it is written off.
    pub enum OnWriteOff {
        /// What is left of the credit is taken back, and nothing is owed any more.
        TakeBack = "take_back",
        /// The credit stays, and is still owed.
        KeepDebt = "keep_debt",
        /// The credit stays, and nothing is owed any more.
        Leave = "leave",
    }
}

row! {
    /// Extra credit sold once.
    pub struct PackRow {
        /// Its number, from 1 without gaps; never used again.
        pub pack_no: u32,
        /// Its name here.
        pub id: PackId,
        /// The plan for which it is sold.
        pub plan_no: u32,
        /// Bytes.
        pub quantity: i64,
        /// What it costs.
        pub price: Amount,
        /// Codes of how it may be charged, with commas between them.
        pub chargings: String,
        /// When it is released.
        pub release: PackRelease,
        /// How many days it lives; `None`: until the cycle ends.
        pub validity_days: Option<u16>,
        /// How many may be released in one cycle.
        pub per_cycle_max: Option<u32>,
        /// 1 while it is sold, else 0.
        pub sold: u8,
        /// Since when.
        pub created_at: Timestamp,
        /// What becomes of it when the boleto that was to pay it is written off.
        pub on_write_off: OnWriteOff,
    }
}

row! {
    /// Who a boleto or an invoice is written to.
    pub struct Payer {
        /// The customer.
        pub customer: CustomerId,
        /// CPF or CNPJ, digits and letters only; unique.
        pub document: String,
        /// Street and number.
        pub street: String,
        /// *Bairro*.
        pub district: String,
        /// City.
        pub city: String,
        /// *UF*, two letters.
        pub state: String,
        /// *CEP*, eight digits.
        pub postcode: String,
    }
}

row! {
    /// A plan in service: whose it is and how routers know it. What it has is in the views.
    pub struct LineEntry {
        /// Its name.
        pub id: LineId,
        /// Whose it is.
        pub customer: CustomerId,
        /// Its wallet.
        pub wallet: WalletId,
        /// The login with which it authenticates at a router; unique.
        pub access_login: Option<String>,
        /// Since when.
        pub created_at: Timestamp,
    }
}

row! {
    /// How a line authenticated before.
    pub struct FormerLogin {
        /// The login.
        pub login: String,
        /// The first instant at which it was not the line's any more.
        pub until: Timestamp,
        /// Whose it was.
        pub line: LineId,
        /// The line's wallet.
        pub wallet: WalletId,
    }
}

row! {
    /// A router.
    pub struct RouterRow {
        /// Its number, from 1 without gaps; never used again.
        pub nas_no: u32,
        /// Its name here.
        pub id: RouterId,
        /// What people call it; unique.
        pub name: String,
        /// The IP address that its packets come from; unique.
        pub address: String,
        /// The secret shared with it.
        pub secret: Hidden<String>,
        /// Where it takes CoA and Disconnect.
        pub coa_port: u16,
        /// When it last reported.
        pub last_seen_at: Option<Timestamp>,
        /// Since when.
        pub created_at: Timestamp,
        /// 1 if it counts all traffic in sessions, also what it tells apart, else 0.
        pub counts_all: u8,
    }
}

impl Reader<'_> {
    /// All plans by number.
    pub fn plans(&self) -> Result<Vec<PlanRow>, StoreError> {
        self.all(PLANS, &[])
    }

    /// All traffic that was ever listed in a plan: its number and name.
    pub fn named_traffic(&self) -> Result<Vec<(u32, String)>, StoreError> {
        self.all(NAMED_TRAFFIC, &[])
    }

    /// The free windows of all plans.
    pub fn free_windows(&self) -> Result<Vec<FreeWindowRow>, StoreError> {
        self.all(FREE_WINDOWS, &[])
    }

    /// All packs by number, those that are not sold any more included.
    pub fn packs(&self) -> Result<Vec<PackRow>, StoreError> {
        self.all(PACKS, &[])
    }

    /// Who this customer's documents are written to.
    pub fn payer(&self, customer: CustomerId) -> Result<Option<Payer>, StoreError> {
        self.one(PAYER, &[&customer])
    }

    /// The payer with this CPF or CNPJ.
    pub fn payer_by_document(&self, document: &str) -> Result<Option<Payer>, StoreError> {
        self.one(PAYER_BY_DOCUMENT, &[&document])
    }

    /// The line of this name.
    pub fn line(&self, id: LineId) -> Result<Option<LineEntry>, StoreError> {
        self.one(LINE, &[&id])
    }

    /// The line that authenticates so.
    pub fn line_by_access_login(&self, login: &str) -> Result<Option<LineEntry>, StoreError> {
        self.one(LINE_BY_LOGIN, &[&login])
    }

    /// The first `limit` lines of a customer, oldest first.
    pub fn lines_of(&self, customer: CustomerId, limit: u32) -> Result<Vec<LineEntry>, StoreError> {
        self.all(LINES_OF, &[&customer, &limit])
    }

    /// All lines of a customer, oldest first, however many they are.
    pub fn every_line_of(&self, customer: CustomerId) -> Result<Vec<LineEntry>, StoreError> {
        let mut lines: Vec<LineEntry> = Vec::new();
        loop {
            let after = lines.last().map_or([0; 16], |line| line.id.as_u128().to_be_bytes());
            let next: Vec<LineEntry> = self.all(LINES_OF_AFTER, &[&customer, &&after[..], &LINES_AT_ONCE])?;
            let is_last = next.len() < LINES_AT_ONCE as usize;
            lines.extend(next);
            if is_last {
                return Ok(lines);
            }
        }
    }

    /// At most `limit` lines of a customer, oldest first. Where he has more, those that were cancelled are left out before any other.
    pub fn lines_in_service_first(
        &self,
        customer: CustomerId,
        limit: u32,
    ) -> Result<Vec<LineEntry>, StoreError> {
        let mut lines: Vec<LineEntry> = self.all(LINES_IN_SERVICE_FIRST, &[&customer, &limit])?;
        lines.sort_by_key(|line| line.id);
        Ok(lines)
    }

    /// The line on this wallet.
    pub fn line_of_wallet(&self, wallet: WalletId) -> Result<Option<LineEntry>, StoreError> {
        self.one(LINE_OF_WALLET, &[&wallet])
    }

    /// A customer's lines, newest first.
    pub fn lines_of_before(
        &self,
        customer: CustomerId,
        before: Option<LineId>,
        limit: u32,
    ) -> Result<Page<LineEntry, LineId>, StoreError> {
        let before = before_bytes(before.map(LineId::as_u128));
        let rows = self.all(LINES_OF_BEFORE, &[&customer, &&before[..], &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &LineEntry| row.id))
    }

    /// All lines, newest first.
    pub fn lines(&self, before: Option<LineId>, limit: u32) -> Result<Page<LineEntry, LineId>, StoreError> {
        let before = before_bytes(before.map(LineId::as_u128));
        let rows = self.all(LINES, &[&&before[..], &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &LineEntry| row.id))
    }

    /// Who authenticated with `login` before, the latest first.
    pub fn former_logins(&self, login: &str) -> Result<Vec<FormerLogin>, StoreError> {
        self.all(FORMER_LOGINS, &[&login, &i64::from(FORMER_LOGINS_MAX)])
    }

    /// With what a line authenticated before, the latest first.
    pub fn former_logins_of(&self, line: LineId) -> Result<Vec<FormerLogin>, StoreError> {
        self.all(FORMER_LOGINS_OF, &[&line, &i64::from(FORMER_LOGINS_MAX)])
    }

    /// What people call each router by number, those that were taken away included.
    pub fn router_names(&self) -> Result<HashMap<u32, String>, StoreError> {
        Ok(self.all(ROUTER_NAMES, &[])?.into_iter().collect())
    }

    /// All routers by number.
    pub fn routers(&self) -> Result<Vec<RouterRow>, StoreError> {
        self.all(ROUTERS, &[])
    }
}

impl Tx<'_> {
    /// Adds a plan under the next free number, whatever number it carries, and returns that. Conflicts over `plans.name`.
    pub fn insert_plan(&self, plan: &PlanRow) -> Result<u32, StoreError> {
        let plan_no = self.next_number(NEXT_PLAN_NO)?;
        self.run(INSERT_PLAN, &[&PlanRow { plan_no, ..plan.clone() }])?;
        Ok(plan_no)
    }

    /// Changes all of a plan but its number and names of old. Conflicts over `plans.name`.
    pub fn update_plan(&self, plan: &PlanRow) -> Result<(), StoreError> {
        let PlanRow { plan_no, name, fee, allowance, carried_max, supports_purchase, .. } = plan;
        let PlanRow {
            balance_max,
            unpaid_max,
            at_zero,
            speed,
            slow_speed,
            walled_list,
            block_after_days,
            zero_rated,
            fee_since,
            ..
        } = plan;
        self.run_one(
            UPDATE_PLAN,
            &[
                name,
                fee,
                allowance,
                carried_max,
                supports_purchase,
                balance_max,
                unpaid_max,
                at_zero,
                speed,
                slow_speed,
                walled_list,
                block_after_days,
                zero_rated,
                fee_since,
                plan_no,
            ],
            format!("plan {plan_no}"),
        )
    }

    /// Gives traffic of this name a number, if it has none.
    pub fn name_traffic(&self, name: &str) -> Result<(), StoreError> {
        if self.one::<u32>(TRAFFIC_BY_NAME, &[&name])?.is_none() {
            let traffic_no = self.next_number(NEXT_TRAFFIC_NO)?;
            self.run(INSERT_TRAFFIC, &[&traffic_no, &name])?;
        }
        Ok(())
    }

    /// Replaces the free windows of a plan.
    pub fn put_free_windows(&self, plan_no: u32, windows: &[FreeWindowRow]) -> Result<(), StoreError> {
        self.run(DELETE_FREE_WINDOWS, &[&plan_no])?;
        for window in windows {
            self.run(INSERT_FREE_WINDOW, &[&FreeWindowRow { plan_no, ..window.clone() }])?;
        }
        Ok(())
    }

    /// Adds a pack of a plan that exists under the next free number, and returns that.
    pub fn insert_pack(&self, pack: &PackRow) -> Result<u32, StoreError> {
        let pack_no = self.next_number(NEXT_PACK_NO)?;
        self.run(INSERT_PACK, &[&PackRow { pack_no, ..pack.clone() }])?;
        Ok(pack_no)
    }

    /// Changes all of a pack but its number and plan.
    pub fn update_pack(&self, pack: &PackRow) -> Result<(), StoreError> {
        let PackRow { pack_no, quantity, price, chargings, release, .. } = pack;
        let PackRow { validity_days, per_cycle_max, sold, on_write_off, .. } = pack;
        self.run_one(
            UPDATE_PACK,
            &[quantity, price, chargings, release, validity_days, per_cycle_max, sold, on_write_off, pack_no],
            format!("pack {pack_no}"),
        )
    }

    /// Says who a customer's documents are written to. Conflicts over `payers.document`.
    pub fn put_payer(&self, payer: &Payer) -> Result<(), StoreError> {
        let known = self.payer(payer.customer)?;
        self.run(PUT_PAYER, &[payer])?;
        match known {
            Some(known) if known.document == payer.document => Ok(()),
            Some(_) => self.write_search(payer.customer),
            None => self.add_search(payer.customer, &payer.document),
        }
    }

    /// Adds a line of a customer and a wallet that exist. Conflicts over `lines.access_login`.
    pub fn insert_line(&self, line: &LineEntry) -> Result<(), StoreError> {
        self.run(INSERT_LINE, &[line])?;
        line.access_login.as_ref().map_or(Ok(()), |login| self.add_search(line.customer, login))
    }

    /// Changes how a line authenticates, and remembers until when it did so otherwise. Conflicts over `lines.access_login`.
    pub fn set_access_login(&self, id: LineId, login: Option<&str>, at: Timestamp) -> Result<(), StoreError> {
        let known = self.line(id)?.ok_or_else(|| StoreError::Missing { what: id.to_string() })?;
        let login = login.map(str::to_owned);
        if known.access_login == login {
            return Ok(());
        }
        self.run_one(SET_ACCESS_LOGIN, &[&login, &id], id.to_string())?;
        if let Some(former) = &known.access_login {
            self.run(INSERT_FORMER_LOGIN, &[former, &at, &id])?;
        }
        self.write_search(known.customer)
    }

    /// Adds a router under the next free number, and returns that. Conflicts over `routers.name` and `routers.address`.
    pub fn insert_router(&self, router: &RouterRow) -> Result<u32, StoreError> {
        let nas_no = self.next_number(NEXT_NAS_NO)?;
        self.run(INSERT_ROUTER, &[&RouterRow { nas_no, ..router.clone() }])?;
        Ok(nas_no)
    }

    /// Changes name, address, secret and port of a router, and how it counts. Conflicts as [`Tx::insert_router`].
    pub fn update_router(&self, router: &RouterRow) -> Result<(), StoreError> {
        let RouterRow { nas_no, name, address, secret, coa_port, counts_all, .. } = router;
        let values: [&dyn Bind; 6] = [name, address, secret, coa_port, counts_all, nas_no];
        self.run_one(UPDATE_ROUTER, &values, format!("router {nas_no}"))
    }

    /// Takes a router away. Its number is not given again.
    pub fn remove_router(&self, router: &RouterRow, at: Timestamp) -> Result<(), StoreError> {
        let RouterRow { nas_no, id, name, .. } = router;
        self.run_one(DELETE_ROUTER, &[nas_no], format!("router {nas_no}"))?;
        self.run(INSERT_REMOVED_ROUTER, &[nas_no, id, name, &at]).map(|_| ())
    }

    /// Writes down that a router reported.
    pub fn router_seen(&self, nas_no: u32, at: Timestamp) -> Result<(), StoreError> {
        self.run_one(SEEN_ROUTER, &[&at, &nas_no], format!("router {nas_no}"))
    }

    pub(super) fn next_number(&self, sql: &str) -> Result<u32, StoreError> {
        self.one(sql, &[])?.ok_or_else(|| StoreError::Missing { what: "the next number".to_owned() })
    }
}
