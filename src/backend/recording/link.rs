//! A recording in an address: packed into letters, behind the `#`, which no browser sends to a server. A link may
//! be made to do harm, so what comes of it is bounded before it is read, and does nothing by itself.

use super::{Recording, RecordingError};
use crate::executive::Config;
use crate::limits::{LINK, LINK_TEXT, LINK_TRACE, LINK_TURNS};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};

/// How hard to try to make it short, of 10.
const EFFORT: u8 = 10;

/// A recording that came as a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Linked {
    /// The recording, without what a link may not bring.
    pub recording: Recording,
    /// What of it was left out, a sentence each.
    pub dropped: Vec<String>,
}

impl Recording {
    /// The recording in letters, digits, `-` and `_`.
    ///
    /// # Errors
    /// It is too long for a link, or has a machine that is larger than the usual one.
    pub fn packed(&self) -> Result<String, RecordingError> {
        let text = self.text();
        LINK_TEXT.check(text.len() as u64)?;
        self.is_usual()?;
        let packed = URL_SAFE_NO_PAD.encode(compress_to_vec(text.as_bytes(), EFFORT));
        LINK.check(packed.len() as u64)?;
        Ok(packed)
    }

    /// The recording that was packed so. Commands of its stops are dropped, and named.
    ///
    /// # Errors
    /// It is damaged, too long, or has a machine that is larger than the usual one.
    pub fn unpacked(packed: &str) -> Result<Linked, RecordingError> {
        LINK.check(packed.len() as u64)?;
        let damaged = |what: &str| RecordingError::Link(what.to_owned());
        let bytes = URL_SAFE_NO_PAD.decode(packed).map_err(|_| damaged("it was cut or changed on its way"))?;
        let most = usize::try_from(LINK_TEXT.most).unwrap_or(usize::MAX);
        let text = decompress_to_vec_with_limit(&bytes, most).map_err(|e| match e.status {
            TINFLStatus::HasMoreOutput => RecordingError::Over(LINK_TEXT.over()),
            _ => damaged("it was cut or changed on its way"),
        })?;
        let text = String::from_utf8(text).map_err(|_| damaged("it is not text"))?;
        let mut recording = Recording::parse(&text)?;
        recording.is_usual()?;
        let dropped = recording.drop_commands();
        Ok(Linked { recording, dropped })
    }

    /// Without the texts of sources: shorter, and for exercises whose source is not to be shown.
    #[must_use]
    pub fn without_sources(mut self) -> Recording {
        for file in self.programs.iter_mut().flat_map(|program| &mut program.symbols.files) {
            file.text = None;
        }
        self
    }

    /// Whether its run and its machine are not larger than those that a link may bring.
    fn is_usual(&self) -> Result<(), RecordingError> {
        let usual = Config::default().limits;
        LINK_TURNS.check(self.end.turn)?;
        LINK_TRACE.check(u64::from(self.config.trace))?;
        let sizes = [
            (u64::from(self.config.max_descriptors), u64::from(usual.max_descriptors), "mailboxes"),
            (u64::from(self.config.handles_per_pid), u64::from(usual.handles_per_pid), "handles of a task"),
            (u64::from(self.config.default_capacity), u64::from(usual.default_capacity), "bytes of a mailbox"),
        ];
        match sizes.iter().find(|(there, usual, _)| there > usual) {
            Some((there, usual, what)) => {
                Err(RecordingError::Link(format!("{there} {what}: a link may have a machine with {usual}")))
            }
            None => Ok(()),
        }
    }

    fn drop_commands(&mut self) -> Vec<String> {
        let dropped = |(i, stop): (usize, &mut super::Stop)| {
            let commands = std::mem::take(&mut stop.commands);
            let told = format!("the commands of stop {} were left out: {}", i + 1, commands.join("; "));
            (!commands.is_empty()).then_some(told)
        };
        self.stops.iter_mut().enumerate().filter_map(dropped).collect()
    }
}
