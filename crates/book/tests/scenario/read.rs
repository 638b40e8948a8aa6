//! Reads the text of a story. Every line says one thing; what is wrong is told with file, line and what was expected.

use book::{
    Act, Aggregation, Anchor, Balance, Catalog, GrantTerms, KeySpace, Meter, MeterNo, Price, Reason, Source,
    UseStage,
};
use money::{Amount, CustomerId, GrantId, Quantity, Timestamp, Unit, UnitPrice, WalletId};

use super::lines::Provider;
use super::{Name, Step, Story};

/// Reads `text`; `name` is how messages call it.
pub(crate) fn read(name: &str, text: &str) -> Result<Story, String> {
    let mut reader = Reader::default();
    for (place, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split('#').next().unwrap_or("").split_whitespace().collect();
        let line = words.join(" ");
        if line.is_empty() {
            continue;
        }
        reader.line = place + 1;
        let step = reader.step(&line).map_err(|wrong| format!("{name}:{}: {wrong}\n  {line}", place + 1))?;
        reader.steps.extend(step.map(|step| (place + 1, step)));
    }
    Ok(Story { name: name.to_owned(), steps: reader.steps })
}

/// What is known so far.
#[derive(Default)]
pub(super) struct Reader {
    line: usize,
    now: Option<Timestamp>,
    meters: Vec<(String, Meter)>,
    wallets: Vec<(String, WalletId, Unit)>,
    /// Of whom the lines speak.
    current: Option<usize>,
    steps: Vec<(usize, Step)>,
    pub(super) provider: Provider,
}

pub(super) type Read<T> = Result<T, String>;

/// The words of a line that are still to be understood.
pub(super) struct Words<'a> {
    rest: Vec<&'a str>,
}

impl<'a> Words<'a> {
    pub(super) fn take(&mut self, wanted: &str) -> Read<&'a str> {
        if self.rest.is_empty() { Err(format!("{wanted} is missing")) } else { Ok(self.rest.remove(0)) }
    }

    /// Takes these words if they come next.
    pub(super) fn next_are(&mut self, words: &str) -> bool {
        let wanted: Vec<&str> = words.split(' ').collect();
        let found = self.rest.starts_with(&wanted);
        if found {
            self.rest.drain(..wanted.len());
        }
        found
    }

    pub(super) fn expect(&mut self, words: &str) -> Read<()> {
        let found = self.rest.join(" ");
        if self.next_are(words) { Ok(()) } else { Err(format!("expected `{words}`, found `{found}`")) }
    }

    fn amount(&mut self, unit: Unit) -> Read<Amount> {
        let text = self.take("an amount")?;
        Amount::parse(text, unit).map_err(|wrong| format!("`{text}` is {wrong}"))
    }

    pub(super) fn unit(&mut self) -> Read<Unit> {
        let code = self.take("a unit")?;
        Unit::known(code).ok_or_else(|| format!("`{code}` is no unit that is known"))
    }

    /// A day and an hour of UTC, as `2026-11-21 14:12` or `2026-11-21 14:12:30`.
    pub(super) fn time(&mut self) -> Read<Timestamp> {
        let (day, clock) = (self.take("a day")?, self.take("an hour like 14:12")?);
        let seconds = if clock.len() == 5 { ":00" } else { "" };
        let wrong = |_| format!("`{day} {clock}` is no time like `2026-11-21 14:12`");
        Timestamp::parse(&format!("{day}T{clock}{seconds}Z")).map_err(wrong)
    }

    fn end(&self) -> Read<()> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(format!("`{}` is not understood here", self.rest.join(" ")))
        }
    }
}

impl Reader {
    fn step(&mut self, line: &str) -> Read<Option<Step>> {
        let words = &mut Words { rest: line.split(' ').collect() };
        let verb = words.take("a word")?;
        let step = match verb {
            "at" => {
                let now = words.time()?;
                self.now = Some(now);
                Some(Step::At(now))
            }
            "meter" => Some(self.meter(words)?),
            "customer" => self.customer(words)?,
            "grant" => Some(self.grant(words, line)?),
            "call" => Some(self.used(words, line, UseStage::Guarded)?),
            "use" => Some(self.used(words, line, UseStage::Reported)?),
            "charge" => {
                let (wallet, unit) = self.of()?;
                let act = Act::Charge { wallet, amount: words.amount(unit)?, kind: 1 };
                Some(Step::Send { act, key: key(words, line, None)? })
            }
            "deduct" => {
                let (wallet, unit) = self.of()?;
                let amount = words.amount(unit)?;
                words.expect("for")?;
                let code = words.take("a reason")?;
                let reason = Reason::from_code(code).ok_or_else(|| format!("`{code}` is no reason"))?;
                Some(Step::Send { act: Act::Deduct { wallet, amount, reason }, key: key(words, line, None)? })
            }
            "freeze" => Some(self.freezing(true)?),
            "thaw" => Some(self.freezing(false)?),
            "reverse" => {
                words.expect("the last charge")?;
                Some(Step::ReverseLast { wallet: self.of()?.0, key: key(words, line, None)? })
            }
            "advance" => Some(self.advance(words)?),
            "plan" => Some(self.plan(words)?),
            "pack" => Some(self.pack(words)?),
            "line" => Some(self.line(words)?),
            "session" => Some(self.session(words)?),
            "buy" => Some(self.buy(words)?),
            "pay" => Some(self.pay(words, line)?),
            "drop" => Some(self.drop_purchase(words)?),
            "write" => Some(self.write_off(words)?),
            "refused" => Some(Step::Refused(words.take("the code of a refusal")?.to_owned())),
            "repeated" => Some(Step::Repeated),
            "expect" => Some(self.expectation(words)?),
            other => return Err(format!("`{other}` is no word that a line begins with")),
        };
        words.end()?;
        if self.now.is_none() {
            return Err("a story begins with `at` and a time".to_owned());
        }
        Ok(step)
    }

    /// The wallet that the line speaks of.
    pub(super) fn of(&self) -> Read<(WalletId, Unit)> {
        let current = self.current.ok_or("no `customer` has been named yet")?;
        let (_, wallet, unit) = &self.wallets[current];
        Ok((*wallet, *unit))
    }

    fn meter(&mut self, words: &mut Words<'_>) -> Read<Step> {
        let name = words.take("the meter's name")?.to_owned();
        words.expect("costs")?;
        let text = words.take("a price")?;
        let unit = words.unit()?;
        let wrong = |wrong| format!("`{text}` is {wrong}");
        let (aggregation, price) = if words.next_are("each") {
            (Aggregation::Sum, Price::PerUnit(UnitPrice::parse(text, unit).map_err(wrong)?))
        } else {
            words.expect("per active hour")?;
            let anchor = if words.next_are("by the clock") {
                Anchor::Clock
            } else {
                words.expect("from the first call")?;
                Anchor::FirstEvent
            };
            let amount = Amount::parse(text, unit).map_err(wrong)?;
            (Aggregation::ActiveTime, Price::PerActiveWindow { amount, length: Timestamp::HOUR, anchor })
        };
        let known = self.meters.iter().position(|(known, _)| *known == name);
        let place = known.unwrap_or(self.meters.len());
        let no = MeterNo(u32::try_from(place).map_err(|_| "too many meters")?);
        let meter = Meter { no, aggregation, price };
        match known {
            Some(place) => self.meters[place].1 = meter,
            None => self.meters.push((name, meter)),
        }
        Ok(Step::Prices(self.prices()))
    }

    /// All that is sold by now.
    pub(super) fn prices(&self) -> Catalog {
        let meters = self.meters.iter().map(|(_, meter)| *meter);
        let plans = self.provider.plans.iter().map(|(_, plan)| plan.clone());
        let packs = self.provider.packs.iter().map(|(_, pack)| pack.clone());
        let catalog = Catalog::new(meters, Catalog::LATENESS_DEFAULT);
        let utc = catalog.zone().clone();
        catalog.with_plans(utc, plans, packs)
    }

    pub(super) fn now(&self) -> Read<Timestamp> {
        self.now.ok_or_else(|| "a story begins with `at` and a time".to_owned())
    }

    fn customer(&mut self, words: &mut Words<'_>) -> Read<Option<Step>> {
        let name = words.take("the customer's name")?;
        let known = self.wallets.iter().position(|(known, ..)| known == name);
        if !words.next_are("opens a wallet in") {
            self.current = Some(known.ok_or_else(|| format!("{name} has no wallet yet"))?);
            return Ok(None);
        }
        let unit = words.unit()?;
        let limit = if words.next_are("with debt to") { words.amount(unit)?.value() } else { 0 };
        let wallet = WalletId::from_u128(hash(&["wallet", name]));
        let customer = CustomerId::from_u128(hash(&["customer", name]));
        self.current = Some(known.unwrap_or(self.wallets.len()));
        if known.is_none() {
            self.wallets.push((name.to_owned(), wallet, unit));
        }
        Ok(Some(Step::Send { act: Act::OpenWallet { wallet, customer, unit, debt_limit: limit }, key: None }))
    }

    fn grant(&mut self, words: &mut Words<'_>, line: &str) -> Read<Step> {
        let (wallet, unit) = self.of()?;
        let amount = words.amount(unit)?;
        let source = match words.take("where the credit comes from")? {
            "promotional" => Source::Promotional,
            "purchased" => Source::Purchased,
            "overpaid" => {
                words.expect("by")?;
                Source::Overpaid(words.paid_by()?)
            }
            code => Source::Adjustment(
                Reason::from_code(code)
                    .ok_or_else(|| format!("`{code}` is not promotional, purchased, or a reason"))?,
            ),
        };
        let mut priority = 100;
        if words.next_are("priority") {
            let text = words.take("a priority")?;
            priority = text.parse().map_err(|_| format!("`{text}` is no priority from 0 to 255"))?;
        }
        let effective_at = if words.next_are("from") { Some(words.time()?) } else { None };
        let expires_at = if words.next_are("until") { Some(words.time()?) } else { None };
        let key = key(words, line, None)?;
        // The same text means the same grant.
        let grant = GrantId::from_u128(key.map_or(self.line as u128, |key| key.name));
        let (cost, payment) = (None, None);
        let terms =
            GrantTerms { wallet, grant, amount, source, priority, effective_at, expires_at, cost, payment };
        Ok(Step::Send { act: Act::Grant(terms), key })
    }

    fn used(&mut self, words: &mut Words<'_>, line: &str, stage: UseStage) -> Read<Step> {
        let (wallet, _) = self.of()?;
        let mut quantity = Quantity::ONE;
        if stage == UseStage::Reported {
            let text = words.take("how much")?;
            quantity = Quantity::parse(text).map_err(|wrong| format!("`{text}` is {wrong}"))?;
        }
        let name = words.take("a meter")?;
        let known = self.meters.iter().find(|(known, _)| known == name);
        let meter = known.map(|(_, meter)| meter.no).ok_or_else(|| format!("no meter is called `{name}`"))?;
        let now = self.now()?;
        let occurred_at = if words.next_are("at") { words.time()? } else { now };
        let key = key(words, line, Some(occurred_at))?;
        Ok(Step::Send { act: Act::Use { wallet, meter, quantity, occurred_at, stage }, key })
    }

    fn freezing(&self, is_frozen: bool) -> Read<Step> {
        Ok(Step::Send { act: Act::SetFrozen { wallet: self.of()?.0, is_frozen }, key: None })
    }

    fn advance(&mut self, words: &mut Words<'_>) -> Read<Step> {
        words.expect("the clock by")?;
        let text = words.take("a number")?;
        let count: i64 = text.parse().map_err(|_| format!("`{text}` is no whole number"))?;
        let length = match words.take("minutes, hours or days")? {
            "minute" | "minutes" => Timestamp::MINUTE,
            "hour" | "hours" => Timestamp::HOUR,
            "day" | "days" => Timestamp::DAY,
            other => return Err(format!("`{other}` is not minutes, hours or days")),
        };
        let by = count.checked_mul(length).ok_or("that is too far")?;
        // Where a refused advance leaves the clock is the player's to know; a story that goes on says `at`.
        self.now = self.now.map(|now| now.plus(by));
        Ok(Step::Send { act: Act::AdvanceClock { by }, key: None })
    }

    fn expectation(&mut self, words: &mut Words<'_>) -> Read<Step> {
        if words.next_are("cycle") {
            return self.cycle(words);
        }
        if words.next_are("line") {
            return self.line_seen(words);
        }
        if words.next_are("unpaid") {
            return self.unpaid(words);
        }
        let (wallet, unit) = self.of()?;
        if words.next_are("left") {
            let mut expected = Vec::new();
            while !words.rest.is_empty() {
                expected.push(words.amount(unit)?.value());
            }
            return Ok(Step::Left { wallet, expected });
        }
        words.expect("balance")?;
        let posted = words.amount(unit)?.value();
        words.expect("pending")?;
        let pending = words.amount(unit)?.value();
        words.expect("available")?;
        let available = words.amount(unit)?.value();
        let expected = Balance { posted, pending, held: 0 };
        if expected.available() != available {
            return Err(format!("{} is not the balance less what is pending", Amount::new(available, unit)));
        }
        Ok(Step::Balance { wallet, expected })
    }
}

/// `as payment`, `as request` or `as event` and a name. An event's time is part of its name.
pub(super) fn key(words: &mut Words<'_>, line: &str, occurred_at: Option<Timestamp>) -> Read<Option<Name>> {
    let told = words.rest.join(" ");
    let body = line.strip_suffix(&told).unwrap_or(line);
    let space = match () {
        () if words.next_are("as payment") => KeySpace::Forever,
        () if words.next_are("as request") => KeySpace::Request,
        () if words.next_are("as event") => KeySpace::Event,
        () => return Ok(None),
    };
    let time = occurred_at.map(|time| time.to_string()).unwrap_or_default();
    let name = hash(&[words.take("a name")?, &time]);
    #[allow(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
    let body = hash(&[body]) as u64;
    Ok(Some(Name { space, name, body }))
}

/// FNV-1a over the texts, each with its end: enough to tell the names of one story apart, and the same in every run.
pub(super) fn hash(texts: &[&str]) -> u128 {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0]));
    bytes.fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash: u128, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}
