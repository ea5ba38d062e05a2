//! Literals, as a person would write them.

use crate::declarations::Type;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// A whole number, with `_` between groups of three digits.
pub(super) fn int(value: i64) -> TokenStream {
    if value == i64::MIN {
        return quote!(i64::MIN);
    }
    let digits = unsigned(value.unsigned_abs());
    if value < 0 { quote!(-#digits) } else { digits }
}

/// A number without sign.
pub(super) fn unsigned(value: u64) -> TokenStream {
    grouped(&value.to_string()).parse().unwrap_or_else(|_| {
        let literal = Literal::u64_unsuffixed(value);
        quote!(#literal)
    })
}

/// A hash, in hexadecimal.
pub(super) fn hexadecimal(value: u64) -> TokenStream {
    let digits = format!("{value:016x}");
    let groups: Vec<&str> = [0, 4, 8, 12].iter().filter_map(|start| digits.get(*start..start + 4)).collect();
    let literal = Literal::u64_unsuffixed(value);
    format!("0x{}", groups.join("_")).parse().unwrap_or_else(|_| quote!(#literal))
}

/// A float.
pub(super) fn float(value: f64) -> TokenStream {
    let digits = format!("{:?}", value.abs());
    let literal = match digits.split_once('.') {
        Some((whole, rest)) if !rest.contains('e') => format!("{}.{rest}", grouped(whole)),
        _ => digits,
    };
    let literal: TokenStream = literal.parse().unwrap_or_else(|_| {
        let literal = Literal::f64_unsuffixed(value.abs());
        quote!(#literal)
    });
    if value.is_sign_negative() { quote!(-#literal) } else { literal }
}

/// A decimal from its digits.
pub(super) fn decimal(digits: &str) -> TokenStream {
    let (negative, digits) = digits.strip_prefix('-').map_or((false, digits), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let number = format!("{whole}{fraction}").replace('_', "");
    let number = number.trim_start_matches('0');
    let mantissa = if number.is_empty() { "0".to_owned() } else { grouped(number) };
    let mantissa: TokenStream = mantissa.parse().unwrap_or_else(|_| quote!(0));
    let mantissa = if negative { quote!(-#mantissa) } else { mantissa };
    let scale = fraction.replace('_', "").len() as u64;
    let scale = unsigned(scale);
    if number.len() <= 18 {
        quote!(rt::Decimal::new(#mantissa, #scale))
    } else {
        quote!(rt::Decimal::from_i128_with_scale(#mantissa, #scale))
    }
}

/// The bound of a rule, in the type of the value that it bounds.
pub(super) fn number(base: &Type, written: &str) -> TokenStream {
    match base {
        Type::Decimal => decimal(written),
        Type::Float => float(written.replace('_', "").parse().unwrap_or(0.0)),
        Type::Duration => {
            let micros = int(written.replace('_', "").parse().unwrap_or(0));
            quote!(rt::Duration::from_micros(#micros))
        }
        _ => int(written.replace('_', "").parse().unwrap_or(0)),
    }
}

fn grouped(digits: &str) -> String {
    if digits.len() <= 4 {
        return digits.to_owned();
    }
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        for (value, expected) in
            [(0, "0"), (-7, "- 7"), (1234, "1234"), (1_000_000, "1_000_000"), (i64::MIN, "i64 :: MIN")]
        {
            assert_eq!(int(value).to_string(), expected);
        }
        for (value, expected) in [(0.5, "0.5"), (-2.0, "- 2.0"), (12345.25, "12_345.25"), (1e300, "1e300")] {
            assert_eq!(float(value).to_string(), expected);
        }
        for (digits, expected) in [
            ("0.01", "rt :: Decimal :: new (1 , 2)"),
            ("-12.50", "rt :: Decimal :: new (- 1250 , 2)"),
            ("0", "rt :: Decimal :: new (0 , 0)"),
            ("1234567890123456789.5", "rt :: Decimal :: from_i128_with_scale (12_345_678_901_234_567_895 , 1)"),
        ] {
            assert_eq!(decimal(digits).to_string(), expected);
        }
        assert_eq!(hexadecimal(0xAB).to_string(), "0x0000_0000_0000_00ab");
    }
}
