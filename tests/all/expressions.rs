//! Expressions: what they come to, and where they go wrong.

use hsxray::backend::{Expr, ExprError, Local, Target, Value, Want, request};
use hsxray::command;
use hsxray::demo;
use hsxray::session::expr::Scope;
use proptest::prelude::*;

/// What a plan can do.
const WORDS: &[&str] = &[
    "7",
    "r3",
    "2.r9",
    "w[0x1000]",
    "h[0x1002+2]",
    "b[0x20]",
    "!r0",
    "-r5",
    "(r1 && r2)",
    "(w[0x2000] || 3)",
    "(r1 == 1.r1)",
    "f16(r4)",
    "int(f16(r6))",
    "real(r5)",
    "(r1 ? r2 : w[0x1000])",
];

/// The producer has sent eleven messages, and stands at `again+20`.
fn ping() -> Local {
    let mut target = demo::target("ping").expect("demo");
    for words in command::split("run 425; step").expect("line") {
        if command::execute(&mut target, None, words).expect("command").started {
            while target.pump(1_000_000) {}
        }
    }
    target
}

fn eval(target: &Local, text: &str) -> Result<Value, ExprError> {
    target.evaluate(&Expr::parse(text)?, Some(1))
}

#[test]
fn arithmetic_as_people_expect_it() {
    let target = ping();
    let int = |text: &str| match eval(&target, text) {
        Ok(Value::Int(n)) => n,
        other => panic!("{text}: {other:?}"),
    };
    for (text, n) in [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("100 / 7 % 4", 2),
        ("0x10 | 3 ^ 1 & 0b111", 0x12),
        ("1 << 4 >> 1", 8),
        ("-3 + ~0", -4),
        ("!0 + !5", 1),
        ("1 < 2 == 3 > 2", 1),
        ("1 && 0 || 2", 1),
        ("1 ? 2 : 3", 2),
        ("0?2:3", 3),
        ("0 ? 1 : 0 ? 2 : 3", 3),
        ("2 * (1 == 1 ? 4 : 5)", 8),
        ("r9 ? again: 0", 0x20),
        ("int(f16(0x4080)) + int(7)", 9),
        // Bits are told apart before they are compared.
        ("6 & 3 == 2", 1),
        ("'A'", 65),
        ("signed(0xFFFFFFFE)", -2),
        ("0 && 1 / 0", 0),
    ] {
        assert_eq!(int(text), n, "{text}");
    }
    assert_eq!(eval(&target, "f16(0x3C00) + 0.0 * 2").ok(), None, "no fractions are written");
    assert_eq!(eval(&target, "f16(0x4200) / 2"), Ok(Value::Real(1.5)));
    assert_eq!(eval(&target, "f16(0x3E00) > 1"), Ok(Value::Int(1)));
}

#[test]
fn names_mean_registers_symbols_mailboxes_and_the_clock() {
    let target = ping();
    let machine = target.machine();
    let (one, two) = (machine.task(1).expect("there"), machine.task(2).expect("there"));
    let same = |text: &str, n: u64| assert_eq!(eval(&target, text), Ok(Value::Int(n as i64)), "{text}");
    same("r9", machine.reg(one, 9).into());
    same("R9", machine.reg(one, 9).into());
    same("2.r9", machine.reg(two, 9).into());
    same("consumer.r9", machine.reg(two, 9).into());
    same("pc", one.context.pc.into());
    same("2.sp", two.context.sp.into());
    same("psw", one.context.flags.psw().into());
    same("psw.z + psw.c", 2);
    same("turn", 426);
    same("time", machine.time_us());
    same("again", 0x20);
    same("body", 0x400C);
    same("consumer.next", 0x18);
    same("app:ping.sent", 10);
    same("app:ping.depth == 0 && app:ping.waiters == 1", 1);
    same("svc:stdio.out@1.capacity", 64);
    same("2.waiting", 1);
    same("[body]", u64::from(u32::from_le_bytes(machine.peek(one, 0x400C, 4).try_into().expect("four"))));
    same("b[0x4000]", u64::from(b'a'));
    same("h[name]", u64::from(u16::from_le_bytes(*b"ap")));
    same("2:b[body] ", u64::from(machine.peek(two, 0x400C, 1)[0]));
    same("w[r6] == [body]", 1);
    same("[0x1000 + 4*9]", machine.reg(one, 9).into());
}

#[test]
fn a_character_is_its_number_also_a_control_character() {
    let mut target = ping();
    for (text, number) in [
        ("'a'", 97),
        ("' '", 32),
        ("'\\n'", 10),
        ("'\\t'", 9),
        ("'\\r'", 13),
        ("'\\0'", 0),
        ("'\\\\'", 92),
        ("'\\'", 92),
    ] {
        assert_eq!(
            eval(&target, text).map(|v| v.to_string()),
            eval(&target, &number.to_string()).map(|v| v.to_string()),
            "{text}"
        );
        assert_eq!(crate::support::run(&mut target, &format!("print {text} + 1"))["value"], number + 1, "{text}");
    }
    assert!(eval(&target, "'\\q'").is_err() && eval(&target, "'ab'").is_err());
}

#[test]
fn errors_point_at_the_place() {
    let target = ping();
    for (text, column, message) in [
        ("", 0, "an expression is expected, such as r3 == 1 or w[0x4000]"),
        ("1 +", 3, "a number, register, name or [address] is expected, not the end"),
        ("(1", 2, "a closing ) is expected, not the end"),
        ("w[1 2]", 4, "a closing ] is expected, not \"2\""),
        ("1 2", 2, "an operator or the end is expected, not \"2\""),
        ("r1 == 12ab", 6, "a number, such as 12, 0x2A or 0b101, is expected, not \"12ab\"; hexadecimal is 0x12ab"),
        ("[4000] + 3F0h", 9, "a number, such as 12, 0x2A or 0b101, is expected, not \"3F0h\"; hexadecimal is 0x3F0"),
        ("r1 + rr", 5, "nothing is called rr: a register, a symbol, 2.r3, app:NAME.depth, turn or time is expected"),
        ("app:pong.depth", 0, "there is no mailbox app:pong"),
        ("app:ping.size", 0, "a mailbox has no size: depth, bytes, capacity, sent, recv or waiters"),
        ("1 / 0", 4, "this divides by zero"),
        ("[0x10000]", 0, "address 65536 is outside the 64 KiB of RAM"),
        ("9:w[0]", 0, "there is no task 9"),
    ] {
        let error = eval(&target, text).expect_err(text);
        assert_eq!((error.column, error.message.as_str()), (column, message), "{text}");
    }
}

#[test]
fn print_and_display_answer_in_words_and_json() {
    let mut target = ping();
    let mut run = |line: &str| {
        let words = command::split(line).expect("line").remove(0);
        command::execute(&mut target, Some(2), words)
    };
    let reply = run("print 1.r9 + 1").expect("prints");
    assert_eq!(reply.text, "1.r9 + 1 = 12 (0x0000000C)");
    assert_eq!(reply.json["value"], 12);
    // Without a name the selected task is meant, or the one of -p.
    assert_eq!(run("p r9").expect("prints").json["value"], 55);
    assert_eq!(run("p r9 -p 1").expect("prints").json["value"], 11);
    let error = run("print 1 + + 2").expect_err("wrong");
    assert_eq!(error.column, Some(10));
    assert_eq!(run("display 1.turns").expect("shows").json["number"], 1);
    assert_eq!(run("display [0x5000] -p 1").expect("shows").json["number"], 2);
    assert!(run("display").expect("lists").text.starts_with("1: 1.turns = 299"));
    assert!(run("undisplay 3").is_err());
    run("undisplay 1").expect("removes");
    let views = target.look(&Want::default()).watches.clone();
    assert_eq!((views.len(), views[0].number), (1, 2));
}

#[test]
fn a_watch_tells_what_it_was_before() {
    let mut target = demo::target("ping").expect("demo");
    keep(&mut target, "turn", None);
    keep(&mut target, "r12", Some(1));
    keep(&mut target, "nonsense", None);
    for line in ["step 5", "step 4"] {
        for words in command::split(line).expect("line") {
            command::execute(&mut target, None, words).expect("command");
            while target.pump(1000) {}
        }
    }
    let views = target.look(&Want::default()).watches.clone();
    assert_eq!(
        (views[0].value.clone(), views[0].was, views[0].just_now),
        (Ok(Value::Int(9)), Some(Value::Int(5)), true)
    );
    assert_eq!((views[1].was, views[1].just_now), (None, false));
    assert!(views[2].value.is_err());
}

proptest! {
    #![proptest_config(crate::support::cases(256))]

    #[test]
    fn any_text_is_an_expression_or_an_error_with_a_place(text in "\\PC{0,60}|[-+*/()\\[\\]wrb0-9.:!~ x<>=&|']{0,60}") {
        let target = demo::target("ping").expect("demo");
        if let Err(e) = eval(&target, &text) {
            prop_assert!(e.column <= text.chars().count(), "{text}: {e:?}");
        }
    }

    #[test]
    fn a_plan_comes_to_what_the_expression_does(
        words in prop::collection::vec(prop::sample::select(WORDS), 3..9), operators in "[-+*/<>&|^]{8}",
    ) {
        let mut text = words[0].to_owned();
        words.iter().skip(1).zip(operators.chars()).for_each(|(word, op)| text = format!("({text} {op} {word})"));
        let target = ping();
        let scope = Scope { machine: target.machine(), pid: Some(1), symbol: &|_, _| None };
        let expr = Expr::parse(&text).expect("expression");
        let plan = expr.plan(&scope).expect("a plan");
        // As text: what is no number equals nothing.
        let (planned, evaluated) = (plan.value(target.machine()), expr.eval(&scope).ok());
        prop_assert_eq!(format!("{planned:?}"), format!("{evaluated:?}"), "{}", text);
    }

    #[test]
    fn nesting_never_runs_out_of_stack(open in "[(\\[]{1,3000}", sign in "[-!~]{1,3000}") {
        prop_assert!(Expr::parse(&open).is_err());
        let signed = sign.clone() + "1";
        prop_assert_eq!(Expr::parse(&signed).is_ok(), sign.len() <= 48);
    }
}

fn keep(target: &mut Local, expr: &str, pid: Option<u16>) {
    let expr = Expr::parse(expr).expect("good");
    target.send(request::Display::Keep { expr, pid, format: None }.into()).expect("kept");
}

#[test]
fn what_would_lie_past_the_end_of_ram_is_refused_as_x_refuses_it() {
    let mut target = hsxray::demo::target("ping").expect("demo");
    let ends = "are in RAM, which ends at 0xFFFF";
    for line in ["print w[0xFFFE]", "print h[0xFFFF]", "expect w[0xFFFD] == 0", "x/w 0xFFFE"] {
        assert!(crate::support::fails(&mut target, line).1.contains(ends), "{line}");
    }
    assert_eq!(crate::support::run(&mut target, "print w[0xFFFC]")["value"], 0);
    assert_eq!(crate::support::run(&mut target, "print b[0xFFFF]")["value"], 0);
}
