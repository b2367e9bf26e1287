#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| offer_release_fuzz::portal_answers::check(data));
