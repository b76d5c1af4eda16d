//! Folders below URL prefixes.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use http::header::{self, HeaderMap};
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use smallvec::SmallVec;

use super::cache::{Cache, Weight};
use super::coding::{Accepted, Coding};
use super::content_type::content_type_of;
use super::representation::{Representation, Version};
use super::respond;
use super::root::Root;
use super::safe_path;
use crate::body::ResponseBody;
use crate::config::StaticFilesConfig;
use crate::error::{ConfigError, Faults};

/// How much older than its file a sibling may be. Copies of a folder are not made in one instant;
/// what a person changed is further apart.
const SIBLING_TOLERANCE_SECONDS: i64 = 2;

/// Folders that are served below URL prefixes.
///
/// A clone shares everything. See the [module](super) for what is served and what is not.
#[derive(Clone)]
pub struct StaticFiles {
    mounts: Arc<[Mount]>,
    cache: Arc<Mutex<Cache<Entry>>>,
    recheck_after: Duration,
}

#[derive(Debug)]
struct Mount {
    prefix: String,
    roots: Vec<Root>,
    cache_control: HeaderValue,
}

/// A file that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    entry: Arc<Entry>,
}

/// A file and its siblings, as they were when they were loaded.
#[derive(Debug)]
struct Entry {
    /// Which of the roots has it.
    root: usize,
    relative: Box<str>,
    plain: Representation,
    siblings: SmallVec<[(Coding, Representation); 0]>,
}

impl StaticFiles {
    /// Prepares the mounts, or says all that is wrong with them. A root need not be there yet.
    pub fn new(mounts: &[StaticFilesConfig]) -> Result<Self, ConfigError> {
        let mut faults = Faults::default();
        let mounts = mounts.iter().enumerate().map(|(index, config)| {
            faults.enter(format!("static_files[{index}]"));
            Mount::new(config, &mut faults)
        });
        let mounts = mounts.collect();
        faults.finish()?;
        Ok(Self {
            mounts,
            cache: Arc::default(),
            recheck_after: Duration::from_secs(1),
        })
    }

    /// For how long a file that is in memory is not compared with the disk. Default: a second.
    #[must_use]
    pub fn recheck_after(mut self, age: Duration) -> Self {
        self.recheck_after = age;
        self
    }

    /// Whether there is nothing to serve.
    pub fn is_empty(&self) -> bool {
        self.mounts.is_empty()
    }

    /// Finds the file of a path, which is taken as it came, percent-encoded.
    pub fn find(&self, path: &str) -> Option<Hit> {
        self.look_up(path).ok().flatten()
    }

    /// Answers a request whose path is that of a file; `None` leaves it to the route table.
    pub fn respond(&self, head: &Parts) -> Option<Response<ResponseBody>> {
        match self.look_up(head.uri.path()) {
            Ok(hit) => Some(hit?.respond(&head.method, &head.headers)),
            // Not a matter of this file: descriptors or memory have run out, or the disk is broken.
            Err(_) => Some(respond::refuse(
                &head.headers,
                StatusCode::SERVICE_UNAVAILABLE,
                "files.unavailable",
                "the file cannot be read at the moment",
            )),
        }
    }

    fn look_up(&self, path: &str) -> io::Result<Option<Hit>> {
        for mount in &*self.mounts {
            let Some(rest) = path.strip_prefix(mount.prefix.as_str()) else {
                continue;
            };
            if let Some(entry) = self.look_up_in(mount, path, rest)? {
                return Ok(Some(Hit { entry }));
            }
        }
        Ok(None)
    }

    fn look_up_in(&self, mount: &Mount, path: &str, rest: &str) -> io::Result<Option<Arc<Entry>>> {
        let cached = self.cache().get(path);
        if let Some((entry, checked)) = cached {
            let now = Instant::now();
            // An entry of another mount with the same path is possible when one prefix begins another.
            if rest == &*entry.relative {
                if now.duration_since(checked) < self.recheck_after {
                    return Ok(Some(entry));
                }
                if mount.is_current(&entry) {
                    self.cache().confirm(path, now);
                    return Ok(Some(entry));
                }
                self.cache().remove(path);
            }
        }
        let Some(relative) = safe_path::parse(rest) else {
            return Ok(None);
        };
        let now = Instant::now();
        let Some(entry) = mount.load(&relative)? else {
            return Ok(None);
        };
        let entry = Arc::new(entry);
        // Another spelling of the same path would only take room.
        if relative == rest && entry.is_worth_keeping() {
            let weight = entry.weight();
            self.cache().insert(path, Arc::clone(&entry), weight, now);
        }
        Ok(Some(entry))
    }

    fn cache(&self) -> MutexGuard<'_, Cache<Entry>> {
        // A cache has no state that a panic could leave half done and that would matter.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for StaticFiles {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StaticFiles")
            .field("mounts", &self.mounts)
            .finish_non_exhaustive()
    }
}

impl Hit {
    /// Answers a request: 200, 206, 304, 405, 412 or 416.
    pub fn respond(&self, method: &Method, headers: &HeaderMap) -> Response<ResponseBody> {
        respond::respond(self.entry.choose(headers), method, headers)
    }

    /// The length in bytes of the file as it is.
    pub fn length(&self) -> u64 {
        self.entry.plain.length
    }
}

impl Mount {
    fn new(config: &StaticFilesConfig, faults: &mut Faults) -> Self {
        let prefix = &config.prefix;
        if !prefix.starts_with('/') || !prefix.ends_with('/') {
            let message = format!(
                "`{}` does not begin and end with a slash",
                prefix.escape_debug()
            );
            faults.add("prefix", message);
        }
        if config.roots.is_empty() {
            faults.add("roots", "there are none");
        }
        for (index, root) in config.roots.iter().enumerate() {
            if !root.starts_with('/') {
                let message = format!("`{}` is no absolute path", root.escape_debug());
                faults.add(&format!("roots[{index}]"), message);
            }
        }
        let cache_control = match (config.max_age, config.immutable) {
            (0, _) => "no-cache".to_owned(),
            (age, false) => format!("public, max-age={age}"),
            (age, true) => format!("public, max-age={age}, immutable"),
        };
        Self {
            prefix: prefix.clone(),
            roots: config
                .roots
                .iter()
                .map(|root| Root::new(PathBuf::from(root)))
                .collect(),
            cache_control: HeaderValue::try_from(cache_control)
                .unwrap_or(HeaderValue::from_static("no-cache")),
        }
    }

    /// Loads a file and its siblings from the first root that has it.
    fn load(&self, relative: &str) -> io::Result<Option<Entry>> {
        for (index, root) in self.roots.iter().enumerate() {
            let Some((file, metadata)) = root.open(relative)? else {
                continue;
            };
            let content_type = content_type_of(relative);
            let mut plain = Representation::load(file, &metadata, content_type.clone(), None)?;
            let mut siblings = SmallVec::new();
            for coding in Coding::ALL {
                let Some((file, metadata)) = root.open(&sibling_name(relative, coding))? else {
                    continue;
                };
                let content_type = content_type.clone();
                let sibling = Representation::load(file, &metadata, content_type, Some(coding))?;
                if is_recent_enough(&plain.version, &sibling.version) {
                    siblings.push((coding, sibling));
                }
            }
            self.finish(&mut plain, &mut siblings);
            return Ok(Some(Entry {
                root: index,
                relative: relative.into(),
                plain,
                siblings,
            }));
        }
        Ok(None)
    }

    fn finish(&self, plain: &mut Representation, siblings: &mut [(Coding, Representation)]) {
        let varies = !siblings.is_empty();
        let siblings = siblings.iter_mut().map(|(_, sibling)| sibling);
        for file in std::iter::once(plain).chain(siblings) {
            let cache_control = self.cache_control.clone();
            file.headers.insert(header::CACHE_CONTROL, cache_control);
            if varies {
                let name = HeaderValue::from_static("accept-encoding");
                file.headers.insert(header::VARY, name);
            }
        }
    }

    /// Whether loading a file again would give the same.
    fn is_current(&self, entry: &Entry) -> bool {
        let (earlier, rest) = self.roots.split_at(entry.root);
        let Some(root) = rest.first() else {
            return false;
        };
        let version = |name: &str| root.stat(name).map(|metadata| Version::of(&metadata));
        version(&entry.relative) == Some(entry.plain.version)
            && earlier
                .iter()
                .all(|root| root.stat(&entry.relative).is_none())
            && Coding::ALL.iter().all(|coding| {
                let found = version(&sibling_name(&entry.relative, *coding));
                let found = found.filter(|sibling| is_recent_enough(&entry.plain.version, sibling));
                let known = entry.siblings.iter().find(|(known, _)| known == coding);
                found == known.map(|(_, sibling)| sibling.version)
            })
    }
}

impl Entry {
    /// The version that a client likes best: of the best liked codings the shortest.
    fn choose(&self, headers: &HeaderMap) -> &Representation {
        if self.siblings.is_empty() || !headers.contains_key(header::ACCEPT_ENCODING) {
            return &self.plain;
        }
        let accepted = Accepted::parse(headers);
        self.siblings
            .iter()
            .map(|(coding, sibling)| (accepted.quality(*coding), sibling))
            .filter(|(quality, _)| *quality > 0 && *quality >= accepted.identity_quality())
            .max_by_key(|(quality, sibling)| (*quality, std::cmp::Reverse(sibling.length)))
            .map_or(&self.plain, |(_, sibling)| sibling)
    }

    fn all(&self) -> impl Iterator<Item = &Representation> {
        let siblings = self.siblings.iter().map(|(_, sibling)| sibling);
        std::iter::once(&self.plain).chain(siblings)
    }

    /// Whether it may be kept: changes will show, and to load it again would give no more.
    fn is_worth_keeping(&self) -> bool {
        let now = SystemTime::now();
        self.all()
            .all(|file| file.version.is_settled(now) && !file.is_still_cold())
    }

    fn weight(&self) -> Weight {
        Weight {
            bytes: self.all().map(Representation::bytes_in_memory).sum(),
            open: self.all().filter(|file| file.is_on_disk()).count(),
        }
    }
}

fn sibling_name(relative: &str, coding: Coding) -> String {
    [relative, coding.ending()].concat()
}

fn is_recent_enough(file: &Version, sibling: &Version) -> bool {
    sibling.modified_seconds() + SIBLING_TOLERANCE_SECONDS >= file.modified_seconds()
}
