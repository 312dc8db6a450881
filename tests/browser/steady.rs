//! Browser steps on pages that may be replaced at any moment. If a navigation interrupts a step, the driver returns an
//! error: the element is gone, or the page was "aborted by navigation". A user would simply try again; all steps in
//! this module do the same until [`PATIENCE`] is over.

use std::time::{Duration, Instant};

use fantoccini::{
    Client, Locator,
    elements::Element,
    error::{CmdError, ErrorStatus},
};

/// An element, described by how to find it. It is located again for each step, since the page may have been replaced.
pub(crate) struct Found<'a> {
    client: &'a Client,
    by: By,
}

/// How to find an element.
#[derive(Clone)]
pub(crate) enum By {
    Css(String),
    XPath(String),
    /// The focused element.
    Focus,
}

impl By {
    pub(crate) async fn find(&self, client: &Client) -> Result<Element, CmdError> {
        match self {
            Self::Css(css) => client.find(Locator::Css(css)).await,
            Self::XPath(path) => client.find(Locator::XPath(path)).await,
            Self::Focus => client.active_element().await,
        }
    }
}

impl<'a> Found<'a> {
    pub(crate) fn new(client: &'a Client, by: By) -> Self {
        Self { client, by }
    }

    /// Waits until the element exists.
    pub(crate) async fn is_there(&self) -> Result<(), CmdError> {
        self.step(async |_| Ok(())).await
    }

    pub(crate) async fn text(&self) -> Result<String, CmdError> {
        self.step(async |element| element.text().await).await
    }

    pub(crate) async fn attr(&self, name: &str) -> Result<Option<String>, CmdError> {
        self.step(async |element| element.attr(name).await).await
    }

    pub(crate) async fn prop(&self, name: &str) -> Result<Option<String>, CmdError> {
        self.step(async |element| element.prop(name).await).await
    }

    pub(crate) async fn is_selected(&self) -> Result<bool, CmdError> {
        self.step(async |element| element.is_selected().await).await
    }

    pub(crate) async fn clear(&self) -> Result<(), CmdError> {
        self.step(async |element| element.clear().await).await
    }

    /// Clicks. If a navigation starts during the click and the next page has no such element, the click caused it.
    pub(crate) async fn click(&self) -> Result<(), CmdError> {
        let mut was_interrupted = false;
        loop {
            let clicked = steadily(async || {
                let element = match self.by.find(self.client).await {
                    Err(error) if was_interrupted && error.is_no_such_element() => return Ok(Click::Done),
                    element => element?,
                };
                match element.click().await {
                    Err(error) if is_interruption(&error) => Ok(Click::Interrupted),
                    clicked => clicked.map(|()| Click::Done),
                }
            });
            match clicked.await? {
                Click::Done => return Ok(()),
                Click::Interrupted => was_interrupted = true,
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Types. If a navigation interrupts the step, the keys are not typed again into a field that already contains
    /// them.
    pub(crate) async fn send_keys(&self, keys: &str) -> Result<(), CmdError> {
        let mut was_interrupted = false;
        loop {
            let typed = steadily(async || {
                let element = self.by.find(self.client).await?;
                if was_interrupted && element.prop("value").await?.is_some_and(|value| value.ends_with(keys)) {
                    return Ok(Click::Done);
                }
                match element.send_keys(keys).await {
                    Err(error) if is_interruption(&error) => Ok(Click::Interrupted),
                    typed => typed.map(|()| Click::Done),
                }
            });
            match typed.await? {
                Click::Done => return Ok(()),
                Click::Interrupted => was_interrupted = true,
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn step<T>(&self, step: impl AsyncFn(Element) -> Result<T, CmdError>) -> Result<T, CmdError> {
        steadily(async || step(self.by.find(self.client).await?).await).await
    }
}

enum Click {
    Done,
    /// The step may or may not have been performed.
    Interrupted,
}

/// Repeats `step` until no navigation interrupts it, for up to [`PATIENCE`].
pub(crate) async fn steadily<T>(step: impl AsyncFn() -> Result<T, CmdError>) -> Result<T, CmdError> {
    let begun = Instant::now();
    loop {
        match step().await {
            Err(error) if is_passing(&error) && begun.elapsed() < PATIENCE => tokio::time::sleep(PAUSE).await,
            done => return done,
        }
    }
}

/// Whether the page was replaced or is not ready, so that the step was not performed or can be repeated.
fn is_passing(error: &CmdError) -> bool {
    let is_not_ready = |status: &ErrorStatus| {
        matches!(
            status,
            ErrorStatus::StaleElementReference
                | ErrorStatus::NoSuchElement
                | ErrorStatus::ElementNotInteractable
                | ErrorStatus::ElementClickIntercepted
        )
    };
    matches!(error, CmdError::Standard(answer) if is_not_ready(&answer.error)) || is_interruption(error)
}

/// Whether a navigation interrupted the step, in any of the forms that chromedriver reports.
fn is_interruption(error: &CmdError) -> bool {
    let message = match error {
        CmdError::Standard(answer) => answer.message.to_lowercase(),
        // chromedriver reports "aborted by navigation" as an error code, which the specification does not define.
        CmdError::NotW3C(answer) => answer.to_string(),
        _ => return false,
    };
    [
        "aborted by navigation",
        "document unloaded",
        "execution context",
        "context with specified id",
        "frame was detached",
        "frame detached",
        "does not belong to the document",
        "no node with given id",
        "inspected target navigated or closed",
    ]
    .iter()
    .any(|said| message.contains(said))
}

/// Timeout of one step.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

const PAUSE: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use fantoccini::error::WebDriver;

    use super::*;

    fn error(status: &str, message: &str) -> CmdError {
        match status.parse::<ErrorStatus>() {
            Ok(status) => CmdError::Standard(WebDriver::new(status, message.to_owned())),
            Err(_) => CmdError::NotW3C(status.into()),
        }
    }

    #[tokio::test]
    async fn a_step_that_a_navigation_aborts_is_done_again_and_one_that_fails_is_not() {
        for (status, message, attempts) in [
            ("unknown error", "unknown error: aborted by navigation: loader has changed", 3),
            ("aborted by navigation", "", 3),
            ("timeout", "timeout\nfrom aborted by navigation: loader has changed while resolving nodes", 3),
            ("an unknown code", "", 1),
            ("stale element reference", "stale element reference", 3),
            ("no such element", "no such element", 3),
            ("javascript error", "javascript error: document unloaded while waiting for result", 3),
            ("javascript error", "javascript error: x is not defined", 1),
            ("unknown error", "unknown error: net::ERR_CONNECTION_REFUSED", 1),
            ("invalid selector", "invalid selector", 1),
        ] {
            let asked = Cell::new(0);
            let outcome = steadily(async || {
                asked.set(asked.get() + 1);
                if asked.get() < 3 { Err(error(status, message)) } else { Ok(()) }
            });
            assert_eq!(outcome.await.is_ok(), attempts == 3, "{message}");
            assert_eq!(asked.get(), attempts, "{message}");
        }
    }
}
