//! Operators: comparison, arithmetic, membership.

use super::Body;
use super::expressions::refuses;
use crate::codegen::scope::whole;
use crate::declarations::Type;
use crate::plan::{Arithmetic, Comparison, Expr, ExprKind};
use proc_macro2::TokenStream;
use quote::quote;

impl Body<'_> {
    /// `not e`
    pub(in crate::codegen) fn negated(&mut self, inner: &Expr) -> TokenStream {
        match &inner.kind {
            ExprKind::Not(inner) => self.condition(inner),
            ExprKind::Bool(value) => {
                let opposite = !value;
                quote!(#opposite)
            }
            ExprKind::Is { value, some } => {
                let value = self.place(value);
                if *some { quote!(#value.is_none()) } else { quote!(#value.is_some()) }
            }
            // Floats have no opposite comparison in Rust's eyes; everything else has.
            ExprKind::Compare { operator, left, right } if !self.is_float(&left.ty) => {
                self.comparison(opposite(*operator), left, right)
            }
            _ => {
                let inner = self.condition(inner);
                quote!(!#inner)
            }
        }
    }

    fn is_float(&self, ty: &Type) -> bool {
        match self.file.scope.base(ty) {
            Type::Float => true,
            Type::Optional(inner) => self.is_float(inner),
            _ => false,
        }
    }

    pub(super) fn negation(&mut self, inner: &Expr) -> TokenStream {
        let word = self.number_word(&inner.ty);
        let function = quote::format_ident!("neg_{word}");
        let value = self.number(inner);
        quote!(rt::arithmetic::#function(#value)?)
    }

    pub(super) fn comparison(&mut self, operator: Comparison, left: &Expr, right: &Expr) -> TokenStream {
        let equality = matches!(operator, Comparison::Equal | Comparison::NotEqual);
        if equality && self.is_float(&left.ty) {
            let (left, right) = (self.operand(left), self.operand(right));
            let same = quote!(rt::same_float(#left, #right));
            return if operator == Comparison::Equal { same } else { quote!(!#same) };
        }
        if equality
            && matches!(self.file.scope.base(&left.ty), Type::Bool)
            && let Some(simple) = self.bool_comparison(operator, left, right)
        {
            return simple;
        }
        if equality && let Some(empty) = self.empty_comparison(left, right) {
            return if operator == Comparison::Equal { empty } else { quote!(!#empty) };
        }
        let (left, right) = if !equality && matches!(self.file.scope.base(&left.ty), Type::Text) {
            (self.text_operand(left), self.text_operand(right))
        } else {
            (self.operand(left), self.operand(right))
        };
        match operator {
            Comparison::Equal => quote!(#left == #right),
            Comparison::NotEqual => quote!(#left != #right),
            Comparison::Less => quote!(#left < #right),
            Comparison::LessOrEqual => quote!(#left <= #right),
            Comparison::Greater => quote!(#left > #right),
            Comparison::GreaterOrEqual => quote!(#left >= #right),
        }
    }

    /// `name == ""` is `name.is_empty()`.
    fn empty_comparison(&mut self, left: &Expr, right: &Expr) -> Option<TokenStream> {
        let is_empty = |expr: &Expr| matches!(&expr.kind, ExprKind::Text(text) if text.is_empty());
        let value = match (is_empty(left), is_empty(right)) {
            (false, true) => left,
            (true, false) => right,
            _ => return None,
        };
        if !matches!(self.file.scope.base(&value.ty), Type::Text) || matches!(value.kind, ExprKind::Text(_)) {
            return None;
        }
        let place = self.place(value);
        Some(quote!(#place.is_empty()))
    }

    /// `done == true` is `done`.
    fn bool_comparison(&mut self, operator: Comparison, left: &Expr, right: &Expr) -> Option<TokenStream> {
        let (value, literal) = match (&left.kind, &right.kind) {
            (_, ExprKind::Bool(literal)) => (left, *literal),
            (ExprKind::Bool(literal), _) => (right, *literal),
            _ => return None,
        };
        Some(if literal == (operator == Comparison::Equal) { self.condition(value) } else { self.negated(value) })
    }

    /// A text for an order: both sides `&str`.
    fn text_operand(&mut self, expr: &Expr) -> TokenStream {
        match &expr.kind {
            ExprKind::Text(text) => quote!(#text),
            _ => {
                let place = self.place(expr);
                quote!(#place.as_str())
            }
        }
    }

    pub(super) fn arithmetic(&mut self, operator: Arithmetic, left: &Expr, right: &Expr) -> TokenStream {
        let scope = self.file.scope;
        match (scope.base(&left.ty), scope.base(&right.ty)) {
            (Type::Text, _) => {
                let (left, right) = (self.text(left), self.text(right));
                quote!(rt::text::concat(#left, #right)?)
            }
            (Type::List(_), _) => {
                let (left, right) = (self.value(left), self.value(right));
                quote!(rt::joined(#left, #right))
            }
            (Type::Set(_), _) => {
                let (left, right) = (self.value(left), self.reference(right));
                if operator == Arithmetic::Subtract {
                    quote!(rt::without(#left, #right))
                } else {
                    quote!(rt::united(#left, #right))
                }
            }
            (Type::Map(..), _) => {
                let (left, right) = (self.value(left), self.value(right));
                quote!(rt::merged(#left, #right))
            }
            (Type::Timestamp, Type::Timestamp) => self.arithmetic_call("since_timestamp", left, right),
            (Type::Date, Type::Date) => self.arithmetic_call("since_date", left, right),
            (Type::Int, Type::Duration) => self.arithmetic_call("mul_duration", right, left),
            // `duration + timestamp` is the same as the other way round.
            (Type::Duration, Type::Timestamp) => self.arithmetic_call("add_timestamp", right, left),
            (Type::Duration, Type::Date) => self.arithmetic_call("add_date", right, left),
            (ty, _) => {
                let name = format!("{}_{}", operator_word(operator), self.number_word(ty));
                self.arithmetic_call(&name, left, right)
            }
        }
    }

    fn arithmetic_call(&mut self, name: &str, left: &Expr, right: &Expr) -> TokenStream {
        let function = quote::format_ident!("{name}");
        let (left, right) = (self.number(left), self.number(right));
        quote!(rt::arithmetic::#function(#left, #right)?)
    }

    /// A number as the functions of arithmetic take it: decimals by reference.
    pub(super) fn number(&mut self, expr: &Expr) -> TokenStream {
        if matches!(self.file.scope.base(&expr.ty), Type::Decimal) {
            return self.reference(expr);
        }
        self.typed_value(expr)
    }

    /// The word by which the functions of arithmetic know a type.
    pub(super) fn number_word(&self, ty: &Type) -> &'static str {
        match self.file.scope.base(ty) {
            Type::Float => "float",
            Type::Decimal => "decimal",
            Type::Duration => "duration",
            Type::Timestamp => "timestamp",
            Type::Date => "date",
            _ => "int",
        }
    }

    /// `x in c`
    pub(super) fn membership(&mut self, item: &Expr, collection: &Expr) -> TokenStream {
        let scope = self.file.scope;
        let element = match scope.base(&collection.ty) {
            Type::List(inner) | Type::Set(inner) | Type::Map(inner, _) => inner.as_ref(),
            _ => return quote!(false),
        };
        let is_optional =
            matches!(scope.base(&item.ty), Type::Optional(_)) && !matches!(scope.base(element), Type::Optional(_));
        let method =
            if matches!(scope.base(&collection.ty), Type::Map(..)) { quote!(contains_key) } else { quote!(contains) };
        if !is_optional {
            return self.contained(item, collection);
        }
        let item = self.place(item);
        let collection = self.place(collection);
        let name = self.fresh("element");
        self.release(&name);
        if refuses(&collection) {
            return quote!(match &#item { Some(#name) => #collection.#method(#name), None => false });
        }
        quote!(#item.as_ref().is_some_and(|#name| #collection.#method(#name)))
    }

    /// Whether a collection holds an element of its own type.
    pub(super) fn contained(&mut self, item: &Expr, collection: &Expr) -> TokenStream {
        let by_key = matches!(self.file.scope.base(&collection.ty), Type::Map(..));
        let is_list = matches!(self.file.scope.base(&collection.ty), Type::List(_));
        let collection = self.place(collection);
        let item = match &item.kind {
            // A list compares with whole strings; sets and maps look up by `&str`.
            ExprKind::Text(text) if !is_list => quote!(#text),
            _ => self.reference(item),
        };
        if by_key { whole(quote!(#collection.contains_key(#item))) } else { whole(quote!(#collection.contains(#item))) }
    }
}

fn opposite(operator: Comparison) -> Comparison {
    match operator {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
    }
}

fn operator_word(operator: Arithmetic) -> &'static str {
    match operator {
        Arithmetic::Add => "add",
        Arithmetic::Subtract => "sub",
        Arithmetic::Multiply => "mul",
        Arithmetic::Divide => "div",
        Arithmetic::Remainder => "rem",
    }
}
