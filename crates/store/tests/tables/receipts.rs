//! Receipts and their numbers; what customers want to be told.

use crate::{NOW, customer, on_both, read, write};
use money::{Amount, CustomerId, PaymentId, Unit};
use store::tables::mail_wishes::MailWish;
use store::tables::payments::{Payment, PaymentStatus};
use store::tables::receipts::Receipt;

fn payment(n: u128) -> Payment {
    Payment {
        id: PaymentId::from_u128(n),
        customer: CustomerId::from_u128(1),
        topup: None,
        provider: "stripe".to_owned(),
        provider_payment: format!("pi_{n}"),
        provider_charge: None,
        amount: Amount::new(10_000_000, Unit::USD),
        method: None,
        card_brand: None,
        card_last4: None,
        card_exp_month: None,
        card_exp_year: None,
        status: PaymentStatus::Succeeded,
        reason_code: None,
        reason: None,
        occurred_at: NOW,
        updated_at: NOW,
        credited_entry: None,
        refunded: 0,
        dispute_state: None,
        way_on: None,
        awaited_until: None,
    }
}

fn receipt(n: u128, year: u16) -> Receipt {
    Receipt {
        payment: PaymentId::from_u128(n),
        year,
        number: 0,
        issued_at: NOW,
        issuer: "Acme\nStreet 1".to_owned(),
        receiver: "Ana".to_owned(),
        tax_line: String::new(),
    }
}

#[test]
fn each_payment_has_one_receipt_and_each_year_its_numbers() {
    on_both(|tables| {
        let names = write(tables, |tx| {
            tx.insert_customer(&customer(1))?;
            let mut names = Vec::new();
            for (n, year) in [(1, 2026), (2, 2026), (3, 2027), (2, 2027), (4, 2026)] {
                tx.record_payment(&payment(n))?;
                names.push(tx.give_receipt(&receipt(n, year))?.name());
            }
            Ok(names)
        });
        assert_eq!(names, ["2026-000001", "2026-000002", "2027-000001", "2026-000002", "2026-000003"]);
        let known = read(tables, |reader| reader.receipt(PaymentId::from_u128(3)));
        assert_eq!(known, Some(Receipt { number: 1, ..receipt(3, 2027) }));
        assert_eq!(read(tables, |reader| reader.receipt(PaymentId::from_u128(9))), None);
        // What was not credited has none to come.
        assert_eq!(read(tables, |reader| reader.payments_without_receipt(10)), []);
    });
}

#[test]
fn who_has_said_nothing_is_told() {
    on_both(|tables| {
        let ana = CustomerId::from_u128(1);
        assert_eq!(read(tables, |reader| reader.mail_wish(ana)), MailWish::of_nobody(ana));
        assert_eq!(read(tables, |reader| reader.highest_low_balance()), None);
        for low_balance in [Some(7), None, Some(5)] {
            let wish = MailWish { customer: ana, low_balance, is_told_low: 0, is_told_expiry: 1 };
            write(tables, |tx| {
                if tx.customer(ana)?.is_none() {
                    tx.insert_customer(&customer(1))?;
                }
                tx.put_mail_wish(&wish)
            });
            assert_eq!(read(tables, |reader| reader.mail_wish(ana)), wish);
            assert_eq!(read(tables, |reader| reader.highest_low_balance()), low_balance);
        }
        let span = (NOW, NOW.plus(1));
        assert_eq!(read(tables, |reader| reader.watched_wallets(Unit::USD, None, 10)), []);
        assert_eq!(read(tables, |reader| reader.watched_wallet(Unit::USD, 0)), None);
        assert_eq!(read(tables, |reader| reader.watched_wallets_of(ana, Unit::USD, 10)), []);
        assert_eq!(read(tables, |reader| reader.expiring_grants(span, Unit::USD, 0, "x", 10)), []);
    });
}
