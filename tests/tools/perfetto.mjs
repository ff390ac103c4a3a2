// Asks Perfetto's own trace processor about a trace: `node perfetto.mjs DIR TRACE SQL...`, where DIR holds
// engine_bundle.js and trace_processor.wasm of Perfetto's web page. Prints, as JSON, the rows of each query.
//
// The engine is made for a worker of a browser and talks in protobuf (trace_processor.proto): both are played here.
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

const [directory, trace, ...queries] = process.argv.slice(2);
const read = (name) => readFileSync(`${directory}/${name}`);

class FileRequest {
  open(_method, url) { this.name = url.split('/').pop(); }
  send() {
    const data = read(this.name);
    this.response = data.buffer.slice(data.byteOffset, data.byteOffset + data.length);
    this.status = 200;
  }
}

// A world of its own, in which nothing says that this is node.
const self = {
  XMLHttpRequest: FileRequest, WorkerGlobalScope: Object, location: { href: 'http://localhost/' },
  console: { log() {}, warn() {}, error: console.error }, URL, TextDecoder, TextEncoder, performance, setTimeout, crypto,
};
self.self = self;
vm.runInContext(read('engine_bundle.js').toString(), vm.createContext(self));
const Bytes = vm.runInContext('Uint8Array', self);

// Protobuf, as much of it as is needed.
const varint = (n) => (n > 127 ? [n % 128 | 128, ...varint(Math.floor(n / 128))] : [n]);
const number = (field, n) => Buffer.from([...varint(field * 8), ...varint(n)]);
const bytes = (field, data) => Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(data.length)]), data]);

function* varints(data) {
  for (let at = 0; at < data.length;) at = yield* one(data, at);
}
function* one(data, at) {
  let n = 0n;
  for (let shift = 0n; ; shift += 7n) {
    n |= BigInt(data[at] & 127) << shift;
    if (data[at++] < 128) break;
  }
  yield Number(BigInt.asIntN(64, n));
  return at;
}
function fields(data) {
  const found = [];
  const next = (at) => {
    const it = one(data, at);
    const n = it.next().value;
    return [n, it.next().value];
  };
  for (let at = 0; at < data.length;) {
    let tag, value;
    [tag, at] = next(at);
    if (tag % 8 === 0) {
      [value, at] = next(at);
    } else {
      let length = tag % 8 === 1 ? 8 : 4;
      if (tag % 8 === 2) [length, at] = next(at);
      value = data.subarray(at, at += length);
    }
    found.push([tag >> 3, value]);
  }
  return found;
}
const all = (message, field) => message.filter(([f]) => f === field).map(([, value]) => value);

// Rows from a QueryResult: names of columns, then batches of cells, kept apart by kind.
function table(result) {
  const error = all(result, 2).map(String).join();
  if (error) throw new Error(error);
  const names = all(result, 1).map(String);
  const cells = all(result, 3).flatMap((batch) => {
    const parts = fields(batch);
    const ints = all(parts, 2).flatMap((data) => [...varints(data)]);
    const floats = all(parts, 3).flatMap((data) => Array.from({ length: data.length / 8 }, (_, i) => data.readDoubleLE(8 * i)));
    const texts = all(parts, 5).flatMap((data) => data.toString().split('\0'));
    const kinds = { 1: () => null, 2: () => ints.shift(), 3: () => floats.shift(), 4: () => texts.shift() };
    return all(parts, 1).flatMap((data) => [...data]).map((kind) => kinds[kind]());
  });
  return Array.from({ length: cells.length / names.length }, (_, row) =>
    Object.fromEntries(names.map((name, i) => [name, cells[row * names.length + i]])));
}

const answers = [];
const port = { postMessage: (data) => answers.push(Buffer.from(data)) };
self.onmessage({ data: port });
// The engine makes itself ready in a promise.
await new Promise((ready) => setTimeout(ready));

let seq = 0;
// Sends a request of a kind; the messages that come back.
function ask(kind, body) {
  const request = Buffer.concat([number(1, seq++), number(2, kind), body]);
  port.onmessage({ data: new Bytes(bytes(1, request)) });
  return answers.splice(0).flatMap((data) => all(fields(data), 1)).map(fields);
}

const [APPEND, FINALIZE, QUERY] = [1, 2, 3];
const taken = ask(APPEND, bytes(101, readFileSync(trace)));
const refused = taken.flatMap((m) => all(m, 201)).flatMap((r) => all(fields(r), 2)).map(String).join();
if (refused) throw new Error(refused);
ask(FINALIZE, Buffer.alloc(0));
const rows = queries.map((sql) => table(ask(QUERY, bytes(103, bytes(1, Buffer.from(sql)))).flatMap((m) => all(m, 203)).flatMap(fields)));
console.log(JSON.stringify(rows));
