//! Types as C writes them.

use super::{Type, TypeId, TypeKind, Types};
use std::fmt::Write;

/// Types within types that are written out.
const DEEPEST: usize = 32;

impl Types {
    /// A type's name: `short[3]`, `const char *`, `struct point`.
    #[must_use]
    pub fn name(&self, id: Option<TypeId>) -> String {
        self.declare(id, String::new(), 0)
    }

    /// A declaration of something called so: `short values[3]`.
    #[must_use]
    pub fn declaration(&self, id: Option<TypeId>, name: &str) -> String {
        self.declare(id, name.to_owned(), 0)
    }

    fn declare(&self, id: Option<TypeId>, inner: String, depth: usize) -> String {
        let Some(id) = id else { return joined("void", &inner) };
        let Some(of) = self.get(id).filter(|_| depth < DEEPEST) else { return joined("…", &inner) };
        let next = |id: Option<TypeId>, inner| self.declare(id, inner, depth + 1);
        match &of.kind {
            TypeKind::Pointer(to) => {
                let whole = matches!(
                    to.and_then(|to| self.get(to)).map(|t| &t.kind),
                    Some(TypeKind::Array { .. } | TypeKind::Function(..))
                );
                next(*to, if whole { format!("(*{inner})") } else { format!("*{inner}") })
            }
            TypeKind::Array { of, count: 0 } => next(Some(*of), format!("{inner}[]")),
            TypeKind::Array { of, count } => next(Some(*of), format!("{inner}[{count}]")),
            TypeKind::Function(returns, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(|id| next(*id, String::new())).collect();
                let arguments = if arguments.is_empty() { "void".to_owned() } else { arguments.join(", ") };
                next(*returns, format!("{inner}({arguments})"))
            }
            TypeKind::Qualified(word, to) => match to.and_then(|to| self.get(to)).map(|t| &t.kind) {
                Some(TypeKind::Pointer(_)) => next(*to, joined(word.word(), &inner)),
                _ => format!("{} {}", word.word(), next(*to, inner)),
            },
            TypeKind::Alias(to) => match &of.name {
                Some(name) => joined(name, &inner),
                None => next(*to, inner),
            },
            TypeKind::Struct(_) => joined(&tagged("struct", of), &inner),
            TypeKind::Union(_) => joined(&tagged("union", of), &inner),
            TypeKind::Enumeration(_) => joined(&tagged("enum", of), &inner),
            TypeKind::Character { .. }
            | TypeKind::Integer { .. }
            | TypeKind::Float
            | TypeKind::Foreign
            | TypeKind::Unknown => joined(of.name.as_deref().unwrap_or("…"), &inner),
        }
    }

    /// What a type is made of: a struct with its members and their places, what a typedef stands for.
    #[must_use]
    pub fn definition(&self, id: TypeId) -> String {
        let Some((plain, of)) = self.plain(id) else { return self.name(Some(id)) };
        match &of.kind {
            TypeKind::Struct(members) | TypeKind::Union(members) => {
                let mut text = format!("{} {{\n", self.name(Some(plain)));
                for member in members {
                    let bits = member.bits.map_or_else(String::new, |bits| format!(" : {bits}"));
                    let declared = self.declaration(Some(member.of), &member.name);
                    let _ = writeln!(text, "    {declared}{bits};  // at {}", member.offset);
                }
                let _ = write!(text, "}}  // {} bytes", of.size);
                text
            }
            TypeKind::Enumeration(values) => {
                let values: Vec<String> = values.iter().map(|(name, value)| format!("{name} = {value}")).collect();
                format!("{} {{ {} }}", self.name(Some(plain)), values.join(", "))
            }
            _ => self.name(Some(plain)),
        }
    }
}

fn tagged(word: &str, of: &Type) -> String {
    format!("{word} {}", of.name.as_deref().unwrap_or("{…}"))
}

/// A name and what is declared with it; brackets follow without a blank.
fn joined(name: &str, inner: &str) -> String {
    match inner.chars().next() {
        None => name.to_owned(),
        Some('[' | '(') if !inner.starts_with("(*") => format!("{name}{inner}"),
        Some(_) => format!("{name} {inner}"),
    }
}
