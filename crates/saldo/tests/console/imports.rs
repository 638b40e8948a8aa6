//! Subscribers by file: checked first, named by row and column where something is wrong, taken whole or not at all, and once.

use std::fmt::Write as _;

use store::tables::imports::ImportKind;
use store::tables::staff::StaffRole;

use super::browser::{Browser, between};
use super::house::{Answer, BULK_PATIENCE, House};
use super::offers::PLAN;
use super::staff_in;

const PAGE: &str = "/console/subscribers/import";
const CHECKS: &str = "/console/subscribers/checks";
const IMPORTS: &str = "/console/subscribers/imports";
const HEADING: &str = "name;document;email;street;district;city;state;postcode;plan;access_login;anchor_day;used;\
    outside;language";
const ANA: &str = "Ana Lima;529.982.247-25;ana@example.com;Rua A, 10;Centro;Sorocaba;SP;18010-000;Fibra 50 Mega;ana;5;\
    12,5 GB;2 GB;pt-BR";
const BIA: &str = "Bia Souza;11144477735;;Rua B, 7;Centro;Sorocaba;sp;18010000;fibra 50 mega;bia;31;;;en";
const FIRM: &str =
    "Mercado Ltda.;12.ABC.345/01DE-35;;Av. C, 1;Centro;Votorantim;SP;18110001;Fibra 50 Mega;mercado;1;0;;";

/// A console with one plan, and somebody who may change things.
async fn desk(house: &House) -> Browser<'_> {
    let mut staff = staff_in(house, "bia@example.com", StaffRole::Admin).await;
    staff.submit("/console/plans/new", "/console/plans", &PLAN).await.expect(303);
    staff
}

fn sheet(rows: &[&str]) -> String {
    format!("{HEADING}\n{}\n", rows.join("\n"))
}

/// Sends a file; the page that its sender is led to.
async fn check(staff: &mut Browser<'_>, file: &[u8]) -> Answer {
    let sent = staff.submit_file(PAGE, CHECKS, "clientes.csv", file).await;
    follow(staff, sent).await
}

/// The page that an answer to a form leads to.
async fn follow(staff: &mut Browser<'_>, sent: Answer) -> Answer {
    assert_eq!(sent.status.as_u16(), 303, "a form is never answered with a page: {}", sent.text);
    staff.get(sent.header("location").expect("an address")).await
}

/// Takes what this check has found right.
async fn take(staff: &mut Browser<'_>, checked: &Answer) -> Answer {
    let kept = between(&checked.text, "name=\"check\" value=\"", "\"").expect("a file that can be taken");
    let token = between(&checked.text, "name=\"csrf\" value=\"", "\"").expect("a form");
    staff.post(IMPORTS, &[("csrf", token), ("check", kept)]).await
}

/// Rows of the tables that an import writes: customers, imports, lines of the audit log.
fn written(house: &House) -> (i64, usize, usize) {
    let read = house.running.app.tables.read(|tables| {
        let (imports, audit) = (
            tables.imports(ImportKind::Subscribers, None, 10)?.rows.len(),
            tables.audit(None, 100)?.rows.len(),
        );
        Ok::<_, store::StoreError>((tables.customer_count()?, imports, audit))
    });
    read.expect("the tables")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named_by_row_and_column_and_writes_nothing() {
    let house = House::open().await;
    let mut staff = desk(&house).await;
    let with = |column: usize, value: &str| {
        let mut columns: Vec<&str> = ANA.split(';').collect();
        columns[column] = value;
        columns.join(";")
    };
    let before = (house.seen(), written(&house));
    let cases: [(Vec<String>, u32, &str, &str); 34] = [
        (vec![with(0, "")], 2, "name", "Fill this in."),
        (vec![with(0, &"x".repeat(201))], 2, "name", "At most 200 characters."),
        (vec![with(0, "A\u{202e}na")], 2, "name", "cannot be printed"),
        (vec![with(0, "\"Ana"), BIA.to_owned()], 2, "name", "line break"),
        (vec![with(1, "529.982.247-26")], 2, "document", "check digits are wrong"),
        (vec![with(1, "111.111.111-11")], 2, "document", "Repeated digits"),
        (vec![with(1, "5299822472")], 2, "document", "leading zeros"),
        (vec![with(1, "529.982.247-2X")], 2, "document", "A CPF has digits"),
        (vec![with(1, "12.ABC.345/01DE-36")], 2, "document", "check digits are wrong"),
        (vec![with(2, "ana at example")], 2, "email", "no address"),
        (vec![with(6, "XX")], 2, "state", "no Brazilian state"),
        (vec![with(7, "1801")], 2, "postcode", "eight digits"),
        (vec![with(7, "00000-000")], 2, "postcode", "eight digits"),
        (vec![with(8, "Fibra 51")], 2, "plan", "no plan of this name"),
        (vec![with(9, "")], 2, "access_login", "Fill this in."),
        (vec![with(9, "ana maria")], 2, "access_login", "no blanks"),
        (vec![with(9, "ana\u{200b}maria")], 2, "access_login", "no invisible marks"),
        (vec![with(9, &"x".repeat(254))], 2, "access_login", "At most 253 characters."),
        (vec![with(10, "0")], 2, "anchor_day", "1 to 31"),
        (vec![with(10, "32")], 2, "anchor_day", "1 to 31"),
        (vec![with(10, "5.5")], 2, "anchor_day", "1 to 31"),
        (vec![with(11, "60")], 2, "used", "Say the unit, too: for example 60 GB."),
        (vec![with(11, "-1 GB")], 2, "used", "not be below zero"),
        (vec![with(11, "1.234,5 GB")], 2, "used", "without marks between thousands"),
        (vec![with(12, "13 GB")], 2, "outside", "more than was used at all"),
        (vec![with(13, "fr")], 2, "language", "pt-BR or en"),
        (vec![format!("{ANA};more")], 2, "", "Columns in this row: 15; in the heading: 14."),
        (vec!["Ana;529.982.247-25".to_owned()], 2, "", "Columns in this row: 2; in the heading: 14."),
        (vec![ANA.to_owned(), String::new(), ANA.to_owned()], 4, "access_login", "in line 2 too"),
        (vec![ANA.to_owned(), BIA.replace(";bia;", ";ana;")], 3, "access_login", "in line 2 too"),
        (
            vec![ANA.to_owned(), ANA.replace("Ana Lima", "Ana L.").replace(";ana;", ";ana2;")],
            3,
            "name",
            "Line 2 says something else",
        ),
        (
            vec![ANA.to_owned(), ANA.replace("Rua A, 10", "Rua Z").replace(";ana;", ";ana2;")],
            3,
            "street",
            "Line 2 says something else",
        ),
        (
            vec![ANA.to_owned(), BIA.replace("11144477735;", "11144477735;ANA@example.com")],
            3,
            "email",
            "in line 2 too",
        ),
        (vec![with(2, "bia@example.com").replace("bia@", "ana@@")], 2, "email", "no address"),
    ];
    for (rows, line, column, words) in cases {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let answer = check(&mut staff, sheet(&rows).as_bytes()).await;
        assert_eq!(answer.status.as_u16(), 422, "{words}: {}", answer.text);
        let table = answer.text.split_once("What is wrong</caption>").map_or("", |(_, table)| table);
        assert!(table.contains(words), "{words}: {}", answer.text);
        assert!(table.contains(&format!(">{line}</td>")), "{words}: line {line}");
        assert!(table.contains(&format!("<code>{column}</code>")), "{words}: {column}");
        assert!(!answer.text.contains("name=\"check\""), "{words}: it must not be offered");
    }
    assert_eq!((house.seen(), written(&house)), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_read_is_told_in_words() {
    let house = House::open().await;
    let mut staff = desk(&house).await;
    let too_many = format!("{HEADING}\n{}", "a;\n".repeat(20_001));
    let too_long = vec![b'x'; 8 * 1024 * 1024 + 1];
    let (unknown, missing) = (format!("{HEADING};phone\n{ANA};1"), HEADING.replace(";plan", ""));
    let cases: [(&[u8], &str); 9] = [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf\r\n", "The file is empty."),
        (HEADING.as_bytes(), "no rows"),
        (b"PK\x03\x04\x00", "not a CSV file"),
        (b"\xff\xfen\x00a\x00", "not a CSV file"),
        (too_many.as_bytes(), "more than 20,000 rows"),
        (&too_long, "longer than 8 MB"),
        (unknown.as_bytes(), "The column “phone” is not known."),
        (missing.as_bytes(), "The column plan is missing."),
    ];
    for (file, words) in cases {
        let answer = check(&mut staff, file).await;
        assert_eq!(answer.status.as_u16(), 422, "{words}");
        assert!(answer.text.contains(words), "{words}: {}", answer.text);
    }
    assert_eq!(
        staff.get(CHECKS).await.header("location"),
        Some(PAGE),
        "an address without a page of its own"
    );
    let example = staff.get("/console/subscribers/import/example.csv").await;
    assert_eq!(example.header("content-type"), Some("text/csv; charset=utf-8"));
    let example = example.text.replace("Fibra 100 Mega", "Fibra 50 Mega");
    let answer = check(&mut staff, example.as_bytes()).await;
    assert!(answer.status.as_u16() == 200 && answer.text.contains("Import 4 lines"), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_heading_and_clashes_are_told_together_and_back_asks_for_nothing_to_be_sent_again() {
    let house = House::open().await;
    let mut staff = desk(&house).await;
    let first = check(&mut staff, sheet(&[ANA]).as_bytes()).await;
    take(&mut staff, &first).await.expect(303);
    // An unknown column, two that lack, and in the rows: what is taken (a login, a document, an e-mail), beside a state that is none.
    let heading = HEADING.replace(";city;", ";phone;").replace(";language", "");
    let row = |text: &str| text.rsplit_once(';').map(|(row, _)| row.to_owned()).expect("columns");
    let clash = row(&BIA.replace(";sp;", ";ZZ;").replace(";bia;", ";ana;"));
    let file = format!("{heading}\n{clash}\n{}\n", row(&ANA.replace(";ana;", ";ana2;")));
    let sent = staff.submit_file(PAGE, CHECKS, "clientes.csv", file.as_bytes()).await;
    let place = sent.header("location").expect("an address").to_owned();
    assert!(sent.status.as_u16() == 303 && place.starts_with(&format!("{CHECKS}/")), "{place}");
    for _ in 0..2 {
        let page = staff.get(&place).await;
        assert_eq!(page.status.as_u16(), 422);
        for words in [
            "The column “phone” is not known.",
            "The column city is missing.",
            "no Brazilian state",
            "Another line has this access login.",
            "a customer with this document already",
            "Another customer has this e-mail.",
            "6 things are wrong.",
        ] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        assert!(!page.text.contains("Fill this in."), "the heading says it once: {}", page.text);
        assert!(!page.text.contains("name=\"check\""), "it cannot be taken");
    }
    let mut other = staff_in(&house, "ivo@example.com", StaffRole::Admin).await;
    let gone = format!("{PAGE}?problem=gone");
    assert_eq!(other.get(&place).await.header("location"), Some(gone.as_str()), "it is hers");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_language_has_its_example_and_every_name_is_read() {
    let house = House::open().await;
    let mut staff = desk(&house).await;
    for (language, name, heading) in [
        ("pt-BR", "assinantes.csv", "\u{feff}nome;cpf_cnpj;"),
        ("en", "subscribers.csv", "\u{feff}name;document;"),
    ] {
        let example =
            staff.get(&format!("/console/subscribers/import/example.csv?language={language}")).await;
        assert!(example.text.starts_with(heading), "{language}: {}", example.text);
        assert!(example.header("content-disposition").is_some_and(|it| it.contains(name)), "{language}");
        let rows = example.text.replace("Fibra 100 Mega", "Fibra 50 Mega");
        let answer = check(&mut staff, rows.as_bytes()).await;
        assert!(answer.text.contains("Import 4 lines"), "{language}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_taken_whole_and_a_second_time_changes_nothing() {
    let house = House::open().await;
    let mut staff = desk(&house).await;
    let second = ANA.replace(";ana;", ";ana.loja;").replace("12,5 GB;2 GB", ";");
    let file = sheet(&[ANA, &second, BIA, FIRM]);
    let before = (house.seen(), written(&house));
    let checked = check(&mut staff, file.as_bytes()).await;
    assert_eq!(checked.status.as_u16(), 200, "{}", checked.text);
    for words in ["All rows are right.", "Import 4 lines", "529.982.247-25", "12.5\u{a0}GB"] {
        assert!(checked.text.contains(words), "{words}: {}", checked.text);
    }
    assert_eq!((house.seen(), written(&house)), before, "a check writes nothing");

    let taken = take(&mut staff, &checked).await;
    assert_eq!(taken.header("location"), Some("/console/subscribers/imports/1"), "{}", taken.text);
    let lines = house.until(
        |tables| {
            let entries = tables.lines(None, 10)?.rows;
            entries.iter().map(|entry| tables.line_view(entry.id)).collect::<Result<Vec<_>, _>>()
        },
        |lines| lines.len() == 4 && lines.iter().all(Option::is_some),
    );
    assert_eq!(lines.await.len(), 4);
    let no_intent = |tables: &store::Reader<'_>| tables.open_intents(None, 10);
    house.until(no_intent, |open| open.rows.is_empty()).await;
    let done = staff.get("/console/subscribers/imports/1").await.text;
    assert!(done.contains("New customers: 3. New lines: 4."), "{done}");
    let read = house.running.app.tables.read(|tables| {
        let ana = tables.line_by_access_login("ana")?.expect("her line");
        let loja = tables.line_by_access_login("ana.loja")?.expect("her second line");
        let view = tables.line_view(ana.id)?.expect("it is shown");
        let cycle = tables.cycles(view.wallet_no, None, 1)?.rows.remove(0);
        let customer = tables.customer(ana.customer)?.expect("she is there");
        let bia = tables.payer_by_document("11144477735")?.expect("she pays");
        let logins =
            (tables.logins_of(ana.customer, None, 2)?.rows, tables.logins_of(bia.customer, None, 2)?.rows);
        let locale = tables.customer(bia.customer)?.expect("she is there").locale;
        Ok::<_, store::StoreError>((ana, loja, view, cycle, customer, bia, logins, locale))
    });
    let (ana, loja, view, cycle, customer, bia, logins, locale) = read.expect("the tables");
    assert_eq!((ana.customer, view.anchor_day), (loja.customer, 5), "one customer, two lines");
    assert_eq!((cycle.total, cycle.outside), (12_500_000_000, 2_000_000_000));
    assert_eq!((customer.name.as_str(), customer.locale.as_str()), ("Ana Lima", "pt-BR"));
    assert_eq!((bia.state.as_str(), bia.postcode.as_str(), locale.as_str()), ("SP", "18010000", "en"));
    let named = |logins: &[store::tables::logins::Login]| logins[0].email.clone();
    assert_eq!(
        (named(&logins.0), named(&logins.1)),
        ("ana@example.com".to_owned(), "11144477735".to_owned())
    );
    let log = house.running.app.tables.read(|tables| tables.audit(None, 50)).expect("the log").rows;
    let lines: Vec<_> = log.iter().filter(|row| row.action == "subscribers.import").collect();
    assert_eq!(lines.len(), 1, "one line for the import: {log:?}");
    let after = lines[0].after.as_deref().unwrap_or_default();
    assert_eq!(after, r#"{"customers":3,"file":"clientes.csv","known":0,"lines":4}"#);

    // The same again, by the same check and by a new one.
    let before = (house.seen(), written(&house));
    let again = take(&mut staff, &checked).await;
    let again = follow(&mut staff, again).await;
    assert!(again.status.as_u16() == 422 && again.text.contains("not kept any more"), "{}", again.text);
    let checked = check(&mut staff, file.as_bytes()).await;
    assert!(checked.text.contains("There is nothing to import."), "{}", checked.text);
    assert!(!checked.text.contains("name=\"check\""), "{}", checked.text);
    assert_eq!((house.seen(), written(&house)), before);

    // What is here already is no hindrance for what is new; what is somebody's is.
    let carla = "Carla;390.533.447-05;;Rua D;Centro;Sorocaba;SP;18010000;Fibra 50 Mega;carla;1;;;";
    let checked = check(&mut staff, sheet(&[ANA, carla]).as_bytes()).await;
    assert!(checked.text.contains("Import 1 line"), "{}", checked.text);
    for (row, words) in [
        (ANA.replace(";ana;", ";ana.nova;"), "a customer with this document already"),
        (carla.replace(";carla;", ";ana;"), "Another line has this access login."),
        (carla.replace("05;;", "05;ana@example.com;"), "Another customer has this e-mail."),
    ] {
        let answer = check(&mut staff, sheet(&[&row]).as_bytes()).await;
        assert!(answer.status.as_u16() == 422 && answer.text.contains(words), "{words}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_was_taken_since_the_check_stops_all_of_it() {
    let house = House::open().await;
    let mut staff = desk(&house).await;
    let checked = check(&mut staff, sheet(&[BIA, ANA]).as_bytes()).await;
    let fields = [
        ("name", "Ana Lima"),
        ("document", "52998224725"),
        ("street", "Rua A"),
        ("district", "Centro"),
        ("city", "Sorocaba"),
        ("state", "SP"),
        ("postcode", "18010000"),
        ("plan", "Fibra 50 Mega"),
        ("access_login", "ana.velha"),
        ("anchor_day", "1"),
    ];
    let by_hand = staff.submit("/console/subscribers/new", "/console/subscribers", &fields).await;
    assert_eq!(by_hand.status.as_u16(), 303, "{}", by_hand.text);
    let before = written(&house);
    let sent = take(&mut staff, &checked).await;
    let answer = follow(&mut staff, sent).await;
    assert!(answer.status.as_u16() == 422, "{}", answer.text);
    assert!(answer.text.contains("a customer with this document already"), "{}", answer.text);
    assert_eq!(written(&house), before, "Bia is not written down alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn latin1_with_carriage_returns_is_read_and_told() {
    let house = House::open().await;
    let mut staff = desk(&house).await;
    let file = sheet(&[&ANA.replace("Ana Lima", "João Conceição")]).replace('\n', "\r\n");
    let latin1: Vec<u8> =
        file.chars().map(|letter| u8::try_from(u32::from(letter)).expect("a letter of Latin-1")).collect();
    let checked = check(&mut staff, &latin1).await;
    assert!(
        checked.text.contains("read as Latin-1") && checked.text.contains("João Conceição"),
        "{}",
        checked.text
    );
    let marked = [b"\xef\xbb\xbf".as_slice(), file.as_bytes()].concat();
    let checked = check(&mut staff, &marked).await;
    assert!(
        !checked.text.contains("Latin-1.") && checked.text.contains("João Conceição"),
        "{}",
        checked.text
    );
    // Kept by who checked it, and by nobody else.
    let kept = between(&checked.text, "name=\"check\" value=\"", "\"").expect("it can be taken").to_owned();
    let mut other = staff_in(&house, "ivo@example.com", StaffRole::Admin).await;
    let stolen = other.submit(PAGE, IMPORTS, &[("check", &kept)]).await;
    let stolen = follow(&mut other, stolen).await;
    assert!(stolen.status.as_u16() == 422 && stolen.text.contains("not kept any more"), "{}", stolen.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_look_sends_no_file_and_nobody_sends_one_from_elsewhere() {
    let house = House::open().await;
    let mut staff = desk(&house).await;
    let file = sheet(&[ANA]);
    let request = staff.file_form(CHECKS, "guessed", "a.csv", file.as_bytes());
    assert_eq!(staff.send(request).await.status.as_u16(), 403, "without the form's token");
    let token =
        between(&staff.get(PAGE).await.text, "name=\"csrf\" value=\"", "\"").expect("a form").to_owned();
    let request = staff.file_form(CHECKS, &token, "a.csv", file.as_bytes());
    let foreign = request.header("origin", "https://evil.example");
    assert_eq!(staff.send(foreign).await.status.as_u16(), 403);
    let mut viewer = staff_in(&house, "ivo@example.com", StaffRole::ReadOnly).await;
    assert_eq!(viewer.get(PAGE).await.status.as_u16(), 403);
    assert_eq!(viewer.submit_file("/console", CHECKS, "a.csv", file.as_bytes()).await.status.as_u16(), 403);
    assert_eq!(viewer.submit("/console", IMPORTS, &[("check", "x")]).await.status.as_u16(), 403);
    let mut stranger = Browser::new(&house);
    for path in [PAGE, "/console/subscribers", "/console/subscribers/imports/1"] {
        assert_eq!(stranger.get(path).await.status.as_u16(), 303, "{path}");
    }
}

/// Ten thousand lines, and others are served meanwhile. What it took is printed: `--nocapture` shows it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_lines_are_taken_while_others_are_served() {
    const ROWS: usize = 10_000;
    let house = House::open().await;
    let mut staff = desk(&house).await;
    let mut file = format!("{HEADING}\n");
    for n in 0..ROWS {
        let document = cpf(n);
        let _ = writeln!(
            file,
            "Assinante {n};{document};;Rua A, {n};Centro;Sorocaba;SP;18010000;Fibra 50 Mega;linha{n};{};{} MB;;",
            n % 31 + 1,
            n % 700
        );
    }
    let begun = std::time::Instant::now();
    let checked = check(&mut staff, file.as_bytes()).await;
    assert_eq!(checked.status.as_u16(), 200, "{}", &checked.text[..checked.text.len().min(9_000)]);
    let check_took = begun.elapsed();

    let begun = std::time::Instant::now();
    let mut other = staff_in(&house, "ivo@example.com", StaffRole::Admin).await;
    let end = tokio::sync::watch::Sender::new(false);
    let serving = async {
        let (mut longest, mut served, end) = ([std::time::Duration::ZERO; 2], 0_u32, end.subscribe());
        while !*end.borrow() {
            let asked = std::time::Instant::now();
            assert_eq!(other.get("/console/plans").await.status.as_u16(), 200);
            longest[0] = longest[0].max(asked.elapsed());
            let asked = std::time::Instant::now();
            house.running.app.write(|_| Ok(())).await.expect("a write");
            longest[1] = longest[1].max(asked.elapsed());
            served += 1;
        }
        (longest, served)
    };
    let importing = async {
        take(&mut staff, &checked).await.expect(303);
        let written = begun.elapsed();
        let page = house.until_within(
            BULK_PATIENCE,
            |tables| {
                let import = tables.import(ImportKind::Subscribers, 1)?.expect("the import");
                tables.open_intents_of(&import)
            },
            |open| *open == 0,
        );
        page.await;
        end.send_replace(true);
        (written, begun.elapsed())
    };
    let ((longest, served), (written, done)) = tokio::join!(serving, importing);
    let lines =
        house.running.app.tables.read(|tables| tables.line_views(Some(9_998), 10)).expect("the lines");
    assert_eq!(lines.rows.len(), 1, "ten thousand lines are shown");
    let done_page = staff.get("/console/subscribers/imports/1").await.text;
    assert!(done_page.contains("New customers: 10,000. New lines: 10,000."), "{done_page}");
    let told = format!(
        "{ROWS} rows: checked in {check_took:.2?}, written in {written:.2?}, in the book and shown in {done:.2?}; \
         meanwhile {served} pages and writes, the slowest {longest:.2?}\n"
    );
    std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes()).expect("somebody reads");
    // Who reads waits for nothing; who writes waits for the one transaction of the import, and not while the book takes it up.
    assert!(longest[0] < written && longest[1] < 2 * written, "others were kept waiting: {told}");
}

/// The CPF that begins with this number.
fn cpf(n: usize) -> String {
    let mut digits: Vec<usize> =
        format!("{:09}", n + 100_000_000).bytes().map(|byte| usize::from(byte - b'0')).collect();
    for weight in [10, 11] {
        let sum: usize = digits.iter().zip((2..=weight).rev()).map(|(digit, weight)| digit * weight).sum();
        digits.push(sum * 10 % 11 % 10);
    }
    digits.into_iter().map(|digit| digit.to_string()).collect()
}
