//! `saldo demo`: the whole program with its sandbox and sample customers.
