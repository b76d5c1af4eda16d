//! Which routes may match a path: static paths by one look-up, the others by a trie of segments.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use smallvec::SmallVec;

use super::path::Path;
use super::pattern::Pattern;

/// Lists of routes, each in declared order, whose literals and length are right for a path.
pub(super) type Candidates<'a> = SmallVec<[&'a [usize]; 8]>;

/// A map from text for keys that no client chooses, so that its hash need not resist attacks.
pub(super) type TextMap<V> = HashMap<Box<str>, V, BuildHasherDefault<TextHasher>>;

/// A trie over the segments of patterns.
///
/// It knows only literals and places of parameters; all patterns that are equal so far share a
/// node, whatever their converters. A path visits at most one literal and one parameter child per
/// node, so that the visit is bounded by the table.
#[derive(Debug, Clone, Default)]
pub(super) struct Trie {
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Default)]
struct Node {
    literals: Literals,
    parameter: Option<usize>,
    /// Routes whose pattern ends here.
    ends: Vec<usize>,
    /// Routes of which a parameter takes everything from here on.
    tails: Vec<usize>,
}

impl Trie {
    /// Adds a pattern; routes are added in declared order.
    pub(super) fn insert(&mut self, route: usize, pattern: &Pattern) {
        if self.nodes.is_empty() {
            self.nodes.push(Node::default());
        }
        let mut at = 0;
        for key in &pattern.keys {
            let next = self.nodes.len();
            let node = &mut self.nodes[at];
            at = match key {
                Some(literal) => node.literals.insert(literal, next),
                None => *node.parameter.get_or_insert(next),
            };
            if at == next {
                self.nodes.push(Node::default());
            }
        }
        let node = &mut self.nodes[at];
        if pattern.has_tail() {
            node.tails.push(route);
        } else {
            node.ends.push(route);
        }
    }

    /// Collects the routes whose literals and length are right for a path.
    pub(super) fn find(&self, path: &Path<'_>) -> Candidates<'_> {
        let mut candidates = Candidates::new();
        if let Some(root) = self.nodes.first() {
            self.visit(root, path, 0, &mut candidates);
        }
        candidates
    }

    /// The lists of routes that share a place.
    pub(super) fn leaves(&self) -> impl Iterator<Item = &[usize]> {
        self.nodes
            .iter()
            .flat_map(|node| [node.ends.as_slice(), node.tails.as_slice()])
            .filter(|list| !list.is_empty())
    }

    fn visit<'a>(
        &'a self,
        mut node: &'a Node,
        path: &Path<'_>,
        mut depth: usize,
        candidates: &mut Candidates<'a>,
    ) {
        while depth < path.count() {
            if !node.tails.is_empty() {
                candidates.push(&node.tails);
            }
            let literal = node.literals.get(path.segment(depth));
            depth += 1;
            node = match (literal, node.parameter) {
                (Some(literal), Some(parameter)) => {
                    self.visit(&self.nodes[literal], path, depth, candidates);
                    &self.nodes[parameter]
                }
                (Some(index), None) | (None, Some(index)) => &self.nodes[index],
                (None, None) => return,
            };
        }
        if !node.ends.is_empty() {
            candidates.push(&node.ends);
        }
    }
}

/// The literal children of a node. Most nodes have few, and comparing is quicker than hashing.
#[derive(Debug, Clone, Default)]
struct Literals {
    few: Vec<(Box<str>, usize)>,
    many: TextMap<usize>,
}

impl Literals {
    const FEW: usize = 4;

    /// Adds a child unless it is there; returns the one that is there then.
    fn insert(&mut self, literal: &str, node: usize) -> usize {
        if let Some(node) = self.get(literal) {
            return node;
        }
        self.few.push((literal.into(), node));
        if self.few.len() > Self::FEW || !self.many.is_empty() {
            self.many.extend(self.few.drain(..));
        }
        node
    }

    fn get(&self, literal: &str) -> Option<usize> {
        if self.many.is_empty() {
            let same = self.few.iter().find(|(known, _)| **known == *literal);
            return same.map(|(_, node)| *node);
        }
        self.many.get(literal).copied()
    }
}

/// Calls `visit` with each candidate in declared order until it returns something.
pub(super) fn in_order<R>(
    mut candidates: Candidates<'_>,
    mut visit: impl FnMut(usize) -> Option<R>,
) -> Option<R> {
    if let [only] = candidates.as_slice() {
        return only.iter().find_map(|route| visit(*route));
    }
    loop {
        let next = candidates
            .iter_mut()
            .filter(|list| !list.is_empty())
            .min_by_key(|list| list[0])?;
        let route = next[0];
        *next = &next[1..];
        if let Some(result) = visit(route) {
            return Some(result);
        }
    }
}

/// A quick hash of text, eight bytes at a time.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct TextHasher(u64);

impl TextHasher {
    /// An odd number without a pattern: the fractional part of the golden ratio.
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

    fn mix(&mut self, word: u64) {
        // The high half of a product depends on every bit of both factors.
        let product = u128::from(self.0 ^ word).wrapping_mul(u128::from(Self::FACTOR));
        #[allow(clippy::cast_possible_truncation)] // both halves are used
        let folded = (product as u64) ^ ((product >> 64) as u64);
        self.0 = folded.wrapping_add(Self::FACTOR);
    }
}

impl Hasher for TextHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            self.mix(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, byte: u8) {
        // The end mark of a str: the length is in the words already but for trailing NULs.
        self.0 ^= u64::from(byte);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
