//! Ids in the form that the services use.

/// A random GUID, version 4.
pub fn new_guid() -> String {
    let (a, b) = (fastrand::u64(..), fastrand::u64(..));
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        b >> 52,
        b & 0xffff_ffff_ffff
    )
}

/// The GUID of the product at this place among all.
pub fn product_guid(index: usize) -> String {
    format!("7a1c0000-0000-4000-8000-{:012x}", index + 1)
}
