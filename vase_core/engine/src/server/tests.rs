use super::chunks::{ChunkReader, Chunks};
use super::head::{Framing, Head, HeadLimits, HeadReader, find_control};
use super::refusal::Refusal;

const LIMITS: HeadLimits = HeadLimits {
    octets: 65_536,
    fields: 100,
};

/// Reads a head that arrives in pieces which end at `cuts`.
fn read_in_pieces(bytes: &[u8], cuts: &[usize]) -> Result<Option<Head>, Refusal> {
    let mut reader = HeadReader::default();
    for cut in cuts {
        if let Some(head) = reader.scan(&bytes[..*cut], LIMITS)? {
            return Ok(Some(head));
        }
    }
    reader.scan(bytes, LIMITS)
}

const HEADS: &[&[u8]] = &[
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n",
    b"\r\n\r\nPOST /a%20b?c=%zz HTTP/1.7\r\nCONTENT-LENGTH:\t5 \r\nUpgrade: x\r\n\r\nabcde",
    b"POST / HTTP/1.1\r\ntransfer-encoding: Chunked\r\nX: \xff\tlong enough for several words\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: a\nb\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
    b"GET / HTTP/2.0\r\nHost: a\r\n\r\n",
    b"GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nExpect: the best\r\n\r\n",
];

/// However a head is cut into pieces, the outcome is that of the whole.
#[test]
fn pieces_of_a_head_make_no_difference() {
    for bytes in HEADS {
        let whole = read_in_pieces(bytes, &[]);
        for first in 0..bytes.len() {
            for second in first..bytes.len() {
                let pieces = read_in_pieces(bytes, &[first, second]);
                assert_eq!(
                    pieces,
                    whole,
                    "{} cut at {first}, {second}",
                    bytes.escape_ascii()
                );
            }
        }
    }
}

/// A head says where it begins and ends, how its body is framed and which octet is not handed on as it is.
#[test]
fn head_tells_what_the_connection_needs() {
    let head = read_in_pieces(HEADS[2], &[]);
    assert_eq!(
        head,
        Ok(Some(Head {
            start: 4,
            end: HEADS[2].len() - 5,
            framing: Framing::Length(5),
            minor_version: Some(29),
            wants_upgrade: true,
        }))
    );
    assert_eq!(HEADS[2][29], b'7');
}

/// A bad line is refused when it ends, not when the head does.
#[test]
fn bad_line_is_refused_at_once() {
    let refusal = read_in_pieces(b"GET / HTTP/1.1\r\nHost : a\r\n", &[]);
    assert_eq!(refusal, Err(Refusal::Field));
}

/// Limits hold for what is there, complete or not.
#[test]
fn limits_hold_while_reading() {
    let limits = HeadLimits {
        octets: 40,
        fields: 1,
    };
    let scan = |bytes: &[u8]| HeadReader::default().scan(bytes, limits);
    assert_eq!(scan(&[b'G'; 41]), Err(Refusal::TargetTooLong));
    assert_eq!(scan(&[b'G'; 40]), Ok(None));
    let long_field = b"GET / HTTP/1.1\r\nHost: 0123456789012345678901234567890123456789";
    assert_eq!(scan(long_field), Err(Refusal::HeadTooLarge));
    assert_eq!(
        scan(b"GET / HTTP/1.1\r\nA: b\r\nC: d\r\n\r\n"),
        Err(Refusal::TooManyFields)
    );
}

/// Every refusal is an error of the client or a refusal of service, and closes the connection.
#[test]
fn refusals_close() {
    for refusal in [
        Refusal::RequestLine,
        Refusal::Version,
        Refusal::TooSlow,
        Refusal::Tunnel,
    ] {
        let answer = refusal.answer();
        assert_eq!(answer.status(), refusal.status());
        assert!(answer.status().as_u16() >= 400);
        assert_eq!(answer.headers()["connection"], "close");
    }
}

/// The search by words finds what a search by octets finds, wherever it stands and whatever is around it.
#[test]
fn controls_are_found_by_words() {
    for length in 0..40 {
        for at in 0..length {
            for octet in 0..=255_u8 {
                for filler in [b'a', 0xff, b'\t', 0x80, b' ', b'~'] {
                    let mut bytes = vec![filler; length];
                    bytes[at] = octet;
                    let is_control = octet.is_ascii_control() && octet != b'\t';
                    let expected = if is_control { at } else { length };
                    assert_eq!(find_control(&bytes, 0), expected, "{octet} among {filler}");
                    assert_eq!(find_control(&bytes, at + 1), length);
                }
            }
        }
    }
}

fn read_chunks(bytes: &[u8], cut: usize) -> (usize, Chunks) {
    let mut reader = ChunkReader::new();
    let (first, chunks) = reader.scan(&bytes[..cut]);
    if chunks != Chunks::More {
        return (first, chunks);
    }
    let (second, chunks) = reader.scan(&bytes[cut..]);
    (first + second, chunks)
}

/// However a chunked body is cut into pieces, the outcome is that of the whole.
#[test]
fn pieces_of_chunks_make_no_difference() {
    let bodies: [(&[u8], usize, Chunks); 8] = [
        (b"3\r\nabc\r\n0\r\n\r\nGET", 13, Chunks::End),
        (
            b"3;a=\"\\\"\";b\r\nabc\r\n00\r\nX: y\r\nZ:\r\n\r\n",
            33,
            Chunks::End,
        ),
        (b"a\r\n0123456789\r\n", 15, Chunks::More),
        (b"ffffffffffffffff\r\nabc", 21, Chunks::More),
        (b"fffffffffffffffff\r\nabc", 16, Chunks::Broken),
        (b"3\r\nabcd", 6, Chunks::Broken),
        (b"3\r\nabc\r\n0\r\nX\r\n\r\n", 12, Chunks::Broken),
        (b"3 \r\nabc", 2, Chunks::Broken),
    ];
    for (body, octets, chunks) in bodies {
        for cut in 0..=body.len() {
            let found = read_chunks(body, cut);
            assert_eq!(
                found,
                (octets, chunks),
                "{} cut at {cut}",
                body.escape_ascii()
            );
        }
    }
}
