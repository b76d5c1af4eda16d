use super::{Endpoint, Platform, Readiness};
use crate::config::PlatformConfig;
use crate::error::Faults;
use crate::metrics::Metrics;

fn platform(config: &PlatformConfig) -> Result<Platform, String> {
    Faults::collect(|faults| {
        Platform::new(config, Metrics::default(), Readiness::default(), faults)
    })
    .map_err(|error| error.to_string())
}

/// A path is an endpoint's when it is equal, and not when it merely begins like one.
#[test]
fn paths() {
    let platform = platform(&PlatformConfig {
        readyz: None,
        ..PlatformConfig::default()
    })
    .unwrap();
    assert_eq!(platform.find("/livez"), Some(Endpoint::Livez));
    assert_eq!(platform.find("/metrics"), Some(Endpoint::Metrics));
    for path in ["/readyz", "/livez/", "/livezz", "/", "", "/LIVEZ"] {
        assert_eq!(platform.find(path), None, "{path}");
    }
}

/// Paths that are none, or are taken, are mistakes; nothing panics over them.
#[test]
fn broken_paths() {
    let config = PlatformConfig {
        livez: Some("livez".into()),
        readyz: Some("/{x}".into()),
        metrics: Some("/:x".into()),
    };
    assert_eq!(
        platform(&config).err().unwrap(),
        "platform.livez: `livez` is no plain path that begins with a slash\n\
         platform.readyz: `/{x}` is no plain path that begins with a slash\n\
         platform.metrics: `/:x` is no plain path that begins with a slash"
    );
    let config = PlatformConfig {
        readyz: Some("/livez".into()),
        ..PlatformConfig::default()
    };
    assert_eq!(
        platform(&config).err().unwrap(),
        "platform.readyz: `/livez` is taken by another endpoint"
    );
}

/// Readiness is the absence of reasons against it.
#[test]
fn readiness() {
    let readiness = Readiness::default();
    let other = readiness.clone();
    readiness.withhold("database", "down");
    readiness.withhold("cache", "down");
    readiness.withhold("database", "still down");
    assert!(!other.is_ready());
    let reasons = [("cache", "down"), ("database", "still down")];
    assert_eq!(
        other.reasons(),
        reasons.map(|(name, reason)| (name.to_owned(), reason.to_owned()))
    );
    other.restore("cache");
    other.restore("database");
    other.restore("never there");
    assert!(readiness.is_ready());
}
