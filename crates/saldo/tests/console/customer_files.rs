//! Customers by file with their opening balances: checked first, named by row and column where something is wrong, taken whole or not at
//! all, and once.

use std::fmt::Write as _;

use money::{Amount, Unit};
use saldo::sheets::FILE_BYTES_MAX;
use store::tables::customers::Customer;
use store::tables::imports::ImportKind;
use store::tables::staff::StaffRole;
use store::views::GrantRow;

use super::browser::{Browser, between};
use super::house::{Answer, BULK_PATIENCE, House, look_again};
use super::staff_in;

const PAGE: &str = "/console/customers/import";
const CHECKS: &str = "/console/customers/checks";
const IMPORTS: &str = "/console/customers/imports";
const HEADING: &str = "name;email;external_id;opening_balance;balance_kind;expires;language";
const ANA: &str = "Ana Lima;Ana@Example.com;acme-1;125,50;purchased;;pt-BR";
const BIA: &str = "Bia Souza;bia.souza@example.com;;10;promotional;2030-12-31;en";
const FIRM: &str = "Acme, Inc.;;acme-3;;;;";

async fn desk(house: &House) -> Browser<'_> {
    staff_in(house, "bia@example.com", StaffRole::Admin).await
}

fn sheet(rows: &[&str]) -> String {
    format!("{HEADING}\n{}\n", rows.join("\n"))
}

async fn follow(staff: &mut Browser<'_>, sent: Answer) -> Answer {
    assert_eq!(sent.status.as_u16(), 303, "a form is never answered with a page: {}", sent.text);
    staff.get(sent.header("location").expect("an address")).await
}

/// Sends a file; the page that its sender is led to.
async fn check(staff: &mut Browser<'_>, file: &[u8]) -> Answer {
    let sent = staff.submit_file(PAGE, CHECKS, "customers.csv", file).await;
    follow(staff, sent).await
}

/// What the form of this check sends.
fn taking(checked: &Answer) -> [(&'static str, String); 2] {
    let kept = between(&checked.text, "name=\"check\" value=\"", "\"").expect("a file that can be taken");
    let token = between(&checked.text, "name=\"csrf\" value=\"", "\"").expect("a form");
    [("csrf", token.to_owned()), ("check", kept.to_owned())]
}

/// Takes what this check has found right, and waits until the book has it.
async fn take(house: &House, staff: &mut Browser<'_>, checked: &Answer, more: &[(&str, &str)]) -> String {
    let own = taking(checked);
    let mut fields: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend(more);
    let answer = staff.post(IMPORTS, &fields).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text);
    let open = |tables: &store::Reader<'_>| tables.open_intents(None, 1);
    house.until_within(BULK_PATIENCE, open, |page| page.rows.is_empty()).await;
    answer.header("location").expect("its progress").to_owned()
}

/// Rows of the tables that an import writes: customers, imports, lines of the audit log.
fn written(house: &House) -> (i64, usize, usize) {
    let read = house.running.app.tables.read(|tables| {
        let imports = tables.imports(ImportKind::Customers, None, 10)?.rows.len();
        Ok::<_, store::StoreError>((tables.customer_count()?, imports, tables.audit(None, 100)?.rows.len()))
    });
    read.expect("the tables")
}

/// A customer with his grants.
fn granted(house: &House, email: &'static str) -> (Customer, Vec<GrantRow>) {
    let read = house.running.app.tables.read(move |tables| {
        let customer = tables.customer_by_email(email)?.expect("a customer");
        let wallet = tables.wallet_views_of(customer.id, 5)?.pop().expect("a wallet");
        let grants = tables.grants(wallet.wallet_no, None, 10)?.rows;
        Ok::<_, store::StoreError>((customer, grants))
    });
    read.expect("the tables")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named_by_row_and_column_and_writes_nothing() {
    let house = House::open().await;
    let mut staff = desk(&house).await;
    let known = house.customer("known").await;
    let with = |column: usize, value: &str| {
        let mut columns: Vec<&str> = ANA.split(';').collect();
        columns[column] = value;
        columns.join(";")
    };
    let before = (house.seen(), written(&house));
    let cases: [(Vec<String>, u32, &str, &str); 27] = [
        (vec![with(0, " ")], 2, "name", "Fill this in."),
        (vec![with(0, &"x".repeat(201))], 2, "name", "At most 200 characters."),
        (vec![with(0, "A\u{202e}na")], 2, "name", "cannot be printed"),
        (vec![with(0, "\"Ana"), BIA.to_owned()], 2, "name", "line break"),
        (vec![with(1, "ana at example")], 2, "email", "no address"),
        (vec![with(2, &"x".repeat(201))], 2, "external_id", "At most 200 characters."),
        (vec!["Ana;;;;;;".to_owned()], 2, "email", "Write an e-mail or an ID."),
        (vec![with(3, "1,234")], 2, "opening_balance", "thousands or decimals"),
        (vec![with(3, "1.234")], 2, "opening_balance", "thousands or decimals"),
        (vec![with(3, "-5")], 2, "opening_balance", "not be below zero"),
        (vec![with(3, "\u{2212}5")], 2, "opening_balance", "not be below zero"),
        (vec![with(3, "$25")], 2, "opening_balance", "digits only"),
        (vec![with(3, "1e3")], 2, "opening_balance", "digits only"),
        (vec![with(3, "12,34.56")], 2, "opening_balance", "digits only"),
        (vec![with(3, "1.23456789")], 2, "opening_balance", "six digits"),
        (vec![with(3, "100000001")], 2, "opening_balance", "At most 100,000,000"),
        (vec![with(3, &"9".repeat(60))], 2, "opening_balance", "At most 100,000,000"),
        (vec![with(4, "")], 2, "balance_kind", "purchased or promotional"),
        (vec![with(4, "gift")], 2, "balance_kind", "purchased or promotional"),
        (vec![with(5, "31/12/2030")], 2, "expires", "2026-12-31"),
        (vec![with(5, "2030-02-30")], 2, "expires", "2026-12-31"),
        (vec![with(5, "2020-01-01")], 2, "expires", "This day is over."),
        (vec![with(6, "fr")], 2, "language", "pt-BR or en"),
        (vec![format!("{ANA};more")], 2, "", "Columns in this row: 8; in the heading: 7."),
        (vec![ANA.to_owned(), String::new(), with(1, "b@example.com")], 4, "external_id", "in line 2 too"),
        (vec![ANA.to_owned(), with(2, "acme-9")], 3, "email", "in line 2 too"),
        (vec![with(1, "KNOWN@example.com")], 2, "email", "Another customer has this e-mail."),
    ];
    for (rows, line, column, words) in cases {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let answer = check(&mut staff, sheet(&rows).as_bytes()).await;
        assert_eq!(answer.status.as_u16(), 422, "{words}: {rows:?}");
        let table = answer.text.split_once("What is wrong</caption>").map_or("", |(_, table)| table);
        assert!(table.contains(words), "{words}: {}", answer.text);
        assert!(table.contains(&format!(">{line}</td>")), "{words}: line {line}");
        assert!(table.contains(&format!("<code>{column}</code>")), "{words}: {column}");
        assert!(!answer.text.contains("name=\"check\""), "{words}: it must not be offered");
    }
    assert_eq!((house.seen(), written(&house)), before);
    assert_eq!(known.customer.email.as_deref(), Some("known@example.com"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_read_is_told_in_words() {
    let house = House::open().await;
    let mut staff = desk(&house).await;
    let too_many = format!("{HEADING}\n{}", "a;\n".repeat(20_001));
    let too_long = vec![b'x'; FILE_BYTES_MAX + 1];
    let unknown = format!("{HEADING};phone\n{ANA};1");
    let cases: [(&[u8], &str); 8] = [
        (b"", "The file is empty."),
        (HEADING.as_bytes(), "no rows"),
        (b"PK\x03\x04\x00", "not a CSV file"),
        (b"\xff\xfen\x00a\x00", "not a CSV file"),
        (too_many.as_bytes(), "more than 20,000 rows"),
        (&too_long, "longer than 8 MB"),
        (unknown.as_bytes(), "The column “phone” is not known."),
        (b"email;language\na@example.com;en\n", "The column name is missing."),
    ];
    for (file, words) in cases {
        let answer = check(&mut staff, file).await;
        assert_eq!(answer.status.as_u16(), 422, "{words}");
        assert!(answer.text.contains(words), "{words}: {}", answer.text);
    }
    assert_eq!(written(&house).0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_balances_are_booked_by_what_they_are_and_the_same_file_again_changes_nothing() {
    let house = House::open().await;
    let mut staff = desk(&house).await;
    let file = sheet(&[ANA, BIA, FIRM]);
    let checked = check(&mut staff, file.as_bytes()).await;
    assert_eq!(checked.status.as_u16(), 200, "{}", checked.text);
    for words in ["Import 3 customers", "$125.50", "$10.00", "Dec 31, 2030", "Acme, Inc."] {
        assert!(checked.text.contains(words), "{words}: {}", checked.text);
    }
    assert_eq!((written(&house).0, written(&house).1), (0, 0), "a check writes nothing");
    let own = taking(&checked);
    let fields: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let place = take(&house, &mut staff, &checked, &[]).await;
    let again = staff.post(IMPORTS, &fields).await;
    let again = follow(&mut staff, again).await;
    assert!(again.text.contains("not kept any more"), "sent twice, taken once: {}", again.text);
    let progress = staff.get(&place).await.text;
    assert!(progress.contains("New customers: 3. Opening balances: $135.50."), "{progress}");

    let (ana, grants) = granted(&house, "ana@example.com");
    assert_eq!((ana.external_key.as_deref(), ana.locale.as_str()), (Some("acme-1"), "pt-BR"));
    assert_eq!(grants.len(), 1);
    assert_eq!(
        (grants[0].source.as_ref(), grants[0].reason.as_deref()),
        ("adjustment", Some("opening_balance"))
    );
    assert_eq!((grants[0].amount, grants[0].expires_at), (125_500_000, None));
    let (_, grants) = granted(&house, "bia.souza@example.com");
    assert_eq!((grants[0].source.as_ref(), grants[0].amount), ("promotional", 10_000_000));
    let end = grants[0].expires_at.map(|at| at.to_string());
    assert_eq!(end.as_deref(), Some("2031-01-01T00:00:00Z"), "the whole last day is good");
    let url = format!("/console/customers/{}", ana.id);
    let page = staff.get(&url).await.text;
    for words in ["by file on", &place, "$125.50", "Balance brought from before"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let log = house.running.app.tables.read(|tables| tables.audit(None, 5)).expect("the log").rows;
    assert_eq!(log[0].action, "customers.import");
    assert!(log[0].after.as_deref().is_some_and(|after| after.contains("\"bought\":125500000")), "{log:?}");

    let before = (house.seen(), written(&house));
    let checked = check(&mut staff, file.as_bytes()).await;
    assert!(checked.text.contains("There is nothing to import"), "{}", checked.text);
    assert!(!checked.text.contains("name=\"check\""), "{}", checked.text);
    let more = check(&mut staff, sheet(&[ANA, "Caio;caio@example.com;;;;;en"]).as_bytes()).await;
    assert!(
        more.text.contains("Opening balances left out") && more.text.contains("$125.50"),
        "{}",
        more.text
    );
    assert_eq!((house.seen(), written(&house)), before);
    take(&house, &mut staff, &more, &[("welcome", "1")]).await;
    let (_, grants) = granted(&house, "caio@example.com");
    assert_eq!(grants.iter().map(|grant| grant.amount).collect::<Vec<_>>(), [25_000_000]);
    assert_eq!(granted(&house, "ana@example.com").1.len(), 1, "nothing was added to who was here");
    month_end_tells(&mut staff).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_e_mail_that_was_corrected_brings_no_balance_a_second_time() {
    const MISTYPED: &str = "Bia Souza;bia@exmaple.com;;500;purchased;;en";
    const WITH_ID: &str = "Caio Reis;caio@exmaple.com;acme-7;300;purchased;;en";
    let house = House::open().await;
    let mut staff = desk(&house).await;
    let checked = check(&mut staff, sheet(&[MISTYPED, WITH_ID]).as_bytes()).await;
    take(&house, &mut staff, &checked, &[]).await;
    for (before, after, external_id) in
        [("bia@exmaple.com", "bia.souza@example.com", ""), ("caio@exmaple.com", "caio@example.com", "acme-8")]
    {
        let (customer, _) = granted(&house, before);
        let page = format!("/console/customers/{}", customer.id);
        let fields =
            [("name", &*customer.name), ("email", after), ("external_key", external_id), ("language", "en")];
        staff.submit(&format!("{page}/change"), &page, &fields).await.expect(303);
        assert_eq!(granted(&house, after).0.id, customer.id);
    }
    let before = (house.seen(), written(&house));
    // A week later the same file comes again, and somebody is new in it.
    let again = check(&mut staff, sheet(&[MISTYPED, WITH_ID, FIRM]).as_bytes()).await;
    assert!(again.text.contains("Import one customer"), "{}", again.text);
    assert!(again.text.contains("$800.00"), "what is left out is told: {}", again.text);
    assert!(again.text.contains("Lines 2, 3 are left out"), "and who: {}", again.text);
    let by_id = check(&mut staff, sheet(&["Caio Reis;;acme-7;300;purchased;;en"]).as_bytes()).await;
    assert!(by_id.text.contains("There is nothing to import"), "{}", by_id.text);
    assert!(by_id.text.contains("Line 2 is left out"), "{}", by_id.text);
    let here =
        check(&mut staff, sheet(&["Bia Souza;bia.souza@example.com;;500;purchased;;en"]).as_bytes()).await;
    assert!(!here.text.contains("left out"), "she is here: {}", here.text);
    assert_eq!((house.seen(), written(&house)), before);
    take(&house, &mut staff, &again, &[]).await;
    assert_eq!(written(&house).0, before.1.0 + 1);
    assert_eq!(granted(&house, "bia.souza@example.com").1.len(), 1);
}

/// The month's report tells what was brought, and the accounts add up.
async fn month_end_tells(staff: &mut Browser<'_>) {
    let csv = loop {
        let answer = staff.get("/console/month-end.csv").await;
        if answer.status.is_success() {
            break answer.text;
        }
        assert_eq!(answer.status.as_u16(), 503, "{}", answer.text);
        look_again().await;
    };
    let sums: Vec<&str> = csv.lines().filter(|line| line.contains(",USD,")).collect();
    for wanted in [
        "liability,brought_in,125.50",
        "liability,promotional,35.00",
        "movement,grant:opening_balance,125.50",
        "closing,adjustment,-125.50",
        "closing,promotional,-35.00",
    ] {
        assert!(sums.iter().any(|line| line.contains(wanted)), "{wanted}: {csv}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn spreadsheets_write_files_in_many_ways() {
    let house = House::open().await;
    let mut staff = desk(&house).await;
    let portuguese = "Nome;E-mail;ID externo;Saldo inicial;Tipo do saldo;Vence;Idioma\r\nJoão;j@example.com;;1.234,50;Comprado;;\r\n";
    let latin1: Vec<u8> = portuguese
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)).expect("a letter of Latin-1"))
        .collect();
    let with_mark = format!("\u{feff}{portuguese}");
    let commas = "name,email,opening_balance,balance_kind\nJoão,j@example.com,\"1,234.50\",bought\n";
    for file in [portuguese.as_bytes(), &latin1, with_mark.as_bytes(), commas.as_bytes()] {
        let checked = check(&mut staff, file).await;
        assert_eq!(checked.status.as_u16(), 200, "{}", checked.text);
        assert!(checked.text.contains("$1,234.50") && checked.text.contains("João"), "{}", checked.text);
    }
    let example = staff.get(&format!("{PAGE}/example.csv?language=pt-BR")).await;
    assert_eq!(check(&mut staff, example.text.as_bytes()).await.status.as_u16(), 200);
    let example = staff.get(&format!("{PAGE}/example.csv?language=en")).await;
    assert_eq!(check(&mut staff, example.text.as_bytes()).await.status.as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_come_as_a_file_that_no_spreadsheet_runs() {
    let house = House::open().await;
    let mut staff = desk(&house).await;
    let evil = "=HYPERLINK(\"\"http://evil.example\"\")";
    let file = sheet(&[&format!("Ana;\"{evil}\";;+1+1;;@SUM(A1);")]);
    let sent = staff.submit_file(PAGE, CHECKS, "customers.csv", file.as_bytes()).await;
    let check = sent.header("location").expect("a check").to_owned();
    let answer = staff.get(&format!("{check}/errors.csv")).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    assert!(answer.header("content-disposition").is_some_and(|name| name.contains("errors.csv")));
    assert!(
        answer.text.contains("2,\"email\",\"'=HYPERLINK(\"\"http://evil.example\"\")\""),
        "{}",
        answer.text
    );
    assert!(answer.text.contains("\"'+1+1\"") && answer.text.contains("\"'@SUM(A1)\""), "{}", answer.text);
    let mut other = staff_in(&house, "ivo@example.com", StaffRole::Admin).await;
    assert_eq!(other.get(&format!("{check}/errors.csv")).await.status.as_u16(), 303, "it is nobody else's");
}

#[tokio::test(flavor = "multi_thread")]
async fn balances_are_an_administrators_and_people_alone_are_supports() {
    let house = House::open().await;
    let mut support = staff_in(&house, "sol@example.com", StaffRole::Support).await;
    let sent = support.submit_file(PAGE, CHECKS, "a.csv", sheet(&[ANA]).as_bytes()).await;
    let name = sent.header("location").and_then(|url| url.rsplit('/').next()).expect("a check").to_owned();
    let checked = follow(&mut support, sent).await;
    assert!(checked.text.contains("is taken by an administrator"), "{}", checked.text);
    assert!(!checked.text.contains("name=\"check\""), "{}", checked.text);
    assert_eq!(support.submit(PAGE, IMPORTS, &[("check", &name)]).await.status.as_u16(), 403);
    assert_eq!((written(&house).0, written(&house).1), (0, 0));
    let checked = check(&mut support, sheet(&[FIRM]).as_bytes()).await;
    take(&house, &mut support, &checked, &[]).await;
    assert_eq!(written(&house).0, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_an_e_mail_between_check_and_import_stops_all_of_it() {
    let house = House::open().await;
    let mut staff = desk(&house).await;
    let checked =
        check(&mut staff, sheet(&[BIA, "Nina;nina@example.com;acme-8;5;bought;;"]).as_bytes()).await;
    house.customer("nina").await;
    let before = (house.seen(), written(&house));
    let own = taking(&checked);
    let fields: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let sent = staff.post(IMPORTS, &fields).await;
    let answer = follow(&mut staff, sent).await;
    assert_eq!(answer.status.as_u16(), 422, "{}", answer.text);
    assert!(answer.text.contains("Another customer has this e-mail."), "{}", answer.text);
    assert_eq!((house.seen(), written(&house)), before, "Bia is not written down alone");
}

/// Ten thousand customers with balances. What it took is printed: `--nocapture` shows it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_customers_are_taken() {
    const ROWS: usize = 10_000;
    let house = House::open().await;
    let mut staff = desk(&house).await;
    let mut file = format!("{HEADING}\n");
    for n in 0..ROWS {
        let _ = writeln!(file, "Customer {n};c{n}@example.com;acme-{n};{}.25;purchased;;en", n % 90 + 1);
    }
    let begun = std::time::Instant::now();
    let checked = check(&mut staff, file.as_bytes()).await;
    assert_eq!(checked.status.as_u16(), 200, "{}", &checked.text[..checked.text.len().min(9_000)]);
    let check_took = begun.elapsed();
    let begun = std::time::Instant::now();
    take(&house, &mut staff, &checked, &[]).await;
    let told = format!(
        "{ROWS} customers: checked in {check_took:.2?}, taken and booked in {:.2?}\n",
        begun.elapsed()
    );
    std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes()).expect("somebody reads");
    let row =
        house.running.app.tables.read(|tables| tables.import(ImportKind::Customers, 1)).expect("a look");
    let sum: i64 = (0..ROWS).map(|n| i64::try_from(n % 90 + 1).expect("small") * 1_000_000 + 250_000).sum();
    let row = row.expect("the import");
    assert_eq!((row.customers, row.intents), (10_000, 20_000));
    assert_eq!(Amount::new(row.bought, Unit::USD), Amount::new(sum, Unit::USD));
}
