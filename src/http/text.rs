//! Searching texts for fragments.

/// What follows a fragment in a text; none if the fragment is not in it.
///
/// In place of `str::split_once` and `str::contains`, which bring two more search algorithms: 1 kB of the download, for
/// long texts that AWS never writes.
pub fn after<'a>(text: &'a str, fragment: &str) -> Option<&'a str> {
    let at = (0..text.len()).find(|at| text.as_bytes()[*at..].starts_with(fragment.as_bytes()))?;
    text.get(at + fragment.len()..)
}

/// Whether a fragment is in a text.
pub fn mentions(text: &str, fragment: &str) -> bool {
    after(text, fragment).is_some()
}
