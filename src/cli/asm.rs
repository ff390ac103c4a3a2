//! `hsxray asm` and `hsxray disasm`.

use super::output::{self, unusable};
use crate::asm::{self, Options};
use crate::backend::host::{self, Content};
use crate::backend::{Compiled, Program, ProgramError};
use crate::image;
use clap::Args;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `asm`.
#[derive(Debug, Args)]
pub(super) struct AsmArgs {
    /// Sources, of assembler or of C; several are linked into one image.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The image to write.
    #[arg(short, long, value_name = "OUT.hxe")]
    output: PathBuf,
    /// Also write names and source lines.
    #[arg(long, value_name = "OUT.sym")]
    sym: Option<PathBuf>,
    /// Debug files of the C compiler, one for each source: the names and lines are those of C then.
    #[arg(long, value_name = "FILE.dbg", num_args = 1.., requires = "sym")]
    debug_info: Vec<PathBuf>,
    /// What clang has made of those sources: types, arguments and globals of C are kept in the symbols, too.
    #[arg(long, value_name = "FILE.ll", num_args = 1.., requires = "debug_info")]
    ll: Vec<PathBuf>,
    /// Keep what is made of C sources in a directory: LLVM code, assembler, debug files.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Application name (the stem of the output).
    #[arg(long)]
    name: Option<String>,
    /// Allow one task of this image at a time only.
    #[arg(long)]
    single_instance: bool,
    /// Capability bits to ask for.
    #[arg(long, value_name = "N", default_value_t = 0)]
    req_cap: u32,
    /// Write over files that hold something else than an image or symbols.
    #[arg(long)]
    force: bool,
    /// Read escapes in strings as the HSX toolchain does, which doubles their last character.
    #[arg(long)]
    compat_escapes: bool,
}

/// Arguments of `disasm`.
#[derive(Debug, Args)]
pub(super) struct DisasmArgs {
    /// An image or a source.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// One line an instruction, as the HSX toolchain lists them, in place of source text.
    #[arg(long)]
    listing: bool,
}

/// Whether reports on standard error may be coloured.
pub(super) fn color() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

pub(super) fn assemble(args: &AsmArgs) -> ExitCode {
    let stem = args.output.file_stem().map(|s| s.to_string_lossy().into_owned());
    let options = Options {
        name: args.name.clone().filter(|n| !n.is_empty()).or(stem),
        single_instance: args.single_instance,
        req_caps: args.req_cap,
        reference_escapes: args.compat_escapes,
    };
    let compiled = match Compiled::new(&args.files, args.keep.as_deref()) {
        Ok(compiled) => compiled,
        Err(e) => return unusable(&e.to_string()),
    };
    for warning in &compiled.warnings {
        output::note(&format_args!("hsxray: warning: {warning}"));
    }
    match asm::assemble(&compiled.modules, &options, &mut |path: &Path| compiled.read(path)) {
        Ok(mut assembled) => {
            if let Err(e) = attach(args, &compiled, &mut assembled) {
                return unusable(&e);
            }
            output::styled(&assembled.render_warnings(color()));
            match write(args, &compiled, &assembled) {
                Ok(()) => ExitCode::SUCCESS,
                Err(e) => unusable(&e),
            }
        }
        Err(failure) => {
            output::styled(&failure.render(color()));
            let errors = failure.errors.len();
            output::note(&format_args!(
                "hsxray: {errors} error{}, nothing written",
                if errors == 1 { "" } else { "s" }
            ));
            ExitCode::FAILURE
        }
    }
}

/// Takes names and lines from the debug files.
fn attach(args: &AsmArgs, compiled: &Compiled, assembled: &mut asm::Assembled) -> Result<(), String> {
    if compiled.is_of_c() {
        if !args.debug_info.is_empty() {
            return Err("--debug-info goes with sources that are compiled already, not with C".to_owned());
        }
        return assembled.attach(&compiled.debug).map_err(|e| e.to_string());
    }
    if args.debug_info.is_empty() {
        return Ok(());
    }
    let mut files = Vec::new();
    for path in &args.debug_info {
        let text =
            crate::backend::host::text(path, &crate::limits::FILE).map_err(|e| format!("{}: {e}", path.display()))?;
        files.push((path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(), text));
    }
    assembled.attach(&files).map_err(|e| e.to_string())
}

/// No output may be one of the inputs or another output, nor, unasked, a file of another kind.
fn check_outputs(args: &AsmArgs, assembled: &asm::Assembled) -> Result<(), String> {
    let included = assembled.symbols.files.iter().map(|file| Path::new(&file.path));
    let inputs: Vec<&Path> = args.files.iter().chain(&args.debug_info).map(PathBuf::as_path).chain(included).collect();
    let outputs =
        [Some((args.output.as_path(), Content::Image)), args.sym.as_deref().map(|sym| (sym, Content::Symbols))];
    for (output, content) in outputs.into_iter().flatten() {
        if inputs.iter().any(|input| host::same_file(input, output)) {
            return Err(format!("{} is read here: it is not written over", output.display()));
        }
        if let Some(why) = host::refuses(output, content).filter(|_| !args.force) {
            return Err(format!("{why}: --force writes over it"));
        }
    }
    match &args.sym {
        Some(sym) if host::same_file(sym, &args.output) => {
            Err(format!("{} cannot hold the image and the symbols", sym.display()))
        }
        _ => Ok(()),
    }
}

fn write(args: &AsmArgs, compiled: &Compiled, assembled: &asm::Assembled) -> Result<(), String> {
    check_outputs(args, assembled)?;
    let bytes = image::write(&assembled.image).map_err(|e| e.to_string())?;
    host::atomic_write(&args.output, |out| out.write_all(&bytes)).map_err(|e| e.to_string())?;
    if let Some(sym) = &args.sym {
        let further = debug_info(args, compiled, assembled)?;
        let name = args.output.display().to_string();
        let text = image::write_sym_with(&assembled.image, &assembled.symbols, &name, further);
        host::atomic_write(sym, |out| out.write_all(text.as_bytes())).map_err(|e| e.to_string())?;
    }
    let words = assembled.image.code.len();
    let data = assembled.image.rodata.len();
    output::text(&format!("{}: {words} words of code, {data} bytes of data\n", args.output.display()));
    Ok(())
}

/// What the compiler's files say beyond names and lines, as an entry of the symbols.
fn debug_info(
    args: &AsmArgs,
    compiled: &Compiled,
    assembled: &asm::Assembled,
) -> Result<Option<(&'static str, serde_json::Value)>, String> {
    compiled.symbol_entry(&assembled.image, &assembled.symbols, &mut |file| {
        let named = |path: &&PathBuf| path.file_name().is_some_and(|name| name == file);
        let path = args.ll.iter().chain(&args.debug_info).find(named)?;
        Some(host::text(path, &crate::limits::FILE).map_err(|e| e.to_string()))
    })
}

pub(super) fn disassemble(args: &DisasmArgs) -> ExitCode {
    match Program::read(&args.file) {
        Ok(program) if args.listing => output::text(&asm::listing(&program.image)),
        Ok(program) => output::text(&asm::disassemble(&program.image, &program.symbols)),
        Err(ProgramError::Assemble(failure)) => {
            output::styled(&failure.render(color()));
            ExitCode::FAILURE
        }
        Err(e) => unusable(&e),
    }
}
