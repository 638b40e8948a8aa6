//! Boletos as staff look for them, and what the bank's files brought until somebody has dealt with it.

use crate::{NOW, customer, on_both, read, write};
use money::{Amount, BoletoId, CustomerId, Unit};
use store::tables::bank::{Finding, FindingCode};
use store::tables::boletos::{BoletoRow, BoletoSearch, BoletoState, BoletoWords};
use store::tables::customers::Customer;
use store::tables::lines::Payer;

pub(crate) fn boleto(n: u64, state: BoletoState) -> BoletoRow {
    BoletoRow {
        id: BoletoId::from_u128(u128::from(n)),
        customer: CustomerId::from_u128(u128::from(n)),
        purchase: None,
        our_number: n,
        barcode: format!("{n:044}"),
        linha_digitavel: String::new(),
        amount: Amount::new(24_900_000, Unit::BRL),
        due_on: "2026-11-26".to_owned(),
        state,
        created_at: NOW,
        registered_at: None,
        paid_at: None,
        paid_amount: None,
        invoice: None,
    }
}

#[test]
fn they_are_found_by_state_and_by_any_of_the_words() {
    on_both(|tables| {
        write(tables, |tx| {
            for (n, name, document, state) in [
                (1, "João da Silva", "52998224725", BoletoState::Open),
                (2, "Álvaro Souza 100%", "39053344705", BoletoState::ToWriteOff),
            ] {
                tx.insert_customer(&Customer { name: name.to_owned(), ..customer(u128::from(n)) })?;
                tx.put_payer(&Payer {
                    customer: CustomerId::from_u128(u128::from(n)),
                    document: document.to_owned(),
                    street: String::new(),
                    district: String::new(),
                    city: String::new(),
                    state: String::new(),
                    postcode: String::new(),
                })?;
                tx.insert_boleto(&boleto(n, state))?;
            }
            Ok(())
        });
        let name = |text: &str| BoletoWords { name: Some(text.to_owned()), ..BoletoWords::default() };
        let cases: [(Option<BoletoState>, Option<BoletoWords>, &[u64]); 10] = [
            (None, None, &[2, 1]),
            (Some(BoletoState::Open), None, &[1]),
            (Some(BoletoState::Paid), None, &[]),
            (None, Some(BoletoWords { our_number: Some(2), ..BoletoWords::default() }), &[2]),
            (None, Some(BoletoWords { document: Some("52998224725".to_owned()), ..name("souza") }), &[2, 1]),
            (None, Some(name("SILVA")), &[1]),
            (None, Some(name("Álvaro")), &[2]),
            (None, Some(name("100%")), &[2]),
            (None, Some(name("o_o")), &[]),
            (Some(BoletoState::Open), Some(name("souza")), &[]),
        ];
        for (state, words, expected) in cases {
            let search = BoletoSearch { state, words, is_still_owed: false, overdue_on: None };
            let found = read(tables, |reader| reader.boletos_found(&search, None, 10)).rows;
            let numbers: Vec<u64> = found.iter().map(|row| row.our_number).collect();
            assert_eq!(numbers, expected, "{search:?}");
        }
        let all = BoletoSearch::default();
        let first = read(tables, |reader| reader.boletos_found(&all, None, 1));
        let rest = read(tables, |reader| reader.boletos_found(&all, first.next, 1));
        assert_eq!((first.rows[0].our_number, rest.rows[0].our_number, rest.next), (2, 1, None));
        assert_eq!(read(tables, |reader| reader.boleto_count(BoletoState::ToWriteOff)), 1);
        assert!(read(tables, |reader| reader.open_sessions()).is_empty());
    });
}

#[test]
fn a_finding_is_open_until_somebody_has_dealt_with_it() {
    on_both(|tables| {
        let finding = Finding {
            finding_no: 0,
            code: FindingCode::UnknownTitle,
            boleto: None,
            return_no: None,
            file_line: Some(3),
            detail: "It is none of ours.".to_owned(),
            found_at: NOW,
            facts: String::new(),
            customer: None,
            about: String::new(),
        };
        write(tables, |tx| (0..3).try_for_each(|_| tx.insert_finding(&finding)));
        assert_eq!(read(tables, |reader| reader.open_finding_count()), 3);
        assert!(write(tables, |tx| tx.resolve_finding(2, NOW)));
        assert!(!write(tables, |tx| tx.resolve_finding(2, NOW)), "once");
        assert!(!write(tables, |tx| tx.resolve_finding(9, NOW)));
        let resolved_at = |no| read(tables, |reader| reader.finding_resolved_at(no));
        assert_eq!([1, 2, 9].map(resolved_at), [None, Some(NOW), None]);
        let numbers = |page: store::tables::Page<Finding, u32>| {
            page.rows.iter().map(|finding| finding.finding_no).collect::<Vec<_>>()
        };
        assert_eq!(numbers(read(tables, |reader| reader.open_findings(None, 10))), [3, 1]);
        assert_eq!(numbers(read(tables, |reader| reader.open_findings(Some(3), 10))), [1]);
        assert_eq!(numbers(read(tables, |reader| reader.resolved_findings(None, 10))), [2]);
        assert!(read(tables, |reader| reader.finding(2)).is_some());
        assert!(read(tables, |reader| reader.finding(9)).is_none());
    });
}
