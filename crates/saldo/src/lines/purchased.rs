//! A purchase by value, as JSON keeps it.

use book::{Awaiting, Charging, PackNo, Validity};
use money::{Amount, Unit, WalletId};
use serde::{Deserialize, Serialize};

/// A purchase as notices, intents and what is owed for it carry it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purchased {
    wallet: String,
    purchase: String,
    pack_no: u32,
    charging: String,
    quantity: i64,
    price: String,
    unit: String,
    /// None: until the cycle ends.
    validity_days: Option<u16>,
}

impl Purchased {
    /// The purchase, made for the line on `wallet`.
    pub fn of(wallet: WalletId, purchase: &Awaiting) -> Purchased {
        Purchased {
            wallet: wallet.to_string(),
            purchase: purchase.purchase.to_string(),
            pack_no: purchase.pack.0,
            charging: purchase.charging.code().to_owned(),
            quantity: purchase.quantity,
            price: purchase.price.to_decimal(),
            unit: purchase.price.unit().code().to_owned(),
            validity_days: match purchase.validity {
                Validity::Cycle => None,
                Validity::Days(days) => Some(days),
            },
        }
    }

    /// The line's wallet and the purchase.
    pub fn read(&self) -> anyhow::Result<(WalletId, Awaiting)> {
        let unit =
            Unit::known(&self.unit).ok_or_else(|| anyhow::anyhow!("there is no unit {}", self.unit))?;
        let charging = Charging::from_code(&self.charging);
        let purchase = Awaiting {
            purchase: self.purchase.parse()?,
            pack: PackNo(self.pack_no),
            charging: charging.ok_or_else(|| anyhow::anyhow!("there is no charging {}", self.charging))?,
            quantity: self.quantity,
            price: Amount::parse(&self.price, unit)?,
            validity: self.validity_days.map_or(Validity::Cycle, Validity::Days),
        };
        Ok((self.wallet.parse()?, purchase))
    }
}
