//! What is wrong with a configuration, all of it at once.

use std::fmt;
use std::time::Duration;

/// One fault: where it is, what it is, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    /// The field, as a path into the configuration: `layers[2].hosts[0]`.
    pub place: String,
    /// The fact and the value.
    pub message: String,
    /// The next step, when there is one.
    pub hint: Option<String>,
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.message)?;
        match &self.hint {
            Some(hint) => write!(formatter, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// Every fault of a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.listing())]
pub struct ConfigError {
    /// The faults, in the order of the configuration; never empty.
    pub faults: Vec<ConfigFault>,
}

impl ConfigError {
    fn listing(&self) -> String {
        self.faults
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// Collects faults while a configuration is read to its end.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    place: String,
    faults: Vec<ConfigFault>,
}

impl Faults {
    /// Moves to another part of the configuration: later faults are reported below `place`.
    pub(crate) fn enter(&mut self, place: impl Into<String>) {
        self.place = place.into();
    }

    pub(crate) fn add(&mut self, field: &str, message: impl Into<String>) {
        self.push(field, message.into(), None);
    }

    pub(crate) fn add_with_hint(
        &mut self,
        field: &str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.push(field, message.into(), Some(hint.into()));
    }

    fn push(&mut self, field: &str, message: String, hint: Option<String>) {
        let separator = if self.place.is_empty() || field.is_empty() || field.starts_with('[') {
            ""
        } else {
            "."
        };
        let place = [self.place.as_str(), separator, field].concat();
        self.faults.push(ConfigFault {
            place,
            message,
            hint,
        });
    }

    /// Reads a duration of more than no seconds; a faulty one counts as a second meanwhile.
    pub(crate) fn positive_seconds(&mut self, field: &str, seconds: f64) -> Duration {
        match Duration::try_from_secs_f64(seconds) {
            Ok(duration) if !duration.is_zero() => duration,
            _ => {
                self.add(
                    field,
                    format!("`{seconds}` is no number of seconds above 0"),
                );
                Duration::from_secs(1)
            }
        }
    }

    /// Builds one part by itself.
    pub(crate) fn collect<T>(build: impl FnOnce(&mut Self) -> T) -> Result<T, ConfigError> {
        let mut faults = Self::default();
        let part = build(&mut faults);
        faults.finish().map(|()| part)
    }

    /// Takes over the faults of a part that has checked itself.
    pub(crate) fn absorb(&mut self, error: ConfigError) {
        self.faults.extend(error.faults);
    }

    pub(crate) fn finish(self) -> Result<(), ConfigError> {
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(ConfigError {
                faults: self.faults,
            })
        }
    }
}
