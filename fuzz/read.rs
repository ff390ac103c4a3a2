//! The fuzzer's way into one of the readers: that which `HSXRAY_READER` names.

#![no_main]

mod readers;

use readers::{READERS, Reader};
use std::sync::LazyLock;

static CHOSEN: LazyLock<Reader> = LazyLock::new(|| {
    let name = std::env::var("HSXRAY_READER").unwrap_or_default();
    let names = || READERS.map(|(name, _)| name).join(", ");
    *READERS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("HSXRAY_READER is one of {}", names()))
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (CHOSEN.1)(bytes));
