//! `saldo customer`.

use std::sync::Arc;

use anyhow::Context as _;
use clap::Subcommand;
use money::{Amount, CustomerId, LoginId};
use serde_json::json;
use store::tables::customers::Customer;
use store::tables::logins::Login;
use store::tables::origins::Origin;
use store::views::WalletRow;
use store::{Reader, StoreError, Tx};

use super::folder;
use super::screen::Screen;
use crate::app::App;
use crate::audit::{Author, Change};
use crate::config::Config;
use crate::customers::{self, Beginning, NewCustomer};
use crate::problem::Problem;
use crate::{clock, ids, portal};

/// Rows read at once.
const PAGE_ROWS: u32 = 500;
/// Wallets of a customer that are shown.
const WALLETS_MAX: u32 = 50;

pub(super) const HELP: &str = "\
Examples:
  saldo customer create --name 'Ana Lima' --email ana@example.com --external-key acme-17
  saldo customer invite ana@example.com      a link with which she chooses a password
  saldo customer show acme-17                by id, e-mail or your own name; beside a running server, too
  saldo customer list --limit 20

While the server runs, use POST /v1/customers instead of `create`.";

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a customer with wallet and welcome credit. The server must be stopped.
    Create {
        /// What people call him.
        #[arg(long)]
        name: String,
        /// Where mails go, and his login.
        #[arg(long)]
        email: Option<String>,
        /// The operator's own name for him.
        #[arg(long)]
        external_key: Option<String>,
        /// The language of his mails: en or pt-BR.
        #[arg(long, default_value = "en")]
        locale: String,
        /// What usage events call him, beside his id; may be given several times.
        #[arg(long = "subject", value_name = "SUBJECT")]
        subjects: Vec<String>,
    },
    /// Write the mail that invites a customer to choose a password, and show its link. The server must be stopped.
    Invite {
        /// His id, e-mail, or the operator's own name for him.
        customer: String,
    },
    /// List customers, newest first.
    List {
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Show a customer and what he has.
    Show {
        /// His id, e-mail, or the operator's own name for him.
        customer: String,
    },
}

/// Does what was asked.
pub(super) fn run(command: Command, config: Config, screen: &Screen) -> anyhow::Result<()> {
    match command {
        Command::Create { name, email, external_key, locale, subjects } => {
            let beginning = Beginning { origin: Origin::CommandLine, ..Beginning::default() };
            create(config, NewCustomer { name, email, external_key, locale, subjects, beginning }, screen)
        }
        Command::Invite { customer } => invite(config, &customer, screen),
        Command::List { limit } => list(&config, limit, screen),
        Command::Show { customer } => show(&config, &customer, screen),
    }
}

/// A problem as a failure of the command.
pub(super) fn failure(problem: Problem) -> anyhow::Error {
    anyhow::anyhow!("{}", problem.detail)
}

fn create(config: Config, new: NewCustomer, screen: &Screen) -> anyhow::Result<()> {
    let created = folder::with_program(config, async |running| {
        customers::create(&running.app, new).await.map_err(failure)
    })?;
    screen.pair("customer", created.customer.id);
    screen.pair("wallet", created.wallet);
    Ok(())
}

fn invite(config: Config, named: &str, screen: &Screen) -> anyhow::Result<()> {
    let named = named.to_owned();
    let link = folder::with_program(config, async |running| {
        let app = &running.app;
        let asked = named.clone();
        let found = app.read(move |reader| find(reader, &asked)).await.map_err(failure)?;
        let customer = found.with_context(|| format!("there is no customer {named}"))?;
        let login = login_of(app, customer).await?;
        let link = portal::invite(app, &login).await.map_err(failure)?;
        let change = Change::new("login.invite", login.id);
        app.write(move |tx| Author::operator().note(tx, &change)).await.map_err(failure)?;
        Ok(link)
    })?;
    screen.pair("link", &link.url);
    screen.pair("works until", link.expires_at);
    Ok(())
}

/// The customer's login; made under his e-mail if there is none.
async fn login_of(app: &Arc<App>, customer: Customer) -> anyhow::Result<Login> {
    let id = customer.id;
    let known = app.read(move |reader| reader.logins_of(id, None, 1)).await.map_err(failure)?;
    if let Some(login) = known.rows.into_iter().next() {
        return Ok(login);
    }
    let email = customer.email.with_context(|| format!("{id} has no e-mail to sign in with"))?;
    let login = Login {
        id: LoginId::from_u128(ids::fresh()),
        customer: id,
        email,
        password_hash: None,
        created_at: clock::now(),
        last_sign_in_at: None,
    };
    let row = login.clone();
    let change = Change::new("login.create", row.id).after(&json!({"customer": id.to_string()}));
    let change = change.map_err(failure)?;
    let write = move |tx: &Tx<'_>| {
        tx.insert_login(&row)?;
        Author::operator().note(tx, &change)
    };
    app.write(write).await.map_err(failure)?;
    Ok(login)
}

fn list(config: &Config, limit: usize, screen: &Screen) -> anyhow::Result<()> {
    let tables = folder::open_tables(config)?;
    let mut rows = Vec::new();
    let mut before = None;
    while rows.len() < limit {
        let next = tables.read(|reader| {
            let page = reader.customers(before, PAGE_ROWS)?;
            for customer in page.rows.iter().take(limit - rows.len()) {
                rows.push(row(reader, customer)?);
            }
            Ok::<_, StoreError>(page.next)
        })?;
        match next {
            Some(next) => before = Some(next),
            None => break,
        }
    }
    screen.table(["CUSTOMER", "NAME", "E-MAIL", "BALANCE"], &rows);
    Ok(())
}

fn row(reader: &Reader<'_>, customer: &Customer) -> Result<[String; 4], StoreError> {
    let balances = reader.wallet_views_of(customer.id, WALLETS_MAX)?;
    let balances = balances.iter().map(|wallet| Amount::new(wallet.posted, wallet.unit).to_string());
    let email = customer.email.clone().unwrap_or_default();
    Ok([customer.id.to_string(), customer.name.clone(), email, balances.collect::<Vec<_>>().join(", ")])
}

fn show(config: &Config, named: &str, screen: &Screen) -> anyhow::Result<()> {
    let tables = folder::open_tables(config)?;
    let (customer, wallets) = tables.read(|reader| {
        let customer = find(reader, named)?.with_context(|| format!("there is no customer {named}"))?;
        let wallets = reader.wallet_views_of(customer.id, WALLETS_MAX)?;
        anyhow::Ok((customer, wallets))
    })?;
    screen.pair("customer", customer.id);
    screen.pair("name", &customer.name);
    screen.pair("e-mail", customer.email.as_deref().unwrap_or("none"));
    screen.pair("own name", customer.external_key.as_deref().unwrap_or("none"));
    screen.pair("since", customer.created_at);
    wallets.iter().for_each(|wallet| tell_wallet(wallet, screen));
    Ok(())
}

fn tell_wallet(wallet: &WalletRow, screen: &Screen) {
    let amount = |value| Amount::new(value, wallet.unit);
    screen.pair("wallet", wallet.wallet);
    screen.pair("  balance", amount(wallet.posted));
    screen.pair("  pending", amount(wallet.pending));
    screen.pair("  available", amount(wallet.posted - wallet.pending - wallet.held));
}

fn find(reader: &Reader<'_>, named: &str) -> Result<Option<Customer>, StoreError> {
    if let Ok(id) = named.parse::<CustomerId>() {
        return reader.customer(id);
    }
    match reader.customer_by_email(named)? {
        Some(customer) => Ok(Some(customer)),
        None => reader.customer_by_external_key(named),
    }
}
