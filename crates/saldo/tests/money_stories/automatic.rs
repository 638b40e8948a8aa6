//! Automatic top-up in stories: what a customer agrees to, and what becomes of it.

use reqwest::Method;
use saldo::audit::Author;
use saldo::automatic_topups::{self, End};
use sandbox::OffSessionDecline;
use serde_json::json;

use crate::AUTOMATIC_WORDS;
use crate::random::Random;
use crate::story::{Game, Story, text};

/// What a customer lets his card be charged by itself. Money in cents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) threshold: i64,
    pub(crate) amount: i64,
    pub(crate) day: (i64, u32),
    pub(crate) month: (i64, u32),
}

impl Game {
    /// Turns automatic top-up on with the newest saved card, if there is one.
    pub(crate) async fn turn_on(&mut self, place: usize) {
        let Some(customer) = self.name_at_stripe(place).await else { return };
        let all = self.world.sandbox.objects("payment_method").await.expect("Stripe's own state");
        let newest = all.iter().find(|one| one["customer"] == customer.as_str() && one["type"] == "card");
        let Some(method) = newest.map(|one| text(one, "id")) else { return };
        let Story { wallet, terms, .. } = &self.stories[place];
        let money = |cents| self.world.amount(cents);
        let wanted = json!({"payment_method": method, "threshold": money(terms.threshold), "amount": money(terms.amount),
            "day": {"amount": money(terms.day.0), "count": terms.day.1},
            "month": {"amount": money(terms.month.0), "count": terms.month.1},
            "consent": {"version": automatic_topups::CONSENT_VERSION, "language": "en", "words": AUTOMATIC_WORDS,
                "given_by": "the story"}});
        let path = format!("/v1/wallets/{wallet}/automatic-topup");
        let (status, answer) = self.world.ask(Method::PUT, &path, Some(&wanted)).await;
        assert!(status == 200 || answer["code"] == "card_unknown", "{status} {answer}");
        if status == 200 {
            self.tell("automatic top-up on");
        }
    }

    pub(crate) async fn change_automatic(&mut self, place: usize) {
        let (app, wallet) = (self.world.app().await, self.stories[place].wallet);
        let what = match self.random.below(6) {
            0 => automatic_topups::end(&app, wallet, End::Paused, Author::operator()).await.is_ok(),
            1 => automatic_topups::resume(&app, wallet, Author::operator()).await.is_ok(),
            2 => return self.detach_card(place).await,
            _ => {
                let moods = [
                    None,
                    None,
                    None,
                    None,
                    Some(OffSessionDecline::Generic),
                    Some(OffSessionDecline::InsufficientFunds),
                    Some(OffSessionDecline::LostCard),
                    Some(OffSessionDecline::AuthenticationRequired),
                ];
                let mood = self.random.pick(&moods).flatten();
                self.world.sandbox.faults().change(|faults| faults.off_session_decline = mood);
                return self.tell("saved cards' banks change their mind");
            }
        };
        if what {
            self.tell("automatic top-up paused or resumed");
        }
    }

    /// The customer removes a card at Stripe; nobody tells us.
    pub(crate) async fn detach_card(&mut self, place: usize) {
        let Some(customer) = self.name_at_stripe(place).await else { return };
        let Some(card) = self.any("payment_method", |one| one["customer"] == customer.as_str()).await else {
            return;
        };
        let path = format!("/v1/payment_methods/{}/detach", text(&card, "id"));
        if self.world.post_to_stripe(&path, &[]).await.is_some() {
            self.tell("card removed at Stripe");
        }
    }
}

impl Terms {
    pub(crate) fn drawn(random: &mut Random) -> Terms {
        let threshold = random.pick(&[500, 1_500, 3_000]).unwrap_or(500);
        let amount = random.pick(&[1_000, 2_000, 5_000]).unwrap_or(1_000);
        let day_money = amount * random.pick(&[1, 2, 5]).unwrap_or(1);
        let month_money = day_money * random.pick(&[1, 2, 4]).unwrap_or(1);
        let (day_count, month_count) = (random.pick(&[1, 2, 4]), random.pick(&[1, 3, 8]));
        Terms {
            threshold,
            amount,
            day: (day_money, day_count.unwrap_or(1)),
            month: (month_money, month_count.unwrap_or(1)),
        }
    }
}
