//! The example binaries as processes of their own, on free ports and temporary data directories.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

/// How long a process may take to start or to end before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// Builds the binaries of the examples, once, and gives the path of one.
///
/// # Panics
///
/// If they do not build.
pub fn binary(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--locked", "--quiet", "-p", "raftstone-examples", "--bins"])
            .args(["-p", "raftstone-build", "--features", "raftstone-build/cli", "-p", "raftstone-lsp"])
            .current_dir(workspace())
            .status();
        assert!(built.is_ok_and(|status| status.success()), "the examples do not build");
        // The test runs from `deps/` of the folder that holds the binaries.
        let own = std::env::current_exe().expect("the path of this test");
        own.parent().and_then(Path::parent).expect("a folder above the test").to_owned()
    });
    folder.join(name)
}

/// The folder of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// A running example; killed when it goes out of scope.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts an example on a free port over a data directory, and waits until it serves.
    ///
    /// # Panics
    ///
    /// If it does not come up.
    pub fn start(name: &str, data: &Path) -> Self {
        Self::start_with(name, data, &[])
    }

    /// Starts an example with further flags.
    ///
    /// # Panics
    ///
    /// If it does not come up.
    pub fn start_with(name: &str, data: &Path, flags: &[&str]) -> Self {
        let mut child = command(name, data)
            .args(["--listen", "127.0.0.1:0"])
            .args(flags)
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} did not start: {error}"));
        let stderr = child.stderr.take().expect("standard error is a pipe");
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (found, address) = std::sync::mpsc::channel();
        let kept = Arc::clone(&lines);
        // The pipe is read until the process ends, so that it never fills.
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Some(address) = serving_address(&line) {
                    let _ = found.send(address);
                }
                if let Ok(mut kept) = kept.lock() {
                    kept.push(line);
                }
            }
        });
        let address = address.recv_timeout(PATIENCE);
        let mut server = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), lines };
        server.address = address.unwrap_or_else(|_| panic!("{name} does not serve: {:?}", server.log()));
        server.wait_until_ready();
        server
    }

    fn wait_until_ready(&self) {
        let began = Instant::now();
        loop {
            let answer = crate::client::call(self.address, "GET", "/readyz", None);
            if answer.status == 200 {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "never ready: {} {:?}", answer.text(), self.log());
            std::thread::yield_now();
        }
    }

    /// The lines that the process has written to standard error.
    pub fn log(&self) -> Vec<String> {
        self.lines.lock().map(|lines| lines.clone()).unwrap_or_default()
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends the process at once (SIGKILL).
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks the process to stop (SIGTERM) and waits for its end.
    ///
    /// # Panics
    ///
    /// If it does not end.
    pub fn terminate(mut self) -> ExitStatus {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "the signal was not sent");
        wait(&mut self.child)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command that starts an example over a data directory, with nothing of our own environment
/// that configures it.
pub fn command(name: &str, data: &Path) -> Command {
    let mut command = Command::new(binary(name));
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("RAFTSTONE_") {
            command.env_remove(variable);
        }
    }
    command.arg("--data").arg(data).stdin(Stdio::null());
    command
}

/// Waits for the end of a process.
///
/// # Panics
///
/// If it does not end.
pub fn wait(child: &mut Child) -> ExitStatus {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("the process can be waited for") {
            return status;
        }
        assert!(began.elapsed() < PATIENCE, "the process does not end");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// `info: serving address="http://127.0.0.1:4711"`
fn serving_address(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("serving address=\"http://")?;
    rest.split('"').next()?.parse().ok()
}
