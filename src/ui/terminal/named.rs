//! The sixteen colours by the codes that every terminal with colours knows: 30 to 37 and 90 to 97. A terminal that knows
//! no more of them takes the 5 of `38;5;1` for blinking.

/// Bytes for a terminal, with `38;5;N` and `48;5;N` of the sixteen colours written as codes of their own.
pub fn with_own_codes(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    while let Some(start) = rest.windows(2).position(|pair| pair == b"\x1B[") {
        let (before, sequence) = rest.split_at(start + 2);
        out.extend_from_slice(before);
        let end = sequence.iter().position(|b| !(b.is_ascii_digit() || *b == b';')).unwrap_or(sequence.len());
        let (parameters, after) = sequence.split_at(end);
        match after.first() {
            Some(b'm') => out.extend_from_slice(codes(&String::from_utf8_lossy(parameters)).as_bytes()),
            _ => out.extend_from_slice(parameters),
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out
}

fn codes(parameters: &str) -> String {
    let all: Vec<&str> = parameters.split(';').collect();
    let (mut out, mut rest) = (Vec::new(), &all[..]);
    while let [first, after @ ..] = rest {
        let named = match (*first, after) {
            ("38", ["5", n, ..]) => n.parse().ok().and_then(|n| code(n, 30)),
            ("48", ["5", n, ..]) => n.parse().ok().and_then(|n| code(n, 40)),
            _ => None,
        };
        match named {
            Some(code) => {
                out.push(code.to_string());
                rest = &after[2..];
            }
            None => {
                out.push((*first).to_owned());
                rest = after;
            }
        }
    }
    out.join(";")
}

/// The code of one of the sixteen colours; `base` is that of the first dark one.
fn code(n: u8, base: u8) -> Option<u8> {
    match n {
        0..=7 => Some(base + n),
        8..=15 => Some(base + 60 + n - 8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixteen_colours_have_codes_of_their_own() {
        for (from, to) in [
            ("\x1B[38;5;9;48;5;1mred\x1B[39;49m", "\x1B[91;41mred\x1B[39;49m"),
            ("\x1B[1m\x1B[38;5;0ma", "\x1B[1m\x1B[30ma"),
            ("\x1B[48;5;15mé\x1B[0m", "\x1B[107mé\x1B[0m"),
            ("\x1B[38;5;196m\x1B[38;2;1;2;3m", "\x1B[38;5;196m\x1B[38;2;1;2;3m"),
            ("\x1B[38;5;7H\x1B[", "\x1B[38;5;7H\x1B["),
        ] {
            assert_eq!(String::from_utf8_lossy(&with_own_codes(from.as_bytes())), to);
        }
    }
}
