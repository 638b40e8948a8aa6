//! `/demo`, the demo's first screen.

use askama::Template;

use crate::look::Reader;
use crate::look::chart::{BalanceLine, BalancePoint};
use crate::look::part::Frame;

/// The demo's first screen. *Open as customer* and *Open as staff* are forms to `/demo/sign-in` with `as` = `customer`, `staff`,
/// `provider_staff`, or `subscriber` with his `document`; the one under the lines goes to `/demo/spending`.
/// The strip's forms go to `/demo/clock` (`seconds`), `/demo/faults` (the names of [`crate::look::part::DemoFaults`], each `on` or
/// missing), `/demo/bank` (`times`) and `/demo/reset`; all send `return_to`.
#[derive(Template)]
#[template(path = "page/demo.html")]
pub struct DemoHome {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it; without menu, with the demo's strip.
    pub frame: Frame,
    /// The sample customer's login.
    pub customer: DemoLogin,
    /// The provider's sample subscribers.
    pub subscribers: Vec<DemoSubscriber>,
    /// The password of all of them.
    pub subscriber_password: String,
    /// The staff's login.
    pub staff: DemoLogin,
    /// The sample customer's balance of late; live as `line`.
    pub line: BalanceLine,
    /// What is left to the subscriber who has plenty; live as `line-of-data`.
    pub data_line: BalanceLine,
    /// One line for a shell that calls the example API behind the guard.
    pub curl: String,
    /// Where the sandbox that plays Stripe is.
    pub sandbox_url: String,
    /// Where the router's page is.
    pub router_url: String,
    /// Where the bank's page is.
    pub bank_url: String,
    /// Which steps of both stories are done; live as `checklist`.
    pub done: Done,
}

impl DemoHome {
    /// The line of the API company's customer.
    pub fn money_line(reader: &Reader, points: &[BalancePoint]) -> BalanceLine {
        BalanceLine::draw(reader, reader.t("demo-line"), points)
    }

    /// The line of the provider's subscriber of this name.
    pub fn data_line(reader: &Reader, name: &str, points: &[BalancePoint]) -> BalanceLine {
        BalanceLine::draw(reader, reader.t1("demo-data-line", "name", name), points)
    }
}

/// `/demo/reset`, which asks before everything begins anew, where no dialog does.
#[derive(Template)]
#[template(path = "page/demo_reset.html")]
pub struct DemoReset {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it; without menu, with the demo's strip.
    pub frame: Frame,
}

/// A login that the demo shows.
#[derive(Clone, Debug)]
pub struct DemoLogin {
    /// E-mail.
    pub email: String,
    /// Password.
    pub password: String,
}

/// A subscriber as whom the demo can be opened.
#[derive(Clone, Debug)]
pub struct DemoSubscriber {
    /// `plenty`, `zero` or `blocked`.
    pub state: &'static str,
    /// His name.
    pub name: &'static str,
    /// CPF, digits only.
    pub document: String,
}

impl DemoSubscriber {
    /// The id of what is said of his line.
    pub fn text_id(&self) -> &'static str {
        match self.state {
            "plenty" => "subscriber-with-plenty",
            "zero" => "subscriber-at-zero",
            _ => "subscriber-blocked",
        }
    }
}

/// Which steps of both stories are done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Of the API company's.
    pub api: [bool; Done::API_STEPS],
    /// Of the internet provider's.
    pub data: [bool; Done::DATA_STEPS],
    /// Of those who help customers.
    pub staff: [bool; Done::STAFF_STEPS],
}

impl Done {
    /// Steps of the API company's story.
    pub const API_STEPS: usize = 13;
    /// Steps of the internet provider's story.
    pub const DATA_STEPS: usize = 9;
    /// Steps of the story of those who help customers.
    pub const STAFF_STEPS: usize = 6;

    /// The id of the name of the story that folds away, with its steps as in [`Done::lists`].
    pub fn folded(&self) -> (&'static str, Vec<(&'static str, bool)>) {
        ("when-it-goes-wrong", steps(&STAFF_TEXTS, &self.staff))
    }

    /// How many steps of it are done.
    pub fn folded_done(&self) -> usize {
        self.staff.iter().filter(|is_done| **is_done).count()
    }

    /// The id of each story's name, with the id of each step's text and whether it is done.
    pub fn lists(&self) -> [(&'static str, Vec<(&'static str, bool)>); 2] {
        [("api-company", steps(&API_TEXTS, &self.api)), ("internet-provider", steps(&DATA_TEXTS, &self.data))]
    }
}

fn steps(texts: &[&'static str], done: &[bool]) -> Vec<(&'static str, bool)> {
    texts.iter().copied().zip(done.iter().copied()).collect()
}

/// The inside of `data-live="checklist"`.
#[derive(Template)]
#[template(path = "fragment/checklist.html")]
pub struct ChecklistFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// Which steps are done.
    pub done: &'a Done,
}

/// The ids of the steps' texts, in order.
const API_TEXTS: [&str; Done::API_STEPS] = [
    "step-1", "step-2", "step-3", "step-4", "step-5", "step-6", "step-7", "step-8", "step-9", "step-10",
    "step-11", "step-12", "step-13",
];
const STAFF_TEXTS: [&str; Done::STAFF_STEPS] =
    ["staff-step-1", "staff-step-2", "staff-step-3", "staff-step-4", "staff-step-5", "staff-step-6"];
const DATA_TEXTS: [&str; Done::DATA_STEPS] = [
    "data-step-1",
    "data-step-2",
    "data-step-3",
    "data-step-4",
    "data-step-5",
    "data-step-6",
    "data-step-7",
    "data-step-8",
    "data-step-9",
];
