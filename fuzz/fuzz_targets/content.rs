#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| offer_release_fuzz::content::check(data));
