use http::{HeaderValue, StatusCode, Version};

use super::syntax::parse_authority;
use super::{AllowedHosts, HostSyntax, adopt_target};
use crate::config::AllowedHostsConfig;
use crate::layers::HeadLayer;
use crate::layers::testing::{Trial, problem};

fn allowed(hosts: &[&str]) -> AllowedHosts {
    let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
    AllowedHosts::new(&AllowedHostsConfig { hosts }).unwrap()
}

/// The code of the refusal, or an empty text.
fn code(mut trial: Trial, layer: &impl HeadLayer) -> String {
    trial.enter(layer).map_or_else(String::new, |response| {
        let (status, code) = problem(&response);
        assert_eq!(status, StatusCode::BAD_REQUEST);
        code
    })
}

fn host(host: &str) -> Trial {
    Trial::get(&[("host", host)])
}

/// A host is a name or an address, with an optional port.
#[test]
fn well_formed_hosts() {
    for (text, name, port) in [
        ("example.com", "example.com", None),
        ("example.com:8000", "example.com", Some(8000)),
        ("example.com:", "example.com", None),
        ("127.0.0.1:80", "127.0.0.1", Some(80)),
        ("[::1]", "[::1]", None),
        ("[2001:db8::1]:443", "[2001:db8::1]", Some(443)),
        ("a_b~c!$&'()*+,;=%41", "a_b~c!$&'()*+,;=%41", None),
    ] {
        let authority = parse_authority(text.as_bytes()).unwrap();
        assert_eq!(
            (authority.host, authority.port),
            (name.as_bytes(), port),
            "{text}"
        );
        assert_eq!(code(host(text), &HostSyntax), "", "{text}");
    }
}

/// Anything else is malformed.
#[test]
fn malformed_hosts() {
    for text in [
        "",
        ":80",
        "example.com:80:80",
        "example.com:port",
        "example.com:65536",
        "example.com:-1",
        "user@example.com",
        "example.com/path",
        "http://example.com",
        "exa mple.com",
        "example.com, other.com",
        "[::1",
        "::1",
        "[::1]x",
        "[example.com]",
        "[v1.a]",
        "a%4",
        "a%zz",
        "a\"b",
        "a<b>",
        "a\\b",
        "a?b",
        "a#b",
        "[]",
    ] {
        assert_eq!(code(host(text), &HostSyntax), "host.malformed", "{text}");
        assert_eq!(
            code(host(text), &allowed(&["*"])),
            "host.malformed",
            "{text}"
        );
    }
    let mut trial = Trial::get(&[]);
    trial
        .head
        .headers
        .insert("host", HeaderValue::from_bytes(b"ex\xe4mple.com").unwrap());
    assert_eq!(code(trial, &HostSyntax), "host.malformed");
}

/// `Host` is there exactly once; HTTP/1.0 may leave it out.
#[test]
fn once() {
    assert_eq!(code(Trial::get(&[]), &HostSyntax), "host.missing");
    let doubled = [("host", "example.com"), ("host", "example.com")];
    assert_eq!(code(Trial::get(&doubled), &HostSyntax), "host.doubled");

    let mut old = Trial::get(&[]);
    old.head.version = Version::HTTP_10;
    assert_eq!(code(old, &HostSyntax), "");
    let mut old = Trial::get(&[]);
    old.head.version = Version::HTTP_10;
    assert_eq!(code(old, &allowed(&["example.com"])), "");
    let mut old = Trial::get(&doubled);
    old.head.version = Version::HTTP_10;
    assert_eq!(code(old, &HostSyntax), "host.doubled");
}

/// An absolute target names the host, whatever `Host` says, as long as that is there and well-formed.
#[test]
fn absolute_targets() {
    let layer = allowed(&["example.com"]);
    for (target, name, expected, seen) in [
        ("http://example.com/", "example.com", "", "example.com"),
        ("http://example.com/", "other.com", "", "example.com"),
        (
            "http://EXAMPLE.com:81/",
            "other.com:82",
            "",
            "EXAMPLE.com:81",
        ),
        ("https://example.com/", "example.com:443", "", "example.com"),
        (
            "http://evil.org/",
            "example.com",
            "host.not_allowed",
            "evil.org",
        ),
        (
            "http://example.com/",
            "other com",
            "host.malformed",
            "other com",
        ),
        (
            "http://user@example.com/",
            "example.com",
            "host.malformed",
            "example.com",
        ),
    ] {
        let mut trial = Trial::new("GET", target, &[("host", name)]);
        adopt_target(&mut trial.head);
        assert_eq!(trial.head.headers["host"], seen, "{target} {name}");
        assert_eq!(code(trial, &layer), expected, "{target} {name}");
    }
    let doubled = [("host", "example.com"), ("host", "example.com")];
    let mut trial = Trial::new("GET", "http://example.com/", &doubled);
    adopt_target(&mut trial.head);
    assert_eq!(code(trial, &HostSyntax), "host.doubled");
}

/// Without `Host`, the target names the host where the version lets it.
#[test]
fn absolute_targets_alone() {
    for (version, expected) in [
        (Version::HTTP_11, "host.missing"),
        (Version::HTTP_10, ""),
        (Version::HTTP_2, ""),
    ] {
        let mut trial = Trial::new("GET", "http://example.com/", &[]);
        trial.head.version = version;
        adopt_target(&mut trial.head);
        assert_eq!(trial.head.headers.contains_key("host"), expected.is_empty());
        assert_eq!(code(trial, &allowed(&["example.com"])), expected);
    }
}

/// Patterns are exact names, names with all below them, or anything; case and port do not count.
#[test]
fn patterns() {
    for (pattern, name, is_allowed) in [
        ("example.com", "example.com", true),
        ("example.com", "EXAMPLE.com:8000", true),
        ("example.com", "example.com.", true),
        ("example.com", "www.example.com", false),
        ("example.com", "example.com.evil.org", false),
        ("example.com", "notexample.com", false),
        ("Example.COM", "example.com", true),
        (".example.com", "example.com", true),
        (".example.com", "www.Example.com", true),
        (".example.com", "a.b.example.com:1", true),
        (".example.com", "notexample.com", false),
        (".example.com", "evil.org", false),
        ("[::1]", "[::1]:8000", true),
        ("127.0.0.1", "127.0.0.1:8000", true),
        ("*", "anything.example", true),
    ] {
        let expected = if is_allowed { "" } else { "host.not_allowed" };
        assert_eq!(
            code(host(name), &allowed(&[pattern])),
            expected,
            "{pattern} {name}"
        );
    }
    assert_eq!(code(host("example.com"), &allowed(&[])), "host.not_allowed");
}

/// Behind a trusted proxy the host that the client asked for counts.
#[test]
fn forwarded_hosts() {
    let layer = allowed(&["example.com"]);
    let mut trial = host("10.0.0.7:8000");
    trial.exchange.peer.forwarded_host = Some(Box::new(HeaderValue::from_static("example.com")));
    assert_eq!(code(trial, &layer), "");
    let mut trial = host("example.com");
    trial.exchange.peer.forwarded_host = Some(Box::new(HeaderValue::from_static("evil.org")));
    assert_eq!(code(trial, &layer), "host.not_allowed");
}

/// An orchestrator reaches the health endpoints by address, but not with a malformed host.
#[test]
fn probes() {
    let layer = allowed(&["example.com"]);
    assert_eq!(code(host("10.1.2.3:8000").probe(), &layer), "");
    assert_eq!(code(host("a b").probe(), &layer), "host.malformed");
}

/// A pattern that can match nothing is a mistake, and all mistakes are told.
#[test]
fn broken_patterns() {
    let hosts = [
        "https://example.com",
        "example.com:80",
        "*.example.com",
        "ok.example",
    ];
    let config = AllowedHostsConfig {
        hosts: hosts.map(str::to_owned).to_vec(),
    };
    let error = AllowedHosts::new(&config).unwrap_err();
    let places: Vec<&str> = error
        .faults
        .iter()
        .map(|fault| fault.place.as_str())
        .collect();
    assert_eq!(places, ["hosts[0]", "hosts[1]", "hosts[2]"]);
    assert_eq!(
        error.faults[2].to_string(),
        "hosts[2]: `*.example.com` is no host\n  hint: write `example.com`, `.example.com` for it and all hosts below, \
         or `*`; no scheme, no port"
    );
}
