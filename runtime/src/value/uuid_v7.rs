//! Version 7 UUIDs from a given time and given random bytes.

use super::{Timestamp, Uuid};

/// The UUID of a time and ten random bytes: a pure function, so that a replay finds the same one.
///
/// The first 48 bits are milliseconds since 1970 (a time before that counts as 1970), so later ones sort after
/// earlier ones; six bits are the version and the variant; the rest is random.
#[must_use]
pub fn uuid_v7(at: Timestamp, random: &[u8; 10]) -> Uuid {
    let millis = u64::try_from(at.as_micros().div_euclid(1000)).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_time_version_variant_and_random_bytes() {
        let at = Timestamp::parse("2026-11-22T08:30:00.123456Z").expect("a time");
        let uuid = uuid_v7(at, &[0xFF; 10]);
        assert_eq!(uuid.get_version_num(), 7);
        assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122);
        let millis = uuid.as_u128() >> 80;
        assert_eq!(millis, at.as_micros() as u128 / 1000);
        assert_eq!(uuid, uuid_v7(at, &[0xFF; 10]));
        assert!(uuid_v7(at, &[0; 10]) < uuid);
    }

    #[test]
    fn orders_by_time() {
        let earlier = Timestamp::from_micros_saturating(1_000_000);
        let later = Timestamp::from_micros_saturating(1_001_000);
        assert!(uuid_v7(earlier, &[0xFF; 10]) < uuid_v7(later, &[0; 10]));
        assert_eq!(uuid_v7(Timestamp::MIN, &[1; 10]), uuid_v7(Timestamp::UNIX_EPOCH, &[1; 10]));
    }
}
