//! Single panes in their states, each filling a screen.

use crate::scenes::{self, ping_view};
use crate::support::snapshot;
use hsxray::backend::{Lane, LaneCell, LaneViewport, Lanes, Message, RunState, Snapshot, TurnWindow, Want};
use hsxray::ui::view::{CodeFormat, NumberFormat, PaneState};
use hsxray::ui::{PaneId, Theme, View, picture, render};

/// A zoomed pane without line 1, message and hints.
pub fn alone(id: PaneId, now: &Snapshot, size: (u16, u16), change: impl Fn(&mut View)) -> String {
    let mut view = ping_view((size.0, size.1 + 3));
    (view.layout.focus, view.layout.zoom) = (id, true);
    change(&mut view);
    let text = picture::text(&render(now, &view, &Theme::default(), view.layout.size));
    let body: Vec<&str> = text.lines().skip(1).take(usize::from(size.1)).collect();
    body.join("\n") + "\n"
}

pub fn seen(name: &str, id: PaneId, now: &Snapshot, size: (u16, u16)) {
    snapshot(&format!("pane-{name}"), &alone(id, now, size, |_| {}));
}

#[test]
fn tasks() {
    seen("tasks-40", PaneId::Tasks, &scenes::ping(), (40, 9));
    seen("tasks-120", PaneId::Tasks, &scenes::faulted(), (120, 9));
    seen("tasks-states-40", PaneId::Tasks, &scenes::all_states(), (40, 10));
    seen("tasks-many-80", PaneId::Tasks, &scenes::many(), (80, 12));
}

#[test]
fn no_two_task_states_look_the_same() {
    let text = alone(PaneId::Tasks, &scenes::all_states(), (40, 12), |_| {});
    let state = |line: &str| line.get(line.find("same").expect("a name") + 4..).expect("a state").trim().to_owned();
    let mut states: Vec<String> = text.lines().skip(2).filter(|l| l.contains("same")).map(state).collect();
    assert_eq!(states.len(), 8, "{text}");
    states.sort();
    states.dedup();
    assert_eq!(states.len(), 8, "{text}");
}

#[test]
fn windows() {
    let formats = [("signed", NumberFormat::Signed), ("f16", NumberFormat::F16), ("text", NumberFormat::Text)];
    for (name, numbers) in formats {
        let text = alone(PaneId::Windows, &scenes::faulted(), (80, 9), |v| v.formats.numbers = numbers);
        snapshot(&format!("pane-windows-{name}"), &text);
    }
    seen("windows-40", PaneId::Windows, &scenes::ping(), (40, 12));
}

#[test]
fn code() {
    let of = |form: CodeFormat| alone(PaneId::Code, &scenes::ping(), (80, 20), |v| v.formats.code = form);
    snapshot("pane-code-source", &of(CodeFormat::Source));
    snapshot("pane-code-mixed", &of(CodeFormat::Mixed));
    let moved = PaneState { scroll: 3, cursor: 7, moved: true, ..PaneState::default() };
    let text = alone(PaneId::Code, &scenes::ping(), (80, 20), |v| {
        v.panes.insert(PaneId::Code, moved.clone());
    });
    snapshot("pane-code-scrolled", &text);
}

#[test]
fn the_pc_is_in_sight_wherever_it_is() {
    for pc in (0..=0x68).step_by(4) {
        for top in [0, 5, 24] {
            let mut now = scenes::ping();
            now.tasks[0].pc = pc;
            let text = alone(PaneId::Code, &now, (80, 11), |v| v.code_top = top);
            assert_eq!(text.matches('►').count(), 1, "pc {pc:04X} from row {top}:\n{text}");
        }
    }
}

#[test]
fn stack() {
    for (width, height) in [(40, 9), (120, 57)] {
        seen(&format!("stack-{width}x{height}"), PaneId::Stack, &scenes::ping(), (width, height));
    }
    seen("stack-overflow", PaneId::Stack, &scenes::faulted(), (80, 40));
    seen("stack-many", PaneId::Stack, &scenes::many(), (80, 30));
}

#[test]
fn mailboxes() {
    seen("mail-80", PaneId::Mailboxes, &scenes::ping(), (80, 12));
    seen("mail-blocked-120", PaneId::Mailboxes, &scenes::blocked(), (120, 14));
    let log = PaneState { scroll: 0, cursor: 2, moved: true, ..PaneState::default() };
    let text = alone(PaneId::Mailboxes, &scenes::blocked(), (80, 14), |v| {
        v.panes.insert(PaneId::Mailboxes, log.clone());
    });
    snapshot("pane-mail-messages", &text);
    let text = alone(PaneId::Mailboxes, &scenes::ping(), (80, 22), |v| v.formats.all_boxes = true);
    assert!(text.contains("9 svc:stdio.in@3") && !text.contains("more empty boxes"), "{text}");
}

#[test]
fn trace() {
    for width in [32, 120] {
        seen(&format!("trace-{width}"), PaneId::Trace, &scenes::ping(), (width, 12));
    }
    seen("trace-long-run", PaneId::Trace, &scenes::many(), (80, 9));
}

/// Forty turns of two tasks, with messages on their way.
fn lanes(messages: &[Message]) -> Snapshot {
    let window = TurnWindow { time: false, start: 100, columns: 47, power: 0 };
    let lane = |pid, name: &str| Lane { pid, name: name.into(), cells: vec![LaneCell::default(); 47] };
    let tasks = vec![lane(1, "producer"), lane(2, "evil\u{1b}[31m")];
    let sent = vec![0; 47];
    let lanes = Lanes {
        window,
        tasks,
        sent,
        messages: messages.to_vec(),
        grain: 1,
        clock: None,
        exact: true,
        words: Vec::new(),
        stale: Vec::new(),
    };
    let mut now = scenes::ping();
    (now.turn, now.history.present, now.lanes) = (120, 140, Some(lanes.into()));
    now
}

#[test]
fn messages_of_the_timeline_lead_to_where_they_were_received() {
    let message = |seq, sent: Option<u64>, received: Option<u64>| Message {
        descriptor: 13,
        seq,
        sent: sent.map(|turn| (turn, 1)),
        received: received.map(|turn| (turn, 2)),
    };
    let all = [
        message(3, None, Some(105)),
        message(4, Some(103), Some(115)),
        message(5, Some(106), Some(106)),
        message(6, Some(108), Some(130)),
        message(7, Some(109), Some(131)),
        message(8, Some(120), Some(121)),
        message(9, Some(139), None),
    ];
    seen("timeline-messages", PaneId::Timeline, &lanes(&all), (60, 9));
    let mut many = lanes(&[]);
    let sent = |lanes: &mut Lanes| lanes.sent.iter_mut().zip(0u64..).for_each(|(n, i)| *n = i * 3 % 17);
    many.lanes = many.lanes.map(|lanes| {
        let mut lanes = (*lanes).clone();
        sent(&mut lanes);
        lanes.into()
    });
    snapshot("pane-timeline-crowded", &alone(PaneId::Timeline, &many, (60, 9), |_| {}));
}

#[test]
fn no_number_is_cut_after_a_long_run() {
    for width in [60, 80, 119, 200] {
        let text = alone(PaneId::Trace, &scenes::many(), (width, 9), |_| {});
        let turn = "123 456 789 012";
        assert!(text.contains(turn), "{width}:\n{text}");
        let after = text.rsplit_once(turn).expect("the turn").1;
        assert!(after.starts_with(' '), "{width}:\n{text}");
    }
    for width in [40, 50, 60, 64, 80, 120] {
        for id in [PaneId::Tasks, PaneId::Stack] {
            let text = alone(id, &scenes::many(), (width, 12), |_| {});
            let whole = text.lines().all(|l| !l.contains('~'));
            assert!(whole && (id == PaneId::Stack || text.contains(" 0000")), "{width}:\n{text}");
        }
    }
}

#[test]
fn hostile_output_and_a_tasks_own_memory() {
    seen("console-hostile", PaneId::Console, &scenes::hostile(), (80, 12));
    seen("memory-50", PaneId::Memory, &scenes::ping(), (50, 9));
    let text = alone(PaneId::Memory, &scenes::ping(), (80, 9), |v| {
        v.panes
            .insert(PaneId::Memory, PaneState { scroll: 0x3FE, cursor: 0x3FE0, moved: true, ..PaneState::default() });
    });
    snapshot("pane-memory-bank", &text);
}

#[test]
fn a_message_of_another_task_is_marked_in_the_window_it_was_put_into() {
    let text = alone(PaneId::Windows, &scenes::ping(), (120, 9), |_| {});
    assert!(text.contains("R3  00000003!"), "{text}");
    let mut quiet = scenes::ping();
    quiet.last = Some(2);
    let text = alone(PaneId::Windows, &quiet, (120, 9), |_| {});
    assert!(text.contains("R3  00000003•"), "{text}");
}

#[test]
fn rows_keep_their_place_from_state_to_state() {
    let at = |state: RunState| {
        let mut now = scenes::ping();
        now.tasks[1].state = state;
        let text = alone(PaneId::Tasks, &now, (40, 9), |_| {});
        let line = text.lines().find(|l| l.contains("consumer")).expect("its row").to_owned();
        line.find("0038").expect("its pc")
    };
    assert_eq!(at(RunState::Ready), at(RunState::WaitingMbx));
    assert_eq!(at(RunState::Ready), at(RunState::Faulted));
}

/// The demo in which an update is lost, at its end, with all that panes on shared memory want.
fn lost_update(columns: usize) -> Snapshot {
    let mut target = hsxray::demo::target("lost-update").expect("demo");
    crate::support::run(&mut target, "run 12; races prove all; origin tree 2 0x5000");
    let lanes = Some(LaneViewport { columns, power: Some(0), first: 1, ..LaneViewport::default() });
    (*target.look(&Want { races: true, origins: true, lanes, ..Want::default() })).clone()
}

#[test]
fn races() {
    let now = lost_update(60);
    for (width, height) in [(80, 21), (120, 12), (200, 12), (40, 9)] {
        seen(&format!("races-{width}"), PaneId::Races, &now, (width, height));
    }
    let mut none = scenes::ping();
    none.races = Some(std::sync::Arc::default());
    seen("races-none-80", PaneId::Races, &none, (80, 9));
}

#[test]
fn origin() {
    let now = lost_update(60);
    for (width, height) in [(80, 9), (120, 9), (200, 9)] {
        seen(&format!("origin-{width}"), PaneId::Origin, &now, (width, height));
    }
    seen("origin-none-80", PaneId::Origin, &scenes::ping(), (80, 9));
}

#[test]
fn words_that_tasks_share_have_lanes_below_the_tasks() {
    for (width, height) in [(80, 9), (120, 12), (200, 12)] {
        let now = lost_update(usize::from(width) - 13);
        seen(&format!("timeline-words-{width}-{height}"), PaneId::Timeline, &now, (width, height));
    }
}
