//! Keys by their place on keyboards with other letters: what `k` is where the keyboard writes `л` or `κ`.

/// Rows of letters on a keyboard, and what stands there on one for English.
const LAYOUTS: &[(&str, &str)] = &[
    ("йцукенгшщзхъфывапролджэячсмитьбю", "qwertyuiop[]asdfghjkl;'zxcvbnm,."),
    ("ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ", "QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>"),
    ("іїєёІЇЄЁ", "s]'`S}\"~"),
    ("ςερτυθιοπασδφγηξκλζχψωβνμ", "wertyuiopasdfghjklzxcvbnm"),
    ("ΕΡΤΥΘΙΟΠΑΣΔΦΓΗΞΚΛΖΧΨΩΒΝΜ", "ERTYUIOPASDFGHJKLZXCVBNM"),
];

/// The name of a key as an English keyboard would give it; `None` for a letter that English has, and for what is not a
/// letter.
#[must_use]
pub fn by_place(key: &str) -> Option<String> {
    let last = key.chars().next_back()?;
    let held = &key[..key.len() - last.len_utf8()];
    let there = |(own, english): &(&str, &str)| own.chars().zip(english.chars()).find(|(c, _)| *c == last);
    let (_, english) = LAYOUTS.iter().find_map(there)?;
    Some(format!("{held}{english}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_other_keyboards_are_keys_by_their_place() {
        for (own, english) in
            [("л", "k"), ("Л", "K"), ("о", "j"), ("Ctrl-ц", "Ctrl-w"), ("κ", "k"), ("Ω", "V"), ("ш", "i")]
        {
            assert_eq!(by_place(own).as_deref(), Some(english), "{own}");
        }
        for same in ["k", "Enter", "Ctrl-W", "F5", "é", "?"] {
            assert_eq!(by_place(same), None);
        }
        for (own, english) in LAYOUTS {
            assert_eq!(own.chars().count(), english.chars().count(), "{own}");
        }
    }
}
