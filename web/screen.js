// The screen: rows of text, and what is typed, clicked and tapped on them. Letters stay letters: they are sharp at every
// zoom, can be selected with Shift, and are read aloud.
'use strict';

const stage = find('stage');
const screenElement = find('screen');
const cursor = make('div', '', { id: 'cursor', 'aria-hidden': 'true' });
let cell = { width: 8, height: 16 };
let grid = { columns: 80, rows: 24 };
let rows = [];

// The least columns of a screen: letters shrink on a phone until it has them.
const LEAST = { columns: 40, rows: 12 };

function measure() {
  const hidden = screenElement.hidden;
  screenElement.hidden = false;
  const line = make('div', '');
  const probe = make('span', '0'.repeat(100));
  line.append(probe);
  screenElement.append(line);
  cell = { width: probe.getBoundingClientRect().width / 100, height: line.getBoundingClientRect().height };
  line.remove();
  screenElement.hidden = hidden;
}

// How many cells fit; letters become smaller if too few do.
function fit() {
  let size = Number(store.get('letters')) || 15;
  for (; ; size -= 1) {
    document.documentElement.style.setProperty('--size', `${size}px`);
    measure();
    const columns = Math.floor(stage.clientWidth / cell.width);
    const lines = Math.floor(stage.clientHeight / cell.height);
    grid = { columns: Math.min(Math.max(columns, 1), 400), rows: Math.min(Math.max(lines, 1), 200) };
    if (size <= 6 || columns >= LEAST.columns && lines >= LEAST.rows) return grid;
  }
}

function draw(picture) {
  const { size: [, height], rows: changed, cursor: at, focus } = picture;
  while (rows.length > height) rows.pop().remove();
  while (rows.length < height) {
    const row = make('div', '');
    rows.push(row);
    screenElement.append(row);
  }
  for (const { y, runs } of changed) rows[y].replaceChildren(...runs.map(run));
  place(at);
  tell(height, focus ?? at);
}

function run({ text, columns, ink, paper, style }) {
  const span = document.createElement('span');
  span.textContent = text;
  span.style.width = `${columns}ch`;
  if (ink) span.style.color = span.dataset.ink = ink;
  if (paper) span.style.backgroundColor = span.dataset.paper = paper;
  if (style) span.className = [...style].join(' ');
  return span;
}

function place(at) {
  if (!at) return cursor.remove();
  cursor.style.left = `${at[0]}ch`;
  cursor.style.top = `${at[1] * cell.height}px`;
  cursor.style.height = `${cell.height}px`;
  screenElement.append(cursor);
}

// What a reader of the screen hears: the message when it changes, and the row that has the focus when that moves.
let heard = { message: '', row: '' };
function tell(height, focus) {
  const text = (y) => (rows[y]?.textContent ?? '').replace(/[\u2500-\u257f]+/g, ' ').replace(/\s+/g, ' ').trim();
  const now = { message: text(height - 2), row: focus ? text(focus[1]) : '' };
  const news = [now.message !== heard.message && now.message, now.row !== heard.row && now.row].filter(Boolean);
  heard = now;
  if (news.length > 0) find('said').textContent = news.join('. ');
}

// Keys that stay the browser's: its zoom, its tools, copying what is selected, and whatever has the system's key.
function isOwn(event) {
  const { key, ctrlKey, metaKey, shiftKey, isComposing } = event;
  if (metaKey || isComposing || key === 'F11' || key === 'F12') return true;
  if (!ctrlKey) return false;
  const copies = key.toLowerCase() === 'c' && !getSelection().isCollapsed;
  return copies || ['+', '-', '0', '='].includes(key) || key === 'Tab' || shiftKey && /^[A-Z]$/.test(key) || key.toLowerCase() === 'v';
}

function press(event) {
  if (isOwn(event)) return;
  event.preventDefault();
  getSelection().removeAllRanges();
  const { key, code, ctrlKey: ctrl, altKey: alt, shiftKey: shift } = event;
  tellWorker('key', { key, code, ctrl, alt, shift });
}

// The cell of a place on the page.
function cellAt(event) {
  const box = screenElement.getBoundingClientRect();
  const clamp = (n, most) => Math.min(Math.max(Math.floor(n), 0), most - 1);
  return {
    x: clamp((event.clientX - box.left) / cell.width, grid.columns),
    y: clamp((event.clientY - box.top) / cell.height, grid.rows),
  };
}

let held = null;
screenElement.addEventListener('pointerdown', (event) => {
  screenElement.focus({ preventScroll: true });
  screenElement.classList.toggle('selecting', event.shiftKey);
  if (event.shiftKey || event.button > 0) return;
  const at = cellAt(event);
  held = { ...at, touch: event.pointerType === 'touch', moved: false, scrolled: false, rest: 0, y0: event.clientY };
  screenElement.setPointerCapture(event.pointerId);
  if (!held.touch) tellWorker('touch', { what: 'press', rows: 0, ...at });
});
screenElement.addEventListener('pointermove', (event) => {
  if (!held) return;
  const at = cellAt(event);
  if (at.x === held.x && at.y === held.y) return;
  // A finger that goes up or down scrolls, one that goes sideways drags.
  if (held.touch && !held.moved) {
    held.scrolled = Math.abs(at.y - held.y) >= Math.abs(at.x - held.x);
    if (!held.scrolled) tellWorker('touch', { what: 'press', rows: 0, x: held.x, y: held.y });
  }
  held.moved = true;
  if (held.scrolled) {
    tellWorker('touch', { what: 'wheel', rows: Math.min(Math.max(held.y - at.y, -20), 20), x: held.x, y: held.y });
    held.y = at.y;
  } else {
    tellWorker('touch', { what: 'drag', rows: 0, ...at });
    Object.assign(held, at);
  }
});
const release = () => {
  if (!held) return;
  if (held.touch && !held.moved) tellWorker('touch', { what: 'press', rows: 0, x: held.x, y: held.y });
  if (!held.scrolled) tellWorker('touch', { what: 'release', rows: 0, x: held.x, y: held.y });
  held = null;
};
screenElement.addEventListener('pointerup', release);
screenElement.addEventListener('pointercancel', () => { held = null; });
screenElement.addEventListener('contextmenu', (event) => {
  if (event.shiftKey) return;
  event.preventDefault();
  held = null;
  tellWorker('touch', { what: 'menu', rows: 0, ...cellAt(event) });
});
let turned = 0;
screenElement.addEventListener('wheel', (event) => {
  if (event.ctrlKey) return;
  event.preventDefault();
  turned += event.deltaMode === 1 ? event.deltaY : event.deltaY / cell.height;
  const lines = Math.trunc(turned);
  turned -= lines;
  if (lines !== 0) tellWorker('touch', { what: 'wheel', rows: Math.min(Math.max(lines, -20), 20), ...cellAt(event) });
}, { passive: false });
screenElement.addEventListener('keydown', press);
screenElement.addEventListener('paste', (event) => {
  tellWorker('paste', { text: event.clipboardData.getData('text/plain') });
});

// On a phone the letters come through a field that is not seen.
const typing = find('typing');
typing.addEventListener('keydown', (event) => { if (event.key.length > 1 && event.key !== 'Unidentified') press(event); });
typing.addEventListener('input', () => {
  for (const key of typing.value) tellWorker('key', { key, code: '', ctrl: false, alt: false, shift: false });
  typing.value = '';
});

// The row of keys for fingers: what is on it, and the key it presses.
const TOUCH_KEYS = [
  ['Step', 's'], ['Back', 'u'], ['Run', ' '], ['Task', '}'], ['Pane', 'Tab'], ['\u2190', 'ArrowLeft'], ['\u2193', 'ArrowDown'],
  ['\u2191', 'ArrowUp'], ['\u2192', 'ArrowRight'], ['Enter', 'Enter'], ['Esc', 'Escape'], ['Menu', 'a'], ['Page', 'J'], ['Hint', 'H'],
  [':', ':'], ['?', '?'],
];
for (const [name, key] of TOUCH_KEYS) {
  find('keys').append(button(name, () => tellWorker('key', { key, code: '', ctrl: false, alt: false, shift: false })));
}
find('keys').append(button('ABC', () => typing.focus({ preventScroll: true }), { 'aria-label': 'Keyboard' }));
// A key that is tapped does not take the focus: the keyboard of a phone stays.
find('keys').addEventListener('pointerdown', (event) => event.preventDefault());
