//! Which names this server answers to.
//!
//! A page on a foreign site can point its own domain name at this machine and then read
//! answers as if they were its own. So a `Host` that is not ours is refused with 421, and
//! `base_url` is never built from one. Known are: the host of the configured `url`, every
//! `--allow-host`, the loopback names, and the listen address. Listening on all addresses
//! makes every literal IP address known, since those cannot be pointed elsewhere.
//! `--allow-host '*'` answers to any name.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Longest `host[:port]` that is looked at.
const MAX_HOST_BYTES: usize = 260;

/// The names, and what `base_url` is made of.
#[derive(Debug)]
pub(super) struct Hosts {
    allowed: Vec<String>,
    any: bool,
    any_address: bool,
    listen_ip: IpAddr,
    fixed_base: Option<Arc<str>>,
    listen_base: Arc<str>,
}

/// Why a `Host` is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HostProblem {
    /// Not `name[:port]`.
    Malformed,
    /// Somebody else's name.
    Foreign,
}

impl Hosts {
    /// `url` is the app's own address as its schema gives it.
    pub(super) fn new(listen: SocketAddr, url: Option<&str>, allow: &[String]) -> Hosts {
        let mut allowed: Vec<String> = allow.iter().map(|host| host.to_ascii_lowercase()).collect();
        let url = url.map(|url| url.trim_end_matches('/'));
        let authority = url.and_then(|url| url.split_once("://")).map(|(_, rest)| rest);
        let authority = authority.map(|rest| rest.split('/').next().unwrap_or_default());
        allowed.extend(authority.and_then(split).map(|(name, _)| name.to_ascii_lowercase()));
        allowed.push("localhost".into());
        Hosts {
            any: allowed.iter().any(|host| host == "*"),
            allowed,
            any_address: listen.ip().is_unspecified(),
            listen_ip: listen.ip(),
            fixed_base: url.map(Arc::from),
            listen_base: format!("http://{listen}").into(),
        }
    }

    /// The base of a request that names no host at all, which HTTP/1.0 allows.
    pub(super) fn base_without_host(&self) -> Arc<str> {
        Arc::clone(self.fixed_base.as_ref().unwrap_or(&self.listen_base))
    }

    /// Judges the text of a `Host` header.
    pub(super) fn base_url(&self, host: &str) -> Result<Arc<str>, HostProblem> {
        let (name, _) = split(host).ok_or(HostProblem::Malformed)?;
        if !(self.any || self.knows(name)) {
            return Err(HostProblem::Foreign);
        }
        Ok(match &self.fixed_base {
            Some(base) => Arc::clone(base),
            None => format!("http://{}", host.to_ascii_lowercase()).into(),
        })
    }

    fn knows(&self, name: &str) -> bool {
        let literal = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        match literal.unwrap_or(name).parse::<IpAddr>() {
            Ok(ip) if self.any_address || ip == self.listen_ip || ip.is_loopback() => true,
            _ => self.allowed.iter().any(|known| known.eq_ignore_ascii_case(name)),
        }
    }
}

/// Splits `host[:port]`; `None` when it is not of that form.
fn split(authority: &str) -> Option<(&str, Option<u16>)> {
    if authority.len() > MAX_HOST_BYTES {
        return None;
    }
    let end = if authority.starts_with('[') {
        authority.find(']')? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (name, rest) = authority.split_at_checked(end)?;
    let port = match rest.strip_prefix(':') {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
        None if rest.is_empty() => None,
        _ => return None,
    };
    is_host_name(name).then_some((name, port))
}

fn is_host_name(name: &str) -> bool {
    if let Some(literal) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return literal.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    !name.is_empty() && name.bytes().all(plain)
}

/// Whether the text may stand behind `--allow-host`.
pub(crate) fn is_allowable(host: &str) -> bool {
    host == "*" || matches!(split(host), Some((_, None)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use HostProblem::{Foreign, Malformed};

    fn hosts(listen: &str, url: Option<&str>, allow: &[&str]) -> Hosts {
        let allow: Vec<String> = allow.iter().map(|host| (*host).to_owned()).collect();
        Hosts::new(listen.parse().unwrap(), url, &allow)
    }

    #[test]
    fn judges_hosts() {
        let table = [
            ("127.0.0.1:8080", "localhost:8080", Ok("http://localhost:8080")),
            ("127.0.0.1:8080", "LocalHost", Ok("http://localhost")),
            ("127.0.0.1:8080", "127.0.0.1:9", Ok("http://127.0.0.1:9")),
            ("127.0.0.1:8080", "[::1]:8080", Ok("http://[::1]:8080")),
            ("127.0.0.1:8080", "todo.test:1", Ok("http://todo.test:1")),
            ("127.0.0.1:8080", "192.168.0.7", Err(Foreign)),
            ("192.168.0.7:80", "192.168.0.7", Ok("http://192.168.0.7")),
            ("0.0.0.0:80", "192.168.0.7:81", Ok("http://192.168.0.7:81")),
            ("[::]:80", "[fe80::1]", Ok("http://[fe80::1]")),
            ("0.0.0.0:80", "evil.example", Err(Foreign)),
            ("0.0.0.0:80", "localhost.evil.example", Err(Foreign)),
            ("0.0.0.0:80", "", Err(Malformed)),
            ("0.0.0.0:80", "localhost:", Err(Malformed)),
            ("0.0.0.0:80", "localhost:+1", Err(Malformed)),
            ("0.0.0.0:80", "localhost:65536", Err(Malformed)),
            ("0.0.0.0:80", "localhost/path", Err(Malformed)),
            ("0.0.0.0:80", "user@localhost", Err(Malformed)),
            ("0.0.0.0:80", "localhost, localhost", Err(Malformed)),
            ("0.0.0.0:80", "[::1", Err(Malformed)),
            ("0.0.0.0:80", "[x]", Err(Malformed)),
            ("0.0.0.0:80", "::1", Err(Malformed)),
        ];
        for (listen, host, expected) in table {
            let hosts = hosts(listen, None, &["todo.test"]);
            let found = hosts.base_url(host);
            assert_eq!(found.as_deref().map_err(|e| *e), expected, "{host}");
        }
        let long = format!("{}.test", "x".repeat(MAX_HOST_BYTES));
        assert_eq!(hosts("0.0.0.0:1", None, &["*"]).base_url(&long), Err(Malformed));
    }

    #[test]
    fn a_configured_url_is_the_only_base() {
        let hosts = hosts("127.0.0.1:8080", Some("https://Todo.Example/app/"), &[]);
        for host in ["todo.example", "localhost:8080", "127.0.0.1"] {
            assert_eq!(hosts.base_url(host).as_deref(), Ok("https://Todo.Example/app"));
        }
        assert_eq!(hosts.base_url("evil.example"), Err(Foreign));
        assert_eq!(&*hosts.base_without_host(), "https://Todo.Example/app");
    }

    #[test]
    fn a_star_allows_every_name_but_no_nonsense() {
        let hosts = hosts("127.0.0.1:8080", None, &["*"]);
        assert_eq!(hosts.base_url("any.example").as_deref(), Ok("http://any.example"));
        assert_eq!(hosts.base_url("a b"), Err(Malformed));
        assert_eq!(&*hosts.base_without_host(), "http://127.0.0.1:8080");
    }

    #[test]
    fn allowable_names() {
        for host in ["*", "todo", "todo.example", "10.0.0.1", "[::1]"] {
            assert!(is_allowable(host), "{host}");
        }
        for host in ["", "todo:80", "http://todo", "a b", "**"] {
            assert!(!is_allowable(host), "{host}");
        }
    }
}
