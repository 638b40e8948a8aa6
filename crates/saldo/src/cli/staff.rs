//! `saldo staff`.

use anyhow::bail;
use clap::{Subcommand, ValueEnum};
use money::StaffId;
use serde_json::json;
use store::tables::staff::{Staff, StaffRole};
use store::{Hidden, Tx};

use super::customer::failure;
use super::folder;
use super::screen::Screen;
use crate::audit::{Author, Change};
use crate::config::Config;
use crate::customers::looks_like_email;
use crate::{clock, ids, passwords};

/// Bytes of randomness in a first password.
const PASSWORD_BYTES: usize = 15;
/// Staff that are listed.
const STAFF_MAX: u32 = 1_000;

pub(super) const HELP: &str = "\
Examples:
  saldo staff list                                                      who may sign in, and as what
  saldo staff create --email you@example.com --name You                 an admin of the console
  saldo staff create --email eve@example.com --name Eve --role support  one who helps customers
  saldo staff password you@example.com                                  a new password, shown once";

#[derive(Subcommand)]
pub(super) enum Command {
    /// Let somebody into the console and show his password, once. The server must be stopped.
    Create {
        /// With what he signs in.
        #[arg(long)]
        email: String,
        /// His name.
        #[arg(long)]
        name: String,
        /// What he may do.
        #[arg(long, value_enum, default_value_t = Role::Admin)]
        role: Role,
    },
    /// List who may sign in to the console, and as what. Works beside a running server.
    List,
    /// Give somebody a new password and show it, once. The server must be stopped.
    Password {
        /// With what he signs in.
        #[arg(value_name = "EMAIL")]
        email: String,
    },
}

/// What staff may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Role {
    /// Everything.
    Admin,
    /// Invoices, bank, the month, and what was paid.
    Finance,
    /// Customers and what they need.
    Support,
    /// Look.
    ReadOnly,
}

/// Does what was asked.
pub(super) fn run(command: Command, config: Config, screen: &Screen) -> anyhow::Result<()> {
    let password = ids::secret_text(PASSWORD_BYTES);
    match command {
        Command::List => return list(&config, screen),
        Command::Create { email, name, role } => create(config, &email, &name, role, &password)?,
        Command::Password { email } => set_password(config, &email, &password)?,
    }
    screen.pair("password", &password);
    screen.line("The password is shown this once; only its hash is kept. Sign in at /console.");
    Ok(())
}

fn list(config: &Config, screen: &Screen) -> anyhow::Result<()> {
    let all = folder::open_tables(config)?.read(|reader| reader.all_staff(STAFF_MAX))?;
    let row = |staff: &Staff| {
        let state = if staff.disabled_at.is_some() { "disabled" } else { "" };
        [staff.email.clone(), staff.name.clone(), staff.role.word().to_owned(), state.to_owned()]
    };
    screen.table(["E-MAIL", "NAME", "ROLE", ""], &all.iter().map(row).collect::<Vec<_>>());
    Ok(())
}

fn create(config: Config, email: &str, name: &str, role: Role, password: &str) -> anyhow::Result<()> {
    if !looks_like_email(email.trim()) {
        bail!("{email} is not an address like ana@example.com");
    }
    folder::with_program(config, async |running| {
        let staff = Staff {
            id: StaffId::from_u128(ids::fresh()),
            email: email.trim().to_lowercase(),
            name: name.to_owned(),
            password_hash: hash(password).await?,
            role: match role {
                Role::Admin => StaffRole::Admin,
                Role::Finance => StaffRole::Finance,
                Role::Support => StaffRole::Support,
                Role::ReadOnly => StaffRole::ReadOnly,
            },
            created_at: clock::now(),
            disabled_at: None,
        };
        let change = Change::new("staff.create", staff.id);
        let after = json!({"email": staff.email, "name": staff.name, "role": staff.role.word()});
        let change = change.after(&after).map_err(failure)?;
        let write = move |tx: &Tx<'_>| {
            tx.insert_staff(&staff)?;
            Author::operator().note(tx, &change)
        };
        running.app.write(write).await.map_err(failure)
    })
}

fn set_password(config: Config, email: &str, password: &str) -> anyhow::Result<()> {
    let asked = email.trim().to_lowercase();
    folder::with_program(config, async |running| {
        let known = running.app.read(move |reader| reader.staff_by_email(&asked)).await.map_err(failure)?;
        let Some(known) = known else { bail!("nobody signs in to the console as {email}") };
        let hash = hash(password).await?;
        let write = move |tx: &Tx<'_>| {
            tx.set_staff_password(known.id, &hash)?;
            Author::operator().note(tx, &Change::new("staff.set_password", known.id))
        };
        running.app.write(write).await.map_err(failure)
    })
}

async fn hash(password: &str) -> anyhow::Result<Hidden<String>> {
    passwords::hash(password).await.map_err(failure)
}
