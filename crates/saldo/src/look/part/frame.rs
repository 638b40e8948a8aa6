//! What stands around every page: the operator's name, the menu, who is signed in, the language, and the demo's strip.

use money::Timestamp;

/// Everything around a page's own content.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The operator's name, e.g. `Aurora Digital`.
    pub brand: String,
    /// The operator's support address, to which problems are reported.
    pub support_email: String,
    /// The number that subscribers call; empty if there is none.
    pub support_phone: String,
    /// Where the operator's terms stand; empty if nowhere.
    pub terms_url: String,
    /// The style sheet of the operator's colour.
    pub sheet_url: Option<String>,
    /// The operator's logo.
    pub logo: Option<LogoSeen>,
    /// Which menu stands beside the page.
    pub menu: Menu,
    /// Entries of the menu that whoever is signed in has no use of.
    pub hidden: Vec<Place>,
    /// As whom staff see this page, where they do.
    pub viewed_as: Option<Viewed>,
    /// Which entry of the menu this page is; `None` if none (sign-in, messages).
    pub place: Option<Place>,
    /// Who is signed in.
    pub person: Option<Person>,
    /// The token that every form sends back as `csrf`.
    pub csrf: String,
    /// Path and query of this page, to which the language form returns.
    pub path: String,
    /// The id of this request, which *Report a problem* fills in.
    pub request_id: String,
    /// Where the page listens for changes (`/live`); `None` if nothing on it is live.
    pub live_url: Option<String>,
    /// The book's time, where its clock was moved away from the computer's.
    pub moved_clock: Option<Timestamp>,
    /// Why this installation is for trials; `None` if it is not, or if the demo's strip says so.
    pub trial: Option<Trial>,
    /// The strip of the demo; `None` outside of it.
    pub demo: Option<Demo>,
}

/// A customer whose portal staff see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewed {
    /// His name.
    pub name: String,
    /// How long this lasts, in minutes begun.
    pub minutes_left: u32,
}

/// Why an installation is for trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trial {
    /// Its books are kept in Stripe's test mode.
    TestMode,
    /// The book's clock can be moved.
    Clock,
}

impl Trial {
    /// The id of what is said of it.
    pub fn text_id(&self) -> &'static str {
        match self {
            Trial::TestMode => "sandbox-strip",
            Trial::Clock => "sandbox-strip-clock",
        }
    }
}

/// The operator's logo, as pages draw it.
#[derive(Clone, Debug)]
pub struct LogoSeen {
    /// Where it is.
    pub url: String,
    /// How wide it is, in pixels.
    pub width: u32,
    /// How high it is, in pixels.
    pub height: u32,
    /// Whether it is the name, written, so that the name does not stand beside it.
    pub is_word: bool,
}

/// Which menu stands beside a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Menu {
    /// None: nobody is signed in, or it does not matter who is.
    None,
    /// Of a customer who has credit in money.
    Portal,
    /// Of a customer who has lines.
    Lines,
    /// Of a customer who has both.
    Both,
    /// The staff's.
    Console,
}

impl Menu {
    /// The menu that has this entry, of somebody who has either credit in money or lines.
    pub fn with(place: Place) -> Menu {
        match place {
            place if Place::CONSOLE.contains(&place) => Menu::Console,
            place if Place::LINES.contains(&place) => Menu::Lines,
            _ => Menu::Portal,
        }
    }

    /// The menu of a customer, by what he owns. Who has nothing yet reads what will be there of lines.
    pub fn of_owner(has_money: bool, has_lines: bool) -> Menu {
        match (has_money, has_lines) {
            (true, true) => Menu::Both,
            (true, false) => Menu::Portal,
            (false, _) => Menu::Lines,
        }
    }

    /// Its entries, or none.
    pub fn entries(self) -> &'static [Place] {
        match self {
            Menu::None => &[],
            Menu::Portal => Place::PORTAL,
            Menu::Lines => Place::LINES,
            Menu::Both => Place::BOTH,
            Menu::Console => Place::CONSOLE,
        }
    }
}

impl Frame {
    /// Whether a menu stands beside the page.
    pub fn has_menu(&self) -> bool {
        self.menu != Menu::None
    }

    /// Whether staff may search from here.
    pub fn has_search(&self) -> bool {
        self.menu == Menu::Console && self.person.is_some()
    }

    /// The book's time, to be said on pages with times that are the computer's, where that is another one; and the id of the words.
    pub fn other_clock(&self) -> Option<(Timestamp, &'static str)> {
        let text = match self.place? {
            place if Place::OF_THE_COMPUTER.contains(&place) => "machine-times",
            // Refunds are ordered by the computer's clock, beside payments that are made by the book's.
            Place::ConsoleCredit => "machine-times-of-refunds",
            Place::ConsolePayments if self.path.starts_with("/console/payments/") => {
                "machine-times-of-refunds"
            }
            _ => return None,
        };
        self.moved_clock.map(|now| (now, text))
    }

    /// The entries of the menu.
    pub fn entries(&self) -> impl Iterator<Item = &'static Place> {
        self.menu.entries().iter().filter(|place| !self.hidden.contains(place))
    }

    /// Where a telephone calls the operator.
    pub fn phone_url(&self) -> String {
        let digits = self.support_phone.chars().filter(|c| c.is_ascii_digit() || *c == '+');
        format!("tel:{}", digits.collect::<String>())
    }

    /// The id of the text that an entry of the menu has. Who has both kinds of use tells them apart.
    pub fn entry_text_id(&self, place: &Place) -> &'static str {
        match (self.menu, place) {
            (Menu::Both, Place::Consumption) => "consumption-of-data",
            _ => place.text_id(),
        }
    }

    /// The entries that are worked with.
    pub fn daily(&self) -> impl Iterator<Item = &'static Place> {
        self.entries().filter(|place| !Place::SETTINGS.contains(place))
    }

    /// The entries that are set up now and then; they fold away.
    pub fn settings(&self) -> Vec<&'static Place> {
        self.entries().filter(|place| Place::SETTINGS.contains(place)).collect()
    }

    /// Whether this page is one of [`Frame::settings`].
    pub fn is_in_settings(&self) -> bool {
        self.place.is_some_and(|place| Place::SETTINGS.contains(&place))
    }

    /// Whether `place` is where this page stands.
    pub fn is_here(&self, place: &Place) -> bool {
        self.place == Some(*place)
    }

    /// Whether staff read this page in the console.
    pub fn is_console(&self) -> bool {
        self.menu == Menu::Console
    }

    /// Where the form that signs out is sent.
    pub fn sign_out_url(&self) -> &'static str {
        if self.menu == Menu::Console { "/console/sign-out" } else { "/sign-out" }
    }
}

/// An entry of a menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The portal's first page.
    Billing,
    /// Where credit is bought.
    Recharge,
    /// Usage by hour and day.
    Usage,
    /// Where credit is bought for a line.
    BuyCredit,
    /// What lines used, by day.
    Consumption,
    /// Boletos, open and paid.
    Invoices,
    /// Every movement.
    Statement,
    /// Cards kept for the next payment.
    SavedCards,
    /// The customer's own keys.
    ApiKeys,
    /// The console's first page.
    ConsoleHome,
    /// Every attempt to pay.
    ConsolePayments,
    /// What customers wished to pay at the payment page.
    ConsoleTopups,
    /// Webhooks as they came.
    ConsoleInbox,
    /// Credit that staff give or take.
    ConsoleCredit,
    /// The console's list of mails that went out.
    ConsoleMails,
    /// Who pays.
    ConsoleCustomers,
    /// Who pays for lines.
    ConsoleSubscribers,
    /// Subscribers' lines.
    ConsoleLines,
    /// Monthly runs and invoices.
    ConsoleBilling,
    /// The books of a month.
    ConsoleMonthEnd,
    /// What is sold by the month.
    ConsolePlans,
    /// Packs and what they cost.
    ConsolePacks,
    /// What the bank collects, and the files about it.
    ConsoleBoletos,
    /// The devices that hold subscribers' sessions.
    ConsoleRouters,
    /// Who signs in to the console.
    ConsoleStaff,
    /// Who changed what.
    ConsoleAudit,
    /// Stripe beside the books.
    ConsoleReconciliation,
    /// Who is told by webhooks.
    ConsoleWebhooks,
    /// What customers see of the operator.
    ConsoleBrand,
    /// How mails leave, and what they say.
    ConsoleMailSettings,
    /// What Stripe must know of us.
    ConsoleStripe,
    /// What is left before customers pay real money.
    ConsoleGoLive,
}

impl Place {
    /// The portal's menu.
    pub const PORTAL: &'static [Place] =
        &[Place::Billing, Place::Recharge, Place::Usage, Place::Statement, Place::SavedCards, Place::ApiKeys];
    /// The menu of lines.
    pub const LINES: &'static [Place] =
        &[Place::BuyCredit, Place::Consumption, Place::Invoices, Place::SavedCards];
    /// Both menus.
    pub const BOTH: &'static [Place] = &[
        Place::Billing,
        Place::Recharge,
        Place::Usage,
        Place::Statement,
        Place::SavedCards,
        Place::ApiKeys,
        Place::BuyCredit,
        Place::Consumption,
        Place::Invoices,
    ];
    /// The console's menu.
    pub const CONSOLE: &'static [Place] = &[
        Place::ConsoleHome,
        Place::ConsoleCustomers,
        Place::ConsoleSubscribers,
        Place::ConsoleLines,
        Place::ConsoleBilling,
        Place::ConsoleBoletos,
        Place::ConsolePayments,
        Place::ConsoleTopups,
        Place::ConsoleCredit,
        Place::ConsoleInbox,
        Place::ConsoleReconciliation,
        Place::ConsoleMonthEnd,
        Place::ConsoleMails,
        Place::ConsolePlans,
        Place::ConsolePacks,
        Place::ConsoleRouters,
        Place::ConsoleWebhooks,
        Place::ConsoleBrand,
        Place::ConsoleMailSettings,
        Place::ConsoleStripe,
        Place::ConsoleGoLive,
        Place::ConsoleStaff,
        Place::ConsoleAudit,
    ];
    /// What of the console's menu is set up rather than worked with; it comes last.
    pub const SETTINGS: &'static [Place] = &[
        Place::ConsolePlans,
        Place::ConsolePacks,
        Place::ConsoleRouters,
        Place::ConsoleWebhooks,
        Place::ConsoleBrand,
        Place::ConsoleMailSettings,
        Place::ConsoleStripe,
        Place::ConsoleGoLive,
        Place::ConsoleStaff,
        Place::ConsoleAudit,
    ];

    /// Pages of what happened to the program, by the computer's clock.
    pub const OF_THE_COMPUTER: &'static [Place] =
        &[Place::ConsoleAudit, Place::ConsoleReconciliation, Place::ConsoleInbox, Place::ConsoleWebhooks];
    /// What of the console's menu only a provider of lines uses.
    pub const OF_LINES: &'static [Place] = &[
        Place::ConsoleSubscribers,
        Place::ConsoleLines,
        Place::ConsoleBilling,
        Place::ConsoleBoletos,
        Place::ConsolePlans,
        Place::ConsolePacks,
        Place::ConsoleRouters,
    ];
    /// What of it only those use whose customers have credit in money.
    pub const OF_MONEY: &'static [Place] = &[Place::ConsoleCustomers, Place::ConsoleTopups];

    /// Where the page is.
    pub fn url(&self) -> &'static str {
        match self {
            Place::Billing => "/billing",
            Place::Recharge => "/recharge",
            Place::Usage => "/usage",
            Place::BuyCredit => "/buy-credit",
            Place::Consumption => "/consumption",
            Place::Invoices => "/invoices",
            Place::Statement => "/statement",
            Place::SavedCards => "/saved-cards",
            Place::ApiKeys => "/api-keys",
            Place::ConsoleHome => "/console",
            Place::ConsolePayments => "/console/payments",
            Place::ConsoleTopups => "/console/topups",
            Place::ConsoleInbox => "/console/inbox",
            Place::ConsoleCredit => "/console/credit",
            Place::ConsoleMails => "/console/mails",
            Place::ConsoleCustomers => "/console/customers",
            Place::ConsoleSubscribers => "/console/subscribers",
            Place::ConsoleLines => "/console/lines",
            Place::ConsoleBilling => "/console/billing",
            Place::ConsoleMonthEnd => "/console/month-end",
            Place::ConsolePlans => "/console/plans",
            Place::ConsolePacks => "/console/packs",
            Place::ConsoleBoletos => "/console/boletos",
            Place::ConsoleRouters => "/console/routers",
            Place::ConsoleStaff => "/console/staff",
            Place::ConsoleAudit => "/console/audit",
            Place::ConsoleReconciliation => "/console/reconciliation",
            Place::ConsoleWebhooks => "/console/webhooks",
            Place::ConsoleBrand => "/console/brand",
            Place::ConsoleMailSettings => "/console/mail",
            Place::ConsoleStripe => "/console/stripe",
            Place::ConsoleGoLive => "/console/go-live",
        }
    }

    /// The id of its name's text; the page's heading is the same.
    pub fn text_id(&self) -> &'static str {
        match self {
            Place::Billing => "billing",
            Place::Recharge => "recharge",
            Place::Usage => "usage",
            Place::BuyCredit => "buy-credit",
            Place::Consumption => "consumption",
            Place::Invoices => "invoices",
            Place::Statement => "statement",
            Place::SavedCards => "saved-cards",
            Place::ApiKeys => "api-keys",
            Place::ConsoleHome => "console",
            Place::ConsolePayments => "payments",
            Place::ConsoleTopups => "topups",
            Place::ConsoleInbox => "inbox",
            Place::ConsoleCredit => "credit-requests",
            Place::ConsoleMails => "mails",
            Place::ConsoleCustomers => "customers",
            Place::ConsoleSubscribers => "subscribers",
            Place::ConsoleLines => "lines",
            Place::ConsoleBilling => "monthly-run",
            Place::ConsoleMonthEnd => "month-end",
            Place::ConsolePlans => "plans",
            Place::ConsolePacks => "packs",
            Place::ConsoleBoletos => "boletos",
            Place::ConsoleRouters => "routers",
            Place::ConsoleStaff => "staff",
            Place::ConsoleAudit => "audit",
            Place::ConsoleReconciliation => "reconciliation",
            Place::ConsoleWebhooks => "webhooks",
            Place::ConsoleBrand => "brand",
            Place::ConsoleMailSettings => "mail-settings",
            Place::ConsoleStripe => "stripe-settings",
            Place::ConsoleGoLive => "go-live",
        }
    }
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name, e.g. `Ana Lima`.
    pub name: String,
    /// The e-mail or number signed in with.
    pub login: String,
}

/// The demo's strip: its clock and its faults.
#[derive(Clone, Debug)]
pub struct Demo {
    /// The book's time.
    pub now: Timestamp,
    /// What goes wrong at the moment.
    pub faults: DemoFaults,
    /// Where the sandbox has its payments page: refunds, disputes, money that comes later.
    pub sandbox_url: String,
}

/// What goes wrong with those whom the sandbox plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DemoFaults {
    /// Webhooks come late.
    pub late: bool,
    /// Each webhook comes twice.
    pub twice: bool,
    /// Webhooks are held back until the fault is lifted.
    pub held: bool,
    /// Webhooks come out of order.
    pub reordered: bool,
    /// The next webhook is lost.
    pub lost: bool,
    /// The next call to the provider fails, with nothing done.
    pub failing: bool,
    /// The next call is done, and its answer is lost.
    pub unheard: bool,
    /// Cards seem to pay and are declined later.
    pub declined_late: bool,
    /// Saved cards are declined when they are charged without their owner.
    pub saved_declined: bool,
    /// The router sends each report twice.
    pub router_twice: bool,
    /// Every second datagram of the router is lost.
    pub router_lost: bool,
    /// Each of the router's reports is overtaken by the next.
    pub router_overtaken: bool,
    /// The router does not answer when it is told to change a speed.
    pub router_deaf: bool,
    /// The bank lets boletos wait for their registration.
    pub bank_waits: bool,
}

/// The faults of one of them, as a form shows them.
pub struct FaultGroup {
    /// The id of its legend.
    pub legend: &'static str,
    /// Each fault's name in the form, the id of its text, whether it is on.
    pub faults: Vec<(&'static str, &'static str, bool)>,
}

impl DemoFaults {
    /// Whether any of them is on.
    pub fn any(&self) -> bool {
        *self != DemoFaults::default()
    }

    /// All of them, by whose they are.
    pub fn groups(&self) -> [FaultGroup; 3] {
        [
            FaultGroup {
                legend: "faults-legend",
                faults: vec![
                    ("late", "fault-late", self.late),
                    ("twice", "fault-twice", self.twice),
                    ("held", "fault-held", self.held),
                    ("reordered", "fault-reordered", self.reordered),
                    ("lost", "fault-lost", self.lost),
                    ("failing", "fault-failing", self.failing),
                    ("unheard", "fault-unheard", self.unheard),
                    ("declined_late", "fault-declined-late", self.declined_late),
                    ("saved_declined", "fault-saved-declined", self.saved_declined),
                ],
            },
            FaultGroup {
                legend: "router-faults-legend",
                faults: vec![
                    ("router_twice", "fault-router-twice", self.router_twice),
                    ("router_lost", "fault-router-lost", self.router_lost),
                    ("router_overtaken", "fault-router-overtaken", self.router_overtaken),
                    ("router_deaf", "fault-router-deaf", self.router_deaf),
                ],
            },
            FaultGroup {
                legend: "bank-legend",
                faults: vec![("bank_waits", "fault-bank-waits", self.bank_waits)],
            },
        ]
    }
}
