//! `/demo`, the demo's first screen.

use askama::Template;

use crate::look::Reader;
use crate::look::chart::BalanceLine;
use crate::look::part::Frame;

/// The demo's first screen. *Open as customer* and *Open as staff* are forms to `/demo/sign-in` with `as` = `customer`, `staff`, or
/// `subscriber` with his `document`.
/// The strip's forms go to `/demo/clock` (`seconds`), `/demo/faults` (`late`, `twice`, `held`, each `on` or missing) and
/// `/demo/reset`; all send `return_to`.
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
    /// One line for a shell that calls the example API behind the guard.
    pub curl: String,
    /// Where the sandbox that plays Stripe is.
    pub sandbox_url: String,
    /// Where the router's page is.
    pub router_url: String,
    /// Which steps of the story are done; live as `checklist`.
    pub done: [bool; DemoHome::STEPS],
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

impl DemoHome {
    /// Steps of the story.
    pub const STEPS: usize = 13;
}

/// The inside of `data-live="checklist"`.
#[derive(Template)]
#[template(path = "fragment/checklist.html")]
pub struct ChecklistFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// Which steps are done.
    pub done: &'a [bool; DemoHome::STEPS],
}

/// The ids of the steps' texts, in order.
pub const STEP_TEXTS: [&str; DemoHome::STEPS] = [
    "step-1", "step-2", "step-3", "step-4", "step-5", "step-6", "step-7", "step-8", "step-9", "step-10",
    "step-11", "step-12", "step-13",
];
