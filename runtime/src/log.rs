//! Lines on standard error: one event a line, as text or as JSON, with nothing in it that could
//! break the line or the terminal.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

/// How lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// `error: cannot accept a connection error="…"`
    Text,
    /// `{"level":"error","message":"…","error":"…"}`
    Json,
}

static IS_JSON: AtomicBool = AtomicBool::new(false);

/// Chooses the form of all lines from here on.
pub fn set_format(format: LogFormat) {
    IS_JSON.store(format == LogFormat::Json, Ordering::Relaxed);
}

/// Something went as it should.
pub fn info(message: &str, fields: &[(&str, &str)]) {
    write("info", message, fields);
}

/// Something needs to be looked at.
pub fn error(message: &str, fields: &[(&str, &str)]) {
    write("error", message, fields);
}

fn write(level: &str, message: &str, fields: &[(&str, &str)]) {
    let format = if IS_JSON.load(Ordering::Relaxed) { LogFormat::Json } else { LogFormat::Text };
    let line = line(format, level, message, fields);
    // When standard error is gone there is nobody left to tell.
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

fn line(format: LogFormat, level: &str, message: &str, fields: &[(&str, &str)]) -> String {
    match format {
        LogFormat::Text => {
            let mut line = format!("{level}: {}", message.escape_debug());
            for (name, value) in fields {
                // Writing into a string cannot fail.
                let _ = write!(line, " {name}={value:?}");
            }
            line.push('\n');
            line
        }
        LogFormat::Json => {
            let mut line = String::from("{");
            let first = [("level", level), ("message", message)];
            for (name, value) in first.iter().chain(fields) {
                let comma = if line.len() > 1 { "," } else { "" };
                let name = serde_json::Value::from(*name);
                let value = serde_json::Value::from(*value);
                let _ = write!(line, "{comma}{name}:{value}");
            }
            line.push_str("}\n");
            line
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_event_is_one_line() {
        let fields = [("path", "/a\nb\u{1b}[31m"), ("note", "say \"hi\"")];
        assert_eq!(
            line(LogFormat::Text, "error", "it\nbroke", &fields),
            "error: it\\nbroke path=\"/a\\nb\\u{1b}[31m\" note=\"say \\\"hi\\\"\"\n"
        );
        assert_eq!(
            line(LogFormat::Json, "info", "up", &fields),
            "{\"level\":\"info\",\"message\":\"up\",\"path\":\"/a\\nb\\u001b[31m\",\"note\":\"say \\\"hi\\\"\"}\n"
        );
    }
}
