//! The static routing table: a tree of path segments, built once from the endpoints.
//!
//! Literal segments beat parameters. A path matches exactly: a trailing slash or an empty
//! segment is another path, and nobody's. `/_…`, `/livez`, `/readyz` and `/openapi.json` belong to the server.

use super::endpoint::Endpoint;
use super::percent::{Plus, decode};
use hyper::Method;
use hyper::header::HeaderValue;
use smallvec::SmallVec;

/// Paths below this prefix are the server's own; none of them is passed on.
const RESERVED_PREFIX: &str = "/_";

/// The single paths that are the server's own.
const RESERVED_PATHS: [&str; 3] = ["/livez", "/readyz", "/openapi.json"];

/// A parameter's name and where its encoded text stands in the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PathSpan {
    pub(super) name: &'static str,
    pub(super) start: u16,
    pub(super) end: u16,
}

/// The parameters of one matched path, in order.
pub(super) type PathSpans = SmallVec<[PathSpan; 4]>;

/// What a method and a path lead to.
#[derive(Debug, PartialEq)]
pub(super) enum Route<'r> {
    /// The endpoint at this position of the table.
    Endpoint { index: usize, spans: PathSpans },
    /// The process is alive.
    Livez,
    /// The process can serve requests.
    Readyz,
    /// What there is to ask for.
    OpenApi,
    /// `OPTIONS` on a known path.
    Options { allow: &'r HeaderValue },
    /// The path is known, the method is not among those allowed.
    WrongMethod { allow: &'r HeaderValue },
    /// The path is not valid percent-encoded UTF-8.
    BadPath,
    /// Nobody's path, but inside what the server keeps for itself.
    Reserved,
    /// Not ours: somebody else's filter may know it.
    Unknown,
}

/// The table, asked once a request.
pub(super) struct Router {
    nodes: Vec<Node>,
    own_allow: HeaderValue,
}

#[derive(Default)]
struct Node {
    literals: Vec<(&'static str, usize)>,
    parameter: Option<usize>,
    methods: Vec<Target>,
    allow: Option<HeaderValue>,
}

struct Target {
    method: Method,
    index: usize,
    names: Vec<&'static str>,
}

impl Router {
    /// Builds the table; two endpoints that could never be told apart are an error.
    pub(super) fn new(endpoints: &[Endpoint]) -> Result<Router, String> {
        let mut router =
            Router { nodes: vec![Node::default()], own_allow: HeaderValue::from_static("GET, HEAD, OPTIONS") };
        for (index, endpoint) in endpoints.iter().enumerate() {
            router.insert(index, endpoint)?;
        }
        for node in &mut router.nodes {
            node.allow = allow_header(&node.methods);
        }
        Ok(router)
    }

    fn insert(&mut self, index: usize, endpoint: &Endpoint) -> Result<(), String> {
        let path = endpoint.path;
        let refused = |why: &str| Err(format!("endpoint `{}` at `{path}`: {why}", endpoint.name));
        if path.starts_with(RESERVED_PREFIX) || RESERVED_PATHS.contains(&path) {
            return refused("the path is reserved for the server");
        }
        let Some(inner) = path.strip_prefix('/') else {
            return refused("the path must begin with `/`");
        };
        let mut names = Vec::new();
        let mut at = 0;
        for segment in inner.split('/').filter(|_| !inner.is_empty()) {
            if segment.is_empty() {
                return refused("the path has an empty segment");
            }
            let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            names.extend(name);
            at = self.child(at, segment, name.is_some());
        }
        let node = &mut self.nodes[at];
        if let Some(other) = node.methods.iter().find(|t| t.method == endpoint.method) {
            return refused(&format!("the same route as endpoint {}", other.index));
        }
        node.methods.push(Target { method: endpoint.method.clone(), index, names });
        Ok(())
    }

    fn child(&mut self, at: usize, segment: &'static str, is_parameter: bool) -> usize {
        let node = &self.nodes[at];
        let known = if is_parameter {
            node.parameter
        } else {
            let found = node.literals.iter().find(|(text, _)| *text == segment);
            found.map(|(_, child)| *child)
        };
        known.unwrap_or_else(|| {
            let child = self.nodes.len();
            self.nodes.push(Node::default());
            if is_parameter {
                self.nodes[at].parameter = Some(child);
            } else {
                self.nodes[at].literals.push((segment, child));
            }
            child
        })
    }

    /// Looks a request up, before any of its body is read.
    pub(super) fn find(&self, method: &Method, path: &str) -> Route<'_> {
        if path.len() > usize::from(u16::MAX) {
            return Route::BadPath;
        }
        let encoded = path.contains('%');
        if encoded && decode(path, Plus::Literal).is_none() {
            return Route::BadPath;
        }
        let mut spans = SmallVec::new();
        let node = path.strip_prefix('/').and_then(|inner| {
            if inner.is_empty() { self.nodes.first() } else { self.walk(0, path, 1, encoded, &mut spans) }
        });
        match node.filter(|node| !node.methods.is_empty()) {
            Some(node) => answer(node, method, spans),
            None => self.find_own(method, path),
        }
    }

    /// Literal first, then the parameter; a literal that leads nowhere is taken back.
    fn walk(
        &self,
        at: usize,
        path: &str,
        start: usize,
        encoded: bool,
        spans: &mut SmallVec<[(u16, u16); 4]>,
    ) -> Option<&Node> {
        let node = self.nodes.get(at)?;
        let rest = path.get(start..)?;
        let length = rest.bytes().position(|byte| byte == b'/');
        let segment = length.map_or(rest, |length| &rest[..length]);
        if segment.is_empty() {
            return None;
        }
        let descend = |child: usize, spans: &mut SmallVec<_>| match length {
            None => self.nodes.get(child).filter(|n| !n.methods.is_empty()),
            Some(length) => self.walk(child, path, start + length + 1, encoded, spans),
        };
        let literal = if encoded && segment.contains('%') {
            let text = decode(segment, Plus::Literal)?;
            node.literals.iter().find(|(known, _)| *known == text)
        } else {
            node.literals.iter().find(|(known, _)| *known == segment)
        };
        if let Some(found) = literal.and_then(|(_, child)| descend(*child, spans)) {
            return Some(found);
        }
        let child = node.parameter?;
        let mark = spans.len();
        spans.push((start as u16, (start + segment.len()) as u16));
        let found = descend(child, spans);
        if found.is_none() {
            spans.truncate(mark);
        }
        found
    }

    fn find_own(&self, method: &Method, path: &str) -> Route<'_> {
        let own = match path {
            "/livez" => Route::Livez,
            "/readyz" => Route::Readyz,
            "/openapi.json" => Route::OpenApi,
            _ if path.starts_with(RESERVED_PREFIX) => return Route::Reserved,
            _ => return Route::Unknown,
        };
        match *method {
            Method::GET | Method::HEAD => own,
            Method::OPTIONS => Route::Options { allow: &self.own_allow },
            _ => Route::WrongMethod { allow: &self.own_allow },
        }
    }
}

fn answer<'r>(node: &'r Node, method: &Method, spans: SmallVec<[(u16, u16); 4]>) -> Route<'r> {
    let wanted = if *method == Method::HEAD { &Method::GET } else { method };
    let target = node.methods.iter().find(|target| target.method == *wanted);
    match (target, &node.allow) {
        (Some(target), _) => {
            let named = target.names.iter().zip(spans);
            let spans = named.map(|(name, (start, end))| PathSpan { name, start, end });
            Route::Endpoint { index: target.index, spans: spans.collect() }
        }
        (None, Some(allow)) if *method == Method::OPTIONS => Route::Options { allow },
        (None, Some(allow)) => Route::WrongMethod { allow },
        (None, None) => Route::Unknown,
    }
}

/// `GET` brings `HEAD` along, and every known path answers `OPTIONS`.
fn allow_header(methods: &[Target]) -> Option<HeaderValue> {
    if methods.is_empty() {
        return None;
    }
    let mut names: Vec<&str> = methods.iter().map(|target| target.method.as_str()).collect();
    if names.contains(&"GET") {
        names.push("HEAD");
    }
    names.push("OPTIONS");
    HeaderValue::from_str(&names.join(", ")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::endpoint::{Handler, Reply};

    fn endpoint(method: Method, path: &'static str) -> Endpoint {
        let handler = Handler::Query(Box::new(|_, _| Ok(Reply::no_content())));
        Endpoint::new(path, method, path, handler)
    }

    fn router() -> Router {
        Router::new(&[
            endpoint(Method::GET, "/todos"),
            endpoint(Method::POST, "/todos"),
            endpoint(Method::GET, "/todos/{todo}"),
            endpoint(Method::GET, "/todos/search"),
            endpoint(Method::DELETE, "/todos/{id}"),
            endpoint(Method::GET, "/todos/search/{term}/hits"),
            endpoint(Method::GET, "/todos/{todo}/{part}"),
            endpoint(Method::GET, "/"),
            endpoint(Method::PUT, "/only/put"),
        ])
        .unwrap()
    }

    fn shown(route: &Route<'_>, path: &str) -> String {
        match route {
            Route::Endpoint { index, spans } => {
                let mut words = vec![index.to_string()];
                words.extend(spans.iter().map(|span| {
                    let value = &path[usize::from(span.start)..usize::from(span.end)];
                    format!("{}={value}", span.name)
                }));
                words.join(" ")
            }
            Route::Livez => "livez".into(),
            Route::Readyz => "readyz".into(),
            Route::OpenApi => "openapi".into(),
            Route::Options { allow } => format!("options {}", allow.to_str().unwrap()),
            Route::WrongMethod { allow } => format!("405 {}", allow.to_str().unwrap()),
            Route::BadPath => "bad".into(),
            Route::Reserved => "reserved".into(),
            Route::Unknown => "unknown".into(),
        }
    }

    #[test]
    fn finds() {
        let table = [
            ("GET", "/", "7"),
            ("GET", "/todos", "0"),
            ("HEAD", "/todos", "0"),
            ("POST", "/todos", "1"),
            ("GET", "/t%6Fdos", "0"),
            ("GET", "/todos/", "unknown"),
            ("GET", "//todos", "unknown"),
            ("GET", "/todos/42", "2 todo=42"),
            ("DELETE", "/todos/42", "4 id=42"),
            ("GET", "/todos/a%2Fb", "2 todo=a%2Fb"),
            ("GET", "/todos/search", "3"),
            ("GET", "/todos/searc%68", "3"),
            ("DELETE", "/todos/search", "405 GET, HEAD, OPTIONS"),
            ("GET", "/todos/search/x/hits", "5 term=x"),
            ("GET", "/todos/search/x", "6 todo=search part=x"),
            ("GET", "/todos/42/name", "6 todo=42 part=name"),
            ("GET", "/todos/42/name/more", "unknown"),
            ("GET", "/todos/%ff", "bad"),
            ("GET", "/todos/%", "bad"),
            ("GET", "/nowhere/%zz", "bad"),
            ("PATCH", "/todos", "405 GET, POST, HEAD, OPTIONS"),
            ("OPTIONS", "/todos/1", "options GET, DELETE, HEAD, OPTIONS"),
            ("GET", "/only/put", "405 PUT, OPTIONS"),
            ("GET", "/only", "unknown"),
            ("GET", "", "unknown"),
            ("OPTIONS", "*", "unknown"),
            ("GET", "/livez", "livez"),
            ("HEAD", "/readyz", "readyz"),
            ("POST", "/livez", "405 GET, HEAD, OPTIONS"),
            ("GET", "/openapi.json", "openapi"),
            ("DELETE", "/openapi.json", "405 GET, HEAD, OPTIONS"),
            ("GET", "/openapi.json/", "unknown"),
            ("GET", "/_live", "reserved"),
            ("GET", "/_/x", "reserved"),
        ];
        let router = router();
        for (method, path, expected) in table {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let found = router.find(&method, path);
            assert_eq!(shown(&found, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn refuses_tables_that_make_no_sense() {
        for (paths, why) in [
            (&["/a/{x}", "/a/{y}"][..], "same route"),
            (&["a"][..], "begin with"),
            (&["/a//b"][..], "empty segment"),
            (&["/_live"][..], "reserved"),
            (&["/readyz"][..], "reserved"),
            (&["/openapi.json"][..], "reserved"),
        ] {
            let table: Vec<_> = paths.iter().map(|p| endpoint(Method::GET, p)).collect();
            let error = Router::new(&table).err().unwrap_or_default();
            assert!(error.contains(why), "{paths:?}: {error}");
        }
    }
}
