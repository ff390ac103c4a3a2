//! What a student has typed as an answer: a number, a label, a choice.

use crate::backend::{Expr, Value};

/// Whether a text names a value: in decimal, in hex with or without `0x` as on the screen, by a label, or as a sum
/// such as `64/4`. A unit may follow.
pub(super) fn says(text: &str, value: Option<Value>, label: &dyn Fn(&str) -> Option<i64>) -> bool {
    let Some(Value::Int(value)) = value else { return false };
    let text = text.trim();
    let number = text.split_whitespace().next().unwrap_or_default();
    [text, number].into_iter().any(|text| numbers(text).contains(&value))
        || label(text) == Some(value)
        || constant(text) == Some(value)
}

fn constant(text: &str) -> Option<i64> {
    match Expr::parse(text).ok()?.constant()? {
        Value::Int(n) => Some(n),
        Value::Real(_) => None,
    }
}

/// What digits may mean: hex, where they could be, and decimal.
fn numbers(text: &str) -> Vec<i64> {
    let text = text.replace('_', "");
    let digits = text.strip_prefix("0x").or(text.strip_prefix("0X")).unwrap_or(&text);
    let hex = i64::from_str_radix(digits, 16).ok();
    hex.into_iter().chain(text.parse()).collect()
}

/// Which of several texts is meant, from 1: by its number, as it stands there, or by a number that only one of them
/// has.
pub(super) fn choice(text: &str, choices: &[String]) -> Option<usize> {
    let text = text.trim();
    let by_number = text.parse().ok().filter(|n| (1..=choices.len()).contains(n));
    let only = |mut found: Vec<usize>| if found.len() == 1 { found.pop() } else { None };
    let which =
        |test: &dyn Fn(&str) -> bool| only((1..).zip(choices).filter(|(_, c)| test(c)).map(|(n, _)| n).collect());
    let plain = |text: &str| text.replace('`', "").to_lowercase();
    let wanted = numbers(text);
    let has = |choice: &str| {
        let words = choice.split(|c: char| !c.is_alphanumeric() && c != '-');
        words
            .filter(|w| w.starts_with(|c: char| c.is_ascii_digit() || c == '-'))
            .any(|word| numbers(word).iter().any(|n| wanted.contains(n)))
    };
    by_number.or_else(|| which(&|c| plain(c) == plain(text))).or_else(|| which(&has))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_named_in_hex_decimal_by_a_label_or_as_a_sum() {
        let label = |name: &str| (name == "again").then_some(0x104C);
        let right = |text: &str| says(text, Some(Value::Int(0x104C)), &label);
        for text in ["104C", "0x104c", "4172", " 104c ", "again", "0x1040 + 4*3", "4172 bytes"] {
            assert!(right(text), "{text}");
        }
        for text in ["104D", "", "R3", "start", "0x1040 + 3"] {
            assert!(!right(text), "{text}");
        }
        assert!(!says("104C", None, &label));
    }

    #[test]
    fn a_choice_is_named_by_its_number_its_text_or_a_number_in_it() {
        let choices = ["R0 becomes 7", "R2 becomes 10", "all registers become 0"].map(str::to_owned);
        for (text, expected) in [
            ("2", Some(2)),
            ("10", Some(2)),
            ("0xA", Some(2)),
            ("r2 becomes 10", Some(2)),
            ("7", Some(1)),
            ("0", Some(3)),
            ("4", None),
            ("R2", None),
            ("", None),
        ] {
            assert_eq!(choice(text, &choices), expected, "{text}");
        }
    }
}
