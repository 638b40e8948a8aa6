//! What routers call the services that they tell apart, as they said it last: staff list some of them in plans.

use money::Timestamp;

use super::{Reader, Tx};
use crate::error::StoreError;

/// Most services that are remembered: a router that makes names up fills no table.
pub const SERVICES_MAX: u32 = 200;

const SERVICES: &str = "SELECT name, seen_at FROM services_seen ORDER BY seen_at DESC, name LIMIT $1";
const SEE_AGAIN: &str = "UPDATE services_seen SET seen_at = $1 WHERE name = $2";
const COUNT: &str = "SELECT count(*) FROM services_seen";
const INSERT: &str = "INSERT INTO services_seen (name, seen_at) VALUES ($1, $2)";

impl Reader<'_> {
    /// Services that routers told of and when each was told of last, the latest first.
    pub fn services_seen(&self) -> Result<Vec<(String, Timestamp)>, StoreError> {
        self.all(SERVICES, &[&SERVICES_MAX])
    }
}

impl Tx<'_> {
    /// Says that a router told of this service. One that is new beyond [`SERVICES_MAX`] is not remembered.
    pub fn see_service(&self, name: &str, at: Timestamp) -> Result<(), StoreError> {
        if self.run(SEE_AGAIN, &[&at, &name])? == 0
            && self.one::<u32>(COUNT, &[])?.is_some_and(|count| count < SERVICES_MAX)
        {
            self.run(INSERT, &[&name, &at])?;
        }
        Ok(())
    }
}
