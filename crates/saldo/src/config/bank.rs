//! `[bank]`: the account whose boletos collect what is bought, and the company that is paid.

use anyhow::{Context as _, bail};
use brazil::boleto::{BancoDoBrasil, BankCode, BillingAccount, Sicoob};
use brazil::cnab::{Company, Fine, Interest};
use brazil::document::TaxId;
use serde::Deserialize;

/// The latest that a boleto may be due, in days after the purchase.
const DUE_DAYS_MAX: u16 = 90;

/// The bank account that boletos pay into.
#[derive(Clone, Debug)]
pub struct Bank {
    /// The account at a bank whose files are spoken.
    pub account: BillingAccount,
    /// Who is paid, as remittances name him.
    pub company: Company,
    /// His name in full.
    pub company_name: String,
    /// His CNPJ or CPF.
    pub document: TaxId,
    /// His address in one line.
    pub address: String,
    /// Days from the purchase to the day on which its boleto is due.
    pub due_days: u16,
    /// The number of the first boleto.
    pub first_number: u64,
    /// What is added once after the due day.
    pub fine: Fine,
    /// What is added for each month after the due day.
    pub interest: Interest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenBank {
    code: String,
    agreement: String,
    carteira: String,
    variation: String,
    branch: String,
    account: String,
    company: String,
    document: String,
    address: String,
    due_days: u16,
    first_number: u64,
    fine_percent: String,
    interest_percent: String,
}

impl Bank {
    /// An account at the Banco do Brasil with which the demo and tests play. No company has it.
    pub fn sample() -> anyhow::Result<Bank> {
        let document = TaxId::parse("12.ABC.345/01DE-35")?;
        let account = BancoDoBrasil::new("1238798", "17", "019", "4042-8", "61900-0")?;
        Ok(Bank {
            account: BillingAccount::BancoDoBrasil(account),
            company: Company::new("Aurora Digital Ltda.", document)?,
            company_name: "Aurora Digital Ltda.".to_owned(),
            document,
            address: "Av. Paulista, 1000, São Paulo, SP".to_owned(),
            due_days: 4,
            first_number: 1,
            fine: Fine::Percent(200),
            interest: Interest::PerMonth(100),
        })
    }
}

/// The account, if one is set up. An error names the setting.
pub(super) fn check(written: &WrittenBank) -> anyhow::Result<Option<Bank>> {
    let WrittenBank { agreement, carteira, variation, branch, account, .. } = written;
    if written.code.is_empty() {
        return Ok(None);
    }
    let code = BankCode::parse(&written.code).with_context(|| format!("bank.code: {}", written.code))?;
    let account = if code == BankCode::BANCO_DO_BRASIL {
        BancoDoBrasil::new(agreement, carteira, variation, branch, account).map(BillingAccount::BancoDoBrasil)
    } else if code == BankCode::SICOOB {
        Sicoob::new(carteira, variation, branch, account, agreement).map(BillingAccount::Sicoob)
    } else {
        bail!(
            "bank.code: the files of bank {} are not spoken yet; there are 001 (Banco do Brasil) and 756 (Sicoob)",
            written.code
        );
    };
    let document = TaxId::parse(&written.document).context("bank.document")?;
    if !(1..=DUE_DAYS_MAX).contains(&written.due_days) {
        bail!("bank.due_days must be from 1 to {DUE_DAYS_MAX}");
    }
    if written.first_number == 0 {
        bail!("bank.first_number must be above zero");
    }
    let fine = percent("fine_percent", &written.fine_percent)?;
    let interest = percent("interest_percent", &written.interest_percent)?;
    Ok(Some(Bank {
        account: account.context("bank")?,
        company: Company::new(&written.company, document).context("bank.company")?,
        company_name: written.company.clone(),
        document,
        address: written.address.clone(),
        due_days: written.due_days,
        first_number: written.first_number,
        fine: if fine == 0 { Fine::None } else { Fine::Percent(fine) },
        interest: if interest == 0 { Interest::None } else { Interest::PerMonth(interest) },
    }))
}

/// A percentage with two decimals, in hundredths.
fn percent(name: &str, text: &str) -> anyhow::Result<u16> {
    let hundredths = money::parse_decimal(text, 2).with_context(|| format!("bank.{name}: {text}"))?;
    u16::try_from(hundredths)
        .ok()
        .filter(|it| *it <= 10_000)
        .with_context(|| format!("bank.{name}: {text} must be from 0 to 100"))
}
