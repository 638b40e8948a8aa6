//! What a subscriber is written of what he owes.

use crate::house::provider::{Provider, return_file};
use crate::house::{self, House};
use book::LineStatus;
use saldo::audit::Author;
use saldo::billing;
use saldo::lines::offers::PlanDraft;
use store::tables::Page;
use store::tables::lines::PackRelease;
use store::tables::outbox::{Mail, Notice};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_owed_is_told_once_from_the_invoice_to_the_line_that_works_again() {
    let blocks_after_two_days = |plan: &mut PlanDraft| plan.block_after_days = Some(2);
    let provider = Provider::open_with(PackRelease::Purchase, |_| {}, blocks_after_two_days).await;
    provider.with_mail().await;
    provider.bill().await;
    let told = provider.mails(1).await;
    let amount = "R$\u{a0}79,90";
    assert_eq!(kinds(&told), ["invoice_made"]);
    assert_eq!((told[0].recipient.as_str(), told[0].locale.as_str()), ("joao@example.com", "pt-BR"));
    let awaits = "O boleto está sendo registrado no banco";
    contains(&told[0], &["Olá, João da Silva", "fatura nº 1", amount, awaits, "/invoices"]);

    let received = provider.remit().await;
    let registered = return_file(&received, 1, &[("02", 0)]);
    provider.load(&registered).await;
    provider.load(&registered).await;
    let told = provider.mails(2).await;
    assert_eq!(kinds(&told), ["invoice_made", "boleto_registered"]);
    let (.., boleto) = provider.invoices().await.remove(0);
    let boleto = boleto.expect("a boleto");
    contains(&told[1], &["fatura nº 1", amount, &boleto.linha_digitavel, "/invoices"]);

    let until_due = provider.days_until(&boleto.due_on);
    provider.days(until_due + 1).await;
    billing::review(provider.app()).await.expect("a look");
    assert_eq!(provider.mails(2).await.len(), 2, "the bank tells tomorrow of who paid on the due day");
    provider.days(1).await;
    assert_eq!(kinds(&provider.mails(3).await)[2..], ["boleto_overdue"]);
    provider.days(1).await;
    provider.until_status(LineStatus::Blocked).await;
    let told = provider.mails(4).await;
    assert_eq!(kinds(&told)[2..], ["boleto_overdue", "line_blocked"]);
    contains(&told[2], &["fatura nº 1", "venceu em", &boleto.linha_digitavel, "Se você já pagou"]);
    let trust = "o desbloqueio de confiança por 3 dias";
    contains(&told[3], &["linha joao", "bloqueada por falta de pagamento", trust, "/invoices"]);

    let (customer, line) = (provider.line.customer, provider.line.id);
    billing::trust(provider.app(), Author::operator(), customer, line).await.expect("trusted");
    let told = provider.mails(5).await;
    assert_eq!(kinds(&told)[4..], ["line_enabled"]);
    contains(&told[4], &["voltou a funcionar", "precisa ser pago até"]);

    // Nothing of it is derived from the journal: making the views again, or a restart, tells nothing again.
    let Provider { house, line, pack_no } = provider;
    let data = house.close().await;
    let mut rebuild = std::process::Command::new(env!("CARGO_BIN_EXE_saldo"));
    let (name, value) = house::place_of(data.path());
    let rebuild = rebuild.arg("rebuild-views").env(name, value).output().expect("it runs");
    assert!(rebuild.status.success(), "{}", String::from_utf8_lossy(&rebuild.stderr));
    let house = House::open_in(data, |config| config.bank = Some(house::provider::bank())).await;
    let provider = Provider { house, line, pack_no };
    provider.days(3).await;
    provider.until_status(LineStatus::Blocked).await;
    assert_eq!(kinds(&provider.mails(6).await)[5..], ["line_blocked"]);
    let paid = u64::try_from(boleto.amount.value() / 10_000).expect("centavos");
    provider.load(&return_file(&received, 2, &[("06", paid)])).await;
    provider.until_status(LineStatus::Enabled).await;
    let told = provider.mails(7).await;
    assert_eq!(kinds(&told)[5..], ["line_blocked", "line_enabled"], "{told:?}");
    assert!(!told[6].body.contains("precisa ser pago até"), "{}", told[6].body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_boleto_of_a_purchase_is_told_when_it_can_be_paid_and_nobody_is_written_to_without_an_address() {
    let provider = Provider::open(PackRelease::Purchase).await;
    let bought = provider.buy().await;
    let received = provider.remit().await;
    provider.load(&return_file(&received, 1, &[("02", 0)])).await;
    let is_delivered = |notices: &Page<Notice, _>| {
        notices.rows.iter().any(|told| told.id.kind == "boleto_registered" && told.delivered_at.is_some())
    };
    provider.house.until(|reader| reader.notices(None, 50), is_delivered).await;
    assert!(provider.mails(0).await.is_empty(), "there is no address");

    provider.with_mail().await;
    let until_due = provider.days_until(&bought.boleto.due_on);
    provider.days(until_due + 2).await;
    let told = provider.mails(1).await;
    assert_eq!(kinds(&told), ["boleto_overdue"]);
    contains(&told[0], &["10,0\u{a0}GB", "R$\u{a0}24,90", &bought.boleto.linha_digitavel]);
    provider.days(20).await;
    billing::review(provider.app()).await.expect("a look");
    assert_eq!(provider.mails(1).await.len(), 1, "once");
}

fn kinds(mails: &[Mail]) -> Vec<&str> {
    mails.iter().map(|mail| mail.kind.as_str()).collect()
}

fn contains(mail: &Mail, words: &[&str]) {
    for words in words {
        assert!(mail.body.contains(words), "{words}: {}", mail.body);
    }
}
