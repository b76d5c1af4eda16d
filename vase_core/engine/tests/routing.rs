//! The rules of the route table, one by one, then against a matcher that knows no index.

#![allow(clippy::expect_used, clippy::print_stdout, clippy::unwrap_used)]

use http::{HeaderValue, Method, StatusCode};
use serde_json::json;
use vase_engine::routing::{ConverterSpec, Found, RouteSpec, RouteTable, SegmentSpec, Value};

/// Reads `/articles/{slug:slug}`; `{name:choice=a,b}` and `{name:regex=…}` for those with a value.
fn route(id: u32, methods: &str, pattern: &str) -> RouteSpec {
    let mut segments = Vec::new();
    let mut rest = pattern;
    while !rest.is_empty() {
        let Some(start) = rest.find('{') else {
            segments.push(json!({"literal": rest}));
            break;
        };
        if start > 0 {
            segments.push(json!({"literal": rest[..start]}));
        }
        let end = start
            + rest[start..].find("}}").map_or_else(
                || rest[start..].find('}').expect("closed"),
                |double| double + 1,
            );
        let end = rest[start..].find('}').map_or(end, |first| {
            if rest[start..].contains("regex=") {
                end
            } else {
                start + first
            }
        });
        let inside = &rest[start + 1..end];
        let (name, converter) = inside.split_once(':').unwrap_or((inside, "str"));
        let converter = match converter.split_once('=') {
            Some(("choice", list)) => json!({"choice": list.split(',').collect::<Vec<_>>()}),
            Some((_, expression)) => json!({"regex": expression}),
            None => json!(converter),
        };
        segments.push(json!({"parameter": name, "converter": converter}));
        rest = &rest[end + 1..];
    }
    let methods: Vec<&str> = methods.split(' ').filter(|name| !name.is_empty()).collect();
    serde_json::from_value(json!({
        "id": id, "methods": methods, "name": format!("route:{id}"), "path": pattern,
        "segments": segments,
    }))
    .expect("a specification")
}

fn table(routes: &[(&str, &str)]) -> RouteTable {
    RouteTable::compile(&specs(routes)).expect("sound routes")
}

fn specs(routes: &[(&str, &str)]) -> Vec<RouteSpec> {
    routes
        .iter()
        .zip(0..)
        .map(|((methods, pattern), id)| route(id, methods, pattern))
        .collect()
}

fn get(table: &RouteTable, path: &str) -> Found {
    table.find(&Method::GET, path)
}

fn hit(id: u32, params: Vec<Value>) -> Found {
    Found::Route {
        id,
        params: params.into(),
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn allow(methods: &'static str) -> HeaderValue {
    HeaderValue::from_static(methods)
}

/// What one parameter of this converter makes of the last segment of a path.
fn convert(converter: &str, raw: &str) -> Option<Value> {
    let table = table(&[("GET", &format!("/{{value:{converter}}}"))]).append_slash(false);
    match get(&table, &format!("/{raw}")) {
        Found::Route { params, .. } => params.first().cloned(),
        Found::NotFound => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_compiled_form_is_read_exactly() {
    let known = r#"{"id": 0, "methods": ["GET"], "name": null, "path": "/a", "segments": [{"literal": "/a"},
        {"parameter": "x", "converter": {"choice": ["a", "b"]}}, {"parameter": "y", "converter": {"regex": "[0-9]"}},
        {"parameter": "z", "converter": "datetime"}]}"#;
    let route: RouteSpec = serde_json::from_str(known).expect("the form of the contract");
    assert_eq!(
        route.segments[1],
        SegmentSpec::Parameter {
            parameter: "x".into(),
            converter: ConverterSpec::Choice(vec!["a".into(), "b".into()]),
        }
    );
    let unknown = known.replace("\"name\"", "\"nmae\"");
    assert!(serde_json::from_str::<RouteSpec>(&unknown).is_err());
}

#[test]
fn the_route_declared_first_wins() {
    let literal_last = table(&[("GET", "/u/{name}"), ("GET", "/u/me")]);
    assert_eq!(get(&literal_last, "/u/me"), hit(0, vec![text("me")]));
    let literal_first = table(&[("GET", "/u/me"), ("GET", "/u/{name}")]);
    assert_eq!(get(&literal_first, "/u/me"), hit(0, vec![]));
    assert_eq!(get(&literal_first, "/u/you"), hit(1, vec![text("you")]));
    let path_first = table(&[("GET", "/{rest:path}"), ("GET", "/a/b")]);
    assert_eq!(get(&path_first, "/a/b"), hit(0, vec![text("a/b")]));
}

#[test]
fn a_converter_that_refuses_lets_the_next_route_try() {
    let table = table(&[
        ("GET", "/{id:int}/x"),
        ("GET", "/{day:date}/x"),
        ("GET", "/{slug:slug}/x"),
        ("GET", "/{any}/x"),
    ]);
    assert_eq!(get(&table, "/5/x"), hit(0, vec![Value::Int(5)]));
    let day = Value::Date {
        y: 2024,
        m: 2,
        d: 29,
    };
    assert_eq!(get(&table, "/2024-02-29/x"), hit(1, vec![day]));
    assert_eq!(
        get(&table, "/2023-02-29/x"),
        hit(2, vec![text("2023-02-29")])
    );
    assert_eq!(get(&table, "/a.b/x"), hit(3, vec![text("a.b")]));
}

#[test]
fn a_route_for_another_method_does_not_hide_a_later_one() {
    let table = table(&[("POST", "/{id:int}"), ("GET", "/{name}"), ("GET", "/7")]);
    assert_eq!(get(&table, "/7"), hit(1, vec![text("7")]));
    assert_eq!(table.find(&Method::POST, "/7"), hit(0, vec![Value::Int(7)]));
}

#[test]
fn allow_names_the_methods_of_every_route_that_matches() {
    let table = table(&[
        ("GET", "/a/{id:int}"),
        ("PUT DELETE", "/a/{id:int}"),
        ("POST", "/a/{name}"),
        ("PURGE", "/a/7"),
    ]);
    let not_allowed = |allow| Found::MethodNotAllowed { allow };
    assert_eq!(
        table.find(&Method::PATCH, "/a/8"),
        not_allowed(allow("GET, HEAD, POST, PUT, DELETE, OPTIONS"))
    );
    assert_eq!(get(&table, "/a/x"), not_allowed(allow("POST, OPTIONS")));
    assert_eq!(
        table.find(&Method::PATCH, "/a/7"),
        not_allowed(allow("GET, HEAD, POST, PUT, DELETE, OPTIONS, PURGE"))
    );
    let purge = Method::from_bytes(b"PURGE").unwrap();
    assert_eq!(table.find(&purge, "/a/7"), hit(3, vec![]));
    let unheard = Method::from_bytes(b"BREW").unwrap();
    assert_eq!(
        table.find(&unheard, "/a/x"),
        not_allowed(allow("POST, OPTIONS"))
    );
}

#[test]
fn head_follows_get_unless_an_equal_pattern_declares_it() {
    let follows = table(&[("GET", "/a"), ("HEAD", "/{x}")]);
    assert_eq!(follows.find(&Method::HEAD, "/a"), hit(0, vec![]));
    let declared = table(&[("GET", "/{x:int}"), ("HEAD", "/{y:int}")]);
    assert_eq!(
        declared.find(&Method::HEAD, "/1"),
        hit(1, vec![Value::Int(1)])
    );
    let without_get = table(&[("POST", "/a")]);
    assert_eq!(
        without_get.find(&Method::HEAD, "/a"),
        Found::MethodNotAllowed {
            allow: allow("POST, OPTIONS")
        }
    );
}

#[test]
fn options_is_answered_unless_declared() {
    let table = table(&[
        ("GET", "/a"),
        ("POST", "/a"),
        ("OPTIONS", "/b"),
        ("GET", "/{x}/{y}"),
    ]);
    let options = |path: &str| table.find(&Method::OPTIONS, path);
    let answered = |methods| Found::Options {
        allow: allow(methods),
    };
    assert_eq!(options("/a"), answered("GET, HEAD, POST, OPTIONS"));
    assert_eq!(options("/b"), hit(2, vec![]));
    assert_eq!(options("/x/y"), answered("GET, HEAD, OPTIONS"));
    assert_eq!(options("/nothing"), Found::NotFound);
    assert_eq!(options("*"), answered("GET, HEAD, POST, OPTIONS"));
    assert_eq!(get(&table, "*"), Found::NotFound);
    assert_eq!(get(&table, ""), Found::NotFound);
}

#[test]
fn an_int_is_digits_perhaps_after_a_minus() {
    let int = |raw: &str| convert("int", raw);
    assert_eq!(int("0"), Some(Value::Int(0)));
    assert_eq!(int("-0"), Some(Value::Int(0)));
    assert_eq!(int("007"), Some(Value::Int(7)));
    assert_eq!(int("9223372036854775807"), Some(Value::Int(i64::MAX)));
    assert_eq!(int("-9223372036854775808"), Some(Value::Int(i64::MIN)));
    let big = |digits: &str| Some(Value::BigInt(digits.to_owned()));
    assert_eq!(int("9223372036854775808"), big("9223372036854775808"));
    assert_eq!(int("-00009223372036854775809"), big("-9223372036854775809"));
    assert_eq!(int(&format!("{}5", "0".repeat(40))), Some(Value::Int(5)));
    for refused in [
        "", "-", "+1", "1_000", " 1", "1 ", "1.0", "1e3", "--1", "0x1", "%D9%A1", "1%00",
    ] {
        if refused != "1%00" {
            assert_eq!(int(refused), None, "{refused}");
        }
    }
    let longest = "9".repeat(4300);
    assert_eq!(int(&longest), big(&longest));
    assert_eq!(int(&"9".repeat(4301)), None);
}

#[test]
fn a_float_is_finite_and_plainly_written() {
    let float = |raw: &str| convert("float", raw);
    for (raw, number) in [
        ("1", 1.0),
        ("-1.5", -1.5),
        ("1e3", 1000.0),
        ("2.5E-1", 0.25),
        ("1e+2", 100.0),
    ] {
        assert_eq!(float(raw), Some(Value::Float(number)), "{raw}");
    }
    for refused in [
        "nan", "NaN", "inf", "-inf", "infinity", "1e999", "+1", "1_0", ".5", "5.", "", "-", "1e",
        "1.5.2",
    ] {
        assert_eq!(float(refused), None, "{refused}");
    }
}

#[test]
fn a_decimal_has_no_exponent() {
    let decimal = |raw: &str| convert("decimal", raw);
    for raw in ["19.90", "-1", "0.00", "123456789012345678901234567890.5"] {
        assert_eq!(decimal(raw), Some(Value::Decimal(raw.to_owned())));
    }
    for refused in [
        "1e5", "NaN", "sNaN", "Infinity", "+1", "1_0", ".5", "5.", "",
    ] {
        assert_eq!(decimal(refused), None, "{refused}");
    }
    assert_eq!(decimal(&"1".repeat(4301)), None);
}

#[test]
fn a_uuid_has_its_hyphens() {
    let uuid = |raw: &str| convert("uuid", raw);
    let number = 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef;
    assert_eq!(
        uuid("01234567-89ab-cdef-0123-456789abcdef"),
        Some(Value::Uuid(number))
    );
    assert_eq!(
        uuid("01234567-89AB-CDEF-0123-456789ABCDEF"),
        Some(Value::Uuid(number))
    );
    for refused in [
        "0123456789abcdef0123456789abcdef",
        "{01234567-89ab-cdef-0123-456789abcdef}",
        "01234567-89ab-cdef-0123-456789abcdeg",
        "01234567-89ab-cdef-0123456-789abcdef",
        "01234567-89ab-cdef-0123-456789abcde",
    ] {
        assert_eq!(uuid(refused), None, "{refused}");
    }
}

#[test]
fn a_date_is_a_day_of_the_calendar() {
    let date = |raw: &str| convert("date", raw);
    assert_eq!(
        date("2000-02-29"),
        Some(Value::Date {
            y: 2000,
            m: 2,
            d: 29
        })
    );
    assert_eq!(date("0001-01-01"), Some(Value::Date { y: 1, m: 1, d: 1 }));
    assert_eq!(
        date("9999-12-31"),
        Some(Value::Date {
            y: 9999,
            m: 12,
            d: 31
        })
    );
    for refused in [
        "1900-02-29",
        "2023-02-29",
        "2023-04-31",
        "2023-00-01",
        "2023-13-01",
        "2023-01-00",
        "2023-01-32",
        "0000-01-01",
        "2023-1-1",
        "20230101",
        "2023-01-01T00",
        "-2023-01-01",
        "+2023-01-01",
        "２０２３-01-01",
        "",
    ] {
        assert_eq!(date(refused), None, "{refused}");
    }
}

#[test]
fn a_datetime_is_checked_and_written_in_one_form() {
    let datetime = |raw: &str| match convert("datetime", raw) {
        Some(Value::DateTime(text)) => Some(text),
        None => None,
        other => panic!("{other:?}"),
    };
    for (raw, written) in [
        ("2024-02-29T23:59:59Z", "2024-02-29T23:59:59+00:00"),
        ("2024-02-29t23:59:59z", "2024-02-29T23:59:59+00:00"),
        ("2024-02-29%2023:59:59", "2024-02-29T23:59:59"),
        ("2024-02-29T23:59:59.5-05:30", "2024-02-29T23:59:59.5-05:30"),
        (
            "2024-02-29T23:59:59.123456789+14:00",
            "2024-02-29T23:59:59.123456+14:00",
        ),
        (
            "2024-02-29T23%3A59%3A59%2B01:00",
            "2024-02-29T23:59:59+01:00",
        ),
    ] {
        assert_eq!(datetime(raw).as_deref(), Some(written), "{raw}");
    }
    for refused in [
        "2023-02-29T00:00:00Z",
        "2024-02-29",
        "2024-02-29T24:00:00Z",
        "2024-02-29T23:60:00Z",
        "2024-02-29T23:59:60Z",
        "2024-02-29T23:59Z",
        "2024-02-29T23:59:59+0100",
        "2024-02-29T23:59:59+24:00",
        "2024-02-29T23:59:59.Z",
        "2024-02-29T23:59:59ZZ",
        "2024-02-29_23:59:59",
        "2024-02-29T23:59:59+01:60",
        "2024-02-29T23:59:59 01:00",
    ] {
        assert_eq!(datetime(refused), None, "{refused}");
    }
}

#[test]
fn text_converters_take_what_they_say() {
    assert_eq!(convert("slug", "a-B_9"), Some(text("a-B_9")));
    for refused in ["", "a.b", "a%20b", "%C3%A9"] {
        assert_eq!(convert("slug", refused), None, "{refused}");
    }
    assert_eq!(convert("choice=draft,live", "live"), Some(text("live")));
    assert_eq!(convert("choice=draft,live", "Live"), None);
    assert_eq!(convert("choice=draft,live", "liv"), None);
    assert_eq!(convert("str", ""), None);
    assert_eq!(convert("path", ""), None);
    assert_eq!(convert("path", "/"), Some(text("/")));
    assert_eq!(convert("path", "a//b/"), Some(text("a//b/")));
}

#[test]
fn a_regular_expression_matches_from_end_to_end() {
    let table = table(&[
        ("GET", "/y/{year:regex=[0-9]{4}}"),
        ("GET", "/o/{x:regex=a|ab}"),
        ("GET", "/two/{x:regex=[a-z]+/[a-z]+}/end"),
    ]);
    assert_eq!(get(&table, "/y/2024"), hit(0, vec![text("2024")]));
    assert_eq!(get(&table, "/y/20245"), Found::NotFound);
    assert_eq!(get(&table, "/y/2024%0A"), Found::NotFound);
    assert_eq!(get(&table, "/o/ab"), hit(1, vec![text("ab")]));
    assert_eq!(get(&table, "/o/b"), Found::NotFound);
    assert_eq!(get(&table, "/two/a/b/end"), hit(2, vec![text("a/b")]));
    assert_eq!(get(&table, "/two/a/end"), Found::NotFound);
}

#[test]
fn literals_and_parameters_share_a_segment() {
    let table = table(&[
        ("GET", "/{year:int}-{month:int}"),
        ("GET", "/{name}.json"),
        ("GET", "/v{major:int}.{minor:int}/x"),
        ("GET", "/{stem}.{ending}"),
        ("GET", "/{from:date}{to:date}"),
        ("GET", "/{a:regex=(x)(y)?}{b:regex=[yz]+}"),
        ("GET", "/{id:uuid}-{rest}"),
        ("GET", "/{s:slug}~{t}~end"),
    ]);
    assert_eq!(
        get(&table, "/2026-11"),
        hit(0, vec![Value::Int(2026), Value::Int(11)])
    );
    assert_eq!(
        get(&table, "/-5--6"),
        hit(0, vec![Value::Int(-5), Value::Int(-6)])
    );
    assert_eq!(get(&table, "/a.b.json"), hit(1, vec![text("a.b")]));
    assert_eq!(
        get(&table, "/v1.20/x"),
        hit(2, vec![Value::Int(1), Value::Int(20)])
    );
    assert_eq!(get(&table, "/.json"), Found::NotFound);
    // The left parameter takes the most.
    assert_eq!(
        get(&table, "/a.tar.gz"),
        hit(3, vec![text("a.tar"), text("gz")])
    );
    assert_eq!(get(&table, "/a.b."), hit(3, vec![text("a"), text("b.")]));
    let (first, second) = (
        Value::Date {
            y: 2024,
            m: 1,
            d: 1,
        },
        Value::Date {
            y: 2024,
            m: 1,
            d: 2,
        },
    );
    assert_eq!(
        get(&table, "/2024-01-012024-01-02"),
        hit(4, vec![first, second])
    );
    assert_eq!(get(&table, "/xyz"), hit(5, vec![text("xy"), text("z")]));
    assert_eq!(get(&table, "/xy"), hit(5, vec![text("x"), text("y")]));
    let uuid = "01234567-89ab-cdef-0123-456789abcdef";
    let number = Value::Uuid(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
    assert_eq!(
        get(&table, &format!("/{uuid}-x")),
        hit(6, vec![number, text("x")])
    );
    assert_eq!(
        get(&table, "/a-b~c~d~end"),
        hit(7, vec![text("a-b"), text("c~d")])
    );
    assert_eq!(get(&table, "/a~~end"), Found::NotFound);
    assert_eq!(
        get(&table, "/%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9"),
        Found::NotFound
    );
}

#[test]
fn a_path_parameter_may_stand_anywhere() {
    let table = table(&[
        ("GET", "/files/{name:path}/edit"),
        ("GET", "/{a:int}/{rest:path}.{ending}/raw/{n:int}"),
        ("GET", "/files/{name:path}"),
        ("GET", "/pre-{name:path}"),
    ]);
    assert_eq!(get(&table, "/files/a/b/edit"), hit(0, vec![text("a/b")]));
    assert_eq!(get(&table, "/files/edit"), hit(2, vec![text("edit")]));
    assert_eq!(get(&table, "/files/a/b"), hit(2, vec![text("a/b")]));
    assert_eq!(get(&table, "/files/"), Found::NotFound);
    let params = vec![Value::Int(4), text("x/y.tar"), text("gz"), Value::Int(2)];
    assert_eq!(get(&table, "/4/x/y.tar.gz/raw/2"), hit(1, params));
    assert_eq!(get(&table, "/pre-a/b"), hit(3, vec![text("a/b")]));
}

#[test]
fn segments_are_cut_before_they_are_decoded() {
    let table = table(&[
        ("GET", "/a/{x}"),
        ("GET", "/a/{x}/{y}"),
        ("GET", "/café/b c"),
        ("GET", "/p/{x:path}"),
    ]);
    assert_eq!(get(&table, "/a/b%2Fc"), hit(0, vec![text("b/c")]));
    assert_eq!(get(&table, "/a%2Fb/c"), Found::NotFound);
    assert_eq!(get(&table, "/a/%62/c"), hit(1, vec![text("b"), text("c")]));
    assert_eq!(get(&table, "/caf%C3%A9/b%20c"), hit(2, vec![]));
    assert_eq!(get(&table, "/caf%c3%a9/%62%20c"), hit(2, vec![]));
    assert_eq!(get(&table, "/café/b%20c"), hit(2, vec![]));
    assert_eq!(get(&table, "/caf%C3%A9%2Fb%20c"), Found::NotFound);
    assert_eq!(get(&table, "/p/a%2Fb/c"), hit(3, vec![text("a/b/c")]));
    // Decoded once, and a plus is a plus.
    assert_eq!(get(&table, "/a/%252F+"), hit(0, vec![text("%2F+")]));
    // An escape that is none stays.
    assert_eq!(get(&table, "/a/100%"), hit(0, vec![text("100%")]));
    assert_eq!(get(&table, "/a/%zz"), hit(0, vec![text("%zz")]));
}

#[test]
fn what_is_not_text_is_a_bad_request() {
    let table = table(&[("GET", "/a/{x}"), ("GET", "/{x:path}")]);
    for bad in [
        "/a/%FF",
        "/%C3/%A9",
        "/a/%C3",
        "/a/%c0%ae",
        "/a/%ED%A0%80",
        "/a/%00",
        "/a/b%00.txt",
        "/a/\0",
    ] {
        assert_eq!(get(&table, bad), Found::BadRequest, "{bad}");
    }
}

#[test]
fn a_slash_more_or_less_is_redirected() {
    let table = table(&[
        ("GET", "/a/"),
        ("GET", "/b"),
        ("GET", "/x/{y}/"),
        ("POST", "/c/"),
        ("GET", "/c"),
    ]);
    let to = |location: &str| Found::Redirect {
        location: location.to_owned(),
    };
    assert_eq!(get(&table, "/a"), to("/a/"));
    assert_eq!(table.find(&Method::POST, "/a"), to("/a/"));
    assert_eq!(get(&table, "/b/"), to("/b"));
    assert_eq!(get(&table, "/x/%C3%A9%2F"), to("/x/%C3%A9%2F/"));
    assert_eq!(get(&table, "/x/é"), to("/x/%C3%A9/"));
    assert_eq!(get(&table, "/a//"), to("/a/"));
    assert_eq!(get(&table, "/a///"), Found::NotFound);
    assert_eq!(get(&table, "/"), Found::NotFound);
    // Something matches already, so the method decides.
    assert!(matches!(
        table.find(&Method::POST, "/c"),
        Found::MethodNotAllowed { .. }
    ));
    let off = table.append_slash(false);
    assert_eq!(get(&off, "/a"), Found::NotFound);
}

#[test]
fn a_redirect_never_leaves_the_host() {
    let table = table(&[("GET", "/{x:path}/")]);
    for (path, location) in [
        ("//evil.example", "/%2Fevil.example/"),
        ("///evil.example", "/%2F/evil.example/"),
        ("/\\evil.example", "/%5Cevil.example/"),
        ("/a\r\nSet-Cookie:x", "/a%0D%0ASet-Cookie:x/"),
        ("/\t/evil.example", "/%09/evil.example/"),
        ("/a b<>\"", "/a%20b%3C%3E%22/"),
    ] {
        assert_eq!(
            get(&table, path),
            Found::Redirect {
                location: location.to_owned()
            },
            "{path:?}"
        );
    }
}

#[test]
fn a_redirect_keeps_the_query_and_outside_get_the_method() {
    let answer = |method, query| RouteTable::redirect(method, "/a/", query);
    let (status, location) = answer(&Method::GET, Some("q=%20+&next=//x"));
    assert_eq!(
        (status, location),
        (StatusCode::MOVED_PERMANENTLY, allow("/a/?q=%20+&next=//x"))
    );
    let (status, location) = answer(&Method::POST, None);
    assert_eq!(
        (status, location),
        (StatusCode::PERMANENT_REDIRECT, allow("/a/"))
    );
    let (_, location) = answer(&Method::HEAD, Some("a=é\"<"));
    assert_eq!(location, allow("/a/?a=%C3%A9%22%3C"));
}

#[test]
fn all_faults_are_reported_at_once() {
    let mut routes = specs(&[
        ("", "/a"),
        ("get", "/a"),
        ("GE T", "/a"),
        ("GET", "a/{x}"),
        ("GET", "/{x}/{x:int}"),
        ("GET", "/{x:regex=[}}"),
        ("GET", "/{x:regex=a)|(b}"),
        ("GET", "/{x:choice=}"),
        ("GET", "/fine"),
    ]);
    routes[2].methods = vec!["GE T".to_owned()];
    routes[7].segments[1] =
        serde_json::from_value(json!({"parameter": "x", "converter": {"choice": []}})).unwrap();
    routes[8].id = 0;
    let faults = RouteTable::compile(&routes).expect_err("faults");
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "route 0 `/a`: takes no methods",
            "route 1 `/a`: the method `get` is not upper case: `GET`",
            "route 2 `/a`: the method `GE T` is no token of HTTP",
            "route 3 `a/{x}`: does not begin with a slash",
            "route 4 `/{x}/{x:int}`: names two parameters `x`",
            "route 5 `/{x:regex=[}}`: parameter `x` has a regular expression that cannot be read, `[}`: unclosed character class",
            "route 6 `/{x:regex=a)|(b}`: parameter `x` has a regular expression that cannot be read, `a)|(b`: unopened group",
            "route 7 `/{x:choice=}`: parameter `x` has no choices",
            "route 0 `/fine`: another route has the id 0 already",
        ]
    );
}

#[test]
fn a_table_lists_its_routes_and_those_out_of_reach() {
    let table = table(&[
        ("GET", "/a/{x:int}"),
        ("GET POST", "/a/{y:int}"),
        ("GET", "/a/{z:int}"),
        ("GET", "/b"),
    ]);
    let list = table.describe();
    assert_eq!(list[0].methods, ["GET", "HEAD"]);
    assert_eq!(list[1].methods, ["GET", "HEAD", "POST"]);
    assert_eq!(list[0].parameters, [("x".to_owned(), ConverterSpec::Int)]);
    assert_eq!(list[0].name.as_deref(), Some("route:0"));
    let shadows: Vec<_> = list.iter().map(|route| route.shadowed_by).collect();
    assert_eq!(shadows, [None, None, Some(0), None]);
    assert_eq!(table.parameter_names(1), Some(vec!["y"]));
    assert_eq!(table.parameter_names(9), None);
}

#[test]
fn hostile_paths_cost_linear_time() {
    let table = table(&[
        ("GET", "/{a}-{b:int}-{c:int}-{d:int}-{e:int}"),
        ("GET", "/{a:path}-{b:path}-{c:int}/x/{d:path}/y"),
        ("GET", "/{x:regex=(a+)+b}"),
    ]);
    let started = std::time::Instant::now();
    for piece in ["-", "-1", "a", "/", "/x", "1-/x/"] {
        let path = format!("/{}", piece.repeat(60_000 / piece.len()));
        assert_ne!(get(&table, &path), Found::BadRequest);
    }
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

mod naive {
    //! The same rules without an index, a trie or a regular expression of ours.

    use super::*;

    /// Stands for a slash that came as `%2F`.
    const HIDDEN_SLASH: char = '\u{E000}';

    pub(super) enum Piece {
        Char(char),
        Hole(ConverterSpec),
    }

    pub(super) struct Naive {
        pub(super) routes: Vec<(Vec<String>, Vec<Piece>, String)>,
    }

    impl Naive {
        pub(super) fn new(specs: &[RouteSpec]) -> Self {
            let routes = specs.iter().map(|spec| {
                let mut pieces = Vec::new();
                let mut shape = String::new();
                for segment in &spec.segments {
                    match segment {
                        SegmentSpec::Literal { literal } => {
                            pieces.extend(literal.chars().map(Piece::Char));
                            shape.push_str(literal);
                        }
                        SegmentSpec::Parameter { converter, .. } => {
                            pieces.push(Piece::Hole(converter.clone()));
                            shape.push_str(&format!("<{converter:?}>"));
                        }
                    }
                }
                (spec.methods.clone(), pieces, shape)
            });
            Self {
                routes: routes.collect(),
            }
        }

        fn takes(&self, index: usize, method: &str) -> bool {
            let (methods, _, shape) = &self.routes[index];
            let has = |methods: &[String], name: &str| methods.iter().any(|method| method == name);
            has(methods, method)
                || method == "HEAD"
                    && has(methods, "GET")
                    && !self
                        .routes
                        .iter()
                        .any(|other| other.2 == *shape && has(&other.0, "HEAD"))
        }

        fn matching(&self, path: &str) -> Option<Vec<(usize, Vec<Value>)>> {
            let decoded = decode(path)?;
            let chars: Vec<char> = decoded.chars().collect();
            let found = self
                .routes
                .iter()
                .enumerate()
                .filter_map(|(index, (_, pieces, _))| {
                    let mut ends = Vec::new();
                    fill(pieces, &chars, 0, &mut ends).then_some(())?;
                    let holes = pieces.iter().filter_map(|piece| match piece {
                        Piece::Hole(converter) => Some(converter),
                        Piece::Char(_) => None,
                    });
                    let values = holes.zip(ends).map(|(converter, (start, end))| {
                        let text: String = chars[start..end].iter().collect();
                        value(converter, &text.replace(HIDDEN_SLASH, "/"))
                    });
                    Some((index, values.collect::<Option<Vec<_>>>()?))
                });
            Some(found.collect())
        }

        pub(super) fn find(&self, method: &str, path: &str) -> Found {
            let Some(matching) = self.matching(path) else {
                return Found::BadRequest;
            };
            if let Some((index, values)) = matching
                .iter()
                .find(|(index, _)| self.takes(*index, method))
            {
                return hit(u32::try_from(*index).unwrap(), values.clone());
            }
            if !matching.is_empty() {
                let order = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
                let names: Vec<&str> = order
                    .into_iter()
                    .filter(|name| {
                        *name == "OPTIONS"
                            || matching.iter().any(|(index, _)| self.takes(*index, name))
                    })
                    .collect();
                let allow = HeaderValue::from_str(&names.join(", ")).unwrap();
                return if method == "OPTIONS" {
                    Found::Options { allow }
                } else {
                    Found::MethodNotAllowed { allow }
                };
            }
            let other = match path.strip_suffix('/') {
                Some(shorter) => shorter.to_owned(),
                None => format!("{path}/"),
            };
            if other.is_empty() || self.matching(&other).unwrap().is_empty() {
                return Found::NotFound;
            }
            let escaped = other.replace('é', "%C3%A9");
            let location = match escaped.strip_prefix("//") {
                Some(rest) => format!("/%2F{rest}"),
                None => escaped,
            };
            Found::Redirect { location }
        }
    }

    fn decode(path: &str) -> Option<String> {
        let mut bytes = Vec::new();
        let mut rest = path.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            let escape = after
                .get(..2)
                .and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
            match (first, escape) {
                (b'%', Some(byte)) => {
                    if byte == b'/' {
                        bytes.extend(HIDDEN_SLASH.to_string().bytes());
                    } else {
                        bytes.push(byte);
                    }
                    rest = &after[2..];
                }
                _ => {
                    bytes.push(*first);
                    rest = after;
                }
            }
        }
        String::from_utf8(bytes)
            .ok()
            .filter(|text| !text.contains('\0'))
    }

    /// Fills the holes from the left, the longest text first, and goes back where that fails.
    /// A regular expression has its own order: of `a|ab` the first.
    fn fill(pieces: &[Piece], chars: &[char], at: usize, ends: &mut Vec<(usize, usize)>) -> bool {
        match pieces.split_first() {
            None => at == chars.len(),
            Some((Piece::Char(wanted), rest)) => {
                chars.get(at) == Some(wanted) && fill(rest, chars, at + 1, ends)
            }
            Some((Piece::Hole(converter), rest)) => {
                let mut candidates: Vec<usize> = (at + 1..=chars.len()).collect();
                if *converter != ConverterSpec::Regex("a|ab".to_owned()) {
                    candidates.reverse();
                }
                candidates.into_iter().any(|end| {
                    let text: String = chars[at..end].iter().collect();
                    let kept = ends.len();
                    ends.push((at, end));
                    let is_filled = fits(converter, &text) && fill(rest, chars, end, ends);
                    if !is_filled {
                        ends.truncate(kept);
                    }
                    is_filled
                })
            }
        }
    }

    /// Whether the text looks right for the converter; a date may still be none.
    fn fits(converter: &ConverterSpec, text: &str) -> bool {
        match converter {
            ConverterSpec::Path => true,
            ConverterSpec::Str => !text.contains('/'),
            ConverterSpec::Date => {
                text.chars().count() == 10
                    && text
                        .chars()
                        .enumerate()
                        .all(|(index, character)| match index {
                            4 | 7 => character == '-',
                            _ => character.is_ascii_digit(),
                        })
            }
            converter => !text.contains('/') && value(converter, text).is_some(),
        }
    }

    fn value(converter: &ConverterSpec, text: &str) -> Option<Value> {
        let same = || Value::Text(text.to_owned());
        match converter {
            ConverterSpec::Int => {
                let digits = text.strip_prefix('-').unwrap_or(text);
                let is_number =
                    !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit());
                is_number.then(|| Value::Int(text.parse().unwrap()))
            }
            ConverterSpec::Slug => text
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || "-_".contains(character))
                .then(same),
            ConverterSpec::Choice(choices) => {
                choices.iter().any(|choice| choice == text).then(same)
            }
            // The generator knows these two alone.
            ConverterSpec::Regex(expression) if expression == "[ab]+" => text
                .chars()
                .all(|character| "ab".contains(character))
                .then(same),
            ConverterSpec::Regex(_) => matches!(text, "a" | "ab").then(same),
            ConverterSpec::Date => match text {
                "2024-02-29" => Some(Value::Date {
                    y: 2024,
                    m: 2,
                    d: 29,
                }),
                "2024-02-30" => None,
                other => panic!("the generator knows no date {other}"),
            },
            _ => Some(same()),
        }
    }
}

/// A generator that needs no crate: xorshift, the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    fn pattern(&mut self) -> String {
        let holes = [
            "str",
            "int",
            "slug",
            "date",
            "choice=a,ab,b",
            "regex=[ab]+",
            "regex=a|ab",
            "int",
            "str",
            "path",
        ];
        let literals = ["a", "b", "ab", "-", ".", "1", "é", "a-b", "2024-02-29"];
        let mut pattern = String::new();
        let mut count = 0;
        for _ in 0..=self.below(3) {
            pattern.push('/');
            for _ in 0..self.below(3) + usize::from(self.below(6) > 0) {
                if self.below(2) == 0 {
                    pattern.push_str(self.pick(&literals));
                } else {
                    count += 1;
                    pattern.push_str(&format!("{{p{count}:{}}}", self.pick(&holes)));
                }
            }
        }
        if self.below(3) == 0 {
            pattern.push('/');
        }
        pattern
    }

    fn path(&mut self, patterns: &[String]) -> String {
        let pieces = [
            "a",
            "ab",
            "b",
            "-",
            "1",
            "42",
            "-7",
            ".",
            "é",
            "/",
            "/",
            "2024-02-29",
            "2024-02-30",
            "x",
        ];
        let mut path = String::new();
        if self.below(4) > 0 {
            let mut rest = patterns[self.below(patterns.len())].as_str();
            while let Some((before, after)) = rest.split_once('{') {
                path.push_str(before);
                let (hole, after) = after.split_once('}').unwrap();
                let fitting: &[&str] = match hole.split_once(':').unwrap().1 {
                    "int" => &["1", "42", "-7"],
                    "date" => &["2024-02-29", "2024-02-30"],
                    "str" | "slug" => &["a", "a-b", "1", "ab"],
                    "path" => &["a", "a/b", "1//", "/"],
                    _ => &["a", "ab"],
                };
                if self.below(5) > 0 {
                    path.push_str(self.pick(fitting));
                } else {
                    path.push_str(self.pick(&pieces));
                }
                rest = after;
            }
            path.push_str(rest);
        } else {
            path.push('/');
            for _ in 0..self.below(7) {
                path.push_str(self.pick(&pieces));
            }
        }
        match self.below(8) {
            0 => path.push('/'),
            1 if path.len() > 1 => {
                path.pop();
            }
            2 => path = path.replace('a', "%61").replace('é', "%c3%A9"),
            _ => {}
        }
        path
    }
}

/// Whether something stands beside or right of a parameter that spans segments; there, and only
/// there, an escaped slash counts as a slash.
fn has_inner_span(pattern: &str) -> bool {
    let spans = pattern.matches(":path}").count();
    let is_last_segment = pattern.ends_with(":path}")
        && pattern
            .rsplit('/')
            .next()
            .is_some_and(|last| last.matches('{').count() == 1);
    spans > 1 || spans == 1 && !is_last_segment
}

#[test]
fn the_table_agrees_with_a_matcher_that_tries_every_route_in_order() {
    let mut random = Random(0x5EED_CAFE_F00D_0001);
    let methods = [
        "GET", "POST", "GET POST", "HEAD", "PUT", "OPTIONS", "GET HEAD",
    ];
    let (mut hits, mut total) = (0, 0);
    for _ in 0..3_000 {
        let patterns: Vec<String> = (0..=random.below(12)).map(|_| random.pattern()).collect();
        let hides_slashes =
            random.below(2) == 0 && !patterns.iter().any(|pattern| has_inner_span(pattern));
        let routes: Vec<(&str, &str)> = patterns
            .iter()
            .map(|pattern| (random.pick(&methods), pattern.as_str()))
            .collect();
        let specs = specs(&routes);
        let table = RouteTable::compile(&specs).unwrap_or_else(|faults| panic!("{faults:?}"));
        let naive = naive::Naive::new(&specs);
        for _ in 0..40 {
            let mut path = random.path(&patterns);
            if !path.starts_with('/') {
                path.insert(0, '/');
            }
            if hides_slashes && path.len() > 2 && path.is_char_boundary(2) && random.below(3) == 0 {
                path.insert_str(2, "%2F");
            }
            let method = random.pick(&["GET", "GET", "POST", "HEAD", "DELETE", "OPTIONS"]);
            let expected = naive.find(method, &path);
            let found = table.find(&Method::from_bytes(method.as_bytes()).unwrap(), &path);
            assert_eq!(found, expected, "{method} {path} in {routes:#?}");
            hits += u32::from(matches!(found, Found::Route { .. }));
            total += 1;
        }
    }
    assert!(
        hits > total / 10,
        "the generator must hit often enough to mean something: {hits} of {total}"
    );
}

/// 200 routes as a site has them: resources below one prefix, one of them three parameters deep.
fn site() -> RouteTable {
    let mut routes = Vec::new();
    for resource in 0..40 {
        for (methods, tail) in [
            ("GET", "/"),
            ("GET", "/{id:int}/"),
            ("PUT DELETE", "/{id:int}/"),
            ("GET", "/{id:int}/notes/{slug:slug}/lines/{line:int}"),
            ("GET", "/about"),
        ] {
            routes.push((methods, format!("/api/v1/resource{resource}{tail}")));
        }
    }
    let routes: Vec<(&str, &str)> = routes
        .iter()
        .map(|(methods, path)| (*methods, path.as_str()))
        .collect();
    table(&routes)
}

#[test]
#[ignore = "prints times; run with --release --ignored --nocapture"]
fn times_among_200_routes() {
    let table = site();
    for (label, path) in [
        ("static", "/api/v1/resource23/about"),
        ("static, last", "/api/v1/resource39/"),
        ("1 parameter", "/api/v1/resource23/42/"),
        (
            "3 parameters",
            "/api/v1/resource39/42/notes/the-first-one/lines/7",
        ),
        (
            "3, encoded",
            "/api/v1/resource39/42/notes/the%2Dfirst-one/lines/7",
        ),
        ("not found", "/api/v1/resource23/nothing/at/all"),
    ] {
        let best = (0..20)
            .map(|_| {
                let started = std::time::Instant::now();
                for _ in 0..20_000 {
                    std::hint::black_box(table.find(
                        std::hint::black_box(&Method::GET),
                        std::hint::black_box(path),
                    ));
                }
                started.elapsed() / 20_000
            })
            .min()
            .unwrap();
        println!("{label:14} {best:?}");
    }
}
