use std::collections::HashMap;
use std::mem;
use std::net::IpAddr;
use std::time::Duration;

/// What one client is known by: an IPv4 address, or the /64 of an IPv6 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key(u64, bool);

impl Key {
    pub(super) fn new(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(u64::from(address.to_bits()), false),
            // One subscriber has 2^64 addresses to choose from (RFC 6177): they count as one.
            IpAddr::V6(address) => {
                let network = address.to_bits() >> 64;
                Self(u64::try_from(network).unwrap_or_default(), true)
            }
        }
    }
}

/// The theoretical arrival times of GCRA, in two generations of bounded size.
///
/// A cell that rests longer than `span` says nothing any more. So the older generation is thrown away
/// whole once the younger is that old, or full: no sweep, no pause, no growth.
pub(super) struct Cells {
    interval: u64,
    span: u64,
    capacity: usize,
    young: HashMap<Key, u64>,
    old: HashMap<Key, u64>,
    turned: u64,
}

impl Cells {
    pub(super) fn new(interval: Duration, burst: u32, max_clients: usize) -> Self {
        let interval = nanoseconds(interval).max(1);
        Self {
            interval,
            span: interval.saturating_mul(u64::from(burst)),
            capacity: (max_clients / 2).max(1),
            young: HashMap::new(),
            old: HashMap::new(),
            turned: 0,
        }
    }

    /// Counts one request at `now`; says how long the client must wait if it came too early.
    pub(super) fn take(&mut self, key: Key, now: Duration) -> Result<(), Duration> {
        let now = nanoseconds(now);
        if self.young.len() >= self.capacity || now - self.turned > self.span {
            self.old.clear();
            mem::swap(&mut self.young, &mut self.old);
            self.turned = now;
        }
        let known = self.young.get_mut(&key);
        let arrival = known
            .as_deref()
            .or_else(|| self.old.get(&key))
            .map_or(now, |arrival| (*arrival).max(now));
        let next = arrival.saturating_add(self.interval);
        let earliest = next.saturating_sub(self.span);
        if now < earliest {
            return Err(Duration::from_nanos(earliest - now));
        }
        match known {
            Some(cell) => *cell = next,
            None => drop(self.young.insert(key, next)),
        }
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
