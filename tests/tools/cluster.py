#!/usr/bin/env python3
"""Does one search in parts on a real scheduler with two workers, kills a worker, a part and the driver on the way, and compares
what is merged in the end with the report of one search.

usage: cluster.py HSXRAY FOLDER dask     in a Python that has the package distributed
       cluster.py HSXRAY FOLDER slurm    as root, with munged, slurmctld and slurmd (Debian: munge, slurm-wlm)
Ends with 75 where the scheduler does not start.
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

ADAPTERS = pathlib.Path(__file__).resolve().parents[2] / "assets" / "cluster"
QUESTIONS = ["--collect", "w[0x5000]", "--finally", "w[0x5000] != 10"]
# Seconds for all of it, for the scheduler to start, and of a part.
LIMIT, START, PART = 240, 60, 1


def program(number):
    """Adds a number of its own to a shared word three times: no two tasks are alike."""
    once = f" LD R2, [R1+0]\n LDI R3, {10 ** number}\n ADD R2, R2, R3\n ST [R1+0], R2\n"
    return f".text\n LDI32 R1, 0x5000\n{3 * once} RET\n"


def explore(hsxray, *arguments):
    """The report of a search; 1 is a failure that was found, 3 something left to do."""
    done = subprocess.run([hsxray, "explore", "--json", "--no-recordings", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode in (0, 1, 3), done.stderr
    return json.loads(done.stdout)


def essence(report):
    """What does not depend on how the work was divided."""
    failures = sorted((failure["kind"], failure["detail"]) for failure in report["failures"])
    return report["exhausted"], failures, sorted(row["values"] for row in report["collected"])


def processes(below=None):
    """Numbers, parents and command lines of the processes on this machine, or of those below one of them."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        found[int(folder.name)] = (int(stat.rsplit(")", 1)[1].split()[1]), line)
    if below is None:
        return found

    def is_below(pid):
        while pid in found:
            pid = found[pid][0]
            if pid == below:
                return True
        return False

    return {pid: entry for pid, entry in found.items() if is_below(pid)}


def kill(text, below=None):
    """Kills one process whose command line holds a text; whether there was one."""
    for pid, (_, line) in processes(below).items():
        if text in line and pid != os.getpid():
            os.kill(pid, signal.SIGKILL)
            return True
    return False


def wait_for(what, begun, condition):
    while not condition():
        assert time.time() - begun < LIMIT, f"{what}: not within {LIMIT} s"
        time.sleep(0.2)


def starts(what, begun, condition):
    """Waits for a part of the scheduler itself."""
    while not condition():
        if time.time() - begun > START:
            print(f"{what} does not start here")
            sys.exit(75)
        time.sleep(0.2)


def reports(parts):
    return len(list((parts / "reports").glob("*.json")))


def open_parts(parts):
    return len(list((parts / "units").glob("*.json")))


def dask(hsxray, parts, _):
    """A driver that starts two workers; both are killed on the way, and the driver is started again."""

    def driver():
        command = [sys.executable, ADAPTERS / "dask_explore.py", parts, "--workers", "2", "--seconds", str(PART)]
        return subprocess.Popen(command, env={**os.environ, "HSXRAY": hsxray}, stdout=subprocess.DEVNULL, start_new_session=True)

    begun, first, kills = time.time(), reports(parts), []
    running = driver()
    wait_for("the first parts", begun, lambda: reports(parts) > first + 2)
    kills.append(("a worker", kill("multiprocessing", running.pid) or kill("spawn_main", running.pid)))
    wait_for("a part after that", begun, lambda: kill(" unit ", running.pid))
    kills.append(("a part", True))
    before = reports(parts)
    wait_for("parts after that", begun, lambda: reports(parts) > before)
    running.kill()
    running.wait()
    kills.append(("the driver", True))
    # Its workers end by themselves, and the parts with them.
    running = driver()
    wait_for("the end", begun, lambda: running.poll() is not None)
    assert running.returncode in (0, 1), running.returncode
    return kills


def slurm(hsxray, parts, folder):
    """Two nodes on this machine, and an array of two jobs, of which a part and a job are killed."""
    host, path = socket.gethostname().split(".")[0], {**os.environ, "PATH": f"{pathlib.Path(hsxray).parent}:{os.environ['PATH']}"}
    folder = folder / "slurm"
    (folder / "state").mkdir(parents=True)
    (folder / "munge.key").write_bytes(os.urandom(1024))
    (folder / "munge.key").chmod(0o400)
    folder.chmod(0o755)
    configuration = f"""
ClusterName=hsxray
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.sock
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool.%n
SlurmctldPidFile={folder}/controller.pid
SlurmdPidFile={folder}/node.%n.pid
SlurmctldLogFile={folder}/controller.log
SlurmdLogFile={folder}/node.%n.log
SlurmctldPort=16817
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/linear
SchedulerType=sched/builtin
ReturnToService=2
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
JobRequeue=1
KillWait=1
NodeName=w1 NodeHostname={host} NodeAddr=127.0.0.1 Port=16818 CPUs=1 State=UNKNOWN
NodeName=w2 NodeHostname={host} NodeAddr=127.0.0.1 Port=16819 CPUs=1 State=UNKNOWN
PartitionName=all Nodes=w1,w2 Default=YES MaxTime=INFINITE State=UP
"""
    (folder / "slurm.conf").write_text(configuration)
    path["SLURM_CONF"] = str(folder / "slurm.conf")

    def start(*command):
        return subprocess.Popen(command, env=path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(*command):
        return subprocess.run(command, env=path, capture_output=True, text=True)

    begun, kills = time.time(), []
    daemons = [start("munged", "-F", "-f", f"--socket={folder}/munge.sock", f"--key-file={folder}/munge.key",
                     f"--pid-file={folder}/munge.pid", f"--log-file={folder}/munge.log", f"--seed-file={folder}/munge.seed")]
    try:
        starts("munged", begun, lambda: (folder / "munge.sock").exists())
        daemons += [start("slurmctld", "-D"), start("slurmd", "-D", "-N", "w1"), start("slurmd", "-D", "-N", "w2")]
        starts("Slurm", begun, lambda: ask("sinfo", "-h", "-t", "idle", "-o", "%D").stdout.strip() == "2")
        script = str(ADAPTERS / "explore.sbatch")
        first = reports(parts)

        def submit():
            sent = ask("sbatch", "--array=1-2", f"--output={folder}/%a.log", script, str(parts), str(PART))
            assert sent.returncode == 0, sent.stderr
            return sent.stdout.split()[-1]

        def end(job):
            """Waits for the jobs of an array. One that was killed would begin again after some minutes: it is not waited for."""
            states = lambda: ask("squeue", "-h", "-r", "-j", job, "-o", "%r").stdout.split()
            wait_for("the jobs", begun, lambda: all(state == "BeginTime" for state in states()))
            ask("scancel", job)

        job = submit()
        wait_for("the first parts", begun, lambda: reports(parts) > first + 2)
        wait_for("a part to kill", begun, lambda: kill(f" unit {parts}"))
        kills.append(("a part", True))
        before = reports(parts)
        wait_for("parts after that", begun, lambda: reports(parts) > before)
        kills.append(("a job", ask("scancel", "--signal=KILL", f"{job}_2").returncode == 0))
        end(job)
        # Jobs that were killed left parts open: the array is sent again, as its user would.
        while explore(hsxray, "merge", parts)["units"]["open"]:
            end(submit())
    finally:
        for daemon in reversed(daemons):
            daemon.terminate()
            daemon.wait()
    return kills


def main():
    hsxray, folder, engine = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]).resolve(), sys.argv[3]
    engine = {"dask": dask, "slurm": slurm}[engine]
    folder = folder / engine.__name__
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    programs = [folder / f"t{number}.mvasm" for number in range(3)]
    for number, file in enumerate(programs):
        file.write_text(program(number))
    begun = time.time()
    one = explore(hsxray, "--jobs", "1", *QUESTIONS, *programs)
    assert one["exhausted"], one["bound"]
    alone, parts = time.time() - begun, folder / "parts"
    explore(hsxray, *QUESTIONS, "--units", "8", "--out", parts, *programs)
    begun = time.time()
    kills = engine(hsxray, parts, folder)
    merged = explore(hsxray, "merge", parts)
    assert all(done for _, done in kills), kills
    assert merged["units"]["open"] == 0, merged["units"]
    assert essence(merged) == essence(one), (essence(merged), essence(one))
    print(f"{engine.__name__}: {merged['units']} parts in {time.time() - begun:.0f} s, {', '.join(what for what, _ in kills)} killed: "
          f"the report of one search ({one['states']} states in {alone:.1f} s)")


if __name__ == "__main__":
    main()
