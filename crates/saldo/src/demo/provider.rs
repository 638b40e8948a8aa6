//! The provider's half of a demo: plans, packs, and three sample subscribers whose lines stand as lines do: with plenty left, at zero,
//! blocked; and one who has left.

use std::sync::Arc;

use book::{Charging, LineStatus};
use money::{Amount, CustomerId, LineId, LoginId, Timestamp, Unit, WalletId};
use serde_json::json;
use store::tables::audit::AuditRow;
use store::tables::lines::{AtZero, OnWriteOff, PackRelease};
use store::tables::logins::Login;
use store::{StoreError, Tx};

use super::folder::Secrets;
use super::seed::STAFF_EMAIL;
use crate::app::App;
use crate::audit::Author;
use crate::billing;
use crate::lines::offers::{PackDraft, PlanDraft, put_pack};
use crate::lines::{Address, NewSubscriber};
use crate::problem::Problem;
use crate::{clock, ids, passwords};

/// Days after the due day on which a line is blocked: few, so that a visitor meets it by moving the clock.
const BLOCK_AFTER_DAYS: u16 = 5;

/// Why the blocked one was blocked, in the words of the provider's staff.
const BLOCKED_BECAUSE: &str = "Mudança de endereço: aguarda nova instalação";

/// Bytes of a gigabyte.
const GB: i64 = 1_000_000_000;

/// The service whose traffic costs nothing in every plan, as the router reports it.
pub(super) const ZERO_RATED: &str = "WhatsApp";

/// The state of the one who has plenty left.
const PLENTY: &str = "plenty";

/// The state of the one who has nothing left.
const ZERO: &str = "zero";

/// The state of the one whose line is blocked.
const BLOCKED: &str = "blocked";

/// The state of the one who has left.
const LEFT: &str = "left";

/// A sample subscriber, as he is made.
pub(super) struct Sample {
    state: &'static str,
    pub(super) name: &'static str,
    document: &'static str,
    pub(super) access_login: &'static str,
    /// Bytes of this cycle.
    pub(super) used: i64,
    /// For how many days he has used nothing.
    pub(super) quiet_days: i64,
    pub(super) status: LineStatus,
}

/// The samples. Their CPFs are valid and known from examples; nobody is meant.
pub(super) const SAMPLES: [Sample; 3] = [
    Sample {
        state: PLENTY,
        name: "João Exemplo",
        document: "52998224725",
        access_login: "joao.exemplo",
        quiet_days: 0,
        used: 12_300_000_000,
        status: LineStatus::Enabled,
    },
    Sample {
        state: ZERO,
        name: "Maria Exemplo",
        document: "11144477735",
        access_login: "maria.exemplo",
        quiet_days: 1,
        used: 50 * GB,
        status: LineStatus::Enabled,
    },
    Sample {
        state: BLOCKED,
        name: "Pedro Exemplo",
        document: "12345678909",
        access_login: "pedro.exemplo",
        quiet_days: 4,
        used: 31_500_000_000,
        status: LineStatus::Blocked,
    },
];

/// One who has left, and owes her last invoice. Nobody opens the demo as her.
pub(super) const FORMER: Sample = Sample {
    state: LEFT,
    name: "Rosa Exemplo",
    document: "93541134780",
    access_login: "rosa.exemplo",
    quiet_days: 0,
    used: 8 * GB,
    status: LineStatus::Cancelled,
};

/// A sample subscriber, as people find him.
#[derive(Clone, Debug)]
pub(crate) struct Subscriber {
    /// `plenty`, `zero` or `blocked`.
    pub(crate) state: &'static str,
    /// His first name.
    pub(crate) name: &'static str,
    /// CPF, digits only.
    pub(crate) document: &'static str,
    /// How his line authenticates.
    pub(crate) access_login: &'static str,
    /// Who he is.
    pub(crate) customer: CustomerId,
    /// His line.
    pub(crate) line_id: LineId,
    /// The wallet that it lives on.
    pub(crate) wallet: WalletId,
}

impl Subscriber {
    /// Whether he is the one whose line is blocked.
    pub(crate) fn is_blocked(&self) -> bool {
        self.state == BLOCKED
    }

    /// How his line stands now: `plenty`, `zero` or `blocked`, whatever it began with.
    pub(crate) fn state_now(
        &self,
        app: &App,
        tables: &store::Reader<'_>,
    ) -> Result<&'static str, StoreError> {
        let view = tables.line_view(self.line_id)?;
        if view.is_some_and(|view| view.status != LineStatus::Enabled.code()) {
            return Ok(BLOCKED);
        }
        let left = app.ledger.wallet(self.wallet).map_or(0, |wallet| wallet.balance.available());
        Ok(if left > 0 { PLENTY } else { ZERO })
    }

    /// Whether he is the one who has plenty left, whose line the first screen draws.
    pub(crate) fn has_plenty(&self) -> bool {
        self.state == PLENTY
    }
}

impl Sample {
    /// How he is written down.
    pub(super) fn subscriber(&self) -> NewSubscriber {
        NewSubscriber {
            name: self.name.to_owned(),
            email: Some(format!("{}@example.com", self.access_login)),
            external_key: Some(self.access_login.to_owned()),
            locale: "pt-BR".to_owned(),
            document: self.document.to_owned(),
            address: Address {
                street: "Rua das Amostras, 10".to_owned(),
                district: "Centro".to_owned(),
                city: "Sorocaba".to_owned(),
                state: "SP".to_owned(),
                postcode: "18010000".to_owned(),
            },
        }
    }
}

/// Makes what the provider sells beside the plans that were there before, and lets the subscribers in.
pub(super) async fn present(app: &Arc<App>, secrets: &Secrets) -> anyhow::Result<()> {
    packs(app).await.map_err(failure)?;
    for subscriber in subscribers(app).await? {
        let login = Login {
            id: LoginId::from_u128(ids::fresh()),
            customer: subscriber.customer,
            email: subscriber.document.to_owned(),
            password_hash: Some(passwords::hash(&secrets.subscriber_password).await.map_err(failure)?),
            created_at: clock::now(),
            last_sign_in_at: None,
        };
        app.write(move |tx| tx.insert_login(&login)).await.map_err(failure)?;
        if subscriber.is_blocked() {
            let line = subscriber.line_id;
            app.write(move |tx| note_block(tx, line)).await.map_err(failure)?;
        }
    }
    Ok(())
}

/// The staff blocked this line, says the audit log: when it used nothing any more.
fn note_block(tx: &Tx<'_>, line: LineId) -> Result<(), StoreError> {
    let Some(staff) = tx.staff_by_email(STAFF_EMAIL)? else { return Ok(()) };
    let quiet_days = SAMPLES.iter().find(|sample| sample.state == BLOCKED).map_or(0, |it| it.quiet_days);
    let at = clock::now().plus(-quiet_days * Timestamp::DAY);
    let after = json!({"status": "blocked", "reason": BLOCKED_BECAUSE, "at": at.to_string()});
    tx.insert_audit(&AuditRow {
        audit_no: 0,
        at,
        actor: staff.id.to_string(),
        action: billing::STATUS_SET.to_owned(),
        object: line.to_string(),
        before: None,
        after: Some(after.to_string()),
        ip: None,
        request_id: None,
        customer: tx.line(line)?.map(|line| line.customer),
    })
    .map(|_| ())
}

/// The sample subscribers, for the first screen and for programs.
pub(super) async fn subscribers(app: &Arc<App>) -> anyhow::Result<Vec<Subscriber>> {
    let read = app.read(|tables| {
        let mut found = Vec::new();
        for sample in &SAMPLES {
            let Some(payer) = tables.payer_by_document(sample.document)? else { continue };
            let Some(line) = tables.lines_of(payer.customer, 1)?.pop() else { continue };
            found.push(Subscriber {
                state: sample.state,
                name: sample.name.split(' ').next().unwrap_or(sample.name),
                document: sample.document,
                access_login: sample.access_login,
                customer: payer.customer,
                line_id: line.id,
                wallet: line.wallet,
            });
        }
        Ok(found)
    });
    read.await.map_err(failure)
}

/// The sample whose document this is, if it is one.
pub(super) fn is_sample(document: &str) -> bool {
    SAMPLES.iter().any(|sample| sample.document == document)
}

/// The plans; the first is that of the samples.
pub(super) fn plans() -> [PlanDraft; 3] {
    [
        plan("Fibra 50 Mega", 99_900_000, 50, true),
        plan("Fibra 100 Mega", 129_900_000, 100, true),
        plan("Rural 10 Mega", 79_900_000, 20, false),
    ]
}

/// A pack or three for each plan that supports it.
async fn packs(app: &Arc<App>) -> Result<(), Problem> {
    // A boleto costs the provider more than a small pack earns.
    let all = [Charging::Boleto, Charging::NextInvoice, Charging::Pix, Charging::Card];
    let sold = app.sold();
    let supporting = sold.plans().filter(|plan| plan.supports_purchase > 0).map(|plan| plan.plan_no);
    for plan_no in supporting {
        for (gigabytes, price, chargings) in
            [(1, 4_900_000, &all[1..]), (10, 24_900_000, &all[..]), (25, 49_900_000, &all[..])]
        {
            put_pack(app, Author::operator(), None, pack(plan_no, gigabytes, price, chargings)).await?;
        }
    }
    Ok(())
}

fn plan(name: &str, fee: i64, gigabytes: i64, supports_purchase: bool) -> PlanDraft {
    PlanDraft {
        name: name.to_owned(),
        fee: Amount::new(fee, Unit::BRL),
        allowance: gigabytes * GB,
        carried_max: None,
        supports_purchase,
        balance_max: 0,
        unpaid_max: None,
        at_zero: AtZero::Slow,
        speed: "25M/50M".to_owned(),
        slow_speed: "512k/1M".to_owned(),
        walled_list: "portal".to_owned(),
        free: Vec::new(),
        block_after_days: Some(BLOCK_AFTER_DAYS),
        zero_rated: vec![ZERO_RATED.to_owned()],
    }
}

fn pack(plan_no: u32, gigabytes: i64, price: i64, chargings: &[Charging]) -> PackDraft {
    PackDraft {
        plan_no,
        quantity: gigabytes * GB,
        price: Amount::new(price, Unit::BRL),
        chargings: chargings.to_vec(),
        release: PackRelease::Purchase,
        validity_days: None,
        per_cycle_max: None,
        sold: true,
        on_write_off: OnWriteOff::TakeBack,
    }
}

fn failure(problem: Problem) -> anyhow::Error {
    anyhow::anyhow!("preparing the demo's provider: {}", problem.detail)
}
