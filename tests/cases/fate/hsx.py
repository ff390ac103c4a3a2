"""A small HSX of our own: one step of one task on an immutable state. Written from the documents of HSX alone;
no code of hsxray is used (`hsxray asm` makes the images). Subset: all integer instructions, LD/ST, stack, BRK,
SVC 1.0 exit, 5.0 open, 5.2 send, 5.3 receive, 5.4 peek, 5.6 close (single-reader boxes app:/shared:), 6.0 sleep.

State = (tasks, mem, boxes)
  task  = (pc, psw, sp, st, depth, regs, handles, nexth, wait)   st: R ready, W waits, S sleeps, ret, exit, fault kind
          wait = (box, buffer, maximum, info, left, serial)   left: microseconds to the deadline, None for ever; sleep: box None
  mem   = sorted tuple of (key, byte) that differ from the start; key = addr, or pid<<16|addr in the task's own bank
  boxes = sorted tuple of (name, queue, waiters); queue of (payload, flags, channel, src)
Time is only in `left`: what no program can read is no part of a state."""
import os, struct, subprocess, tempfile, hashlib
M = 0xFFFFFFFF
HX = os.environ.get("HSXRAY", "hsxray")
s32 = lambda v: v - (1 << 32) if v & 0x80000000 else v
sx12 = lambda v: (v - 4096 if v & 0x800 else v) & M
PC, PSW, SP, ST, DEPTH, REGS, HAND, NEXTH, WAIT = range(9)
CAP = 64

class Unsupported(Exception): pass

def image(path):
    if path.endswith(".mvasm"):
        out = os.path.join(tempfile.gettempdir(), "fate-" + hashlib.sha1(os.path.abspath(path).encode()).hexdigest()[:12] + ".hxe")
        r = subprocess.run([HX, "asm", path, "-o", out], capture_output=True, text=True, timeout=30)
        if r.returncode: raise SystemExit(path + ": " + r.stdout + r.stderr)
        path = out
    d = open(path, "rb").read()
    _, ver, _, entry, clen, ro = struct.unpack(">IHHIII", d[:20])
    h = 32 if ver == 1 else 96
    return dict(entry=entry, code=d[h:h + clen], ro=d[h + clen:h + clen + ro], words=struct.unpack(f">{clen//4}I", d[h:h + clen]))

class HSX:
    def __init__(self, paths, turn_us=1):
        self.img = [image(p) for p in paths]; self.n = len(paths); self.turn_us = turn_us
        self.top = [0xFFFC - 0x1000 * i for i in range(self.n)]
        self.bank_end = [0x4000 + len(i["ro"]) for i in self.img]
        self.cache = {}

    def start(self):
        ts = tuple((im["entry"], 0, self.top[i], "R", 0, (0,) * 16, (), 4, None) for i, im in enumerate(self.img))
        return (ts, (), ())

    @staticmethod
    def ready(S): return [i for i, t in enumerate(S[0]) if t[ST] == "R"]

    # ---- memory as task i sees it
    def rd(self, ts, mem, i, a, n):
        v = 0
        for k in range(n): v |= self.byte(ts, mem, i, (a + k) & 0xFFFF) << (8 * k)
        return v

    def byte(self, ts, mem, i, a):
        if 0x4000 <= a < self.bank_end[i]:
            k = (i + 1) << 16 | a
            return mem[k] if k in mem else self.img[i]["ro"][a - 0x4000]
        if 0x1000 <= a < 0x1000 + 64 * self.n:
            return ts[(a - 0x1000) >> 6][REGS][(a & 63) >> 2] >> (8 * (a & 3)) & 255
        return mem.get(a, 0)

    def guard(self, i, a, n):
        for x in range(a, a + n):
            if 0x4000 <= x < self.bank_end[i]: continue
            for j in range(self.n):
                if j != i and (0x1000 + 64 * j <= x < 0x1040 + 64 * j or self.top[j] - 0x1000 <= x < self.top[j]): return True
        return False

    def wr(self, ts, mem, i, a, data):
        """data: bytes; ts a list; own window included"""
        for k, b in enumerate(data):
            x = a + k
            if x > 0xFFFF: return
            if 0x4000 <= x < self.bank_end[i]:
                key = (i + 1) << 16 | x
                if b == self.img[i]["ro"][x - 0x4000]: mem.pop(key, None)
                else: mem[key] = b
            elif 0x1000 <= x < 0x1000 + 64 * self.n:
                j, r, sh = (x - 0x1000) >> 6, (x & 63) >> 2, 8 * (x & 3)
                t = list(ts[j]); g = list(t[REGS]); g[r] = g[r] & ~(255 << sh) & M | b << sh; t[REGS] = tuple(g); ts[j] = tuple(t)
            elif b: mem[x] = b
            else: mem.pop(x, None)

    def setr(self, ts, j, kv):
        t = list(ts[j]); g = list(t[REGS])
        for r, v in kv.items(): g[r] = v & M
        t[REGS] = tuple(g); ts[j] = tuple(t)

    def cstr(self, ts, mem, i, a):
        out = bytearray()
        while a < 0x10000:
            b = self.byte(ts, mem, i, a)
            if not b: break
            out.append(b); a += 1
        return out.decode()[:32]

    # ---- one turn
    def step(self, S, i):
        """-> (state after the turn, event). Event: kind, pc, op, read, got, woke"""
        key = (S, i)
        ts, mem0, boxes = list(S[0]), S[1], S[2]
        mem = None
        t = ts[i]; assert t[ST] == "R"
        pc, psw, sp, depth, R = t[PC], t[PSW], t[SP], t[DEPTH], t[REGS]
        code = self.img[i]["code"]; ev = {"pc": pc, "op": "?", "kind": "retired"}
        npc, npsw, nsp, nst, nd, w = pc + 4, psw, sp, "R", depth, {}
        fault = None; stores = []
        if pc + 4 > len(code): fault = "pc_out_of_range"
        else:
            ins = struct.unpack_from(">I", code, pc)[0]
            op, d, a, b, imm = ins >> 24, ins >> 20 & 15, ins >> 16 & 15, ins >> 12 & 15, ins & 0xFFF
            ev["op"] = NAMES.get(op, "?")
            x, y = R[a], R[b]
            def zn(r): return (1 if r == 0 else 0) | (4 if r >> 31 else 0)
            keep = psw & 0xF0
            if op == 0x01: w[d] = sx12(imm)
            elif op == 0x60:
                if pc + 8 > len(code): fault = "pc_out_of_range"
                else: w[d] = struct.unpack_from(">I", code, pc + 4)[0]; npc = pc + 8
            elif op in (0x02, 0x06, 0x07):
                n = {2: 4, 6: 1, 7: 2}[op]; ea = (x + sx12(imm)) & 0xFFFF
                if ea + n > 0x10000: fault = "mem_fault"
                else:
                    mem = dict(mem0); v = self.rd(ts, mem, i, ea, n); w[d] = v; ev["read"] = (ea, n, v)
            elif op in (0x03, 0x08, 0x09):
                n = {3: 4, 8: 1, 9: 2}[op]; ea = (x + sx12(imm)) & 0xFFFF
                if ea + n > 0x10000 or self.guard(i, ea, n): fault = "mem_fault"
                else: stores.append((ea, (y & ((1 << 8 * n) - 1)).to_bytes(n, "little"))); ev["write"] = (ea, n, y)
            elif op == 0x04: w[d] = x
            elif op in (0x10, 0x34):
                c = psw >> 1 & 1 if op == 0x34 else 0
                o = (y + c) & M; full = x + y + c; r = full & M; w[d] = r
                npsw = keep | zn(r) | (2 if full >> 32 else 0) | (8 if (~(x ^ o)) & (x ^ r) & 0x80000000 else 0)
            elif op in (0x11, 0x20, 0x35):
                c = 1 - (psw >> 1 & 1) if op == 0x35 else 0
                o = (y + c) & M; r = (x - y - c) & M
                if op != 0x20: w[d] = r
                npsw = keep | zn(r) | (2 if x >= y + c else 0) | (8 if (x ^ o) & (x ^ r) & 0x80000000 else 0)
            elif op == 0x12:
                r = x * y & M; w[d] = r; npsw = keep | zn(r) | (10 if x * y > M else 0)
            elif op == 0x13:
                if y == 0: fault = "div_zero"
                else:
                    p, q = s32(x), s32(y); r = abs(p) // abs(q); r = (-r if (p < 0) != (q < 0) else r) & M
                    w[d] = r; npsw = keep | zn(r)
            elif op in (0x14, 0x15, 0x16, 0x17):
                r = {0x14: x & y, 0x15: x | y, 0x16: x ^ y, 0x17: ~x & M}[op]; w[d] = r; npsw = keep | zn(r)
            elif op in (0x31, 0x32, 0x33):
                n = y & 31
                r = {0x31: x << n & M, 0x32: x >> n, 0x33: s32(x) >> n & M}[op]; w[d] = r
                c = psw & 2 if n == 0 else ((x >> (32 - n) if op == 0x31 else x >> (n - 1)) & 1) << 1
                npsw = keep | zn(r) | c
            elif op == 0x21: npc = imm
            elif op == 0x22: npc = imm if psw & 1 else pc + 4
            elif op == 0x23: npc = imm if not psw & 1 else pc + 4
            elif op in (0x24, 0x40):
                n = sp - 4
                if n < self.top[i] - 0x1000: fault = "stack_overflow"
                else:
                    stores.append((n, (x if op == 0x40 else pc + 4).to_bytes(4, "little"))); nsp = n; w[15] = n
                    if op == 0x24: npc = ((pc if a == 0 else x) + 4 * sx12(imm)) & 0xFFFF; nd = depth + 1
            elif op == 0x25 and depth == 0: nst = "ret"; npc = pc; ev["kind"] = "halted"
            elif op in (0x25, 0x41):
                if sp >= self.top[i]: fault = "stack_underflow"
                else:
                    v = self.rd(ts, dict(mem0), i, sp, 4); ev["read"] = (sp, 4, v); nsp = sp + 4; w[15] = nsp
                    if op == 0x41: w[d] = v
                    else: npc = v; nd = depth - 1
            elif op == 0x7F: ev["kind"] = "break"; ev["code"] = imm & 255
            elif op == 0x30: return self.svc(S, i, imm >> 8, imm & 255, ev)
            else: fault = "illegal_opcode"
        if fault:
            code_ = {"stack_underflow": 2, "stack_overflow": 3, "mem_fault": 4, "div_zero": 5}.get(fault)
            if code_: self.setr(ts, i, {0: 0xFFFFFF00 + code_})
            t = list(ts[i]); t[ST] = fault; ts[i] = tuple(t)
            ev["kind"] = "faulted"; ev["fault"] = fault; ev.pop("read", None)
            boxes = self.close_all(ts, i, boxes)
            return self.tick(ts, mem0, boxes, ev)
        if w or True:
            t = list(t); g = R
            if w:
                g = list(R)
                for r, v in w.items(): g[r] = v & M
                g = tuple(g)
            t[PC], t[PSW], t[SP], t[ST], t[DEPTH], t[REGS] = npc & M, npsw, nsp, nst, nd, g
            ts[i] = tuple(t)
        memf = mem0
        if stores:
            mem = dict(mem0)
            for (ea, data) in stores: self.wr(ts, mem, i, ea, data)
            if op in (0x24, 0x40): self.setr(ts, i, {15: nsp})
            memf = tuple(sorted(mem.items()))
        if nst != "R": boxes = self.close_all(ts, i, boxes)
        return self.tick(ts, memf, boxes, ev)

    # ---- mailboxes
    def close_all(self, ts, i, boxes):
        t = list(ts[i]); t[HAND] = (); ts[i] = tuple(t)
        return self.sweep(ts, boxes)

    def sweep(self, ts, boxes):
        used = {n for t in ts for (_, n) in t[HAND]}
        return tuple(b for b in boxes if b[0] in used or b[1])

    def deliver(self, ts, mem, box, ev):
        name, q, wait = box; q, wait = list(q), list(wait)
        while q and wait:
            j = wait.pop(0); self.finish(ts, mem, j, q.pop(0), ev)
        return (name, tuple(q), tuple(wait))

    def finish(self, ts, mem, j, msg, ev):
        _, buf, mx, info, _, _ = ts[j][WAIT]
        t = list(ts[j]); t[ST] = "R"; t[WAIT] = None; ts[j] = tuple(t)
        got = self.give(ts, mem, j, buf, mx, info, msg)
        ev.setdefault("woke", []).append((j, got))

    def give(self, ts, mem, j, buf, mx, info, msg):
        data, flags, ch, src = msg; data = data[:mx]
        self.wr(ts, mem, j, buf, data)
        self.setr(ts, j, {0: 0, 1: len(data), 2: flags, 3: ch, 4: src})
        if info: self.wr(ts, mem, j, info, struct.pack("<iiIII", 0, len(data), flags, ch, src))
        return ("message", src, data.hex())

    def svc(self, S, i, mod, fn, ev):
        ts, boxes = list(S[0]), dict((b[0], b) for b in S[2]); mem = dict(S[1])
        t = list(ts[i]); R = t[REGS]; t[PC] += 4; ts[i] = tuple(t)
        lo = [r & 0xFFFF for r in R]; ev["kind"] = "trap"; ev["op"] = f"SVC {mod},{fn}"
        out = {}
        def box_of(h): return next((n for (k, n) in ts[i][HAND] if k == h), None)
        if (mod, fn) == (1, 0):
            t = list(ts[i]); t[ST] = "exit"; ts[i] = tuple(t); ev["kind"] = "halted"
            return self.tick(ts, S[1], self.close_all(ts, i, tuple(sorted(boxes.values()))), ev)
        if (mod, fn) == (6, 0):
            ms = R[0]; self.setr(ts, i, {0: 0})
            if ms:
                t = list(ts[i]); t[ST] = "S"; t[WAIT] = (None, 0, 0, 0, ms * 1000 + self.turn_us, 0); ts[i] = tuple(t); ev["kind"] = "blocked"
                self.serial(ts, i)
            return self.tick(ts, S[1], S[2], ev)
        if mod != 5: raise Unsupported(f"SVC {mod},{fn}")
        if fn == 0:
            name = self.cstr(ts, mem, i, lo[1])
            if not name.startswith(("app:", "shared:")) or "@" in name: raise Unsupported(name)
            t = list(ts[i]); h = t[NEXTH]; t[HAND] += ((h, name),); t[NEXTH] = h + 1; ts[i] = tuple(t)
            boxes.setdefault(name, (name, (), ())); out = {0: 0, 1: h}
        elif fn in (2, 3, 4, 6):
            name = box_of(lo[1])
            if name is None: out = {0: 2}
            elif fn == 2:
                data = bytes(self.byte(ts, mem, i, x) for x in range(lo[2], min(lo[2] + lo[3], 0x10000)))
                name_, q, wait = boxes[name]; used = sum(len(m[0]) + 8 for m in q)
                ev["send"] = (name, data.hex())
                if len(data) + 8 > CAP: out = {0: 4}
                elif not data: out = {0: 0, 1: 0}
                elif used + len(data) + 8 > CAP: out = {0: 1}
                else:
                    self.setr(ts, i, {0: 0, 1: len(data)})
                    boxes[name] = self.deliver(ts, mem, (name, q + ((data, lo[4], lo[5], i + 1),), wait), ev)
            elif fn == 3:
                name_, q, wait = boxes[name]; info = lo[5]
                if q:
                    ev["got"] = self.give(ts, mem, i, lo[2], lo[3], info, q[0]); boxes[name] = (name, q[1:], wait)
                elif lo[4] == 0:
                    out = {0: 3, 1: 0}; ev["got"] = ("nothing",)
                    if info: self.wr(ts, mem, i, info, struct.pack("<iiIII", 3, 0, 0, 0, 0))
                else:
                    left = None if lo[4] == 0xFFFF else lo[4] * 1000 + self.turn_us
                    t = list(ts[i]); t[ST] = "W"; t[WAIT] = (name, lo[2], lo[3], info, left, 0); ts[i] = tuple(t); self.serial(ts, i)
                    boxes[name] = (name, q, wait + (i,)); ev["kind"] = "blocked"; ev["waits"] = name
            elif fn == 4:
                q = boxes[name][1]; out = {0: 0, 1: len(q), 2: sum(len(m[0]) + 8 for m in q), 3: len(q[0][0]) if q else 0}
                ev["got"] = ("peek", len(q))
            else:
                t = list(ts[i]); t[HAND] = tuple(h for h in t[HAND] if h[0] != lo[1]); ts[i] = tuple(t); out = {0: 0}
        else: raise Unsupported(f"SVC 5,{fn}")
        if out: self.setr(ts, i, out)
        return self.tick(ts, tuple(sorted(mem.items())), self.sweep(ts, tuple(sorted(boxes.values()))), ev)

    def serial(self, ts, i):
        """Order of blocking among those with a deadline, kept canonical: 0, 1, 2..."""
        old = sorted((t[WAIT][5], j) for j, t in enumerate(ts) if j != i and t[WAIT] and t[WAIT][4] is not None)
        if ts[i][WAIT][4] is None: order = [j for _, j in old]
        else: order = [j for _, j in old] + [i]
        for k, j in enumerate(order):
            t = list(ts[j]); t[WAIT] = t[WAIT][:5] + (k,); ts[j] = tuple(t)

    # ---- time
    def tick(self, ts, mem, boxes, ev):
        timed = [j for j, t in enumerate(ts) if t[WAIT] and t[WAIT][4] is not None]
        if timed: mem, boxes = self.pass_time(ts, mem, boxes, self.turn_us, ev)
        # nobody ready: the clock jumps to the first deadline, within the same turn
        while not any(t[ST] == "R" for t in ts):
            left = [t[WAIT][4] for t in ts if t[WAIT] and t[WAIT][4] is not None]
            if not left: break
            ev["idle"] = ev.get("idle", 0) + min(left)
            mem, boxes = self.pass_time(ts, mem, boxes, min(left), ev)
        return (tuple(ts), mem, boxes), ev

    def pass_time(self, ts, mem, boxes, us, ev):
        m = None; due = []
        for j, t in enumerate(ts):
            if t[WAIT] and t[WAIT][4] is not None:
                left = t[WAIT][4] - us
                t = list(t); t[WAIT] = t[WAIT][:4] + (left, t[WAIT][5]); ts[j] = tuple(t)
                if left <= 0: due.append((t[WAIT][5], j))
        for _, j in sorted(due):
            name, buf, mx, info, _, _ = ts[j][WAIT]
            t = list(ts[j]); t[ST] = "R"; t[WAIT] = None; ts[j] = tuple(t)
            if name is not None:
                self.setr(ts, j, {0: 7, 1: 0, 2: 0, 3: 0, 4: 0})
                boxes = tuple((n, q, tuple(x for x in wt if x != j) if n == name else wt) for (n, q, wt) in boxes)
                if info:
                    m = dict(mem) ; self.wr(ts, m, j, info, struct.pack("<iiIII", 7, 0, 0, 0, 0)); mem = tuple(sorted(m.items()))
                ev.setdefault("woke", []).append((j, ("timeout",)))
        if due:
            k = 0
            for _, j in sorted((t[WAIT][5], j) for j, t in enumerate(ts) if t[WAIT] and t[WAIT][4] is not None):
                t = list(ts[j]); t[WAIT] = t[WAIT][:5] + (k,); ts[j] = tuple(t); k += 1
        return mem, boxes

NAMES = {1: "LDI", 2: "LD", 3: "ST", 4: "MOV", 6: "LDB", 7: "LDH", 8: "STB", 9: "STH", 0x10: "ADD", 0x11: "SUB", 0x12: "MUL", 0x13: "DIV",
         0x14: "AND", 0x15: "OR", 0x16: "XOR", 0x17: "NOT", 0x20: "CMP", 0x21: "JMP", 0x22: "JZ", 0x23: "JNZ", 0x24: "CALL", 0x25: "RET",
         0x30: "SVC", 0x31: "LSL", 0x32: "LSR", 0x33: "ASR", 0x34: "ADC", 0x35: "SBC", 0x40: "PUSH", 0x41: "POP", 0x60: "LDI32", 0x7F: "BRK"}

# ---- expressions
import re
class Expr:
    def __init__(self, text, m):
        self.text, self.m = text, m
        s = re.sub(r"(\d+)\.r(\d+)", r"Rg(\1,\2)", text)
        s = re.sub(r"\b(\d+)\.(pc|sp|psw|ready|waiting|sleeping|ended|faulted|depth)\b", r"At(\1,'\2')", s)
        s = s.replace("&&", " and ").replace("||", " or "); s = re.sub(r"!(?!=)", " not ", s)
        self.code = compile(s.strip(), text, "eval")
    def __call__(self, S):
        ts, mem = S[0], dict(S[1]); m = self.m
        class V:
            def __init__(s, n): s.n = n
            def __getitem__(s, a): return m.rd(ts, mem, 0, a, s.n)
        def At(p, what):
            t = ts[p - 1]
            return {"pc": t[PC], "sp": t[SP], "psw": t[PSW], "depth": t[DEPTH], "ready": t[ST] == "R", "waiting": t[ST] == "W", "sleeping": t[ST] == "S",
                    "faulted": t[ST] not in ("R", "W", "S", "ret", "exit"), "ended": t[ST] not in ("R", "W", "S")}[what]
        env = {"w": V(4), "h": V(2), "b": V(1), "Rg": lambda p, r: ts[p - 1][REGS][r], "At": At, "signed": s32, "__builtins__": {}}
        return eval(self.code, env)
