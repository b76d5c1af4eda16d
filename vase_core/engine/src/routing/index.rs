//! Which routes may match a path: static paths by one look-up, the others by a trie of segments.

use smallvec::SmallVec;

use super::path::Path;
use super::pattern::Pattern;
use super::text_map::TextMap;

/// Lists of routes, each in declared order, whose literals and length are right for a path.
pub(super) type Candidates<'a> = SmallVec<[&'a [usize]; 4]>;

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
    literals: TextMap<usize>,
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
                Some(literal) => *node.literals.get_or_insert_with(literal, || next),
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
    pub(super) fn find<'a>(&'a self, path: &Path<'_>, candidates: &mut Candidates<'a>) {
        if let Some(root) = self.nodes.first() {
            let (text, starts) = path.parts();
            self.visit(root, text, starts, candidates);
        }
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
        text: &[u8],
        mut starts: &[u32],
        candidates: &mut Candidates<'a>,
    ) {
        while let [start, rest @ ..] = starts
            && let [next, ..] = rest
        {
            if !node.tails.is_empty() {
                candidates.push(&node.tails);
            }
            let segment = &text[*start as usize..*next as usize - 1];
            let literal = node.literals.get(segment).copied();
            starts = rest;
            node = match (literal, node.parameter) {
                (Some(literal), Some(parameter)) => {
                    self.visit(&self.nodes[literal], text, starts, candidates);
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

/// Calls `visit` with each candidate in declared order until it returns something.
pub(super) fn in_order<R>(
    candidates: &[&[usize]],
    mut visit: impl FnMut(usize) -> Option<R>,
) -> Option<R> {
    if let [only] = candidates {
        return only.iter().find_map(|route| visit(*route));
    }
    let mut candidates = Candidates::from_slice(candidates);
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
