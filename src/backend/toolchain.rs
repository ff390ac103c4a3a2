//! Programs from C sources: clang makes LLVM code of them, the compiler of HSX makes assembler of that, and the rest is
//! done here. Both are those of the user, named by the environment.

use super::host::{self, Scratch, ToolOutput};
use crate::asm::DebugFile;
use crate::debug_info::llvm::Metadata;
use crate::debug_info::{self, DebugInfo};
use crate::image::{Image, Symbols};
use crate::limits::{FILE, INCLUDED};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Seconds a tool may take.
const SECONDS: u64 = 60;
/// Lines of a tool's messages that are shown.
const LINES: usize = 20;
/// Versions of clang whose debug information the compiler of HSX does not read.
const UNFIT: [u32; 2] = [14, 19];

/// Why a C source was not made into a program.
#[derive(Debug, Error)]
pub enum BuildError {
    /// The compiler of HSX is not known.
    #[error("HSX_HOME is not set: C sources need the compiler of HSX, HSX_HOME/python/hsx-llc.py")]
    NoHome,
    /// A tool is not there, or cannot be run.
    #[error("{tool} cannot be run ({source}): {variable} names another one, or build the image yourself")]
    Tool {
        /// Which.
        tool: String,
        /// The variable of the environment that names it.
        variable: &'static str,
        /// Why.
        source: io::Error,
    },
    /// This clang does not do.
    #[error(
        "clang {0} makes debug information that the compiler of HSX does not read: HSXRAY_CLANG should name clang-16"
    )]
    Version(u32),
    /// A tool has failed.
    #[error("{tool}: {said}")]
    Failed {
        /// Which.
        tool: &'static str,
        /// Its messages.
        said: String,
    },
    /// Two sources would be one module.
    #[error("two sources are called {0}: the compiler's files go by that name")]
    SameName(String),
    /// A tool has taken too long.
    #[error("{0} was stopped after {SECONDS} seconds")]
    Late(&'static str),
    /// A file that a tool should have made cannot be read, or a directory cannot be made.
    #[error(transparent)]
    Host(#[from] host::HostError),
}

/// The tools of the user.
struct Tools {
    llc: PathBuf,
    clang: String,
    python: String,
    flags: Vec<String>,
}

impl Tools {
    fn of_environment() -> Result<Tools, BuildError> {
        let home = host::variable("HSX_HOME").ok_or(BuildError::NoHome)?;
        Ok(Tools {
            llc: Path::new(&home).join("python").join("hsx-llc.py"),
            clang: host::variable("HSXRAY_CLANG").unwrap_or_else(|| "clang-16".into()),
            python: host::variable("HSXRAY_PYTHON").unwrap_or_else(|| "python3".into()),
            flags: host::variable("HSXRAY_CFLAGS")
                .map_or_else(Vec::new, |flags| flags.split_whitespace().map(str::to_owned).collect()),
        })
    }

    fn clang(&self, arguments: &[OsString], at: &Path, scratch: &Scratch) -> Result<ToolOutput, BuildError> {
        let failed = |source| BuildError::Tool { tool: self.clang.clone(), variable: "HSXRAY_CLANG", source };
        host::run_tool(&self.clang, arguments, at, scratch, SECONDS).map_err(failed)
    }

    fn llc(&self, arguments: &[OsString], at: &Path, scratch: &Scratch) -> Result<ToolOutput, BuildError> {
        let failed = |source| BuildError::Tool { tool: self.python.clone(), variable: "HSXRAY_PYTHON", source };
        host::run_tool(&self.python, arguments, at, scratch, SECONDS).map_err(failed)
    }
}

/// The sources of a program, those of C compiled.
#[derive(Debug, Default)]
pub struct Compiled {
    /// The modules, in order: what the compiler made of a C source is called as that, with `.mvasm` in place of `.c`.
    pub modules: Vec<PathBuf>,
    /// The debug file of each module; `{}` for those that are not of C.
    pub debug: Vec<DebugFile>,
    /// What is odd.
    pub warnings: Vec<String>,
    /// What the compiler made of each C source.
    made: Vec<Made>,
}

/// What was made of a C source.
#[derive(Debug)]
struct Made {
    /// The module.
    module: PathBuf,
    /// Its name without directory and ending.
    stem: String,
    assembler: String,
    llvm: String,
    debug: String,
}

impl Compiled {
    /// Compiles the C sources among some files; with a directory, what the tools make is written there, too.
    ///
    /// # Errors
    /// A tool is missing, or refuses a source: its own messages say why.
    pub fn new(sources: &[PathBuf], keep: Option<&Path>) -> Result<Compiled, BuildError> {
        let mut all = Compiled::default();
        let Some(first) = sources.iter().find(|source| is_c(source)) else {
            return Ok(Compiled { modules: sources.to_vec(), ..all });
        };
        let tools = Tools::of_environment()?;
        let scratch = Scratch::new().map_err(host::HostError::at(first))?;
        let root = root(first)?;
        all.warnings.extend(version(&tools, &root, &scratch)?);
        for source in sources {
            let module = source.with_extension(if is_c(source) { "mvasm" } else { "" });
            let module = if is_c(source) { module } else { source.clone() };
            let stem = module.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            if let Some((other, _)) = all.debug.iter().find(|(other, _)| *other == stem) {
                return Err(BuildError::SameName(other.clone()));
            }
            let mut debug = "{}".to_owned();
            if is_c(source) {
                let made = compile(&tools, source, module.clone(), &root, &scratch)?;
                if let Some(directory) = keep {
                    made.keep(directory)?;
                }
                debug.clone_from(&made.debug);
                all.made.push(made);
            }
            all.debug.push((stem, debug));
            all.modules.push(module);
        }
        Ok(all)
    }

    /// Whether a C source is among them.
    #[must_use]
    pub fn is_of_c(&self) -> bool {
        !self.made.is_empty()
    }

    /// The text of a module or of a file that one includes.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let made = self.made.iter().find(|made| made.module == path);
        made.map_or_else(|| host::read(path, &INCLUDED), |made| Ok(made.assembler.clone().into_bytes()))
    }

    /// What the compiler says of a module: `STEM.ll`, `STEM.dbg`.
    #[must_use]
    pub fn open(&self, file: &str) -> Option<Result<String, String>> {
        let (stem, ending) = file.rsplit_once('.')?;
        let made = self.made.iter().find(|made| made.stem == stem)?;
        Some(Ok(if ending == "ll" { &made.llvm } else { &made.debug }.clone()))
    }
}

impl Compiled {
    /// What is known of the C in some modules beyond names and lines, as an entry of their symbol file: its key, and
    /// JSON. `given` has the compiler's files of those that were compiled before. `None` if nothing is known.
    ///
    /// # Errors
    /// A file cannot be read, or is of another build.
    pub fn symbol_entry(
        &self,
        image: &Image,
        symbols: &Symbols,
        given: &mut dyn FnMut(&str) -> Option<Result<String, String>>,
    ) -> Result<Option<(&'static str, serde_json::Value)>, String> {
        let mut open = |file: &str| given(file).or_else(|| self.open(file));
        let (info, warnings) = debug_info::read(image, symbols, &mut open);
        match warnings.into_iter().next() {
            Some(why) => Err(why),
            None => Ok((info.modules > 0).then(|| info.entry())),
        }
    }
}

impl Made {
    /// Writes what the tools have made into a directory.
    fn keep(&self, directory: &Path) -> Result<(), BuildError> {
        host::make_directory(directory)?;
        for (ending, text) in [("ll", &self.llvm), ("mvasm", &self.assembler), ("dbg", &self.debug)] {
            host::write_text(&directory.join(format!("{}.{ending}", self.stem)), text)?;
        }
        Ok(())
    }
}

/// Whether a file is a C source by its name.
#[must_use]
pub fn is_c(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "c")
}

/// The directory that sources are named from: that of the first of them.
fn root(first: &Path) -> Result<PathBuf, BuildError> {
    let parent = first.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(host::whole(parent).map_err(host::HostError::at(parent))?)
}

/// The files that the compiler has read for a program and that are there, headers among them.
#[must_use]
pub fn read_by_compiler(first: &Path, debug: &DebugInfo) -> Vec<PathBuf> {
    let Ok(root) = root(first) else { return Vec::new() };
    debug.checksums.iter().map(|(path, _)| root.join(path)).filter(|path| host::is_file(path)).collect()
}

fn compile(tools: &Tools, source: &Path, module: PathBuf, root: &Path, scratch: &Scratch) -> Result<Made, BuildError> {
    let stem = source.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let made = |ending: &str| scratch.path().join(format!("{stem}.{ending}"));
    let read = |path: &Path| host::text(path, &FILE).map_err(host::HostError::at(path)).map_err(BuildError::from);
    let whole = host::whole(source).map_err(host::HostError::at(source))?;

    let map = format!("-fdebug-prefix-map={}=.", root.display());
    let mut arguments: Vec<OsString> =
        ["-S", "-emit-llvm", "-O0", "-g", "-fno-builtin", "-fno-ident", &map].map(OsString::from).into();
    arguments.extend(tools.flags.iter().map(OsString::from));
    // The point in front keeps a name from being taken for an option.
    let named = match whole.strip_prefix(root) {
        Ok(below) => Path::new(".").join(below),
        Err(_) => whole.clone(),
    };
    arguments.extend([named.into(), "-o".into(), made("ll").into()]);
    checked("clang", tools.clang(&arguments, root, scratch)?, None)?;
    let llvm = read(&made("ll"))?;

    let arguments: [OsString; 6] = [
        tools.llc.clone().into(),
        made("ll").into(),
        "-o".into(),
        made("mvasm").into(),
        "--emit-debug".into(),
        made("dbg").into(),
    ];
    checked("hsx-llc", tools.llc(&arguments, root, scratch)?, Some((&llvm, source)))?;
    Ok(Made { module, assembler: read(&made("mvasm"))?, debug: read(&made("dbg"))?, llvm, stem })
}

/// Looks which clang it is: some are known not to do, others than 16 are not known to.
fn version(tools: &Tools, directory: &Path, scratch: &Scratch) -> Result<Option<String>, BuildError> {
    let said = tools.clang(&["--version".into()], directory, scratch)?.said;
    let number = said
        .split_once("version ")
        .and_then(|(_, rest)| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u32>().ok());
    match number {
        Some(n) if UNFIT.contains(&n) => Err(BuildError::Version(n)),
        Some(16) => Ok(None),
        Some(n) => Ok(Some(format!("clang {n} was not tried with the compiler of HSX: clang-16 was"))),
        None => Ok(Some("which clang this is was not found out: clang-16 is known to work".into())),
    }
}

/// A tool's messages as an error, if it failed. The compiler of HSX names instructions of LLVM: their lines in C follow
/// from the code that it was given for a source.
fn checked(tool: &'static str, output: ToolOutput, given: Option<(&str, &Path)>) -> Result<(), BuildError> {
    if output.late {
        return Err(BuildError::Late(tool));
    }
    if output.done {
        return Ok(());
    }
    let lines: Vec<&str> = output.said.trim_end().lines().collect();
    let shown = &lines[lines.len().saturating_sub(if given.is_some() { 1 } else { LINES })..];
    let mut said = shown.join("\n");
    if let Some((llvm, source)) = given {
        let line = line_of(&said, llvm).map_or_else(String::new, |line| format!(":{line}"));
        said = format!("{}{line}: {said}", source.display());
    }
    if said.is_empty() {
        said = "it failed without a word".into();
    }
    Err(BuildError::Failed { tool, said })
}

/// The line in C of the instruction that a message quotes, from its `!dbg !N`.
fn line_of(said: &str, llvm: &str) -> Option<u32> {
    let (_, rest) = said.rsplit_once("!dbg !")?;
    let id = rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
    Metadata::new(llvm).get(id).map(|entry| entry.line()).filter(|line| *line > 0)
}
