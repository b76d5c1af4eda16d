//! The engine's configuration: plain data, read once from JSON before the socket opens.
//!
//! Every field has a default and says so; an unknown field is an error. Values are checked where
//! they are used, when [`Stack::new`](crate::Stack::new) builds the tower, and all faults are
//! reported at once as [`ConfigError`](crate::error::ConfigError).
//! Durations are seconds, sizes are bytes.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Everything that an engine is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Limits and time-outs of connections.
    pub http: HttpConfig,
    /// Limits and time-outs of sockets.
    pub websocket: WebSocketConfig,
    /// The layers, outermost first. Default: none.
    pub layers: Vec<LayerConfig>,
    /// Folders that are served without routing. Default: none.
    pub static_files: Vec<StaticFilesConfig>,
    /// Limits of forms and their files.
    pub forms: FormsConfig,
    /// Whole applications below a prefix. Default: none.
    pub mounts: Vec<MountConfig>,
    /// Paths of the health and metrics endpoints.
    pub platform: PlatformConfig,
    /// Redirects `/path` to `/path/` when only the latter has a route. Default: true.
    pub append_slash: bool,
    /// Names all routes in the answer to a path that has none. Default: false.
    pub debug: bool,
    /// The value of `Server`; null leaves the header out. Default: null.
    pub server_header: Option<String>,
    /// Refuses requests whose `Host` breaks RFC 9112 section 3.2, with or without the layer
    /// `allowed_hosts`. Default: true.
    pub default_host_check: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            http: HttpConfig::default(),
            websocket: WebSocketConfig::default(),
            layers: Vec::new(),
            static_files: Vec::new(),
            forms: FormsConfig::default(),
            mounts: Vec::new(),
            platform: PlatformConfig::default(),
            append_slash: true,
            debug: false,
            server_header: None,
            default_host_check: true,
        }
    }
}

/// Limits and time-outs of connections.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    /// Seconds a new connection may stay silent. Default: 10.
    pub first_byte_timeout: f64,
    /// Seconds from the first byte of a request head to its last. Default: 10.
    pub header_timeout: f64,
    /// Seconds a connection may idle between requests. Default: 75.
    pub idle_timeout: f64,
    /// Seconds before `body_minimum_rate` is enforced. Default: 5.
    pub body_grace: f64,
    /// Bytes a second below which a request body is given up; 0 switches this off. Default: 240.
    pub body_minimum_rate: u64,
    /// Seconds a write may wait for a client that does not read. Default: 30.
    pub write_timeout: f64,
    /// Bytes of a request head, request line included. Default: 64 KiB.
    pub max_header_bytes: usize,
    /// Header lines of a request. Default: 100.
    pub max_headers: usize,
    /// Bytes of a request body, unless the layer `body_limit` says otherwise. Default: 8 MiB.
    pub max_body_bytes: u64,
    /// Seconds that running requests get when the server stops. Default: 10.
    pub shutdown_timeout: f64,
    /// Whether a connection takes more than one request. Default: true.
    pub keep_alive: bool,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            first_byte_timeout: 10.0,
            header_timeout: 10.0,
            idle_timeout: 75.0,
            body_grace: 5.0,
            body_minimum_rate: 240,
            write_timeout: 30.0,
            max_header_bytes: 64 * 1024,
            max_headers: 100,
            max_body_bytes: 8 * 1024 * 1024,
            shutdown_timeout: 10.0,
            keep_alive: true,
        }
    }
}

/// Limits of forms and their files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FormsConfig {
    /// Bytes of files that stay in memory, all files of a form together; the rest moves to disk. Default: 2.5 MiB.
    pub max_memory_bytes: u64,
    /// Bytes of everything but the files. Default: 8 MiB.
    pub max_text_bytes: u64,
    /// Values that are no files. Default: 1000.
    pub max_fields: usize,
    /// Files. Default: 100.
    pub max_files: usize,
    /// The folder for files that move to disk. Default: `/tmp`.
    pub temp_dir: PathBuf,
}

impl Default for FormsConfig {
    fn default() -> Self {
        Self {
            max_memory_bytes: 2_621_440,
            max_text_bytes: 8 * 1024 * 1024,
            max_fields: 1000,
            max_files: 100,
            temp_dir: PathBuf::from("/tmp"),
        }
    }
}

/// Limits and time-outs of sockets: what HTTP becomes by RFC 6455.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebSocketConfig {
    /// Bytes of the largest message that is taken. Default: 16 MiB.
    pub max_message_bytes: usize,
    /// Seconds of silence after which a ping is sent; 0 sends none. Default: 20.
    pub ping_interval: f64,
    /// Seconds that the answer to a ping may take. Default: 20.
    pub ping_timeout: f64,
    /// Seconds that the answer to a close may take. Default: 10.
    pub close_timeout: f64,
    /// Takes offers of permessage-deflate. Default: true.
    pub compression: bool,
    /// Origins whose pages may open sockets, besides the site's own; `*` means all. Default: none.
    pub allowed_origins: Vec<String>,
}

impl Default for WebSocketConfig {
    fn default() -> Self {
        Self {
            max_message_bytes: 16 * 1024 * 1024,
            ping_interval: 20.0,
            ping_timeout: 20.0,
            close_timeout: 10.0,
            compression: true,
            allowed_origins: Vec::new(),
        }
    }
}

/// Folders that are served below one URL prefix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaticFilesConfig {
    /// The prefix of the path; begins and ends with a slash.
    pub prefix: String,
    /// Absolute paths of the folders; the first that has the file wins.
    pub roots: Vec<String>,
    /// Seconds for `Cache-Control: max-age`. Default: 0.
    #[serde(default)]
    pub max_age: u64,
    /// Adds `immutable` to `Cache-Control`. Default: false.
    #[serde(default)]
    pub immutable: bool,
}

/// An application that gets every request below a prefix that no route takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MountConfig {
    /// The prefix of the path; begins and ends with a slash. The longest that fits wins.
    pub prefix: String,
    /// The id with which its requests are called; no route has the same.
    pub route: u32,
    /// The id with which handshakes of sockets are called; null hands them over like any request. Default: null.
    #[serde(default)]
    pub socket_route: Option<u32>,
}

/// Paths of the endpoints that the engine answers about itself; null switches one off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlatformConfig {
    /// Whether the process lives. Default: `/livez`.
    pub livez: Option<String>,
    /// Whether the process can do its work. Default: `/readyz`.
    pub readyz: Option<String>,
    /// Counters for Prometheus. Default: `/metrics`.
    pub metrics: Option<String>,
}

impl Default for PlatformConfig {
    fn default() -> Self {
        Self {
            livez: Some("/livez".to_owned()),
            readyz: Some("/readyz".to_owned()),
            metrics: Some("/metrics".to_owned()),
        }
    }
}

/// One layer and its options: `{"layer": "request_id", …}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "layer", rename_all = "snake_case")]
pub enum LayerConfig {
    /// Believes what named proxies say of the client.
    TrustedProxies(TrustedProxiesConfig),
    /// Gives every request an id.
    RequestId(RequestIdConfig),
    /// Writes one line a request.
    AccessLog(AccessLogConfig),
    /// Turns a panic into a 500.
    CatchPanic(CatchPanicConfig),
    /// Adds the static security headers.
    SecurityHeaders(SecurityHeadersConfig),
    /// Refuses requests for hosts that are not ours.
    AllowedHosts(AllowedHostsConfig),
    /// Refuses clients that ask too often.
    RateLimit(RateLimitConfig),
    /// Refuses requests while too many are being answered.
    ConcurrencyLimit(ConcurrencyLimitConfig),
    /// Ends requests that take too long.
    Timeout(TimeoutConfig),
    /// Refuses request bodies that are too large.
    BodyLimit(BodyLimitConfig),
    /// Lets pages of other origins in.
    Cors(CorsConfig),
    /// Compresses answers.
    Compression(CompressionConfig),
}

/// Options of the layer `trusted_proxies`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrustedProxiesConfig {
    /// Addresses and CIDR networks whose word on their clients is believed; `unix`
    /// stands for peers on a Unix socket. Default: none.
    pub proxies: Vec<String>,
    /// Which headers they write; the other family is not read, for a client could forge it.
    /// Default: `x_forwarded`.
    pub header: ForwardedHeader,
}

/// The headers in which a proxy speaks of its client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host`.
    #[default]
    XForwarded,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// Options of the layer `request_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RequestIdConfig {
    /// The header that carries the id, both ways. Default: `x-request-id`.
    pub header: String,
    /// Keeps a well-formed id that the client sent. Default: true.
    pub accept_inbound: bool,
}

impl Default for RequestIdConfig {
    fn default() -> Self {
        Self {
            header: "x-request-id".to_owned(),
            accept_inbound: true,
        }
    }
}

/// Options of the layer `access_log`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessLogConfig {
    /// How a line looks. Default: `text`.
    pub format: AccessLogFormat,
    /// Paths that are not logged, such as `/livez`. Default: none.
    pub exempt: Vec<String>,
}

/// How a line of the access log looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessLogFormat {
    /// One line for people.
    #[default]
    Text,
    /// One JSON object a line for machines.
    Json,
}

/// Options of the layer `catch_panic`: none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CatchPanicConfig {}

/// Options of the layer `security_headers`; null or false leaves a header out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecurityHeadersConfig {
    /// `X-Content-Type-Options: nosniff`. Default: true.
    pub content_type_nosniff: bool,
    /// `Referrer-Policy`. Default: `same-origin`.
    pub referrer_policy: Option<String>,
    /// `Cross-Origin-Opener-Policy`. Default: `same-origin`.
    pub cross_origin_opener_policy: Option<String>,
    /// `X-Frame-Options`. Default: `DENY`.
    pub frame_options: Option<String>,
    /// `max-age` of `Strict-Transport-Security`, sent over https alone; 0 leaves it out. Default: 0.
    pub hsts_seconds: u64,
    /// Adds `includeSubDomains` to it. Default: false.
    pub hsts_include_subdomains: bool,
    /// Adds `preload` to it. Default: false.
    pub hsts_preload: bool,
    /// More headers of the same kind, as pairs of name and value. Default: none.
    pub extra: Vec<(String, String)>,
}

impl Default for SecurityHeadersConfig {
    fn default() -> Self {
        Self {
            content_type_nosniff: true,
            referrer_policy: Some("same-origin".to_owned()),
            cross_origin_opener_policy: Some("same-origin".to_owned()),
            frame_options: Some("DENY".to_owned()),
            hsts_seconds: 0,
            hsts_include_subdomains: false,
            hsts_preload: false,
            extra: Vec::new(),
        }
    }
}

/// Options of the layer `allowed_hosts`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AllowedHostsConfig {
    /// `example.com`, `.example.com` (the host and all below it) or `*`. Default: none, which
    /// refuses every request.
    pub hosts: Vec<String>,
}

/// Options of the layer `rate_limit`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RateLimitConfig {
    /// Requests that a client may make in one period. Default: 100.
    pub requests: u32,
    /// The period, in seconds. Default: 60.
    pub period: f64,
    /// Requests that may come at once; null means `requests`. Default: null.
    pub burst: Option<u32>,
    /// Clients remembered at once; the memory is bounded by this. Default: 65536.
    pub max_clients: usize,
    /// Paths without a limit, besides the platform's own. Default: none.
    pub exempt: Vec<String>,
}

impl Default for RateLimitConfig {
    fn default() -> Self {
        Self {
            requests: 100,
            period: 60.0,
            burst: None,
            max_clients: 65_536,
            exempt: Vec::new(),
        }
    }
}

/// Options of the layer `concurrency_limit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConcurrencyLimitConfig {
    /// Requests that may be answered at the same time in one worker. Default: 1024.
    pub max: usize,
    /// Seconds for `Retry-After`. Default: 1.
    pub retry_after: u64,
}

impl Default for ConcurrencyLimitConfig {
    fn default() -> Self {
        Self {
            max: 1024,
            retry_after: 1,
        }
    }
}

/// Options of the layer `timeout`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TimeoutConfig {
    /// Seconds until the head of the answer must be there. Default: 60.
    pub seconds: f64,
}

impl Default for TimeoutConfig {
    fn default() -> Self {
        Self { seconds: 60.0 }
    }
}

/// Options of the layer `body_limit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BodyLimitConfig {
    /// Bytes of a request body. Default: 8 MiB.
    pub max_bytes: u64,
}

impl Default for BodyLimitConfig {
    fn default() -> Self {
        Self {
            max_bytes: 8 * 1024 * 1024,
        }
    }
}

/// Options of the layer `cors`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CorsConfig {
    /// Origins such as `https://app.example.com`, `https://*.example.com`, or `*`. Default: none.
    pub allowed_origins: Vec<String>,
    /// Methods that a preflight allows. Default: GET, HEAD, POST, PUT, PATCH, DELETE.
    pub allow_methods: Vec<String>,
    /// Request headers that a preflight allows; `*` allows what it asks for. Default: `content-type`.
    pub allow_headers: Vec<String>,
    /// Response headers that a page may read. Default: none.
    pub expose_headers: Vec<String>,
    /// Lets pages send cookies. Default: false.
    pub allow_credentials: bool,
    /// Seconds a browser may remember a preflight. Default: 600.
    pub max_age: u64,
}

impl Default for CorsConfig {
    fn default() -> Self {
        Self {
            allowed_origins: Vec::new(),
            allow_methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
                .map(str::to_owned)
                .to_vec(),
            allow_headers: vec!["content-type".to_owned()],
            expose_headers: Vec::new(),
            allow_credentials: false,
            max_age: 600,
        }
    }
}

/// Options of the layer `compression`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CompressionConfig {
    /// Answers below this size leave as they are. Default: 1024.
    pub minimum_bytes: u64,
    /// What may be used; between equals for the client the first wins. Default: zstd, br, gzip.
    pub algorithms: Vec<Algorithm>,
}

impl Default for CompressionConfig {
    fn default() -> Self {
        Self {
            minimum_bytes: 1024,
            algorithms: vec![Algorithm::Zstd, Algorithm::Br, Algorithm::Gzip],
        }
    }
}

/// A content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// RFC 8878.
    Zstd,
    /// RFC 7932.
    Br,
    /// RFC 1952.
    Gzip,
}
