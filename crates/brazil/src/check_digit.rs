//! The sums that check digits are made of. What a remainder becomes (0, 1, X, P) differs by bank and is said where it is used.
//!
//! All take ASCII digits; what else may stand in a field is refused before it comes here. The letters of a CNPJ are counted, as
//! the Receita Federal prescribes, by their code less that of `0`.

/// Modulo 10: weights 2, 1, 2, … from the right; the digits of each product are added. 0 to 9.
pub(crate) fn modulo_10(digits: &str) -> u8 {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let product = value(byte) * if place % 2 == 0 { 2 } else { 1 };
            if product > 9 { product - 9 } else { product }
        })
        .sum();
    small((10 - sum % 10) % 10)
}

/// The weighted sum modulo 11: weights 2, 3, … `weight_max` from the right, then from 2 again. 0 to 10.
pub(crate) fn modulo_11_remainder(digits: &str, weight_max: u32) -> u8 {
    let weights = (2..=weight_max).cycle();
    let sum: u32 = digits.bytes().rev().zip(weights).map(|(byte, weight)| value(byte) * weight).sum();
    small(sum % 11)
}

/// 11 less the remainder, as documents and most banks have it; what has two digits becomes 0.
pub(crate) fn modulo_11_or_zero(digits: &str, weight_max: u32) -> u8 {
    match modulo_11_remainder(digits, weight_max) {
        0 | 1 => 0,
        remainder => 11 - remainder,
    }
}

/// The check digit of branches, accounts and numbers at the Banco do Brasil: modulo 11 with ten written as `X`.
pub(crate) fn modulo_11_x(digits: &str) -> char {
    match modulo_11_remainder(digits, 9) {
        0 => '0',
        1 => 'X',
        remainder => digit(11 - remainder),
    }
}

/// 0 to 9 as a character.
pub(crate) fn digit(value: u8) -> char {
    debug_assert!(value <= 9, "{value} is no digit");
    char::from(b'0' + value)
}

fn value(byte: u8) -> u32 {
    u32::from(byte.saturating_sub(b'0'))
}

fn small(number: u32) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_digits() {
        assert_eq!(modulo_10("001900000"), 9);
        assert_eq!(modulo_10("0123879877"), 9);
        assert_eq!(modulo_10("7770016818"), 8);
        assert_eq!(modulo_10("081053678"), 9);
        // From brcobranca's specs (MIT) for the Banco do Brasil.
        let cases =
            [("85068014982", '9'), ("05009401448", '1'), ("4042", '8'), ("61900", '0'), ("0719", '6')];
        for (digits, expected) in cases {
            assert_eq!(modulo_11_x(digits), expected, "{digits}");
        }
    }
}
