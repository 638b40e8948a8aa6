//! The words of an internet provider: plans, packs, a line, what its router reports, what is bought for it.

use book::{
    Act, Awaiting, Behind, Buying, Charging, CycleTerms, FreeWindow, LineAct, LineStatus, LineWish, Octets,
    Pack, PackNo, PaidBy, Plan, PlanNo, PurchaseRules, Reading, ReadingKind, Release, TakeBack, TrafficNo,
    Validity,
};
use money::{Amount, GrantId, LineId, PurchaseId, Timestamp, Unit};

use super::read::{Read, Reader, Words, hash};
use super::{Name, Step};

/// What is known of plans, packs, purchases and sessions so far.
#[derive(Default)]
pub(super) struct Provider {
    pub(super) plans: Vec<(String, Plan)>,
    pub(super) packs: Vec<(String, Pack)>,
    purchases: Vec<(String, Awaiting)>,
    sessions: Vec<(String, Timestamp)>,
    traffic: Vec<String>,
}

impl Words<'_> {
    /// `12.5 GB`: thousands of thousands, as providers count.
    fn bytes(&mut self) -> Read<i64> {
        let text = self.take("how much")?;
        let decimals = match self.take("bytes, KB, MB or GB")? {
            "bytes" => 0,
            "KB" => 3,
            "MB" => 6,
            "GB" => 9,
            other => return Err(format!("`{other}` is not bytes, KB, MB or GB")),
        };
        let unit = Unit::new("BYTES", decimals).map_err(|wrong| wrong.to_string())?;
        Amount::parse(text, unit).map(|amount| amount.value()).map_err(|wrong| format!("`{text}` is {wrong}"))
    }

    pub(super) fn paid_by(&mut self) -> Read<PaidBy> {
        let by = self.take("boleto, pix, card or hand")?;
        PaidBy::from_code(by).ok_or_else(|| format!("nothing is paid by `{by}`"))
    }

    fn status(&mut self) -> Read<LineStatus> {
        let code = self.take("enabled, blocked or cancelled")?;
        LineStatus::from_code(code).ok_or_else(|| format!("`{code}` is not enabled, blocked or cancelled"))
    }

    fn price(&mut self) -> Read<Amount> {
        let text = self.take("a price")?;
        let unit = self.unit()?;
        Amount::parse(text, unit).map_err(|wrong| format!("`{text}` is {wrong}"))
    }

    fn number(&mut self, wanted: &str) -> Read<u32> {
        let text = self.take(wanted)?;
        text.parse().map_err(|_| format!("`{text}` is no whole number"))
    }

    fn minute(&mut self) -> Read<u16> {
        let text = self.take("an hour like 23:00")?;
        let wrong = || format!("`{text}` is no hour like 23:00");
        let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
        let (hour, minute): (u16, u16) = (hour.parse().ok().zip(minute.parse().ok())).ok_or_else(wrong)?;
        if hour < 24 && minute < 60 { Ok(hour * 60 + minute) } else { Err(wrong()) }
    }
}

fn find<'a, T>(known: &'a [(String, T)], name: &str, what: &str) -> Read<&'a T> {
    let found = known.iter().find(|(known, _)| known == name);
    found.map(|(_, thing)| thing).ok_or_else(|| format!("no {what} is called `{name}`"))
}

/// Puts `thing` where `name` is, or at the end. Gives its place.
fn put<T>(known: &mut Vec<(String, T)>, name: &str, thing: impl FnOnce(u32) -> T) -> Read<()> {
    let place = known.iter().position(|(known, _)| known == name).unwrap_or(known.len());
    let thing = (name.to_owned(), thing(u32::try_from(place).map_err(|_| "too many")?));
    if place == known.len() {
        known.push(thing);
    } else {
        known[place] = thing;
    }
    Ok(())
}

impl Reader {
    pub(super) fn plan(&mut self, words: &mut Words<'_>) -> Read<Step> {
        let name = words.take("the plan's name")?;
        words.expect("gives")?;
        let allowance = words.bytes()?;
        let carried_max = if words.next_are("carries") { Some(words.bytes()?) } else { None };
        let mut free = Vec::new();
        while words.next_are("free from") {
            let from_minute = words.minute()?;
            words.expect("to")?;
            free.push(FreeWindow { from_minute, to_minute: words.minute()? });
        }
        let purchases = Some(PurchaseRules { balance_max: 0, unpaid_max: None });
        let mut zero_rated = Vec::new();
        while words.next_are("without counting") {
            zero_rated.push(self.traffic(words.take("what is not counted")?)?);
        }
        let plan = |no| Plan { no: PlanNo(no), allowance, carried_max, purchases, free, zero_rated };
        put(&mut self.provider.plans, name, plan)?;
        Ok(Step::Prices(self.prices()))
    }

    /// The number of traffic that is told apart under this name.
    fn traffic(&mut self, name: &str) -> Read<TrafficNo> {
        let place = self.provider.traffic.iter().position(|known| known == name);
        let place = place.unwrap_or_else(|| {
            self.provider.traffic.push(name.to_owned());
            self.provider.traffic.len() - 1
        });
        u32::try_from(place + 1).map(TrafficNo).map_err(|_| "too many".to_owned())
    }

    pub(super) fn pack(&mut self, words: &mut Words<'_>) -> Read<Step> {
        let name = words.take("the pack's name")?;
        words.expect("of")?;
        let plan = find(&self.provider.plans, words.take("a plan")?, "plan")?.no;
        words.expect("gives")?;
        let quantity = words.bytes()?;
        words.expect("for")?;
        let price = words.price()?;
        let release = if words.next_are("when paid") { Release::OnPayment } else { Release::OnPurchase };
        let chargings = Charging::ALL.map(|(way, _)| way).to_vec();
        let (validity, per_cycle_max) = (Validity::Cycle, None);
        put(&mut self.provider.packs, name, |no| Pack {
            no: PackNo(no),
            plan,
            quantity,
            price,
            chargings,
            release,
            validity,
            per_cycle_max,
        })?;
        Ok(Step::Prices(self.prices()))
    }

    pub(super) fn line(&mut self, words: &mut Words<'_>) -> Read<Step> {
        let (wallet, _) = self.of()?;
        let at = self.now()?;
        let act = if words.next_are("opens with") {
            let plan = find(&self.provider.plans, words.take("a plan")?, "plan")?.no;
            words.expect("on day")?;
            let day = words.number("a day of the month")?;
            let anchor_day = u8::try_from(day).map_err(|_| format!("no month has a day {day}"))?;
            LineAct::Open { line: LineId::from_u128(hash(&["line"]) ^ wallet.as_u128()), plan, anchor_day }
        } else if words.next_are("moves to") {
            LineAct::ChangePlan { plan: find(&self.provider.plans, words.take("a plan")?, "plan")?.no }
        } else {
            words.expect("is")?;
            match words.take("what it is")? {
                "slowed" => LineAct::Restrict { at },
                "restored" => LineAct::Restore { at },
                code => LineAct::SetStatus {
                    status: LineStatus::from_code(code).ok_or_else(|| {
                        format!("`{code}` is not slowed, restored, enabled, blocked or cancelled")
                    })?,
                },
            }
        };
        self.wish(act, None)
    }

    pub(super) fn session(&mut self, words: &mut Words<'_>) -> Read<Step> {
        let name = words.take("the session's name")?;
        let at = self.now()?;
        let traffic =
            if words.next_are("of") { Some(self.traffic(words.take("what it is")?)?) } else { None };
        let counts_all = !words.next_are("counted apart");
        let kind = match words.take("starts, reports or stops")? {
            "starts" => ReadingKind::Start,
            "reports" => ReadingKind::Interim,
            "stops" => {
                words.expect("at")?;
                ReadingKind::Stop
            }
            other => return Err(format!("`{other}` is not starts, reports or stops")),
        };
        if kind == ReadingKind::Start {
            put(&mut self.provider.sessions, name, |_| at)?;
        }
        let counted = if kind == ReadingKind::Start { 0 } else { words.bytes()? };
        // A report that was on its way tells of when it was so.
        let at = if words.next_are("as of") { words.time()? } else { at };
        let lasted = at.since(*find(&self.provider.sessions, name, "session")?) / Timestamp::SECOND;
        let counted = u64::try_from(counted).map_err(|_| "a counter is not below zero")?;
        #[allow(clippy::cast_possible_truncation, reason = "the two halves of a counter")]
        let octets = |counter: u64| Octets { low: counter as u32, high: Some((counter >> 32) as u32) };
        self.wish(
            LineAct::Read(Reading {
                nas: 1,
                behind: Behind::default(),
                is_dated: true,
                traffic,
                counts_all,
                session: hash(&["session", name]),
                kind,
                input: Some(octets(0)),
                output: Some(octets(counted)),
                session_seconds: u32::try_from(lasted).ok(),
                at,
            }),
            None,
        )
    }

    pub(super) fn buy(&mut self, words: &mut Words<'_>) -> Read<Step> {
        let pack = find(&self.provider.packs, words.take("a pack")?, "pack")?.clone();
        words.expect("by")?;
        let charging = words.take("boleto, next_invoice, card or pix")?;
        let charging =
            Charging::from_code(charging).ok_or_else(|| format!("nothing is charged by `{charging}`"))?;
        words.expect("named")?;
        let name = words.take("the purchase's name")?;
        words.expect("seeing")?;
        let sequence = words.number("how many purchases the page showed")?;
        words.expect("purchases")?;
        let purchase = PurchaseId::from_u128(hash(&["purchase", name]));
        let Pack { no: pack, quantity, price, validity, .. } = pack;
        put(&mut self.provider.purchases, name, |_| Awaiting {
            purchase,
            pack,
            charging,
            quantity,
            price,
            validity,
        })?;
        let grant = GrantId::from_u128(hash(&["grant", name]));
        self.wish(LineAct::Buy(Buying { purchase, grant, pack, quantity, price, charging, sequence }), None)
    }

    pub(super) fn pay(&mut self, words: &mut Words<'_>, line: &str) -> Read<Step> {
        let name = words.take("a purchase")?;
        let purchase = *find(&self.provider.purchases, name, "purchase")?;
        words.expect("by")?;
        let by = words.paid_by()?;
        let grant = GrantId::from_u128(hash(&["grant", name]));
        let key = super::read::key(words, line, None)?;
        self.wish(LineAct::Pay { purchase, grant, by }, key)
    }

    pub(super) fn drop_purchase(&mut self, words: &mut Words<'_>) -> Read<Step> {
        let purchase = find(&self.provider.purchases, words.take("a purchase")?, "purchase")?.purchase;
        self.wish(LineAct::Drop { purchase }, None)
    }

    pub(super) fn write_off(&mut self, words: &mut Words<'_>) -> Read<Step> {
        words.expect("off")?;
        let purchase = find(&self.provider.purchases, words.take("a purchase")?, "purchase")?.purchase;
        let rest = words.next_are("and take back the rest");
        let take_back = if rest { TakeBack::Rest } else { TakeBack::Nothing };
        self.wish(LineAct::WriteOff { purchase, take_back }, None)
    }

    pub(super) fn cycle(&mut self, words: &mut Words<'_>) -> Read<Step> {
        let (wallet, _) = self.of()?;
        let no = words.number("the cycle's number")?;
        let mut term = |name: &str| {
            words.expect(name)?;
            words.bytes()
        };
        let terms = CycleTerms {
            carried: term("carried")?,
            allowance: term("allowance")?,
            bought: term("bought")?,
            outside: term("outside")?,
            total: term("used")?,
            adjustments: term("adjusted")?,
        };
        let balance = term("balance")?;
        if terms.balance() != balance {
            return Err(format!("the terms come to {} bytes, not to {balance}", terms.balance()));
        }
        Ok(Step::Cycle { wallet, no, terms })
    }

    pub(super) fn line_seen(&mut self, words: &mut Words<'_>) -> Read<Step> {
        let (wallet, _) = self.of()?;
        let status = words.status()?;
        let is_restricted = !words.next_are("and not slowed");
        if is_restricted {
            words.expect("and slowed")?;
        }
        Ok(Step::Line { wallet, status, is_restricted })
    }

    pub(super) fn unpaid(&mut self, words: &mut Words<'_>) -> Read<Step> {
        Ok(Step::Unpaid { wallet: self.of()?.0, amount: words.price()? })
    }

    fn wish(&self, act: LineAct, key: Option<Name>) -> Read<Step> {
        let (wallet, _) = self.of()?;
        Ok(Step::Send { act: Act::Line(Box::new(LineWish { wallet, act })), key })
    }
}
