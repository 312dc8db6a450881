//! Names of new groups: without invisible characters, and not confusable with the name of another group.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::confusable::skeletons;
use crate::characters::is_invisible;

/// Why a name is refused for a new group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupNameRefusal {
    /// It has an invisible character.
    Invisible,
    /// It looks like the name of this group.
    LooksLike(String),
}

/// The names of the existing groups. Names from earlier versions may look alike.
#[derive(Clone, Debug, Default)]
pub struct KnownGroups {
    names: BTreeSet<String>,
    by_look: BTreeMap<String, String>,
}

impl KnownGroups {
    /// Adds a group.
    pub fn insert(&mut self, name: &str) {
        if self.names.insert(name.to_owned()) {
            for skeleton in skeletons(name) {
                self.by_look.entry(skeleton).or_insert_with(|| name.to_owned());
            }
        }
    }

    /// Accepts `name` if the group exists, or if a new group may have this name.
    ///
    /// # Errors
    ///
    /// Returns a [`GroupNameRefusal`] otherwise.
    pub fn judge(&self, name: &str) -> Result<(), GroupNameRefusal> {
        if self.names.contains(name) {
            return Ok(());
        }
        if name.contains(is_invisible) {
            return Err(GroupNameRefusal::Invisible);
        }
        let other = skeletons(name).iter().find_map(|skeleton| self.by_look.get(skeleton));
        other.map_or(Ok(()), |other| Err(GroupNameRefusal::LooksLike(other.clone())))
    }
}

impl fmt::Display for GroupNameRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invisible => formatter.write_str("This group name contains an invisible character. Enter it again."),
            Self::LooksLike(other) => {
                write!(formatter, "This name looks like the group {other}. Use that group, or choose another name.")
            }
        }
    }
}

impl std::error::Error for GroupNameRefusal {}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(names: &[&str]) -> KnownGroups {
        let mut known = KnownGroups::default();
        names.iter().for_each(|name| known.insert(name));
        known
    }

    #[test]
    fn a_new_group_has_a_name_that_looks_like_no_other_and_has_nothing_invisible() {
        let groups = known(&["staff", "Wiki/Editors", "p10"]);
        for (name, expected) in [
            ("crew", Ok(())),
            ("stafford", Ok(())),
            ("p11", Ok(())),
            ("stаff", Err(GroupNameRefusal::LooksLike("staff".to_owned()))),
            ("Staff", Err(GroupNameRefusal::LooksLike("staff".to_owned()))),
            ("wiki/editors", Err(GroupNameRefusal::LooksLike("Wiki/Editors".to_owned()))),
            ("Wiki/EdItors", Err(GroupNameRefusal::LooksLike("Wiki/Editors".to_owned()))),
            ("sta\u{200b}ff", Err(GroupNameRefusal::Invisible)),
            ("cr\u{202e}ew", Err(GroupNameRefusal::Invisible)),
            ("crew\u{3164}", Err(GroupNameRefusal::Invisible)),
        ] {
            assert_eq!(groups.judge(name), expected, "{name:?}");
        }
    }

    #[test]
    fn a_group_that_exists_stays_whatever_its_name() {
        let names = ["staff", "stаff", "Staff", "cr\u{200b}ew"];
        let groups = known(&names);
        for name in names {
            assert_eq!(groups.judge(name), Ok(()), "{name:?}");
        }
        assert_eq!(groups.judge("STAFF"), Err(GroupNameRefusal::LooksLike("staff".to_owned())));
    }
}
