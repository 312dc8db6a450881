use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
};

use time::Duration;

use super::{Config, ConfigSources, SettingsInForce, SignUp};
use crate::account::hashing::HashingCost;

pub(super) fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    load_from(text, environment, &[]).map(|(config, _)| config)
}

pub(super) fn load_from(
    text: &str,
    environment: &[(&str, &str)],
    arguments: &[&str],
) -> Result<(Config, SettingsInForce), Vec<String>> {
    let environment = environment.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let arguments = arguments.iter().map(|argument| (*argument).to_owned());
    let sources = ConfigSources { file: None, environment: environment.collect(), arguments: arguments.collect() };
    let read = |path: &Path| match path.to_str() {
        Some("config.toml") => Ok(text.to_owned()),
        Some("/run/secret") => Ok("from the file\n".to_owned()),
        _ => Err(io::Error::from(io::ErrorKind::NotFound)),
    };
    Config::load_with(&sources, &read).map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
}

#[test]
fn the_file_of_the_repository_has_no_mistake() {
    let config = load(include_str!("../../config.toml"), &[]).unwrap();
    assert_eq!(config.issuer.as_str(), "http://127.0.0.1:8080");
    assert!(config.resources.scope("orders:read").is_some());
}

#[test]
fn without_a_file_there_are_defaults_but_a_file_that_is_named_must_exist() {
    let missing = |_: &Path| Err(io::Error::from(io::ErrorKind::NotFound));
    let config = Config::defaults().unwrap();
    assert_eq!(config.lifetimes.authorization_code, Duration::seconds(60));
    let other = ConfigSources { file: Some(PathBuf::from("other.toml")), ..ConfigSources::default() };
    let mistakes = Config::load_with(&other, &missing).unwrap_err();
    assert!(mistakes.to_string().starts_with("other.toml: cannot be read"), "{mistakes}");
}

#[test]
fn all_mistakes_are_reported_together_with_their_lines() {
    let text = "issuer = \"http://login.example.org\"\nlistn = \"x\"\n\n[lifetimes]\naccess_token = \"long\"\n\
                authorization_code = 601\n\n[[clients]]\nclient_id = \"a\"\nclient_secret = \"short\"\n\
                redirect_uris = [\"javascript:x\"]\nclient_nam = \"A\"\n";
    let mistakes = load(text, &[("SIGNET__LISTEN", "here"), ("SIGNET__ISUER", "x")]).unwrap_err();
    let beginnings = [
        "config.toml:1: issuer: must begin with https://",
        "config.toml:2: listn: unknown key; did you mean listen?",
        "config.toml:5: lifetimes.access_token: must be a whole number, not a string",
        "config.toml:6: lifetimes.authorization_code: must be a number of seconds from 1 to 600",
        "config.toml:10: clients.0.client_secret: must have at least 16 characters",
        "config.toml:11: clients.0.redirect_uris: \"javascript:x\" must begin with https://",
        "config.toml:12: clients.0.client_nam: unknown key; did you mean client_name?",
        "SIGNET__ISUER: unknown variable; did you mean SIGNET__ISSUER?",
        "SIGNET__LISTEN: must be an IP address and a port",
    ];
    assert_eq!(mistakes.len(), beginnings.len(), "{mistakes:#?}");
    for (mistake, beginning) in mistakes.iter().zip(beginnings) {
        assert!(mistake.starts_with(beginning), "{mistake}\n{beginning}");
    }
}

#[test]
fn the_environment_goes_before_the_file() {
    let text = "listen = \"127.0.0.1:1\"\n[lifetimes]\naccess_token = 1\n[accounts]\nsign_up = \"open\"\n";
    let environment = [
        ("SIGNET__LISTEN", "127.0.0.1:2"),
        ("SIGNET__LIFETIMES__ACCESS_TOKEN", "600"),
        ("SIGNET__ACCOUNTS__SIGN_UP", "closed"),
        ("SIGNET__HTTP__TRUSTED_PROXIES", "10.0.0.0/8, 127.0.0.1"),
        ("SIGNET__THROTTLE__RELAXED", "true"),
        ("UNRELATED", "x"),
    ];
    let config = load(text, &environment).unwrap();
    assert_eq!(config.listen.port(), 2);
    assert_eq!(config.lifetimes.access_token, Duration::minutes(10));
    assert_eq!(config.accounts.sign_up, SignUp::Closed);
    assert_eq!(config.http.trusted_proxies.map(|proxies| proxies.len()), Some(2));
    assert!(config.throttle.relaxed);
}

// With a proxy on this machine, users must be throttled separately without additional configuration.
#[test]
fn a_server_of_https_that_listens_on_loopback_trusts_the_proxy_on_this_machine() {
    let trusts = |issuer: &str, listen: &str, http: &str| {
        let text = format!("issuer = \"{issuer}\"\nlisten = \"{listen}\"\n{http}");
        load(&text, &[]).unwrap().trusts_this_machine()
    };
    let (public, local) = ("https://login.example.org", "http://127.0.0.1:8080");
    assert!(trusts(public, "127.0.0.1:8080", ""));
    assert!(trusts(public, "[::1]:8080", ""));
    assert!(!trusts(public, "0.0.0.0:8080", ""), "anybody can connect");
    assert!(!trusts(local, "127.0.0.1:8080", ""), "browsers connect themselves");
    assert!(!trusts(public, "127.0.0.1:8080", "[http]\ntrusted_proxies = []\n"), "the configuration says otherwise");
    assert!(!trusts(public, "127.0.0.1:8080", "[http]\ntrusted_proxies = [\"10.0.0.1\"]\n"));
}

#[test]
fn people_register_themselves_as_is_configured() {
    let sign_up = |value: &str| load("", &[("SIGNET__ACCOUNTS__SIGN_UP", value)]).map(|config| config.accounts.sign_up);
    assert_eq!(load("", &[]).unwrap().accounts.sign_up, SignUp::Open);
    for (value, expected) in [("open", SignUp::Open), ("invitation", SignUp::Invitation), ("closed", SignUp::Closed)] {
        assert_eq!(sign_up(value).unwrap(), expected, "{value}");
    }
    assert!(sign_up("invite").is_err());
}

#[test]
fn a_first_try_is_open_and_a_public_server_is_closed_unless_it_says_otherwise() {
    let of = |text: &str| {
        let config = load(text, &[]).unwrap();
        (config.accounts.sign_up, config.applications.registration.to_string(), config.admission())
    };
    let public = "issuer = \"https://login.example.org\"\n";
    for issuer in ["", "issuer = \"http://localhost:8080\"\n", "issuer = \"http://[::1]:8080\"\n"] {
        let (sign_up, registration, line) = of(issuer);
        assert_eq!((sign_up, registration.as_str()), (SignUp::Open, "everybody"), "{issuer}");
        assert!(line.matches("because the issuer is a loopback address").count() == 2, "{line}");
    }
    let (sign_up, registration, line) = of(public);
    assert_eq!((sign_up, registration.as_str()), (SignUp::Invitation, "administrators"));
    assert!(line.matches("because the issuer is public").count() == 2, "{line}");
    for (value, expected) in [("everybody", Some("everybody")), ("group:devs", Some("group:devs")), ("nothing", None)] {
        let text = format!("{public}[accounts]\nsign_up = \"open\"\n[applications]\nregistration = \"{value}\"\n");
        let config = load(&text, &[]).ok();
        assert_eq!(config.as_ref().map(|config| config.applications.registration.to_string()).as_deref(), expected);
        assert!(config.is_none_or(|config| {
            config.accounts.sign_up == SignUp::Open && !config.admission().contains("default")
        }));
    }
}

#[test]
fn what_is_fetched_is_of_the_public_internet_unless_a_rig_says_otherwise() {
    let usual = load("", &[]).unwrap();
    assert_eq!(usual.fetch, super::FetchSettings::default());
    assert!(!usual.oauth.request_uri && !usual.oauth.token_endpoint_as_audience && usual.warnings().is_empty());
    let text =
        "profile = \"oidc-compat\"\n[fetch]\nallow_private_addresses = true\ncertificate_authority = \"rig.pem\"\n";
    let rig = load(text, &[]).unwrap();
    assert!(rig.fetch.allow_private_addresses && rig.oauth.token_endpoint_as_audience && !rig.oauth.request_uri);
    assert_eq!(rig.warnings().len(), 2);
}

#[test]
fn a_client_that_signs_has_a_key_or_a_secret_that_is_long_enough() {
    let client = |members: &str| {
        load(&format!("[[clients]]\nclient_id = \"a\"\nredirect_uris = [\"https://a.example/cb\"]\n{members}"), &[])
    };
    let key = "token_endpoint_auth_method = \"private_key_jwt\"\njwks_uri = \"https://a.example/jwks\"\n";
    let secret = |length| {
        let secret = "x".repeat(length);
        client(&format!("token_endpoint_auth_method = \"client_secret_jwt\"\nclient_secret = \"{secret}\"\n"))
    };
    assert!(client(key).is_ok());
    assert!(client(&format!("{key}client_secret = \"0123456789abcdef\"\n")).is_err());
    assert!(client("token_endpoint_auth_method = \"private_key_jwt\"\n").is_err());
    assert!(client("token_endpoint_auth_method = \"client_secret_jwt\"\n").is_err());
    for (length, is_accepted) in [(31, false), (32, true), (128, true), (129, false)] {
        assert_eq!(secret(length).is_ok(), is_accepted, "{length}");
    }
}

#[test]
fn a_status_list_is_kept_for_ten_seconds_to_an_hour() {
    let status_list =
        |value: &str| load("", &[("SIGNET__LIFETIMES__STATUS_LIST", value)]).map(|config| config.lifetimes.status_list);
    assert_eq!(load("", &[]).unwrap().lifetimes.status_list, Duration::MINUTE);
    for (value, is_good) in [("9", false), ("10", true), ("3600", true), ("3601", false)] {
        assert_eq!(status_list(value).is_ok(), is_good, "{value}");
    }
}

#[test]
fn a_variable_sets_a_key_and_never_a_whole_table() {
    for name in ["SIGNET__LIFETIMES", "SIGNET__CLIENTS", "SIGNET__LIFETIMES_FILE"] {
        let mistakes = load("", &[(name, "5")]).unwrap_err();
        assert!(
            mistakes.iter().any(|mistake| mistake.starts_with(&format!("{name}: unknown variable"))),
            "{mistakes:?}"
        );
    }
    assert!(load("", &[("SIGNET__LIFETIMES__ID_TOKEN", "5")]).is_ok());
}

#[test]
fn a_secret_comes_from_a_variable_or_from_the_file_that_its_twin_names() {
    let bootstrap = |environment: &[(&str, &str)]| load("", environment).map(|config| config.bootstrap);
    let name = ("SIGNET__BOOTSTRAP__ADMIN_USERNAME", "root");
    let config = bootstrap(&[name, ("SIGNET__BOOTSTRAP__ADMIN_PASSWORD_FILE", "/run/secret")]).unwrap().unwrap();
    assert_eq!(config.admin_password.unwrap().expose(), "from the file");
    let both =
        [name, ("SIGNET__BOOTSTRAP__ADMIN_PASSWORD_FILE", "/run/secret"), ("SIGNET__BOOTSTRAP__ADMIN_PASSWORD", "x")];
    assert!(bootstrap(&both).unwrap_err().iter().any(|mistake| mistake.contains("must not be set together")));
    // Commands are run where the password is not available.
    assert!(bootstrap(&[name]).unwrap().unwrap().admin_password.is_none());
    let nameless = bootstrap(&[("SIGNET__BOOTSTRAP__ADMIN_PASSWORD", "x")]).unwrap_err();
    assert!(nameless.iter().any(|mistake| mistake.contains("admin_username: is missing")), "{nameless:?}");
    let in_file = load("[key_ring]\npassphrase = \"hunter2hunter2\"\n", &[]).unwrap_err();
    assert!(in_file.iter().any(|mistake| mistake.contains("must not be in this file")), "{in_file:?}");
    assert!(!in_file.iter().any(|mistake| mistake.contains("hunter2")), "{in_file:?}");
}

#[test]
fn clients_and_resources_are_checked_against_one_another() {
    let resource = "[[resources]]\nresource = \"https://api.example\"\nscopes = [\"api:read\"]\n";
    let client = "[[clients]]\nclient_id = \"a\"\nclient_secret = \"0123456789abcdef\"\n\
                  redirect_uris = [\"https://a.example/cb\"]\n";
    assert!(load(&format!("{resource}{client}scope = \"openid api:read\"\n"), &[]).is_ok());
    for (text, expected) in [
        (format!("{client}scope = \"api:read\"\n"), "no resource of this server has the scope"),
        (format!("{resource}{resource}"), "is already used by another resource"),
        (format!("{resource}{}", resource.replace("api.example", "b.example")), "belongs to another resource"),
        (resource.replace("api:read", "openid"), "belongs to another resource"),
        (format!("{client}{client}"), "is already used by another client"),
        (client.replace("client_secret", "#"), "client_secret: is missing"),
        (format!("{client}token_endpoint_auth_method = \"none\"\n"), "must be omitted"),
        (
            format!("{client}grant_types = [\"authorization_code\", \"client_credential\"]\n"),
            "grant_types: must contain only",
        ),
        ("clients = 1\n".to_owned(), "must be a list of tables"),
        ("issuer = \"x\n".to_owned(), "config.toml:1: "),
    ] {
        let mistakes = load(&text, &[]).unwrap_err();
        assert!(mistakes.iter().any(|mistake| mistake.contains(expected)), "{text}\n{mistakes:?}");
    }
}

#[test]
fn an_accent_is_a_colour_and_a_logo_a_file() {
    let brand = |text: &str| load(&format!("[brand]\n{text}"), &[]).map(|config| config.brand);
    let read = brand("logo = \"logo.svg\"\naccent = \"#C2185b\"").unwrap();
    assert_eq!((read.logo, read.accent.as_deref()), (Some(PathBuf::from("logo.svg")), Some("#C2185b")));
    for accent in ["red", "#c21", "#c2185g", "c2185b", "#c2185b;}"] {
        let mistakes = brand(&format!("accent = \"{accent}\"")).unwrap_err().join("\n");
        assert!(mistakes.contains("brand.accent: must be a colour such as \"#3346b8\""), "{mistakes}");
    }
    assert!(load("", &[]).unwrap().brand.logo.is_none());
}

#[test]
fn a_list_in_a_variable_that_is_wrong_is_shown_how_a_list_is_written() {
    let told = |name: &str, value: &str| load("", &[(name, value)]).unwrap_err().join("\n");
    let written = "with commas between its entries, such as one,two";
    for (name, value) in [
        ("SIGNET__HTTP__TRUSTED_PROXIES", "10.0.0.1 10.0.0.2"),
        ("SIGNET__HTTP__TRUSTED_PROXIES", "[\"10.0.0.1\"]"),
        ("SIGNET__OPENID__WEBFINGER_DOMAINS", "example.org;example.net"),
        ("SIGNET__KEY_RING__ALGORITHMS", "ES256 PS256"),
        ("SIGNET__CLIENTS__0__GRANT_TYPES", "authorization_code refresh_token"),
        ("SIGNET__CLIENTS__0__REDIRECT_URIS", "[\"https://a.example/cb\"]"),
        ("SIGNET__RESOURCES__0__SCOPES", "[\"a:read\"]"),
    ] {
        let told = told(name, value);
        assert!(told.contains(name) && told.contains(written), "{value}: {told}");
    }
    let in_file = load("[http]\ntrusted_proxies = [\"proxy\"]\n", &[]).unwrap_err().join("\n");
    assert!(in_file.contains("each entry must be an IP address") && !in_file.contains("commas"), "{in_file}");
    let right = load("", &[("SIGNET__HTTP__TRUSTED_PROXIES", "10.0.0.1,10.0.0.2")]).unwrap();
    assert_eq!(right.http.trusted_proxies.map(|proxies| proxies.len()), Some(2));
}

#[test]
fn the_cost_of_a_password_hash_is_configured_within_safe_bounds() {
    let cost = |text: &str| load(&format!("[accounts]\n{text}"), &[]).map(|config| config.accounts.password_hash);
    assert_eq!(load("", &[]).unwrap().accounts.password_hash, HashingCost::default());
    let raised = cost("password_hash_memory_kib = 65536\npassword_hash_passes = 3\n").unwrap();
    assert_eq!((raised.memory_kib(), raised.passes()), (65_536, 3));
    assert!(cost("password_hash_memory_kib = 47104\npassword_hash_passes = 1\n").is_ok());
    for weak in [
        "password_hash_memory_kib = 19455\n",
        "password_hash_passes = 1\n",
        "password_hash_memory_kib = 1024\n",
        "password_hash_memory_kib = 1048576\n",
        "password_hash_passes = 100\n",
    ] {
        let told = cost(weak).unwrap_err().join("\n");
        assert!(told.contains("accounts.password_hash_") && told.contains("must be"), "{weak}: {told}");
    }
}
