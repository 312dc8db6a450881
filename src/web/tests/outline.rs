//! Parses tags like a browser, as far as maud generates them: enough to detect a text that breaks out of its context.

/// A tag: its name, with a leading slash if it is an end tag, and its attributes in order.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
}

impl Tag {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The tag without its attribute values.
    pub(super) fn shape(&self) -> String {
        let names = self.attributes.iter().map(|(name, _)| name.as_str());
        std::iter::once(self.name.as_str()).chain(names).collect::<Vec<_>>().join(" ")
    }
}

/// The tags of `html`.
pub(super) fn of(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, left) = tag(after);
        tags.push(tag);
        rest = left;
    }
    tags
}

fn tag(text: &str) -> (Tag, &str) {
    let end = text.find([' ', '>']).unwrap();
    let mut tag = Tag { name: text[..end].to_owned(), attributes: Vec::new() };
    let mut rest = text[end..].trim_start();
    while !rest.starts_with('>') {
        let end = rest.find(['=', ' ', '>']).unwrap();
        let name = rest[..end].to_owned();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let (inside, after) = quoted.split_once('"').unwrap();
            value = inside.to_owned();
            rest = after;
        }
        tag.attributes.push((name, value));
        rest = rest.trim_start();
    }
    (tag, &rest[1..])
}
