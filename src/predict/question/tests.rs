//! Questions, asked and answered without a screen.

use super::*;

fn question(pids: &[Pid]) -> Question {
    Question::new(5, pids.iter().map(|pid| Could { pid: *pid, psw: 2 }).collect(), true)
}

#[test]
fn parts_are_asked_one_after_the_other() {
    let mut q = question(&[1, 2]);
    assert_eq!((q.asking, q.part(), q.who()), (Asking::Who, (1, 3), None));
    q.go(0, 9);
    assert_eq!(q.say(), Ok(None));
    assert_eq!((q.asking, q.part(), q.who()), (Asking::Changes, (2, 3), Some(2)));
    q.go(3, 0);
    q.tick();
    q.go(0, 4);
    q.go(0, 1);
    q.tick();
    assert_eq!(q.changes.to_string(), "R3 mail");
    assert_eq!(q.say(), Ok(None));
    assert_eq!((q.asking, q.part()), (Asking::Value(3), (2, 3)));
    "0xq1-2".chars().for_each(|c| q.put(c));
    assert!(q.say().is_err_and(|why| why.contains("0x1-2")), "{q:?}");
    q.erase();
    q.erase();
    assert_eq!(q.say(), Ok(None));
    assert_eq!((q.asking, q.psw), (Asking::Flags, 2), "the flags as they are");
    q.go(1, 0);
    q.tick();
    q.go(2, 0);
    q.tick();
    let answer = q.say().expect("no value").expect("all is said");
    assert_eq!((answer.turn, answer.who, answer.pid), (5, Some(2), 2));
    assert_eq!((answer.value, answer.psw), (Some((3, 1)), 8));
}

#[test]
fn who_is_not_asked_where_one_task_can() {
    let mut q = question(&[4]);
    assert_eq!((q.asking, q.part(), q.only()), (Asking::Changes, (1, 2), Some(4)));
    assert_eq!(q.say(), Ok(None));
    assert_eq!(q.asking, Asking::Flags, "no register, no value");
    let answer = q.say().expect("no value").expect("all is said");
    assert_eq!((answer.who, answer.pid, answer.value), (None, 4, None));
}

#[test]
fn digits_find_pids_and_registers() {
    let mut q = question(&[1, 2, 12]);
    let at = |q: &mut Question, digit| {
        q.digit(digit);
        q.cursor
    };
    assert_eq!(['2', '1', '2', '9', '1'].map(|d| at(&mut q, d)), [1, 0, 2, 2, 0]);
    q.say().expect("no value");
    assert_eq!(['1', '5', '9', '0', '3'].map(|d| at(&mut q, d)), [1, 15, 9, 0, 3]);
}

#[test]
fn the_value_is_asked_of_the_register_under_the_cursor() {
    let mut q = question(&[1]);
    q.tick();
    q.go(2, 1);
    q.tick();
    assert_eq!(q.say(), Ok(None));
    assert_eq!(q.asking, Asking::Value(6));
    assert_eq!(q.say(), Ok(None), "it may be left out");
    assert_eq!(q.asking, Asking::Flags);
}
