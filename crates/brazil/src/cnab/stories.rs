//! Files there and back, files that are not whole, and lines as each bank's manual shows them.

use jiff::civil::{date, datetime};

use super::bank::{News, Received, read_remittance, write_return};
use super::*;
use crate::boleto::{BancoDoBrasil, BankCode, BillingAccount, BoletoError, Itau, Sicoob, TitleNumber};
use crate::centavos::Centavos;
use crate::document::TaxId;

fn banco_do_brasil() -> BillingAccount {
    let account = BancoDoBrasil::new("1238798", "17", "019", "4042-8", "61900-0").expect("settings");
    BillingAccount::BancoDoBrasil(account)
}

fn banco_do_brasil_of(convenio: &str) -> BillingAccount {
    BillingAccount::BancoDoBrasil(
        BancoDoBrasil::new(convenio, "11", "019", "4042", "61900").expect("settings"),
    )
}

fn sicoob() -> BillingAccount {
    BillingAccount::Sicoob(Sicoob::new("1", "01", "4327-3", "3666-8", "229385").expect("settings"))
}

fn centavos(count: u64) -> Centavos {
    Centavos::new(count).expect("an amount")
}

fn title(sequence: u64) -> Title {
    let document = TaxId::parse("529.982.247-25").expect("a CPF");
    let payer = Payer::new(
        document,
        "José d'Ávila & Filhos",
        "Rua São João, 12 – fundos",
        "Centro",
        "01310-100",
        "São Paulo",
        "sp",
    );
    Title {
        order: Order::Register,
        number: TitleNumber::new(sequence),
        own_number: OwnNumber::parse(&format!("cr-{sequence}")).expect("an own number"),
        amount: centavos(4_990),
        due: date(2026, 12, 10),
        issued: date(2026, 11, 21),
        species: Species::DuplicataDeServico,
        interest: Interest::PerMonth(100),
        fine: Fine::Percent(200),
        payer: payer.expect("a payer"),
    }
}

fn remittance(account: BillingAccount, titles: Vec<Title>) -> Remittance {
    let document = TaxId::parse("12.ABC.345/01DE-35").expect("a CNPJ");
    let company = Company::new("Conexão Provedor Ltda.", document).expect("a company");
    Remittance { account, company, file_number: 7, created: datetime(2026, 11, 21, 14, 12, 30, 0), titles }
}

fn received(account: &BillingAccount, titles: &[u64]) -> Received {
    let file = remittance(account.clone(), titles.iter().map(|sequence| title(*sequence)).collect());
    let file = file.write().expect("a remittance");
    read_remittance(file.as_bytes(), account.bank()).expect("a remittance that was read")
}

fn news(received: &Received, index: usize, code: &str, paid: u64) -> News {
    let code: Vec<char> = code.chars().collect();
    News {
        title: received.titles[index].clone(),
        code: [code[0], code[1]],
        motives: Vec::new(),
        fee: Centavos::ZERO,
        interest: Centavos::ZERO,
        paid: centavos(paid),
        occurred_on: date(2026, 11, 22),
        credited_on: (paid > 0).then(|| date(2026, 11, 23)),
    }
}

/// A return of one title registered and one settled.
fn return_file(account: &BillingAccount) -> String {
    let received = received(account, &[41, 42]);
    let news = [news(&received, 0, "02", 0), news(&received, 1, "06", 5_100)];
    write_return(&received.holder, 3, datetime(2026, 11, 22, 6, 0, 0, 0), &news).expect("a return")
}

#[test]
fn a_remittance_line_by_line() {
    let file = remittance(banco_do_brasil(), vec![title(42)]).write().expect("a remittance");
    let blanks = |count: usize| " ".repeat(count);
    let zeros = |count: usize| "0".repeat(count);
    let expected = [
        ["00100000         212ABC34501DE350012387980014170", "19  0404280000000619000 CONEXAO PROVEDOR LTDA.        BANCO DO BRASIL S.A.          ", &blanks(10), "121112026141230000007083", &zeros(45), &blanks(29)].concat(),
        ["00100011R01  042 2012ABC34501DE350012387980014170", "19  0404280000000619000 CONEXAO PROVEDOR LTDA.        ", &blanks(80), "000000072111202600000000", &blanks(33)].concat(),
        ["0010001300001P 010404280000000619000 12387980000000042   71 00CR-42          10122026000000000004990", "00000 04N211120262111220260000000000001000", &zeros(53), "CR-42                    3000000090000000000 "].concat(),
        ["0010001300002Q 011000052998224725JOSE D AVILA & FILHOS                   RUA SAO JOAO, 12 - FUNDOS               CENTRO         01310100SAO PAULO      SP", &zeros(16), &blanks(40), "000", &blanks(28)].concat(),
        ["0010001300003R 01", &zeros(48), "211122026000000000000200", &blanks(110), &zeros(16), " ", &zeros(12), "  0", &blanks(9)].concat(),
        ["00100015         000005", &zeros(217)].concat(),
        ["00199999         000001000007", &blanks(211)].concat(),
    ];
    let lines: Vec<&str> = file.split("\r\n").collect();
    assert_eq!(lines.len(), expected.len() + 1, "each line ends with CRLF, the last one too");
    assert!(file.is_ascii());
    for (line, expected) in lines.iter().zip(&expected) {
        assert_eq!(line, expected);
        assert_eq!(line.len(), 240);
    }
}

#[test]
fn a_remittance_of_sicoob() {
    let file = remittance(sicoob(), vec![title(1), title(2)]).write().expect("a remittance");
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines.len(), 10);
    assert!(lines.iter().all(|line| line.len() == 240));
    assert_eq!(&lines[0][32..72], "                    0432730000000036668 ");
    // Number with check digit, instalment, modalidade, form.
    assert_eq!(&lines[5][37..62], "000000002401014     10 22");
    assert_eq!(&lines[8][17..115], format!("00000800000200000000000009980{}", "0".repeat(69)));
    assert_eq!(&lines[9][..35], "75699999         000001000010000000");
}

#[test]
fn the_bank_reads_what_we_write() {
    for account in [banco_do_brasil(), banco_do_brasil_of("123879"), banco_do_brasil_of("1238"), sicoob()] {
        let received = received(&account, &[1, 42]);
        assert_eq!((received.file_number, received.titles.len()), (7, 2));
        let title = &received.titles[1];
        assert_eq!((title.own_number.as_str(), title.payer.bare()), ("CR-42", "52998224725"));
        assert_eq!(
            (title.amount, title.due, title.order),
            (centavos(4_990), date(2026, 12, 10), Order::Register)
        );
    }
}

#[test]
fn what_became_of_titles() {
    use Occurrence::{
        DueDateChanged, Fee, OrderRejected, Registered, Rejected, Settled, SettledAfterWriteOff, WrittenOff,
    };
    let cases = [
        ("02", 0, Registered),
        ("03", 0, Rejected),
        ("06", 5_100, Settled),
        ("17", 4_990, SettledAfterWriteOff),
        ("09", 0, WrittenOff),
        ("14", 0, DueDateChanged),
        ("26", 0, OrderRejected),
        ("28", 0, Fee),
        ("25", 0, Occurrence::Other("25".to_owned())),
    ];
    for account in [banco_do_brasil(), banco_do_brasil_of("123879"), banco_do_brasil_of("1238"), sicoob()] {
        let received = received(&account, &[42]);
        let news: Vec<News> = cases.iter().map(|(code, paid, _)| news(&received, 0, code, *paid)).collect();
        let file =
            write_return(&received.holder, 3, datetime(2026, 11, 22, 6, 0, 0, 0), &news).expect("a return");
        let read = read_return(file.as_bytes(), &account).expect("a return that was read");
        assert_eq!((read.bank, read.file_number), (account.bank(), 3));
        assert_eq!(read.created_on, Some(date(2026, 11, 22)));
        assert_eq!(read.entries.len(), cases.len());
        for (entry, (_, paid, occurrence)) in read.entries.iter().zip(&cases) {
            assert_eq!((&entry.occurrence, entry.paid.count()), (occurrence, *paid));
            assert_eq!((entry.sequence, entry.own_number.as_str()), (Some(42), "CR-42"));
            assert_eq!((entry.due, entry.nominal), (Some(date(2026, 12, 10)), centavos(4_990)));
            assert_eq!(entry.occurred_on, Some(date(2026, 11, 22)));
            let settled = occurrence.is_settlement();
            assert_eq!(entry.credited_on, settled.then(|| date(2026, 11, 23)));
            assert_eq!(entry.paid_at, settled.then(|| account.bank()));
        }
    }
}

#[test]
fn money_and_motives() {
    let account = sicoob();
    let received = received(&account, &[42]);
    let mut rejected = news(&received, 0, "03", 0);
    rejected.motives = vec![['0', '8'], ['A', '9'], ['0', '0']];
    let mut settled = news(&received, 0, "06", 5_100);
    (settled.interest, settled.fee) = (centavos(110), centavos(170));
    let file = write_return(&received.holder, 3, datetime(2026, 11, 22, 6, 0, 0, 0), &[rejected, settled]);
    let read = read_return(file.expect("a return").as_bytes(), &account).expect("a return that was read");
    let [rejected, settled] = &read.entries[..] else { panic!("two entries") };
    assert_eq!(rejected.motives, ["08", "A9"]);
    assert_eq!((settled.interest.count(), settled.fee.count(), settled.net.count()), (110, 170, 4_930));
    assert_eq!((rejected.line, settled.line), (3, 5));
}

/// Some banks write the title's amount as paid when they register it: that is no payment.
#[test]
fn registered_is_not_paid() {
    let account = sicoob();
    let received = received(&account, &[42]);
    let file = write_return(
        &received.holder,
        3,
        datetime(2026, 11, 22, 6, 0, 0, 0),
        &[news(&received, 0, "02", 200)],
    );
    let read = read_return(file.expect("a return").as_bytes(), &account).expect("a return that was read");
    let entry = &read.entries[0];
    assert_eq!((&entry.occurrence, entry.occurrence.is_settlement()), (&Occurrence::Registered, false));
    assert_eq!((entry.paid.count(), entry.paid_at), (200, None));
}

#[test]
fn own_numbers_as_banks_send_them_back() {
    let account = banco_do_brasil();
    let file = return_file(&account);
    let (in_field, elsewhere) = ("CR-41          10122026", "CR-41                    09");
    let own_number = |file: &str| {
        assert_ne!(file, return_file(&account));
        read_return(file.as_bytes(), &account).expect("a return").entries[0].own_number.clone()
    };
    assert_eq!(own_number(&file.replace(in_field, "               10122026")), "CR-41");
    assert_eq!(own_number(&file.replace(in_field, "00000000000000010122026")), "CR-41");
    assert_eq!(own_number(&file.replace(elsewhere, "                         09")), "CR-41");
    let nowhere =
        file.replace(in_field, "00000000000000010122026").replace(elsewhere, "                         09");
    assert_eq!(own_number(&nowhere), "");
}

/// Real files come without their trailing blanks, with names in Latin-1, with any line ends, with blank lines, with DOS's end.
#[test]
fn files_as_they_come() {
    for account in [banco_do_brasil(), sicoob()] {
        let file = return_file(&account);
        let whole = read_return(file.as_bytes(), &account).expect("a return");
        let trimmed: String = file.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        assert!(trimmed.len() < file.len());
        let accents = file.replace("JOSE D AVILA", "JOSÉ D ÁVILA");
        let latin_1: Vec<u8> =
            accents.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
        let variants: [Vec<u8>; 7] = [
            trimmed.clone().into_bytes(),
            file.replace("\r\n", "\n").into_bytes(),
            file.trim_end().as_bytes().to_vec(),
            format!("{file}\u{1a}").into_bytes(),
            format!("\u{feff}{file}").into_bytes(),
            latin_1,
            accents.into_bytes(),
        ];
        for variant in variants {
            assert_eq!(read_return(&variant, &account).as_ref(), Ok(&whole));
        }
        let spaced = file.replace("\r\n", "\r\n   \r\n");
        let spaced = read_return(spaced.as_bytes(), &account).expect("a return");
        assert_eq!(spaced.entries.iter().map(|entry| entry.line).collect::<Vec<_>>(), [5, 9]);
    }
}

/// A title that this account never numbered is an entry all the same, without sequence number.
#[test]
fn unknown_titles() {
    let file = return_file(&banco_do_brasil());
    let sequences = |file: &str| -> Vec<Option<u64>> {
        let read = read_return(file.as_bytes(), &banco_do_brasil()).expect("a return");
        read.entries.iter().map(|entry| entry.sequence).collect()
    };
    assert_eq!(sequences(&file.replace("12387980000000041", "99987980000000041")), [None, Some(42)]);
    assert_eq!(sequences(&file.replace("12387980000000041", "1238798          ")), [None, Some(42)]);
    // At Sicoob a wrong check digit makes it no number of ours, and what stands behind the number does not matter.
    let account = sicoob();
    let file = return_file(&account);
    let number = received(&account, &[42]).titles[0].nosso_numero[..10].to_owned();
    let sequences = |text: &str| -> Vec<Option<u64>> {
        let read = read_return(file.replace(&format!("{number}01014"), text).as_bytes(), &account)
            .expect("a return");
        read.entries.iter().map(|entry| entry.sequence).collect()
    };
    assert_eq!(sequences(&format!("{number}01011")), [Some(41), Some(42)]);
    let check = number.chars().last().and_then(|check| check.to_digit(10)).expect("a check digit");
    assert_eq!(sequences(&format!("{}{}01014", &number[..9], (check + 1) % 10)), [Some(41), None]);
}

#[test]
fn files_that_are_refused() {
    let account = banco_do_brasil();
    let file = return_file(&account);
    let lines: Vec<&str> = file.lines().collect();
    let joined = |lines: &[&str]| lines.join("\r\n");
    let replaced = |line: usize, column: usize, text: &str| {
        let mut lines: Vec<String> = file.lines().map(str::to_owned).collect();
        lines[line - 1].replace_range(column - 1..column - 1 + text.len(), text);
        lines.join("\r\n")
    };
    let without = |line: usize| [&lines[..line - 1], &lines[line..]].concat().join("\r\n");
    let remittance = remittance(account.clone(), vec![title(1)]).write().expect("a remittance");
    // Header, header, T U T U, trailer, trailer.
    assert_eq!(lines.len(), 8);
    #[rustfmt::skip]
    let cases = [
        (String::new(), "cnab_file_empty", None),
        (" \r\n \r\n".to_owned(), "cnab_file_empty", None),
        (joined(&lines[..7]), "cnab_truncated", Some((7, 1))),
        (joined(&lines[..5]), "cnab_truncated", Some((5, 1))),
        (file[..file.len() - 450].to_owned(), "cnab_truncated", Some((7, 1))),
        (file[..700].to_owned(), "cnab_truncated", Some((3, 1))),
        (without(7), "cnab_order", Some((7, 4))),
        (without(6), "cnab_count", Some((6, 18))),
        (without(1), "cnab_order", Some((1, 8))),
        (without(2), "cnab_order", Some((2, 8))),
        (format!("{file}{}", lines[7]), "cnab_order", Some((9, 8))),
        (format!("{file}{file}"), "cnab_order", Some((9, 8))),
        (replaced(7, 18, "000007"), "cnab_count", Some((7, 18))),
        (replaced(8, 18, "000002"), "cnab_count", Some((8, 18))),
        (replaced(8, 24, "000009"), "cnab_count", Some((8, 24))),
        (replaced(8, 24, "00000 "), "cnab_field", Some((8, 24))),
        (replaced(4, 14, "T"), "cnab_order", Some((4, 14))),
        (replaced(3, 14, "U"), "cnab_order", Some((3, 14))),
        (replaced(6, 14, "Y"), "cnab_order", Some((6, 14))),
        (replaced(4, 16, "03"), "cnab_order", Some((4, 16))),
        (replaced(4, 4, "0002"), "cnab_order", Some((4, 4))),
        (replaced(1, 1, "756"), "cnab_other_bank", Some((1, 1))),
        (replaced(4, 1, "756"), "cnab_other_bank", Some((4, 1))),
        (replaced(1, 59, "000000061901"), "cnab_other_account", Some((1, 59))),
        (replaced(3, 74, "31022026"), "cnab_field", Some((3, 74))),
        (replaced(3, 74, "2026-12-"), "cnab_field", Some((3, 74))),
        (replaced(6, 78, "0000000000O5100"), "cnab_field", Some((6, 78))),
        (replaced(6, 78, "999999999999999"), "cnab_field", Some((6, 78))),
        (replaced(6, 78, "000000000000000"), "cnab_missing", Some((6, 78))),
        (replaced(6, 78, "               "), "cnab_missing", Some((6, 78))),
        (replaced(6, 78, "000005100      "), "cnab_field", Some((6, 78))),
        (replaced(6, 146, "99999999"), "cnab_field", Some((6, 146))),
        (format!("{}x\r\n", "0".repeat(240)), "cnab_line_too_long", Some((1, 241))),
        (remittance, "cnab_direction", Some((1, 143))),
        (return_file(&sicoob()), "cnab_other_bank", Some((1, 1))),
        ("OFXHEADER:100\r\nDATA:OFXSGML\r\n".to_owned(), "cnab_truncated", Some((2, 1))),
    ];
    for (file, code, place) in cases {
        let error = read_return(file.as_bytes(), &account).expect_err(code);
        assert_eq!((error.code(), error.place()), (code, place), "{error}");
    }
    let long = vec![b' '; FILE_BYTES_MAX + 1];
    assert_eq!(read_return(&long, &account), Err(CnabError::TooLong { max: FILE_BYTES_MAX }));
    let itau = BillingAccount::Itau(Itau::new("109", "0810", "53678", "0").expect("settings"));
    assert_eq!(
        read_return(file.as_bytes(), &itau),
        Err(CnabError::BankWithoutLayout { bank: BankCode::ITAU })
    );
    assert_eq!(
        read_remittance(file.as_bytes(), BankCode::BANCO_DO_BRASIL).map_err(|error| error.code()).err(),
        Some("cnab_direction")
    );
}

/// A file cut anywhere before its trailer's counts is never read.
#[test]
fn no_part_of_a_file_is_a_file() {
    let account = sicoob();
    let file = return_file(&account);
    let trailer_counts_end = file.len() - 242 + 29;
    for end in 0..trailer_counts_end {
        assert!(read_return(&file.as_bytes()[..end], &account).is_err(), "cut after {end} bytes");
    }
    assert!(read_return(&file.as_bytes()[..trailer_counts_end], &account).is_ok());
}

#[test]
fn remittances_that_are_refused() {
    let refused = |change: &dyn Fn(&mut Remittance)| {
        let mut remittance = remittance(sicoob(), vec![title(1)]);
        change(&mut remittance);
        remittance.write().expect_err("refused")
    };
    let setting = |field, wanted| CnabError::Setting { field, wanted };
    assert_eq!(refused(&|file| file.titles.clear()), CnabError::NoTitles);
    assert_eq!(refused(&|file| file.file_number = 0), CnabError::FileNumberOutOfRange);
    assert_eq!(refused(&|file| file.file_number = 1_000_000), CnabError::FileNumberOutOfRange);
    let out_of_range = BoletoError::SequenceOutOfRange { max: 9_999_999 };
    assert_eq!(refused(&|file| file.titles[0] = title(10_000_000)), CnabError::Boleto(out_of_range));
    let amount = CnabError::Boleto(BoletoError::AmountOutOfRange);
    assert_eq!(refused(&|file| file.titles[0].amount = Centavos::ZERO), amount);
    assert_eq!(refused(&|file| file.titles[0].amount = Centavos::MAX), amount);
    let none = "more than nothing, or none";
    assert_eq!(refused(&|file| file.titles[0].fine = Fine::Percent(0)), setting("fine", none));
    let per_day = Interest::PerDay(Centavos::ZERO);
    assert_eq!(refused(&|file| file.titles[0].interest = per_day), setting("interest", none));
    assert_eq!(
        refused(&|file| file.titles[0].due = date(1997, 1, 1)),
        CnabError::Boleto(BoletoError::NoFactor)
    );
    let era = setting("day of issue", "a day of this era");
    assert_eq!(refused(&|file| file.titles[0].issued = date(-1, 1, 1)), era);

    let cpf = TaxId::parse("52998224725").expect("a CPF");
    let payer =
        |name, postal_code, state| Payer::new(cpf, name, "Rua A", "", postal_code, "Bauru", state).err();
    assert_eq!(payer("Ana", "17012-000", "SP"), None);
    assert_eq!(payer("漢字", "17012-000", "SP"), Some(setting("name of the payer", "not empty")));
    assert_eq!(payer("Ana", "17012-00", "SP"), Some(setting("postal code", "8 digits")));
    assert_eq!(payer("Ana", "17012-000", "XX"), Some(setting("state", "two letters, such as SP")));
    for wrong in ["", "1234567890123456", "a b", "ção"] {
        assert_eq!(OwnNumber::parse(wrong).map_err(|error| error.code()), Err("cnab_setting"), "{wrong}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn there_and_back(
        titles in proptest::collection::vec((1_u64..9_999_999, 1_u64..9_999_999_999, 0_usize..5, 0_u64..1_000), 1..20),
        at_sicoob: bool,
        name in "\\PC{1,60}",
    ) {
        let account = if at_sicoob { sicoob() } else { banco_do_brasil() };
        let titles: Vec<_> = titles.into_iter().map(|(sequence, amount, code, fee)| {
            let mut title = title(sequence);
            title.amount = centavos(amount);
            if let Ok(payer) = Payer::new(title.payer.document(), &name, &name, &name, "17012000", "Bauru", "SP") {
                title.payer = payer;
            }
            (title, ["02", "03", "06", "17", "28"][code], fee)
        }).collect();
        let sent = remittance(account.clone(), titles.iter().map(|(title, ..)| title.clone()).collect());
        let file = sent.write().expect("a remittance");
        proptest::prop_assert!(file.is_ascii() && file.lines().all(|line| line.len() == 240));
        let received = read_remittance(file.as_bytes(), account.bank()).expect("a remittance");
        let news: Vec<News> = titles.iter().enumerate().map(|(index, (title, code, fee))| {
            let paid = if ["06", "17"].contains(code) { title.amount.count() } else { 0 };
            News { fee: centavos(*fee), ..news(&received, index, code, paid) }
        }).collect();
        let file = write_return(&received.holder, 9, datetime(2026, 11, 22, 6, 0, 0, 0), &news).expect("a return");
        let read = read_return(file.as_bytes(), &account).expect("a return");
        proptest::prop_assert_eq!(read.entries.len(), titles.len());
        for (entry, (title, code, fee)) in read.entries.iter().zip(&titles) {
            proptest::prop_assert_eq!(&entry.occurrence, &Occurrence::from_code(code));
            proptest::prop_assert_eq!(entry.sequence, Some(title.number.sequence()));
            proptest::prop_assert_eq!(entry.nominal, title.amount);
            proptest::prop_assert_eq!(entry.fee.count(), *fee);
            proptest::prop_assert_eq!(entry.own_number.as_str(), title.own_number.as_str());
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..2_000)) {
        let _ = read_return(&bytes, &sicoob());
        let _ = read_remittance(&bytes, BankCode::SICOOB);
    }

    /// Damage inside a file: refused, or read with the damage in a field that is not verified; never a panic.
    #[test]
    fn damaged_files_never_panic(
        damage in proptest::collection::vec((0_usize..4_000, proptest::num::u8::ANY), 1..8),
        at_sicoob: bool,
    ) {
        let account = if at_sicoob { sicoob() } else { banco_do_brasil() };
        let mut file = return_file(&account).into_bytes();
        let mut sent = remittance(account.clone(), vec![title(1), title(2)]).write().expect("a remittance").into_bytes();
        for (place, byte) in damage {
            let len = file.len();
            file[place % len] = byte;
            let len = sent.len();
            sent[place % len] = byte;
        }
        let _ = read_return(&file, &account);
        if let Ok(received) = read_remittance(&sent, account.bank()) {
            let news: Vec<News> = (0..received.titles.len()).map(|index| news(&received, index, "06", 1)).collect();
            let _ = write_return(&received.holder, 1, datetime(2026, 11, 22, 6, 0, 0, 0), &news);
        }
    }
}
