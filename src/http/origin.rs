//! Where secrets may go: to https, or to this machine.

use url::{Host, Url};

/// Why an address may not receive a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unprotected {
    /// Plain http to another machine, or no web address at all.
    #[error("must begin with `https://` (plain `http://` is for loopback addresses only)")]
    Plain,
    /// `https://user:password@host`: would be sent as a header of its own, beside ours.
    #[error("must not carry a user name or password")]
    UserInfo,
    /// An address that has no host.
    #[error("must name a host")]
    NoHost,
}

/// Whether this address is on this machine: `localhost`, `127.0.0.0/8` or `::1`.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost")
                || name.to_ascii_lowercase().ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Checks that a secret may be sent to this address.
///
/// # Errors
/// Says what the address must be, to stand after the name of the input that holds it.
pub fn check_protected(url: &Url) -> Result<(), Unprotected> {
    if !url.has_host() {
        return Err(Unprotected::NoHost);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Unprotected::UserInfo);
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        _ => Err(Unprotected::Plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), Unprotected> {
        check_protected(&Url::parse(text).unwrap())
    }

    #[test]
    fn secrets_go_to_https_or_to_this_machine() {
        for good in [
            "https://login.microsoftonline.com",
            "https://10.0.0.1:8443/x",
            "http://127.0.0.1:1",
            "http://127.9.9.9",
            "http://[::1]:80",
            "http://localhost:3000",
            "http://portal.localhost",
            "http://2130706433/",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "http://example.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "ftp://localhost",
            "http://10.0.0.1",
        ] {
            assert_eq!(check(bad), Err(Unprotected::Plain), "{bad}");
        }
        assert_eq!(check("https://user@example.com"), Err(Unprotected::UserInfo));
        assert_eq!(check("https://:pass@example.com"), Err(Unprotected::UserInfo));
        assert_eq!(check("data:text/plain,x"), Err(Unprotected::NoHost));
    }
}
