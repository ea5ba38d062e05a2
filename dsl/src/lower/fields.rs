//! Fields, parameters, types and attributes.

use super::{Lower, Node, child, children};
use crate::ast::{Attribute, Expr, ExprKind, Field, Ident, Parameter, Span, TypeRef, TypeRefKind};
use crate::grammar::Rule;
use crate::problem::Problem;

impl Lower<'_> {
    pub(super) fn field(&mut self, node: &Node<'_>) -> Field {
        let span = self.span(node);
        let mut field = Field {
            docs: self.take_docs(node),
            name: Ident { text: String::new(), span },
            patch: false,
            ty: None,
            value: None,
            by: None,
            attributes: Vec::new(),
            span,
        };
        let mut colon: Option<Node<'_>> = None;
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::name => field.name = self.name(&part),
                Rule::s_patch => field.patch = true,
                Rule::s_colon => colon = Some(part),
                Rule::type_ref => field.ty = Some(self.type_ref(&part)),
                Rule::by => field.by = Some(self.by(&part)),
                Rule::attribute => field.attributes.push(self.attribute(&part)),
                Rule::default => field.value = Some(self.value_behind(&part, "a default")),
                _ => {}
            }
        }
        self.check_reserved(&field.name);
        if let (Some(colon), None) = (colon, &field.ty) {
            self.report(Problem::missing_type(self.behind(&colon), &field.name.text));
        }
        field
    }

    /// The expression in a node that starts with `=`; a report when there is none.
    pub(super) fn value_behind(&mut self, node: &Node<'_>, what: &str) -> Expr {
        if let Some(value) = child(node, Rule::expression) {
            return self.expression(&value);
        }
        let span = self.behind(node);
        self.report(Problem::missing_value(span, what));
        Expr { kind: ExprKind::Bad, span }
    }

    pub(super) fn fields(&mut self, node: &Node<'_>) -> Vec<Field> {
        children(node, Rule::field).map(|field| self.field(&field)).collect()
    }

    fn by(&mut self, node: &Node<'_>) -> Vec<Ident> {
        let names = match child(node, Rule::names) {
            Some(names) => self.names(&names),
            None => self.names(node),
        };
        if names.is_empty() {
            self.report(Problem::missing_name(self.behind(node), "the field behind `by`"));
        }
        names
    }

    pub(super) fn parameters(&mut self, node: &Node<'_>) -> Vec<Parameter> {
        let parameters = children(node, Rule::parameter).filter_map(|node| node.into_inner().next());
        let mut result = Vec::new();
        for node in parameters {
            result.push(if node.as_rule() == Rule::spread_event {
                let name = self.first_name(&node);
                Parameter::Spread {
                    name: self.required_name(name, &node, "the event behind `..`"),
                    span: self.span(&node),
                }
            } else {
                Parameter::Field(self.field(&node))
            });
        }
        result
    }

    pub(super) fn attributes(&mut self, node: &Node<'_>) -> Vec<Attribute> {
        children(node, Rule::attribute).map(|attribute| self.attribute(&attribute)).collect()
    }

    pub(super) fn attribute(&mut self, node: &Node<'_>) -> Attribute {
        let name = self.first_name(node);
        let name = self.required_name(name, node, "the attribute");
        let mut arguments = Vec::new();
        if let Some(list) = child(node, Rule::arguments_of_attribute) {
            for argument in list.into_inner() {
                match argument.as_rule() {
                    Rule::range => arguments.push(self.range(&argument)),
                    Rule::plain_text => arguments.push(self.plain_text(&argument)),
                    Rule::plain_expression => arguments.push(self.expression(&argument)),
                    _ => {}
                }
            }
        }
        Attribute { name, arguments, span: self.span(node) }
    }

    fn range(&mut self, node: &Node<'_>) -> Expr {
        let (mut low, mut high, mut behind) = (None, None, false);
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::bound if behind => high = Some(Box::new(self.bound(&part))),
                Rule::bound => low = Some(Box::new(self.bound(&part))),
                Rule::s_dots => behind = true,
                _ => {}
            }
        }
        if low.is_none() && high.is_none() {
            self.report(Problem::missing_value(self.behind(node), "a bound"));
        }
        Expr { kind: ExprKind::Range { low, high }, span: self.span(node) }
    }

    /// A number with or without a sign.
    pub(super) fn bound(&mut self, node: &Node<'_>) -> Expr {
        let span = self.span(node);
        let Some(numbers) = child(node, Rule::numbers) else { return Expr { kind: ExprKind::Bad, span } };
        let number = self.numbers(&numbers);
        if !node.as_str().starts_with('-') {
            return number;
        }
        let operator = crate::ast::UnaryOperator::Negate;
        Expr { kind: ExprKind::Unary { operator, operand: Box::new(number) }, span }
    }

    pub(super) fn type_ref(&mut self, node: &Node<'_>) -> TypeRef {
        let span = self.span(node);
        let mut result = TypeRef { kind: TypeRefKind::Record(Vec::new()), span };
        for part in node.clone().into_inner() {
            let part_span = self.span(&part);
            match part.as_rule() {
                Rule::record => {
                    let fields = child(&part, Rule::fields).map(|fields| self.fields(&fields));
                    result = TypeRef { kind: TypeRefKind::Record(fields.unwrap_or_default()), span: part_span };
                }
                Rule::list_type => {
                    let element = child(&part, Rule::type_ref).map(|element| self.type_ref(&element));
                    result.kind = element.map_or(result.kind, |element| TypeRefKind::List(Box::new(element)));
                    result.span = part_span;
                }
                Rule::named_type => result = self.named_type(&part, part_span),
                Rule::s_optional => {
                    result = TypeRef { kind: TypeRefKind::Optional(Box::new(result)), span };
                }
                _ => {}
            }
        }
        result
    }

    fn named_type(&mut self, node: &Node<'_>, span: Span) -> TypeRef {
        let name = self.first_name(node);
        let name = self.required_name(name, node, "the type");
        let arguments: Vec<TypeRef> = children(node, Rule::type_ref).map(|inner| self.type_ref(&inner)).collect();
        let kind =
            if arguments.is_empty() { TypeRefKind::Name(name) } else { TypeRefKind::Generic { name, arguments } };
        TypeRef { kind, span }
    }
}
