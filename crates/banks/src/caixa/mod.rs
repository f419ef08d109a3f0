//! Caixa Econômica Federal.

pub mod bank;
pub mod title;
