//! Names of mailboxes: the text a program gives, and the mailbox it means.
//!
//! Knows nothing of the mailboxes that exist.

use std::fmt;

use crate::executive::Pid;

/// How many bytes of a name count, the prefix included; the rest is dropped.
pub const NAME_BYTES: usize = 32;

/// The four families of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namespace {
    /// Control mailboxes, one per task: `pid:3`.
    Pid = 0,
    /// Services of one task: `svc:stdio.out@1`.
    Svc = 1,
    /// Shared by all, or one per task with `@`: `app:log`.
    App = 2,
    /// Shared by all: `shared:bus`.
    Shared = 3,
}

impl Namespace {
    /// The prefix without its colon.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Namespace::Pid => "pid",
            Namespace::Svc => "svc",
            Namespace::App => "app",
            Namespace::Shared => "shared",
        }
    }

    /// Whether each task has mailboxes of its own in it, open or not.
    #[must_use]
    pub fn is_of_a_task(self) -> bool {
        matches!(self, Namespace::Pid | Namespace::Svc)
    }
}

/// Identifies a mailbox: two names are the same mailbox if all three parts are equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// The family.
    pub namespace: Namespace,
    /// The part after the prefix and before `@`, as given (any bytes); `pid:<n>` for control mailboxes.
    pub name: Vec<u8>,
    /// The task it belongs to; it need not exist.
    pub owner: Option<Pid>,
}

/// Why a text is not a mailbox name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NameError {
    /// The text is empty.
    #[error("a mailbox name cannot be empty")]
    Empty,
    /// What follows `pid:` or `@` is not a number.
    #[error("a mailbox name needs a pid from 0 to 65535 after \"pid:\" or \"@\"")]
    BadPid,
}

impl Name {
    /// Reads a name as task `caller` means it: a service without `@n` is the caller's own.
    /// Only the first [`NAME_BYTES`] bytes count.
    ///
    /// # Errors
    /// An empty text, and a pid that is not ASCII digits with a value up to 65535.
    pub fn parse(text: &[u8], caller: Pid) -> Result<Name, NameError> {
        let text = &text[..text.len().min(NAME_BYTES)];
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if let Some(digits) = text.strip_prefix(b"pid:") {
            return Ok(Name::control(pid_or(digits, Some(caller))?.unwrap_or(caller)));
        }
        let families = [Namespace::Svc, Namespace::App, Namespace::Shared];
        let with_prefix = families.iter().find_map(|&family| {
            let rest = text.strip_prefix(family.prefix().as_bytes())?.strip_prefix(b":")?;
            Some((family, rest))
        });
        let (namespace, rest) = with_prefix.unwrap_or((Namespace::Svc, text));
        let mut halves = rest.splitn(2, |&byte| byte == b'@');
        let name = halves.next().unwrap_or_default().to_vec();
        let default = (namespace == Namespace::Svc).then_some(caller);
        let owner = pid_or(halves.next().unwrap_or_default(), default)?;
        let owner = owner.filter(|_| namespace != Namespace::Shared);
        Ok(Name { namespace, name, owner })
    }

    /// Whether a text is a mailbox's name in full, as any task would write it: `app:ping`, `svc:stdio.out@1`.
    #[must_use]
    pub fn is_full(text: &str) -> bool {
        Name::parse(text.as_bytes(), 0).is_ok_and(|name| name.to_string() == text)
    }

    /// The control mailbox of a task, `pid:<n>`.
    #[must_use]
    pub fn control(pid: Pid) -> Name {
        Name { namespace: Namespace::Pid, name: format!("pid:{pid}").into_bytes(), owner: Some(pid) }
    }

    /// A service mailbox of a task, `svc:<name>@<n>`.
    #[must_use]
    pub fn service(name: &str, pid: Pid) -> Name {
        Name { namespace: Namespace::Svc, name: name.into(), owner: Some(pid) }
    }
}

/// The full form, which any task may use: `svc:stdio.out@1`, `app:ping`, `pid:1`.
/// Bytes that are not UTF-8 show as U+FFFD; control characters are kept: code that draws them must replace them.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = String::from_utf8_lossy(&self.name);
        if self.namespace == Namespace::Pid {
            return f.write_str(&name);
        }
        write!(f, "{}:{name}", self.namespace.prefix())?;
        self.owner.map_or(Ok(()), |owner| write!(f, "@{owner}"))
    }
}

fn pid_or(digits: &[u8], default: Option<Pid>) -> Result<Option<Pid>, NameError> {
    if digits.is_empty() {
        return Ok(default);
    }
    digits
        .iter()
        .try_fold(0, |value: Pid, &byte| {
            let digit = byte.is_ascii_digit().then(|| Pid::from(byte - b'0'))?;
            value.checked_mul(10)?.checked_add(digit)
        })
        .map(Some)
        .ok_or(NameError::BadPid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<String, NameError> {
        Name::parse(text.as_bytes(), 9).map(|name| name.to_string())
    }

    #[test]
    fn every_form_of_a_name_means_what_the_table_says() {
        for (text, full) in [
            ("pid:", "pid:9"),
            ("pid:007", "pid:7"),
            ("svc:x", "svc:x@9"),
            ("svc:x@1", "svc:x@1"),
            ("svc:x@", "svc:x@9"),
            ("app:x", "app:x"),
            ("app:x@", "app:x"),
            ("app:x@65535", "app:x@65535"),
            ("shared:x", "shared:x"),
            ("shared:x@3", "shared:x"),
            ("x", "svc:x@9"),
            ("x@2", "svc:x@2"),
            ("APP:x", "svc:APP:x@9"),
            ("svc:", "svc:@9"),
            ("app:", "app:"),
            ("@2", "svc:@2"),
        ] {
            assert_eq!(shown(text), Ok(full.to_owned()), "{text}");
        }
    }

    #[test]
    fn anything_but_digits_is_no_pid() {
        for text in [
            "pid:abc",
            "pid:-1",
            "pid: 5",
            "pid:1_0",
            "pid:2@1",
            "svc:x@y",
            "app:a@b",
            "shared:a@b",
            "x@65536",
            "a@1@2",
        ] {
            assert_eq!(shown(text), Err(NameError::BadPid), "{text}");
        }
        assert_eq!(shown(""), Err(NameError::Empty));
        assert_eq!(Name::parse("pid:\u{663}".as_bytes(), 1), Err(NameError::BadPid));
    }

    #[test]
    fn a_long_name_loses_what_follows_its_32_bytes() {
        let long = format!("app:{}@2", "n".repeat(28));
        assert_eq!(shown(&long), Ok(format!("app:{}", "n".repeat(28))));
    }

    #[test]
    fn bytes_that_are_no_text_stay_distinct() {
        assert_ne!(Name::parse(b"app:\xFE", 1), Name::parse(b"app:\xFF", 1));
    }
}
