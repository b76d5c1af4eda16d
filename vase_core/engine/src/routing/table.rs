//! All routes of a site, and the search for the one that a request means.

use std::fmt::Write as _;

use http::{HeaderValue, Method, StatusCode};
use serde::Serialize;

use super::index::{Candidates, Trie, in_order};
use super::methods::{MethodSet, Methods};
use super::params::Params;
use super::path::{self, Path};
use super::pattern::Pattern;
use super::redirect;
use super::spec::{ConverterSpec, RouteFault, RouteSpec, SegmentSpec};
use super::text_map::TextMap;
use crate::throttle::Rate;

/// All routes of a site, compiled.
#[derive(Debug, Clone, Default)]
pub struct RouteTable {
    routes: Vec<Route>,
    /// For every path that some route names without parameters: all routes that match it,
    /// those with parameters too. No search is left to do at run time.
    statics: TextMap<Vec<usize>>,
    dynamics: Trie,
    methods: Methods,
    keeps_slash: bool,
    /// The routes whose bodies have a limit of their own, by id, in order.
    max_bodies: Vec<(u32, u64)>,
    /// The routes that an address may call so often, by id.
    throttles: Vec<(u32, Vec<Rate>)>,
}

#[derive(Debug, Clone)]
struct Route {
    id: u32,
    name: Option<String>,
    path: String,
    parameters: Vec<(String, ConverterSpec)>,
    declared: MethodSet,
    /// The methods it answers: the declared ones, and HEAD where it follows GET.
    answered: MethodSet,
    pattern: Pattern,
    is_static: bool,
    shadowed_by: Option<u32>,
}

/// What the table knows of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// This route answers.
    Route {
        /// Its id, as the specification had it.
        id: u32,
        /// The converted parameters, in the order of the path.
        params: Params,
    },
    /// The path is known, the method is not.
    MethodNotAllowed {
        /// What `Allow` says.
        allow: HeaderValue,
    },
    /// `OPTIONS` of a path whose routes do not answer it themselves.
    Options {
        /// What `Allow` says.
        allow: HeaderValue,
    },
    /// The same path with one slash more, or less, at its end has a route.
    Redirect {
        /// Where to: a path that is safe to send, without the query;
        /// [`RouteTable::redirect`] makes the answer's status and `Location` of it.
        location: String,
    },
    /// No route has this path.
    NotFound,
    /// The path is none: after decoding it is not UTF-8, or holds a NUL.
    BadRequest,
}

/// One route, for people: what `manage.py routes` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteDescription {
    /// The id.
    pub id: u32,
    /// The name, if it has one.
    pub name: Option<String>,
    /// The pattern as it was written.
    pub path: String,
    /// The methods it answers, HEAD included where it follows GET.
    pub methods: Vec<String>,
    /// The names of the parameters and their converters, in order.
    pub parameters: Vec<(String, ConverterSpec)>,
    /// The earlier route with an equal pattern that takes every request of this one.
    pub shadowed_by: Option<u32>,
}

impl RouteTable {
    /// Compiles routes in declared order, or reports every fault of every route.
    pub fn compile(specs: &[RouteSpec]) -> Result<Self, Vec<RouteFault>> {
        let mut faults = Vec::new();
        let mut table = Self::default();
        for (index, spec) in specs.iter().enumerate() {
            let mut report = |message: String| {
                faults.push(RouteFault {
                    route: spec.id,
                    path: spec.path.clone(),
                    message,
                });
            };
            if specs[..index].iter().any(|earlier| earlier.id == spec.id) {
                report(format!("another route has the id {} already", spec.id));
            }
            let declared = table.methods.declare(&spec.methods, &mut report);
            match Pattern::compile(spec) {
                Ok(pattern) => table.routes.push(Route::new(spec, declared, pattern)),
                Err(messages) => messages.into_iter().for_each(report),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        table.max_bodies = specs
            .iter()
            .filter_map(|spec| Some((spec.id, spec.max_body?)))
            .collect();
        table.max_bodies.sort_unstable();
        table.throttles = specs
            .iter()
            .filter(|spec| !spec.throttle.is_empty())
            .map(|spec| (spec.id, spec.throttle.clone()))
            .collect();
        table.relate_equal_patterns(specs);
        table.fill_index();
        table.prepare_allow();
        Ok(table)
    }

    /// Whether a path without a route is redirected when one slash more or less has one.
    /// Default: true.
    #[must_use]
    pub fn append_slash(mut self, is_on: bool) -> Self {
        self.keeps_slash = !is_on;
        self
    }

    /// The limit of request bodies that a route has for itself.
    pub fn max_body(&self, id: u32) -> Option<u64> {
        let place = self.max_bodies.binary_search_by_key(&id, |entry| entry.0);
        Some(self.max_bodies[place.ok()?].1)
    }

    /// The largest of those limits.
    pub fn largest_max_body(&self) -> Option<u64> {
        self.max_bodies.iter().map(|entry| entry.1).max()
    }

    /// The routes that an address may call so often, and their rates.
    pub fn throttles(&self) -> &[(u32, Vec<Rate>)] {
        &self.throttles
    }

    /// Finds what answers a request. The path is taken as it came, percent-encoded.
    pub fn find(&self, method: &Method, path: &str) -> Found {
        let wanted = self.methods.find(method);
        if !path.starts_with('/') {
            return self.find_pathless(method, path);
        }
        let mut candidates = Candidates::new();
        if path::is_plain(path) {
            if let Some(routes) = self.statics.get(path.as_bytes()) {
                return self.find_static(method, wanted, path, routes);
            }
            let parsed = Path::plain(path);
            self.dynamics.find(&parsed, &mut candidates);
            return self.find_dynamic(method, wanted, path, &parsed, &candidates);
        }
        match Path::decode(path) {
            Ok(parsed) => {
                self.collect(&parsed, &mut candidates);
                self.find_dynamic(method, wanted, path, &parsed, &candidates)
            }
            Err(_) => Found::BadRequest,
        }
    }

    /// The status and `Location` of a redirect that [`Self::find`] asked for, the query kept.
    ///
    /// GET and HEAD get 301, which every client knows and may remember; all others get 308, since
    /// after a 301 many clients send GET without the body.
    pub fn redirect(
        method: &Method,
        location: &str,
        query: Option<&str>,
    ) -> (StatusCode, HeaderValue) {
        redirect::respond(method, location, query)
    }

    /// The names of the parameters of a route, in the order of their values.
    pub fn parameter_names(&self, id: u32) -> Option<Vec<&str>> {
        let route = self.routes.iter().find(|route| route.id == id)?;
        Some(
            route
                .parameters
                .iter()
                .map(|(name, _)| name.as_str())
                .collect(),
        )
    }

    /// Lists all routes in declared order.
    pub fn describe(&self) -> Vec<RouteDescription> {
        let describe = |route: &Route| RouteDescription {
            id: route.id,
            name: route.name.clone(),
            path: route.path.clone(),
            methods: self.methods.names(route.answered),
            parameters: route.parameters.clone(),
            shadowed_by: route.shadowed_by,
        };
        self.routes.iter().map(describe).collect()
    }

    /// Lets HEAD follow GET, and notes routes that no request can reach.
    fn relate_equal_patterns(&mut self, specs: &[RouteSpec]) {
        let shapes: Vec<String> = specs.iter().map(shape_of).collect();
        let mut equals: TextMap<Vec<usize>> = TextMap::default();
        for (index, shape) in shapes.iter().enumerate() {
            equals.get_or_insert_with(shape, Vec::new).push(index);
        }
        for list in equals.values() {
            let union = |indices: &[usize]| {
                indices.iter().fold(MethodSet::default(), |set, index| {
                    set.union(self.routes[*index].declared)
                })
            };
            let has_head = union(list).contains(MethodSet::HEAD);
            let shadows: Vec<Option<u32>> = (0..list.len())
                .map(|at| {
                    let declared = self.routes[list[at]].declared;
                    let is_shadowed = union(&list[..at]).contains(declared);
                    is_shadowed.then(|| self.routes[list[0]].id)
                })
                .collect();
            for (at, index) in list.iter().enumerate() {
                let route = &mut self.routes[*index];
                route.shadowed_by = shadows[at];
                if !has_head && route.declared.contains(MethodSet::GET) {
                    route.answered = route.declared.union(MethodSet::HEAD);
                }
            }
        }
    }

    fn fill_index(&mut self) {
        let mut paths = Vec::new();
        for (index, route) in self.routes.iter().enumerate() {
            match route.pattern.as_static() {
                Some(path) => paths.push((index, path)),
                None => self.dynamics.insert(index, &route.pattern),
            }
        }
        let mut statics = TextMap::default();
        for (index, path) in &paths {
            let routes = statics.get_or_insert_with(path, || self.dynamic_routes(path));
            routes.push(*index);
            routes.sort_unstable();
        }
        self.statics = statics;
    }

    /// The routes with parameters that match a path which has none.
    fn dynamic_routes(&self, path: &str) -> Vec<usize> {
        let path = Path::plain(path);
        let mut candidates = Candidates::new();
        self.dynamics.find(&path, &mut candidates);
        let indices = candidates.into_iter().flatten().copied();
        indices
            .filter(|index| self.routes[*index].pattern.matches(&path))
            .collect()
    }

    /// Writes the `Allow` of every set of methods that a 405 is likely to need.
    fn prepare_allow(&mut self) {
        let union = |routes: &[usize]| {
            routes.iter().fold(MethodSet::default(), |set, index| {
                set.union(self.routes[*index].answered)
            })
        };
        let mut sets: Vec<MethodSet> = self.statics.values().map(|list| union(list)).collect();
        sets.extend(self.dynamics.leaves().map(union));
        sets.push(union(&(0..self.routes.len()).collect::<Vec<_>>()));
        for set in sets {
            self.methods.prepare_allow(set);
        }
    }

    /// Collects the routes that may match a path.
    fn collect<'a>(&'a self, path: &Path<'_>, candidates: &mut Candidates<'a>) {
        match path
            .as_literal()
            .and_then(|path| self.statics.get(path.as_bytes()))
        {
            Some(routes) => candidates.push(routes),
            None => self.dynamics.find(path, candidates),
        }
    }

    fn find_static(
        &self,
        method: &Method,
        wanted: MethodSet,
        path: &str,
        routes: &[usize],
    ) -> Found {
        for route in routes.iter().map(|index| &self.routes[*index]) {
            if !route.answered.meets(wanted) {
                continue;
            }
            let mut params = Params::new();
            if route.is_static || route.pattern.capture(&Path::plain(path), &mut params) {
                return Found::Route {
                    id: route.id,
                    params,
                };
            }
        }
        let allowed = routes.iter().fold(MethodSet::default(), |set, index| {
            set.union(self.routes[*index].answered)
        });
        self.refuse(method, allowed)
    }

    /// `OPTIONS *` asks about the server as a whole; nothing else may come without a path.
    fn find_pathless(&self, method: &Method, target: &str) -> Found {
        if method == Method::OPTIONS && target == "*" {
            let all = self.routes.iter().map(|route| route.answered);
            return self.refuse(method, all.fold(MethodSet::default(), MethodSet::union));
        }
        Found::NotFound
    }

    fn find_dynamic(
        &self,
        method: &Method,
        wanted: MethodSet,
        raw: &str,
        path: &Path<'_>,
        candidates: &[&[usize]],
    ) -> Found {
        let mut params = Params::new();
        let found = in_order(candidates, |index| {
            let route = &self.routes[index];
            let is_it = route.answered.meets(wanted) && route.pattern.capture(path, &mut params);
            is_it.then_some(route.id)
        });
        if let Some(id) = found {
            return Found::Route { id, params };
        }
        let allowed = self.allowed(path, candidates);
        if !allowed.is_empty() {
            return self.refuse(method, allowed);
        }
        self.find_redirect(raw).unwrap_or(Found::NotFound)
    }

    /// All methods of all routes that have this path.
    fn allowed(&self, path: &Path<'_>, candidates: &[&[usize]]) -> MethodSet {
        let mut allowed = MethodSet::default();
        for index in candidates.iter().copied().flatten() {
            let route = &self.routes[*index];
            if !allowed.contains(route.answered) && route.pattern.capture(path, &mut Params::new())
            {
                allowed = allowed.union(route.answered);
            }
        }
        allowed
    }

    fn refuse(&self, method: &Method, allowed: MethodSet) -> Found {
        let allow = self.methods.allow(allowed);
        if method == Method::OPTIONS {
            Found::Options { allow }
        } else {
            Found::MethodNotAllowed { allow }
        }
    }

    fn find_redirect(&self, path: &str) -> Option<Found> {
        if self.keeps_slash {
            return None;
        }
        let other = match path.strip_suffix('/') {
            Some("") => return None,
            Some(shorter) => shorter.to_owned(),
            None => [path, "/"].concat(),
        };
        let parsed = if path::is_plain(path) {
            Path::plain(&other)
        } else {
            Path::decode(&other).ok()?
        };
        let mut candidates = Candidates::new();
        self.collect(&parsed, &mut candidates);
        if self.allowed(&parsed, &candidates).is_empty() {
            return None;
        }
        Some(Found::Redirect {
            location: redirect::to_location(&other),
        })
    }
}

impl Route {
    fn new(spec: &RouteSpec, declared: MethodSet, pattern: Pattern) -> Self {
        let parameters = spec.segments.iter().filter_map(|segment| match segment {
            SegmentSpec::Literal { .. } => None,
            SegmentSpec::Parameter {
                parameter,
                converter,
            } => Some((parameter.clone(), converter.clone())),
        });
        Self {
            id: spec.id,
            name: spec.name.clone(),
            path: spec.path.clone(),
            parameters: parameters.collect(),
            declared,
            answered: declared,
            is_static: pattern.as_static().is_some(),
            pattern,
            shadowed_by: None,
        }
    }
}

/// A text that is equal for patterns that match the same paths in the same way.
fn shape_of(spec: &RouteSpec) -> String {
    let mut shape = String::new();
    let mut is_literal = false;
    for segment in &spec.segments {
        match segment {
            SegmentSpec::Literal { literal } if is_literal => shape.push_str(literal),
            SegmentSpec::Literal { literal } => {
                shape.push('\0');
                shape.push_str(literal);
            }
            SegmentSpec::Parameter { converter, .. } => {
                let _ = write!(shape, "\0\0{converter:?}");
            }
        }
        is_literal = matches!(segment, SegmentSpec::Literal { .. });
    }
    shape
}
