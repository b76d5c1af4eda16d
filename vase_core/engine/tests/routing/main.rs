//! The rules of the route table, one by one, then against a matcher that knows no index.

#![allow(clippy::expect_used, clippy::print_stdout, clippy::unwrap_used)]

mod agreement;
mod converters;
mod naive;

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
}

#[test]
fn of_several_parameters_in_a_segment_the_left_takes_the_most() {
    let table = table(&[
        ("GET", "/{stem}.{ending}"),
        ("GET", "/{from:date}{to:date}"),
        ("GET", "/{a:regex=(x)(y)?}{b:regex=[yz]+}"),
        ("GET", "/{id:uuid}-{rest}"),
        ("GET", "/{s:slug}~{t}~end"),
    ]);
    assert_eq!(
        get(&table, "/a.tar.gz"),
        hit(0, vec![text("a.tar"), text("gz")])
    );
    assert_eq!(get(&table, "/a.b."), hit(0, vec![text("a"), text("b.")]));
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
        hit(1, vec![first, second])
    );
    assert_eq!(get(&table, "/xyz"), hit(2, vec![text("xy"), text("z")]));
    assert_eq!(get(&table, "/xy"), hit(2, vec![text("x"), text("y")]));
    let uuid = "01234567-89ab-cdef-0123-456789abcdef";
    let number = Value::Uuid(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
    assert_eq!(
        get(&table, &format!("/{uuid}-x")),
        hit(3, vec![number, text("x")])
    );
    assert_eq!(
        get(&table, "/a-b~c~d~end"),
        hit(4, vec![text("a-b"), text("c~d")])
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
