//! The one configuration of a server: flags before environment before file before defaults.
//!
//! Every setting stands in `SETTINGS` once; its flag, its environment variable, its key in the
//! file, its line in the help and its check follow from there.

mod settings;
mod units;

pub use crate::log::LogFormat;

use crate::http::{Patience, ServerOptions};
use crate::value::json::nearest;
use settings::{SETTINGS, Setting, Shape};
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Before the name of every environment variable.
const ENVIRONMENT_PREFIX: &str = "RAFTSTONE_";
/// The rate that a body must keep.
const BODY_BYTES_PER_SECOND: u64 = 1024;

/// All that an operator may choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The data directory.
    pub data: PathBuf,
    /// Further names that the server answers to.
    pub allow_host: Vec<String>,
    /// The longest body of an endpoint that declares none.
    pub max_body_bytes: u64,
    /// For a whole request head.
    pub header_timeout: Duration,
    /// Before the rate of a body counts.
    pub body_timeout: Duration,
    /// For a handler whose endpoint declares no time.
    pub handler_timeout: Duration,
    /// For a client that does not read.
    pub write_timeout: Duration,
    /// Between two requests of a connection.
    pub keep_alive_timeout: Duration,
    /// For requests in flight at shutdown.
    pub drain_timeout: Duration,
    /// The most connections at once.
    pub max_connections: u64,
    /// The most connections from one address other than loopback.
    pub max_connections_per_ip: u64,
    /// The size of a journal segment.
    pub segment_bytes: u64,
    /// A snapshot is taken after this much journal.
    pub snapshot_bytes: u64,
    /// How log lines look.
    pub log_format: LogFormat,
}

/// Where settings come from, as plain text, so that reading them needs no process around it.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Flags without their dashes, and their values.
    pub flags: Vec<(String, String)>,
    /// The whole environment.
    pub environment: Vec<(String, String)>,
    /// The path and the text of the configuration file.
    pub file: Option<(String, String)>,
}

impl Config {
    /// What holds when nothing is said.
    pub fn defaults(app: &str) -> Config {
        Config {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            data: PathBuf::from("data").join(app),
            allow_host: Vec::new(),
            max_body_bytes: 1024 * 1024,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(10),
            handler_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(10),
            keep_alive_timeout: Duration::from_mins(1),
            drain_timeout: Duration::from_secs(20),
            max_connections: 12_000,
            max_connections_per_ip: 100,
            segment_bytes: 64 * 1024 * 1024,
            snapshot_bytes: 256 * 1024 * 1024,
            log_format: LogFormat::Text,
        }
    }

    /// Reads all sources; the error is one line that names the source.
    pub fn load(app: &str, sources: &Sources) -> Result<Config, String> {
        let mut config = Config::defaults(app);
        if let Some((path, text)) = &sources.file {
            config.read_file(text).map_err(|error| format!("{path}: {error}"))?;
        }
        let mut environment: Vec<_> = sources.environment.iter().collect();
        // Which of several mistakes is reported must not depend on the order of the environment.
        environment.sort();
        for (variable, value) in environment {
            let Some(name) = variable.strip_prefix(ENVIRONMENT_PREFIX) else {
                continue;
            };
            if name == "CONFIG" {
                continue;
            }
            let setting = find(&name.to_ascii_lowercase(), &|known| environment_name(known))
                .map_err(|hint| format!("unknown environment variable `{variable}`{hint}"))?;
            let values: Vec<&str> = match setting.shape {
                Shape::One => vec![value],
                Shape::List => value.split(',').map(str::trim).collect(),
            };
            config.set(setting, &values).map_err(|error| format!("{variable}: {error}"))?;
        }
        config.read_flags(&sources.flags)?;
        Ok(config)
    }

    fn read_flags(&mut self, flags: &[(String, String)]) -> Result<(), String> {
        for (position, (flag, value)) in flags.iter().enumerate() {
            let setting = find(&flag.replace('-', "_"), &|known| flag_name(known))
                .ok()
                .filter(|_| !flag.contains('_'))
                .ok_or_else(|| unknown_flag(flag))?;
            let mut same = flags.iter().enumerate().filter(|(_, (other, _))| other == flag);
            if same.next().is_some_and(|(first, _)| first != position) {
                if matches!(setting.shape, Shape::One) {
                    return Err(format!("--{flag} is given more than once"));
                }
                // The first of a repeated flag has read them all.
                continue;
            }
            let mut values = vec![value.as_str()];
            values.extend(same.map(|(_, (_, value))| value.as_str()));
            if matches!(setting.shape, Shape::One) {
                values.truncate(1);
            }
            self.set(setting, &values).map_err(|error| format!("--{flag}: {error}"))?;
        }
        Ok(())
    }

    fn read_file(&mut self, text: &str) -> Result<(), String> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.map_or(1, |before| before.matches('\n').count() + 1);
            format!("line {line}: {}", error.message().replace('\n', " "))
        })?;
        for (key, value) in &table {
            let setting = find(key, &|known| known.to_owned()).map_err(|hint| format!("unknown key `{key}`{hint}"))?;
            let values = file_values(value, setting.shape)
                .ok_or_else(|| format!("`{key}` must be {}", setting.shape.in_file()))?;
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            self.set(setting, &values).map_err(|error| format!("`{key}`: {error}"))?;
        }
        Ok(())
    }

    fn set(&mut self, setting: &Setting, values: &[&str]) -> Result<(), String> {
        (setting.set)(self, values)
    }

    /// What the HTTP server is told; `url` is the app's own address as its schema gives it.
    pub fn server_options(&self, url: Option<&str>, openapi: &'static str) -> ServerOptions {
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        ServerOptions {
            listen: self.listen,
            url: url.map(str::to_owned),
            openapi,
            field_errors: false,
            allow_hosts: self.allow_host.clone(),
            max_body: count(self.max_body_bytes),
            handler_timeout: self.handler_timeout,
            patience: Patience {
                header: self.header_timeout,
                keep_alive: self.keep_alive_timeout,
                body_grace: self.body_timeout,
                body_bytes_per_second: BODY_BYTES_PER_SECOND,
                write_stall: self.write_timeout,
            },
            max_connections: count(self.max_connections),
            max_connections_per_ip: count(self.max_connections_per_ip),
            drain: self.drain_timeout,
        }
    }

    /// The whole configuration as a file that would give it.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        for setting in SETTINGS {
            let values: Vec<String> = (setting.get)(self).into_iter().map(|value| quoted(&value)).collect();
            let value = match setting.shape {
                Shape::One => values.concat(),
                Shape::List => format!("[{}]", values.join(", ")),
            };
            // Writing into a string cannot fail.
            let _ = writeln!(text, "{} = {value}", setting.name);
        }
        text
    }
}

/// A TOML string. JSON escapes the same characters in the same way, all but one.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// The settings as lines of the help text.
pub(crate) fn help_lines(app: &str) -> String {
    let defaults = Config::defaults(app);
    let mut text = String::new();
    for setting in SETTINGS {
        let flag = format!("--{} {}", flag_name(setting.name), setting.value_name);
        let default = (setting.get)(&defaults).join(", ");
        let default = if default.is_empty() { String::new() } else { format!(" [{default}]") };
        // Writing into a string cannot fail.
        let _ = writeln!(text, "  {flag:<34} {}{default}", setting.help);
    }
    text
}

/// Whether there is a setting of this flag; it always takes a value.
pub(crate) fn is_flag(flag: &str) -> bool {
    SETTINGS.iter().any(|setting| flag_name(setting.name) == flag)
}

pub(crate) fn unknown_flag(flag: &str) -> String {
    let mut known: Vec<String> = SETTINGS.iter().map(|setting| flag_name(setting.name)).collect();
    known.extend(["config", "help", "version"].map(str::to_owned));
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    match nearest(flag, &known) {
        Some(known) => format!("unknown flag `--{flag}`; did you mean `--{known}`?"),
        None => format!("unknown flag `--{flag}`"),
    }
}

fn flag_name(name: &str) -> String {
    name.replace('_', "-")
}

fn environment_name(name: &str) -> String {
    format!("{ENVIRONMENT_PREFIX}{}", name.to_ascii_uppercase())
}

/// The setting of this name; otherwise a hint at the nearest, as the source spells it.
fn find(name: &str, spelled: &dyn Fn(&str) -> String) -> Result<&'static Setting, String> {
    SETTINGS.iter().find(|setting| setting.name == name).ok_or_else(|| {
        let known: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
        nearest(name, &known).map_or_else(String::new, |known| format!("; did you mean `{}`?", spelled(known)))
    })
}

fn file_values(value: &toml::Value, shape: Shape) -> Option<Vec<String>> {
    match (value, shape) {
        (toml::Value::String(text), Shape::One) => Some(vec![text.clone()]),
        (toml::Value::Integer(number), Shape::One) => Some(vec![number.to_string()]),
        (toml::Value::Array(items), Shape::List) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
