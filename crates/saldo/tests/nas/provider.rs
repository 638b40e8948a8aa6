//! A small provider in a test: a plan and a pack, subscribers with their lines, and a router that reports to the program.

use std::sync::Arc;
use std::time::Duration;

use book::{Buying, Charging, LineAct, PackNo};
use money::{Amount, GrantId, PackId, PlanId, PurchaseId, RouterId, Timestamp, Unit};
use radius::Secret;
use radius::mikrotik::{Both, RateLimit};
use saldo::audit::Author;
use saldo::lines::offers::{PlanDraft, put_plan};
use saldo::lines::{self, NewLine, NewSubscriber};
use saldo::{clock, ids, nas};
use sandbox::router::{Router, RouterConfig, Subscriber};
use store::Hidden;
use store::tables::lines::{AtZero, LineEntry, OnWriteOff, PackRelease, PackRow, PlanRow, RouterRow};
use store::views::{CycleRow, LineRow};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinHandle;

use crate::house::{House, PATIENCE};

pub(crate) const SECRET: &str = "segredo";
pub(crate) const LOGIN: &str = "joao";
pub(crate) const SPEED: &str = "10M/50M";
pub(crate) const SLOW: &str = "256k/1M";
/// What a cycle gives.
pub(crate) const ALLOWANCE: i64 = 2_000_000_000;
/// What a pack gives.
pub(crate) const PACK: i64 = 10_000_000_000;
/// How long nothing is done before what was waited for is looked at again.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// A program, a line, a router.
pub(crate) struct Provider {
    pub(crate) house: House,
    pub(crate) line: LineEntry,
    pub(crate) router: Router,
    pub(crate) nas_no: u32,
    listening: JoinHandle<()>,
}

/// Megabytes to the subscriber.
pub(crate) fn megabytes(count: u64) -> Both {
    Both { upload: 0, download: count * 1_000_000 }
}

impl Provider {
    pub(crate) async fn open(at_zero: AtZero) -> Provider {
        let changes = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let port = changes.local_addr().expect("an address").port();
        Provider::open_with(at_zero, changes, port).await
    }

    /// The same with another router, which hears of changes at `coa_port`; the one that is there hears of none.
    pub(crate) async fn open_for(at_zero: AtZero, coa_port: u16) -> Provider {
        let nobody = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        Provider::open_with(at_zero, nobody, coa_port).await
    }

    async fn open_with(at_zero: AtZero, changes: UdpSocket, coa_port: u16) -> Provider {
        let house =
            House::open_with(|config| config.radius.accounting_listen = "127.0.0.1:0".to_owned()).await;
        let listening = nas::listen(&house.running.app).await.expect("a port").expect("a listener");
        let app = &house.running.app;
        let plan = plan(at_zero);
        let plan_no = app.write(move |tx| tx.insert_plan(&plan)).await.expect("a plan");
        let pack = pack(plan_no);
        app.write(move |tx| tx.insert_pack(&pack)).await.expect("a pack");
        app.reload_sold().await.expect("a catalog");
        let new = NewSubscriber {
            name: "João Silva".to_owned(),
            email: None,
            external_key: None,
            locale: "pt-BR".to_owned(),
            document: "52998224725".to_owned(),
            address: lines::Address::default(),
        };
        let customer = lines::subscribe(app, Author::operator(), new).await.expect("a subscriber").id;
        let new = NewLine { customer, plan_no, anchor_day: 1, access_login: Some(LOGIN.to_owned()) };
        let line = lines::open(app, Author::operator(), new).await.expect("a line");
        let nas_no = add_router(&house, "torre-1", "127.0.0.1", SECRET, coa_port).await;
        let router = start_router(&house, changes).await;
        let provider = Provider { house, line, router, nas_no, listening };
        // FreeRADIUS is answered from the views.
        provider.seen().await;
        provider
    }

    /// Ends the program and starts it again on the same folder and port; the router goes on.
    pub(crate) async fn restart(self) -> Provider {
        let Provider { house, line, router, nas_no, listening } = self;
        let port = house.running.app.nas.accounting_address().expect("a port");
        house.running.app.announce_end();
        listening.await.expect("the listener ends");
        let data = house.close().await;
        let house = House::open_in(data, |config| config.radius.accounting_listen = port.to_string()).await;
        let listening = nas::listen(&house.running.app).await.expect("the same port").expect("a listener");
        Provider { house, line, router, nas_no, listening }
    }

    /// The line and its running cycle, as the views have them.
    pub(crate) async fn seen(&self) -> (LineRow, CycleRow) {
        let id = self.line.id;
        let app = &self.house.running.app;
        let landed = app.ledger.landed().borrow().position;
        assert!(app.wait_projected(landed, PATIENCE).await, "the views keep up");
        app.read(move |reader| {
            let row = reader.line_view(id)?.expect("the line");
            let cycle = reader.cycles(row.wallet_no, None, 1)?.rows.pop().expect("a cycle");
            Ok((row, cycle))
        })
        .await
        .expect("a look")
    }

    /// What is left, in bytes.
    pub(crate) fn posted(&self) -> i64 {
        self.house.running.app.ledger.wallet(self.line.wallet).expect("a wallet").balance.posted
    }

    /// Looks again until it is so.
    pub(crate) async fn until(&self, what: &str, mut is_so: impl FnMut(&Provider) -> bool) {
        let waiting = async {
            while !is_so(self) {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(in_time.is_ok(), "{what}; left {}, sessions {:?}", self.posted(), self.router.sessions());
    }

    /// Waits until every report has been answered.
    pub(crate) async fn settled(&self) {
        self.until("every report is answered", |provider| provider.router.unanswered() == 0).await;
    }

    /// Waits until the router has confirmed that the line is restricted, or not.
    pub(crate) async fn until_restricted(&self, wanted: bool) {
        let looking = async {
            while self.seen().await.0.restricted_since.is_some() != wanted {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, looking).await;
        assert!(in_time.is_ok(), "restricted: {wanted}; sessions {:?}", self.router.sessions());
    }

    /// Waits until the session of the line runs at this speed.
    pub(crate) async fn until_speed(&self, speed: &str) {
        let wanted: RateLimit = speed.parse().expect("a speed");
        let has = |provider: &Provider| provider.router.sessions().iter().all(|one| one.rate_limit == wanted);
        self.until("the speed", has).await;
    }

    /// Buys a pack as the page would.
    pub(crate) async fn buy(&self) {
        let buying = Buying {
            purchase: PurchaseId::from_u128(ids::fresh()),
            grant: GrantId::from_u128(ids::fresh()),
            pack: PackNo(1),
            quantity: PACK,
            price: Amount::new(24_900_000, Unit::BRL),
            charging: Charging::NextInvoice,
            sequence: self.seen().await.0.sequence,
        };
        lines::buy(&self.house.running.app, self.line.wallet, buying).await.expect("a purchase");
    }

    /// Staff change what the line's plan does at zero, and its speed.
    /// Has so many bytes of the newest pack taken back, as a refund of its payment would.
    pub(crate) async fn take_back(&self, bytes: i64) {
        let (app, wallet) = (&self.house.running.app, self.line.wallet);
        let newest = move |book: &book::Book| {
            let wallet = book.wallet_no(wallet).and_then(|no| book.wallet(no))?;
            wallet.grants.iter().rfind(|grant| grant.source == book::Source::Purchased).map(|grant| grant.id)
        };
        let grant = app.ledger.look(newest).await.expect("a look");
        let act = book::Act::SetTakenBack(book::TakeBackTerms {
            wallet,
            payment: money::PaymentId::from_u128(1),
            grant,
            cause: book::TakenBackCause::Refund,
            amount: Amount::new(bytes, Unit::BYTE),
            reinstated: GrantId::from_u128(ids::fresh()),
        });
        let taken = app.ledger.submit(vec![book::Command { key: None, act }]).await.expect("an answer");
        assert!(matches!(taken[0], engine::Outcome::Decided { .. }), "{taken:?}");
    }

    pub(crate) async fn change_plan(&self, at_zero: AtZero, speed: &str) {
        let draft = PlanDraft {
            name: "Fibra 50".to_owned(),
            fee: Amount::new(99_900_000, Unit::BRL),
            allowance: ALLOWANCE,
            carried_max: None,
            supports_purchase: true,
            balance_max: 0,
            unpaid_max: None,
            at_zero,
            speed: speed.to_owned(),
            slow_speed: SLOW.to_owned(),
            walled_list: "sem-saldo".to_owned(),
            free: Vec::new(),
            block_after_days: None,
            zero_rated: vec!["WhatsApp".to_owned(), "garden".to_owned()],
        };
        put_plan(&self.house.running.app, Author::operator(), Some(1), draft).await.expect("a changed plan");
    }

    /// Blocks or enables the line.
    pub(crate) async fn set_status(&self, status: book::LineStatus) {
        let act = LineAct::SetStatus { status };
        lines::ask(&self.house.running.app, self.line.wallet, act, None).await.expect("an answer");
    }

    /// The count of a metric, as `/metrics` tells it.
    pub(crate) async fn metric(&self, name: &str) -> u64 {
        let text = self.house.get("/metrics").await.text;
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        value.unwrap_or_else(|| panic!("{name} is not in\n{text}"))
    }

    /// Waits until a metric has come to `count`: an answer is counted after it was sent.
    pub(crate) async fn until_metric(&self, name: &str, count: u64) {
        let looking = async {
            while self.metric(name).await != count {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, looking).await;
        assert!(in_time.is_ok(), "{name} is {}", self.metric(name).await);
        assert_eq!(self.metric(name).await, count, "{name}");
    }

    /// Waits until what a metric counts has happened.
    pub(crate) async fn until_counted(&self, name: &str) {
        let looking = async {
            while self.metric(name).await == 0 {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("{name} is 0"));
    }

    /// Where reports are taken.
    pub(crate) fn port(&self) -> std::net::SocketAddr {
        self.house.running.app.nas.accounting_address().expect("a port")
    }
}

/// Enters a router. Gives its number.
pub(crate) async fn add_router(house: &House, name: &str, address: &str, secret: &str, coa_port: u16) -> u32 {
    let app = &house.running.app;
    let row = RouterRow {
        nas_no: 0,
        id: RouterId::from_u128(ids::fresh()),
        name: name.to_owned(),
        address: address.to_owned(),
        secret: Hidden(secret.to_owned()),
        coa_port,
        last_seen_at: None,
        created_at: app.ledger.now(),
        counts_all: 1,
    };
    let nas_no = app.write(move |tx| tx.insert_router(&row)).await.expect("a router");
    app.nas.routers_changed();
    nas_no
}

async fn start_router(house: &House, changes: UdpSocket) -> Router {
    let accounting_server = house.running.app.nas.accounting_address().expect("a port");
    // The router outlives a program that is started again.
    let app = Arc::downgrade(&house.running.app);
    let now = move || app.upgrade().map_or_else(clock::now, |app| app.ledger.now());
    let config = RouterConfig {
        listener: TcpListener::bind("127.0.0.1:0").await.expect("a port"),
        changes,
        accounting_server,
        secret: Secret::new(SECRET).expect("a secret"),
        identifier: "torre-1".to_owned(),
        ip: [127, 0, 0, 1].into(),
        interim_seconds: 300,
        services: vec!["WhatsApp".to_owned()],
        subscribers: vec![Subscriber {
            login: LOGIN.to_owned(),
            ip: [100, 64, 0, 9].into(),
            rate_limit: SPEED.parse().expect("a speed"),
        }],
        clock: Arc::new(move || now().as_micros() / 1_000),
    };
    Router::start(config).await.expect("a router")
}

fn plan(at_zero: AtZero) -> PlanRow {
    PlanRow {
        plan_no: 0,
        id: PlanId::from_u128(ids::fresh()),
        name: "Fibra 50".to_owned(),
        fee: Amount::new(99_900_000, Unit::BRL),
        allowance: ALLOWANCE,
        carried_max: None,
        supports_purchase: 1,
        balance_max: 0,
        unpaid_max: None,
        at_zero,
        speed: SPEED.to_owned(),
        slow_speed: SLOW.to_owned(),
        walled_list: "sem-saldo".to_owned(),
        created_at: Timestamp::EPOCH,
        block_after_days: None,
        zero_rated: String::new(),
        fee_since: None,
    }
}

fn pack(plan_no: u32) -> PackRow {
    PackRow {
        pack_no: 0,
        id: PackId::from_u128(ids::fresh()),
        plan_no,
        quantity: PACK,
        price: Amount::new(24_900_000, Unit::BRL),
        chargings: "next_invoice".to_owned(),
        release: PackRelease::Purchase,
        validity_days: None,
        per_cycle_max: None,
        sold: 1,
        created_at: Timestamp::EPOCH,
        on_write_off: OnWriteOff::TakeBack,
    }
}
