// The worker of the page: it has the machine and draws its screen, so that the page never waits for either.
// wasm-bindgen's part stands before this in one file.
'use strict';

// Milliseconds the machine works before keys are looked at again.
const SLICE = 8;

let screen = null;
// The page has not shown the last picture yet: the next one waits.
let drawing = false;
let timer = 0;
// How many messages of the page have been dealt with, and what it was told of that.
let handled = 0;
let told = '';
let soon = false;
const again = new MessageChannel();
again.port1.onmessage = () => { soon = false; turn(); };

function say(is, rest) { postMessage({ is, ...rest }); }

// Lets the machine work, shows what came of it, and asks for the next time.
function turn() {
  if (!screen) return;
  const wait = screen.work(SLICE);
  const busy = show() || wait === 0;
  if (told !== `${handled} ${busy}`) {
    told = `${handled} ${busy}`;
    say('state', { handled, busy });
  }
  clearTimeout(timer);
  if (wait > 0) {
    timer = setTimeout(turn, wait);
  } else if (!soon) {
    soon = true;
    again.port2.postMessage(null);
  }
}

// Whether a picture is on its way.
function show() {
  const picture = drawing ? undefined : screen.draw();
  if (picture !== undefined) {
    drawing = true;
    say('picture', { picture });
  }
  const wishes = screen.wishes();
  if (wishes !== '[]') say('wishes', { wishes: JSON.parse(wishes) });
  for (const file of wasm_bindgen.written()) {
    say('file', { name: file.name, bytes: file.bytes });
    file.free();
  }
  return drawing;
}

const does = {
  start({ module, progress }) {
    wasm_bindgen.initSync({ module });
    say('ready', { shelf: JSON.parse(wasm_bindgen.shelf(progress)) });
  },
  give({ name, bytes }) { wasm_bindgen.give(name, bytes); },
  open({ opening, kept }) {
    screen = wasm_bindgen.Screen.open(JSON.stringify(opening), JSON.stringify(kept));
    say('open', {});
  },
  marks({ name, text }) { say('marks', { name, text, marks: JSON.parse(wasm_bindgen.marks(name, text)) }); },
  drawn() { drawing = false; },
  key({ key, code, ctrl, alt, shift }) { screen?.key(key, code, ctrl, alt, shift); },
  touch({ what, rows, x, y }) { screen?.touch(what, rows, x, y); },
  paste({ text }) { screen?.paste(text); },
  resize({ columns, rows }) { screen?.resize(columns, rows); },
  suit({ light }) { screen?.suit(light); },
  command({ line }) { screen?.command(line); },
  keep({ there }) { if (screen) say('keep', { text: screen.keep(there), session: screen.session() ?? '' }); },
};

onmessage = ({ data }) => {
  try {
    handled = data.number;
    does[data.does](data);
    if (data.does !== 'marks' && data.does !== 'give') turn();
  } catch (e) {
    // A text is an answer of hsxray; anything else has broken it.
    const text = typeof e === 'string' ? e : `${e}`;
    if (typeof e !== 'string') screen = null;
    say('error', { text, of: data.does, broken: typeof e !== 'string' });
  }
};
