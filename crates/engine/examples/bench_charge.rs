//! Durable charges per second in process, beside the bare append of the same rows to the same kind of journal.
//!
//! One thread decides and one appends, as in the program; askers keep a bounded number of requests under way; balances are
//! published, a snapshot is made in the middle of each run, and the projector follows the journal where it is asked for. How to
//! read the numbers: `docs/performance.md`.

#![allow(clippy::print_stdout, reason = "this program talks to the person at the terminal")]

#[path = "bench_charge/bare.rs"]
mod bare;
#[path = "bench_charge/followers.rs"]
mod followers;
#[path = "bench_charge/ledger.rs"]
mod ledger;
#[path = "bench_charge/load.rs"]
mod load;

use std::path::{Path, PathBuf};
use std::time::Duration;

use bare::Bare;
use followers::{Following, ViewsAlone};
use ledger::{Ledger, Run};
use load::Load;

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Wallets in the book.
const WALLETS: u32 = 1_000_000;
/// Commands in one request, run by run.
const REQUEST_LENGTHS: [usize; 3] = [1, 64, 1_000];
/// How long each run is measured, unless BENCH_SECONDS says otherwise.
const SECONDS: u64 = 8;

/// What one run came to, and what it is compared with.
struct Measured {
    request_length: usize,
    following: Following,
    run: Run,
    bare: Bare,
    alone: f64,
}

fn main() {
    let folder = folder();
    std::fs::create_dir_all(&folder).expect("a folder on the disk to be measured");
    let seconds = std::env::var("BENCH_SECONDS").ok().map_or(SECONDS, |text| text.parse().expect("seconds"));
    println!("{WALLETS} wallets, {} cores, {seconds} s each, in {}", cores(), folder.display());
    print_parts();
    print_views_alone(&folder);
    print_heads();
    for following in [Following::Snapshots, Following::SnapshotsAndViews] {
        let place = tempfile::tempdir_in(&folder).expect("a folder of its own");
        let mut ledger = Ledger::open(place.path(), WALLETS, following);
        for request_length in REQUEST_LENGTHS {
            let load = Load { request_length, wallets: WALLETS, time: Duration::from_secs(seconds) };
            print_row(&measure(place.path(), &mut ledger, load, following));
        }
        ledger.end();
    }
    println!("most memory: {:.0} MB", memory_peak_mb());
}

/// On the repository's own disk: a folder for temporary files may lie in memory.
fn folder() -> PathBuf {
    std::env::var_os("BENCH_FOLDER")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench"), PathBuf::from)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn print_parts() {
    let parts = bare::decide_alone(WALLETS, memory_mb);
    let million_per_second = 1e3 / parts.step_ns;
    println!("\nthe book with its wallets takes {:.0} MB", parts.wallets_mb);
    println!("one core, no journal, {:.1} bytes a charge, in nanoseconds a charge:", parts.bytes);
    println!("  decide, apply, encode {:.0}; hash the row {:.0}", parts.execute_ns, parts.seal_ns);
    println!("  all that the book's thread does {:.0} ({million_per_second:.2} million/s)\n", parts.step_ns);
}

fn print_views_alone(folder: &Path) {
    let ViewsAlone { project_ns, write_ns } = followers::project_alone(folder, WALLETS);
    let thousands_per_second = 1e6 / (project_ns + write_ns);
    println!("the projector alone, in nanoseconds an entry:");
    println!(
        "  read the journal's rows and add up {project_ns:.0}; write {write_ns:.0} ({thousands_per_second:.0} thousand entries/s)\n"
    );
}

fn measure(place: &Path, ledger: &mut Ledger, load: Load, following: Following) -> Measured {
    let run = ledger.run(load);
    let bare = bare::append_again(place, run.first_row, run.last_row);
    let alone = bare::append_alone(place, load.request_length, bare.bytes_per_charge);
    Measured { request_length: load.request_length, following, run, bare, alone }
}

fn print_heads() {
    let heads = [
        [
            "commands",
            "followed",
            "durable",
            "rows",
            "charges",
            "same rows",
            "",
            "row a request",
            "snapshot",
            "rows in",
        ],
        [
            "a request",
            "by",
            "charges/s",
            "/s",
            "a row",
            "bare, /s",
            "ratio",
            "bare, /s",
            "took, s",
            "the views",
        ],
    ];
    for [a, b, c, d, e, f, g, h, i, j] in heads {
        println!("{a:>9} {b:>9} {c:>10} {d:>6} {e:>8} {f:>10} {g:>6} {h:>14} {i:>9} {j:>10}");
    }
}

fn print_row(measured: &Measured) {
    let Measured { request_length, following, run, bare, alone } = measured;
    let charges = run.charges as f64 / run.elapsed.as_secs_f64();
    let rows = run.rows as f64 / run.elapsed.as_secs_f64();
    println!(
        "{request_length:>9} {:>9} {charges:>10.0} {rows:>6.0} {:>8.0} {:>10.0} {:>6.2} {alone:>14.0} {:>9.1} {:>10}",
        following.name(),
        charges / rows,
        bare.charges_per_second,
        charges / bare.charges_per_second,
        run.snapshot.as_secs_f64(),
        run.entries
            .map_or("-".to_owned(), |entries| format!("{:.0}", entries as f64 / run.elapsed.as_secs_f64())),
    );
}

/// Lets time pass: a measurement takes as long as it takes.
#[allow(clippy::disallowed_methods, reason = "nothing is waited for but time itself")]
fn pass(time: Duration) {
    std::thread::sleep(time);
}

/// What a line of `/proc/self/status` says, in MB; zero where the system does not tell.
fn status_mb(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|text| text.parse::<f64>().ok());
    kib.map_or(0.0, |kib| kib / 1_024.0)
}

fn memory_mb() -> f64 {
    status_mb("VmRSS:")
}

fn memory_peak_mb() -> f64 {
    status_mb("VmHWM:")
}
