//! Sessions: who is there, which tasks they hold, and when they are forgotten.

use super::Refusal;
use super::arguments::{Arguments, whole};
use crate::backend::Pid;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Sessions at one time.
const MOST: usize = 256;
/// What a session may ask for; nothing is switched on or off by it. `hx` is this server's own.
const FEATURES: [&str; 7] = ["events", "stack", "disasm", "symbols", "memory", "watch", "hx"];

/// A session.
#[derive(Debug)]
pub(super) struct ClientSession {
    pub id: String,
    client: String,
    heartbeat_s: u64,
    features: Vec<String>,
    pub max_events: usize,
    pub locks: BTreeSet<Pid>,
    warnings: Vec<String>,
    created: f64,
    seen_at: f64,
    seen: Instant,
}

/// All of them, oldest first.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    all: Vec<ClientSession>,
}

/// Seconds of the wall clock since 1970.
pub(super) fn wall() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// A random UUID, version 4.
pub(super) fn uuid() -> String {
    // Each of these has keys of its own, which the system's random numbers are behind.
    let random = || RandomState::new().build_hasher().finish();
    let (high, low) = (random() & !0xF000 | 0x4000, random() & (u64::MAX >> 2) | 1 << 63);
    let (a, b, c) = (high >> 32, high >> 16 & 0xFFFF, high & 0xFFFF);
    format!("{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", low >> 48, low & 0xFFFF_FFFF_FFFF)
}

/// The tasks that a member names: none, one, or a list.
pub(super) fn pids(value: Option<&Value>, wrong: &str) -> Result<Option<BTreeSet<Pid>>, Refusal> {
    let pid = |value: &Value| whole(value).and_then(|n| Pid::try_from(n).ok()).ok_or_else(|| Refusal(wrong.into()));
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(list)) => list.iter().map(pid).collect::<Result<_, _>>().map(Some),
        Some(one) => Ok(Some(BTreeSet::from([pid(one)?]))),
    }
}

impl ClientSession {
    fn open(arguments: &Arguments<'_>) -> Result<ClientSession, Refusal> {
        let empty = Map::new();
        let asked = arguments.get("capabilities").and_then(Value::as_object).unwrap_or(&empty);
        let asked = Arguments { command: "session.open", members: asked };
        let mut warnings = Vec::new();
        let mut features = Vec::new();
        for name in asked.get("features").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            match FEATURES.contains(&name) {
                true if !features.iter().any(|known| known == name) => features.push(name.to_owned()),
                true => {}
                false if warnings.len() < 16 => {
                    warnings.push(format!("unsupported_feature:{}", name.chars().take(80).collect::<String>()));
                }
                false => {}
            }
        }
        let events = asked.int(&["max_events"])?.unwrap_or(256);
        if events <= 0 {
            return Err(Refusal("capabilities.max_events must be positive".into()));
        }
        let max_events = events.clamp(2, 2048);
        if max_events != events {
            warnings.push(format!("max_events_clamped:{max_events}"));
        }
        let heartbeat = arguments.int(&["heartbeat_s"])?.unwrap_or(30);
        let heartbeat_s = heartbeat.clamp(5, 300);
        if heartbeat_s != heartbeat {
            warnings.push(format!("heartbeat_clamped:{heartbeat_s}"));
        }
        let locks = pids(arguments.get("pid_lock"), "pid_lock must be an integer or sequence of integers")?;
        let now = wall();
        Ok(ClientSession {
            id: uuid(),
            client: arguments.text("client").unwrap_or_default().chars().take(200).collect(),
            heartbeat_s: heartbeat_s.unsigned_abs(),
            features,
            max_events: usize::try_from(max_events).unwrap_or(2),
            locks: locks.unwrap_or_default(),
            warnings,
            created: now,
            seen_at: now,
            seen: Instant::now(),
        })
    }

    /// What clients see of it; of an old one everything.
    fn shown(&self, all: bool) -> Value {
        let locks: Vec<Pid> = self.locks.iter().copied().collect();
        let lock = match &locks[..] {
            [] => Value::Null,
            [one] => json!(one),
            many => json!(many),
        };
        let mut shown = json!({
            "id": self.id, "client": self.client, "heartbeat_s": self.heartbeat_s, "features": self.features,
            "max_events": self.max_events, "pid_lock": lock, "created_at": self.created, "last_seen": self.seen_at,
        });
        if all {
            shown["pid_locks"] = json!(locks);
        }
        if all || !self.warnings.is_empty() {
            shown["warnings"] = json!(self.warnings);
        }
        shown
    }
}

impl Sessions {
    /// Opens one: all the locks it asks for, or none and no session.
    pub fn open(&mut self, arguments: &Arguments<'_>) -> Result<Value, Refusal> {
        let session = ClientSession::open(arguments)?;
        if let Some(pid) = session.locks.iter().find(|pid| self.holder(**pid).is_some()) {
            return Err(Refusal(format!("pid_locked:{pid}")));
        }
        if self.all.len() >= MOST {
            return Err(Refusal("too_many".into()));
        }
        let shown = session.shown(false);
        self.all.push(session);
        Ok(shown)
    }

    pub fn get(&self, id: &str) -> Option<&ClientSession> {
        self.all.iter().find(|session| session.id == id)
    }

    /// Takes note that a session is there; false if it is not.
    pub fn touch(&mut self, id: &str, refresh: bool) -> bool {
        let found = self.all.iter_mut().find(|session| session.id == id);
        found.is_some_and(|session| {
            if refresh {
                (session.seen, session.seen_at) = (Instant::now(), wall());
            }
            true
        })
    }

    /// The session that holds a task.
    fn holder(&self, pid: Pid) -> Option<&ClientSession> {
        self.all.iter().find(|session| session.locks.contains(&pid))
    }

    /// Refuses what another session holds.
    pub fn check(&self, pid: Pid, session: Option<&str>) -> Result<(), Refusal> {
        match self.holder(pid) {
            Some(holder) if Some(holder.id.as_str()) != session => Err(Refusal(format!("pid_locked:{pid}"))),
            _ => Ok(()),
        }
    }

    /// Refuses what changes tasks at will, while another session holds one.
    pub fn check_all(&self, session: Option<&str>) -> Result<(), Refusal> {
        let held = self.all.iter().flat_map(|holder| holder.locks.iter());
        held.copied().try_for_each(|pid| self.check(pid, session))
    }

    pub fn current(&self, id: &str) -> Option<Value> {
        self.get(id).map(|session| session.shown(true))
    }

    pub fn list(&self) -> Vec<Value> {
        let shown = self.all.iter().map(|session| {
            let mut shown = session.shown(true);
            shown["age_s"] = json!(session.seen.elapsed().as_secs_f64());
            shown
        });
        shown.collect()
    }

    /// Forgets one; false if it is not there.
    pub fn close(&mut self, id: &str) -> bool {
        let before = self.all.len();
        self.all.retain(|session| session.id != id);
        self.all.len() != before
    }

    /// Forgets those that were silent for too long: their ids.
    pub fn expire(&mut self) -> Vec<String> {
        let silent = |session: &&ClientSession| session.seen.elapsed() > Duration::from_secs(session.heartbeat_s);
        let gone: Vec<String> = self.all.iter().filter(silent).map(|session| session.id.clone()).collect();
        gone.iter().for_each(|id| {
            self.close(id);
        });
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_random_uuids_of_version_4() {
        let (a, b) = (uuid(), uuid());
        assert_ne!(a, b);
        let parts: Vec<usize> = a.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{a}");
        assert_eq!(a.as_bytes()[14], b'4', "{a}");
        assert!(matches!(a.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{a}");
    }
}
