use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::time::Duration;

use http::HeaderValue;
use serde::{Deserialize, Serialize};

use super::cells::{Cells, Key};
use super::refusal::{Refusal, policy};

/// So many requests in so many seconds on the average, all of which may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How many.
    pub requests: u32,
    /// In how many seconds.
    pub seconds: u32,
}

impl Rate {
    /// The same rate without a 0, which would refuse everything.
    fn positive(self) -> Self {
        Self {
            requests: self.requests.max(1),
            seconds: self.seconds.max(1),
        }
    }

    /// What clients know it by: `10/minute`, or `10/90s` where no word is as long.
    fn name(self) -> Box<str> {
        let Self { requests, seconds } = self;
        let period = match seconds {
            1 => "second",
            60 => "minute",
            3600 => "hour",
            86_400 => "day",
            _ => return format!("{requests}/{seconds}s").into(),
        };
        format!("{requests}/{period}").into()
    }
}

struct Gauge {
    cells: Cells,
    name: Box<str>,
}

/// Several rates that hold together: a request counts for all of them, or is refused and counts for none.
pub struct Throttle {
    gauges: Box<[Gauge]>,
    policy: HeaderValue,
    hasher: RandomState,
}

impl Throttle {
    /// Counts by these rates; each remembers so many clients at once and forgets the oldest first.
    ///
    /// A rate of 0 requests, or in 0 seconds, counts as one of 1.
    pub fn new(rates: &[Rate], max_clients: usize) -> Self {
        let rates: Vec<Rate> = rates.iter().map(|rate| rate.positive()).collect();
        let gauges: Box<[Gauge]> = rates
            .iter()
            .map(|rate| {
                let interval = Duration::from_secs(u64::from(rate.seconds)) / rate.requests;
                Gauge {
                    cells: Cells::new(interval, rate.requests, max_clients),
                    name: rate.name(),
                }
            })
            .collect();
        let told = gauges.iter().zip(&rates);
        Self {
            policy: policy(
                told.map(|(gauge, rate)| (&*gauge.name, rate.requests, rate.seconds.into())),
            ),
            gauges,
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
        let mut refused = Vec::new();
        for Gauge { cells, name } in &mut self.gauges {
            if let Some(wait) = cells.wait(key, now) {
                refused.push((&**name, wait));
            }
        }
        if !refused.is_empty() {
            return Err(Refusal::new(&refused, self.policy.clone()));
        }
        for gauge in &mut self.gauges {
            // None of them refuses: all were asked.
            let _ = gauge.cells.take(key, now);
        }
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.gauges.iter().map(|gauge| gauge.cells.len()).sum()
    }
}
