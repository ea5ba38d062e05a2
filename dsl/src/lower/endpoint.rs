//! Functions, endpoints and resources.

use super::{Lower, Node, child, children};
use crate::ast::{
    Body, Endpoint, EndpointOption, Expr, ExprKind, Function, Ident, Path, Resource, ResourceLine, ResultType, Segment,
    Span,
};
use crate::grammar::Rule;
use crate::problem::Problem;

impl Lower<'_> {
    /// A node of `function` or `extern_function`; `start` is the first byte of the item.
    pub(super) fn function(&mut self, node: &Node<'_>, start: u32) -> Function {
        let is_extern = node.as_rule() == Rule::extern_function;
        let mut function = Function {
            name: self.first_name(node),
            parameters: Vec::new(),
            returns: None,
            body: None,
            header: Span::new(start, self.span(node).end),
        };
        match &function.name {
            Some(name) => self.check_reserved(name),
            None => self.missing_item_name(node, "the function"),
        }
        let mut arrow = None;
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::parameters => function.parameters = self.parameters(&part),
                Rule::s_arrow => arrow = Some(part),
                Rule::type_ref => function.returns = Some(self.type_ref(&part)),
                _ => {}
            }
        }
        if let (Some(arrow), None) = (arrow, &function.returns) {
            self.report(Problem::missing_result_type(self.behind(&arrow)));
        }
        function.body = self.body(node, &mut function.header);
        if function.body.is_none() && !is_extern {
            self.report(Problem::missing_function_body(self.behind(node)));
        } else if let (Some(_), true) = (&function.body, is_extern) {
            self.report(Problem::extern_with_body(self.body_span(node), "extern fn"));
        }
        function
    }

    /// The place of the body in a node that has one.
    fn body_span(&self, node: &Node<'_>) -> Span {
        let body = child(node, Rule::block).or_else(|| child(node, Rule::body_expression));
        body.map_or(self.span(node), |body| self.span(&body))
    }

    fn body(&mut self, node: &Node<'_>, header: &mut Span) -> Option<Body> {
        let mut end = header.start;
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::block => {
                    header.end = end;
                    return Some(Body::Block(self.block(&part)));
                }
                Rule::body_expression => {
                    header.end = end;
                    return Some(Body::Expr(self.value_behind(&part, "a body")));
                }
                _ => end = self.span(&part).end,
            }
        }
        None
    }

    /// A node of `endpoint`; `start` is the first byte of the item.
    pub(super) fn endpoint(&mut self, node: &Node<'_>, start: u32, is_extern: bool) -> Endpoint {
        let mut endpoint = Endpoint {
            is_extern,
            name: self.first_name(node),
            parameters: Vec::new(),
            result: None,
            method: None,
            path: None,
            rights: None,
            options: Vec::new(),
            body: None,
            header: Span::new(start, self.span(node).end),
        };
        match &endpoint.name {
            Some(name) => self.check_reserved(name),
            None => self.missing_item_name(node, "the endpoint"),
        }
        let mut seen: Vec<(String, Span)> = Vec::new();
        for part in node.clone().into_inner() {
            let key = match part.as_rule() {
                Rule::parameters => {
                    endpoint.parameters = self.parameters(&part);
                    continue;
                }
                Rule::result => {
                    endpoint.result = Some(self.result(&part));
                    "->".to_owned()
                }
                Rule::route => {
                    self.route(&part, &mut endpoint);
                    "at".to_owned()
                }
                Rule::rights => {
                    endpoint.rights = self.rights(&part);
                    "for".to_owned()
                }
                Rule::option => {
                    let option = self.option(&part);
                    let name = option.name.text.clone();
                    endpoint.options.push(option);
                    name
                }
                _ => continue,
            };
            let span = self.span(&part);
            match seen.iter().find(|(name, _)| *name == key) {
                Some((_, first)) => self.report(Problem::clause_twice(span, *first, &key)),
                None => seen.push((key, span)),
            }
        }
        endpoint.body = self.body(node, &mut endpoint.header);
        if endpoint.body.is_none() && !is_extern {
            self.report(Problem::missing_endpoint_body(self.behind(node)));
        } else if let (Some(_), true) = (&endpoint.body, is_extern) {
            self.report(Problem::extern_with_body(self.body_span(node), "extern endpoint"));
        }
        endpoint
    }

    fn result(&mut self, node: &Node<'_>) -> ResultType {
        let status = child(node, Rule::number).map(|number| {
            let code = number.as_str().parse().ok().filter(|code| (100..=999).contains(code));
            if code.is_none() {
                self.report(Problem::bad_status(self.span(&number), number.as_str()));
            }
            (code.unwrap_or(200), self.span(&number))
        });
        let ty = child(node, Rule::type_ref).map(|ty| self.type_ref(&ty));
        if ty.is_none() && status.is_none() {
            self.report(Problem::missing_result_type(self.behind(node)));
        }
        let media_type = child(node, Rule::media_type).and_then(|media| {
            let text = child(&media, Rule::plain_text).map(|text| self.plain_ident(&text));
            if text.is_none() {
                self.report(Problem::missing_value(self.behind(&media), "the media type"));
            }
            text
        });
        ResultType { status, ty, media_type, span: self.span(node) }
    }

    fn route(&mut self, node: &Node<'_>, endpoint: &mut Endpoint) {
        endpoint.method = child(node, Rule::method).map(|method| self.name(&method));
        endpoint.path = child(node, Rule::path).map(|path| self.path(&path));
        if endpoint.method.is_none() {
            let span = child(node, Rule::path).map_or(self.behind(node), |path| {
                let start = self.span(&path).start;
                Span::new(start, start)
            });
            self.report(Problem::missing_method(span));
        } else if endpoint.path.is_none() {
            self.report(Problem::missing_path(self.behind(node)));
        }
    }

    pub(super) fn path(&mut self, node: &Node<'_>) -> Path {
        let span = self.span(node);
        let mut segments = Vec::new();
        let mut offset = span.start + 1;
        let text = node.as_str().trim_end().get(1..).unwrap_or_default();
        for part in text.split('/').filter(|_| !text.is_empty()) {
            let end = offset + part.len() as u32;
            let here = Span::new(offset, end);
            let inside = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            match inside {
                Some(name) if is_name(name) => segments
                    .push(Segment::Parameter(Ident { text: name.to_owned(), span: Span::new(offset + 1, end - 1) })),
                _ if part.is_empty() || !part.bytes().all(is_path_byte) => {
                    self.report(Problem::bad_path_segment(here, part));
                    segments.push(Segment::Literal(Ident { text: part.to_owned(), span: here }));
                }
                _ => segments.push(Segment::Literal(Ident { text: part.to_owned(), span: here })),
            }
            offset = end + 1;
        }
        Path { segments, span }
    }

    fn option(&mut self, node: &Node<'_>) -> EndpointOption {
        let span = self.span(node);
        let inner = child(node, Rule::rate).unwrap_or_else(|| node.clone());
        let mut arguments = Vec::new();
        let mut name = Ident { text: String::new(), span };
        for part in inner.into_inner() {
            match part.as_rule() {
                Rule::numbers | Rule::number => arguments.push(self.option_number(&part)),
                Rule::name => {
                    let name = self.name(&part);
                    arguments.push(Expr { span: name.span, kind: ExprKind::Name(name) });
                }
                Rule::kw_per | Rule::kw_by => {}
                _ => name = self.name(&part),
            }
        }
        name.text.truncate(name.text.trim_end().len());
        if arguments.is_empty() && name.text != "live" {
            self.report(Problem::missing_value(self.behind(node), &format!("`{}`", name.text)));
        }
        EndpointOption { name, arguments, span }
    }

    fn option_number(&mut self, node: &Node<'_>) -> Expr {
        if node.as_rule() == Rule::numbers {
            return self.numbers(node);
        }
        let kind = self.number(node);
        Expr { kind, span: self.span(node) }
    }

    pub(super) fn resource(&mut self, node: &Node<'_>) -> Resource {
        let model = self.first_name(node);
        if model.is_none() {
            self.missing_item_name(node, "the model of the resource");
        }
        let path = child(node, Rule::path).map(|path| self.path(&path));
        if let (Some(at), None) = (child(node, Rule::kw_at), &path) {
            self.report(Problem::missing_path(self.behind(&at)));
        }
        self.expect_braces(node, "resource");
        let lines = children(node, Rule::resource_line).map(|line| self.resource_line(&line)).collect();
        Resource { model, path, lines }
    }

    pub(super) fn resource_line(&mut self, node: &Node<'_>) -> ResourceLine {
        let with = child(node, Rule::kw_with).map(|word| {
            let fields = child(node, Rule::anonymous);
            let initializer = fields.as_ref().and_then(|fields| child(fields, Rule::initializer));
            let Some((fields, initializer)) = fields.zip(initializer) else {
                let span = self.behind(&word);
                self.report(Problem::missing_value(span, "`with`"));
                return Expr { kind: ExprKind::Bad, span };
            };
            let kind = ExprKind::Struct { name: None, of: None, fields: self.initializer(&initializer) };
            Expr { kind, span: self.span(&fields) }
        });
        ResourceLine {
            actions: self.names(node),
            fields: child(node, Rule::resource_fields).map(|fields| self.names(&fields)),
            with,
            rights: child(node, Rule::rights).and_then(|rights| self.rights(&rights)),
            span: self.span(node),
        }
    }
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%".contains(&byte)
}
