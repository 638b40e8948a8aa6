//! Charts drawn on the server: bars of what was spent by hour, day or month, and the demo's falling line.
//!
//! Coordinates are whole numbers computed from whole amounts; colours come from the style sheet by class, so that a chart
//! follows light and dark. Each chart is drawn in two widths, of which the sheet shows the one that fits: a drawing that is
//! merely shrunk to a phone has letters nobody can read.

use askama::Template;
use money::{Amount, Timestamp, Unit};

use crate::look::Reader;

/// What was spent in one span of time.
#[derive(Clone, Debug)]
pub struct Span {
    /// Its begin.
    pub from: Timestamp,
    /// Its end.
    pub until: Timestamp,
    /// What was spent in it; below zero if more was given back.
    pub amount: Amount,
    /// Whether it is over; the first that is not is the present.
    pub is_over: bool,
    /// Whether nothing of it is pending any more.
    pub is_settled: bool,
}

impl Span {
    /// Whether its amount stays as it is; the bar of one that may still change is drawn lighter.
    fn is_final(&self) -> bool {
        self.is_over && self.is_settled
    }
}

/// How much room a chart is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Half a card, as on Billing.
    Half,
    /// The width of the page, as on Usage.
    Full,
}

/// A bar chart and the table behind it.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Tells this chart from others on the page; part of element ids.
    pub name: &'static str,
    /// The title, told to screen readers.
    pub title: String,
    /// One sentence with what there is to see.
    pub description: String,
    /// Heading of the table's first column.
    pub span_heading: String,
    /// Heading of the second.
    pub value_heading: String,
    /// What stands in its place if there is nothing to draw.
    pub empty: String,
    /// How much room it fills.
    pub room: Room,
    /// The same bars for a wide and for a narrow place.
    pub drawings: Vec<Drawing>,
    /// The table: one row per span in which something was spent or given back, so that it adds up.
    pub rows: Vec<Row>,
}

/// A row of the table behind a chart.
#[derive(Clone, Debug)]
pub struct Row {
    /// The span in words.
    pub label: String,
    /// What was spent, as money.
    pub value: String,
    /// Whether the amount stays as it is.
    pub finished: bool,
}

/// The chart in one width. All numbers are pixels of its own coordinate system.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// `wide` or `narrow`.
    pub class: &'static str,
    /// Width of the whole.
    pub width: i64,
    /// Height of the whole.
    pub height: i64,
    /// Left end of the grid's lines.
    pub left: i64,
    /// Right end of the grid's lines.
    pub right: i64,
    /// Horizontal lines with what they stand for.
    pub lines: Vec<Line>,
    /// One bar per span in which something was spent.
    pub bars: Vec<Bar>,
    /// Marks below.
    pub ticks: Vec<Tick>,
}

/// A horizontal line of the grid.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its height.
    pub y: i64,
    /// The money it stands for.
    pub label: String,
}

/// A bar.
#[derive(Clone, Debug)]
pub struct Bar {
    /// Left edge.
    pub x: i64,
    /// Upper edge.
    pub y: i64,
    /// Width.
    pub width: i64,
    /// Height.
    pub height: i64,
    /// What it stands for, shown when pointed at.
    pub label: String,
    /// Whether its amount stays as it is.
    pub finished: bool,
}

/// A mark below the bars.
#[derive(Clone, Debug)]
pub struct Tick {
    /// Its middle.
    pub x: i64,
    /// What it says.
    pub label: String,
}

impl Chart {
    /// What was spent by hour. `spans` are the hours of one day, in order.
    pub fn by_hour(reader: &Reader, room: Room, spans: &[Span]) -> Chart {
        let label = |span: &Span| reader.hours(span.from, span.until);
        let mark = |index: usize, span: &Span| {
            (index.is_multiple_of(6)).then(|| reader.time(span.from)).map(|time| time[..2].to_owned())
        };
        let words = Words::of_spending("chart-by-hour", "chart-hour", "chart-now");
        Chart::bars(reader, "usage-by-hour", room, spans, &words, &label, &mark)
    }

    /// What was spent by day. `spans` are days, in order.
    pub fn by_day(reader: &Reader, room: Room, spans: &[Span]) -> Chart {
        let words = Words::of_spending("chart-by-day", "chart-day", "chart-today");
        Chart::of_days(reader, "usage-by-day", room, spans, &words)
    }

    /// What a line used by day, in bytes. `spans` are days, in order.
    pub fn data_by_day(reader: &Reader, room: Room, spans: &[Span]) -> Chart {
        let words = Words {
            title: "chart-data-by-day",
            heading: "chart-day",
            value: "used-data",
            now: "chart-today",
            most: "chart-data-most",
            nothing: "chart-data-nothing",
            empty: "consumption-empty",
            says: amount,
        };
        Chart::of_days(reader, "data-by-day", room, spans, &words)
    }

    /// What was sold to all customers by day. `spans` are days, in order.
    pub fn sold_by_day(reader: &Reader, room: Room, spans: &[Span]) -> Chart {
        let words = Words {
            title: "chart-sold",
            heading: "chart-day",
            value: "flow-sold",
            now: "chart-today",
            most: "chart-held-most",
            nothing: "chart-sold-nothing",
            empty: "chart-sold-nothing",
            says: amount,
        };
        let name = of_unit(spans, ["sold-by-day", "sold-brl-by-day", "sold-bytes-by-day"]);
        Chart::of_days(reader, name, room, spans, &words)
    }

    /// What all customers used by day. `spans` are days, in order.
    pub fn all_used_by_day(reader: &Reader, room: Room, spans: &[Span]) -> Chart {
        let words = Words {
            title: "chart-all-used",
            heading: "chart-day",
            value: "flow-used",
            now: "chart-today",
            most: "chart-held-most",
            nothing: "chart-data-nothing",
            empty: "chart-all-used-nothing",
            says: amount,
        };
        let name = of_unit(spans, ["all-used-by-day", "all-used-brl-by-day", "all-used-bytes-by-day"]);
        Chart::of_days(reader, name, room, spans, &words)
    }

    /// How many customers were near zero at the end of each day. `spans` are days, in order; their amounts count customers.
    pub fn low_by_day(reader: &Reader, room: Room, spans: &[Span]) -> Chart {
        let words = Words {
            title: "chart-low",
            heading: "chart-day",
            value: "customers",
            now: "chart-today",
            most: "chart-held-most",
            nothing: "chart-low-nothing",
            empty: "chart-low-nothing",
            says: |reader, amount| reader.number(amount.value()),
        };
        Chart::of_days(reader, "low-by-day", room, spans, &words)
    }

    fn of_days(reader: &Reader, name: &'static str, room: Room, spans: &[Span], words: &Words) -> Chart {
        let label = |span: &Span| reader.date(span.from);
        let mark = |index: usize, span: &Span| (index.is_multiple_of(7)).then(|| reader.day(span.from));
        Chart::bars(reader, name, room, spans, words, &label, &mark)
    }

    /// What customers had at the end of each day. `spans` are days, in order.
    pub fn held_by_day(reader: &Reader, room: Room, spans: &[Span]) -> Chart {
        let name = of_unit(spans, ["held-by-day", "held-brl-by-day", "held-bytes-by-day"]);
        let words = Words {
            title: "chart-held",
            heading: "chart-day",
            value: "month-closing",
            now: "chart-today",
            most: "chart-held-most",
            nothing: "chart-held-nothing",
            empty: "chart-held-nothing",
            says: amount,
        };
        Chart::of_days(reader, name, room, spans, &words)
    }

    /// What was spent by month. `spans` are the months of one year, in order.
    pub fn by_month(reader: &Reader, room: Room, spans: &[Span]) -> Chart {
        let label = |span: &Span| reader.month(span.from);
        let mark =
            |index: usize, span: &Span| (index.is_multiple_of(3)).then(|| reader.month_short(span.from));
        let words = Words::of_spending("chart-by-month", "month", "chart-now");
        Chart::bars(reader, "usage-by-month", room, spans, &words, &label, &mark)
    }

    /// Whether nothing at all was spent.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether anything stands above zero: where nothing does, there is a table and nothing to draw.
    pub fn has_bars(&self) -> bool {
        self.drawings.iter().any(|drawing| !drawing.bars.is_empty())
    }

    fn bars(
        reader: &Reader,
        name: &'static str,
        room: Room,
        spans: &[Span],
        words: &Words,
        label: &dyn Fn(&Span) -> String,
        mark: &dyn Fn(usize, &Span) -> Option<String>,
    ) -> Chart {
        let spent = || spans.iter().filter(|span| span.amount.is_positive());
        let row = |span: &Span| Row {
            label: label(span),
            value: (words.says)(reader, span.amount),
            finished: span.is_final(),
        };
        let description = match spent().max_by_key(|span| span.amount.value()) {
            Some(most) => {
                reader.t2(words.most, "span", label(most), "amount", (words.says)(reader, most.amount))
            }
            None => reader.t(words.nothing),
        };
        let sizes: [Size; 2] = match room {
            Room::Half => [Size::WIDE_HALF, Size::NARROW],
            Room::Full => [Size::WIDE_FULL, Size::NARROW],
        };
        let now = reader.t(words.now);
        let says = |amount| (words.says)(reader, amount);
        let drawings = sizes.iter().map(|size| draw(&says, *size, spans, label, mark, &now)).collect();
        Chart {
            name,
            title: reader.t(words.title),
            description,
            span_heading: reader.t(words.heading),
            value_heading: reader.t(words.value),
            empty: reader.t(words.empty),
            room,
            drawings,
            rows: spans.iter().filter(|span| span.amount.value() != 0).map(row).collect(),
        }
    }
}

/// The inside of `data-live="usage"`.
#[derive(Template)]
#[template(path = "fragment/chart.html")]
pub struct ChartFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is shown.
    pub chart: &'a Chart,
}

/// Which texts a chart uses.
struct Words {
    title: &'static str,
    heading: &'static str,
    value: &'static str,
    now: &'static str,
    most: &'static str,
    nothing: &'static str,
    empty: &'static str,
    /// How an amount is said.
    says: fn(&Reader, Amount) -> String,
}

/// The name of a drawing in this unit: of dollars and what is unusual, of reais, of bytes.
fn of_unit(spans: &[Span], [other, brl, bytes]: [&'static str; 3]) -> &'static str {
    match spans.first().map(|span| span.amount.unit()) {
        Some(Unit::BYTE) => bytes,
        Some(Unit::BRL) => brl,
        _ => other,
    }
}

fn amount(reader: &Reader, amount: Amount) -> String {
    reader.money(amount)
}

impl Words {
    fn of_spending(title: &'static str, heading: &'static str, now: &'static str) -> Words {
        Words {
            title,
            heading,
            value: "spent",
            now,
            most: "chart-most",
            nothing: "chart-nothing",
            empty: "usage-empty",
            says: amount,
        }
    }
}

#[derive(Clone, Copy)]
struct Size {
    class: &'static str,
    width: i64,
    height: i64,
}

impl Size {
    const WIDE_HALF: Size = Size { class: "wide", width: 520, height: 230 };
    const WIDE_FULL: Size = Size { class: "wide", width: 880, height: 260 };
    const NARROW: Size = Size { class: "narrow", width: 320, height: 200 };
}

/// Room for the letters above the topmost line, in pixels.
const TOP: i64 = 10;
/// Room for the marks below the bars, in pixels.
const BOTTOM: i64 = 26;
/// Width of a letter of the axis, in pixels, for the room left of the grid.
const LETTER: i64 = 7;
/// The widest a bar may be, in pixels.
const BAR_WIDTH_MAX: i64 = 28;
/// How near the mark "now" another mark may stand, in pixels.
const TICK_GAP: i64 = 44;

fn draw(
    says: &dyn Fn(Amount) -> String,
    size: Size,
    spans: &[Span],
    label: &dyn Fn(&Span) -> String,
    mark: &dyn Fn(usize, &Span) -> Option<String>,
    now: &str,
) -> Drawing {
    let unit = spans.first().map_or(Unit::USD, |span| span.amount.unit());
    let most = spans.iter().map(|span| span.amount.value()).max().unwrap_or(0);
    let step = grid_step(most, unit);
    let count = (most + step - 1).div_euclid(step).max(2);
    let top_value = step * count;
    let floor = size.height - BOTTOM;
    let tall = floor - TOP;

    let labels: Vec<String> = (0..=count).map(|n| says(Amount::new(step * n, unit))).collect();
    let longest = labels.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    let left = i64::try_from(longest).unwrap_or(0) * LETTER + 8;
    let right = size.width - 2;
    let lines =
        (0..=count).zip(labels).map(|(n, label)| Line { y: floor - tall * n / count, label }).collect();

    let slots = i64::try_from(spans.len()).unwrap_or(1).max(1);
    let middle_of = |slot: i64| left + (right - left) * (2 * slot + 1) / (2 * slots);
    let width = ((right - left) / slots * 7 / 10).clamp(2, BAR_WIDTH_MAX);
    let mut bars = Vec::new();
    let mut ticks: Vec<Tick> = Vec::new();
    let now_at =
        spans.iter().position(|span| !span.is_over).and_then(|i| i64::try_from(i).ok()).map(middle_of);
    for (slot, (index, span)) in (0_i64..).zip(spans.iter().enumerate()) {
        let middle = middle_of(slot);
        if span.amount.is_positive() {
            let height = scaled(span.amount.value(), tall, top_value).max(2);
            let label = format!("{}: {}", label(span), says(span.amount));
            bars.push(Bar {
                x: middle - width / 2,
                y: floor - height,
                width,
                height,
                label,
                finished: span.is_final(),
            });
        }
        let is_clear = now_at.is_none_or(|at| (at - middle).abs() >= TICK_GAP);
        if let Some(label) = mark(index, span).filter(|_| is_clear) {
            ticks.push(Tick { x: middle, label });
        }
    }
    ticks.extend(now_at.map(|x| Tick { x, label: now.to_owned() }));
    Drawing { class: size.class, width: size.width, height: size.height, left, right, lines, bars, ticks }
}

/// `value · tall / top`, rounded down, without running over.
fn scaled(value: i64, tall: i64, top: i64) -> i64 {
    let wide = i128::from(value) * i128::from(tall) / i128::from(top.max(1));
    i64::try_from(wide).unwrap_or(tall)
}

/// The distance of the grid's lines: 1, 2.5 or 5 times a power of ten, so that three steps or fewer reach `most`; never below
/// what the unit shows (a cent).
fn grid_step(most: i64, unit: Unit) -> i64 {
    let smallest = 10_i64.pow(u32::from(unit.decimals() - unit.decimals_shown()));
    let mut power = smallest;
    loop {
        for step in [power, power.saturating_mul(5) / 2, power.saturating_mul(5)] {
            let is_shown = step % smallest == 0;
            if is_shown && step.saturating_mul(3) >= most {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// A balance over time, drawn as steps that fall and rise.
#[derive(Clone, Debug)]
pub struct BalanceLine {
    /// What is drawn, in a few words.
    pub name: String,
    /// One sentence with what there is to see.
    pub description: String,
    /// The balance now, in words.
    pub balance: String,
    /// The line as an SVG path; empty without points.
    pub line: String,
    /// The same closed at the bottom, for the shade beneath.
    pub area: String,
}

/// The balance from one moment on.
#[derive(Clone, Copy, Debug)]
pub struct BalancePoint {
    /// From when.
    pub at: Timestamp,
    /// The balance from then on.
    pub balance: Amount,
}

impl BalanceLine {
    /// Width of the drawing's coordinate system.
    pub const WIDTH: i64 = 600;
    /// Height of the drawing's coordinate system.
    pub const HEIGHT: i64 = 120;

    /// Of what there was at most, the drawing shows at least the upper one of so many parts: then a small step is seen, and a
    /// balance that nothing moves stands on top.
    const PARTS: i64 = 16;

    /// Draws `points`, in order of time.
    pub fn draw(reader: &Reader, name: String, points: &[BalancePoint]) -> BalanceLine {
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            return BalanceLine {
                name,
                description: reader.t("chart-nothing"),
                balance: String::new(),
                line: String::new(),
                area: String::new(),
            };
        };
        let values = || points.iter().map(|point| point.balance.value());
        let (low, high) = (values().min().unwrap_or(0), values().max().unwrap_or(0));
        // Data runs down to zero and begins anew; of money a call takes very little.
        let low = if last.balance.unit() == Unit::BYTE { low.min(0) } else { low };
        let (range, span) = ((high - low).max(high / Self::PARTS).max(1), last.at.since(first.at).max(1));
        let (inset, tall) = (8, Self::HEIGHT - 16);
        let x = |point: &BalancePoint| scaled(point.at.since(first.at), Self::WIDTH, span);
        let y = |point: &BalancePoint| inset + scaled(high - point.balance.value(), tall, range);
        let mut line = format!("M0 {}", y(first));
        for point in &points[1..] {
            line.push_str(&format!(" H{} V{}", x(point), y(point)));
        }
        line.push_str(&format!(" H{}", Self::WIDTH));
        let area = format!("{line} V{} H0 Z", Self::HEIGHT);
        let words = |amount: Amount| match amount.unit() {
            // What was used beyond zero is nothing that is left.
            Unit::BYTE => reader.volume(amount.value().max(0)),
            _ => reader.money(amount),
        };
        let balance = words(last.balance);
        let description = reader.t2("chart-line", "from", words(first.balance), "until", balance.clone());
        BalanceLine { name, description, balance, line, area }
    }
}

/// The inside of `data-live="line"` and `data-live="line-of-data"`.
#[derive(Template)]
#[template(path = "fragment/line.html")]
pub struct LineFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is shown.
    pub line: &'a BalanceLine,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::Locale;

    #[test]
    fn steps_of_the_grid() {
        let cases = [
            (0, 10_000),
            (30_000, 10_000),
            (250_000, 100_000),
            (500_000, 250_000),
            (750_000, 250_000),
            (1_000_000, 500_000),
            (6_000_000, 2_500_000),
            (100_000_000, 50_000_000),
        ];
        for (most, step) in cases {
            assert_eq!(grid_step(most, Unit::USD), step, "{most}");
        }
        assert!(grid_step(i64::MAX, Unit::BYTE) > 0);
    }

    #[test]
    fn what_was_used_beyond_zero_is_nothing_that_is_left() {
        let reader = Reader::new(Locale::En, jiff::tz::TimeZone::UTC);
        let point = |n: i64, value: i64, unit| BalancePoint {
            at: Timestamp::from_seconds(n),
            balance: Amount::new(value, unit),
        };
        let data = [point(0, 1_000_000_000, Unit::BYTE), point(1, -40, Unit::BYTE)];
        let line = BalanceLine::draw(&reader, "data".to_owned(), &data);
        assert_eq!(line.balance.replace('\u{a0}', " "), "0.0 GB");
        // Debt in money is told as it is.
        let money = [point(0, 1_000_000, Unit::USD), point(1, -250_000, Unit::USD)];
        assert_eq!(BalanceLine::draw(&reader, "money".to_owned(), &money).balance, "\u{2212}$0.25");
    }

    #[test]
    fn where_nothing_is_above_zero_there_is_nothing_to_draw() {
        let reader = Reader::new(Locale::En, jiff::tz::TimeZone::UTC);
        let drawn = |amounts: [i64; 2]| {
            let span = |(n, value): (i64, &i64)| Span {
                from: Timestamp::from_micros(n * Timestamp::DAY),
                until: Timestamp::from_micros((n + 1) * Timestamp::DAY),
                amount: Amount::new(*value, Unit::BRL),
                is_over: true,
                is_settled: true,
            };
            let spans: Vec<Span> = (0..).zip(&amounts).map(span).collect();
            let chart = Chart::held_by_day(&reader, Room::Half, &spans);
            ChartFragment { reader: &reader, chart: &chart }.render().expect("a fragment")
        };
        let below = drawn([-24_900_000, 0]);
        assert!(
            !below.contains("<svg") && below.contains("Customers had no credit in this time."),
            "{below}"
        );
        assert!(below.contains("\u{2212}R$24.90"), "the table tells it: {below}");
        assert!(drawn([24_900_000, 0]).contains("<svg"));
        assert!(!drawn([0, 0]).contains("<table"));
    }

    #[test]
    fn bars_stand_inside_the_drawing() {
        let reader = Reader::new(Locale::En, jiff::tz::TimeZone::UTC);
        let hour = |n: i64| Timestamp::from_micros(n * Timestamp::HOUR);
        let spans: Vec<Span> = (0..24)
            .map(|n| Span {
                from: hour(n),
                until: hour(n + 1),
                amount: Amount::new((n % 4) * 250_000, Unit::USD),
                is_over: n < 20,
                is_settled: true,
            })
            .collect();
        let chart = Chart::by_hour(&reader, Room::Half, &spans);
        assert_eq!(chart.rows.len(), 18);
        assert_eq!(chart.rows[0].label, "01:00–02:00");
        for drawing in &chart.drawings {
            for bar in &drawing.bars {
                assert!(bar.x >= drawing.left && bar.x + bar.width <= drawing.right, "{bar:?}");
                assert!(bar.y >= 0 && bar.y + bar.height == drawing.height - BOTTOM, "{bar:?}");
            }
        }
    }
}
