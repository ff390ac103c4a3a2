// The editor: sources that are assembled as they are typed, with errors marked at their lines.
'use strict';

const source = find('source');
const LINES = find('lines');
let sources = store.read('sources', {});
let openFile = Object.keys(sources)[0] ?? '';
let marked = [];
let asked = 0;

const STARTER = '; adds up 1 to 10\n.entry start\n.text\nstart:\n    LDI   R0, 0             ; the sum\n    LDI   R1, 10            ; the next number\n    LDI   R2, 1\nagain:\n    ADD   R0, R0, R1\n    SUB   R1, R1, R2\n    JNZ   again\n    RET                     ; the end\n';

function edit(files, first = Object.keys(files)[0]) {
  sources = { ...files };
  store.set('sources', JSON.stringify(sources));
  showEditor(true);
  openTab(first);
}

function showEditor(on) {
  find('editor').hidden = !on;
  find('open-editor').setAttribute('aria-pressed', on);
  if (on && Object.keys(sources).length === 0) return edit({ 'program.mvasm': STARTER });
  if (on) openTab(openFile);
  resized();
}

function openTab(name) {
  openFile = name in sources ? name : Object.keys(sources)[0] ?? '';
  find('tabs').replaceChildren(...Object.keys(sources).map((file) =>
    button(file, () => openTab(file), { role: 'tab', 'aria-selected': file === openFile })));
  source.value = sources[openFile] ?? '';
  check();
}

// Asks what is wrong with the text, once it has not changed for a moment.
function check() {
  mark([]);
  clearTimeout(asked);
  asked = setTimeout(() => tellWorker('marks', { name: openFile, text: source.value }), 120);
}

function mark(marks) {
  marked = marks;
  const of = (line) => {
    const here = marked.filter((m) => m.line === line);
    return here.length === 0 ? '' : here.some((m) => m.error) ? 'bad' : 'mild';
  };
  const lines = source.value.split('\n').map((text, i) =>
    make('div', text || ' ', { 'data-n': i + 1, class: of(i + 1) }));
  LINES.replaceChildren(...lines);
  scrolled();
  find('marks').replaceChildren(...marked.slice(0, 50).map((m) => {
    const row = make('li', '', { class: m.error ? 'bad' : 'mild' });
    row.append(button(`${m.line}:${m.column}: ${m.text}`, () => goTo(m)));
    return row;
  }));
}

// The text that was asked about is the one that is there.
function heardMarks({ name, text, marks }) {
  if (name !== openFile || text !== source.value) return;
  mark(marks);
  if (marks.some((m) => m.error)) return;
  // What assembles is at once where the machine reads it: its screen says that the file has changed.
  tellWorker('give', { name, bytes: new TextEncoder().encode(text) });
}

function goTo({ line, column, length }) {
  const before = source.value.split('\n').slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  source.focus();
  source.setSelectionRange(before + column - 1, before + column - 1 + length);
}

function scrolled() {
  LINES.scrollTop = source.scrollTop;
  LINES.scrollLeft = source.scrollLeft;
}

function loadSources() {
  const bytes = Object.entries(sources).map(([name, text]) => ({ name, bytes: new TextEncoder().encode(text) }));
  open({ files: Object.keys(sources).filter((name) => name.endsWith('.mvasm')) }, bytes);
}

function newFile() {
  const free = (n) => (`task${n}.mvasm` in sources ? free(n + 1) : `task${n}.mvasm`);
  const name = free(1);
  sources[name] = STARTER;
  store.set('sources', JSON.stringify(sources));
  openTab(name);
}

source.addEventListener('input', () => {
  sources[openFile] = source.value;
  store.set('sources', JSON.stringify(sources));
  check();
});
source.addEventListener('scroll', scrolled);
source.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && event.ctrlKey) loadSources();
  // Tab indents; after Esc it leaves the editor, as those need who use no mouse.
  if (event.key === 'Tab' && !event.shiftKey && !source.leaving) {
    event.preventDefault();
    source.setRangeText('    ', source.selectionStart, source.selectionEnd, 'end');
    source.dispatchEvent(new Event('input'));
  }
  source.leaving = event.key === 'Escape';
});
find('load').addEventListener('click', loadSources);
find('new-file').addEventListener('click', newFile);
find('open-editor').addEventListener('click', () => showEditor(find('editor').hidden));
