//! The program is killed while staff have it take a file of customers with what they had in another system, at moments that are drawn: as
//! the rows are written, and while the book hears of them. A file is taken whole or not at all, nobody is lost or made twice, and everybody
//! has what the file said, once.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use money::StaffId;
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Client, RequestBuilder};
use saldo::{clock, ids, passwords};
use store::tables::imports::ImportKind;
use store::tables::staff::{Staff, StaffRole};
use store::{Reader, StoreError};

use crate::client::{PATIENCE, look_again};
use crate::program::Program;
use crate::{Random, told_seed};

/// Files that are taken, and customers of each.
const FILES: u32 = 3;
const CUSTOMERS: u32 = 1_500;
/// Times that one file is sent until it was taken, at most.
const TRIES_MAX: u32 = 40;
/// Kills while the book hears of one file, at most; then it is left in peace.
const KILLS_MAX: u32 = 8;
/// The longest that the program lives after it was asked to take a file, and after a start, in microseconds.
const TAKING_MAX: u64 = 400_000;
const LIFE_MAX: u64 = 60_000;
const EMAIL: &str = "staff@example.com";
const PASSWORD: &str = "four words are easier";
const PAGE: &str = "/console/customers/import";
const BOUNDARY: &str = "----kill";

/// A browser of staff. What the program does not answer, it does not know.
struct Desk {
    client: Client,
    url: String,
    cookies: BTreeMap<String, String>,
}

impl Desk {
    async fn sign_in(program: &Program) -> Desk {
        let no_further = reqwest::redirect::Policy::none();
        let client = Client::builder().redirect(no_further).build().expect("a client");
        let mut desk = Desk { client, url: program.url(), cookies: BTreeMap::new() };
        let page = desk.get("/console/sign-in").await;
        let form = form(&[("csrf", token(&page)), ("login", EMAIL), ("password", PASSWORD)]);
        let (status, ..) = desk.send(desk.post("/console/sign-in", form)).await.expect("an answer");
        assert_eq!(status, 303, "staff sign in");
        desk
    }

    fn request(&self, request: RequestBuilder) -> RequestBuilder {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.header(COOKIE, pairs.join("; "))
    }

    fn post(&self, path: &str, (kind, body): (String, Vec<u8>)) -> RequestBuilder {
        let request = self.client.post(format!("{}{path}", self.url)).header("content-type", kind).body(body);
        self.request(request)
    }

    async fn get(&mut self, path: &str) -> String {
        let request = self.request(self.client.get(format!("{}{path}", self.url)));
        let (status, _, text) = self.send(request).await.expect("an answer");
        assert_eq!(status, 200, "{path}: {text}");
        text
    }

    /// Status, address and text of an answer, if one came.
    async fn send(&mut self, request: RequestBuilder) -> Option<(u16, String, String)> {
        let answer = request.send().await.ok()?;
        for set in answer.headers().get_all(SET_COOKIE) {
            let pair =
                set.to_str().ok().and_then(|set| set.split(';').next()).and_then(|set| set.split_once('='));
            let (name, value) = pair.expect("a cookie");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location =
            answer.headers().get("location").and_then(|there| there.to_str().ok()).unwrap_or_default();
        let (status, location) = (answer.status().as_u16(), location.to_owned());
        Some((status, location, answer.text().await.ok()?))
    }

    /// Sends a file and follows to what was found in it; the form that takes it.
    async fn check(&mut self, file: &str) -> (String, Vec<u8>) {
        let token = token(&self.get(PAGE).await).to_owned();
        let body = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n--{BOUNDARY}\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"customers.csv\"\r\n\
             Content-Type: text/csv\r\n\r\n{file}\r\n--{BOUNDARY}--\r\n"
        );
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let sent = self.send(self.post("/console/customers/checks", (kind, body.into_bytes()))).await;
        let (status, there, text) = sent.expect("an answer");
        assert_eq!(status, 303, "{text}");
        let checked = self.get(&there).await;
        let kept = between(&checked, "name=\"check\" value=\"").expect("a file that can be taken");
        form(&[("csrf", self::token(&checked)), ("check", kept)])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_customers_is_taken_once_and_whole_after_kills() {
    let mut random = Random(told_seed());
    let begun = Instant::now();
    let mut program = Program::prepare(String::new(), &[]);
    let staff = Staff {
        id: StaffId::from_u128(ids::fresh()),
        email: EMAIL.to_owned(),
        name: "Staff".to_owned(),
        password_hash: passwords::hash(PASSWORD).await.expect("a hash"),
        role: StaffRole::Admin,
        created_at: clock::now(),
        disabled_at: None,
    };
    program.start();
    program.tables().write(|tx| tx.insert_staff(&staff)).expect("staff");
    let mut desk = Desk::sign_in(&program).await;
    let (mut before_taken, mut while_heard) = (0, 0);
    for file in 0..FILES {
        let sheet = sheet(file);
        // The first is cut off as soon as its rows are there: before the book has heard of them all, however fast the machine.
        let moment = if file == 0 { Moment::Written } else { Moment::Drawn };
        let (tries, is_heard_of) = take(&mut program, &mut desk, (&sheet, file), moment, &mut random).await;
        before_taken += tries;
        while_heard += u32::from(is_heard_of);
        for _ in 0..KILLS_MAX {
            // The moment of the kill is what is random here; nothing is waited for.
            tokio::time::sleep(Duration::from_micros(random.below(LIFE_MAX))).await;
            program.kill();
            while_heard += u32::from(is_under_way(&program));
            program.start();
        }
        let tables = program.tables();
        let heard = async {
            while tables
                .read(|reader| Ok::<_, StoreError>(!reader.open_intents(None, 1)?.rows.is_empty()))
                .expect("a look")
            {
                look_again().await;
            }
        };
        tokio::time::timeout(PATIENCE, heard).await.expect("the book hears of all within time");
        tables.read(|reader| check(reader, file + 1)).expect("a look");
    }
    program.kill();
    program.verify();
    assert!(while_heard > 0, "no kill came while the book heard of a file");
    eprintln!(
        "{before_taken} kills before a file was taken, {while_heard} while the book heard of one, in {} s",
        begun.elapsed().as_secs()
    );
}

/// When the program is killed that takes a file.
#[derive(Clone, Copy)]
enum Moment {
    /// At one that is drawn.
    Drawn,
    /// As soon as its rows are written.
    Written,
}

/// Has the program take a file after `known` others, and kills it meanwhile, until it was taken; how often it was not, and whether the book
/// had still to hear of some of it.
async fn take(
    program: &mut Program,
    desk: &mut Desk,
    (sheet, known): (&str, u32),
    moment: Moment,
    random: &mut Random,
) -> (u32, bool) {
    for tries in 0..TRIES_MAX {
        let taking = desk.check(sheet).await;
        let asked = tokio::spawn(desk.post("/console/customers/imports", taking).send());
        match moment {
            // Longer with each try: a slow machine takes it in the end, too.
            Moment::Drawn => {
                let longest = TAKING_MAX * u64::from(tries + 1);
                tokio::time::sleep(Duration::from_micros(random.below(longest))).await;
            }
            Moment::Written => {
                let tables = program.tables();
                let imports = |reader: &Reader<'_>| {
                    let page = reader.imports(ImportKind::Customers, None, FILES + 1)?;
                    Ok::<_, StoreError>(page.rows.len())
                };
                let written = async {
                    while tables.read(imports).expect("a look") <= known as usize && !asked.is_finished() {
                        tokio::task::yield_now().await;
                    }
                };
                tokio::time::timeout(PATIENCE, written).await.expect("it is taken within time");
            }
        }
        program.kill();
        let is_heard_of = is_under_way(program);
        let answered = asked.await.expect("a task").is_ok_and(|answer| answer.status().as_u16() == 303);
        program.start();
        let count = |reader: &Reader<'_>| {
            let imports = reader.imports(ImportKind::Customers, None, FILES + 1)?.rows.len();
            Ok::<_, StoreError>((imports, reader.customer_count()?))
        };
        let (imports, customers) = program.tables().read(count).expect("a look");
        let is_taken = imports > known as usize;
        let whole = i64::from(CUSTOMERS) * i64::from(known + u32::from(is_taken));
        assert_eq!(customers, whole, "a file is taken whole or not at all");
        assert!(is_taken || !answered, "what was answered is there");
        if is_taken {
            return (tries, is_heard_of);
        }
    }
    panic!("the file was never taken");
}

fn is_under_way(program: &Program) -> bool {
    let look = |reader: &Reader<'_>| Ok::<_, StoreError>(!reader.open_intents(None, 1)?.rows.is_empty());
    program.tables().read(look).expect("a look")
}

/// What the customer of this number brings, in cents.
fn opening(number: u32) -> u32 {
    100 + number
}

fn address(file: u32, number: u32) -> String {
    format!("who-{file}-{number}@example.com")
}

fn sheet(file: u32) -> String {
    let mut text = "name;email;external_id;opening_balance;balance_kind;expires;language\n".to_owned();
    for number in 0..CUSTOMERS {
        let (cents, kind) = (opening(number), if number % 3 == 0 { "promotional" } else { "purchased" });
        let amount = format!("{},{:02}", cents / 100, cents % 100);
        // Writing into a string cannot fail.
        let _ = writeln!(text, "Who {number};{};;{amount};{kind};;en", address(file, number));
    }
    text
}

/// Everybody of these files is there once, and has what his row said.
fn check(reader: &Reader<'_>, files: u32) -> Result<(), StoreError> {
    assert_eq!(reader.customer_count()?, i64::from(files * CUSTOMERS));
    for file in 0..files {
        for number in 0..CUSTOMERS {
            let address = address(file, number);
            let customer = reader.customer_by_email(&address)?.expect("a customer");
            let wallets = reader.wallet_views_of(customer.id, 5)?;
            let grants = reader.grants(wallets[0].wallet_no, None, 5)?.rows.len();
            let posted: Vec<i64> = wallets.iter().map(|wallet| wallet.posted).collect();
            assert_eq!((posted, grants), (vec![i64::from(opening(number)) * 10_000], 1), "{address}");
        }
    }
    Ok(())
}

fn form(fields: &[(&str, &str)]) -> (String, Vec<u8>) {
    let pairs =
        fields.iter().map(|(name, value)| format!("{name}={}", saldo::look::format::percent_encoded(value)));
    let body = pairs.collect::<Vec<_>>().join("&");
    ("application/x-www-form-urlencoded".to_owned(), body.into_bytes())
}

fn token(page: &str) -> &str {
    between(page, "name=\"csrf\" value=\"").expect("a form with its token")
}

fn between<'t>(text: &'t str, before: &str) -> Option<&'t str> {
    text.split_once(before)?.1.split_once('"').map(|(inside, _)| inside)
}
