//! Local variables of a symbol file, read and written: where each is while which instructions run.

use super::read::{items, name};
use crate::image::json::Json;
use crate::image::{LocalRange, LocalVariable, Location, Symbols};
use serde_json::{Value, json};

/// Reads an entry of `locals`; `place` gives the byte address of what the file calls an address.
pub(super) fn read(entry: &Json, place: &dyn Fn(u32) -> u32) -> Option<LocalVariable> {
    let number = |key: &str| entry.get(key).and_then(Json::integer).and_then(|n| u32::try_from(n).ok());
    let text = |key: &str| entry.get(key).and_then(Json::text).map(str::to_owned);
    Some(LocalVariable {
        name: name(entry)?.to_owned(),
        function: text("function")?,
        line: number("line").unwrap_or(0),
        scope: text("scope").unwrap_or_default(),
        ranges: items(Some(entry), "locations").iter().filter_map(|range| self::range(range, place)).collect(),
    })
}

fn range(entry: &Json, place: &dyn Fn(u32) -> u32) -> Option<LocalRange> {
    let bound = |key: &str| entry.get(key).and_then(Json::integer).and_then(|n| u32::try_from(n).ok()).map(place);
    Some(LocalRange {
        start: bound("start").unwrap_or(0),
        end: bound("end").unwrap_or(u32::MAX),
        location: location(entry.get("location")?)?,
    })
}

fn location(entry: &Json) -> Option<Location> {
    let number = |key: &str| entry.get(key).and_then(Json::integer);
    let offset = i32::try_from(number("offset").unwrap_or(0)).ok()?;
    match entry.get("kind").and_then(Json::text).unwrap_or("stack") {
        "stack" => Some(Location::Stack(offset)),
        "register" => {
            let name = entry.get("name").or(entry.get("register"))?.text()?;
            let number: u8 = name.strip_prefix(['R', 'r'])?.parse().ok()?;
            (number < 16).then_some(Location::Register(number))
        }
        "global" => Some(Location::Global {
            symbol: entry.get("symbol").and_then(Json::text).map(str::to_owned),
            address: number("address").and_then(|n| u32::try_from(n).ok()),
            offset,
        }),
        "const" => Some(Location::Constant(number("value")? as u32)),
        _ => None,
    }
}

/// The entries of `locals`.
pub(super) fn write(symbols: &Symbols) -> Vec<Value> {
    let range =
        |range: &LocalRange| json!({ "start": range.start, "end": range.end, "location": written(&range.location) });
    let local = |local: &LocalVariable| {
        let locations: Vec<Value> = local.ranges.iter().map(range).collect();
        json!({ "name": local.name, "function": local.function, "line": local.line, "scope": local.scope,
                "locations": locations })
    };
    symbols.locals.iter().map(local).collect()
}

fn written(location: &Location) -> Value {
    match location {
        Location::Stack(offset) => json!({ "kind": "stack", "offset": offset }),
        Location::Register(number) => json!({ "kind": "register", "name": format!("R{number}") }),
        Location::Global { symbol, address, offset } => {
            json!({ "kind": "global", "symbol": symbol, "address": address, "offset": offset })
        }
        Location::Constant(value) => json!({ "kind": "const", "value": value }),
    }
}
