//! Wishes as intents carry them: JSON with exact texts, read back for ever. A kind is never taken away and never means something else.

use book::{BillItem, MoneyMovement, OverpaidTo, PaidBy, Reason, TakeBack, TakenBackCause};
use money::{Amount, Timestamp, Unit};
use serde::{Deserialize, Serialize};

use super::wish::{BillStep, DataBack, Wish};
use crate::lines::Purchased;

/// A wish as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Stored {
    OpenWallet {
        wallet: String,
        customer: String,
        unit: String,
    },
    OpenLine {
        wallet: String,
        customer: String,
        line: String,
        plan_no: u32,
        anchor_day: u8,
    },
    AddUse {
        wallet: String,
        customer: String,
        total: i64,
        outside: i64,
    },
    Grant {
        wallet: String,
        customer: String,
        grant: String,
        amount: String,
        unit: String,
        reason: Option<String>,
        expires_at: Option<i64>,
    },
    Deduct {
        wallet: String,
        customer: String,
        amount: String,
        unit: String,
        reason: String,
    },
    Credit {
        wallet: String,
        customer: String,
        grant: String,
        amount: String,
        unit: String,
        payment: String,
        topup: String,
    },
    Pay {
        customer: String,
        purchase: Purchased,
        grant: String,
        by: String,
    },
    WriteOff {
        wallet: String,
        customer: String,
        purchase: String,
        /// What is taken back: `rest`, `nothing`.
        take_back: Option<String>,
    },
    Deposit {
        wallet: String,
        customer: String,
        grant: String,
        amount: String,
        unit: String,
        by: String,
    },
    TakeOverpaid {
        wallet: String,
        customer: String,
        amount: String,
        unit: String,
        to: String,
    },
    SetTakenBack {
        wallet: String,
        customer: String,
        payment: String,
        cause: String,
        amount: String,
        unit: String,
        reinstated: String,
        /// Where the payment bought data.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<StoredDataBack>,
    },
    MoveMoney {
        movement: String,
        amount: String,
        unit: String,
    },
    Bill {
        wallet: String,
        customer: String,
        amount: String,
        unit: String,
        step: String,
    },
}

/// A [`DataBack`] as an intent carries it.
#[derive(Debug, Serialize, Deserialize)]
struct StoredDataBack {
    grant: String,
    wanted: i64,
    data_wanted: i64,
}

impl StoredDataBack {
    fn read(self) -> anyhow::Result<DataBack> {
        let StoredDataBack { grant, wanted, data_wanted } = self;
        Ok(DataBack { grant: grant.parse()?, wanted, data_wanted })
    }
}

impl Wish {
    /// The wish as an intent carries it.
    pub fn to_json(&self) -> String {
        let stored = match self {
            Wish::OpenWallet { wallet, customer, unit } => Stored::OpenWallet {
                wallet: wallet.to_string(),
                customer: customer.to_string(),
                unit: unit.code().to_owned(),
            },
            Wish::OpenLine { wallet, customer, line, plan_no, anchor_day } => Stored::OpenLine {
                wallet: wallet.to_string(),
                customer: customer.to_string(),
                line: line.to_string(),
                plan_no: *plan_no,
                anchor_day: *anchor_day,
            },
            Wish::AddUse { wallet, customer, total, outside } => Stored::AddUse {
                wallet: wallet.to_string(),
                customer: customer.to_string(),
                total: *total,
                outside: *outside,
            },
            Wish::Grant { wallet, customer, grant, amount, reason, expires_at } => Stored::Grant {
                wallet: wallet.to_string(),
                customer: customer.to_string(),
                grant: grant.to_string(),
                amount: amount.to_decimal(),
                unit: amount.unit().code().to_owned(),
                reason: reason.map(|reason| reason.code().to_owned()),
                expires_at: expires_at.map(Timestamp::as_micros),
            },
            Wish::Deduct { wallet, customer, amount, reason } => Stored::Deduct {
                wallet: wallet.to_string(),
                customer: customer.to_string(),
                amount: amount.to_decimal(),
                unit: amount.unit().code().to_owned(),
                reason: reason.code().to_owned(),
            },
            Wish::Credit { wallet, customer, grant, amount, payment, topup } => Stored::Credit {
                wallet: wallet.to_string(),
                customer: customer.to_string(),
                grant: grant.to_string(),
                amount: amount.to_decimal(),
                unit: amount.unit().code().to_owned(),
                payment: payment.to_string(),
                topup: topup.to_string(),
            },
            Wish::Pay { wallet, customer, purchase, grant, by } => Stored::Pay {
                customer: customer.to_string(),
                purchase: Purchased::of(*wallet, purchase),
                grant: grant.to_string(),
                by: by.code().to_owned(),
            },
            Wish::WriteOff { wallet, customer, purchase, take_back } => Stored::WriteOff {
                wallet: wallet.to_string(),
                customer: customer.to_string(),
                purchase: purchase.to_string(),
                take_back: take_back.map(|take_back| take_back_word(take_back).to_owned()),
            },
            Wish::Deposit { wallet, customer, grant, amount, by } => Stored::Deposit {
                wallet: wallet.to_string(),
                customer: customer.to_string(),
                grant: grant.to_string(),
                amount: amount.to_decimal(),
                unit: amount.unit().code().to_owned(),
                by: by.code().to_owned(),
            },
            Wish::TakeOverpaid { wallet, customer, amount, to } => Stored::TakeOverpaid {
                wallet: wallet.to_string(),
                customer: customer.to_string(),
                amount: amount.to_decimal(),
                unit: amount.unit().code().to_owned(),
                to: match to {
                    OverpaidTo::Invoice | OverpaidTo::TakenBack(_) => to.code().to_owned(),
                    OverpaidTo::GivenBack(by) => format!("{GIVEN_BACK_BY}{}", by.code()),
                },
            },
            Wish::SetTakenBack { wallet, customer, payment, cause, amount, reinstated, data } => {
                Stored::SetTakenBack {
                    wallet: wallet.to_string(),
                    customer: customer.to_string(),
                    payment: payment.to_string(),
                    cause: cause.code().to_owned(),
                    amount: amount.to_decimal(),
                    unit: amount.unit().code().to_owned(),
                    reinstated: reinstated.to_string(),
                    data: data.map(|data| StoredDataBack {
                        grant: data.grant.to_string(),
                        wanted: data.wanted,
                        data_wanted: data.data_wanted,
                    }),
                }
            }
            Wish::MoveMoney { movement, amount } => Stored::MoveMoney {
                movement: movement.code().to_owned(),
                amount: amount.to_decimal(),
                unit: amount.unit().code().to_owned(),
            },
            Wish::Bill { wallet, customer, amount, step } => Stored::Bill {
                wallet: wallet.to_string(),
                customer: customer.to_string(),
                amount: amount.to_decimal(),
                unit: amount.unit().code().to_owned(),
                step: step.code(),
            },
        };
        // Strings and numbers only: this cannot fail.
        serde_json::to_string(&stored).unwrap_or_default()
    }

    pub(crate) fn from_json(text: &str) -> anyhow::Result<Wish> {
        let unit = |code: &str| Unit::known(code).ok_or_else(|| anyhow::anyhow!("unknown unit {code}"));
        let by = |code: &str| PaidBy::from_code(code).ok_or_else(|| anyhow::anyhow!("unknown way {code}"));
        let wish = match serde_json::from_str(text)? {
            Stored::OpenWallet { wallet, customer, unit: code } => {
                Wish::OpenWallet { wallet: wallet.parse()?, customer: customer.parse()?, unit: unit(&code)? }
            }
            Stored::OpenLine { wallet, customer, line, plan_no, anchor_day } => Wish::OpenLine {
                wallet: wallet.parse()?,
                customer: customer.parse()?,
                line: line.parse()?,
                plan_no,
                anchor_day,
            },
            Stored::AddUse { wallet, customer, total, outside } => {
                Wish::AddUse { wallet: wallet.parse()?, customer: customer.parse()?, total, outside }
            }
            Stored::Grant { wallet, customer, grant, amount, unit: code, reason, expires_at } => {
                Wish::Grant {
                    wallet: wallet.parse()?,
                    customer: customer.parse()?,
                    grant: grant.parse()?,
                    amount: Amount::parse(&amount, unit(&code)?)?,
                    reason: reason.as_deref().and_then(Reason::from_code),
                    expires_at: expires_at.map(Timestamp::from_micros),
                }
            }
            Stored::Deduct { wallet, customer, amount, unit: code, reason } => Wish::Deduct {
                wallet: wallet.parse()?,
                customer: customer.parse()?,
                amount: Amount::parse(&amount, unit(&code)?)?,
                reason: Reason::from_code(&reason)
                    .ok_or_else(|| anyhow::anyhow!("unknown reason {reason}"))?,
            },
            Stored::Credit { wallet, customer, grant, amount, unit: code, payment, topup } => Wish::Credit {
                wallet: wallet.parse()?,
                customer: customer.parse()?,
                grant: grant.parse()?,
                amount: Amount::parse(&amount, unit(&code)?)?,
                payment: payment.parse()?,
                topup: topup.parse()?,
            },
            Stored::Pay { customer, purchase, grant, by: code } => {
                let (wallet, purchase) = purchase.read()?;
                Wish::Pay {
                    wallet,
                    customer: customer.parse()?,
                    purchase,
                    grant: grant.parse()?,
                    by: by(&code)?,
                }
            }
            Stored::WriteOff { wallet, customer, purchase, take_back } => Wish::WriteOff {
                wallet: wallet.parse()?,
                customer: customer.parse()?,
                purchase: purchase.parse()?,
                take_back: take_back.as_deref().map(take_back_of).transpose()?,
            },
            Stored::Deposit { wallet, customer, grant, amount, unit: code, by: way } => Wish::Deposit {
                wallet: wallet.parse()?,
                customer: customer.parse()?,
                grant: grant.parse()?,
                amount: Amount::parse(&amount, unit(&code)?)?,
                by: by(&way)?,
            },
            Stored::TakeOverpaid { wallet, customer, amount, unit: code, to } => Wish::TakeOverpaid {
                wallet: wallet.parse()?,
                customer: customer.parse()?,
                amount: Amount::parse(&amount, unit(&code)?)?,
                to: match to.strip_prefix(GIVEN_BACK_BY) {
                    Some(way) => OverpaidTo::GivenBack(by(way)?),
                    None if to == OverpaidTo::Invoice.code() => OverpaidTo::Invoice,
                    None => match TakenBackCause::from_code(&to) {
                        Some(cause) => OverpaidTo::TakenBack(cause),
                        None => anyhow::bail!("unknown word {to}"),
                    },
                },
            },
            Stored::SetTakenBack {
                wallet,
                customer,
                payment,
                cause,
                amount,
                unit: code,
                reinstated,
                data,
            } => Wish::SetTakenBack {
                wallet: wallet.parse()?,
                customer: customer.parse()?,
                payment: payment.parse()?,
                cause: TakenBackCause::from_code(&cause)
                    .ok_or_else(|| anyhow::anyhow!("unknown cause {cause}"))?,
                amount: Amount::parse(&amount, unit(&code)?)?,
                reinstated: reinstated.parse()?,
                data: data.map(StoredDataBack::read).transpose()?,
            },
            Stored::MoveMoney { movement, amount, unit: code } => Wish::MoveMoney {
                movement: MoneyMovement::from_code(&movement)
                    .ok_or_else(|| anyhow::anyhow!("unknown movement {movement}"))?,
                amount: Amount::parse(&amount, unit(&code)?)?,
            },
            Stored::Bill { wallet, customer, amount, unit: code, step } => Wish::Bill {
                wallet: wallet.parse()?,
                customer: customer.parse()?,
                amount: Amount::parse(&amount, unit(&code)?)?,
                step: BillStep::from_code(&step).ok_or_else(|| anyhow::anyhow!("unknown step {step}"))?,
            },
        };
        Ok(wish)
    }
}

impl BillStep {
    const WRITTEN_OFF: &str = "written_off";
    /// What stands before the way in the code of what was paid.
    const PAID: &str = "paid_by_";

    fn code(self) -> String {
        match self {
            BillStep::Owed(item) => item.code().to_owned(),
            BillStep::Paid(by) => format!("{}{}", Self::PAID, by.code()),
            BillStep::WrittenOff => Self::WRITTEN_OFF.to_owned(),
        }
    }

    fn from_code(code: &str) -> Option<BillStep> {
        if code == Self::WRITTEN_OFF {
            return Some(BillStep::WrittenOff);
        }
        match code.strip_prefix(Self::PAID) {
            Some(by) => PaidBy::from_code(by).map(BillStep::Paid),
            None => BillItem::from_code(code).map(BillStep::Owed),
        }
    }
}

/// What stands before the way in which credit was given back.
const GIVEN_BACK_BY: &str = "given_back_by_";

/// Words of what is taken back, as stored.
const TAKE_BACK: [(TakeBack, &str); 2] = [(TakeBack::Rest, "rest"), (TakeBack::Nothing, "nothing")];

fn take_back_word(take_back: TakeBack) -> &'static str {
    let [(rest, rest_word), (_, nothing_word)] = TAKE_BACK;
    if take_back == rest { rest_word } else { nothing_word }
}

fn take_back_of(word: &str) -> anyhow::Result<TakeBack> {
    let known = TAKE_BACK.iter().find(|(_, known)| *known == word);
    known.map(|(take_back, _)| *take_back).ok_or_else(|| anyhow::anyhow!("unknown word {word}"))
}

#[cfg(test)]
mod tests {
    use book::{Awaiting, Charging, PackNo, Validity};
    use money::{CustomerId, GrantId, LineId, PaymentId, PurchaseId, TopupId, WalletId};

    use super::*;

    #[test]
    fn wishes_are_read_back() -> anyhow::Result<()> {
        let (wallet, customer) = (WalletId::from_u128(1), CustomerId::from_u128(2));
        let amount = Amount::new(24_900_000, Unit::BRL);
        let wishes = [
            Wish::OpenWallet { wallet, customer, unit: Unit::USD },
            Wish::Grant {
                wallet,
                customer,
                grant: GrantId::from_u128(3),
                amount,
                reason: Some(Reason::Goodwill),
                expires_at: Some(Timestamp::from_micros(7)),
            },
            Wish::Deduct { wallet, customer, amount, reason: Reason::Misuse },
            Wish::OpenLine { wallet, customer, line: LineId::from_u128(5), plan_no: 7, anchor_day: 31 },
            Wish::AddUse { wallet, customer, total: 12_500_000_000, outside: 500 },
            Wish::Credit {
                wallet,
                customer,
                grant: GrantId::from_u128(4),
                amount,
                payment: PaymentId::from_u128(5),
                topup: TopupId::from_u128(6),
            },
        ];
        let purchase = Awaiting {
            purchase: PurchaseId::from_u128(8),
            pack: PackNo(3),
            charging: Charging::Boleto,
            quantity: 10_000_000_000,
            price: amount,
            validity: Validity::Days(30),
        };
        let grant = GrantId::from_u128(9);
        let paid = Wish::Pay { wallet, customer, purchase, grant, by: PaidBy::Boleto };
        let deposit = Wish::Deposit { wallet, customer, grant, amount, by: PaidBy::Pix };
        let written_off = [Some(TakeBack::Rest), Some(TakeBack::Nothing), None].map(|take_back| {
            Wish::WriteOff { wallet, customer, purchase: PurchaseId::from_u128(8), take_back }
        });
        let billed = |step| Wish::Bill { wallet, customer, amount, step };
        let steps = [
            BillStep::Owed(BillItem::Fee),
            BillStep::Owed(BillItem::Adjustment),
            BillStep::Paid(PaidBy::Pix),
            BillStep::WrittenOff,
        ];
        let taken = |to| Wish::TakeOverpaid { wallet, customer, amount, to };
        let disputed = OverpaidTo::TakenBack(TakenBackCause::Dispute);
        let taken = [OverpaidTo::Invoice, OverpaidTo::GivenBack(PaidBy::Pix), disputed].map(taken);
        let moved =
            Wish::MoveMoney { movement: MoneyMovement::Dispute, amount: Amount::new(-10_000_000, Unit::USD) };
        for wish in wishes
            .into_iter()
            .chain([paid, deposit, moved])
            .chain(written_off)
            .chain(taken)
            .chain(steps.map(billed))
        {
            assert_eq!(Wish::from_json(&wish.to_json())?, wish);
        }
        Ok(())
    }
}
