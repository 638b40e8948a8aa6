//! Boletos that others made: brcobranca's specs (MIT), pycobranca 1.1.2 (BSD), each bank's manual.

use jiff::civil::{Date, date};

use super::*;
use crate::centavos::Centavos;

fn banco_do_brasil(convenio: &str, carteira: &str) -> BillingAccount {
    let account = BancoDoBrasil::new(convenio, carteira, "019", "4042", "61900").expect("settings");
    BillingAccount::BancoDoBrasil(account)
}

fn itau(carteira: &str, branch: &str, account: &str, client: &str) -> BillingAccount {
    BillingAccount::Itau(Itau::new(carteira, branch, account, client).expect("settings"))
}

fn bradesco(carteira: &str, branch: &str, account: &str) -> BillingAccount {
    BillingAccount::Bradesco(Bradesco::new(carteira, branch, account).expect("settings"))
}

fn sicoob(branch: &str, client: &str) -> BillingAccount {
    BillingAccount::Sicoob(Sicoob::new("1", "01", branch, "417270", client).expect("settings"))
}

fn caixa() -> BillingAccount {
    BillingAccount::Caixa(Caixa::new("14", "1234", "245274").expect("settings"))
}

fn santander(carteira: &str) -> BillingAccount {
    BillingAccount::Santander(Santander::new(carteira, "0059", "1899775").expect("settings"))
}

const NEW_ERA: Date = date(2026, 12, 10);

#[test]
fn boletos_that_others_made() {
    let old_bb = banco_do_brasil("1238798", "18");
    let old_itau = |carteira: &str| itau(carteira, "0810", "53678", "12345");
    let own = |sequence, own| TitleNumber::new(sequence).with_own_number(own);
    let no = TitleNumber::new;
    #[rustfmt::skip]
    let cases = [
        (old_bb.clone(), no(7_777_700_168), date(2008, 2, 3), 13_500, "00193377100000135000000001238798777770016818", "00190.00009 01238.798779 77700.168188 3 37710000013500"),
        (old_bb.clone(), no(7_777_700_168), date(2008, 2, 3), 72_356, "00195377100000723560000001238798777770016818", "00190.00009 01238.798779 77700.168188 5 37710000072356"),
        (banco_do_brasil("123879", "18"), no(1234), date(2008, 2, 1), 13_500, "00192376900000135001238790123440420006190018", "00191.23876 90123.440423 00061.900189 2 37690000013500"),
        (banco_do_brasil("1238", "18"), no(123_456), date(2008, 2, 1), 13_500, "00191376900000135001238012345640420006190018", "00191.23801 12345.640424 00061.900189 1 37690000013500"),
        (old_itau("175"), no(258_281), date(2008, 2, 2), 13_500, "34191377000000135001750025828170810536789000", "34191.75009 25828.170818 05367.890000 1 37700000013500"),
        (old_itau("196"), own(258_281, 1_234_567), date(2004, 9, 5), 13_500, "34191252500000135001960025828112345671234550", "34191.96005 25828.112349 56712.345505 1 25250000013500"),
        (old_itau("196"), own(258_281, 123_456), date(2004, 9, 5), 13_500, "34192252500000135001960025828101234561234550", "34191.96005 25828.101235 45612.345509 2 25250000013500"),
        (itau("109", "1248", "02124", "0"), no(10_152), date(2029, 5, 20), 675_787, "34194254800006757871090001015271248021246000", "34191.09008 01015.271248 80212.460002 4 25480000675787"),
        (bradesco("06", "1172", "0403005"), no(75_896_452), date(2009, 4, 30), 295_295, "23795422300002952951172060007589645204030050", "23791.17209 60007.589645 52040.300502 5 42230000295295"),
        (bradesco("03", "4042", "61900"), no(777_700_168), date(2008, 2, 2), 13_500, "23791377000000135004042030077770016800619000", "23794.04201 30077.770011 68006.190000 1 37700000013500"),
        (santander("102"), no(9000026), date(2011, 10, 9), 2_500, "03399511500000025009189977500000900002690102", "03399.18997 77500.000904 00026.901025 9 51150000002500"),
        (old_bb, no(7_777_700_168), NEW_ERA, 4_990, "00192165600000049900000001238798777770016818", "00190.00009 01238.798779 77700.168188 2 16560000004990"),
        (itau("109", "0810", "53678", "0"), no(12_345_678), NEW_ERA, 4_990, "34191165600000049901091234567830810536789000", "34191.09123 34567.830814 05367.890000 1 16560000004990"),
        (bradesco("06", "1172", "0403005"), no(75_896_452), NEW_ERA, 4_990, "23791165600000049901172060007589645204030050", "23791.17209 60007.589645 52040.300502 1 16560000004990"),
        (caixa(), no(1), NEW_ERA, 4_990, "10491165600000049902452740000100040000000017", "10492.45275 40000.100046 00000.000174 1 16560000004990"),
        (sicoob("4327", "229385"), no(2), NEW_ERA, 4_990, "75699165600000049901432701022938500000024001", "75691.43279 01022.938508 00000.240010 9 16560000004990"),
        (santander("102"), no(9000026), NEW_ERA, 4_990, "03398165600000049909189977500000900002690102", "03399.18997 77500.000904 00026.901025 8 16560000004990"),
    ];
    for (account, number, due, centavos, digits, line) in cases {
        let amount = Centavos::new(centavos).expect("an amount");
        let barcode = account.barcode(number, due, amount).expect(line);
        assert_eq!(barcode.digits(), digits);
        assert_eq!(barcode.linha_digitavel().to_string(), line);
        assert_eq!(LinhaDigitavel::parse(line).map(|line| line.barcode()), Ok(barcode.clone()));
        assert_eq!(barcode.campo_livre(), account.campo_livre(number).expect(line));
        assert_eq!((barcode.bank(), barcode.amount()), (account.bank(), amount));
        assert_eq!(barcode.due_factor().day_near(due), Ok(Some(due)));
    }
}

/// Banks whose campo livre we do not make are read all the same.
#[test]
fn other_campos_livres() {
    let cases = [
        (
            "756",
            date(2016, 2, 18),
            5_000,
            "1432701022938500000024001",
            "75691.43279 01022.938508 00000.240010 2 67080000005000",
        ),
        (
            "748",
            date(2016, 8, 22),
            19_557,
            "1116208879307106500129101",
            "74891.11620 08879.307109 65001.291015 1 68940000019557",
        ),
    ];
    for (bank, due, centavos, campo_livre, line) in cases {
        let bank = BankCode::parse(bank).expect("a bank");
        let factor = DueFactor::of(due).expect("a factor");
        let campo_livre = CampoLivre::parse(campo_livre).expect("25 digits");
        let amount = Centavos::new(centavos).expect("an amount");
        let barcode = Barcode::new(bank, factor, amount, &campo_livre).expect("a bar code");
        assert_eq!(barcode.linha_digitavel().to_string(), line);
    }
}

#[test]
fn nossos_numeros_as_printed() {
    let cases = [
        (banco_do_brasil("1238798", "17"), 42, "12387980000000042"),
        (banco_do_brasil("123879", "17"), 1234, "12387901234-5"),
        (itau("175", "0607", "15255", "0"), 12_345_678, "175/12345678-4"),
        (itau("143", "0607", "15255", "0"), 12_345_678, "143/12345678-2"),
        (itau("112", "0810", "53678", "0"), 258_281, "112/00258281-8"),
        (bradesco("06", "4042", "61900"), 525, "06/00000000525-P"),
        (bradesco("09", "4042", "61900"), 1, "09/00000000001-1"),
        (bradesco("19", "4042", "61900"), 2, "19/00000000002-8"),
        (bradesco("19", "4042", "61900"), 6, "19/00000000006-0"),
        (bradesco("19", "4042", "61900"), 1, "19/00000000001-P"),
        (santander("102"), 9_000_026, "000009000026-9"),
        (sicoob("4327", "229385"), 2, "0000002-4"),
    ];
    for (account, sequence, printed) in cases {
        let number = account.nosso_numero(TitleNumber::new(sequence)).expect(printed);
        assert_eq!(number.printed(), printed);
    }
}

#[test]
fn accounts_as_printed() {
    let cases = [
        (banco_do_brasil("1238798", "17"), "4042-8 / 00061900-0"),
        (itau("175", "0607", "15255", "0"), "0607 / 15255-0"),
        (itau("175", "1547", "85547", "0"), "1547 / 85547-6"),
        (itau("175", "0811", "53678", "0"), "0811 / 53678-8"),
        (bradesco("06", "0548", "1448"), "0548-7 / 0001448-6"),
        (bradesco("06", "0121", "0019669"), "0121-P / 0019669-P"),
        (caixa(), "1234 / 245274-0"),
        (sicoob("3007", "318957"), "3007 / 0318957"),
    ];
    for (account, printed) in cases {
        assert_eq!(account.printed(), printed);
    }
}

#[test]
fn settings_are_validated() {
    use Setting::{Account, Branch, Carteira, Convenio};
    let check = |setting| BoletoError::SettingCheckDigit { setting };
    let setting_of = |error: BoletoError| match error {
        BoletoError::Setting { setting, .. } => Some(setting),
        _ => None,
    };
    let bb =
        |convenio, carteira, branch, account| BancoDoBrasil::new(convenio, carteira, "19", branch, account);
    assert!(bb("1238798", "17", "4042-8", "61900-0").is_ok());
    assert_eq!(bb("1238798", "17", "4042-9", "61900"), Err(check(Branch)));
    assert_eq!(bb("1238798", "17", "4042", "61900-X"), Err(check(Account)));
    let refused = [
        (bb("12387", "17", "4042", "61900"), Convenio),
        (bb("12387989", "17", "4042", "61900"), Convenio),
        (bb("123879A", "17", "4042", "61900"), Convenio),
        (bb("1238798", "017", "4042", "61900"), Carteira),
        (bb("1238798", "17", "40420", "61900"), Branch),
        (bb("1238798", "17", "4042", ""), Account),
    ];
    for (result, setting) in refused {
        assert_eq!(result.err().and_then(setting_of), Some(setting));
    }
    assert_eq!(Itau::new("109", "0811", "53678-9", "0"), Err(check(Account)));
    assert!(Bradesco::new("09", "0121-P", "19669-p").is_ok());
    assert_eq!(Caixa::new("14", "1234", "245274-1"), Err(check(Convenio)));
    let out_of_range = |max| Err(BoletoError::SequenceOutOfRange { max });
    assert_eq!(
        itau("109", "1", "1", "0").campo_livre(TitleNumber::new(100_000_000)),
        out_of_range(99_999_999)
    );
    assert_eq!(sicoob("1", "1").campo_livre(TitleNumber::new(0)), out_of_range(9_999_999));
    let own_number_needed = Err(BoletoError::OwnNumberNeeded);
    assert_eq!(itau("198", "1", "1", "0").campo_livre(TitleNumber::new(1)), own_number_needed);
    let too_long = TitleNumber::new(1).with_own_number(10_000_000);
    assert_eq!(itau("198", "1", "1", "0").campo_livre(too_long), own_number_needed);
}

#[test]
fn amounts_that_no_bar_code_holds() {
    let account = sicoob("4327", "229385");
    let barcode = |centavos| {
        let amount = Centavos::new(centavos).expect("an amount");
        account.barcode(TitleNumber::new(1), NEW_ERA, amount).map(|barcode| barcode.amount().count())
    };
    assert_eq!(barcode(0), Err(BoletoError::AmountOutOfRange));
    assert_eq!(barcode(1), Ok(1));
    assert_eq!(barcode(9_999_999_999), Ok(9_999_999_999));
    assert_eq!(barcode(10_000_000_000), Err(BoletoError::AmountOutOfRange));
}

#[test]
fn lines_as_people_type_them() {
    const LINE: &str = "00190.00009 01238.798779 77700.168188 2 16560000004990";
    let read = LinhaDigitavel::parse(LINE).expect("a line");
    assert_eq!(read.to_string(), LINE);
    assert_eq!(read.bare(), "00190000090123879877977700168188216560000004990");
    let spaced = LINE.replace('.', "").replace(' ', " - ");
    assert_eq!(LinhaDigitavel::parse(&spaced), Ok(read.clone()));
    assert_eq!(LinhaDigitavel::parse(read.bare()), Ok(read));
    let length = |found| BoletoError::Length { wanted: 47, found };
    let cases = [
        ("00190.00008 01238.798779 77700.168188 2 16560000004990", BoletoError::FieldCheckDigit { field: 1 }),
        ("00190.00009 01238.798778 77700.168188 2 16560000004990", BoletoError::FieldCheckDigit { field: 2 }),
        ("00190.00009 01238.798779 77700.168180 2 16560000004990", BoletoError::FieldCheckDigit { field: 3 }),
        ("00190.00009 01238.798779 77700.168188 3 16560000004990", BoletoError::CheckDigit),
        ("00190.00009 01238.798779 77700.168188 2 16560000004991", BoletoError::CheckDigit),
        ("00190.00009 01238.798779 77700.168188 2 1656000000499", length(46)),
        ("0019O.00009 01238.798779 77700.168188 2 16560000004990", BoletoError::Character { place: 5 }),
        ("", length(0)),
        ("836200000005667800481000180975657313001589636081", BoletoError::Arrecadacao),
    ];
    for (text, error) in cases {
        assert_eq!(LinhaDigitavel::parse(text), Err(error), "{text}");
    }
    assert_eq!(LinhaDigitavel::parse(&" ".repeat(1000)), Err(length(120)));
    assert_eq!(Barcode::parse("00182165600000049900000001238798777770016818"), Err(BoletoError::Currency));
}

#[test]
fn bars_of_a_boleto() {
    let barcode = Barcode::parse("00192165600000049900000001238798777770016818").expect("a bar code");
    let elements = bars(&barcode);
    // Start 4, five bars and five spaces for each of 22 pairs, stop 3.
    assert_eq!(elements.len(), 4 + 22 * 10 + 3);
    let shape: String = elements
        .iter()
        .map(|element| match element {
            Element::Bar(Width::Narrow) => '|',
            Element::Bar(Width::Wide) => 'I',
            Element::Space(Width::Narrow) => '.',
            Element::Space(Width::Wide) => '_',
        })
        .collect();
    // `00` and the first digit of `19` are written out; a scanner reads whole pages elsewhere.
    assert_eq!(&shape[..24], "|.|.|.|.I_I_|.I.|_|.|_I.");
    assert_eq!(&shape[shape.len() - 3..], "I.|");
    assert_eq!(read_bars(&shape), barcode.digits());
}

/// The digits of a drawn code, by the sums that ITF is defined by: places count 1, 2, 4, 7, 0 and two of five are wide.
fn read_bars(shape: &str) -> String {
    let digit = |elements: Vec<char>| {
        let wide = elements.iter().zip([1, 2, 4, 7, 0]).filter(|(element, _)| "I_".contains(**element));
        let sum: u32 = wide.map(|(_, count)| count).sum();
        char::from_digit(if sum == 11 { 0 } else { sum }, 10).expect("a digit")
    };
    let elements: Vec<char> = shape[4..shape.len() - 3].chars().collect();
    let pairs = elements.chunks(10).flat_map(|pair| {
        let (bars, spaces): (Vec<_>, Vec<_>) = pair.chunks(2).map(|both| (both[0], both[1])).unzip();
        [digit(bars), digit(spaces)]
    });
    pairs.collect()
}

proptest::proptest! {
    #[test]
    fn there_and_back(bank in "[0-9]{3}", factor in 0_i64..18_000, centavos in 1_u64..=9_999_999_999, campo in "[0-9]{25}") {
        let day = date(1997, 10, 8).checked_add(jiff::Span::new().days(factor)).expect("a day");
        let bank = BankCode::parse(&bank).expect("a bank");
        let amount = Centavos::new(centavos).expect("an amount");
        let campo = CampoLivre::parse(&campo).expect("25 digits");
        let factor = DueFactor::of(day).expect("a factor");
        let barcode = Barcode::new(bank, factor, amount, &campo).expect("a bar code");
        proptest::prop_assert_eq!(Barcode::parse(barcode.digits()), Ok(barcode.clone()));
        let line = barcode.linha_digitavel();
        proptest::prop_assert_eq!(LinhaDigitavel::parse(&line.to_string()), Ok(line.clone()));
        proptest::prop_assert_eq!(line.barcode(), barcode.clone());
        proptest::prop_assert_eq!(
            (barcode.bank(), barcode.due_factor(), barcode.amount(), barcode.campo_livre()),
            (bank, factor, amount, campo)
        );
    }

    /// One mistyped digit of the first three fields is always seen, wherever it is.
    #[test]
    fn a_mistyped_digit_is_seen(sequence in 1_u64..9_999_999, place in 0_usize..32, other in 1_u8..10) {
        let barcode = sicoob("4327", "229385").barcode(TitleNumber::new(sequence), NEW_ERA, Centavos::new(4_990).expect("an amount"));
        let mut line = barcode.expect("a bar code").linha_digitavel().bare().as_bytes().to_vec();
        line[place] = b'0' + (line[place] - b'0' + other) % 10;
        let line = String::from_utf8(line).expect("digits");
        proptest::prop_assert!(LinhaDigitavel::parse(&line).is_err());
    }

    #[test]
    fn never_panics(text in ".{0,60}", digits in "[0-9]{44,48}") {
        let _ = LinhaDigitavel::parse(&text);
        let _ = LinhaDigitavel::parse(&digits);
        let _ = Barcode::parse(&text);
        let _ = Barcode::parse(&digits).map(|barcode| bars(&barcode));
    }
}
