//! The table of settings: how each is read from text, checked and shown.

use super::units::{parse_bytes, parse_duration, show_bytes, show_duration};
use super::{Config, LogFormat};
use crate::http::host::is_allowable;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

/// How many values a setting takes.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    One,
    List,
}

impl Shape {
    pub(super) fn in_file(self) -> &'static str {
        match self {
            Shape::One => "a string or a whole number",
            Shape::List => "a list of strings",
        }
    }
}

/// One setting. `set` gets exactly one value unless the setting is a list.
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) value_name: &'static str,
    pub(super) help: &'static str,
    pub(super) shape: Shape,
    pub(super) set: fn(&mut Config, &[&str]) -> Result<(), String>,
    pub(super) get: fn(&Config) -> Vec<String>,
}

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        name: "listen",
        value_name: "ADDRESS",
        help: "where to listen",
        shape: Shape::One,
        set: |config, values| {
            let words = "must be an address and a port, like `127.0.0.1:8080` or `[::]:80`";
            config.listen = one(values).parse().map_err(|_| told(values, words))?;
            Ok(())
        },
        get: |config| vec![config.listen.to_string()],
    },
    Setting {
        name: "data",
        value_name: "DIRECTORY",
        help: "the data directory",
        shape: Shape::One,
        set: |config, values| {
            if one(values).is_empty() {
                return Err("must name a directory".to_owned());
            }
            config.data = PathBuf::from(one(values));
            Ok(())
        },
        get: |config| vec![config.data.display().to_string()],
    },
    Setting {
        name: "allow_host",
        value_name: "NAME",
        help: "answer to this host name too, besides localhost and the listen address; may be repeated; `*` is any",
        shape: Shape::List,
        set: |config, values| {
            let wrong = values.iter().find(|host| !is_allowable(host));
            if let Some(wrong) = wrong {
                return Err(told(&[wrong], "must be a host name without a port, or `*`"));
            }
            config.allow_host = values.iter().map(|host| (*host).to_owned()).collect();
            Ok(())
        },
        get: |config| config.allow_host.clone(),
    },
    Setting {
        name: "max_body",
        value_name: "SIZE",
        help: "the longest body, unless an endpoint declares its own",
        shape: Shape::One,
        set: |config, values| bytes(&mut config.max_body_bytes, values, 1..=GIB),
        get: |config| vec![show_bytes(config.max_body_bytes)],
    },
    Setting {
        name: "header_timeout",
        value_name: "TIME",
        help: "for a whole request head",
        shape: Shape::One,
        set: |config, values| time(&mut config.header_timeout, values),
        get: |config| vec![show_duration(config.header_timeout)],
    },
    Setting {
        name: "body_timeout",
        value_name: "TIME",
        help: "for a body; each KiB received adds a second",
        shape: Shape::One,
        set: |config, values| time(&mut config.body_timeout, values),
        get: |config| vec![show_duration(config.body_timeout)],
    },
    Setting {
        name: "handler_timeout",
        value_name: "TIME",
        help: "for a handler, unless its endpoint declares its own",
        shape: Shape::One,
        set: |config, values| time(&mut config.handler_timeout, values),
        get: |config| vec![show_duration(config.handler_timeout)],
    },
    Setting {
        name: "write_timeout",
        value_name: "TIME",
        help: "for a client that does not read its answer",
        shape: Shape::One,
        set: |config, values| time(&mut config.write_timeout, values),
        get: |config| vec![show_duration(config.write_timeout)],
    },
    Setting {
        name: "keep_alive_timeout",
        value_name: "TIME",
        help: "for an idle connection",
        shape: Shape::One,
        set: |config, values| time(&mut config.keep_alive_timeout, values),
        get: |config| vec![show_duration(config.keep_alive_timeout)],
    },
    Setting {
        name: "drain_timeout",
        value_name: "TIME",
        help: "for requests in flight at shutdown",
        shape: Shape::One,
        set: |config, values| time(&mut config.drain_timeout, values),
        get: |config| vec![show_duration(config.drain_timeout)],
    },
    Setting {
        name: "max_connections",
        value_name: "COUNT",
        help: "the most connections at once",
        shape: Shape::One,
        set: |config, values| count(&mut config.max_connections, values),
        get: |config| vec![config.max_connections.to_string()],
    },
    Setting {
        name: "max_connections_per_ip",
        value_name: "COUNT",
        help: "the most connections from one address; loopback is exempt",
        shape: Shape::One,
        set: |config, values| count(&mut config.max_connections_per_ip, values),
        get: |config| vec![config.max_connections_per_ip.to_string()],
    },
    Setting {
        name: "segment_size",
        value_name: "SIZE",
        help: "the size of a journal segment",
        shape: Shape::One,
        set: |config, values| bytes(&mut config.segment_bytes, values, MIB..=GIB),
        get: |config| vec![show_bytes(config.segment_bytes)],
    },
    Setting {
        name: "snapshot_after",
        value_name: "SIZE",
        help: "take a snapshot after this much journal",
        shape: Shape::One,
        set: |config, values| bytes(&mut config.snapshot_bytes, values, MIB..=1024 * GIB),
        get: |config| vec![show_bytes(config.snapshot_bytes)],
    },
    Setting {
        name: "log_format",
        value_name: "FORMAT",
        help: "`text` or `json`",
        shape: Shape::One,
        set: |config, values| {
            config.log_format = match one(values) {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => return Err(told(values, "must be `text` or `json`")),
            };
            Ok(())
        },
        get: |config| {
            let name = match config.log_format {
                LogFormat::Text => "text",
                LogFormat::Json => "json",
            };
            vec![name.to_owned()]
        },
    },
];

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const TIME_MIN: Duration = Duration::from_millis(100);
const TIME_MAX: Duration = Duration::from_hours(24);
const COUNT_MAX: u64 = 1_000_000;

fn one<'v>(values: &[&'v str]) -> &'v str {
    values.first().copied().unwrap_or_default()
}

fn told(values: &[&str], words: &str) -> String {
    format!("{words}, not {:?}", one(values))
}

fn bytes(target: &mut u64, values: &[&str], range: RangeInclusive<u64>) -> Result<(), String> {
    let parsed = parse_bytes(one(values)).filter(|size| range.contains(size));
    *target = parsed.ok_or_else(|| {
        let (low, high) = (show_bytes(*range.start()), show_bytes(*range.end()));
        told(values, &format!("must be a size from {low} to {high}, like `8MiB`"))
    })?;
    Ok(())
}

fn time(target: &mut Duration, values: &[&str]) -> Result<(), String> {
    let parsed = parse_duration(one(values)).filter(|time| (TIME_MIN..=TIME_MAX).contains(time));
    *target = parsed.ok_or_else(|| {
        let (low, high) = (show_duration(TIME_MIN), show_duration(TIME_MAX));
        told(values, &format!("must be a time from {low} to {high}, like `10s`"))
    })?;
    Ok(())
}

fn count(target: &mut u64, values: &[&str]) -> Result<(), String> {
    let parsed = one(values).parse().ok().filter(|number| (1..=COUNT_MAX).contains(number));
    *target = parsed.ok_or_else(|| told(values, &format!("must be a whole number from 1 to {COUNT_MAX}")))?;
    Ok(())
}
