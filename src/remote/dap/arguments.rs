//! Arguments of requests, as clients send them.

use super::{Failed, failed};
use serde_json::{Value, json};

/// A value without the members that are null, which some clients send for what they leave out.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect(),
        Value::Array(all) => all.into_iter().map(without_nulls).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// Arguments of a kind; what is wrong with them in words.
pub(super) fn arguments<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, Failed> {
    let value = if value.is_null() { json!({}) } else { value };
    if !value.is_object() {
        return failed("arguments: an object is expected");
    }
    serde_json::from_value(without_nulls(value)).map_err(|e| Failed(format!("arguments: {e}")))
}
