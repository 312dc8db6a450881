//! Enumerations whose values have names in JSON, in forms and in the database.

/// Declares an enumeration with the name of each value. `serde`, `as_str` and `parse` all use this name.
macro_rules! wire_names {
    ($(#[$meta:meta])* pub enum $Enum:ident { $($(#[$about:meta])* $variant:ident = $name:literal,)+ }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, ::serde::Serialize, ::serde::Deserialize)]
        $(#[$meta])*
        pub enum $Enum { $($(#[$about])* #[serde(rename = $name)] $variant,)+ }

        impl $Enum {
            /// All values.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// Returns the name, which does not change between versions.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Returns the value with this name, if there is one.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|value| value.as_str() == name)
            }
        }
    };
}

pub(crate) use wire_names;

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macro declares public types")]
mod tests {
    wire_names! {
        /// A colour.
        #[derive(Default)]
        pub enum Colour {
            #[default]
            Red = "red",
            /// Another colour.
            DeepBlue = "deep-blue",
        }
    }

    #[test]
    fn a_name_is_the_same_everywhere() {
        for (colour, name) in [(Colour::Red, "red"), (Colour::DeepBlue, "deep-blue")] {
            assert_eq!((colour.as_str(), Colour::parse(name)), (name, Some(colour)));
            assert_eq!(serde_json::to_value(colour).unwrap(), name);
            assert_eq!(serde_json::from_value::<Colour>(name.into()).unwrap(), colour);
        }
        assert_eq!((Colour::parse("green"), Colour::default()), (None, Colour::Red));
    }
}
