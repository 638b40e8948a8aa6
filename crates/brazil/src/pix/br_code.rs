//! The BR Code itself.

use crate::ascii::{cut, without_accents};
use crate::centavos::Centavos;
use crate::pix::error::PixError;
use crate::pix::field::{Counted, FIELD_LEN_MAX, Fields, check_sum, push};
use crate::pix::key::PixKey;
use crate::pix::txid::StaticTxid;

/// Characters of a BR Code, at most (EMV).
pub const BR_CODE_LEN_MAX: usize = 512;

const NAME_LEN_MAX: usize = 25;
const CITY_LEN_MAX: usize = 15;
const URL_LEN_MAX: usize = 77;
const GUI: &str = "br.gov.bcb.pix";
/// Stands for no txid; also for that of a charge which the provider holds.
const NO_TXID: &str = "***";
/// What the text ends with before its check sum.
const CHECK_SUM_FIELD: &str = "6304";

/// A BR Code of Pix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrCode {
    /// Everything is in the code; it can be paid again and again.
    Static(StaticCode),
    /// The code names an address where the payer's bank reads the charge.
    Dynamic(DynamicCode),
}

/// Who receives, as the code says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    name: String,
    city: String,
}

/// A code for a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticCode {
    /// Whom it credits.
    pub key: PixKey,
    /// Who that is.
    pub receiver: Receiver,
    /// How much; none if the payer chooses.
    pub amount: Option<Centavos>,
    /// By what the payment is found again.
    pub txid: Option<StaticTxid>,
    /// A message that the payer sees.
    pub message: Option<String>,
}

/// A code for a charge that a payment provider holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DynamicCode {
    /// Where the charge is read: host and path without `https://`.
    pub url: String,
    /// Who receives.
    pub receiver: Receiver,
    /// How much, if the code says it; what counts is the charge.
    pub amount: Option<Centavos>,
    /// Where a consent to recurring payments is read (Pix Automático).
    pub recurrence_url: Option<String>,
}

impl Receiver {
    /// A name, cut to 25 characters, and a city, cut to 15, both without accents.
    pub fn new(name: &str, city: &str) -> Result<Receiver, PixError> {
        let receiver = Receiver {
            name: cut(&without_accents(name), NAME_LEN_MAX),
            city: cut(&without_accents(city), CITY_LEN_MAX),
        };
        if receiver.name.is_empty() || receiver.city.is_empty() {
            Err(PixError::Receiver)
        } else {
            Ok(receiver)
        }
    }

    /// The name; in a code of others it may have accents.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The city.
    pub fn city(&self) -> &str {
        &self.city
    }
}

impl BrCode {
    /// Reads a code, as it was scanned or pasted. The check sum is verified first.
    pub fn parse(text: &str) -> Result<BrCode, PixError> {
        let text = text.trim();
        if text.chars().count() > BR_CODE_LEN_MAX {
            return Err(PixError::TooLong);
        }
        let sum_at = text.len().checked_sub(4).filter(|at| text.is_char_boundary(*at));
        let (summed, sum) = sum_at.map(|at| text.split_at(at)).ok_or(PixError::NotABrCode)?;
        if !text.starts_with("000201") || !summed.ends_with(CHECK_SUM_FIELD) {
            return Err(PixError::NotABrCode);
        }
        if !sum.eq_ignore_ascii_case(&format!("{:04X}", check_sum(summed))) {
            return Err(PixError::CheckSum);
        }
        let by_characters = read(text, Counted::Characters);
        match by_characters {
            Err(error) if !text.is_ascii() => read(text, Counted::Bytes).map_err(|_| error),
            read => read,
        }
    }

    /// The code with its check sum, in ASCII.
    pub fn write(&self) -> Result<String, PixError> {
        match self {
            BrCode::Static(code) => code.write(),
            BrCode::Dynamic(code) => code.write(),
        }
    }
}

impl StaticCode {
    /// The code with its check sum, in ASCII.
    pub fn write(&self) -> Result<String, PixError> {
        let mut account = String::new();
        push(&mut account, 0, GUI);
        push(&mut account, 1, self.key.as_str());
        if let Some(message) = &self.message {
            let message = without_accents(message);
            let max = FIELD_LEN_MAX.saturating_sub(account.len() + 4);
            if message.len() > max {
                return Err(PixError::MessageTooLong { max });
            }
            push(&mut account, 2, &message);
        }
        let mut code = head(None, &account);
        tail(&mut code, &self.receiver, self.amount, self.txid.as_ref().map_or(NO_TXID, StaticTxid::as_str))?;
        Ok(with_check_sum(code))
    }
}

impl DynamicCode {
    /// The code with its check sum, in ASCII. The addresses stand without `https://`.
    pub fn write(&self) -> Result<String, PixError> {
        let account = located(&self.url)?;
        let mut code = head(Some("12"), &account);
        tail(&mut code, &self.receiver, self.amount, NO_TXID)?;
        if let Some(url) = &self.recurrence_url {
            push(&mut code, 80, &located(url)?);
        }
        Ok(with_check_sum(code))
    }
}

/// Pix's name and an address.
fn located(url: &str) -> Result<String, PixError> {
    let mut account = String::new();
    push(&mut account, 0, GUI);
    push(&mut account, 25, valid_url(url)?);
    Ok(account)
}

fn head(initiation: Option<&str>, account: &str) -> String {
    let mut code = String::new();
    push(&mut code, 0, "01");
    if let Some(initiation) = initiation {
        push(&mut code, 1, initiation);
    }
    push(&mut code, 26, account);
    push(&mut code, 52, "0000");
    push(&mut code, 53, "986");
    code
}

fn tail(
    code: &mut String,
    receiver: &Receiver,
    amount: Option<Centavos>,
    txid: &str,
) -> Result<(), PixError> {
    if let Some(amount) = amount {
        if amount.is_zero() {
            return Err(PixError::Amount);
        }
        push(code, 54, &amount.to_string());
    }
    push(code, 58, "BR");
    // A receiver that was read may have accents or be too long.
    let receiver = Receiver::new(&receiver.name, &receiver.city)?;
    push(code, 59, &receiver.name);
    push(code, 60, &receiver.city);
    let mut additional = String::new();
    push(&mut additional, 5, txid);
    push(code, 62, &additional);
    Ok(())
}

fn with_check_sum(mut code: String) -> String {
    code.push_str(CHECK_SUM_FIELD);
    let sum = check_sum(&code);
    code.push_str(&format!("{sum:04X}"));
    code
}

fn read(text: &str, counted: Counted) -> Result<BrCode, PixError> {
    let fields = Fields::read(text, counted)?;
    if fields.need(53)? != "986" {
        return Err(PixError::NotPix { id: 53 });
    }
    if fields.need(58)? != "BR" {
        return Err(PixError::NotPix { id: 58 });
    }
    let receiver = Receiver { name: fields.need(59)?.to_owned(), city: fields.need(60)?.to_owned() };
    let amount = fields.get(54).map(read_amount).transpose()?;
    let account = pix_account(&fields, 26, 51, counted)?.ok_or(PixError::Missing { id: 26 })?;
    if let Some(url) = account.get(25) {
        let recurrence =
            pix_account(&fields, 80, 99, counted)?.map(|account| account.need(25)).transpose()?;
        return Ok(BrCode::Dynamic(DynamicCode {
            url: valid_url(url)?.to_owned(),
            receiver,
            amount,
            recurrence_url: recurrence.map(|url| valid_url(url).map(str::to_owned)).transpose()?,
        }));
    }
    let additional = Fields::read(fields.need(62)?, counted)?;
    let txid = match additional.need(5)? {
        NO_TXID => None,
        txid => Some(StaticTxid::parse(txid)?),
    };
    Ok(BrCode::Static(StaticCode {
        key: PixKey::parse(account.need(1)?)?,
        receiver,
        amount,
        txid,
        message: account.get(2).map(str::to_owned),
    }))
}

/// The fields of the first account from `first` to `last` that is Pix's; codes may name other systems beside it.
fn pix_account<'a>(
    fields: &Fields<'a>,
    first: u8,
    last: u8,
    counted: Counted,
) -> Result<Option<Fields<'a>>, PixError> {
    for value in fields.between(first, last) {
        let account = Fields::read(value, counted)?;
        if account.get(0).is_some_and(|gui| gui.eq_ignore_ascii_case(GUI)) {
            return Ok(Some(account));
        }
    }
    Ok(None)
}

/// Zero means, as no field does, that the payer chooses; but no code of ours says so.
fn read_amount(text: &str) -> Result<Centavos, PixError> {
    Centavos::parse(text).ok().filter(|amount| !amount.is_zero()).ok_or(PixError::Amount)
}

fn valid_url(url: &str) -> Result<&str, PixError> {
    let is_plain = url.bytes().all(|byte| byte.is_ascii_graphic());
    let is_url = is_plain && url.len() <= URL_LEN_MAX && !url.contains("://") && !url.starts_with('/');
    if is_url && !url.is_empty() { Ok(url) } else { Err(PixError::Url) }
}

#[cfg(test)]
#[path = "br_code_test.rs"]
mod tests;
