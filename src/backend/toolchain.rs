//! Programs from C sources: clang makes LLVM code of them, the compiler of HSX makes assembler of that, and the rest is
//! done here. Both are those of the user, named by the settings.

use super::host::{self, Scratch, ToolOutput};
use crate::asm::DebugFile;
use crate::debug_info::llvm::Metadata;
use crate::debug_info::{self, DebugInfo};
use crate::image::{Image, Symbols};
use crate::limits::{FILE, INCLUDED};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use thiserror::Error;

/// Seconds a tool may take.
const SECONDS: u64 = 60;
/// Lines of a tool's messages that are shown.
const LINES: usize = 20;
/// Lines of a tool's messages that are shown where it has not ended by itself.
const LAST: usize = 5;
/// Versions of clang whose debug information the compiler of HSX does not read.
const UNFIT: [u32; 2] = [14, 19];

/// Why a C source was not made into a program.
#[derive(Debug, Error)]
pub enum BuildError {
    /// The compiler of HSX is not known.
    #[error(
        "HSX_HOME is not set: C needs the compiler of HSX, HSX_HOME/python/hsx-llc.py; the setting hsx names it, too"
    )]
    NoHome,
    /// The compiler of HSX is not where it should be.
    #[error("{} is not there: HSX_HOME or the setting hsx has to name the sources of HSX", .0.display())]
    NoCompiler(PathBuf),
    /// A tool is not there.
    #[error("{tool} was not found: set {setting} in the settings, or HSXRAY_{}, or build the image yourself", setting.to_uppercase())]
    Missing {
        /// Which.
        tool: String,
        /// The setting that names it.
        setting: &'static str,
    },
    /// A tool cannot be run.
    #[error("{tool} cannot be run ({source}): the setting {setting} names another one, or build the image yourself")]
    Tool {
        /// Which.
        tool: String,
        /// The setting that names it.
        setting: &'static str,
        /// Why.
        source: io::Error,
    },
    /// This clang does not do.
    #[error(
        "clang {0} makes debug information that the compiler of HSX does not read: the setting clang should name clang-16"
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
    /// A tool has taken too long, or was ended from outside.
    #[error("{tool} {how}{}", after(said))]
    Ended {
        /// Which.
        tool: &'static str,
        /// How it ended.
        how: String,
        /// The last of its messages.
        said: String,
    },
    /// A file that a tool should have made cannot be read, or a directory cannot be made.
    #[error(transparent)]
    Host(#[from] host::HostError),
}

/// Messages on lines of their own.
fn after(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(":\n{said}") }
}

/// The tools as the user has set them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolNames {
    /// The sources of HSX; `None` leaves it to the variable `HSX_HOME`.
    pub hsx: Option<String>,
    /// clang.
    pub clang: Option<String>,
    /// Python.
    pub python: Option<String>,
    /// More options for clang.
    pub cflags: Option<String>,
}

/// Who knows the user's settings.
static ASK: OnceLock<fn() -> ToolNames> = OnceLock::new();

/// Says who is to be asked for the user's tools, each time that C sources are compiled. The first one counts.
pub fn ask_for_tools(ask: fn() -> ToolNames) {
    let _ = ASK.set(ask);
}

/// The tools of the user.
struct Tools {
    llc: PathBuf,
    clang: String,
    python: String,
    flags: Vec<String>,
}

impl Tools {
    fn of_user() -> Result<Tools, BuildError> {
        let ToolNames { hsx, clang, python, cflags } = ASK.get().map_or_else(ToolNames::default, |ask| ask());
        let home = hsx.or_else(|| host::variable("HSX_HOME")).ok_or(BuildError::NoHome)?;
        let llc = Path::new(&home).join("python").join("hsx-llc.py");
        if !host::is_file(&llc) {
            return Err(BuildError::NoCompiler(llc));
        }
        // Tools run in the directory of the sources.
        let llc = host::whole(&llc).map_err(host::HostError::at(&llc))?;
        Ok(Tools {
            llc,
            clang: clang.unwrap_or_else(|| "clang-16".into()),
            python: python.unwrap_or_else(|| "python3".into()),
            flags: cflags.iter().flat_map(|flags| flags.split_whitespace()).map(str::to_owned).collect(),
        })
    }

    /// Runs a tool that a setting names.
    fn run(
        (tool, setting): (&str, &'static str),
        arguments: &[OsString],
        at: &Path,
        scratch: &Scratch,
    ) -> Result<ToolOutput, BuildError> {
        host::run_tool(tool, arguments, at, scratch, SECONDS).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => BuildError::Missing { tool: tool.to_owned(), setting },
            _ => BuildError::Tool { tool: tool.to_owned(), setting, source },
        })
    }

    fn clang(&self, arguments: &[OsString], at: &Path, scratch: &Scratch) -> Result<ToolOutput, BuildError> {
        Tools::run((&self.clang, "clang"), arguments, at, scratch)
    }

    fn llc(&self, arguments: &[OsString], at: &Path, scratch: &Scratch) -> Result<ToolOutput, BuildError> {
        Tools::run((&self.python, "python"), arguments, at, scratch)
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
        let tools = Tools::of_user()?;
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
    if output.done {
        return Ok(());
    }
    let lines: Vec<&str> = output.said.trim_end().lines().collect();
    let last = |most: usize| lines[lines.len().saturating_sub(most)..].join("\n");
    let ended = |how: String| Err(BuildError::Ended { tool, how, said: last(LAST) });
    match output.killed {
        _ if output.late => return ended(format!("was stopped after {SECONDS} seconds")),
        Some(signal) => return ended(format!("has ended by {signal}")),
        None => {}
    }
    let mut said = last(if given.is_some() { 1 } else { LINES });
    if let Some((llvm, source)) = given {
        let line = line_of(&said, llvm).map_or_else(String::new, |line| format!(":{line}"));
        let refused = refused(&said).map(|(name, what)| format!("the compiler of HSX knows no {what} ({name}): "));
        said = format!("{}{line}: {}{said}", source.display(), refused.unwrap_or_default());
    }
    if said.is_empty() {
        said = "it failed without a word".into();
    }
    Err(BuildError::Failed { tool, said })
}

/// What of LLVM the compiler of HSX does not know, and what it is in C.
const REFUSED: [(&str, &str); 9] = [
    ("sdiv", "division"),
    ("udiv", "division"),
    ("srem", "%"),
    ("urem", "%"),
    ("and", "&"),
    ("or", "|"),
    ("xor", "^"),
    ("switch", "switch"),
    ("select", "?: of constants"),
];

/// The instruction that a message quotes, if it is one of those that the compiler of HSX does not know.
fn refused(said: &str) -> Option<(&'static str, &'static str)> {
    let (_, quoted) = said.split_once(" = ")?;
    let name = quoted.split_whitespace().next()?;
    REFUSED.into_iter().find(|(known, _)| *known == name)
}

/// The line in C of the instruction that a message quotes, from its `!dbg !N`.
fn line_of(said: &str, llvm: &str) -> Option<u32> {
    let (_, rest) = said.rsplit_once("!dbg !")?;
    let id = rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
    Metadata::new(llvm).get(id).map(|entry| entry.line()).filter(|line| *line > 0)
}
