//! What a plain (unquoted) text means by the core schema of YAML 1.2 (10.3.2).

/// The type of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Null,
    Boolean,
    Number,
    Text,
}

/// The type of a plain text. A quoted one is always [`Type::Text`].
pub fn classify_plain(text: &str) -> Type {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Type::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Type::Boolean,
        _ if is_number(text) => Type::Number,
        _ => Type::Text,
    }
}

fn is_number(text: &str) -> bool {
    let of = |digits: &str, allowed: fn(&char) -> bool| {
        !digits.is_empty() && digits.chars().all(|c| allowed(&c))
    };
    if let Some(digits) = text.strip_prefix("0o") {
        return of(digits, |c| c.is_digit(8));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return of(digits, char::is_ascii_hexdigit);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (mantissa, exponent) =
        unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    let exponent = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_texts_have_the_types_of_yaml_1_2() {
        for text in [
            "0", "123", "-7", "+7", "007", "0o17", "0xFf", "1.5", ".5", "5.", "1e3", "-1.5E-3",
            ".inf", "-.INF", ".nan",
        ] {
            assert_eq!(classify_plain(text), Type::Number, "{text}");
        }
        for text in ["true", "FALSE", "True"] {
            assert_eq!(classify_plain(text), Type::Boolean, "{text}");
        }
        for text in ["", "~", "null"] {
            assert_eq!(classify_plain(text), Type::Null, "{text}");
        }
        for text in [
            "yes", "on", "tRUE", "nUll", "1_000", "0b1", "0o8", "0x", ".", "-", "e3", "1e",
            "1.2.3", "-.nan", "12:30",
        ] {
            assert_eq!(classify_plain(text), Type::Text, "{text}");
        }
    }
}
