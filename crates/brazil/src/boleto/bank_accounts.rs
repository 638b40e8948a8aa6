//! Each bank's settings and what it makes of them, as its manual says and brcobranca, openboleto and pycobranca agree.
//!
//! Numbers are given as text of digits, shorter ones are filled with zeros at the left. Branch and account may be given with
//! their check digit behind a dash; it is then verified where the bank's rule is known, so that a mistyped account is not found
//! out by the first payer.

use crate::boleto::account::{NossoNumero, TitleNumber};
use crate::boleto::error::{BoletoError, Setting};
use crate::check_digit::{digit, modulo_10, modulo_11_or_zero, modulo_11_remainder, modulo_11_x};

/// Banco do Brasil: the convênio's length decides the layout.
///
/// The layout for convênios of six digits with seventeen free ones (carteiras 16 and 18, "21" at the end) is left out: it is for
/// titles that are not registered, which no bank has taken since 2018.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BancoDoBrasil {
    convenio: String,
    carteira: String,
    variation: String,
    branch: String,
    account: String,
}

/// Itaú.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Itau {
    carteira: String,
    branch: String,
    account: String,
    client: String,
}

/// Bradesco.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bradesco {
    carteira: String,
    branch: String,
    account: String,
}

/// Caixa Econômica Federal, system SIGCB, código do beneficiário of six digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caixa {
    modality: String,
    branch: String,
    beneficiary: String,
}

/// Santander.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Santander {
    carteira: String,
    branch: String,
    convenio: String,
}

/// Sicoob: each title one instalment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sicoob {
    carteira: String,
    modality: String,
    branch: String,
    account: String,
    client: String,
}

impl BancoDoBrasil {
    /// Convênio of 4, 6 or 7 digits; carteira of 2 (`17`); variation of 3 (`019`); branch of 4; account of 8.
    pub fn new(
        convenio: &str,
        carteira: &str,
        variation: &str,
        branch: &str,
        account: &str,
    ) -> Result<BancoDoBrasil, BoletoError> {
        let convenio = convenio.trim();
        if ![4, 6, 7].contains(&convenio.len()) {
            return Err(BoletoError::Setting { setting: Setting::Convenio, wanted: "4, 6 or 7 digits" });
        }
        Ok(BancoDoBrasil {
            convenio: number(Setting::Convenio, convenio, 7, "4, 6 or 7 digits")?[7 - convenio.len()..]
                .to_owned(),
            carteira: number(Setting::Carteira, carteira, 2, "2 digits, such as 17")?,
            variation: number(Setting::Variation, variation, 3, "up to 3 digits, such as 019")?,
            branch: checked(Setting::Branch, branch, 4, "up to 4 digits", modulo_11_x)?,
            account: checked(Setting::Account, account, 8, "up to 8 digits", modulo_11_x)?,
        })
    }

    pub(crate) fn convenio(&self) -> &str {
        &self.convenio
    }

    pub(crate) fn carteira(&self) -> &str {
        &self.carteira
    }

    pub(crate) fn variation(&self) -> &str {
        &self.variation
    }

    /// Branch and account with their check digits.
    pub(crate) fn branch_and_account(&self) -> [(&str, char); 2] {
        [(&self.branch, modulo_11_x(&self.branch)), (&self.account, modulo_11_x(&self.account))]
    }

    pub(super) fn printed(&self) -> String {
        let [(branch, branch_check), (account, account_check)] = self.branch_and_account();
        format!("{branch}-{branch_check} / {account}-{account_check}")
    }

    fn sequence(&self, number: TitleNumber) -> Result<String, BoletoError> {
        number.digits(match self.convenio.len() {
            7 => 10,
            6 => 5,
            _ => 7,
        })
    }

    pub(crate) fn nosso_numero(&self, number: TitleNumber) -> Result<NossoNumero, BoletoError> {
        let digits = format!("{}{}", self.convenio, self.sequence(number)?);
        // Seventeen digits have no check digit.
        let check_digit = (self.convenio.len() < 7).then(|| modulo_11_x(&digits));
        let printed = check_digit.map_or_else(|| digits.clone(), |check| format!("{digits}-{check}"));
        Ok(NossoNumero { digits, check_digit, printed })
    }

    pub(super) fn campo_livre(&self, number: TitleNumber) -> Result<String, BoletoError> {
        let BancoDoBrasil { convenio, carteira, branch, account, .. } = self;
        let sequence = self.sequence(number)?;
        Ok(match convenio.len() {
            7 => format!("000000{convenio}{sequence}{carteira}"),
            _ => format!("{convenio}{sequence}{branch}{account}{carteira}"),
        })
    }
}

impl Itau {
    /// Carteiras that put our own number and the client's code into the bar code.
    const WITH_OWN_NUMBER: [&str; 8] = ["106", "107", "122", "142", "143", "195", "196", "198"];
    /// Carteiras whose check digit leaves out branch and account.
    const SHORT_CHECK: [&str; 6] = ["112", "126", "131", "146", "150", "168"];

    /// Carteira of 3 digits (`109`), branch of 4, account of 5, and the client's code of 5 digits, which only carteiras 106, 107,
    /// 122, 142, 143, 195, 196 and 198 use (`0` for the others).
    pub fn new(carteira: &str, branch: &str, account: &str, client: &str) -> Result<Itau, BoletoError> {
        let branch = number(Setting::Branch, branch, 4, "up to 4 digits")?;
        let dac = |account: &str| digit(modulo_10(&format!("{branch}{account}")));
        let account = checked(Setting::Account, account, 5, "up to 5 digits", dac)?;
        Ok(Itau {
            carteira: number(Setting::Carteira, carteira, 3, "3 digits, such as 109")?,
            branch,
            account,
            client: number(Setting::Convenio, client, 5, "up to 5 digits")?,
        })
    }

    pub(super) fn carteira(&self) -> &str {
        &self.carteira
    }

    fn account_check(&self) -> char {
        digit(modulo_10(&format!("{}{}", self.branch, self.account)))
    }

    pub(super) fn printed(&self) -> String {
        format!("{} / {}-{}", self.branch, self.account, self.account_check())
    }

    pub(crate) fn nosso_numero(&self, number: TitleNumber) -> Result<NossoNumero, BoletoError> {
        let sequence = number.digits(8)?;
        let Itau { carteira, branch, account, .. } = self;
        let digits = format!("{carteira}{sequence}");
        let check = if Itau::SHORT_CHECK.contains(&carteira.as_str()) {
            modulo_10(&digits)
        } else {
            modulo_10(&format!("{branch}{account}{digits}"))
        };
        let check = digit(check);
        Ok(NossoNumero {
            digits,
            check_digit: Some(check),
            printed: format!("{carteira}/{sequence}-{check}"),
        })
    }

    pub(super) fn campo_livre(&self, number: TitleNumber) -> Result<String, BoletoError> {
        let nosso_numero = self.nosso_numero(number)?;
        let digits = nosso_numero.digits();
        if Itau::WITH_OWN_NUMBER.contains(&self.carteira.as_str()) {
            let own_number = number.own_number().filter(|own| (1..=9_999_999).contains(own));
            let own_number = own_number.ok_or(BoletoError::OwnNumberNeeded)?;
            let whole = format!("{digits}{own_number:07}{}", self.client);
            return Ok(format!("{whole}{}0", modulo_10(&whole)));
        }
        let check = nosso_numero.check_digit().unwrap_or('0');
        Ok(format!("{digits}{check}{}{}{}000", self.branch, self.account, self.account_check()))
    }
}

impl Bradesco {
    /// Carteira of 2 digits (`09`), branch of 4, account of 7.
    pub fn new(carteira: &str, branch: &str, account: &str) -> Result<Bradesco, BoletoError> {
        Ok(Bradesco {
            carteira: number(Setting::Carteira, carteira, 2, "2 digits, such as 09")?,
            branch: checked(Setting::Branch, branch, 4, "up to 4 digits", |digits| with_p(digits, 5))?,
            account: checked(Setting::Account, account, 7, "up to 7 digits", |digits| with_p(digits, 7))?,
        })
    }

    pub(super) fn carteira(&self) -> &str {
        &self.carteira
    }

    pub(super) fn printed(&self) -> String {
        let Bradesco { branch, account, .. } = self;
        format!("{branch}-{} / {account}-{}", with_p(branch, 5), with_p(account, 7))
    }

    pub(crate) fn nosso_numero(&self, number: TitleNumber) -> Result<NossoNumero, BoletoError> {
        let sequence = number.digits(11)?;
        let digits = format!("{}{sequence}", self.carteira);
        let check = with_p(&digits, 7);
        let printed = format!("{}/{sequence}-{check}", self.carteira);
        Ok(NossoNumero { digits, check_digit: Some(check), printed })
    }

    pub(super) fn campo_livre(&self, number: TitleNumber) -> Result<String, BoletoError> {
        let Bradesco { carteira, branch, account } = self;
        Ok(format!("{branch}{carteira}{}{account}0", number.digits(11)?))
    }
}

impl Caixa {
    /// Modalidade of 2 digits (`14`: registered, printed by ourselves), branch of 4, código do beneficiário of 6.
    pub fn new(modality: &str, branch: &str, beneficiary: &str) -> Result<Caixa, BoletoError> {
        let modulo = |digits: &str| digit(modulo_11_or_zero(digits, 9));
        Ok(Caixa {
            modality: number(Setting::Modality, modality, 2, "2 digits, such as 14")?,
            branch: number(Setting::Branch, branch, 4, "up to 4 digits")?,
            beneficiary: checked(Setting::Convenio, beneficiary, 6, "up to 6 digits", modulo)?,
        })
    }

    pub(super) fn modality(&self) -> &str {
        &self.modality
    }

    pub(super) fn printed(&self) -> String {
        format!("{} / {}-{}", self.branch, self.beneficiary, modulo_11_or_zero(&self.beneficiary, 9))
    }

    pub(crate) fn nosso_numero(&self, number: TitleNumber) -> Result<NossoNumero, BoletoError> {
        let digits = format!("{}{}", self.modality, number.digits(15)?);
        let check = digit(modulo_11_or_zero(&digits, 9));
        let printed = format!("{digits}-{check}");
        Ok(NossoNumero { digits, check_digit: Some(check), printed })
    }

    /// The nosso número stands here in pieces, its first two digits between the others.
    pub(super) fn campo_livre(&self, number: TitleNumber) -> Result<String, BoletoError> {
        let nosso_numero = self.nosso_numero(number)?;
        let digits = nosso_numero.digits();
        let (kind, issuer) = self.modality.split_at(1);
        let parts = [
            self.beneficiary.as_str(),
            &modulo_11_or_zero(&self.beneficiary, 9).to_string(),
            &digits[2..5],
            kind,
            &digits[5..8],
            issuer,
            &digits[8..],
        ]
        .concat();
        Ok(format!("{parts}{}", modulo_11_or_zero(&parts, 9)))
    }
}

impl Santander {
    /// Carteira of 3 digits (`101`), branch of 4, convênio (código do beneficiário) of 7.
    pub fn new(carteira: &str, branch: &str, convenio: &str) -> Result<Santander, BoletoError> {
        Ok(Santander {
            carteira: number(Setting::Carteira, carteira, 3, "3 digits, such as 101")?,
            branch: number(Setting::Branch, branch, 4, "up to 4 digits")?,
            convenio: number(Setting::Convenio, convenio, 7, "up to 7 digits")?,
        })
    }

    pub(super) fn carteira(&self) -> &str {
        &self.carteira
    }

    pub(super) fn printed(&self) -> String {
        format!("{} / {}", self.branch, self.convenio)
    }

    pub(crate) fn nosso_numero(&self, number: TitleNumber) -> Result<NossoNumero, BoletoError> {
        let digits = number.digits(12)?;
        let check = digit(modulo_11_or_zero(&digits, 9));
        let printed = format!("{digits}-{check}");
        Ok(NossoNumero { digits, check_digit: Some(check), printed })
    }

    pub(super) fn campo_livre(&self, number: TitleNumber) -> Result<String, BoletoError> {
        let digits = number.digits(12)?;
        let check = modulo_11_or_zero(&digits, 9);
        Ok(format!("9{}{digits}{check}0{}", self.convenio, self.carteira))
    }
}

impl Sicoob {
    /// Carteira of 1 digit (`1`), modalidade of 2 (`01`), cooperativa (branch) of 4, account of 10, client's code of 7.
    pub fn new(
        carteira: &str,
        modality: &str,
        branch: &str,
        account: &str,
        client: &str,
    ) -> Result<Sicoob, BoletoError> {
        Ok(Sicoob {
            carteira: number(Setting::Carteira, carteira, 1, "1 digit, such as 1")?,
            modality: number(Setting::Modality, modality, 2, "2 digits, such as 01")?,
            branch: checked(Setting::Branch, branch, 4, "up to 4 digits", zero_for_x)?,
            account: checked(Setting::Account, account, 10, "up to 10 digits", zero_for_x)?,
            client: number(Setting::Convenio, client, 7, "up to 7 digits")?,
        })
    }

    pub(super) fn carteira(&self) -> &str {
        &self.carteira
    }

    pub(crate) fn modality(&self) -> &str {
        &self.modality
    }

    /// Branch and account with their check digits.
    pub(crate) fn branch_and_account(&self) -> [(&str, char); 2] {
        [(&self.branch, zero_for_x(&self.branch)), (&self.account, zero_for_x(&self.account))]
    }

    pub(super) fn printed(&self) -> String {
        format!("{} / {}", self.branch, self.client)
    }

    /// The check digit's weights are 3, 1, 9, 7 from the left, over branch, client and number.
    pub(crate) fn nosso_numero(&self, number: TitleNumber) -> Result<NossoNumero, BoletoError> {
        const WEIGHTS: [u32; 4] = [3, 1, 9, 7];
        let digits = number.digits(7)?;
        let whole = format!("{}{:0>10}{digits}", self.branch, self.client);
        let products =
            whole.bytes().zip(WEIGHTS.into_iter().cycle()).map(|(b, weight)| u32::from(b - b'0') * weight);
        let check = match products.sum::<u32>() % 11 {
            0 | 1 => '0',
            remainder => char::from_digit(11 - remainder, 10).unwrap_or('0'),
        };
        let printed = format!("{digits}-{check}");
        Ok(NossoNumero { digits, check_digit: Some(check), printed })
    }

    pub(super) fn campo_livre(&self, number: TitleNumber) -> Result<String, BoletoError> {
        const ONLY_INSTALMENT: &str = "001";
        let nosso_numero = self.nosso_numero(number)?;
        let Sicoob { carteira, branch, modality, client, .. } = self;
        let check = nosso_numero.check_digit().unwrap_or('0');
        Ok(format!("{carteira}{branch}{modality}{client}{}{check}{ONLY_INSTALMENT}", nosso_numero.digits()))
    }
}

/// Bradesco's check digit: ten is written `P`.
fn with_p(digits: &str, weight_max: u32) -> char {
    match modulo_11_remainder(digits, weight_max) {
        0 => '0',
        1 => 'P',
        remainder => digit(11 - remainder),
    }
}

/// Sicoob's check digit of branches and accounts: as the Banco do Brasil's, with `0` where that has `X`.
fn zero_for_x(digits: &str) -> char {
    digit(modulo_11_or_zero(digits, 9))
}

/// 1 to `len` digits, filled up to `len` with zeros at the left.
fn number(setting: Setting, text: &str, len: usize, wanted: &'static str) -> Result<String, BoletoError> {
    let text = text.trim();
    let is_number = !text.is_empty() && text.len() <= len && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { Ok(format!("{text:0>len$}")) } else { Err(BoletoError::Setting { setting, wanted }) }
}

/// As [`number`], with an optional check digit behind a dash, which must be `check` of the digits.
fn checked(
    setting: Setting,
    text: &str,
    len: usize,
    wanted: &'static str,
    check: impl Fn(&str) -> char,
) -> Result<String, BoletoError> {
    let (digits, given) = match text.trim().split_once('-') {
        Some((digits, given)) => (digits, Some(given.trim())),
        None => (text, None),
    };
    let digits = number(setting, digits, len, wanted)?;
    let right = check(&digits).to_string();
    match given {
        Some(given) if !given.eq_ignore_ascii_case(&right) => Err(BoletoError::SettingCheckDigit { setting }),
        _ => Ok(digits),
    }
}
