//! How a line authenticates, changed: routers and FreeRADIUS are answered by it at once, and what began under the login of before is
//! counted to its end.

use std::sync::Arc;

use money::{LineId, Timestamp};
use serde_json::json;
use store::Tx;
use store::tables::lines::LineEntry;

use super::{invalid_access_login, is_access_login};
use crate::app::App;
use crate::audit::{Author, Change};
use crate::problem::Problem;

/// Lets a line authenticate with `login`, or not at all. The line as it is then; [`follow`] is to be called after the transaction.
pub(crate) fn change_access_login(
    tx: &Tx<'_>,
    author: &Author,
    line: LineId,
    login: Option<&str>,
    now: Timestamp,
) -> Result<(LineEntry, LineEntry), Problem> {
    if login.is_some_and(|login| !is_access_login(login)) {
        return Err(invalid_access_login());
    }
    let before = tx.line(line)?.ok_or_else(|| Problem::not_found("line"))?;
    let after = LineEntry { access_login: login.map(str::to_owned), ..before.clone() };
    if before.access_login != after.access_login {
        tx.set_access_login(line, login, now)?;
        let change = Change::new("line.set_access_login", line)
            .before(&json!({"access_login": before.access_login}))?
            .after(&json!({"access_login": after.access_login}))?;
        author.note(tx, &change)?;
    }
    Ok((before, after))
}

/// What has just been written is what routers are answered by.
pub(crate) fn follow(app: &App, logins: &[Option<String>]) {
    let changed: Vec<&str> = logins.iter().flatten().map(String::as_str).collect();
    app.nas.logins_changed(&changed);
}

/// Changes it in a transaction of its own.
pub async fn set_access_login(
    app: &Arc<App>,
    author: Author,
    line: LineId,
    login: Option<String>,
) -> Result<(), Problem> {
    let now = app.ledger.now();
    let write = app.write_or_refuse(move |tx| change_access_login(tx, &author, line, login.as_deref(), now));
    let (before, after) = write.await?;
    follow(app, &[before.access_login, after.access_login]);
    Ok(())
}
