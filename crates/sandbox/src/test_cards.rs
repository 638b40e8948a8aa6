//! Stripe's public test cards and what becomes of each (docs.stripe.com/testing).
//!
//! Any other number is refused before an attempt is made, so that no real card is ever kept or tried here.

/// What a card does when it is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// The payment succeeds.
    Pays,
    /// The payment is declined.
    Declines(Decline),
}

/// When a card's bank wants its owner to prove that it is him (3-D Secure).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Secure {
    /// Never.
    Never,
    /// Whenever he is there; without him only until he has once agreed to such charges.
    UnlessSetUp,
    /// Whenever he is there; he has agreed to charges without him.
    SetUp,
    /// Always: without him nothing can be charged.
    Always,
}

/// What becomes of a payment later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// Nothing.
    Nothing,
    /// Its payer disputes it as fraudulent.
    DisputedAsFraud,
    /// Its payer says that he did not get what he bought.
    DisputedAsNotReceived,
    /// Its payer's bank asks about it.
    Inquired,
    /// A refund takes its time.
    RefundLate,
    /// A refund comes back.
    RefundFails,
    /// Its money can be paid out at once.
    AvailableAtOnce,
}

/// A decline in Stripe's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decline {
    /// `failure_code` of the charge and `code` of the error.
    pub(crate) code: &'static str,
    /// `decline_code`, and the reason in the charge's outcome.
    pub(crate) decline_code: &'static str,
    /// The sentence in the API.
    pub(crate) message: &'static str,
    /// The sentence on the hosted page.
    pub(crate) alert: &'static str,
    /// What the customer may do, below the sentence.
    pub(crate) advice: &'static str,
}

/// A test card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TestCard {
    /// All digits.
    pub(crate) number: &'static str,
    /// Stripe's brand code.
    pub(crate) brand: &'static str,
    /// `credit`, `debit` or `prepaid`.
    pub(crate) funding: &'static str,
    /// Issuing country.
    pub(crate) country: &'static str,
    /// What it does.
    pub(crate) behaviour: Behaviour,
    /// Whether its bank asks its owner.
    pub(crate) secure: Secure,
    /// What becomes of what it paid.
    pub(crate) after: After,
}

/// Nothing can be charged without the card's owner.
pub(crate) const AUTHENTICATION_REQUIRED: Decline = Decline {
    code: "authentication_required",
    decline_code: "authentication_required",
    message: "Your card was declined. This transaction requires authentication.",
    alert: "Your card was declined.",
    advice: "Your bank wants you to confirm the payment.",
};

/// The bank asked the card's owner, and he could not show that it is him. No charge was made.
pub(crate) const AUTHENTICATION_FAILED: Decline = Decline {
    code: "payment_intent_authentication_failure",
    decline_code: "authentication_failed",
    message: "The provided PaymentMethod has failed authentication.",
    alert: "We are unable to authenticate your payment method.",
    advice: "Choose a different payment method and try again.",
};

impl Decline {
    /// What Stripe says may be done after it.
    pub(crate) fn advice_code(&self) -> Option<&'static str> {
        match self.decline_code {
            "authentication_required" => None,
            "lost_card" | "stolen_card" => Some("do_not_try_again"),
            "expired_card" | "incorrect_cvc" => Some("confirm_card_data"),
            _ => Some("try_again_later"),
        }
    }

    /// The decline of this `decline_code` that one of the cards makes.
    pub(crate) fn of_code(decline_code: &str) -> Option<Decline> {
        let declines = TEST_CARDS.iter().filter_map(|card| match card.behaviour {
            Behaviour::Declines(decline) => Some(decline),
            Behaviour::Pays => None,
        });
        declines
            .into_iter()
            .chain([AUTHENTICATION_REQUIRED])
            .find(|decline| decline.decline_code == decline_code)
    }
}

/// Why a number is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberError {
    /// Too short, too long, or not digits.
    Incomplete,
    /// The check digit is wrong.
    Invalid,
    /// A test card for something that the sandbox does not play.
    NotPlayed,
    /// Not one of Stripe's test cards: possibly real.
    NotATestCard,
}

impl NumberError {
    /// The sentence beside the field.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            NumberError::Incomplete => "Your card number is incomplete.",
            NumberError::Invalid => "Your card number is invalid.",
            NumberError::NotPlayed => "The sandbox does not play this test card. Choose another one.",
            NumberError::NotATestCard => {
                "The sandbox takes only Stripe's test cards. Never type a real card here."
            }
        }
    }
}

const fn declined(decline_code: &'static str, message: &'static str, advice: &'static str) -> Behaviour {
    let alert = "Your card was declined.";
    Behaviour::Declines(Decline { code: "card_declined", decline_code, message, alert, advice })
}

const fn failing(code: &'static str, message: &'static str, advice: &'static str) -> Behaviour {
    Behaviour::Declines(Decline { code, decline_code: code, message, alert: message, advice })
}

const ANOTHER: &str = "Try a different card.";
const GENERIC: Behaviour = declined("generic_decline", "Your card was declined.", ANOTHER);

const fn card(
    number: &'static str,
    brand: &'static str,
    funding: &'static str,
    behaviour: Behaviour,
) -> TestCard {
    let (secure, after) = (Secure::Never, After::Nothing);
    TestCard { number, brand, funding, country: "US", behaviour, secure, after }
}

const fn asking(number: &'static str, secure: Secure, behaviour: Behaviour) -> TestCard {
    TestCard { secure, ..card(number, "visa", "credit", behaviour) }
}

const fn followed_by(number: &'static str, after: After) -> TestCard {
    TestCard { after, ..card(number, "visa", "credit", Behaviour::Pays) }
}

/// All cards that are played, in the order of Stripe's page.
pub(crate) const TEST_CARDS: &[TestCard] = &[
    card("4242424242424242", "visa", "credit", Behaviour::Pays),
    card("4000056655665556", "visa", "debit", Behaviour::Pays),
    card("5555555555554444", "mastercard", "credit", Behaviour::Pays),
    card("2223003122003222", "mastercard", "credit", Behaviour::Pays),
    card("5200828282828210", "mastercard", "debit", Behaviour::Pays),
    card("5105105105105100", "mastercard", "prepaid", Behaviour::Pays),
    card("378282246310005", "amex", "credit", Behaviour::Pays),
    card("371449635398431", "amex", "credit", Behaviour::Pays),
    card("6011111111111117", "discover", "credit", Behaviour::Pays),
    card("3056930009020004", "diners", "credit", Behaviour::Pays),
    card("3566002020360505", "jcb", "credit", Behaviour::Pays),
    card("6200000000000005", "unionpay", "credit", Behaviour::Pays),
    TestCard { country: "BR", ..card("4000000760000002", "visa", "credit", Behaviour::Pays) },
    card("4000000000000002", "visa", "credit", GENERIC),
    card(
        "4000000000009995",
        "visa",
        "credit",
        declined(
            "insufficient_funds",
            "Your card has insufficient funds.",
            "It has insufficient funds. Try a different card.",
        ),
    ),
    card("4000000000009987", "visa", "credit", declined("lost_card", "Your card was declined.", ANOTHER)),
    card("4000000000009979", "visa", "credit", declined("stolen_card", "Your card was declined.", ANOTHER)),
    card("4000000000000069", "visa", "credit", failing("expired_card", "Your card has expired.", ANOTHER)),
    card(
        "4000000000000127",
        "visa",
        "credit",
        failing(
            "incorrect_cvc",
            "Your card's security code is incorrect.",
            "Check the CVC, or try a different card.",
        ),
    ),
    card(
        "4000000000000119",
        "visa",
        "credit",
        failing(
            "processing_error",
            "An error occurred while processing your card. Try again in a little bit.",
            "Nothing was charged.",
        ),
    ),
    // Can be attached to a customer; every charge declines.
    card("4000000000000341", "visa", "credit", GENERIC),
    asking("4000002500003155", Secure::UnlessSetUp, Behaviour::Pays),
    asking("4000002760003184", Secure::Always, Behaviour::Pays),
    asking("4000003800000446", Secure::SetUp, Behaviour::Pays),
    asking("4000008400001629", Secure::Always, GENERIC),
    asking("4000000000003220", Secure::Always, Behaviour::Pays),
    followed_by("4000000000000259", After::DisputedAsFraud),
    followed_by("4000000000002685", After::DisputedAsNotReceived),
    followed_by("4000000000001976", After::Inquired),
    followed_by("4000000000007726", After::RefundLate),
    followed_by("4000000000005126", After::RefundFails),
    followed_by("4000000000000077", After::AvailableAtOnce),
];

/// Test cards that are known and not played: Stripe's own rules and other banks' variants of what is played.
const NOT_PLAYED: &[&str] = &["4000000000003063", "4000000000000101", "4000000000004954", "4100000000000019"];

/// The test card behind what somebody typed; spaces and dashes do not matter.
pub(crate) fn recognise(typed: &str) -> Result<&'static TestCard, NumberError> {
    let digits: String = typed.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if !(12..=19).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumberError::Incomplete);
    }
    if !luhn_holds(&digits) {
        return Err(NumberError::Invalid);
    }
    match by_number(&digits) {
        Some(card) => Ok(card),
        None if NOT_PLAYED.contains(&digits.as_str()) => Err(NumberError::NotPlayed),
        None => Err(NumberError::NotATestCard),
    }
}

/// The test card of exactly these digits.
pub(crate) fn by_number(digits: &str) -> Option<&'static TestCard> {
    TEST_CARDS.iter().find(|card| card.number == digits)
}

impl TestCard {
    /// The last four digits.
    pub(crate) fn last4(&self) -> &'static str {
        &self.number[self.number.len() - 4..]
    }

    /// How many digits the CVC has.
    pub(crate) fn cvc_digits(&self) -> usize {
        if self.brand == "amex" { 4 } else { 3 }
    }
}

/// The check digit of ISO/IEC 7812.
fn luhn_holds(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| match (place % 2, u32::from(byte - b'0')) {
            (0, digit) => digit,
            (_, digit) => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_numbers() {
        for (typed, expected) in [
            ("4242 4242 4242 4242", Ok("visa")),
            ("5555-5555-5555-4444", Ok("mastercard")),
            ("3782 822463 10005", Ok("amex")),
            ("", Err(NumberError::Incomplete)),
            ("4242", Err(NumberError::Incomplete)),
            ("4242 4242 4242 424x", Err(NumberError::Incomplete)),
            ("42424242424242424242", Err(NumberError::Incomplete)),
            ("4242 4242 4242 4241", Err(NumberError::Invalid)),
            ("4000 0027 6000 3184", Ok("visa")),
            ("4100 0000 0000 0019", Err(NumberError::NotPlayed)),
            ("4111 1111 1111 1111", Err(NumberError::NotATestCard)),
        ] {
            assert_eq!(recognise(typed).map(|card| card.brand), expected, "{typed:?}");
        }
    }

    #[test]
    fn every_listed_number_has_a_right_check_digit_and_stands_once() {
        let all: Vec<&str> =
            TEST_CARDS.iter().map(|card| card.number).chain(NOT_PLAYED.iter().copied()).collect();
        for (position, number) in all.iter().enumerate() {
            assert!(luhn_holds(number), "{number}");
            assert!(!all[..position].contains(number), "{number} stands twice");
        }
    }

    #[test]
    fn plain_declines_all_read_the_same() {
        for last4 in ["0002", "9995", "9987", "9979", "0341"] {
            let card =
                TEST_CARDS.iter().find(|card| card.last4() == last4 && card.behaviour != Behaviour::Pays);
            match card.map(|card| card.behaviour) {
                Some(Behaviour::Declines(decline)) => assert_eq!(decline.alert, "Your card was declined."),
                other => panic!("{last4}: {other:?}"),
            }
        }
    }
}
