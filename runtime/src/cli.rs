//! The command line of a generated binary: `serve` (the default), `check-config`, `--help`,
//! `--version`.

use crate::config::{self, Config, Sources};
use crate::value::json::nearest;
use std::ffi::OsString;
use std::process::ExitCode;

const COMMANDS: [&str; 2] = ["serve", "check-config"];

/// What the binary is.
#[derive(Clone, Copy, Debug)]
pub struct App {
    /// As in `app <name>`: names the default data directory.
    pub name: &'static str,
    /// The version of the binary.
    pub version: &'static str,
    /// One line about it.
    pub title: &'static str,
}

/// What a command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invocation {
    /// Run the server.
    Serve(Box<Config>),
    /// Print this on standard output and leave.
    Print(String),
}

/// Why the process ends early: one line, and what the shell is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    message: String,
    is_usage: bool,
}

impl Failure {
    /// The command line, the environment or the configuration file is wrong.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), is_usage: true }
    }

    /// The server cannot start.
    pub fn startup(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), is_usage: false }
    }

    /// Writes the line on standard error; 2 for wrong usage, 1 for a start that failed.
    pub fn report(&self, app: &App) -> ExitCode {
        eprintln!("{}: {}", app.name, self.line());
        ExitCode::from(if self.is_usage { 2 } else { 1 })
    }

    /// A message from elsewhere may hold line ends or control characters.
    fn line(&self) -> String {
        let plain = |c: char| if c.is_control() { ' ' } else { c };
        self.message.chars().map(plain).collect()
    }
}

/// Reads the process's own arguments and environment.
pub fn from_process(app: &App) -> Result<Invocation, Failure> {
    let read_file = |path: &str| std::fs::read_to_string(path);
    parse(app, std::env::args_os().skip(1), std::env::vars_os(), &read_file)
}

/// Reads a command line. `read_file` is asked for the configuration file, if one is named.
pub fn parse(
    app: &App,
    arguments: impl IntoIterator<Item = OsString>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
    read_file: &dyn Fn(&str) -> std::io::Result<String>,
) -> Result<Invocation, Failure> {
    let parsed = read_arguments(arguments).map_err(Failure::usage)?;
    match parsed.asks {
        Some(Asks::Help) => return Ok(Invocation::Print(help(app))),
        Some(Asks::Version) => {
            return Ok(Invocation::Print(format!("{} {}\n", app.name, app.version)));
        }
        None => {}
    }
    let mut sources = Sources { flags: parsed.flags, ..Sources::default() };
    for (name, value) in environment {
        let Ok(name) = name.into_string() else { continue };
        // Only what is ours is read, and only that must be text.
        if name.starts_with("RAFTSTONE_") {
            let value = value.into_string();
            let value = value.map_err(|_| Failure::usage(format!("{name} is not UTF-8")))?;
            sources.environment.push((name, value));
        }
    }
    let from_environment = sources.environment.iter().find(|(name, _)| name == "RAFTSTONE_CONFIG");
    let path = parsed.config.or_else(|| from_environment.map(|(_, path)| path.clone()));
    if let Some(path) = path {
        let text = read_file(&path);
        let text = text.map_err(|error| Failure::usage(format!("cannot read {path}: {error}")))?;
        sources.file = Some((path, text));
    }
    let config = Config::load(app.name, &sources).map_err(Failure::usage)?;
    Ok(if parsed.checks_only { Invocation::Print(config.to_toml()) } else { Invocation::Serve(Box::new(config)) })
}

#[derive(Default)]
struct Parsed {
    asks: Option<Asks>,
    checks_only: bool,
    config: Option<String>,
    flags: Vec<(String, String)>,
}

enum Asks {
    Help,
    Version,
}

fn read_arguments(arguments: impl IntoIterator<Item = OsString>) -> Result<Parsed, String> {
    let mut parsed = Parsed::default();
    let mut command = None;
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let argument = text(argument)?;
        let Some(flag) = argument.strip_prefix("--") else {
            match argument.as_str() {
                "-h" => parsed.asks = Some(Asks::Help),
                "-V" => parsed.asks = Some(Asks::Version),
                _ if argument.starts_with('-') => return Err(format!("unknown flag `{argument}`")),
                _ if command.is_some() => return Err(format!("unexpected argument `{argument}`")),
                _ => command = Some(argument),
            }
            continue;
        };
        let (flag, given) = match flag.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (flag, None),
        };
        match (flag, given) {
            ("help", None) => parsed.asks = Some(Asks::Help),
            ("version", None) => parsed.asks = Some(Asks::Version),
            ("help" | "version", Some(_)) => return Err(format!("--{flag} takes no value")),
            (flag, given) if flag == "config" || config::is_flag(flag) => {
                let value = match given {
                    Some(value) => value,
                    None => text(arguments.next().ok_or_else(|| format!("--{flag} needs a value"))?)?,
                };
                if flag != "config" {
                    parsed.flags.push((flag.to_owned(), value));
                } else if parsed.config.replace(value).is_some() {
                    return Err("--config is given more than once".to_owned());
                }
            }
            (flag, _) => return Err(config::unknown_flag(flag)),
        }
    }
    match command.as_deref() {
        None | Some("serve") => {}
        Some("check-config") => parsed.checks_only = true,
        Some(other) => {
            let hint = nearest(other, &COMMANDS);
            let hint = hint.map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
            return Err(format!("unknown command `{other}`{hint}"));
        }
    }
    Ok(parsed)
}

fn text(argument: OsString) -> Result<String, String> {
    argument.into_string().map_err(|argument| format!("the argument {} is not UTF-8", argument.display()))
}

fn help(app: &App) -> String {
    format!(
        "{title}\n\n\
         Usage: {name} [COMMAND] [FLAGS]\n\n\
         Commands:\n\
         \x20 serve          run the server (the default)\n\
         \x20 check-config   print the configuration that holds, and leave\n\n\
         Flags:\n\
         \x20 --config FILE                      read settings from this file (TOML, same names with `_`)\n\
         {settings}\
         \x20 --help                             print this\n\
         \x20 --version                          print the version\n\n\
         Each flag is also a variable: --max-body is RAFTSTONE_MAX_BODY. Flags win over variables,\n\
         variables over the file.\n",
        title = app.title,
        name = app.name,
        settings = config::help_lines(app.name),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    const APP: App = App { name: "todo", version: "1.2.3", title: "To-do lists" };

    fn run(line: &str, environment: &[(&str, &str)]) -> Result<Invocation, Failure> {
        let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        let environment = environment.iter().map(|(name, value)| (name.into(), value.into()));
        let read_file = |path: &str| match path {
            "ok.toml" => Ok("listen = \"127.0.0.1:7\"".to_owned()),
            _ => Err(io::Error::from(io::ErrorKind::NotFound)),
        };
        parse(&APP, arguments, environment, &read_file)
    }

    fn port(line: &str, environment: &[(&str, &str)]) -> u16 {
        match run(line, environment) {
            Ok(Invocation::Serve(config)) => config.listen.port(),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn serves() {
        assert_eq!(port("", &[]), 8080);
        assert_eq!(port("serve", &[]), 8080);
        assert_eq!(port("--listen 127.0.0.1:1", &[]), 1);
        assert_eq!(port("--listen=127.0.0.1:1 serve", &[]), 1);
        assert_eq!(port("--config ok.toml", &[]), 7);
        assert_eq!(port("--config=ok.toml", &[("RAFTSTONE_CONFIG", "missing.toml")]), 7);
        assert_eq!(port("", &[("RAFTSTONE_CONFIG", "ok.toml")]), 7);
        assert_eq!(port("--config ok.toml", &[("RAFTSTONE_LISTEN", "127.0.0.1:8")]), 8);
    }

    #[test]
    fn prints() {
        let print = |line| match run(line, &[]) {
            Ok(Invocation::Print(text)) => text,
            other => panic!("{line}: {other:?}"),
        };
        assert_eq!(print("--version"), "todo 1.2.3\n");
        assert_eq!(print("-V"), "todo 1.2.3\n");
        assert!(print("serve --help").contains("--max-body SIZE"));
        assert_eq!(print("-h"), print("--help"));
        assert!(print("check-config --config ok.toml").contains("listen = \"127.0.0.1:7\""));
    }

    #[test]
    fn each_mistake_is_one_line() {
        let table = [
            ("--lsten x", "unknown flag `--lsten`; did you mean `--listen`?"),
            ("--confg x", "unknown flag `--confg`; did you mean `--config`?"),
            ("--colour=x", "unknown flag `--colour`"),
            ("-x", "unknown flag `-x`"),
            ("--listen", "--listen needs a value"),
            ("--config", "--config needs a value"),
            ("--config a --config b", "--config is given more than once"),
            ("--help=yes", "--help takes no value"),
            ("srve", "unknown command `srve`; did you mean `serve`?"),
            ("dance", "unknown command `dance`"),
            ("serve twice", "unexpected argument `twice`"),
            ("--config no.toml", "cannot read no.toml: entity not found"),
            (
                "--listen here",
                "--listen: must be an address and a port, like `127.0.0.1:8080` or `[::]:80`, not \"here\"",
            ),
        ];
        for (line, expected) in table {
            let failure = run(line, &[]).unwrap_err();
            assert_eq!(failure, Failure::usage(expected), "{line}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn text_that_is_not_utf8_is_refused_where_it_is_ours() {
        use std::os::unix::ffi::OsStringExt;
        let bad = || OsString::from_vec(vec![b'a', 0xff]);
        let never = |_: &str| -> io::Result<String> { unreachable!() };
        let failure = parse(&APP, [bad()], [], &never).unwrap_err();
        assert!(failure.line().contains("is not UTF-8"));
        assert!(parse(&APP, [], [("OTHER".into(), bad()), (bad(), bad())], &never).is_ok());
        let failure = parse(&APP, [], [("RAFTSTONE_DATA".into(), bad())], &never).unwrap_err();
        assert_eq!(failure, Failure::usage("RAFTSTONE_DATA is not UTF-8"));
    }

    #[test]
    fn a_failure_stays_on_one_line() {
        assert_eq!(Failure::startup("a\nb\u{1b}c").line(), "a b c");
    }
}
