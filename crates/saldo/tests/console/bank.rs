//! What staff do with boletos: look for them, make the remittance, load the return, look at findings, write off.

use book::{Buying, Charging, LineAct, PackNo};
use brazil::Centavos;
use brazil::cnab::Order;
use brazil::cnab::bank::{News, Received, read_remittance, write_return};
use jiff::civil::{date, datetime};
use money::{Amount, GrantId, PurchaseId, Unit, WalletId};
use saldo::audit::Author;
use saldo::config::Bank;
use saldo::lines::{self, Address, NewLine, NewSubscriber};
use saldo::{documents, ids};
use store::tables::boletos::{BoletoRow, BoletoState};
use store::tables::staff::StaffRole;
use store::views::PurchaseState;

use super::browser::Browser;
use super::house::{Answer, House, PATIENCE};
use super::offers::{PACK, PLAN, with};
use super::staff_in;

pub(super) const FILES: &str = "/console/boletos/files";
pub(super) const RETURNS: &str = "/console/boletos/returns";
const REMITTANCES: &str = "/console/boletos/remittances";
const FINDINGS: &str = "/console/boletos/findings";
/// What the plan gives and the pack adds.
const ALLOWANCE: i64 = 50_000_000_000;
const QUANTITY: i64 = 10_000_000_000;

pub(super) async fn open() -> House {
    House::open_with(|config| config.bank = Some(Bank::sample().expect("a bank"))).await
}

/// A subscriber whose allowance is used up and who buys a pack by boleto; his line's wallet and the boleto.
pub(super) async fn buyer(
    house: &House,
    name: &str,
    document: &str,
    postcode: &str,
) -> (WalletId, BoletoRow) {
    let app = &house.running.app;
    let new = NewSubscriber {
        name: name.to_owned(),
        email: None,
        external_key: None,
        locale: "pt-BR".to_owned(),
        document: document.to_owned(),
        address: Address {
            street: "Rua São João, 12".to_owned(),
            district: "Centro".to_owned(),
            city: "São Paulo".to_owned(),
            state: "SP".to_owned(),
            postcode: postcode.to_owned(),
        },
    };
    let customer = lines::subscribe(app, Author::operator(), new).await.expect("a subscriber").id;
    let new = NewLine { customer, plan_no: 1, anchor_day: 1, access_login: None };
    let line = lines::open(app, Author::operator(), new).await.expect("a line");
    lines::ask(app, line.wallet, LineAct::AddUse { total: ALLOWANCE, outside: 0 }, None)
        .await
        .expect("used up");
    let buying = Buying {
        purchase: PurchaseId::from_u128(ids::fresh()),
        grant: GrantId::from_u128(ids::fresh()),
        pack: PackNo(1),
        quantity: QUANTITY,
        price: Amount::new(24_900_000, Unit::BRL),
        charging: Charging::Boleto,
        sequence: 0,
    };
    lines::buy(app, line.wallet, buying).await.expect("it may be bought");
    let written = house
        .until(
            |reader| reader.boletos_in(BoletoState::Written, 10),
            |rows| rows.iter().any(|row| row.customer == customer),
        )
        .await;
    (line.wallet, written.into_iter().find(|row| row.customer == customer).expect("his boleto"))
}

/// Staff, and what is sold: a pack that is released as `release` says.
pub(super) async fn seller<'h>(house: &'h House, release: &'static str) -> Browser<'h> {
    let mut staff = staff_in(house, "bia@example.com", StaffRole::Admin).await;
    staff.submit("/console/plans/new", "/console/plans", &PLAN).await.expect(303);
    let pack = with(&PACK, "release", release);
    staff.submit("/console/packs/new", "/console/packs", &pack).await.expect(303);
    staff
}

/// Makes the remittance and downloads it, as the bank reads it.
pub(super) async fn remit(staff: &mut Browser<'_>) -> Received {
    let made = staff.submit(FILES, REMITTANCES, &[]).await;
    made.expect_found();
    let page = staff.get(made.header("location").expect("a page")).await.text;
    let url = super::browser::between(&page, "content=\"0;url=", "\"").expect("a download").to_owned();
    let file = staff.get(&url).await;
    assert!(file.header("content-disposition").is_some_and(|it| it.contains(".rem")), "{:?}", file.headers);
    read_remittance(file.text.as_bytes(), Bank::sample().expect("a bank").account.bank())
        .expect("a remittance")
}

impl Answer {
    fn expect_found(&self) {
        assert_eq!(self.status.as_u16(), 303, "{}", self.text);
    }
}

/// A return that says each of these codes of the title at this place.
pub(super) fn return_file(received: &Received, number: u32, told: &[(usize, &str, u64)]) -> String {
    let news = told.iter().map(|(place, code, paid)| {
        let mut letters = code.chars();
        News {
            title: received.titles[*place].clone(),
            code: [letters.next().expect("a code"), letters.next().expect("a code")],
            motives: Vec::new(),
            fee: Centavos::ZERO,
            interest: Centavos::ZERO,
            paid: Centavos::new(*paid).expect("an amount"),
            occurred_on: date(2026, 11, 23),
            credited_on: (*paid > 0).then(|| date(2026, 11, 24)),
        }
    });
    let created = datetime(2026, 11, 23, 20, 0, 0, 0);
    write_return(&received.holder, number, created, &news.collect::<Vec<_>>()).expect("a return")
}

pub(super) async fn state(house: &House, boleto: &BoletoRow) -> BoletoState {
    let id = boleto.id;
    let row = house.running.app.read(move |reader| reader.boleto(id)).await.expect("a look");
    row.expect("the boleto").state
}

pub(super) async fn purchase_state(house: &House, boleto: &BoletoRow) -> PurchaseState {
    let landed = house.running.app.ledger.landed().borrow().position;
    assert!(house.running.app.wait_projected(landed, PATIENCE).await);
    let id = boleto.purchase.expect("a purchase");
    let row = house.running.app.read(move |reader| reader.purchase(id)).await.expect("a look");
    row.expect("the purchase").state
}

pub(super) async fn actions(house: &House) -> Vec<String> {
    let log = house.running.app.read(|reader| reader.audit(None, 50)).await.expect("the log").rows;
    log.into_iter().map(|line| format!("{} {}", line.action, line.object)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn out_and_in_as_a_person_does_it() {
    let house = open().await;
    let mut staff = seller(&house, "purchase").await;
    assert!(staff.get("/console/boletos").await.text.contains("No boleto yet."));
    assert!(staff.get(FILES).await.text.contains("Nothing waits to be told."));
    let (_, first) = buyer(&house, "João da Silva", "52998224725", "01310100").await;
    let (_, second) = buyer(&house, "Álvaro Souza", "39053344705", "01310100").await;
    assert!(staff.get(FILES).await.text.contains("2 titles wait for the next remittance."));
    let home = staff.get("/console").await.text;
    assert!(
        home.contains("2 titles wait for the next remittance.") && home.contains("Open bank files"),
        "{home}"
    );

    let received = remit(&mut staff).await;
    assert_eq!((received.file_number, received.titles.len()), (1, 2));
    assert!(!staff.get("/console").await.text.contains("Open bank files"));
    let files = staff.get(FILES).await.text;
    assert!(files.contains("Remittance 1") && files.contains("Nothing waits"), "{files}");
    // The same file again, at any time; nothing new in a second one.
    let again = staff.get(&format!("{REMITTANCES}/1")).await.text;
    assert_eq!(
        read_remittance(again.as_bytes(), Bank::sample().expect("a bank").account.bank()),
        Ok(received.clone())
    );
    let nothing = staff.submit(FILES, REMITTANCES, &[]).await;
    assert_eq!(nothing.header("location"), Some("/console/boletos/files?made=0"));

    let file = return_file(&received, 7, &[(0, "02", 0), (1, "02", 0), (0, "06", 2_490), (1, "06", 100)]);
    let taken = staff.submit_file(FILES, RETURNS, "CBR7.ret", file.as_bytes()).await;
    assert_eq!(taken.status.as_u16(), 200, "{}", taken.text);
    for words in ["CBR7.ret", "Return 7", "Less was paid than is owed", "return 7, line 9", "Álvaro Souza"] {
        assert!(taken.text.contains(words), "{words}: {}", taken.text);
    }
    assert_eq!(state(&house, &first).await, BoletoState::Paid);
    assert_eq!(purchase_state(&house, &first).await, PurchaseState::Paid);
    assert_eq!(state(&house, &second).await, BoletoState::Open);
    let seen = house.seen();
    let again = staff.submit_file(FILES, RETURNS, "CBR7.ret", file.as_bytes()).await;
    assert!(again.text.contains("Nothing was changed."), "{}", again.text);
    assert_eq!(house.seen(), seen);
    let log = actions(&house).await;
    assert_eq!(log.iter().filter(|line| line.starts_with("bank_return.load")).count(), 1, "{log:?}");
    assert!(log.contains(&"remittance.create 1".to_owned()), "{log:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_taken_is_named_and_changes_nothing() {
    let house = open().await;
    let mut staff = seller(&house, "purchase").await;
    let (_, boleto) = buyer(&house, "João da Silva", "52998224725", "01310100").await;
    let received = remit(&mut staff).await;
    let good = return_file(&received, 1, &[(0, "02", 0), (0, "06", 2_490)]);
    let (head, _) = good.rsplit_once("\r\n001").expect("lines");
    let of_another = good.replace("\r\n001", "\r\n756").replacen("001", "756", 1);
    let remittance = staff.get(&format!("{REMITTANCES}/1")).await.text;
    let (seen, log) = (house.seen(), actions(&house).await);
    for (file, words) in [
        (head, "without its trailer"),
        (&of_another, "a file of bank 756, not of 001"),
        (&good.replace("000619000", "000619999"), "not of yours"),
        (&remittance, "a remittance, not a return"),
        ("", "The file is empty"),
        ("name;amount\r\nJoão;10\r\n", "no CNAB 240 file"),
        (&"x".repeat(300), "is not as CNAB 240 has it"),
    ] {
        let refused = staff.submit_file(FILES, RETURNS, "wrong.ret", file.as_bytes()).await;
        assert_eq!(refused.status.as_u16(), 422, "{words}");
        assert!(refused.text.contains(words), "{words}: {}", refused.text);
        assert!(refused.text.contains("Nothing was changed"), "{words}");
    }
    assert_eq!((house.seen(), actions(&house).await), (seen, log));
    assert_eq!(state(&house, &boleto).await, BoletoState::Sent);

    staff.submit_file(FILES, RETURNS, "good.ret", good.as_bytes()).await.expect_page();
    let other = return_file(&received, 1, &[(0, "06", 2_490)]);
    let refused = staff.submit_file(FILES, RETURNS, "other.ret", other.as_bytes()).await;
    assert!(refused.text.contains("Another file with the number 1"), "{}", refused.text);

    // More than a return can be; a form from elsewhere; a form without a file.
    let long = staff.submit_file(FILES, RETURNS, "long.ret", &vec![b'0'; 33 * 1024 * 1024]).await;
    assert_eq!(long.status.as_u16(), 413);
    let stale = staff.file_form(RETURNS, "no token", "good.ret", good.as_bytes());
    assert_eq!(staff.send(stale).await.status.as_u16(), 403);
    let bare = staff.submit(FILES, RETURNS, &[]).await;
    assert_eq!(bare.status.as_u16(), 400);
}

impl Answer {
    fn expect_page(&self) {
        assert_eq!(self.status.as_u16(), 200, "{}", self.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn boletos_are_found_by_what_people_know_of_them() {
    let house = open().await;
    let mut staff = seller(&house, "purchase").await;
    let (_, first) = buyer(&house, "João da Silva", "52998224725", "01310100").await;
    let (_, second) = buyer(&house, "Álvaro Souza 100%", "39053344705", "01310100").await;
    let account = Bank::sample().expect("a bank").account;
    let printed = account
        .nosso_numero(brazil::boleto::TitleNumber::new(second.our_number))
        .expect("a number")
        .printed()
        .to_owned();
    let both = [first.id, second.id];
    let cases: [(&str, &[money::BoletoId]); 12] = [
        ("", &both),
        ("q=1", &both[..1]),
        (&format!("q={printed}"), &both[1..]),
        ("q=529.982.247-25", &both[..1]),
        ("q=39053344705", &both[1..]),
        ("q=silva", &both[..1]),
        ("q=%C3%81lvaro", &both[1..]),
        ("q=souza%20100%25", &both[1..]),
        ("q=nobody", &[]),
        ("state=written", &both),
        ("state=paid", &[]),
        ("state=written&q=souza", &both[1..]),
    ];
    for (query, found) in cases {
        let page = staff.get(&format!("/console/boletos?{query}")).await.text;
        for boleto in both {
            let is_there = page.contains(&format!("/console/boletos/{boleto}\""));
            assert_eq!(is_there, found.contains(&boleto), "{query}: {page}");
        }
    }
    // The search of all pages finds it, too: by the number that the bank prints, and by ours.
    let there = format!("/console/boletos/{}", second.id);
    let found = staff.get(&format!("/console/search?q={}", printed.replace(' ', "%20"))).await;
    assert_eq!(found.header("location"), Some(there.as_str()), "{}", found.text);
    let found = staff.get("/console/search?q=2").await;
    let is_listed =
        found.text.contains(&format!("href=\"{there}\"")) && found.text.contains("Boleto 2 · R$24.90");
    assert!(is_listed || found.header("location") == Some(&there), "{}", found.text);
    for missing in ["/console/boletos/nonsense", "/console/boletos/bol_00000000000000000000000000"] {
        assert_eq!(staff.get(missing).await.status.as_u16(), 404, "{missing}");
    }
    assert_eq!(staff.get(&format!("{REMITTANCES}/9")).await.status.as_u16(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_boleto_is_written_off_here_and_told_to_the_bank() {
    let house = open().await;
    let mut staff = seller(&house, "purchase").await;
    let (wallet, boleto) = buyer(&house, "João da Silva", "52998224725", "01310100").await;
    let (kept_wallet, kept) = buyer(&house, "Álvaro Souza", "39053344705", "01310100").await;
    let received = remit(&mut staff).await;
    let opened = return_file(&received, 1, &[(0, "02", 0), (1, "02", 0)]);
    staff.submit_file(FILES, RETURNS, "1.ret", opened.as_bytes()).await.expect_page();

    let page = format!("/console/boletos/{}", boleto.id);
    let action = format!("{page}/write-off");
    for wrong in [&[][..], &[("on_write_off", "all")]] {
        let answer = staff.submit(&page, &action, wrong).await;
        assert_eq!(answer.status.as_u16(), 422, "{wrong:?}");
        assert!(answer.text.contains("Choose what becomes of the credit."), "{}", answer.text);
    }
    assert_eq!(state(&house, &boleto).await, BoletoState::Open);
    let available = |wallet| house.running.app.ledger.wallet(wallet).expect("the wallet").balance.available();
    assert_eq!(available(wallet), QUANTITY);
    staff.submit(&page, &action, &[("on_write_off", "take_back")]).await.expect_found();
    assert!(staff.get(&format!("{page}?written_off=1")).await.text.contains("was written off"));
    assert_eq!((state(&house, &boleto).await, available(wallet)), (BoletoState::ToWriteOff, 0));
    assert_eq!(purchase_state(&house, &boleto).await, PurchaseState::WrittenOff);
    let kept_page = format!("/console/boletos/{}", kept.id);
    staff
        .submit(&kept_page, &format!("{kept_page}/write-off"), &[("on_write_off", "leave")])
        .await
        .expect_found();
    assert_eq!(available(kept_wallet), QUANTITY, "it was left");
    // Twice is told, and changes nothing.
    let seen = house.seen();
    assert_eq!(
        staff.submit("/console", &action, &[("on_write_off", "take_back")]).await.status.as_u16(),
        409
    );
    assert_eq!(house.seen(), seen);

    assert!(staff.get(FILES).await.text.contains("2 titles wait for the next remittance."));
    let told = remit(&mut staff).await;
    assert!(told.titles.iter().all(|title| title.order == Order::WriteOff), "{told:?}");
    assert_eq!(told.titles.len(), 2);
    assert_eq!(state(&house, &boleto).await, BoletoState::WrittenOff);
    // The bank confirms: nothing new, nothing to look at.
    let confirmed = return_file(&received, 2, &[(0, "09", 0), (1, "09", 0)]);
    let page = staff.submit_file(FILES, RETURNS, "2.ret", confirmed.as_bytes()).await.text;
    assert!(page.contains("There is nothing to look at."), "{page}");
    let log = actions(&house).await;
    assert!(log.contains(&format!("boleto.write_off {}", boleto.id)), "{log:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_off_does_what_the_pack_says_unless_staff_choose_otherwise() {
    let house = open().await;
    let mut staff = seller(&house, "purchase").await;
    let (wallet, boleto) = buyer(&house, "João da Silva", "52998224725", "01310100").await;
    let page = format!("/console/boletos/{}", boleto.id);
    let chosen = |text: &str| {
        let radios = text.split("<input type=\"radio\"").skip(1);
        let checked = radios.filter_map(|it| it.split_once('>')).filter(|(tag, _)| tag.contains(" checked"));
        checked
            .map(|(tag, _)| super::browser::between(tag, "value=\"", "\"").map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let text = staff.get(&page).await.text;
    assert_eq!(chosen(&text), [Some("take_back".to_owned())], "what a new pack says");
    assert!(text.contains("R$24.90 is booked as written off"), "{text}");

    // Changed for what is open already, too.
    let mut kept = PACK.to_vec();
    kept.push(("on_write_off", "keep_debt"));
    staff.submit("/console/packs/1", "/console/packs/1", &kept).await.expect_found();
    let form = staff.get("/console/packs/1").await.text;
    assert!(form.contains("<option value=\"keep_debt\" selected>Leave the credit, keep the debt"), "{form}");
    let text = staff.get(&page).await.text;
    assert_eq!(chosen(&text), [Some("keep_debt".to_owned())]);
    assert!(text.contains("what the pack says"), "{text}");

    let action = format!("{page}/write-off");
    staff.submit(&page, &action, &[("on_write_off", "keep_debt")]).await.expect_found();
    let available = || house.running.app.ledger.wallet(wallet).expect("the wallet").balance.available();
    assert_eq!((state(&house, &boleto).await, available()), (BoletoState::WrittenOff, QUANTITY));
    assert_eq!(purchase_state(&house, &boleto).await, PurchaseState::Released, "still owed");
    let log = house.running.app.read(|reader| reader.audit(None, 1)).await.expect("the log").rows;
    let after = log[0].after.clone().unwrap_or_default();
    assert!(after.contains("\"on_write_off\":\"keep_debt\""), "{after}");

    // The debt is still to be decided upon; that it stays once more is told, and changes nothing.
    let text = staff.get(&page).await.text;
    assert!(text.contains("is still owed here") && !text.contains("value=\"keep_debt\""), "{text}");
    assert_eq!(chosen(&text), []);
    let again = staff.submit(&page, &action, &[("on_write_off", "keep_debt")]).await;
    assert_eq!(again.status.as_u16(), 409);
    staff.submit(&page, &action, &[("on_write_off", "leave")]).await.expect_found();
    assert_eq!((purchase_state(&house, &boleto).await, available()), (PurchaseState::WrittenOff, QUANTITY));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_bank_writes_off_by_itself_waits_for_a_person() {
    let house = open().await;
    let mut staff = seller(&house, "purchase").await;
    let (wallet, boleto) = buyer(&house, "João da Silva", "52998224725", "01310100").await;
    let received = remit(&mut staff).await;
    let file = return_file(&received, 1, &[(0, "02", 0), (0, "09", 0)]);
    let taken = staff.submit_file(FILES, RETURNS, "1.ret", file.as_bytes()).await.text;
    assert!(taken.contains("The bank wrote the title off by itself"), "{taken}");
    assert_eq!(state(&house, &boleto).await, BoletoState::WrittenOff);
    assert_eq!(purchase_state(&house, &boleto).await, PurchaseState::Released, "still owed");
    let home = staff.get("/console").await.text;
    assert!(home.contains("1 finding about boletos") && home.contains("Open findings"), "{home}");

    let page = format!("/console/boletos/{}", boleto.id);
    staff.submit(&page, &format!("{page}/write-off"), &[("on_write_off", "take_back")]).await.expect_found();
    assert_eq!(purchase_state(&house, &boleto).await, PurchaseState::WrittenOff);
    let available = house.running.app.ledger.wallet(wallet).expect("the wallet").balance.available();
    assert_eq!(available, 0);
    assert!(staff.get(FILES).await.text.contains("Nothing waits"), "the bank knows");

    let action = format!("{FINDINGS}/1/resolution");
    assert_eq!(staff.post(&action, &[]).await.status.as_u16(), 403, "without the form's token");
    let mut viewer = staff_in(&house, "ivo@example.com", StaffRole::ReadOnly).await;
    assert!(!viewer.get(FINDINGS).await.text.contains("resolution"));
    for (from, to) in
        [("/console", action.as_str()), (&page, &format!("{page}/write-off")), (FILES, REMITTANCES)]
    {
        assert_eq!(viewer.submit(from, to, &[]).await.status.as_u16(), 403, "{to}");
    }
    assert_eq!(viewer.get(&format!("{REMITTANCES}/1")).await.status.as_u16(), 403);
    assert_eq!(viewer.submit_file(FILES, RETURNS, "1.ret", file.as_bytes()).await.status.as_u16(), 403);
    staff.submit(FINDINGS, &action, &[]).await.expect_found();
    assert!(staff.get(FINDINGS).await.text.contains("Nothing to look at."));
    assert!(staff.get(&format!("{FINDINGS}?done=1")).await.text.contains("by itself"));
    assert!(!staff.get("/console").await.text.contains("Needs a person"));
    let missing = staff.submit(FINDINGS, &format!("{FINDINGS}/9/resolution"), &[]).await;
    assert_eq!(missing.status.as_u16(), 404);
    assert!(actions(&house).await.contains(&"finding.resolve 1".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn credit_that_waits_for_its_payment_is_not_released_after_a_write_off() {
    let house = open().await;
    let mut staff = seller(&house, "payment").await;
    let (wallet, boleto) = buyer(&house, "João da Silva", "52998224725", "123").await;
    // Its address is none that a bank takes: the remittance says so, and sends nothing.
    let refused = staff.submit(FILES, REMITTANCES, &[]).await;
    assert!(refused.text.contains("Boleto 1 was left out:"), "{}", refused.text);
    assert_eq!(purchase_state(&house, &boleto).await, PurchaseState::Awaiting);
    let page = format!("/console/boletos/{}", boleto.id);
    assert!(staff.get(&page).await.text.contains("The bank does not hold it"));
    staff.submit(&page, &format!("{page}/write-off"), &[]).await.expect_found();
    assert_eq!(state(&house, &boleto).await, BoletoState::WrittenOff);
    assert_eq!(purchase_state(&house, &boleto).await, PurchaseState::Dropped);
    let available = house.running.app.ledger.wallet(wallet).expect("the wallet").balance.available();
    assert_eq!(available, 0);
    assert!(
        documents::send_remittance(&house.running.app, Author::operator())
            .await
            .expect("an answer")
            .file
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_bank_the_page_says_what_to_do() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let page = staff.get(FILES).await.text;
    assert!(page.contains("Boletos are not set up on this server"), "{page}");
    let answer = staff.submit_file("/console/plans/new", RETURNS, "1.ret", b"x").await;
    assert_eq!(answer.status.as_u16(), 404);
}
