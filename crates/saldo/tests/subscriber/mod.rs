//! What the provider's subscriber does in a browser: he signs in, chooses and buys; and what becomes of it.

#![allow(
    dead_code,
    clippy::expect_used,
    reason = "a subscriber for several tests, each of which does some of what he can do"
)]

use book::{Charging, LineAct, LineStatus};
use money::{LoginId, PurchaseId};
use saldo::config::{Config, Pix, PixCallback};
use saldo::lines::offers::PlanDraft;
use saldo::{clock, ids, passwords};
use store::tables::bank::Finding;
use store::tables::lines::PackRelease;
use store::tables::logins::Login;
use store::tables::pix::{PixCharge, PixState};
use store::views::{PurchaseRow, PurchaseState};

use super::browser::{Browser, PASSWORD, between};
use super::house::provider::{CPF, Provider};
use super::house::{self, Answer, PATIENCE, look_again};

/// What Pix's provider proves itself with.
pub(crate) const SECRET: &str = "a-secret-of-the-house";
/// Where the callbacks go.
pub(crate) const CALLBACK: &str = "/webhooks/pix/a-secret-of-the-house";

impl Provider {
    /// A provider whose subscriber has a password, and that is paid by Pix, too.
    pub(crate) async fn open_portal() -> Provider {
        Provider::open_portal_and(|_| {}).await
    }

    /// As [`Provider::open_portal`], with callbacks that prove themselves so.
    pub(crate) async fn open_portal_with(callback: PixCallback) -> Provider {
        let callback = Some(callback);
        let change = |config: &mut Config| {
            config.pix = Some(Pix { callback, ..Pix::sample(SECRET).expect("a key") });
        };
        Provider::open_portal_and(change).await
    }

    /// As [`Provider::open_portal`], with other settings.
    pub(crate) async fn open_portal_and(change: impl FnOnce(&mut Config)) -> Provider {
        Provider::open_portal_as(PackRelease::Purchase, change, |_| {}).await
    }

    /// As [`Provider::open_portal_and`], with another plan, and a pack that is released so.
    pub(crate) async fn open_portal_as(
        release: PackRelease,
        change: impl FnOnce(&mut Config),
        change_plan: impl FnOnce(&mut PlanDraft),
    ) -> Provider {
        let settings = |config: &mut Config| {
            with_pix(config);
            change(config);
        };
        let provider = Provider::open_with(release, settings, change_plan).await;
        let login = Login {
            id: LoginId::from_u128(ids::fresh()),
            customer: provider.line.customer,
            email: CPF.to_owned(),
            password_hash: Some(passwords::hash(PASSWORD).await.expect("a hash")),
            created_at: clock::now(),
            last_sign_in_at: None,
        };
        provider.app().write(move |tx| tx.insert_login(&login)).await.expect("a login");
        provider
    }

    /// Cancels the line for ever.
    pub(crate) async fn cancel_line(&self) {
        self.ask(LineAct::SetStatus { status: LineStatus::Cancelled }).await;
    }

    /// The newest purchase.
    pub(crate) async fn newest_purchase(&self) -> PurchaseRow {
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

    /// Waits until the line stands so.
    pub(crate) async fn until_line_is(&self, status: &str) {
        let is_so = |page: &store::tables::Page<store::views::LineRow, _>| {
            page.rows.first().is_some_and(|view| view.status == status)
        };
        self.house.until(|reader| reader.line_views(None, 1), is_so).await;
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
                look_again().await;
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
    pub(crate) async fn all_findings(&self, count: usize) -> Vec<Finding> {
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
        let before = page.split("\">10.0\u{a0}GB —").next().expect("a page");
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
    pub(crate) async fn buy_in(&self, browser: &mut Browser<'_>, charging: Charging) -> Answer {
        let (_, fields) = self.choose(browser, charging).await;
        send(browser, &fields).await
    }

    /// Ends the program in order and starts it again on the same folder, with the same settings.
    pub(crate) async fn restart(self) -> Provider {
        self.restart_with(with_pix).await
    }
}

fn with_pix(config: &mut Config) {
    config.pix = Some(Pix::sample(SECRET).expect("a key"));
}

/// Sends the form that buys.
pub(crate) async fn send(browser: &mut Browser<'_>, fields: &[(String, String)]) -> house::Answer {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post("/buy-credit", &fields).await
}
