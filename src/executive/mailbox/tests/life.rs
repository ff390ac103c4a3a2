use super::*;

#[test]
fn a_load_makes_three_streams_and_a_control_mailbox() {
    let mut boxes = Mailboxes::new(Limits::default());
    assert_eq!(boxes.create_stdio(1), Ok([1, 2, 3, 4]));
    assert_eq!(boxes.create_stdio(2), Ok([5, 6, 7, 8]));
    let shown: Vec<_> = boxes.iter().take(4).map(|mailbox| mailbox.name().to_string()).collect();
    assert_eq!(shown, ["svc:stdio.in@1", "svc:stdio.out@1", "svc:stdio.err@1", "pid:1"]);
    assert!(boxes.iter().all(|mailbox| mailbox.mode() == mode::RDWR && mailbox.capacity() == 64));
    assert_eq!(boxes.handles(2).collect::<Vec<_>>(), [(1, 5), (2, 6), (3, 7)]);
}

#[test]
fn streams_of_new_tasks_can_have_another_mode() {
    let mut boxes = Mailboxes::new(Limits::default());
    boxes.set_stdio_mode(1, FAN_DROP);
    boxes.create_stdio(1).unwrap();
    assert_eq!(boxes.iter().map(Mailbox::mode).collect::<Vec<_>>(), [3, FAN_DROP, 3, 3]);
}

#[test]
fn a_load_without_room_leaves_nothing_behind() {
    let mut boxes = Mailboxes::new(Limits::embedded());
    for pid in 1..=4 {
        boxes.create_stdio(pid).unwrap();
    }
    assert_eq!(boxes.create_stdio(5).map_err(|error| error.status()), Err(5));
    assert_eq!((boxes.iter().count(), boxes.handles(5).count(), boxes.exhausted()), (16, 0, 1));
}

#[test]
fn the_handle_limit_is_checked_before_a_mailbox_is_made() {
    let mut boxes = Mailboxes::new(Limits::embedded());
    boxes.create_stdio(1).unwrap();
    for letter in ["A", "B", "C", "D", "E"] {
        open(&mut boxes, 1, &format!("app:{letter}"));
    }
    let refused = boxes.open(1, &name("app:F", 1)).unwrap_err();
    assert_eq!((refused, refused.status()), (MailboxError::HandleLimit { pid: 1, limit: 8 }, 5));
    assert_eq!(boxes.iter().count(), 9);
}

#[test]
fn handles_and_descriptors_are_never_used_twice() {
    let mut boxes = machine(1);
    for expected in 4..=6 {
        assert_eq!(open(&mut boxes, 1, "app:q"), expected);
        boxes.close(1, expected).unwrap();
    }
    open(&mut boxes, 1, "app:q");
    assert_eq!(boxes.find(&name("app:q", 1)), Some(8));
}

#[test]
fn a_closed_mailbox_stays_while_it_holds_messages_or_its_binder_lives() {
    let mut boxes = machine(2);
    let handle = open(&mut boxes, 1, "app:full");
    send(&mut boxes, 1, handle, "x").unwrap();
    boxes.close(1, handle).unwrap();
    bind(&mut boxes, 1, "app:bound", 128, FAN_DROP);
    let handle = open(&mut boxes, 2, "app:bound");
    boxes.close(2, handle).unwrap();
    let (full, bound) = (name("app:full", 1), name("app:bound", 1));
    assert!(boxes.find(&full).is_some() && boxes.find(&bound).is_some());
    boxes.kill(1);
    assert!(boxes.find(&full).is_some() && boxes.find(&bound).is_none());
}

#[test]
fn closing_the_handle_of_a_wait_ends_the_wait() {
    let mut boxes = machine(1);
    block(&mut boxes, 1, 1);
    assert_eq!(boxes.close(1, 1), Ok(true));
    assert_eq!((waiters(&boxes, 1), boxes.waiting(1)), (vec![], None));
}

#[test]
fn an_ended_task_keeps_its_mailboxes_and_no_handle() {
    let mut boxes = machine(1);
    send(&mut boxes, 1, 2, "last words").unwrap();
    boxes.end_task(1);
    assert_eq!((boxes.iter().count(), boxes.handles(1).count()), (4, 0));
    assert_eq!(boxes.get(2).unwrap().messages().next().unwrap().payload, b"last words");
    assert_eq!(open(&mut boxes, 1, "svc:stdio.out"), 4);
}

#[test]
fn a_kill_removes_what_the_task_owns_and_fails_who_waits_there() {
    let mut boxes = machine(3);
    let watching = open(&mut boxes, 2, "svc:stdio.out@1");
    block(&mut boxes, 2, watching);
    let sender = open(&mut boxes, 1, "svc:stdio.in@3");
    send(&mut boxes, 1, sender, "kept").unwrap();
    let killed = boxes.kill(1);
    let watched = vec![(2, watching)];
    assert_eq!(killed, Killed { failed_waits: watched.clone(), closed: watched, removed: vec![1, 2, 3, 4] });
    assert_eq!(boxes.waiting(2), None);
    assert_eq!(boxes.recv(2, watching).map_err(|error| error.status()), Err(2));
    assert_eq!(recv(&mut boxes, 3, 1), got("kept", 0));
}

#[test]
fn a_dead_reader_no_longer_holds_back_messages() {
    let mut boxes = machine(3);
    bind(&mut boxes, 3, "app:q", 32, FAN_BLOCK);
    let handles = [1, 2, 3].map(|pid| open(&mut boxes, pid, "app:q"));
    boxes.kill(1);
    for _ in 0..9 {
        send(&mut boxes, 3, handles[2], "data").unwrap();
        assert_eq!(recv(&mut boxes, 2, handles[1]), got("data", 0));
    }
}

#[test]
fn mailboxes_of_tasks_that_do_not_exist_go_with_their_last_handle() {
    let mut boxes = machine(1);
    let handle = open(&mut boxes, 1, "pid:77");
    boxes.close(1, handle).unwrap();
    assert_eq!(boxes.find(&Name::control(77)), None);
}
