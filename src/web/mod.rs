//! maud pages: pure functions from a view to markup. Knows views alone.
