//! Messages on a stream of bytes: a header with `Content-Length`, an empty line, a body.

use std::io::{self, BufRead, Read, Write};
use thiserror::Error;

/// Bytes that a header may have, all its lines together.
const HEADER: usize = 8 << 10;
/// Bytes that a body may have.
const BODY: usize = 16 << 20;

/// Why a stream cannot be read any further: where the next message begins is not known.
#[derive(Debug, Error)]
pub enum FrameError {
    /// The stream itself.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A header of too many bytes.
    #[error("a header has more than {HEADER} bytes")]
    Header,
    /// A line of a header that is not one.
    #[error("a line of a header is not \"Name: value\"")]
    Line,
    /// No length, or one that is not a number.
    #[error("a header without a Content-Length that is a number")]
    Length,
    /// A body of too many bytes.
    #[error("a body of {0} bytes: {BODY} is the most")]
    Body(u64),
    /// The stream ends within a message.
    #[error("the stream ends within a message")]
    Cut,
}

/// The body of the next message; `None` at the end of the stream.
///
/// # Errors
/// What comes is not a message, or is too large.
pub fn read_frame(input: &mut impl BufRead) -> Result<Option<Vec<u8>>, FrameError> {
    let (mut left, mut length, mut first) = (HEADER, None, true);
    loop {
        let mut line = Vec::new();
        input.by_ref().take(left as u64).read_until(b'\n', &mut line)?;
        if line.is_empty() && left > 0 {
            return if first { Ok(None) } else { Err(FrameError::Cut) };
        }
        if line.last() != Some(&b'\n') {
            return Err(if line.len() == left { FrameError::Header } else { FrameError::Cut });
        }
        left -= line.len();
        first = false;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        if text.is_empty() {
            break;
        }
        let (name, value) = text.split_once(':').ok_or(FrameError::Line)?;
        if name.is_empty() || !name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-') {
            return Err(FrameError::Line);
        }
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<u64>().ok();
        }
    }
    let length = length.ok_or(FrameError::Length)?;
    if length > BODY as u64 {
        return Err(FrameError::Body(length));
    }
    // Memory is taken as bytes arrive, not as a header promises them.
    let mut body = Vec::new();
    input.take(length).read_to_end(&mut body)?;
    if body.len() as u64 == length { Ok(Some(body)) } else { Err(FrameError::Cut) }
}

/// Writes a message and flushes it.
///
/// # Errors
/// The stream cannot be written to.
pub fn write_frame(output: &mut (impl Write + ?Sized), body: &[u8]) -> io::Result<()> {
    let mut message = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    message.extend_from_slice(body);
    output.write_all(&message)?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Option<Vec<u8>>, FrameError> {
        read_frame(&mut io::BufReader::new(text))
    }

    #[test]
    fn a_message_is_read_back_as_it_was_written() {
        let mut stream = Vec::new();
        write_frame(&mut stream, b"{}").expect("written");
        write_frame(&mut stream, b"").expect("written");
        let mut input = io::BufReader::new(&stream[..]);
        assert_eq!(read_frame(&mut input).expect("read"), Some(b"{}".to_vec()));
        assert_eq!(read_frame(&mut input).expect("read"), Some(Vec::new()));
        assert_eq!(read_frame(&mut input).expect("read"), None);
    }

    #[test]
    fn other_fields_and_bare_line_feeds_are_taken() {
        let text = b"Content-Type: application/json\ncontent-length:  2\n\n{}rest";
        assert_eq!(read(text).expect("read"), Some(b"{}".to_vec()));
    }

    #[test]
    fn what_is_not_a_message_is_refused() {
        let long = [b"X: ", &vec![b'x'; HEADER][..], b"\n\n"].concat();
        assert!(matches!(read(&long), Err(FrameError::Header)));
        assert!(matches!(read(b"POST / HTTP/1.1\r\n\r\n"), Err(FrameError::Line)));
        assert!(matches!(read(b"POST http://x/ HTTP/1.1\r\n\r\n"), Err(FrameError::Line)));
        assert!(matches!(read(b"Content-Length: -1\r\n\r\n"), Err(FrameError::Length)));
        assert!(matches!(read(b"\r\n{}"), Err(FrameError::Length)));
        assert!(matches!(read(b"Content-Length: 16777217\r\n\r\n"), Err(FrameError::Body(16_777_217))));
        assert!(matches!(read(b"Content-Length: 5\r\n\r\n{}"), Err(FrameError::Cut)));
        assert!(matches!(read(b"Content-Length: 5\r\n"), Err(FrameError::Cut)));
        assert!(matches!(read(b"Content-Length: 5"), Err(FrameError::Cut)));
        assert_eq!(read(b"").expect("the end"), None);
    }
}
