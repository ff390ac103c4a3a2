#!/usr/bin/env python3
"""Plants changes in a copy of the project and sees whether the compiler or a test asks for every place they need.

    tests/tools/planted/planted.py [CASE...] [--copy DIRECTORY] [--write]

A case is a file in cases/: the places a change needs, in the order in which a contributor would meet them, and tests
that are right when all of them are changed. What happens for each case:

1. `start` places are made. From then on the compiler is the guide: each place it points at (a file that stands in one
   of its errors) is made, until it has nothing to say. How often it had to be asked is counted.
2. Places it never asked for must be asked for by a test: the tests of the case run without them, and those that the
   place names in `test` must fail. They are made, and the rest is asked for in the same way.
3. With all places made, all the tests of the case pass.
4. Each `wrong` place says something untrue (an instruction that does not own up to its store): the tests it names in
   `test` must fail.

Needs Python 3.11, cargo, git. The copy is the last commit and keeps its target directory: later runs are quick.
`--write` writes the results to RESULTS.md.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parents[2]


def run(command, copy, **more):
    return subprocess.run(command, cwd=copy, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)


def fresh(copy):
    """The last commit in a directory, with what an earlier run has built."""
    if not (copy / ".git").exists():
        subprocess.run(["git", "clone", "-q", str(PROJECT), str(copy)], check=True)
    head = run(["git", "rev-parse", "HEAD"], PROJECT).stdout.strip()
    run(["git", "fetch", "-q", "origin"], copy)
    for command in (["git", "reset", "-q", "--hard", head], ["git", "clean", "-qfd", "-e", "target"]):
        done = run(command, copy)
        if done.returncode:
            sys.exit(done.stdout)


def make(place, copy):
    """Makes a place: a new file, or text in place of, behind or in front of text that stands in the file once."""
    path = copy / place["file"]
    text = place["text"]
    if "replace" not in place and "after" not in place and "before" not in place:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return
    anchor = place.get("replace") or place.get("after") or place.get("before")
    old = path.read_text()
    if old.count(anchor) != 1:
        sys.exit(f"{place['file']}: this stands {old.count(anchor)} times, once is expected:\n{anchor}")
    new = {"replace": text, "after": anchor + text, "before": text + anchor}[
        next(key for key in ("replace", "after", "before") if key in place)
    ]
    path.write_text(old.replace(anchor, new))


def named_by_the_compiler(copy):
    """The files that errors of a build of everything point at; none if it compiles."""
    done = run(["cargo", "check", "-q", "--all-targets", "--message-format", "short"], copy)
    files = set(re.findall(r"^(\S+?):\d+:\d+: error", done.stdout, re.M))
    if done.returncode and not files:
        sys.exit(done.stdout)
    return files


def failing(tests, copy):
    """The names of the tests that fail among those that stand for a case."""
    done = run(["cargo", "test", "-q", "--test", "all", "--", *tests], copy)
    if "test result" not in done.stdout:
        sys.exit(done.stdout)
    return set(re.findall(r"^    (\S+)$", done.stdout, re.M)), done.stdout


def guided(case, copy):
    """Makes the start, then what the compiler asks for; how often it was asked, and the places it did not ask for."""
    start = [p for p in case["place"] if p.get("start")]
    left = [p for p in case["place"] if not p.get("start")]
    for place in start:
        make(place, copy)
    rounds = 0
    while files := named_by_the_compiler(copy):
        rounds += 1
        asked = [p for p in left if p.get("named", p["file"]) in files]
        if not asked:
            sys.exit(f"{case['name']}: the compiler points at {sorted(files)}, and no place is left there")
        for place in asked:
            place["found"] = f"compiler, {rounds}"
            make(place, copy)
            left.remove(place)
    return left


def wrongs(case, copy):
    """Each untrue row, and the test that finds it out."""
    for wrong in case.get("wrong", []):
        fresh(copy)
        for place in case["place"]:
            make(place, copy)
        make(wrong, copy)
        if files := named_by_the_compiler(copy):
            wrong["found"] = f"compiler: {', '.join(sorted(files))}"
            continue
        failed, _ = failing(wrong["test"], copy)
        wrong["found"] = "test " + ", ".join(sorted(failed)) if failed else "NOT FOUND"


def plant(path, copy):
    case = tomllib.loads(path.read_text())
    case["name"] = path.stem
    fresh(copy)
    left = guided(case, copy)
    while left:
        # What is generated from a place that is missing, too, is asked for once that is made.
        failed, _ = failing(case["tests"], copy)
        asked = [place for place in left if failed & set(place.get("test", []))]
        for place in asked or left:
            seen = sorted(failed & set(place.get("test", [])))
            place["found"] = "test " + ", ".join(seen) if seen else "NOT FOUND"
            make(place, copy)
        left = [place for place in left if "found" not in place]
    for place in case["place"]:
        place.setdefault("found", "the change itself")
    failed, output = failing(case["tests"], copy)
    case["right"] = not failed
    if failed:
        print(output)
    wrongs(case, copy)
    return case


def report(cases):
    lines = ["# Planted changes", "", "Written by `planted.py`: what a change needs, and what asks for each place that is forgotten.", ""]
    for case in cases:
        lines += [f"## {case['title']}", "", f"{len(case['place'])} places.", ""]
        lines += ["| place | file | forgotten, it is found by |", "|---|---|---|"]
        lines += [f"| {p['what']} | `{p['file']}` | {p['found']} |" for p in case["place"]]
        lines += ["", f"With all of them the tests {'pass' if case['right'] else 'FAIL'}: {', '.join(case['tests'])}.", ""]
        if case.get("wrong"):
            lines += ["| said wrongly | it is found by |", "|---|---|"]
            lines += [f"| {w['what']} | {w['found']} |" for w in case["wrong"]] + [""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description="plants changes in a copy of the project")
    parser.add_argument("case", nargs="*", help="names of files in cases/; all of them without one")
    parser.add_argument("--copy", type=pathlib.Path, default=pathlib.Path("/tmp/hsxray-planted"))
    parser.add_argument("--write", action="store_true", help="write RESULTS.md")
    options = parser.parse_args()
    wanted = options.case or [path.stem for path in sorted((HERE / "cases").glob("*.toml"))]
    cases = [plant(HERE / "cases" / f"{name}.toml", options.copy) for name in wanted]
    text = report(cases)
    print(text)
    if options.write:
        (HERE / "RESULTS.md").write_text(text)
    sound = all(c["right"] and all(p["found"] != "NOT FOUND" for p in c["place"] + c.get("wrong", [])) for c in cases)
    sys.exit(0 if sound else 1)


main()
