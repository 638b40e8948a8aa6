//! How a card is named to people: *Visa •••• 4242*.

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

#[cfg(test)]
mod tests {
    use super::*;

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
