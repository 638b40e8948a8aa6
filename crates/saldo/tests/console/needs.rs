//! Which permission each route of the console asks for.

use saldo::permissions::Permission;

/// The way in and out, for whoever stands there.
pub(crate) const OPEN: [&str; 5] = [
    "/console/sign-in",
    "/console/sign-out",
    "/console/invitation",
    "/console/forgotten-password",
    "/console/new-password",
];

/// What it takes to use a route of the console: the first line whose method fits and with which the address begins.
const NEEDS: [(&str, &str, Permission); 56] = [
    // Each changes his own; it asks for the password that he has.
    ("", "/console/password", Permission::SeeCustomers),
    ("GET", "/console/mails/{id}", Permission::ReadLetters),
    ("GET", "/console/subscribers/new", Permission::ChangeCustomers),
    ("GET", "/console/subscribers/import/", Permission::SeeCustomers),
    ("GET", "/console/subscribers/imports", Permission::SeeCustomers),
    ("GET", "/console/subscribers/import", Permission::ChangeCustomers),
    ("GET", "/console/subscribers/checks/", Permission::ChangeCustomers),
    ("GET", "/console/payments/{id}/refund", Permission::RefundPayments),
    ("POST", "/console/payments/{id}/receipt", Permission::SendReceipts),
    ("", "/console/customers/{id}/giving-back", Permission::SettleByHand),
    ("GET", "/console/customers/{id}/credit", Permission::GiveCredit),
    ("GET", "/console/customers/new", Permission::ChangeCustomers),
    ("GET", "/console/customers/import/", Permission::SeeCustomers),
    ("GET", "/console/customers/imports", Permission::SeeCustomers),
    ("GET", "/console/customers/import", Permission::ChangeCustomers),
    ("GET", "/console/customers/checks/", Permission::ChangeCustomers),
    ("GET", "/console/customers/{id}/", Permission::ChangeCustomers),
    ("GET", "/console/reconciliation", Permission::SeeFinance),
    ("GET", "/console/webhooks/new", Permission::ChangeWebhooks),
    ("GET", "/console/webhooks/{id}/change", Permission::ChangeWebhooks),
    ("GET", "/console/lines/{id}/live", Permission::SeeCustomers),
    ("GET", "/console/lines/{id}/", Permission::ChangeCustomers),
    ("GET", "/console/billing/first-month", Permission::RunBilling),
    ("GET", "/console/billing/adjustments/", Permission::RunBilling),
    ("GET", "/console/billing", Permission::SeeFinance),
    ("GET", "/console/month-end", Permission::SeeFinance),
    ("GET", "/console/boletos/remittances/", Permission::KeepBankFiles),
    ("GET", "/console/boletos/findings/{no}/use/", Permission::KeepBankFiles),
    ("GET", "/console/boletos/{id}", Permission::SeeCustomers),
    ("GET", "/console/boletos", Permission::SeeFinance),
    ("GET", "/console/audit", Permission::SeeAudit),
    ("GET", "/console/routers/", Permission::ChangeRouters),
    ("GET", "/console/plans/", Permission::ChangeOffers),
    ("GET", "/console/packs/", Permission::ChangeOffers),
    ("POST", "/console/customers/{id}/freezing", Permission::FreezeWallets),
    ("POST", "/console/customers/{id}/view", Permission::ViewAsCustomer),
    ("POST", "/console/customers/{id}/credit", Permission::GiveCredit),
    ("POST", "/console/credit/{id}/", Permission::ApproveCredit),
    ("POST", "/console/payments/{id}/refunds", Permission::RefundPayments),
    ("POST", "/console/refunds/{id}/approval", Permission::ApproveCredit),
    ("POST", "/console/refunds/", Permission::RefundPayments),
    ("POST", "/console/topups/", Permission::ReplayWebhooks),
    ("POST", "/console/inbox/", Permission::ReplayWebhooks),
    ("POST", "/console/reconciliation", Permission::Reconcile),
    ("POST", "/console/webhook", Permission::ChangeWebhooks),
    ("POST", "/console/billing", Permission::RunBilling),
    ("POST", "/console/boletos/{id}/write-off", Permission::SettleByHand),
    ("POST", "/console/boletos", Permission::KeepBankFiles),
    ("POST", "/console/routers", Permission::ChangeRouters),
    ("POST", "/console/plans", Permission::ChangeOffers),
    ("POST", "/console/packs", Permission::ChangeOffers),
    ("POST", "/console/brand", Permission::ChangeSettings),
    ("POST", "/console/mail/", Permission::ChangeSettings),
    ("POST", "/console/go-live", Permission::ChangeSettings),
    ("POST", "/console/stripe", Permission::ChangeSettings),
    ("", "/console/staff", Permission::ChangeStaff),
];

/// The permission that this route asks for.
pub(crate) fn needs(method: &str, template: &str) -> Permission {
    let fits = |(of, start, _): &&(&str, &str, Permission)| {
        (of.is_empty() || *of == method) && template.starts_with(start)
    };
    let settles = ["/console/invoices/", "/console/purchases/"];
    match NEEDS.iter().find(fits) {
        Some((.., needed)) => *needed,
        None if method == "GET" => Permission::SeeCustomers,
        None if settles.iter().any(|start| template.starts_with(start)) => Permission::SettleByHand,
        None => Permission::ChangeCustomers,
    }
}
