//! Programs from files: images with their symbols, and sources assembled on the way.

use super::host;
use super::sources::Sources;
use crate::asm::{self, Assembled};
use crate::image::{self, Image, Symbols};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// A program that can be loaded any number of times.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    /// Code, data and declarations.
    pub image: Arc<Image>,
    /// Names and lines.
    pub symbols: Symbols,
    /// Where it came from.
    pub origin: Origin,
    /// What was odd about it.
    pub warnings: Vec<String>,
}

/// Where a program came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file of the host.
    File(PathBuf),
    /// A program that comes with hsxray: a file name.
    Builtin(String),
}

/// Why a program cannot be had.
#[derive(Debug, Error)]
pub enum ProgramError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no good image.
    #[error("{}: {source}", path.display())]
    Image {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: image::ImageError,
    },
    /// It does not assemble; the text names each error with its place.
    #[error("{0}")]
    Assemble(Box<asm::Failure>),
}

impl Program {
    /// Reads a program: `.mvasm` is assembled, anything else is taken for an image.
    ///
    /// # Errors
    /// The file cannot be read, is no image, or does not assemble.
    pub fn read(path: &Path) -> Result<Program, ProgramError> {
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("mvasm")) {
            return Program::assemble(path, &mut host::read, Origin::File(path.to_owned()));
        }
        let bytes = host::read(path).map_err(|source| ProgramError::Read { path: path.to_owned(), source })?;
        let image = image::read(&bytes).map_err(|source| ProgramError::Image { path: path.to_owned(), source })?;
        let (symbols, warnings) = sidecar(path, &image);
        Ok(Program { image: Arc::new(image), symbols, origin: Origin::File(path.to_owned()), warnings })
    }

    /// Assembles a source that comes with hsxray.
    ///
    /// # Errors
    /// It does not assemble.
    pub fn builtin(name: &str, text: &str) -> Result<Program, ProgramError> {
        let mut read = |_: &Path| Ok(text.as_bytes().to_vec());
        Program::assemble(Path::new(name), &mut read, Origin::Builtin(name.to_owned()))
    }

    fn assemble(
        path: &Path,
        read: &mut dyn FnMut(&Path) -> std::io::Result<Vec<u8>>,
        origin: Origin,
    ) -> Result<Program, ProgramError> {
        let inputs = [path.to_owned()];
        match asm::assemble(&inputs, &asm::Options::default(), read) {
            Ok(Assembled { image, symbols, warnings, .. }) => {
                let warnings = warnings.iter().map(ToString::to_string).collect();
                Ok(Program { image: Arc::new(image), symbols, origin, warnings })
            }
            Err(failure) => Err(ProgramError::Assemble(Box::new(failure))),
        }
    }

    /// The program read again from where it came from.
    ///
    /// # Errors
    /// As for [`Program::read`].
    pub fn again(&self) -> Result<Program, ProgramError> {
        match &self.origin {
            Origin::File(path) => Program::read(path),
            Origin::Builtin(_) => Ok(self.clone()),
        }
    }

    /// Reads the source files that could not be read, as far as they are found now; false if none was.
    pub fn find_sources(&mut self, sources: &Sources) -> bool {
        let beside = match &self.origin {
            Origin::File(path) => path.parent(),
            Origin::Builtin(_) => None,
        };
        let mut found = false;
        for file in self.symbols.files.iter_mut().filter(|f| f.text.is_none()) {
            file.text = sources.read(beside, &file.path);
            found |= file.text.is_some();
        }
        found
    }

    /// File name, for titles.
    #[must_use]
    pub fn origin(&self) -> String {
        match &self.origin {
            Origin::File(path) => path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned()),
            Origin::Builtin(name) => name.clone(),
        }
    }

    /// File name without its ending: the task's name when the image has none.
    #[must_use]
    pub fn stem(&self) -> String {
        let name = self.origin();
        Path::new(&name).file_stem().map_or(name.clone(), |s| s.to_string_lossy().into_owned())
    }
}

/// The symbol file beside an image, and the source files it names, as far as they can be read.
fn sidecar(path: &Path, image: &Image) -> (Symbols, Vec<String>) {
    let file = path.with_extension("sym");
    let Ok(text) = host::read_text(&file) else { return (Symbols::default(), Vec::new()) };
    match image::read_sym(&text, image) {
        Ok((mut symbols, warnings)) => {
            for source in &mut symbols.files {
                source.text = Sources::default().read(path.parent(), &source.path);
            }
            (symbols, warnings)
        }
        Err(e) => (Symbols::default(), vec![format!("{}: {e}", file.display())]),
    }
}
