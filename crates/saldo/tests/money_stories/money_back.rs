//! Money that goes back: refunds by the operator at Stripe and by staff here, refunds that fail later, disputes and inquiries to their end.

use sandbox::{Act, DisputeEnding};
use serde_json::{Value, json};

use crate::ELSEWHERE;
use crate::story::{Game, text};

/// Of which payments.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// Whatever they bought.
    All,
    /// Of those that bought data.
    Data,
}

impl Game {
    /// Something of a kind that Stripe has, drawn.
    pub(crate) async fn any(&mut self, kind: &'static str, fits: impl Fn(&Value) -> bool) -> Option<Value> {
        let all = self.world.sandbox.objects(kind).await.expect("Stripe's own state");
        let fitting: Vec<&Value> = all.iter().rev().filter(|one| fits(one)).collect();
        self.random.pick(&fitting).cloned()
    }

    /// A payment of a customer's that went through, by hand or by itself.
    async fn any_paid(&mut self, place: usize, of: Of) -> Option<String> {
        let names = self.names_at_stripe(place).await;
        let packs = if of == Of::Data { self.paid_packs(place).await } else { Vec::new() };
        let paid = self.any("payment_intent", |intent| {
            let is_theirs = names.iter().any(|name| intent["customer"] == name.as_str());
            let is_meant = of == Of::All || packs.iter().any(|pack| intent["id"] == pack.as_str());
            // What was never credited stays a difference until all of it has gone back: that is for the end.
            intent["status"] == "succeeded"
                && is_theirs
                && is_meant
                && intent["metadata"].get(ELSEWHERE).is_none()
        });
        paid.await.map(|intent| text(&intent, "id"))
    }

    /// The payments at Stripe of the packs of a customer.
    async fn paid_packs(&self, place: usize) -> Vec<String> {
        let Some(line) = &self.stories[place].line else { return Vec::new() };
        let sessions = self.world.sandbox.objects("checkout.session").await.expect("Stripe's own state");
        let is_of_line =
            |session: &&Value| line.bought.iter().any(|bought| session["id"] == bought.session.as_str());
        sessions.iter().filter(is_of_line).map(|session| text(session, "payment_intent")).collect()
    }

    pub(crate) async fn name_at_stripe(&self, place: usize) -> Option<String> {
        let id = self.stories[place].customer.to_string();
        let all = self.world.sandbox.objects("customer").await.expect("Stripe's own state");
        all.iter().find(|one| one["metadata"]["customer_id"] == id.as_str()).map(|one| text(one, "id"))
    }

    /// His name now, if he has one, and those under which he was deleted.
    async fn names_at_stripe(&self, place: usize) -> Vec<String> {
        self.stories[place].former.iter().cloned().chain(self.name_at_stripe(place).await).collect()
    }

    pub(crate) async fn refund(&mut self, place: usize, of: Of) {
        let Some(payment) = self.any_paid(place, of).await else { return };
        let part = [None, Some(1), Some(100), Some(399), Some(1_000), Some(2_500)];
        let amount = self.random.pick(&part).flatten();
        let act = match self.random.below(4) {
            0 => Act::RefundSentBackLater { payment, amount },
            _ => Act::Refund { payment, amount },
        };
        if self.world.sandbox.act(act).await.is_ok() {
            self.tell(match (of, amount) {
                (Of::All, None) => "refund of the rest",
                (Of::All, Some(_)) => "refund in part",
                (Of::Data, None) => "refund of the rest of a pack",
                (Of::Data, Some(_)) => "refund of a part of a pack",
            });
        }
    }

    /// Staff give money back; of what bought data they say what becomes of it.
    pub(crate) async fn refund_by_staff(&mut self, place: usize, of: Of) {
        let customer = self.stories[place].customer;
        let look = move |reader: &store::Reader<'_>| reader.payments_of(customer, None, 50);
        let mut payments = self.world.app().await.read(look).await.expect("payments").rows;
        if of == Of::Data {
            let packs = self.paid_packs(place).await;
            payments.retain(|payment| packs.contains(&payment.provider_payment));
        }
        let ids: Vec<_> = payments.iter().map(|payment| payment.id).collect();
        let Some(id) = self.random.pick(&ids) else { return };
        let mut wanted = match self.random.below(3) {
            0 => json!({"note": "all of it"}),
            _ => json!({"amount": self.world.amount(300)}),
        };
        if of == Of::Data
            && let Some(word) = self.random.pick(&["take", "leave", "leave"])
        {
            wanted["data"] = json!(word);
        }
        let (status, answer) = self.world.post(&format!("/v1/payments/{id}/refunds"), &wanted).await;
        assert!(status == 201 || (400..500).contains(&status), "{status} {answer}");
        if status != 201 {
            return;
        }
        let leaves = answer["data"] == "leave";
        if leaves {
            self.leaving.insert(text(&answer, "id"));
        }
        self.tell(match (of, leaves) {
            (Of::All, _) => "refund by staff",
            (Of::Data, false) => "refund by staff that takes data",
            (Of::Data, true) => "refund by staff that leaves data",
        });
    }

    pub(crate) async fn refund_goes_on(&mut self) {
        let Some(refund) = self.any("refund", |_| true).await else { return };
        let refund = text(&refund, "id");
        let fails = self.random.below(2) == 0;
        let act = if fails { Act::RefundFails { refund } } else { Act::RefundArrives { refund } };
        if self.world.sandbox.act(act).await.is_ok() {
            self.tell(if fails { "refund failed later" } else { "refund arrived" });
        }
    }

    pub(crate) async fn dispute(&mut self, place: usize, of: Of) {
        let Some(payment) = self.any_paid(place, of).await else { return };
        let (act, what) = match self.random.below(4) {
            0 => (Act::Inquire { payment }, ["dispute warned", "dispute of a pack warned"]),
            1 => (
                Act::Dispute { payment, amount: Some(700) },
                ["dispute of a part", "dispute of a part of a pack"],
            ),
            _ => (Act::Dispute { payment, amount: None }, ["dispute opened", "dispute of a pack opened"]),
        };
        if self.world.sandbox.act(act).await.is_ok() {
            self.tell(what[usize::from(of == Of::Data)]);
        }
    }

    pub(crate) async fn dispute_goes_on(&mut self) {
        let Some(dispute) = self.any("dispute", |_| true).await else { return };
        let dispute = text(&dispute, "id");
        let close = |ending| Act::Close { dispute: dispute.clone(), ending };
        let (act, what) = match self.random.below(6) {
            0 => (close(DisputeEnding::Won), "dispute won"),
            1 => (close(DisputeEnding::Lost), "dispute lost"),
            2 => (close(DisputeEnding::WarningClosed), "warning closed"),
            3 => (close(DisputeEnding::Prevented), "dispute prevented"),
            4 => (Act::Escalate { dispute: dispute.clone() }, "warning escalated"),
            _ => (Act::Review { dispute: dispute.clone() }, "dispute under review"),
        };
        if self.world.sandbox.act(act).await.is_ok() {
            self.tell(what);
        }
    }
}
