//! The list of layers from the configuration: all faults at once.

use std::mem::discriminant;

use super::{
    Layer, access_log, allowed_hosts, body_limit, catch_panic, compression, concurrency_limit,
    cors, rate_limit, request_id, security_headers, timeout, trusted_proxies,
};
use crate::config::{Config, LayerConfig};
use crate::error::Faults;
use crate::metrics::Metrics;

/// Builds the layers in their order; `host_check` asks for the check of `Host` that is always made.
pub(crate) fn build(
    config: &Config,
    sink: Option<access_log::Sink>,
    metrics: &Metrics,
    faults: &mut Faults,
) -> Vec<Layer> {
    let mut sink = sink;
    let mut layers = Vec::with_capacity(config.layers.len() + 1);
    for (index, layer) in config.layers.iter().enumerate() {
        faults.enter(format!("layers[{index}]"));
        let earlier = &config.layers[..index];
        if earlier
            .iter()
            .any(|other| discriminant(other) == discriminant(layer))
        {
            faults.add("layer", format!("`{}` is listed twice", name(layer)));
            continue;
        }
        layers.extend(build_one(layer, &mut sink, metrics, faults));
    }
    if config.default_host_check
        && !layers
            .iter()
            .any(|layer| matches!(layer, Layer::AllowedHosts(_)))
    {
        // Inside the layers that only watch, so that a refusal is logged and has an id and its headers.
        let watches = |layer: &Layer| {
            matches!(
                layer,
                Layer::TrustedProxies(_)
                    | Layer::RequestId(_)
                    | Layer::AccessLog(_)
                    | Layer::CatchPanic(_)
                    | Layer::SecurityHeaders(_)
            )
        };
        let place = layers
            .iter()
            .position(|layer| !watches(layer))
            .unwrap_or(layers.len());
        layers.insert(place, Layer::HostSyntax(allowed_hosts::HostSyntax));
    }
    layers
}

fn build_one(
    config: &LayerConfig,
    sink: &mut Option<access_log::Sink>,
    metrics: &Metrics,
    faults: &mut Faults,
) -> Option<Layer> {
    Some(match config {
        LayerConfig::TrustedProxies(config) => {
            Layer::TrustedProxies(trusted_proxies::TrustedProxies::build(config, faults))
        }
        LayerConfig::RequestId(config) => {
            Layer::RequestId(request_id::RequestIds::build(config, faults))
        }
        LayerConfig::AccessLog(config) => {
            let dropped = metrics.counter(
                "vase_access_log_dropped_total",
                "Lines of the access log that were dropped because their reader fell behind.",
            );
            // An embedder without a sink does not want lines: the layer is left out.
            Layer::AccessLog(access_log::AccessLog::with_counter(
                config,
                sink.take()?,
                dropped,
            ))
        }
        LayerConfig::CatchPanic(_) => Layer::CatchPanic(catch_panic::CatchPanic),
        LayerConfig::SecurityHeaders(config) => {
            Layer::SecurityHeaders(security_headers::SecurityHeaders::build(config, faults))
        }
        LayerConfig::AllowedHosts(config) => {
            Layer::AllowedHosts(allowed_hosts::AllowedHosts::build(config, faults))
        }
        LayerConfig::RateLimit(config) => {
            Layer::RateLimit(rate_limit::RateLimit::build(config, faults))
        }
        LayerConfig::ConcurrencyLimit(config) => {
            Layer::ConcurrencyLimit(concurrency_limit::ConcurrencyLimit::build(config, faults))
        }
        LayerConfig::Timeout(config) => Layer::Timeout(timeout::Timeout::build(config, faults)),
        LayerConfig::BodyLimit(config) => {
            Layer::BodyLimit(body_limit::BodyLimit::new(config.max_bytes))
        }
        LayerConfig::Cors(config) => Layer::Cors(cors::Cors::build(config, faults)),
        LayerConfig::Compression(config) => {
            Layer::Compression(compression::Compression::new(config))
        }
    })
}

fn name(layer: &LayerConfig) -> &'static str {
    match layer {
        LayerConfig::TrustedProxies(_) => "trusted_proxies",
        LayerConfig::RequestId(_) => "request_id",
        LayerConfig::AccessLog(_) => "access_log",
        LayerConfig::CatchPanic(_) => "catch_panic",
        LayerConfig::SecurityHeaders(_) => "security_headers",
        LayerConfig::AllowedHosts(_) => "allowed_hosts",
        LayerConfig::RateLimit(_) => "rate_limit",
        LayerConfig::ConcurrencyLimit(_) => "concurrency_limit",
        LayerConfig::Timeout(_) => "timeout",
        LayerConfig::BodyLimit(_) => "body_limit",
        LayerConfig::Cors(_) => "cors",
        LayerConfig::Compression(_) => "compression",
    }
}
