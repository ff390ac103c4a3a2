//! Mode bits of a mailbox, and their names.

/// No bits: the mode of a mailbox that was opened and never bound.
pub const NONE: u16 = 0;
/// May be received from. Stored, not enforced.
pub const RDONLY: u16 = 1;
/// May be sent to. Stored, not enforced.
pub const WRONLY: u16 = 2;
/// Both directions; the mode of stdio and control mailboxes.
pub const RDWR: u16 = 3;
/// Stored, without effect: a tap is a property of a handle.
pub const TAP: u16 = 4;
/// Every reader gets every message.
pub const FANOUT: u16 = 8;
/// With [`FANOUT`]: a full mailbox drops its oldest messages. Also the rule if neither is set.
pub const FANOUT_DROP: u16 = 0x10;
/// With [`FANOUT`]: a full mailbox refuses the send. Wins over [`FANOUT_DROP`].
pub const FANOUT_BLOCK: u16 = 0x20;

/// The bits that decide how a mailbox queues.
pub(super) const DISCIPLINE: u16 = FANOUT | FANOUT_DROP | FANOUT_BLOCK;

/// Every accepted spelling; the first that fits is the one shown.
const NAMES: [(&str, u16); 12] = [
    ("RDWR", RDWR),
    ("RDONLY", RDONLY),
    ("WRONLY", WRONLY),
    ("TAP", TAP),
    ("FANOUT", FANOUT),
    ("FANOUT_DROP", FANOUT_DROP),
    ("FANOUT_BLOCK", FANOUT_BLOCK),
    ("RW", RDWR),
    ("READONLY", RDONLY),
    ("RO", RDONLY),
    ("WRITEONLY", WRONLY),
    ("WO", WRONLY),
];

/// A word in a mode that is not a mode name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("unknown mode {0:?}; expected RDONLY, WRONLY, RDWR, TAP, FANOUT, FANOUT_DROP or FANOUT_BLOCK")]
pub struct ModeError(pub String);

/// The bits by name, joined by `|`: `RDWR|FANOUT|FANOUT_DROP`. Unnamed bits follow as one number; no bits are `0`.
#[must_use]
pub fn mode_names(mode: u16) -> String {
    let mut rest = mode;
    let mut words = Vec::new();
    for (name, bits) in NAMES {
        if rest & bits == bits {
            rest &= !bits;
            words.push(name.to_owned());
        }
    }
    if rest != 0 || words.is_empty() {
        words.push(if rest == 0 { "0".to_owned() } else { format!("{rest:#X}") });
    }
    words.join("|")
}

/// Reads names joined by `|` or `,`, in any case. No names mean [`RDWR`]; `FANOUT_DROP` and `FANOUT_BLOCK` switch
/// fan-out on.
///
/// # Errors
/// The first word that is not a mode name.
pub fn parse_mode(text: &str) -> Result<u16, ModeError> {
    let mut mode = 0;
    for word in text.split(['|', ',']).map(str::trim).filter(|word| !word.is_empty()) {
        let known = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        mode |= known.ok_or_else(|| ModeError(word.to_owned()))?.1;
    }
    if mode & (FANOUT_DROP | FANOUT_BLOCK) != 0 {
        mode |= FANOUT;
    }
    Ok(if mode == 0 { RDWR } else { mode })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_shown_by_name() {
        assert_eq!(mode_names(0), "0");
        assert_eq!(mode_names(3), "RDWR");
        assert_eq!(mode_names(0x1B), "RDWR|FANOUT|FANOUT_DROP");
        assert_eq!(mode_names(0x2A), "WRONLY|FANOUT|FANOUT_BLOCK");
        assert_eq!(mode_names(0x8001), "RDONLY|0x8000");
    }

    #[test]
    fn modes_are_read_by_name() {
        assert_eq!(parse_mode("rdwr | Fanout_Drop"), Ok(0x1B));
        assert_eq!(parse_mode("RO,WO,TAP"), Ok(7));
        assert_eq!(parse_mode(""), Ok(RDWR));
        assert_eq!(parse_mode("RDWR|FAN"), Err(ModeError("FAN".to_owned())));
    }
}
