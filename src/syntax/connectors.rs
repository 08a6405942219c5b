//! Connectors: services that are described in wj itself.

use super::ast::{Connector, ConnectorAction, ConnectorParam, Name, Returns};
use super::blocks::Within;
use super::builder::Builder;
use super::errors;
use super::grammar::{Node, Rule};
use super::words;
use crate::source::Span;

impl Builder<'_> {
    pub fn connector(&mut self, node: Node) -> Connector {
        let span = self.span(&node);
        let at = Span { start: span.start, end: span.start + "connector".len() as u32 };
        let name = Name { text: "".into(), span: at };
        let mut connector =
            Connector { name, title: None, base: None, actions: Vec::new(), span, broken: false };
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::name | Rule::bad_name => connector.name = self.name_of_item(&node),
                Rule::block => self.connector_lines(node, &mut connector),
                Rule::bad_colon => {
                    let at = self.span(&node);
                    self.report(errors::colon_after_head(at));
                }
                _ => connector.title = self.text(node).or(connector.title),
            }
        }
        if connector.name.text.is_empty() {
            let title = connector.title.as_ref().map(|title| title.span);
            let written =
                title.and_then(|title| self.source.get(title.range())).unwrap_or("").trim_matches('"');
            let is_name = !written.is_empty() && words::first_word(written) == written;
            self.report(errors::connector_without_name(
                at,
                title.filter(|_| is_name).map(|title| (title, written)),
            ));
            if is_name {
                connector.name.text = written.into();
            }
        }
        connector
    }

    fn connector_lines(&mut self, block: Node, connector: &mut Connector) {
        for line in self.lines(block) {
            let span = self.span(&line.node);
            let rule = line.node.as_rule();
            if self.reworded(&line, Within::Connector) {
                // `base = "…"`
                let base = self.muted(|this| this.params(line.node)).into_iter().next();
                connector.base = connector.base.take().or(base.map(|(param, _)| param.value));
                continue;
            }
            match rule {
                Rule::base => {
                    let base = line.node.into_inner().find_map(|node| self.text(node));
                    if connector.base.is_some() {
                        self.report(errors::second_of(span, "`base`", "a connector"));
                    }
                    connector.base = connector.base.take().or(base);
                }
                Rule::connector_action => connector.actions.extend(self.connector_action(line.node)),
                Rule::junk | Rule::bad_block => self.bad_entry(line.node, Within::Connector),
                _ => self.misplaced(&line.node, Within::Connector),
            }
            if let Some(left) = line.left {
                self.left_over(rule, span, &left, Within::Connector);
            }
        }
    }

    fn connector_action(&mut self, node: Node) -> Option<ConnectorAction> {
        let span = self.span(&node);
        let (mut name, mut title, mut block) = (None, None, None);
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::name | Rule::bad_name => name = Some(self.name_of_item(&node)),
                Rule::block => block = Some(node),
                _ => title = self.text(node).or(title),
            }
        }
        let name = name?;
        let mut action = ConnectorAction {
            name,
            title,
            params: Vec::new(),
            call: None,
            returns: None,
            span,
            broken: false,
        };
        for line in self.lines(block?) {
            let span = self.span(&line.node);
            let rule = line.node.as_rule();
            let reworded = self.reworded(&line, Within::ConnectorAction);
            if reworded || matches!(rule, Rule::junk | Rule::bad_block) {
                action.broken = true;
                action.params.extend(self.param_meant(&line.node));
            }
            if reworded {
                continue;
            }
            match rule {
                Rule::connector_param => action.params.extend(self.connector_param(line.node)),
                Rule::action => {
                    if action.call.is_some() {
                        self.report(errors::second_of(span, "call", "an action of a connector"));
                    }
                    action.call = Some(self.action(line.node));
                }
                Rule::returns => action.returns = Some(self.returns(line.node)),
                Rule::junk | Rule::bad_block => self.bad_entry(line.node, Within::ConnectorAction),
                _ => self.misplaced(&line.node, Within::ConnectorAction),
            }
            if let Some(left) = line.left {
                self.left_over(rule, span, &left, Within::ConnectorAction);
            }
        }
        Some(action)
    }

    /// The parameter of a line that begins with `param` and cannot be read further, so that its uses are not unknown.
    fn param_meant(&self, node: &Node) -> Option<ConnectorParam> {
        let span = self.span(node);
        let rest = node.as_str().strip_prefix("param ")?.trim_start();
        let name = words::first_word(rest);
        let behind = rest.get(name.len()..)?.trim_start_matches([':', ' ']);
        let kind = words::kind_meant(words::first_word(behind)).unwrap_or("text");
        let word = |text: &str| Name { text: text.into(), span };
        let optional = behind.contains("optional");
        (!name.is_empty()).then(|| ConnectorParam {
            name: word(name),
            kind: word(kind),
            optional,
            default: None,
            text: None,
            span,
        })
    }

    fn connector_param(&mut self, node: Node) -> Option<ConnectorParam> {
        let span = self.span(&node);
        let (mut name, mut kind, mut optional, mut default, mut text) = (None, None, false, None, None);
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::name | Rule::bad_name => name = Some(self.param_name(&node)),
                Rule::kind => kind = Some(self.name(&node)),
                Rule::k_optional => optional = true,
                Rule::expr => default = Some(self.expr(node)),
                _ => text = self.text(node).or(text),
            }
        }
        Some(ConnectorParam { name: name?, kind: kind?, optional, default, text, span })
    }

    fn returns(&mut self, node: Node) -> Returns {
        let span = self.span(&node);
        let mut returns = Returns { on_missing: None, fields: Vec::new(), span };
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::on_missing => returns.on_missing = Some(self.on_missing(node)),
                Rule::fields_block => returns.fields = self.fields(node),
                _ => {}
            }
        }
        returns
    }
}
