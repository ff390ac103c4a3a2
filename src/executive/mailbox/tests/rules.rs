use super::*;

#[test]
fn handles_on_one_mailbox_share_a_single_reader_queue() {
    let mut boxes = machine(1);
    let (a, b) = (open(&mut boxes, 1, "app:q"), open(&mut boxes, 1, "app:q"));
    send(&mut boxes, 1, a, "1").unwrap();
    send(&mut boxes, 1, b, "2").unwrap();
    assert_eq!(recv(&mut boxes, 1, b), got("1", 0));
    assert_eq!(recv(&mut boxes, 1, b), got("2", 0));
    assert_eq!(recv(&mut boxes, 1, a), None);
}

#[test]
fn the_default_capacity_holds_seven_messages_of_one_byte() {
    let mut boxes = machine(1);
    let accepted = (0..9).filter(|_| send(&mut boxes, 1, 1, "x").is_ok()).count();
    assert_eq!(accepted, 7);
}

#[test]
fn drop_or_block_without_fanout_is_single_reader() {
    for mode in [0x13, 0x23] {
        let mut boxes = machine(1);
        bind(&mut boxes, 1, "app:q", 10, mode);
        let (a, b) = (open(&mut boxes, 1, "app:q"), open(&mut boxes, 1, "app:q"));
        send(&mut boxes, 1, a, "x").unwrap();
        assert_eq!(send(&mut boxes, 1, a, "y").unwrap_err().status(), 1);
        assert_eq!((recv(&mut boxes, 1, b), recv(&mut boxes, 1, b)), (got("x", 0), None));
    }
}

#[test]
fn block_wins_over_drop() {
    let mut boxes = machine(1);
    bind(&mut boxes, 1, "app:q", 10, FAN_DROP | FAN_BLOCK);
    let handle = open(&mut boxes, 1, "app:q");
    send(&mut boxes, 1, handle, "x").unwrap();
    assert_eq!(send(&mut boxes, 1, handle, "y").unwrap_err().status(), 1);
}

#[test]
fn a_mailbox_without_readers_keeps_its_messages_for_nobody() {
    let mut boxes = machine(2);
    let Bound { descriptor, .. } = bind(&mut boxes, 1, "app:q", 64, FAN_DROP);
    let sender = open(&mut boxes, 1, "app:q");
    send(&mut boxes, 1, sender, "old").unwrap();
    assert_eq!(shape(&boxes, descriptor).0, 1);
    let late = open(&mut boxes, 2, "app:q");
    assert_eq!(recv(&mut boxes, 2, late), None);
    assert_eq!(shape(&boxes, descriptor).0, 0);
}

#[test]
fn a_sender_that_receives_gets_its_own_messages() {
    let mut boxes = machine(1);
    let Bound { descriptor, .. } = bind(&mut boxes, 1, "app:q", 64, FAN_DROP);
    let handle = open(&mut boxes, 1, "app:q");
    send(&mut boxes, 1, handle, "a").unwrap();
    send(&mut boxes, 1, handle, "b").unwrap();
    assert_eq!(recv(&mut boxes, 1, handle), got("a", 0));
    assert_eq!(shape(&boxes, descriptor), (1, 9, 1, 2));
    assert_eq!(recv(&mut boxes, 1, handle), got("b", 0));
}

#[test]
fn a_sender_is_no_reader_even_with_an_empty_send() {
    let mut boxes = machine(2);
    let Bound { descriptor, .. } = bind(&mut boxes, 1, "app:q", 64, FAN_BLOCK);
    let (reader, other) = (open(&mut boxes, 1, "app:q"), open(&mut boxes, 2, "app:q"));
    boxes.send_to(descriptor, 0, b"a", 0, 0, Stamp::default()).unwrap();
    assert_eq!(recv(&mut boxes, 1, reader), got("a", 0));
    assert_eq!(shape(&boxes, descriptor).0, 1);
    send(&mut boxes, 2, other, "").unwrap();
    assert_eq!(shape(&boxes, descriptor).0, 0);
}

#[test]
fn closing_frees_what_only_that_reader_held_back() {
    let mut boxes = machine(2);
    let Bound { descriptor, .. } = bind(&mut boxes, 1, "app:q", 64, FAN_BLOCK);
    let (fast, slow) = (open(&mut boxes, 1, "app:q"), open(&mut boxes, 2, "app:q"));
    boxes.send_to(descriptor, 0, b"a", 0, 0, Stamp::default()).unwrap();
    assert_eq!(recv(&mut boxes, 1, fast), got("a", 0));
    assert_eq!(boxes.close(2, slow), Ok(false));
    assert_eq!(shape(&boxes, descriptor).0, 0);
    assert_eq!(boxes.close(2, slow).map_err(|error| error.status()), Err(2));
}

#[test]
fn peek_describes_the_queue_and_the_next_message_of_the_handle() {
    let mut boxes = machine(2);
    bind(&mut boxes, 1, "app:q", 64, FAN_BLOCK);
    let (fast, slow) = (open(&mut boxes, 1, "app:q"), open(&mut boxes, 2, "app:q"));
    let sender = open(&mut boxes, 1, "app:q");
    send(&mut boxes, 1, sender, "aaa").unwrap();
    send(&mut boxes, 1, sender, "b").unwrap();
    recv(&mut boxes, 1, fast);
    assert_eq!(boxes.peek(1, fast), Ok(Peek { depth: 2, used: 20, next_len: 1 }));
    assert_eq!(boxes.peek(2, slow), Ok(Peek { depth: 2, used: 20, next_len: 3 }));
    recv(&mut boxes, 1, fast);
    assert_eq!(boxes.peek(1, fast), Ok(Peek { depth: 2, used: 20, next_len: 0 }));
}

#[test]
fn a_smaller_capacity_drops_the_oldest_without_a_mark_for_a_single_reader() {
    let mut boxes = machine(1);
    let handle = open(&mut boxes, 1, "app:q");
    for text in ["a", "b", "c"] {
        send(&mut boxes, 1, handle, text).unwrap();
    }
    let reader = open(&mut boxes, 1, "app:q");
    let bound = bind(&mut boxes, 1, "app:q", 10, 0);
    assert_eq!(bound.dropped.iter().map(|dropped| dropped.seq).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(recv(&mut boxes, 1, reader), got("c", 0), "the overrun flag shows in fan-out alone");
}

#[test]
fn the_way_of_queueing_changes_only_while_nothing_is_queued() {
    let mut boxes = machine(1);
    let handle = open(&mut boxes, 1, "app:q");
    send(&mut boxes, 1, handle, "a").unwrap();
    assert!(bind(&mut boxes, 1, "app:q", 0, mode::RDWR).dropped.is_empty());
    let before = boxes.clone();
    let refused = boxes.bind(1, &name("app:q", 1), 8, FAN_DROP).unwrap_err();
    assert_eq!(refused.status(), 0xFF);
    assert_eq!(boxes, before);
    recv(&mut boxes, 1, handle);
    bind(&mut boxes, 1, "app:q", 0, FAN_DROP);
    assert!(boxes.get(5).unwrap().is_fanout());
}

#[test]
fn taps_hold_back_no_fanout_message() {
    let mut boxes = machine(3);
    let Bound { descriptor, .. } = bind(&mut boxes, 1, "app:q", 24, FAN_BLOCK);
    let (sender, reader, tap) =
        (open(&mut boxes, 1, "app:q"), open(&mut boxes, 2, "app:q"), open(&mut boxes, 3, "app:q"));
    boxes.tap(3, tap, true).unwrap();
    for text in ["aaaa", "bbbb", "cccc", "dddd"] {
        send(&mut boxes, 1, sender, text).unwrap();
        assert_eq!(recv(&mut boxes, 2, reader), got(text, 0));
    }
    assert_eq!(shape(&boxes, descriptor).0, 0);
    let view: Vec<_> = boxes.get(descriptor).unwrap().taps().collect();
    assert_eq!(view, [TapView { pid: 3, handle: tap, depth: 2, dropped: 2 }]);
    assert_eq!(boxes.peek(3, tap), Ok(Peek { depth: 2, used: 24, next_len: 4 }));
    assert_eq!(recv(&mut boxes, 3, tap), got("cccc", OVERRUN));
    assert_eq!(recv(&mut boxes, 3, tap), got("dddd", 0));
}

#[test]
fn a_waiting_tap_gets_its_copy_and_leaves_the_message_to_the_reader_behind_it() {
    let mut boxes = machine(3);
    let (sender, tap, reader) =
        (open(&mut boxes, 1, "app:q"), open(&mut boxes, 2, "app:q"), open(&mut boxes, 3, "app:q"));
    boxes.tap(2, tap, true).unwrap();
    block(&mut boxes, 2, tap);
    block(&mut boxes, 3, reader);
    assert_eq!(woken(&send(&mut boxes, 1, sender, "x").unwrap()), [2, 3]);
}

#[test]
fn a_handle_that_stops_being_a_tap_starts_after_the_last_message() {
    let mut boxes = machine(2);
    bind(&mut boxes, 1, "app:q", 64, FAN_DROP);
    let (sender, tap) = (open(&mut boxes, 1, "app:q"), open(&mut boxes, 2, "app:q"));
    boxes.tap(2, tap, true).unwrap();
    send(&mut boxes, 1, sender, "before").unwrap();
    boxes.tap(2, tap, false).unwrap();
    assert_eq!(recv(&mut boxes, 2, tap), None);
    send(&mut boxes, 1, sender, "after").unwrap();
    assert_eq!(recv(&mut boxes, 2, tap), got("after", 0));
}

#[test]
fn a_waiting_tap_that_becomes_a_reader_gets_what_is_queued() {
    let mut boxes = machine(2);
    let (sender, tap) = (open(&mut boxes, 1, "app:q"), open(&mut boxes, 2, "app:q"));
    send(&mut boxes, 1, sender, "x").unwrap();
    boxes.tap(2, tap, true).unwrap();
    block(&mut boxes, 2, tap);
    let deliveries = boxes.tap(2, tap, false).unwrap();
    assert_eq!(deliveries[0].message.payload, b"x");
    assert_eq!(boxes.waiting(2), None);
}

#[test]
fn the_tap_rate_counts_copies_in_a_second_of_machine_time() {
    let mut boxes = Mailboxes::new(Limits { tap_rate: 2, ..Limits::default() });
    let handle = open(&mut boxes, 1, "app:q");
    let tap = open(&mut boxes, 1, "app:q");
    boxes.tap(1, tap, true).unwrap();
    let at = |micros| Stamp { turn: 0, micros };
    for (micros, text) in [(5, b"a"), (6, b"b"), (1_000_004, b"c"), (1_000_005, b"d")] {
        boxes.send(1, handle, text, 0, 0, at(micros)).unwrap();
    }
    assert_eq!(recv(&mut boxes, 1, tap), got("a", OVERRUN));
    assert_eq!(recv(&mut boxes, 1, tap), got("b", 0));
    assert_eq!(recv(&mut boxes, 1, tap), got("d", 0));
}

#[test]
fn a_tap_that_lost_all_its_copies_does_not_stop_those_behind_it() {
    let mut boxes = Mailboxes::new(Limits { tap_rate: 1, ..Limits::default() });
    for pid in [1, 2, 3] {
        open(&mut boxes, pid, "app:q");
    }
    boxes.tap(2, 1, true).unwrap();
    send(&mut boxes, 1, 1, "first").unwrap();
    recv(&mut boxes, 2, 1);
    recv(&mut boxes, 3, 1);
    block(&mut boxes, 2, 1);
    block(&mut boxes, 3, 1);
    assert_eq!(woken(&send(&mut boxes, 1, 1, "second").unwrap()), [3]);
}

#[test]
fn numbers_of_messages_may_wrap() {
    let mut boxes = machine(1);
    let Bound { descriptor, .. } = bind(&mut boxes, 1, "app:q", 24, FAN_DROP);
    boxes.get_mut(descriptor).unwrap().start_at(u32::MAX);
    let (sender, reader) = (open(&mut boxes, 1, "app:q"), open(&mut boxes, 1, "app:q"));
    for text in ["a", "b", "c"] {
        send(&mut boxes, 1, sender, text).unwrap();
    }
    assert_eq!(recv(&mut boxes, 1, reader), got("b", OVERRUN));
    assert_eq!(recv(&mut boxes, 1, reader), got("c", 0));
    assert_eq!(shape(&boxes, descriptor), (0, 0, 2, 2));
}
