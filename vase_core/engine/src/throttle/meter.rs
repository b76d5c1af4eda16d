use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::time::Duration;

use http::HeaderValue;
use serde::{Deserialize, Serialize};

use super::cells::{Cells, Key};
use super::refusal::Refusal;

/// So many requests in so many seconds on the average, all of which may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How many.
    pub requests: u32,
    /// In how many seconds.
    pub seconds: u32,
}

/// Several rates that hold together: a request counts for all of them, or is refused and counts for none.
pub struct Throttle {
    gauges: Box<[(Cells, u32)]>,
    policy: HeaderValue,
    hasher: RandomState,
}

impl Throttle {
    /// Counts by these rates; each remembers so many clients at once and forgets the oldest first.
    ///
    /// A rate of 0 requests, or in 0 seconds, counts as one of 1.
    pub fn new(rates: &[Rate], max_clients: usize) -> Self {
        let policy: Vec<String> = rates
            .iter()
            .map(|rate| format!("{};w={}", rate.requests.max(1), rate.seconds.max(1)))
            .collect();
        Self {
            gauges: rates
                .iter()
                .map(|rate| {
                    let requests = rate.requests.max(1);
                    let period = Duration::from_secs(u64::from(rate.seconds.max(1)));
                    (
                        Cells::new(period / requests, requests, max_clients),
                        requests,
                    )
                })
                .collect(),
            policy: HeaderValue::try_from(policy.join(", "))
                .unwrap_or(HeaderValue::from_static("")),
            hasher: RandomState::new(),
        }
    }

    /// Counts a request of an address; of IPv6, of its /64. `now` is the time since any fixed moment.
    pub fn take_address(&mut self, address: IpAddr, now: Duration) -> Result<(), Refusal> {
        self.take(Key::new(address), now)
    }

    /// Counts a request of a client that is known by a name.
    pub fn take_name(&mut self, name: &str, now: Duration) -> Result<(), Refusal> {
        // A keyed hash: nobody can look for a name that counts as somebody else's.
        self.take(Key::hashed(self.hasher.hash_one(name)), now)
    }

    fn take(&mut self, key: Key, now: Duration) -> Result<(), Refusal> {
        let longest = self
            .gauges
            .iter_mut()
            .filter_map(|(cells, requests)| Some((cells.wait(key, now)?, *requests)))
            .max();
        if let Some((wait, limit)) = longest {
            return Err(Refusal::new(wait, limit, self.policy.clone()));
        }
        for (cells, _) in &mut self.gauges {
            // None of them refuses: all were asked.
            let _ = cells.take(key, now);
        }
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.gauges.iter().map(|(cells, _)| cells.len()).sum()
    }
}
