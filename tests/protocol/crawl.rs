//! Finds every page and form by following links.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    outline,
    visitor::{Page, Visitor},
};

/// A form of a page, as a browser would submit it.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// The page that contains the form.
    pub(crate) page: String,
    pub(crate) action: String,
    pub(crate) has_file: bool,
    fields: Vec<(String, String)>,
    /// The names of the fields into which a text is typed.
    pub(crate) texts: Vec<String>,
}

impl Form {
    /// The value of a field.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The fields to submit, with some of them changed or removed.
    pub(crate) fn with<'a>(&'a self, changes: &[(&'a str, Option<&'a str>)]) -> Vec<(&'a str, &'a str)> {
        let mut pairs: Vec<_> = self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        for (name, value) in changes {
            pairs.retain(|(known, _)| known != name);
            pairs.extend(value.map(|value| (*name, value)));
        }
        pairs
    }

    /// Submits the form with `pairs` and `headers`.
    pub(crate) async fn send(&self, browser: &mut Visitor, pairs: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        if self.has_file {
            browser.upload_with(&self.action, pairs, b"", headers).await
        } else {
            browser.post_with(&self.action, pairs, headers).await
        }
    }
}

/// The forms of the page at `path`.
pub(crate) fn forms(path: &str, html: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut is_inside = false;
    for tag in outline::of(html) {
        let text = |name: &str| plain(tag.attribute(name).unwrap_or_default());
        match tag.name.as_str() {
            "form" if tag.attribute("method") == Some("post") => {
                is_inside = true;
                let has_file = tag.attribute("enctype").is_some();
                forms.push(Form {
                    page: path.to_owned(),
                    action: text("action"),
                    has_file,
                    fields: Vec::new(),
                    texts: Vec::new(),
                });
            }
            "/form" => is_inside = false,
            "input" | "button" | "select" | "textarea" if is_inside && tag.attribute("name").is_some() => {
                let form = forms.last_mut().unwrap();
                let kind = tag.attribute("type").unwrap_or("text");
                let is_text = tag.name == "textarea" || (tag.name == "input" && TEXTS.contains(&kind));
                form.texts.extend(is_text.then(|| text("name")));
                let is_file = tag.attribute("type") == Some("file");
                if !is_file && !form.fields.iter().any(|(known, _)| *known == text("name")) {
                    form.fields.push((text("name"), text("value")));
                }
            }
            _ => {}
        }
    }
    forms
}

/// Every page that `browser` reaches from `beginnings`, by URL.
pub(crate) async fn pages(browser: &mut Visitor, beginnings: &[&str]) -> BTreeMap<String, Page> {
    let mut waiting: Vec<String> = beginnings.iter().map(|path| (*path).to_owned()).collect();
    let mut known: BTreeSet<String> = waiting.iter().cloned().collect();
    let mut pages = BTreeMap::new();
    while let Some(path) = waiting.pop() {
        assert!(pages.len() < 400, "the pages never end: {known:?}");
        let page = browser.get(&path).await;
        if page.status != 200 || !page.header("content-type").starts_with("text/html") {
            continue;
        }
        for tag in outline::of(&page.html).iter().filter(|tag| tag.name == "a") {
            let link = plain(tag.attribute("href").unwrap_or_default());
            let link = link.split('#').next().unwrap().to_owned();
            if link.starts_with('/') && !FOREIGN.iter().any(|path| link.starts_with(path)) && known.insert(link.clone())
            {
                waiting.push(link);
            }
        }
        pages.insert(path, page);
    }
    pages
}

/// Decodes the text of an attribute.
fn plain(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// The types of text fields whose values may be shown again.
const TEXTS: [&str; 5] = ["text", "email", "url", "tel", "search"];

/// URLs that are not pages of this server, or that download a file.
const FOREIGN: [&str; 4] = ["/docs", "/openapi", "/assets", "/account/data/copy"];
