//! The configuration in force: every key with its value and its source, as `signet config` prints it.

use std::{collections::BTreeMap, fmt};

use super::{
    declaration::{DefaultValue, Key, KeyTable, Secrecy},
    key_path::join,
    keys::TABLES,
    mistake::SettingSource,
    value::Written,
};

/// The value of every key and where it comes from. `Display` writes TOML that can be read again. Secrets are not part of
/// it.
#[derive(Clone, Debug, Default)]
pub struct SettingsInForce(pub(super) BTreeMap<String, SettingInForce>);

/// The value of a key and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SettingInForce {
    /// A value in TOML. `None` stands for the default.
    Value(String, Option<SettingSource>),
    /// A secret, whose value is not kept.
    Secret(SettingSource),
    /// No value and no default.
    Unset,
}

impl SettingInForce {
    /// The setting of `key` to what `source` says.
    pub(super) fn written(key: &Key, source: SettingSource, written: Written<'_>) -> Self {
        match key.secrecy {
            Secrecy::Public => Self::Value(key.kind.to_toml(written), Some(source)),
            Secrecy::Hidden | Secrecy::EnvironmentOnly => Self::Secret(source),
        }
    }

    /// The setting of `key` if no source sets it. A derived default is recorded once it is known.
    pub(super) fn default(key: &Key) -> Self {
        match key.default {
            DefaultValue::Fixed(value) => Self::Value(value.to_owned(), None),
            DefaultValue::Derived(..) | DefaultValue::Unset(_) | DefaultValue::Required(_) => Self::Unset,
        }
    }
}

impl SettingsInForce {
    fn write_table(&self, formatter: &mut fmt::Formatter<'_>, table: &KeyTable) -> fmt::Result {
        if !table.name.is_empty() {
            write!(formatter, "\n[{}]\n", table.name)?;
        }
        for key in table.keys {
            let path = join(table.name, key.name);
            match self.0.get(&path) {
                None | Some(SettingInForce::Unset) => writeln!(formatter, "# {}: not set", key.name)?,
                Some(setting) => write_setting(formatter, key, setting)?,
            }
        }
        Ok(())
    }

    /// The tables of a list, each with the keys that are set.
    fn write_list(&self, formatter: &mut fmt::Formatter<'_>, table: &KeyTable) -> fmt::Result {
        for index in 0.. {
            let path = join(table.name, &index.to_string());
            let settings = table.keys.iter().filter_map(|key| Some((key, self.0.get(&join(&path, key.name))?)));
            let settings: Vec<_> = settings.collect();
            if settings.is_empty() {
                break;
            }
            write!(formatter, "\n[[{}]]\n", table.name)?;
            for (key, setting) in settings {
                match setting {
                    SettingInForce::Value(_, None) | SettingInForce::Unset => {}
                    SettingInForce::Value(_, Some(_)) | SettingInForce::Secret(_) => {
                        write_setting(formatter, key, setting)?
                    }
                }
            }
        }
        Ok(())
    }
}

fn write_setting(formatter: &mut fmt::Formatter<'_>, key: &Key, setting: &SettingInForce) -> fmt::Result {
    let name = key.name;
    match setting {
        SettingInForce::Value(value, None) => writeln!(formatter, "{name} = {value}  # default"),
        SettingInForce::Value(value, Some(source)) => writeln!(formatter, "{name} = {value}  # {}", in_comment(source)),
        SettingInForce::Secret(source) => writeln!(formatter, "# {name}: hidden  # {}", in_comment(source)),
        SettingInForce::Unset => Ok(()),
    }
}

/// A comment of TOML ends with its line, and a file name can contain a line break.
fn in_comment(source: &SettingSource) -> String {
    source.to_string().replace(char::is_control, "?")
}

impl fmt::Display for SettingsInForce {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(HEAD)?;
        TABLES.iter().try_for_each(|table| match table.is_list {
            true => self.write_list(formatter, table),
            false => self.write_table(formatter, table),
        })
    }
}

const HEAD: &str = "# The configuration in force, with the source of each value. Secrets are hidden.
# In [[resources]] and [[clients]], only the keys that are set are shown.

";
