//! saldo
