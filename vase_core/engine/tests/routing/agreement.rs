//! The table against a matcher that knows no index.

use std::fmt::Write as _;

use http::Method;
use vase_engine::routing::{Found, RouteTable};

use super::naive::Naive;
use super::specs;

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
                    let _ = write!(pattern, "{{p{count}:{}}}", self.pick(&holes));
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
        let naive = Naive::new(&specs);
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
