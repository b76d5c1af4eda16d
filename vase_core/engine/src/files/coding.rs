//! Compressed siblings of a file, and which of them a client wants.

use http::header::{self, HeaderMap};

use crate::problem::parse_quality;

/// A coding in which a file may lie ready beside itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Brotli,
    Zstd,
    Gzip,
}

impl Coding {
    pub(super) const ALL: [Self; 3] = [Self::Brotli, Self::Zstd, Self::Gzip];

    /// What is added to the name of the file.
    pub(super) const fn ending(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Zstd => ".zst",
            Self::Gzip => ".gz",
        }
    }

    /// What `Content-Encoding` says.
    pub(super) const fn token(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }
}

/// What a client accepts (RFC 9110 section 12.5.3), in thousandths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Accepted {
    brotli: Option<u16>,
    zstd: Option<u16>,
    gzip: Option<u16>,
    identity: Option<u16>,
    any: Option<u16>,
}

impl Accepted {
    pub(super) fn parse(headers: &HeaderMap) -> Self {
        let mut accepted = Self::default();
        let lines = headers.get_all(header::ACCEPT_ENCODING);
        let entries = lines.iter().filter_map(|line| line.to_str().ok());
        for entry in entries.flat_map(|line| line.split(',')) {
            let (name, parameter) = entry.split_once(';').unwrap_or((entry, ""));
            let name = name.trim();
            let place = if name.eq_ignore_ascii_case("br") {
                &mut accepted.brotli
            } else if name.eq_ignore_ascii_case("zstd") {
                &mut accepted.zstd
            } else if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
                &mut accepted.gzip
            } else if name.eq_ignore_ascii_case("identity") {
                &mut accepted.identity
            } else if name == "*" {
                &mut accepted.any
            } else {
                continue;
            };
            *place = Some(parse_quality(parameter).unwrap_or(1000));
        }
        accepted
    }

    /// How much a coding is liked; 0 for not at all.
    pub(super) fn quality(self, coding: Coding) -> u16 {
        let named = match coding {
            Coding::Brotli => self.brotli,
            Coding::Zstd => self.zstd,
            Coding::Gzip => self.gzip,
        };
        named.or(self.any).unwrap_or(0)
    }

    /// How much the file as it is must be beaten by. A client that does not name it would rather
    /// have any coding that it does name.
    pub(super) fn identity_quality(self) -> u16 {
        self.identity.unwrap_or(0)
    }
}
