//! Which rows of a list are wanted.

use crate::backend::Pid;

/// Words that a row must hold, or must not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    terms: Vec<(bool, Term)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    Pid(Pid),
    Kind(String),
    Text(String),
}

impl Filter {
    /// Reads `pid=2 kind=send ping -step`: all must hold, those after a minus must not.
    #[must_use]
    pub fn new(text: &str) -> Filter {
        let term = |word: &str| {
            let (not, word) = word.strip_prefix('-').filter(|w| !w.is_empty()).map_or((false, word), |w| (true, w));
            let term = match word.split_once('=') {
                Some(("pid", pid)) if pid.parse::<Pid>().is_ok() => Term::Pid(pid.parse().unwrap_or_default()),
                Some(("kind", kind)) => Term::Kind(kind.to_lowercase()),
                _ => Term::Text(word.to_lowercase()),
            };
            (not, term)
        };
        Filter { terms: text.split_whitespace().map(term).collect() }
    }

    /// Whether everything passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether a row passes: whose it is, what kind of thing, and all it says.
    #[must_use]
    pub fn passes(&self, pid: Option<Pid>, kind: &str, text: impl Fn() -> String) -> bool {
        self.terms.iter().all(|(not, term)| {
            let holds = match term {
                Term::Pid(wanted) => pid == Some(*wanted),
                Term::Kind(wanted) => kind.to_lowercase().starts_with(wanted.as_str()),
                Term::Text(wanted) => {
                    kind.to_lowercase().contains(wanted.as_str()) || text().to_lowercase().contains(wanted.as_str())
                }
            };
            holds != *not
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(filter: &str) -> bool {
        Filter::new(filter).passes(Some(2), "SEND", || "#3 → app:Ping".into())
    }

    #[test]
    fn all_words_must_hold_and_none_after_a_minus() {
        assert!(passes("") && passes("pid=2") && passes("kind=send ping") && passes("-pid=1 -step send"));
        assert!(!passes("pid=1") && !passes("-ping") && !passes("pid=2 recv") && !passes("kind=end"));
        assert!(Filter::new(" ").is_empty() && !Filter::new("-").is_empty());
    }
}
