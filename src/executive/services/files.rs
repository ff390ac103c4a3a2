//! Module 4: the file tree, and stdout and stderr.

use super::Call;
use crate::executive::Outcome;
use crate::executive::delivery::Post;
use crate::executive::mailbox::Handle;

/// Negative results are 32-bit two's complement.
fn status(result: Result<(), crate::executive::files::FileError>) -> u32 {
    result.map_or_else(|e| e.status() as u32, |()| 0)
}

pub(super) fn open(call: &mut Call<'_>) -> Option<Outcome> {
    let path = call.string(1);
    let fd = call.m.state.files.open(&path);
    call.answer(fd.map_or_else(|e| e.status() as u32, u32::from))
}

pub(super) fn read(call: &mut Call<'_>) -> Option<Outcome> {
    let (fd, buffer, len) = (call.half(1), call.half(2), call.half(3));
    let bytes = call.m.state.files.read(fd, usize::from(len));
    call.write(buffer, &bytes);
    call.answer(bytes.len() as u32)
}

pub(super) fn write(call: &mut Call<'_>) -> Option<Outcome> {
    let (fd, address, len) = (call.half(1), call.half(2), call.half(3));
    let bytes = call.read(address, len);
    let written = match stream_handle(fd) {
        Some(handle) => stdio(call, fd, handle, &bytes),
        None => call.m.state.files.write(fd, &bytes) as u32,
    };
    call.answer(written)
}

/// The handle on the task's own mailbox of a stream: 0, 1 and 2 are handles 1, 2 and 3. `None` for files.
#[must_use]
pub fn stream_handle(fd: u16) -> Option<Handle> {
    (fd <= 2).then(|| fd + 1)
}

/// A write to a stream makes one message or none.
fn stdio(call: &mut Call<'_>, fd: u16, handle: Handle, bytes: &[u8]) -> u32 {
    if bytes.is_empty() {
        return 0;
    }
    let post = Post { payload: bytes, flags: fd, channel: 0 };
    match call.m.send(call.index, call.pc, handle, post, call.touched) {
        Ok(()) => bytes.len() as u32,
        Err(_) => 0,
    }
}

pub(super) fn close(call: &mut Call<'_>) -> Option<Outcome> {
    let fd = call.half(1);
    let result = call.m.state.files.close(fd);
    call.answer(status(result))
}

pub(super) fn list(call: &mut Call<'_>) -> Option<Outcome> {
    let (buffer, max) = (call.half(2), call.half(3));
    let names = call.m.state.files.list(usize::from(max));
    call.write(buffer, &names);
    call.answer(names.len() as u32)
}

pub(super) fn delete(call: &mut Call<'_>) -> Option<Outcome> {
    let path = call.string(1);
    let result = call.m.state.files.delete(&path);
    call.answer(status(result))
}

pub(super) fn rename(call: &mut Call<'_>) -> Option<Outcome> {
    let (old, new) = (call.string(1), call.string(2));
    let result = call.m.state.files.rename(&old, &new);
    call.answer(status(result))
}

pub(super) fn mkdir(call: &mut Call<'_>) -> Option<Outcome> {
    let path = call.string(1);
    call.m.state.files.mkdir(&path);
    call.answer(0)
}
