use super::*;

fn choose(registered: &[RedirectUri], requested: Option<&str>) -> Result<TrustedRedirectUri, UntrustedRedirectUri> {
    TrustedRedirectUri::choose(registered, ApplicationType::Web, requested)
}

fn registered(uris: &[&str]) -> Vec<RedirectUri> {
    uris.iter().map(|uri| RedirectUri::parse(uri).unwrap()).collect()
}

// Each differs in one step from a URI that the test registers.
const VARIANTS: &[&str] = &[
    "https://app.example.org/cb",
    "https://app.example.org/cb?tenant=1&x=1",
    "https://app.example.org/cb?tenant=12",
    "https://app.example.org/cb?tenant=1#f",
    "https://app.example.org/cb?tenant=1#",
    "https://app.example.org/cb/?tenant=1",
    "https://app.example.org/CB?tenant=1",
    "https://APP.example.org/cb?tenant=1",
    "HTTPS://app.example.org/cb?tenant=1",
    "http://app.example.org/cb?tenant=1",
    "https://app.example.org:443/cb?tenant=1",
    "https://app.example.org:8443/cb?tenant=1",
    "https://app.example.org./cb?tenant=1",
    "https://app.example.org.evil.example/cb?tenant=1",
    "https://evil.example/app.example.org/cb?tenant=1",
    "https://evilapp.example.org/cb?tenant=1",
    "https://app.example.org@evil.example/cb?tenant=1",
    "https://user@app.example.org/cb?tenant=1",
    "https://a@b@app.example.org/cb?tenant=1",
    "https://app.example.org\\@evil.example/cb?tenant=1",
    "https:\\\\app.example.org\\cb?tenant=1",
    "https:/app.example.org/cb?tenant=1",
    "https:///app.example.org/cb?tenant=1",
    "//app.example.org/cb?tenant=1",
    "/cb?tenant=1",
    "https://app.example.org//cb?tenant=1",
    "https://app.example.org/./cb?tenant=1",
    "https://app.example.org/x/../cb?tenant=1",
    "https://app.example.org/%2e%2e/cb?tenant=1",
    "https://app.example.org/..;/cb?tenant=1",
    "https://app.example.org/%63b?tenant=1",
    "https://app.example.org/cb%00?tenant=1",
    "https://app.example.org/cb%252f?tenant=1",
    "https://app.example.org/cb?tenant=%31",
    "https://app.example.org/cb?tenant=1 ",
    " https://app.example.org/cb?tenant=1",
    "https://app.example.org/cb?tenant=1\n",
    "https://app.example.org/cb?tenant=1\t",
    "https://app.example.org/cb?tenant=1\0",
    "https://аpp.example.org/cb?tenant=1",
    "https://xn--pp-7kc.example.org/cb?tenant=1",
    "https://[::1]/cb?tenant=1",
    "https://127.0.0.1/cb",
    "http://127.0.0.1/CB",
    "http://127.0.0.1/cb/",
    "http://127.0.0.1/cb?x=1",
    "http://127.0.0.1.evil.example/cb",
    "http://127.0.0.1:80.evil.example/cb",
    "http://127.0.0.1:@evil.example/cb",
    "http://127.0.0.1:80@evil.example/cb",
    "http://127.0.0.1:0/cb",
    "http://127.0.0.1:65536/cb",
    "http://127.0.0.1:/cb",
    "http://127.0.0.1:8o/cb",
    "http://127.0.0.2/cb",
    "http://127.1/cb",
    "http://2130706433/cb",
    "http://0x7f.0.0.1/cb",
    "http://localhost/cb",
    "http://localhost.evil.example/cb",
    "http://[::1]/cb",
    "http://[::1]:80/cb",
    "javascript:alert(1)",
    "data:text/html,x",
    "",
];

// RFC 9700 §4.1.3
#[test]
fn an_unregistered_redirect_uri_is_never_redirected_to() {
    let own = registered(&["https://app.example.org/cb?tenant=1", "http://127.0.0.1/cb"]);
    for requested in VARIANTS {
        assert_eq!(
            choose(&own, Some(requested)),
            Err(UntrustedRedirectUri::NotRegistered((*requested).to_owned())),
            "{requested:?}"
        );
    }
    let long = format!("https://app.example.org/cb?tenant=1{}", "a".repeat(65_536));
    assert!(choose(&own, Some(&long)).is_err());
    assert!(choose(&own, Some("https://app.example.org/cb?tenant=1")).is_ok());
}

// RFC 8252 §7.3
#[test]
fn the_port_of_a_loopback_address_may_vary() {
    let own = registered(&["http://127.0.0.1/cb", "http://[::1]:3000/cb", "http://localhost:3000/cb"]);
    for requested in [
        "http://127.0.0.1/cb",
        "http://127.0.0.1:1/cb",
        "http://127.0.0.1:65535/cb",
        "http://[::1]:51004/cb",
        "http://[::1]/cb",
        "http://localhost:3000/cb",
    ] {
        assert!(choose(&own, Some(requested)).is_ok(), "{requested}");
    }
    // §8.3: `localhost` is a name and could resolve elsewhere.
    assert!(choose(&own, Some("http://localhost:3001/cb")).is_err());
}

#[test]
fn the_port_of_localhost_may_vary_for_an_application_on_the_persons_machine() {
    let own = registered(&["http://localhost:3000/cb"]);
    let native = |requested| TrustedRedirectUri::choose(&own, ApplicationType::Native, Some(requested));
    for requested in ["http://localhost:3000/cb", "http://localhost:51004/cb", "http://localhost/cb"] {
        assert!(native(requested).is_ok(), "{requested}");
    }
    for requested in [
        "http://localhost:3001/other",
        "http://localhost.evil.example:3000/cb",
        "http://localhost:3000@evil.example/cb",
        "http://localhost:0/cb",
        "http://localhost:/cb",
        "https://localhost:3001/cb",
        "http://127.0.0.1:3000/cb",
        "http://LOCALHOST:3000/cb",
    ] {
        assert!(native(requested).is_err(), "{requested}");
    }
}

// A browser resolves `https:login` against the current page, which is on this server's origin.
#[test]
fn a_redirect_uri_that_only_a_lenient_parser_makes_absolute_is_not_registered() {
    for text in [
        "https:login",
        "https:e.example/",
        "https:/e.example/cb",
        "https:///e.example/cb",
        "HTTPS://e.example/cb",
        "http:127.0.0.1/cb",
        "http://127.1/cb",
        "http://0x7f000001/cb",
        "https://e.example:/cb",
        "https://e.example/a/../cb",
        "https://e.example/%2E./cb",
        "https://e%2eexample/cb",
        "Org.example.app:/cb",
    ] {
        assert_eq!(RedirectUri::parse(text), Err(RedirectUriRefusal::NotLiteral), "{text}");
        // A URI registered earlier stays readable, but is not used any more.
        let kept: RedirectUri = serde_json::from_value(text.into()).unwrap();
        assert_eq!(choose(std::slice::from_ref(&kept), None), Err(UntrustedRedirectUri::Missing), "{text}");
        assert!(choose(&[kept], Some(text)).is_err(), "{text}");
    }
    for text in ["https://e.example", "https://e.example:443/cb", "http://127.0.0.1/cb", "org.example.app:/cb"] {
        assert!(choose(&registered(&[text]), Some(text)).is_ok(), "{text}");
    }
}

// RFC 8252 §7.1 requires the dot; existing applications cannot always be changed.
#[test]
fn a_private_use_scheme_without_a_dot_is_registered_where_the_configuration_allows_it() {
    let allowed = [RedirectScheme::parse("audiobookshelf").unwrap()];
    let uri = RedirectUri::register("audiobookshelf://oauth", &allowed).unwrap();
    assert!(choose(&[uri], Some("audiobookshelf://oauth")).is_ok());
    for other in ["audiobook://oauth", "Audiobookshelf://oauth", "javascript:alert(1)", "audiobookshelf:/a/../b"] {
        assert!(RedirectUri::register(other, &allowed).is_err(), "{other}");
    }
    for text in ["javascript", "data", "http", "https", "file", "Shelf", "1shelf", "", "a b", "a:b"] {
        assert_eq!(RedirectScheme::parse(text), Err(RedirectSchemeRefusal), "{text}");
    }
}

// RFC 6749 §3.1.2.3
#[test]
fn a_request_may_name_none_only_if_there_is_one() {
    let one = registered(&["https://app.example.org/cb"]);
    let two = registered(&["https://app.example.org/cb", "https://app.example.org/other"]);
    assert!(choose(&one, None).is_ok());
    assert_eq!(choose(&two, None), Err(UntrustedRedirectUri::Missing));
    assert_eq!(choose(&[], None), Err(UntrustedRedirectUri::Missing));
}

// RFC 9700 §2.6 and RFC 8252 §7.1
#[test]
fn only_safe_uris_are_registered() {
    for (text, expected) in [
        ("https://app.example.org/cb", Ok(())),
        ("https://app.example.org", Ok(())),
        ("https://app.example.org/cb?a=b", Ok(())),
        ("http://127.0.0.1/cb", Ok(())),
        ("http://[::1]:8080/cb", Ok(())),
        ("http://localhost:3000/cb", Ok(())),
        ("org.example.app:/cb", Ok(())),
        ("app.immich:///oauth-callback", Ok(())),
        ("http://app.example.org/cb", Err(RedirectUriRefusal::PlainHttp)),
        ("http://localhost.evil.example/cb", Err(RedirectUriRefusal::PlainHttp)),
        ("https://app.example.org/cb#x", Err(RedirectUriRefusal::Fragment)),
        ("https://app.example.org/cb#", Err(RedirectUriRefusal::Fragment)),
        ("https://me:pw@app.example.org/cb", Err(RedirectUriRefusal::Credentials)),
        ("https://@app.example.org/cb", Err(RedirectUriRefusal::Credentials)),
        ("https:me@app.example.org/cb", Err(RedirectUriRefusal::Credentials)),
        ("javascript:alert(1)", Err(RedirectUriRefusal::Scheme)),
        ("JaVaScRiPt:alert(1)", Err(RedirectUriRefusal::Scheme)),
        ("data:text/html,x", Err(RedirectUriRefusal::Scheme)),
        ("vbscript:x", Err(RedirectUriRefusal::Scheme)),
        ("file:///etc/passwd", Err(RedirectUriRefusal::Scheme)),
        ("blob:https://app.example.org/1", Err(RedirectUriRefusal::Scheme)),
        ("about:blank", Err(RedirectUriRefusal::Scheme)),
        ("myapp:/cb", Err(RedirectUriRefusal::Scheme)),
        ("/cb", Err(RedirectUriRefusal::NotAbsolute)),
        ("", Err(RedirectUriRefusal::NotAbsolute)),
        ("https://app.example.org/c b", Err(RedirectUriRefusal::NotAbsolute)),
        ("https://app.example.org\\cb", Err(RedirectUriRefusal::NotAbsolute)),
        ("https://app.example.org/cb\n", Err(RedirectUriRefusal::NotAbsolute)),
        ("https://äpp.example.org/cb", Err(RedirectUriRefusal::NotAbsolute)),
    ] {
        assert_eq!(RedirectUri::parse(text).map(|_| ()), expected, "{text:?}");
    }
}

// RFC 6749 §3.1.2
#[test]
fn the_uris_own_query_is_kept() {
    let trusted = |uri: &str| TrustedRedirectUri(uri.to_owned());
    let pairs = [("code", "a b"), ("state", "x&y")];
    assert_eq!(trusted("https://a.example/cb").with_query(&pairs), "https://a.example/cb?code=a+b&state=x%26y");
    assert_eq!(trusted("https://a.example/cb?t=1").with_query(&pairs[..1]), "https://a.example/cb?t=1&code=a+b");
    assert_eq!(trusted("https://a.example/cb?").with_query(&pairs[..1]), "https://a.example/cb?code=a+b");
    assert_eq!(trusted("app.immich:///cb").with_query(&pairs[..1]), "app.immich:///cb?code=a+b");
}

#[test]
fn a_person_is_shown_where_the_answer_goes() {
    let destination = |uri: &str| TrustedRedirectUri(uri.to_owned()).destination();
    assert_eq!(destination("https://a.example:8443/cb?x=1"), RedirectDestination::Host("a.example".to_owned()));
    assert_eq!(destination("http://127.0.0.1:8/cb"), RedirectDestination::ThisDevice);
    assert_eq!(destination("org.example.app:/cb"), RedirectDestination::Scheme("org.example.app".to_owned()));
}

#[test]
fn the_length_of_a_redirect_uri_is_bounded_and_so_is_what_is_kept_of_one_that_is_not_registered() {
    let long = |length: usize| format!("https://app.example.org/{}", "a".repeat(length - 24));
    assert!(RedirectUri::parse(&long(LONGEST_REDIRECT_URI)).is_ok());
    for length in [LONGEST_REDIRECT_URI + 1, LONGEST_REDIRECT_URI + 2] {
        assert_eq!(RedirectUri::parse(&long(length)).unwrap_err(), RedirectUriRefusal::TooLong, "{length}");
    }
    let uris = registered(&["https://app.example.org/cb"]);
    for (length, kept) in [(100, 100), (LONGEST_REDIRECT_URI + 1, LONGEST_REDIRECT_URI + 1), (9999, 513)] {
        let Err(UntrustedRedirectUri::NotRegistered(sent)) = choose(&uris, Some(&long(length))) else { panic!() };
        assert_eq!(sent, long(length)[..kept]);
    }
}

// RFC 3986 §3.1
#[test]
fn a_scheme_has_letters_digits_and_three_signs() {
    for text in ["a", "app2", "my-app+x", "z39.50"] {
        assert!(RedirectScheme::parse(text).is_ok(), "{text}");
    }
    for text in ["", "2app", "-app", "App", "my_app", "a b", "\u{e4}", "data", &"a".repeat(65)] {
        assert!(RedirectScheme::parse(text).is_err(), "{text}");
    }
    assert!(RedirectSchemeRefusal.to_string().starts_with("must be a lower-case scheme"));
}
