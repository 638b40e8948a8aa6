//! Lists: which part, made when, narrowed to what. Stripe lists the newest first and gives 100 items at most.

use super::{PAGE_ITEMS_MAX, Request};
use crate::form::{Form, path_segment};

/// Which part of a list is asked for: where it begins, and how much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<'a> {
    /// Items after this id in the list, which are older.
    pub starting_after: Option<&'a str>,
    /// Items before this id in the list, which are newer: those right before it.
    pub ending_before: Option<&'a str>,
    /// 1 to [`PAGE_ITEMS_MAX`]; values outside are brought inside.
    pub limit: u8,
}

impl Default for Page<'_> {
    /// The newest, as many as come at once.
    fn default() -> Self {
        Self { starting_after: None, ending_before: None, limit: PAGE_ITEMS_MAX }
    }
}

impl<'a> Page<'a> {
    /// What follows an item, as many as come at once: asked again and again, a list is walked from its newest to its oldest.
    #[must_use]
    pub fn after(id: Option<&'a str>) -> Self {
        Self { starting_after: id, ..Self::default() }
    }

    pub(super) fn onto(self, mut form: Form) -> Form {
        if let Some(id) = self.starting_after {
            form = form.with("starting_after", id);
        }
        if let Some(id) = self.ending_before {
            form = form.with("ending_before", id);
        }
        form.with("limit", self.limit.clamp(1, PAGE_ITEMS_MAX).to_string())
    }
}

/// When what is listed was made, in seconds since the epoch, both ends included. The default is any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Created {
    /// Not before.
    pub from: Option<i64>,
    /// Not after.
    pub until: Option<i64>,
}

impl Created {
    /// From a moment on.
    #[must_use]
    pub fn since(seconds: i64) -> Self {
        Self { from: Some(seconds), until: None }
    }

    pub(super) fn onto(self, mut form: Form) -> Form {
        if let Some(seconds) = self.from {
            form = form.with("created[gte]", seconds.to_string());
        }
        if let Some(seconds) = self.until {
            form = form.with("created[lte]", seconds.to_string());
        }
        form
    }
}

/// Which events are asked for. The default is all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EventFilter<'a> {
    /// Kinds of events, at most 20; none means all.
    pub types: &'a [&'a str],
    /// When they happened; Stripe remembers 30 days.
    pub created: Created,
    /// Only those whose webhooks were all accepted, or only those of which one was not.
    pub delivery_success: Option<bool>,
}

/// Which balance transactions are asked for. The default is all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BalanceFilter<'a> {
    /// For instance `charge`, `refund`, `adjustment`, `payout`.
    pub kind: Option<&'a str>,
    /// Only what this automatic payout paid out.
    pub payout: Option<&'a str>,
    /// Only what this charge, refund, dispute or payout did.
    pub source: Option<&'a str>,
    /// When they were made.
    pub created: Created,
}

impl Request {
    /// Lists events, newest first.
    #[must_use]
    pub fn list_events(filter: EventFilter<'_>, page: Page<'_>) -> Self {
        let mut form = Form::new();
        for (position, kind) in filter.types.iter().enumerate() {
            form = form.with(format!("types[{position}]"), *kind);
        }
        if let Some(accepted) = filter.delivery_success {
            form = form.with("delivery_success", accepted.to_string());
        }
        Self::get("/v1/events".into(), page.onto(filter.created.onto(form)))
    }

    /// Lists where events are sent, as many as come at once: an account has 16 at most.
    #[must_use]
    pub fn list_webhook_endpoints() -> Self {
        Self::get("/v1/webhook_endpoints".into(), Page::default().onto(Form::new()))
    }

    /// Lists payment intents with their latest charges inside, newest first: all, or those of one of Stripe's customers.
    #[must_use]
    pub fn list_payment_intents(customer: Option<&str>, created: Created, page: Page<'_>) -> Self {
        let mut form = Form::new().with("expand[0]", "data.latest_charge");
        if let Some(customer) = customer {
            form = form.with("customer", customer);
        }
        Self::get("/v1/payment_intents".into(), page.onto(created.onto(form)))
    }

    /// Lists every attempt of a time, whosesoever it is, newest first.
    #[must_use]
    pub fn list_charges_made(created: Created, page: Page<'_>) -> Self {
        Self::get("/v1/charges".into(), page.onto(created.onto(Form::new())))
    }

    /// Lists what moved the balance, newest first.
    #[must_use]
    pub fn list_balance_transactions(filter: BalanceFilter<'_>, page: Page<'_>) -> Self {
        let mut form = Form::new();
        for (name, value) in [("type", filter.kind), ("payout", filter.payout), ("source", filter.source)] {
            if let Some(value) = value {
                form = form.with(name, value);
            }
        }
        Self::get("/v1/balance_transactions".into(), page.onto(filter.created.onto(form)))
    }

    /// Lists payouts, newest first.
    #[must_use]
    pub fn list_payouts(created: Created, page: Page<'_>) -> Self {
        Self::get("/v1/payouts".into(), page.onto(created.onto(Form::new())))
    }

    /// Reads one payout.
    #[must_use]
    pub fn retrieve_payout(id: &str) -> Self {
        Self::get(format!("/v1/payouts/{}", path_segment(id)), Form::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(request: &Request, target: &str) {
        assert_eq!(request.path_and_query(), target);
        assert_eq!(request.body(), None);
    }

    #[test]
    fn a_list_says_which_part_it_wants() {
        let filter = EventFilter {
            types: &["charge.failed", "charge.succeeded"],
            delivery_success: Some(false),
            ..EventFilter::default()
        };
        check(&Request::list_webhook_endpoints(), "/v1/webhook_endpoints?limit=100");
        let page = Page { ending_before: Some("evt_1"), limit: 0, ..Page::default() };
        check(
            &Request::list_events(filter, page),
            "/v1/events?types[0]=charge.failed&types[1]=charge.succeeded&delivery_success=false&ending_before=evt_1&limit=1",
        );
        let created = Created { from: Some(5), until: Some(9) };
        check(
            &Request::list_payment_intents(Some("cus_1"), created, Page::after(Some("pi_1"))),
            "/v1/payment_intents?expand[0]=data.latest_charge&customer=cus_1&created[gte]=5&created[lte]=9&starting_after=pi_1&limit=100",
        );
        check(
            &Request::list_charges_made(Created::since(5), Page { limit: 200, ..Page::default() }),
            "/v1/charges?created[gte]=5&limit=100",
        );
        let filter = BalanceFilter { kind: Some("refund"), payout: Some("po_1"), ..BalanceFilter::default() };
        check(
            &Request::list_balance_transactions(filter, Page::default()),
            "/v1/balance_transactions?type=refund&payout=po_1&limit=100",
        );
        check(&Request::list_payouts(Created::default(), Page::after(None)), "/v1/payouts?limit=100");
        check(&Request::retrieve_payout("po/1"), "/v1/payouts/po%2F1");
    }
}
