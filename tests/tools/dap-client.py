#!/usr/bin/env python3
"""A client of the debug adapter in another language than the adapter's, written from the protocol alone.

usage: dap-client.py HSXRAY DIRECTORY-OF-PROGRAMS

Sets a breakpoint in a source line, runs to it, steps one task, steps back, reads the memory of a register, finds a deadlock, and
prints how long steps and a pause take. Fails with the first thing that is not as it must be.
"""
import base64
import json
import os
import queue
import subprocess
import sys
import threading
import time


class Client:
    def __init__(self, binary):
        self.process = subprocess.Popen([binary, "dap"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.messages = queue.Queue()
        self.events = []
        self.seq = 0
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        stream = self.process.stdout
        while True:
            length = None
            while line := stream.readline().strip():
                name, value = line.split(b": ")
                if name == b"Content-Length":
                    length = int(value)
            if length is None:
                return
            self.messages.put(json.loads(stream.read(length)))

    def ask(self, command, **arguments):
        self.seq += 1
        message = {"seq": self.seq, "type": "request", "command": command, "arguments": arguments}
        body = json.dumps(message).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()
        while True:
            message = self.messages.get(timeout=60)
            if message["type"] == "response":
                assert message["request_seq"] == self.seq, message
                assert message["success"], message
                return message.get("body", {})
            self.events.append(message)

    def event(self, name):
        while True:
            message = self.events.pop(0) if self.events else self.messages.get(timeout=60)
            if message["event"] == name:
                return message.get("body", {})
            assert message["event"] != "stopped", message

    def stopped(self, reason):
        stop = self.event("stopped")
        assert stop["reason"] == reason and stop["allThreadsStopped"], stop
        return stop

    def start(self, **configuration):
        self.ask("initialize", adapterID="hsxray")
        self.ask("launch", **configuration)
        self.event("initialized")

    def top(self, thread):
        return self.ask("stackTrace", threadId=thread, levels=1)["stackFrames"][0]

    def register(self, thread, name):
        scopes = self.ask("scopes", frameId=self.top(thread)["id"])["scopes"]
        registers = next(scope for scope in scopes if scope["name"] == "Registers")
        variables = self.ask("variables", variablesReference=registers["variablesReference"])["variables"]
        return next(variable for variable in variables if variable["name"] == name)

    def end(self):
        self.ask("disconnect")
        assert self.process.wait(60) == 0


def main(binary, programs):
    source = os.path.join(programs, "ping", "producer.mvasm")
    with open(source, encoding="utf-8") as file:
        line = next(number for number, text in enumerate(file, 1) if "ADD   R9, R9, R10" in text)

    client = Client(binary)
    client.start(programs=[source, os.path.join(programs, "ping", "consumer.mvasm")])
    answer = client.ask("setBreakpoints", source={"path": source}, breakpoints=[{"line": line}])["breakpoints"][0]
    assert answer["verified"] and answer["line"] == line, answer
    client.ask("configurationDone")
    client.stopped("entry")
    for counter in range(2):
        client.ask("continue", threadId=1)
        assert client.stopped("breakpoint")["hitBreakpointIds"] == [answer["id"]]
        assert int(client.register(1, "R9")["value"], 16) == counter
    client.ask("next", threadId=1, singleThread=True)
    client.stopped("step")
    register = client.register(1, "R9")
    memory = client.ask("readMemory", memoryReference=register["memoryReference"], count=4)
    assert base64.b64decode(memory["data"]) == b"\2\0\0\0", (register, memory)
    client.ask("stepBack", threadId=1)
    client.stopped("step")
    assert client.top(1)["line"] == line and int(client.register(1, "R9")["value"], 16) == 1
    client.ask("reverseContinue", threadId=1)
    client.stopped("breakpoint")
    client.ask("setBreakpoints", source={"path": source}, breakpoints=[])

    times = []
    for _ in range(200):
        began = time.monotonic()
        client.ask("next", threadId=1, granularity="instruction")
        client.stopped("step")
        times.append(time.monotonic() - began)
    times.sort()
    client.ask("continue", threadId=1)
    began = time.monotonic()
    client.ask("pause", threadId=1)
    client.stopped("pause")
    pause = time.monotonic() - began
    print(f"step to stopped: median {times[100] * 1e3:.2f} ms, p99 {times[197] * 1e3:.2f} ms; pause {pause * 1e3:.1f} ms")
    client.end()

    client = Client(binary)
    deadlock = [os.path.join(programs, "deadlock", name) for name in ("left.mvasm", "right.mvasm")]
    client.start(programs=deadlock, stopOnEntry=False)
    client.ask("configurationDone")
    client.stopped("exception")
    info = client.ask("exceptionInfo", threadId=1)
    assert info["exceptionId"] == "deadlock" and "waits for app:a" in info["details"]["stackTrace"], info
    client.end()


main(*sys.argv[1:])
