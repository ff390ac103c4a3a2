//! The choices along a run: what comes of every pick at every moment, and the share of what follows that fails.

use super::{cases, number, parsed};
use crate::panes::seen;
use crate::support::run;
use hsxray::backend::{Local, Snapshot, Want};
use hsxray::explore::{Choices, Limits, choices};
use hsxray::ui::PaneId;
use serde_json::Value;
use std::sync::Arc;

fn fraction(text: &Value) -> Option<f64> {
    let text = text.as_str()?;
    let (above, below) = text.split_once('/').unwrap_or((text, "1"));
    Some(above.parse::<f64>().expect("a number") / below.parse::<f64>().expect("a number"))
}

#[test]
fn every_pick_at_every_moment_and_every_share_is_the_truth() {
    let mut shares = 0;
    for case in cases() {
        let run = parsed(&case.expect["run"]["schedule"]);
        let Choices { lead, moments, .. } =
            choices(&case.machine, &run, &case.checks, Limits::default(), &mut || true).expect("judged");
        let rows = case.expect["turns"].as_array().expect("rows");
        assert_eq!((lead, moments.len()), (0, rows.len()), "{}", case.name);
        for (k, (row, moment)) in rows.iter().zip(&moments).enumerate() {
            let name = format!("{} after turn {k}", case.name);
            assert_eq!(moment.label.name(), row["label"], "{name}");
            let truth = row["next"].as_object().expect("picks").iter();
            let mut truth: Vec<(u16, &str)> = truth
                .map(|(pid, row)| (pid.parse().expect("a pid"), row["label"].as_str().expect("a label")))
                .collect();
            truth.sort_unstable();
            let picks: Vec<(u16, &str)> = moment.picks.iter().map(|(pid, label)| (*pid, label.name())).collect();
            assert_eq!(picks, truth, "{name}");
            let orders = moment.share.and_then(|share| share.orders);
            let truth = number(&row["orders"]["fail"]).zip(number(&row["orders"]["all"]));
            assert_eq!(orders, truth, "{name}");
            let drawn = fraction(&row["drawn_fail"]);
            assert_eq!(moment.share.is_some(), drawn.is_some(), "{name}");
            if let Some((share, drawn)) = moment.share.zip(drawn) {
                assert!((share.drawn - drawn).abs() < 1e-9, "{name}: {} is not {drawn}", share.drawn);
                shares += 1;
            }
        }
    }
    assert!(shares > 100, "{shares}");
}

#[test]
fn where_a_share_is_not_counted_it_is_drawn_and_nearly_always_lies_in_its_interval() {
    let (mut inside, mut all) = (0, 0);
    for case in cases() {
        let run = parsed(&case.expect["run"]["schedule"]);
        let few = Limits { states: 30, ..Limits::default() };
        let choices = choices(&case.machine, &run, &case.checks, few, &mut || true).expect("judged");
        let again = hsxray::explore::choices(&case.machine, &run, &case.checks, few, &mut || true).expect("judged");
        assert_eq!(choices, again, "{}: the same draws each time", case.name);
        let rows = case.expect["turns"].as_array().expect("rows");
        for (row, moment) in rows.iter().zip(&choices.moments) {
            assert!(moment.share.is_none() || moment.sampled.is_none(), "{}", case.name);
            let Some((sampled, drawn)) = moment.sampled.zip(fraction(&row["drawn_fail"])) else { continue };
            let (low, high) = sampled.interval();
            all += 1;
            inside += u32::from((low..=high).contains(&drawn));
        }
    }
    assert!(all > 10 && inside * 100 >= all * 85, "{inside} of {all}");
}

fn look(local: &mut Local) -> Arc<Snapshot> {
    local.look(&Want { map: true, ..Want::default() })
}

#[test]
fn the_pane_lists_where_it_matters_who_takes_the_next_turn() {
    let mut local = hsxray::demo::target("lost-update").expect("demo");
    run(&mut local, "explore follow 1*4 2*6 1*2; fate finally 'w[0x5000] == 2'");
    look(&mut local);
    local.wait_for_map();
    for (width, height) in [(40, 9), (80, 12), (120, 14)] {
        seen(&format!("map-{width}"), PaneId::Map, &look(&mut local), (width, height));
    }
    // The cursor in time changes nothing: the map is that of the whole run.
    run(&mut local, "goto 3");
    assert_eq!(look(&mut local).map.as_ref().map(|map| map.turns), Some(12));
}

#[test]
fn a_map_of_a_long_run_is_that_of_its_end_and_says_so() {
    let mut local = hsxray::demo::target("ping").expect("demo");
    run(&mut local, "run 20000");
    let map = local.choices(&local.property_shown()).expect("a map");
    assert_eq!((map.from, map.turns, map.exhausted), (20_000 - (1 << 14), 20_000, false));
}
