//! Streams of events: who gets what, and what becomes of those that do not keep up.

use super::Refusal;
use super::arguments::Arguments;
use super::outgoing::Outgoing;
use super::session::{pids, uuid, wall};
use crate::backend::Pid;
use crate::text::escaped_json;
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Events that are kept for those who subscribe later.
const KEPT: usize = 4096;
/// The least time between two warnings of a stream.
const BETWEEN: Duration = Duration::from_millis(500);
/// How long a new stream need not acknowledge anything.
const GRACE: Duration = Duration::from_secs(1);

/// Events that are sent again: their numbers and lines.
pub(super) type Replayed = Vec<(u64, Arc<str>)>;

/// An event that was sent.
struct KeptEvent {
    seq: u64,
    kind: String,
    pid: Option<Pid>,
    line: Arc<str>,
}

/// A stream of events.
pub(super) struct Subscription {
    pub session: String,
    token: String,
    to: Arc<Outgoing>,
    pids: Option<BTreeSet<Pid>>,
    kinds: Option<BTreeSet<String>>,
    most: usize,
    begun: Instant,
    warned: Option<Instant>,
    acked: u64,
    delivered: u64,
    high_water: u64,
    drops: u64,
}

/// All events and all streams.
#[derive(Default)]
pub(super) struct Streams {
    seq: u64,
    kept: VecDeque<KeptEvent>,
    all: Vec<Subscription>,
}

impl Subscription {
    fn wants(&self, kind: &str, pid: Option<Pid>) -> bool {
        let of_pid = self.pids.as_ref().is_none_or(|pids| pid.is_some_and(|pid| pids.contains(&pid)));
        of_pid && self.kinds.as_ref().is_none_or(|kinds| kinds.contains(kind))
    }

    fn pending(&self) -> u64 {
        self.delivered.saturating_sub(self.acked)
    }

    fn deliver(&mut self, seq: u64, line: &Arc<str>) -> Option<u64> {
        self.delivered = seq;
        self.high_water = self.high_water.max(self.pending());
        self.to.event(seq, Arc::clone(line), self.most)
    }

    fn numbers(&self) -> Map<String, Value> {
        let numbers = json!({ "pending": self.pending(), "high_water": self.high_water, "drops": self.drops });
        numbers.as_object().cloned().unwrap_or_default()
    }
}

/// An event as it is written.
fn event(seq: u64, kind: &str, pid: Option<Pid>, data: &Value) -> Value {
    json!({ "seq": seq, "ts": wall(), "type": kind, "pid": pid, "data": data })
}

impl Streams {
    /// Whether there is a stream.
    pub fn any(&self) -> bool {
        !self.all.is_empty()
    }

    /// Whether a client wants events of one of these kinds.
    pub fn wanted(&self, kinds: &[&str]) -> bool {
        let wants =
            |stream: &Subscription| stream.kinds.as_ref().is_none_or(|set| kinds.iter().any(|k| set.contains(*k)));
        self.all.iter().any(wants)
    }

    /// Tells all who want it of something; the event in full.
    pub fn tell(&mut self, kind: &str, pid: Option<Pid>, data: &Value) -> Value {
        self.seq += 1;
        let seq = self.seq;
        let event = event(seq, kind, pid, data);
        let line: Arc<str> = escaped_json(event.to_string()).into();
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(KeptEvent { seq, kind: kind.to_owned(), pid, line: Arc::clone(&line) });
        for at in (0..self.all.len()).rev() {
            if self.all[at].wants(kind, pid) {
                let dropped = self.all[at].deliver(seq, &line);
                self.watch(at, dropped);
            }
        }
        event
    }

    /// Sends something to those that have asked for this kind by its name. It is not kept.
    pub fn send(&mut self, kind: &str, data: &Value) {
        let asks = |stream: &Subscription| stream.kinds.as_ref().is_some_and(|kinds| kinds.contains(kind));
        if !self.all.iter().any(asks) {
            return;
        }
        self.seq += 1;
        let line: Arc<str> = escaped_json(event(self.seq, kind, None, data).to_string()).into();
        for at in (0..self.all.len()).rev() {
            if asks(&self.all[at]) {
                let dropped = self.all[at].deliver(self.seq, &line);
                self.watch(at, dropped);
            }
        }
    }

    /// Warns a stream that does not keep up, and in the end gives it up.
    fn watch(&mut self, at: usize, dropped: Option<u64>) {
        let stream = &mut self.all[at];
        let most = stream.most as u64;
        let (pending, settled) = (stream.pending(), stream.begun.elapsed() >= GRACE);
        let quiet = stream.warned.is_none_or(|warned| warned.elapsed() >= BETWEEN);
        stream.drops += u64::from(dropped.is_some());
        let reason = if settled && pending >= (4 * most).max(256) {
            "slow_consumer_drop"
        } else if !quiet {
            return;
        } else if settled && pending >= (2 * most).max(64) {
            "slow_consumer"
        } else if dropped.is_some() {
            "event_dropped"
        } else {
            return;
        };
        stream.warned = Some(Instant::now());
        let mut data = json!({ "reason": reason, "subscription": stream.token, "drops": stream.drops });
        match dropped.filter(|_| reason == "event_dropped") {
            Some(seq) => data["dropped_seq"] = json!(seq),
            None => {
                data["pending"] = json!(pending);
                data["high_water"] = json!(stream.high_water);
            }
        }
        self.seq += 1;
        let line = escaped_json(event(self.seq, "warning", None, &data).to_string());
        stream.to.event(self.seq, line.into(), stream.most);
        if reason == "slow_consumer_drop" {
            let stream = self.all.remove(at);
            stream.to.end();
        }
    }

    /// Begins a stream. The reply is to be sent before its events: `replay` sends those that are asked for again.
    pub fn subscribe(
        &mut self,
        session: &str,
        most: usize,
        arguments: &Arguments<'_>,
        to: &Arc<Outgoing>,
    ) -> Result<(Value, Replayed), Refusal> {
        let empty = Map::new();
        let filters = arguments.get("filters").and_then(Value::as_object).unwrap_or(&empty);
        let filters = Arguments { command: "filters", members: filters };
        let since = filters.int(&["since_seq"])?;
        let since = since.map(u64::try_from).transpose();
        let since = since.map_err(|_| Refusal("filters.since_seq must be non-negative".into()))?;
        let pids = pids(filters.get("pid"), "filters.pid must contain integer PIDs")?;
        let kinds = match filters.get("categories") {
            None => None,
            Some(Value::String(one)) => Some(BTreeSet::from([one.clone()])),
            Some(Value::Array(list)) => Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
            Some(_) => return Err(Refusal("filters.categories must be strings".into())),
        };
        self.unsubscribe(session, Some(to));
        let mut stream = Subscription {
            session: session.to_owned(),
            token: format!("{session}:{}", uuid()),
            to: Arc::clone(to),
            pids,
            kinds,
            most,
            begun: Instant::now(),
            warned: None,
            acked: since.unwrap_or(self.seq),
            delivered: since.unwrap_or(self.seq),
            high_water: 0,
            drops: 0,
        };
        let again = self.kept.iter().filter(|event| since.is_some_and(|since| event.seq > since));
        let again = again.filter(|event| stream.wants(&event.kind, event.pid));
        let again: Replayed = again.map(|event| (event.seq, Arc::clone(&event.line))).collect();
        stream.delivered = again.last().map_or(stream.delivered, |(seq, _)| *seq);
        stream.high_water = stream.pending();
        let mut reply = stream.numbers();
        reply.insert("token".into(), json!(stream.token));
        reply.insert("max".into(), json!(most));
        reply.insert("cursor".into(), json!(self.seq));
        reply.insert("retention_ms".into(), json!(5000));
        if let Some(since) = since {
            reply.insert("since_seq".into(), json!(since));
        }
        self.all.push(stream);
        Ok((Value::Object(reply), again))
    }

    /// Sends the events that a new stream has asked for again, behind the reply.
    pub fn replay(&mut self, to: &Arc<Outgoing>, again: Replayed) {
        to.stream(true);
        for (seq, line) in again {
            // They were bounded when they were kept: none is dropped here.
            to.event(seq, line, KEPT);
        }
    }

    /// Takes note of how far a client has come.
    pub fn ack(&mut self, session: &str, seq: u64) -> Option<Value> {
        let stream = self.all.iter_mut().find(|stream| stream.session == session)?;
        stream.acked = stream.acked.max(seq.min(self.seq));
        let mut reply = stream.numbers();
        reply.insert("last_ack".into(), json!(stream.acked));
        Some(Value::Object(reply))
    }

    /// Ends the stream of a session; its connection too, unless the request came over it. Whether there was one.
    pub fn unsubscribe(&mut self, session: &str, over: Option<&Arc<Outgoing>>) -> bool {
        let Some(at) = self.all.iter().position(|stream| stream.session == session) else { return false };
        let stream = self.all.remove(at);
        stream.to.stream(false);
        if over.is_none_or(|over| over.id != stream.to.id) {
            stream.to.end();
        }
        true
    }

    /// A connection is gone, and with it its streams.
    pub fn gone(&mut self, connection: u64) {
        self.all.retain(|stream| stream.to.id != connection);
    }
}
