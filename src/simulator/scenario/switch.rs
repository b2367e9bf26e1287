//! How a switch is defined: an enum whose first value is the default, each value with the word that
//! a scenario says.

macro_rules! switch {
    ($(#[$doc:meta])* $name:ident {
        $first:ident = $first_word:literal $(, $variant:ident = $word:literal)* $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
        pub enum $name {
            #[default]
            #[serde(rename = $first_word)]
            $first,
            $(#[serde(rename = $word)] $variant,)*
        }
    };
}
pub(super) use switch;
