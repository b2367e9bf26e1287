//! Dates as headers and JSON bodies write them.

use jiff::Timestamp;

/// A date as HTTP headers write it.
pub fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A date to the second, as GitHub and Microsoft Entra write it.
pub fn to_the_second(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_carries_a_date_of_rfc_9110() {
        let time = "2017-03-28T19:50:36.5000521Z".parse().unwrap();
        assert_eq!(http_date(time), "Tue, 28 Mar 2017 19:50:36 GMT");
    }
}
