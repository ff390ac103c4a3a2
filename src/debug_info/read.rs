//! From the files beside an image to what is known of its program.

use super::module::Module;
use super::{DebugInfo, FunctionInfo, Local};
use crate::image::{Image, Symbols};
use std::collections::BTreeSet;

/// A file beside the image: `None` if it is not there, an error if it cannot be read.
pub type Opened = Option<Result<String, String>>;

/// Reads what the compiler says of a program, from the files beside its image: `open` gives them by name. What is
/// wrong with a file leaves its module as it was without it, with one warning.
#[must_use]
pub fn read(image: &Image, symbols: &Symbols, open: &mut dyn FnMut(&str) -> Opened) -> (DebugInfo, Vec<String>) {
    let mut info = DebugInfo { functions: functions(symbols), locals: locals(symbols), ..DebugInfo::default() };
    let mut warnings = Vec::new();
    for stem in stems(symbols) {
        let mut text = |ending: &str| {
            let file = format!("{stem}.{ending}");
            match open(&file)? {
                Ok(text) => Some(text),
                Err(why) => {
                    warnings.push(format!("{file}: {why}"));
                    None
                }
            }
        };
        let Some(llvm) = text("ll") else { continue };
        let debug = text("dbg");
        let module = Module::new(&stem, &llvm, debug.as_deref(), image, symbols);
        warnings.extend(module.and_then(|module| module.read(&mut info)).err());
    }
    info.places.sort_unstable();
    info.places.dedup_by_key(|(at, _)| *at);
    (info, warnings)
}

/// Names of modules: those of the files that functions are in, without their endings.
fn stems(symbols: &Symbols) -> BTreeSet<String> {
    let files: BTreeSet<usize> = symbols.functions.iter().filter_map(|f| f.file).collect();
    let paths = files.iter().filter_map(|file| symbols.files.get(*file)).map(|file| file.path.as_str());
    let names = paths.map(|path| path.rsplit('/').next().unwrap_or(path));
    names.map(|name| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()).collect()
}

fn functions(symbols: &Symbols) -> Vec<FunctionInfo> {
    let function = |f: &crate::image::Function| FunctionInfo {
        name: f.name.clone(),
        start: f.start,
        end: f.end,
        body: symbols.body(f),
        of: None,
        returns: None,
        block: None,
        file: f.file.and_then(|file| symbols.files.get(file)).map(|file| file.path.clone()),
        module: None,
    };
    symbols.functions.iter().map(function).collect()
}

/// The local variables, in the order of the symbol file: a module finds its own by their places there.
fn locals(symbols: &Symbols) -> Vec<Local> {
    let local = |local: &crate::image::LocalVariable| {
        let function = symbols.functions.iter().find(|f| f.name == local.function);
        Local {
            name: local.name.clone(),
            of: None,
            function: function.map_or(NO_FUNCTION, |f| f.start),
            block: None,
            arg: 0,
            line: local.line,
            ranges: local.ranges.clone(),
        }
    };
    symbols.locals.iter().map(local).collect()
}

/// Where the function of a variable begins that is of none of known size.
const NO_FUNCTION: u32 = u32::MAX;
