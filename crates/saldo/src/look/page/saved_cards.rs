//! `/saved-cards`.

use askama::Template;

use crate::look::Reader;
use crate::look::part::{Frame, SavedCard};

/// Cards kept for the next payment. Removing one is a form without further fields to `/saved-cards/{id}/removal`.
#[derive(Template)]
#[template(path = "page/saved_cards.html")]
pub struct SavedCards {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The cards, newest first, each with whether it is charged by itself; `None` if the provider did not tell.
    pub cards: Option<Vec<(SavedCard, bool)>>,
    /// The card that was removed just now, to say so.
    pub removed: Option<String>,
}
