//! What a file claims for itself alone among all files: the names of its pipelines and their routes. Decides who
//! keeps a thing that two claim, and reports the other.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::errors;
use crate::diagnostic::Diagnostic;
use crate::resolve::model::Model;
use crate::resolve::program::{Pipeline, Route, Segment};
use crate::source::{Source, Span};

/// One file as this module sees it.
pub(super) struct Claimant<'a> {
    pub source: &'a Arc<Source>,
    pub claims: &'a [Claim],
    /// It has an error of its own (`clash_inside` is one), so its text as it stands now is not going to be served.
    pub broken: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Claim {
    thing: Thing,
    /// Upper case; `None` for a name, and for a route that takes every method.
    methods: Option<Vec<Arc<str>>>,
    /// Where it stands in its file.
    span: Span,
    /// The pipeline that claims.
    pipeline: Arc<str>,
    /// A route as people write it, without its methods.
    pattern: Arc<str>,
}

/// What can be claimed. Two routes are one thing if they differ in methods and in the names of parameters only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    Name(Arc<str>),
    Route(Vec<Option<Arc<str>>>),
}

/// What the pipelines of a file claim, those with errors included, in order of place.
pub(super) fn of_model(model: &Model) -> Vec<Claim> {
    let claims = model.pipelines.iter().map(|facts| of_pipeline(&facts.name, facts.span, &facts.routes));
    claims.flatten().collect()
}

fn of_pipeline(name: &Arc<str>, span: Span, routes: &[Route]) -> Vec<Claim> {
    let named = Claim {
        thing: Thing::Name(name.clone()),
        methods: None,
        span,
        pipeline: name.clone(),
        pattern: "".into(),
    };
    let routed = routes.iter().map(|route| Claim {
        thing: Thing::Route(route.segments.iter().map(shape).collect()),
        methods: route.methods.clone(),
        span: route.span,
        pipeline: name.clone(),
        pattern: route.pattern.clone(),
    });
    // A pipeline without a name is reported as that, and is no rival of another one without.
    (!name.is_empty()).then_some(named).into_iter().chain(routed).collect()
}

fn shape(segment: &Segment) -> Option<Arc<str>> {
    match segment {
        Segment::Literal(text) => Some(text.clone()),
        Segment::Param(_) => None,
    }
}

impl Claim {
    pub fn segments(&self) -> Option<&[Option<Arc<str>>]> {
        match &self.thing {
            Thing::Route(segments) => Some(segments),
            Thing::Name(_) => None,
        }
    }

    /// Whether a route takes requests of this method.
    pub fn names(&self, method: &str) -> bool {
        self.methods.as_ref().is_none_or(|methods| methods.iter().any(|own| **own == *method))
    }

    /// Segments of a route; of a name none.
    pub fn length(&self) -> usize {
        self.segments().map_or(0, <[_]>::len)
    }

    pub fn has_parameters(&self) -> bool {
        self.segments().is_some_and(|segments| segments.contains(&None))
    }

    /// Whether requests of this route fit the other one too, which has parameters where this one has literals.
    pub fn takes_from(&self, other: &Claim) -> bool {
        let (Some(own), Some(others)) = (self.segments(), other.segments()) else { return false };
        let both = match (&self.methods, &other.methods) {
            (Some(own), Some(others)) => own.iter().any(|method| others.contains(method)),
            _ => true,
        };
        both && own != others
            && own.len() == others.len()
            && own.iter().zip(others).all(|(own, other)| other.is_none() || own == other)
    }

    /// As people read it: `POST /hooks/test`.
    pub fn shown(&self) -> String {
        let methods = self.methods.as_deref().map_or_else(|| "any".to_owned(), |methods| methods.join(", "));
        format!("{methods} {}", self.pattern)
    }

    pub fn place(&self) -> Span {
        self.span
    }

    fn clashes(&self, other: &Claim) -> bool {
        self.thing == other.thing
            && match (&self.methods, &other.methods) {
                (Some(own), Some(others)) => own.iter().any(|method| others.contains(method)),
                _ => true,
            }
    }

    /// What both claim, as `POST /hooks/{school}`: the first method that both take, and the path as it is written here.
    fn shared(&self, other: &Claim) -> String {
        let method = match (&self.methods, &other.methods) {
            (Some(own), Some(others)) => own.iter().find(|method| others.contains(method)),
            (Some(methods), None) | (None, Some(methods)) => methods.first(),
            (None, None) => None,
        };
        format!("{} {}", method.map_or("any", |method| &**method), self.pattern)
    }
}

/// Two claims of one file clash.
pub(super) fn clash_inside(claims: &[Claim]) -> bool {
    let mut seen: BTreeMap<&Thing, Vec<&Claim>> = BTreeMap::new();
    claims.iter().any(|claim| {
        let rivals = seen.entry(&claim.thing).or_default();
        let clashes = rivals.iter().any(|rival| rival.clashes(claim));
        rivals.push(claim);
        clashes
    })
}

/// Findings about claims, one list a file. Of two claims the earlier holds: in the order of the files, then of place.
pub(super) fn judge(files: &[Claimant<'_>]) -> Vec<Vec<Diagnostic>> {
    let order: Vec<usize> = (0..files.len()).collect();
    report(files, &order, &[])
}

/// What each file serves now, by the programs that a server runs.
pub(super) fn held(files: &[Claimant<'_>], serving: &[Arc<Pipeline>]) -> Vec<Vec<Claim>> {
    let mut by_file: BTreeMap<&str, Vec<Claim>> = BTreeMap::new();
    for pipeline in serving {
        let claims = of_pipeline(&pipeline.name, pipeline.span, &pipeline.routes);
        by_file.entry(&pipeline.file).or_default().extend(claims);
    }
    files.iter().map(|file| by_file.remove(&*file.source.name).unwrap_or_default()).collect()
}

/// The same beside a running server: what a file holds already it keeps, and a file that is broken by itself takes
/// nothing from a healthy one.
pub(super) fn judge_beside(files: &[Claimant<'_>], held: &[Vec<Claim>]) -> Vec<Vec<Diagnostic>> {
    let mut fallen: Vec<bool> = files.iter().map(|file| file.broken).collect();
    let last_good = loop {
        if let Some(last_good) = keep(files, held, &mut fallen) {
            break last_good;
        }
    };
    // Healthy files first: a broken one is the one to be told, since that costs nobody anything.
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|at| fallen.get(*at).copied());
    report(files, &order, &last_good)
}

/// A claim of the last good version of a file that is broken now: it goes on being served.
struct Kept {
    file: usize,
    claim: Claim,
}

/// One pass over the files: who claims what is taken falls. `None` if a file fell whose last good version goes on
/// serving what its new text had given up, so that others must be looked at again.
fn keep(files: &[Claimant<'_>], held: &[Vec<Claim>], fallen: &mut [bool]) -> Option<Vec<Kept>> {
    let mut kept: BTreeMap<Thing, Vec<Kept>> = BTreeMap::new();
    let mut last_good: Vec<Kept> = Vec::new();
    for (file, (claimant, held)) in files.iter().zip(held).enumerate() {
        let broken = fallen.get(file).copied().unwrap_or(true);
        for claim in held {
            if broken {
                last_good.push(Kept { file, claim: claim.clone() });
            }
            // What a healthy file served already it keeps, if its new text still wants it.
            if broken || claimant.claims.iter().any(|own| own.clashes(claim)) {
                kept.entry(claim.thing.clone()).or_default().push(Kept { file, claim: claim.clone() });
            }
        }
    }
    for (file, claimant) in files.iter().enumerate() {
        if fallen.get(file).copied().unwrap_or(true) {
            continue;
        }
        let taken = claimant.claims.iter().any(|claim| {
            let rivals = kept.get(&claim.thing).into_iter().flatten();
            rivals.into_iter().any(|rival| rival.file != file && rival.claim.clashes(claim))
        });
        if taken {
            if let Some(flag) = fallen.get_mut(file) {
                *flag = true;
            }
            if held.get(file).is_some_and(|held| !held.is_empty()) {
                return None;
            }
            continue;
        }
        for claim in claimant.claims {
            kept.entry(claim.thing.clone()).or_default().push(Kept { file, claim: claim.clone() });
        }
    }
    Some(last_good)
}

fn report(files: &[Claimant<'_>], order: &[usize], last_good: &[Kept]) -> Vec<Vec<Diagnostic>> {
    let mut findings: Vec<Vec<Diagnostic>> = files.iter().map(|_| Vec::new()).collect();
    let mut first: BTreeMap<&Thing, Vec<(usize, &Claim)>> = BTreeMap::new();
    for at in order {
        let Some((file, found)) = files.get(*at).zip(findings.get_mut(*at)) else { continue };
        for claim in file.claims {
            let rivals = first.entry(&claim.thing).or_default();
            let rival = rivals.iter().find(|(_, rival)| rival.clashes(claim));
            match rival.and_then(|(other, rival)| files.get(*other).map(|other| (other.source, rival))) {
                Some((other, rival)) => found.push(clash(file.source, claim, other, rival)),
                None => {
                    let stands = |kept: &&Kept| kept.file != *at && kept.claim.clashes(claim);
                    match last_good.iter().find(stands).and_then(|kept| Some((kept, files.get(kept.file)?))) {
                        Some((kept, holder)) => {
                            found.push(held_back(claim, &kept.claim, &holder.source.name))
                        }
                        None => rivals.push((*at, claim)),
                    }
                }
            }
        }
    }
    findings
}

fn clash(source: &Arc<Source>, claim: &Claim, other: &Arc<Source>, rival: &Claim) -> Diagnostic {
    let earlier = (!Arc::ptr_eq(source, other)).then_some(other);
    match claim.thing {
        Thing::Name(_) => errors::duplicate_pipeline(claim.span, &claim.pipeline, earlier, rival.span),
        Thing::Route(_) => {
            let route = claim.shared(rival);
            errors::duplicate_route(claim.span, &route, &rival.pipeline, earlier, rival.span)
        }
    }
}

fn held_back(claim: &Claim, kept: &Claim, holder: &str) -> Diagnostic {
    match claim.thing {
        Thing::Name(_) => errors::name_still_served(claim.span, &claim.pipeline, holder),
        Thing::Route(_) => errors::route_still_served(claim.span, &claim.shared(kept), holder),
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// A pipeline's claims, written `name METHOD /path`.
    fn claims(texts: &[&str]) -> Vec<Claim> {
        let one = |text: &&str| {
            let words: Vec<&str> = text.split(' ').collect();
            let segments = words[2].split('/').skip(1).map(|segment| match segment.strip_prefix(':') {
                Some(param) => Segment::Param(param.into()),
                None => Segment::Literal(segment.into()),
            });
            let route = Route {
                methods: (words[1] != "any").then(|| vec![words[1].into()]),
                pattern: words[2].into(),
                segments: segments.collect(),
                span: Span::new(1, 2),
            };
            of_pipeline(&words[0].into(), Span::new(0, 1), &[route])
        };
        texts.iter().flat_map(one).collect()
    }

    /// Files as `(now served, claims of the new text, broken by itself)`; gives which are told of a clash.
    fn told(files: &[(&[&str], &[&str], bool)], beside: bool) -> Vec<bool> {
        let sources: Vec<Arc<Source>> =
            (0..files.len()).map(|at| Arc::new(Source::new(format!("{at}.wj"), "abc"))).collect();
        let wanted: Vec<Vec<Claim>> = files.iter().map(|(_, new, _)| claims(new)).collect();
        let claimants: Vec<Claimant<'_>> = files
            .iter()
            .zip(&sources)
            .zip(&wanted)
            .map(|(((_, _, broken), source), claims)| Claimant { source, claims, broken: *broken })
            .collect();
        let held: Vec<Vec<Claim>> = files.iter().map(|(held, ..)| claims(held)).collect();
        let found = if beside { judge_beside(&claimants, &held) } else { judge(&claimants) };
        found.iter().map(|findings| !findings.is_empty()).collect()
    }

    #[test]
    fn the_later_of_two_is_told() {
        let files: [(&[&str], &[&str], bool); 2] =
            [(&[], &["a POST /x"], false), (&[], &["b POST /x"], false)];
        assert_eq!(told(&files, false), [false, true]);
        assert_eq!(told(&files, true), [false, true]);
    }

    #[test]
    fn methods_and_names_of_parameters_make_no_route_but_literals_do() {
        let clash = |a: &str, b: &str| told(&[(&[], &[a], false), (&[], &[b], false)], false)[1];
        assert!(clash("a POST /x/:one", "b POST /x/:two"));
        assert!(clash("a any /x", "b POST /x"));
        assert!(clash("a POST /x", "a POST /y"));
        assert!(!clash("a POST /x", "b GET /x"));
        assert!(!clash("a POST /x/:one", "b POST /x/y"));
        assert!(!clash("a POST /x", "b POST /x/"));
    }

    #[test]
    fn who_serves_already_stays_although_it_is_later() {
        let files: [(&[&str], &[&str], bool); 2] =
            [(&[], &["a POST /x"], false), (&["b POST /x"], &["b POST /x"], false)];
        assert_eq!(told(&files, true), [true, false]);
    }

    #[test]
    fn a_broken_file_takes_nothing_from_a_healthy_one() {
        let files: [(&[&str], &[&str], bool); 2] =
            [(&[], &["a POST /x"], true), (&[], &["b POST /x"], false)];
        assert_eq!(told(&files, true), [true, false]);
        assert_eq!(told(&files, false), [false, true]);
    }

    #[test]
    fn a_broken_file_keeps_what_its_last_good_version_serves() {
        let files: [(&[&str], &[&str], bool); 2] =
            [(&["a POST /x"], &["a POST /other"], true), (&[], &["b POST /x"], false)];
        assert_eq!(told(&files, true), [false, true]);
    }

    #[test]
    fn routes_and_names_may_change_hands() {
        let files: [(&[&str], &[&str], bool); 2] =
            [(&["a POST /x"], &["a POST /y"], false), (&["b POST /y"], &["b POST /x"], false)];
        assert_eq!(told(&files, true), [false, false]);
    }

    #[test]
    fn who_falls_keeps_serving_what_its_new_text_gave_up() {
        // 1 wants what 2 serves, so its last good version goes on serving /x, which 0 then cannot have.
        let files: [(&[&str], &[&str], bool); 3] = [
            (&[], &["a POST /x"], false),
            (&["b POST /x"], &["b POST /y"], false),
            (&["c POST /y"], &["c POST /y"], false),
        ];
        assert_eq!(told(&files, true), [true, true, false]);
    }
}
