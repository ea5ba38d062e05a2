use proptest::prelude::*;

use super::*;
use crate::value::samples::{dates, durations, timestamps};

fn timestamp(text: &str) -> Timestamp {
    Timestamp::parse(text).expect(text)
}

fn date(text: &str) -> Date {
    Date::parse(text).expect(text)
}

#[test]
fn every_day_is_the_one_of_jiff() {
    let mut expected = jiff::civil::date(0, 1, 1);
    for days in Date::MIN.days_since_epoch()..=Date::MAX.days_since_epoch() {
        let (year, month, day) = calendar::civil_from_days(days);
        let same = (i32::from(expected.year()), expected.month() as u32, expected.day() as u32);
        assert_eq!((year, month, day), same);
        assert_eq!(calendar::days_from_civil(year, month, day), days);
        expected = expected.tomorrow().unwrap_or(expected);
    }
}

#[test]
fn reads_and_refuses_dates() {
    assert_eq!(date("1970-01-01").days_since_epoch(), 0);
    assert_eq!(date("2026-11-22").to_string(), "2026-11-22");
    assert_eq!((date("0000-01-01"), date("9999-12-31")), (Date::MIN, Date::MAX));
    let start = date("2024-02-29").start_of_month();
    assert_eq!((start.year(), start.month(), start.day()), (2024, 2, 1));
    let bad = [
        ("2026-1-22", "must be a date such as"),
        ("2026-11-22T", "must be a date such as"),
        (" 2026-11-22", "must be a date such as"),
        ("+2026-11-22", "must be a date such as"),
        ("２026-11-22", "must be a date such as"),
        ("", "must be a date such as"),
        ("2026-02-29", "must be a day that exists"),
        ("1900-02-29", "must be a day that exists"),
        ("2026-13-01", "must be a day that exists"),
        ("2026-00-01", "must be a day that exists"),
        ("2026-01-00", "must be a day that exists"),
        ("2026-04-31", "must be a day that exists"),
    ];
    for (text, words) in bad {
        let complaint = Date::parse(text).expect_err(text).to_string();
        assert!(complaint.contains(words), "{text}: {complaint}");
    }
    assert_eq!(Date::from_days_since_epoch(Date::MAX.days_since_epoch() + 1), None);
    assert_eq!(Date::from_days_since_epoch(Date::MIN.days_since_epoch() - 1), None);
    assert!(Date::try_from(jiff::civil::date(-1, 1, 1)).is_err());
}

#[test]
fn reads_timestamps_with_any_offset() {
    let cases = [
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"),
        ("2026-11-22T08:30:00.5Z", "2026-11-22T08:30:00.500000Z"),
        ("2026-11-22T08:30:00.123456000Z", "2026-11-22T08:30:00.123456Z"),
        ("2026-11-22t08:30:00z", "2026-11-22T08:30:00.000000Z"),
        ("2026-11-22 08:30:00Z", "2026-11-22T08:30:00.000000Z"),
        ("2026-11-22T01:30:00+02:00", "2026-11-21T23:30:00.000000Z"),
        ("2026-11-22T23:30:00-05:30", "2026-11-23T05:00:00.000000Z"),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
        ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ];
    for (text, expected) in cases {
        assert_eq!(timestamp(text).to_string(), expected, "{text}");
    }
    assert_eq!((timestamp("0000-01-01T00:00:00Z"), timestamp(cases[9].0)), (Timestamp::MIN, Timestamp::MAX));
}

#[test]
fn refuses_timestamps() {
    let cases = [
        ("2026-11-22", "must be a point in time"),
        ("2026-11-22T08:30Z", "must be a point in time"),
        ("2026-11-22T08:30:00Zx", "must be a point in time"),
        ("x", "must be a point in time"),
        ("2026-11-22T08:30:00", "must end with an offset"),
        ("2026-11-22T08:30:00+0200", "must end with an offset"),
        ("2026-11-22T08:30:00+24:00", "must end with an offset"),
        ("2026-11-22T08:30:00.Z", "digits behind the point"),
        ("2026-11-22T08:30:00.1234567Z", "finer than microseconds"),
        ("2026-02-30T08:30:00Z", "a day that exists"),
        ("2026-11-22T24:00:00Z", "between `00:00:00` and `23:59:59`"),
        ("2026-11-22T23:59:60Z", "between `00:00:00` and `23:59:59`"),
        ("0000-01-01T00:00:00+01:00", "between the years 0 and 9999"),
        ("9999-12-31T23:00:00-01:00", "between the years 0 and 9999"),
    ];
    for (text, words) in cases {
        let complaint = Timestamp::parse(text).expect_err(text).to_string();
        assert!(complaint.contains(words), "{text}: {complaint}");
    }
    assert_eq!(Timestamp::from_micros(Timestamp::MAX.as_micros() + 1), None);
    assert_eq!(Timestamp::from_micros(Timestamp::MIN.as_micros() - 1), None);
    assert_eq!(Timestamp::from_micros_saturating(i64::MAX), Timestamp::MAX);
    assert_eq!(Timestamp::from_micros_saturating(i64::MIN), Timestamp::MIN);
}

#[test]
fn takes_timestamps_apart() {
    let before_epoch = timestamp("1969-12-31T23:59:59.999999Z");
    assert_eq!(before_epoch.date(), date("1969-12-31"));
    assert_eq!((before_epoch.year(), before_epoch.month()), (1969, 12));
    assert_eq!(before_epoch.start_of_month(), timestamp("1969-12-01T00:00:00Z"));
    assert_eq!(Timestamp::MAX.date(), Date::MAX);
    assert_eq!(Timestamp::MIN.date(), Date::MIN);
    assert_eq!(Timestamp::MAX.since(Timestamp::MIN).to_string(), "P3652424DT23H59M59.999999S");
}

#[test]
fn reads_and_writes_durations() {
    let second = 1_000_000;
    let cases = [
        ("PT0S", 0, "PT0S"),
        ("PT1H30M", 5_400 * second, "PT1H30M"),
        ("PT90M", 5_400 * second, "PT1H30M"),
        ("P2W", 14 * 86_400 * second, "P14D"),
        ("P1DT0.5S", 86_400 * second + second / 2, "P1DT0.5S"),
        ("-PT5S", -5 * second, "-PT5S"),
        ("+PT5S", 5 * second, "PT5S"),
        ("PT0.000001S", 1, "PT0.000001S"),
        ("PT1.100000000S", 1_100_000, "PT1.1S"),
        ("PT36H", 36 * 3_600 * second, "P1DT12H"),
        ("-P106751991DT4H54.775808S", i64::MIN, "-P106751991DT4H54.775808S"),
        ("P106751991DT4H54.775807S", i64::MAX, "P106751991DT4H54.775807S"),
    ];
    for (text, micros, written) in cases {
        let duration = Duration::parse(text).expect(text);
        assert_eq!(duration.as_micros(), micros, "{text}");
        assert_eq!(duration.to_string(), written, "{text}");
    }
}

#[test]
fn refuses_durations() {
    let cases = [
        ("", "such as"),
        ("P", "such as"),
        ("PT", "such as"),
        ("P1DT", "such as"),
        ("1H", "such as"),
        ("PT1", "such as"),
        ("P1H", "such as"),
        ("PT1D", "such as"),
        ("PT1M1H", "such as"),
        ("PT1H1H", "such as"),
        ("PT1S ", "such as"),
        ("P-1D", "such as"),
        ("PTT1S", "such as"),
        ("pt1s", "such as"),
        ("P1Y", "years or months"),
        ("P1M", "years or months"),
        ("PT1.S", "digits behind the point"),
        ("PT0.5H", "a fraction in its seconds only"),
        ("PT0.0000001S", "finer than microseconds"),
        ("P106751992D", "292 thousand years"),
        ("PT99999999999999999999999999S", "292 thousand years"),
    ];
    for (text, words) in cases {
        let complaint = Duration::parse(text).expect_err(text).to_string();
        assert!(complaint.contains(words), "{text}: {complaint}");
    }
    assert_eq!(Duration::from_millis(i64::MAX), None);
    assert_eq!(Duration::from_days(1).and_then(Duration::whole_days), Some(1));
    assert_eq!(Duration::from_micros(1).whole_days(), None);
}

#[test]
fn is_a_string_for_serde() {
    let text = r#"["2026-11-22T08:30:00.000000Z","2026-11-22","PT1H"]"#;
    let values: (Timestamp, Date, Duration) = serde_json::from_str(text).expect("values");
    assert_eq!(serde_json::to_string(&values).expect("JSON"), text);
    assert!(serde_json::from_str::<Date>(r#""2026-02-30""#).is_err());
    assert_eq!(format!("{:?} {:>5}", values.1, values.2), "2026-11-22  PT1H");
    assert_eq!("PT1H".parse(), Ok(values.2));
}

proptest! {
    #[test]
    fn text_reads_back(timestamp in timestamps(), date in dates(), duration in durations()) {
        prop_assert_eq!(Timestamp::parse(&timestamp.to_string()), Ok(timestamp));
        prop_assert_eq!(Date::parse(&date.to_string()), Ok(date));
        prop_assert_eq!(Duration::parse(&duration.to_string()), Ok(duration));
    }

    #[test]
    fn agrees_with_jiff(timestamp in timestamps(), date in dates(), duration in durations()) {
        if let Ok(same) = jiff::Timestamp::try_from(timestamp) {
            prop_assert_eq!(same.to_string().parse::<Timestamp>(), Ok(timestamp));
            prop_assert_eq!(timestamp.to_string().parse::<jiff::Timestamp>().ok(), Some(same));
            prop_assert_eq!(Timestamp::try_from(same), Ok(timestamp));
        }
        prop_assert_eq!(Date::try_from(jiff::civil::Date::from(date)), Ok(date));
        prop_assert_eq!(date.to_string(), jiff::civil::Date::from(date).to_string());
        let same = jiff::SignedDuration::from(duration);
        prop_assert_eq!(Duration::try_from(same), Ok(duration));
        if duration.whole_days() == Some(0) || duration.as_micros().unsigned_abs() < 86_400_000_000 {
            prop_assert_eq!(duration.to_string().parse::<jiff::SignedDuration>().ok(), Some(same));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[-+PTZWDHMS0-9:.]{0,24}") {
        let _ = Timestamp::parse(&text);
        let _ = Date::parse(&text);
        let _ = Duration::parse(&text);
    }
}
