//! Programs from files: images with their symbols, and sources assembled on the way.

use super::host::{self, Stamp};
use super::sources::Sources;
use super::toolchain::{self, Compiled};
use crate::asm::{self, Assembled};
use crate::debug_info::{self, DebugInfo};
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
    /// What is known of a C program beyond them.
    pub debug: Arc<DebugInfo>,
    /// Where it came from.
    pub origin: Origin,
    /// What was odd about it.
    pub warnings: Vec<String>,
    /// The files that it is made of, as they were when it was read.
    pub read: Vec<(PathBuf, Stamp)>,
}

/// What the C compiler says of a program that comes with hsxray.
#[derive(Debug, Clone, Copy)]
pub struct CSource<'t> {
    /// The name of its C source.
    pub file: &'t str,
    /// The C source.
    pub text: &'t str,
    /// The compiler's `.dbg`.
    pub debug: &'t str,
    /// The compiler's `.ll`.
    pub llvm: &'t str,
}

/// Where a program came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file of the host.
    File(PathBuf),
    /// Sources of the host that are compiled and linked.
    Sources(Vec<PathBuf>),
    /// No file that could be read again: a program that comes with hsxray, one of a recording or a pipe. Its name.
    Builtin(String),
}

/// Why a program is not available.
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
    /// It is not a valid image.
    #[error("{}: {source}", path.display())]
    Image {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: image::ImageError,
    },
    /// It is not a symbol file.
    #[error("{}: {source}", path.display())]
    Symbols {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: image::SymError,
    },
    /// What the C compiler says does not fit the source.
    #[error(transparent)]
    Debug(#[from] asm::DebugFileError),
    /// A C source was not compiled.
    #[error(transparent)]
    Build(#[from] super::toolchain::BuildError),
    /// It does not assemble; the text names each error with its place.
    #[error("{0}")]
    Assemble(Box<asm::Failure>),
}

/// Files as they are now, each once.
fn stamps<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Vec<(PathBuf, Stamp)> {
    let mut read: Vec<(PathBuf, Stamp)> = Vec::new();
    for path in paths {
        if !read.iter().any(|(known, _)| known == path) {
            read.extend(host::stamp(path).map(|stamp| (path.to_owned(), stamp)));
        }
    }
    read
}

impl Program {
    /// The first of its files that has been written since it was read, with its stamp now.
    #[must_use]
    pub fn changed(&self) -> Option<(PathBuf, Stamp)> {
        self.read.iter().find_map(|(path, then)| {
            let now = host::stamp(path).filter(|now| now != then)?;
            Some((path.clone(), now))
        })
    }

    /// Reads a program, an image or a source.
    ///
    /// # Errors
    /// The file cannot be read, is not an image, or does not assemble.
    pub fn read(path: &Path) -> Result<Program, ProgramError> {
        let bytes = host::read(path, &FILE).map_err(|source| ProgramError::Read { path: path.to_owned(), source })?;
        Program::of(path, bytes)
    }

    /// A program from the bytes of a file or pipe.
    ///
    /// # Errors
    /// They are not an image, or do not assemble.
    pub fn of(path: &Path, bytes: Vec<u8>) -> Result<Program, ProgramError> {
        if path.extension().is_some_and(|e| e == "c") && host::is_file(path) {
            return Program::of_sources(&[path.to_owned()]);
        }
        let origin = match host::is_file(path) {
            true => Origin::File(path.to_owned()),
            false => Origin::Builtin(path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()),
        };
        if is_image(path, &bytes) {
            let image = image::read(&bytes).map_err(|source| ProgramError::Image { path: path.to_owned(), source })?;
            let (symbols, stored, mut warnings) = sidecar(path, &image);
            let (debug, more) = debug_of(stored, &image, &symbols, &mut |file| beside(path, file));
            warnings.extend(more);
            warnings.extend(super::frames::growths(&image, &symbols));
            let debug = Arc::new(debug);
            let mut program =
                Program { image: Arc::new(image), symbols, debug, origin, warnings, read: stamps([path]) };
            program.find_sources(&Sources::default());
            return Ok(program);
        }
        // A pipe gives its bytes once; what follows are included files.
        let mut source = Some(bytes);
        let mut read = |p: &Path| source.take().map_or_else(|| host::read(p, &INCLUDED), Ok);
        Program::assemble(path, &mut read, origin)
    }

    /// The file it came from, if it can be read again.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.origin {
            Origin::File(path) => Some(path),
            Origin::Sources(paths) => paths.first().map(PathBuf::as_path),
            Origin::Builtin(_) => None,
        }
    }

    /// Assembles a source that comes with hsxray.
    ///
    /// # Errors
    /// It does not assemble.
    pub fn builtin(name: &str, text: &str) -> Result<Program, ProgramError> {
        let mut read = |_: &Path| Ok(text.as_bytes().to_vec());
        Program::assemble(Path::new(name), &mut read, Origin::Builtin(name.to_owned()))
    }

    /// Assembles a source that comes with hsxray and that the C compiler has made, with what that says of it.
    ///
    /// # Errors
    /// It does not assemble, or the compiler's files do not fit it.
    pub fn builtin_c(name: &str, text: &str, c: &CSource<'_>) -> Result<Program, ProgramError> {
        Program::linked(name, text, c, Origin::Builtin(name.to_owned()))
    }

    /// Links the sources of a program, those of C compiled by the user's tools.
    ///
    /// # Errors
    /// A source is not compiled, does not assemble, or the compiler's files do not fit it.
    pub fn of_sources(sources: &[PathBuf]) -> Result<Program, ProgramError> {
        let compiled = Compiled::new(sources, None)?;
        let failed = |failure| ProgramError::Assemble(Box::new(failure));
        let options = asm::Options::default();
        let mut assembled =
            asm::assemble(&compiled.modules, &options, &mut |path| compiled.read(path)).map_err(failed)?;
        if compiled.is_of_c() {
            assembled.attach(&compiled.debug)?;
        }
        let Assembled { image, symbols, warnings, .. } = assembled;
        let (debug, more) = debug_info::read(&image, &symbols, &mut |file| compiled.open(file));
        let mut warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        warnings.extend(compiled.warnings);
        warnings.extend(more);
        warnings.extend(super::frames::growths(&image, &symbols));
        let first = sources.first().map_or(Path::new(""), PathBuf::as_path);
        let headers = toolchain::read_by_compiler(first, &debug);
        let included = symbols.files.iter().filter(|file| file.text.is_some()).map(|file| Path::new(&file.path));
        let read =
            sources.iter().chain(&headers).map(PathBuf::as_path).chain(included.filter(|path| host::is_file(path)));
        let read = stamps(read);
        let origin = Origin::Sources(sources.to_vec());
        let mut program = Program { image: Arc::new(image), symbols, debug: Arc::new(debug), origin, warnings, read };
        program.find_sources(&Sources::default());
        Ok(program)
    }

    fn linked(name: &str, text: &str, c: &CSource<'_>, origin: Origin) -> Result<Program, ProgramError> {
        let mut read = |_: &Path| Ok(text.as_bytes().to_vec());
        let inputs = [PathBuf::from(name)];
        let failed = |failure| ProgramError::Assemble(Box::new(failure));
        let mut assembled = asm::assemble(&inputs, &asm::Options::default(), &mut read).map_err(failed)?;
        let stem = Path::new(name).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        assembled.attach(&[(stem, c.debug.to_owned())])?;
        let Assembled { image, mut symbols, .. } = assembled;
        let mut open = |file: &str| Some(Ok(if file.ends_with(".ll") { c.llvm } else { c.debug }.to_owned()));
        let (debug, mut warnings) = debug_info::read(&image, &symbols, &mut open);
        warnings.extend(super::frames::growths(&image, &symbols));
        for file in symbols.files.iter_mut().filter(|f| f.path == c.file) {
            file.text = Some(c.text.to_owned());
        }
        let debug = Arc::new(debug);
        Ok(Program { image: Arc::new(image), symbols, debug, origin, warnings, read: Vec::new() })
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
                let read = match &origin {
                    Origin::File(_) => stamps(symbols.files.iter().map(|file| Path::new(&file.path)).chain([path])),
                    Origin::Sources(_) | Origin::Builtin(_) => Vec::new(),
                };
                Ok(Program { image: Arc::new(image), symbols, debug: Arc::default(), origin, warnings, read })
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
            Origin::Sources(paths) => Program::of_sources(paths),
            Origin::Builtin(_) => Ok(self.clone()),
        }
    }

    /// Reads the source files that could not be read, as far as they are found now; false if none was.
    pub fn find_sources(&mut self, sources: &Sources) -> bool {
        let beside = self.directory().map(Path::to_owned);
        let image = if let Origin::File(image) = &self.origin { Some(image.clone()) } else { None };
        let paths: Vec<String> = self.symbols.files.iter().map(|f| f.path.clone()).collect();
        let mut found = false;
        for (index, file) in self.symbols.files.iter_mut().enumerate().filter(|(_, f)| f.text.is_none()) {
            let others = paths.iter().map(String::as_str);
            let Some(source) = sources.read(beside.as_deref(), &file.path, others) else { continue };
            let sum = self.debug.checksums.iter().find(|(path, _)| *path == file.path);
            let newer = || image.as_ref().is_some_and(|image| host::is_newer(&source.path, image));
            let lines = self.symbols.lines.iter().filter(|line| line.file == index);
            let last = lines.map(|line| line.line as usize).max().unwrap_or(0);
            let beyond = sum.is_none() && last > source.text.lines().count();
            file.newer = sum.map_or_else(newer, |(_, sum)| *sum != source.md5) || beyond;
            match sum {
                Some(_) if file.newer => {
                    self.warnings.push(format!("{} has changed since the build", file.path));
                }
                None if beyond => {
                    let what = format!("may have changed since the build: it has no line {last}");
                    self.warnings.push(format!("{} {what}", file.path));
                }
                None if file.newer => {
                    let what = "is newer than the image: its lines may have moved";
                    self.warnings.push(format!("the source {} {what}", source.path.display()));
                }
                _ => {}
            }
            file.text = Some(source.text);
            found = true;
        }
        found
    }

    /// Takes names and lines from a symbol file; what is odd about it.
    ///
    /// # Errors
    /// It cannot be read, or is not a symbol file.
    pub fn take_symbols(&mut self, file: &Path) -> Result<Vec<String>, ProgramError> {
        let bytes = host::read(file, &FILE).map_err(|source| ProgramError::Read { path: file.to_owned(), source })?;
        let wrong = |source| ProgramError::Symbols { path: file.to_owned(), source };
        let text = String::from_utf8_lossy(&bytes);
        let (symbols, mut warnings) =
            image::read_sym(text.trim_start_matches('\u{FEFF}'), &self.image).map_err(wrong)?;
        let stored = debug_info::stored(&text);
        let (debug, more) = debug_of(stored, &self.image, &symbols, &mut |name| beside(file, name));
        warnings.extend(more);
        (self.symbols, self.debug) = (symbols, Arc::new(debug));
        self.find_sources(&Sources::default());
        Ok(warnings)
    }

    /// The directory of its file.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        self.path().and_then(Path::parent)
    }

    /// File name, for titles.
    #[must_use]
    pub fn origin(&self) -> String {
        match &self.origin {
            Origin::File(path) => file_name(path),
            Origin::Sources(paths) => paths.first().map_or_else(String::new, |path| file_name(path)),
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

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Whether bytes are those of an image, by their content and then by the file's name.
fn is_image(path: &Path, bytes: &[u8]) -> bool {
    let ends = |ending: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending));
    bytes.starts_with(b"HSXE") || !ends("mvasm") && (ends("hxe") || bytes.contains(&0))
}

/// A file beside another one; `None` if there is none.
fn beside(one: &Path, file: &str) -> Option<Result<String, String>> {
    match host::read(&one.with_file_name(file), &FILE) {
        Ok(bytes) => Some(Ok(String::from_utf8_lossy(&bytes).into_owned())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(e) => Some(Err(e.to_string())),
    }
}

/// What is known of a program: what its symbol file holds, else what the compiler's files say.
fn debug_of(
    stored: Option<Result<DebugInfo, String>>,
    image: &Image,
    symbols: &Symbols,
    open: &mut dyn FnMut(&str) -> Option<Result<String, String>>,
) -> (DebugInfo, Vec<String>) {
    match stored {
        Some(Ok(info)) => (info, Vec::new()),
        Some(Err(why)) => {
            let (info, warnings) = debug_info::read(image, symbols, open);
            (info, [why].into_iter().chain(warnings).collect())
        }
        None => debug_info::read(image, symbols, open),
    }
}

/// The symbol file beside an image: names and lines, what it holds beyond them, and warnings.
fn sidecar(path: &Path, image: &Image) -> (Symbols, Option<Result<DebugInfo, String>>, Vec<String>) {
    let file = path.with_extension("sym");
    let nothing = |warnings| (Symbols::default(), None, warnings);
    let text = match host::read(&file, &FILE) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return nothing(Vec::new()),
        Err(e) => return nothing(vec![format!("{}: {e}", file.display())]),
    };
    let text = text.trim_start_matches('\u{FEFF}');
    match image::read_sym(text, image) {
        Ok((symbols, warnings)) => (symbols, debug_info::stored(text), warnings),
        Err(e) => nothing(vec![format!("{}: {e}", file.display())]),
    }
}
