//! The tables on a server: one connection that writes, a few that read.

use std::sync::{Mutex, PoisonError};

use super::connect::PostgresServer;
use super::migrate::bring_up_to_date;
use super::session::{Begin, Link};
use crate::error::StoreError;
use crate::migrations::Database;
use crate::tables::{Durability, READERS_MAX, Reader, Readers, Tx};

/// The tables on a server. Connections are made when they are needed, and again when they were lost.
#[derive(Debug)]
pub(crate) struct PostgresTables {
    writer: Mutex<Link>,
    readers: Readers<Link>,
}

impl PostgresTables {
    /// Applies the migrations that are missing.
    pub(crate) fn open(server: &PostgresServer) -> Result<PostgresTables, StoreError> {
        bring_up_to_date(server, Database::Saldo)?;
        let readers = (0..READERS_MAX).map(|_| Link::new(server)).collect();
        Ok(PostgresTables { writer: Mutex::new(Link::new(server)), readers: Readers::new(readers) })
    }

    pub(crate) fn commit<T, E: From<StoreError>>(
        &self,
        durability: Durability,
        change: impl FnMut(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let begin = match durability {
            Durability::Full => Begin::Durable,
            Durability::RidesAlong => Begin::RidingAlong,
        };
        // A panic inside a transaction rolls it back, so the connection is as good as before.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).write(begin, change)
    }

    pub(crate) fn read<T, E: From<StoreError>>(
        &self,
        look: impl FnOnce(&Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.readers.take().read(look)
    }
}
