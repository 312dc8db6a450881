use std::collections::BTreeSet;

use toml::de::DeValue;

use super::{
    Config,
    declaration::{DefaultValue, Key, KeyTable, Kind, Secrecy},
    example,
    in_force::SettingInForce,
    key_path::{join, variable},
    keys::TABLES,
    mistake::SettingSource,
    reference,
    tests::{load, load_from},
    value::Written,
};
use crate::account::{hashing::HashingCost, quota::QuotaPolicy};

const RESOURCE: &str = "[[resources]]\nresource = \"https://api.example\"\nscopes = { \"api:read\" = \"Read it\" }\n";
const CLIENT: &str = "[[clients]]\nclient_id = \"a\"\nredirect_uris = [\"https://a.example/cb\"]\n";
const SECRET: (&str, &str) = ("SIGNET__CLIENTS__0__CLIENT_SECRET", "0123456789abcdef");

/// The declared keys of tables that are not lists, with their paths.
fn single_keys() -> impl Iterator<Item = (String, &'static Key)> {
    let tables = TABLES.into_iter().filter(|table| !table.is_list);
    tables.flat_map(|table| table.keys.iter().map(|key| (join(table.name, key.name), key)))
}

/// `config` for a comparison that ignores whether a value is a default.
fn settings_of(mut config: Config) -> String {
    config.accounts.is_default_sign_up = false;
    config.applications.is_default = false;
    format!("{config:#?}")
}

#[test]
fn every_declared_key_is_read_and_every_key_that_is_read_is_declared() {
    let (_, settings) = load_from(&format!("{RESOURCE}{CLIENT}"), &[SECRET], &[]).unwrap();
    let read: BTreeSet<String> = settings.0.into_keys().collect();
    let path = |table: &KeyTable, key: &Key| match table.is_list {
        true => format!("{}.0.{}", table.name, key.name),
        false => join(table.name, key.name),
    };
    let declared = TABLES.iter().flat_map(|table| table.keys.iter().map(|key| path(table, key)));
    let declared: Vec<String> = declared.collect();
    assert_eq!(declared.len(), BTreeSet::from_iter(&declared).len(), "a key is declared twice");
    assert_eq!(read, BTreeSet::from_iter(declared));
}

#[test]
fn every_declared_default_and_example_is_a_valid_value() {
    for key in TABLES.iter().flat_map(|table| table.keys).filter(|key| key.secrecy != Secrecy::EnvironmentOnly) {
        let (DefaultValue::Fixed(value)
        | DefaultValue::Derived(_, value)
        | DefaultValue::Unset(value)
        | DefaultValue::Required(value)) = key.default;
        let parsed = DeValue::parse(value).unwrap_or_else(|error| panic!("{}: {error}", key.name));
        let place = SettingSource::File { name: String::new(), line: None };
        key.check(&place, Written::File(parsed.get_ref())).unwrap_or_else(|what| panic!("{}: {what}", key.name));
    }
}

#[test]
fn the_defaults_in_force_are_the_declared_ones() {
    let (config, settings) = load_from("", &[], &[]).unwrap();
    for (path, key) in single_keys() {
        let expected = match key.default {
            DefaultValue::Fixed(value) => SettingInForce::Value(value.to_owned(), None),
            DefaultValue::Unset(_) => SettingInForce::Unset,
            DefaultValue::Derived(..) | DefaultValue::Required(_) => continue,
        };
        assert_eq!(settings.0.get(&path), Some(&expected), "{path}");
    }
    assert_eq!(config.quotas, QuotaPolicy::default());
    assert_eq!(config.accounts.password_hash, HashingCost::default());
}

#[test]
fn a_number_outside_its_declared_range_is_refused_with_the_range() {
    for (path, key) in single_keys() {
        let (Kind::Number(range) | Kind::Seconds(range)) = &key.kind else { continue };
        let place = SettingSource::Argument(path.clone());
        for bound in [range.start(), range.end()] {
            assert!(key.check(&place, Written::Variable(&bound.to_string())).is_ok(), "{path} = {bound}");
        }
        for outside in [range.start() - 1, range.end() + 1] {
            let mistakes = load_from("", &[], &[&format!("{path}={outside}")]).unwrap_err().join("\n");
            let expected = format!("from {} to {}", range.start(), range.end());
            assert!(mistakes.contains(&path) && mistakes.contains(&expected), "{path} = {outside}: {mistakes}");
        }
    }
}

#[test]
fn every_description_is_a_sentence() {
    for table in TABLES {
        let descriptions = table.keys.iter().map(|key| key.description);
        for description in descriptions.chain([table.description]) {
            assert!(description.ends_with('.') && description.starts_with(|first: char| !first.is_lowercase()));
            assert!(!description.contains("  "), "{description}");
        }
    }
}

#[test]
fn the_reference_in_the_documentation_is_the_declared_one() {
    assert!(
        include_str!("../../docs/configuration.md") == reference(),
        "docs/configuration.md is out of date: cargo run -- config --reference > docs/configuration.md"
    );
}

#[test]
fn the_reference_shows_every_key() {
    let reference = reference();
    for table in TABLES {
        for key in table.keys {
            let name = if table.is_list { key.name.to_owned() } else { join(table.name, key.name) };
            assert!(reference.contains(&format!("\n| `{name}` | ")), "{name}");
        }
    }
}

#[test]
fn the_example_has_no_mistake_and_changes_nothing() {
    assert_eq!(settings_of(load(&example(), &[]).unwrap()), settings_of(load("", &[]).unwrap()));
}

#[test]
fn every_value_of_the_example_can_be_set() {
    // Mutually exclusive: `jwks` and `jwks_uri`.
    let is_key = |line: &&str| line.starts_with('#') && !line.starts_with("# ") && !line.starts_with("#jwks =");
    let example = example();
    let keys: Vec<&str> = example.lines().filter(is_key).collect();
    let declared = TABLES.iter().map(|table| table.keys.len() + usize::from(table.is_list)).sum::<usize>();
    assert_eq!(keys.len() + 3, declared, "all but jwks and two secrets that the file must not contain");
    let uncommented = example.lines().map(|line| if is_key(&line) { line.strip_prefix('#').unwrap() } else { line });
    let text = uncommented.collect::<Vec<_>>().join("\n");
    load(&text, &[]).unwrap_or_else(|mistakes| panic!("{text}\n{}", mistakes.join("\n")));
}

#[test]
fn each_value_is_printed_with_its_source() {
    let text = "listen = \"127.0.0.1:1\"\n\n[lifetimes]\naccess_token = 0x64\nid_token = 100\ndevice_code = 100\n";
    let environment = [
        ("SIGNET__LIFETIMES__ID_TOKEN", "200"),
        ("SIGNET__LIFETIMES__DEVICE_CODE", "200"),
        ("SIGNET__HTTP__TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2"),
        ("SIGNET__BRAND__NAME_FILE", "/run/secret"),
    ];
    let (config, settings) = load_from(text, &environment, &["lifetimes.device_code=300"]).unwrap();
    assert_eq!(config.lifetimes.device_code.whole_seconds(), 300);
    let printed = settings.to_string();
    for line in [
        "issuer = \"http://127.0.0.1:8080\"  # default",
        "listen = \"127.0.0.1:1\"  # config.toml:1",
        "access_token = 100  # config.toml:4",
        "id_token = 200  # SIGNET__LIFETIMES__ID_TOKEN",
        "device_code = 300  # --set lifetimes.device_code",
        "session_idle = 28800  # default",
        "trusted_proxies = [\"10.0.0.1\", \"10.0.0.2\"]  # SIGNET__HTTP__TRUSTED_PROXIES",
        "name = \"from the file\"  # SIGNET__BRAND__NAME_FILE",
        "sign_up = \"open\"  # default",
        "# logo: not set",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line}\n{printed}");
    }
}

#[test]
fn a_default_that_depends_on_other_keys_is_printed_as_it_is_in_force() {
    let (_, settings) = load_from(
        "profile = \"oidc-compat\"\n[lifetimes]\nsession_absolute = 60\n[throttle]\nrelaxed = true\n",
        &[],
        &["issuer=https://login.example.org"],
    )
    .unwrap();
    let printed = settings.to_string();
    for line in [
        "require_pkce = false  # default",
        "session_idle = 60  # default",
        "changes_per_hour = 100000  # default",
        "sign_up = \"invitation\"  # default",
        "registration = \"administrators\"  # default",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line}\n{printed}");
    }
}

#[test]
fn secrets_are_hidden_and_everything_else_can_be_read_again() {
    let text = format!(
        "issuer = \"https://login.example.org\"\n[brand]\nname = 'say \"\\'\n[fetch]\n\
         allow_private_addresses = true\n[bootstrap]\nadmin_username = \"root\"\n[http]\ntrusted_proxies = [\n  \
         \"10.0.0.0/8\", # home\n]\n{RESOURCE}access_token_lifetime = 60\n{CLIENT}client_secret = \"hunter2-hunter2-hunter2\"\n\
         grant_types = [\"authorization_code\"]\nrequire_state = false\n{}token_endpoint_auth_method = \"none\"\n",
        CLIENT.replace("\"a\"", "\"b\"")
    );
    let secrets = [
        ("SIGNET__BOOTSTRAP__ADMIN_PASSWORD", "hunter2-password"),
        ("SIGNET__KEY_RING__PASSPHRASE", "hunter2-passphrase"),
    ];
    let (config, settings) = load_from(&text, &secrets, &[]).unwrap();
    let printed = settings.to_string();
    assert!(!printed.contains("hunter2") && !format!("{settings:?}").contains("hunter2"), "{printed}");
    for line in [
        "# client_secret: hidden  # config.toml:19",
        "# admin_password: hidden  # SIGNET__BOOTSTRAP__ADMIN_PASSWORD",
        "# passphrase: hidden  # SIGNET__KEY_RING__PASSPHRASE",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line}\n{printed}");
    }
    let again = [secrets[0], secrets[1], ("SIGNET__CLIENTS__0__CLIENT_SECRET", "hunter2-hunter2-hunter2")];
    let again = load(&printed, &again).unwrap_or_else(|mistakes| panic!("{printed}\n{}", mistakes.join("\n")));
    assert_eq!(settings_of(again), settings_of(config));
}

#[test]
fn a_mistake_on_the_command_line_names_the_option() {
    let mistakes = |argument: &str| load_from("", &[], &[argument]).unwrap_err();
    for (argument, expected) in [
        ("lifetimes.acess_token=5", "--set lifetimes.acess_token: unknown key; did you mean lifetimes.access_token?"),
        ("lifetimes=5", "--set lifetimes: unknown key"),
        ("lifetimes.access_token=x", "--set lifetimes.access_token: must be a whole number"),
        ("lifetimes.access_token", "--set: must be KEY=VALUE"),
        ("key_ring.passphrase=hunter2", "--set key_ring.passphrase: must not be on the command line"),
        ("clients.0.client_secret=0123456789abcdef", "--set clients.0.client_secret: must not be on the command line"),
    ] {
        let mistakes = mistakes(argument);
        assert!(mistakes.iter().any(|mistake| mistake.starts_with(expected)), "{argument}: {mistakes:?}");
        assert!(!mistakes.iter().any(|mistake| mistake.contains("hunter2")), "{mistakes:?}");
    }
    assert!(load_from("", &[], &["lifetimes.access_token=5"]).is_ok());
    assert!(load("", &[(variable("lifetimes.access_token").as_str(), "5")]).is_ok());
}
