//! Which commands have been seen: keys, by space.
//!
//! Event keys lie in buckets by the hour of the event's own time. Request keys lie in one table: they come in the order of the journal,
//! so the place at which an hour began tells which of them are older. Every table is split into parts by the key's first bits, so
//! that one that grows stalls the book for one part only. Keys are keyed hashes made by the caller: their bits are as good as random and serve as the table's hash.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::codec::{CodecError, Reader, Write};
use crate::command::CommandKey;
use crate::decision::EntryRef;

/// Parts of a table are two to the power of this.
const SHARD_BITS: u32 = 8;
/// The same of the request keys' table, which is the largest: a week of keys.
const REQUEST_SHARD_BITS: u32 = 10;
/// Request keys looked through for each row of the journal, up to the end of a part, until all that were forgotten are gone.
const TIDIED_KEYS_PER_ROW: usize = 4_096;
/// A part that could hold so many times what it holds gives memory back.
const SPARE_ROOM_MAX: usize = 4;

/// One key that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenKey {
    /// The key.
    pub key: u128,
    /// The hash of the body that came with it.
    pub body: u64,
    /// The decision that answered it.
    pub entry: EntryRef,
}

/// What is known of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sameness {
    /// Nothing.
    New,
    /// The same command was decided there.
    Same(EntryRef),
    /// Another command had this key.
    Other,
}

/// A table of keys in parts.
#[derive(Clone, Debug)]
pub(crate) struct KeyTable {
    shards: Vec<HashTable<SeenKey>>,
    shard_bits: u32,
    len: usize,
    /// Keys of decisions before this one are forgotten, whether they still lie here or not.
    kept_from: EntryRef,
    /// The newest decision that put a key here.
    newest: EntryRef,
}

#[allow(clippy::cast_possible_truncation, reason = "the low half of the key is the hash")]
const fn hash_of(key: u128) -> u64 {
    key as u64
}

impl Default for KeyTable {
    fn default() -> KeyTable {
        KeyTable::with_shards(SHARD_BITS)
    }
}

impl KeyTable {
    fn with_shards(shard_bits: u32) -> KeyTable {
        let first = EntryRef::from_u64(0);
        KeyTable { shards: Vec::new(), shard_bits, len: 0, kept_from: first, newest: first }
    }

    #[allow(clippy::cast_possible_truncation, reason = "the top bits alone are left")]
    const fn shard_of(&self, key: u128) -> usize {
        (key >> (u128::BITS - self.shard_bits)) as usize
    }

    fn get(&self, key: u128) -> Option<&SeenKey> {
        let shard = self.shards.get(self.shard_of(key))?;
        shard.find(hash_of(key), |seen| seen.key == key).filter(|seen| seen.entry >= self.kept_from)
    }

    pub(crate) fn sameness(&self, key: &CommandKey) -> Sameness {
        match self.get(key.key) {
            None => Sameness::New,
            Some(seen) if seen.body == key.body => Sameness::Same(seen.entry),
            Some(_) => Sameness::Other,
        }
    }

    pub(crate) fn insert(&mut self, seen: SeenKey) {
        if self.shards.is_empty() {
            self.shards.resize_with(1 << self.shard_bits, HashTable::new);
        }
        let place = self.shard_of(seen.key);
        let shard = &mut self.shards[place];
        match shard.entry(hash_of(seen.key), |old| old.key == seen.key, |old| hash_of(old.key)) {
            Entry::Vacant(vacant) => {
                vacant.insert(seen);
                self.len += 1;
            }
            Entry::Occupied(mut known) if known.get().entry < self.kept_from => *known.get_mut() = seen,
            Entry::Occupied(_) => return,
        }
        self.newest = self.newest.max(seen.entry);
    }

    /// Drops what is forgotten from one part, and says how many keys it looked through.
    fn tidy(&mut self, place: usize) -> usize {
        let Some(shard) = self.shards.get_mut(place) else { return 0 };
        let (before, kept_from) = (shard.len(), self.kept_from);
        shard.retain(|seen| seen.entry >= kept_from);
        self.len -= before - shard.len();
        if shard.capacity() / SPARE_ROOM_MAX > shard.len() {
            shard.shrink_to_fit(|seen| hash_of(seen.key));
        }
        before
    }

    fn len(&self) -> usize {
        self.len
    }

    fn drop_until(&mut self, position: u64) {
        for shard in &mut self.shards {
            shard.retain(|seen| seen.entry.position() > position);
        }
        self.len = self.shards.iter().map(HashTable::len).sum();
    }

    /// All keys that are not forgotten, smallest first.
    fn sorted(&self) -> Vec<SeenKey> {
        let known = self.shards.iter().flat_map(HashTable::iter).filter(|seen| seen.entry >= self.kept_from);
        let mut keys: Vec<SeenKey> = known.copied().collect();
        keys.sort_unstable_by_key(|seen| seen.key);
        keys
    }

    fn write(&self, out: &mut Vec<u8>) {
        let keys = self.sorted();
        out.count(keys.len());
        for seen in keys {
            out.u128(seen.key);
            out.u64(seen.body);
            out.u64(seen.entry.as_u64());
        }
    }

    fn read(mut self, reader: &mut Reader<'_>) -> Result<KeyTable, CodecError> {
        for _ in 0..reader.count()? {
            let (key, body) = (reader.u128()?, reader.u64()?);
            self.insert(SeenKey { key, body, entry: EntryRef::from_u64(reader.u64()?) });
        }
        Ok(self)
    }
}

/// Keys in one table per hour. Of old hours all but the latest news may lie in a run on disk: then the table here is not the
/// whole truth, and whoever has an answer to give looks there first.
#[derive(Clone, Debug, Default)]
pub(crate) struct HourTables {
    hours: BTreeMap<i64, KeyTable>,
    on_disk: BTreeSet<i64>,
}

impl HourTables {
    pub(crate) fn sameness(&self, hour: i64, key: &CommandKey) -> Sameness {
        self.hours.get(&hour).map_or(Sameness::New, |table| table.sameness(key))
    }

    pub(crate) fn insert(&mut self, hour: i64, seen: SeenKey) {
        self.hours.entry(hour).or_default().insert(seen);
    }

    pub(crate) fn forget_before(&mut self, hour: i64) {
        self.hours = self.hours.split_off(&hour);
        self.on_disk = self.on_disk.split_off(&hour);
    }

    /// Hours before `hour` of which there are keys here.
    pub(crate) fn before(&self, hour: i64) -> Vec<i64> {
        self.hours.range(..hour).map(|(hour, _)| *hour).collect()
    }

    pub(crate) fn on_disk(&self) -> Vec<i64> {
        self.on_disk.iter().copied().collect()
    }

    pub(crate) fn unseal(&mut self, hour: i64) {
        self.on_disk.remove(&hour);
    }

    pub(crate) fn is_on_disk(&self, hour: i64) -> bool {
        self.on_disk.contains(&hour)
    }

    pub(crate) fn sorted(&self, hour: i64) -> Vec<SeenKey> {
        self.hours.get(&hour).map(KeyTable::sorted).unwrap_or_default()
    }

    /// Drops the keys that rows up to `position` put into this hour: they are in its run on disk.
    pub(crate) fn seal(&mut self, hour: i64, position: u64) {
        self.on_disk.insert(hour);
        match self.hours.get_mut(&hour) {
            Some(table) if table.newest.position() > position => table.drop_until(position),
            _ => drop(self.hours.remove(&hour)),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.hours.values().map(KeyTable::len).sum()
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.count(self.hours.len());
        for (hour, table) in &self.hours {
            out.signed(*hour);
            table.write(out);
        }
        out.count(self.on_disk.len());
        self.on_disk.iter().for_each(|hour| out.signed(*hour));
    }

    fn read(reader: &mut Reader<'_>) -> Result<HourTables, CodecError> {
        let hours = reader.count()?;
        let hours = (0..hours)
            .map(|_| Ok((reader.signed()?, KeyTable::default().read(reader)?)))
            .collect::<Result<_, _>>()?;
        let on_disk = reader.count()?;
        let on_disk = (0..on_disk).map(|_| reader.signed()).collect::<Result<_, _>>()?;
        Ok(HourTables { hours, on_disk })
    }
}

/// All that has been seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) forever: KeyTable,
    pub(crate) events: HourTables,
    pub(crate) requests: RequestTable,
}

impl Seen {
    pub(crate) fn len(&self) -> usize {
        self.forever.len() + self.events.len() + self.requests.table.len()
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        self.forever.write(out);
        self.events.write(out);
        self.requests.write(out);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Seen, CodecError> {
        let (forever, events) = (KeyTable::default().read(reader)?, HourTables::read(reader)?);
        Ok(Seen { forever, events, requests: RequestTable::read(reader)? })
    }
}

/// Request keys in one table, which is looked at once per command, and where in the journal each hour of them begins.
///
/// What is forgotten is so at once, by its place alone; its memory is given back bit by bit with the rows that follow.
#[derive(Clone, Debug)]
pub(crate) struct RequestTable {
    table: KeyTable,
    /// The first decision with a key in each hour that is remembered.
    hours: BTreeMap<i64, EntryRef>,
    /// The newest decision that put a key here.
    newest: EntryRef,
    /// The part of the table that is tidied next; none is left behind the last part.
    untidy: usize,
}

impl Default for RequestTable {
    fn default() -> RequestTable {
        let table = KeyTable::with_shards(REQUEST_SHARD_BITS);
        let newest = EntryRef::from_u64(0);
        RequestTable { table, hours: BTreeMap::new(), newest, untidy: 1 << REQUEST_SHARD_BITS }
    }
}

impl RequestTable {
    pub(crate) fn sameness(&self, key: &CommandKey) -> Sameness {
        self.table.sameness(key)
    }

    /// Remembers a key that came in `hour`: not before the hour of the one before it.
    pub(crate) fn insert(&mut self, hour: i64, seen: SeenKey) {
        self.hours.entry(hour).or_insert(seen.entry);
        if self.newest.position() != seen.entry.position() {
            self.tidy();
        }
        self.newest = seen.entry;
        self.table.insert(seen);
    }

    /// Forgets the keys that came before `hour`.
    pub(crate) fn forget_before(&mut self, hour: i64) {
        self.hours = self.hours.split_off(&hour);
        let behind_all = EntryRef::from_u64(self.newest.as_u64() + 1);
        let kept_from = self.hours.values().next().copied().unwrap_or(behind_all);
        if kept_from > self.table.kept_from {
            self.table.kept_from = kept_from;
            self.untidy = 0;
        }
    }

    fn tidy(&mut self) {
        let mut looked_through = 0;
        while self.untidy < 1 << REQUEST_SHARD_BITS && looked_through < TIDIED_KEYS_PER_ROW {
            looked_through += self.table.tidy(self.untidy);
            self.untidy += 1;
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.table.write(out);
        out.count(self.hours.len());
        for (hour, first) in &self.hours {
            out.signed(*hour);
            out.u64(first.as_u64());
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<RequestTable, CodecError> {
        let mut requests = RequestTable::default();
        requests.table = requests.table.read(reader)?;
        requests.newest = requests.table.newest;
        for _ in 0..reader.count()? {
            requests.hours.insert(reader.signed()?, EntryRef::from_u64(reader.u64()?));
        }
        Ok(requests)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::KeySpace;

    const KEYS_PER_HOUR: u64 = 20_000;
    const KEYS_PER_ROW: u64 = 100;

    /// Spread over all bits, as keyed hashes are.
    fn key(n: u64) -> u128 {
        let mix = |n: u64| {
            n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
        };
        u128::from(mix(n)) << 64 | u128::from(mix(!n))
    }

    fn seen(n: u64) -> SeenKey {
        let ordinal = u32::try_from(n % KEYS_PER_ROW).expect("below a hundred");
        SeenKey { key: key(n), body: n, entry: EntryRef::new(1 + n / KEYS_PER_ROW, ordinal) }
    }

    fn is_known(table: &RequestTable, n: u64) -> bool {
        let asked = CommandKey { space: KeySpace::Request, key: key(n), body: n };
        table.sameness(&asked) == Sameness::Same(seen(n).entry)
    }

    fn hour_of(n: u64) -> i64 {
        i64::try_from(n / KEYS_PER_HOUR).expect("few hours")
    }

    #[test]
    fn what_is_forgotten_is_so_at_once_and_its_memory_is_given_back_by_and_by() {
        let mut table = RequestTable::default();
        (0..5 * KEYS_PER_HOUR).for_each(|n| table.insert(hour_of(n), seen(n)));
        table.forget_before(4);
        let oldest = 4 * KEYS_PER_HOUR;
        assert!(is_known(&table, oldest) && !is_known(&table, oldest - 1) && !is_known(&table, 0));
        assert_eq!(table.table.sorted().len(), 20_000);
        assert_eq!(table.table.len(), 100_000, "nothing was looked through in this decision");
        let room = |table: &RequestTable| table.table.shards.iter().map(HashTable::capacity).sum::<usize>();
        let roomy = room(&table);
        let mut last = table.table.len();
        for n in (5 * KEYS_PER_HOUR..).take(40 * 100) {
            table.insert(hour_of(n), seen(n));
            let len = table.table.len();
            assert!(last <= len + 2 * TIDIED_KEYS_PER_ROW, "a bounded number with each row");
            last = len;
        }
        assert_eq!(table.table.len(), 24_000);
        assert!(room(&table) < roomy / 2);
        let last = 5 * KEYS_PER_HOUR + 3_999;
        assert!(is_known(&table, last));
        table.forget_before(7);
        assert_eq!(table.table.sorted(), [], "an hour without any key of its own or later");
        let next = SeenKey { entry: EntryRef::from_u64(seen(last).entry.as_u64() + 1), ..seen(last) };
        table.insert(7, next);
        assert_eq!(table.table.sorted(), [next], "of the same row of the journal, behind the forgetting");
    }

    #[test]
    fn a_forgotten_key_that_comes_again_is_new_and_remembered_anew() {
        let mut table = RequestTable::default();
        table.insert(1, seen(0));
        table.forget_before(2);
        assert!(!is_known(&table, 0));
        let again = SeenKey { entry: EntryRef::new(9, 0), ..seen(0) };
        table.insert(2, again);
        assert_eq!(table.table.sorted(), [again]);
        table.insert(2, seen(0));
        assert_eq!(table.table.sorted(), [again], "the first answer stays");
    }

    #[test]
    fn a_table_read_back_goes_on_the_same() {
        let mut table = RequestTable::default();
        (0..3 * KEYS_PER_HOUR).for_each(|n| table.insert(hour_of(n), seen(n)));
        table.forget_before(1);
        let bytes = |table: &RequestTable| {
            let mut bytes = Vec::new();
            table.write(&mut bytes);
            bytes
        };
        let written = bytes(&table);
        let mut copy = RequestTable::read(&mut Reader::new(&written)).expect("it was just written");
        assert_eq!(bytes(&copy), written);
        for both in [&mut table, &mut copy] {
            (3 * KEYS_PER_HOUR..4 * KEYS_PER_HOUR).for_each(|n| both.insert(hour_of(n), seen(n)));
            both.forget_before(3);
        }
        assert_eq!(bytes(&copy), bytes(&table));
    }
}
