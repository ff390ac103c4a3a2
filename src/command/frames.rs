//! Frames of a task in lines.

use crate::backend::answer::FrameInfo;

/// A frame in a line.
pub(super) fn frame_line(frame: &FrameInfo) -> String {
    let number = frame.frame;
    let doubt = if frame.doubtful { "  ?" } else { "" };
    let line = frame.file.as_ref().zip(frame.line);
    if let (Some(c), Some((file, line))) = (&frame.c, line) {
        let args: Vec<String> = c.args.iter().map(|arg| format!("{}={}", arg.name, arg.text)).collect();
        let args = if c.known { args.join(", ") } else { "?".to_owned() };
        let function = &frame.function;
        return format!("#{number:<3} 0x{:04X}  {function} ({args}) at {file}:{line}{doubt}", frame.pc);
    }
    let place = line.map_or(String::new(), |(file, line)| format!("  {file}:{line}"));
    let returns = frame.returns.as_ref().map_or(String::new(), |place| format!("  returns to {place}"));
    format!("#{number:<3} 0x{:04X}  {}{place}{returns}  {} B of stack{doubt}", frame.pc, frame.place, frame.bytes)
}

/// Frames in a row that look the same from which on they are one line.
const FOLD: usize = 4;

/// The frames, a line each; those of a recursion that look the same stand behind the first of them.
pub(super) fn frame_lines<'f>(frames: impl IntoIterator<Item = &'f FrameInfo>) -> Vec<String> {
    let frames: Vec<&FrameInfo> = frames.into_iter().collect();
    let args = |frame: &FrameInfo| frame.c.as_ref().map(|c| c.args.clone());
    let same = |a: &&FrameInfo, b: &&FrameInfo| {
        (a.pc, &a.function, a.returns_to, a.bytes) == (b.pc, &b.function, b.returns_to, b.bytes) && args(a) == args(b)
    };
    let mut lines = Vec::new();
    for alike in frames.chunk_by(same) {
        let shown = if alike.len() < FOLD { alike.len() } else { 1 };
        lines.extend(alike[..shown].iter().map(|frame| frame_line(frame)));
        if let Some(last) = alike[shown..].last() {
            lines.push(format!("…    {} more like it, up to #{}", alike.len() - shown, last.frame));
        }
    }
    lines
}
