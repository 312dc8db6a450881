//! Pagination by key, so that a page costs the same however long the list is. Page tokens are encrypted, so that only
//! tokens issued by this server for the same list are accepted.

use super::{InternalError, Signet, management::ManagementRefusal};

/// Selects a page of a list.
#[derive(Clone, Copy, Debug, Default)]
pub struct PageQuery<'a> {
    /// Maximum number of entries, from 1 to [`LARGEST_PAGE`]. Defaults to [`USUAL_PAGE`].
    pub limit: Option<i64>,
    /// The `next_page_token` of the previous page.
    pub page_token: Option<&'a str>,
}

#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The entries. There may be fewer than requested, or none, although more pages follow.
    pub entries: Vec<T>,
    /// The token that selects the next page, or `None` on the last page.
    pub next_page_token: Option<String>,
}

/// An index row: its key, and the record it refers to, unless that has been deleted.
pub(super) type Indexed<T> = (Vec<u8>, Option<T>);

/// Returns the page of `list` that `request` selects, with the entries that satisfy `is_wanted`. `list` identifies
/// the list with its order and filters; `fetch` reads rows after a key.
///
/// # Errors
///
/// Returns an error if the limit or the token is invalid, or the storage fails.
pub(super) fn page<T>(
    signet: &Signet,
    list: &str,
    request: PageQuery<'_>,
    mut fetch: impl FnMut(Option<&[u8]>, u16) -> Result<Vec<Indexed<T>>, InternalError>,
    is_wanted: impl Fn(&T) -> bool,
) -> Result<Page<T>, ManagementRefusal> {
    let limit = request.limit.map_or(Ok(USUAL_PAGE), |limit| {
        let limit = u16::try_from(limit).ok().filter(|limit| (1..=LARGEST_PAGE).contains(limit));
        limit.ok_or_else(|| ManagementRefusal::invalid_member("limit", format!("must be from 1 to {LARGEST_PAGE}")))
    })?;
    let purpose = format!("page of {list}");
    let mut after = match request.page_token {
        None => None,
        Some(token) => Some(signet.sealing_key.open(&purpose, token).map_err(|_| {
            ManagementRefusal::invalid_member("page_token", "not valid for this list; start without it")
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
    // A full page may be the last one. Reading one more row avoids an empty page after it.
    let is_last = fetch(after.as_deref(), 1)?.is_empty();
    let seal = |key: Vec<u8>| signet.sealing_key.seal(&purpose, &key, signet.entropy);
    Ok(Page { entries, next_page_token: after.filter(|_| !is_last).map(seal) })
}

/// Maximum number of entries per page.
pub const LARGEST_PAGE: u16 = 200;

/// Default number of entries per page.
pub const USUAL_PAGE: u16 = 50;

/// Maximum number of fetches to fill a page when a filter leaves entries out. It bounds the work of one request.
const MOST_FETCHES: usize = 20;
