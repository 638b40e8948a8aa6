//! What staff may do: one table of permission by role.
//!
//! Pages and forms of the console ask it by naming a permission; none decides by a role. What a page is for, and so which permission
//! it names, is the page's own.

use axum::http::StatusCode;
use store::tables::staff::StaffRole;

use crate::look::part::Place;
use crate::problem::Problem;

/// One thing that staff may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Look at customers, lines, offers, routers, and whom mails went to.
    SeeCustomers,
    /// Look at what the month brought and at the bank's files.
    SeeFinance,
    /// Read who changed what.
    SeeAudit,
    /// Read letters, which hold links with which one signs in.
    ReadLetters,
    /// Write down and change customers, their lines and logins.
    ChangeCustomers,
    /// Bring what customers had in another system, by file.
    BringBalances,
    /// See the portal as a customer sees it.
    ViewAsCustomer,
    /// Freeze a wallet, and thaw it.
    FreezeWallets,
    /// Give credit, or take it.
    GiveCredit,
    /// Confirm what a colleague gave above the limit.
    ApproveCredit,
    /// Pay back what a customer paid.
    RefundPayments,
    /// Send a receipt again.
    SendReceipts,
    /// Have a webhook read again.
    ReplayWebhooks,
    /// Call something paid, or written off, that no provider told of.
    SettleByHand,
    /// Begin the monthly run, and correct invoices.
    RunBilling,
    /// Send the bank's files, take what comes back, deal with what was found.
    KeepBankFiles,
    /// Compare the books with the provider's now.
    Reconcile,
    /// Change plans, packs and prices.
    ChangeOffers,
    /// Add, change and remove routers.
    ChangeRouters,
    /// Change where webhooks go, and their secrets.
    ChangeWebhooks,
    /// Change the brand, try mails and the payment provider, say what is ready.
    ChangeSettings,
    /// Invite staff, change their roles, let nobody in any more.
    ChangeStaff,
}

use Permission as P;
use StaffRole::{Admin, Finance, ReadOnly, Support};

const EVERYBODY: &[StaffRole] = &[Admin, Finance, Support, ReadOnly];

/// Who may do what. Each permission stands here once.
pub const TABLE: [(Permission, &[StaffRole]); 22] = [
    (P::SeeCustomers, EVERYBODY),
    (P::SeeFinance, &[Admin, Finance, ReadOnly]),
    (P::SeeAudit, &[Admin, Finance, ReadOnly]),
    (P::ReadLetters, &[Admin]),
    (P::ChangeCustomers, &[Admin, Support]),
    (P::BringBalances, &[Admin]),
    (P::ViewAsCustomer, &[Admin, Finance, Support]),
    (P::FreezeWallets, &[Admin, Finance, Support]),
    (P::GiveCredit, &[Admin, Finance, Support]),
    (P::ApproveCredit, &[Admin, Finance]),
    (P::RefundPayments, &[Admin, Finance, Support]),
    (P::SendReceipts, &[Admin, Finance, Support]),
    (P::ReplayWebhooks, &[Admin, Finance, Support]),
    (P::SettleByHand, &[Admin, Finance]),
    (P::RunBilling, &[Admin, Finance]),
    (P::KeepBankFiles, &[Admin, Finance]),
    (P::Reconcile, &[Admin, Finance]),
    (P::ChangeOffers, &[Admin]),
    (P::ChangeRouters, &[Admin]),
    (P::ChangeWebhooks, &[Admin]),
    (P::ChangeSettings, &[Admin]),
    (P::ChangeStaff, &[Admin]),
];

/// Whether this role has this permission.
pub fn may(role: StaffRole, permission: Permission) -> bool {
    TABLE.iter().any(|(asked, roles)| *asked == permission && roles.contains(&role))
}

/// What it takes to open this page of the console's menu.
pub fn to_open(place: Place) -> Permission {
    match place {
        Place::ConsoleStaff => Permission::ChangeStaff,
        Place::ConsoleAudit => Permission::SeeAudit,
        Place::ConsoleBilling
        | Place::ConsoleBoletos
        | Place::ConsoleReconciliation
        | Place::ConsoleMonthEnd => Permission::SeeFinance,
        _ => Permission::SeeCustomers,
    }
}

/// Refuses a role that has this permission not.
pub fn must(role: StaffRole, permission: Permission) -> Result<(), Problem> {
    if may(role, permission) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", "Your role does not allow this."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_permission_stands_once_and_an_admin_has_all() {
        for (at, (permission, roles)) in TABLE.iter().enumerate() {
            assert!(TABLE[at + 1..].iter().all(|(other, _)| other != permission), "{permission:?} twice");
            assert!(roles.contains(&Admin), "an admin may not {permission:?}");
        }
    }

    #[test]
    fn who_only_reads_changes_nothing() {
        let of_reader: Vec<_> =
            TABLE.iter().filter(|(_, roles)| roles.contains(&ReadOnly)).map(|(asked, _)| *asked).collect();
        assert_eq!(of_reader, [P::SeeCustomers, P::SeeFinance, P::SeeAudit]);
    }
}
