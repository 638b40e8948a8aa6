//! The pages, one file each, named after its address.
//!
//! A page is a struct with everything it shows; `askama::Template::render` makes the HTML. Two fields stand in all of them:
//! `reader`, through whose eyes it is drawn, and `frame`, what stands around it. A form of a page sends the fields that the
//! page's own documentation names, and always `csrf`.

pub mod api_keys;
mod audit;
pub mod automatic_topup;
pub mod billing;
mod billing_runs;
pub mod boletos;
pub mod brand;
pub mod buy_credit;
pub mod console;
pub mod consumption;
pub mod customer;
pub mod demo;
pub mod first_access;
pub mod forgotten_password;
pub mod go_live;
pub mod imports;
pub mod invoices;
pub mod line;
pub mod listing;
pub mod mail_settings;
mod mail_wishes;
pub mod mails;
pub mod message;
mod month_end;
mod monthly_invoice;
pub mod offers;
pub mod people;
pub mod purchase_progress;
mod receipt;
pub mod recharge;
pub mod reconciliation;
pub mod refund;
pub mod routers;
pub mod saved_cards;
pub mod set_password;
pub mod sign_in;
pub mod sign_up;
mod staff;
pub mod statement;
pub mod stripe_settings;
pub mod usage;
pub mod webhooks;

pub use api_keys::{ApiKey, ApiKeys, CreatedKey};
pub use audit::{AuditLine, AuditPage};
pub use automatic_topup::{
    AGREED_NUMBERS_TEXT, AutomaticCardFragment, AutomaticChargesFragment, AutomaticField, AutomaticFields,
    AutomaticLimits, AutomaticNow, AutomaticProblem, AutomaticSeen, AutomaticStanding,
    AutomaticStateFragment, AutomaticTopupPage, ChargeSeen,
};
pub use billing::{Billing, ExpiryFragment, NextExpiry, PaceFragment};
pub use billing_runs::{
    BillingRuns, ConsoleInvoice, InvoiceSeen, MissedRun, NextRun, RunSeen, WaitingAdjustment,
};
pub use buy_credit::BuyCredit;
pub use console::{
    BooksLine, ConsoleCustomer, ConsoleHome, DriftLine, Figure, FigureGroup, Glance, LowListed,
};
pub use consumption::{Consumed, Consumption, ConsumptionFragment};
pub use customer::{
    Came, CustomerActs, CustomerPage, CustomerParts, FreezableWallet, LineOfCustomer, LoginLine, Lot,
    NamedId, NamedKey, OpenCheckout, PayerLines, TimelineLine,
};
pub use demo::{ChecklistFragment, DemoHome, DemoLogin, DemoReset, DemoSubscriber, Done};
pub use first_access::{FirstAccess, FirstAccessProblem};
pub use forgotten_password::ForgottenPassword;
pub use imports::{
    ColumnLine, ImportAsk, ImportCheck, ImportLine, ImportPage, ImportProgress, ImportTable, ImportWords,
    PreviewCell, WrongLine,
};
pub use invoices::{
    Boleto, BoletoPix, BoletoStanding, Invoiced, Invoices, InvoicesFragment, NextInvoiceLine, Received,
    UnpaidPurchase,
};
pub use line::{
    LineActsFragment, LinePage, LinePurchase, LinePurchasesFragment, LineSession, LineSessionsFragment,
    LineStands, LineStateFragment,
};
pub use mail_wishes::MailWishes;
pub use mails::{MailPage, MailRow, MailState, Mails};
pub use message::{Message, MessagePage};
pub use month_end::{AccountSeen, MonthEndPage, MonthEndSeen, MonthEndStanding, UnitSeen, balance};
pub use monthly_invoice::{InvoiceItem, InvoiceStanding, MonthlyInvoice, OverdueNotice, TrustSeen};
pub use offers::{Field, FieldKind, FieldProblem, Finder, Offer, OfferForm, Offers};
pub use people::{People, PeopleWords, PersonRow};
pub use receipt::{GivenBack, ReceiptPage, ReceiptSeen, page_words};
pub use recharge::{AmountProblem, Recharge};
pub use reconciliation::{
    ComparisonEnd, ComparisonSeen, CurrencySeen, DifferenceSeen, LineSeen, Reconciliation, StripBar,
};
pub use routers::{RouterListed, Routers};
pub use saved_cards::SavedCards;
pub use set_password::{PasswordProblem, SetPassword};
pub use sign_in::{SignIn, SignInProblem};
pub use sign_up::{SignUpConfirmation, SignUpField, SignUpPage, SignUpProblem, SignUpStep, SignUpWaiting};
pub use staff::{InvitationListed, StaffListed, StaffPage};
pub use statement::{Month, Statement, StatementWords, csv_head, csv_lines};
pub use usage::{ItemName, ItemUse, Usage, UsageFragment, UsageView, Used};
