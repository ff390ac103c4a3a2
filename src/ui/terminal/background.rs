//! Whether the terminal is light or dark: it is asked (OSC 11), and its reply is taken out of the keys, whenever it comes.

use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// What is asked.
const QUESTION: &[u8] = b"\x1B]11;?\x1B\\";
/// A reply that comes later than this changes no colours any more: it is only kept from being taken for keys.
const SOON: Duration = Duration::from_secs(1);
/// How a reply begins behind its `ESC ]`.
const REPLY: &str = "11;rgb:";
/// No reply is longer than this.
const LONGEST: usize = 48;

/// The question and its reply.
#[derive(Debug, Default)]
pub struct Background {
    /// When it was asked; `None` if it was not.
    asked: Option<Instant>,
    /// What has come of a reply.
    reply: Option<String>,
    /// The keys that this was, in case it is not one.
    held: Vec<Event>,
}

/// What an event is to the question.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    /// These events are none of the reply.
    Events(Vec<Event>),
    /// A part of the reply.
    Part,
    /// The reply is whole: whether the background is light, if it came in time and says so.
    Whole(Option<bool>),
}

impl Background {
    /// Asks the terminal.
    ///
    /// # Errors
    /// The terminal refuses.
    pub fn ask(out: &mut impl Write) -> io::Result<Background> {
        out.write_all(QUESTION)?;
        out.flush()?;
        Ok(Background { asked: Some(Instant::now()), ..Background::default() })
    }

    /// Takes an event in. The reply comes as keys: Alt-], its letters, and Alt-\\ or Ctrl-G.
    pub fn hear(&mut self, event: Event) -> Heard {
        let Event::Key(KeyEvent { code: KeyCode::Char(c), modifiers, .. }) = event else {
            return self.none(event);
        };
        match (&mut self.reply, modifiers) {
            (None, KeyModifiers::ALT) if c == ']' && self.asked.is_some() => {
                self.reply = Some(String::new());
                self.held.push(event);
                Heard::Part
            }
            (Some(reply), KeyModifiers::NONE | KeyModifiers::SHIFT) => {
                reply.push(c);
                let so_far = REPLY.starts_with(reply.as_str()) || reply.starts_with(REPLY);
                if !so_far || reply.len() > LONGEST {
                    return self.none(event);
                }
                self.held.push(event);
                Heard::Part
            }
            (Some(reply), KeyModifiers::ALT | KeyModifiers::CONTROL) if reply.starts_with(REPLY) => {
                let in_time = self.asked.is_some_and(|asked| asked.elapsed() < SOON);
                let light = is_light(&reply[REPLY.len()..]).filter(|_| in_time);
                self.reply = None;
                self.held.clear();
                Heard::Whole(light)
            }
            _ => self.none(event),
        }
    }

    /// Neither the event nor those before it are parts of a reply.
    fn none(&mut self, event: Event) -> Heard {
        self.reply = None;
        self.held.push(event);
        Heard::Events(std::mem::take(&mut self.held))
    }
}

/// Whether a colour is a light one: `ffff/ffff/ffff`, each part with one to four hex digits.
fn is_light(colour: &str) -> Option<bool> {
    let part = |text: &str| {
        let most = 16_u32.checked_pow(u32::try_from(text.len()).ok()?)?.checked_sub(1).filter(|most| *most > 0)?;
        Some(f64::from(u32::from_str_radix(text, 16).ok()?) / f64::from(most))
    };
    let parts: Vec<f64> = colour.split('/').map(part).collect::<Option<_>>()?;
    let [red, green, blue] = parts[..] else { return None };
    Some(0.299 * red + 0.587 * green + 0.114 * blue > 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(c: char, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(c), modifiers))
    }

    fn reply(text: &str, end: Event) -> Vec<Event> {
        let letters = text.chars().map(|c| key(c, KeyModifiers::NONE));
        [key(']', KeyModifiers::ALT)].into_iter().chain(letters).chain([end]).collect()
    }

    fn heard(background: &mut Background, events: Vec<Event>) -> Vec<Heard> {
        events.into_iter().map(|event| background.hear(event)).filter(|heard| *heard != Heard::Part).collect()
    }

    #[test]
    fn a_reply_says_light_or_dark_and_is_no_keys() {
        let ends = [key('\\', KeyModifiers::ALT), key('g', KeyModifiers::CONTROL)];
        for (text, light) in [("11;rgb:ffff/ffff/eeee", true), ("11;rgb:1c/1c/20", false), ("11;rgb:f/f/f", true)] {
            for end in &ends {
                let mut background = Background::ask(&mut Vec::new()).expect("written");
                let all = heard(&mut background, reply(text, end.clone()));
                assert_eq!(all, [Heard::Whole(Some(light))], "{text}");
            }
        }
    }

    #[test]
    fn a_late_or_odd_reply_changes_nothing_and_is_no_keys() {
        let end = key('\\', KeyModifiers::ALT);
        let mut background = Background::ask(&mut Vec::new()).expect("written");
        assert_eq!(heard(&mut background, reply("11;rgb:zz//", end.clone())), [Heard::Whole(None)]);
        background.asked = Instant::now().checked_sub(2 * SOON);
        assert_eq!(heard(&mut background, reply("11;rgb:ffff/ffff/ffff", end)), [Heard::Whole(None)]);
    }

    #[test]
    fn keys_stay_keys() {
        let mut background = Background::ask(&mut Vec::new()).expect("written");
        let plain = key('s', KeyModifiers::NONE);
        assert_eq!(background.hear(plain.clone()), Heard::Events(vec![plain.clone()]));
        let odd = [key(']', KeyModifiers::ALT), plain.clone()];
        assert_eq!(heard(&mut background, odd.to_vec()), [Heard::Events(odd.to_vec())]);
        // Where nothing was asked, nothing is held back.
        let alt = key(']', KeyModifiers::ALT);
        assert_eq!(Background::default().hear(alt.clone()), Heard::Events(vec![alt]));
    }
}
