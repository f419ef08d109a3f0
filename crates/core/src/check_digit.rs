//! Modulo 10 and modulo 11, the two arithmetics of check digits at Brazilian banks.
//!
//! All functions take ASCII characters (`b'0'..=b'9'`; the CNPJ also `b'A'..=b'Z'`), whose
//! value is `ASCII − 48`; callers have checked them. The manuals differ only in the highest
//! weight and in what becomes of the remainders 0 and 1, so each bank's file says that itself.

/// Modulo 10: weights 2, 1, 2, 1… from the right, the digits of each product added.
///
/// Returns 0 to 9. Used for the three fields of the writable line, for our numbers and
/// accounts of several banks and for arrecadação (FEBRABAN).
pub fn mod10(digits: &[u8]) -> u8 {
    const DOUBLED: [u8; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    let mut sum = 0_u32;
    for (i, digit) in digits.iter().rev().enumerate() {
        let value = value(*digit);
        sum += match i % 2 {
            0 => u32::from(DOUBLED[usize::from(value % 10)]),
            _ => u32::from(value),
        };
    }
    ((10 - sum % 10) % 10) as u8
}

/// The sum of all values by weights 2, 3, … up to `highest_weight` and again from 2, going
/// from the right.
pub fn weighted_sum(characters: &[u8], highest_weight: u32) -> u32 {
    let mut weight = 2;
    let mut sum = 0;
    for character in characters.iter().rev() {
        sum += u32::from(value(*character)) * weight;
        weight = if weight >= highest_weight { 2 } else { weight + 1 };
    }
    sum
}

/// Modulo 11 for the general check digit of a boleto: weights 2 to 9; where 11 − remainder
/// is 0, 10 or 11 the digit is 1, so it is never zero (FEBRABAN).
pub fn mod11_boleto(digits: &[u8]) -> u8 {
    match 11 - weighted_sum(digits, 9) % 11 {
        10 | 11 => 1,
        digit => digit as u8,
    }
}

/// Modulo 11 of arrecadação: weights 2 to 9; where 11 − remainder is 10 or 11 the digit is 0
/// (FEBRABAN, layout of bills of utilities and taxes).
pub fn mod11_arrecadacao(digits: &[u8]) -> u8 {
    match 11 - weighted_sum(digits, 9) % 11 {
        10 | 11 => 0,
        digit => digit as u8,
    }
}

/// Modulo 11 as most banks have it: weights 2 to `highest_weight` from the right, and 11 −
/// remainder as an ASCII character. What becomes of the remainders 0 and 1, where that is 11
/// and 10, each bank says in its own way: `at_zero` and `at_one`.
pub fn mod11(digits: &[u8], highest_weight: u32, at_zero: u8, at_one: u8) -> u8 {
    match weighted_sum(digits, highest_weight) % 11 {
        0 => at_zero,
        1 => at_one,
        remainder => b'0' + (11 - remainder) as u8,
    }
}

/// The two check digits of the ASBACE key, as ASCII: modulo 10, then modulo 11 with weights 2
/// to 7 over the digits and the first one. Where the remainder is 1 the first grows by one (9
/// becomes 0) and the second is computed again; remainder 0 gives `0` (manuals of the state
/// banks that use the key).
pub fn asbace(digits: &[u8]) -> [u8; 2] {
    let mut first = mod10(digits);
    loop {
        let all = [digits, &[b'0' + first]].concat();
        match weighted_sum(&all, 7) % 11 {
            0 => return [b'0' + first, b'0'],
            1 => first = (first + 1) % 10,
            remainder => return [b'0' + first, b'0' + (11 - remainder) as u8],
        }
    }
}

/// The value of a character: 0 to 9 for digits, 17 to 42 for capitals.
fn value(character: u8) -> u8 {
    character.wrapping_sub(b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_printed_line_hold() {
        // The sample boleto of a bank's public remittance manual.
        assert_eq!(mod10(b"077900011"), 6);
        assert_eq!(mod10(b"1205620790"), 0);
        assert_eq!(mod10(b"0789973346"), 8);
        assert_eq!(mod11_boleto(b"0779947700000023990001112056207900789973346"), 1);
    }

    #[test]
    fn each_bank_says_what_becomes_of_the_remainders_0_and_1() {
        // 4 × 2 + 1 × 3 = 11; 1 × 2 + 2 × 3 + 1 × 4 = 12; 2 × 2 = 4.
        assert_eq!(mod11(b"14", 7, b'0', b'P'), b'0');
        assert_eq!(mod11(b"121", 7, b'0', b'P'), b'P');
        assert_eq!(mod11(b"2", 7, b'0', b'P'), b'7');
        // With weights up to 3 they begin again: 1 × 2 + 0 × 3 + 3 × 2 = 8.
        assert_eq!(mod11(b"301", 3, b'0', b'0'), b'3');
    }

    #[test]
    fn the_first_asbace_digit_grows_where_the_second_cannot_be() {
        // 42: 2 × 2 and 4 give 8, so 2; 2 × 2 + 2 × 3 + 4 × 4 = 26, 11 − 4 = 7.
        assert_eq!(asbace(b"00000042"), *b"27");
        // 16: 6 × 2 and 1 give 4, so 6; 6 × 2 + 6 × 3 + 1 × 4 = 34, whose remainder is 1; with 7
        // it is 36, 11 − 3 = 8.
        assert_eq!(asbace(b"00000016"), *b"78");
    }

    #[test]
    fn letters_weigh_as_ascii_minus_48() {
        // Worked example of the alphanumeric CNPJ (Receita Federal).
        assert_eq!(weighted_sum(b"12ABC34501DE", 9), 459);
        assert_eq!(weighted_sum(b"12ABC34501DE3", 9), 424);
    }
}
