// What is kept in this browser. Where it keeps nothing, everything works for as long as the page is open.
'use strict';

const find = (id) => document.getElementById(id);

const store = {
  get(name) {
    try { return localStorage.getItem(`hsxray.${name}`) ?? ''; } catch { return ''; }
  },
  set(name, text) {
    try { localStorage.setItem(`hsxray.${name}`, text); } catch { /* full, or not allowed */ }
  },
  // JSON that was kept; what cannot be read is forgotten.
  read(name, otherwise) {
    try { return JSON.parse(store.get(name)) ?? otherwise; } catch { return otherwise; }
  },
};

// Makes an element with a text. Texts never become markup.
function make(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function button(text, act, attributes = {}) {
  const made = make('button', text, { type: 'button', ...attributes });
  made.addEventListener('click', act);
  return made;
}

function trouble(text) {
  find('trouble-text').textContent = text;
  if (!find('trouble').open) find('trouble').showModal();
}
