//! One module of a program: its metadata laid over what the symbol file says.

use super::globals;
use super::llvm::{Entry, Id, Metadata};
use super::misplaced::misplaced;
use super::types::Reader;
use super::{Block, BlockId, DebugInfo, Global, TypeId};
use crate::image::json::{self, Json};
use crate::image::{Image, LocalVariable, Symbols};
use crate::isa::Insn;
use std::collections::{BTreeMap, BTreeSet};

/// Blocks in blocks that are followed.
const DEEPEST: usize = 64;

/// A module whose files fit the image.
pub(super) struct Module<'t> {
    metadata: Metadata<'t>,
    symbols: &'t Symbols,
    image: &'t Image,
    /// The entry of each function, and where it begins.
    functions: BTreeMap<Id, u32>,
    /// What instructions come from; empty without a `.dbg`.
    pub origins: Vec<Origin>,
}

/// A line of the compiler's code, and the instructions it was made into.
pub(super) struct Origin {
    /// The line.
    pub text: String,
    /// Its place in the source.
    location: Option<Id>,
    /// Byte addresses.
    pub addresses: Vec<u32>,
}

/// What a module was read into: types and blocks by their entries.
struct Found {
    types: BTreeMap<Id, TypeId>,
    blocks: BTreeMap<Id, Option<BlockId>>,
}

impl<'t> Module<'t> {
    /// Looks whether the files of a module fit the image.
    pub fn new(
        stem: &str,
        llvm: &'t str,
        debug: Option<&str>,
        image: &'t Image,
        symbols: &'t Symbols,
    ) -> Result<Module<'t>, String> {
        let metadata = Metadata::new(llvm);
        let other = || format!("{stem}.ll is of another build: it is left out");
        let functions = metadata.functions.iter().map(|(_, id)| {
            let entry = metadata.get(*id)?;
            let name = entry.text("name")?;
            let same = symbols.functions.iter().find(|f| f.name == name && f.line == entry.line())?;
            Some((*id, same.start))
        });
        let functions: BTreeMap<Id, u32> = functions.collect::<Option<_>>().ok_or_else(other)?;
        let mut module = Module { metadata, symbols, image, functions, origins: Vec::new() };
        if module.locals().is_none() {
            return Err(other());
        }
        if let Some(debug) = debug {
            let origins = module.read_origins(debug);
            module.origins =
                origins.ok_or_else(|| format!("{stem}.dbg is of another build: {stem}.ll is left out, too"))?;
        }
        Ok(module)
    }

    /// The local variables of its functions, by their places in the symbol file, with their entries. `None` if one
    /// has none: the files are of another build.
    fn locals(&self) -> Option<Vec<(usize, Entry<'t>)>> {
        let mut known = BTreeMap::new();
        for (_, entry) in self.metadata.of_kind("DILocalVariable") {
            if let (Some(scope), Some(name)) = (entry.id("scope"), entry.text("name")) {
                known.insert((scope, name, entry.line()), entry);
            }
        }
        let starts: BTreeSet<u32> = self.functions.values().copied().collect();
        let names = self.symbols.functions.iter().filter(|f| starts.contains(&f.start)).map(|f| f.name.as_str());
        let names: BTreeSet<&str> = names.collect();
        let own = self.symbols.locals.iter().enumerate().filter(|(_, local)| names.contains(local.function.as_str()));
        own.map(|(i, local)| Some((i, known.get(&key(local)?)?.clone()))).collect()
    }

    /// What the compiler's second file says of instructions; `None` if it does not fit.
    fn read_origins(&self, text: &str) -> Option<Vec<Origin>> {
        let root = json::parse(text).ok()?;
        let places = self.instructions();
        let address = |ordinal: &Json| places.get(usize::try_from(ordinal.integer()?).ok()?).copied();
        let fits = list(&root, "functions").iter().all(|f| {
            let name = f.get("name").or(f.get("function")).and_then(Json::text);
            let start = f.get("mvasm_start_ordinal").and_then(address);
            let known =
                |start| self.symbols.functions.iter().any(|f| f.start == start && Some(f.name.as_str()) == name);
            start.is_none_or(known)
        });
        let origin = |entry: &Json| Origin {
            text: entry.get("ir").and_then(Json::text).unwrap_or_default().to_owned(),
            location: entry.get("dbg").and_then(Json::text).and_then(super::llvm::reference),
            addresses: list(entry, "mvasm_ordinals").iter().filter_map(address).collect(),
        };
        fits.then(|| list(&root, "llvm_to_mvasm").iter().map(origin).collect())
    }

    /// The addresses of the module's instructions, in order.
    fn instructions(&self) -> Vec<u32> {
        let end = 4 * self.image.code.len() as u32;
        let first = self.functions.values().next().copied().unwrap_or(0);
        let range = self.symbols.modules.iter().find(|range| range.contains(&first)).cloned().unwrap_or(0..end);
        let mut places = Vec::new();
        let mut at = range.start;
        while at < range.end.min(end) {
            places.push(at);
            at += self.insn(at).map_or(4, |insn| insn.size());
        }
        places
    }

    /// The instruction at an address.
    pub fn insn(&self, at: u32) -> Option<Insn> {
        let i = at as usize / 4;
        Insn::decode(*self.image.code.get(i)?, self.image.code.get(i + 1).copied())
    }

    /// Whether it is the only module of its image.
    pub fn is_alone(&self) -> bool {
        self.symbols.modules.is_empty()
    }

    /// The metadata.
    pub fn metadata(&self) -> &Metadata<'t> {
        &self.metadata
    }

    /// The address of a data label that the symbol file gives.
    pub fn labelled(&self, label: &str) -> Option<u32> {
        let data = |s: &&crate::image::Symbol| s.space == crate::image::Space::Data && s.name == label;
        let mut found = self.symbols.symbols.iter().filter(data).map(|s| s.address);
        found.next().filter(|_| found.next().is_none())
    }

    /// Adds what it says to what is known.
    pub fn read(&self, info: &mut DebugInfo) -> Result<(), String> {
        let locals = self.locals().unwrap_or_default();
        let mut found = Found { types: BTreeMap::new(), blocks: BTreeMap::new() };
        self.read_types(&locals, info, &mut found);
        self.read_functions(info, &mut found);
        for (i, entry) in locals {
            let block = entry.id("scope").and_then(|scope| self.block(scope, info, &mut found));
            let Some(local) = info.locals.get_mut(i) else { continue };
            local.of = entry.id("type").and_then(|id| found.types.get(&id)).copied();
            local.arg = entry.number("arg").and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
            local.block = block;
        }
        self.read_places(info, &mut found);
        self.read_globals(info, &mut found);
        info.misplaced.extend(misplaced(self));
        info.modules += 1;
        for (_, file) in self.metadata.of_kind("DIFile") {
            if let (Some("CSK_MD5"), Some(sum)) = (file.word("checksumkind"), file.text("checksum")) {
                info.checksums.push((path(&file), sum.to_owned()));
            }
        }
        Ok(())
    }

    fn read_types(&self, locals: &[(usize, Entry<'t>)], info: &mut DebugInfo, found: &mut Found) {
        let mut reader = Reader::new(&self.metadata, &mut info.types);
        let mut wanted: Vec<Id> = locals.iter().filter_map(|(_, entry)| entry.id("type")).collect();
        wanted.extend(self.variables().filter_map(|(_, entry)| entry.id("type")));
        wanted.extend(self.functions.keys().filter_map(|id| self.metadata.get(*id)?.id("type")));
        // Types that only casts and the user name.
        for (_, unit) in self.metadata.of_kind("DICompileUnit") {
            let lists = [unit.id("enums"), unit.id("retainedTypes")].into_iter().flatten();
            wanted.extend(lists.flat_map(|id| self.metadata.list(id)));
        }
        for id in wanted {
            reader.read(id);
        }
        found.types = reader.finish();
    }

    /// The type that a function returns: `Some(None)` is `void`.
    fn returns(&self, function: Id) -> Option<Option<Id>> {
        let of = self.metadata.get(self.metadata.get(function)?.id("type")?)?;
        self.metadata.types(of.id("types")?).first().copied()
    }

    /// The variables that are always there, with the places of their definitions.
    fn variables(&self) -> impl Iterator<Item = (usize, Entry<'t>)> + '_ {
        self.metadata.globals.iter().enumerate().filter_map(|(i, definition)| {
            let entry = self.metadata.get(definition.id?)?;
            let variable =
                if entry.kind == "DIGlobalVariableExpression" { self.metadata.get(entry.id("var")?)? } else { entry };
            Some((i, variable))
        })
    }

    fn read_functions(&self, info: &mut DebugInfo, found: &mut Found) {
        for (id, start) in &self.functions {
            let block = self.block(*id, info, found);
            let returns = self.returns(*id);
            let Some(function) = info.functions.iter_mut().find(|f| f.start == *start) else { continue };
            let of = self.metadata.get(*id).and_then(|entry| entry.id("type"));
            function.block = block;
            function.of = of.and_then(|id| found.types.get(&id)).copied();
            function.module = Some(info.modules);
            function.returns = returns.flatten().and_then(|id| found.types.get(&id)).copied();
        }
    }

    /// The block of a scope. Scopes go round in circles only in damaged files.
    fn block(&self, scope: Id, info: &mut DebugInfo, found: &mut Found) -> Option<BlockId> {
        let mut path = Vec::new();
        let mut at = scope;
        let mut around = loop {
            if let Some(known) = found.blocks.get(&at) {
                break *known;
            }
            let entry = self.metadata.get(at).filter(|_| path.len() < DEEPEST)?;
            let outer = entry.id("scope");
            let is_function = self.functions.contains_key(&at);
            path.push((at, entry));
            match outer {
                Some(outer) if !is_function => at = outer,
                _ => break None,
            }
        };
        while let Some((id, entry)) = path.pop() {
            let function = self.functions.get(&id).copied().or_else(|| around.map(|b| info.blocks[b].function));
            around = match (entry.kind, function) {
                ("DISubprogram" | "DILexicalBlock", Some(function)) => {
                    let line = entry.line();
                    info.blocks.push(Block { parent: around, function, line, last: line });
                    Some(info.blocks.len() - 1)
                }
                _ => around,
            };
            found.blocks.insert(id, around);
        }
        around
    }

    /// Which instructions are of which block, and the last line of each block.
    fn read_places(&self, info: &mut DebugInfo, found: &mut Found) {
        for origin in &self.origins {
            let Some(block) =
                origin.location.and_then(|id| self.scope_of(id)).and_then(|id| self.block(id, info, found))
            else {
                continue;
            };
            for at in &origin.addresses {
                info.places.push((*at, block));
                let line = self.symbols.line_of(*at).map_or(0, |l| l.line);
                let mut around = Some(block);
                while let Some(id) = around {
                    let block = &mut info.blocks[id];
                    (block.last, around) = (block.last.max(line), block.parent);
                }
            }
        }
    }

    /// The scope of a place in the source; of inlined code that of the function it is in.
    fn scope_of(&self, location: Id) -> Option<Id> {
        let mut location = self.metadata.get(location)?;
        for _ in 0..DEEPEST {
            match location.id("inlinedAt") {
                Some(outer) => location = self.metadata.get(outer)?,
                None => return location.id("scope"),
            }
        }
        None
    }

    fn read_globals(&self, info: &mut DebugInfo, found: &mut Found) {
        let addresses = globals::addresses(self);
        for (i, entry) in self.variables() {
            let Some(name) = entry.text("name") else { continue };
            let scope = entry.id("scope").and_then(|scope| self.block(scope, info, found));
            let function = scope.map(|block| info.blocks[block].function);
            let file = entry.id("file").and_then(|id| self.metadata.get(id));
            let line = entry.line();
            info.globals.push(Global {
                name: name.to_owned(),
                label: self.metadata.globals[i].label.to_owned(),
                of: entry.id("type").and_then(|id| found.types.get(&id)).copied(),
                file: file.map(|file| path(&file)).unwrap_or_default(),
                line,
                function,
                block: scope.map(|scope| innermost(&info.blocks, scope, line)),
                is_static: entry.word("isLocal") == Some("true"),
                address: addresses.get(i).copied().flatten(),
                module: info.modules,
            });
        }
    }
}

/// How the symbol file names the entry of a local variable.
fn key(local: &LocalVariable) -> Option<(Id, &str, u32)> {
    Some((super::llvm::reference(&local.scope)?, &local.name, local.line))
}

fn list<'j>(object: &'j Json, key: &str) -> &'j [Json] {
    match object.get(key) {
        Some(Json::List(list)) => list,
        _ => &[],
    }
}

/// The path of a file entry as the symbol file has it.
fn path(file: &Entry<'_>) -> String {
    crate::image::source_path(file.text("directory"), file.text("filename").unwrap_or_default())
}

/// The innermost block of a function whose lines hold a line: the compiler puts statics of blocks into the function.
fn innermost(blocks: &[Block], function: BlockId, line: u32) -> BlockId {
    let inside =
        |block: &Block| block.function == blocks[function].function && (block.line..=block.last).contains(&line);
    let holding = blocks.iter().enumerate().filter(|(_, block)| inside(block));
    holding.max_by_key(|(id, block)| (block.line, *id)).map_or(function, |(id, _)| id)
}
