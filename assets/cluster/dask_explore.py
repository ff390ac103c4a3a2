#!/usr/bin/env python3
"""Does a search in parts on a Dask cluster.

    hsxray explore a.mvasm b.mvasm --units 64 --out DIR
    python dask_explore.py DIR [--scheduler ADDRESS | --workers N] [--seconds 60] [--memory MB]

DIR must be the same folder on all workers. Each part is a task that ends after some seconds and leaves what is left of
it as parts; what was done is in DIR, so a worker, or this program, may be killed at any time and started again.
"""
import argparse
import os
import pathlib
import subprocess
import sys

from distributed import Client, LocalCluster, as_completed

HSXRAY = os.environ.get("HSXRAY", "hsxray")


def explore(*arguments):
    """Runs hsxray explore; 1 is a failure that was found, 3 something left to do."""
    done = subprocess.run([HSXRAY, "explore", *arguments], capture_output=True, text=True)
    if done.returncode not in (0, 1, 3):
        raise RuntimeError(done.stderr.strip())
    return done


def work(unit, seconds, memory):
    """Does one part on a worker. One that another worker has done in the meantime is done."""
    if os.path.exists(unit):
        explore("--no-recordings", "--jobs", "1", "--seconds", str(seconds), "--memory", str(memory), "unit", unit)
    return unit


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=pathlib.Path)
    options.add_argument("--scheduler", help="address of a scheduler; without one a cluster is started here")
    options.add_argument("--workers", type=int, default=2, help="workers to start here")
    options.add_argument("--seconds", type=float, default=60, help="of a part, at most")
    options.add_argument("--memory", type=int, default=1024, help="megabytes of a part, at most")
    options = options.parse_args()

    def open_parts():
        # Those nearest to the start are most of the search; their files say how far that is by their size.
        files = (options.folder / "units").glob("*.json")
        return [str(file) for file in sorted(files, key=lambda file: (file.stat().st_size, file.name))]

    # Brings the list of open parts up to date: a run that was killed may have left it behind.
    explore("--no-recordings", "merge", str(options.folder))
    cluster = None if options.scheduler else LocalCluster(n_workers=options.workers, threads_per_worker=1, dashboard_address=None)
    with Client(options.scheduler or cluster) as client:
        flying, ended = {}, as_completed()
        while True:
            slots = 2 * max(1, sum(client.nthreads().values())) - len(flying)
            for unit in [unit for unit in open_parts() if unit not in flying][:slots]:
                # Pure: a part that is asked for twice is done once.
                flying[unit] = client.submit(work, unit, options.seconds, options.memory, key=unit, retries=5)
                ended.add(flying[unit])
            if not flying:
                break
            future = next(ended)
            flying.pop(future.key, None)
            future.result()
    if cluster:
        cluster.close()
    merged = explore("--no-recordings", "merge", str(options.folder))
    print(merged.stdout, end="")
    return merged.returncode


if __name__ == "__main__":
    sys.exit(main())
