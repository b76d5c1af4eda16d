//! Sets of methods as bits, and the `Allow` that they become.

use std::collections::HashMap;

use http::{HeaderValue, Method};

/// The standard methods, in the order in which `Allow` names them.
const STANDARD: [Method; 9] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
    Method::TRACE,
    Method::CONNECT,
];

/// Some methods; the bits are those of one [`Methods`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct MethodSet(u64);

impl MethodSet {
    pub(super) const GET: Self = Self(1);
    pub(super) const HEAD: Self = Self(1 << 1);
    const OPTIONS: Self = Self(1 << 6);

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub(super) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// All methods that a table knows.
#[derive(Debug, Clone, Default)]
pub(super) struct Methods {
    /// Those that are not standard; the first has the bit after the standard ones.
    others: Vec<Method>,
    prepared: HashMap<MethodSet, HeaderValue>,
}

impl Methods {
    /// Reads the methods of a route; `report` is called with a sentence for each fault.
    pub(super) fn declare(
        &mut self,
        names: &[String],
        report: &mut impl FnMut(String),
    ) -> MethodSet {
        if names.is_empty() {
            report("takes no methods".to_owned());
        }
        let mut set = MethodSet::default();
        for name in names {
            match Method::from_bytes(name.as_bytes()) {
                Ok(_) if name.bytes().any(|byte| byte.is_ascii_lowercase()) => {
                    report(format!(
                        "the method `{name}` is not upper case: `{}`",
                        name.to_ascii_uppercase()
                    ));
                }
                Ok(method) => match self.intern(method) {
                    Some(bit) => set = set.union(bit),
                    None => report(format!("the method `{name}` is one more than fit a table")),
                },
                Err(_) => report(format!("the method `{name}` is no token of HTTP")),
            }
        }
        set
    }

    fn intern(&mut self, method: Method) -> Option<MethodSet> {
        let known = self.find(&method);
        if !known.is_empty() {
            return Some(known);
        }
        let bit = STANDARD.len() + self.others.len();
        if bit >= 64 {
            return None;
        }
        self.others.push(method);
        Some(MethodSet(1 << bit))
    }

    /// The set of one method; empty when no route takes it.
    pub(super) fn find(&self, method: &Method) -> MethodSet {
        if let Some(bit) = STANDARD.iter().position(|known| known == method) {
            return MethodSet(1 << bit);
        }
        let bit = self.others.iter().position(|known| known == method);
        bit.map_or(MethodSet::default(), |bit| {
            MethodSet(1 << (STANDARD.len() + bit))
        })
    }

    /// The names of a set, in the order of `Allow`.
    pub(super) fn names(&self, set: MethodSet) -> Vec<String> {
        STANDARD
            .iter()
            .chain(&self.others)
            .enumerate()
            .filter(|(bit, _)| set.meets(MethodSet(1 << bit)))
            .map(|(_, method)| method.to_string())
            .collect()
    }

    /// What `Allow` says of a path that takes these methods. OPTIONS is always answered.
    pub(super) fn allow(&self, set: MethodSet) -> HeaderValue {
        match self.prepared.get(&set) {
            Some(value) => value.clone(),
            None => self.write_allow(set),
        }
    }

    pub(super) fn prepare_allow(&mut self, set: MethodSet) {
        let value = self.write_allow(set);
        self.prepared.insert(set, value);
    }

    fn write_allow(&self, set: MethodSet) -> HeaderValue {
        let mut names = self.names(set.union(MethodSet::OPTIONS));
        // Sockets have a row of their own in the table, and no method of HTTP.
        names.retain(|name| name != crate::websocket::METHOD);
        let names = names.join(", ");
        // Methods are tokens, which every header can hold.
        HeaderValue::try_from(names).unwrap_or(HeaderValue::from_static("OPTIONS"))
    }
}
