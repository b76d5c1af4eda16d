use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::format::write_padded;

/// The time of day as text, made of instants that were read anyway.
///
/// The system's clock is asked once a second, and the text down to the second is kept with it: between, only the
/// milliseconds are written anew.
pub(super) struct Clock {
    /// An instant, and the time of day it stands for.
    anchor: (Instant, Duration),
    text: Vec<u8>,
    second: u64,
}

/// `2026-11-21T10:00:00` and the dot.
const SECONDS: usize = 20;

impl Clock {
    pub(super) fn new() -> Self {
        Self {
            anchor: (Instant::now(), time_of_day()),
            text: Vec::with_capacity(SECONDS + 4),
            second: u64::MAX,
        }
    }

    /// RFC 3339 with milliseconds, in UTC.
    pub(super) fn text(&mut self, instant: Instant) -> &[u8] {
        let mut later = instant.checked_duration_since(self.anchor.0);
        if later.is_some_and(|later| later >= Duration::from_secs(1)) {
            self.anchor = (Instant::now(), time_of_day());
            later = instant.checked_duration_since(self.anchor.0);
        }
        let (anchor, time) = self.anchor;
        let time = match later {
            Some(later) => time + later,
            None => time.saturating_sub(anchor.duration_since(instant)),
        };
        if time.as_secs() != self.second {
            self.second = time.as_secs();
            self.text.clear();
            write_seconds(&mut self.text, self.second);
        }
        self.text.truncate(SECONDS);
        write_padded(&mut self.text, time.subsec_millis().into(), 3);
        self.text.push(b'Z');
        &self.text
    }
}

fn time_of_day() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

pub(super) fn write_seconds(out: &mut Vec<u8>, seconds: u64) {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil_date(days);
    for (number, width, end) in [
        (year, 4, b'-'),
        (month, 2, b'-'),
        (day, 2, b'T'),
        (second / 3600, 2, b':'),
        (second / 60 % 60, 2, b':'),
        (second % 60, 2, b'.'),
    ] {
        write_padded(out, number, width);
        out.push(end);
    }
}

/// The date of a day after 1970-01-01, by Hinnant's `civil_from_days`.
fn civil_date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468; // days since 0000-03-01, so that leap days come last
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}
