//! Values of an enumeration by their names in the configuration.

/// A type whose values are words of the configuration.
pub(super) trait NamedChoice: Copy + 'static {
    const CHOICES: &'static [(&'static str, Self)];
}

/// The words of `T`, for [`Kind::Choice`](super::declaration::Kind::Choice).
pub(super) fn words<T: NamedChoice>() -> Vec<&'static str> {
    T::CHOICES.iter().map(|(word, _)| *word).collect()
}
