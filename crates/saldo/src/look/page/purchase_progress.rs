//! How a purchase came out, as *Compra de Crédito* shows it step by step: by what it is paid, when it was released, what became of the
//! speed.

use askama::Template;
use money::{Amount, Timestamp};

use super::Boleto;
use crate::look::Reader;
use crate::look::part::{GoneStep, WaitingPurchase};
use crate::look::reader::Given;

/// How a purchase came out.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Its name.
    pub purchase: String,
    /// The page on which its line stands.
    pub page_url: String,
    /// The page that confirms it, if its payment released it just so.
    pub confirmed_url: Option<String>,
    /// Bytes.
    pub quantity: i64,
    /// What it costs.
    pub price: Amount,
    /// When it was bought.
    pub bought_at: Timestamp,
    /// When its credit was released.
    pub released_at: Option<Timestamp>,
    /// Since when the subscriber waits for us: the purchase, or the payment that it waited for.
    pub since: Timestamp,
    /// What became of the speed.
    pub speed: Speed,
    /// The token of the forms.
    pub csrf: String,
    /// What pays it, while its credit waits for that.
    pub waiting: Option<WaitingPurchase>,
    /// By what it is paid later.
    pub bill: Option<Bill>,
    /// Why it came to nothing.
    pub ended: Option<Ended>,
    /// What of it went back with its payment, step by step.
    pub gone: Vec<GoneStep>,
}

/// Why a purchase was not waited for any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The time of its Pix was over.
    PixExpired,
    /// It was given up, or its payment page was left.
    GivenUp,
}

impl Ended {
    /// The id of its text.
    pub fn text_id(&self) -> &'static str {
        match self {
            Ended::PixExpired => "pix-expired",
            Ended::GivenUp => "purchase-given-up",
        }
    }
}

/// By what a purchase is paid that is not paid at once. It stands on *Faturas*.
#[derive(Clone, Debug)]
pub enum Bill {
    /// A boleto that is being written.
    BoletoComing,
    /// A boleto.
    Boleto(Box<Boleto>),
    /// The next invoice.
    NextInvoice,
}

impl Bill {
    /// Where it stands.
    pub fn url(&self) -> String {
        match self {
            Bill::Boleto(boleto) => boleto.url(),
            Bill::BoletoComing => "/invoices#boletos-heading".to_owned(),
            Bill::NextInvoice => "/invoices#next-invoice-heading".to_owned(),
        }
    }

    /// The id of what the confirmation says of it.
    pub fn text_id(&self) -> &'static str {
        match self {
            Bill::Boleto(boleto) if boleto.is_payable() || !boleto.is_to_be_paid() => "bought-by-boleto",
            Bill::Boleto(_) | Bill::BoletoComing => "bought-by-boleto-registering",
            Bill::NextInvoice => "bought-on-invoice",
        }
    }

    /// The PDF of a boleto that a bank takes already.
    pub fn pdf_url(&self) -> Option<String> {
        match self {
            Bill::Boleto(boleto) if boleto.is_payable() => Some(format!("/boletos/{}/pdf", boleto.id)),
            _ => None,
        }
    }
}

/// What became of a line's speed after a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speed {
    /// It was not lowered.
    Full,
    /// The router has not confirmed yet.
    Waiting,
    /// The router has not confirmed in the time that is promised.
    Late,
    /// The router confirmed it then.
    Restored(Timestamp),
}

impl Progress {
    /// What is to be paid at once, before all else that is told of the purchase.
    pub fn waiting_for_prompt(&self) -> Option<&WaitingPurchase> {
        self.waiting.as_ref().filter(|waiting| waiting.is_prompt())
    }

    /// What is paid by a document, which stands among the steps; what can be done about it comes after them.
    pub fn waiting_for_document(&self) -> Option<&WaitingPurchase> {
        self.waiting.as_ref().filter(|waiting| !waiting.is_prompt())
    }

    /// The id of what the credit waits for: by Pix, too, if one was asked for in the boleto's place.
    pub fn step_id(&self, waiting: &WaitingPurchase) -> &'static str {
        match &self.bill {
            Some(Bill::Boleto(boleto)) if boleto.open_pix().is_some() => "credit-awaits-boleto-or-pix",
            _ => waiting.step_id(),
        }
    }

    /// How long after the purchase, or after its payment if it waited for that, `at` was, rounded up to a thousandth: `0.042 s`. What
    /// was decided together with it took no time.
    pub fn seconds(&self, reader: &Reader, at: impl Given<Timestamp>) -> String {
        let micros = at.given().since(self.since).max(0);
        if micros == 0 {
            return reader.t(if self.since == self.bought_at {
                "at-once-after"
            } else {
                "at-once-after-payment"
            });
        }
        if micros >= Timestamp::MINUTE {
            let id = if self.since == self.bought_at { "minutes-after" } else { "minutes-after-payment" };
            let (minutes, rest) = (micros / Timestamp::MINUTE, micros % Timestamp::MINUTE);
            return reader.t2(id, "minutes", reader.number(minutes), "seconds", rest / Timestamp::SECOND);
        }
        let thousandths = micros / 1_000 + i64::from(micros % 1_000 > 0);
        let number = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
        let id = if self.since == self.bought_at { "seconds-after" } else { "seconds-after-payment" };
        reader.t1(id, "seconds", crate::look::format::localized(reader.locale, &number))
    }
}

/// The inside of `data-live="line-progress"`.
#[derive(Template)]
#[template(path = "fragment/line_progress.html")]
pub struct LineProgressFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is shown.
    pub progress: &'a Option<Progress>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::Locale;
    use money::Unit;

    #[test]
    fn what_took_no_time_is_told_in_words() {
        let at = Timestamp::from_seconds;
        let progress = |since| Progress {
            purchase: String::new(),
            page_url: String::new(),
            confirmed_url: None,
            quantity: 1,
            price: Amount::new(0, Unit::BRL),
            bought_at: at(5),
            released_at: None,
            since,
            speed: Speed::Full,
            csrf: String::new(),
            waiting: None,
            bill: None,
            ended: None,
            gone: Vec::new(),
        };
        let reader = Reader::new(Locale::En, jiff::tz::TimeZone::UTC);
        let cases = [
            (at(5), at(5), "together with the purchase"),
            (at(5), at(5).plus(1), "0.001 s after the purchase"),
            (at(5), at(7), "2.000 s after the purchase"),
            (at(7), at(7), "together with the payment"),
            (at(7), at(7).plus(7_001), "0.008 s after the payment"),
        ];
        for (since, then, expected) in cases {
            assert_eq!(progress(since).seconds(&reader, then), expected);
        }
    }
}
