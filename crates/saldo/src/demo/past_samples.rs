//! Who the customers of the past are, and what they did: paid, were declined, got money back, were given credit that expired.

/// A customer who is plainly a sample.
pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) key: &'static str,
    pub(super) locale: &'static str,
    /// Days ago that he came.
    pub(super) came: i64,
    /// Of a hundred hours on weekdays between 8 and 20, so many are active; at night and on weekends an eighth of that.
    pub(super) busy: u64,
    pub(super) recharges: &'static [Recharge],
    pub(super) gift: Option<Gift>,
}

/// A sample's attempt to pay.
pub(super) struct Recharge {
    /// Days ago.
    pub(super) ago: i64,
    /// Whole dollars.
    pub(super) dollars: i64,
    pub(super) card: (&'static str, &'static str),
    /// Stripe's decline code, if it failed.
    pub(super) declined: Option<&'static str>,
    pub(super) back: Option<Back>,
}

/// What went back of a payment.
pub(super) enum Back {
    /// The operator gave some of it back.
    Refund { ago: i64, dollars: i64 },
    /// The customer's bank took all of it, and decided for him some days later.
    LostDispute { ago: i64, lost_ago: i64 },
}

/// Promotional credit that has expired.
pub(super) struct Gift {
    /// Days ago.
    pub(super) ago: i64,
    pub(super) expired_ago: i64,
    /// Whole dollars.
    pub(super) dollars: i64,
}

/// All that lay at Stripe, sent to the operator's bank.
pub(super) struct Payout {
    /// Days ago.
    pub(super) ago: i64,
    /// Days ago that it came back, if it did not arrive.
    pub(super) came_back: Option<i64>,
}

/// Stripe's payouts, oldest first. The second takes along what the first brought back.
pub(super) const PAYOUTS: [Payout; 2] =
    [Payout { ago: 20, came_back: Some(18) }, Payout { ago: 7, came_back: None }];

const VISA: (&str, &str) = ("visa", "4242");
const MASTERCARD: (&str, &str) = ("mastercard", "4444");
const AMEX: (&str, &str) = ("amex", "8431");

impl Recharge {
    const fn paid(ago: i64, dollars: i64, card: (&'static str, &'static str)) -> Recharge {
        Recharge { ago, dollars, card, declined: None, back: None }
    }

    const fn back(self, back: Back) -> Recharge {
        Recharge { back: Some(back), ..self }
    }

    const fn declined(self, code: &'static str) -> Recharge {
        Recharge { declined: Some(code), ..self }
    }
}

pub(super) const SAMPLES: &[Sample] = &[
    Sample {
        name: "Heron Archive (sample)",
        key: "sample-heron-archive",
        locale: "en",
        came: 62,
        busy: 6,
        recharges: &[
            Recharge::paid(60, 25, VISA),
            Recharge::paid(50, 40, MASTERCARD).back(Back::LostDispute { ago: 44, lost_ago: 31 }),
        ],
        gift: None,
    },
    Sample {
        name: "Birch Weather (sample)",
        key: "sample-birch-weather",
        locale: "en",
        came: 30,
        busy: 80,
        recharges: &[
            Recharge::paid(22, 25, VISA),
            Recharge::paid(13, 50, VISA).back(Back::Refund { ago: 5, dollars: 10 }),
        ],
        gift: None,
    },
    Sample {
        name: "Delta Maps (sample)",
        key: "sample-delta-maps",
        locale: "en",
        came: 26,
        busy: 30,
        recharges: &[],
        gift: Some(Gift { ago: 20, expired_ago: 6, dollars: 25 }),
    },
    Sample {
        name: "Koi Translations (sample)",
        key: "sample-koi-translations",
        locale: "en",
        came: 21,
        busy: 60,
        recharges: &[
            Recharge::paid(9, 25, AMEX).declined("insufficient_funds"),
            Recharge::paid(9, 25, MASTERCARD),
        ],
        gift: None,
    },
    Sample {
        name: "Ipê Logística (amostra)",
        key: "sample-ipe-logistica",
        locale: "pt-BR",
        came: 12,
        busy: 70,
        recharges: &[Recharge::paid(3, 100, MASTERCARD)],
        gift: None,
    },
];
