//! Values kept as JSON text in one column.

use serde::Serialize;

use crate::StoreError;

/// As JSON text.
pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Internal(format!("not JSON: {e}")))
}

/// As JSON text, where there is something.
pub(crate) fn to_json_opt<T: Serialize + ?Sized>(
    value: Option<&T>,
) -> Result<Option<String>, StoreError> {
    value.map(to_json).transpose()
}
