//! Which threads come first when there are more of them than cores.

/// How far those that follow the journal stand back behind those that decide and answer, as nice(1) counts: beside one that wants a
/// core for itself they still get a tenth of it, so that they come late and never stop.
const NICENESS: i32 = 10;

/// Lets the calling thread stand back behind those that answer. Only Linux knows priorities of single threads.
pub(crate) fn stand_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!(%error, "this thread keeps the priority of all others");
    }
}
