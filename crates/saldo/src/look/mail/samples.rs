//! Every mail as it would be written, with made-up names and amounts: what staff look at before a customer does.
//!
//! The texts and the functions are those of the real mails, so a sample is never older than what it shows.

use money::{Amount, Timestamp, Unit};
use store::tables::automatic_topups::AutomaticCap;
use store::tables::endpoints::EndpointState;

use super::automatic::{self, AutomaticMail, AutomaticNews};
use super::credit::{self, LowMail};
use super::owed::{self, BlockedMail, EnabledMail, OwedMail, OwedNews, OwedWhat};
use super::{
    Bought, FreeCheckout, Mail, UsageMail, checkout_was_free, credit_added, endpoint_off, invitation,
    password_reset, receipt_sent, refund_failed, refund_failed_to_staff, refund_made, request_rejected,
    sign_up, sign_up_known, staff_invitation, usage_told,
};
use crate::look::Reader;
use crate::look::part::{Card, Reason};

const DAY: i64 = 24 * Timestamp::HOUR;
const GIGABYTE: i64 = 1_000_000_000;
const LINHA: &str = "00190.50095 40144.816069 06809.350314 3 37370000000100";

/// What the samples are made of.
#[derive(Clone, Copy, Debug)]
pub struct Sampled<'a> {
    /// Who writes.
    pub brand: &'a str,
    /// Where the portal is, without a slash at the end.
    pub public_url: &'a str,
    /// The currency of credit.
    pub unit: Unit,
    /// When they are written.
    pub now: Timestamp,
}

/// All mails, in the order in which a customer may get them.
pub fn all(reader: &Reader, sampled: Sampled<'_>) -> Vec<Mail> {
    let mut mails = of_accounts(reader, sampled);
    mails.extend(of_credit(reader, sampled));
    mails.extend(of_refunds(reader, sampled));
    mails.extend(of_cards(reader, sampled));
    mails.extend(of_lines(reader, sampled));
    mails.extend(of_debts(reader, sampled));
    mails.extend(of_endpoints(reader, sampled));
    mails
}

fn of_accounts(reader: &Reader, sampled: Sampled<'_>) -> Vec<Mail> {
    let (brand, until) = (sampled.brand, sampled.now.plus(3 * DAY));
    let url = format!("{}/set-password?token=…", sampled.public_url);
    let confirmation = format!("{}/sign-up/confirmation?token=…", sampled.public_url);
    vec![
        staff_invitation(reader, brand, "Bia Costa", &format!("{}/console", sampled.public_url), until),
        sign_up(reader, brand, &confirmation, until),
        sign_up_known(reader, brand, sampled.public_url),
        invitation(reader, brand, NAME, &url, until),
        password_reset(reader, brand, NAME, &url, until),
    ]
}

/// To whom the samples are written.
const NAME: &str = "Ana Lima";

fn of_credit(reader: &Reader, sampled: Sampled<'_>) -> Vec<Mail> {
    let Sampled { brand, public_url, unit, now } = sampled;
    let whole = |ones: i64| Amount::new(ones * unit.steps_per_one(), unit);
    let (recharge, wishes) = (format!("{public_url}/recharge"), format!("{public_url}/mail-wishes"));
    let (receipt, number) = (format!("{public_url}/receipts/…"), format!("{}-{:06}", 2026, 123));
    let low = LowMail {
        brand,
        name: NAME,
        available: whole(4),
        threshold: whole(5),
        recharge_url: &recharge,
        wishes_url: &wishes,
    };
    vec![
        credit_added(reader, brand, NAME, whole(10), whole(35), &recharge, Some((&number, &receipt))),
        receipt_sent(reader, brand, NAME, whole(10), (&number, &receipt)),
        checkout_was_free(reader, (brand, NAME), whole(10), FreeCheckout::Credit, &recharge),
        credit::low(reader, &low),
        credit::expiring(reader, (brand, NAME), whole(25), now.plus(7 * DAY), [&recharge, &wishes]),
    ]
}

fn of_refunds(reader: &Reader, sampled: Sampled<'_>) -> Vec<Mail> {
    let Sampled { brand, public_url, unit, .. } = sampled;
    let amount = Amount::new(4 * unit.steps_per_one(), unit);
    let (url, console) = (format!("{public_url}/recharge"), format!("{public_url}/console/payments/…"));
    vec![
        refund_made(reader, brand, NAME, (amount, " (Visa •••• 4242)"), (Bought::Credit, &url)),
        refund_failed(reader, brand, NAME, amount, (Bought::Credit, &url)),
        refund_failed_to_staff(reader, brand, NAME, amount, &console),
        request_rejected(reader, brand, ("Bia Costa", amount), "…", &console),
    ]
}

fn of_cards(reader: &Reader, sampled: Sampled<'_>) -> Vec<Mail> {
    let Sampled { brand, public_url, unit, now } = sampled;
    let whole = |ones: i64| Amount::new(ones * unit.steps_per_one(), unit);
    let url = format!("{public_url}/automatic-topup");
    let (amount, until) = (whole(50), now.plus(DAY));
    let (receipt, number) = (format!("{public_url}/receipts/…"), format!("{}-{:06}", 2026, 124));
    let told = [
        AutomaticNews::Charged { amount, posted: whole(54), receipt: Some((&number, &receipt)) },
        AutomaticNews::Paused { amount, why: Reason::InsufficientFunds, until },
        AutomaticNews::Stopped { amount, why: Reason::ExpiredCard },
        AutomaticNews::CardRemoved,
        AutomaticNews::Link { amount, url: format!("{public_url}/automatic-topup"), until },
        AutomaticNews::Capped { cap: AutomaticCap::MonthMoney, money: whole(500), until: Some(until) },
    ];
    let card = || Card { brand: "visa".to_owned(), last4: "4242".to_owned() };
    told.map(|news| {
        automatic::told(reader, &AutomaticMail { news, card: card(), brand, name: NAME, url: &url })
    })
    .into()
}

fn of_lines(reader: &Reader, sampled: Sampled<'_>) -> Vec<Mail> {
    let Sampled { brand, public_url, now, .. } = sampled;
    let (buy, invoices) = (format!("{public_url}/buy-credit"), format!("{public_url}/invoices"));
    let line = "Fibra 100 — ana-01";
    let usage = |percent, of_pack, left, can_buy| {
        let cycle_ends_at = now.plus(9 * DAY);
        usage_told(
            reader,
            &UsageMail { brand, name: NAME, line, percent, of_pack, left, cycle_ends_at, can_buy, url: &buy },
        )
    };
    let blocked = BlockedMail { line, brand, name: NAME, has_pix: true, trust_days: Some(3), url: &invoices };
    let enabled = EnabledMail { line, brand, name: NAME, until: None, url: &invoices };
    vec![
        usage(50, false, 50 * GIGABYTE, true),
        usage(80, false, 20 * GIGABYTE, true),
        usage(100, false, 0, true),
        usage(80, true, 2 * GIGABYTE, true),
        usage(100, true, 0, true),
        owed::blocked(reader, &blocked),
        owed::enabled(reader, &enabled),
    ]
}

fn of_debts(reader: &Reader, sampled: Sampled<'_>) -> Vec<Mail> {
    let Sampled { brand, public_url, now, .. } = sampled;
    let url = format!("{public_url}/invoices");
    let invoice = |news, linha_digitavel| OwedMail {
        news,
        what: OwedWhat::Invoice(12),
        amount: Amount::new(104 * Unit::BRL.steps_per_one(), Unit::BRL),
        due: reader.numeric_date(now.plus(9 * DAY)),
        linha_digitavel,
        brand,
        name: NAME,
        url: &url,
    };
    let purchase = |news| OwedMail { what: OwedWhat::Purchase(10 * GIGABYTE), ..invoice(news, Some(LINHA)) };
    [
        invoice(OwedNews::Made { awaits_bank: true }, None),
        invoice(OwedNews::Payable, Some(LINHA)),
        invoice(OwedNews::Overdue, Some(LINHA)),
        purchase(OwedNews::Payable),
        purchase(OwedNews::Overdue),
    ]
    .map(|mail| owed::owed(reader, &mail))
    .into()
}

fn of_endpoints(reader: &Reader, sampled: Sampled<'_>) -> [Mail; 2] {
    let url = format!("{}/console/webhooks/…", sampled.public_url);
    let receiver = "https://shop.example/webhooks";
    [EndpointState::Failing, EndpointState::Gone]
        .map(|state| endpoint_off(reader, sampled.brand, receiver, state, &url))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::Locale;

    /// A subject that no sample shows is a mail that staff cannot look at.
    #[test]
    fn every_mail_has_a_sample_in_both_languages() {
        for locale in Locale::ALL {
            let reader = Reader::new(locale, jiff::tz::TimeZone::UTC);
            let sampled = Sampled {
                brand: "BRAND",
                public_url: "https://portal.example",
                unit: Unit::USD,
                now: Timestamp::EPOCH,
            };
            let subjects: Vec<String> = all(&reader, sampled).into_iter().map(|mail| mail.subject).collect();
            for (id, text) in subjects_of(locale) {
                // What stands between the variables must stand in one of the subjects, in this order.
                let shown = subjects.iter().any(|subject| stands_in(&text, subject));
                assert!(shown, "{id} ({text}) is shown by no sample: {subjects:#?}");
            }
        }
    }

    fn subjects_of(locale: Locale) -> Vec<(String, String)> {
        let source = match locale {
            Locale::En => include_str!("../../../locales/en.ftl"),
            Locale::PtBr => include_str!("../../../locales/pt-BR.ftl"),
        };
        let lines = source.lines().filter_map(|line| line.split_once(" = "));
        let subjects = lines.filter(|(id, _)| id.starts_with("mail") && id.ends_with("-subject"));
        subjects.map(|(id, text)| (id.to_owned(), text.to_owned())).collect()
    }

    fn stands_in(text: &str, subject: &str) -> bool {
        let mut rest = subject;
        let pieces = text.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, after)| after));
        for piece in pieces.map(str::trim).filter(|piece| !piece.is_empty()) {
            match rest.split_once(piece) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        true
    }
}
