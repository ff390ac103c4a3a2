//! Values as clients show them.

use super::Adapter;
use super::reference::Referred;
use crate::backend::Pid;
use crate::text::visible;
use serde_json::{Value, json};

/// A variable as the protocol has it.
#[derive(Debug, Default)]
pub(super) struct Variable {
    pub name: String,
    pub value: String,
    pub type_name: Option<String>,
    /// The memory it is.
    pub memory: Option<String>,
    /// What is inside of it, and how many of these are counted by index.
    pub inside: Option<(Referred, usize)>,
    /// The expression that evaluates to it.
    pub evaluate: Option<String>,
    /// Whether it cannot be set.
    pub fixed: bool,
}

impl Variable {
    /// Something that is only looked at.
    pub fn fixed(name: impl Into<String>, value: impl ToString) -> Variable {
        Variable { name: name.into(), value: value.to_string(), fixed: true, ..Variable::default() }
    }

    /// As the protocol has it.
    pub fn json(self, adapter: &mut Adapter<'_>) -> Value {
        let Variable { name, value, type_name, memory, inside, evaluate, fixed } = self;
        let mut shown = json!({ "name": visible(&name), "value": visible(&value) });
        let (reference, indexed) =
            inside.map_or((0, 0), |(referred, indexed)| (adapter.references.number(referred), indexed));
        shown["variablesReference"] = reference.into();
        if indexed > 0 {
            shown["indexedVariables"] = indexed.into();
        }
        let texts = [("type", type_name), ("memoryReference", memory), ("evaluateName", evaluate)];
        for (key, text) in texts {
            if let Some(text) = text {
                shown[key] = text.into();
            }
        }
        if fixed {
            shown["presentationHint"] = json!({ "attributes": ["readOnly"] });
        }
        shown
    }
}

/// The expression that a member is.
pub(super) fn member(path: &str, name: &str) -> String {
    if name.starts_with('[') { format!("{path}{name}") } else { format!("{path}.{name}") }
}

/// What is inside of a value of C.
pub(super) fn members(pid: Option<Pid>, path: &str, value: &Value, hex: bool) -> Vec<Variable> {
    let part = |name: String, value: &Value| {
        let evaluate = member(path, &name);
        Variable {
            value: text(value, hex),
            inside: inside(pid, &evaluate, value),
            evaluate: Some(evaluate),
            name,
            ..Variable::default()
        }
    };
    match value {
        Value::Object(all) => all.iter().map(|(name, value)| part(name.clone(), value)).collect(),
        Value::Array(all) => all.iter().enumerate().map(|(i, value)| part(format!("[{i}]"), value)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// What a value of C has inside of it, if anything.
pub(super) fn inside(pid: Option<Pid>, path: &str, value: &Value) -> Option<(Referred, usize)> {
    let count = match value {
        Value::Object(all) if !all.is_empty() => 0,
        Value::Array(all) if !all.is_empty() => all.len(),
        _ => return None,
    };
    Some((Referred::Members(pid, path.to_owned(), value.clone()), count))
}

/// A value of C as a text.
pub(super) fn text(value: &Value, hex: bool) -> String {
    match value {
        Value::Number(number) => match number.as_i64().filter(|_| hex) {
            Some(n) => format!("0x{:X}", n as u32),
            None => number.to_string(),
        },
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
