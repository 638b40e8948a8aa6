//! One address cannot take the connections of the others.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::house::House;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

async fn asked(stream: &mut TcpStream) -> String {
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: saldo\r\n\r\n").await.expect("it is taken");
    let mut bytes = [0; 4_096];
    let read =
        tokio::time::timeout(PATIENCE, stream.read(&mut bytes)).await.expect("in time").expect("bytes");
    String::from_utf8(bytes[..read].to_vec()).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_holds_so_many_and_gives_them_back() {
    const EACH_MAX: usize = 3;
    // Nobody is trusted: this machine is an address like any other.
    let house = House::open_with(|config| {
        config.server.trusted_proxies.clear();
        config.server.connections_per_address_max = EACH_MAX;
    })
    .await;
    let address = house.url.trim_start_matches("http://").to_owned();
    let connect = async || TcpStream::connect(&address).await.expect("a connection");
    let mut held = Vec::new();
    for _ in 0..EACH_MAX {
        let mut stream = connect().await;
        assert!(asked(&mut stream).await.starts_with("HTTP/1.1 200"));
        held.push(stream);
    }
    let mut text = String::new();
    let mut one_more = connect().await;
    tokio::time::timeout(PATIENCE, one_more.read_to_string(&mut text)).await.expect("in time").expect("text");
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
    assert!(head.starts_with("HTTP/1.1 429") && head.contains("Retry-After: 1"), "{head}");
    let problem: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(problem["code"], "too_many_connections");
    assert!(asked(&mut held[0]).await.starts_with("HTTP/1.1 200"), "the others go on");

    held.pop();
    // The server learns of the closed one when it next looks at it: until then the place is taken.
    let come_in = async {
        loop {
            let mut stream = connect().await;
            if asked(&mut stream).await.starts_with("HTTP/1.1 200") {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, come_in).await.expect("a place becomes free");
    drop(held);
    house.close().await;
}

/// Whoever sends more than is taken reads why, also if he sends all of it before he reads.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_beyond_what_is_taken_is_refused_in_words() {
    const SENT: usize = 24 * 1024 * 1024;
    let house = House::open().await;
    let address = house.url.trim_start_matches("http://").to_owned();
    let send = async {
        let mut stream = TcpStream::connect(&address).await.expect("a connection");
        let head = format!(
            "POST /v1/customers HTTP/1.1\r\nHost: saldo\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nIdempotency-Key: large\r\nContent-Length: {SENT}\r\nConnection: close\r\n\r\n",
            house.operator
        );
        stream.write_all(head.as_bytes()).await.expect("the head is taken");
        let chunk = vec![b' '; 1024 * 1024];
        for _ in 0..SENT / chunk.len() {
            stream.write_all(&chunk).await.expect("the body is taken, to be dropped");
        }
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("an answer");
        text
    };
    let text = tokio::time::timeout(PATIENCE, send).await.expect("in time");
    assert!(text.starts_with("HTTP/1.1 413"), "{text}");
    house.close().await;
}
