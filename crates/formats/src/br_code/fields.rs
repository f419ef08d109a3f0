//! The row of fields `ID LEN VALUE` that a code and its templates are made of.

use super::{FieldId, PIX_DOMAIN, ReadError, ReadReason};

/// Walks over the fields of a code or of one template.
pub(super) struct Fields<'a> {
    /// The whole code, for positions.
    code: &'a str,
    /// Whether a character of it is always a byte.
    ascii: bool,
    /// Where the next field starts in it, in bytes.
    start: usize,
    /// Where this row ends in it, in bytes.
    end: usize,
    /// The template, when inside one.
    template: Option<u8>,
    /// One bit for each ID met.
    met: u128,
    three_digit_length: bool,
}

/// The subfields of a template whose 00 names Pix.
#[derive(Clone, Copy)]
pub(super) struct Template<'a> {
    pub(super) key: Option<&'a str>,
    pub(super) description: Option<&'a str>,
    pub(super) withdrawal_ispb: Option<&'a str>,
    pub(super) location: Option<&'a str>,
}

impl<'a> Fields<'a> {
    pub(super) fn of_code(code: &'a str) -> Self {
        Self {
            code,
            ascii: code.is_ascii(),
            start: 0,
            end: code.len(),
            template: None,
            met: 0,
            three_digit_length: false,
        }
    }

    /// The fields inside `value`, the field `id` that [`Fields::next`] has just given.
    pub(super) fn inside(&self, id: u8, value: &str) -> Self {
        Self {
            start: self.start - value.len(),
            end: self.start,
            template: Some(id),
            met: 0,
            three_digit_length: false,
            ..*self
        }
    }

    pub(super) fn is_ascii(&self) -> bool {
        self.ascii
    }

    pub(super) fn at_end(&self) -> bool {
        self.start == self.end
    }

    /// True when a template with a length of three digits was met.
    pub(super) fn had_three_digit_length(&self) -> bool {
        self.three_digit_length
    }

    /// An error at the field that comes next.
    pub(super) fn error(&self, reason: ReadReason, id: Option<u8>) -> ReadError {
        let field = match (id, self.template) {
            (Some(id), template) => Some(FieldId { template, id }),
            (None, Some(id)) => Some(FieldId { template: None, id }),
            (None, None) => None,
        };
        let before = self.code.get(..self.start).unwrap_or(self.code);
        ReadError { reason, field, position: Some(before.chars().count() + 1) }
    }

    fn rest(&self) -> &'a str {
        self.code.get(self.start..self.end).unwrap_or("")
    }

    /// The next field; `None` at the end of the row.
    pub(super) fn next(&mut self) -> Result<Option<(u8, &'a str)>, ReadError> {
        if self.at_end() {
            return Ok(None);
        }
        let rest = self.rest().as_bytes();
        let id = number(rest).ok_or_else(|| self.error(ReadReason::BadId, None))?;
        let length = number(&rest[2..]);
        let length = length.ok_or_else(|| self.error(ReadReason::BadLength, Some(id)))?;
        let (head, length) = match self.template {
            None if (26..=51).contains(&id) => match long_template(rest) {
                Some(length) => {
                    self.three_digit_length = true;
                    (5, length)
                }
                None => (4, usize::from(length)),
            },
            _ => (4, usize::from(length)),
        };
        let after = self.rest().get(head..);
        let value = after.and_then(|after| {
            if self.ascii { after.get(..length) } else { first_characters(after, length) }
        });
        let value = value.ok_or_else(|| self.error(ReadReason::Truncated, Some(id)))?;
        let bit = 1_u128 << id;
        if self.met & bit != 0 {
            return Err(self.error(ReadReason::Repeated, Some(id)));
        }
        self.met |= bit;
        self.start += head + value.len();
        Ok(Some((id, value)))
    }

    /// The template just given, when it is one of Pix; others may hold what they like.
    pub(super) fn pix_template(
        &self,
        id: u8,
        value: &'a str,
    ) -> Result<Option<Template<'a>>, ReadError> {
        let mut template =
            Template { key: None, description: None, withdrawal_ispb: None, location: None };
        let mut is_pix = false;
        let mut inner = self.inside(id, value);
        loop {
            match inner.next() {
                Ok(Some((0, domain))) => is_pix = domain.eq_ignore_ascii_case(PIX_DOMAIN),
                Ok(Some((1, key))) => template.key = Some(key),
                Ok(Some((2, description))) => template.description = Some(description),
                Ok(Some((3, ispb))) => template.withdrawal_ispb = Some(ispb),
                Ok(Some((25, location))) => template.location = Some(location),
                Ok(Some(_)) => {}
                Ok(None) => return Ok(is_pix.then_some(template)),
                Err(error) if is_pix => return Err(error),
                Err(_) => return Ok(None),
            }
        }
    }
}

/// Two digits.
fn number(text: &[u8]) -> Option<u8> {
    match text {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9', ..] => Some((tens - b'0') * 10 + (ones - b'0')),
        _ => None,
    }
}

/// The length of a Pix template that wrongly has three digits. Test environments of banks
/// issue such codes for long locations, with a checksum that matches.
fn long_template(field: &[u8]) -> Option<usize> {
    let length = field.get(2..5)?;
    let domain = field.get(9..9 + PIX_DOMAIN.len())?;
    let is_pix = &field[5..9] == b"0014" && domain.eq_ignore_ascii_case(PIX_DOMAIN.as_bytes());
    if !is_pix {
        return None;
    }
    std::str::from_utf8(length).ok()?.parse().ok()
}

/// The first so many characters; `None` when there are fewer.
fn first_characters(text: &str, count: usize) -> Option<&str> {
    let mut ends = text.char_indices().map(|(start, c)| start + c.len_utf8());
    let end = if count == 0 { 0 } else { ends.nth(count - 1)? };
    text.get(..end)
}
