//! The page of all doors, written from the tables. `SALDO_REWRITE_DOORS=1` writes it anew.

use std::fmt::Write as _;

use saldo::permissions::may;
use store::tables::staff::StaffRole;

use super::house::House;
use super::house::served::routes;
use super::is_of_console;
use super::needs::{OPEN, needs};
use super::table::{API, BANK, DEMO, LIVE, OTHERS, PORTAL, ROUTER, STRIPE, Says};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operate/doors.md");

const HEAD: &str = "\
# Every door, and who comes in

Written from the tables of `crates/saldo/tests/doors` and `crates/saldo/tests/console`, whose tests call every route as every kind of caller. A
route that stands in no table fails them. A number is the HTTP status of the answer; *sign in* leads to the page where one signs in.
";

const PORTAL_HEAD: &str = "
## Portal

*Other* is another customer who asks by the address of what is not his; where a page has no such address, each sees his own. *View* is staff who view the
portal as the customer: they look, and change nothing. Where a form changes something, its token is asked for as well.

| | nobody | the customer | other | view |
| --- | --- | --- | --- | --- |
";

const API_HEAD: &str = "
## API

An operator's key needs the scope; `write` holds `read` of its group, `*` holds all. The operator's keys see every customer. No key: 401; a
customer's own key, be it for what is his, or a key without the scope: 403.

| | scope |
| --- | --- |
";

const CONSOLE_HEAD: &str = "
## Console

Nobody, and a customer who is signed in, are led to the staff's sign-in. A role without the permission is answered 403, and nothing changes. Some pages ask for
more than to be opened: staff.md tells.

| | permission | admin | finance | support | read-only |
| --- | --- | --- | --- | --- | --- |
";

const STAND_INS_HEAD: &str = "
Beside it, each on a port of its own, stand those who play Stripe, a router and a bank; they, too, exist in the demo alone. Cookies and keys of Saldo mean nothing to them:
whoever reaches them plays payers and banks. Stripe's API alone asks for a key, the sandbox's own. The number is the answer to a form that is empty and names what nobody has.

| | | everybody |
| --- | --- | --- |
";

fn says(says: Says) -> String {
    match says {
        Says::SignIn => "sign in".to_owned(),
        Says::Out => "signed out".to_owned(),
        Says::Is(status) => status.to_string(),
    }
}

fn written(console: impl Iterator<Item = (String, String)>) -> String {
    let mut page = HEAD.to_owned() + PORTAL_HEAD;
    for (method, path, all) in PORTAL {
        let [nobody, owner, other, view] = all.map(says);
        let _ = writeln!(page, "| `{method} {path}` | {nobody} | {owner} | {other} | {view} |");
    }
    let _ = writeln!(page, "| `{} {}` | ends at once | his own | his own | the customer's |", LIVE.0, LIVE.1);
    page += API_HEAD;
    for (method, path, scope) in API {
        let _ = writeln!(page, "| `{method} {path}` | `{scope}` |");
    }
    page += CONSOLE_HEAD;
    for (method, path) in console {
        if OPEN.contains(&path.as_str()) {
            let _ = writeln!(page, "| `{method} {path}` | open | | | | |");
            continue;
        }
        let needed = needs(&method, &path);
        let roles = [StaffRole::Admin, StaffRole::Finance, StaffRole::Support, StaffRole::ReadOnly];
        let roles = roles.map(|role| if may(role, needed) { "yes" } else { "" }).join(" | ");
        let _ = writeln!(page, "| `{method} {path}` | {needed:?} | {roles} |");
    }
    page += "\n## Everything else\n\n| | who comes in |\n| --- | --- |\n";
    for (method, path, who) in OTHERS {
        let _ = writeln!(page, "| `{method} {path}` | {who} |");
    }
    page += "\n## Demo\n\nOnly `saldo demo` has these, and it listens on this machine alone: whoever reaches them comes in.\n\n";
    for (method, path, _) in DEMO {
        let _ = writeln!(page, "* `{method} {path}`");
    }
    page += STAND_INS_HEAD;
    for (who, doors) in
        [("plays Stripe", STRIPE.as_slice()), ("plays a router", &ROUTER), ("plays a bank", &BANK)]
    {
        for (method, path, status) in doors {
            let _ = writeln!(page, "| {who} | `{method} {path}` | {status} |");
        }
    }
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_all_doors_is_what_the_tables_say() {
    let house = House::open().await;
    let mut served = routes(&saldo::routes::router(&house.running.app));
    served.retain(|(_, path)| is_of_console(path));
    let mut console: Vec<_> = served.into_iter().collect();
    console.sort_by(|(method, path), (others, other)| (path, method).cmp(&(other, others)));
    let written = written(console.into_iter());
    if std::env::var_os("SALDO_REWRITE_DOORS").is_some() {
        std::fs::write(FILE, &written).expect("the page is written");
    }
    let kept = std::fs::read_to_string(FILE).expect("the page is there");
    assert!(kept == written, "docs/operate/doors.md is old: SALDO_REWRITE_DOORS=1 writes it anew");
    house.close().await;
}
