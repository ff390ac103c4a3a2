//! The screen in a pseudo-terminal: key to picture at full speed, bytes a picture while stepping, work
//! while idle, start to first picture, memory. `cargo bench -p hsxray-bench --bench screen`

#![allow(clippy::print_stdout)]

#[cfg(unix)]
fn main() {
    unix::main();
}

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
mod unix {
    use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
    use std::io::{Read, Write};
    use std::sync::mpsc::{Receiver, channel};
    use std::time::{Duration, Instant};

    struct Screen {
        child: Box<dyn Child + Send + Sync>,
        _master: Box<dyn MasterPty + Send>,
        keys: Box<dyn Write + Send>,
        output: Receiver<(Instant, Vec<u8>)>,
        shown: vt100::Parser,
        bytes: usize,
        started: Instant,
    }

    impl Screen {
        fn open(rows: u16, cols: u16) -> Screen {
            let pair =
                native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).expect("pty");
            let home = std::env::temp_dir().join("hsxray-bench");
            let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_hsxray-bench"));
            command.args(["demo", "ping"]);
            for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("HSXRAY_WELCOME", "off")] {
                command.env(name, value);
            }
            for name in ["XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
                command.env(name, &home);
            }
            let started = Instant::now();
            let child = pair.slave.spawn_command(command).expect("spawns");
            drop(pair.slave);
            let mut reader = pair.master.try_clone_reader().expect("reader");
            let keys = pair.master.take_writer().expect("writer");
            let (to, output) = channel();
            std::thread::spawn(move || {
                let mut buffer = [0; 65536];
                while let Ok(n @ 1..) = reader.read(&mut buffer) {
                    if to.send((Instant::now(), buffer[..n].to_vec())).is_err() {
                        return;
                    }
                }
            });
            let size = |n: u16| std::num::NonZero::new(n).expect("not zero");
            let shown = vt100::Parser::new(size(rows), size(cols), 0);
            Screen { child, _master: pair.master, keys, output, shown, bytes: 0, started }
        }

        /// Waits until a text shows; when the bytes that showed it came.
        fn wait(&mut self, text: &str, shows: bool) -> Instant {
            loop {
                let (at, bytes) = self.output.recv_timeout(Duration::from_secs(10)).expect("output");
                self.bytes += bytes.len();
                self.shown.process(&bytes);
                if self.shown.screen().contents().contains(text) == shows {
                    return at;
                }
            }
        }

        fn press(&mut self, keys: &str) -> Instant {
            self.keys.write_all(keys.as_bytes()).expect("writes");
            Instant::now()
        }

        /// Seconds of processor time so far, and resident memory in KiB.
        fn usage(&self) -> (f64, u64) {
            let pid = self.child.process_id().expect("pid");
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or("").split(' ').collect();
            let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            let rss = status.lines().find_map(|l| l.strip_prefix("VmRSS:")?.trim().split(' ').next()?.parse().ok());
            ((ticks(11) + ticks(12)) / 100.0, rss.unwrap_or(0))
        }
    }

    fn tell(what: &str, mut times: Vec<f64>, unit: &str) {
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        println!(
            "{what:52} median {:8.2} {unit}   p95 {:8.2} {unit}   worst {:8.2} {unit}",
            at(0.5),
            at(0.95),
            at(1.0)
        );
    }

    pub fn main() {
        let starts = (0..15).map(|_| {
            let mut screen = Screen::open(60, 200);
            let at = screen.wait("q quit", true);
            let took = at.duration_since(screen.started);
            screen.press("q");
            took.as_secs_f64() * 1e3
        });
        tell("start to first picture, 200x60", starts.collect(), "ms");

        let mut screen = Screen::open(60, 200);
        screen.wait("q quit", true);
        let mut sizes = Vec::new();
        for turn in 1..=200 {
            screen.bytes = 0;
            screen.press("s");
            screen.wait(&format!("turn {turn} "), true);
            sizes.push(screen.bytes as f64);
        }
        println!("{:52} mean   {:8.0} B", "bytes a step, 200x60", sizes.iter().sum::<f64>() / sizes.len() as f64);
        tell("bytes a step, 200x60", sizes, "B");

        let (before, _) = screen.usage();
        std::thread::sleep(Duration::from_secs(10));
        let (after, memory) = screen.usage();
        println!("{:52} {:.2} %", "processor while idle, over 10 s", (after - before) * 10.0);
        println!("{:52} {:.1} MB", "memory, 3 tasks, 200x60", memory as f64 / 1024.0);

        screen.press("c");
        screen.wait("RUN", true);
        let mut times = Vec::new();
        for round in 0..200 {
            std::thread::sleep(Duration::from_millis(7 + round % 29));
            // Whatever was on its way is not the answer.
            while let Ok((_, bytes)) = screen.output.try_recv() {
                screen.shown.process(&bytes);
            }
            let open = round % 2 == 0;
            let pressed = screen.press("?");
            let at = screen.wait("Esc leaves", open);
            times.push(at.duration_since(pressed).as_secs_f64() * 1e3);
        }
        tell("key to picture at full speed, 200x60", times, "ms");
        screen.press("\u{3}\u{3}q");
    }
}
