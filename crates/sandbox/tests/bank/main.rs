//! The bank as its company and its visitors know it: files in and out, buttons, and what it keeps.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::sync::Arc;

use brazil::Centavos;
use brazil::boleto::{BancoDoBrasil, BillingAccount, TitleNumber};
use brazil::cnab::{
    Company, Fine, Interest, Occurrence, Order, OwnNumber, Payer, Remittance, Species, Title, read_return,
};
use brazil::document::TaxId;
use jiff::civil::{date, datetime};
use reqwest::StatusCode;
use sandbox::bank::{Bank, BankConfig, BankError};
use tokio::net::TcpListener;

mod pix;

struct Branch {
    bank: Bank,
    url: String,
    client: reqwest::Client,
}

impl Branch {
    async fn open(registers_at_once: bool, state: Option<PathBuf>) -> Branch {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        // 2026-11-23 12:00 in Brasília.
        let clock = Arc::new(|| 1_795_446_000_000);
        let bank = account().bank();
        let pix_callback = None;
        let config = BankConfig { listener, bank, registers_at_once, state, clock, pix_callback };
        let policy = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().redirect(policy).no_proxy().build().expect("a client");
        Branch { bank: Bank::start(config).await.expect("a bank"), url, client }
    }

    async fn press(&self, path: &str) -> StatusCode {
        self.client.post(format!("{}{path}", self.url)).send().await.expect("an answer").status()
    }

    async fn page(&self) -> String {
        let answer = self.client.get(&self.url).send().await.expect("an answer");
        answer.text().await.expect("a page")
    }

    /// What the first return behind number `after` says.
    async fn told(&self, after: u32) -> Vec<(u64, Occurrence, u64)> {
        let file = self.bank.return_after(after).await.expect("a return");
        assert_eq!(file.number, after + 1);
        let read = read_return(file.body.as_bytes(), &account()).expect("a return that can be read");
        assert_eq!(read.file_number, file.number);
        let told = read.entries.into_iter();
        told.map(|it| (it.sequence.expect("ours"), it.occurrence, it.paid.count())).collect()
    }
}

fn account() -> BillingAccount {
    let account = BancoDoBrasil::new("1238798", "17", "019", "4042-8", "61900-0").expect("an account");
    BillingAccount::BancoDoBrasil(account)
}

fn remittance(file_number: u32, numbers: &[u64]) -> String {
    let document = TaxId::parse("529.982.247-25").expect("a CPF");
    let payer = Payer::new(document, "João da Silva", "Rua A, 1", "Centro", "01310-100", "São Paulo", "SP");
    let payer = payer.expect("a payer");
    let title = |number: &u64| Title {
        order: Order::Register,
        number: TitleNumber::new(*number),
        own_number: OwnNumber::parse(&number.to_string()).expect("a number"),
        amount: Centavos::new(2_490).expect("an amount"),
        due: date(2026, 11, 27),
        issued: date(2026, 11, 23),
        species: Species::DuplicataDeServico,
        interest: Interest::None,
        fine: Fine::None,
        payer: payer.clone(),
    };
    let company = Company::new("Conexão", TaxId::parse("12.ABC.345/01DE-35").expect("a CNPJ"));
    let titles = numbers.iter().map(title).collect();
    let created = datetime(2026, 11, 23, 12, 0, 0, 0);
    let company = company.expect("a company");
    let file = Remittance { account: account(), company, file_number, created, titles };
    file.write().expect("a remittance")
}

#[tokio::test]
async fn registered_at_once_and_paid_by_a_button() {
    let branch = Branch::open(true, None).await;
    branch.bank.receive(&remittance(1, &[7, 8])).expect("it is taken");
    assert_eq!(branch.told(0).await, [(7, Occurrence::Registered, 0), (8, Occurrence::Registered, 0)]);
    assert_eq!(branch.press("/titles/1/payment").await, StatusCode::SEE_OTHER);
    assert_eq!(branch.told(1).await, [(8, Occurrence::Settled, 2_490)]);
    assert_eq!(branch.press("/titles/0/two-payments").await, StatusCode::SEE_OTHER);
    let twice = [(7, Occurrence::Settled, 2_490), (7, Occurrence::Settled, 2_490)];
    assert_eq!(branch.told(2).await, twice);
    let page = branch.page().await;
    assert!(page.contains("R$ 24,90") && page.contains("paid more than once") && page.contains("Pay again"));
    branch.bank.stop().await;
}

#[tokio::test]
async fn registered_or_refused_by_hand_and_not_paid_before() {
    let branch = Branch::open(false, None).await;
    branch.bank.receive(&remittance(1, &[7, 8])).expect("it is taken");
    assert_eq!(branch.press("/titles/0/payment").await, StatusCode::CONFLICT);
    assert_eq!(branch.press("/titles/9/payment").await, StatusCode::NOT_FOUND);
    assert_eq!(branch.press("/titles/0/gift").await, StatusCode::NOT_FOUND);
    assert_eq!(branch.press("/titles/0/refusal").await, StatusCode::SEE_OTHER);
    assert_eq!(branch.told(0).await, [(7, Occurrence::Rejected, 0)]);
    assert_eq!(branch.press("/titles/0/registration").await, StatusCode::CONFLICT);
    assert_eq!(branch.press("/titles/1/registration").await, StatusCode::SEE_OTHER);
    assert_eq!(branch.told(1).await, [(8, Occurrence::Registered, 0)]);
}

#[tokio::test]
async fn a_remittance_counts_once_and_only_whole() {
    let branch = Branch::open(true, None).await;
    let file = remittance(1, &[7]);
    branch.bank.receive(&file).expect("it is taken");
    branch.bank.receive(&file).expect("it is known");
    assert_eq!(branch.bank.last_received().expect("a number"), 1);
    assert!(matches!(branch.bank.receive(&remittance(1, &[8])), Err(BankError::NumberKnown(1))));
    let (half, _) = file.rsplit_once("\r\n001").expect("lines");
    assert!(matches!(branch.bank.receive(half), Err(BankError::File(_))));
    let posted = branch.client.post(format!("{}/remittances", branch.url)).body(remittance(2, &[9]));
    assert_eq!(posted.send().await.expect("an answer").status(), StatusCode::NO_CONTENT);
    assert_eq!(branch.told(1).await, [(9, Occurrence::Registered, 0)]);
    // The same by the page's form, as a person in a browser sends it.
    let sent = |text: String| {
        let edge = "an-edge";
        let head =
            "Content-Disposition: form-data; name=\"file\"; filename=\"R3.rem\"\r\nContent-Type: text/plain";
        let body = format!("--{edge}\r\n{head}\r\n\r\n{text}\r\n--{edge}--\r\n");
        let request = branch.client.post(format!("{}/remittances", branch.url)).body(body);
        request.header("content-type", format!("multipart/form-data; boundary={edge}")).send()
    };
    let taken = sent(remittance(3, &[10])).await.expect("an answer");
    assert_eq!(taken.status(), StatusCode::SEE_OTHER);
    assert_eq!(branch.told(2).await, [(10, Occurrence::Registered, 0)]);
    for wrong in [String::new(), "no remittance".to_owned()] {
        let refused = sent(wrong).await.expect("an answer");
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text().await.expect("a page");
        assert!(page.contains("role=\"alert\"") && page.contains("<a href=\"/\">Back</a>"), "{page}");
    }
    let got = branch.client.get(format!("{}/returns/2", branch.url)).send().await.expect("an answer");
    let got = got.text().await.expect("a file");
    assert_eq!(got, branch.bank.return_after(1).await.expect("a return").body);
}

#[tokio::test]
async fn it_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("bank.db");
    let branch = Branch::open(true, Some(state.clone())).await;
    branch.bank.receive(&remittance(1, &[7])).expect("it is taken");
    assert_eq!(branch.press("/titles/0/payment").await, StatusCode::SEE_OTHER);
    branch.bank.stop().await;
    let branch = Branch::open(true, Some(state)).await;
    assert_eq!(branch.bank.last_received().expect("a number"), 1);
    assert_eq!(branch.told(1).await, [(7, Occurrence::Settled, 2_490)]);
    assert!(branch.page().await.contains("<td>paid</td>"));
    assert_eq!(branch.press("/titles/0/registration").await, StatusCode::CONFLICT);
}

#[tokio::test]
async fn what_waits_is_registered_and_what_is_open_is_paid_all_at_once() {
    let branch = Branch::open(false, None).await;
    branch.bank.receive(&remittance(1, &[7, 8])).expect("it is taken");
    assert_eq!(branch.bank.pay_open(1).expect("it is tried"), 0, "nothing can be paid yet");
    branch.bank.register_at_once(true).expect("they are registered");
    assert!(branch.bank.registers_at_once());
    assert_eq!(branch.told(0).await, [(7, Occurrence::Registered, 0), (8, Occurrence::Registered, 0)]);
    assert_eq!(branch.bank.pay_open(2).expect("they are paid"), 2);
    let paid: Vec<u64> = branch.told(1).await.into_iter().map(|(number, ..)| number).collect();
    assert_eq!(paid, [7, 7, 8, 8]);
    assert_eq!(branch.bank.pay_open(1).expect("it is tried"), 0, "nothing is open any more");
}
