//! Looking into a value of type `json`: every look gives an option.

use super::JsonValue;

/// A field of an object.
pub fn get<'v>(value: &'v JsonValue, name: &str) -> Option<&'v JsonValue> {
    value.as_object()?.get(name)
}

/// An element of a list; positions count from 0.
pub fn at(value: &JsonValue, position: i64) -> Option<&JsonValue> {
    value.as_array()?.get(usize::try_from(position).ok()?)
}

/// The text of a string.
pub fn as_string(value: &JsonValue) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A number that is written whole and fits into 64 bits.
pub fn as_int(value: &JsonValue) -> Option<i64> {
    value.as_i64()
}

/// Any number, as the nearest float.
pub fn as_float(value: &JsonValue) -> Option<f64> {
    value.as_f64()
}

/// `true` or `false`.
pub fn as_bool(value: &JsonValue) -> Option<bool> {
    value.as_bool()
}

/// The elements of an array.
pub fn as_list(value: &JsonValue) -> Option<Vec<JsonValue>> {
    value.as_array().cloned()
}

/// The fields of an object, ordered by name.
pub fn as_map(value: &JsonValue) -> Option<std::collections::BTreeMap<String, JsonValue>> {
    let fields = value.as_object()?;
    Some(fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// Whether it is `null`.
pub fn is_null(value: &JsonValue) -> bool {
    value.is_null()
}

/// The values directly inside of a list or an object.
pub(super) fn children(value: &JsonValue) -> impl Iterator<Item = &JsonValue> {
    let elements = value.as_array().into_iter().flatten();
    elements.chain(value.as_object().into_iter().flat_map(serde_json::Map::values))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_look_is_an_option() {
        let value = json!({"a": [1, "x", 2.5, true, null], "b": {"c": 3}});
        let list = get(&value, "a").expect("a list");
        assert_eq!(at(list, 0).and_then(as_int), Some(1));
        assert_eq!(at(list, 0).and_then(as_float), Some(1.0));
        assert_eq!(at(list, 1).and_then(as_string), Some("x".to_owned()));
        assert_eq!(at(list, 2).and_then(as_int), None);
        assert_eq!(at(list, 2).and_then(as_float), Some(2.5));
        assert_eq!(at(list, 3).and_then(as_bool), Some(true));
        assert!(at(list, 4).is_some_and(is_null));
        assert_eq!(at(list, 5), None);
        assert_eq!(at(list, -1), None);
        assert_eq!(as_list(list).map(|list| list.len()), Some(5));
        assert_eq!(as_list(&value), None);
        assert_eq!(get(list, "a"), None);
        assert_eq!(get(&value, "c"), None);
        assert_eq!(get(&value, "b").and_then(as_map).and_then(|map| map.get("c").cloned()), Some(json!(3)));
    }
}
