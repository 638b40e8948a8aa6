//! Parts that several pages show, and that the live channel sends alone as fragments of HTML.
//!
//! Each `…Fragment` draws exactly what the page draws inside the element with the matching `data-live` name: `balance`,
//! `payments`, `checkouts`, `usage`, `movements`, `pace`, `expiry`, `line`, `line-of-data`, `checklist`.

pub mod balance;
pub mod blocked;
pub mod card;
pub mod checkout;
pub mod claim_reason;
pub mod enrolment;
pub mod frame;
pub mod movement;
pub mod own_credit;
pub mod payment;
pub mod payment_reason;
pub mod pix;
pub mod waiting;
pub mod went_back;

pub use balance::{Balance, BalanceFragment, Grant, GrantSource};
pub use blocked::BlockedLine;
pub use card::{Card, Method, SavedCard};
pub use checkout::{Checkout, CheckoutsFragment};
pub use claim_reason::{claim_reason, failure_reason};
pub use frame::{Demo, DemoFaults, Frame, LogoSeen, Menu, Person, Place, Trial, Viewed};
pub use movement::{LineMovement, Movement, MovementKind, MovementsFragment};
pub use own_credit::{CreditMove, OwnCredit, paid_by_text};
pub use payment::{
    Gained, Outcome, Payment, PaymentList, PaymentResult, PaymentStatus, PaymentsFragment, ResultFragment,
};
pub use payment_reason::Reason;
pub use pix::{PixPanel, QrDrawing};
pub use waiting::{WaitingPurchase, Waits};
pub use went_back::{GoneStep, gone_steps};
