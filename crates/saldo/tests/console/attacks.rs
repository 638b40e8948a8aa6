//! What somebody may send to the pages that take files or write off, who means harm or is in a hurry.

use store::tables::boletos::BoletoState;
use store::tables::imports::ImportKind;
use store::tables::staff::StaffRole;
use store::views::PurchaseState;

use super::bank::{FILES, RETURNS, actions, buyer, open, purchase_state, remit, return_file, seller, state};
use super::browser::{Browser, between, token_of};
use super::house::{Answer, House, together};
use super::offers::PLAN;
use super::staff_in;

const IMPORT: &str = "/console/subscribers/import";
const CHECKS: &str = "/console/subscribers/checks";
const IMPORTS: &str = "/console/subscribers/imports";
const SHEET: &str = "name;document;email;street;district;city;state;postcode;plan;access_login;anchor_day\n\
    Ana Lima;529.982.247-25;;Rua A, 10;Centro;Sorocaba;SP;18010-000;Fibra 50 Mega;ana;5\n";
/// The longest that a return may be, and one byte of a form beside it.
const TOO_LONG: usize = 33 * 1024 * 1024;

/// A file by its beginning.
fn beginning(bytes: &[u8]) -> Vec<u8> {
    [bytes, &[0; 700]].concat()
}

/// What is no text at all, what is text in another encoding, and what would be unpacked by somebody careless.
fn strange_files() -> Vec<(&'static str, Vec<u8>)> {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    vec![
        ("a zip", beginning(b"PK\x03\x04\x14\x00\x00\x00\x08\x00")),
        ("a gzip", beginning(b"\x1f\x8b\x08\x00\x00\x00\x00\x00")),
        ("a PDF", beginning(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")),
        ("an old Excel file", beginning(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
        ("UTF-16", [&[0xff, 0xfe][..], &wide(SHEET)].concat()),
        ("nothing but zeros", vec![0; 4_096]),
        ("one endless line", vec![b'x'; 2_000_000]),
        ("line breaks", b"\r\n".repeat(50_000)),
        ("quotes that never end", [b"name;document\n\"".as_slice(), &b"x\n".repeat(10_000)].concat()),
        ("lone bytes", vec![0xff; 4_096]),
        ("nothing", Vec::new()),
    ]
}

/// Sends a file to be looked at, and looks at the page to which that leads.
async fn checked(staff: &mut Browser<'_>, page: &str, action: &str, name: &str, file: &[u8]) -> Answer {
    let answer = staff.submit_file(page, action, name, file).await;
    match answer.header("location").map(str::to_owned) {
        Some(place) => staff.get(&place).await,
        None => answer,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strange_files_are_refused_in_words_and_change_nothing() {
    let house = open().await;
    let mut staff = seller(&house, "purchase").await;
    let before = (house.seen(), actions(&house).await);
    for (what, file) in strange_files() {
        for (page, action) in [(FILES, RETURNS), (IMPORT, CHECKS)] {
            let answer = checked(&mut staff, page, action, "file", &file).await;
            assert_eq!(answer.status.as_u16(), 422, "{what} at {action}: {}", answer.text);
            assert!(answer.text.contains("role=\"alert\""), "{what} at {action}: {}", answer.text);
            assert!(
                !answer
                    .text
                    .contains("<form class=\"card\" method=\"post\" action=\"/console/subscribers/imports\""),
                "{what}"
            );
        }
    }
    let answer = staff.submit_file(FILES, RETURNS, "long", &vec![b'0'; TOO_LONG]).await;
    assert_eq!(answer.status.as_u16(), 413, "{}", answer.text);
    assert_eq!((house.seen(), actions(&house).await), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_files_name_is_only_ever_text() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    staff.submit("/console/plans/new", "/console/plans", &PLAN).await.expect(303);
    let long = "n".repeat(5_000);
    for name in [
        "<script>alert(1)</script>.csv",
        "a\u{202e}vsc.exe",
        "../../etc/passwd",
        "%0d%0aSet-Cookie: a=b",
        &long,
    ] {
        let page = checked(&mut staff, IMPORT, CHECKS, name, SHEET.as_bytes()).await;
        assert_eq!(page.status.as_u16(), 200, "{name}: {}", page.text);
        assert!(!page.text.contains("<script>alert") && !page.text.contains('\u{202e}'), "{name}");
        assert!(page.text.len() < 40_000, "{name}: {} bytes", page.text.len());
        assert_eq!(page.headers.get_all("set-cookie").iter().count(), 0, "{name}");
    }
    // A name that breaks its header's line cannot leave it.
    let broken = checked(&mut staff, IMPORT, CHECKS, "a\r\nX-Evil: 1\r\n\r\nb.csv", SHEET.as_bytes()).await;
    assert!(broken.status.is_client_error() || broken.status.is_success(), "{}", broken.text);
    assert!(broken.header("x-evil").is_none());
    // Values of the sheet that break lines are named.
    let injected = SHEET.replace("Ana Lima", "\"Ana\r\nBcc: all@example.com\"");
    let refused = checked(&mut staff, IMPORT, CHECKS, "a.csv", injected.as_bytes()).await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.text);
    let count = house.running.app.read(|reader| reader.customer_count()).await.expect("a look");
    assert_eq!(count, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_many_times_at_once_is_done_once() {
    let house = open().await;
    let mut staff = seller(&house, "purchase").await;
    // The same checked file, taken ten times.
    let page = checked(&mut staff, IMPORT, CHECKS, "a.csv", SHEET.as_bytes()).await;
    let kept =
        between(&page.text, "name=\"check\" value=\"", "\"").expect("a file that can be taken").to_owned();
    let token = token_of(&page.text);
    let fields = [("csrf", token.as_str()), ("check", kept.as_str())];
    together((0..10).map(|_| house.send(staff.form(IMPORTS, &fields)))).await;
    let imports = house
        .running
        .app
        .read(|reader| reader.imports(ImportKind::Subscribers, None, 10))
        .await
        .expect("a look")
        .rows;
    assert_eq!(imports.len(), 1, "{imports:?}");

    // The same return, loaded ten times; then the write-off of one boleto, ten times with different wishes.
    let (wallet, boleto) = buyer(&house, "João da Silva", "11144477735", "01310100").await;
    let received = remit(&mut staff).await;
    let opened = return_file(&received, 1, &[(0, "02", 0)]);
    let loads = (0..10).map(|_| house.send(staff.file_form(RETURNS, &token, "1.ret", opened.as_bytes())));
    for answer in together(loads).await {
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    }
    assert_eq!(house.running.app.read(|reader| reader.bank_returns(10)).await.expect("a look").len(), 1);
    let action = format!("/console/boletos/{}/write-off", boleto.id);
    let wishes = ["take_back", "leave"];
    let sends = (0..9).map(|n| {
        let fields = [("csrf", token.as_str()), ("on_write_off", wishes[n % 2])];
        house.send(staff.form(&action, &fields))
    });
    let mut answered: Vec<u16> = together(sends).await.iter().map(|answer| answer.status.as_u16()).collect();
    answered.sort_unstable();
    assert_eq!(answered, [303, 409, 409, 409, 409, 409, 409, 409, 409]);
    let log = actions(&house).await;
    assert_eq!(log.iter().filter(|line| line.starts_with("boleto.write_off")).count(), 1, "{log:?}");
    assert_eq!(state(&house, &boleto).await, BoletoState::ToWriteOff);
    let available = house.running.app.ledger.wallet(wallet).expect("the wallet").balance.available();
    assert!(available == 0 || available == 10_000_000_000, "{available}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_off_that_comes_after_the_payment_is_refused() {
    let house = open().await;
    let mut staff = seller(&house, "purchase").await;
    let (_, boleto) = buyer(&house, "João da Silva", "52998224725", "01310100").await;
    let received = remit(&mut staff).await;
    let opened = return_file(&received, 1, &[(0, "02", 0)]);
    staff.submit_file(FILES, RETURNS, "1.ret", opened.as_bytes()).await;
    // The form stands open while the bank's file says that it was paid.
    let page = format!("/console/boletos/{}", boleto.id);
    let token = token_of(&staff.get(&page).await.text);
    let paid = return_file(&received, 2, &[(0, "06", 2_490)]);
    staff.submit_file(FILES, RETURNS, "2.ret", paid.as_bytes()).await;
    let before = (house.seen(), actions(&house).await);
    let action = format!("{page}/write-off");
    for wish in ["take_back", "leave", "keep_debt"] {
        let late = staff.post(&action, &[("csrf", &token), ("on_write_off", wish)]).await;
        assert_eq!(late.status.as_u16(), 409, "{wish}: {}", late.text);
    }
    assert_eq!((house.seen(), actions(&house).await), before);
    assert_eq!(state(&house, &boleto).await, BoletoState::Paid);
    assert_eq!(purchase_state(&house, &boleto).await, PurchaseState::Paid);
    assert!(!staff.get(&page).await.text.contains("/write-off\""), "the form is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn written_off_while_a_return_that_pays_it_is_loaded_nothing_is_lost_or_doubled() {
    for round in 0..6 {
        let house = open().await;
        let mut staff = seller(&house, "purchase").await;
        let (wallet, boleto) = buyer(&house, "João da Silva", "52998224725", "01310100").await;
        let received = remit(&mut staff).await;
        let opened = return_file(&received, 1, &[(0, "02", 0)]);
        staff.submit_file(FILES, RETURNS, "1.ret", opened.as_bytes()).await;
        let token = token_of(&staff.get(FILES).await.text);
        let paid = return_file(&received, 2, &[(0, "06", 2_490)]);
        let action = format!("/console/boletos/{}/write-off", boleto.id);
        let fields = [("csrf", token.as_str()), ("on_write_off", "take_back")];
        let write_off = house.send(staff.form(&action, &fields));
        let load = house.send(staff.file_form(RETURNS, &token, "2.ret", paid.as_bytes()));
        // Whoever is polled first is a little ahead.
        let (off, loaded) = if round % 2 == 0 {
            tokio::join!(write_off, load)
        } else {
            let (loaded, off) = tokio::join!(load, write_off);
            (off, loaded)
        };
        assert_eq!(loaded.status.as_u16(), 200, "{}", loaded.text);
        house.until(|reader| reader.open_intents(None, 1), |page| page.rows.is_empty()).await;
        let (is_off, paid) = (off.status.as_u16() == 303, purchase_state(&house, &boleto).await);
        assert!(is_off || off.status.as_u16() == 409, "{}", off.text);
        let available = house.running.app.ledger.wallet(wallet).expect("the wallet").balance.available();
        let findings = house.running.app.read(|reader| reader.findings(9)).await.expect("a look");
        assert_eq!(state(&house, &boleto).await, BoletoState::Paid);
        // Written off first, a person is told that it was paid all the same. What was paid for is there, once.
        assert_eq!(findings.is_empty(), !is_off, "{findings:?}");
        assert_eq!(available, 10_000_000_000, "{} {paid:?}", off.status);
    }
}
