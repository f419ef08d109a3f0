//! The barcode of a boleto: 2 of 5 interleaved, 44 digits, wide bars three times the narrow ones.

/// Width of the whole symbol in narrow bars: start 4, 22 pairs of 18, stop 5.
pub(crate) const MODULES: u16 = 405;

/// For each digit, which of its five bars (or spaces) are wide.
const WIDE: [[bool; 5]; 10] = {
    const W: bool = true;
    const N: bool = false;
    [
        [N, N, W, W, N],
        [W, N, N, N, W],
        [N, W, N, N, W],
        [W, W, N, N, N],
        [N, N, W, N, W],
        [W, N, W, N, N],
        [N, W, W, N, N],
        [N, N, N, W, W],
        [W, N, N, W, N],
        [N, W, N, W, N],
    ]
};

/// The black bars of a barcode as (distance from the left edge, width), in narrow bars.
///
/// Of each pair of digits the first is written in bars and the second in the spaces between them.
/// The start is four narrow elements; the stop a wide bar, a narrow space and a narrow bar.
/// `None` unless the text is 44 digits.
pub(crate) fn bars(digits: &str) -> Option<Vec<(u16, u16)>> {
    let digits = digits.as_bytes();
    if digits.len() != 44 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let width = |wide: bool| if wide { 3 } else { 1 };
    let mut bars = vec![(0, 1), (2, 1)];
    let mut x = 4;
    for pair in digits.chunks_exact(2) {
        let in_bars = WIDE[usize::from(pair[0] - b'0')];
        let in_spaces = WIDE[usize::from(pair[1] - b'0')];
        for (bar, space) in in_bars.into_iter().zip(in_spaces) {
            bars.push((x, width(bar)));
            x += width(bar) + width(space);
        }
    }
    bars.extend([(x, 3), (x + 4, 1)]);
    Some(bars)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_has_405_modules_and_a_wide_first_stop_bar() {
        let bars = bars("00190500954014481606906809350314337370000000100").unwrap_or_default();
        assert!(bars.is_empty(), "47 digits are a writable line, not a barcode");
        let bars = super::bars(&"0123456789".repeat(5)[..44]).unwrap();
        assert_eq!(bars.len(), 2 + 22 * 5 + 2);
        assert_eq!(&bars[..3], &[(0, 1), (2, 1), (4, 1)]);
        assert_eq!(&bars[bars.len() - 2..], &[(MODULES - 5, 3), (MODULES - 1, 1)]);
    }

    #[test]
    fn only_44_digits_are_a_barcode() {
        assert_eq!(bars(""), None);
        assert_eq!(bars(&"1".repeat(43)), None);
        assert_eq!(bars(&format!("{}x", "1".repeat(43))), None);
    }
}
