//! Mails leave by SMTP: what a server takes is sent, what it puts off is tried again later.

#![allow(clippy::expect_used, reason = "tests say what they expect")]

mod browser;
mod house;

use browser::insert_login;
use house::House;
use saldo::portal;
use store::tables::outbox::Mail;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

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

/// A house that sends by the server at `address` and has just invited somebody; the link in the invitation.
async fn invited(address: &str) -> (House, String) {
    let house = House::open_with(|config| {
        config.mail.smtp = address.to_owned();
        config.mail.smtp_security = saldo::config::SmtpSecurity::None;
        config.mail.from = "Acme <no-reply@example.com>".to_owned();
    })
    .await;
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
