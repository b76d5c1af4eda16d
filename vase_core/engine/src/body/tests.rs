use bytes::Bytes;
use futures_util::{FutureExt, stream};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, StreamBody};

use super::{BodyError, RequestBody, ResponseBody};

fn pieces(pieces: Vec<Result<Frame<Bytes>, BodyError>>) -> RequestBody {
    RequestBody::boxed(StreamBody::new(stream::iter(pieces)))
}

macro_rules! data {
    ($text:literal) => {
        Ok(Frame::data(Bytes::from_static($text.as_bytes())))
    };
}

fn collected(body: RequestBody) -> Result<Bytes, BodyError> {
    body.collect().now_or_never().unwrap()
}

/// A body of one piece is handed on as it is, without a copy.
#[test]
fn one_piece() {
    let bytes = Bytes::from_static(b"whole");
    let body = RequestBody::full(bytes.clone());
    assert_eq!(body.size_hint().exact(), Some(5));
    assert_eq!(collected(body).unwrap().as_ptr(), bytes.as_ptr());
    assert_eq!(
        collected(pieces(vec![Ok(Frame::data(bytes.clone()))]))
            .unwrap()
            .as_ptr(),
        bytes.as_ptr()
    );
}

/// Pieces are put together; empty ones and trailers add nothing.
#[test]
fn many_pieces() {
    let trailers = Ok(Frame::trailers(http::HeaderMap::new()));
    let body = pieces(vec![
        data!("a"),
        data!(""),
        data!("bc"),
        data!("def"),
        trailers,
    ]);
    assert_eq!(collected(body).unwrap(), "abcdef");
}

/// No body is an empty one, and its end is known at once.
#[test]
fn no_body() {
    for body in [
        RequestBody::empty(),
        RequestBody::full(""),
        RequestBody::default(),
    ] {
        assert!(body.is_end_stream());
        assert_eq!(collected(body).unwrap(), "");
    }
}

/// The limit counts all pieces; it ends the body for good.
#[test]
fn limits() {
    assert_eq!(
        collected(RequestBody::full("1234").limit(4)).unwrap(),
        "1234"
    );
    assert_eq!(
        collected(RequestBody::full("12345").limit(4)),
        Err(BodyError::TooLarge { limit: 4 })
    );
    let mut body = pieces(vec![data!("123"), data!("45"), data!("6")]).limit(4);
    assert_eq!(
        body.next_piece().now_or_never().unwrap().unwrap().unwrap(),
        "123"
    );
    assert!(body.next_piece().now_or_never().unwrap().is_err());
    assert_eq!(body.next_piece().now_or_never().unwrap(), Ok(None));
    assert!(body.is_end_stream());
}

/// A limit that is already passed when it is set catches the next piece.
#[test]
fn late_limits() {
    let mut body = pieces(vec![data!("123"), data!("4")]);
    assert!(body.next_piece().now_or_never().unwrap().is_ok());
    body.set_limit(2);
    assert_eq!(collected(body), Err(BodyError::TooLarge { limit: 2 }));
}

/// An error ends the body, and keeps its cause.
#[test]
fn errors() {
    for (error, status) in [
        (BodyError::TooLarge { limit: 1 }, 413),
        (BodyError::TooSlow, 408),
        (BodyError::Malformed, 400),
        (BodyError::Disconnected, 400),
    ] {
        assert_eq!(
            collected(pieces(vec![data!("a"), Err(error), data!("b")])),
            Err(error)
        );
        assert_eq!(error.status(), status);
        assert!(error.code().starts_with("body."));
    }
}

/// A response body knows its length when it is in memory, and says it once.
#[test]
fn responses() {
    let mut body = ResponseBody::full("hello");
    assert_eq!(
        (body.length(), body.as_bytes()),
        (Some(5), Some(&b"hello"[..]))
    );
    let frame = body.frame().now_or_never().unwrap().unwrap().unwrap();
    assert_eq!(frame.into_data().unwrap(), "hello");
    assert!(body.is_end_stream());
    assert!(matches!(ResponseBody::full(""), ResponseBody::Empty));
}

/// A stream leaves piece by piece, and its error reaches the connection.
#[test]
fn streams() {
    let error = std::io::Error::other("broken");
    let body = ResponseBody::from_stream(stream::iter([Ok(Bytes::from_static(b"a")), Err(error)]));
    assert_eq!((body.length(), body.as_bytes()), (None, None));
    let error = body.collect().now_or_never().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "broken");
}
