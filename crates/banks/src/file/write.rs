//! A remittance written.

use super::{FileError, FileLayout, RemittanceHead, RemittanceOrder};
use crate::contract::Problem;

impl FileLayout {
    /// The remittance with these orders, complete with its end of line characters.
    ///
    /// # Errors
    /// Everything that is wrong, in head, agreement and every order, and then no file at all.
    pub fn write(
        &'static self,
        _head: &RemittanceHead<'_>,
        _orders: &[RemittanceOrder],
    ) -> Result<Vec<u8>, Vec<FileError>> {
        Err(vec![FileError {
            order: None,
            problem: Problem {
                field: "layout".to_owned(),
                code: "not_supported",
                message: format!("o layout {} ainda não grava remessas", self.name()),
            },
        }])
    }
}
