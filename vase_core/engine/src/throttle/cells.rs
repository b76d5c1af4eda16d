use std::collections::HashMap;
use std::mem;
use std::net::IpAddr;
use std::time::Duration;

/// What one client is known by: an IPv4 address, the /64 of an IPv6 address, or the hash of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key(u64, bool);

impl Key {
    pub(crate) fn new(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(u64::from(address.to_bits()), false),
            // One subscriber has 2^64 addresses to choose from (RFC 6177): they count as one.
            IpAddr::V6(address) => {
                let network = address.to_bits() >> 64;
                Self(u64::try_from(network).unwrap_or_default(), true)
            }
        }
    }

    /// The key of a name; cells hold addresses or names, never both.
    pub(crate) fn hashed(hash: u64) -> Self {
        Self(hash, true)
    }
}

/// The theoretical arrival times of GCRA, in two generations of bounded size.
///
/// A cell that rests longer than `span` says nothing any more. So the older generation is thrown away
/// whole once the younger is that old, or full: no sweep, no pause, no growth.
pub(crate) struct Cells {
    interval: u64,
    span: u64,
    capacity: usize,
    young: HashMap<Key, u64>,
    old: HashMap<Key, u64>,
    turned: u64,
}

impl Cells {
    pub(crate) fn new(interval: Duration, burst: u32, max_clients: usize) -> Self {
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
    pub(crate) fn take(&mut self, key: Key, now: Duration) -> Result<(), Duration> {
        let now = nanoseconds(now);
        self.turn(now);
        let known = self.young.get_mut(&key);
        let arrival = known.as_deref().or_else(|| self.old.get(&key)).copied();
        let next = next(arrival, now, self.interval, self.span)?;
        match known {
            Some(cell) => *cell = next,
            None => drop(self.young.insert(key, next)),
        }
        Ok(())
    }

    /// How long the client would have to wait; a request that is only asked about does not count.
    pub(crate) fn wait(&mut self, key: Key, now: Duration) -> Option<Duration> {
        let now = nanoseconds(now);
        self.turn(now);
        let arrival = self.young.get(&key).or_else(|| self.old.get(&key)).copied();
        next(arrival, now, self.interval, self.span).err()
    }

    fn turn(&mut self, now: u64) {
        if self.young.len() >= self.capacity || now - self.turned > self.span {
            self.old.clear();
            mem::swap(&mut self.young, &mut self.old);
            self.turned = now;
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}

/// When the request after this one is due, or how long this one comes too early.
fn next(arrival: Option<u64>, now: u64, interval: u64, span: u64) -> Result<u64, Duration> {
    let next = arrival
        .map_or(now, |arrival| arrival.max(now))
        .saturating_add(interval);
    let earliest = next.saturating_sub(span);
    if now < earliest {
        return Err(Duration::from_nanos(earliest - now));
    }
    Ok(next)
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
