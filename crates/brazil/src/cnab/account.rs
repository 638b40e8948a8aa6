//! What differs between the two banks' files.

use crate::boleto::{BancoDoBrasil, BankCode, BillingAccount, NossoNumero, Sicoob, TitleNumber};
use crate::cnab::error::CnabError;

/// Digits of a title's number at Sicoob, the last of them the check digit.
const SICOOB_NUMBER_LEN: usize = 10;

/// An account whose bank's CNAB 240 we speak.
#[derive(Clone, Copy)]
pub(super) enum CnabAccount<'a> {
    BancoDoBrasil(&'a BancoDoBrasil),
    Sicoob(&'a Sicoob),
}

/// What this bank wants in fields that mean the same everywhere.
pub(super) struct Dialect {
    pub(super) bank: BankCode,
    pub(super) bank_name: &'static str,
    pub(super) file_version: &'static str,
    pub(super) batch_version: &'static str,
    /// Positions 172 to 211 of the file's header are zeros, not blanks.
    pub(super) reserved_zeros: bool,
    /// Segment P, 58: kind of carteira; 59 to 62: how registered, kind of document, who prints, who sends.
    pub(super) carteira_kind: &'static str,
    pub(super) handling: &'static str,
    /// Segment P, 225 to 227: days until the bank writes off by itself; none is wanted.
    pub(super) write_off_days: &'static str,
}

impl<'a> CnabAccount<'a> {
    pub(super) fn of(account: &'a BillingAccount) -> Result<CnabAccount<'a>, CnabError> {
        match account {
            BillingAccount::BancoDoBrasil(account) => Ok(CnabAccount::BancoDoBrasil(account)),
            BillingAccount::Sicoob(account) => Ok(CnabAccount::Sicoob(account)),
            BillingAccount::Itau(_)
            | BillingAccount::Bradesco(_)
            | BillingAccount::Caixa(_)
            | BillingAccount::Santander(_) => Err(CnabError::BankWithoutLayout { bank: account.bank() }),
        }
    }

    pub(super) fn dialect(self) -> Dialect {
        match self {
            CnabAccount::BancoDoBrasil(account) => Dialect {
                bank: BankCode::BANCO_DO_BRASIL,
                bank_name: "BANCO DO BRASIL S.A.",
                file_version: "083",
                batch_version: "042",
                reserved_zeros: true,
                // 7 is what the bank calls carteira 17's simple kind, 1 that of the others.
                carteira_kind: if account.carteira() == "17" { "7" } else { "1" },
                handling: "1 00",
                write_off_days: "000",
            },
            CnabAccount::Sicoob(_) => Dialect {
                bank: BankCode::SICOOB,
                bank_name: "SICOOB",
                file_version: "081",
                batch_version: "040",
                reserved_zeros: false,
                carteira_kind: "1",
                handling: "0 22",
                write_off_days: "",
            },
        }
    }

    /// The contract's 20 characters in both headers.
    pub(super) fn contract(self) -> String {
        const COBRANCA: &str = "0014";
        match self {
            CnabAccount::BancoDoBrasil(account) => {
                format!("{:0>9}{COBRANCA}{}{}", account.convenio(), account.carteira(), account.variation())
            }
            CnabAccount::Sicoob(_) => String::new(),
        }
    }

    /// Branch of five digits with its check digit, account of twelve with its own: 19 characters.
    pub(super) fn branch_and_account(self) -> String {
        let [(branch, branch_check), (account, account_check)] = self.parts();
        format!("{branch:0>5}{branch_check}{account:0>12}{account_check}")
    }

    /// The account's digits without zeros at the left.
    pub(super) fn account_digits(self) -> &'a str {
        let [_, (account, _)] = self.parts();
        account.trim_start_matches('0')
    }

    /// The nosso número as it fills the 20 characters of segments P and T, without trailing blanks.
    pub(super) fn nosso_numero_field(self, number: &NossoNumero) -> String {
        const ONLY_INSTALMENT: &str = "01";
        const A4_SHEET: &str = "4";
        let check: String = number.check_digit().into_iter().collect();
        match self {
            CnabAccount::BancoDoBrasil(_) => format!("{}{check}", number.digits()),
            CnabAccount::Sicoob(account) => {
                let whole = format!("{}{check}", number.digits());
                format!("{whole:0>SICOOB_NUMBER_LEN$}{ONLY_INSTALMENT}{}{A4_SHEET}", account.modality())
            }
        }
    }

    /// The sequence number of the title that a field of segment T names; none if it is no number that this account gives.
    pub(super) fn sequence(self, field: &str) -> Option<u64> {
        let digits = match self {
            CnabAccount::BancoDoBrasil(account) => {
                let len = if account.convenio().len() == 7 { 17 } else { 11 };
                field.get(..len)?.strip_prefix(account.convenio())?
            }
            CnabAccount::Sicoob(_) => field.get(..SICOOB_NUMBER_LEN - 1)?,
        };
        let number = TitleNumber::new(digits.parse().ok()?);
        let nosso_numero = match self {
            CnabAccount::BancoDoBrasil(account) => account.nosso_numero(number),
            CnabAccount::Sicoob(account) => account.nosso_numero(number),
        };
        let whole = self.nosso_numero_field(&nosso_numero.ok()?);
        let named = match self {
            CnabAccount::BancoDoBrasil(_) => whole.as_str(),
            // What stands behind the number (instalment, form) may come back as the bank pleases.
            CnabAccount::Sicoob(_) => &whole[..SICOOB_NUMBER_LEN],
        };
        field.starts_with(named).then_some(number.sequence())
    }

    fn parts(self) -> [(&'a str, char); 2] {
        match self {
            CnabAccount::BancoDoBrasil(account) => account.branch_and_account(),
            CnabAccount::Sicoob(account) => account.branch_and_account(),
        }
    }
}
