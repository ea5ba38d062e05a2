//! The listener: accepts connections within limits, and lets them go in an orderly way.

use super::backend::Backend;
use super::connection;
use super::dispatch::{Shared, UserFilter};
use super::endpoint::Endpoint;
use super::host::Hosts;
use super::progress::Patience;
use super::router::Router;
use super::user::no_filters;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{Id, JoinError, JoinSet};

/// How long accepting rests when the process is out of descriptors.
const ACCEPT_REST: Duration = Duration::from_millis(50);
const BACKLOG: u32 = 1024;

/// What the server may be told.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The app's own address from outside, as its schema gives it.
    pub url: Option<String>,
    /// The OpenAPI document of the endpoints.
    pub openapi: &'static str,
    /// Whether refusals are told by field, for the schema option `errors = fields`.
    pub field_errors: bool,
    /// Further names that the server answers to.
    pub allow_hosts: Vec<String>,
    /// The longest body of an endpoint that declares none, and of the user's filters.
    pub max_body: usize,
    /// The longest that a handler may take, unless its endpoint declares otherwise.
    pub handler_timeout: Duration,
    /// How long clients may keep the server waiting.
    pub patience: Patience,
    /// The most connections at once.
    pub max_connections: usize,
    /// The most connections from one address; loopback is bounded by `max_connections` only.
    pub max_connections_per_ip: usize,
    /// How long requests in flight may take to finish at shutdown.
    pub drain: Duration,
}

/// An address that is taken. Who connects waits in the system's queue until a [`Server`] runs on it.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Takes the address; the error is one clear line.
    pub fn bind(address: SocketAddr) -> Result<Listener, String> {
        let socket = listen(address).map_err(|error| cannot_listen(address, &error))?;
        let address = socket.local_addr().map_err(|error| error.to_string())?;
        Ok(Listener { socket, address })
    }

    /// The address, with the port that the system chose if none was given.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// A listener with everything it serves.
pub struct Server {
    listener: Listener,
    shared: Arc<Shared>,
    user_filters: UserFilter,
    options: ServerOptions,
}

/// How the shutdown went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were cut because the time was over.
    pub cut: usize,
}

impl Server {
    /// Builds the routing table; the error is one clear line.
    pub fn new(
        listener: Listener,
        options: ServerOptions,
        endpoints: Vec<Endpoint>,
        backend: Arc<dyn Backend>,
        user_filters: Option<UserFilter>,
    ) -> Result<Server, String> {
        let router = Router::new(&endpoints)?;
        let shared = Shared {
            router,
            endpoints,
            openapi: options.openapi,
            field_errors: options.field_errors,
            backend,
            hosts: Hosts::new(listener.address, options.url.as_deref(), &options.allow_hosts),
            max_body: options.max_body,
            handler_timeout: options.handler_timeout,
        };
        Ok(Server {
            listener,
            shared: Arc::new(shared),
            user_filters: user_filters.unwrap_or_else(no_filters),
            options,
        })
    }

    /// Where it listens, with the port that the system chose if none was given.
    pub fn address(&self) -> SocketAddr {
        self.listener.address
    }

    /// Serves until `shutdown` ends, then lets requests in flight finish, up to the drain time.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Drained {
        let mut shutdown = std::pin::pin!(shutdown);
        let mut connections = Connections::new(&self.options);
        loop {
            let has_room = connections.tasks.len() < self.options.max_connections;
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(ended) = connections.tasks.join_next_with_id() => connections.ended(ended),
                accepted = self.listener.socket.accept(), if has_room => match accepted {
                    Ok((stream, peer)) => self.start(&mut connections, stream, peer.ip()),
                    Err(error) => self.rest_after(&error).await,
                },
            }
        }
        // The port is free for a successor while the last requests finish.
        drop(self.listener);
        connections.drain(self.options.drain).await
    }

    fn start(&self, connections: &mut Connections, stream: TcpStream, ip: IpAddr) {
        let Some(origin) = connections.admit(ip) else {
            return;
        };
        // Without it, small answers wait for the client's delayed acknowledgement.
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let (stop, stopped) = oneshot::channel();
        let task = connections.tasks.spawn(connection::serve(
            Arc::clone(&self.shared),
            self.user_filters.clone(),
            self.options.patience,
            stream,
            stopped,
        ));
        connections.started(task.id(), origin, stop);
    }

    /// A client that left early is nothing; being out of descriptors passes when some close.
    async fn rest_after(&self, error: &io::Error) {
        let early = [io::ErrorKind::ConnectionAborted, io::ErrorKind::ConnectionReset];
        if !early.contains(&error.kind()) {
            crate::log::error("cannot accept a connection", &[("error", &error.to_string())]);
            tokio::time::sleep(ACCEPT_REST).await;
        }
    }
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> String {
    let why = match error.kind() {
        io::ErrorKind::AddrInUse => "it is in use; stop the other process or choose another address with --listen",
        io::ErrorKind::AddrNotAvailable => "it is no address of this machine; choose another with --listen",
        io::ErrorKind::PermissionDenied => "not allowed; choose a port from 1024 on with --listen",
        _ => return format!("cannot listen on {address}: {error}"),
    };
    format!("cannot listen on {address}: {why}")
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => tokio::net::TcpSocket::new_v4()?,
        SocketAddr::V6(_) => tokio::net::TcpSocket::new_v6()?,
    };
    // A restart need not wait for connections of the last run to be forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// The running connections; only the accept loop touches it.
struct Connections {
    tasks: JoinSet<()>,
    running: HashMap<Id, (Origin, oneshot::Sender<()>)>,
    by_origin: HashMap<Origin, usize>,
    max_in_all: usize,
    max_per_ip: usize,
}

/// Whose connections are counted together: an IPv6 client usually owns a whole /64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Origin(IpAddr);

impl Origin {
    fn of(ip: IpAddr) -> Origin {
        Origin(match ip.to_canonical() {
            IpAddr::V6(v6) if !v6.is_loopback() => {
                let network = v6.to_bits() >> 64 << 64;
                IpAddr::V6(Ipv6Addr::from_bits(network))
            }
            other => other,
        })
    }
}

impl Connections {
    fn new(options: &ServerOptions) -> Connections {
        Connections {
            tasks: JoinSet::new(),
            running: HashMap::new(),
            by_origin: HashMap::new(),
            max_in_all: options.max_connections,
            max_per_ip: options.max_connections_per_ip,
        }
    }

    /// Counts a new connection, unless its origin has too many.
    fn admit(&mut self, ip: IpAddr) -> Option<Origin> {
        let origin = Origin::of(ip);
        let limit = if origin.0.is_loopback() { self.max_in_all } else { self.max_per_ip };
        if self.by_origin.get(&origin).copied().unwrap_or(0) >= limit {
            return None;
        }
        Some(origin)
    }

    fn started(&mut self, id: Id, origin: Origin, stop: oneshot::Sender<()>) {
        *self.by_origin.entry(origin).or_default() += 1;
        self.running.insert(id, (origin, stop));
    }

    fn ended(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                if error.is_panic() {
                    crate::log::error("a connection broke", &[("error", &error.to_string())]);
                }
                error.id()
            }
        };
        let Some((origin, _)) = self.running.remove(&id) else {
            return;
        };
        if let Some(count) = self.by_origin.get_mut(&origin) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.by_origin.remove(&origin);
            }
        }
    }

    async fn drain(mut self, limit: Duration) -> Drained {
        for (_, (_, stop)) in self.running.drain() {
            // A connection that has just ended needs no telling.
            let _ = stop.send(());
        }
        let all_ended = async { while self.tasks.join_next().await.is_some() {} };
        let cut = match tokio::time::timeout(limit, all_ended).await {
            Ok(()) => 0,
            Err(_) => self.tasks.len(),
        };
        self.tasks.shutdown().await;
        Drained { cut }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[tokio::test]
    async fn counts_connections_by_origin() {
        let mut options = Config::defaults("x").server_options(None, "{}");
        options.max_connections_per_ip = 2;
        options.max_connections = 3;
        let mut connections = Connections::new(&options);
        let mut admit = |ip: &str| {
            let origin = connections.admit(ip.parse().unwrap())?;
            let task = connections.tasks.spawn(std::future::pending());
            let (stop, _) = oneshot::channel();
            connections.started(task.id(), origin, stop);
            Some(task)
        };
        let first = admit("10.0.0.1").unwrap();
        // The same address, as IPv6 writes it.
        assert!(admit("::ffff:10.0.0.1").is_some());
        assert!(admit("10.0.0.1").is_none());
        assert!(admit("2001:db8:0:1::1").is_some());
        assert!(admit("2001:db8:0:1:ffff::2").is_some());
        assert!(admit("2001:db8:0:1::3").is_none());
        assert!(admit("2001:db8:0:2::1").is_some());
        for _ in 0..3 {
            assert!(admit("127.0.0.1").is_some());
        }
        assert!(admit("127.0.0.2").is_some());
        assert!(admit("127.0.0.1").is_none());
        first.abort();
        let ended = connections.tasks.join_next_with_id().await.unwrap();
        connections.ended(ended);
        assert!(connections.admit("10.0.0.1".parse().unwrap()).is_some());
    }
}
