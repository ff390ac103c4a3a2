//! Parts of requests as text: in command lines, and as data.

use crate::executive::input::Reg;
use crate::session::expr::Expr;

/// A word as it can be typed: quoted where it must be.
#[must_use]
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/=+,%@!?*<>[]()|&^~$".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// An expression as one word, whatever blanks and quotes are in it.
pub(super) fn expression_word(expr: &Expr) -> String {
    format!("\"{}\"", expr.plain_text().replace('"', "\\\""))
}

/// `r3`, `pc`.
pub(in crate::backend) fn register_name(reg: Reg) -> String {
    match reg {
        Reg::R(i) => format!("r{i}"),
        Reg::Pc => "pc".into(),
        Reg::Sp => "sp".into(),
        Reg::Psw => "psw".into(),
    }
}

/// The register of a name, in any case.
#[must_use]
pub fn register_named(name: &str) -> Option<Reg> {
    let name = name.to_ascii_lowercase();
    let all = (0..16).map(Reg::R).chain([Reg::Pc, Reg::Sp, Reg::Psw]);
    all.into_iter().find(|reg| register_name(*reg) == name)
}

pub(in crate::backend) mod register {
    use super::{Reg, register_name, register_named};
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(reg: &Reg, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&register_name(*reg))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Reg, D::Error> {
        let name = String::deserialize(from)?;
        register_named(&name).ok_or_else(|| D::Error::custom("r0 to r15, pc, sp or psw is expected"))
    }
}

pub(super) mod event {
    use crate::session::Event;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(event: &Event, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(event)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Event, D::Error> {
        let text = String::deserialize(from)?;
        let (name, argument) = text.split_once(' ').map_or((&*text, None), |(name, argument)| (name, Some(argument)));
        Event::parse(name, argument).map_err(D::Error::custom)
    }
}

pub(super) mod kinds {
    use crate::executive::trace::TraceKind;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(kinds: &[TraceKind], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(kinds.iter().map(|kind| kind.name()))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<TraceKind>, D::Error> {
        let kind = |name: String| {
            let known = TraceKind::ALL.iter().find(|kind| kind.name().eq_ignore_ascii_case(&name));
            known.copied().ok_or_else(|| D::Error::custom(format!("there is no trace kind {name}")))
        };
        Vec::<String>::deserialize(from)?.into_iter().map(kind).collect()
    }
}
