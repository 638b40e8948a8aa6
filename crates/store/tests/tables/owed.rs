//! What is owed and how it is collected: invoices, monthly runs, corrections, Pix, settlements, the bank's files, boletos by their state.

use crate::boletos::boleto;
use crate::provider::plan;
use crate::{NOW, customer, on_both, read, write};
use money::{
    AdjustmentId, Amount, BoletoId, CustomerId, InvoiceId, LineId, PurchaseId, SettlementId, Timestamp, Unit,
    WalletId,
};
use store::tables::bank::{RemittanceRow, ReturnRow};
use store::tables::boletos::{BoletoRow, BoletoState};
use store::tables::customers::Wallet;
use store::tables::invoices::{
    AdjustmentRow, BillingRun, InvoiceLineKind, InvoiceLineRow, InvoiceRow, InvoiceState, InvoiceSum,
    OverdueLine,
};
use store::tables::lines::LineEntry;
use store::tables::outbox::UsageTold;
use store::tables::pix::{PixCharge, PixState};
use store::tables::settlements::{Owed, Settlement, SettlementOutcome};
use store::{StoreError, Tables, Tx};

const MONTH: &str = "2026-12";

fn with_customers(tables: &Tables) {
    write(tables, |tx| (1..=4).try_for_each(|n| tx.insert_customer(&customer(n))));
}

/// A line of customer 1.
fn with_line(tx: &Tx<'_>, n: u128) -> Result<(), StoreError> {
    let (customer, wallet) = (CustomerId::from_u128(1), WalletId::from_u128(n));
    tx.insert_wallet(&Wallet { id: wallet, customer, unit: Unit::BYTE, created_at: NOW })?;
    tx.insert_line(&LineEntry {
        id: LineId::from_u128(n),
        customer,
        wallet,
        access_login: None,
        created_at: NOW,
    })
}

fn invoice(n: u128) -> InvoiceRow {
    InvoiceRow {
        id: InvoiceId::from_u128(n),
        number: 0,
        customer: CustomerId::from_u128(n),
        month: MONTH.to_owned(),
        total: Amount::new(79_900_000, Unit::BRL),
        due_on: "2026-12-10".to_owned(),
        state: InvoiceState::Open,
        created_at: NOW,
        paid_at: None,
        paid_by: None,
    }
}

#[test]
fn invoices_have_numbers_without_gaps_and_one_a_month() {
    on_both(|tables| {
        with_customers(tables);
        for n in 1..=3 {
            assert_eq!(write(tables, |tx| tx.insert_invoice(&invoice(n))), u64::try_from(n).unwrap());
        }
        let again = InvoiceRow { id: InvoiceId::from_u128(9), ..invoice(1) };
        let twice = tables.write(|tx| tx.insert_invoice(&again));
        assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
        assert_eq!(
            write(tables, |tx| tx
                .insert_invoice(&InvoiceRow { month: "2027-01".to_owned(), ..again.clone() })),
            4
        );

        write(tables, |tx| {
            tx.set_invoice_state(invoice(2).id, InvoiceState::Paid, Some((NOW, "pix")))?;
            tx.set_invoice_state(invoice(3).id, InvoiceState::WrittenOff, None)
        });
        let first = InvoiceRow { number: 1, ..invoice(1) };
        assert_eq!(read(tables, |reader| reader.invoice(first.id)), Some(first.clone()));
        let paid = read(tables, |reader| reader.invoice_of_month(CustomerId::from_u128(2), MONTH)).unwrap();
        assert_eq!(
            (paid.state, paid.paid_at, paid.paid_by.as_deref()),
            (InvoiceState::Paid, Some(NOW), Some("pix"))
        );
        assert_eq!(read(tables, |reader| reader.invoice_of_month(CustomerId::from_u128(2), "2027-01")), None);
        let page = read(tables, |reader| reader.invoices_of(first.customer, None, 1));
        assert_eq!((page.rows[0].number, page.next), (4, Some(again.id)));
        assert_eq!(read(tables, |reader| reader.invoices_of(first.customer, page.next, 1)).rows, [first]);
        let page = read(tables, |reader| reader.invoices(None, 3));
        assert_eq!(page.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [4, 3, 2]);
        assert_eq!(read(tables, |reader| reader.invoices(page.next, 3)).rows.len(), 1);
        let sum = |state| InvoiceSum { state, count: 1, total: 79_900_000 };
        let sums = [InvoiceState::Open, InvoiceState::Paid, InvoiceState::WrittenOff].map(sum);
        assert_eq!(read(tables, |reader| reader.invoice_sums(MONTH)), sums);
        assert_eq!(read(tables, |reader| reader.invoice_sums("2030-01")), []);
        let nobodys =
            tables.write(|tx| tx.set_invoice_state(InvoiceId::from_u128(77), InvoiceState::Paid, None));
        assert!(matches!(nobodys, Err(StoreError::Missing { .. })));

        let line = |ordinal, kind, amount| InvoiceLineRow {
            invoice: invoice(1).id,
            ordinal,
            kind,
            line: LineId::from_u128(7),
            purchase: (ordinal == 1).then(|| PurchaseId::from_u128(5)),
            quantity: (ordinal == 1).then_some(10),
            what: "Fibra".to_owned(),
            amount: Amount::new(amount, Unit::BRL),
        };
        let lines =
            [line(0, InvoiceLineKind::Fee, 79_900_000), line(1, InvoiceLineKind::Purchase, 24_900_000)];
        write(tables, |tx| {
            tx.insert_plan(&plan("Fibra"))?;
            with_line(tx, 7)?;
            lines.iter().rev().try_for_each(|line| tx.insert_invoice_line(line))
        });
        assert_eq!(read(tables, |reader| reader.invoice_lines(invoice(1).id)), lines);
        assert_eq!(read(tables, |reader| reader.invoice_lines(invoice(2).id)), []);
    });
}

#[test]
fn a_correction_waits_until_an_invoice_takes_it() {
    on_both(|tables| {
        with_customers(tables);
        let correction = |n, of| AdjustmentRow {
            id: AdjustmentId::from_u128(n),
            customer: CustomerId::from_u128(of),
            amount: Amount::new(-5_000_000, Unit::BRL),
            reason: "Falha de sinal".to_owned(),
            created_at: NOW,
            invoice: None,
        };
        write(tables, |tx| {
            tx.insert_invoice(&invoice(1))?;
            [(1, 1), (2, 1), (3, 2)]
                .into_iter()
                .try_for_each(|(n, of)| tx.insert_adjustment(&correction(n, of)))?;
            tx.put_adjustment_on(AdjustmentId::from_u128(1), invoice(1).id, -4_000_000)
        });
        let of = |n| read(tables, |reader| reader.adjustments_waiting(CustomerId::from_u128(n), 9));
        assert_eq!((of(1), of(2)), (vec![correction(2, 1)], vec![correction(3, 2)]));
        assert_eq!(
            read(tables, |reader| reader.all_adjustments_waiting(9)),
            [correction(3, 2), correction(2, 1)]
        );
        assert_eq!(read(tables, |reader| reader.all_adjustments_waiting(1)), [correction(3, 2)]);
        let delete = |n| write(tables, |tx| tx.delete_adjustment(AdjustmentId::from_u128(n)));
        assert_eq!([1, 2, 2].map(delete), [false, true, false], "one that stands on an invoice stays");
        assert_eq!(of(1), []);
        let named = |n| read(tables, |reader| reader.adjustment(AdjustmentId::from_u128(n)));
        let amount = Amount::new(-4_000_000, Unit::BRL);
        let borne = AdjustmentRow { amount, invoice: Some(invoice(1).id), ..correction(1, 1) };
        assert_eq!([1, 2, 3].map(named), [Some(borne), None, Some(correction(3, 2))]);
    });
}

#[test]
fn a_run_goes_on_from_where_it_was() {
    on_both(|tables| {
        let run = |month: &str| BillingRun {
            month: month.to_owned(),
            due_on: "2026-12-10".to_owned(),
            started_at: NOW,
            after: CustomerId::from_u128(0),
            customers: 5,
            done: 0,
            invoices: 0,
            finished_at: None,
        };
        write(tables, |tx| {
            ["2027-01", MONTH].iter().try_for_each(|month| tx.insert_billing_run(&run(month)))
        });
        let twice = tables.write(|tx| tx.insert_billing_run(&run(MONTH)));
        assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
        let after = CustomerId::from_u128(3);
        write(tables, |tx| tx.move_billing_run(MONTH, after, (3, 2), None));
        write(tables, |tx| tx.move_billing_run(MONTH, after, (2, 2), Some(NOW)));
        let done = BillingRun { after, done: 5, invoices: 4, finished_at: Some(NOW), ..run(MONTH) };
        assert_eq!(read(tables, |reader| reader.billing_run(MONTH)), Some(done.clone()));
        assert_eq!(read(tables, |reader| reader.billing_run("2030-01")), None);
        assert_eq!(read(tables, |reader| reader.billing_runs(9)), [run("2027-01"), done]);
        assert_eq!(read(tables, |reader| reader.billing_runs_open(9)), [run("2027-01")]);
        let nobodys = tables.write(|tx| tx.move_billing_run("2030-01", after, (0, 0), None));
        assert!(matches!(nobodys, Err(StoreError::Missing { .. })));

        let overdue = |n, blocked_at| OverdueLine {
            line: LineId::from_u128(n),
            blocked_at,
            trusted_cycle: None,
            trusted_until: None,
            enabled_at: None,
        };
        with_customers(tables);
        write(tables, |tx| {
            (1..=4).try_for_each(|n| {
                with_line(tx, n)?;
                tx.put_overdue_line(&overdue(n, Some(NOW)))
            })
        });
        let trusted = OverdueLine {
            trusted_cycle: Some(3),
            trusted_until: Some(NOW),
            enabled_at: Some(NOW),
            ..overdue(2, None)
        };
        write(tables, |tx| tx.put_overdue_line(&trusted));
        assert_eq!(read(tables, |reader| reader.overdue_line(trusted.line)), Some(trusted.clone()));
        let blocked = |after, limit| read(tables, |reader| reader.lines_blocked_after(after, limit));
        assert_eq!(blocked(None, 2), [overdue(1, Some(NOW)), overdue(3, Some(NOW))]);
        assert_eq!(blocked(Some(LineId::from_u128(3)), 2), [overdue(4, Some(NOW))]);

        let told = UsageTold { wallet_no: 3, of_pack: 0, whole: 20, percent: 50, told_at: Some(NOW) };
        write(tables, |tx| tx.put_usage_told(&told));
        let more = UsageTold { of_pack: 1, percent: 80, ..told };
        write(tables, |tx| tx.put_usage_told(&more));
        assert_eq!(read(tables, |reader| reader.usage_told(3)), Some(more));
        assert_eq!(read(tables, |reader| reader.usage_told(4)), None);
    });
}

#[test]
fn one_pix_of_a_purchase_is_open_at_a_time() {
    on_both(|tables| {
        with_customers(tables);
        write(tables, |tx| tx.insert_invoice(&invoice(1)));
        let later = NOW.plus(Timestamp::HOUR);
        let pix = |txid: &str, purchase: Option<u128>, created_at| PixCharge {
            txid: txid.to_owned(),
            customer: CustomerId::from_u128(1),
            purchase: purchase.map(PurchaseId::from_u128),
            invoice: purchase.is_none().then(|| invoice(1).id),
            boleto: None,
            pix_key: "key".to_owned(),
            br_code: "000201".to_owned(),
            amount: Amount::new(24_900_000, Unit::BRL),
            state: PixState::Open,
            created_at,
            expires_at: later,
            paid_at: None,
        };
        write(tables, |tx| {
            tx.insert_pix_charge(&pix("a", Some(5), NOW))?;
            tx.insert_pix_charge(&pix("b", None, NOW.plus(1)))
        });
        for second in [pix("a", Some(6), NOW), pix("c", Some(5), NOW), pix("c", None, NOW)] {
            let refused = tables.write(|tx| tx.insert_pix_charge(&second));
            assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
        }
        let due = |at| {
            read(tables, |reader| reader.pix_due(at, 9)).into_iter().map(|it| it.txid).collect::<Vec<_>>()
        };
        assert_eq!((due(later.plus(-1)).len(), due(later.plus(1)).len()), (0, 2));
        let (open, paid) = (PixState::Open, PixState::Paid);
        assert!(write(tables, |tx| tx.move_pix("a", open, PixState::Expired, None)));
        assert!(!write(tables, |tx| tx.move_pix("a", open, paid, Some(NOW))), "it is not open any more");
        write(tables, |tx| tx.insert_pix_charge(&pix("c", Some(5), NOW.plus(2))));
        let newest = read(tables, |reader| reader.pix_of_purchase(PurchaseId::from_u128(5)));
        assert_eq!(newest.map(|it| it.txid).as_deref(), Some("c"));
        assert!(write(tables, |tx| tx.end_pix_of(Some(PurchaseId::from_u128(5)), None, PixState::Cancelled)));
        assert!(!write(tables, |tx| tx.end_pix_of(
            Some(PurchaseId::from_u128(5)),
            None,
            PixState::Cancelled
        )));
        assert_eq!(
            read(tables, |reader| reader.pix_of_invoice(invoice(1).id)),
            Some(pix("b", None, NOW.plus(1)))
        );
        assert!(write(tables, |tx| tx.move_pix("b", open, paid, Some(later))));
        let paid_row = read(tables, |reader| reader.pix_charge("b")).unwrap();
        assert_eq!((paid_row.state, paid_row.paid_at), (paid, Some(later)));
        assert!(
            !write(tables, |tx| tx.end_pix_of(None, Some(invoice(1).id), PixState::Cancelled)),
            "paid is paid"
        );
        let of = read(tables, |reader| reader.pix_of(CustomerId::from_u128(1), 2));
        assert_eq!(of.iter().map(|it| it.txid.as_str()).collect::<Vec<_>>(), ["c", "b"]);
        assert_eq!(due(Timestamp::MAX), Vec::<String>::new());
    });
}

#[test]
fn money_that_came_is_written_down_once() {
    on_both(|tables| {
        with_customers(tables);
        let owed = |payload: &str| Owed {
            purchase: PurchaseId::from_u128(5),
            customer: CustomerId::from_u128(1),
            payload: payload.to_owned(),
            created_at: NOW,
        };
        write(tables, |tx| tx.put_owed(&owed("first")));
        write(tables, |tx| tx.put_owed(&owed("second")));
        assert_eq!(read(tables, |reader| reader.owed(PurchaseId::from_u128(5))), Some(owed("first")));
        assert_eq!(read(tables, |reader| reader.owed(PurchaseId::from_u128(6))), None);
        write(tables, |tx| tx.insert_invoice(&invoice(1)));
        let came = |n: u128, at| Settlement {
            id: SettlementId::from_u128(n),
            customer: CustomerId::from_u128(1),
            purchase: (n < 3).then(|| PurchaseId::from_u128(5)),
            boleto: None,
            paid_by: "pix".to_owned(),
            amount: Amount::new(24_900_000, Unit::BRL),
            outcome: SettlementOutcome::Paid,
            came_at: at,
            invoice: (n == 3).then(|| invoice(1).id),
            reference: String::new(),
        };
        write(tables, |tx| {
            tx.insert_settlement(&came(1, NOW.plus(9)))?;
            tx.insert_settlement(&came(2, NOW))?;
            tx.insert_settlement(&came(3, NOW))?;
            tx.set_settlement_outcome(came(1, NOW).id, SettlementOutcome::Credit)
        });
        let twice = tables.write(|tx| tx.insert_settlement(&came(1, NOW)));
        assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
        let credit = Settlement { outcome: SettlementOutcome::Credit, ..came(1, NOW.plus(9)) };
        assert_eq!(read(tables, |reader| reader.settlement(credit.id)), Some(credit.clone()));
        let of = read(tables, |reader| reader.settlements_of_purchase(PurchaseId::from_u128(5)));
        assert_eq!(of, [came(2, NOW), credit]);
        assert_eq!(read(tables, |reader| reader.settlements_of_invoice(invoice(1).id)), [came(3, NOW)]);
    });
}

#[test]
fn files_of_the_bank_are_kept_and_known_again() {
    on_both(|tables| {
        let file = |file_number| RemittanceRow {
            file_number,
            created_at: NOW,
            titles: 2,
            body: "01REMESSA\r\n".to_owned(),
        };
        for number in 1..=2 {
            assert_eq!(write(tables, |tx| tx.next_remittance_number()), number);
            write(tables, |tx| tx.insert_remittance(&file(number)));
        }
        let twice = tables.write(|tx| tx.insert_remittance(&file(2)));
        assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
        assert_eq!(read(tables, |reader| reader.remittance(2)), Some(file(2)));
        assert_eq!(read(tables, |reader| reader.remittance(3)), None);
        let listed = read(tables, |reader| reader.remittances(1));
        assert_eq!(listed.iter().map(|row| (row.file_number, row.titles)).collect::<Vec<_>>(), [(2, 2)]);

        let returned = |file_number: u32, byte| ReturnRow {
            return_no: 0,
            file_number,
            file_hash: [byte; 32],
            loaded_at: NOW,
            entries: 3,
        };
        assert_eq!(read(tables, |reader| reader.last_return_number()), 0);
        assert_eq!(write(tables, |tx| tx.insert_bank_return(&returned(7, 1))), 1);
        assert_eq!(write(tables, |tx| tx.insert_bank_return(&returned(0, 2))), 2);
        assert_eq!(
            write(tables, |tx| tx.insert_bank_return(&returned(0, 3))),
            3,
            "a bank may give no numbers"
        );
        let same = tables.write(|tx| tx.insert_bank_return(&returned(8, 1)));
        assert!(matches!(same, Err(StoreError::Conflict { .. })), "{same:?}");
        let first = ReturnRow { return_no: 1, ..returned(7, 1) };
        assert_eq!(read(tables, |reader| reader.bank_return(1)), Some(first.clone()));
        assert_eq!(read(tables, |reader| reader.bank_return_by_hash(&[1; 32])), Some(first.clone()));
        assert_eq!(read(tables, |reader| reader.bank_return_by_hash(&[9; 32])), None);
        assert_eq!(read(tables, |reader| reader.bank_return_by_number(7)), Some(first));
        assert_eq!(read(tables, |reader| reader.last_return_number()), 7);
        let numbers: Vec<u32> =
            read(tables, |reader| reader.bank_returns(2)).iter().map(|row| row.return_no).collect();
        assert_eq!(numbers, [3, 2]);
    });
}

#[test]
fn boletos_by_customer_state_number_and_day() {
    on_both(|tables| {
        with_customers(tables);
        let (open, paid) = (BoletoState::Open, BoletoState::Paid);
        let row = |n: u64, of: u128, state, due_on: &str| BoletoRow {
            customer: CustomerId::from_u128(of),
            due_on: due_on.to_owned(),
            purchase: Some(PurchaseId::from_u128(u128::from(n))),
            ..boleto(n, state)
        };
        let all = [
            row(1, 1, open, "2026-11-26"),
            row(2, 1, paid, "2026-11-20"),
            row(3, 2, open, "2026-11-20"),
            row(4, 1, open, "2026-12-01"),
            row(5, 2, open, "2026-11-20"),
        ];
        for (row, number) in all.iter().zip(1..) {
            assert_eq!(write(tables, |tx| tx.next_our_number()), number);
            write(tables, |tx| tx.insert_boleto(row));
        }
        assert_eq!(write(tables, |tx| tx.next_our_number()), 6);
        let cases: [(Option<u128>, Option<BoletoState>, &[u64]); 6] = [
            (None, None, &[5, 4, 3, 2, 1]),
            (None, Some(open), &[5, 4, 3, 1]),
            (Some(1), None, &[4, 2, 1]),
            (Some(1), Some(open), &[4, 1]),
            (Some(2), Some(paid), &[]),
            (Some(3), None, &[]),
        ];
        for (customer, state, expected) in cases {
            let customer = customer.map(CustomerId::from_u128);
            let (mut seen, mut before) = (Vec::new(), None);
            loop {
                let page = read(tables, |reader| reader.boletos_page(customer, state, before, 2));
                assert!(page.rows.len() <= 2);
                seen.extend(page.rows.iter().map(|row| row.our_number));
                before = page.next;
                if before.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected, "{customer:?} {state:?}");
        }
        let due = |after: Option<(&str, BoletoId)>, limit| {
            let rows = read(tables, |reader| reader.boletos_due_before(open, "2026-12-01", after, limit));
            rows.iter().map(|row| row.our_number).collect::<Vec<_>>()
        };
        assert_eq!((due(None, 2), due(None, 9)), (vec![3, 5], vec![3, 5, 1]));
        assert_eq!(due(Some(("2026-11-20", all[2].id)), 9), [5, 1]);
        assert_eq!(read(tables, |reader| reader.boleto_by_number(3)), Some(all[2].clone()));
        assert_eq!(read(tables, |reader| reader.boleto_by_number(9)), None);
        let of_purchase = read(tables, |reader| reader.boleto_of_purchase(PurchaseId::from_u128(4)));
        assert_eq!(of_purchase, Some(all[3].clone()));
        assert_eq!(read(tables, |reader| reader.boleto_of_invoice(InvoiceId::from_u128(1))), None);
        assert_eq!(read(tables, |reader| reader.boletos_in(open, 2)), [all[0].clone(), all[2].clone()]);

        let id = all[0].id;
        write(tables, |tx| tx.set_boleto_state(id, open, Some(NOW), None));
        write(tables, |tx| tx.set_boleto_state(id, paid, None, Some((NOW.plus(9), 24_900_000))));
        let stands = read(tables, |reader| reader.boleto(id)).unwrap();
        assert_eq!((stands.state, stands.registered_at), (paid, Some(NOW)), "what is known stays known");
        assert_eq!((stands.paid_at, stands.paid_amount), (Some(NOW.plus(9)), Some(24_900_000)));
    });
}
