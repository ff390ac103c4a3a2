//! The source as its modules: every token, with the paths it names, but for what is compiled into tests alone.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};

/// Source files by their path below `src`, e.g. `executive/mailbox.rs`.
pub type Files = BTreeMap<String, String>;

/// What a line of source names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// Something of this crate, from its root: `executive`, `Machine`.
    Inside(Vec<String>),
    /// Anything else: `std`, `fs`; or a single name.
    Outside(Vec<String>),
    /// A way around what can be checked, and why it is none to take.
    Trick(&'static str),
}

/// A name in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The file, below `src`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is named.
    pub named: Named,
    /// It is handed on: the name stands in a `pub use`.
    pub public: bool,
}

/// All names in the modules that `lib.rs` and `main.rs` lead to. Panics on a file that no module leads to.
pub fn names(files: &Files) -> Vec<Use> {
    let mut reader = Reader { files, reached: BTreeSet::new(), tests: BTreeSet::new(), names: Vec::new() };
    for root in ["lib.rs", "main.rs"] {
        reader.file(root, &[]);
    }
    let known: BTreeSet<&String> = reader.reached.iter().chain(&reader.tests).collect();
    let lost: Vec<&String> = files.keys().filter(|f| !known.contains(f) && !below(f, &reader.tests)).collect();
    assert!(lost.is_empty(), "no module leads to {lost:?}");
    reader.names
}

/// The names in one file and the modules below it.
pub fn names_below(files: &Files, file: &str) -> Vec<Use> {
    let mut reader = Reader { files, reached: BTreeSet::new(), tests: BTreeSet::new(), names: Vec::new() };
    let module: Vec<String> = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    reader.file(file, &module);
    reader.names
}

/// Whether a file belongs to a module that is compiled into tests alone.
fn below(file: &str, tests: &BTreeSet<String>) -> bool {
    tests.iter().any(|test| file.starts_with(&format!("{}/", test.trim_end_matches(".rs"))))
}

/// What an item begins with.
const ITEMS: &[&str] = &[
    "async",
    "const",
    "enum",
    "fn",
    "impl",
    "macro_rules",
    "mod",
    "static",
    "struct",
    "trait",
    "type",
    "unsafe",
    "use",
];

struct Reader<'f> {
    files: &'f Files,
    reached: BTreeSet<String>,
    /// Files that are compiled into tests alone.
    tests: BTreeSet<String>,
    names: Vec<Use>,
}

/// Where in the source tokens stand.
#[derive(Clone, Copy)]
struct At<'a> {
    file: &'a str,
    /// The module, from the root.
    module: &'a [String],
}

impl Reader<'_> {
    fn file(&mut self, path: &str, module: &[String]) {
        let text = self.files.get(path).unwrap_or_else(|| panic!("{path} is missing"));
        let tokens: TokenStream = text.parse().unwrap_or_else(|e| panic!("{path}: {e}"));
        self.reached.insert(path.to_owned());
        self.tokens(tokens, At { file: path, module });
    }

    fn tokens(&mut self, stream: TokenStream, at: At<'_>) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut i = 0;
        while let Some(token) = tokens.get(i) {
            let rest = &tokens[i..];
            i += match token {
                TokenTree::Punct(p) if p.as_char() == '#' => self.attribute(rest, at),
                TokenTree::Punct(_) | TokenTree::Literal(_) => 1,
                TokenTree::Group(group) => {
                    self.tokens(group.stream(), at);
                    1
                }
                TokenTree::Ident(word) => match word.to_string().as_str() {
                    "pub" => 1 + usize::from(is_scope(rest.get(1))),
                    "use" => self.import(rest, at, is_public(&tokens[..i])),
                    "mod" => self.module(rest, at),
                    "extern" if word_at(rest, 1).as_deref() == Some("crate") => {
                        self.trick(rest, at, "extern crate gives a room another name")
                    }
                    "include" if punct_at(rest, 1, '!') => {
                        self.trick(rest, at, "include! brings source that is not read here")
                    }
                    _ => self.path(rest, at),
                },
            };
        }
    }

    fn attribute(&mut self, rest: &[TokenTree], at: At<'_>) -> usize {
        let Some(TokenTree::Group(group)) = rest.get(1) else { return 1 };
        match group.stream().to_string().replace(' ', "") {
            text if text == "cfg(test)" => self.skip_test(rest, at),
            text if text.contains("path=") => self.trick(rest, at, "a path attribute moves a module to another room"),
            _ => 1,
        }
    }

    /// Passes over `#[cfg(test)]` and the item behind it, other attributes of it included.
    fn skip_test(&mut self, rest: &[TokenTree], at: At<'_>) -> usize {
        let mut length = 2;
        while punct_at(rest, length, '#') {
            length += 2;
        }
        if word_at(rest, length).as_deref() == Some("pub") {
            length += 1 + usize::from(is_scope(rest.get(length + 1)));
        }
        if !word_at(rest, length).is_some_and(|word| ITEMS.contains(&word.as_str())) {
            return self.trick(rest, at, "cfg(test) stands on what is no item");
        }
        if word_at(rest, length).as_deref() == Some("mod") && punct_at(rest, length + 2, ';') {
            let name = word_at(rest, length + 1).unwrap_or_default();
            self.tests.insert(self.file_of(at.module, &name));
        }
        let ends = |t: &TokenTree| match t {
            TokenTree::Punct(p) => p.as_char() == ';',
            TokenTree::Group(g) => g.delimiter() == Delimiter::Brace,
            _ => false,
        };
        rest[length..].iter().position(ends).map_or(rest.len(), |end| length + end + 1)
    }

    fn file_of(&self, module: &[String], name: &str) -> String {
        let stem: String = module.iter().map(|m| format!("{m}/")).collect::<String>() + name;
        let (file, folder) = (format!("{stem}.rs"), format!("{stem}/mod.rs"));
        if self.files.contains_key(&folder) { folder } else { file }
    }

    fn module(&mut self, rest: &[TokenTree], at: At<'_>) -> usize {
        let Some(name) = word_at(rest, 1) else { return 1 };
        let inner: Vec<String> = at.module.iter().cloned().chain([name.clone()]).collect();
        match rest.get(2) {
            Some(TokenTree::Punct(p)) if p.as_char() == ';' => {
                let path = self.file_of(at.module, &name);
                if !self.files.contains_key(&path) {
                    return self.trick(rest, at, "the module has no file at its place");
                }
                self.file(&path, &inner);
                3
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                self.tokens(group.stream(), At { module: &inner, ..at });
                3
            }
            _ => 1,
        }
    }

    /// A `use` to its `;`, each name of a tree by itself.
    fn import(&mut self, rest: &[TokenTree], at: At<'_>, public: bool) -> usize {
        let end =
            rest.iter().position(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == ';')).unwrap_or(rest.len());
        self.tree(&rest[1..end], Vec::new(), at, public);
        end
    }

    fn tree(&mut self, tokens: &[TokenTree], mut path: Vec<String>, at: At<'_>, public: bool) {
        for token in tokens {
            match token {
                TokenTree::Ident(word) if word == "as" => break,
                TokenTree::Ident(word) => path.push(word.to_string()),
                TokenTree::Punct(p) if p.as_char() == '*' => path.push("*".into()),
                TokenTree::Group(group) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    for part in inner.split(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == ',')) {
                        if !part.is_empty() {
                            self.tree(part, path.clone(), at, public);
                        }
                    }
                    return;
                }
                _ => {}
            }
        }
        if let Some(first) = tokens.first().map(|t| t.span().start().line) {
            self.named(path, first, at, public);
        }
    }

    /// A path that stands in code.
    fn path(&mut self, rest: &[TokenTree], at: At<'_>) -> usize {
        let mut path = Vec::from_iter(word_at(rest, 0));
        let mut length = 1;
        while punct_at(rest, length, ':') && punct_at(rest, length + 1, ':') {
            let Some(next) = word_at(rest, length + 2) else { break };
            path.push(next);
            length += 3;
        }
        if punct_at(rest, length, '!')
            && let Some(name) = path.last_mut()
        {
            name.push('!');
        }
        self.named(path, rest[0].span().start().line, at, false);
        length
    }

    fn trick(&mut self, rest: &[TokenTree], at: At<'_>, why: &'static str) -> usize {
        let line = rest[0].span().start().line;
        self.names.push(Use { file: at.file.into(), line, named: Named::Trick(why), public: false });
        2
    }

    fn named(&mut self, path: Vec<String>, line: usize, at: At<'_>, public: bool) {
        let named = resolve(path, at.module);
        self.names.push(Use { file: at.file.into(), line, named, public });
    }
}

/// A path from the root, if it starts at the root or at the module it stands in.
fn resolve(path: Vec<String>, module: &[String]) -> Named {
    let first = path.first().map_or("", String::as_str);
    if first == "std" && path.len() == 1 {
        return Named::Trick("the standard library is given another name");
    }
    if first == "Self" || first == "self" && path.len() == 1 {
        return Named::Outside(path);
    }
    if !matches!(first, "crate" | "self" | "super") {
        return Named::Outside(path);
    }
    let mut base: Vec<String> = if first == "crate" { Vec::new() } else { module.to_vec() };
    let supers = path.iter().take_while(|p| *p == "super" || *p == "self").filter(|p| *p == "super").count();
    base.truncate(base.len().saturating_sub(supers));
    base.extend(path.into_iter().filter(|p| !matches!(p.as_str(), "crate" | "self" | "super")));
    match base.first().map(String::as_str) {
        None => Named::Trick("the root of the crate is given another name"),
        Some("*") => Named::Trick("everything of the crate's root is imported"),
        Some(_) => Named::Inside(base),
    }
}

/// Whether a token is the scope of a `pub`: `(crate)`, `(super)`, `(in …)`.
fn is_scope(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Parenthesis)
}

/// Whether what follows is seen from other rooms: behind `pub` or `pub(crate)`.
fn is_public(before: &[TokenTree]) -> bool {
    match before {
        [.., TokenTree::Ident(word)] => word == "pub",
        [.., TokenTree::Ident(word), TokenTree::Group(scope)] => word == "pub" && scope.stream().to_string() == "crate",
        _ => false,
    }
}

fn word_at(rest: &[TokenTree], index: usize) -> Option<String> {
    match rest.get(index) {
        Some(TokenTree::Ident(word)) => Some(word.to_string()),
        _ => None,
    }
}

fn punct_at(rest: &[TokenTree], index: usize, sign: char) -> bool {
    matches!(rest.get(index), Some(TokenTree::Punct(p)) if p.as_char() == sign)
}
