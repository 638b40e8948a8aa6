//! A purchase that waits for its payment, on every page that shows one.

use super::pix::PixPanel;

/// A purchase that is released by its payment, and what can be done about that. Its forms go to `/purchases/{id}/checkout` and
/// `/purchases/{id}/cancellation`; the latter sends `return_to`.
#[derive(Clone, Debug)]
pub struct WaitingPurchase {
    /// Its name.
    pub purchase: String,
    /// What it waits for.
    pub waits: Waits,
}

/// What pays a purchase that waits for its payment.
#[derive(Clone, Debug)]
pub enum Waits {
    /// A Pix that is being written.
    PixComing,
    /// A Pix.
    Pix(PixPanel),
    /// The payment page for cards.
    Card,
    /// It was paid, and the payment is being confirmed.
    Confirming,
    /// A boleto.
    Boleto,
    /// The next invoice.
    NextInvoice,
}

impl WaitingPurchase {
    /// Whether it is paid on the payment page for cards.
    pub fn is_card(&self) -> bool {
        matches!(self.waits, Waits::Card)
    }

    /// Whether it is paid by card or Pix, and not by a document.
    pub fn is_prompt(&self) -> bool {
        !matches!(self.waits, Waits::Boleto | Waits::NextInvoice)
    }

    /// Whether the subscriber may give it up.
    pub fn may_be_given_up(&self) -> bool {
        matches!(self.waits, Waits::PixComing | Waits::Pix(_) | Waits::Card | Waits::Boleto)
    }

    /// Whether its Pix is being written: the page keeps the room for it, so that what it scrolled to stays in sight.
    pub fn is_pix_coming(&self) -> bool {
        matches!(self.waits, Waits::PixComing)
    }

    /// The Pix that pays it.
    pub fn pix(&self) -> Option<&PixPanel> {
        match &self.waits {
            Waits::Pix(panel) => Some(panel),
            _ => None,
        }
    }

    /// The id of the sentence that says what is to be done; `None` where that stands beside it.
    pub fn advice_id(&self) -> Option<&'static str> {
        match self.waits {
            Waits::PixComing => Some("pix-coming"),
            Waits::Card => Some("card-waits"),
            Waits::Confirming => Some("payment-being-confirmed"),
            Waits::Pix(_) | Waits::Boleto | Waits::NextInvoice => None,
        }
    }

    /// The id of what the credit waits for.
    pub fn step_id(&self) -> &'static str {
        match self.waits {
            Waits::PixComing | Waits::Pix(_) => "credit-awaits-pix",
            Waits::Card => "credit-awaits-card",
            Waits::Confirming => "credit-awaits-confirmation",
            Waits::Boleto => "credit-awaits-boleto",
            Waits::NextInvoice => "credit-awaits-invoice",
        }
    }
}
