//! A form is processed only after the anti-forgery check. The types guarantee it as long as these rules hold.

use std::{collections::BTreeSet, fs, path::Path};

use crate::rust_files;

/// `file: name` for each name in `source` that `file` must not contain.
fn violations(file: &str, source: &str) -> BTreeSet<String> {
    let code = source.lines().map(str::trim).filter(|line| !line.starts_with("//")).collect::<Vec<_>>().join("\n");
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let is_whole = |at: usize, name: &str| {
        !name.starts_with(char::is_alphabetic)
            || !code.get(..at).and_then(|before| before.chars().next_back()).is_some_and(is_part)
    };
    let has = |name: &str| code.match_indices(name).any(|(at, _)| is_whole(at, name));
    let wrong = RULES.iter().filter(|rule| file.starts_with(rule.folder) && !rule.except.contains(&file));
    wrong.flat_map(|rule| rule.names).filter(|name| has(name)).map(|name| format!("{file}: {name}")).collect()
}

/// Names that the files of a folder must not contain, with exceptions.
struct Rule {
    folder: &'static str,
    names: &'static [&'static str],
    except: &'static [&'static str],
}

const RULES: [Rule; 4] = [
    // The proof of the check is made by the check and kept by the checked form.
    Rule {
        folder: "src/http/",
        names: &["OwnForm"],
        except: &["src/http/edge/forgery.rs", "src/http/edge/mod.rs", "src/http/csrf.rs"],
    },
    Rule { folder: "src/", names: &["OwnForm(())"], except: &["src/http/edge/forgery.rs"] },
    // A page reaches its requests through its routes only.
    Rule {
        folder: "src/http/pages/",
        names: &["Request,", "Request}", "Endpoint", "RouteMethod", "RequestBody"],
        except: &[],
    },
    // Routes by POST are those of forms.
    Rule { folder: "src/http/", names: &[".post("], except: &["src/http/page_endpoint.rs", "src/http/route_table.rs"] },
];

#[test]
fn no_form_reaches_a_page_without_the_anti_forgery_check() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = BTreeSet::new();
    for path in rust_files(&root.join("src")) {
        let file = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        let source = fs::read_to_string(&path).unwrap();
        let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
        if !file.ends_with("tests.rs") {
            all.extend(violations(&file, code));
        }
    }
    assert!(all.is_empty(), "\n{}", Vec::from_iter(all).join("\n"));
}

#[test]
fn a_planted_way_around_the_check_is_found() {
    for (file, source, is_found) in [
        ("src/http/pages/login.rs", "async fn submit(form: CsrfChecked<PageRequest>) {}", false),
        ("src/http/pages/login.rs", "use poem::{Request, Response};", true),
        ("src/http/pages/login.rs", "use poem::{Response, http::StatusCode};", false),
        ("src/http/pages/login.rs", "impl Endpoint for Login {}", true),
        ("src/http/pages/login.rs", "// impl Endpoint for Login {}", false),
        ("src/http/pages/login.rs", "fn f(proof: OwnForm) {}", true),
        ("src/http/routes.rs", "table.at(\"/login\", get(show).post(submit))", true),
        ("src/http/page_endpoint.rs", "methods.post(submitted)", false),
        ("src/http/csrf.rs", "Self { request, proof: OwnForm(()) }", true),
    ] {
        assert_eq!(!violations(file, source).is_empty(), is_found, "{file}: {source}");
    }
}
