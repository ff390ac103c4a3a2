#!/usr/bin/env python3
"""A client of the executive's protocol in another language than the server's, written from the protocol alone.

usage: executive-client.py HSXRAY DIRECTORY-OF-PROGRAMS

Serves two programs, opens a session, follows the events, sets a breakpoint, runs to it, continues, steps one task, reads memory and
the console, goes back in time with `hx`, and prints how many requests a second are answered. Fails with the first thing that is not
as it must be.
"""
import json
import socket
import subprocess
import sys
import threading
import time


class Connection:
    """One connection: lines out, lines in."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.lines = self.socket.makefile("rb")

    def send(self, *requests):
        text = "".join(json.dumps(request) + "\n" for request in requests)
        self.socket.sendall(text.encode())

    def receive(self):
        """The next message; lines that only keep the connection alive are passed over."""
        while (line := self.lines.readline()).strip() == b"":
            if not line:
                raise EOFError("the connection is closed")
        return json.loads(line)

    def ask(self, command, **members):
        self.send({"version": 1, "cmd": command, **members})
        reply = self.receive()
        assert reply["version"] == 1 and reply["status"] == "ok", (command, members, reply)
        return reply


class Events(threading.Thread):
    """A stream of events, acknowledged as they come: what has a status is the reply to that."""

    def __init__(self, port, session):
        super().__init__(daemon=True)
        self.stream, self.session = Connection(port), session
        self.stream.ask("events.subscribe", session=session)
        self.kinds, self.text, self.arrived = [], "", threading.Condition()
        self.start()

    def run(self):
        try:
            while True:
                event = self.stream.receive()
                if "status" in event:
                    assert event["status"] == "ok", event
                    continue
                with self.arrived:
                    self.kinds.append(event["type"])
                    self.text += event["data"].get("text", "") if event["type"] == "stdout" else ""
                    self.arrived.notify_all()
                if event["seq"] % 8 == 0:
                    self.stream.send({"cmd": "events.ack", "session": self.session, "seq": event["seq"]})
        except (EOFError, OSError):
            pass

    def wait(self, what, holds):
        with self.arrived:
            assert self.arrived.wait_for(holds, timeout=20), (what, self.kinds[-20:], self.text)


def main(binary, programs):
    server = subprocess.Popen(
        [binary, "serve", "--listen", "127.0.0.1:0", f"{programs}/producer.hxe", f"{programs}/consumer.hxe"],
        stdout=subprocess.PIPE, text=True)
    try:
        port = int(server.stdout.readline().rsplit(":", 1)[1])
        client = Connection(port)
        opened = client.ask("session.open", client="plain", capabilities={"features": ["events", "stack", "hx"]}, pid_lock=[1, 2])
        session = opened["session"]["id"]
        events = Events(port, session)

        tasks = client.ask("ps")["tasks"]["tasks"]
        assert [task["app_name"] for task in tasks] == ["producer", "consumer"], tasks
        code = client.ask("disasm", pid=1, addr=0, count=4)["disasm"]["instructions"]
        target = code[2]["pc"]
        client.ask("bp", op="set", pid=1, addr=target, session=session)
        client.ask("clock", op="start", session=session)
        events.wait("the breakpoint", lambda: "debug_break" in events.kinds)
        assert client.ask("dumpregs", pid=1)["registers"]["pc"] == target
        assert client.ask("clock")["clock"]["state"] == "stopped"
        client.ask("bp", op="clear_all", pid=1, session=session)
        client.ask("resume", pid=1, session=session)
        events.wait("the console", lambda: "msg 2" in events.text)
        client.ask("clock", op="stop", session=session)

        stranger = Connection(port)
        stranger.send({"cmd": "step", "pid": 1})
        assert stranger.receive()["error"] == "pid_locked:1"
        turn = client.ask("sched")["scheduler"]["counters"]["1"]["step"]
        step = client.ask("step", pid=1, steps=5, session=session)["result"]
        assert step["executed"] == 5 and step["steps"] >= turn, step
        messages = client.ask("listen", pid=2, session=session)["messages"]
        assert messages and messages[0]["text"] == "msg 0\n", messages
        data = client.ask("peek", pid=1, addr="0x1000", length=64)["data"]
        registers = client.ask("dumpregs", pid=1)["registers"]["regs"]
        words = [int.from_bytes(bytes.fromhex(data[8 * i:8 * i + 8]), "little") for i in range(16)]
        assert words == registers, (words, registers)

        replies = client.ask("hx", line="back 5; waits", session=session)["replies"]
        assert all(reply["ok"] for reply in replies), replies

        count = 5000
        began = time.monotonic()
        writer = threading.Thread(target=client.send, args=[{"cmd": "ping"}] * count)
        writer.start()
        for _ in range(count):
            assert client.receive()["reply"] == "pong"
        writer.join()
        print(f"{count / (time.monotonic() - began):.0f} pipelined requests a second")
        client.ask("session.close", session=session)
    finally:
        server.terminate()
    assert server.wait(timeout=20) == 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
