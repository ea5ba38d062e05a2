//! Servers as child processes: started on a free port, waited for, ended by id.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take until it answers.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// A running server; killed when it goes out of scope.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    /// From the start of the process to its first good answer.
    pub(crate) start_time: Duration,
}

/// A port that nobody listens on at the moment.
pub(crate) fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| format!("no free port: {error}"))?;
    Ok(listener.local_addr().map_err(|error| error.to_string())?.port())
}

impl Server {
    /// Starts `command`, which listens on `port`, and waits until `path` is answered with 200, or,
    /// without a path, until the port is open.
    pub(crate) fn start(command: &mut Command, port: u16, path: Option<&str>) -> Result<Self, String> {
        let began = Instant::now();
        let name = command.get_program().display().to_string();
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(|error| format!("{name} did not start: {error}"))?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut server = Self { child, address, start_time: Duration::ZERO };
        while !answers(address, path) {
            if began.elapsed() > START_TIMEOUT {
                return Err(format!("{name} never answered on {address}"));
            }
            if let Ok(Some(status)) = server.child.try_wait() {
                return Err(format!("{name} ended: {status}"));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        server.start_time = began.elapsed();
        Ok(server)
    }

    /// `http://127.0.0.1:port`
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The body of a GET.
    pub(crate) fn get(&self, path: &str) -> Result<String, String> {
        let (status, body) = get(self.address, path).ok_or("no answer")?;
        if status == 200 { Ok(body) } else { Err(format!("GET {path}: {status} {body}")) }
    }

    /// Ends the process at once, as a crash would.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn answers(address: SocketAddr, path: Option<&str>) -> bool {
    match path {
        Some(path) => get(address, path).is_some_and(|(status, _)| status == 200),
        None => TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok(),
    }
}

fn get(address: SocketAddr, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let body = answer.split_once("\r\n\r\n").map_or(String::new(), |(_, body)| body.to_owned());
    Some((status, body))
}
