use bytes::Bytes;
use futures_util::FutureExt;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};

use super::BodyLimit;
use crate::body::{BodyError, RequestBody};
use crate::layers::testing::{Trial, problem};

fn pieces(pieces: &'static [&'static str]) -> RequestBody {
    let frames = pieces
        .iter()
        .map(|piece| Ok(Frame::data(Bytes::from_static(piece.as_bytes()))));
    RequestBody::boxed(StreamBody::new(futures_util::stream::iter(frames)))
}

/// A declared length over the limit is refused before a byte is read; the limit itself is allowed.
#[test]
fn declared_length() {
    let layer = BodyLimit::new(4);
    assert!(
        Trial::new("POST", "/", &[])
            .body("1234")
            .enter(&layer)
            .is_none()
    );
    let mut trial = Trial::new("POST", "/", &[]).body("12345");
    let response = trial.enter(&layer).unwrap();
    assert_eq!(
        problem(&response),
        (http::StatusCode::PAYLOAD_TOO_LARGE, "body.too_large".into())
    );
    assert_eq!(trial.body.bytes_read(), 0);
}

/// The header counts where the body itself does not know its length.
#[test]
fn declared_by_the_header() {
    let mut trial =
        Trial::new("POST", "/", &[("content-length", "5")]).body(pieces(&["123", "45"]));
    assert_eq!(trial.enter(&BodyLimit::new(4)).unwrap().status(), 413);
}

/// A body without a length is counted while it is read.
#[test]
fn counted_while_reading() {
    let mut trial = Trial::new("POST", "/", &[]).body(pieces(&["12", "34"]));
    assert!(trial.enter(&BodyLimit::new(4)).is_none());
    assert_eq!(
        trial.body.collect().now_or_never().unwrap().unwrap(),
        "1234"
    );

    let mut trial = Trial::new("POST", "/", &[]).body(pieces(&["12", "345", "6"]));
    assert!(trial.enter(&BodyLimit::new(4)).is_none());
    let first = trial.body.frame().now_or_never().unwrap().unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), "12");
    let second = trial.body.frame().now_or_never().unwrap().unwrap();
    assert_eq!(second.unwrap_err(), BodyError::TooLarge { limit: 4 });
    assert!(trial.body.frame().now_or_never().unwrap().is_none());
}

/// A request without a body passes whatever the limit is.
#[test]
fn no_body() {
    assert!(Trial::get(&[]).enter(&BodyLimit::new(0)).is_none());
}
