use super::*;

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn load(flags: &[(&str, &str)], environment: &[(&str, &str)], file: Option<&str>) -> Result<Config, String> {
    let sources = Sources {
        flags: pairs(flags),
        environment: pairs(environment),
        file: file.map(|text| ("raftstone.toml".to_owned(), text.to_owned())),
    };
    Config::load("todo", &sources)
}

#[test]
fn flags_win_over_environment_over_file_over_defaults() {
    assert_eq!(load(&[], &[("PATH", "/bin")], None).unwrap(), Config::defaults("todo"));
    let file = "listen = \"127.0.0.1:1\"\ndata = \"a\"\nmax_connections = 7\nallow_host = [\"x\"]";
    let environment = [("RAFTSTONE_LISTEN", "127.0.0.1:2"), ("RAFTSTONE_DATA", "b")];
    let config = load(&[("listen", "127.0.0.1:3")], &environment, Some(file)).unwrap();
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.data, PathBuf::from("b"));
    assert_eq!(config.max_connections, 7);
    assert_eq!(config.allow_host, ["x"]);
    assert_eq!(Config::defaults("todo").data, PathBuf::from("data/todo"));
}

#[test]
fn a_list_of_a_higher_source_replaces_the_lower() {
    let file = Some("allow_host = [\"f\"]");
    let environment = [("RAFTSTONE_ALLOW_HOST", "e, g")];
    assert_eq!(load(&[], &environment, file).unwrap().allow_host, ["e", "g"]);
    let flags = [("allow-host", "a"), ("data", "d"), ("allow-host", "b")];
    assert_eq!(load(&flags, &environment, file).unwrap().allow_host, ["a", "b"]);
}

#[test]
fn what_is_shown_reads_back() {
    let flags = [
        ("listen", "[::1]:9"),
        ("data", "C:\\a \"b\""),
        ("allow-host", "a.example"),
        ("allow-host", "*"),
        ("max-body", "10MiB"),
        ("drain-timeout", "250ms"),
        ("snapshot-after", "5GiB"),
        ("log-format", "json"),
    ];
    let config = load(&flags, &[], None).unwrap();
    assert_eq!(load(&[], &[], Some(&config.to_toml())).unwrap(), config);
}

#[test]
fn each_mistake_is_one_line_that_names_its_place() {
    type Pairs<'a> = &'a [(&'a str, &'a str)];
    let table: [(Pairs<'_>, Pairs<'_>, &str, &str); 22] = [
        (&[("listn", "x")], &[], "", "unknown flag `--listn`; did you mean `--listen`?"),
        (&[("max_body", "1MiB")], &[], "", "unknown flag `--max_body`; did you mean `--max-body`?"),
        (
            &[("listen", "8080")],
            &[],
            "",
            "--listen: must be an address and a port, like `127.0.0.1:8080` or `[::]:80`, not \"8080\"",
        ),
        (&[("listen", "127.0.0.1:1"), ("listen", "127.0.0.1:2")], &[], "", "--listen is given more than once"),
        (&[("data", "")], &[], "", "--data: must name a directory"),
        (&[("max-body", "0")], &[], "", "--max-body: must be a size from 1 to 1GiB, like `8MiB`, not \"0\""),
        (&[("max-body", "1025MiB")], &[], "", "--max-body: must be a size from 1 to 1GiB"),
        (&[("header-timeout", "99ms")], &[], "", "--header-timeout: must be a time from 100ms to 1d"),
        (&[("header-timeout", "25h")], &[], "", "--header-timeout: must be a time from 100ms to 1d"),
        (
            &[("max-connections", "0")],
            &[],
            "",
            "--max-connections: must be a whole number from 1 to 1000000, not \"0\"",
        ),
        (&[("max-connections-per-ip", "1000001")], &[], "", "must be a whole number"),
        (&[("segment-size", "1023KiB")], &[], "", "--segment-size: must be a size from 1MiB to 1GiB"),
        (&[("allow-host", "a:80")], &[], "", "--allow-host: must be a host name without a port, or `*`, not \"a:80\""),
        (&[("log-format", "xml")], &[], "", "--log-format: must be `text` or `json`, not \"xml\""),
        (
            &[],
            &[("RAFTSTONE_LISTN", "x")],
            "",
            "unknown environment variable `RAFTSTONE_LISTN`; did you mean `RAFTSTONE_LISTEN`?",
        ),
        (&[], &[("RAFTSTONE_MAX_BODY", "much")], "", "RAFTSTONE_MAX_BODY: must be a size"),
        (&[], &[], "listn = \"x\"", "raftstone.toml: unknown key `listn`; did you mean `listen`?"),
        (&[], &[], "listen = true", "raftstone.toml: `listen` must be a string or a whole number"),
        (&[], &[], "allow_host = \"a\"", "raftstone.toml: `allow_host` must be a list of strings"),
        (&[], &[], "allow_host = [1]", "raftstone.toml: `allow_host` must be a list of strings"),
        (&[], &[], "max_connections = -1", "raftstone.toml: `max_connections`: must be a whole number"),
        (&[], &[], "data = \"a\"\nlisten = ", "raftstone.toml: line 2: "),
    ];
    for (flags, environment, file, expected) in table {
        let error = load(flags, environment, Some(file)).unwrap_err();
        assert!(error.starts_with(expected) || error.contains(expected), "{error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn every_setting_has_a_help_line() {
    let help = help_lines("todo");
    assert_eq!(help.lines().count(), SETTINGS.len());
    assert!(help.contains("--listen ADDRESS"));
    assert!(help.contains("[127.0.0.1:8080]"));
    assert!(is_flag("allow-host") && !is_flag("allow_host"));
}
