//! The flags as letters.

/// The letters, each at its bit.
pub const FLAG_LETTERS: &str = "ZCNV";

/// Flags as they are shown: `ZC--`.
#[must_use]
pub fn flag_letters(psw: u8) -> String {
    FLAG_LETTERS.chars().enumerate().map(|(bit, c)| if psw >> bit & 1 == 1 { c } else { '-' }).collect()
}

/// Flags by their letters, as they are shown or typed: `ZC`, `zc--`, `-` for none.
#[must_use]
pub fn flags_named(text: &str) -> Option<u8> {
    let bit = |c: char| match c {
        '-' => Some(0),
        c => FLAG_LETTERS.find(c.to_ascii_uppercase()).map(|bit| 1 << bit),
    };
    text.chars().try_fold(0, |psw, c| Some(psw | bit(c)?)).filter(|_| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_as_they_are_shown() {
        for psw in 0..16 {
            assert_eq!(flags_named(&flag_letters(psw).to_lowercase()), Some(psw));
        }
        assert_eq!((flags_named("-"), flags_named("VZ")), (Some(0), Some(9)));
        assert_eq!((flags_named("X"), flags_named(""), flags_named("0")), (None, None, None));
    }
}
