//! Memory and code by reference, and what has changed of it since it was read.

use super::reference::MemoryReference;
use super::sources::{Where, line_of};
use super::{Adapter, Failed, failed};
use crate::backend::request::Input;
use crate::backend::{Snapshot, TaskView};
use serde::Deserialize;
use serde_json::{Value, json};

/// Instructions that are given at once.
const MOST: i64 = 8192;
/// Bytes of RAM.
pub(super) const RAM: i64 = 0x10000;

/// Stretches of memory that are compared at a stop, at most.
const COMPARED: usize = 64;

/// Memory that the client has read, which it may show.
#[derive(Debug)]
pub(super) struct ReadMemory {
    /// As the client has named it.
    reference: String,
    offset: i64,
    place: MemoryReference,
    bytes: Vec<u8>,
}

/// All bytes that there are where a place is: of RAM as it is seen, or of code, in the order in which a disassembly shows them.
fn whole(now: &Snapshot, place: MemoryReference) -> Result<(Vec<u8>, i64), Failed> {
    Ok(match place {
        MemoryReference::Ram(None, address) => (now.ram.to_vec(), address),
        MemoryReference::Ram(Some(pid), address) => match now.task(pid) {
            Some(task) => (now.peek(task, 0, RAM as usize), address),
            None => return failed(format!("there is no task {pid}")),
        },
        MemoryReference::Code(pid, address) => {
            let program = now.task(pid).and_then(|task| task.program.as_ref());
            let code = program.map(|program| program.image.code.iter().flat_map(|word| word.to_be_bytes()).collect());
            (code.unwrap_or_default(), address)
        }
    })
}

/// Some bytes from a place on, as many as there are.
fn some(all: &[u8], address: i64, count: usize) -> &[u8] {
    let rest = usize::try_from(address).ok().and_then(|start| all.get(start..)).unwrap_or_default();
    &rest[..count.min(rest.len())]
}

/// Bytes that are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Span {
    memory_reference: String,
    offset: i64,
    count: i64,
}

/// `readMemory`.
pub(super) fn read(adapter: &mut Adapter<'_>, span: Span) -> Result<Value, Failed> {
    let place = MemoryReference::read(&span.memory_reference, span.offset)?;
    let now = adapter.look()?;
    let (all, address) = whole(&now, place)?;
    let count = usize::try_from(span.count).or_else(|_| failed("a count of bytes is expected"))?;
    let bytes = some(&all, address, count);
    let mut body = json!({ "address": place.text(), "data": encode(bytes) });
    // In front of memory they are those to be left out, so that the rest can be read.
    let before = usize::try_from(address.saturating_neg()).unwrap_or(0);
    let missing = if before > 0 { count.min(before) } else { count - bytes.len() };
    if missing > 0 {
        body["unreadableBytes"] = missing.into();
    }
    if adapter.client.supports_memory_event && !bytes.is_empty() {
        let (reference, offset, bytes) = (span.memory_reference, span.offset, bytes.to_vec());
        adapter.remember_read(ReadMemory { reference, offset, place, bytes });
    }
    Ok(body)
}

impl Adapter<'_> {
    fn remember_read(&mut self, read: ReadMemory) {
        let same = |known: &ReadMemory| (&known.reference, known.offset) == (&read.reference, read.offset);
        self.read.retain(|known| !same(known));
        if self.read.len() == COMPARED {
            self.read.remove(0);
        }
        self.read.push(read);
    }

    /// Reports what of the memory that the client has read is not as it was. It is read again if it is still shown.
    pub(super) fn report_memory(&mut self) {
        if self.read.is_empty() {
            return;
        }
        let Ok(now) = self.look() else { return };
        let is_as_it_was = |read: &ReadMemory| {
            whole(&now, read.place).is_ok_and(|(all, address)| some(&all, address, read.bytes.len()) == read.bytes)
        };
        let (same, changed): (Vec<_>, Vec<_>) = std::mem::take(&mut self.read).into_iter().partition(is_as_it_was);
        self.read = same;
        for ReadMemory { reference, offset, bytes, .. } in changed {
            self.say("memory", json!({ "memoryReference": reference, "offset": offset, "count": bytes.len() }));
        }
    }
}

/// Bytes to be written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Write {
    memory_reference: String,
    offset: i64,
    allow_partial: bool,
    data: String,
}

/// `writeMemory`.
pub(super) fn write(adapter: &mut Adapter<'_>, write: Write) -> Result<Value, Failed> {
    let (pid, address) = match MemoryReference::read(&write.memory_reference, write.offset)? {
        MemoryReference::Ram(Some(pid), address) => (pid, address),
        MemoryReference::Ram(None, _) => {
            return failed("memory is written as a task sees it: take a reference of a task");
        }
        MemoryReference::Code(..) => return failed("code cannot be written"),
    };
    let mut bytes = decode(&write.data).map_or_else(|| failed("data in base64 is expected"), Ok)?;
    let first = u16::try_from(address).or_else(|_| failed("the address lies outside of RAM"))?;
    let room = (RAM - address) as usize;
    if bytes.len() > room && !write.allow_partial {
        return failed(format!("only {room} bytes of RAM are left from there on"));
    }
    bytes.truncate(room);
    let written = bytes.len();
    if written > 0 {
        adapter.target()?.send(Input::Poke { pid, address: first, bytes }.into())?;
        adapter.changed(&["variables"]);
    }
    Ok(json!({ "bytesWritten": written }))
}

/// Instructions that are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Code {
    memory_reference: String,
    offset: i64,
    instruction_offset: i64,
    instruction_count: i64,
}

/// `disassemble`.
pub(super) fn disassemble(adapter: &mut Adapter<'_>, code: Code) -> Result<Value, Failed> {
    if !(0..=MOST).contains(&code.instruction_count) {
        return failed(format!("0 to {MOST} instructions are expected"));
    }
    let now = adapter.look()?;
    let (pid, address) = match MemoryReference::read(&code.memory_reference, code.offset)? {
        MemoryReference::Code(pid, address) => (pid, address),
        MemoryReference::Ram(None, address) => (now.tasks.first().map_or(1, |task| task.pid), address),
        MemoryReference::Ram(Some(_), _) => return failed("memory of a task is not code"),
    };
    let Some(task) = now.task(pid) else { return failed(format!("there is no task {pid}")) };
    let rows = &task.listing.rows;
    // Where the instruction would stand that is at the address, also in front of the code and behind it.
    let base = match u32::try_from(address) {
        Err(_) => address.div_euclid(4),
        Ok(pc) if pc >= task.listing.code_len => rows.len() as i64 + i64::from(pc - task.listing.code_len) / 4,
        Ok(pc) => task.listing.row_at(pc).unwrap_or(0) as i64,
    };
    let first = base.saturating_add(code.instruction_offset);
    let mut instructions = Vec::new();
    let mut last_source = None;
    for at in first..first.saturating_add(code.instruction_count) {
        let row = usize::try_from(at).ok().and_then(|at| rows.get(at));
        let Some(row) = row else {
            instructions
                .push(json!({ "address": outside(task, at), "instruction": "", "presentationHint": "invalid" }));
            continue;
        };
        let note = if row.note.is_empty() { String::new() } else { format!("  ; {}", row.note) };
        let mut shown = json!({
            "address": MemoryReference::Code(pid, row.address.into()).text(),
            "instructionBytes": format!("{:08X}", row.word),
            "instruction": format!("{} {}{note}", row.mnemonic, row.operands).trim_end(),
        });
        if let Some((address, name)) = task.listing.label_at(row.address).map(|(name, distance)| (distance, name))
            && address == 0
        {
            shown["symbol"] = name.into();
        }
        let (place, line) = line_of(task, row.address);
        if matches!(place, Where::File(_)) {
            shown["line"] = adapter.client.line(line).into();
            if last_source != Some(place) {
                shown["location"] = adapter.describe(task, place)?;
                last_source = Some(place);
            }
        }
        instructions.push(shown);
    }
    Ok(json!({ "instructions": instructions }))
}

/// An address in front of the code or behind it, by the number of its row.
fn outside(task: &TaskView, at: i64) -> String {
    let behind = at - task.listing.rows.len() as i64;
    let address = if at < 0 { at.saturating_mul(4) } else { i64::from(task.listing.code_len) + behind * 4 };
    let start =
        i64::from_str_radix(MemoryReference::Code(task.pid, 0).text().trim_start_matches("0x"), 16).unwrap_or(0);
    format!("0x{:X}", start.saturating_add(address).max(0))
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes in base64.
fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0_u32, |word, i| word << 8 | u32::from(chunk.get(i).copied().unwrap_or(0)));
        for i in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * i) & 63) as usize];
            text.push(if i <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// Bytes from base64; `None` for what is not base64.
fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|c| !c.is_ascii_whitespace()).collect();
    let end = digits.iter().position(|c| *c == b'=').unwrap_or(digits.len());
    let (digits, padding) = digits.split_at(end);
    if padding.iter().any(|c| *c != b'=') || padding.len() > 2 || digits.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for chunk in digits.chunks(4) {
        let value = |c: &u8| DIGITS.iter().position(|digit| digit == c).map(|value| value as u32);
        let word = chunk.iter().try_fold(0_u32, |word, c| Some(word << 6 | value(c)?))?;
        let word = word << (6 * (4 - chunk.len()));
        bytes.extend(word.to_be_bytes()[1..].iter().take(chunk.len() - 1));
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_back_from_base64() {
        for (bytes, text) in
            [(&b""[..], ""), (b"f", "Zg=="), (b"fo", "Zm8="), (b"foo", "Zm9v"), (b"\xFF\xFE\xFD\x00", "//79AA==")]
        {
            assert_eq!(encode(bytes), text);
            assert_eq!(decode(text).as_deref(), Some(bytes));
        }
        assert_eq!(decode("Zg"), Some(b"f".to_vec()), "without padding");
        for wrong in ["Z", "Zg=x", "Zm9v!", "====", "Ä"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }
}
