//! Programs from C sources: clang makes LLVM code of them, the compiler of HSX makes assembler of that, and the rest is
//! done here. Both are those of the user, named by the environment.

use super::host::{self, Scratch, ToolOutput};
use super::program::{CSource, Program, ProgramError};
use crate::debug_info::llvm::Metadata;
use crate::limits::FILE;
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

/// The program that a C source is compiled to.
///
/// # Errors
/// A tool is missing, or refuses the source: its own messages say why.
pub fn build(path: &Path) -> Result<Program, ProgramError> {
    let tools = Tools::of_environment()?;
    let scratch = Scratch::new().map_err(host::HostError::at(path)).map_err(BuildError::from)?;
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let directory = host::whole(parent).map_err(host::HostError::at(parent)).map_err(BuildError::from)?;
    let name = path.file_name().map(OsString::from).unwrap_or_default();
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let made = |ending: &str| scratch.path().join(format!("{stem}.{ending}"));
    let read = |path: &Path| host::text(path, &FILE).map_err(host::HostError::at(path)).map_err(BuildError::from);

    let warning = version(&tools, &directory, &scratch)?;
    let map = format!("-fdebug-prefix-map={}=.", directory.display());
    let mut arguments: Vec<OsString> =
        ["-S", "-emit-llvm", "-O0", "-g", "-fno-builtin", "-fno-ident", &map].map(OsString::from).into();
    arguments.extend(tools.flags.iter().map(OsString::from));
    // The point in front keeps a name from being taken for an option.
    let mut source = OsString::from("./");
    source.push(&name);
    arguments.extend([source, "-o".into(), made("ll").into()]);
    checked("clang", tools.clang(&arguments, &directory, &scratch)?, None)?;
    let llvm = read(&made("ll"))?;

    let arguments: [OsString; 6] = [
        tools.llc.clone().into(),
        made("ll").into(),
        "-o".into(),
        made("mvasm").into(),
        "--emit-debug".into(),
        made("dbg").into(),
    ];
    checked("hsx-llc", tools.llc(&arguments, &directory, &scratch)?, Some(&llvm))?;
    let (assembler, debug) = (read(&made("mvasm"))?, read(&made("dbg"))?);
    let text = read(path)?;
    let name = name.to_string_lossy().into_owned();
    let c = CSource { file: &name, text: &text, debug: &debug, llvm: &llvm };
    let mut program = Program::compiled(path, &format!("{stem}.mvasm"), &assembler, &c)?;
    program.warnings.extend(warning);
    Ok(program)
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
/// from `llvm`.
fn checked(tool: &'static str, output: ToolOutput, llvm: Option<&str>) -> Result<(), BuildError> {
    if output.late {
        return Err(BuildError::Late(tool));
    }
    if output.done {
        return Ok(());
    }
    let lines: Vec<&str> = output.said.trim_end().lines().collect();
    let shown = &lines[lines.len().saturating_sub(if llvm.is_some() { 1 } else { LINES })..];
    let mut said = shown.join("\n");
    if let Some(line) = llvm.and_then(|llvm| line_of(&said, llvm)) {
        said = format!("line {line}: {said}");
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
