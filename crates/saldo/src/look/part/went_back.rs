//! What of a purchase went back with its payment, as the steps of the purchase tell it: to its subscriber and to staff alike.

use money::Timestamp;
use store::tables::claims::ClaimState;

use crate::look::Reader;
use crate::taken_data::WentBack;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoneStep {
    /// Its words.
    pub words: String,
    /// Since when it is so.
    pub at: Option<Timestamp>,
    /// Whether nothing is gone any more.
    pub is_over_well: bool,
}

/// The steps: what was given back, and what the bank did.
pub fn gone_steps(reader: &Reader, gone: Option<WentBack>) -> Vec<GoneStep> {
    let Some(gone) = gone else { return Vec::new() };
    let is_over_well = gone.dispute == Some(ClaimState::Won);
    let given =
        given_back(reader, &gone).map(|words| GoneStep { words, at: gone.refunded_at, is_over_well: false });
    let contested =
        contested(reader, &gone).map(|words| GoneStep { words, at: gone.disputed_at, is_over_well });
    given.into_iter().chain(contested).collect()
}

fn given_back(reader: &Reader, gone: &WentBack) -> Option<String> {
    if gone.refunded.value() == 0 {
        return None;
    }
    let amount = reader.money(gone.refunded);
    // What was used before, or was left on purpose: it goes with no money any more.
    let kept = gone.quantity.saturating_sub(gone.by_refund).saturating_sub(gone.by_dispute);
    Some(match (gone.by_refund > 0, kept > 0) {
        (false, _) => reader.t1("purchase-given-back-data-stays", "amount", amount),
        (true, false) => {
            reader.t2("purchase-given-back", "amount", amount, "quantity", reader.volume(gone.by_refund))
        }
        (true, true) => reader.with(
            "purchase-given-back-in-part",
            [("amount", amount), ("quantity", reader.volume(gone.by_refund)), ("kept", reader.volume(kept))],
        ),
    })
}

fn contested(reader: &Reader, gone: &WentBack) -> Option<String> {
    let takes = gone.by_dispute > 0;
    let id = match gone.dispute? {
        ClaimState::Open if takes => "purchase-contested",
        ClaimState::Open => "purchase-contested-data-stays",
        ClaimState::Lost if takes => "purchase-contest-lost",
        ClaimState::Lost => "purchase-contest-lost-data-stays",
        ClaimState::Won => "purchase-contest-won",
        // Nothing has moved.
        _ => return None,
    };
    Some(if takes { reader.t1(id, "quantity", reader.volume(gone.by_dispute)) } else { reader.t(id) })
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use money::{Amount, Unit};

    use super::*;
    use crate::look::Locale;

    const GB: i64 = 1_000_000_000;

    #[test]
    fn what_is_contested_reads_otherwise_than_what_was_given_back() {
        let gone = |centavos: i64, by_refund: i64, dispute: Option<ClaimState>, by_dispute: i64| WentBack {
            quantity: 10 * GB,
            refunded: Amount::new(centavos * 10_000, Unit::BRL),
            refunded_at: None,
            by_refund: by_refund * GB,
            dispute,
            disputed_at: None,
            by_dispute: by_dispute * GB,
        };
        let cases = [
            (gone(0, 0, Some(ClaimState::Inquiry), 0), vec![]),
            (gone(2_490, 10, None, 0), vec!["R$ 24,90 devolvidos: 10,0 GB retirados"]),
            (gone(2_490, 4, None, 0), vec!["R$ 24,90 devolvidos: 4,0 GB retirados, 6,0 GB mantidos"]),
            (gone(1_000, 0, None, 0), vec!["R$ 10,00 devolvidos: nenhum dado foi retirado"]),
            (
                gone(0, 0, Some(ClaimState::Open), 10),
                vec![
                    "Contestado no banco: 10,0 GB retirados até a decisão; voltam se o pagamento for mantido",
                ],
            ),
            (
                gone(1_245, 5, Some(ClaimState::Open), 5),
                vec![
                    "R$ 12,45 devolvidos: 5,0 GB retirados",
                    "Contestado no banco: 5,0 GB retirados até a decisão; voltam se o pagamento for mantido",
                ],
            ),
            (gone(0, 0, Some(ClaimState::Open), 0), vec!["Contestado no banco: nenhum dado foi retirado"]),
            (
                gone(0, 0, Some(ClaimState::Lost), 10),
                vec!["Contestado no banco, que ficou com o pagamento: 10,0 GB retirados"],
            ),
            (
                gone(0, 0, Some(ClaimState::Won), 0),
                vec!["Contestado no banco, que manteve o pagamento: nenhum dado está retirado"],
            ),
        ];
        let reader = Reader::new(Locale::PtBr, TimeZone::UTC);
        assert_eq!(gone_steps(&reader, None), []);
        for (gone, expected) in cases {
            let steps = gone_steps(&reader, Some(gone)).into_iter();
            let words: Vec<_> = steps.map(|step| step.words.replace('\u{a0}', " ")).collect();
            assert_eq!(words, expected, "{gone:?}");
        }
    }
}
