//! Suggestions for misspelled names.

/// Returns the candidate closest to `word` if the difference looks like a typing error.
pub fn nearest<'c>(word: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let word = word.to_ascii_lowercase();
    let slips = (word.len() / 3).clamp(1, 3);
    let distance = |candidate: &str| strsim::osa_distance(&word, &candidate.to_ascii_lowercase());
    let rated = candidates.map(|candidate| (distance(candidate), candidate));
    rated.filter(|(distance, _)| *distance <= slips).min().map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_name_is_suggested_unless_all_are_too_different() {
        let known = ["allowed_groups", "client_name", "scope"];
        for (word, expected) in [
            ("allowed_group", Some("allowed_groups")),
            ("Client_Naem", Some("client_name")),
            ("scpoe", Some("scope")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known.into_iter()), expected, "{word}");
        }
    }
}
