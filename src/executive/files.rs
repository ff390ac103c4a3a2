//! The file store of a machine: files in memory, open files, and the rules of the file calls.
//!
//! All tasks see the same files and the same open files. Nothing here reaches a disk. Paths arrive as the bytes of a C
//! string; what is not UTF-8 in them is left out. Knows nothing of tasks, RAM or the streams 0 to 2.

use std::collections::BTreeMap;

use crate::executive::text::decode;

/// Number of an open file, from 3; never used twice.
pub type Fd = u16;

/// Bytes all names and contents together may have, unless configured.
pub const DEFAULT_LIMIT: usize = 1 << 20;

/// The first open file; 0 to 2 are streams.
const FIRST_FD: Fd = 3;

/// The file every store begins with.
const HELLO: (&str, &[u8]) = ("/hello.txt", b"Hi from FS!\n");

/// Why a file call failed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum FileError {
    /// The path is empty, absolute, has a drive, or a part `..`.
    #[error("{0:?} is not a path inside the store: it must be relative, without \":\" and \"..\"")]
    BadPath(String),
    /// There is no such open file.
    #[error("there is no open file {0}")]
    UnknownFd(Fd),
    /// There is no such file.
    #[error("there is no file {0:?}")]
    Missing(String),
    /// The new name is taken.
    #[error("there is a file {0:?} already")]
    Exists(String),
    /// Names and contents would pass the limit.
    #[error("no room: files may have {0} bytes in all")]
    Full(usize),
    /// Every number up to 65535 has been used.
    #[error("no more numbers for open files")]
    NoFd,
}

impl FileError {
    /// What the program finds in R0.
    #[must_use]
    pub fn status(&self) -> i32 {
        match self {
            FileError::BadPath(_) | FileError::Full(_) | FileError::NoFd => -22,
            FileError::UnknownFd(_) | FileError::Missing(_) | FileError::Exists(_) => -1,
        }
    }
}

/// Files by name, and who is where in them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Files {
    files: BTreeMap<String, Vec<u8>>,
    open: BTreeMap<Fd, OpenFile>,
    next_fd: Option<Fd>,
    used: usize,
    limit: usize,
}

/// An open file. It refers to the file by name: the file may be gone, or be another one by now.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OpenFile {
    /// The name it was opened with.
    pub path: String,
    /// Where the next read or write begins.
    pub position: usize,
}

impl Default for Files {
    fn default() -> Files {
        Files::new(DEFAULT_LIMIT)
    }
}

impl Files {
    /// A store with `/hello.txt` in it, of at most `limit` bytes of names and contents (that file counts, but is
    /// always there).
    #[must_use]
    pub fn new(limit: usize) -> Files {
        let (name, content) = HELLO;
        let files = BTreeMap::from([(name.to_owned(), content.to_vec())]);
        Files { files, open: BTreeMap::new(), next_fd: Some(FIRST_FD), used: name.len() + content.len(), limit }
    }

    /// FS_OPEN: opens at position 0; a missing file is created empty. The name is kept as given: `a` and `./a` are two
    /// files.
    ///
    /// # Errors
    /// A path that [`is_inside`] refuses, no room for the name, no number left.
    pub fn open(&mut self, path: &[u8]) -> Result<Fd, FileError> {
        let path = decode(path);
        if !is_inside(&path) {
            return Err(FileError::BadPath(path));
        }
        let fd = self.next_fd.ok_or(FileError::NoFd)?;
        if !self.files.contains_key(&path) {
            self.insert(&path, Vec::new())?;
        }
        self.next_fd = fd.checked_add(1);
        self.open.insert(fd, OpenFile { path, position: 0 });
        Ok(fd)
    }

    /// FS_READ: the next bytes, at most `max`. Nothing at the end of the file, for an unknown number, and when the file
    /// is gone.
    pub fn read(&mut self, fd: Fd, max: usize) -> Vec<u8> {
        let Some((open, content)) = self.open.get_mut(&fd).and_then(|open| {
            let content = self.files.get(&open.path)?;
            Some((open, content))
        }) else {
            return Vec::new();
        };
        let start = open.position.min(content.len());
        let end = start.saturating_add(max).min(content.len());
        open.position = end;
        content[start..end].to_vec()
    }

    /// FS_WRITE: overwrites from the position on and extends the file; a gap before the position is filled with
    /// zeros. Gives how many bytes were written: fewer where the store is full, 0 for an unknown number and when the
    /// file is gone.
    pub fn write(&mut self, fd: Fd, bytes: &[u8]) -> usize {
        let room = self.limit.saturating_sub(self.used);
        let Some((open, content)) = self.open.get_mut(&fd).and_then(|open| {
            let content = self.files.get_mut(&open.path)?;
            Some((open, content))
        }) else {
            return 0;
        };
        let start = open.position;
        let end = start.saturating_add(bytes.len()).min(content.len().saturating_add(room));
        let Some(written) = end.checked_sub(start).filter(|&written| written > 0) else { return 0 };
        if end > content.len() {
            self.used += end - content.len();
            content.resize(end, 0);
        }
        content[start..end].copy_from_slice(&bytes[..written]);
        open.position = end;
        written
    }

    /// FS_CLOSE.
    ///
    /// # Errors
    /// There is no such open file.
    pub fn close(&mut self, fd: Fd) -> Result<(), FileError> {
        self.open.remove(&fd).map(drop).ok_or(FileError::UnknownFd(fd))
    }

    /// FS_LISTDIR: all names, sorted, with a newline between two; at most `max` bytes, cut wherever that is.
    #[must_use]
    pub fn list(&self, max: usize) -> Vec<u8> {
        let names: Vec<&str> = self.files.keys().map(String::as_str).collect();
        let mut list = names.join("\n").into_bytes();
        list.truncate(max);
        list
    }

    /// FS_DELETE. Open files stay open.
    ///
    /// # Errors
    /// There is no such file.
    pub fn delete(&mut self, path: &[u8]) -> Result<(), FileError> {
        let path = decode(path);
        let content = self.files.remove(&path);
        let content = content.ok_or_else(|| FileError::Missing(path.clone()))?;
        self.used -= path.len() + content.len();
        Ok(())
    }

    /// FS_RENAME. Open files keep the old name. Any name is accepted.
    ///
    /// # Errors
    /// There is no such file, the new name exists, or there is no room for it.
    pub fn rename(&mut self, old: &[u8], new: &[u8]) -> Result<(), FileError> {
        let (old, new) = (decode(old), decode(new));
        if !self.files.contains_key(&old) {
            return Err(FileError::Missing(old));
        }
        if self.files.contains_key(&new) {
            return Err(FileError::Exists(new));
        }
        let used = self.used - old.len() + new.len();
        if used > self.limit.max(self.used) {
            return Err(FileError::Full(self.limit));
        }
        if let Some(content) = self.files.remove(&old) {
            self.files.insert(new, content);
            self.used = used;
        }
        Ok(())
    }

    /// FS_MKDIR: does nothing, directories are parts of names.
    pub fn mkdir(&mut self, _path: &[u8]) {}

    /// Puts a file in, for the host; an existing one is replaced. Any name is accepted.
    ///
    /// # Errors
    /// No room. Nothing has changed then.
    pub fn insert(&mut self, path: &str, content: Vec<u8>) -> Result<(), FileError> {
        let old = self.files.get(path).map_or(0, |old| path.len() + old.len());
        let used = self.used - old + path.len() + content.len();
        if used > self.limit {
            return Err(FileError::Full(self.limit));
        }
        self.used = used;
        self.files.insert(path.to_owned(), content);
        Ok(())
    }

    /// All files, sorted by name. A name may be anything a program has renamed to: code that writes them to a disk must ask
    /// [`is_inside`] first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, content)| (path.as_str(), content.as_slice()))
    }

    /// The open files.
    pub fn open_files(&self) -> impl Iterator<Item = (Fd, &OpenFile)> {
        self.open.iter().map(|(&fd, open)| (fd, open))
    }

    /// Bytes of names and contents, and how many there may be.
    #[must_use]
    pub fn usage(&self) -> (usize, usize) {
        (self.used, self.limit)
    }
}

/// Whether a path stays inside the store: not empty, relative, no `:`, no part `..`, with either kind of slash.
#[must_use]
pub fn is_inside(path: &str) -> bool {
    let slashes = path.replace('\\', "/");
    let trimmed = slashes.trim_matches(is_blank);
    !path.is_empty()
        && !trimmed.contains(':')
        && !trimmed.starts_with('/')
        && trimmed.split('/').all(|part| part != "..")
}

/// White space as the path check means it: some control characters count too.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || ('\u{1C}'..='\u{1F}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole sequence of calls that the reference was recorded with, in its order.
    #[test]
    fn one_sequence_of_all_calls() {
        let mut fs = Files::default();
        assert_eq!(fs.open(b"a"), Ok(3));
        assert_eq!(fs.write(3, b"hello"), 5);
        assert_eq!(fs.read(3, 5), b"");
        assert_eq!(fs.open(b"a"), Ok(4));
        assert_eq!(fs.read(4, 100), b"hello");
        assert_eq!(fs.read(4, 100), b"");
        assert_eq!(fs.write(4, b"J"), 1);
        assert_eq!(fs.close(3), Ok(()));
        assert_eq!(fs.close(3).map_err(|error| error.status()), Err(-1));
        assert_eq!(fs.write(3, b"x"), 0);
        assert_eq!(fs.read(3, 1), b"");
        assert_eq!(fs.write(1, b"abc"), 0);
        for refused in ["/hello.txt", "", "../x", "a/../b", "C:x", "\\x", " /x"] {
            assert_eq!(fs.open(refused.as_bytes()).map_err(|error| error.status()), Err(-22), "{refused:?}");
        }
        assert_eq!(fs.open(b"."), Ok(5));
        assert_eq!(fs.open(b"b//c"), Ok(6));
        assert_eq!(fs.list(64), b".\n/hello.txt\na\nb//c");
        assert_eq!(fs.list(5), b".\n/he");
        assert_eq!(fs.rename(b"/hello.txt", b"h"), Ok(()));
        assert_eq!(fs.open(b"h"), Ok(7));
        assert_eq!(fs.read(7, 100), b"Hi from FS!\n");
        assert_eq!(fs.rename(b"h", b"a").map_err(|error| error.status()), Err(-1));
        assert_eq!(fs.rename(b"zz", b"yy").map_err(|error| error.status()), Err(-1));
        assert_eq!(fs.delete(b"h"), Ok(()));
        assert_eq!(fs.delete(b"h").map_err(|error| error.status()), Err(-1));
        assert_eq!(fs.read(7, 1), b"");
        assert_eq!(fs.write(7, b"x"), 0);
        assert_eq!(fs.close(7), Ok(()));
        let before = fs.clone();
        fs.mkdir(b"/d");
        assert_eq!(fs, before);
    }

    #[test]
    fn paths_that_look_odd_but_stay_inside_are_accepted() {
        for path in ["./a", "a//b", "a/", "~", "...", "   ", "a\\b", "\u{1F}", "..a"] {
            assert!(is_inside(path), "{path:?}");
        }
        for path in ["\u{1C}/x", "\u{3000}..", "a\\..\\b", "x:"] {
            assert!(!is_inside(path), "{path:?}");
        }
    }

    #[test]
    fn a_file_of_the_same_name_takes_over_open_files() {
        let mut fs = Files::default();
        for _ in 0..2 {
            fs.open(b"a").unwrap();
        }
        fs.write(3, b"hello");
        fs.read(4, 5);
        fs.delete(b"a").unwrap();
        fs.open(b"a").unwrap();
        assert_eq!(fs.write(3, b"!"), 1);
        assert_eq!(fs.iter().last(), Some(("a", &b"\0\0\0\0\0!"[..])));
        fs.insert("a", b"x".to_vec()).unwrap();
        assert_eq!(fs.read(4, 5), b"");
        assert_eq!(fs.open_files().nth(1).map(|(_, open)| open.position), Some(1));
    }

    #[test]
    fn a_full_store_cuts_writes_short() {
        let mut fs = Files::new(30);
        assert_eq!(fs.usage(), (22, 30));
        fs.open(b"a").unwrap();
        assert_eq!(fs.write(3, b"123456789"), 7);
        assert_eq!(fs.write(3, b"8"), 0);
        assert_eq!(fs.open(b"b").map_err(|error| error.status()), Err(-22));
        assert_eq!(fs.rename(b"a", b"long"), Err(FileError::Full(30)));
        assert_eq!(fs.insert("a", vec![0; 8]), Err(FileError::Full(30)));
        fs.delete(b"/hello.txt").unwrap();
        assert_eq!(fs.usage(), (8, 30));
        assert_eq!(fs.write(3, b"8"), 1);
    }
}
