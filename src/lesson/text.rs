//! A page's text as blocks of spans, from Markdown.

use pulldown_cmark::{Event, Tag, TagEnd};

/// How a part of a text stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// It does not.
    #[default]
    Plain,
    /// Emphasis.
    Strong,
    /// Something as it stands on the screen or is typed.
    Code,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The text, without line breaks.
    pub text: String,
    /// How it stands out.
    pub tone: Tone,
}

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Text that is broken between words.
    Paragraph(Vec<Span>),
    /// An item of a list, with its mark.
    Item(String, Vec<Span>),
    /// Lines that are shown as they are.
    Code(Vec<String>),
}

/// Gathers blocks from the events of a Markdown parser.
#[derive(Debug, Default)]
pub(super) struct Gather {
    pub blocks: Vec<Block>,
    spans: Vec<Span>,
    strong: usize,
    /// For each list that is open: the number of its next item, or none.
    lists: Vec<Option<u64>>,
    /// The mark of the item that is open and has no text yet.
    mark: Option<String>,
}

impl Gather {
    /// Takes in an event.
    pub fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(Tag::Emphasis | Tag::Strong) => self.strong += 1,
            Event::End(TagEnd::Emphasis | TagEnd::Strong) => self.strong = self.strong.saturating_sub(1),
            Event::Start(Tag::List(first)) => {
                self.finish();
                self.lists.push(*first);
            }
            Event::End(TagEnd::List(_)) => {
                self.lists.pop();
            }
            Event::Start(Tag::Item) => self.mark = Some(self.next_mark()),
            Event::End(TagEnd::Item | TagEnd::Paragraph | TagEnd::Heading(_)) => self.finish(),
            Event::Text(text) => self.push(text, if self.strong > 0 { Tone::Strong } else { Tone::Plain }),
            Event::Code(text) => self.push(text, Tone::Code),
            Event::SoftBreak => self.push(" ", Tone::Plain),
            Event::HardBreak => self.finish(),
            _ => {}
        }
    }

    fn next_mark(&mut self) -> String {
        let depth = "  ".repeat(self.lists.len().saturating_sub(1));
        match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{depth}{}. ", *number - 1)
            }
            _ => format!("{depth}- "),
        }
    }

    fn push(&mut self, text: &str, tone: Tone) {
        match self.spans.last_mut() {
            Some(last) if last.tone == tone => last.text += text,
            _ => self.spans.push(Span { text: text.to_owned(), tone }),
        }
    }

    /// Ends what has been gathered.
    pub fn finish(&mut self) {
        let spans = std::mem::take(&mut self.spans);
        if spans.iter().all(|s| s.text.trim().is_empty()) {
            return;
        }
        self.blocks.push(match self.mark.take() {
            Some(mark) => Block::Item(mark, spans),
            None => Block::Paragraph(spans),
        });
    }

    /// The text gathered so far, without tones.
    pub fn take_plain(&mut self) -> String {
        std::mem::take(&mut self.spans).into_iter().map(|s| s.text).collect()
    }
}
