//! What generated expressions need beside the functions of `value`.

use super::{BTreeMap, BTreeSet, Decimal, FromText, Refusal, ToText, text};

/// The parts of a text, one behind the other.
pub fn interpolate(parts: &[&dyn ToText]) -> Result<String, Refusal> {
    let mut out = String::new();
    for part in parts {
        part.push_text(&mut out);
    }
    text::check_length(out.len())?;
    Ok(out)
}

/// A length as the language has numbers.
pub fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A value from its text; none if the text is not one.
pub fn parsed<T: FromText>(text: &str) -> Option<T> {
    T::from_text(text).ok()
}

/// The nearest float.
pub fn float_from_int(value: i64) -> f64 {
    value as f64
}

/// The nearest float.
pub fn float_from_decimal(value: &Decimal) -> f64 {
    // Every decimal has far fewer digits than make a float infinite.
    value.to_string().parse().unwrap_or(0.0)
}

/// Whether two floats are equal: exactly.
pub fn same_float<T: PartialEq>(left: T, right: T) -> bool {
    left == right
}

/// One list behind the other.
pub fn joined<T>(mut left: Vec<T>, right: Vec<T>) -> Vec<T> {
    left.extend(right);
    left
}

/// The elements of both sets.
pub fn united<T: Ord + Clone>(mut left: BTreeSet<T>, right: &BTreeSet<T>) -> BTreeSet<T> {
    left.extend(right.iter().cloned());
    left
}

/// The elements of one set that are not in the other.
pub fn without<T: Ord>(mut left: BTreeSet<T>, right: &BTreeSet<T>) -> BTreeSet<T> {
    left.retain(|element| !right.contains(element));
    left
}

/// The entries of both maps; the second wins.
pub fn merged<K: Ord, V>(mut left: BTreeMap<K, V>, right: BTreeMap<K, V>) -> BTreeMap<K, V> {
    left.extend(right);
    left
}
