//! The reference of the configuration in Markdown.

use super::{
    declaration::{DefaultValue, Key, KeyTable, Secrecy},
    key_path::join,
    keys::TABLES,
};

/// `docs/configuration.md`: every key with its type, default and description.
#[must_use]
pub fn reference() -> String {
    let mut text = HEAD.to_owned();
    for table in TABLES {
        push_table(&mut text, table);
    }
    text
}

fn push_table(text: &mut String, table: &KeyTable) {
    let heading = match (table.name, table.is_list) {
        ("", _) => "Server".to_owned(),
        (name, true) => format!("`[[{name}]]`"),
        (name, false) => format!("`[{name}]`"),
    };
    text.push_str(&format!("\n## {heading}\n\n{}\n\n", table.description));
    text.push_str("| key | type | default | description |\n|---|---|---|---|\n");
    for key in table.keys {
        let name = if table.is_list { key.name.to_owned() } else { join(table.name, key.name) };
        let kind = key.kind.describe();
        let row = [format!("`{name}`"), kind, default(key), description(key)].map(|cell| cell.replace('|', "\\|"));
        text.push_str(&format!("| {} |\n", row.join(" | ")));
    }
}

fn default(key: &Key) -> String {
    match key.default {
        DefaultValue::Fixed(value) => format!("`{value}`"),
        DefaultValue::Derived(default, _) => default.to_owned(),
        DefaultValue::Unset(_) => "not set".to_owned(),
        DefaultValue::Required(_) => "required".to_owned(),
    }
}

fn description(key: &Key) -> String {
    match key.secrecy {
        Secrecy::EnvironmentOnly => format!("{} From the environment only.", key.description),
        Secrecy::Public | Secrecy::Hidden => key.description.to_owned(),
    }
}

const HEAD: &str = "\
# Configuration

<!-- Generated: cargo run -- config --reference > docs/configuration.md -->

Signet reads `config.toml` from the working directory, or the file that `--config FILE` names. The file need not exist: every
key has a default or can be left out.

| layer | example |
|---|---|
| command line | `signet --set lifetimes.access_token=600` |
| environment variable | `SIGNET__LIFETIMES__ACCESS_TOKEN=600` |
| file that an environment variable names | `SIGNET__BOOTSTRAP__ADMIN_PASSWORD_FILE=/run/secrets/admin` |
| `config.toml` | `access_token = 600` in `[lifetimes]` |
| default | |

A layer takes precedence over the layers below it. On the command line and in the environment, a list has commas between its
entries: `SIGNET__HTTP__TRUSTED_PROXIES=10.0.0.1,10.0.0.2`. Entries of `[[resources]]` and `[[clients]]` are counted from 0:
`SIGNET__CLIENTS__0__CLIENT_SECRET`. Secrets are never accepted on the command line.

The server refuses unknown keys and values out of range. It reports all errors together, each with its file and line.

- `signet config` prints the configuration in force: every key with its value and its source. Secrets are hidden. It exits with 1
  if the configuration has errors, and does not touch the data folder.
- `signet config --example` prints a complete `config.toml` with every key commented out.
- `signet config --reference` prints this page.
";
