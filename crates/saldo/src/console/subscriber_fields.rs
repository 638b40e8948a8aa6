//! What staff type about a subscriber: the same columns as a file has.

use std::collections::BTreeMap;

use super::offer_fields::{choice, text};
use crate::app::App;
use crate::look::page::Field;
use crate::look::part::enrolment::column_label;
use crate::look::{Locale, Reader};
use crate::sheets::SheetColumn as _;
use crate::subscribers::{Column, Draft};

/// The columns of a person.
pub(super) const PERSON: [Column; 9] = [
    Column::Name,
    Column::Document,
    Column::Email,
    Column::Street,
    Column::District,
    Column::City,
    Column::State,
    Column::Postcode,
    Column::Language,
];
/// The columns of a line.
pub(super) const LINE: [Column; 5] =
    [Column::Plan, Column::AccessLogin, Column::AnchorDay, Column::Used, Column::Outside];

/// What a form sent.
pub(super) type Sent = BTreeMap<String, String>;

/// What was typed, column by column.
pub(super) fn draft(sent: &Sent) -> Draft {
    let mut draft = Draft::default();
    for column in Column::ALL.iter().copied() {
        if let Some(text) = sent.get(column.name()) {
            draft[column].clone_from(text);
        }
    }
    draft
}

/// The fields of these columns, with what was typed in them.
pub(super) fn fields(app: &App, reader: &Reader, draft: &Draft, columns: &[Column]) -> Vec<Field> {
    columns.iter().map(|column| field(app, reader, draft, *column)).collect()
}

fn field(app: &App, reader: &Reader, draft: &Draft, column: Column) -> Field {
    let (name, label, value) = (column.name(), column_label(reader, column), &draft[column]);
    let hint = match column {
        Column::Email => Some("column-email-hint"),
        Column::Plan => Some("field-plan-hint"),
        Column::AccessLogin => Some("column-access-login-hint"),
        Column::AnchorDay => Some("column-anchor-day-hint"),
        Column::Used => Some("column-used-hint"),
        Column::Outside => Some("column-outside-hint"),
        _ => None,
    };
    let hint = hint.map(|hint| reader.t(hint));
    match column {
        Column::Plan => {
            let sold = app.sold();
            // None is chosen by itself: which plan somebody pays for is nothing to be overlooked.
            let none = (String::new(), reader.t("choose"));
            let plans = sold.plans().map(|plan| (plan.name.clone(), plan.name.clone()));
            choice(name, label, hint, value, [none].into_iter().chain(plans).collect::<Vec<_>>())
        }
        Column::Language => {
            let chosen = Locale::from_tag(value).unwrap_or(Locale::PtBr);
            let spoken = [Locale::PtBr, Locale::En].map(|it| (it.tag().to_owned(), it.endonym().to_owned()));
            choice(name, label, hint, chosen.tag(), spoken)
        }
        _ => text(name, label, hint, value.clone()),
    }
}
