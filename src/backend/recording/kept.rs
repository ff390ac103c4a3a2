//! Single programs, and whole recordings, in letters: for sessions that are opened again.

use super::open::program;
use super::store::embed;
use super::{Embedded, RecordingError};
use crate::backend::Program;
use crate::limits::FILE;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use std::sync::Arc;

/// How hard to try to make it short, of 10: it is done while a user works.
const EFFORT: u8 = 6;

/// A text in letters, digits, `-` and `_`.
#[must_use]
pub fn packed_text(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(compress_to_vec(text.as_bytes(), EFFORT))
}

/// The text that was packed so; `None` if it was damaged, or is larger than any file that is read.
#[must_use]
pub fn unpacked_text(packed: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(packed).ok()?;
    let most = usize::try_from(FILE.most).unwrap_or(usize::MAX);
    String::from_utf8(decompress_to_vec_with_limit(&bytes, most).ok()?).ok()
}

impl Program {
    /// The program in letters, with all that is known of it.
    pub(in crate::backend) fn packed(&self) -> Result<String, RecordingError> {
        // Numbers and text always can be written.
        Ok(packed_text(&serde_json::to_string(&embed(self)?).unwrap_or_default()))
    }

    /// The program that was packed so.
    pub(in crate::backend) fn unpacked(packed: &str) -> Result<Program, RecordingError> {
        let damaged = || RecordingError::Bad("a kept program is damaged".into());
        let text = unpacked_text(packed).ok_or_else(damaged)?;
        let embedded: Embedded = serde_json::from_str(&text).map_err(|e| RecordingError::Bad(e.to_string()))?;
        program(embedded).map(Arc::unwrap_or_clone)
    }
}
