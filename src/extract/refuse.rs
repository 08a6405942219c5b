//! What jsonpath-rust must not be asked: what it would answer otherwise than RFC 9535 says, or at a cost out of step
//! with the body. What can be said right in another way is rewritten, the rest is refused with the reason.

use jsonpath_rust::parser::model::{
    Comparable, Comparison, Filter, FilterAtom, FnArg, JpQuery, Literal, Segment, Selector, SingularQuery,
    SingularQuerySegment, Test, TestFunction,
};

use super::errors::{self, PathError};
use super::query::functions;
use super::{iregexp, parse};
use crate::source::Span;

const MOST_BYTES: usize = 512;
const MOST_NESTING: usize = 8;
/// The most that the selectors in brackets may multiply to (`[0,1][0,1]` makes 4).
const MOST_SELECTORS: usize = 64;

/// # Errors
/// A path that is too long or nested too deep to be read in a moment, a second `..`, an odd blank, a number that is not
/// exact.
pub fn before_parsing(text: &str) -> Result<(), PathError> {
    if text.len() > MOST_BYTES {
        let start = text.floor_char_boundary(MOST_BYTES);
        return Err(errors::too_long(Span::new(start, text.len()), MOST_BYTES));
    }
    let (mut depth, mut descents, mut previous) = (0_usize, 0, ' ');
    let mut error = None;
    parse::outside_texts(text, 0, |at, char| {
        match char {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '.' if previous == '.' => descents += 1,
            _ => {}
        }
        if error.is_none() && depth > MOST_NESTING {
            error = Some(errors::too_nested(Span::new(at, at + 1), MOST_NESTING));
        }
        // The library trims names, and a name may hold such a blank.
        if error.is_none() && char.is_whitespace() && !char.is_ascii() {
            error = Some(errors::blank(Span::new(at, at + char.len_utf8())));
        }
        if error.is_none() && descents > 1 {
            error = Some(errors::second_descent(Span::new(at - 1, at + 1)));
        }
        previous = if char == '.' && previous == '.' { ' ' } else { char };
    });
    error.map_or_else(|| numbers(text), Err)
}

/// # Errors
/// See this file's head.
pub fn after_parsing(text: &str, query: JpQuery) -> Result<JpQuery, PathError> {
    let mut check = Check { text, selectors: 1 };
    let segments = check.segments(query.segments, Place::Path)?;
    Ok(JpQuery { segments })
}

/// Numbers in filters are read as doubles: what a double does not hold exactly would be compared wrongly.
fn numbers(text: &str) -> Result<(), PathError> {
    let mut outside: Vec<(usize, char)> = Vec::new();
    parse::outside_texts(text, 0, |at, char| outside.push((at, char)));
    let mut rest = outside.as_slice();
    while let Some((start, first)) = rest.first().copied() {
        let is_part =
            |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '_') || !char.is_ascii();
        let signed = |at: usize| matches!(rest.get(at - 1..=at), Some([(_, 'e' | 'E'), (_, '+' | '-')]));
        let len = (1..rest.len())
            .find(|at| rest.get(*at).is_none_or(|(_, char)| !is_part(*char) && !signed(*at)))
            .unwrap_or(rest.len());
        let word: String = rest.iter().take(len).map(|(_, char)| *char).collect();
        if first.is_ascii_digit() && (word.contains(['e', 'E']) || word.contains('.')) {
            let (mantissa, exponent) = word.split_once(['e', 'E']).unwrap_or((&word, "0"));
            let digits =
                mantissa.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count();
            let exponent: Option<i32> = exponent.parse().ok();
            if digits > 15 || exponent.is_none_or(|exponent| exponent.abs() > 300) {
                return Err(errors::long_literal(Span::new(start, start + word.len())));
            }
        }
        rest = rest.get(if is_part(first) { len } else { 1 }..).unwrap_or_default();
    }
    Ok(())
}

/// Where a query stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Path,
    /// In a filter, beginning at the item (`@`).
    Item,
    /// In a filter, beginning at the root (`$`).
    Root,
}

struct Check<'a> {
    text: &'a str,
    /// What the selectors in brackets have multiplied to so far.
    selectors: usize,
}

impl Check<'_> {
    fn segments(&mut self, segments: Vec<Segment>, place: Place) -> Result<Vec<Segment>, PathError> {
        let mut many = false;
        let mut checked = Vec::with_capacity(segments.len());
        for segment in segments {
            let selects_one = matches!(segment, Segment::Selector(Selector::Name(_) | Selector::Index(_)));
            if place == Place::Root && !selects_one {
                return Err(errors::many_from_root(self.whole()));
            }
            checked.push(self.segment(segment, place, many)?);
            many |= !selects_one;
        }
        Ok(checked)
    }

    fn segment(&mut self, segment: Segment, place: Place, many: bool) -> Result<Segment, PathError> {
        Ok(match segment {
            Segment::Descendant(inner) => Segment::Descendant(Box::new(self.segment(*inner, place, true)?)),
            Segment::Selector(selector) => Segment::Selector(self.selector(selector, place)?),
            Segment::Selectors(selectors) => {
                // In a filter only the count of nodes matters, not their order.
                if many && place == Place::Path {
                    return Err(errors::many_orders(self.whole()));
                }
                self.selectors = self.selectors.saturating_mul(selectors.len());
                if self.selectors > MOST_SELECTORS {
                    return Err(errors::too_many_selectors(self.whole(), MOST_SELECTORS));
                }
                let selectors = selectors.into_iter().map(|selector| self.selector(selector, place));
                Segment::Selectors(selectors.collect::<Result<_, _>>()?)
            }
        })
    }

    fn selector(&mut self, selector: Selector, place: Place) -> Result<Selector, PathError> {
        match selector {
            Selector::Filter(_) if place != Place::Path => Err(errors::nested_filter(self.whole())),
            Selector::Filter(filter) => self.filter(filter).map(Selector::Filter),
            other => Ok(other),
        }
    }

    fn filter(&mut self, filter: Filter) -> Result<Filter, PathError> {
        Ok(match filter {
            Filter::Or(filters) => Filter::Or(self.filters(filters)?),
            Filter::And(filters) => Filter::And(self.filters(filters)?),
            Filter::Atom(FilterAtom::Filter { expr, not }) => {
                Filter::Atom(FilterAtom::Filter { expr: Box::new(self.filter(*expr)?), not })
            }
            Filter::Atom(FilterAtom::Comparison(comparison)) => self.comparison(*comparison)?,
            Filter::Atom(FilterAtom::Test { expr, not }) => {
                let expr = match *expr {
                    Test::Function(function) => match *function {
                        TestFunction::Length(_) => {
                            return Err(errors::uncompared(self.find("length"), "length"));
                        }
                        TestFunction::Count(_) => {
                            return Err(errors::uncompared(self.find("count"), "count"));
                        }
                        TestFunction::Value(_) => {
                            return Err(errors::uncompared(self.find("value"), "value"));
                        }
                        function => Test::Function(Box::new(self.function(function)?)),
                    },
                    query => self.nodes(query)?,
                };
                Filter::Atom(FilterAtom::Test { expr: Box::new(expr), not })
            }
        })
    }

    fn filters(&mut self, filters: Vec<Filter>) -> Result<Vec<Filter>, PathError> {
        filters.into_iter().map(|filter| self.filter(filter)).collect()
    }

    fn comparison(&mut self, comparison: Comparison) -> Result<Filter, PathError> {
        let (name, left, right) = match comparison {
            Comparison::Eq(left, right) => (functions::EQUAL, left, right),
            Comparison::Ne(left, right) => (functions::UNEQUAL, left, right),
            Comparison::Lt(left, right) => (functions::LESS, left, right),
            Comparison::Lte(left, right) => (functions::AT_MOST, left, right),
            Comparison::Gt(left, right) => (functions::GREATER, left, right),
            Comparison::Gte(left, right) => (functions::AT_LEAST, left, right),
        };
        let function = custom(name, vec![self.comparable(left)?, self.comparable(right)?]);
        Ok(Filter::Atom(FilterAtom::test(Test::Function(Box::new(function)), false)))
    }

    fn comparable(&mut self, comparable: Comparable) -> Result<FnArg, PathError> {
        let test = match comparable {
            Comparable::Literal(literal) => return Ok(FnArg::Literal(literal)),
            Comparable::Function(function) => Test::Function(Box::new(self.function(function)?)),
            Comparable::SingularQuery(SingularQuery::Current(segments)) => Test::RelQuery(singular(segments)),
            Comparable::SingularQuery(SingularQuery::Root(segments)) => {
                Test::AbsQuery(JpQuery { segments: singular(segments) })
            }
        };
        Ok(FnArg::Test(Box::new(test)))
    }

    fn function(&mut self, function: TestFunction) -> Result<TestFunction, PathError> {
        Ok(match function {
            TestFunction::Length(argument) => {
                TestFunction::Length(Box::new(self.value(*argument, "length")?))
            }
            TestFunction::Count(argument) => {
                custom(functions::COUNT, vec![self.argument(argument, "count")?])
            }
            TestFunction::Value(argument) => TestFunction::Value(self.argument(argument, "value")?),
            TestFunction::Match(text, pattern) => self.pattern(text, pattern, "match")?,
            TestFunction::Search(text, pattern) => self.pattern(text, pattern, "search")?,
            TestFunction::Custom(name, _) => return Err(errors::foreign_function(self.find(&name), &name)),
        })
    }

    fn pattern(&mut self, text: FnArg, pattern: FnArg, name: &str) -> Result<TestFunction, PathError> {
        let FnArg::Literal(pattern) = pattern else { return Err(errors::pattern_from_data(self.find(name))) };
        let Literal::String(pattern) = pattern else {
            return Err(errors::wrong_argument(self.find(name), name));
        };
        let translated = iregexp::translate(&pattern, name == "match")
            .map_err(|reason| errors::pattern(self.find(name), &reason))?;
        let text = self.value(text, name)?;
        Ok(custom(functions::MATCHES, vec![text, FnArg::Literal(Literal::String(translated))]))
    }

    /// An argument that is one value: a literal, a path that selects one node, or a function's result.
    fn value(&mut self, argument: FnArg, name: &str) -> Result<FnArg, PathError> {
        let is_one = match &argument {
            FnArg::Literal(_) => true,
            FnArg::Filter(_) => false,
            FnArg::Test(test) => match &**test {
                Test::RelQuery(segments) => is_singular(segments),
                Test::AbsQuery(query) => is_singular(&query.segments),
                Test::Function(function) => function.is_comparable(),
            },
        };
        if !is_one {
            return Err(errors::wrong_argument(self.find(name), name));
        }
        match argument {
            FnArg::Test(test) => match *test {
                Test::Function(function) => {
                    Ok(FnArg::Test(Box::new(Test::Function(Box::new(self.function(*function)?)))))
                }
                query => Ok(FnArg::Test(Box::new(query))),
            },
            literal => Ok(literal),
        }
    }

    /// An argument that is the nodes of a path.
    fn argument(&mut self, argument: FnArg, name: &str) -> Result<FnArg, PathError> {
        match argument {
            FnArg::Test(test) if !matches!(*test, Test::Function(_)) => {
                Ok(FnArg::Test(Box::new(self.nodes(*test)?)))
            }
            _ => Err(errors::wrong_argument(self.find(name), name)),
        }
    }

    fn nodes(&mut self, test: Test) -> Result<Test, PathError> {
        Ok(match test {
            Test::RelQuery(segments) => Test::RelQuery(self.segments(segments, Place::Item)?),
            Test::AbsQuery(query) => {
                Test::AbsQuery(JpQuery { segments: self.segments(query.segments, Place::Root)? })
            }
            function => function,
        })
    }

    fn whole(&self) -> Span {
        Span::new(0, self.text.len())
    }

    /// Where a function is called; the whole path if that cannot be found.
    fn find(&self, function: &str) -> Span {
        let at = self.text.find(&format!("{function}("));
        at.map_or_else(|| self.whole(), |at| Span::new(at, at + function.len()))
    }
}

fn custom(name: &str, args: Vec<FnArg>) -> TestFunction {
    TestFunction::Custom(name.to_owned(), args)
}

fn is_singular(segments: &[Segment]) -> bool {
    segments
        .iter()
        .all(|segment| matches!(segment, Segment::Selector(Selector::Name(_) | Selector::Index(_))))
}

fn singular(segments: Vec<SingularQuerySegment>) -> Vec<Segment> {
    let selector = |segment| match segment {
        SingularQuerySegment::Name(name) => Selector::Name(name),
        SingularQuerySegment::Index(index) => Selector::Index(index),
    };
    segments.into_iter().map(|segment| Segment::Selector(selector(segment))).collect()
}
