// The client library of Visual Studio Code in whole sessions with the debug adapter. Each message, both ways, is checked against a schema that
// is made from the protocol's own types: ours may have no member that the protocol does not know. Beside that: numbers in order, one
// reply for each request, one `stopped` for each stop, and an adapter that ends with its client.
//
//   npm install --no-save --prefix DIR @vscode/debugadapter-testsupport@1 @vscode/debugprotocol@1 ajv@8 ts-json-schema-generator@2
//   node tests/tools/dap-schema.mjs HSXRAY DIR PROGRAMS          PROGRAMS: a directory like assets/programs
//
// Exits with 1 and the reasons if anything is not as it must be. Before anything else it checks itself: good messages must pass, and the same with
// a wrong member planted in them must not. To see whole sessions fail, plant one in each message: PLANT=verified=verifxed node ...
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";

const [binary, modules, programs] = process.argv.slice(2);
if (!programs) {
  console.error("usage: node dap-schema.mjs HSXRAY DIRECTORY-OF-NPM-INSTALL PROGRAMS");
  process.exit(2);
}
const require = createRequire(path.resolve(modules, "package.json"));
const { DebugClient } = require("@vscode/debugadapter-testsupport");
const { default: Ajv } = require("ajv");
const { createGenerator } = await import(require.resolve("ts-json-schema-generator"));

const [PLANTED, PLANT] = (process.env.PLANT ?? "").split("=");
const faults = [];
const counts = { sent: 0, taken: 0 };
const fault = (why, message) => faults.push(message ? `${why}: ${JSON.stringify(message).slice(0, 300)}` : why);
const must = (holds, why) => holds || fault(why);
process.on("uncaughtException", error => { fault(error.stack); finish(); });

function finish() {
  console.log(`${counts.sent} messages sent, ${counts.taken} taken, ${faults.length} faults`);
  faults.forEach(text => console.error(text));
  process.exit(faults.length ? 1 : 0);
}

// ---- The schema, of all requests, responses and events that the types know.

function validator(additionalProperties) {
  const types = require.resolve("@vscode/debugprotocol/package.json").replace(/package\.json$/, "lib/debugProtocol.d.ts");
  const interfaces = fs.readFileSync(types, "utf8").matchAll(/interface (\w+(?:Request|Response|Event))\b/g);
  const members = [...interfaces].map(([, name]) => `  ${name}: D.${name};\n`).join("");
  const all = path.resolve(modules, "dap-all.ts");
  fs.writeFileSync(all, `import { DebugProtocol as D } from "@vscode/debugprotocol";\nexport interface All {\n${members}}\n`);
  const options = { path: all, type: "All", expose: "all", additionalProperties, skipTypeCheck: true };
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(createGenerator(options).createSchema("All"), "dap");
  return name => ajv.getSchema(`dap#/definitions/DebugProtocol.${name}`);
}

// What a client sends may have more members than the protocol knows: launch configurations are free.
const validators = { taken: validator(false), sent: validator(true) };
const title = text => text[0].toUpperCase() + text.slice(1);

function typeOf(message) {
  switch (message.type) {
    case "event": return `${title(message.event)}Event`;
    case "request": return `${title(message.command)}Request`;
    default: return message.success ? `${title(message.command)}Response` : "ErrorResponse";
  }
}

/** What is wrong with a message, or nothing. */
function wrong(message, way) {
  // Requests and events of our own, and one that is sent because it is unknown.
  const name = message.command ?? message.event ?? "";
  if (name.startsWith("hsxray/") || name === UNKNOWN) return "";
  const check = validators[way](typeOf(message));
  if (!check) return `the schema has no ${typeOf(message)}`;
  const text = ({ instancePath, message: why, params }) => `${instancePath} ${why} ${JSON.stringify(params)}`;
  return check(message) ? "" : `${typeOf(message)}: ${check.errors.map(text).join("; ")}`;
}

function validate(message, way) {
  const why = wrong(message, way);
  if (why) fault(why, message);
}

const UNKNOWN = "unheardOf";

// ---- The check is checked first.

function checkTheCheck() {
  const event = { seq: 1, type: "event", event: "stopped", body: { reason: "step", threadId: 1, allThreadsStopped: true } };
  const breakpoints = [{ id: 1, verified: true, line: 3 }];
  const reply = { seq: 2, type: "response", request_seq: 1, success: true, command: "setBreakpoints", body: { breakpoints } };
  const change = (message, from, to) => JSON.parse(JSON.stringify(message).replaceAll(from, to));
  for (const good of [event, reply]) must(!wrong(good, "taken"), `a good message is refused: ${wrong(good, "taken")}`);
  for (const [message, from, to] of [
    [event, "allThreadsStopped", "allThreadsHalted"], [event, "\"threadId\":1", "\"threadId\":\"1\""],
    [reply, "verified", "verifxed"], [reply, "\"line\":3", "\"line\":\"3\""],
  ])
    must(wrong(change(message, from, to), "taken"), `${to} in place of ${from} is not noticed`);
  if (faults.length) finish();
}

// ---- A client that looks at everything.

const MOVES = new Set(["continue", "next", "stepIn", "stepOut", "stepBack", "reverseContinue", "restartFrame", "goto", "restart"]);
const pause = ms => new Promise(done => setTimeout(done, ms));

class Client extends DebugClient {
  events = [];
  waiting = new Map();
  last = 0;
  running = true;

  constructor() { super(binary, "dap", "hsxray", {}, true); }

  doSend(command, args, done) {
    const message = { type: "request", seq: this.sequence, command };
    if (args && Object.keys(args).length) message.arguments = args;
    counts.sent++;
    validate(message, "sent");
    this.waiting.set(this.sequence, command);
    super.doSend(command, args, done);
  }

  dispatch(body) {
    const message = JSON.parse(PLANTED ? body.replaceAll(PLANTED, PLANT) : body);
    counts.taken++;
    must(message.seq === this.last + 1, `seq ${message.seq} follows ${this.last}`);
    this.last = message.seq;
    validate(message, "taken");
    if (message.type === "response") {
      must(this.waiting.get(message.request_seq) === message.command, `a reply to nothing that was asked: ${body}`);
      this.waiting.delete(message.request_seq);
    } else {
      this.follow(message, body);
    }
    super.dispatch(body);
  }

  follow(message, body) {
    if (message.event === "stopped") {
      must(this.running, `a second stopped: ${body}`);
      must(message.body.allThreadsStopped === true, `allThreadsStopped: ${body}`);
      this.running = false;
    }
    if (message.event === "continued") this.running = true;
    this.events.push(message);
  }

  /** The body of the reply to a request that must be done. */
  async ask(command, args) {
    if (MOVES.has(command)) this.running = true;
    try {
      return (await this.send(command, args)).body ?? {};
    } catch (error) {
      fault(`${command} ${JSON.stringify(args)} was refused: ${error.message}`);
      return {};
    }
  }

  /** A request that must be refused, in words. */
  async refused(command, args) {
    try {
      fault(`${command} ${JSON.stringify(args)} was not refused`, await this.send(command, args));
    } catch (error) {
      must(error.message, `${command} was refused without a word`);
    }
  }

  async event(name, within = 20000) {
    for (const end = Date.now() + within; Date.now() < end; await pause(2)) {
      const at = this.events.findIndex(event => event.event === name);
      if (at >= 0) return this.events.splice(at, 1)[0].body ?? {};
    }
    fault(`no event ${name} came`);
    return {};
  }

  async stopped(reason) {
    const stop = await this.event("stopped");
    must(stop.reason === reason, `stopped for ${stop.reason} where ${reason} is expected: ${JSON.stringify(stop)}`);
    return stop;
  }

  async move(command, args, reason) {
    await this.ask(command, args);
    return this.stopped(reason);
  }

  async top(threadId) {
    return (await this.ask("stackTrace", { threadId, startFrame: 0, levels: 20 })).stackFrames?.[0] ?? {};
  }

  async scope(threadId, name) {
    const { scopes = [] } = await this.ask("scopes", { frameId: (await this.top(threadId)).id });
    const scope = scopes.find(scope => scope.name === name);
    must(scope, `there is no scope ${name}`);
    return scope ?? { variablesReference: 0 };
  }

  async begin(configuration, setUp = async () => {}, client = {}) {
    await this.start();
    this.exited = new Promise(done => this._adapterProcess.on("exit", (code, signal) => done(code ?? signal)));
    this.caps = await this.ask("initialize", {
      clientID: "schema", adapterID: "hsxray", linesStartAt1: true, columnsStartAt1: true, pathFormat: "path", locale: "en",
      supportsVariableType: true, supportsVariablePaging: true, supportsMemoryReferences: true, supportsInvalidatedEvent: true,
      supportsMemoryEvent: true, supportsProgressReporting: true, supportsRunInTerminalRequest: false, ...client });
    const launched = this.ask("launch", configuration);
    await this.event("initialized");
    await launched;
    await setUp();
    await this.ask("configurationDone");
  }

  async end() {
    await this.ask("terminate");
    await this.event("terminated");
    await this.ask("disconnect", { restart: false });
    must(this.waiting.size === 0, `without a reply: ${[...this.waiting.values()]}`);
    must(!this.events.some(event => event.event === "stopped"), "a stopped that nothing asked for");
    const code = await Promise.race([this.exited, pause(5000).then(() => "it still runs")]);
    must(code === 0, `after disconnect the adapter ends with 0: ${code}`);
    this.stopAdapter();
  }
}

// ---- The sessions.

const file = name => path.resolve(programs, name);
const lineOf = (name, text) => fs.readFileSync(name, "utf8").split("\n").findIndex(line => line.includes(text)) + 1;
const producer = file("ping/producer.mvasm"), consumer = file("ping/consumer.mvasm");

async function session(name, work) {
  let timer;
  const late = new Promise(done => { timer = setTimeout(() => done(fault(`${name} takes longer than a minute`)), 60000); });
  await Promise.race([work().catch(error => fault(`${name}: ${error.stack}`)), late]);
  clearTimeout(timer);
}

async function breakpointsStepsAndTime() {
  const client = new Client(), source = { path: producer };
  const line = lineOf(producer, "LDI32 R6, body"), call = lineOf(producer, "CALL  pace");
  await client.begin({ programs: [producer, consumer, file("ping/ticker.mvasm")] }, async () => {
    const { breakpoints } = await client.ask("setBreakpoints", { source, breakpoints: [
      { line, condition: "r9 == 3" }, { line, condition: "r9 ==" }, { line: 9999 }, { line: call, hitCondition: ">= 100000" },
      { line: line + 1, logMessage: "sum {r9}" } ] });
    must(breakpoints.map(b => b.verified).join() === "true,false,false,true,true", `breakpoints: ${JSON.stringify(breakpoints)}`);
    must(breakpoints.filter(b => !b.verified).every(b => b.message), "a breakpoint that is not verified says why");
    for (const kind of ["setFunctionBreakpoints", "setInstructionBreakpoints", "setDataBreakpoints"])
      await client.ask(kind, { breakpoints: [] });
    const filters = client.caps.exceptionBreakpointFilters.filter(filter => filter.default).map(filter => filter.filter);
    const filterOptions = [{ filterId: "race", condition: "1.r9 == 77" }];
    await client.ask("setExceptionBreakpoints", { filters, filterOptions });
    await client.ask("breakpointLocations", { source, line: 1, endLine: 40 });
  });
  await client.stopped("entry");
  const { threads } = await client.ask("threads");
  must(threads.map(thread => thread.id).join() === "1,2,3", `threads: ${JSON.stringify(threads)}`);
  const hit = await client.move("continue", { threadId: 1 }, "breakpoint");
  must(hit.hitBreakpointIds?.length === 1 && hit.threadId === 1, `hit: ${JSON.stringify(hit)}`);
  must((await client.top(1)).line === line, "the line of the breakpoint");
  for (const granularity of ["line", "statement", "instruction"])
    for (const singleThread of [false, true])
      for (const step of ["next", "stepIn", "stepBack"])
        await client.move(step, { threadId: 1, granularity, singleThread }, "step");
  await client.ask("setBreakpoints", { source, breakpoints: [] });
  await client.ask("setFunctionBreakpoints", { breakpoints: [{ name: "pace" }, { name: "nothing" }] });
  await client.move("continue", { threadId: 1 }, "function breakpoint");
  const frames = await client.ask("stackTrace", { threadId: 1 });
  must(frames.totalFrames === 2, `frames: ${JSON.stringify(frames)}`);
  await client.ask("stackTrace", { threadId: 1, startFrame: 1, levels: 1 });
  await client.move("next", { threadId: 1 }, "step");
  await client.move("restartFrame", { frameId: (await client.top(1)).id }, "restart");
  await client.ask("setFunctionBreakpoints", { breakpoints: [] });
  await client.move("stepIn", { threadId: 1 }, "step");
  await client.move("stepOut", { threadId: 1 }, "step");
  const { targets } = await client.ask("gotoTargets", { source, line });
  must(targets.length === 3, `targets: ${JSON.stringify(targets)}`);
  await client.move("goto", { threadId: 1, targetId: targets[0].id }, "goto");
  await client.refused("goto", { threadId: 1, targetId: targets[0].id });
  await client.move("reverseContinue", { threadId: 1 }, "entry");
  // What is refused at the start leaves no client in the belief that something runs.
  for (const command of ["stepBack", "reverseContinue"]) await client.move(command, { threadId: 1 }, "entry");
  await client.ask("continue", { threadId: 1 });
  await client.ask("stackTrace", { threadId: 1 });
  await client.refused("next", { threadId: 1 });
  await client.ask("pause", { threadId: 1 });
  await client.stopped("pause");
  await client.move("restart", { arguments: { programs: [producer, consumer] } }, "entry");
  await client.end();
}

async function data() {
  const client = new Client();
  await client.begin({ programs: [producer, consumer] });
  await client.stopped("entry");
  const { variablesReference } = await client.scope(1, "Registers");
  const { variables } = await client.ask("variables", { variablesReference });
  const r9 = variables.find(variable => variable.name === "R9");
  const info = await client.ask("dataBreakpointInfo", { variablesReference, name: "R9" });
  await client.ask("dataBreakpointInfo", { name: "0x5000", asAddress: true, bytes: 4 });
  must((await client.ask("dataBreakpointInfo", { name: "nothing" })).dataId === null, "what cannot be watched has no id");
  const watched = [{ dataId: info.dataId, accessType: "write" }, { dataId: "junk ;", accessType: "read" }];
  await client.ask("setDataBreakpoints", { breakpoints: watched });
  await client.move("continue", { threadId: 1 }, "data breakpoint");
  await client.ask("setDataBreakpoints", { breakpoints: [] });
  await changes(client, r9.memoryReference);
  await lists(client);
  await client.ask("terminateThreads", { threadIds: [2] });
  const gone = await client.event("thread");
  must(["started", "exited"].includes(gone.reason), `thread: ${JSON.stringify(gone)}`);
  client.running = true;
  await client.ask("evaluate", { expression: "back 3", context: "repl" });
  await client.event("continued");
  await client.stopped("goto");
  await client.end();
}

async function changes(client, memoryReference) {
  const { variablesReference } = await client.scope(1, "Registers");
  const set = await client.ask("setVariable", { variablesReference, name: "R9", value: "0x2A", format: { hex: true } });
  must(set.value === "0x0000002A", `set: ${JSON.stringify(set)}`);
  await client.refused("setVariable", { variablesReference, name: "R99", value: "1" });
  const read = await client.ask("readMemory", { memoryReference, count: 8 });
  must(Buffer.from(read.data, "base64").readUInt32LE(0) === 0x2A, "a register is the memory that it names");
  await client.ask("readMemory", { memoryReference, offset: 0xF000, count: 0x1000 });
  await client.ask("writeMemory", { memoryReference, data: Buffer.from([7, 0, 0, 0]).toString("base64") });
  await client.refused("writeMemory", { memoryReference, data: "!" });
}

async function lists(client) {
  const { id: frameId, instructionPointerReference } = await client.top(1);
  const { result } = await client.ask("evaluate", { expression: "r9", frameId, context: "watch" });
  must(result.split(" ")[0] === "7", `the word that was written: ${result}`);
  for (const context of ["hover", "watch", "repl", "variables", "clipboard"])
    await client.ask("evaluate", { expression: "r9 + 1", frameId, context });
  await client.refused("evaluate", { expression: "r9 +", frameId, context: "watch" });
  await client.ask("setExpression", { expression: "r1", value: "3", frameId });
  await client.ask("evaluate", { expression: "waits", frameId, context: "repl" });
  await client.ask("completions", { text: "br", column: 3, frameId });
  for (const { variablesReference } of (await client.ask("scopes", { frameId })).scopes) {
    const { variables } = await client.ask("variables", { variablesReference, start: 0, count: 50 });
    for (const { variablesReference } of variables.filter(variable => variable.variablesReference))
      await client.ask("variables", { variablesReference });
  }
  const around = { memoryReference: instructionPointerReference, instructionOffset: -50, instructionCount: 100, resolveSymbols: true };
  const { instructions } = await client.ask("disassemble", around);
  const middle = instructions[50].address === instructionPointerReference;
  must(instructions.length === 100 && middle, "the instruction at the pc stands in the middle");
  const instructionReference = instructions[52].address;
  const { breakpoints } = await client.ask("setInstructionBreakpoints", { breakpoints: [{ instructionReference }] });
  must(breakpoints.every(b => b.verified), `breakpoints at instructions: ${JSON.stringify(breakpoints)}`);
  await client.move("continue", { threadId: 1 }, "instruction breakpoint");
  const { sources } = await client.ask("loadedSources");
  for (const source of sources.filter(source => source.sourceReference))
    await client.ask("source", { source, sourceReference: source.sourceReference });
  await client.ask("modules", { startModule: 0, moduleCount: 10 });
  await client.refused("scopes", { frameId });
  await client.refused(UNKNOWN, { a: 1 });
  await client.ask("cancel", { requestId: 1 });
}

async function exceptionsAndTheEnd() {
  const first = new Client();
  await first.begin({ programs: [file("deadlock/left.mvasm"), file("deadlock/right.mvasm")], stopOnEntry: false });
  const { threadId } = await first.stopped("exception");
  const info = await first.ask("exceptionInfo", { threadId });
  must(info.exceptionId === "deadlock", `deadlock: ${JSON.stringify(info)}`);
  await first.move("next", { threadId: 1, singleThread: true }, "step");
  await first.move("reverseContinue", { threadId: 1 }, "entry");
  await first.refused("exceptionInfo", { threadId: 1 });
  await first.end();
  const second = new Client();
  const race = async () => { await second.ask("setExceptionBreakpoints", { filters: ["race"] }); };
  const client = { linesStartAt1: false, columnsStartAt1: false, pathFormat: "uri" };
  await second.begin({ programs: [file("lost-update/first.mvasm"), file("lost-update/second.mvasm")] }, race, client);
  await second.stopped("entry");
  must((await second.top(1)).source.path.startsWith("file:///"), "a URI is asked for");
  const stop = await second.move("continue", { threadId: 1 }, "exception");
  await second.ask("exceptionInfo", { threadId: stop.threadId });
  await second.ask("setExceptionBreakpoints", { filters: [] });
  await second.move("continue", { threadId: 1 }, "end");
  await second.end();
}

checkTheCheck();
await session("breakpoints, steps, time", breakpointsStepsAndTime);
await session("data", data);
await session("exceptions and the end", exceptionsAndTheEnd);
finish();
