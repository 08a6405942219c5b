//! The table of all routes of one set of scripts: built once, never changed, swapped as a whole.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::resolve::program::{Pipeline, Route, Segment};

use super::target;

/// Which pipeline takes which path and method.
#[derive(Debug, Default)]
pub struct Routes {
    pipelines: Vec<Arc<Pipeline>>,
    /// Paths without parameters as they mostly come: one look-up, nothing allocated.
    literal: HashMap<String, Vec<Taker>>,
    root: Node,
}

/// A route of a pipeline, by index: a table lives as long as its requests, and clones nothing to build.
#[derive(Clone, Copy, Debug)]
struct Taker {
    pipeline: usize,
    route: usize,
}

#[derive(Debug, Default)]
struct Node {
    literals: BTreeMap<String, Node>,
    param: Option<Box<Node>>,
    takers: Vec<Taker>,
}

/// What a path and a method lead to.
#[derive(Debug)]
pub enum Found<'a> {
    Pipeline {
        pipeline: &'a Arc<Pipeline>,
        route: &'a Route,
        params: Vec<(Arc<str>, Arc<str>)>,
    },
    /// The path is known, the method is not: the routes of the path, the most specific first.
    OtherMethod(Vec<(&'a Arc<Pipeline>, &'a Route)>),
    Unknown,
    /// The path itself cannot be read.
    Malformed,
}

impl Routes {
    /// Of two routes that are the same the first one counts; `check` has refused the other.
    pub fn new(pipelines: Vec<Arc<Pipeline>>) -> Routes {
        let mut routes = Routes { pipelines, ..Routes::default() };
        for (at, pipeline) in routes.pipelines.iter().enumerate() {
            for (route, on) in pipeline.routes.iter().enumerate() {
                let taker = Taker { pipeline: at, route };
                routes.root.insert(&on.segments, taker);
                if let Some(path) = literal_path(&on.segments) {
                    routes.literal.entry(path).or_default().push(taker);
                }
            }
        }
        routes
    }

    pub fn pipelines(&self) -> &[Arc<Pipeline>] {
        &self.pipelines
    }

    /// Paths match exactly, segment by segment; a literal beats a parameter, and of several routes that fit the path
    /// the first that takes the method gets the request. HEAD is answered wherever GET is, without the body
    /// (RFC 9110, 9.3.2), unless a route takes HEAD itself.
    pub fn find(&self, method: &str, path: &str) -> Found<'_> {
        match self.find_taker(method, path) {
            Found::OtherMethod(others) if method == "HEAD" => match self.find_taker("GET", path) {
                found @ Found::Pipeline { .. } => found,
                _ => Found::OtherMethod(others),
            },
            found => found,
        }
    }

    fn find_taker(&self, method: &str, path: &str) -> Found<'_> {
        if let Some((pipeline, route)) = self.find_literal(method, path) {
            return Found::Pipeline { pipeline, route, params: Vec::new() };
        }
        let Some(path) = path.strip_prefix('/') else { return Found::Unknown };
        let Some(segments) = target::segments(path) else { return Found::Malformed };
        let mut fitting = Vec::new();
        self.root.collect(&segments, &mut fitting);
        for taker in &fitting {
            let Some((pipeline, route)) = self.get(*taker) else { continue };
            if takes(route, method) {
                return Found::Pipeline { pipeline, route, params: params(route, &segments) };
            }
        }
        match fitting.is_empty() {
            true => Found::Unknown,
            false => Found::OtherMethod(fitting.iter().filter_map(|taker| self.get(*taker)).collect()),
        }
    }

    fn find_literal(&self, method: &str, path: &str) -> Option<(&Arc<Pipeline>, &Route)> {
        let takers = self.literal.get(path)?;
        takers.iter().filter_map(|taker| self.get(*taker)).find(|(_, on)| takes(on, method))
    }

    fn get(&self, taker: Taker) -> Option<(&Arc<Pipeline>, &Route)> {
        let pipeline = self.pipelines.get(taker.pipeline)?;
        Some((pipeline, pipeline.routes.get(taker.route)?))
    }
}

impl Node {
    fn insert(&mut self, segments: &[Segment], taker: Taker) {
        let Some((first, rest)) = segments.split_first() else {
            self.takers.push(taker);
            return;
        };
        let next = match first {
            Segment::Literal(text) => self.literals.entry(decoded(text).into_owned()).or_default(),
            Segment::Param(_) => self.param.get_or_insert_default(),
        };
        next.insert(rest, taker);
    }

    /// Walks every branch that fits. Each node is reached by one way only, so the walk is bounded by the table.
    fn collect(&self, segments: &[Cow<'_, str>], found: &mut Vec<Taker>) {
        let Some((first, rest)) = segments.split_first() else {
            found.extend(&self.takers);
            return;
        };
        if let Some(next) = self.literals.get(first.as_ref()) {
            next.collect(rest, found);
        }
        if let Some(next) = &self.param
            && !first.is_empty()
        {
            next.collect(rest, found);
        }
    }
}

fn takes(route: &Route, method: &str) -> bool {
    route.methods.as_ref().is_none_or(|methods| methods.iter().any(|own| **own == *method))
}

fn params(route: &Route, segments: &[Cow<'_, str>]) -> Vec<(Arc<str>, Arc<str>)> {
    let both = route.segments.iter().zip(segments);
    both.filter_map(|(segment, value)| match segment {
        Segment::Param(name) => Some((name.clone(), Arc::from(value.as_ref()))),
        Segment::Literal(_) => None,
    })
    .collect()
}

/// The path as a request would write it without any escape; `None` where it needs one.
fn literal_path(segments: &[Segment]) -> Option<String> {
    let mut path = String::new();
    for segment in segments {
        let Segment::Literal(text) = segment else { return None };
        let text = decoded(text);
        if text.contains(['/', '%', '?', '#']) {
            return None;
        }
        path.push('/');
        path.push_str(&text);
    }
    Some(path)
}

/// A script may write a literal with or without escapes.
fn decoded(literal: &str) -> Cow<'_, str> {
    target::decode(literal).unwrap_or(Cow::Borrowed(literal))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::resolve::program::Cors;

    /// A pipeline of routes alone: `("POST,PUT", "/a/{x}")`, `*` for any method.
    pub fn pipeline(
        name: &str,
        routes: &[(&str, &str)],
        cors: Option<Cors>,
        body_limit: u64,
    ) -> Arc<Pipeline> {
        let routes = routes.iter().map(|(methods, pattern)| Route {
            methods: (*methods != "*").then(|| methods.split(',').map(Arc::from).collect()),
            pattern: Arc::from(*pattern),
            segments: pattern.strip_prefix('/').unwrap().split('/').map(segment).collect(),
            span: Default::default(),
        });
        Arc::new(Pipeline {
            name: name.into(),
            title: None,
            source: Arc::new(crate::source::Source::new("test.wj", "")),
            file: "a.wj".into(),
            span: Default::default(),
            hash: [0; 32],
            routes: routes.collect(),
            cors,
            body_limit,
            rates: Vec::new(),
            verify: Vec::new(),
            reading: Default::default(),
            code: Vec::new(),
            slots: Vec::new(),
            picker: crate::extract::Picker::new(&[]),
            secrets: Vec::new(),
            notify: Vec::new(),
            keep: Default::default(),
        })
    }

    fn segment(text: &str) -> Segment {
        match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(name) => Segment::Param(name.into()),
            None => Segment::Literal(text.into()),
        }
    }

    fn routes(all: &[(&str, &str)]) -> Routes {
        Routes::new(
            all.iter().map(|(on, path)| pipeline(&format!("{on} {path}"), &[(on, path)], None, 1)).collect(),
        )
    }

    /// The pipeline's name with the parameters behind it, or what else there is.
    fn found(routes: &Routes, method: &str, path: &str) -> String {
        match routes.find(method, path) {
            Found::Pipeline { pipeline, params, .. } => {
                let params: String = params.iter().map(|(name, value)| format!(" {name}={value}")).collect();
                format!("{}{params}", pipeline.name)
            }
            Found::OtherMethod(others) => format!("other of {}", others.len()),
            Found::Unknown => "unknown".into(),
            Found::Malformed => "malformed".into(),
        }
    }

    #[test]
    fn paths_match_exactly() {
        let routes = routes(&[("POST", "/a"), ("GET", "/"), ("POST", "/b/"), ("GET", "/привет")]);
        assert_eq!(found(&routes, "POST", "/a"), "POST /a");
        assert_eq!(found(&routes, "GET", "/"), "GET /");
        assert_eq!(found(&routes, "POST", "/b/"), "POST /b/");
        assert_eq!(found(&routes, "POST", "/%61"), "POST /a");
        assert_eq!(found(&routes, "GET", "/%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82"), "GET /привет");
        for unknown in ["/a/", "/A", "/b", "//a", "/a/b", "", "*"] {
            assert_eq!(found(&routes, "POST", unknown), "unknown", "{unknown}");
        }
        assert_eq!(found(&routes, "GET", "/a"), "other of 1");
        assert_eq!(found(&routes, "post", "/a"), "other of 1");
    }

    #[test]
    fn a_parameter_is_one_segment_and_never_empty() {
        let routes = routes(&[("POST", "/h/{school}"), ("POST", "/h/{school}/x/{id}")]);
        assert_eq!(found(&routes, "POST", "/h/a%2Fb%20c"), "POST /h/{school} school=a/b c");
        assert_eq!(found(&routes, "POST", "/h/1/x/2"), "POST /h/{school}/x/{id} school=1 id=2");
        for unknown in ["/h/", "/h", "/h/a/b", "/h//x/2", "/h/1/x/"] {
            assert_eq!(found(&routes, "POST", unknown), "unknown", "{unknown}");
        }
        for bad in ["/h/%ff", "/h/%zz", "/h/%"] {
            assert_eq!(found(&routes, "POST", bad), "malformed", "{bad}");
        }
    }

    #[test]
    fn a_literal_beats_a_parameter_where_it_takes_the_method() {
        let routes =
            routes(&[("*", "/h/{x}"), ("GET", "/h/a"), ("POST", "/{y}/a/{z}"), ("POST", "/h/{x}/b")]);
        assert_eq!(found(&routes, "GET", "/h/a"), "GET /h/a");
        assert_eq!(found(&routes, "POST", "/h/a"), "* /h/{x} x=a");
        assert_eq!(found(&routes, "POST", "/h/a/b"), "POST /h/{x}/b x=a");
        assert_eq!(found(&routes, "POST", "/h/a/c"), "POST /{y}/a/{z} y=h z=c");
        assert_eq!(found(&routes, "GET", "/h/a/b"), "other of 2");
    }
}
