//! Lists in pages: by key, so that a page costs the same however long the list is. Where the next page begins is sealed,
//! so that it can only be one that this server gave out for the same list.

use super::{InternalError, Signet, management::ManagementRefusal};

/// Which page of a list.
#[derive(Clone, Copy, Debug, Default)]
pub struct PageQuery<'a> {
    /// How many entries at most: 1 to [`LARGEST_PAGE`], or [`USUAL_PAGE`].
    pub limit: Option<i64>,
    /// What the page before has named as the next one.
    pub page_token: Option<&'a str>,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The entries. There may be fewer than asked for, or none, although more pages follow.
    pub entries: Vec<T>,
    /// With what the next page is asked for; `None` at the end.
    pub next_page_token: Option<String>,
}

/// An index row: its key, and what it leads to, unless that is gone.
pub(super) type Indexed<T> = (Vec<u8>, Option<T>);

/// The page of `list` that `request` names, of the entries for which `is_wanted` answers yes. `list` names the list with
/// its order and filters; `fetch` reads rows after a key.
///
/// # Errors
///
/// A limit or token that is none, or the storage.
pub(super) fn page<T>(
    signet: &Signet,
    list: &str,
    request: PageQuery<'_>,
    mut fetch: impl FnMut(Option<&[u8]>, u16) -> Result<Vec<Indexed<T>>, InternalError>,
    is_wanted: impl Fn(&T) -> bool,
) -> Result<Page<T>, ManagementRefusal> {
    let limit = request.limit.map_or(Ok(USUAL_PAGE), |limit| {
        let limit = u16::try_from(limit).ok().filter(|limit| (1..=LARGEST_PAGE).contains(limit));
        limit.ok_or_else(|| ManagementRefusal::Invalid(format!("limit must be 1 to {LARGEST_PAGE}")))
    })?;
    let purpose = format!("page of {list}");
    let mut after = match request.page_token {
        None => None,
        Some(token) => Some(signet.sealing_key.open(&purpose, token).map_err(|_| {
            ManagementRefusal::Invalid("page_token is not one that this list has given; begin without it".to_owned())
        })?),
    };
    let mut entries = Vec::new();
    for _ in 0..MOST_FETCHES {
        let rows = fetch(after.as_deref(), limit)?;
        if rows.is_empty() {
            return Ok(Page { entries, next_page_token: None });
        }
        for (key, entry) in rows {
            after = Some(key);
            entries.extend(entry.filter(&is_wanted));
            if entries.len() >= usize::from(limit) {
                break;
            }
        }
        if entries.len() >= usize::from(limit) {
            break;
        }
    }
    // A full page may be the last one: a look at one more row spares a page that would be empty.
    let is_last = fetch(after.as_deref(), 1)?.is_empty();
    let seal = |key: Vec<u8>| signet.sealing_key.seal(&purpose, &key, signet.entropy);
    Ok(Page { entries, next_page_token: after.filter(|_| !is_last).map(seal) })
}

/// The most entries of a page.
pub const LARGEST_PAGE: u16 = 200;

/// The entries of a page if nothing else is asked for.
pub const USUAL_PAGE: u16 = 50;

/// So often a page is filled up when a filter leaves entries out. It bounds the work of one request.
const MOST_FETCHES: usize = 20;
