//! Accessibility checks with axe-core: the automatically testable rules of WCAG 2.2 AA, and best practices.

use std::sync::{
    LazyLock,
    atomic::{AtomicUsize, Ordering},
};

use fantoccini::Client;
use serde_json::Value;

use super::{npm, steady::steadily};

/// The source of axe-core. `None` if Node is not installed.
static SOURCE: LazyLock<Option<String>> = LazyLock::new(|| {
    let folder = npm::installed("tests/browser/axe-core")?;
    Some(std::fs::read_to_string(folder.join("node_modules/axe-core/axe.min.js")).unwrap())
});

static CHECKED: AtomicUsize = AtomicUsize::new(0);

/// Checks the page that `client` shows. `name` identifies it in messages.
pub(crate) async fn check(client: &Client, name: &str) {
    let Some(source) = SOURCE.as_ref() else { return };
    let script = format!(
        "{source}; const done = arguments[arguments.length - 1]; const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', \
         'wcag22aa', 'best-practice']; axe.run(document, {{ runOnly: tags, resultTypes: ['violations'] }}).then(found => \
         done(found.violations.map(one => one.id + ': ' + one.help + ' ' + one.nodes.map(node => node.html).join(' '))), \
         failed => done(['axe-core: ' + failed]));"
    );
    let found = steadily(async || client.execute_async(&script, Vec::new()).await).await.unwrap();
    let violations = found.as_array().unwrap().iter().filter_map(Value::as_str).collect::<Vec<_>>();
    assert!(violations.is_empty(), "{name}:\n{}", violations.join("\n"));
    CHECKED.fetch_add(1, Ordering::Relaxed);
}

/// Prints how many pages this process has checked so far.
pub(crate) fn tell() {
    println!("axe-core: {} pages checked, no violation", CHECKED.load(Ordering::Relaxed));
}
