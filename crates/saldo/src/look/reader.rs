//! One reader: the language and the time zone through which every page is seen.
//!
//! Templates call these methods; the rules of the formats themselves are in `format`.

use core::fmt::Display;

use fluent_bundle::{FluentArgs, FluentValue};
use jiff::tz::TimeZone;
use money::{Amount, Quantity, Timestamp, Unit};

use crate::look::format;
use crate::look::locale::Locale;
use crate::look::volume::{DataUnit, volume};

/// Through whose eyes a page is drawn.
#[derive(Clone, Debug)]
pub struct Reader {
    /// The reader's language.
    pub locale: Locale,
    /// The operator's time zone, in which all times are shown.
    pub zone: TimeZone,
    /// In which thousands data is shown.
    pub data_unit: DataUnit,
}

impl Reader {
    /// A reader of `locale` in the operator's `zone`, who counts data in GB.
    pub fn new(locale: Locale, zone: TimeZone) -> Reader {
        Reader { locale, zone, data_unit: DataUnit::Gb }
    }

    /// The same reader, who counts data in this unit.
    #[must_use]
    pub fn counting_in(self, data_unit: DataUnit) -> Reader {
        Reader { data_unit, ..self }
    }

    /// The text `id`.
    pub fn t(&self, id: &str) -> String {
        self.locale.t(id)
    }

    /// The text `id` with one variable.
    pub fn t1(&self, id: &str, name: &str, value: impl Display) -> String {
        self.with(id, [(name, value.to_string())])
    }

    /// The text `id` with two variables.
    pub fn t2(&self, id: &str, name: &str, value: impl Display, name2: &str, value2: impl Display) -> String {
        self.with(id, [(name, value.to_string()), (name2, value2.to_string())])
    }

    /// The text `id` that counts things: `$n` chooses singular or plural.
    pub fn tn(&self, id: &str, n: impl Given<u32>) -> String {
        self.tn_with(id, n.given(), [])
    }

    /// The text `id` that counts things and has further variables.
    pub fn tn_with<const N: usize>(&self, id: &str, n: u32, values: [(&str, String); N]) -> String {
        let mut args = FluentArgs::new();
        args.set("n", FluentValue::from(n));
        for (name, value) in values {
            args.set(name.to_owned(), FluentValue::from(value));
        }
        self.locale.t_args(id, Some(&args))
    }

    /// The text `id` with any number of variables.
    pub fn with<'n>(&self, id: &str, values: impl IntoIterator<Item = (&'n str, String)>) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(name.to_owned(), FluentValue::from(value));
        }
        self.locale.t_args(id, Some(&args))
    }

    /// Money, e.g. `$24.75` or `R$ 24,90`; bytes as [`Reader::volume`] shows them.
    pub fn money(&self, amount: impl Given<Amount>) -> String {
        let amount = amount.given();
        if amount.unit() == Unit::BYTE {
            self.volume(amount.value())
        } else {
            format::money(self.locale, amount)
        }
    }

    /// Bytes in the operator's unit, e.g. `20.0 GB`.
    pub fn volume(&self, bytes: impl Given<i64>) -> String {
        volume(self.locale, self.data_unit, bytes.given())
    }

    /// Money that moves, always with its sign: `+$10.00`, `−$0.25`.
    pub fn movement(&self, amount: impl Given<Amount>) -> String {
        let amount = amount.given();
        if amount.unit() != Unit::BYTE {
            return format::movement(self.locale, amount);
        }
        let plus = if amount.value() > 0 { "+" } else { "" };
        format!("{plus}{}", self.volume(amount.value()))
    }

    /// A whole number with the reader's grouping.
    pub fn number(&self, number: impl Given<i64>) -> String {
        format::number(self.locale, number.given())
    }

    /// How much was used, with the reader's grouping and point.
    pub fn quantity(&self, quantity: impl Given<Quantity>) -> String {
        format::quantity(self.locale, quantity.given())
    }

    /// Day and time, e.g. `Nov 21, 2026, 14:12`.
    pub fn date_time(&self, at: impl Given<Timestamp>) -> String {
        format::date_time(self.locale, &self.zone, at.given())
    }

    /// Day with year, e.g. `Nov 21, 2026`.
    pub fn date(&self, at: impl Given<Timestamp>) -> String {
        format::date(self.locale, &self.zone, at.given())
    }

    /// The last day on which something is good that ends at `end`, with its year: what ends at midnight is not good the next day.
    pub fn last_day(&self, end: impl Given<Timestamp>) -> String {
        self.date(end.given().plus(-1))
    }

    /// Day with year in figures where the language writes so, e.g. `26/11/2026`; else as [`Reader::date`].
    pub fn numeric_date(&self, at: impl Given<Timestamp>) -> String {
        format::numeric_date(self.locale, &self.zone, at.given())
    }

    /// Day without year, e.g. `Nov 21`.
    pub fn day(&self, at: impl Given<Timestamp>) -> String {
        format::day(self.locale, &self.zone, at.given())
    }

    /// Month with year, e.g. `November 2026`.
    pub fn month(&self, at: impl Given<Timestamp>) -> String {
        format::month_of(self.locale, &self.zone, at.given())
    }

    /// Month without year, shortened, e.g. `Nov`.
    pub fn month_short(&self, at: impl Given<Timestamp>) -> String {
        format::month_short(self.locale, &self.zone, at.given()).to_owned()
    }

    /// What the zone is called in which all times are shown, e.g. `America/Sao_Paulo`.
    pub fn zone_name(&self) -> &str {
        format::zone_name(&self.zone)
    }

    /// Time with its offset, for programs that read what people read, e.g. `2026-11-21T14:12:30-03:00`.
    pub fn time_with_offset(&self, at: impl Given<Timestamp>) -> String {
        format::time_with_offset(&self.zone, at.given())
    }

    /// Time of day, e.g. `14:12`.
    pub fn time(&self, at: impl Given<Timestamp>) -> String {
        format::time(&self.zone, at.given())
    }

    /// From one time of day to another, e.g. `14:00–15:00`.
    pub fn hours(&self, from: impl Given<Timestamp>, until: impl Given<Timestamp>) -> String {
        format::hours(&self.zone, from.given(), until.given())
    }

    /// The instant for machines, as `<time datetime>` wants it.
    pub fn machine_time(&self, at: impl Given<Timestamp>) -> String {
        at.given().to_string()
    }

    /// How long until `later`, in words of minutes ("42 min").
    pub fn minutes_until(&self, now: impl Given<Timestamp>, later: impl Given<Timestamp>) -> String {
        let minutes = format::minutes_left(now.given(), later.given());
        self.tn("minutes-left", minutes)
    }
}

/// A small value, however many times a template has borrowed it on its way here.
pub trait Given<T> {
    /// The value itself.
    fn given(self) -> T;
}

impl<T: Copy> Given<T> for T {
    fn given(self) -> T {
        self
    }
}

impl<T: Copy> Given<T> for &T {
    fn given(self) -> T {
        *self
    }
}

impl<T: Copy> Given<T> for &&T {
    fn given(self) -> T {
        **self
    }
}
