//! A provider with one subscriber whose allowance is used up, in a house; what he buys, and what becomes of it.

#![allow(
    dead_code,
    clippy::expect_used,
    reason = "a subscriber for several tests, each of which does some of what he can do"
)]

use std::sync::Arc;

use book::{Charging, LineAct, LineStatus};
use money::{Amount, LoginId, PurchaseId, Unit};
use saldo::app::App;
use saldo::audit::Author;
use saldo::config::{Bank, Config, Pix, PixCallback};
use saldo::lines::offers::{self, PackDraft, PlanDraft};
use saldo::lines::{self, Address, NewLine, NewSubscriber};
use saldo::{clock, ids, passwords};
use store::tables::bank::Finding;
use store::tables::lines::{AtZero, LineEntry, OnWriteOff, PackRelease};
use store::tables::logins::Login;
use store::tables::pix::{PixCharge, PixState};
use store::views::{PurchaseRow, PurchaseState};

use super::browser::{Browser, PASSWORD, between};
use super::house::{self, Answer, House, PATIENCE};

/// Bytes of a gigabyte.
pub(crate) const GB: i64 = 1_000_000_000;
/// What the subscriber buys.
pub(crate) const PACK: i64 = 10 * GB;
/// What Pix's provider proves itself with.
pub(crate) const SECRET: &str = "a-secret-of-the-house";
/// Where the callbacks go.
pub(crate) const CALLBACK: &str = "/webhooks/pix/a-secret-of-the-house";
/// The subscriber's CPF.
pub(crate) const CPF: &str = "52998224725";

/// The provider.
pub(crate) struct Provider {
    pub(crate) house: House,
    pub(crate) line: LineEntry,
    pub(crate) pack_no: u32,
}

/// R$ 24,90.
pub(crate) fn price() -> Amount {
    Amount::new(24_900_000, Unit::BRL)
}

/// A house with a bank and a key of Pix.
pub(crate) async fn open_house() -> House {
    open_house_with(PixCallback::Path(SECRET.to_owned())).await
}

/// As [`open_house`], with callbacks that prove themselves so.
pub(crate) async fn open_house_with(callback: PixCallback) -> House {
    let callback = Some(callback);
    open_house_and(|config| config.pix = Some(Pix { callback, ..Pix::sample(SECRET).expect("a key") })).await
}

/// As [`open_house`], with other settings.
pub(crate) async fn open_house_and(change: impl FnOnce(&mut Config)) -> House {
    House::open_with(|config| {
        config.bank = Some(Bank::sample().expect("a bank"));
        config.pix = Some(Pix::sample(SECRET).expect("a key"));
        change(config);
    })
    .await
}

impl Provider {
    pub(crate) async fn open() -> Provider {
        Provider::in_house(open_house().await).await
    }

    pub(crate) async fn in_house(house: House) -> Provider {
        let app = Arc::clone(&house.running.app);
        let plan = PlanDraft {
            name: "Fibra 20 GB".to_owned(),
            fee: Amount::new(79_900_000, Unit::BRL),
            allowance: 20 * GB,
            carried_max: None,
            supports_purchase: true,
            balance_max: 0,
            unpaid_max: None,
            at_zero: AtZero::Slow,
            speed: "10M/50M".to_owned(),
            slow_speed: "512k/1M".to_owned(),
            walled_list: "portal".to_owned(),
            free: Vec::new(),
            block_after_days: None,
        };
        let plan_no = offers::put_plan(&app, Author::operator(), None, plan).await.expect("a plan");
        let pack = PackDraft {
            plan_no,
            quantity: PACK,
            price: price(),
            chargings: Charging::ALL.map(|(way, _)| way).to_vec(),
            release: PackRelease::Purchase,
            validity_days: None,
            per_cycle_max: None,
            sold: true,
            on_write_off: OnWriteOff::TakeBack,
        };
        let pack_no = offers::put_pack(&app, Author::operator(), None, pack).await.expect("a pack");
        let subscriber = NewSubscriber {
            name: "João da Silva".to_owned(),
            email: None,
            external_key: None,
            locale: "pt-BR".to_owned(),
            document: CPF.to_owned(),
            address: Address {
                street: "Rua São João, 12".to_owned(),
                district: "Centro".to_owned(),
                city: "São Paulo".to_owned(),
                state: "SP".to_owned(),
                postcode: "01310100".to_owned(),
            },
        };
        let customer = lines::subscribe(&app, Author::operator(), subscriber).await.expect("a subscriber").id;
        let login = Login {
            id: LoginId::from_u128(ids::fresh()),
            customer,
            email: CPF.to_owned(),
            password_hash: Some(passwords::hash(PASSWORD).await.expect("a hash")),
            created_at: clock::now(),
            last_sign_in_at: None,
        };
        app.write(move |tx| tx.insert_login(&login)).await.expect("a login");
        let new = NewLine { customer, plan_no, anchor_day: 1, access_login: Some("joao".to_owned()) };
        let line = lines::open(&app, Author::operator(), new).await.expect("a line");
        let provider = Provider { house, line, pack_no };
        provider.ask(LineAct::AddUse { total: 20 * GB, outside: 0 }).await;
        provider
    }

    pub(crate) fn app(&self) -> &Arc<App> {
        &self.house.running.app
    }

    /// Asks something of the line, and waits until pages show it.
    pub(crate) async fn ask(&self, act: LineAct) {
        let asked = lines::ask(self.app(), self.line.wallet, act, None).await.expect("the book answers");
        let engine::Outcome::Decided { entry, .. } = asked else { panic!("{asked:?}") };
        assert!(self.app().wait_projected(entry.position(), PATIENCE).await);
    }

    /// Cancels the line for ever.
    pub(crate) async fn cancel_line(&self) {
        self.ask(LineAct::SetStatus { status: LineStatus::Cancelled }).await;
    }

    /// What is left on the line, in bytes.
    pub(crate) fn available(&self) -> i64 {
        self.app().ledger.wallet(self.line.wallet).expect("the wallet").balance.available()
    }

    /// What the customer has in reais, once all that was asked of the book is there.
    pub(crate) async fn credit(&self) -> String {
        self.house.until(|reader| reader.open_intents(None, 10), |page| page.rows.is_empty()).await;
        let customer = self.line.customer;
        let wallets = self.app().read(move |reader| reader.wallets_of(customer, None, 10)).await;
        let wallet = wallets.expect("a look").rows.into_iter().find(|wallet| wallet.unit == Unit::BRL);
        let posted = wallet.and_then(|wallet| self.app().ledger.wallet(wallet.id));
        Amount::new(posted.map_or(0, |wallet| wallet.balance.posted), Unit::BRL).to_decimal()
    }

    /// The newest purchase.
    pub(crate) async fn purchase(&self) -> PurchaseRow {
        let line = self.line.id;
        let read = self.app().read(move |reader| {
            let no = reader.line_view(line)?.map_or(0, |view| view.wallet_no);
            reader.purchases(no, 1)
        });
        read.await.expect("a look").pop().expect("a purchase")
    }

    /// Waits until the newest purchase stands so.
    pub(crate) async fn until_purchase_is(&self, state: PurchaseState) -> PurchaseRow {
        let look = |reader: &store::Reader<'_>| {
            let page = reader.line_views(None, 1)?;
            let no = page.rows.first().map_or(0, |view| view.wallet_no);
            reader.purchases(no, 1)
        };
        let rows = self.house.until(look, |rows| rows.first().is_some_and(|row| row.state == state)).await;
        rows.into_iter().next().expect("a purchase")
    }

    /// The Pix of a purchase, once it was written.
    pub(crate) async fn pix_of(&self, purchase: PurchaseId) -> PixCharge {
        let customer = self.line.customer;
        let look = async {
            loop {
                let all = self.app().read(move |reader| reader.pix_of(customer, 10)).await.expect("a look");
                if let Some(found) = all.into_iter().find(|pix| pix.purchase == Some(purchase)) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, look).await.expect("a Pix")
    }

    /// How a Pix stands.
    pub(crate) async fn pix_state(&self, txid: &str) -> PixState {
        let txid = txid.to_owned();
        let found = self.app().read(move |reader| reader.pix_charge(&txid)).await.expect("a look");
        found.expect("the Pix").state
    }

    /// Waits until as many things need a person; those.
    pub(crate) async fn findings(&self, count: usize) -> Vec<Finding> {
        let found = self.house.until(|reader| reader.findings(20), |found| found.len() >= count).await;
        assert_eq!(found.len(), count, "{found:?}");
        found
    }

    /// A browser in which the subscriber has signed in, in English.
    pub(crate) async fn signed_in(&self) -> Browser<'_> {
        let mut browser = Browser::new(&self.house);
        let answer = browser.sign_in("/sign-in", "529.982.247-25", PASSWORD).await;
        assert_eq!(answer.header("location"), Some("/buy-credit"), "{}", answer.text);
        browser
    }

    /// The page of the line.
    pub(crate) fn page(&self) -> String {
        format!("/buy-credit?line={}", self.line.id)
    }

    /// What the page says of the pack charged so, and the fields of its form.
    pub(crate) async fn choose(
        &self,
        browser: &mut Browser<'_>,
        charging: Charging,
    ) -> (String, Vec<(String, String)>) {
        let page = browser.get(&self.page()).await.text;
        let before = page.split("\">10.0\u{a0}GB ").next().expect("a page");
        let pack = before.rsplit("value=\"").next().expect("a pack");
        let chosen = format!("{}&credit={pack}&charging={}", self.page(), charging.code());
        let page = browser.get(&chosen).await.text;
        let form = page.split("method=\"post\" action=\"/buy-credit\"").nth(1).expect("a form");
        let form = form.split("</form>").next().expect("a form").to_owned();
        let fields = form.split("<input type=\"hidden\" name=\"").skip(1).map(|input| {
            let (name, rest) = input.split_once('"').expect("a name");
            (name.to_owned(), between(rest, "value=\"", "\"").expect("a value").to_owned())
        });
        let fields = fields.collect();
        (page, fields)
    }

    /// Chooses the pack charged so and buys it.
    pub(crate) async fn buy(&self, browser: &mut Browser<'_>, charging: Charging) -> Answer {
        let (_, fields) = self.choose(browser, charging).await;
        send(browser, &fields).await
    }

    /// Ends the program in order and starts it again on the same folder, with the same settings.
    pub(crate) async fn restart(self) -> Provider {
        let Provider { house, line, pack_no } = self;
        let operator = house.operator.clone();
        let data = house.close().await;
        let mut house = House::open_in(data, |config| {
            config.bank = Some(Bank::sample().expect("a bank"));
            config.pix = Some(Pix::sample(SECRET).expect("a key"));
        })
        .await;
        house.operator = operator;
        Provider { house, line, pack_no }
    }
}

/// Sends the form that buys.
pub(crate) async fn send(browser: &mut Browser<'_>, fields: &[(String, String)]) -> house::Answer {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post("/buy-credit", &fields).await
}
