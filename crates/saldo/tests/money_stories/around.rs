//! What goes on around payments: credit is used, time passes, the program ends, somebody compares, and trouble.

use saldo::audit::Author;
use saldo::{clock, reconciliation};
use sandbox::Act;
use serde_json::{Value, json};

use crate::story::{CALL_CENTS, Game, text, untroubled};
use crate::world::Ending;

impl Game {
    /// Use that is refused if there is too little.
    pub(crate) async fn charge(&mut self, place: usize) {
        let cents = self.random.pick(&[1_i64, 999, 2_000, 3_500, 6_000]).unwrap_or(1);
        let wallet = self.stories[place].wallet.to_string();
        let charge = json!({"wallet": wallet, "amount": self.world.amount(cents), "kind": "report"});
        match self.world.post("/v1/charges", &charge).await {
            (201, _) => self.stories[place].spent += cents,
            (402, _) => {}
            (status, answer) => panic!("{status} {answer}"),
        }
        self.tell("charge");
    }

    /// Use that has happened, told once or twice.
    pub(crate) async fn report(&mut self, place: usize) {
        let calls = 1 + self.random.below(40);
        let is_told_twice = self.random.below(2) == 0;
        let at = self.world.book_now().to_string();
        let story = &mut self.stories[place];
        let events: Vec<Value> = (0..calls)
            .map(|_| {
                story.events += 1;
                json!({"specversion": "1.0", "id": story.events.to_string(), "source": "stories", "type": "calls",
                    "subject": story.subject, "time": at})
            })
            .collect();
        story.spent += CALL_CENTS * i64::try_from(calls).unwrap_or_default();
        for _ in 0..=u8::from(is_told_twice) {
            let (status, answer) = self.world.post("/v1/events", &json!(events)).await;
            assert_eq!(status, 200, "{answer}");
            let outcomes = answer["data"].as_array().cloned().unwrap_or_default();
            let is_known = |one: &Value| one["outcome"] == "accepted" || one["outcome"] == "duplicate";
            assert!(outcomes.len() == events.len() && outcomes.iter().all(is_known), "{answer}");
        }
        self.tell("use reported");
    }

    pub(crate) async fn advance(&mut self) {
        let hours = self.random.pick(&[1_u32, 7, 24, 24, 50, 31 * 24]).unwrap_or(1);
        self.world.advance(hours * 3_600).await;
        self.tell("clock moved");
    }

    /// The program ends or is cut off, at rest or while something is asked.
    pub(crate) async fn restart(&mut self, place: usize) {
        let ending = self.random.pick(&[Ending::InOrder, Ending::CutOff, Ending::CutOff]);
        let ending = ending.unwrap_or(Ending::CutOff);
        let story = &self.stories[place];
        if self.random.below(2) == 0 {
            let wallet = story.wallet.to_string();
            let charge = json!({"wallet": wallet, "amount": self.world.amount(1), "kind": "report"});
            let wish = self.world.post("/v1/charges", &charge);
            let ((status, answer), ()) = tokio::join!(wish, self.world.restart(ending));
            assert!(status == 201 || status == 402, "{status} {answer}");
            self.stories[place].spent += i64::from(status == 201);
        } else {
            self.world.restart(ending).await;
        }
        self.tell(match ending {
            Ending::InOrder => "program ended and started",
            Ending::CutOff => "program cut off and started",
        });
    }

    /// Somebody compares with Stripe, or Stripe pays out, or what is to happen later happens.
    pub(crate) async fn look_over(&mut self) {
        match self.random.below(3) {
            0 => {
                let app = self.world.app().await;
                let ask = |tx: &store::Tx<'_>| {
                    reconciliation::ask(tx, &Author::operator(), None, clock::now()).map(|_| ())
                };
                app.write(ask).await.expect("a run");
                app.reconciliation_news.notify_one();
                self.tell("compared with Stripe meanwhile");
            }
            1 => {
                let currency = self.world.unit.code().to_lowercase();
                if self.world.sandbox.act(Act::PayOut { currency }).await.is_ok() {
                    self.tell("payout");
                }
            }
            _ => {
                self.world.sandbox.act(Act::Later).await.expect("it fits");
                self.tell("what was to come later came");
            }
        }
    }

    /// Stripe pays out, and the bank sends it back.
    pub(crate) async fn fail_payout(&mut self) {
        let currency = self.world.unit.code().to_lowercase();
        let Ok(payout) = self.world.sandbox.act(Act::PayOut { currency }).await else { return };
        self.world
            .sandbox
            .act(Act::PayoutFails { payout: text(&payout, "id") })
            .await
            .expect("it is on its way");
        self.tell("payout failed");
    }

    /// Somebody deletes a customer at Stripe: his cards go with him, and what he paid stays.
    pub(crate) async fn delete_at_stripe(&mut self, place: usize) {
        let Some(customer) = self.name_at_stripe(place).await else { return };
        self.world
            .sandbox
            .act(Act::DeleteCustomer { customer: customer.clone() })
            .await
            .expect("he is there");
        self.stories[place].former.push(customer);
        self.tell("customer deleted at Stripe");
    }

    /// Trouble is everybody's.
    pub(crate) fn trouble(&mut self) {
        let (which, count) = (self.random.below(8), u32::try_from(self.random.below(3)).unwrap_or_default());
        self.world.sandbox.faults().change(|faults| match which {
            0 => faults.webhook_duplicate = !faults.webhook_duplicate,
            1 => faults.webhook_reorder = !faults.webhook_reorder,
            2 | 3 => faults.webhook_drop_next = 3 * count,
            4 => faults.webhook_hold = !faults.webhook_hold,
            5 => faults.calls_fail_next = 2 * count,
            6 => faults.answers_lost_next = count,
            _ => *faults = untroubled(),
        });
        self.tell("faults changed");
    }
}
