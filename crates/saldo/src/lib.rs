//! saldo

pub mod look;
