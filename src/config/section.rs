//! One table of the file, together with the variables for its keys.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, DeValue};

use super::{
    layers::{Layers, join},
    mistake::{Mistake, SettingSource},
    value::{Written, instead_of},
};

/// A table. The reader asks for every key that exists, and [`Section::close`] reports all others as unknown.
///
/// Errors are recorded where they are found. Reading then continues with `None` instead of the value.
#[must_use = "close the section to report unknown keys"]
pub(super) struct Section<'a> {
    layers: &'a Layers<'a>,
    /// Empty at the top level, otherwise for example `lifetimes` or `clients.0`.
    path: String,
    header: SettingSource,
    file: BTreeMap<&'a str, (SettingSource, &'a DeValue<'a>)>,
    asked: BTreeSet<String>,
}

impl<'a> Section<'a> {
    /// The table at `path`, which is empty for the top level of the file.
    pub(super) fn new(
        layers: &'a Layers<'a>,
        path: String,
        header: SettingSource,
        table: Option<&'a DeTable<'a>>,
    ) -> Self {
        let entries = table.into_iter().flat_map(DeTable::iter);
        let file = entries
            .map(|(key, value)| (key.get_ref().as_ref(), (layers.line(key.span().start), value.get_ref())))
            .collect();
        Self { layers, path, header, file, asked: BTreeSet::new() }
    }

    /// Reads the value of `key` from the environment, or otherwise from the file. The value in the file is always
    /// validated.
    pub(super) fn read<T>(&mut self, key: &str, reading: impl Fn(Written<'_>) -> Result<T, String>) -> Option<T> {
        let path = self.ask(key);
        let read = |place: &SettingSource, written: Written<'_>| match reading(written) {
            Ok(value) => Some(value),
            Err(what) => {
                self.layers.record_error(Mistake::new(place.clone(), &path, what));
                None
            }
        };
        let in_file = self.file.get(key).and_then(|(place, value)| read(place, Written::File(value)));
        match self.layers.variable(&path) {
            Some((place, value)) => value.and_then(|text| read(&place, Written::Variable(text.expose()))),
            None => in_file,
        }
    }

    /// Reads the value of `key`, which is required.
    pub(super) fn require<T>(&mut self, key: &str, reading: impl Fn(Written<'_>) -> Result<T, String>) -> Option<T> {
        let value = self.read(key, reading);
        if !self.sets(key) {
            self.record_error(key, "is missing");
        }
        value
    }

    /// Returns `true` if `key` is set, even to an invalid value.
    pub(super) fn sets(&self, key: &str) -> bool {
        self.place_in_environment(key).is_some() || self.file.contains_key(key)
    }

    /// Returns `true` if any key is set.
    pub(super) fn sets_anything(&self) -> bool {
        !self.file.is_empty() || self.layers.sets_within(&self.path)
    }

    /// Records the error `what` for `key`, at its location, or at the table header if it is not set.
    pub(super) fn record_error(&self, key: &str, what: impl Into<String>) {
        let in_file = || self.file.get(key).map(|(place, _)| place.clone());
        let place = self.place_in_environment(key).or_else(in_file).unwrap_or_else(|| self.header.clone());
        let key = join(&self.path, key);
        // A table set only by the environment has no line, so the key must be named.
        self.layers.record_error(Mistake::new(place, &key, what));
    }

    /// Opens the table `key`.
    pub(super) fn section(&mut self, key: &str) -> Section<'a> {
        let path = self.ask(key);
        self.layers.know_table(&path);
        match self.file.get(key) {
            None => Section::new(self.layers, path, self.layers.whole_file(), None),
            Some((place, DeValue::Table(table))) => Section::new(self.layers, path, place.clone(), Some(table)),
            Some((place, other)) => {
                self.layers.record_error(Mistake::new(place.clone(), &path, instead_of(other, "a table")));
                Section::new(self.layers, path, place.clone(), None)
            }
        }
    }

    /// Opens the tables `[[key]]` of the file, followed by those set only by the environment.
    pub(super) fn sections(&mut self, key: &str) -> Vec<Section<'a>> {
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
                    sections.push(Section::new(self.layers, join(&path, &index.to_string()), place, table));
                }
            }
            Some((place, other)) => refuse(place.clone(), other),
        }
        loop {
            let path = join(&path, &sections.len().to_string());
            if !self.layers.sets_within(&path) {
                return sections;
            }
            sections.push(Section::new(self.layers, path, self.layers.whole_file(), None));
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

    fn place_in_environment(&self, key: &str) -> Option<SettingSource> {
        self.layers.place_of_variable(&join(&self.path, key))
    }
}
