// A live table of quotes with nothing but the public client: one JSON string a key, "quote:…".
import { connect } from '../replicator.mjs';

const COLUMNS = ['symbol', 'last', 'change', 'bid', 'ask', 'volume'];
const MOST_SPLICES = 5000;
const table = document.getElementById('quotes');
const sort = document.getElementById('sort');
const wanted = new URLSearchParams(location.search);

let quotes;

function open() {
  quotes?.close();
  quotes = connect({ clientId: wanted.get('client') ?? 'quotes example' })
    .database(wanted.get('database') ?? 0)
    .match(wanted.get('match') ?? 'quote:*')
    .array({ sort: sort.value });
  quotes.onSplice(collect);
  quotes.onStatus(showStatus);
  all = true;
  drawSoon();
}

// What was spliced waits for the next frame. A page that is not drawn for long begins anew instead.
let waiting = [];
let all = false;
let due = false;

function collect(splices) {
  if (waiting.length + splices.length > MOST_SPLICES) {
    all = true;
  }
  waiting = all ? [] : waiting.concat(splices);
  drawSoon();
}

function drawSoon() {
  if (!due) {
    due = true;
    requestAnimationFrame(draw);
  }
}

function draw() {
  due = false;
  if (all) {
    table.replaceChildren(...quotes.items.map((quote) => fill(newRow(), quote)));
  } else {
    waiting.forEach(follow);
  }
  all = false;
  waiting = [];
}

// The rows of the table are the items of the array; one that stays in its place is only filled anew.
function follow({ index, removed, added }) {
  const same = Math.min(removed.length, added.length);
  for (let i = 0; i < same; i++) {
    fill(table.rows[index + i], added[i], removed[i]);
  }
  for (let i = same; i < removed.length; i++) {
    table.deleteRow(index + same);
  }
  added.slice(same).forEach((quote, i) => {
    table.insertBefore(fill(newRow(), quote), table.rows[index + same + i] ?? null);
  });
}

function newRow() {
  const row = document.createElement('tr');
  COLUMNS.forEach(() => row.insertCell());
  return row;
}

function fill(row, quote, before) {
  COLUMNS.forEach((column, i) => {
    row.cells[i].textContent = text(column, quote[column]);
  });
  row.cells[2].className = quote.change < 0 ? 'down' : 'up';
  if (before !== undefined && before.last !== quote.last) {
    row.cells[1].className = quote.last < before.last ? 'fell' : 'rose';
  }
  return row;
}

function text(column, value) {
  if (typeof value !== 'number') {
    return value ?? '';
  }
  return column === 'volume' ? value.toLocaleString('en') : column === 'change' ? `${value > 0 ? '+' : ''}${value.toFixed(2)} %` : value.toFixed(2);
}

let shownChanges = 0;
let shownAt = performance.now();

function showStatus({ state, keys, liveKeys, message, rttMillis }) {
  const now = performance.now();
  const perSecond = Math.round((1000 * (liveKeys - shownChanges)) / Math.max(1, now - shownAt));
  [shownChanges, shownAt] = [liveKeys, now];
  document.getElementById('status').textContent =
    state === 'live'
      ? `${keys.toLocaleString('en')} live, ${Math.max(0, perSecond).toLocaleString('en')} changes/s${rttMillis === undefined ? '' : `, ${rttMillis.toFixed(0)} ms to the hub`}`
      : `${state}${message === '' ? '' : `: ${message}`}`;
}

sort.addEventListener('change', open);
open();
