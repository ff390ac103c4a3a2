//! Paths as clients name them: as they are, or as `file:` URIs (RFC 8089).

use std::path::{Path, PathBuf};

/// How a client names paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum PathFormat {
    /// As the system does.
    #[default]
    Path,
    /// As URIs.
    Uri,
}

impl PathFormat {
    /// The format of a name in `initialize`; `None` for another one.
    pub fn named(name: &str) -> Option<PathFormat> {
        match name {
            "path" => Some(PathFormat::Path),
            "uri" => Some(PathFormat::Uri),
            _ => None,
        }
    }

    /// A path as the client names it.
    pub fn text(self, path: &Path) -> String {
        let text = path.to_string_lossy();
        match self {
            PathFormat::Path => text.into_owned(),
            PathFormat::Uri => format!("file://{}", text.bytes().map(encoded).collect::<String>()),
        }
    }

    /// A path that the client has named; a URI is read in either format, since that is what nothing else begins with.
    pub fn path(text: &str) -> PathBuf {
        let Some(rest) = text.strip_prefix("file://") else { return text.into() };
        // A host's name may stand before the path: files are on this computer.
        let path = rest.find('/').map_or(rest, |at| &rest[at..]);
        decoded(path).into()
    }
}

/// A byte of a path: what is not plain has two hex digits.
fn encoded(byte: u8) -> String {
    match byte {
        b'/' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    }
}

/// A path without its escapes; one that is cut off or no number stays as it is.
fn decoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high << 4 | low) as u8);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_comes_back_from_its_uri() {
        for path in ["/tmp/my dir/ä%20.mvasm", "/a", "/x~y_z-1.2"] {
            let uri = PathFormat::Uri.text(Path::new(path));
            assert!(uri.starts_with("file:///") && uri.is_ascii() && !uri.contains(' '), "{uri}");
            assert_eq!(PathFormat::path(&uri), PathBuf::from(path));
        }
        assert_eq!(PathFormat::path("file://localhost/a%zz%4"), PathBuf::from("/a%zz%4"));
        assert_eq!(PathFormat::path("/plain%20"), PathBuf::from("/plain%20"));
    }
}
