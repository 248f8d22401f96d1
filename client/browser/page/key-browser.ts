import { connect, type ClientChange, type LiveMap, type Value } from '../src/mod.ts';
import { byId, h, setText } from './dom.ts';
import { count, seconds } from './format.ts';

/** Rows shown; the map itself has all that match. */
const MAX_ROWS = 200;
const TYPING_MILLIS = 250;
const DRAW_MILLIS = 200;
const PREVIEW_LENGTH = 160;

/**
 * Keys of a database that match a pattern, live, through the public client. Only what is shown is
 * drawn, a few times a second.
 */
export class KeyBrowser {
  private readonly database = byId<HTMLSelectElement>('key-database');
  private readonly pattern = byId<HTMLInputElement>('key-pattern');
  private readonly table = byId<HTMLTableElement>('key-table');
  private readonly said = byId('keys-said');
  private readonly detail = byId('key-value');
  private readonly body: HTMLTableSectionElement;
  private map: LiveMap | undefined;
  private token = '';
  private typing: number | undefined;
  private drawing = false;
  private changed = new Set<string>();
  private shown: string[] = [];
  private rows = new Map<string, HTMLTableRowElement>();
  private reorder = true;
  private selected: string | undefined;

  constructor() {
    const columns = ['key', 'type', '', 'expiry'].map((name) => h('col', { class: name }));
    const headings = ['Key', 'Type', 'Value', 'Expires'].map((name) =>
      h('th', { scope: 'col', class: name === 'Expires' ? 'expiry' : undefined }, name),
    );
    this.body = h('tbody');
    this.table.append(h('colgroup', {}, ...columns), h('thead', {}, h('tr', {}, ...headings)), this.body);
    this.listen();
  }

  /** The databases there are; the first opens by itself. */
  offer(databases: readonly number[], token: string): void {
    const before = [...this.database.options].map(({ value }) => value).join();
    if (before === databases.join() && token === this.token) {
      return;
    }
    this.token = token;
    const chosen = this.database.value;
    this.database.replaceChildren(...databases.map((number) => h('option', {}, String(number))));
    if (databases.map(String).includes(chosen)) {
      this.database.value = chosen;
    }
    this.open();
  }

  private listen(): void {
    byId('key-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.open();
    });
    this.database.addEventListener('change', () => this.open());
    this.pattern.addEventListener('input', () => {
      clearTimeout(this.typing);
      this.typing = window.setTimeout(() => this.open(), TYPING_MILLIS);
    });
    document.addEventListener('keydown', (event) => {
      if (event.key === '/' && !(event.target instanceof HTMLInputElement)) {
        event.preventDefault();
        this.pattern.focus();
        this.pattern.select();
      }
    });
    this.body.addEventListener('click', (event) => this.select(rowOf(event)?.dataset.key));
    this.body.addEventListener('keydown', (event) => this.rowKey(event));
  }

  private rowKey(event: KeyboardEvent): void {
    const row = rowOf(event);
    const to = { ArrowDown: row?.nextElementSibling, ArrowUp: row?.previousElementSibling }[event.key];
    if (to instanceof HTMLElement) {
      event.preventDefault();
      to.focus();
      if (this.selected !== undefined) {
        this.select(to.dataset.key);
      }
    } else if (event.key === 'Enter') {
      this.select(row?.dataset.key);
    } else if (event.key === 'Escape') {
      this.select(undefined);
    }
  }

  private open(): void {
    clearTimeout(this.typing);
    this.map?.close();
    if (this.database.value === '') {
      return;
    }
    const glob = this.pattern.value.trim();
    const selection = connect({ token: this.token, clientId: 'hub page' }).database(this.database.value).level('idle');
    const map = (glob === '' || glob === '*' ? selection : selection.match(glob)).map();
    this.map = map;
    this.reorder = true;
    this.changed.clear();
    this.select(undefined);
    map.onChange((change) => this.hear(change));
    map.onStatus(() => this.drawSoon());
    map.ready.catch(() => undefined);
    this.drawSoon();
  }

  private hear({ key, kind, previous }: ClientChange): void {
    // only keys that come or go move rows
    if (kind === 'remove' || previous === undefined) {
      this.reorder = true;
    } else {
      this.changed.add(key);
    }
    this.drawSoon();
  }

  private drawSoon(): void {
    if (!this.drawing) {
      this.drawing = true;
      setTimeout(() => {
        this.drawing = false;
        this.draw();
      }, DRAW_MILLIS);
    }
  }

  private draw(): void {
    const { map } = this;
    if (map === undefined) {
      return;
    }
    if (this.reorder) {
      this.reorder = false;
      this.shown = smallest(map.keys(), MAX_ROWS);
      this.rows = new Map(this.shown.map((key) => [key, this.rows.get(key) ?? this.newRow(key)]));
      this.shown.forEach((key) => this.fillRow(key, map));
      this.body.replaceChildren(...this.rows.values());
    }
    for (const key of this.changed) {
      if (this.rows.has(key)) {
        this.fillRow(key, map);
        this.flash(key);
      }
    }
    if (this.selected !== undefined && this.changed.has(this.selected)) {
      this.showValue(map, this.selected);
    }
    this.changed.clear();
    setText(this.said, this.summary(map));
  }

  private summary(map: LiveMap): string {
    const { state, message } = map.status;
    const many = map.size > MAX_ROWS ? `, the first ${MAX_ROWS} are shown` : '';
    const keys = `${count(map.size)} ${map.size === 1 ? 'key matches' : 'keys match'}${many}`;
    return state === 'live' ? keys : message !== '' ? `${keys}. ${message}` : `${keys}, ${state}`;
  }

  private newRow(key: string): HTMLTableRowElement {
    return h(
      'tr',
      { tabindex: '0', 'data-key': key },
      h('td', { class: 'mono', title: printable(key) }, printable(key)),
      h('td'),
      h('td', { class: 'mono' }),
      h('td', { class: 'expiry' }),
    );
  }

  private fillRow(key: string, map: LiveMap): void {
    const row = this.rows.get(key);
    const value = map.get(key);
    if (row !== undefined && value !== undefined) {
      const expires = map.expiresAtMillis(key);
      setText(row.cells[1], value.type === 'opaque' ? value.moduleType : value.type);
      setText(row.cells[2], printable(preview(value)));
      setText(row.cells[3], expires === 0 ? '' : `in ${seconds(Math.max(0, (expires - Date.now()) / 1000))}`);
    }
  }

  private flash(key: string): void {
    const row = this.rows.get(key);
    if (row !== undefined) {
      row.classList.remove('changed');
      void row.offsetWidth; // lets the animation begin anew
      row.classList.add('changed');
    }
  }

  private select(key: string | undefined): void {
    this.rows.get(this.selected ?? '')?.removeAttribute('aria-selected');
    this.selected = key;
    this.detail.hidden = key === undefined;
    this.detail.parentElement?.classList.toggle('open', key !== undefined);
    if (key !== undefined && this.map !== undefined) {
      this.rows.get(key)?.setAttribute('aria-selected', 'true');
      this.showValue(this.map, key);
    }
  }

  private showValue(map: LiveMap, key: string): void {
    const value = map.get(key);
    const expires = map.expiresAtMillis(key);
    const more = value === undefined ? 'gone' : `${value.type}, ${size(value)}${expires === 0 ? '' : `, expires ${new Date(expires).toLocaleString()}`}`;
    this.detail.replaceChildren(
      h('h3', { class: 'mono' }, printable(key)),
      h('p', {}, more),
      h('pre', {}, value === undefined ? '' : printable(whole(value))),
    );
  }
}

function rowOf(event: Event): HTMLTableRowElement | null {
  return event.target instanceof Element ? event.target.closest('tr') : null;
}

/** The first n of all keys in order, without sorting all of them. */
function smallest(keys: Iterable<string>, n: number): string[] {
  let kept: string[] = [];
  let bound: string | undefined;
  for (const key of keys) {
    if (bound === undefined || key < bound) {
      kept.push(key);
      if (kept.length >= 4 * n) {
        kept = kept.sort().slice(0, n);
        bound = kept[n - 1];
      }
    }
  }
  return kept.sort().slice(0, n);
}

function preview(value: Value): string {
  switch (value.type) {
    case 'string':
      return value.text.slice(0, PREVIEW_LENGTH);
    case 'hash':
      return some([...value.fields], ([name, field]) => `${name}: ${field}`);
    case 'list':
      return some(value.elements, String);
    case 'set':
      return some([...value.members], String);
    case 'zset':
      return some(value.members, ({ member, score }) => `${member}: ${score}`);
    case 'stream':
      return `${value.entries.length} entries to ${value.lastId}`;
    case 'opaque':
      return `${value.dump.length} bytes`;
  }
}

function some<E>(elements: readonly E[], text: (element: E) => string): string {
  return elements.slice(0, 20).map(text).join('  ').slice(0, PREVIEW_LENGTH);
}

function size(value: Value): string {
  switch (value.type) {
    case 'string':
      return `${count(value.bytes.length)} bytes`;
    case 'hash':
      return `${count(value.fields.size)} fields`;
    case 'list':
      return `${count(value.elements.length)} elements`;
    case 'set':
      return `${count(value.members.size)} members`;
    case 'zset':
      return `${count(value.members.length)} members`;
    case 'stream':
      return `${count(value.entries.length)} entries`;
    case 'opaque':
      return `${count(value.dump.length)} bytes`;
  }
}

function whole(value: Value): string {
  if (value.type === 'string') {
    try {
      return value.text.startsWith('{') || value.text.startsWith('[') ? JSON.stringify(value.json(), undefined, 2) : value.text;
    } catch {
      return value.text;
    }
  }
  return value.type === 'opaque' ? `${value.dump.length} bytes of ${value.moduleType}` : JSON.stringify(value.plain(), undefined, 2);
}

/** Bytes that are no text are shown as Redis would write them. */
function printable(text: string): string {
  return text.replace(/[\uDC80-\uDCFF\u0000-\u0008\u000b-\u001f\u007f]/g, (char) => `\\x${(char.charCodeAt(0) & 0xff).toString(16).padStart(2, '0')}`);
}
