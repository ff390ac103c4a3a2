use super::*;

#[test]
fn a_blocking_receive_is_completed_by_the_send() {
    let mut boxes = machine(2);
    let to = open(&mut boxes, 2, "app:q");
    let from = open(&mut boxes, 1, "app:q");
    assert_eq!((to, from), (4, 4));
    block(&mut boxes, 1, from);
    assert_eq!(boxes.waiting(1), Some((9, 4)));
    let sent = boxes.send(2, to, b"abc", 0x40, 9, Stamp { turn: 16, micros: 16 }).unwrap();
    let message = Message { seq: 0, payload: b"abc".to_vec(), flags: 0x40, source: 2, channel: 9, turn: 16 };
    let deliveries = vec![Delivery { pid: 1, handle: 4, descriptor: 9, message }];
    assert_eq!(sent, Sent { descriptor: 9, seq: Some(0), dropped: vec![], deliveries });
    assert_eq!(shape(&boxes, 9), (0, 0, 1, 1));
    assert_eq!((waiters(&boxes, 9), boxes.waiting(1)), (vec![], None));
}

#[test]
fn a_task_talks_to_its_own_stdin() {
    let mut boxes = machine(1);
    assert_eq!(recv(&mut boxes, 1, 1), None);
    let sent = boxes.send(1, 1, b"abcdef", 2, 7, Stamp::default()).unwrap();
    assert_eq!((sent.descriptor, sent.seq), (1, Some(0)));
    assert_eq!(send(&mut boxes, 1, 1, "").unwrap().seq, None);
    let too_large = send(&mut boxes, 1, 1, &"x".repeat(57)).unwrap_err();
    assert_eq!(too_large, MailboxError::TooLarge { descriptor: 1, length: 57, requested: 65, capacity: 64 });
    let full = send(&mut boxes, 1, 1, &"x".repeat(56)).unwrap_err();
    assert_eq!(full, MailboxError::WouldBlock { descriptor: 1, requested: 64, used: 14, capacity: 64 });
    assert_eq!((too_large.status(), full.status()), (4, 1));
    assert_eq!(boxes.peek(1, 1), Ok(Peek { depth: 1, used: 14, next_len: 6 }));
    let message = boxes.recv(1, 1).unwrap().unwrap();
    assert_eq!((message.payload.as_slice(), message.flags, message.channel, message.source), (&b"abcdef"[..], 2, 7, 1));
    assert_eq!(boxes.recv(1, 99).map_err(|error| error.status()), Err(2));
}

#[test]
fn a_wait_can_expire() {
    let mut boxes = machine(2);
    block(&mut boxes, 1, 1);
    assert_eq!(boxes.cancel_wait(1), Some((1, 1)));
    assert_eq!((waiters(&boxes, 1), boxes.waiting(1), boxes.cancel_wait(1)), (vec![], None, None));
}

#[test]
fn one_message_wakes_one_waiter_in_the_order_of_blocking() {
    let mut boxes = machine(3);
    let handles = [3, 1, 2].map(|pid| open(&mut boxes, pid, "app:q"));
    assert_eq!(handles, [4; 3]);
    block(&mut boxes, 2, 4);
    block(&mut boxes, 1, 4);
    let first = send(&mut boxes, 3, 4, "A").unwrap();
    assert_eq!((woken(&first), waiters(&boxes, 13)), (vec![2], vec![1]));
    let second = send(&mut boxes, 3, 4, "B").unwrap();
    assert_eq!((woken(&second), waiters(&boxes, 13)), (vec![1], vec![]));
    assert_eq!(second.deliveries[0].message.payload, b"B");
}

#[test]
fn a_full_fanout_mailbox_drops_and_tells_its_reader() {
    let mut boxes = machine(2);
    open(&mut boxes, 1, "shared:f");
    assert_eq!(bind(&mut boxes, 2, "shared:f", 32, FAN_DROP).descriptor, 9);
    open(&mut boxes, 2, "shared:f");
    assert_eq!(send(&mut boxes, 2, 4, "wxyz").unwrap().dropped, vec![]);
    assert_eq!(send(&mut boxes, 2, 4, "wxyz").unwrap().dropped, vec![]);
    let third = send(&mut boxes, 2, 4, "wxyz").unwrap();
    assert_eq!(third.dropped, [Dropped { seq: 0, source: 2, len: 4, flags: 0, channel: 0 }]);
    assert_eq!(shape(&boxes, 9), (2, 24, 1, 3));
    assert_eq!(recv(&mut boxes, 1, 4), got("wxyz", OVERRUN));
    assert_eq!(recv(&mut boxes, 1, 4), got("wxyz", 0));
    assert_eq!(recv(&mut boxes, 1, 4), None);
    let Counters { sent, received, dropped, high_water } = boxes.get(9).unwrap().counters();
    assert_eq!((sent, received, dropped, high_water), (3, 2, 1, 2));
}

#[test]
fn a_blocking_fanout_mailbox_frees_what_all_have_read() {
    let mut boxes = machine(3);
    bind(&mut boxes, 3, "shared:f", 24, FAN_BLOCK);
    for pid in [3, 1, 2] {
        open(&mut boxes, pid, "shared:f");
    }
    send(&mut boxes, 3, 4, "aaaa").unwrap();
    assert_eq!(recv(&mut boxes, 1, 4), got("aaaa", 0));
    assert_eq!(shape(&boxes, 13), (1, 12, 0, 1));
    send(&mut boxes, 3, 4, "bbbb").unwrap();
    assert_eq!(send(&mut boxes, 3, 4, "cccc").unwrap_err().status(), 1);
    assert_eq!(recv(&mut boxes, 1, 4), got("bbbb", 0));
    assert_eq!(shape(&boxes, 13), (2, 24, 0, 2));
    assert_eq!(recv(&mut boxes, 2, 4), got("aaaa", 0));
    assert_eq!(shape(&boxes, 13), (1, 12, 1, 2));
    send(&mut boxes, 3, 4, "cccc").unwrap();
    assert_eq!(recv(&mut boxes, 1, 4), got("cccc", 0));
    assert_eq!(send(&mut boxes, 3, 4, "dddd").unwrap_err().status(), 1);
    block(&mut boxes, 1, 4);
    assert_eq!(recv(&mut boxes, 2, 4), got("bbbb", 0));
    assert_eq!(shape(&boxes, 13), (1, 12, 2, 3));
}

#[test]
fn one_fanout_message_wakes_all_waiters() {
    let mut boxes = machine(3);
    open(&mut boxes, 3, "shared:f");
    for pid in [1, 2] {
        bind(&mut boxes, pid, "shared:f", 64, FAN_DROP);
        open(&mut boxes, pid, "shared:f");
        block(&mut boxes, pid, 4);
    }
    assert_eq!(waiters(&boxes, 13), [1, 2]);
    let sent = send(&mut boxes, 3, 4, "hello").unwrap();
    assert_eq!(woken(&sent), [1, 2]);
    assert!(sent.deliveries.iter().all(|delivery| delivery.message.payload == b"hello"));
    assert_eq!(shape(&boxes, 13), (0, 0, 1, 1));
}

#[test]
fn a_refused_message_reaches_no_tap() {
    let mut boxes = machine(2);
    open(&mut boxes, 2, "app:q");
    bind(&mut boxes, 1, "app:q", 24, 0);
    open(&mut boxes, 1, "app:q");
    boxes.tap(1, 4, true).unwrap();
    let statuses = ["hi"; 4].map(|text| send(&mut boxes, 2, 4, text).map_err(|error| error.status()).err());
    assert_eq!(statuses, [None, None, Some(1), Some(1)]);
    assert_eq!(recv(&mut boxes, 1, 4), got("hi", 0));
    assert_eq!(recv(&mut boxes, 1, 4), got("hi", 0));
    assert_eq!(recv(&mut boxes, 1, 4), None);
    assert_eq!(shape(&boxes, 9), (2, 20, 0, 2));
}

#[test]
fn output_to_a_stream_wakes_its_reader() {
    let mut boxes = machine(2);
    open(&mut boxes, 1, "svc:stdio.out@2");
    block(&mut boxes, 1, 4);
    let sent = boxes.send(2, 2, b"hello", 1, 0, Stamp::default()).unwrap();
    assert_eq!((sent.descriptor, woken(&sent)), (6, vec![1]));
    assert_eq!(sent.deliveries[0].message.flags, 1);
}

#[test]
fn names_mean_the_same_mailbox_or_another() {
    let mut boxes = machine(2);
    for text in ["svc:x", "svc:x@1", "app:x", "x"] {
        for pid in [2, 1] {
            open(&mut boxes, pid, text);
        }
    }
    let on = |pid| boxes.handles(pid).map(|(_, descriptor)| descriptor).collect::<Vec<_>>();
    assert_eq!(on(1), [1, 2, 3, 10, 10, 11, 10]);
    assert_eq!(on(2), [5, 6, 7, 9, 10, 11, 9]);
    let shown: Vec<_> = boxes.iter().skip(8).map(|mailbox| mailbox.name().to_string()).collect();
    assert_eq!(shown, ["svc:x@2", "svc:x@1", "app:x"]);
}

#[test]
fn a_message_after_the_kill_of_its_waiter_stays_queued() {
    let mut boxes = machine(2);
    open(&mut boxes, 2, "app:q");
    open(&mut boxes, 1, "app:q");
    block(&mut boxes, 1, 4);
    boxes.kill(1);
    assert!(waiters(&boxes, 9).is_empty());
    assert!(woken(&send(&mut boxes, 2, 4, "abc").unwrap()).is_empty());
    assert_eq!(shape(&boxes, 9), (1, 11, 0, 1));
}

#[test]
fn a_second_bind_with_the_same_mode_loses_nothing() {
    let mut boxes = machine(2);
    open(&mut boxes, 1, "shared:f");
    bind(&mut boxes, 2, "shared:f", 64, FAN_DROP);
    open(&mut boxes, 2, "shared:f");
    send(&mut boxes, 2, 4, "ab").unwrap();
    bind(&mut boxes, 1, "shared:f", 0, FAN_DROP);
    assert_eq!(recv(&mut boxes, 1, 4), got("ab", 0));
}
