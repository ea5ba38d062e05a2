//! The statements of `apply`: the only ones that change rows.

use raftstone_dsl::ast;
use raftstone_dsl::ast::{AssignOperator, Expr};

use super::{Body, Bound, Origin, construct::Target, types};
use crate::codes::apply as codes;
use crate::codes::expressions;
use crate::declarations::{Field, Source, Type};
use crate::effects;
use crate::names::Named;
use crate::plan;
use crate::plan::{Arithmetic, Comparison, ExprKind, LambdaMethod, Statement};

/// A field that is assigned to.
struct Place<'a> {
    table: Source,
    row: plan::Expr,
    position: usize,
    field: &'a Field,
}

impl<'a> Body<'a, '_> {
    pub(crate) fn assign(&mut self, target: &Expr, operator: AssignOperator, value: &Expr, out: &mut Vec<Statement>) {
        let Some(place) = self.assigned(target) else {
            if !super::construct::needs_type(value) {
                self.infer(value, None);
            }
            return;
        };
        let origin = Some(Origin { span: place.field.span, what: "this field" });
        match operator {
            AssignOperator::Set => {
                let value = self.check(value, &place.field.ty, origin);
                out.push(Statement::Assign(place.table, place.row, place.position, value));
            }
            AssignOperator::Add | AssignOperator::Subtract => {
                let add = operator == AssignOperator::Add;
                if let Some(statement) = self.change(place, add, value, target) {
                    out.push(statement);
                }
            }
        }
    }

    /// The row and field of an assignment's target.
    fn assigned(&mut self, target: &Expr) -> Option<Place<'a>> {
        if self.place == effects::Place::Fold {
            return self.folded(target);
        }
        let ast::ExprKind::Field { base, name, optional: false } = &target.kind else {
            self.report_target(target);
            return None;
        };
        if matches!(&base.kind, ast::ExprKind::Name(it) if it.text == "event" && !self.is_in_scope("event")) {
            self.report_target(target);
            return None;
        }
        let row = self.infer_value(base, None);
        let row_type = self.plain(&row.ty).clone();
        let Type::Reference(Source::Model(model)) = row_type else {
            self.report_no_row(&row, &row_type);
            return None;
        };
        let declared = self.declarations().models.get(model.index())?;
        let Some(position) = declared.fields.iter().position(|it| it.name == name.text) else {
            // Reading the field reports the near name, or that a back-reference is virtual.
            let found = self.infer_field(row, name, None, target.span);
            if found.ty != Type::Error {
                let message = format!("`{}` is made from other rows", name.text);
                let problem = self.problem(&codes::NOT_ASSIGNABLE, name.span, message);
                self.report(problem.help("change the rows that refer to this one"));
            }
            return None;
        };
        if declared.key.contains(&position) {
            let message = format!("`{}` is the key of `{}`, and never changes", name.text, declared.name);
            let problem = self.problem(&codes::KEY_IMMUTABLE, name.span, message);
            let field = declared.fields.get(position).map(|it| it.span).unwrap_or_default();
            self.report(problem.other(field, "the key").help("`insert` a row with the other key instead"));
            return None;
        }
        let field = declared.fields.get(position)?;
        Some(Place { table: Source::Model(model), row, position, field })
    }

    /// The field of the own row that a fold changes.
    fn folded(&mut self, target: &Expr) -> Option<Place<'a>> {
        let ast::ExprKind::Name(name) = &target.kind else {
            if !matches!(target.kind, ast::ExprKind::Bad) {
                self.report_no_fold(target.span, "this is no field of the view");
            }
            return None;
        };
        let bound = self.look_up(&name.text);
        let Some(Bound::OwnField(position)) = bound else {
            if bound.is_some() || self.is_event_field(&name.text) {
                self.report_no_fold(target.span, &format!("`{}` is no field of the view", name.text));
            } else {
                self.infer(target, None);
            }
            return None;
        };
        let row = self.read_local(plan::LocalId(0), target.span);
        let Type::Reference(table) = row.ty else { return None };
        let field = self.declarations().fields(table).get(position)?;
        if self.declarations().key(table).contains(&position) {
            let message = format!("`{}` is a key of the view, and says which row is meant", name.text);
            let problem = self.problem(&codes::KEY_IMMUTABLE, name.span, message);
            self.report(problem.other(field.span, "the key").help("give the key behind `for`"));
            return None;
        }
        Some(Place { table, row, position, field })
    }

    /// Says that a fold changes nothing but its own row.
    pub(super) fn report_no_fold(&mut self, span: ast::Span, message: &str) {
        let problem = self.problem(&crate::codes::views::FOLD_CHANGES, span, message);
        self.report(problem.help("assign to a field of the view; rows of models change in the `apply` of the event"));
    }

    fn report_target(&mut self, target: &Expr) {
        let message = "only a field of a row can be assigned to";
        let problem = self.problem(&codes::NOT_ASSIGNABLE, target.span, message);
        let problem = match &target.kind {
            ast::ExprKind::Field { optional: true, .. } => problem.help("unwrap the row with `if let` first"),
            ast::ExprKind::Name(_) => problem.help("the fields of an event are facts: write `row.field = …`"),
            ast::ExprKind::Index { .. } => problem.help("assign the whole field, or use `+=` and `-=`"),
            _ => problem.help("write `row.field = …`"),
        };
        self.report(problem);
    }

    fn report_no_row(&mut self, row: &plan::Expr, ty: &Type) {
        if types::is_poison(ty) {
            return;
        }
        let words = self.words(ty);
        let problem = |code, message: String| crate::problem::Problem::new(code, row.span, message);
        let problem = match ty {
            Type::Optional(_) => problem(&expressions::MAYBE_NONE, format!("this is `{words}`, and may be none"))
                .help("write `if let x = … { x.field = … }`"),
            Type::Reference(Source::View(_)) => {
                problem(&codes::NOT_ASSIGNABLE, "a view's rows follow from its model".to_owned())
                    .help("change the row of the model")
            }
            _ => problem(&codes::NOT_ASSIGNABLE, format!("`{words}` is no row of a model"))
                .help("only a field of a row can be assigned to"),
        };
        self.report(problem);
    }

    /// `+=` and `-=`
    fn change(&mut self, place: Place<'a>, add: bool, value: &Expr, target: &Expr) -> Option<Statement> {
        match self.plain(&place.field.ty).clone() {
            Type::Set(element) => Some(self.change_set(place, add, value, *element)),
            Type::Map(key, _) => Some(self.change_map(place, add, value, *key)),
            Type::List(element) => Some(self.change_list(place, add, value, *element)),
            _ => self.change_value(place, add, value, target),
        }
    }

    fn change_value(&mut self, place: Place<'a>, add: bool, value: &Expr, target: &Expr) -> Option<Statement> {
        let ty = place.field.ty.clone();
        let hint = types::is_number(self.declarations(), &ty).then_some(&ty);
        let value = self.infer_value(value, hint);
        let current = ExprKind::RowField(Box::new(place.row.clone()), place.position);
        let current = self.expr(current, ty.clone(), target.span);
        let operator = if add { Arithmetic::Add } else { Arithmetic::Subtract };
        let span = ast::Span::new(target.span.start, value.span.span.end);
        let at = ast::Span::new(target.span.end, value.span.span.start);
        if !self.may_change(&ty, operator, &value.ty) {
            self.report_change(add, at, place.field, &current, &value);
            return None;
        }
        let result = self.arithmetic((operator, at), current, value, span);
        if result.ty == Type::Error {
            return None;
        }
        let result = self.coerce(result, &ty, None);
        Some(Statement::Assign(place.table, place.row, place.position, result))
    }

    /// Whether the operator takes both, or what is wrong with one of them is said elsewhere.
    fn may_change(&self, field: &Type, operator: Arithmetic, value: &Type) -> bool {
        let said_elsewhere =
            |ty: &Type| types::is_poison(ty) || matches!(self.plain(ty), Type::Optional(_) | Type::Patch(_));
        said_elsewhere(field) || said_elsewhere(value) || self.arithmetic_type(operator, field, value).is_some()
    }

    /// A field cannot change by this value. The field keeps its type, so only the value can give way.
    fn report_change(
        &mut self,
        add: bool,
        operator: ast::Span,
        field: &Field,
        current: &plan::Expr,
        value: &plan::Expr,
    ) {
        let sign = if add { "+=" } else { "-=" };
        let (left, right) = (self.words(&current.ty), self.words(&value.ty));
        let message = format!("`{sign}` is not defined for `{left}` and `{right}`");
        let problem = self
            .problem(&expressions::OPERATOR_TYPES, operator, message)
            .other(current.span, format!("this is `{left}`"))
            .other(value.span, format!("this is `{right}`"));
        let name = &field.name;
        let problem = match (self.plain(&current.ty), self.plain(&value.ty)) {
            (Type::Decimal, Type::Int) => super::coerce::wrap_fix(problem, value, "decimal"),
            (Type::Float, Type::Int | Type::Decimal) => super::coerce::wrap_fix(problem, value, "float"),
            (Type::Int, Type::Float | Type::Decimal) => {
                problem.help(format!("`{name}` holds whole numbers only: give an `int`, or declare `{name}: {right}`"))
            }
            (Type::Decimal, Type::Float) => {
                problem.help(format!("a `float` is not exact: give a `decimal`, or declare `{name}: float`"))
            }
            (Type::Text, _) if add => problem.help("a text made of values is written `\"{value}\"`"),
            (Type::Timestamp | Type::Date, _) => problem.help("a time changes by a `duration`, such as `30d`"),
            _ => problem,
        };
        self.report(problem);
    }

    /// An element, or a collection of them: (value, whether it is many).
    fn element_or_many(&mut self, value: &Expr, element: &Type) -> (plan::Expr, bool) {
        let found = self.infer_value(value, Some(element));
        let is_many = match self.plain(&found.ty) {
            Type::List(of) | Type::Set(of) => types::same(self.declarations(), of, element),
            _ => false,
        };
        let is_element_itself = types::same(self.declarations(), &found.ty, element);
        if is_many && !is_element_itself {
            return (found, true);
        }
        (self.coerce(found, element, None), false)
    }

    fn change_set(&mut self, place: Place<'a>, add: bool, value: &Expr, element: Type) -> Statement {
        let (value, many) = self.element_or_many(value, &element);
        let Place { table, row, position: field, .. } = place;
        Statement::Change { table, row, field, add, value, many }
    }

    fn change_map(&mut self, place: Place<'a>, add: bool, value: &Expr, key: Type) -> Statement {
        let (value, many) = if add {
            let origin = Origin { span: place.field.span, what: "this field" };
            (self.check(value, &place.field.ty, Some(origin)), true)
        } else {
            self.element_or_many(value, &key)
        };
        let Place { table, row, position: field, .. } = place;
        Statement::Change { table, row, field, add, value, many }
    }

    /// A list grows at its end; what is taken out goes wherever it stands.
    fn change_list(&mut self, place: Place<'a>, add: bool, value: &Expr, element: Type) -> Statement {
        let (value, many) = self.element_or_many(value, &element);
        let span = value.span.span;
        let list = place.field.ty.clone();
        let current = ExprKind::RowField(Box::new(place.row.clone()), place.position);
        let current = self.expr(current, list.clone(), span);
        let changed = if add {
            let more = if many { value } else { self.expr(ExprKind::Collection(vec![value]), list.clone(), span) };
            let kind =
                ExprKind::Arithmetic { operator: Arithmetic::Add, left: Box::new(current), right: Box::new(more) };
            self.expr(kind, list, span)
        } else {
            self.list_without(current, value, many, element, list)
        };
        Statement::Assign(place.table, place.row, place.position, changed)
    }

    fn list_without(
        &mut self,
        current: plan::Expr,
        value: plan::Expr,
        many: bool,
        element: Type,
        list: Type,
    ) -> plan::Expr {
        let span = value.span.span;
        let local = self.new_local("item", element);
        let item = self.read_local(local, span);
        let stays = if many {
            let kind = ExprKind::In { item: Box::new(item), collection: Box::new(value) };
            let is_in = self.expr(kind, Type::Bool, span);
            self.expr(ExprKind::Not(Box::new(is_in)), Type::Bool, span)
        } else {
            let kind =
                ExprKind::Compare { operator: Comparison::NotEqual, left: Box::new(item), right: Box::new(value) };
            self.expr(kind, Type::Bool, span)
        };
        let kind = ExprKind::WithLambda {
            method: LambdaMethod::Filter,
            collection: Box::new(current),
            local,
            body: Box::new(stays),
        };
        self.expr(kind, list, span)
    }

    /// `insert M { … }`
    pub(crate) fn insert(&mut self, row: &Expr, out: &mut Vec<Statement>) {
        let ast::ExprKind::Struct { name: Some(name), of: None, fields } = &row.kind else {
            if !matches!(row.kind, ast::ExprKind::Bad) {
                let message = "`insert` takes a row: `insert Model { … }`";
                self.report(self.problem(&codes::NOT_A_MODEL, row.span, message));
            }
            return;
        };
        let id = match self.shared.names.get(&name.text).map(|entry| entry.named) {
            Some(Named::Model(id)) => id,
            Some(Named::Unknown) => return,
            _ => {
                let fits = |named: Named| matches!(named, Named::Model(_));
                let near = self.shared.names.nearest(&name.text, &fits);
                let message = format!("there is no model `{}`", name.text);
                let problem = self.problem(&codes::NOT_A_MODEL, name.span, message);
                self.report(problem.did_you_mean(near));
                return;
            }
        };
        let Some(model) = self.declarations().models.get(id.index()) else { return };
        let target = Target {
            name: model.name.clone(),
            declared: model.span,
            fields: model.fields.iter().collect(),
            is_open: vec![true; model.fields.len()],
            is_damaged: self.is_damaged(Named::Model(id)),
        };
        let mut given = self.fields_given(&target, fields);
        for (local, value) in given.take_lets() {
            out.push(Statement::Let(local, value));
        }
        let mut missing = Vec::new();
        for (position, value) in given.values.iter_mut().enumerate() {
            if value.is_none() {
                *value = self.model_default(id, model, position, row.span);
            }
            if value.is_none() {
                missing.extend(model.fields.get(position).map(|field| field.name.as_str()));
            }
        }
        if missing.is_empty() {
            out.push(Statement::Insert(id, given.values.into_iter().flatten().collect()));
        } else if !given.is_wrong {
            self.report_missing(&target, &missing, row.span);
        }
    }

    /// `delete x`
    pub(crate) fn delete(&mut self, row: &Expr, out: &mut Vec<Statement>) {
        let row = self.infer_value(row, None);
        match self.plain(&row.ty).clone() {
            Type::Reference(Source::Model(model)) => out.push(Statement::Delete(model, row)),
            other => self.report_no_row(&row, &other),
        }
    }
}
