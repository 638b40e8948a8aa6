//! Automatic top-ups: what customers allow, what they agreed to, and each charge that was made for it.

use money::{Amount, CustomerId, Timestamp, TopupId, Unit, WalletId};

use super::{Reader, Tx};
use crate::error::StoreError;
use crate::stored::{row, words};

const BY_WALLET: &str = "SELECT wallet, customer, state, reason, payment_method, card_brand, card_last4, unit, threshold,
    amount, day_money, day_count, month_money, month_count, declines, paused_until, capped_until, cap, link_topup,
    changed_at FROM automatic_topups WHERE wallet = $1";
const OF_CUSTOMER: &str = "SELECT wallet, customer, state, reason, payment_method, card_brand, card_last4, unit, threshold,
    amount, day_money, day_count, month_money, month_count, declines, paused_until, capped_until, cap, link_topup,
    changed_at FROM automatic_topups WHERE customer = $1 ORDER BY wallet LIMIT $2";
const IN_STATE: &str = "SELECT wallet, customer, state, reason, payment_method, card_brand, card_last4, unit, threshold,
    amount, day_money, day_count, month_money, month_count, declines, paused_until, capped_until, cap, link_topup,
    changed_at FROM automatic_topups WHERE state = $1 AND wallet > $2 ORDER BY wallet LIMIT $3";
const WITHOUT_LINK: &str = "SELECT wallet, customer, state, reason, payment_method, card_brand, card_last4, unit, threshold,
    amount, day_money, day_count, month_money, month_count, declines, paused_until, capped_until, cap, link_topup,
    changed_at FROM automatic_topups
    WHERE state = 'stopped' AND reason = 'authentication_required' AND link_topup IS NULL ORDER BY wallet LIMIT $1";
const PUT: &str = "INSERT INTO automatic_topups
    (wallet, customer, state, reason, payment_method, card_brand, card_last4, unit, threshold, amount, day_money, day_count,
    month_money, month_count, declines, paused_until, capped_until, cap, link_topup, changed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
    ON CONFLICT (wallet) DO UPDATE SET state = excluded.state, reason = excluded.reason,
        payment_method = excluded.payment_method, card_brand = excluded.card_brand, card_last4 = excluded.card_last4,
        threshold = excluded.threshold, amount = excluded.amount, day_money = excluded.day_money,
        day_count = excluded.day_count, month_money = excluded.month_money, month_count = excluded.month_count,
        declines = excluded.declines, paused_until = excluded.paused_until, capped_until = excluded.capped_until,
        cap = excluded.cap, link_topup = excluded.link_topup, changed_at = excluded.changed_at";
const INSERT_CONSENT: &str = "INSERT INTO automatic_topup_consents
    (wallet, given_at, version, language, words, given_by, address) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const CONSENTS: &str = "SELECT wallet, given_at, version, language, words, given_by, address
    FROM automatic_topup_consents WHERE wallet = $1 ORDER BY given_at DESC LIMIT $2";
const INSERT_CHARGE: &str =
    "INSERT INTO automatic_charges (topup, wallet, amount, unit, payment_method, card_brand,
    card_last4, charged_at, written_at, outcome, code, provider_payment, settled_at, stripe_customer)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const CHARGE: &str =
    "SELECT topup, wallet, amount, unit, payment_method, card_brand, card_last4, charged_at, written_at,
    outcome, code, provider_payment, settled_at, stripe_customer FROM automatic_charges WHERE topup = $1";
const CHARGES_SINCE: &str =
    "SELECT topup, wallet, amount, unit, payment_method, card_brand, card_last4, charged_at,
    written_at, outcome, code, provider_payment, settled_at, stripe_customer FROM automatic_charges
    WHERE wallet = $1 AND charged_at >= $2 ORDER BY charged_at DESC, topup DESC LIMIT $3";
const IN_FLIGHT: &str =
    "SELECT topup, wallet, amount, unit, payment_method, card_brand, card_last4, charged_at, written_at,
    outcome, code, provider_payment, settled_at, stripe_customer FROM automatic_charges
    WHERE wallet = $1 AND settled_at IS NULL";
const UNKNOWN: &str = "SELECT topup, wallet, amount, unit, payment_method, card_brand, card_last4, charged_at, written_at,
    outcome, code, provider_payment, settled_at, stripe_customer FROM automatic_charges
    WHERE settled_at IS NULL AND outcome = 'unknown' AND written_at <= $1 AND topup > $2 ORDER BY topup LIMIT $3";
const PUT_CHARGE: &str =
    "UPDATE automatic_charges SET outcome = $1, code = $2, provider_payment = $3, settled_at = $4
    WHERE topup = $5";

words! {
    /// Whether a wallet is topped up by itself.
    pub enum AutomaticState {
        /// It is.
        On = "on",
        /// Not for a while, after a decline; then again.
        Paused = "paused",
        /// Not until the customer says so.
        Stopped = "stopped",
        /// The customer, or the operator, turned it off.
        Off = "off",
    }
}

words! {
    /// Why a wallet is not topped up by itself any more, for a while or at all.
    pub enum AutomaticReason {
        /// The bank declined, and may not the next time.
        Declined = "declined",
        /// The bank declined, and will again.
        HardDecline = "hard_decline",
        /// The bank has declined too often in a row.
        TooManyDeclines = "too_many_declines",
        /// The bank wants the customer himself.
        AuthenticationRequired = "authentication_required",
        /// The card is not kept any more.
        CardRemoved = "card_removed",
        /// The customer turned it off.
        ByCustomer = "by_customer",
        /// The operator turned it off.
        ByOperator = "by_operator",
    }
}

words! {
    /// What keeps the next charge from being made.
    pub enum AutomaticCap {
        /// As much money as may be charged in a day.
        DayMoney = "day_money",
        /// As many charges as may be made in a day.
        DayCount = "day_count",
        /// As much money as may be charged in a month.
        MonthMoney = "month_money",
        /// As many charges as may be made in a month.
        MonthCount = "month_count",
        /// The amount is above what the operator lets be charged at once.
        OneCharge = "one_charge",
    }
}

words! {
    /// What became of an automatic charge.
    pub enum ChargeOutcome {
        /// Nobody knows yet: it may have been made.
        Unknown = "unknown",
        /// The card was charged.
        Paid = "paid",
        /// The bank, or the provider, said no.
        Declined = "declined",
        /// It was never made, and never will be.
        Abandoned = "abandoned",
    }
}

row! {
    /// What a customer allows his card to be charged, and how it stands.
    pub struct AutomaticTopup {
        /// Which wallet is topped up.
        pub wallet: WalletId,
        /// Whose.
        pub customer: CustomerId,
        /// Whether it is.
        pub state: AutomaticState,
        /// Why not.
        pub reason: Option<AutomaticReason>,
        /// The saved card, `pm_…`.
        pub payment_method: String,
        /// Its brand as the provider names it.
        pub card_brand: String,
        /// Its last four digits.
        pub card_last4: String,
        /// The wallet's unit, of which the amounts below are steps.
        pub unit: Unit,
        /// Below how much is available it is topped up.
        pub threshold: i64,
        /// By how much, or a multiple of it.
        pub amount: i64,
        /// The most in a day.
        pub day_money: i64,
        /// The most charges in a day.
        pub day_count: u32,
        /// The most in a month.
        pub month_money: i64,
        /// The most charges in a month.
        pub month_count: u32,
        /// Declines in a row.
        pub declines: u32,
        /// While paused, until when, by the book's clock.
        pub paused_until: Option<Timestamp>,
        /// Until when a cap that was reached holds, by the book's clock; its customer was told.
        pub capped_until: Option<Timestamp>,
        /// Which cap.
        pub cap: Option<AutomaticCap>,
        /// The checkout that the customer was sent because the bank wants him.
        pub link_topup: Option<TopupId>,
        /// When something of it last changed, by the book's clock.
        pub changed_at: Timestamp,
    }
}

row! {
    /// What a customer agreed to.
    pub struct AutomaticConsent {
        /// For which wallet.
        pub wallet: WalletId,
        /// When, by the machine's clock.
        pub given_at: Timestamp,
        /// Which version of the words.
        pub version: String,
        /// In which language.
        pub language: String,
        /// The words as they were shown.
        pub words: String,
        /// Who, an id.
        pub given_by: String,
        /// From where.
        pub address: Option<String>,
    }
}

row! {
    /// One charge of a saved card.
    pub struct AutomaticCharge {
        /// The top-up that it is.
        pub topup: TopupId,
        /// For which wallet.
        pub wallet: WalletId,
        /// How much.
        pub amount: Amount,
        /// The card, `pm_…`.
        pub payment_method: String,
        /// Its brand.
        pub card_brand: String,
        /// Its last four digits.
        pub card_last4: String,
        /// When, by the book's clock: by this it counts.
        pub charged_at: Timestamp,
        /// When, by the machine's clock: by this the provider remembers its key.
        pub written_at: Timestamp,
        /// What became of it.
        pub outcome: ChargeOutcome,
        /// The provider's code of why not.
        pub code: Option<String>,
        /// The provider's payment, `pi_…`.
        pub provider_payment: Option<String>,
        /// When it was over, by the machine's clock: declined, abandoned, or its credit there.
        pub settled_at: Option<Timestamp>,
        /// The customer whose card it is, as the provider knew him when it was written down, `cus_…`; not known of charges of old.
        pub stripe_customer: Option<String>,
    }
}

impl AutomaticTopup {
    /// Steps of its unit, as an amount.
    pub fn amount_of(&self, steps: i64) -> Amount {
        Amount::new(steps, self.unit)
    }
}

impl Reader<'_> {
    /// What is allowed for this wallet.
    pub fn automatic_topup(&self, wallet: WalletId) -> Result<Option<AutomaticTopup>, StoreError> {
        self.one(BY_WALLET, &[&wallet])
    }

    /// What is allowed for this customer's wallets.
    pub fn automatic_topups_of(
        &self,
        customer: CustomerId,
        limit: u32,
    ) -> Result<Vec<AutomaticTopup>, StoreError> {
        self.all(OF_CUSTOMER, &[&customer, &limit])
    }

    /// The next `limit` in this state behind the wallet `after`.
    pub fn automatic_topups_in(
        &self,
        state: AutomaticState,
        after: WalletId,
        limit: u32,
    ) -> Result<Vec<AutomaticTopup>, StoreError> {
        self.all(IN_STATE, &[&state, &after, &limit])
    }

    /// The first `limit` whose bank wants the customer, who has no link yet.
    pub fn automatic_topups_without_link(&self, limit: u32) -> Result<Vec<AutomaticTopup>, StoreError> {
        self.all(WITHOUT_LINK, &[&limit])
    }

    /// What was agreed to for this wallet, newest first.
    pub fn automatic_consents(
        &self,
        wallet: WalletId,
        limit: u32,
    ) -> Result<Vec<AutomaticConsent>, StoreError> {
        self.all(CONSENTS, &[&wallet, &limit])
    }

    /// The charge that this top-up is, if it is one.
    pub fn automatic_charge(&self, topup: TopupId) -> Result<Option<AutomaticCharge>, StoreError> {
        self.one(CHARGE, &[&topup])
    }

    /// A wallet's newest `limit` charges since `since`, newest first.
    pub fn automatic_charges_since(
        &self,
        wallet: WalletId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<AutomaticCharge>, StoreError> {
        self.all(CHARGES_SINCE, &[&wallet, &since, &limit])
    }

    /// The one charge of a wallet that is not over.
    pub fn automatic_charge_in_flight(
        &self,
        wallet: WalletId,
    ) -> Result<Option<AutomaticCharge>, StoreError> {
        self.one(IN_FLIGHT, &[&wallet])
    }

    /// The next `limit` charges behind `after` of which nobody knows what became of them, written down by `until`.
    pub fn automatic_charges_unknown(
        &self,
        until: Timestamp,
        after: TopupId,
        limit: u32,
    ) -> Result<Vec<AutomaticCharge>, StoreError> {
        self.all(UNKNOWN, &[&until, &after, &limit])
    }
}

impl Tx<'_> {
    /// Writes down what is allowed for a wallet, and how it stands.
    pub fn put_automatic_topup(&self, row: &AutomaticTopup) -> Result<(), StoreError> {
        self.run(PUT, &[row]).map(|_| ())
    }

    /// Keeps what was agreed to. Conflicts over the wallet and the instant.
    pub fn insert_automatic_consent(&self, consent: &AutomaticConsent) -> Result<(), StoreError> {
        self.run(INSERT_CONSENT, &[consent]).map(|_| ())
    }

    /// Adds a charge. Conflicts while another one of the wallet is not over.
    pub fn insert_automatic_charge(&self, charge: &AutomaticCharge) -> Result<(), StoreError> {
        self.run(INSERT_CHARGE, &[charge]).map(|_| ())
    }

    /// Writes down what became of a charge.
    pub fn put_automatic_charge(&self, charge: &AutomaticCharge) -> Result<(), StoreError> {
        let AutomaticCharge { topup, outcome, code, provider_payment, settled_at, .. } = charge;
        self.run_one(PUT_CHARGE, &[outcome, code, provider_payment, settled_at, topup], topup.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::planned;

    #[test]
    fn charges_that_nobody_knows_of_are_found_by_an_index() {
        let planned = planned(UNKNOWN);
        assert!(planned.plan.contains("automatic_charges_unknown (topup>?)"), "{}", planned.plan);
    }
}
