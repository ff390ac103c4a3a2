//! Values: f16 numbers that tasks publish, and the rules of the value calls.

use half::f16;

use super::chain::{ChainError, ValueMeta};
use super::{ALL_GROUPS, Actor, Oid, PUBLIC, Registry, key, oid_of};
use crate::executive::Pid;
use crate::executive::mailbox::{DescriptorId, Handle};

/// The value cannot be set.
pub const RO: u8 = 1;
/// The value is kept in the store.
pub const PERSIST: u8 = 2;

/// PERSIST mode: keep no longer.
const VOLATILE: u8 = 0;
/// PERSIST mode: load now, do not save.
const LOAD: u8 = 1;
/// PERSIST mode: load now, save every change.
const SAVE: u8 = 2;

/// A value, to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Value {
    /// Group and id.
    pub oid: Oid,
    /// The task it belongs to.
    pub owner: Pid,
    /// RO 1, PERSIST 2; STICKY 4, PIN 8 and BOOL 16 are kept without effect.
    pub flags: u8,
    /// PUBLIC 0, USER 1, ADMIN 2, FACTORY 3.
    pub auth: u8,
    /// The value: f16 bits.
    pub raw: u16,
    /// Names, limits, where it is kept.
    pub meta: ValueMeta,
    /// Virtual time of the last change in µs; `None` if it has its first value.
    pub changed_at: Option<u64>,
    /// How often it has changed.
    pub changes: u64,
    /// Who is notified of changes, in the order of subscribing.
    pub subscribers: Vec<Subscriber>,
    /// Place in the order of registration, over all values and commands.
    pub order: u64,
}

/// A task that is notified of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subscriber {
    /// The task.
    pub pid: Pid,
    /// The mailbox the message goes to.
    pub descriptor: DescriptorId,
    /// The handle the task receives on.
    pub handle: Handle,
    /// Messages that found the mailbox full.
    pub dropped: u64,
}

/// A change that has been stored. The caller sends [`Changed::message`] once to each subscriber's mailbox, from
/// [`Changed::source`], without a handle, and reports failures to [`Registry::undelivered`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Changed {
    /// Group and id.
    pub oid: Oid,
    /// The owner of the value.
    pub owner: Pid,
    /// Who set it.
    pub setter: Actor,
    /// Bits before.
    pub old: u16,
    /// Bits now.
    pub new: u16,
    /// Flags of the value.
    pub flags: u8,
    /// Level of the value.
    pub auth: u8,
    /// Who is to be notified.
    pub subscribers: Vec<Subscriber>,
}

impl Changed {
    /// OID, old bits, new bits, little-endian.
    #[must_use]
    pub fn message(&self) -> [u8; 6] {
        let ([a, b], [c, d], [e, f]) = (self.oid.to_le_bytes(), self.old.to_le_bytes(), self.new.to_le_bytes());
        [a, b, c, d, e, f]
    }

    /// The source pid of the message.
    #[must_use]
    pub fn source(&self) -> Pid {
        self.setter.pid()
    }
}

/// Why a value call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ValueError {
    /// Status 1.
    #[error("there is no value {0:#06x}")]
    NotFound(Oid),
    /// The level is not PUBLIC and the caller not the owner, or only the owner may: status 2.
    #[error("value {0:#06x} belongs to another task")]
    NotPermitted(Oid),
    /// Status 2, for the owner too.
    #[error("value {0:#06x} is read-only")]
    ReadOnly(Oid),
    /// Too many values: status 3.
    #[error("there can be only {0} values")]
    TooMany(usize),
    /// Too many bytes of names: status 3.
    #[error("names can have only {0} bytes in all")]
    TooMuchText(usize),
    /// Status 4.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// Status 4.
    #[error("persist mode must be 0, 1 or 2, not {0}")]
    BadMode(u8),
    /// Status 4.
    #[error("value {0:#06x} has no key to be kept under")]
    NoKey(Oid),
    /// Status 5.
    #[error("value {0:#06x} exists already")]
    Exists(Oid),
    /// Changed too short a time ago: status 6.
    #[error("value {oid:#06x} can change again at {until} µs")]
    Busy {
        /// Group and id.
        oid: Oid,
        /// Virtual time from which it may change.
        until: u64,
    },
}

impl ValueError {
    /// The status code of the service call.
    #[must_use]
    pub fn status(&self) -> u32 {
        match self {
            ValueError::NotFound(_) => 1,
            ValueError::NotPermitted(_) | ValueError::ReadOnly(_) => 2,
            ValueError::TooMany(_) | ValueError::TooMuchText(_) => 3,
            ValueError::Chain(_) | ValueError::BadMode(_) | ValueError::NoKey(_) => 4,
            ValueError::Exists(_) => 5,
            ValueError::Busy { .. } => 6,
        }
    }
}

impl Registry {
    /// REGISTER of a public value, 0.0 or what the store holds for it. No value may have that OID yet.
    ///
    /// # Errors
    /// The OID exists, or a limit is reached. Nothing has changed then.
    pub fn register_value(
        &mut self,
        pid: Pid,
        (group, id): (u8, u8),
        flags: u8,
        meta: ValueMeta,
        now: u64,
    ) -> Result<Oid, ValueError> {
        let oid = oid_of(group, id);
        if key(&self.values, Actor::Host, oid).is_some() {
            return Err(ValueError::Exists(oid));
        }
        self.add_value(Value::new(oid, pid, flags, PUBLIC, 0, meta), now)
    }

    /// LOOKUP, and the check that must come before a mailbox is opened for [`Registry::subscribe`].
    ///
    /// # Errors
    /// There is no such value.
    pub fn value(&self, actor: Actor, oid: Oid) -> Result<&Value, ValueError> {
        let found = key(&self.values, actor, oid).and_then(|key| self.values.get(&key));
        found.ok_or(ValueError::NotFound(oid))
    }

    /// GET: the bits. Besides R0 = bits or status, R1 = status tells the two apart.
    ///
    /// # Errors
    /// There is no such value, or the caller may not.
    pub fn get(&self, actor: Actor, oid: Oid) -> Result<u16, ValueError> {
        let value = self.value(actor, oid)?;
        value.open_to(actor)?;
        Ok(value.raw)
    }

    /// SET. `None` if the change is smaller than the value's epsilon: then nothing has changed and no task is notified.
    ///
    /// # Errors
    /// There is no such value, the caller may not, or it changed too short a time ago.
    pub fn set(&mut self, actor: Actor, oid: Oid, raw: u16, now: u64) -> Result<Option<Changed>, ValueError> {
        let value = self.value_mut(actor, oid)?;
        value.open_to(actor)?;
        if value.flags & RO != 0 {
            return Err(ValueError::ReadOnly(oid));
        }
        let rate = u64::from(value.meta.rate_ms) * 1000;
        if let Some(until) = value.changed_at.map(|at| at.saturating_add(rate)).filter(|&until| now < until) {
            return Err(ValueError::Busy { oid, until });
        }
        let raw = canonical(raw);
        if value.is_close(raw) {
            return Ok(None);
        }
        let changed = value.change(actor, raw, now);
        let keep = value.meta.persist.filter(|_| value.flags & PERSIST != 0);
        if let Some(keep) = keep {
            self.store.save(keep.key, raw, keep.debounce_ms, now);
        }
        Ok(Some(changed))
    }

    /// LIST: the caller's own values in the order of registration, of one group or of all (0xFF).
    #[must_use]
    pub fn list(&self, pid: Pid, group: u8) -> Vec<Oid> {
        let wanted = |value: &&Value| value.owner == pid && (group == ALL_GROUPS || value.oid >> 8 == Oid::from(group));
        let mut own: Vec<&Value> = self.values.values().filter(wanted).collect();
        own.sort_by_key(|value| value.order);
        own.iter().map(|value| value.oid).collect()
    }

    /// SUBSCRIBE: the task is notified of changes from now on, in a mailbox it has opened. Ask [`Registry::value`] before
    /// opening one.
    ///
    /// # Errors
    /// There is no such value.
    pub fn subscribe(
        &mut self,
        pid: Pid,
        oid: Oid,
        descriptor: DescriptorId,
        handle: Handle,
    ) -> Result<(), ValueError> {
        let value = self.value_mut(Actor::Task(pid), oid)?;
        value.subscribers.push(Subscriber { pid, descriptor, handle, dropped: 0 });
        Ok(())
    }

    /// Counts a message that could not be queued. The subscription stays.
    pub fn undelivered(&mut self, changed: &Changed, to: &Subscriber) {
        let Some(value) = self.values.get_mut(&(changed.oid, changed.owner)) else { return };
        let same = |other: &&mut Subscriber| (other.pid, other.handle) == (to.pid, to.handle);
        if let Some(subscriber) = value.subscribers.iter_mut().find(same) {
            subscriber.dropped += 1;
        }
    }

    /// PERSIST: mode 0 keeps the value no longer, 1 loads it now, 2 loads it now and saves every change. Loading is a
    /// change if the store holds other bits.
    ///
    /// # Errors
    /// There is no such value, the caller is not the owner, the mode is unknown, or the value has no key.
    pub fn persist(&mut self, actor: Actor, oid: Oid, mode: u8, now: u64) -> Result<Option<Changed>, ValueError> {
        let value = self.value(actor, oid)?;
        if !actor.owns(value.owner) {
            return Err(ValueError::NotPermitted(oid));
        }
        let key = value.meta.persist.map(|keep| keep.key).filter(|&key| key != 0);
        let flag = match mode {
            VOLATILE | LOAD => 0,
            SAVE => PERSIST,
            other => return Err(ValueError::BadMode(other)),
        };
        let kept = match key {
            _ if mode == VOLATILE => None,
            Some(key) => self.store.get(key, now),
            None => return Err(ValueError::NoKey(oid)),
        };
        let value = self.value_mut(actor, oid)?;
        value.flags = value.flags & !PERSIST | flag;
        let kept = kept.map(canonical).filter(|&raw| raw != value.raw);
        Ok(kept.map(|raw| value.change(actor, raw, now)))
    }

    pub(super) fn add_value(&mut self, mut value: Value, now: u64) -> Result<Oid, ValueError> {
        let key = (value.oid, value.owner);
        if self.values.contains_key(&key) {
            return Err(ValueError::Exists(value.oid));
        }
        if self.values.len() >= self.limits.values {
            return Err(ValueError::TooMany(self.limits.values));
        }
        if !self.has_room_for(&[&value.meta.group, &value.meta.name]) {
            return Err(ValueError::TooMuchText(self.limits.text_bytes));
        }
        if let Some(keep) = value.meta.persist.filter(|keep| value.flags & PERSIST != 0 && keep.key != 0) {
            value.raw = self.store.get(keep.key, now).unwrap_or(value.raw);
        }
        value.raw = canonical(value.raw);
        value.order = self.next_order();
        self.values.insert(key, value);
        Ok(key.0)
    }

    fn value_mut(&mut self, actor: Actor, oid: Oid) -> Result<&mut Value, ValueError> {
        let found = key(&self.values, actor, oid).and_then(|key| self.values.get_mut(&key));
        found.ok_or(ValueError::NotFound(oid))
    }
}

impl Value {
    pub(super) fn new(oid: Oid, owner: Pid, flags: u8, auth: u8, raw: u16, meta: ValueMeta) -> Value {
        let (changed_at, changes, subscribers, order) = (None, 0, Vec::new(), 0);
        Value { oid, owner, flags, auth, raw, meta, changed_at, changes, subscribers, order }
    }

    fn open_to(&self, actor: Actor) -> Result<(), ValueError> {
        let open = self.auth == PUBLIC || actor.owns(self.owner);
        open.then_some(()).ok_or(ValueError::NotPermitted(self.oid))
    }

    /// Whether new bits differ by less than epsilon. NaN is close to nothing.
    fn is_close(&self, raw: u16) -> bool {
        let [epsilon, new, old] = [self.meta.epsilon, raw, self.raw].map(|bits| f16::from_bits(bits).to_f64());
        epsilon > 0.0 && (new - old).abs() < epsilon
    }

    fn change(&mut self, setter: Actor, new: u16, now: u64) -> Changed {
        let old = std::mem::replace(&mut self.raw, new);
        self.changed_at = Some(now);
        self.changes += 1;
        let Value { oid, owner, flags, auth, .. } = *self;
        Changed { oid, owner, setter, old, new, flags, auth, subscribers: self.subscribers.clone() }
    }
}

/// All NaN of one sign are one.
fn canonical(raw: u16) -> u16 {
    if f16::from_bits(raw).is_nan() { raw & 0x8000 | 0x7E00 } else { raw }
}
