//! Head statements: routes, limits, who may call, and who is told of failures.

use super::ast::{ExprKind, LimitRate, Name, Notify, On, Operand, Raw, ReadBody, StmtKind, Verify};
use super::blocks::Within;
use super::builder::Builder;
use super::errors;
use super::grammar::{Node, Rule};
use super::words::METHODS;

impl Builder<'_> {
    pub fn head_statement(&mut self, node: Node) -> Option<StmtKind> {
        match node.as_rule() {
            Rule::on => self.on(node).map(StmtKind::On),
            Rule::cors => {
                let sites = self.exprs(node);
                if let [only] = sites.as_slice()
                    && let ExprKind::List(inner) = &only.kind
                {
                    let written = self.source.get(only.span.range()).unwrap_or("");
                    self.report(errors::sites_in_brackets(only.span, written));
                    return Some(StmtKind::Cors(inner.clone()));
                }
                Some(StmtKind::Cors(sites))
            }
            Rule::limit_body => {
                let size = self.first_expr(node)?;
                Some(StmtKind::LimitBody(self.size("limit body", size)))
            }
            Rule::limit_rate => {
                let mut exprs = self.exprs(node).into_iter();
                let (count, per, by) = (exprs.next()?, exprs.next()?, exprs.next());
                let per = self.duration("per", per);
                Some(StmtKind::LimitRate(LimitRate { count, per, by }))
            }
            Rule::keep => Some(StmtKind::Keep(self.exprs(node))),
            Rule::keep_failed => {
                let time = self.first_expr(node)?;
                Some(StmtKind::KeepFailed(self.duration("keep_failed", time)))
            }
            Rule::read_body => self.read_body(node).map(StmtKind::ReadBody),
            Rule::verify => self.verify(node).map(StmtKind::Verify),
            Rule::on_failure => Some(StmtKind::OnFailure(self.on_failure(node))),
            _ => None,
        }
    }

    fn on(&mut self, node: Node) -> Option<On> {
        let (mut methods, mut path, mut apart) = (Vec::new(), None, true);
        let start = self.span(&node).start as usize;
        for node in node.into_inner() {
            let span = self.span(&node);
            match node.as_rule() {
                Rule::k_on => {}
                Rule::comma => apart = true,
                Rule::verb => {
                    if !apart {
                        self.report(errors::missing_comma(
                            crate::source::Span::at(span.start as usize),
                            "the methods",
                        ));
                    }
                    apart = false;
                    methods.push(self.method_name(&node));
                }
                Rule::bad_route => {
                    // One of its quotes may be there: the opening one was lost.
                    let route = node.as_str().trim_end().trim_end_matches(['"', '\'', '”', '“', '»']);
                    self.report(errors::route_without_quotes(span, route));
                    path = Some(Raw { text: route.into(), span });
                }
                _ => path = Some(self.raw_text(node)),
            }
        }
        let path = path?;
        if methods.is_empty() {
            let rest = self.rest_of_line(path.span.end).trim_start_matches('"').trim();
            let route = self.source.get(path.span.start as usize - 1..path.span.end as usize + 1);
            match METHODS.iter().find(|method| **method == rest).zip(route) {
                Some((method, route)) => {
                    let start = path.span.start - 1;
                    let line = self.rest_of_line(start).trim_end();
                    let at = crate::source::Span { start, end: start + line.len() as u32 };
                    self.told_to_line_end = Some(start);
                    self.report(errors::method_behind_route(at, method, route));
                }
                None => {
                    let at = crate::source::Span::new(start, start + "on".len());
                    self.report(errors::on_without_method(at));
                }
            }
        }
        if !path.text.starts_with('/') {
            self.report(errors::route_without_slash(path.span, &path.text));
        }
        Some(On { methods, path })
    }

    /// A method of `on` or `send`; upper case, or `any`.
    pub fn method_name(&mut self, node: &Node) -> Name {
        let mut name = Name { text: node.as_str().into(), span: self.span(node) };
        if METHODS.contains(&&*name.text) || &*name.text == "any" {
            return name;
        }
        let upper = name.text.to_uppercase();
        if METHODS.contains(&upper.as_str()) {
            self.report(errors::lower_case_method(name.span, &name.text, &upper));
            name.text = upper.into();
        } else if upper == "ANY" {
            self.report(errors::lower_case_method(name.span, &name.text, "any"));
            name.text = "any".into();
        } else {
            let near = crate::diagnostic::near(&upper, METHODS);
            self.report(errors::unknown_method(name.span, &name.text, near));
        }
        name
    }

    fn read_body(&mut self, node: Node) -> Option<ReadBody> {
        let (mut format, mut charset) = (None, None);
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::name => format = Some(self.name(&node)),
                Rule::bad_charset => {
                    let span = self.span(&node);
                    self.report(errors::charset_without_quotes(span, node.as_str()));
                    charset = Some(super::texts::literal(node.as_str(), span));
                }
                _ => charset = self.text(node).or(charset),
            }
        }
        Some(ReadBody { format: format?, charset })
    }

    fn verify(&mut self, node: Node) -> Option<Verify> {
        let mut nodes = node.into_inner().peekable();
        let (mut scheme, mut operands, mut params) = (None, Vec::new(), Vec::new());
        while let Some(node) = nodes.peek() {
            match node.as_rule() {
                Rule::name => scheme = nodes.next().map(|node| self.name(&node)),
                Rule::verify_word => {
                    operands.extend(nodes.next().map(|node| Operand::Word(self.name(&node))));
                }
                Rule::place => operands.extend(nodes.next().and_then(|node| self.place_operand(node))),
                Rule::maybe_block => {
                    self.in_verify = true;
                    params.extend(
                        nodes.next().into_iter().flat_map(|node| self.only_params(node, Within::Verify)),
                    );
                    self.in_verify = false;
                }
                Rule::k_verify => {
                    nodes.next();
                }
                _ => match self.operand(&mut nodes) {
                    Some(value) => operands.push(Operand::Value(value)),
                    None => {
                        nodes.next();
                    }
                },
            }
        }
        Some(Verify { scheme: scheme?, operands, params })
    }

    fn place_operand(&mut self, node: Node) -> Option<Operand> {
        let mut nodes = node.into_inner();
        let place = self.name(&nodes.next()?);
        let name = nodes.next()?;
        let name = if name.as_rule() == Rule::path { self.path(&name) } else { self.raw_text(name) };
        Some(Operand::Place { place, name })
    }

    fn on_failure(&mut self, node: Node) -> Vec<Notify> {
        let mut notices = Vec::new();
        let Some(block) = node.into_inner().find(|node| node.as_rule() == Rule::block) else {
            return notices;
        };
        for line in self.lines(block) {
            let span = self.span(&line.node);
            let rule = line.node.as_rule();
            match rule {
                Rule::notify => notices.extend(self.notify(line.node)),
                Rule::junk | Rule::bad_block => self.bad_entry(line.node, Within::OnFailure),
                Rule::action => {
                    let at = self.first_line(span);
                    self.report(errors::action_in_on_failure(at));
                }
                _ => self.misplaced(&line.node, Within::OnFailure),
            }
            if let Some(left) = line.left {
                self.left_over(rule, span, &left, Within::OnFailure);
            }
        }
        notices
    }

    fn notify(&mut self, node: Node) -> Option<Notify> {
        let span = self.span(&node);
        let (mut channel, mut targets) = (None, Vec::new());
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::name => channel = Some(self.name(&node)),
                Rule::expr => targets.push(self.expr(node)),
                _ => {}
            }
        }
        Some(Notify { channel: channel?, targets, span })
    }
}
