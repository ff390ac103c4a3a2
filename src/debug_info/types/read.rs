//! Types from the metadata of a module.

use super::{Member, Qualifier, Type, TypeId, TypeKind, Types};
use crate::debug_info::llvm::{Entry, Id, Metadata};
use std::collections::BTreeMap;

/// Members of a struct, enumerators and arguments that are read.
const MOST: usize = 4096;

/// Reads the types that are asked for, and those they are made of, once.
pub struct Reader<'m, 't> {
    metadata: &'m Metadata<'t>,
    types: &'m mut Types,
    known: BTreeMap<Id, TypeId>,
    first: TypeId,
}

impl<'m, 't> Reader<'m, 't> {
    /// A reader that adds to some types.
    pub fn new(metadata: &'m Metadata<'t>, types: &'m mut Types) -> Reader<'m, 't> {
        let first = types.list.len();
        Reader { metadata, types, known: BTreeMap::new(), first }
    }

    /// Gives what was read its sizes.
    pub fn finish(self) -> BTreeMap<Id, TypeId> {
        self.types.lay_out(self.first);
        self.known
    }

    /// The type of an entry, with all that it is made of. Types may go round in circles: each has its place before
    /// it is read.
    pub fn read(&mut self, id: Id) -> TypeId {
        let mut todo = Vec::new();
        let own = self.reserve(id, &mut todo);
        while let Some((id, place)) = todo.pop() {
            self.types.list[place] = self.of(id, &mut todo);
        }
        own
    }

    fn reserve(&mut self, id: Id, todo: &mut Vec<(Id, TypeId)>) -> TypeId {
        *self.known.entry(id).or_insert_with(|| {
            let place = self.types.add(unknown(None));
            todo.push((id, place));
            place
        })
    }

    fn of(&mut self, id: Id, todo: &mut Vec<(Id, TypeId)>) -> Type {
        let Some(entry) = self.metadata.get(id) else { return unknown(None) };
        let name = entry.text("name").map(str::to_owned);
        let size = entry.number("size").and_then(|bits| u32::try_from(bits / 8).ok()).unwrap_or(0);
        let base = entry.id("baseType").map(|base| self.reserve(base, todo));
        let kind = match (entry.kind, entry.word("tag").unwrap_or_default()) {
            ("DIBasicType", _) => return basic(name, &entry, size),
            ("DIDerivedType", "DW_TAG_pointer_type") => TypeKind::Pointer(base),
            ("DIDerivedType", "DW_TAG_typedef") => TypeKind::Alias(base),
            ("DIDerivedType", "DW_TAG_const_type") => TypeKind::Qualified(Qualifier::Const, base),
            ("DIDerivedType", "DW_TAG_volatile_type") => TypeKind::Qualified(Qualifier::Volatile, base),
            ("DIDerivedType", _) => TypeKind::Alias(base),
            ("DICompositeType", "DW_TAG_structure_type") => TypeKind::Struct(self.members(&entry, todo)),
            ("DICompositeType", "DW_TAG_union_type") => TypeKind::Union(self.members(&entry, todo)),
            ("DICompositeType", "DW_TAG_enumeration_type") => TypeKind::Enumeration(self.enumerators(&entry)),
            ("DICompositeType", "DW_TAG_array_type") => match base {
                Some(base) => return self.array(&entry, base),
                None => TypeKind::Unknown,
            },
            ("DISubroutineType", _) => self.function(&entry, todo),
            _ => TypeKind::Unknown,
        };
        let align = size.clamp(1, 4);
        Type { name, kind, size, align }
    }

    fn elements(&self, entry: &Entry<'_>) -> Vec<Id> {
        let list = entry.id("elements").map(|list| self.metadata.list(list)).unwrap_or_default();
        list.into_iter().take(MOST).collect()
    }

    fn members(&mut self, entry: &Entry<'_>, todo: &mut Vec<(Id, TypeId)>) -> Vec<Member> {
        let mut members = Vec::new();
        for id in self.elements(entry) {
            let Some(entry) = self.metadata.get(id) else { continue };
            let Some(base) = entry.id("baseType") else { continue };
            let is_bits = entry.word("flags").is_some_and(|flags| flags.contains("DIFlagBitField"));
            let width = || entry.number("size").and_then(|bits| u32::try_from(bits).ok()).unwrap_or(0);
            let bits = is_bits.then(width);
            let name = entry.text("name").unwrap_or_default().to_owned();
            members.push(Member { name, of: self.reserve(base, todo), offset: 0, bits, shift: 0 });
        }
        members
    }

    fn enumerators(&self, entry: &Entry<'_>) -> Vec<(String, i64)> {
        let entries = self.elements(entry).into_iter().filter_map(|id| self.metadata.get(id));
        entries.filter_map(|e| Some((e.text("name")?.to_owned(), e.number("value")?))).collect()
    }

    /// An array, of arrays if it has several dimensions.
    fn array(&mut self, entry: &Entry<'_>, base: TypeId) -> Type {
        let count = |id| {
            let range = self.metadata.get(id);
            let upto = |e: &Entry<'_>| e.number("upperBound").and_then(|n| n.checked_add(1));
            let count = range.and_then(|e: Entry<'_>| e.number("count").or_else(|| upto(&e)));
            count.and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
        };
        let counts: Vec<u32> = self.elements(entry).into_iter().take(16).map(count).collect();
        let of = |of, count| Type { name: None, kind: TypeKind::Array { of, count }, size: 0, align: 1 };
        let (first, inner) = counts.split_first().unwrap_or((&0, &[]));
        let base = inner.iter().rev().fold(base, |base, count| self.types.add(of(base, *count)));
        of(base, *first)
    }

    /// A function: the first of its types is what it returns.
    fn function(&mut self, entry: &Entry<'_>, todo: &mut Vec<(Id, TypeId)>) -> TypeKind {
        let types = entry.id("types").map(|list| self.metadata.types(list)).unwrap_or_default();
        let mut types = types.into_iter().take(MOST).map(|id| id.map(|id| self.reserve(id, todo)));
        TypeKind::Function(types.next().flatten(), types.collect())
    }
}

fn unknown(name: Option<String>) -> Type {
    Type { name, kind: TypeKind::Unknown, size: 0, align: 1 }
}

fn basic(name: Option<String>, entry: &Entry<'_>, size: u32) -> Type {
    let kind = match (entry.word("encoding").unwrap_or_default(), size) {
        (_, 8..) => TypeKind::Foreign,
        ("DW_ATE_signed_char", _) => TypeKind::Character { signed: true },
        ("DW_ATE_unsigned_char", _) => TypeKind::Character { signed: false },
        ("DW_ATE_signed", _) => TypeKind::Integer { signed: true },
        ("DW_ATE_unsigned" | "DW_ATE_boolean", _) => TypeKind::Integer { signed: false },
        ("DW_ATE_float", _) => TypeKind::Float,
        _ => TypeKind::Unknown,
    };
    Type { name, kind, size, align: size.clamp(1, 4) }
}
