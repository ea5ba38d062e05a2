//! The functions of the language on lists, sets and maps.
//!
//! A lambda may refuse (it may calculate), so those that take one give a result, and stop at the first refusal.

use super::{Decimal, Duration, KeyBytes, OrderedKey, arithmetic};
use crate::refusal::Refusal;

/// What the function makes of each element.
pub fn map<T, U>(
    elements: impl IntoIterator<Item = T>,
    function: impl FnMut(T) -> Result<U, Refusal>,
) -> Result<Vec<U>, Refusal> {
    elements.into_iter().map(function).collect()
}

/// The elements for which the condition holds.
pub fn filter<T, C: FromIterator<T>>(
    elements: impl IntoIterator<Item = T>,
    mut condition: impl FnMut(&T) -> Result<bool, Refusal>,
) -> Result<C, Refusal> {
    let decided = elements.into_iter().map(|element| Ok((condition(&element)?, element)));
    decided.filter_map(|result| result.map(|(keep, element)| keep.then_some(element)).transpose()).collect()
}

/// Whether the condition holds for any element.
pub fn any<T>(
    elements: impl IntoIterator<Item = T>,
    mut condition: impl FnMut(T) -> Result<bool, Refusal>,
) -> Result<bool, Refusal> {
    for element in elements {
        if condition(element)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the condition holds for all elements.
pub fn all<T>(
    elements: impl IntoIterator<Item = T>,
    mut condition: impl FnMut(T) -> Result<bool, Refusal>,
) -> Result<bool, Refusal> {
    any(elements, |element| condition(element).map(|holds| !holds)).map(|broken| !broken)
}

/// The smallest element; the first of equal ones.
pub fn min<T: PartialOrd>(elements: impl IntoIterator<Item = T>) -> Option<T> {
    elements.into_iter().reduce(|smallest, element| if element < smallest { element } else { smallest })
}

/// The largest element; the first of equal ones.
pub fn max<T: PartialOrd>(elements: impl IntoIterator<Item = T>) -> Option<T> {
    elements.into_iter().reduce(|largest, element| if element > largest { element } else { largest })
}

/// The sum of whole numbers.
pub fn sum_int(elements: impl IntoIterator<Item = i64>) -> Result<i64, Refusal> {
    elements.into_iter().try_fold(0, arithmetic::add_int)
}

/// The sum of floats, from the first to the last.
pub fn sum_float(elements: impl IntoIterator<Item = f64>) -> Result<f64, Refusal> {
    elements.into_iter().try_fold(0.0, arithmetic::add_float)
}

/// The sum of decimals.
pub fn sum_decimal(elements: impl IntoIterator<Item = Decimal>) -> Result<Decimal, Refusal> {
    elements.into_iter().try_fold(Decimal::ZERO, |sum, element| arithmetic::add_decimal(&sum, &element))
}

/// The sum of spans.
pub fn sum_duration(elements: impl IntoIterator<Item = Duration>) -> Result<Duration, Refusal> {
    elements.into_iter().try_fold(Duration::ZERO, arithmetic::add_duration)
}

/// The elements ordered by a key; equal ones keep their order, and none comes last.
pub fn sort_by<T, K: OrderedKey>(
    elements: impl IntoIterator<Item = T>,
    mut key: impl FnMut(&T) -> Result<K, Refusal>,
) -> Result<Vec<T>, Refusal> {
    sort_by_bytes(elements, |element, out| key(element).map(|key| key.write_key(out)))
}

/// The elements ordered by a key, the largest first; equal ones keep their order, and none comes last.
pub fn sort_by_descending<T, K: OrderedKey>(
    elements: impl IntoIterator<Item = T>,
    mut key: impl FnMut(&T) -> Result<K, Refusal>,
) -> Result<Vec<T>, Refusal> {
    sort_by_bytes(elements, |element, out| key(element).map(|key| key.write_key_descending(out)))
}

fn sort_by_bytes<T>(
    elements: impl IntoIterator<Item = T>,
    mut key: impl FnMut(&T, &mut KeyBytes) -> Result<(), Refusal>,
) -> Result<Vec<T>, Refusal> {
    let mut keyed = Vec::new();
    for element in elements {
        let mut bytes = KeyBytes::new();
        key(&element, &mut bytes)?;
        keyed.push((bytes, element));
    }
    keyed.sort_by(|left, right| left.0.cmp(&right.0));
    Ok(keyed.into_iter().map(|(_, element)| element).collect())
}

/// The first `count` elements; none for a count below 1.
pub fn take<T, C: FromIterator<T>>(elements: impl IntoIterator<Item = T>, count: i64) -> C {
    elements.into_iter().take(usize::try_from(count).unwrap_or(0)).collect()
}

/// All but the first `count` elements; all of them for a count below 1.
pub fn skip<T, C: FromIterator<T>>(elements: impl IntoIterator<Item = T>, count: i64) -> C {
    elements.into_iter().skip(usize::try_from(count).unwrap_or(0)).collect()
}

/// The first element.
pub fn first<T>(elements: impl IntoIterator<Item = T>) -> Option<T> {
    elements.into_iter().next()
}

/// The last element.
pub fn last<T>(elements: impl IntoIterator<Item = T, IntoIter: DoubleEndedIterator>) -> Option<T> {
    elements.into_iter().next_back()
}

/// Whether the value is one of the elements.
pub fn contains<'e, T: PartialEq + 'e>(elements: impl IntoIterator<Item = &'e T>, value: &T) -> bool {
    elements.into_iter().any(|element| element == value)
}

/// `list[i]`: positions count from 0, and there is nothing at a negative one.
pub fn at<T>(list: &[T], position: i64) -> Option<&T> {
    list.get(usize::try_from(position).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuse<T>() -> Result<T, Refusal> {
        Err(Refusal::invalid("no"))
    }

    #[test]
    fn maps_and_filters() {
        assert_eq!(map([1, 2], |value| Ok(value * 2)), Ok(vec![2, 4]));
        assert_eq!(filter([1, 2, 3], |value| Ok(value % 2 == 1)), Ok(vec![1, 3]));
        assert!(map([1], |_| refuse::<i64>()).is_err());
        assert!(filter::<i64, Vec<_>>([1], |_| refuse()).is_err());
        assert_eq!((any([1, 2], |value| Ok(value == 2)), any([1], |value| Ok(value == 2))), (Ok(true), Ok(false)));
        assert_eq!((all([2, 2], |value| Ok(value == 2)), all([2, 1], |value| Ok(value == 2))), (Ok(true), Ok(false)));
        assert_eq!((any([], |_: i64| refuse()), all([], |_: i64| refuse())), (Ok(false), Ok(true)));
        assert!(any([1], |_| refuse()).is_err());
    }

    #[test]
    fn finds_extremes_and_sums() {
        assert_eq!((min([3, 1, 2]), max([3, 1, 2]), min::<i64>([])), (Some(1), Some(3), None));
        assert_eq!((min([0.5, -1.0]), max(["b", "a"])), (Some(-1.0), Some("b")));
        assert_eq!(sum_int([1, 2, 3]), Ok(6));
        assert!(sum_int([i64::MAX, 1]).is_err());
        assert_eq!(sum_float([0.5, 0.25]), Ok(0.75));
        assert!(sum_float([f64::MAX, f64::MAX]).is_err());
        assert_eq!(sum_decimal([Decimal::new(15, 1), Decimal::new(25, 1)]), Ok(Decimal::new(40, 1)));
        assert!(sum_decimal([Decimal::MAX, Decimal::MAX]).is_err());
        assert_eq!(sum_duration([Duration::from_micros(1); 3]), Ok(Duration::from_micros(3)));
        assert!(sum_duration([Duration::MAX, Duration::from_micros(1)]).is_err());
    }

    #[test]
    fn sorts_stably_with_none_last_both_ways() {
        let elements = [(None, 'a'), (Some(2), 'b'), (Some(1), 'c'), (Some(2), 'd'), (None, 'e')];
        let letters = |sorted: Result<Vec<(Option<i64>, char)>, Refusal>| {
            sorted.map(|list| list.iter().map(|(_, letter)| *letter).collect::<String>())
        };
        assert_eq!(letters(sort_by(elements, |element| Ok(element.0))), Ok("cbdae".to_owned()));
        assert_eq!(letters(sort_by_descending(elements, |element| Ok(element.0))), Ok("bdcae".to_owned()));
        assert!(sort_by([1], |_| refuse::<i64>()).is_err());
    }

    #[test]
    fn takes_pieces() {
        assert_eq!((take::<_, Vec<_>>([1, 2, 3], 2), skip::<_, Vec<_>>([1, 2, 3], 2)), (vec![1, 2], vec![3]));
        assert_eq!((take::<_, Vec<_>>([1, 2], -1), skip::<_, Vec<_>>([1, 2], -1)), (vec![], vec![1, 2]));
        assert_eq!((first([1, 2]), last([1, 2]), first::<i64>([])), (Some(1), Some(2), None));
        assert!(contains(&[1, 2], &2) && !contains(&[1, 2], &3));
        assert_eq!((at(&[1, 2], 1), at(&[1, 2], 2), at(&[1, 2], -1)), (Some(&2), None, None));
    }
}
