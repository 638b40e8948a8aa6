//! The binary as people and scripts use it: what it prints, and how it ends.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command, Output};

use store::SqliteJournal;
use store::tables::boletos::BoletoState;

/// Runs the binary on `data`, with no configuration but the default.
fn saldo(data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_saldo"));
    command.env_clear().arg("--data").arg(data).args(arguments);
    command.output().expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// What it prints, if it succeeds.
fn printed(data: &Path, arguments: &[&str]) -> String {
    let done = saldo(data, arguments);
    assert_eq!(done.status.code(), Some(0), "{arguments:?}: {}", text(&done.stderr));
    assert!(!text(&done.stdout).contains('\x1b'), "no colours without a terminal");
    text(&done.stdout)
}

/// The exit code and what it says, if it does not succeed.
fn refused(data: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let done = saldo(data, arguments);
    (done.status.code(), text(&done.stderr))
}

#[test]
fn used_wrongly_is_2_and_says_how_it_is_used() {
    let folder = tempfile::tempdir().expect("a folder");
    for arguments in [&["sell"][..], &["key"], &["key", "create"], &["key", "revoke", "nonsense"]] {
        let (code, said) = refused(folder.path(), arguments);
        assert_eq!(code, Some(2), "{arguments:?}");
        assert!(said.contains("Usage:") || said.contains("--help"), "{said}");
    }
    let help = printed(folder.path(), &["help"]);
    for command in ["serve", "demo", "verify", "rebuild-views", "migrate", "customer", "key", "config"] {
        assert!(help.contains(&format!("\n  {command}")), "{command} is not in the help");
    }
}

#[test]
fn a_port_that_is_none_is_named_with_its_range() {
    let folder = tempfile::tempdir().expect("a folder");
    for port in ["abc", "0", "65532", "70000", "-1", ""] {
        let (code, said) = refused(&folder.path().join("demo"), &["demo", &format!("--port={port}")]);
        assert_eq!(code, Some(2), "{port:?}");
        assert!(said.contains("--port") && said.contains("whole number from 1 to 65531"), "{said}");
    }
    assert!(!folder.path().join("demo").exists(), "nothing is made");
}

#[test]
fn help_teaches_with_an_example() {
    let folder = tempfile::tempdir().expect("a folder");
    for command in [
        "serve",
        "demo",
        "verify",
        "rebuild-views",
        "migrate",
        "customer",
        "subscriber",
        "key",
        "staff",
        "config",
    ] {
        let help = printed(folder.path(), &[command, "--help"]);
        let example = help.split_once("Example").map(|(_, behind)| behind).unwrap_or_default();
        assert!(
            example.contains(&format!("saldo {command}")) || example.contains(command),
            "{command}: {help}"
        );
        assert!(help.lines().all(|line| line.chars().count() <= 150), "{help}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_made_is_readable_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = tempfile::tempdir().expect("a folder");
    let data = place.path().join("installation").join("data");
    printed(&data, &["customer", "create", "--name", "Ana"]);
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    // While the tables are open there is a log beside them, too.
    let tables = store::Tables::open(&data.join("saldo.db")).expect("the tables");
    tables.write(|_| Ok::<_, store::StoreError>(())).expect("a write");
    let files: Vec<_> =
        std::fs::read_dir(&data).expect("the folder").map(|file| file.expect("a file").path()).collect();
    for name in ["journal.db", "journal.db.lock", "saldo.db", "saldo.db-wal"] {
        assert!(files.contains(&data.join(name)), "{name} is not in {files:?}");
    }
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[test]
fn customers_and_keys_on_a_stopped_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let migrated = printed(data, &["migrate"]);
    assert!(migrated.contains("applied 0001_journal.sql"), "{migrated}");
    assert!(printed(data, &["migrate"]).contains("nothing to apply"));

    let made = ["customer", "create", "--name", "Ana", "--email", "Ana@example.com", "--external-key", "a-1"];
    let made = printed(data, &made);
    let id = made.lines().next().and_then(|line| line.split_whitespace().nth(1)).expect("an id").to_owned();
    assert!(id.starts_with("cus_"), "{made}");
    for named in [id.as_str(), "ana@example.com", "a-1"] {
        let shown = printed(data, &["customer", "show", named]);
        assert!(shown.contains("balance    25.00 USD"), "{shown}");
    }
    assert!(printed(data, &["customer", "list"]).contains("25.00 USD"));
    let twice = refused(data, &["customer", "create", "--name", "B", "--email", "ana@example.com"]);
    assert!(twice.0 == Some(1) && twice.1.contains("already taken"), "{twice:?}");
    let invited = printed(data, &["customer", "invite", "a-1"]);
    assert!(invited.contains("/set-password?token="), "{invited}");

    let made = printed(data, &["key", "create", "--name", "backend", "--scope", "usage:write"]);
    let key = made.lines().next().and_then(|line| line.split_whitespace().nth(1)).expect("an id").to_owned();
    assert!(made.contains("sk_saldo_"), "{made}");
    let listed = printed(data, &["key", "list"]);
    assert!(
        listed.contains(&key) && listed.contains("in force") && !listed.contains("sk_saldo_"),
        "{listed}"
    );
    printed(data, &["key", "revoke", &key]);
    assert!(printed(data, &["key", "list"]).contains("revoked"));
    assert_eq!(refused(data, &["key", "revoke", &key]).0, Some(1));
    let own = printed(data, &["key", "create", "--name", "guard", "--customer", &id]);
    assert!(own.contains("ck_saldo_"), "{own}");
    let unknown = refused(data, &["key", "create", "--name", "x", "--scope", "everything"]);
    assert!(unknown.0 == Some(1) && unknown.1.contains("usage:write"), "{unknown:?}");

    let tables = store::Tables::open(&data.join("saldo.db")).expect("the tables");
    let lines = tables.read(|reader| reader.audit(None, 100)).expect("the audit log").rows;
    drop(tables);
    let actions: Vec<_> = lines.iter().rev().map(|line| line.action.as_str()).collect();
    let wanted = [
        "customer.create",
        "login.create",
        "login.invite",
        "api_key.create",
        "api_key.revoke",
        "api_key.create",
    ];
    assert_eq!(actions, wanted, "what was done is in the audit log, what was refused is not");
    assert!(lines.iter().all(|line| line.actor == "operator"));
    let said: String = lines.iter().filter_map(|line| line.after.as_deref()).collect();
    let secrets = [made.as_str(), &own]
        .map(|printed| printed.split("_saldo_").nth(1).unwrap_or_default()[..43].to_owned());
    assert!(secrets.iter().all(|secret| !said.contains(secret)), "{said}");

    printed(data, &["rebuild-views"]);
    assert!(printed(data, &["verify"]).contains("Everything adds up."));
    // Up to the end of any day that has begun; of what has not begun there are no books.
    let now = jiff::Timestamp::from_microsecond(saldo::clock::now().as_micros()).expect("a time");
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let day = |days: i64| today.checked_add(jiff::Span::new().days(days)).expect("a day").to_string();
    let told = printed(data, &["month-end", "--day", &day(0)]);
    assert!(told.contains("month up to") && told.contains("This is not over"), "{told}");
    for (asked, code) in [(["--day", &day(2)], 1), (["--month", "2999-01"], 1), (["--day", "2026-02-30"], 2)]
    {
        let (ended, said) = refused(data, &[&["month-end"][..], &asked[..]].concat());
        assert_eq!(ended, Some(code), "{asked:?}: {said}");
    }
    assert_eq!(refused(data, &["month-end"]).0, Some(2));
    assert_eq!(refused(data, &["month-end", "--month", "2026-10", "--day", &day(0)]).0, Some(2));
}

#[test]
fn a_folder_that_is_held_is_told_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    printed(data, &["migrate"]);
    let held = SqliteJournal::open(&data.join("journal.db")).expect("nobody has it");
    for arguments in
        [&["serve"][..], &["rebuild-views"], &["migrate"], &["customer", "create", "--name", "Ana"]]
    {
        let (code, said) = refused(data, arguments);
        assert_eq!(code, Some(1), "{arguments:?}");
        assert!(said.contains("a running Saldo holds the data folder"), "{said}");
    }
    // What only reads goes on beside it.
    printed(data, &["customer", "list"]);
    printed(data, &["verify"]);
    drop(held);
    printed(data, &["rebuild-views"]);
}

#[test]
fn a_mistyped_folder_is_told_and_not_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = folder.path().join("nope");
    for arguments in [&["reconcile"][..], &["doctor"], &["staff", "list"], &["customer", "list"], &["verify"]]
    {
        let (code, said) = refused(&nowhere, arguments);
        assert_eq!(code, Some(1), "{arguments:?}");
        assert!(said.contains("holds no journal; is it the right data folder?"), "{arguments:?}: {said}");
        assert!(!nowhere.exists(), "{arguments:?} makes nothing");
    }
}

#[test]
fn staff_are_listed_and_a_kind_that_does_not_exist_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    printed(data, &["staff", "create", "--email", "Eve@example.com", "--name", "Eve", "--role", "read-only"]);
    let listed = printed(data, &["staff", "list"]);
    let row = listed.lines().find(|line| line.contains("eve@example.com")).expect("Eve");
    assert!(row.contains("Eve") && row.contains("read") && !row.contains("disabled"), "{listed}");

    let (code, said) = refused(data, &["listen", "--key", "sk_saldo_x", "--kind", "foo.bar"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("foo.bar") && said.contains("credit.added"), "{said}");
}

#[test]
fn a_folder_without_a_journal_and_a_wrong_configuration_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, said) = refused(folder.path(), &["verify"]);
    assert!(code == Some(1) && said.contains("holds no journal"), "{said}");
    assert!(!folder.path().join("saldo.db").exists(), "looking makes nothing");

    let file = folder.path().join("saldo.toml");
    std::fs::write(&file, printed(folder.path(), &["config"])).expect("the default can be written");
    let path = file.to_str().expect("text");
    assert!(printed(folder.path(), &["--config", path, "config", "check"]).contains("can be used"));
    std::fs::write(&file, "[server]\nlissten = \"x\"\n").expect("written");
    let (code, said) = refused(folder.path(), &["--config", path, "config", "check"]);
    assert!(code == Some(1) && said.contains("server.lissten"), "{said}");
}

#[test]
fn a_boleto_is_written_off_once_and_told_in_the_audit_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = &folder.path().join("data");
    printed(data, &["customer", "create", "--name", "Ana", "--email", "ana@example.com"]);
    let tables = || store::Tables::open(&data.join("saldo.db")).expect("the tables");
    let customer = tables().read(|reader| reader.customers(None, 1)).expect("the tables").rows[0].id;
    let boleto = |n: u64, state| store::tables::boletos::BoletoRow {
        id: money::BoletoId::from_u128(u128::from(n)),
        customer,
        purchase: None,
        our_number: n,
        barcode: format!("{n:044}"),
        linha_digitavel: String::new(),
        amount: money::Amount::new(24_900_000, money::Unit::BRL),
        due_on: "2026-11-26".to_owned(),
        state,
        created_at: money::Timestamp::EPOCH,
        registered_at: None,
        paid_at: None,
        paid_amount: None,
        invoice: None,
    };
    let (written, open) = (BoletoState::Written, BoletoState::Open);
    let insert = |tx: &store::Tx<'_>| {
        tx.insert_boleto(&boleto(7, written))?;
        tx.insert_boleto(&boleto(8, open))
    };
    tables().write(insert).expect("boletos");
    for (arguments, code, words) in [
        (&["bank", "write-off", "9"][..], 1, "there is no boleto 9"),
        (&["bank", "write-off", "bol_1"], 1, "there is no boleto bol_1"),
        (&["bank", "write-off", "7", "--on-write-off", "all"], 2, "take_back, keep_debt, leave"),
    ] {
        let (found, said) = refused(data, arguments);
        assert!(found == Some(code) && said.contains(words), "{arguments:?}: {said}");
    }
    let state =
        |n: u64| tables().read(|reader| reader.boleto_by_number(n)).expect("a look").expect("it").state;
    assert_eq!((state(7), state(8)), (written, open));
    let done = printed(data, &["bank", "write-off", "7"]);
    assert!(done.contains("written_off") && done.contains("nothing to decide"), "{done}");
    let id = boleto(8, open).id.to_string();
    let done = printed(data, &["bank", "write-off", &id, "--on-write-off", "leave"]);
    assert!(done.contains("to_write_off"), "the bank is still to be told: {done}");
    assert_eq!((state(7), state(8)), (BoletoState::WrittenOff, BoletoState::ToWriteOff));
    assert!(refused(data, &["bank", "write-off", "7"]).1.contains("paid or written off already"));
    let log = tables().read(|reader| reader.audit(None, 2)).expect("the log").rows;
    assert!(log.iter().all(|line| line.action == "boleto.write_off"), "{log:?}");
}

#[test]
fn subscribers_are_imported_whole_and_their_lines_open_at_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = &folder.path().join("data");
    printed(data, &["migrate"]);
    printed(data, &["key", "create", "--name", "first", "--scope", "usage:write"]);
    let tables = || store::Tables::open(&data.join("saldo.db")).expect("the tables");
    let plan = store::tables::lines::PlanRow {
        plan_no: 1,
        id: money::PlanId::from_u128(1),
        name: "Fibra 50 Mega".to_owned(),
        fee: money::Amount::new(99_900_000, money::Unit::BRL),
        allowance: 50_000_000_000,
        carried_max: None,
        supports_purchase: 1,
        balance_max: 0,
        unpaid_max: None,
        at_zero: store::tables::lines::AtZero::Slow,
        speed: "25M/50M".to_owned(),
        slow_speed: "512k/1M".to_owned(),
        walled_list: "portal".to_owned(),
        block_after_days: None,
        zero_rated: String::new(),
        fee_since: None,
        created_at: money::Timestamp::EPOCH,
    };
    tables().write(|tx| tx.insert_plan(&plan)).expect("a plan");
    let heading = "nome;cpf;endereco;bairro;cidade;uf;cep;plano;login;dia;usado";
    let row = |name: &str, document: &str, login: &str| {
        format!("{name};{document};Rua A, 1;Centro;Sorocaba;SP;18010-000;Fibra 50 Mega;{login};5;1,5 GB")
    };
    let file = folder.path().join("clientes.csv");
    let path = file.to_str().expect("a path in text");
    let (ana, bia) = (row("Ana", "529.982.247-25", "ana"), row("Bia", "11144477735", "bia"));
    let write = |rows: &[&str]| {
        std::fs::write(&file, format!("{heading}\n{}\n", rows.join("\n"))).expect("a file");
    };

    write(&[&ana, &row("Bia", "111.111.111-11", "bia"), &row("Caio", "39053344705", "ana")]);
    let done = saldo(data, &["subscriber", "import", path]);
    let (said, error) = (text(&done.stdout), text(&done.stderr));
    assert_eq!(done.status.code(), Some(1), "{said}{error}");
    for words in ["line 3, document: Repeated digits", "line 4, access_login: It stands in line 2 too."] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(error.contains("nothing was written: 2 to correct"), "{error}");
    write(&[&ana, &bia]);
    let checked = printed(data, &["subscriber", "import", path, "--check"]);
    assert!(checked.contains("customers    2") && checked.contains("Nothing was written."), "{checked}");
    assert_eq!(tables().read(|tables| tables.customer_count()).expect("the tables"), 0);

    let done = printed(data, &["subscriber", "import", path]);
    assert!(done.contains("import       1") && done.contains("lines        2"), "{done}");
    let again = printed(data, &["subscriber", "import", path]);
    assert!(again.contains("known        2") && again.contains("Nothing was written."), "{again}");
    // Whatever starts the program has it open them.
    printed(data, &["key", "create", "--name", "second", "--scope", "usage:write"]);
    let cycles = tables().read(|tables| {
        let lines = tables.line_views(None, 10)?.rows;
        lines.iter().map(|line| Ok(tables.cycles(line.wallet_no, None, 1)?.rows.remove(0).total)).collect()
    });
    let used: Vec<i64> = cycles.map_err(|error: store::StoreError| error).expect("the tables");
    assert_eq!(used, [1_500_000_000; 2]);
    for (wrong, words) in [("nowhere.csv", "reading nowhere.csv"), (".", "Is a directory")] {
        let (code, said) = refused(data, &["subscriber", "import", wrong]);
        assert!(code == Some(1) && said.contains(words), "{wrong}: {said}");
    }
    printed(data, &["verify"]);
}
