//! The table compiled from patterns: match, methods, converted parameters.

use http::Method;

/// One route, as the table is told it.
#[derive(Debug, Clone)]
pub struct RouteSpec {}

/// What is wrong with a route.
#[derive(Debug, Clone)]
pub struct RouteFault {}

/// A converted value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
}

/// The converted parameters of a path, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params {}

/// All routes.
#[derive(Debug, Clone, Default)]
pub struct RouteTable {}

/// What the table knows of a path.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Nothing.
    NotFound,
}

impl RouteTable {
    /// Compiles the routes.
    pub fn compile(_routes: &[RouteSpec]) -> Result<Self, Vec<RouteFault>> {
        Ok(Self {})
    }

    /// Finds a route.
    pub fn find(&self, _method: &Method, _path: &str) -> Found {
        Found::NotFound
    }
}
