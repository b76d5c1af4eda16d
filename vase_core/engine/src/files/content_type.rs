//! What a file is, by the ending of its name.

use http::HeaderValue;

/// The `Content-Type` of a file: by the ending of its name, whatever its case;
/// `application/octet-stream` when that says nothing.
///
/// The table is our own and short, so that a site says the same on every machine: the system's
/// `mime.types` differs from one to the next. Text is UTF-8, as everything else in Vase.
pub fn content_type_of(name: &str) -> HeaderValue {
    let name = name.rsplit('/').next().unwrap_or(name);
    let ending = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => ending,
        _ => "",
    };
    let row = TYPES.iter().find(|(endings, _)| {
        endings
            .iter()
            .any(|known| known.eq_ignore_ascii_case(ending))
    });
    HeaderValue::from_static(row.map_or("application/octet-stream", |(_, name)| name))
}

/// Endings, in lower case, and what they mean.
const TYPES: &[(&[&str], &str)] = &[
    // Text.
    (&["html", "htm"], "text/html; charset=utf-8"),
    (&["css"], "text/css; charset=utf-8"),
    // RFC 9239: every older name of JavaScript is obsolete.
    (&["js", "mjs", "cjs"], "text/javascript; charset=utf-8"),
    (
        &["txt", "text", "log", "conf", "ini", "toml"],
        "text/plain; charset=utf-8",
    ),
    (&["md", "markdown"], "text/markdown; charset=utf-8"),
    (&["csv"], "text/csv; charset=utf-8"),
    (&["tsv"], "text/tab-separated-values; charset=utf-8"),
    (&["ics"], "text/calendar; charset=utf-8"),
    (&["vcf"], "text/vcard; charset=utf-8"),
    (&["vtt"], "text/vtt; charset=utf-8"),
    (&["xml", "xsl", "xsd"], "text/xml; charset=utf-8"),
    // Data. JSON has no charset: RFC 8259 section 11.
    (&["json", "map"], "application/json"),
    (&["jsonld"], "application/ld+json"),
    (&["geojson"], "application/geo+json"),
    (&["webmanifest"], "application/manifest+json"),
    (&["yaml", "yml"], "application/yaml"),
    (&["atom"], "application/atom+xml"),
    (&["rss"], "application/rss+xml"),
    (&["xhtml"], "application/xhtml+xml"),
    (&["wasm"], "application/wasm"),
    (&["pdf"], "application/pdf"),
    (&["rtf"], "application/rtf"),
    (&["sql"], "application/sql"),
    (&["sqlite", "sqlite3"], "application/vnd.sqlite3"),
    (&["parquet"], "application/vnd.apache.parquet"),
    // Pictures.
    (&["svg"], "image/svg+xml"),
    (&["png"], "image/png"),
    (&["apng"], "image/apng"),
    (&["jpg", "jpeg", "jpe"], "image/jpeg"),
    (&["gif"], "image/gif"),
    (&["webp"], "image/webp"),
    (&["avif"], "image/avif"),
    (&["heic"], "image/heic"),
    (&["jxl"], "image/jxl"),
    (&["ico"], "image/vnd.microsoft.icon"),
    (&["bmp"], "image/bmp"),
    (&["tif", "tiff"], "image/tiff"),
    // Letters.
    (&["woff"], "font/woff"),
    (&["woff2"], "font/woff2"),
    (&["ttf"], "font/ttf"),
    (&["otf"], "font/otf"),
    (&["eot"], "application/vnd.ms-fontobject"),
    // Sound and pictures that move.
    (&["mp3"], "audio/mpeg"),
    (&["m4a"], "audio/mp4"),
    (&["aac"], "audio/aac"),
    (&["ogg", "oga", "opus"], "audio/ogg"),
    (&["flac"], "audio/flac"),
    (&["wav"], "audio/wav"),
    (&["weba"], "audio/webm"),
    (&["mid", "midi"], "audio/midi"),
    (&["mp4", "m4v"], "video/mp4"),
    (&["webm"], "video/webm"),
    (&["ogv"], "video/ogg"),
    (&["mov"], "video/quicktime"),
    (&["mpeg", "mpg"], "video/mpeg"),
    (&["avi"], "video/x-msvideo"),
    (&["mkv"], "video/x-matroska"),
    (&["m3u8"], "application/vnd.apple.mpegurl"),
    (&["mpd"], "application/dash+xml"),
    // Archives, sent as what they are and not as a coding of something else.
    (&["zip"], "application/zip"),
    (&["gz", "tgz"], "application/gzip"),
    (&["zst"], "application/zstd"),
    (&["bz2"], "application/x-bzip2"),
    (&["xz"], "application/x-xz"),
    (&["tar"], "application/x-tar"),
    (&["7z"], "application/x-7z-compressed"),
    (&["jar"], "application/java-archive"),
    (&["epub"], "application/epub+zip"),
    // Offices.
    (&["doc"], "application/msword"),
    (&["xls"], "application/vnd.ms-excel"),
    (&["ppt"], "application/vnd.ms-powerpoint"),
    (
        &["docx"],
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (
        &["xlsx"],
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    (
        &["pptx"],
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    (&["odt"], "application/vnd.oasis.opendocument.text"),
    (&["ods"], "application/vnd.oasis.opendocument.spreadsheet"),
    (&["odp"], "application/vnd.oasis.opendocument.presentation"),
    // Models.
    (&["gltf"], "model/gltf+json"),
    (&["glb"], "model/gltf-binary"),
    (&["stl"], "model/stl"),
];
