//! One table of the file, together with the variables for its keys.

use std::collections::{BTreeMap, BTreeSet};

use time::Duration;
use toml::de::{DeTable, DeValue};

use super::{
    choice::NamedChoice,
    declaration::{DefaultValue, KeyTable},
    in_force::SettingInForce,
    key_path::join,
    layers::Layers,
    mistake::{Mistake, SettingSource},
    value::{ToToml, Written, instead_of},
};

/// A table. The reader asks for every declared key, and [`Section::close`] reports all others as unknown.
///
/// Errors are recorded where they are found. Reading then continues with `None` instead of the value.
#[must_use = "close the section to report unknown keys"]
pub(super) struct Section<'a> {
    layers: &'a Layers<'a>,
    declared: &'static KeyTable,
    /// Empty at the top level, otherwise for example `lifetimes` or `clients.0`.
    path: String,
    header: SettingSource,
    file: BTreeMap<&'a str, (SettingSource, &'a DeValue<'a>)>,
    asked: BTreeSet<String>,
}

impl<'a> Section<'a> {
    /// The table `declared` at `path`, which is empty for the top level of the file.
    pub(super) fn new(
        layers: &'a Layers<'a>,
        (declared, path): (&'static KeyTable, String),
        header: SettingSource,
        table: Option<&'a DeTable<'a>>,
    ) -> Self {
        let entries = table.into_iter().flat_map(DeTable::iter);
        let file = entries
            .map(|(key, value)| (key.get_ref().as_ref(), (layers.line(key.span().start), value.get_ref())))
            .collect();
        Self { layers, declared, path, header, file, asked: BTreeSet::new() }
    }

    /// Reads the value of `key` from the command line, otherwise from the environment, otherwise from the file. The value
    /// in the file is always validated.
    pub(super) fn read<T>(&mut self, key: &str, parse: impl Fn(Written<'_>) -> Result<T, String>) -> Option<T> {
        let path = self.ask(key);
        let Some(declared) = self.declared.key(key) else {
            self.layers.record_error(Mistake::new(self.header.clone(), &path, "is read but not declared"));
            return None;
        };
        self.layers.record_setting(&path, SettingInForce::default(declared));
        let read = |place: &SettingSource, written: Written<'_>| match declared
            .check(place, written)
            .and_then(|()| parse(written))
        {
            Ok(value) => {
                self.layers.record_setting(&path, SettingInForce::written(declared, place.clone(), written));
                Some(value)
            }
            Err(what) => {
                self.layers.record_error(Mistake::new(place.clone(), &path, what));
                None
            }
        };
        let in_file = self.file.get(key).and_then(|(place, value)| read(place, Written::File(value)));
        match self.layers.override_of(&path) {
            Some((place, value)) => value.and_then(|text| read(&place, Written::Variable(text.expose()))),
            None => in_file,
        }
    }

    /// Reads the value of `key`, or returns the declared default if it is not set or invalid.
    pub(super) fn value<T>(&mut self, key: &str, parse: impl Fn(Written<'_>) -> Result<T, String>) -> Option<T> {
        let set = self.read(key, &parse);
        set.or_else(|| {
            let DefaultValue::Fixed(default) = self.declared.key(key)?.default else { return None };
            let default = DeValue::parse(default).ok()?;
            parse(Written::File(default.get_ref())).ok()
        })
    }

    /// Reads the value of `key`, or returns the declared default if it is not set, or `None` if it is invalid.
    pub(super) fn strictly<T>(&mut self, key: &str, parse: impl Fn(Written<'_>) -> Result<T, String>) -> Option<T> {
        if self.sets(key) { self.read(key, parse) } else { self.value(key, parse) }
    }

    pub(super) fn flag(&mut self, key: &str) -> bool {
        self.value(key, |written| written.flag()).unwrap_or_default()
    }

    /// Reads the boolean `key`, with a `default` that depends on other keys.
    pub(super) fn flag_or(&mut self, key: &str, default: bool) -> bool {
        let set = self.read(key, |written| written.flag());
        self.or(key, set, default)
    }

    pub(super) fn seconds(&mut self, key: &str) -> Duration {
        self.value(key, |written| written.seconds()).unwrap_or_default()
    }

    pub(super) fn number<T: TryFrom<i64> + Default>(&mut self, key: &str) -> T {
        self.value(key, |written| written.integer()).unwrap_or_default()
    }

    pub(super) fn choice<T: NamedChoice + Default>(&mut self, key: &str) -> T {
        self.value(key, |written| written.choice()).unwrap_or_default()
    }

    /// Returns the value that is `set` for `key`, or records and returns the `default` that depends on other keys.
    pub(super) fn or<T: ToToml>(&self, key: &str, set: Option<T>, default: T) -> T {
        if !self.sets(key) {
            self.layers.record_setting(&join(&self.path, key), SettingInForce::Value(default.to_toml(), None));
        }
        set.unwrap_or(default)
    }

    /// Reads the value of `key`, which is required.
    pub(super) fn require<T>(&mut self, key: &str, parse: impl Fn(Written<'_>) -> Result<T, String>) -> Option<T> {
        let value = self.read(key, parse);
        if !self.sets(key) {
            self.record_error(key, "is missing");
        }
        value
    }

    /// Returns `true` if `key` is set, even to an invalid value.
    pub(super) fn sets(&self, key: &str) -> bool {
        self.place_of_override(key).is_some() || self.file.contains_key(key)
    }

    /// Returns `true` if any key is set.
    pub(super) fn sets_anything(&self) -> bool {
        !self.file.is_empty() || self.layers.sets_within(&self.path)
    }

    /// Records the error `what` for `key`, at its location, or at the table header if it is not set.
    pub(super) fn record_error(&self, key: &str, what: impl Into<String>) {
        let in_file = || self.file.get(key).map(|(place, _)| place.clone());
        let place = self.place_of_override(key).or_else(in_file).unwrap_or_else(|| self.header.clone());
        let key = join(&self.path, key);
        // A table set only by the environment has no line, so the key must be named.
        self.layers.record_error(Mistake::new(place, &key, what));
    }

    /// Opens the table `declared`.
    pub(super) fn section(&mut self, declared: &'static KeyTable) -> Section<'a> {
        let path = self.ask(declared.name);
        self.layers.know_table(&path);
        match self.file.get(declared.name) {
            None => Section::new(self.layers, (declared, path), self.layers.whole_file(), None),
            Some((place, DeValue::Table(table))) => {
                Section::new(self.layers, (declared, path), place.clone(), Some(table))
            }
            Some((place, other)) => {
                self.layers.record_error(Mistake::new(place.clone(), &path, instead_of(other, "a table")));
                Section::new(self.layers, (declared, path), place.clone(), None)
            }
        }
    }

    /// Opens the tables `declared` of the file, followed by those set only by the environment or the command line.
    pub(super) fn sections(&mut self, declared: &'static KeyTable) -> Vec<Section<'a>> {
        let key = declared.name;
        let path = self.ask(key);
        self.layers.know_table(&path);
        let refuse = |place: SettingSource, other| {
            let expected = format!("a list of tables, each under [[{key}]]");
            self.layers.record_error(Mistake::new(place, &path, instead_of(other, &expected)));
        };
        let mut sections = Vec::new();
        match self.file.get(key) {
            None => {}
            Some((_, DeValue::Array(array))) => {
                for (index, entry) in array.iter().enumerate() {
                    let place = self.layers.line(entry.span().start);
                    let table = entry.get_ref().as_table();
                    if table.is_none() {
                        refuse(place.clone(), entry.get_ref());
                    }
                    let path = join(&path, &index.to_string());
                    sections.push(Section::new(self.layers, (declared, path), place, table));
                }
            }
            Some((place, other)) => refuse(place.clone(), other),
        }
        loop {
            let path = join(&path, &sections.len().to_string());
            if !self.layers.sets_within(&path) {
                return sections;
            }
            sections.push(Section::new(self.layers, (declared, path), self.layers.whole_file(), None));
        }
    }

    /// Records the unknown keys of this table.
    pub(super) fn close(self) {
        for (key, (place, _)) in self.file {
            if !self.asked.contains(key) {
                self.layers.record_unknown_key(place, &self.path, key);
            }
        }
    }

    fn ask(&mut self, key: &str) -> String {
        self.asked.insert(key.to_owned());
        let path = join(&self.path, key);
        self.layers.register_key(&path);
        path
    }

    fn place_of_override(&self, key: &str) -> Option<SettingSource> {
        self.layers.place_of_override(&join(&self.path, key))
    }
}
