//! Which months are billed: those that nobody else billed, in which there was a fee, and none twice or out of turn.

use crate::FEE_CENTAVOS;
use crate::house::provider::{ALLOWANCE, Provider, reais};
use saldo::audit::Author;
use saldo::billing::{self, Month};
use saldo::lines::offers::{self, PlanDraft};
use saldo::lines::{self, NewLine};
use store::tables::lines::{AtZero, PackRelease};

/// Days within which a month ends, and within which two do.
const A_MONTH: u32 = 31;
const TWO_MONTHS: u32 = 62;

impl Provider {
    async fn missed(&self) -> Vec<Month> {
        billing::missed(self.app()).await.expect("a look").0
    }

    async fn say_first(&self, month: Option<Month>) -> Result<(), &'static str> {
        billing::set_first_month(self.app(), Author::operator(), month).await.map_err(|problem| problem.code)
    }

    async fn begin(&self, month: Month) -> Result<(), &'static str> {
        let begun = billing::begin(self.app(), Author::operator(), month).await;
        self.house.until(|reader| reader.billing_runs_open(1), Vec::is_empty).await;
        begun.map(drop).map_err(|problem| problem.code)
    }

    /// The months that were run, the oldest first.
    async fn runs(&self) -> Vec<String> {
        let runs = self.app().read(|reader| reader.billing_runs(20)).await.expect("a look");
        runs.into_iter().rev().map(|run| run.month).collect()
    }

    async fn this_month(&self) -> Month {
        let zone = &self.app().config.brand.time_zone;
        let now = jiff::Timestamp::from_microsecond(self.app().ledger.now().as_micros()).expect("now");
        Month::of(now.to_zoned(zone.clone()).date())
    }
}

/// All months from one to another.
fn months(from: Month, until: Month) -> Vec<Month> {
    std::iter::successors(Some(from), |month| Some(month.next()))
        .take_while(|month| *month <= until)
        .collect()
}

fn names(months: &[Month]) -> Vec<String> {
    months.iter().map(Month::to_string).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn months_that_another_system_billed_are_neither_offered_nor_run_once_staff_say_so() {
    let provider = Provider::open(PackRelease::Purchase).await;
    let opened = provider.this_month().await;
    provider.days(TWO_MONTHS).await;
    let today = provider.this_month().await;
    let all = provider.missed().await;
    assert!(all.len() >= 2 && all[0] == opened, "{all:?}");

    let far = today.next().next().next().next();
    for wrong in [all[0], far] {
        assert_eq!(provider.say_first(Some(wrong)).await, Err("month_not_offered"), "{wrong}");
    }
    assert_eq!(provider.missed().await, all);
    provider.say_first(Some(all[1])).await.expect("it is said");
    assert_eq!(provider.missed().await, all[1..]);
    assert_eq!(provider.begin(all[0]).await, Err("month_not_next"));
    provider.say_first(None).await.expect("it is taken back");
    assert_eq!(provider.missed().await, all);

    // The other system bills this month, too.
    for _ in 0..2 {
        provider.say_first(Some(today.next())).await.expect("it is said");
    }
    assert_eq!(provider.missed().await, []);
    let (next, ..) = billing::preview(provider.app()).await.expect("a look");
    assert_eq!(next, today.next());
    assert_eq!(provider.begin(today).await, Err("month_not_next"));
    assert_eq!(provider.runs().await, [""; 0]);
    let log = provider.app().read(|reader| reader.audit(None, 20)).await.expect("the log").rows;
    let said = log.iter().filter(|line| line.action == "billing.first_month").count();
    assert_eq!(said, 3, "what was said already is not said again");
}

#[tokio::test(flavor = "multi_thread")]
async fn months_before_a_plan_had_a_fee_are_not_billed() {
    let provider = Provider::open(PackRelease::Purchase).await;
    let app = provider.app();
    let free = PlanDraft {
        name: "Cortesia".to_owned(),
        fee: reais(0),
        allowance: ALLOWANCE,
        carried_max: None,
        supports_purchase: false,
        balance_max: 0,
        unpaid_max: None,
        at_zero: AtZero::Slow,
        speed: "10M/50M".to_owned(),
        slow_speed: "512k/1M".to_owned(),
        walled_list: "portal".to_owned(),
        free: Vec::new(),
        block_after_days: None,
        zero_rated: Vec::new(),
    };
    let put = |plan_no, draft| offers::put_plan(app, Author::operator(), plan_no, draft);
    let plan_no = put(None, free.clone()).await.expect("a plan");
    let new = NewLine { customer: provider.line.customer, plan_no, anchor_day: 1, access_login: None };
    lines::open(app, Author::operator(), new).await.expect("a line");
    let opened = provider.this_month().await;
    provider.days(A_MONTH).await;
    put(Some(plan_no), PlanDraft { fee: reais(1_000), ..free.clone() }).await.expect("it has a fee now");
    assert_eq!(provider.missed().await.first(), Some(&opened));
    provider.begin(opened).await.expect("it is run late");
    let invoices = provider.invoices().await;
    let [(invoice, rows, _)] = invoices.as_slice() else { panic!("{invoices:?}") };
    assert_eq!((invoice.total, rows.len()), (reais(FEE_CENTAVOS), 1), "{rows:?}");

    // Another amount is still a fee; only none at all is a break.
    put(Some(plan_no), PlanDraft { fee: reais(2_000), ..free.clone() }).await.expect("another fee");
    let fee_since = async || {
        let plans = app.read(|reader| reader.plans()).await.expect("the plans");
        plans.iter().find(|plan| plan.plan_no == plan_no).expect("the plan").fee_since
    };
    let since = fee_since().await.expect("since when");
    put(Some(plan_no), free.clone()).await.expect("no fee");
    assert_eq!(fee_since().await, None);
    put(Some(plan_no), PlanDraft { fee: reais(2_000), ..free }).await.expect("a fee again");
    assert!(fee_since().await.is_some_and(|again| again > since));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_plan_has_a_fee_no_month_was_missed() {
    let provider = Provider::open_with(PackRelease::Purchase, |_| {}, |plan| plan.fee = reais(0)).await;
    provider.days(A_MONTH).await;
    assert_eq!(provider.missed().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_by_itself_makes_up_for_months_that_passed_while_nothing_ran() {
    let change = |config: &mut saldo::config::Config| {
        config.billing.automatic = true;
        config.billing.run_day = 1;
    };
    let provider = Provider::open_with(PackRelease::Purchase, change, |_| {}).await;
    let first = provider.this_month().await;
    provider.house.until(|reader| reader.billing_runs(3), |runs| runs.len() == 1).await;
    provider.days(TWO_MONTHS).await;
    let all = months(first, provider.this_month().await);
    assert!(all.len() >= 3, "{all:?}");
    let count = all.len();
    provider.house.until(|reader| reader.billing_runs(9), move |runs| runs.len() == count).await;
    provider.house.until(|reader| reader.billing_runs_open(1), Vec::is_empty).await;
    assert_eq!(provider.runs().await, names(&all));
    let begun = provider.app().read(|reader| reader.billing_runs(9)).await.expect("a look");
    assert!(begun.is_sorted_by_key(|run| std::cmp::Reverse(run.started_at)), "the oldest first: {begun:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_run_by_itself_while_months_before_wait_for_a_person() {
    let provider = Provider::open(PackRelease::Purchase).await;
    provider.days(TWO_MONTHS).await;
    let missed = provider.missed().await;
    let provider = provider
        .restart_with(|config| {
            config.billing.automatic = true;
            config.billing.run_day = 1;
        })
        .await;
    let is_made_up = async |count| {
        provider.app().read(move |reader| billing::is_made_up(reader, count)).await.expect("a look")
    };
    // Nothing tells who billed them.
    assert!(!is_made_up(1).await);
    let [.., last] = missed[..] else { panic!("{missed:?}") };
    provider.say_first(Some(last)).await.expect("it is said");
    assert!(is_made_up(2).await && !is_made_up(3).await, "a person may know why so many were not run");
    let until_today = months(last, provider.this_month().await);
    let count = until_today.len();
    provider.house.until(|reader| reader.billing_runs(9), move |runs| runs.len() >= count).await;
    assert_eq!(provider.runs().await, names(&until_today));
}
