//! The whole book as bytes. A snapshot saves the time of a replay; it never changes an answer.
//!
//! Its last 32 bytes are the SHA-256 of all before them: one that was damaged is not read.

use money::{CustomerId, GrantId, PaymentId, Quantity, WalletId};
use sha2::{Digest, Sha256};

use crate::account::Account;
use crate::book::Book;
use crate::catalog::MeterNo;
use crate::codec::{CodecError, Reader, Write};
use crate::decision::{Balance, EntryRef, WalletNo};
use crate::line::{read_line, write_line};
use crate::record::{read_burns, read_price, read_source, source_byte, write_burns, write_price};
use crate::seen::Seen;
use crate::taken_back::{read_taken, write_taken};
use crate::wallet::{Grant, PaidSpan, Wallet, Window};

/// The layout of a snapshot. Another one is not read: the journal is replayed instead.
const SNAPSHOT_VERSION: u8 = 8;
/// Bytes of the SHA-256 at the end.
const SUM_LEN: usize = 32;

impl Book {
    /// Encodes everything that decides.
    pub fn to_snapshot(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64 + self.wallets.len() * 128 + self.seen.len() * 32);
        out.byte(SNAPSHOT_VERSION);
        out.u64(self.digest());
        out.unsigned(self.epoch);
        out.option(self.last_at, Write::time);
        out.signed(self.clock_offset);
        out.option(self.events_horizon, Write::signed);
        out.option(self.requests_horizon, Write::signed);
        out.count(self.accounts.len());
        for ((account, unit), total) in &self.accounts {
            // Only shared accounts are kept here; wallets carry their own balance.
            out.byte(account.byte().unwrap_or(u8::MAX));
            out.unit(*unit);
            out.slice(&total.to_be_bytes());
        }
        out.count(self.reversed.len());
        self.reversed.iter().for_each(|entry| out.u64(entry.as_u64()));
        out.count(self.wallets.len());
        self.wallets.iter().for_each(|wallet| write_wallet(&mut out, wallet));
        self.seen.write(&mut out);
        let sum: [u8; SUM_LEN] = Sha256::digest(&out).into();
        out.slice(&sum);
        out
    }

    /// Reads what [`Book::to_snapshot`] wrote. An error means: replay the journal from its beginning.
    pub fn from_snapshot(bytes: &[u8]) -> Result<Book, CodecError> {
        let (body, sum) = bytes.split_last_chunk::<SUM_LEN>().ok_or(CodecError::Truncated)?;
        if *sum != <[u8; SUM_LEN]>::from(Sha256::digest(body)) {
            return Err(CodecError::Range("sum of the snapshot"));
        }
        let reader = &mut Reader::new(body);
        match reader.byte()? {
            SNAPSHOT_VERSION => {}
            other => return Err(CodecError::Tag(other)),
        }
        let digest = reader.u64()?;
        let mut book = Book::new();
        book.epoch = reader.unsigned()?;
        book.last_at = reader.option(Reader::time)?;
        book.clock_offset = reader.signed()?;
        book.events_horizon = reader.option(Reader::signed)?;
        book.requests_horizon = reader.option(Reader::signed)?;
        for _ in 0..reader.count()? {
            let account = Account::from_byte(reader.byte()?).ok_or(CodecError::Range("account"))?;
            let unit = reader.unit()?;
            let total = i128::from_be_bytes(reader.u128()?.to_be_bytes());
            book.accounts.insert((account, unit), total);
        }
        for _ in 0..reader.count()? {
            book.reversed.insert(EntryRef::from_u64(reader.u64()?));
        }
        for no in 0..reader.count()? {
            book.add_wallet(read_wallet(reader)?);
            book.note_due(WalletNo(u32::try_from(no).map_err(|_| CodecError::Range("wallet"))?));
        }
        book.seen = Seen::read(reader)?;
        if !reader.is_empty() {
            return Err(CodecError::Trailing);
        }
        if book.digest() != digest {
            return Err(CodecError::Range("digest"));
        }
        Ok(book)
    }
}

fn write_wallet(out: &mut Vec<u8>, wallet: &Wallet) {
    out.u128(wallet.id.as_u128());
    out.u128(wallet.customer.as_u128());
    out.unit(wallet.unit);
    out.signed(wallet.debt_limit);
    out.signed(wallet.balance.posted);
    out.signed(wallet.balance.pending);
    out.signed(wallet.balance.held);
    out.signed(wallet.debt);
    out.unsigned(wallet.next_window_no.into());
    out.count(wallet.grants.len());
    wallet.grants.iter().for_each(|grant| write_grant(out, grant));
    out.count(wallet.windows.len());
    for (no, window) in &wallet.windows {
        out.unsigned((*no).into());
        out.unsigned(window.meter.0.into());
        out.time(window.opened_at);
        out.time(window.closes_at);
        write_price(out, window.price);
        out.signed(window.quantity.millionths());
        out.signed(window.pending);
        write_burns(out, &window.reserved);
    }
    out.count(wallet.paid.len());
    for (meter, spans) in &wallet.paid {
        out.unsigned(meter.0.into());
        out.count(spans.len());
        for span in spans {
            out.time(span.opened_at);
            out.time(span.closes_at);
        }
    }
    write_taken(out, wallet);
    out.byte(u8::from(wallet.is_frozen));
    out.option(wallet.line.as_deref(), write_line);
}

fn read_wallet(reader: &mut Reader<'_>) -> Result<Wallet, CodecError> {
    let id = WalletId::from_u128(reader.u128()?);
    let customer = CustomerId::from_u128(reader.u128()?);
    let unit = reader.unit()?;
    let mut wallet = Wallet::new(id, customer, unit, reader.signed()?);
    wallet.balance = Balance { posted: reader.signed()?, pending: reader.signed()?, held: reader.signed()? };
    wallet.debt = reader.signed()?;
    wallet.next_window_no = reader.u32()?;
    for no in 0..reader.count()? {
        wallet.grants.push(read_grant(reader)?);
        wallet.enliven(u32::try_from(no).map_err(|_| CodecError::Range("grant"))?);
    }
    for _ in 0..reader.count()? {
        let no = reader.u32()?;
        let window = Window {
            meter: MeterNo(reader.u32()?),
            opened_at: reader.time()?,
            closes_at: reader.time()?,
            price: read_price(reader)?,
            quantity: Quantity::from_millionths(reader.signed()?),
            pending: reader.signed()?,
            reserved: read_burns(reader)?,
        };
        wallet.windows.insert(no, window);
    }
    for _ in 0..reader.count()? {
        let meter = MeterNo(reader.u32()?);
        let spans = reader.count()?;
        let spans = (0..spans).map(|_| Ok(PaidSpan { opened_at: reader.time()?, closes_at: reader.time()? }));
        let spans = spans.collect::<Result<Vec<_>, CodecError>>()?;
        wallet.paid.insert(meter, spans);
    }
    read_taken(reader, &mut wallet)?;
    wallet.is_frozen = reader.flag()?;
    wallet.line = reader.option(read_line)?.map(Box::new);
    Ok(wallet)
}

fn write_grant(out: &mut Vec<u8>, grant: &Grant) {
    out.u128(grant.id.as_u128());
    out.signed(grant.amount);
    out.signed(grant.remaining);
    out.signed(grant.reserved);
    out.byte(source_byte(grant.source));
    out.byte(grant.priority);
    out.option(grant.scheduled_at, Write::time);
    out.option(grant.expires_at, Write::time);
    out.byte(u8::from(grant.expired));
    out.signed(grant.lost);
    out.option(grant.cost, Write::amount);
    out.option(grant.payment, |out, payment: PaymentId| out.u128(payment.as_u128()));
}

fn read_grant(reader: &mut Reader<'_>) -> Result<Grant, CodecError> {
    Ok(Grant {
        id: GrantId::from_u128(reader.u128()?),
        amount: reader.signed()?,
        remaining: reader.signed()?,
        reserved: reader.signed()?,
        source: read_source(reader)?,
        priority: reader.byte()?,
        scheduled_at: reader.option(Reader::time)?,
        expires_at: reader.option(Reader::time)?,
        expired: reader.flag()?,
        lost: reader.signed()?,
        cost: reader.option(Reader::amount)?,
        payment: reader.option(Reader::u128)?.map(PaymentId::from_u128),
    })
}
