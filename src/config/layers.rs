//! The configuration file and the environment, and the errors found in them so far.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
};

use super::{
    in_force::{SettingInForce, SettingsInForce},
    key_path::{PREFIX, join, variable},
    mistake::{ConfigMistakes, Mistake, SettingSource},
    sources::ConfigSources,
};
use crate::{secret::Secret, spelling::nearest};

/// Reads a file as text. It is an argument, so that tests need no files.
pub(super) type ReadFile<'a> = &'a dyn Fn(&Path) -> io::Result<String>;

/// The sources, and what is recorded while they are read.
pub(super) struct Layers<'a> {
    file_name: String,
    text: &'a str,
    /// The value is `None` if it is not valid Unicode.
    environment: BTreeMap<String, Option<Secret>>,
    /// By key, what the command line sets it to.
    arguments: BTreeMap<String, Secret>,
    read: ReadFile<'a>,
    /// The keys that have been read, with their sections: `lifetimes.access_token`.
    known: RefCell<BTreeSet<String>>,
    /// The keys that are tables, which no variable can set as a whole.
    tables: RefCell<BTreeSet<String>>,
    unknown: RefCell<Vec<Unknown>>,
    /// By key, its value and where it comes from.
    settings: RefCell<BTreeMap<String, SettingInForce>>,
    mistakes: RefCell<Vec<Mistake>>,
}

/// A key of the file that has not been read.
struct Unknown {
    place: SettingSource,
    section: String,
    key: String,
}

impl<'a> Layers<'a> {
    /// Creates the layers from the `text` of the file, the variables that begin with `SIGNET__`, and the options `--set`.
    pub(super) fn new(file: &Path, text: &'a str, sources: &ConfigSources, read: ReadFile<'a>) -> Self {
        let ours = sources.environment.iter().filter_map(|(name, value)| {
            let name = name.to_string_lossy().into_owned();
            name.starts_with(PREFIX).then(|| (name, value.clone().into_string().ok().map(Secret::new)))
        });
        let mut arguments = BTreeMap::new();
        let mut mistakes = Vec::new();
        for argument in &sources.arguments {
            match argument.split_once('=') {
                Some((key, value)) => {
                    arguments.insert(key.trim().to_owned(), Secret::new(value));
                }
                None => {
                    let what = "must be KEY=VALUE, such as --set lifetimes.access_token=600";
                    mistakes.push(Mistake::new(SettingSource::Argument(String::new()), "", what));
                }
            }
        }
        Self {
            file_name: file.display().to_string(),
            text,
            environment: ours.collect(),
            arguments,
            read,
            known: RefCell::default(),
            tables: RefCell::default(),
            unknown: RefCell::default(),
            settings: RefCell::default(),
            mistakes: RefCell::new(mistakes),
        }
    }

    /// The line of the file that contains the byte at `offset`.
    pub(super) fn line(&self, offset: usize) -> SettingSource {
        let breaks = self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
        SettingSource::File { name: self.file_name.clone(), line: Some(breaks + 1) }
    }

    pub(super) fn whole_file(&self) -> SettingSource {
        SettingSource::File { name: self.file_name.clone(), line: None }
    }

    pub(super) fn register_key(&self, path: &str) {
        self.known.borrow_mut().insert(path.to_owned());
    }

    pub(super) fn know_table(&self, path: &str) {
        self.tables.borrow_mut().insert(path.to_owned());
    }

    /// Records that `key` in `section` of the file is unknown.
    pub(super) fn record_unknown_key(&self, place: SettingSource, section: &str, key: &str) {
        self.unknown.borrow_mut().push(Unknown { place, section: section.to_owned(), key: key.to_owned() });
    }

    pub(super) fn record_error(&self, mistake: Mistake) {
        self.mistakes.borrow_mut().push(mistake);
    }

    /// Records the value of the key `path` and its source. A later record replaces an earlier one.
    pub(super) fn record_setting(&self, path: &str, setting: SettingInForce) {
        self.settings.borrow_mut().insert(path.to_owned(), setting);
    }

    /// Returns `true` if the environment or the command line sets anything in `section`.
    pub(super) fn sets_within(&self, section: &str) -> bool {
        let (variables, keys) = (format!("{}__", variable(section)), format!("{section}."));
        let has_variable =
            self.environment.range(variables.clone()..).next().is_some_and(|(name, _)| name.starts_with(&variables));
        has_variable || self.arguments.range(keys.clone()..).next().is_some_and(|(key, _)| key.starts_with(&keys))
    }

    /// The option or the variable that sets the key `path`, if there is one.
    pub(super) fn place_of_override(&self, path: &str) -> Option<SettingSource> {
        if self.arguments.contains_key(path) {
            return Some(SettingSource::Argument(path.to_owned()));
        }
        let direct = variable(path);
        let names = [format!("{direct}{FILE}"), direct];
        names.into_iter().find(|name| self.environment.contains_key(name)).map(SettingSource::Variable)
    }

    /// The value that the command line, or otherwise the environment, sets for the key `path`, and its source. If it is
    /// invalid, the error is recorded and only the source is returned.
    pub(super) fn override_of(&self, path: &str) -> Option<(SettingSource, Option<Secret>)> {
        let argument = self.arguments.get(path);
        argument
            .map(|value| (SettingSource::Argument(path.to_owned()), Some(value.clone())))
            .or_else(|| self.variable(path))
    }

    /// The value that the environment sets for the key `path`, and the variable. If it is invalid, the error is
    /// recorded and only the variable is returned.
    fn variable(&self, path: &str) -> Option<(SettingSource, Option<Secret>)> {
        let (direct, named) = (variable(path), format!("{}{FILE}", variable(path)));
        match (self.environment.get(&direct), self.environment.get(&named)) {
            (None, None) => None,
            (Some(_), Some(_)) => {
                let place = SettingSource::Variable(named);
                let what = format!("must not be set together with {direct}");
                self.record_error(Mistake::new(place.clone(), path, what));
                Some((place, None))
            }
            (Some(value), None) => {
                let place = SettingSource::Variable(direct);
                if value.is_none() {
                    self.record_error(Mistake::new(place.clone(), path, "must be UTF-8"));
                }
                Some((place, value.clone()))
            }
            (None, Some(value)) => {
                let place = SettingSource::Variable(named);
                // The file name is not shown, because it may be the secret itself in the wrong variable.
                let content = value.as_ref().ok_or_else(|| "must be UTF-8".to_owned()).and_then(|name| {
                    let content = (self.read)(Path::new(name.expose()));
                    content.map_err(|fault| format!("must be the path of a readable file: {fault}"))
                });
                match content {
                    Ok(content) => Some((place, Some(Secret::new(without_line_break(&content))))),
                    Err(what) => {
                        self.record_error(Mistake::new(place.clone(), path, what));
                        Some((place, None))
                    }
                }
            }
        }
    }

    /// Returns the settings that were read.
    ///
    /// # Errors
    ///
    /// Returns all recorded errors, including those for unknown keys.
    pub(super) fn conclude(self) -> Result<SettingsInForce, ConfigMistakes> {
        let known = self.known.into_inner();
        let mut mistakes = self.mistakes.into_inner();
        for Unknown { place, section, key } in self.unknown.into_inner() {
            let what = match suggestion(&known, &section, &key) {
                Some(meant) => format!("unknown key; did you mean {meant}?"),
                None => "unknown key".to_owned(),
            };
            mistakes.push(Mistake::new(place, &join(&section, &key), what));
        }
        let tables = self.tables.into_inner();
        let keys: BTreeSet<String> = known.difference(&tables).cloned().collect();
        for key in self.arguments.into_keys().filter(|key| !keys.contains(key)) {
            let what = match nearest(&key, keys.iter().map(String::as_str)) {
                Some(meant) => format!("unknown key; did you mean {meant}?"),
                None => "unknown key".to_owned(),
            };
            mistakes.push(Mistake::new(SettingSource::Argument(key), "", what));
        }
        let variables: BTreeSet<String> = keys.iter().map(|path| variable(path)).collect();
        for name in self.environment.into_keys() {
            let bare = name.strip_suffix(FILE).unwrap_or(&name);
            if variables.contains(&name) || variables.contains(bare) {
                continue;
            }
            let what = match nearest(bare, variables.iter().map(String::as_str)) {
                Some(meant) => format!("unknown variable; did you mean {meant}?"),
                None => "unknown variable".to_owned(),
            };
            mistakes.push(Mistake::new(SettingSource::Variable(name), "", what));
        }
        if mistakes.is_empty() {
            Ok(SettingsInForce(self.settings.into_inner()))
        } else {
            Err(ConfigMistakes::new(mistakes))
        }
    }
}

/// Removes the trailing line break that editors and `echo` add to a file.
fn without_line_break(content: &str) -> &str {
    let content = content.strip_suffix('\n').unwrap_or(content);
    content.strip_suffix('\r').unwrap_or(content)
}

/// The key that was probably meant by `key` in `section`: a similar key there, or the same key in another section.
fn suggestion(known: &BTreeSet<String>, section: &str, key: &str) -> Option<String> {
    let within = |path: &str| path.rsplit_once('.').map_or("", |(section, _)| section) == section;
    let leaf = |path: &'_ str| path.rsplit_once('.').map_or(path.to_owned(), |(_, leaf)| leaf.to_owned());
    let siblings: Vec<String> = known.iter().filter(|path| within(path)).map(|path| leaf(path)).collect();
    let similar = nearest(key, siblings.iter().map(String::as_str)).map(ToOwned::to_owned);
    similar.or_else(|| known.iter().find(|path| leaf(path) == key).cloned())
}

const FILE: &str = "_FILE";
