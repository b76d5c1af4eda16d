use super::TrustedProxies;
use super::forwarded::parse_node;
use super::network::Network;
use crate::config::{ForwardedHeader, TrustedProxiesConfig};
use crate::layers::testing::Trial;
use crate::stack::Peer;

const PROXY: &str = "10.0.0.1:40000";

fn layer(header: ForwardedHeader) -> TrustedProxies {
    let proxies = ["10.0.0.0/8", "fd00::/8", "unix"]
        .map(str::to_owned)
        .to_vec();
    TrustedProxies::new(&TrustedProxiesConfig { proxies, header }).unwrap()
}

fn seen_from(client: Option<&str>, header: ForwardedHeader, headers: &[(&str, &str)]) -> Peer {
    let mut trial = Trial::get(headers).from(client);
    assert!(trial.enter(&layer(header)).is_none());
    trial.exchange.peer
}

fn seen(headers: &[(&str, &str)]) -> Peer {
    seen_from(Some(PROXY), ForwardedHeader::XForwarded, headers)
}

fn client(peer: &Peer) -> String {
    peer.client
        .map_or_else(String::new, |client| client.to_string())
}

/// A trusted proxy is believed in address, scheme and host.
#[test]
fn trusted() {
    let peer = seen(&[
        ("x-forwarded-for", "198.51.100.7"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "shop.example"),
    ]);
    assert_eq!(client(&peer), "198.51.100.7:0");
    assert!(peer.is_secure);
    assert_eq!(*peer.forwarded_host.unwrap(), "shop.example");
}

/// Nobody else is, whatever is sent.
#[test]
fn untrusted() {
    for (header, name) in [
        (ForwardedHeader::XForwarded, "x-forwarded-for"),
        (ForwardedHeader::Forwarded, "forwarded"),
    ] {
        let headers = [
            (name, "for=198.51.100.7;proto=https"),
            ("x-forwarded-for", "198.51.100.7"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "evil.example"),
        ];
        let peer = seen_from(Some("203.0.113.9:1"), header, &headers);
        assert_eq!(peer, Peer::tcp("203.0.113.9:1".parse().unwrap()));
    }
}

/// The chain is walked from the right: what a client wrote itself stands left of the truth and is not read.
#[test]
fn forged_chains() {
    for (lines, expected) in [
        (vec!["1.1.1.1, 198.51.100.7"], "198.51.100.7:0"),
        (vec!["1.1.1.1, 198.51.100.7, 10.0.0.2"], "198.51.100.7:0"),
        (
            vec!["1.1.1.1", "198.51.100.7", "10.0.0.2, 10.0.0.3"],
            "198.51.100.7:0",
        ),
        (vec!["10.0.0.9, 10.0.0.2"], "10.0.0.9:0"),
        (vec!["198.51.100.7, unknown"], PROXY),
        (vec!["198.51.100.7, unknown, 10.0.0.2"], "10.0.0.2:0"),
        (vec![""], PROXY),
    ] {
        let headers: Vec<_> = lines
            .iter()
            .map(|line| ("x-forwarded-for", *line))
            .collect();
        assert_eq!(client(&seen(&headers)), expected, "{lines:?}");
    }
}

/// Of several schemes and hosts the one counts that stands as far from the right as the client does.
#[test]
fn lists_go_together() {
    let peer = seen(&[
        ("x-forwarded-for", "198.51.100.7, 10.0.0.2"),
        ("x-forwarded-proto", "https, http"),
        ("x-forwarded-host", "evil.example, shop.example, inner"),
    ]);
    assert!(peer.is_secure);
    assert_eq!(*peer.forwarded_host.unwrap(), "shop.example");
    let peer = seen(&[
        ("x-forwarded-for", "198.51.100.7"),
        ("x-forwarded-proto", "https, http"),
    ]);
    assert!(!peer.is_secure);
}

/// A host that is none is not taken over.
#[test]
fn broken_hosts() {
    assert_eq!(seen(&[("x-forwarded-host", "a b")]).forwarded_host, None);
    assert_eq!(
        seen(&[("x-forwarded-host", "user@evil.example")]).forwarded_host,
        None
    );
}

/// `Forwarded` is read when the configuration says so, and then the other headers are not.
#[test]
fn rfc_7239() {
    let headers = [
        (
            "forwarded",
            r#"for=1.1.1.1, For="[2001:db8::7]:4711";proto=HTTPS;host="shop.example", for=10.0.0.2"#,
        ),
        ("x-forwarded-for", "6.6.6.6"),
    ];
    let peer = seen_from(Some(PROXY), ForwardedHeader::Forwarded, &headers);
    assert_eq!(client(&peer), "[2001:db8::7]:4711");
    assert!(peer.is_secure);
    assert_eq!(**peer.forwarded_host.as_ref().unwrap(), "shop.example");
    assert_eq!(client(&seen(&headers)), "6.6.6.6:0");
}

/// A Unix socket has no address, and is trusted by its name.
#[test]
fn unix_sockets() {
    let headers = [("x-forwarded-for", "198.51.100.7")];
    assert_eq!(
        client(&seen_from(None, ForwardedHeader::XForwarded, &headers)),
        "198.51.100.7:0"
    );
    let config = TrustedProxiesConfig {
        proxies: vec!["10.0.0.0/8".into()],
        ..Default::default()
    };
    let mut trial = Trial::get(&headers).from(None);
    assert!(
        trial
            .enter(&TrustedProxies::new(&config).unwrap())
            .is_none()
    );
    assert_eq!(trial.exchange.peer, Peer::local());
}

/// An IPv4 proxy on a dual-stack socket is the same proxy.
#[test]
fn mapped_addresses() {
    let headers = [("x-forwarded-for", "::ffff:198.51.100.7")];
    let peer = seen_from(
        Some("[::ffff:10.0.0.1]:40000"),
        ForwardedHeader::XForwarded,
        &headers,
    );
    assert_eq!(client(&peer), "198.51.100.7:0");
}

/// Nodes are written with and without port and brackets.
#[test]
fn nodes() {
    for (text, expected) in [
        ("192.0.2.1", "192.0.2.1:0"),
        ("192.0.2.1:80", "192.0.2.1:80"),
        ("2001:db8::1", "[2001:db8::1]:0"),
        ("[2001:db8::1]", "[2001:db8::1]:0"),
        ("[2001:db8::1]:80", "[2001:db8::1]:80"),
    ] {
        assert_eq!(parse_node(text).unwrap().to_string(), expected);
    }
    for text in [
        "",
        "unknown",
        "_hidden",
        "192.0.2.1:",
        "192.0.2.256",
        "[::1",
        "::1]",
        "a.b.c.d",
    ] {
        assert_eq!(parse_node(text), None, "{text}");
    }
}

/// A network holds the addresses that share its prefix.
#[test]
fn networks() {
    for (network, inside, outside) in [
        ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
        ("192.168.1.77/32", "192.168.1.77", "192.168.1.78"),
        ("192.168.1.77", "192.168.1.77", "192.168.1.78"),
        ("0.0.0.0/0", "255.1.1.1", "::1"),
        ("fd00::/8", "fdff::1", "fe00::1"),
        ("::/0", "2001:db8::1", "1.2.3.4"),
    ] {
        let parsed = Network::parse(network).unwrap();
        assert!(
            parsed.contains(inside.parse().unwrap()),
            "{network} {inside}"
        );
        assert!(
            !parsed.contains(outside.parse().unwrap()),
            "{network} {outside}"
        );
    }
    for text in [
        "",
        "10.0.0.0/33",
        "10.0.0.0/",
        "::/129",
        "10.0.0/8",
        "example.com",
        "10.0.0.0/8/8",
    ] {
        assert_eq!(Network::parse(text), None, "{text}");
    }
    let config = TrustedProxiesConfig {
        proxies: vec!["proxy.local".into()],
        ..Default::default()
    };
    assert_eq!(
        TrustedProxies::new(&config).unwrap_err().to_string(),
        "proxies[0]: `proxy.local` is no address and no network\n  \
         hint: write `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`, or `unix`"
    );
}
