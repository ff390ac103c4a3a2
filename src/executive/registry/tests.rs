//! The recorded sequence of calls with its known deviations, and the rules it does not reach.

use super::*;
use crate::image::{CommandDecl, ValueDecl};

const ONE: Actor = Actor::Task(1);
const TWO: Actor = Actor::Task(2);

/// Milliseconds of machine time.
fn ms(time: u64) -> u64 {
    time * 1000
}

/// Memory of task 1: the chain of value 2:1 at 0xA00, of command 1:5 at 0xA40.
fn memory(address: u16) -> u8 {
    let parts: [(u16, &[u8]); 10] = [
        (0x900, b"rpm\0"),
        (0x910, b"motor\0"),
        (0x940, b"reset\0"),
        (0x950, b"Reset the motor\0"),
        (0xA00, &[1, 2, 0x06, 0x0A, 0x10, 0x09]),
        (0xA06, &[2, 0, 0x0C, 0x0A, 0x00, 0x09]),
        (0xA0C, &[3, 0, 0x18, 0x0A, b'r', b'p', b'm', 0, 0x00, 0x38, 20, 0]),
        (0xA18, &[4, 0, 0x20, 0x0A, 0x00, 0xBC, 0x00, 0x49]),
        (0xA20, &[5, 0, 0xFF, 0xFF, 0x77, 0, 0, 0]),
        (0xA40, &[0x10, 0, 0xFF, 0xFF, 0x40, 0x09, 0x50, 0x09]),
    ];
    let holds = |at: u16, bytes: &[u8]| bytes.get(usize::from(address.checked_sub(at)?)).copied();
    parts.iter().find_map(|&(at, bytes)| holds(at, bytes)).unwrap_or(0)
}

/// Registers as SVC 0x700 does, without a descriptor.
fn register(registry: &mut Registry, pid: Pid, group: u8, id: u8, flags: u8) -> Result<Oid, u32> {
    let result = registry.register_value(pid, (group, id), flags, ValueMeta::default(), 0);
    result.map_err(|error| error.status())
}

/// The value part of the sequence up to its 31st call.
fn with_values() -> Registry {
    let mut registry = Registry::default();
    assert_eq!(register(&mut registry, 1, 1, 2, 0), Ok(0x102));
    let meta = read_value(0xA00, memory).unwrap();
    assert_eq!(registry.register_value(1, (2, 1), PERSIST, meta, 0), Ok(0x201));
    registry
}

fn set(registry: &mut Registry, actor: Actor, oid: Oid, raw: u16, now: u64) -> Result<bool, u32> {
    registry.set(actor, oid, raw, now).map(|changed| changed.is_some()).map_err(|error| error.status())
}

fn get(registry: &Registry, actor: Actor, oid: Oid) -> Result<u16, u32> {
    registry.get(actor, oid).map_err(|error| error.status())
}

#[test]
fn a_number_is_registered_once_and_found_by_all() {
    let mut registry = with_values();
    assert_eq!(register(&mut registry, 1, 1, 2, 0), Err(5));
    assert_eq!(register(&mut registry, 2, 1, 2, 0), Err(5));
    assert_eq!(registry.value(TWO, 0x102).map(|value| value.oid), Ok(0x102));
    assert_eq!(registry.value(TWO, 0x909).map_err(|error| error.status()), Err(1));
}

#[test]
fn a_chain_describes_a_value() {
    let registry = with_values();
    let meta = &registry.value(ONE, 0x201).unwrap().meta;
    let expected = ValueMeta {
        group: Some("motor".to_owned()),
        name: Some("rpm".to_owned()),
        unit: Some("rpm".to_owned()),
        epsilon: 0x3800,
        rate_ms: 20,
        range: Some((0xBC00, 0x4900)),
        persist: Some(Persist { key: 0x77, debounce_ms: 0 }),
    };
    assert_eq!(*meta, expected);
    assert_eq!(registry.text_bytes(), 10);
}

#[test]
fn public_values_are_open_to_all() {
    let mut registry = with_values();
    assert_eq!(get(&registry, ONE, 0x102), Ok(0));
    assert_eq!(set(&mut registry, ONE, 0x102, 0x3C00, 0), Ok(true));
    assert_eq!((get(&registry, ONE, 0x102), get(&registry, TWO, 0x102)), (Ok(0x3C00), Ok(0x3C00)));
    assert_eq!(set(&mut registry, TWO, 0x102, 0x4000, 0), Ok(true));
    assert_eq!(get(&registry, ONE, 0x999), Err(1));
    assert_eq!(set(&mut registry, ONE, 0x102, 1, 0), Ok(true));
    assert_eq!(get(&registry, ONE, 0x102), Ok(1));
}

#[test]
fn every_nan_becomes_the_canonical_one() {
    let mut registry = with_values();
    for (raw, kept) in [(0x7C01, 0x7E00), (0xFFFF, 0xFE00), (0x7C00, 0x7C00)] {
        assert_eq!(set(&mut registry, ONE, 0x102, raw, 0), Ok(true));
        assert_eq!(get(&registry, ONE, 0x102), Ok(kept));
    }
}

#[test]
fn a_read_only_value_is_so_for_its_owner_too() {
    let mut registry = with_values();
    register(&mut registry, 1, 1, 3, RO).unwrap();
    assert_eq!(set(&mut registry, ONE, 0x103, 0x3C00, 0), Err(2));
}

#[test]
fn epsilon_and_rate_hold_back_changes_and_ranges_do_not() {
    let mut registry = with_values();
    assert_eq!(set(&mut registry, ONE, 0x201, 0x3400, 0), Ok(false));
    assert_eq!(get(&registry, ONE, 0x201), Ok(0));
    assert_eq!(set(&mut registry, ONE, 0x201, 0x4500, 0), Ok(true));
    assert_eq!(set(&mut registry, ONE, 0x201, 0x4600, 0), Err(6));
    assert_eq!(set(&mut registry, ONE, 0x201, 0x4600, ms(20) - 1), Err(6));
    assert_eq!(set(&mut registry, ONE, 0x201, 0x60B0, ms(20)), Ok(true));
    assert_eq!(get(&registry, ONE, 0x201), Ok(0x60B0));
    assert_eq!(registry.store().get(0x77, ms(20)), Some(0x60B0));
}

#[test]
fn a_list_has_the_callers_values_in_the_order_of_registration() {
    let mut registry = with_values();
    register(&mut registry, 1, 1, 3, RO).unwrap();
    assert_eq!(registry.list(1, 0xFF), [0x102, 0x201, 0x103]);
    assert_eq!(registry.list(1, 2), [0x201]);
    assert!(registry.list(2, 0xFF).is_empty());
}

#[test]
fn keeping_a_value_needs_a_key_the_owner_and_a_known_mode() {
    let mut registry = with_values();
    let mut persist = |actor, oid, mode| registry.persist(actor, oid, mode, 0).map_err(|error| error.status());
    assert_eq!(persist(ONE, 0x102, 2), Err(4), "the reference accepts this and does nothing");
    assert_eq!(persist(ONE, 0x102, 3), Err(4));
    assert_eq!(persist(TWO, 0x102, 1), Err(2));
    assert_eq!(persist(ONE, 0x999, 1), Err(1));
    assert_eq!(persist(ONE, 0x102, 0), Ok(None));
    assert_eq!(persist(ONE, 0x201, 2), Ok(None));
}

#[test]
fn modes_load_now_and_save_later_or_not() {
    let mut registry = with_values();
    registry.store_mut().put(0x77, 0x4500);
    let loaded = registry.persist(ONE, 0x201, 1, ms(1)).unwrap().unwrap();
    assert_eq!((loaded.old, loaded.new), (0, 0x4500));
    assert_eq!(set(&mut registry, ONE, 0x201, 0x4900, ms(30)), Ok(true));
    assert_eq!(registry.store().get(0x77, ms(30)), Some(0x4500));
    registry.persist(ONE, 0x201, 2, ms(40)).unwrap();
    assert_eq!(get(&registry, ONE, 0x201), Ok(0x4500));
    set(&mut registry, ONE, 0x201, 0x4900, ms(60)).unwrap();
    assert_eq!(registry.store().get(0x77, ms(60)), Some(0x4900));
}

#[test]
fn subscribers_are_told_once_of_each_stored_change() {
    let mut registry = with_values();
    assert_eq!(registry.subscribe(1, 0x999, 9, 4).map_err(|error| error.status()), Err(1));
    registry.subscribe(1, 0x102, 9, 4).unwrap();
    set(&mut registry, ONE, 0x102, 0x7C01, 0).unwrap();
    let changed = registry.set(ONE, 0x102, 0x4200, 0).unwrap().unwrap();
    assert_eq!(changed.message(), [0x02, 0x01, 0x00, 0x7E, 0x00, 0x42]);
    assert_eq!(changed.source(), 1);
    let subscriber = Subscriber { pid: 1, descriptor: 9, handle: 4, dropped: 0 };
    assert_eq!(changed.subscribers, [subscriber]);
    registry.undelivered(&changed, &subscriber);
    assert_eq!(registry.value(ONE, 0x102).unwrap().subscribers, [Subscriber { dropped: 1, ..subscriber }]);
    registry.close_handle(1, 4);
    assert_eq!(registry.set(Actor::Host, 0x102, 0, 0).unwrap().unwrap().subscribers, []);
}

/// The command part of the sequence.
fn with_commands() -> Registry {
    let mut registry = Registry::default();
    let meta = read_command(0xA40, memory).unwrap();
    assert_eq!(registry.register_command(1, (1, 5), 0, meta), Ok(0x105));
    for (id, flags) in [(6, 0), (7, PIN), (8, ASYNC)] {
        registry.register_command(1, (1, id), flags, CommandMeta::default()).unwrap();
    }
    registry
}

#[test]
fn only_the_owner_and_the_host_call_a_command() {
    let mut registry = with_commands();
    let again = registry.register_command(2, (1, 5), 0, CommandMeta::default());
    assert_eq!(again.map_err(|error| error.status()), Err(5));
    assert_eq!(registry.command(TWO, 0x105).map(|command| command.oid), Ok(0x105));
    let mut call = |actor, oid| registry.call(actor, oid).map_err(|error| error.status());
    let invocation = call(ONE, 0x105).unwrap();
    assert_eq!((invocation.owner, invocation.request()), (1, [5, 1, 1, 0]));
    assert_eq!(call(Actor::Host, 0x105).unwrap().request(), [5, 1, 0, 0]);
    assert_eq!(call(TWO, 0x105), Err(2));
    assert_eq!(call(ONE, 0x999), Err(1));
    assert_eq!(call(ONE, 0x107), Err(2));
    assert_eq!(registry.command(ONE, 0x105).unwrap().calls, 2);
}

#[test]
fn help_is_cut_to_the_room_with_its_zero() {
    let registry = with_commands();
    let help = |oid, room| registry.help(TWO, oid, room).map_err(|error| error.status());
    assert_eq!(help(0x105, 0x40), Ok(b"Reset the motor\0".to_vec()));
    assert_eq!(help(0x105, 6), Ok(b"Reset\0".to_vec()));
    assert_eq!(help(0x105, 1), Ok(b"\0".to_vec()));
    assert_eq!(help(0x105, 0), Ok(vec![]));
    assert_eq!(help(0x106, 0x40), Err(1));
}

#[test]
fn a_call_without_waiting_needs_the_flag_and_ends_with_a_message() {
    let mut registry = with_commands();
    let mut call = |actor, oid| registry.call_async(actor, oid).map_err(|error| error.status());
    assert_eq!(call(ONE, 0x105), Err(6));
    assert_eq!(call(ONE, 0x999), Err(1));
    assert_eq!(call(TWO, 0x108), Err(2));
    assert_eq!(call(ONE, 0x108).unwrap().request(), [8, 1, 1, 0]);
    assert_eq!(async_result(0x108, 0, None), [8, 1, 0, 0]);
    assert_eq!(async_result(0x108, 7, Some(0x0102)), [8, 1, 7, 0, 2, 1, 0, 0]);
}

fn declared(init: u16, key: u16) -> ([ValueDecl; 1], [CommandDecl; 1]) {
    let value = ValueDecl { group: 3, id: 1, auth: 2, init, persist_key: key, ..ValueDecl::default() };
    let command = CommandDecl { group: 3, id: 1, auth: 3, handler: 8, ..CommandDecl::default() };
    ([value], [command])
}

#[test]
fn two_tasks_of_one_image_have_values_of_their_own() {
    let mut registry = Registry::default();
    let (values, commands) = declared(0x3C00, 0);
    for pid in [2, 1, 3] {
        registry.declare(pid, &values, &commands, 0).unwrap();
    }
    set(&mut registry, TWO, 0x301, 0x4000, 0).unwrap();
    assert_eq!((get(&registry, TWO, 0x301), get(&registry, ONE, 0x301)), (Ok(0x4000), Ok(0x3C00)));
    assert_eq!(get(&registry, Actor::Task(9), 0x301), Err(2), "level ADMIN is closed to others");
    assert_eq!(registry.value(Actor::Task(9), 0x301).unwrap().owner, 1);
    assert_eq!(registry.call(TWO, 0x301).unwrap().owner, 2);
    assert_eq!(register(&mut registry, 9, 3, 1, 0), Err(5));
    registry.kill(1);
    assert_eq!(registry.value(Actor::Host, 0x301).unwrap().owner, 2);
}

#[test]
fn a_declared_value_begins_with_what_was_kept() {
    let mut registry = Registry::default();
    let (values, commands) = declared(0x3C00, 0x55);
    registry.declare(1, &values, &commands, 0).unwrap();
    assert_eq!(get(&registry, ONE, 0x301), Ok(0x3C00));
    set(&mut registry, ONE, 0x301, 0x4500, 0).unwrap();
    registry.kill(1);
    assert_eq!((registry.values().count(), registry.commands().count()), (0, 0));
    registry.declare(4, &values, &commands, 0).unwrap();
    assert_eq!(get(&registry, Actor::Task(4), 0x301), Ok(0x4500));
}

#[test]
fn declarations_that_clash_leave_nothing_behind() {
    let mut registry = with_values();
    let before = registry.clone();
    let ([value], _) = declared(0, 0);
    let clash = registry.declare(5, &[value.clone(), value], &[], 0).unwrap_err();
    assert_eq!(clash, DeclareError::Value { group: 3, id: 1, source: ValueError::Exists(0x301) });
    assert_eq!(registry, before);
}

#[test]
fn limits_are_checked_before_anything_is_stored() {
    let mut registry = Registry::new(RegistryLimits { values: 2, commands: 0, text_bytes: 5 });
    let named = |name: &str| ValueMeta { name: Some(name.to_owned()), ..ValueMeta::default() };
    let mut register =
        |id, name: &str| registry.register_value(1, (1, id), 0, named(name), 0).map_err(|error| error.status());
    assert_eq!(register(1, "12345"), Err(3));
    assert_eq!(register(1, "1234"), Ok(0x101));
    assert_eq!(register(2, "x"), Err(3));
    assert_eq!(register(2, "1234"), Ok(0x102));
    assert_eq!(register(3, "1234"), Err(3));
    let command = registry.register_command(1, (1, 1), 0, CommandMeta::default());
    assert_eq!(command, Err(CommandError::TooMany(0)));
    assert_eq!((registry.values().count(), registry.text_bytes()), (2, 5));
}

#[test]
fn an_ended_task_keeps_its_values_and_loses_its_subscriptions() {
    let mut registry = with_values();
    registry.subscribe(2, 0x102, 9, 4).unwrap();
    registry.end_task(1);
    registry.end_task(2);
    assert_eq!(registry.value(TWO, 0x102).unwrap().subscribers, []);
    assert_eq!(registry.list(1, ALL_GROUPS).len(), 2);
}
