//! The names of a program, with what they are in C.

use super::Program;
use crate::debug_info::Global;
use crate::image::{Space, Symbol};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// A name, with what is known of it in C.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProgramName<'s> {
    /// The name and its place.
    #[serde(flatten)]
    pub symbol: Cow<'s, Symbol>,
    /// What it is in C.
    #[serde(flatten)]
    pub c: Option<NameInC>,
}

/// What a name is in C.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NameInC {
    /// `function`, `global` or `static`.
    pub kind: &'static str,
    /// Its type's name.
    pub r#type: String,
    /// It as C declares it.
    #[serde(skip)]
    pub declaration: String,
    /// The source file it is declared in.
    pub file: Option<String>,
    /// The line there.
    pub line: Option<u32>,
}

impl Program {
    /// The names of a program, and the variables that only the C compiler knows.
    #[must_use]
    pub fn names(&self) -> Vec<ProgramName<'_>> {
        let (symbols, debug) = (&self.symbols, &self.debug);
        let code = symbols.symbols.iter().filter(|symbol| symbol.space == Space::Code);
        let in_code: HashSet<_> = code.map(|symbol| (symbol.address, symbol.name.as_str())).collect();
        let function = |symbol: &Symbol| {
            let function = debug.function_at(symbol.address).filter(|f| f.start == symbol.address && f.of.is_some())?;
            // A label of the assembler's may stand beside that of the function.
            let other = function.name != symbol.name && in_code.contains(&(symbol.address, function.name.as_str()));
            (!other).then_some(())?;
            let declared = symbols.functions.iter().find(|f| f.start == symbol.address);
            let (file, line) = (function.file.clone(), declared.map(|f| f.line));
            let declaration = debug.types.declaration(function.of, &function.name);
            Some(NameInC { kind: "function", r#type: debug.types.name(function.of), declaration, file, line })
        };
        let variable = |global: &Global| NameInC {
            kind: if global.is_static { "static" } else { "global" },
            r#type: debug.types.name(global.of),
            declaration: debug.types.declaration(global.of, &global.name),
            file: Some(global.file.clone()),
            line: Some(global.line),
        };
        // A program may have as many globals as symbols, so each looks the other up.
        let placed = debug.globals.iter().filter_map(|global| Some(((global.address?, global.label.as_str()), global)));
        let globals: HashMap<_, _> = placed.rev().collect();
        let of_c = |symbol: &Symbol| match symbol.space {
            Space::Code => function(symbol),
            Space::Data => globals.get(&(symbol.address, symbol.name.as_str())).map(|global| variable(global)),
        };
        let listed =
            symbols.symbols.iter().map(|symbol| ProgramName { symbol: Cow::Borrowed(symbol), c: of_c(symbol) });
        let data = symbols.symbols.iter().filter(|symbol| symbol.space == Space::Data);
        let known: HashSet<_> = data.map(|symbol| (symbol.address, symbol.name.as_str())).collect();
        let unlisted = debug.globals.iter().filter_map(|global| {
            let address = global.address.filter(|at| !known.contains(&(*at, global.label.as_str())))?;
            let (name, size) = (global.name.clone(), global.of.map_or(0, |of| debug.types.size(of)));
            let symbol = Symbol { name, space: Space::Data, address, size, function: false };
            Some(ProgramName { symbol: Cow::Owned(symbol), c: Some(variable(global)) })
        });
        listed.chain(unlisted).collect()
    }
}
