//! The production answer to a storage failure ends the process; so it is watched from outside.

use super::*;

/// Runs in a process of its own, started by the test below.
#[test]
#[ignore = "ends the process"]
fn child() {
    let error = std::io::Error::from_raw_os_error(5);
    exit_on_failure()(&StorageFailure { operation: "sync", path: PathBuf::from("/data/log/x.seg"), error });
}

#[test]
fn a_storage_failure_is_one_line_and_code_74() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "journal::tests::exit::child"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(STORAGE_FAILURE_EXIT_CODE));
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains("cannot sync /data/log/x.seg: Input/output error"), "{text}");
}
