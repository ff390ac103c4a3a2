//! Programs from files: images with their symbols, and sources assembled on the way.

use super::host;
use super::sources::Sources;
use crate::asm::{self, Assembled};
use crate::image::{self, Image, Symbols};
use crate::limits::{FILE, INCLUDED};
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
    /// No file that could be read again: a program that comes with hsxray, one of a recording or a pipe. Its name.
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
    /// It is no symbol file.
    #[error("{}: {source}", path.display())]
    Symbols {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: image::SymError,
    },
    /// It does not assemble; the text names each error with its place.
    #[error("{0}")]
    Assemble(Box<asm::Failure>),
}

impl Program {
    /// Reads a program, an image or a source.
    ///
    /// # Errors
    /// The file cannot be read, is no image, or does not assemble.
    pub fn read(path: &Path) -> Result<Program, ProgramError> {
        let bytes = host::read(path, &FILE).map_err(|source| ProgramError::Read { path: path.to_owned(), source })?;
        Program::of(path, bytes)
    }

    /// A program from the bytes of a file or pipe.
    ///
    /// # Errors
    /// They are no image, or do not assemble.
    pub fn of(path: &Path, bytes: Vec<u8>) -> Result<Program, ProgramError> {
        let origin = match host::is_file(path) {
            true => Origin::File(path.to_owned()),
            false => Origin::Builtin(path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()),
        };
        if is_image(path, &bytes) {
            let image = image::read(&bytes).map_err(|source| ProgramError::Image { path: path.to_owned(), source })?;
            let (symbols, warnings) = sidecar(path, &image);
            return Ok(Program { image: Arc::new(image), symbols, origin, warnings });
        }
        // A pipe gives its bytes once; what follows are included files.
        let mut source = Some(bytes);
        let mut read = |p: &Path| source.take().map_or_else(|| host::read(p, &INCLUDED), Ok);
        Program::assemble(path, &mut read, origin)
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
            let Some((text, path)) = sources.read(beside, &file.path) else { continue };
            let image = if let Origin::File(image) = &self.origin { Some(image) } else { None };
            file.newer = image.is_some_and(|image| host::is_newer(&path, image));
            file.text = Some(text);
            found = true;
        }
        found
    }

    /// Takes names and lines from a symbol file; what is odd about it.
    ///
    /// # Errors
    /// It cannot be read, or is no symbol file.
    pub fn take_symbols(&mut self, file: &Path) -> Result<Vec<String>, ProgramError> {
        let bytes = host::read(file, &FILE).map_err(|source| ProgramError::Read { path: file.to_owned(), source })?;
        let wrong = |source| ProgramError::Symbols { path: file.to_owned(), source };
        let text = String::from_utf8_lossy(&bytes);
        let (symbols, warnings) = image::read_sym(text.trim_start_matches('\u{FEFF}'), &self.image).map_err(wrong)?;
        self.symbols = symbols;
        self.find_sources(&Sources::default());
        Ok(warnings)
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

/// Whether bytes are those of an image, by their content and then by the file's name.
fn is_image(path: &Path, bytes: &[u8]) -> bool {
    let ends = |ending: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending));
    bytes.starts_with(b"HSXE") || !ends("mvasm") && (ends("hxe") || bytes.contains(&0))
}

/// The symbol file beside an image, and the source files it names, as far as they can be read.
fn sidecar(path: &Path, image: &Image) -> (Symbols, Vec<String>) {
    let file = path.with_extension("sym");
    let text = match host::read(&file, &FILE) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return (Symbols::default(), Vec::new()),
        Err(e) => return (Symbols::default(), vec![format!("{}: {e}", file.display())]),
    };
    match image::read_sym(text.trim_start_matches('\u{FEFF}'), image) {
        Ok((mut symbols, mut warnings)) => {
            for source in &mut symbols.files {
                let Some((text, place)) = Sources::default().read(path.parent(), &source.path) else { continue };
                source.text = Some(text);
                source.newer = host::is_newer(&place, path);
                if source.newer {
                    let what = "is newer than the image: its lines may have moved";
                    warnings.push(format!("the source {} {what}", place.display()));
                }
            }
            (symbols, warnings)
        }
        Err(e) => (Symbols::default(), vec![format!("{}: {e}", file.display())]),
    }
}
