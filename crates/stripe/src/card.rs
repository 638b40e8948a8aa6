//! How cards are named and listed to people: *Visa •••• 4242*, each once.

use crate::answer::{Card, PaymentMethod};

/// The name people know for one of Stripe's brand codes. A brand that Stripe adds later is called *Card*, never its code.
#[must_use]
pub fn brand_name(code: &str) -> &'static str {
    match code {
        "visa" => "Visa",
        "mastercard" => "Mastercard",
        "amex" | "american_express" => "American Express",
        "discover" => "Discover",
        "diners" | "diners_club" => "Diners Club",
        "jcb" => "JCB",
        "unionpay" => "UnionPay",
        "elo" => "Elo",
        "hipercard" => "Hipercard",
        "cartes_bancaires" => "Cartes Bancaires",
        "eftpos_au" => "Eftpos Australia",
        "interac" => "Interac",
        "link" => "Link",
        _ => "Card",
    }
}

/// Brand and last four digits as they stand in tables and lists.
#[must_use]
pub fn card_used(brand_code: &str, last4: &str) -> String {
    format!("{} •••• {last4}", brand_name(brand_code))
}

/// A saved card as its owner sees it. Each time the same number is typed and saved, Stripe makes another payment method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedCard {
    /// What is shown: the newest of its payment methods.
    pub card: Card,
    /// Ids of all its payment methods, newest first; the card is removed when all of them are detached.
    pub payment_methods: Vec<String>,
}

/// The cards among listed payment methods (newest first, as Stripe lists them), each number once.
#[must_use]
pub fn saved_cards(methods: &[PaymentMethod]) -> Vec<SavedCard> {
    let mut cards: Vec<SavedCard> = Vec::new();
    for method in methods {
        let Some(card) = &method.card else {
            continue;
        };
        let same =
            |known: &&mut SavedCard| card.fingerprint.is_some() && known.card.fingerprint == card.fingerprint;
        match cards.iter_mut().find(same) {
            Some(known) => known.payment_methods.push(method.id.clone()),
            None => cards.push(SavedCard { card: card.clone(), payment_methods: vec![method.id.clone()] }),
        }
    }
    cards
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_saved_twice_is_one_card() {
        let method = |id: &str, fingerprint: &str, exp_year: u16| -> PaymentMethod {
            let text = format!(
                r#"{{"id":"{id}","type":"card","created":1,"card":{{"brand":"visa","last4":"4242","exp_month":1,
                "exp_year":{exp_year},"fingerprint":{fingerprint}}}}}"#
            );
            serde_json::from_str(&text).expect("a payment method")
        };
        let methods = [
            method("pm_4", "\"a\"", 2035),
            method("pm_3", "null", 2034),
            method("pm_2", "\"a\"", 2034),
            method("pm_1", "null", 2034),
        ];
        let listed: Vec<_> = saved_cards(&methods)
            .into_iter()
            .map(|card| (card.card.exp_year, card.payment_methods))
            .collect();
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        assert_eq!(listed, [(2035, ids(&["pm_4", "pm_2"])), (2034, ids(&["pm_3"])), (2034, ids(&["pm_1"]))]);
    }

    #[test]
    fn cards_are_named_for_people() {
        for (code, last4, text) in [
            ("visa", "4242", "Visa •••• 4242"),
            ("mastercard", "4444", "Mastercard •••• 4444"),
            ("amex", "0005", "American Express •••• 0005"),
            ("some_new_brand", "0001", "Card •••• 0001"),
        ] {
            assert_eq!(card_used(code, last4), text);
        }
    }
}
