//! Whole applications below a prefix: what no route takes may be theirs.

use std::borrow::Cow;

use http::Uri;
use percent_encoding::percent_decode_str;

use crate::config::MountConfig;
use crate::error::Faults;

/// The mounts of a stack, longest prefix first.
pub(super) struct Mounts(Box<[Mount]>);

struct Mount {
    /// Without the slash at its end, so that the whole site has none at all.
    prefix: Box<str>,
    ids: Ids,
}

/// With what an application is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ids {
    /// For a request.
    pub(super) route: u32,
    /// For a handshake, which is a request where this is missing.
    pub(super) socket: Option<u32>,
}

/// What a path is to the mounts.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Below a prefix: the ids of its application.
    Inside(Ids),
    /// The prefix itself without its slash, which a redirect adds.
    AtDoor,
    /// Nowhere.
    Outside,
}

impl Mounts {
    /// Reads the mounts; what is wrong with them is added to the faults.
    pub(super) fn new(configs: &[MountConfig], faults: &mut Faults) -> Self {
        let mut mounts: Vec<Mount> = Vec::with_capacity(configs.len());
        for config in configs {
            let Some(prefix) = config.prefix.strip_suffix('/') else {
                faults.add(
                    "mounts",
                    format!("the prefix `{}` does not end with a slash", config.prefix),
                );
                continue;
            };
            if !prefix.is_empty() && !prefix.starts_with('/') {
                faults.add(
                    "mounts",
                    format!("the prefix `{}` does not begin with a slash", config.prefix),
                );
            }
            if mounts.iter().any(|other| *other.prefix == *prefix) {
                faults.add(
                    "mounts",
                    format!("the prefix `{}` is mounted twice", config.prefix),
                );
            }
            mounts.push(Mount {
                prefix: prefix.into(),
                ids: Ids {
                    route: config.route,
                    socket: config.socket_route,
                },
            });
        }
        mounts.sort_by_key(|mount| std::cmp::Reverse(mount.prefix.len()));
        Self(mounts.into_boxed_slice())
    }

    /// Whose a path is. It is compared decoded, as the application sees it.
    pub(super) fn find(&self, uri: &Uri) -> Place {
        if self.0.is_empty() {
            return Place::Outside;
        }
        let path = decoded(uri.path());
        for mount in &self.0 {
            match path.strip_prefix(&*mount.prefix) {
                Some("") if !mount.prefix.is_empty() => return Place::AtDoor,
                Some(rest) if rest.starts_with('/') => return Place::Inside(mount.ids),
                _ => {}
            }
        }
        Place::Outside
    }
}

fn decoded(raw: &str) -> Cow<'_, str> {
    if raw.contains('%') {
        percent_decode_str(raw).decode_utf8_lossy()
    } else {
        Cow::Borrowed(raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mounts(prefixes: &[&str]) -> Mounts {
        let configs: Vec<_> = prefixes
            .iter()
            .zip(0..)
            .map(|(prefix, route)| MountConfig {
                prefix: (*prefix).to_owned(),
                route,
                socket_route: None,
            })
            .collect();
        let mut faults = Faults::default();
        let mounts = Mounts::new(&configs, &mut faults);
        assert!(faults.finish().is_ok());
        mounts
    }

    fn inside(route: u32) -> Place {
        let socket = None;
        Place::Inside(Ids { route, socket })
    }

    fn find(mounts: &Mounts, path: &str) -> Place {
        mounts.find(&path.parse().unwrap_or_default())
    }

    #[test]
    fn the_longest_prefix_wins() {
        let mounts = mounts(&["/", "/a/", "/a/b/"]);
        assert_eq!(find(&mounts, "/"), inside(0));
        assert_eq!(find(&mounts, "/ab"), inside(0));
        assert_eq!(find(&mounts, "/a/x"), inside(1));
        assert_eq!(find(&mounts, "/a/b/c?d=/"), inside(2));
        assert_eq!(find(&mounts, "/a/bc"), inside(1));
    }

    #[test]
    fn a_prefix_without_its_slash_is_at_the_door() {
        let mounts = mounts(&["/a/"]);
        assert_eq!(find(&mounts, "/a"), Place::AtDoor);
        assert_eq!(find(&mounts, "/a?x=1"), Place::AtDoor);
        assert_eq!(find(&mounts, "/b"), Place::Outside);
    }

    #[test]
    fn escapes_do_not_hide_a_prefix() {
        let mounts = mounts(&["/shop/"]);
        assert_eq!(find(&mounts, "/%73hop/x"), inside(0));
        assert_eq!(find(&mounts, "/shop/%ff"), inside(0));
    }

    #[test]
    fn faults_are_told() {
        let config = |prefix: &str| MountConfig {
            prefix: prefix.to_owned(),
            route: 0,
            socket_route: None,
        };
        let mut faults = Faults::default();
        Mounts::new(
            &[config("/a"), config("b/"), config("/c/"), config("/c/")],
            &mut faults,
        );
        let text = faults.finish().err().map(|error| error.to_string());
        let text = text.unwrap_or_default();
        assert!(text.contains("`/a` does not end"), "{text}");
        assert!(text.contains("`b/` does not begin"), "{text}");
        assert!(text.contains("`/c/` is mounted twice"), "{text}");
    }
}
