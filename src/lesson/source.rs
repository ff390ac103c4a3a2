//! The text of a lesson's file: lines of places, errors, and the TOML that stands in it.

use super::LessonError;
use toml::Spanned;

/// The first line of the head.
pub(super) const HEAD_START: usize = "+++\n".len();
/// What closes the head.
pub(super) const HEAD_END: usize = "\n+++\n".len();

/// A file's text.
pub(super) struct Source<'t> {
    /// Its name, for errors.
    pub file: &'t str,
    /// The text.
    pub text: &'t str,
}

impl Source<'_> {
    /// An error at a place of the text.
    pub fn error(&self, at: usize, what: String) -> LessonError {
        LessonError { file: self.file.to_owned(), line: self.line(at), what }
    }

    /// The line of a place of the text, from 1.
    pub fn line(&self, at: usize) -> usize {
        self.text.get(..at).unwrap_or(self.text).matches('\n').count() + 1
    }

    /// The lines of what stands in TOML that begins at a place of the text.
    pub fn lines(&self, at: usize, list: &[Spanned<String>]) -> Vec<usize> {
        list.iter().map(|text| self.line(at + text.span().start)).collect()
    }

    /// TOML that begins at a place of the text, and what is wrong with it. A line that is wrong is left out to find what
    /// else is.
    pub fn toml<T: serde::de::DeserializeOwned>(&self, at: usize, text: &str) -> (Option<T>, Vec<LessonError>) {
        let (mut text, mut errors) = (text.to_owned(), Vec::new());
        let mut left_out: Vec<String> = Vec::new();
        loop {
            let error = match toml::from_str(&text) {
                Ok(value) => return (Some(value), errors),
                Err(error) => error,
            };
            let inside = error.span().map_or(0, |span| span.start);
            // What was left out, or is there under a name that was, is missing of course.
            let missing = error.message().strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
            let caused = missing.is_some_and(|field| left_out.iter().any(|key| strsim::osa_distance(key, field) <= 2));
            if !caused {
                errors.push(self.error(at + inside, error.message().to_owned()));
            }
            match without_line(&text, inside).filter(|_| !caused) {
                Some((shorter, key)) => {
                    left_out.push(key);
                    text = shorter;
                }
                None => return (None, errors),
            }
        }
    }

    /// How long the head is that follows the first line, and its text.
    pub fn head(&self) -> Result<(usize, &str), LessonError> {
        let missing = || self.error(0, "a head between two lines of +++ is expected".into());
        let rest = self.text.strip_prefix("+++\n").ok_or_else(missing)?;
        let length = rest.find("\n+++\n").ok_or_else(missing)?;
        Ok((length, &rest[..length + 1]))
    }
}

/// TOML without the line of a place, which is a whole `key = value`, and that key.
fn without_line(text: &str, place: usize) -> Option<(String, String)> {
    let start = text.get(..place)?.rfind('\n').map_or(0, |n| n + 1);
    let end = text[start..].find('\n').map_or(text.len(), |n| start + n);
    let line = &text[start..end];
    let (key, value) = line.split_once('=')?;
    let count = |c: char| value.matches(c).count();
    let whole =
        count('[') == count(']') && count('{') == count('}') && !value.contains("\"\"\"") && !value.contains("'''");
    whole.then(|| (text[..start].to_owned() + &" ".repeat(end - start) + &text[end..], key.trim().to_owned()))
}
