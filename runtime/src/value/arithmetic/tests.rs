use proptest::prelude::*;

use super::*;
use crate::value::samples::decimals;

fn dec(text: &str) -> Decimal {
    decimal::parse(text).expect(text)
}

fn text(value: Result<Decimal, Refusal>) -> String {
    value.map_or_else(|refusal| refusal.to_string(), |value| value.to_string())
}

#[test]
fn ints_never_wrap() {
    assert_eq!((add_int(1, 2), sub_int(1, 2), mul_int(-3, 2)), (Ok(3), Ok(-1), Ok(-6)));
    assert_eq!((div_int(7, 2), div_int(-7, 2), rem_int(-7, 2), rem_int(7, -2)), (Ok(3), Ok(-3), Ok(-1), Ok(1)));
    assert_eq!((neg_int(5), abs_int(-5), rem_int(i64::MIN, -1)), (Ok(-5), Ok(5), Ok(0)));
    let refused = [
        add_int(i64::MAX, 1),
        sub_int(i64::MIN, 1),
        mul_int(i64::MAX, 2),
        div_int(i64::MIN, -1),
        neg_int(i64::MIN),
        abs_int(i64::MIN),
        div_int(1, 0),
        rem_int(1, 0),
    ];
    for result in refused {
        assert_eq!(result.map_err(|refusal| refusal.status()), Err(422));
    }
}

#[test]
fn floats_stay_finite() {
    assert_eq!((add_float(0.5, 0.25), mul_float(2.0, 3.0), div_float(1.0, 4.0)), (Ok(0.75), Ok(6.0), Ok(0.25)));
    assert_eq!((rem_float(-7.5, 2.0), neg_float(1.0), abs_float(-1.0)), (Ok(-1.5), Ok(-1.0), Ok(1.0)));
    for result in [mul_float(f64::MAX, 2.0), sub_float(f64::MIN, f64::MAX), div_float(1.0, -0.0), rem_float(1.0, 0.0)] {
        assert!(result.is_err());
    }
}

#[test]
fn decimals_are_exact() {
    let max = "79228162514264337593543950335";
    let add = |left: &str, right: &str| text(add_decimal(&dec(left), &dec(right)));
    assert_eq!(add("1.50", "1.50"), "3.00");
    assert_eq!(add("0.1", "0.2"), "0.3");
    assert_eq!(add("1.0000000000000000000000000000", "79228162514264337593543950334"), max);
    assert!(add(max, "1").contains("more digits"));
    assert!(add(max, "0.1").contains("more digits"));
    assert!(add("10000000000000000000000000000", "0.0000000000000000000000000001").contains("more digits"));
    assert_eq!(text(sub_decimal(&dec("1"), &dec("1.00"))), "0.00");
    let mul = |left: &str, right: &str| text(mul_decimal(&dec(left), &dec(right)));
    assert_eq!(mul("1.5", "-2.25"), "-3.375");
    assert_eq!(mul("0", max), "0");
    assert_eq!(mul("39614081257132168796771975168", "0.5"), "19807040628566084398385987584");
    assert_eq!(
        mul("20000000000000000000000000000", "0.0000000000000000000000000005"),
        "10.000000000000000000000000000"
    );
    assert!(mul("0.0000000000000000000000000001", "0.1").contains("more digits"));
    assert!(mul(max, "2").contains("more digits"));
    assert!(mul(max, max).contains("more digits"));
    assert_eq!(text(neg_decimal(&dec("0"))), "0");
    assert_eq!((text(neg_decimal(&dec("-1.5"))), text(abs_decimal(&dec("-1.5")))), ("1.5".into(), "1.5".into()));
    assert_eq!(text(rem_decimal(&dec("-7.5"), &dec("2"))), "-1.5");
    assert_eq!(text(rem_decimal(&dec("1"), &dec("0.00"))), "a calculation divides by zero");
}

#[test]
fn quotients_round_half_to_even() {
    let div = |left: &str, right: &str| text(div_decimal(&dec(left), &dec(right)));
    let cases = [
        ("1", "4", "0.25"),
        ("6", "3", "2"),
        ("1", "3", "0.3333333333333333333333333333"),
        ("2", "3", "0.6666666666666666666666666667"),
        ("-2", "3", "-0.6666666666666666666666666667"),
        ("200", "3", "66.666666666666666666666666667"),
        ("1", "0.0005", "2000"),
        ("0", "7", "0"),
        ("0.0000000000000000000000000001", "2", "0.0000000000000000000000000000"),
        ("0.0000000000000000000000000003", "2", "0.0000000000000000000000000002"),
        ("79228162514264337593543950335", "10", "7922816251426433759354395033.5"),
        (
            "79228162514264337593543950335",
            "0.1",
            "the result of a calculation has more digits than a decimal holds; round it",
        ),
        ("1", "0", "a calculation divides by zero"),
    ];
    for (left, right, expected) in cases {
        assert_eq!(div(left, right), expected, "{left} / {right}");
    }
}

#[test]
fn rounds_half_to_even() {
    let decimals = [("2.5", 0, "2"), ("3.5", 0, "4"), ("-2.5", 0, "-2"), ("-2.51", 0, "-3"), ("1.005", 2, "1.00")];
    for (value, digits, expected) in decimals {
        assert_eq!(text(round_decimal(&dec(value), digits)), expected, "{value}");
    }
    assert_eq!(text(round_decimal(&dec("1.5"), 28)), "1.5");
    assert_eq!(text(round_decimal(&dec("9.99"), 1)), "10.0");
    let floats = [(2.5, 0, 2.0), (3.5, 0, 4.0), (1.25, 1, 1.2), (2.675, 2, 2.67), (-0.4, 0, 0.0), (1e300, 2, 1e300)];
    for (value, digits, expected) in floats {
        assert_eq!(round_float(value, digits), Ok(expected), "{value}");
    }
    assert_eq!((round_int(5, 0), round_int(5, 3)), (Ok(5), Ok(5)));
    assert!(round_float(1.0, -1).is_err() && round_float(1.0, 29).is_err() && round_int(1, -1).is_err());
}

#[test]
fn makes_decimals() {
    assert_eq!(text(decimal_from_int(i64::MIN)), "-9223372036854775808");
    assert_eq!(text(decimal_from_float(0.1)), "0.1");
    assert_eq!(text(decimal_from_float(-2.0)), "-2");
    assert!(decimal_from_float(1e40).is_err() && decimal_from_float(1e-40).is_err());
    assert_eq!(text(decimal_from_string("12.50")), "12.50");
    assert!(decimal_from_string("x").is_err());
}

#[test]
fn times_move_by_spans() {
    let day = Duration::from_days(1).expect("a day");
    let start = Timestamp::UNIX_EPOCH;
    let next = add_timestamp(start, day).expect("a time");
    assert_eq!(next.to_string(), "1970-01-02T00:00:00.000000Z");
    assert_eq!(
        (sub_timestamp(next, day), since_timestamp(next, start), since_timestamp(start, next)),
        (Ok(start), Ok(day), neg_duration(day))
    );
    let date = start.date();
    assert_eq!(add_date(date, day), Ok(next.date()));
    assert_eq!((sub_date(next.date(), day), since_date(next.date(), date)), (Ok(date), Ok(day)));
    assert!(add_date(date, Duration::from_micros(1)).is_err());
    assert!(add_date(Date::MAX, day).is_err() && sub_date(Date::MIN, day).is_err());
    assert!(add_date(date, Duration::from_days(106_751_991).expect("long")).is_err());
    assert!(add_timestamp(Timestamp::MAX, Duration::from_micros(1)).is_err());
    assert!(sub_timestamp(Timestamp::MIN, Duration::MIN).is_err());
}

#[test]
fn spans_never_wrap() {
    let span = Duration::from_micros;
    assert_eq!((add_duration(span(1), span(2)), sub_duration(span(1), span(2))), (Ok(span(3)), Ok(span(-1))));
    assert_eq!(
        (mul_duration(span(3), -2), div_duration(span(-7), 2), abs_duration(span(-7))),
        (Ok(span(-6)), Ok(span(-3)), Ok(span(7)))
    );
    let refused = [
        add_duration(Duration::MAX, span(1)),
        sub_duration(Duration::MIN, span(1)),
        mul_duration(Duration::MAX, 2),
        div_duration(span(1), 0),
        div_duration(Duration::MIN, -1),
        neg_duration(Duration::MIN),
        abs_duration(Duration::MIN),
    ];
    assert!(refused.iter().all(Result::is_err));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    /// What both libraries can hold exactly is the same, and ours never differs silently.
    #[test]
    fn decimals_agree_with_the_library(left in decimals(), right in decimals()) {
        if let Ok(sum) = add_decimal(&left, &right) {
            prop_assert_eq!(Some(sum), left.checked_add(right));
            prop_assert_eq!(sub_decimal(&sum, &right), Ok(left));
        }
        if let Ok(product) = mul_decimal(&left, &right) {
            prop_assert_eq!(Some(product), left.checked_mul(right));
        }
    }

    #[test]
    fn small_decimals_never_refuse(a in any::<i32>(), b in any::<i32>(), scales in (0..6_u32, 0..6_u32)) {
        let (left, right) = (Decimal::new(a.into(), scales.0), Decimal::new(b.into(), scales.1));
        prop_assert_eq!(add_decimal(&left, &right).ok(), left.checked_add(right));
        prop_assert_eq!(sub_decimal(&left, &right).ok(), left.checked_sub(right));
        prop_assert_eq!(mul_decimal(&left, &right).ok(), left.checked_mul(right));
        prop_assert_eq!(rem_decimal(&left, &right).ok(), left.checked_rem(right));
    }

    /// A quotient times the divisor is off by at most half of its last digit.
    #[test]
    fn quotients_are_the_nearest(left in decimals(), right in decimals()) {
        prop_assume!(!right.is_zero());
        if let Ok(quotient) = div_decimal(&left, &right)
            && let Ok(back) = mul_decimal(&quotient, &right)
        {
            let unit = Decimal::from_i128_with_scale(1, quotient.scale());
            let half = unit.checked_mul(right.abs()).and_then(|step| step.checked_div(Decimal::TWO));
            if let (Some(half), Ok(error)) = (half, sub_decimal(&back, &left)) {
                prop_assert!(error.abs() <= half + unit, "{} / {} = {}", left, right, quotient);
            }
        }
    }

    #[test]
    fn rounding_agrees_with_the_library(value in decimals(), digits in 0..28_u32) {
        prop_assert_eq!(round_decimal(&value, i64::from(digits)), Ok(value.round_dp(digits)));
    }
}
