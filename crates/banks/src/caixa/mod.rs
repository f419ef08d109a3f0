//! Caixa Econômica Federal.

pub mod bank;
