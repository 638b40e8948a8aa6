//! Plays a story and says where it went otherwise.

use book::{Act, Answer, ChargeTaken, Command, CommandKey, EntryRef, Record};
use money::{Amount, Timestamp, WalletId, print_decimal};

use super::{Name, Player, Step, Story};

/// Plays `story` to its end, or to the first line that does not come true.
pub(crate) fn play(story: &Story, player: &mut impl Player) -> Result<(), String> {
    let mut run = Run { player, now: Timestamp::EPOCH, charges: Vec::new(), last: None };
    for (line, step) in &story.steps {
        run.step(*line, step).map_err(|wrong| format!("{}:{wrong}", story.name))?;
    }
    run.close().map_err(|wrong| format!("{}:{wrong}", story.name))
}

struct Run<'a, P> {
    player: &'a mut P,
    now: Timestamp,
    /// Accepted charges, oldest first.
    charges: Vec<(WalletId, EntryRef)>,
    /// The last command's line and answer, until a line has said what it should be.
    last: Option<(usize, Answer)>,
}

impl<P: Player> Run<'_, P> {
    fn step(&mut self, line: usize, step: &Step) -> Result<(), String> {
        match step {
            Step::Refused(code) => return self.refused(line, code),
            Step::Repeated => {
                return match self.last.take() {
                    Some((_, Answer::Repeated(_))) => Ok(()),
                    other => Err(format!("{line}: the command before was {}, not repeated", told(other))),
                };
            }
            _ => self.close()?,
        }
        match step {
            Step::At(now) if *now < self.now => return Err(format!("{line}: time does not go back")),
            Step::At(now) => self.go_to(*now),
            Step::Prices(catalog) => self.player.set_prices(catalog.clone()),
            Step::Send { act, key } => self.send(line, act.clone(), *key),
            Step::ReverseLast { wallet, key } => {
                let found = self.charges.iter().rev().find(|(of, _)| of == wallet).map(|(_, entry)| *entry);
                let entry = found.ok_or_else(|| format!("{line}: there was no charge yet"))?;
                let Record::Charged { kind, burns, debt, .. } = self.player.record(entry) else {
                    return Err(format!("{line}: the journal has no charge where it was answered to be"));
                };
                let charge = ChargeTaken { entry, kind, burns: burns.iter().collect(), debt };
                self.send(line, Act::Reverse { wallet: *wallet, charge }, *key);
            }
            Step::Balance { wallet, expected } => {
                let found = self.player.balance(*wallet);
                if found != *expected {
                    let [posted, pending] = [found.posted, found.pending].map(decimal);
                    let available = decimal(found.available());
                    return Err(format!(
                        "{line}: the balance is {posted} pending {pending} available {available}"
                    ));
                }
            }
            Step::Left { wallet, expected } => {
                let found = self.player.left(*wallet);
                if found != *expected {
                    let found: Vec<String> = found.into_iter().map(decimal).collect();
                    return Err(format!("{line}: left is {}", found.join(" ")));
                }
            }
            Step::Cycle { wallet, no, terms } => {
                let found = self.player.line(*wallet);
                let posted = self.player.balance(*wallet).posted;
                if (found.cycle_no, found.terms, posted) != (*no, *terms, terms.balance()) {
                    let (cycle, terms) = (found.cycle_no, found.terms);
                    return Err(format!("{line}: cycle {cycle} has {terms:?}, balance {posted} bytes"));
                }
            }
            Step::Line { wallet, status, is_restricted } => {
                let found = self.player.line(*wallet);
                if (found.status, found.is_restricted) != (*status, *is_restricted) {
                    let slowed = if found.is_restricted { "slowed" } else { "not slowed" };
                    return Err(format!("{line}: the line is {} and {slowed}", found.status.code()));
                }
            }
            Step::Unpaid { wallet, amount } => {
                let found = Amount::new(self.player.line(*wallet).unpaid, amount.unit());
                if found != *amount {
                    return Err(format!("{line}: {found} was bought and is not paid"));
                }
            }
            Step::Refused(_) | Step::Repeated => {}
        }
        Ok(())
    }

    fn go_to(&mut self, now: Timestamp) {
        self.now = now;
        self.player.go_to(now);
    }

    fn send(&mut self, line: usize, act: Act, key: Option<Name>) {
        let key = key.map(|Name { space, name, body }| CommandKey { space, key: name, body });
        let command = Command { key, act };
        let answer = self.player.send(&command);
        if let Answer::Decided(entry) = answer {
            match command.act {
                Act::Charge { wallet, .. } => self.charges.push((wallet, entry)),
                Act::AdvanceClock { by } => self.go_to(self.now.plus(by)),
                _ => {}
            }
        }
        self.last = Some((line, answer));
    }

    fn refused(&mut self, line: usize, code: &str) -> Result<(), String> {
        match self.last.take() {
            Some((_, Answer::Refused(refusal))) if refusal.code() == code => Ok(()),
            other => Err(format!("{line}: the command before was {}, not refused as {code}", told(other))),
        }
    }

    /// A command of which no line says otherwise was to be accepted.
    fn close(&mut self) -> Result<(), String> {
        match self.last.take() {
            None | Some((_, Answer::Decided(_))) => Ok(()),
            Some((line, answer)) => Err(format!("{line}: this was {}", told(Some((line, answer))))),
        }
    }
}

fn told(answer: Option<(usize, Answer)>) -> String {
    match answer {
        None => "none".to_owned(),
        Some((_, Answer::Decided(_))) => "accepted".to_owned(),
        Some((_, Answer::Repeated(_))) => "a repetition".to_owned(),
        Some((_, Answer::Refused(refusal))) => format!("refused as {}: {refusal}", refusal.code()),
    }
}

/// In the six decimals that the money of stories has.
fn decimal(value: i64) -> String {
    print_decimal(value, 6, 2)
}
