//! The exported trace as Perfetto itself reads it. `.ci/run` gets its engine and runs this.

use super::*;

const QUERIES: [&str; 6] = [
    "select name, value from stats where severity != 'info' and value > 0",
    "select tid, thread.name as name, process.name as process from thread join process using (upid) \
     where thread.name is not null order by tid",
    "select tid, slice.category as category, slice.name as name, slice.ts / 1000 as ts, slice.dur / 1000 as dur \
     from slice join thread_track on track_id = thread_track.id join thread using (utid) where dur > 0 \
     order by slice.ts, tid",
    "select s.tid as sender, r.tid as receiver from flow \
     join slice a on slice_out = a.id join slice b on slice_in = b.id \
     join thread_track p on a.track_id = p.id join thread s on p.utid = s.utid \
     join thread_track q on b.track_id = q.id join thread r on q.utid = r.utid",
    "select category, count(*) as n from slice where dur = 0 group by category",
    "select count(*) as n from counter",
];

/// What Perfetto says to the queries.
fn ask(target: &Local) -> Vec<Vec<Value>> {
    let engine = std::env::var("HSXRAY_PERFETTO").expect("HSXRAY_PERFETTO names the directory of the engine");
    let directory = tempfile::tempdir().expect("directory");
    let file = directory.path().join("trace.json");
    fs::write(&file, exported(target, Format::Perfetto)).expect("writes");
    let out = Command::new("node")
        .arg(project("tests/tools/perfetto.mjs"))
        .args([engine.as_ref(), file.as_os_str()])
        .args(QUERIES)
        .output()
        .expect("node runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).expect("JSON")
}

/// Compares what Perfetto has understood with what was written.
fn agrees(target: &Local) -> Vec<Vec<Value>> {
    let events = holds(target);
    let answers = ask(target);
    let [errors, threads, slices, flows, instants, counters] = &answers[..] else { panic!("{answers:?}") };
    assert!(errors.is_empty(), "{errors:?}");
    let names = events.iter().filter(|e| e["name"] == "thread_name").map(|e| (number(e, "tid"), &e["args"]["name"]));
    let names: BTreeMap<u64, &Value> = names.collect();
    assert_eq!(threads.iter().map(|t| (number(t, "tid"), &t["name"])).collect::<BTreeMap<_, _>>(), names);
    assert!(threads.iter().all(|t| t["process"] == "test \"one\""), "{threads:?}");
    let fields = ["tid", "ts", "dur"];
    let mut read: Vec<_> = slices.iter().map(|s| (fields.map(|f| number(s, f)), &s["name"], &s["category"])).collect();
    let written = events.iter().filter(|e| e["ph"] == "X");
    let mut written: Vec<_> = written.map(|e| (fields.map(|f| number(e, f)), &e["name"], &e["cat"])).collect();
    read.sort_unstable_by_key(|slice| slice.0);
    written.sort_unstable_by_key(|slice| slice.0);
    assert_eq!(read, written);
    let mut read: Vec<_> = flows.iter().map(|f| (number(f, "sender"), number(f, "receiver"))).collect();
    let ends = |phase: &'static str| events.iter().filter(move |e| e["ph"] == phase).map(|e| number(e, "tid"));
    let mut written: Vec<_> = ends("s").zip(ends("f")).collect();
    read.sort_unstable();
    written.sort_unstable();
    assert_eq!(read, written, "every arrow from the task that sent to the one that received");
    for instant in instants {
        let category = instant["category"].as_str().expect("category");
        assert_eq!(number(instant, "n") as usize, count(&events, "i", category), "{category}");
    }
    let depths = events.iter().filter(|e| e["ph"] == "C").count();
    assert_eq!(number(&counters[0], "n") as usize, depths);
    answers
}

#[test]
#[ignore = "needs node and Perfetto's engine, see .ci/run"]
fn perfetto_reads_lanes_slices_and_arrows_as_they_were_written() {
    let mut target = ping();
    all(&mut target, "run 426");
    let answers = agrees(&target);
    assert!(answers[3].len() > 5, "messages went");
    let mut target = local(Config { turn_us: 7, ..Config::default() }, &[NAP, BAD]);
    all(&mut target, "run; run; freeze 1; send 1 hello; thaw 1; kill 2; run");
    let answers = agrees(&target);
    assert!(answers[2].iter().any(|s| s["category"] == "idle"));
}
