//! Mails leave by SMTP: what a server takes is sent, what it puts off is tried again later.

#![allow(clippy::expect_used, reason = "tests say what they expect")]

mod browser;
mod house;

use std::sync::Arc;

use browser::insert_login;
use house::House;
use money::{MailId, Timestamp};
use saldo::portal;
use store::tables::outbox::Mail;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Barrier, mpsc};

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_reaches_the_server() {
    let (address, mut letters) = smtp_server("250 taken").await;
    let (house, link) = invited(&address).await;
    let letter =
        tokio::time::timeout(house::PATIENCE, letters.recv()).await.ok().flatten().expect("a letter");
    for words in
        ["To: ana@example.com", "From: Acme <no-reply@example.com>", "Auto-Submitted: auto-generated"]
    {
        assert!(letter.contains(words), "{words}: {letter}");
    }
    // Long lines are folded on their way, as mail demands.
    let unfolded = letter.replace("=\r\n", "").replace("=3D", "=");
    assert!(unfolded.contains(&link), "{link}: {letter}");
    let mail = written_down(&house, |mail| mail.sent_at.is_some()).await;
    assert_eq!((mail.attempts, mail.next_attempt_at), (1, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_puts_off_is_tried_again_later() {
    let (address, _letters) = smtp_server("451 come again").await;
    let (house, _) = invited(&address).await;
    let mail = written_down(&house, |mail| mail.last_error.is_some()).await;
    assert_eq!(mail.sent_at, None);
    assert!(mail.next_attempt_at.is_some_and(|at| at > mail.created_at));
    assert!(mail.last_error.is_some_and(|error| error.contains("come again")));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_link_does_not_wait_for_a_monthly_run() {
    const OTHERS: u128 = 200;
    let (address, mut letters) = smtp_server("250 taken").await;
    let house = sending(&address).await;
    let mut mails: Vec<Mail> =
        (1..=OTHERS).map(|n| mail(n, "invoice_made", "everybody@example.com")).collect();
    // The last one of all, due as long as they.
    mails.push(mail(u128::MAX, "password_reset", "ana@example.com"));
    write(&house, mails).await;
    let mut came = Vec::new();
    for _ in 0..=OTHERS {
        let letter = tokio::time::timeout(house::PATIENCE, letters.recv()).await.ok().flatten();
        came.push(letter.expect("a letter").contains("To: ana@example.com"));
    }
    // Of those that are handed over at the same time any may be the first.
    let place = came.iter().position(|is_anas| *is_anas).expect("hers");
    assert!(place < 20, "{place} went before it");
    assert_eq!(came.iter().filter(|is_anas| **is_anas).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn some_mails_are_handed_over_at_the_same_time() {
    const CALLERS: u128 = 4;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let (letters, _received) = mpsc::unbounded_channel();
    // Nobody is greeted before so many have called.
    let all_here = Arc::new(Barrier::new(usize::try_from(CALLERS).expect("few")));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (all_here, letters) = (Arc::clone(&all_here), letters.clone());
            tokio::spawn(async move {
                all_here.wait().await;
                converse(stream, "250 taken", letters).await;
            });
        }
    });
    let house = sending(&address).await;
    write(&house, (1..=CALLERS).map(|n| mail(n, "invoice_made", "ana@example.com")).collect()).await;
    let is_over = |mail: &Mail| mail.sent_at.is_some() || mail.last_error.is_some();
    let mails = house.until(|reader| reader.mails(None, 9), |mails| mails.rows.iter().all(is_over)).await;
    for mail in &mails.rows {
        assert_eq!((mail.sent_at.is_some(), mail.attempts, &mail.last_error), (true, 1, &None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_refuses_for_good_is_not_sent_on_and_on() {
    let (address, _letters) = smtp_server("550 nobody of that name").await;
    let house = sending(&address).await;
    let again = Mail { attempts: 2, ..mail(2, "invoice_made", "gone@example.com") };
    write(&house, vec![mail(1, "invoice_made", "gone@example.com"), again]).await;
    let is_refused = |mail: &Mail| mail.last_error.is_some();
    let mails = house.until(|reader| reader.mails(None, 9), |mails| mails.rows.iter().all(is_refused)).await;
    let in_hours = saldo::clock::now().plus(5 * Timestamp::HOUR);
    // The second was put off twice before: that does not count.
    for mail in &mails.rows {
        assert!(mail.last_error.as_deref().is_some_and(|said| said.contains("nobody of that name")));
        assert!(mail.next_attempt_at.is_some_and(|at| at > in_hours), "{mail:?}");
    }
    let (app, id) = (&house.running.app, mail(2, "", "").id);
    let mut left = mails.rows.into_iter().find(|mail| mail.id == id).expect("the mail");
    for attempts in [4, 5] {
        assert!(left.next_attempt_at.is_some(), "before try {attempts}: {left:?}");
        app.write(move |tx| tx.mail_retry(id, Some(Timestamp::EPOCH), "due")).await.expect("it is due");
        app.mail_news.notify_one();
        let is_refused = |mail: &Option<Mail>| {
            mail.as_ref()
                .is_some_and(|mail| mail.attempts == attempts && mail.last_error.as_deref() != Some("due"))
        };
        left = house.until(move |reader| reader.mail(id), is_refused).await.expect("the mail");
    }
    assert_eq!((left.attempts, left.next_attempt_at), (5, None), "refused three times: a person must look");
}

/// A house that sends by the server at `address`.
async fn sending(address: &str) -> House {
    House::open_with(|config| {
        config.mail.smtp = address.to_owned();
        config.mail.smtp_security = saldo::config::SmtpSecurity::None;
        config.mail.from = "Acme <no-reply@example.com>".to_owned();
    })
    .await
}

/// A mail that is due.
fn mail(n: u128, kind: &str, to: &str) -> Mail {
    let now = saldo::clock::now();
    Mail {
        id: MailId::from_u128(n),
        kind: kind.to_owned(),
        recipient: to.to_owned(),
        subject: "Fatura".to_owned(),
        body: "…".to_owned(),
        locale: "pt-BR".to_owned(),
        created_at: now,
        sent_at: None,
        attempts: 0,
        next_attempt_at: Some(Timestamp::EPOCH),
        last_error: None,
        customer: None,
    }
}

/// Writes all of them at once.
async fn write(house: &House, mails: Vec<Mail>) {
    let app = &house.running.app;
    app.write(move |tx| mails.iter().try_for_each(|mail| tx.insert_mail(mail))).await.expect("mails");
    app.mail_news.notify_one();
}

/// A house that sends by the server at `address` and has just invited somebody; the link in the invitation.
async fn invited(address: &str) -> (House, String) {
    let house = sending(address).await;
    let ana = house.customer("ana").await;
    let login = insert_login(&house, &ana, None);
    let link = portal::invite(&house.running.app, &login).await.expect("an invitation").url;
    (house, link)
}

/// The one mail, as soon as this is true of it.
async fn written_down(house: &House, is_so: impl Fn(&Mail) -> bool) -> Mail {
    let mails = house.until(|reader| reader.mails(None, 2), |mails| mails.rows.iter().any(&is_so)).await;
    assert_eq!(mails.rows.len(), 1);
    mails.rows.into_iter().next().expect("it is there")
}

/// As little of an SMTP server as it takes; it gives `verdict` on each letter. The letters come on the channel.
async fn smtp_server(verdict: &'static str) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let (letters, received) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, verdict, letters.clone()));
        }
    });
    (address, received)
}

async fn converse(stream: TcpStream, verdict: &str, letters: mpsc::UnboundedSender<String>) {
    let mut stream = BufReader::new(stream);
    let mut reply = "220 mail.example.com ESMTP".to_owned();
    loop {
        if stream.write_all(format!("{reply}\r\n").as_bytes()).await.is_err() {
            return;
        }
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        reply = match line.get(..4).unwrap_or_default() {
            "DATA" => {
                if stream.write_all(b"354 go on\r\n").await.is_err() {
                    return;
                }
                let mut letter = String::new();
                while !letter.ends_with("\r\n.\r\n") {
                    if stream.read_line(&mut letter).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                // Nobody may listen any more.
                let _ = letters.send(letter);
                verdict.to_owned()
            }
            _ => "250 mail.example.com".to_owned(),
        };
    }
}
