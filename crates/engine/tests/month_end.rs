//! A month's sums against small stories whose numbers are written by hand.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use book::{
    Account, Act, Aggregation, Anchor, Answer, BatchBuilder, Book, Catalog, Command, GENESIS, GrantTerms,
    Meter, MeterNo, MoneyMovement, Price, Reason, Source, TakeBackTerms, TakenBackCause, UseStage,
};
use engine::{AccountSums, MonthEnd, Period, UnitSums, month_end};
use money::{Amount, CustomerId, GrantId, PaymentId, Quantity, Timestamp, Unit, WalletId};
use store::{Journal as _, MemoryJournal};

const METER: MeterNo = MeterNo(1);
const ANA: WalletId = WalletId::from_u128(1);
const BIA: WalletId = WalletId::from_u128(2);

fn usd(cents: i64) -> Amount {
    Amount::new(cents * 10_000, Unit::USD)
}

/// Steps of so many cents.
fn cents(cents: i64) -> i128 {
    i128::from(usd(cents).value())
}

fn day(n: i64) -> Timestamp {
    Timestamp::from_seconds(1_000_000_000 - 1_000_000_000 % 86_400 + n * 86_400)
}

/// Days 10 to 12.
fn three_days() -> Period {
    Period { from: day(10), until: day(13), midnights: vec![day(11), day(12)] }
}

fn open(wallet: WalletId) -> Act {
    Act::OpenWallet {
        wallet,
        customer: CustomerId::from_u128(wallet.as_u128()),
        unit: Unit::USD,
        debt_limit: 0,
    }
}

fn grant(wallet: WalletId, no: u128, source: Source, amount: Amount) -> GrantTerms {
    GrantTerms {
        wallet,
        grant: GrantId::from_u128(no),
        amount,
        source,
        priority: 50,
        effective_at: None,
        expires_at: None,
        cost: None,
        payment: None,
    }
}

fn call(wallet: WalletId, occurred_at: Timestamp) -> Act {
    Act::Use { wallet, meter: METER, quantity: Quantity::ONE, occurred_at, stage: UseStage::Reported }
}

/// A book that lives through what is said, a row of the journal for each.
struct Story {
    book: Book,
    catalog: Catalog,
    builder: BatchBuilder,
    journal: MemoryJournal,
}

impl Story {
    fn new() -> Story {
        let price =
            Price::PerActiveWindow { amount: usd(25), length: Timestamp::HOUR, anchor: Anchor::FirstEvent };
        let meter = Meter { no: METER, aggregation: Aggregation::ActiveTime, price };
        Story {
            book: Book::new(),
            catalog: Catalog::new([meter], Catalog::LATENESS_DEFAULT),
            builder: BatchBuilder::new(1, 1, GENESIS),
            journal: MemoryJournal::new(),
        }
    }

    fn act(&mut self, at: Timestamp, act: Act) {
        let command = Command { key: None, act };
        let answer = self.book.execute(&self.catalog, &command, at, &mut self.builder);
        assert!(matches!(answer, Answer::Decided(_)), "{answer:?}: {command:?}");
        self.land();
    }

    /// Everything that is due by then, on any wallet.
    fn sweep(&mut self, at: Timestamp) {
        assert!(self.book.sweep(&self.catalog, at, 1_000, &mut self.builder));
        self.land();
    }

    fn land(&mut self) {
        let row = self.builder.seal_and_continue();
        self.journal.append(&row).unwrap();
    }

    fn report(&self, period: &Period) -> MonthEnd {
        month_end(&mut self.journal.clone(), period, &mut |_| {}).unwrap()
    }
}

fn in_usd(report: &MonthEnd) -> &UnitSums {
    report.units.iter().find(|sums| sums.unit == Unit::USD).unwrap()
}

fn account(sums: &UnitSums, account: Account) -> AccountSums {
    sums.accounts.iter().find(|(known, _)| *known == account).map(|(_, sums)| *sums).unwrap_or_default()
}

#[test]
fn everything_that_can_happen_to_credit_stands_where_it_belongs() {
    let payment = PaymentId::from_u128(77);
    let mut story = Story::new();
    story.act(day(0), open(ANA));
    story.act(day(0), Act::Grant(grant(ANA, 1, Source::Promotional, usd(2_500))));
    let lapsing = GrantTerms { expires_at: Some(day(11)), ..grant(ANA, 2, Source::Promotional, usd(300)) };
    story.act(day(1), Act::Grant(lapsing));
    let bought = GrantTerms { payment: Some(payment), ..grant(ANA, 3, Source::Purchased, usd(1_000)) };
    story.act(day(10), Act::Grant(bought));
    let later = GrantTerms { effective_at: Some(day(12)), ..grant(ANA, 4, Source::Promotional, usd(700)) };
    story.act(day(10), Act::Grant(later));
    story.act(day(10).plus(Timestamp::HOUR), Act::Charge { wallet: ANA, amount: usd(400), kind: 1 });
    // What is left of the lapsing grant after the charge burned it first is nothing: a second one does expire.
    let lapsing = GrantTerms { expires_at: Some(day(11)), ..grant(ANA, 5, Source::Promotional, usd(150)) };
    story.act(day(10).plus(2 * Timestamp::HOUR), Act::Grant(lapsing));
    story.sweep(day(11));
    let taken = |cause, amount| {
        let reinstated = GrantId::from_u128(900);
        Act::SetTakenBack(TakeBackTerms { wallet: ANA, payment, grant: None, cause, amount, reinstated })
    };
    story.act(day(11), taken(TakenBackCause::Refund, usd(200)));
    story.act(day(11), taken(TakenBackCause::Dispute, usd(300)));
    story.act(day(11), Act::MoveMoney { movement: MoneyMovement::Fee, amount: usd(35) });
    story.act(day(12), Act::MoveMoney { movement: MoneyMovement::Payout, amount: usd(500) });
    // One of the days before did not arrive.
    story.act(day(12), Act::MoveMoney { movement: MoneyMovement::Payout, amount: usd(-120) });
    story.act(day(12), Act::Deduct { wallet: ANA, amount: usd(50), reason: Reason::Misuse });
    story.sweep(day(13));
    story.act(day(13), Act::Charge { wallet: ANA, amount: usd(1), kind: 1 });

    let report = story.report(&three_days());
    assert!(report.is_final);
    let sums = in_usd(&report);
    let moved: Vec<_> = sums.moved.iter().map(|((kind, reason), moved)| (*kind, *reason, *moved)).collect();
    let expected = [
        ("charge", "", cents(-400)),
        ("deduction", "misuse", cents(-50)),
        ("dispute", "", cents(-300)),
        ("expiry", "", cents(-150)),
        ("grant", "promotional", cents(850)),
        ("grant", "purchased", cents(1_000)),
        ("refund", "", cents(-200)),
    ];
    assert_eq!(moved, expected);
    assert_eq!((sums.wallets.opening, sums.wallets.closing()), (cents(2_800), cents(3_550)));
    assert_eq!(sums.days, [cents(3_550), cents(2_900), cents(3_550)]);
    assert_eq!(sums.by_age, [cents(3_550), 0, 0, 0]);
    let closing = |of| account(sums, of).closing();
    // 10.00 came, 2.00 went back, 0.35 stayed as a fee, 5.00 was paid out, 1.20 of payouts came back.
    assert_eq!(closing(Account::ClearingStripe), cents(-385));
    assert_eq!(closing(Account::FeesStripe), cents(-35));
    let payouts = account(sums, Account::PayoutsStripe);
    assert_eq!((payouts.debits, payouts.credits, payouts.closing()), (cents(500), cents(120), cents(-380)));
    assert_eq!(closing(Account::Disputed), cents(300));
    assert_eq!(account(sums, Account::Promotional).opening, cents(-2_800));
}

#[test]
fn what_was_settled_late_counts_at_its_own_time() {
    let mut story = Story::new();
    for wallet in [ANA, BIA] {
        story.act(day(9), open(wallet));
        story.act(day(9), Act::Grant(grant(wallet, wallet.as_u128(), Source::Promotional, usd(2_500))));
    }
    // The window closes half an hour before the period ends; somebody else's decision of the next day stands before its posting.
    let half_past = day(13).plus(-90 * Timestamp::MINUTE);
    story.act(half_past, call(ANA, half_past));
    story.act(day(13).plus(1), Act::Charge { wallet: BIA, amount: usd(100), kind: 1 });
    let before = story.report(&three_days());
    assert!(!before.is_final, "a window of the period is not posted yet");
    assert_eq!(in_usd(&before).wallets.closing(), cents(5_000));
    story.sweep(day(13).plus(2));
    story.act(day(20), Act::Charge { wallet: ANA, amount: usd(300), kind: 1 });
    let after = story.report(&three_days());
    assert!(after.is_final);
    assert_eq!(in_usd(&after).wallets.closing(), cents(4_975));
    let days = [cents(5_000), cents(5_000), cents(4_975)];
    assert_eq!(in_usd(&after).days, days);
    // Whatever happens later, the report is the same.
    story.act(day(500), Act::Charge { wallet: ANA, amount: usd(700), kind: 1 });
    assert_eq!(story.report(&three_days()), after);
    let next = story.report(&Period { from: day(13), until: day(30), midnights: Vec::new() });
    assert_eq!(
        (in_usd(&next).wallets.opening, in_usd(&next).wallets.closing()),
        (cents(4_975), cents(4_575))
    );
}

#[test]
fn ages_and_debt_are_those_of_the_end() {
    let mut story = Story::new();
    story.act(day(0), open(ANA));
    story.act(day(0), open(BIA));
    for (no, at) in [(1, 0), (2, 300), (3, 350), (4, 399)] {
        story.act(
            day(at),
            Act::Grant(grant(ANA, no, Source::Promotional, usd(100 * i64::try_from(no).unwrap()))),
        );
    }
    // Used without any credit: that is debt.
    story.act(day(399), call(BIA, day(399)));
    story.sweep(day(400));
    let report = story.report(&Period { from: day(390), until: day(400), midnights: Vec::new() });
    let sums = in_usd(&report);
    assert_eq!(sums.by_age, [cents(400), cents(300), cents(200), cents(100)]);
    assert_eq!((sums.debt, sums.wallets.closing()), (cents(25), cents(975)));
    assert_eq!(sums.wallets.opening, cents(600));
}

#[test]
fn an_empty_journal_has_nothing_to_add_up() {
    let report = month_end(&mut MemoryJournal::new(), &three_days(), &mut |_| {}).unwrap();
    assert_eq!((report.units.len(), report.position, report.is_final), (0, 0, false));
}
