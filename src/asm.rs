//! The assembler: source text to an [`Image`] and back.
//!
//! Reads no files itself: the caller hands in a reader. All errors of all files are found in one
//! go, each with its place.

mod debug;
mod diagnostic;
mod directive;
mod disassemble;
mod line;
mod link;
mod metadata;
mod module;
mod operand;
mod report;
mod source;
mod token;

pub use debug::{DebugFile, DebugFileError};
pub use diagnostic::{Diagnostic, Failure, Severity, Span};
pub use disassemble::{disassemble, listing};
pub use source::Files;

use crate::image::{Image, Symbols};
use std::io;
use std::path::{Path, PathBuf};

/// What can be chosen for an image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Application name; without one the stem of the first source.
    pub name: Option<String>,
    /// Only one task at a time may run the image.
    pub single_instance: bool,
    /// Capability bits to ask for.
    pub req_caps: u32,
    /// Read escapes in strings as the reference does, which repeats each escape's last character.
    pub reference_escapes: bool,
}

/// An assembled program.
#[derive(Debug, Clone)]
pub struct Assembled {
    /// The image, with its checksum.
    pub image: Image,
    /// All labels and the source line of each instruction, with the sources' text.
    pub symbols: Symbols,
    /// The code of each source, by its file name without directory and ending.
    pub modules: Vec<(String, std::ops::Range<u32>)>,
    /// What is odd but allowed.
    pub warnings: Vec<Diagnostic>,
    /// The sources, to show warnings in.
    pub files: Files,
}

/// Assembles sources, each a module, and links them into one image.
///
/// # Errors
/// Everything that is wrong with the sources.
pub fn assemble(
    inputs: &[PathBuf],
    options: &Options,
    read: &mut dyn FnMut(&Path) -> io::Result<Vec<u8>>,
) -> Result<Assembled, Failure> {
    let mut files = Files::default();
    let mut found = Vec::new();
    let modules: Vec<_> = inputs
        .iter()
        .map(|path| {
            let rows = source::expand(path, &mut files, read, &mut found, options);
            module::build(&rows, &files, options, &mut found)
        })
        .collect();
    let stem = inputs.first().and_then(|p| p.file_stem()).map(|s| s.to_string_lossy().into_owned());
    let name = options.name.clone().or(stem).filter(|n| !n.is_empty());
    let linked = link::link(&modules, name, options, &files, &mut found);
    let (errors, warnings): (Vec<_>, Vec<_>) = found.into_iter().partition(|d| d.severity == Severity::Error);
    match linked {
        Some((image, symbols)) if errors.is_empty() => {
            let modules = ranges(inputs, &modules);
            Ok(Assembled { image, symbols, modules, warnings, files })
        }
        _ => Err(Failure::new(errors, files)),
    }
}

/// The code of each source.
fn ranges(inputs: &[PathBuf], modules: &[module::Module]) -> Vec<(String, std::ops::Range<u32>)> {
    let mut start = 0;
    let range = |(path, module): (&PathBuf, &module::Module)| {
        let range = start..start + 4 * module.code.len() as u32;
        start = range.end;
        (path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(), range)
    };
    inputs.iter().zip(modules).map(range).collect()
}
