// The page: what can be opened, and the worker that has the machine. Nothing is asked of any server once it is loaded.
'use strict';

let module = null;
let worker = null;
let workerUrl = '';
let shelf = { demos: [], lessons: [], settings: '' };
let opened = false;
let pending = null;
// How many messages the worker was sent.
let sent = 0;

function tellWorker(does, rest = {}) {
  sent += 1;
  if (does !== 'drawn') screenElement.setAttribute('aria-busy', true);
  worker?.postMessage({ does, number: sent, ...rest });
}

// A page of one file has everything in it; else it lies beside the page.
async function load() {
  const inside = find('wasm');
  if (inside) {
    const bytes = Uint8Array.from(atob(inside.textContent), (c) => c.charCodeAt(0));
    workerUrl = URL.createObjectURL(new Blob([find('worker').textContent], { type: 'text/javascript' }));
    return WebAssembly.compile(bytes);
  }
  workerUrl = 'worker.js';
  return WebAssembly.compileStreaming(fetch('hsxray.wasm'));
}

// Each session has a worker of its own: what it took is given back when it ends.
function begin() {
  worker?.terminate();
  opened = false;
  worker = new Worker(workerUrl);
  worker.onmessage = ({ data }) => hear[data.is](data);
  worker.onerror = (event) => trouble(`hsxray cannot be started here: ${event.message ?? ''}`);
  tellWorker('start', { module, progress: store.get('progress') });
}

const hear = {
  ready(said) {
    shelf = said.shelf;
    showShelf();
    const next = pending;
    pending = null;
    next?.();
    if (!find('editor').hidden) check();
  },
  open() {
    opened = true;
    find('shelf').hidden = true;
    screenElement.hidden = false;
    rows.splice(0).forEach((row) => row.remove());
    size = '';
    screenElement.focus({ preventScroll: true });
    resized();
  },
  state({ handled, busy }) { screenElement.setAttribute('aria-busy', busy || handled < sent); },
  picture({ picture }) {
    draw(JSON.parse(picture));
    tellWorker('drawn');
  },
  wishes({ wishes }) {
    for (const wish of wishes) {
      if (wish === 'leave') leave();
      else if ('copy' in wish) navigator.clipboard?.writeText(wish.copy).catch(() => {});
      else if ('progress' in wish) store.set('progress', wish.progress);
    }
  },
  file({ name, bytes }) {
    const link = make('a', '', { download: name });
    link.href = URL.createObjectURL(new Blob([bytes]));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  },
  keep({ text, session }) {
    store.set('screen', text);
    if (session) store.set('session', session);
  },
  marks: heardMarks,
  error({ text, of, broken }) {
    trouble(broken ? `hsxray has stopped: ${text}` : text);
    if (of === 'open' || broken) leave();
  },
};

function kept() {
  const { columns, rows: lines } = fit();
  return {
    settings: store.get('settings'), screen: store.get('screen'), progress: store.get('progress'),
    address: location.href.split('#')[0], size: [columns, lines], light: document.documentElement.classList.contains('light'),
  };
}

// Opens programs, a demo or a lesson in a machine of its own.
function open(opening, files = []) {
  screenElement.setAttribute('aria-busy', true);
  pending = () => {
    for (const { name, bytes } of files) tellWorker('give', { name, bytes });
    tellWorker('open', { opening, kept: kept() });
  };
  begin();
}

function leave() {
  tellWorker('keep', { there: store.get('screen') });
  opened = false;
  screenElement.hidden = true;
  find('shelf').hidden = false;
  showShelf();
}

function showShelf() {
  find('last-session').hidden = !store.get('session');
  find('lessons').replaceChildren(...shelf.lessons.map(({ name, title, about, done, tasks }) => {
    const row = make('li', '');
    row.append(button(title, () => open({ lesson: [name, null] })), make('span', `${about} `),
      make('span', done === 0 ? '' : done < tasks ? `${done} of ${tasks} done` : 'done', { class: 'done' }));
    return row;
  }));
  find('demos').replaceChildren(...shelf.demos.map(({ name, about, files }) => {
    const row = make('li', '');
    row.append(button(name, () => open({ demo: name })), make('span', `${about} `),
      button('edit', () => { edit(Object.fromEntries(files)); loadSources(); }, { 'aria-label': `Edit ${name}` }));
    return row;
  }));
}

// What of files are programs, and what only belongs to them.
const isProgram = (name) => /\.(mvasm|hxe|hsxrec)$/i.test(name);

async function take(list) {
  const files = await Promise.all([...list].map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })));
  const programs = files.map((file) => file.name).filter(isProgram);
  if (programs.length === 0) return trouble('None of these files is a program (.mvasm, .hxe) or a recording (.hsxrec).');
  const texts = files.filter((file) => /\.mvasm$/i.test(file.name));
  if (texts.length === programs.length) {
    edit(Object.fromEntries(texts.map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)])));
  }
  open({ files: programs }, files);
}

let size = '';
function resized() {
  const { columns, rows: lines } = fit();
  if (!opened || size === `${columns} ${lines}`) return;
  size = `${columns} ${lines}`;
  tellWorker('resize', { columns, rows: lines });
}

function letters(by) {
  const size = (Number(store.get('letters')) || 15) + by;
  store.set('letters', String(Math.min(Math.max(size, 6), 48)));
  resized();
}

function suit(light) {
  document.documentElement.classList.toggle('light', light);
  if (opened) tellWorker('suit', { light });
}

const prefers = matchMedia('(prefers-color-scheme: light)');
const isLight = () => (store.get('light') || String(prefers.matches)) === 'true';
prefers.addEventListener('change', () => suit(isLight()));
suit(isLight());
find('light').addEventListener('click', () => {
  store.set('light', String(!document.documentElement.classList.contains('light')));
  suit(isLight());
});
find('smaller').addEventListener('click', () => letters(-1));
find('larger').addEventListener('click', () => letters(1));
find('open-shelf').addEventListener('click', () => (find('shelf').hidden ? leave() : opened && hear.open()));
find('last-session').addEventListener('click', () => open({ link: store.get('session') }));
find('share').addEventListener('click', () => { if (opened) tellWorker('command', { line: 'share' }); });
find('write').addEventListener('click', () => showEditor(true));
find('files').addEventListener('change', (event) => take(event.target.files));
function showKeys(on) {
  find('keys').hidden = !on;
  find('show-keys').setAttribute('aria-pressed', on);
  resized();
}
find('show-keys').addEventListener('click', () => showKeys(find('keys').hidden));
find('open-settings').addEventListener('click', () => {
  find('settings-text').value = store.get('settings') || shelf.settings;
  find('settings').returnValue = '';
  find('settings').showModal();
});
find('settings').addEventListener('close', () => {
  if (find('settings').returnValue === 'keep') store.set('settings', find('settings-text').value);
});
for (const name of ['dragenter', 'dragover']) {
  addEventListener(name, (event) => { event.preventDefault(); document.body.classList.add('over'); });
}
addEventListener('dragleave', (event) => { if (!event.relatedTarget) document.body.classList.remove('over'); });
addEventListener('drop', (event) => {
  event.preventDefault();
  document.body.classList.remove('over');
  if (event.dataTransfer.files.length > 0) take(event.dataTransfer.files);
});
new ResizeObserver(resized).observe(stage);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden' && opened) tellWorker('keep', { there: store.get('screen') });
});
if (matchMedia('(pointer: coarse)').matches) showKeys(true);

// The part of the address behind # says what to open.
function follow() {
  const leads = /^#(r|lesson|demo)=/.test(location.hash);
  if (leads) open({ link: location.hash });
  return leads;
}
addEventListener('hashchange', follow);

load().then((compiled) => {
  module = compiled;
  if (!follow()) begin();
}, (e) => trouble(`hsxray cannot be loaded: ${e.message}`));
