//! The table compiled from patterns: match, methods, converted parameters.
//!
//! ```
//! use http::Method;
//! use vase_engine::routing::{Found, RouteSpec, RouteTable, Value};
//!
//! let routes: Vec<RouteSpec> = serde_json::from_str(
//!     r#"[{"id": 7, "methods": ["GET"], "path": "/archive/{year:int}-{month:int}", "segments": [
//!         {"literal": "/archive/"}, {"parameter": "year", "converter": "int"},
//!         {"literal": "-"}, {"parameter": "month", "converter": "int"}]}]"#,
//! )?;
//! let table = RouteTable::compile(&routes).expect("the routes are sound");
//! let Found::Route { id, params } = table.find(&Method::GET, "/archive/2026-11") else { panic!() };
//! assert_eq!((id, params.as_slice()), (7, [Value::Int(2026), Value::Int(11)].as_slice()));
//! # Ok::<_, serde_json::Error>(())
//! ```
//!
//! # Rules
//!
//! - **Order.** Of all routes that match path and method, the one declared first answers. A literal
//!   is not better than a parameter; a converter that refuses lets the next route try.
//! - **Methods.** Routes with the same path add up. When none takes the method the answer is 405,
//!   and `Allow` names the methods of every route that matches the path. HEAD follows GET unless a
//!   route with an equal pattern declares HEAD; OPTIONS is answered unless declared.
//! - **Decoding.** The path is cut at its slashes, then each segment is percent-decoded, then it is
//!   compared and converted: `%2F` stays inside a parameter, and a literal `é` is found as `%C3%A9`.
//!   What is not UTF-8 then, or holds a NUL, is a bad request.
//! - **Several parameters in one segment.** The left one takes the most, as in a regular
//!   expression; borders are found once, before conversion.
//! - **Parameters that span segments** (path, and regular expressions that can match a slash) may
//!   stand anywhere. What shares a segment with one or stands right of it is compared with the
//!   decoded rest of the path, where an escaped slash is a slash.
//! - **The slash at the end.** When nothing matches, but would with one slash more or less, the
//!   client is sent there: 301 for GET and HEAD, 308 for the others.
//!
//! # How it is fast
//!
//! Static paths are keys of one map, and each knows every route that matches it, decided when the
//! table is compiled. Other paths walk a trie of segments, which yields the routes whose literals
//! and length are right; only these are converted, in declared order.

mod convert;
mod index;
mod methods;
mod params;
mod path;
mod pattern;
mod redirect;
mod spec;
mod table;
mod text_map;

pub use params::{Params, Value};
pub use spec::{ConverterSpec, RouteFault, RouteSpec, SegmentSpec};
pub use table::{Found, RouteDescription, RouteTable};
