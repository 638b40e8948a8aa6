//! When a report was: routers tell it, tell it wrongly, or do not tell it. Then a copy that comes later looks like something new.

mod desk;

use book::LineAct;
use book::{Reading, ReadingKind, SESSIONS_MAX};
use desk::joao::{line, no};
use desk::packet::Says::{Adds, Old};
use desk::packet::{Packet, WRAP, after_the_day, check, hear, interim, packet, start, stop};
use desk::time;
use money::Timestamp;

#[test]
fn a_copy_of_a_report_that_tells_no_time_adds_nothing_whenever_it_comes() {
    let at = |clock: &str, packet: Packet| {
        Packet(Reading { at: time(&format!("2026-11-21T{clock}-03:00")), ..packet.0 }).undated()
    };
    let begin = start("10:00:00");
    let [one, two, three] = [(300, 10, 100), (600, 20, 200), (900, 30, 300)]
        .map(|(seconds, input, output)| interim("10:05:00", seconds, input, output));
    let end = stop("10:20:00", 1_200, 40, 400);
    let life = [
        (at("10:00:00", begin), Adds(0)),
        (at("10:05:00", one), Adds(110)),
        (at("10:10:00", two), Adds(110)),
        (at("10:15:00", three), Adds(110)),
    ];
    // While it goes on; the next report adds what is new and no more.
    for (name, copy) in [("its start", begin), ("the first", one), ("the second", two), ("the last", three)] {
        let mut all = life.to_vec();
        all.extend([(at("10:15:30", copy), Old), (at("22:00:00", copy), Old)]);
        all.push((at("22:00:01", end), Adds(110)));
        check(name, &all);
    }
    // After it has ended.
    for (name, copy) in [("the first", one), ("the second", two), ("the last", three), ("the stop", end)] {
        let mut all = life.to_vec();
        all.extend([
            (at("10:20:00", end), Adds(110)),
            (at("10:20:30", copy), Old),
            (at("22:00:00", copy), Old),
        ]);
        check(name, &all);
    }
    // Without Gigawords, copies of before a counter was full.
    let narrow = |seconds, output| interim("10:05:00", seconds, 10, output).low();
    check(
        "before it was full",
        &[
            (at("10:05:00", narrow(300, WRAP - 9)), Adds(WRAP + 1)),
            (at("10:10:00", narrow(600, 7)), Adds(16)),
            (at("10:11:00", narrow(300, WRAP - 9)), Old),
            (at("10:15:00", narrow(900, 9)), Adds(2)),
        ],
    );
    // Without the session's clock, too: what went back in both may be a copy.
    let bare = |input, output| interim("10:05:00", 0, input, output).without_seconds();
    check(
        "no clock of any kind",
        &[
            (at("10:05:00", bare(10, 100)), Adds(110)),
            (at("10:10:00", bare(20, 200)), Adds(110)),
            (at("12:00:00", bare(10, 100)), Old),
            (at("12:05:00", bare(25, 250)), Adds(55)),
        ],
    );
}

#[test]
fn an_honest_life_that_tells_no_time_is_counted_in_full() {
    let at = |clock: &str, packet: Packet| {
        Packet(Reading { at: time(&format!("2026-11-21T{clock}-03:00")), ..packet.0 }).undated()
    };
    check(
        "its name is used again after a stop",
        &[
            (at("10:00:00", start("10:00:00")), Adds(0)),
            (at("10:10:00", stop("10:10:00", 600, 10, 100)), Adds(110)),
            (at("11:00:00", start("11:00:00")), Adds(0)),
            (at("11:05:00", interim("11:05:00", 300, 1, 2)), Adds(3)),
            (at("11:10:00", interim("11:10:00", 600, 10, 100)), Adds(107)),
        ],
    );
    check(
        "the start lost, and it has moved more than the one before",
        &[
            (at("10:10:00", stop("10:10:00", 600, 10, 100)), Adds(110)),
            (at("11:05:00", interim("11:05:00", 300, 50, 500)), Adds(550)),
            (at("11:06:00", stop("11:06:00", 360, 51, 500)), Adds(1)),
        ],
    );
    check(
        "the router began to count, the stop came late",
        &[
            (at("10:05:00", interim("10:05:00", 300, 10, 100)), Adds(110)),
            (at("15:00:00", stop("15:00:00", 540, 20, 200)), Adds(110)),
        ],
    );
}

#[test]
fn of_a_forgotten_session_nothing_that_tells_no_time_is_counted_again() {
    let mut desk = after_the_day();
    let gone = stop("10:01:00", 60, 10, 100).undated();
    assert_eq!(hear(&mut desk, gone), Adds(110));
    for no in 0..SESSIONS_MAX as u128 {
        assert_eq!(hear(&mut desk, stop("10:02:00", 30, 1, 2).session(100 + no)), Adds(3));
    }
    assert!(!line(&desk).sessions.contains_key(&1), "it is forgotten");
    let later = Packet(Reading { at: time("2026-11-21T22:00:00-03:00"), ..gone.0 });
    assert_eq!(hear(&mut desk, later), Adds(0), "its copy");
    // One that begins is counted from its beginning, and one that was on its way from where it is first heard of.
    let new = |clock, kind, seconds, output| {
        packet(kind, clock, Some(seconds), Some((0, output))).session(2).undated()
    };
    assert_eq!(hear(&mut desk, new("22:10:00", ReadingKind::Start, 0, 0)), Adds(0));
    assert_eq!(hear(&mut desk, new("22:15:00", ReadingKind::Interim, 300, 70)), Adds(70));
    let unheard = |clock, seconds, output| new(clock, ReadingKind::Interim, seconds, output).session(3);
    assert_eq!(hear(&mut desk, unheard("22:16:00", 60, 50)), Adds(0));
    assert_eq!(hear(&mut desk, unheard("22:17:00", 120, 80)), Adds(30));
    // A router that tells the time is believed that it is another one.
    assert_eq!(hear(&mut desk, interim("22:20:00", 60, 5, 50).session(4)), Adds(55));
}

#[test]
fn a_report_of_long_ago_is_refused_and_one_from_the_future_is_of_now() {
    let mut desk = after_the_day();
    desk.now = time("2026-11-24T10:00:01-03:00");
    assert_eq!(no(&mut desk, LineAct::Read(interim("10:00:00", 300, 1, 1).0)), "event_too_late");
    let mut desk = after_the_day();
    let ahead = Packet(Reading { at: desk.now.plus(Timestamp::DAY), ..interim("10:00:00", 300, 1, 1).0 });
    assert_eq!(hear(&mut desk, ahead), Adds(2));
    assert_eq!(line(&desk).sessions[&1].read_at, desk.now);
}

#[test]
fn a_clock_that_runs_minutes_ahead_makes_no_second_session_of_what_overtook_another_report() {
    let mut desk = after_the_day();
    let mut hear_at = |now: &str, packet| {
        desk.now = time(&format!("2026-11-22T{now}-03:00"));
        hear(&mut desk, packet)
    };
    let told = |clock: &str, seconds, input, output| {
        let at = time(&format!("2026-11-22T{clock}-03:00"));
        Packet(Reading { at, ..interim("10:00:00", seconds, input, output).0 })
    };
    assert_eq!(hear_at("10:01:00", told("10:05:00", 50, 10, 100)), Adds(110));
    assert_eq!(hear_at("10:02:00", told("10:04:50", 40, 8, 80)), Old);
    assert_eq!(hear_at("10:03:00", told("10:07:00", 170, 20, 200)), Adds(110));
}
