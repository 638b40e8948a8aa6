//! Writes every page with sample values into a folder, to be looked at without a server:
//! `cargo run -p saldo --example gallery -- /tmp/gallery`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use askama::Template;
use jiff::tz::TimeZone;
use money::{Amount, Quantity, Timestamp, Unit};
use saldo::look::chart::{BalancePoint, Chart, Room, Span};
use saldo::look::page::console::{Need, NeedKind};
use saldo::look::page::*;
use saldo::look::part::*;
use saldo::look::{Locale, Reader, assets, mail};

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).context("the folder to write into is missing")?;
    let folder = PathBuf::from(folder);
    std::fs::create_dir_all(folder.join("assets"))?;
    for asset in assets::all() {
        std::fs::write(folder.join(asset.path.trim_start_matches('/')), &asset.bytes)?;
    }
    for locale in Locale::ALL {
        let zone = TimeZone::get("America/Sao_Paulo").context("time zones of the system")?;
        let sample = Sample { reader: Reader::new(locale, zone), folder: folder.join(locale.tag()) };
        std::fs::create_dir_all(&sample.folder)?;
        sample.entrance()?;
        sample.portal()?;
        sample.recharges()?;
        sample.others()?;
    }
    Ok(())
}

/// One reader's gallery.
struct Sample {
    reader: Reader,
    folder: PathBuf,
}

impl Sample {
    fn entrance(&self) -> Result<()> {
        let sign_in = |problem, is_staff| SignIn {
            reader: self.reader.clone(),
            frame: frame(None),
            is_staff,
            may_sign_up: !is_staff,
            login: String::new(),
            problem,
            next: String::new(),
        };
        self.write("sign-in", &sign_in(None, false))?;
        self.write("sign-in-wrong", &sign_in(Some(SignInProblem::WrongPair), false))?;
        self.write("console-sign-in", &sign_in(None, true))?;
        for (name, is_sent) in [("forgotten-password", false), ("forgotten-password-sent", true)] {
            self.write(
                name,
                &ForgottenPassword {
                    reader: self.reader.clone(),
                    frame: frame(None),
                    is_sent,
                    is_staff: false,
                },
            )?;
        }
        let set_password = SetPassword {
            action: "/set-password",
            reader: self.reader.clone(),
            frame: frame(None),
            token: "secret".to_owned(),
            login: "ana@example.com".to_owned(),
            is_invitation: true,
            is_staff: false,
            length_min: 10,
            problem: Some(PasswordProblem::Different),
        };
        self.write("set-password", &set_password)?;
        let messages = [
            ("message-not-found", Message::NotFound, Some(Place::Billing)),
            ("message-failed", Message::Failed, None),
            ("message-unavailable", Message::Unavailable { seconds: 2 }, None),
            ("message-link-expired", Message::LinkExpired, None),
        ];
        for (name, message, place) in messages {
            self.write(name, &MessagePage { reader: self.reader.clone(), frame: frame(place), message })?;
        }
        Ok(())
    }

    fn portal(&self) -> Result<()> {
        let reader = || self.reader.clone();
        let billing = Billing {
            automatic: Some(saldo::look::page::AutomaticSeen::of(None, money::Timestamp::EPOCH)),
            reader: reader(),
            frame: frame(Some(Place::Billing)),
            balance: balance(),
            chart: Chart::by_hour(&self.reader, Room::Half, &hours()),
            days_left: Some(9),
            checkouts: vec![checkout()],
            movements: movements().into_iter().take(5).collect(),
            next_expiry: Some(NextExpiry {
                source: GrantSource::Promotional,
                remaining: usd("24.75"),
                at: time("2027-02-19T23:00:00-03:00"),
            }),
            cards: Some(cards()),
        };
        self.write("billing", &billing)?;
        let new = Billing {
            balance: new_balance(),
            chart: Chart::by_hour(&self.reader, Room::Half, &[]),
            days_left: None,
            checkouts: Vec::new(),
            movements: Vec::new(),
            next_expiry: None,
            cards: Some(Vec::new()),
            frame: demo_frame(Some(Place::Billing)),
            ..billing
        };
        self.write("billing-new", &new)?;
        let months = vec![Month { year: 2026, month: 11 }, Month { year: 2026, month: 10 }];
        let statement = Statement {
            reader: reader(),
            frame: frame(Some(Place::Statement)),
            chosen: months[0],
            months,
            movements: movements(),
            newer_url: None,
            older_url: Some("/statement?after=2".to_owned()),
            csv_url: "/statement.csv?month=2026-11".to_owned(),
            pdf_url: "/statement.pdf?month=2026-11".to_owned(),
            days: ["2026-11-01".to_owned(), "2026-11-30".to_owned()],
            wrong_day: None,
        };
        self.write("statement", &statement)?;
        self.write("statement-empty", &Statement { movements: Vec::new(), older_url: None, ..statement })?;
        self.usage()?;
        self.keys_and_cards()
    }

    fn usage(&self) -> Result<()> {
        let items = vec![
            ItemUse {
                item: ItemName::ActiveHours,
                quantity: Quantity::from_millionths(9_000_000),
                amount: usd("2.25"),
            },
            ItemUse {
                item: ItemName::Named("Translated characters".to_owned()),
                quantity: Quantity::from_millionths(1_250_400_500_000),
                amount: usd("0.1875"),
            },
            ItemUse {
                item: ItemName::Charged("Image render".to_owned()),
                quantity: Quantity::from_millionths(3_000_000),
                amount: usd("1.50"),
            },
        ];
        let by_hour = Usage {
            reader: self.reader.clone(),
            frame: frame(Some(Place::Usage)),
            view: UsageView::Hours,
            used: Used {
                period: self.reader.date(now()),
                before_url: Some("/usage?day=2026-11-20".to_owned()),
                after_url: None,
                total: usd("2.4375"),
                chart: Chart::by_hour(&self.reader, Room::Full, &hours()),
                items,
            },
        };
        self.write("usage", &by_hour)?;
        let by_day = Usage {
            view: UsageView::Days,
            used: Used {
                period: Month { year: 2026, month: 11 }.words(&self.reader),
                total: usd("41.75"),
                chart: Chart::by_day(&self.reader, Room::Full, &days()),
                ..by_hour.used.clone()
            },
            ..by_hour
        };
        self.write("usage-by-day", &by_day)
    }

    fn keys_and_cards(&self) -> Result<()> {
        let charged =
            || cards().into_iter().zip(std::iter::once(true).chain(std::iter::repeat(false))).collect();
        let page = |cards, removed| SavedCards {
            reader: self.reader.clone(),
            frame: frame(Some(Place::SavedCards)),
            cards,
            removed,
        };
        self.write("saved-cards", &page(Some(charged()), Some("Visa •••• 1111".to_owned())))?;
        self.write("saved-cards-empty", &page(Some(Vec::new()), None))?;
        let key = |name: &str, used_at, revoked_at| ApiKey {
            id: "key_01k".to_owned(),
            name: name.to_owned(),
            last_four: "9f3q".to_owned(),
            created_at: time("2026-10-02T10:00:00-03:00"),
            used_at,
            revoked_at,
        };
        let page = |keys, created, has_bad_name| ApiKeys {
            reader: self.reader.clone(),
            frame: frame(Some(Place::ApiKeys)),
            keys,
            created,
            has_bad_name,
            name_length_max: 60,
            revoked: None,
        };
        let keys = vec![
            key("Production server", Some(now()), None),
            key("Notebook of Ana", None, None),
            key("Old server", Some(now()), Some(now())),
        ];
        let created = CreatedKey {
            name: "Production server".to_owned(),
            secret: "sk_4f1k0tqz8m2v7w9x5y3a6b1c9f3q".to_owned(),
        };
        self.write("api-keys", &page(keys, Some(created), false))?;
        self.write("api-keys-empty", &page(Vec::new(), None, true))
    }

    fn recharges(&self) -> Result<()> {
        let outcome = |outcome, method| {
            Some(PaymentResult {
                outcome,
                amount: usd("10"),
                method,
                gained: Gained::Credit { balance: usd("34.75") },
                close_url: "recharge.html".to_owned(),
                poll_url: "/recharge/result?topup=top_1".to_owned(),
            })
        };
        let visa = || Some(Method::Card(card("visa", "4242")));
        let results = [
            ("recharge", None),
            ("recharge-successful", outcome(Outcome::Successful, visa())),
            ("recharge-failed", outcome(Outcome::Failed(Reason::InsufficientFunds), visa())),
            ("recharge-cancelled", outcome(Outcome::Cancelled, None)),
            ("recharge-pending", outcome(Outcome::Pending, None)),
        ];
        for (name, result) in results {
            self.write(name, &self.recharge(result))?;
        }
        let wrong =
            Recharge { typed: "2".to_owned(), problem: Some(AmountProblem::TooSmall), ..self.recharge(None) };
        self.write("recharge-wrong", &wrong)?;
        let payments = PaymentList { rows: Vec::new(), older_url: None, ..payments() };
        let new = Recharge {
            balance: new_balance(),
            payments,
            checkouts: Vec::new(),
            cards: Some(Vec::new()),
            frame: demo_frame(Some(Place::Recharge)),
            ..self.recharge(None)
        };
        self.write("recharge-new", &new)
    }

    fn recharge(&self, result: Option<PaymentResult>) -> Recharge {
        Recharge {
            covers: None,
            automatic: Some(saldo::look::page::AutomaticSeen::of(None, money::Timestamp::EPOCH)),
            reader: self.reader.clone(),
            frame: frame(Some(Place::Recharge)),
            balance: balance(),
            suggested: ["10", "25", "50", "100"].map(usd).to_vec(),
            chosen: usd("10"),
            typed: String::new(),
            problem: None,
            least: usd("5"),
            most: usd("1000"),
            payments: payments(),
            checkouts: vec![checkout()],
            keeps_cards: true,
            cards: Some(cards()),
            result,
        }
    }

    fn others(&self) -> Result<()> {
        let invitation = mail::invitation(
            &self.reader,
            "Aurora Digital",
            "Ana Lima",
            "http://localhost:7070/set-password?token=abc",
            now(),
        );
        let row = MailRow {
            at: now(),
            to: "ana@example.com".to_owned(),
            subject: invitation.subject,
            url: "mail.html".to_owned(),
            state: MailState::Sent,
        };
        let mails = Mails {
            reader: self.reader.clone(),
            frame: demo_frame(None),
            are_kept: false,
            rows: vec![row.clone()],
            newer_url: None,
            older_url: None,
        };
        self.write("mails", &mails)?;
        let page = MailPage {
            reader: self.reader.clone(),
            frame: demo_frame(None),
            row,
            body: invitation.body,
            list_url: "mails.html".to_owned(),
        };
        self.write("mail", &page)?;
        self.console()?;
        self.demo()
    }

    fn console(&self) -> Result<()> {
        let customer = |name: &str, login: &str, posted| ConsoleCustomer {
            id: "cus_01kb3x8vfsey0vt9q2w4n6r8ta".to_owned(),
            name: name.to_owned(),
            login: login.to_owned(),
            balance: Some((usd(posted), usd(posted))),
            created_at: time("2026-10-02T10:00:00-03:00"),
        };
        let home = ConsoleHome {
            left: Vec::new(),
            reader: self.reader.clone(),
            frame: frame(Some(Place::ConsoleHome)),
            drift: saldo::look::page::DriftLine::Lately { amounts: "$0.00".to_owned() },
            figures: Vec::new(),
            glances: Vec::new(),
            lately_low: Vec::new(),
            books: saldo::look::page::BooksLine::Verified { at: now(), minutes: 2 },
            needs: vec![
                Need { kind: NeedKind::Unconfirmed, count: 2, sum: String::new() },
                Need { kind: NeedKind::Remittance, count: 7, sum: String::new() },
            ],
            customers: vec![
                customer("Ana Lima", "ana@example.com", "34.75"),
                customer("Bruno Reis", "bruno@example.com", "-0.25"),
                customer("Companhia de Traduções Simultâneas", "financeiro@example.com", "1025.5"),
            ],
            newer_url: None,
            older_url: Some("/console?after=3".to_owned()),
        };
        self.write("console", &home)
    }

    fn demo(&self) -> Result<()> {
        let falls =
            ["25", "25", "24.75", "24.75", "24.5", "34.5", "34.25", "34.25", "34", "44", "43.75", "43.5"];
        let points: Vec<BalancePoint> = (0_i64..)
            .zip(falls)
            .map(|(n, text)| BalancePoint {
                at: time("2026-11-21T02:00:00-03:00").plus(n * Timestamp::HOUR),
                balance: usd(text),
            })
            .collect();
        let login = |email: &str, password: &str| DemoLogin {
            email: email.to_owned(),
            password: password.to_owned(),
        };
        self.write("demo-reset", &DemoReset { reader: self.reader.clone(), frame: demo_frame(None) })?;
        let mut done = Done::default();
        done.api[..4].fill(true);
        done.data[..2].fill(true);
        let bytes =
            [50_i64, 47, 44, 44, 41, 40, 38, 36, 35, 34, 31, 28].map(|gigabytes| gigabytes * 1_000_000_000);
        let data_points: Vec<BalancePoint> = points
            .iter()
            .zip(bytes)
            .map(|(point, left)| BalancePoint { at: point.at, balance: Amount::new(left, Unit::BYTE) })
            .collect();
        let page = DemoHome {
            reader: self.reader.clone(),
            frame: demo_frame(None),
            customer: login("ana@example.com", "carvalho-lua-42"),
            subscribers: ["plenty", "zero", "blocked"]
                .map(|state| DemoSubscriber { state, name: "João", document: "52998224725".to_owned() })
                .into(),
            subscriber_password: "araucaria-rio-08".to_owned(),
            staff: login("staff@example.com", "granito-mar-17"),
            line: DemoHome::money_line(&self.reader, &points),
            data_line: DemoHome::data_line(&self.reader, "João", &data_points),
            curl: "curl -H 'Authorization: Bearer sk_4f1k0tqz8m2v7w9x' http://127.0.0.1:7072/translate"
                .to_owned(),
            sandbox_url: "http://127.0.0.1:7071/".to_owned(),
            router_url: "http://127.0.0.1:7073/".to_owned(),
            bank_url: "http://127.0.0.1:7074/".to_owned(),
            done,
        };
        self.write("demo", &page)
    }

    fn write(&self, name: &str, page: &impl Template) -> Result<()> {
        let html = page.render()?.replace("\"/assets/", "\"../assets/");
        write_file(&self.folder.join(format!("{name}.html")), &html)
    }
}

fn write_file(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| path.display().to_string())
}

fn usd(text: &str) -> Amount {
    Amount::parse(text, Unit::USD).expect("a sample amount")
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a sample time")
}

fn now() -> Timestamp {
    time("2026-11-21T14:18:00-03:00")
}

fn frame(place: Option<Place>) -> Frame {
    Frame {
        brand: "Aurora Digital".to_owned(),
        support_email: "support@example.com".to_owned(),
        support_phone: String::new(),
        terms_url: String::new(),
        sheet_url: None,
        logo: None,
        menu: place.map_or(Menu::None, Menu::with),
        hidden: Vec::new(),
        viewed_as: None,
        place,
        person: place
            .is_some()
            .then(|| Person { name: "Ana Lima".to_owned(), login: "ana@example.com".to_owned() }),
        csrf: "token".to_owned(),
        path: "/billing".to_owned(),
        request_id: "0199a3f2c1d4".to_owned(),
        live_url: None,
        moved_clock: None,
        trial: None,
        demo: None,
    }
}

fn demo_frame(place: Option<Place>) -> Frame {
    let demo = Demo {
        now: now(),
        faults: DemoFaults { twice: true, ..DemoFaults::default() },
        sandbox_url: "http://127.0.0.1:7071".to_owned(),
    };
    Frame { demo: Some(demo), ..frame(place) }
}

fn checkout() -> Checkout {
    Checkout {
        id: "top_01kb3x8vfsey0vt9q2w4n6r8ta".to_owned(),
        amount: usd("25"),
        closes_at: time("2026-11-21T14:48:00-03:00"),
        url: Some("http://127.0.0.1:7071/c/pay/cs_1".to_owned()),
        is_being_confirmed: false,
    }
}

fn balance() -> Balance {
    Balance {
        posted: usd("34.75"),
        available: usd("34.50"),
        is_frozen: false,
        is_for_staff: false,
        debt: usd("0"),
        pending: usd("0.25"),
        held: usd("0"),
        now: now(),
        window_closes_at: Some(time("2026-11-21T15:00:00-03:00")),
        grants: vec![
            Grant {
                source: GrantSource::Promotional,
                remaining: usd("24.75"),
                expires_at: Some(time("2027-02-19T23:00:00-03:00")),
            },
            Grant { source: GrantSource::Purchased, remaining: usd("10"), expires_at: None },
        ],
    }
}

fn new_balance() -> Balance {
    let grants = vec![Grant { source: GrantSource::Promotional, remaining: usd("25"), expires_at: None }];
    let (posted, pending) = (usd("25"), usd("0"));
    Balance { posted, available: posted, pending, window_closes_at: None, grants, ..balance() }
}

fn hours() -> Vec<Span> {
    let midnight = time("2026-11-21T00:00:00-03:00");
    let amounts =
        [(1, "0.25"), (2, "0.25"), (6, "0.25"), (10, "0.5"), (11, "0.25"), (12, "0.25"), (14, "0.25")];
    (0_i64..24)
        .map(|hour| Span {
            from: midnight.plus(hour * Timestamp::HOUR),
            until: midnight.plus((hour + 1) * Timestamp::HOUR),
            amount: usd(amounts.iter().find(|(at, _)| *at == hour).map_or("0", |(_, text)| text)),
            is_over: hour < 14,
            is_settled: true,
        })
        .collect()
}

fn days() -> Vec<Span> {
    let first = time("2026-11-01T00:00:00-03:00");
    (0_i64..30)
        .map(|day| Span {
            from: first.plus(day * Timestamp::DAY),
            until: first.plus((day + 1) * Timestamp::DAY),
            amount: Amount::new(if day < 21 { (day * 7 % 11) * 250_000 } else { 0 }, Unit::USD),
            is_over: day < 20,
            is_settled: true,
        })
        .collect()
}

fn card(brand: &str, last4: &str) -> Card {
    Card { brand: brand.to_owned(), last4: last4.to_owned() }
}

fn cards() -> Vec<SavedCard> {
    let saved = |brand, last4, expiry_year, expired| SavedCard {
        id: "pm_1".to_owned(),
        card: card(brand, last4),
        expiry_month: 4,
        expiry_year,
        saved_at: Some(now()),
        expired,
    };
    vec![saved("visa", "4242", 2029, false), saved("mastercard", "4444", 2025, true)]
}

fn movements() -> Vec<Movement> {
    let active = |from: &str| {
        let from = time(from);
        MovementKind::ActiveTime { from, until: from.plus(Timestamp::HOUR) }
    };
    let rows = [
        (
            "2026-11-21T14:12:00-03:00",
            MovementKind::ToppedUp { method: Some(Method::Card(card("visa", "4242"))), is_automatic: false },
            "10",
            "34.75",
        ),
        ("2026-11-21T13:00:00-03:00", active("2026-11-21T12:00:00-03:00"), "-0.25", "24.75"),
        ("2026-11-20T10:30:00-03:00", MovementKind::Adjusted { reason: "goodwill".to_owned() }, "1", "25"),
        (
            "2026-11-20T10:00:00-03:00",
            MovementKind::Used {
                meter: "Translated characters".to_owned(),
                quantity: Quantity::from_millionths(12_500_000_000),
            },
            "-0.001875",
            "24",
        ),
        ("2026-11-18T09:40:00-03:00", MovementKind::Expired(GrantSource::Promotional), "-1", "24.001875"),
        ("2026-11-18T09:00:00-03:00", MovementKind::Granted(GrantSource::Promotional), "25", "25.001875"),
    ];
    rows.map(|(at, kind, amount, after)| Movement {
        id: "ent_01k".to_owned(),
        at: time(at),
        kind,
        amount: usd(amount),
        balance: usd(after),
    })
    .to_vec()
}

fn payments() -> PaymentList {
    let row = |at: &str, id: &str, amount, method, status, reason| Payment {
        at: time(at),
        transaction_id: id.to_owned(),
        amount: usd(amount),
        method,
        status,
        reason,
        receipt_url: (status == PaymentStatus::Success).then(|| "/receipts/pay_1".to_owned()),
        way_on: (status == PaymentStatus::Pending).then(|| "https://pay.example/voucher".to_owned()),
    };
    let visa = Method::Card(card("visa", "4242"));
    let declined = Method::Card(card("mastercard", "0002"));
    let boleto = Method::Named("Boleto".to_owned());
    let until = Reason::WaitingUntil(time("2026-11-24T23:00:00-03:00"));
    let (success, failure, pending) =
        (PaymentStatus::Success, PaymentStatus::Failure, PaymentStatus::Pending);
    PaymentList {
        caption_id: "credit-details",
        rows: vec![
            row("2026-11-21T14:12:00-03:00", "ch_3SVk9QKq81Fx0aB2x81F", "10", visa, success, None),
            row(
                "2026-11-21T14:10:00-03:00",
                "ch_3SVk9QKq81Fx0aB2a02C",
                "10",
                declined,
                failure,
                Some(Reason::Declined),
            ),
            row("2026-11-18T09:40:00-03:00", "pi_3SVk9QKq81Fx0aB2n44B", "1050", boleto, pending, Some(until)),
        ],
        newer_url: None,
        older_url: Some("/recharge?after=3".to_owned()),
        support_email: "support@example.com".to_owned(),
        request_id: "0199a3f2c1d4".to_owned(),
        is_for_staff: false,
    }
}
