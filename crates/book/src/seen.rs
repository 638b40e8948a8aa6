//! Which commands have been seen: keys, by space.
//!
//! Event keys lie in buckets by the hour of the event's own time, request keys in one table whose rows carry the hour of arrival.
//! Every table is split into [`SHARDS`] parts by the key's first bits, so that a table that grows stalls the book for one part
//! only. Keys are keyed hashes made by the caller: their bits are as good as random and serve as the table's hash.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::codec::{CodecError, Reader, Write};
use crate::command::CommandKey;
use crate::decision::EntryRef;

const SHARDS: usize = 256;

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
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyTable {
    shards: Vec<HashTable<SeenKey>>,
    len: usize,
    /// The newest row of the journal that put a key here.
    newest: u64,
}

#[allow(clippy::cast_possible_truncation, reason = "the low half of the key is the hash")]
const fn hash_of(key: u128) -> u64 {
    key as u64
}

#[allow(clippy::cast_possible_truncation, reason = "the top byte")]
const fn shard_of(key: u128) -> usize {
    (key >> 120) as usize
}

impl KeyTable {
    fn get(&self, key: u128) -> Option<&SeenKey> {
        self.shards.get(shard_of(key))?.find(hash_of(key), |seen| seen.key == key)
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
            self.shards.resize_with(SHARDS, HashTable::new);
        }
        let shard = &mut self.shards[shard_of(seen.key)];
        if let Entry::Vacant(vacant) =
            shard.entry(hash_of(seen.key), |old| old.key == seen.key, |old| hash_of(old.key))
        {
            vacant.insert(seen);
            self.len += 1;
            self.newest = self.newest.max(seen.entry.position());
        }
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

    /// All keys, smallest first.
    fn sorted(&self) -> Vec<SeenKey> {
        let mut keys: Vec<SeenKey> = self.shards.iter().flat_map(|shard| shard.iter().copied()).collect();
        keys.sort_unstable_by_key(|seen| seen.key);
        keys
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.count(self.len());
        for seen in self.sorted() {
            out.u128(seen.key);
            out.u64(seen.body);
            out.u64(seen.entry.as_u64());
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<KeyTable, CodecError> {
        let mut table = KeyTable::default();
        for _ in 0..reader.count()? {
            let (key, body) = (reader.u128()?, reader.u64()?);
            table.insert(SeenKey { key, body, entry: EntryRef::from_u64(reader.u64()?) });
        }
        Ok(table)
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
            Some(table) if table.newest > position => table.drop_until(position),
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
        let hours =
            (0..hours).map(|_| Ok((reader.signed()?, KeyTable::read(reader)?))).collect::<Result<_, _>>()?;
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
    /// One table for all hours would be looked at once per command; a table per hour 168 times. The hour is kept beside.
    pub(crate) requests: RequestTable,
}

impl Seen {
    pub(crate) fn len(&self) -> usize {
        self.forever.len() + self.events.len() + self.requests.table.len()
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        self.forever.write(out);
        self.events.write(out);
        self.requests.table.write(out);
        out.count(self.requests.hours.len());
        for (hour, keys) in &self.requests.hours {
            out.signed(*hour);
            out.count(keys.len());
            keys.iter().for_each(|key| out.u128(*key));
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Seen, CodecError> {
        let (forever, events) = (KeyTable::read(reader)?, HourTables::read(reader)?);
        let table = KeyTable::read(reader)?;
        let mut hours = BTreeMap::new();
        for _ in 0..reader.count()? {
            let hour = reader.signed()?;
            let keys = reader.count()?;
            hours.insert(hour, (0..keys).map(|_| reader.u128()).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(Seen { forever, events, requests: RequestTable { table, hours } })
    }
}

/// Request keys in one table, and which of them arrived in which hour.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestTable {
    table: KeyTable,
    hours: BTreeMap<i64, Vec<u128>>,
}

impl RequestTable {
    pub(crate) fn sameness(&self, key: &CommandKey) -> Sameness {
        self.table.sameness(key)
    }

    pub(crate) fn insert(&mut self, hour: i64, seen: SeenKey) {
        self.table.insert(seen);
        self.hours.entry(hour).or_default().push(seen.key);
    }

    pub(crate) fn forget_before(&mut self, hour: i64) {
        let kept = self.hours.split_off(&hour);
        for key in std::mem::replace(&mut self.hours, kept).into_values().flatten() {
            if let Some(shard) = self.table.shards.get_mut(shard_of(key))
                && let Ok(found) = shard.find_entry(hash_of(key), |seen| seen.key == key)
            {
                found.remove();
                self.table.len -= 1;
            }
        }
    }
}
