//! An internet provider with a bank and one subscriber whose allowance is used up.

use std::sync::Arc;

use book::{Buying, Charging, LineAct, PackNo};
use brazil::Centavos;
use brazil::cnab::bank::{News, Received, read_remittance, write_return};
use jiff::civil::{date, datetime};
use money::{Amount, GrantId, PurchaseId, Unit};
use saldo::app::App;
use saldo::audit::Author;
use saldo::config::{Bank, Config};
use saldo::documents::{self, Loaded};
use saldo::ids;
use saldo::lines::offers::{self, PackDraft, PlanDraft};
use saldo::lines::{self, Address, NewLine, NewSubscriber};
use store::tables::bank::{Finding, FindingCode};
use store::tables::boletos::{BoletoRow, BoletoState};
use store::tables::lines::{AtZero, LineEntry, OnWriteOff, PackRelease};
use store::views::PurchaseRow;

use super::{House, PATIENCE};

pub(crate) const GB: i64 = 1_000_000_000;
pub(crate) const ALLOWANCE: i64 = 20 * GB;
pub(crate) const PACK: i64 = 10 * GB;
/// The subscriber's CPF.
pub(crate) const CPF: &str = "52998224725";
/// R$ 24,90.
pub(crate) const PRICE_CENTAVOS: u64 = 2_490;

/// A provider with one subscriber whose allowance is used up.
pub(crate) struct Provider {
    pub(crate) house: House,
    pub(crate) line: LineEntry,
    pub(crate) pack_no: u32,
}

/// A boleto with the purchase that it collects.
pub(crate) struct Bought {
    pub(crate) boleto: BoletoRow,
    pub(crate) purchase: PurchaseId,
}

impl Provider {
    pub(crate) async fn open(release: PackRelease) -> Provider {
        Provider::open_with(release, |_| {}, |_| {}).await
    }

    /// With other settings and another plan.
    pub(crate) async fn open_with(
        release: PackRelease,
        change: impl FnOnce(&mut Config),
        change_plan: impl FnOnce(&mut PlanDraft),
    ) -> Provider {
        let house = House::open_with(|config| {
            config.bank = Some(bank());
            change(config);
        })
        .await;
        Provider::in_house(house, release, change_plan).await
    }

    pub(crate) async fn in_house(
        house: House,
        release: PackRelease,
        change_plan: impl FnOnce(&mut PlanDraft),
    ) -> Provider {
        let app = Arc::clone(&house.running.app);
        let mut plan = PlanDraft {
            name: "Fibra 20 GB".to_owned(),
            fee: reais(7_990),
            allowance: ALLOWANCE,
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
            zero_rated: Vec::new(),
        };
        change_plan(&mut plan);
        let plan_no = offers::put_plan(&app, Author::operator(), None, plan).await.expect("a plan");
        let pack = PackDraft {
            plan_no,
            quantity: PACK,
            price: reais(PRICE_CENTAVOS),
            chargings: Charging::ALL.map(|(way, _)| way).to_vec(),
            release,
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
        let customer = lines::subscribe(&app, Author::operator(), subscriber).await.expect("a subscriber");
        let access_login = Some("joao".to_owned());
        let new = NewLine { customer: customer.id, plan_no, anchor_day: 1, access_login };
        let line = lines::open(&app, Author::operator(), new).await.expect("a line");
        let provider = Provider { house, line, pack_no };
        provider.ask(LineAct::AddUse { total: ALLOWANCE, outside: 0 }).await;
        provider
    }

    pub(crate) fn app(&self) -> &Arc<App> {
        &self.house.running.app
    }

    /// Ends the program in order and starts it again on the same folder, with these settings beside the bank.
    pub(crate) async fn restart_with(self, change: impl FnOnce(&mut Config)) -> Provider {
        let Provider { house, line, pack_no } = self;
        let operator = house.operator.clone();
        let data = house.close().await;
        let mut house = House::open_in(data, |config| {
            config.bank = Some(bank());
            change(config);
        })
        .await;
        house.operator = operator;
        Provider { house, line, pack_no }
    }

    /// Asks something of the line, and waits until pages show it.
    pub(crate) async fn ask(&self, act: LineAct) {
        let asked = lines::ask(self.app(), self.line.wallet, act, None).await.expect("the book answers");
        let engine::Outcome::Decided { entry, .. } = asked else { panic!("{asked:?}") };
        assert!(self.app().wait_projected(entry.position(), PATIENCE).await);
    }

    pub(crate) fn buying(&self, charging: Charging, sequence: u32) -> Buying {
        Buying {
            purchase: PurchaseId::from_u128(ids::fresh()),
            grant: GrantId::from_u128(ids::fresh()),
            pack: PackNo(self.pack_no),
            quantity: PACK,
            price: reais(PRICE_CENTAVOS),
            charging,
            sequence,
        }
    }

    /// Buys the pack by boleto and waits until the boleto is written.
    pub(crate) async fn buy(&self) -> Bought {
        let buying = self.buying(Charging::Boleto, 0);
        lines::buy(self.app(), self.line.wallet, buying).await.expect("it may be bought");
        let rows = self
            .house
            .until(|reader| reader.boletos_in(BoletoState::Written, 10), |rows| !rows.is_empty())
            .await;
        assert_eq!(rows.len(), 1);
        Bought { boleto: rows[0].clone(), purchase: buying.purchase }
    }

    /// Makes a remittance, as the bank reads it.
    pub(crate) async fn remit(&self) -> Received {
        let remitted =
            documents::send_remittance(self.app(), Author::operator()).await.expect("a remittance");
        assert!(remitted.left_out.is_empty(), "{:?}", remitted.left_out);
        let body = remitted.file.expect("something to send").body;
        read_remittance(body.as_bytes(), bank().account.bank()).expect("a remittance that the bank can read")
    }

    pub(crate) async fn load(&self, file: &str) -> Loaded {
        let taken = documents::load(self.app(), Author::operator(), file.as_bytes().to_vec()).await;
        taken.expect("an answer").expect("a return that is taken")
    }

    pub(crate) async fn boleto(&self, bought: &Bought) -> BoletoRow {
        let id = bought.boleto.id;
        let boleto = self.app().read(move |reader| reader.boleto(id)).await.expect("a look");
        boleto.expect("the boleto")
    }

    pub(crate) async fn findings(&self, bought: &Bought) -> Vec<FindingCode> {
        let id = bought.boleto.id;
        let found: Vec<Finding> =
            self.app().read(move |reader| reader.findings_of(id)).await.expect("a look");
        found.iter().map(|finding| finding.code).collect()
    }

    /// The purchase as people read it, once everything durable is shown.
    pub(crate) async fn purchase(&self, bought: &Bought) -> PurchaseRow {
        let position = self.app().ledger.landed().borrow().position;
        assert!(self.app().wait_projected(position, PATIENCE).await);
        let id = bought.purchase;
        let purchase = self.app().read(move |reader| reader.purchase(id)).await.expect("a look");
        purchase.expect("the purchase")
    }

    /// What the customer has in reais, once all that was asked of the book is there.
    pub(crate) async fn credit(&self) -> Amount {
        let customer = self.line.customer;
        let open = |reader: &store::Reader<'_>| reader.open_intents(None, 10);
        self.house.until(open, |page| page.rows.is_empty()).await;
        let wallets =
            self.app().read(move |reader| reader.wallets_of(customer, None, 10)).await.expect("a look");
        let wallet = wallets.rows.into_iter().find(|wallet| wallet.unit == Unit::BRL);
        let posted = wallet.and_then(|wallet| self.app().ledger.wallet(wallet.id));
        Amount::new(posted.map_or(0, |wallet| wallet.balance.posted), Unit::BRL)
    }

    pub(crate) fn available(&self) -> i64 {
        let wallet = self.app().ledger.wallet(self.line.wallet).expect("the wallet");
        wallet.balance.available()
    }

    /// Registered and then paid in one file, as a bank writes at the end of a day.
    pub(crate) fn day(&self, received: &Received, number: u32) -> String {
        return_file(received, number, &[("02", 0), ("06", PRICE_CENTAVOS)])
    }
}

pub(crate) fn bank() -> Bank {
    Bank::sample().expect("a bank")
}

pub(crate) fn reais(centavos: u64) -> Amount {
    Centavos::new(centavos).expect("an amount").to_amount()
}

/// A return of the first title that says each of these codes, with what was paid in centavos.
pub(crate) fn return_file(received: &Received, number: u32, told: &[(&str, u64)]) -> String {
    let told: Vec<_> = told.iter().map(|(code, paid)| (*code, *paid, 0)).collect();
    return_file_with_interest(received, number, &told)
}

/// As [`return_file`], with what of the payment is interest, in centavos.
pub(crate) fn return_file_with_interest(
    received: &Received,
    number: u32,
    told: &[(&str, u64, u64)],
) -> String {
    let news = told.iter().map(|(code, paid, interest)| {
        let mut letters = code.chars();
        News {
            title: received.titles[0].clone(),
            code: [letters.next().expect("a code"), letters.next().expect("a code")],
            motives: if *code == "03" { vec![['4', '8']] } else { Vec::new() },
            fee: Centavos::ZERO,
            interest: Centavos::new(*interest).expect("an amount"),
            paid: Centavos::new(*paid).expect("an amount"),
            occurred_on: date(2026, 11, 23),
            credited_on: (*paid > 0).then(|| date(2026, 11, 24)),
        }
    });
    let created = datetime(2026, 11, 23, 20, 0, 0, 0);
    write_return(&received.holder, number, created, &news.collect::<Vec<_>>()).expect("a return")
}
