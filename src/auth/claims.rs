//! What a token says of itself. Nothing is verified: the claims are for messages and for lifetimes,
//! never for trust.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jiff::Timestamp;
use serde_json::Value;

use crate::http;
use crate::ids::RepositoryIds;

/// JWTs are written without padding; some issuers pad nevertheless.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Longest claim that is shown, in characters; a subject with owner, repository and environment
/// stays below.
const LONGEST_CLAIM: usize = 255;

/// The claims that decide whether Entra knows a token, and its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    /// `iss`: the issuer.
    pub issuer: Option<String>,
    /// Whom it is about.
    pub subject: Option<String>,
    /// For whom it is; several are joined by commas.
    pub audience: Option<String>,
    /// `exp`: when the token ends.
    pub expires: Option<Timestamp>,
    /// The numbers of repository and owner, which GitHub's tokens have.
    pub ids: Option<RepositoryIds>,
}

impl Claims {
    /// Reads the middle part of a JWT; `None` if it is not one.
    #[must_use]
    pub fn of(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_, payload, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next())
        else {
            return None;
        };
        let claims = http::read_json(&LENIENT.decode(payload).ok()?)?;
        claims.is_object().then(|| Self {
            issuer: read_text(&claims["iss"]),
            subject: read_text(&claims["sub"]),
            audience: read_text(&claims["aud"]),
            expires: read_end(&claims["exp"]),
            ids: read_ids(&claims),
        })
    }
}

/// One line of bounded length: claims are whatever the issuer wrote.
fn read_text(claim: &Value) -> Option<String> {
    let text = match claim {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        _ => return None,
    };
    Some(text.chars().filter(|c| !c.is_control()).take(LONGEST_CLAIM).collect())
}

fn read_ids(claims: &Value) -> Option<RepositoryIds> {
    let number = |key: &str| claims[key].as_u64().or_else(|| claims[key].as_str()?.parse().ok());
    Some(RepositoryIds {
        owner: number("repository_owner_id")?,
        repository: number("repository_id")?,
    })
}

fn read_end(claim: &Value) -> Option<Timestamp> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "saturates, and what is out of range is no timestamp"
    )]
    let second = claim.as_i64().or_else(|| claim.as_f64().map(|second| second as i64))?;
    Timestamp::from_second(second).ok()
}

impl std::fmt::Display for Claims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |claim: &Option<String>| {
            claim.as_ref().map_or_else(|| "missing".to_owned(), |text| format!("`{text}`"))
        };
        write!(
            f,
            "iss {}, sub {}, aud {}",
            shown(&self.issuer),
            shown(&self.subject),
            shown(&self.audience)
        )
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// A JWT with these claims and a signature that nobody checks.
    pub(crate) fn jwt(claims: &Value) -> String {
        format!(
            "{}.{}.{}",
            URL_SAFE_NO_PAD.encode("{}"),
            URL_SAFE_NO_PAD.encode(claims.to_string()),
            "c2lnbmF0dXJl"
        )
    }

    #[test]
    fn reads_what_entra_compares() {
        let token = jwt(&json!({
            "iss": "https://i",
            "sub": "repo:o/r:environment:é",
            "aud": "api://x",
            "exp": 1_800_000_000,
        }));
        let claims = Claims::of(&token).unwrap();
        assert_eq!(
            claims.to_string(),
            "iss `https://i`, sub `repo:o/r:environment:é`, aud `api://x`"
        );
        assert_eq!(claims.expires, Some("2027-01-15T08:00:00Z".parse().unwrap()));
    }

    #[test]
    fn claims_may_be_missing_or_odd() {
        let claims =
            Claims::of(&jwt(&json!({"aud": ["a", 1, "b\n\u{1b}[0m"], "sub": 7, "exp": 1.8e9})))
                .unwrap();
        assert_eq!(claims.to_string(), "iss missing, sub missing, aud `a, b[0m`");
        assert!(claims.expires.is_some());
        assert_eq!(Claims::of(&jwt(&json!({"exp": 1e300}))).unwrap().expires, None);
        let long = Claims::of(&jwt(&json!({"sub": "ä".repeat(9000)}))).unwrap();
        assert_eq!(long.subject.unwrap().chars().count(), LONGEST_CLAIM);
    }

    #[test]
    fn other_tokens_have_no_claims() {
        for token in ["", "opaque", "a.b", "a.b.c", "a.e30.c.d", "a.W10.c", "a.!!.c"] {
            assert_eq!(Claims::of(token), None, "{token}");
        }
        assert_eq!(Claims::of("a.e30=.c"), Some(Claims::default()));
    }

    proptest! {
        #[test]
        fn never_panics(token in "[A-Za-z0-9_.=-]{0,80}") {
            let _ = Claims::of(&token);
        }
    }
}
