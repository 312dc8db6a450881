//! The annotated example of the configuration file.

use super::{
    declaration::{DefaultValue, Key, KeyTable, Secrecy},
    key_path::{join, variable},
    keys::TABLES,
};

/// A complete `config.toml`: every key with its description, commented out with its default or an example.
#[must_use]
pub fn example() -> String {
    let mut text = HEAD.to_owned();
    for table in TABLES {
        text.push('\n');
        push_table(&mut text, table);
    }
    text
}

fn push_table(text: &mut String, table: &KeyTable) {
    push_comment(text, table.description);
    match (table.name, table.is_list) {
        ("", _) => {}
        (name, true) => text.push_str(&format!("#[[{name}]]\n")),
        (name, false) => text.push_str(&format!("[{name}]\n")),
    }
    for key in table.keys {
        text.push('\n');
        push_key(text, table, key);
    }
}

fn push_key(text: &mut String, table: &KeyTable, key: &Key) {
    push_comment(text, key.description);
    if key.secrecy == Secrecy::EnvironmentOnly {
        let variable = variable(&join(table.name, key.name));
        push_comment(text, &format!("Not in this file: set {variable} or {variable}_FILE."));
        return;
    }
    push_comment(text, &format!("Type: {}.", key.kind.describe()));
    let value = match key.default {
        DefaultValue::Fixed(value) => value,
        DefaultValue::Derived(default, example) => {
            push_comment(text, &format!("Default: {default}."));
            example
        }
        DefaultValue::Unset(example) => {
            push_comment(text, "Default: not set.");
            example
        }
        DefaultValue::Required(example) => {
            push_comment(text, "Required.");
            example
        }
    };
    text.push_str(&format!("#{} = {value}\n", key.name));
}

/// `comment` in lines of moderate length.
fn push_comment(text: &mut String, comment: &str) {
    let mut width = 0;
    for word in comment.split(' ') {
        if width == 0 || width + word.len() + 1 > WIDTH {
            text.push_str(if width == 0 { "# " } else { "\n# " });
            width = 2;
        } else {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += word.len();
    }
    text.push('\n');
}

const WIDTH: usize = 110;

const HEAD: &str = "\
# The configuration of Signet with every key. A value that is commented out is the default, or an example if the
# default is given above it. Remove the `#` directly before a key to set it.
";
