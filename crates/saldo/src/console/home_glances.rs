//! How lines, bills and debts stand, in a line each with the page behind it: what is worth a look and not yet a need.

use jiff::civil::Date;
use money::Timestamp;
use store::tables::standing::Summed;
use store::{Reader as TablesReader, StoreError};

use super::lines::AT_ZERO;
use crate::app::App;
use crate::billing::next_month;
use crate::look::Reader;
use crate::look::page::Glance;
use crate::look::page::boletos::BoletoView;
use crate::look::part::Place;
use crate::portal::calendar::{day_bounds, day_of};
use crate::portal::monthly_invoices::month_words;

/// What there is to say to whoever may see money, or may not.
pub(super) fn read(
    app: &App,
    tables: &TablesReader<'_>,
    reader: &Reader,
    (sees_finance, now): (bool, Timestamp),
) -> Result<Vec<Glance>, StoreError> {
    let mut glances = Vec::new();
    let sells_lines = app.sold().has_plans();
    if sells_lines {
        let number = |count: u32| reader.number(i64::from(count));
        let blocked = number(tables.lines_blocked()?);
        glances.push(Glance {
            text_id: "glance-at-zero",
            value: number(tables.lines_at_zero()?),
            url: AT_ZERO.1,
        });
        glances.push(Glance {
            text_id: "glance-blocked",
            value: blocked,
            url: "/console/lines?status=blocked",
        });
    }
    let (customers, sum) = summed(reader, &tables.debts()?);
    if customers > 0 {
        let value = reader.tn_with("glance-debts-value", customers, [("sum", sum)]);
        glances.push(Glance { text_id: "glance-debts", value, url: "/console/customers?show=in_debt" });
    }
    if sells_lines && sees_finance {
        let (billing, zone) = (&app.config.billing, &app.config.brand.time_zone);
        let (month, _) = next_month(tables, billing, zone, now)?;
        let run_on = month.run_on(billing);
        let words = month_words(reader.locale, &month.to_string());
        let value = if run_on <= day_of(zone, now) {
            reader.t1("glance-run-waits", "month", words)
        } else {
            reader.t2("glance-run-value", "month", words, "day", spoken(reader, run_on))
        };
        glances.push(Glance { text_id: "glance-run", value, url: Place::ConsoleBilling.url() });
    }
    if app.config.bank.is_some() && sees_finance {
        let last = tables.bank_returns(1)?.into_iter().next();
        let value = match last {
            Some(last) => reader.date_time(last.loaded_at),
            None => reader.t("glance-return-none"),
        };
        glances.push(Glance { text_id: "glance-return", value, url: BoletoView::Files.url() });
    }
    Ok(glances)
}

/// How many there are of all units, and what they come to in each.
pub(super) fn summed(reader: &Reader, sums: &[Summed]) -> (u32, String) {
    let count = sums.iter().map(|sum| sum.count).fold(0, u32::saturating_add);
    let amounts: Vec<String> = sums.iter().map(|sum| reader.money(sum.amount)).collect();
    (count, amounts.join(", "))
}

fn spoken(reader: &Reader, day: Date) -> String {
    day_bounds(&reader.zone, day).map(|bounds| reader.date(bounds.from)).unwrap_or_default()
}
