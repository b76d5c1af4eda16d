use std::net::IpAddr;

use http::request::Parts;
use http::{HeaderValue, Response};

use super::forwarded::{canonical, read_forwarded, read_x_forwarded};
use super::network::Network;
use crate::body::{RequestBody, ResponseBody};
use crate::config::{ForwardedHeader, TrustedProxiesConfig};
use crate::error::{ConfigError, Faults};
use crate::layers::HeadLayer;
use crate::layers::allowed_hosts::parse_authority;
use crate::stack::Exchange;

/// The layer `trusted_proxies`.
#[derive(Debug)]
pub struct TrustedProxies {
    networks: Vec<Network>,
    trusts_unix: bool,
    header: ForwardedHeader,
}

impl TrustedProxies {
    /// Checks the options and makes the layer.
    pub fn new(config: &TrustedProxiesConfig) -> Result<Self, ConfigError> {
        Faults::collect(|faults| Self::build(config, faults))
    }

    pub(crate) fn build(config: &TrustedProxiesConfig, faults: &mut Faults) -> Self {
        let mut layer = Self {
            networks: Vec::new(),
            trusts_unix: false,
            header: config.header,
        };
        for (index, proxy) in config.proxies.iter().enumerate() {
            if proxy == "unix" {
                layer.trusts_unix = true;
            } else if let Some(network) = Network::parse(proxy) {
                layer.networks.push(network);
            } else {
                faults.add_with_hint(
                    &format!("proxies[{index}]"),
                    format!("`{proxy}` is no address and no network"),
                    "write `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`, or `unix`",
                );
            }
        }
        layer
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks
            .iter()
            .any(|network| network.contains(address))
    }
}

impl HeadLayer for TrustedProxies {
    fn on_request(
        &self,
        head: &mut Parts,
        _body: &mut RequestBody,
        exchange: &mut Exchange,
    ) -> Option<Response<ResponseBody>> {
        let is_trusted = match exchange.peer.client {
            Some(address) => self.trusts(canonical(address).ip()),
            None => self.trusts_unix,
        };
        if !is_trusted {
            return None;
        }
        let story = match self.header {
            ForwardedHeader::XForwarded => {
                read_x_forwarded(&head.headers, |address| self.trusts(address))
            }
            ForwardedHeader::Forwarded => {
                read_forwarded(&head.headers, |address| self.trusts(address))
            }
        };
        let peer = &mut exchange.peer;
        peer.client = story.client.or(peer.client);
        match story.scheme {
            Some(scheme) if scheme.eq_ignore_ascii_case("https") => peer.is_secure = true,
            Some(scheme) if scheme.eq_ignore_ascii_case("http") => peer.is_secure = false,
            _ => {}
        }
        peer.forwarded_host = story
            .host
            .filter(|host| parse_authority(host.as_bytes()).is_some())
            .and_then(|host| HeaderValue::from_str(host).ok())
            .map(Box::new);
        None
    }
}
