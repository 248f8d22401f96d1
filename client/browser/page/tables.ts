import { h, svg } from './dom.ts';
import { ago, bytesText, count, ratio, seconds } from './format.ts';
import type { History } from './history.ts';
import type { DatabaseStatus, FeedStatus, HubStatus, SubscriberStatus } from './hub-status.ts';

/** Seconds of lag from which on it is shown in colour. */
const LATE_SECONDS = 5;
const VERY_LATE_SECONDS = 60;

/** So many databases without a key are shown one by one. */
const MOST_EMPTY = 2;

type Cell = HTMLTableCellElement;

export function drawDatabases(table: HTMLTableElement, status: HubStatus): void {
  fill(
    table,
    ['Database', 'Collections', '#Keys', '#Version', 'Source', 'Capture', 'Last repair', '#Index'],
    databaseRows(status),
    'The hub serves no database.',
  );
}

/** Many that are empty and well take one row together. */
function databaseRows({ databases, unixMillis }: HubStatus): HTMLTableRowElement[] {
  const quiet = databases.filter(({ keys, ready, source, collections }) => keys === 0 && ready && source.connected && collections.length === 0);
  const folded = quiet.length > MOST_EMPTY ? quiet : [];
  const rows = databases.filter((database) => !folded.includes(database)).map((database) => databaseRow(database, unixMillis));
  if (folded.length > 0) {
    const numbers = folded.map(({ database }) => database).join(', ');
    rows.push(h('tr', {}, h('td', { class: 'folded', colspan: '8' }, `${numbers} `, h('small', {}, 'without keys'))));
  }
  return rows;
}

function databaseRow(database: DatabaseStatus, now: number): HTMLTableRowElement {
  const { source, lastRepair } = database;
  const collections = database.collections.flatMap((collection) => [
    h('span', { title: collection.match.join(' ') }, collection.name, ' ', levelChip(collection.level), ' '),
  ]);
  const state = !source.connected ? 'bad' : database.ready ? 'good' : 'warn';
  const said = source.message || (source.connected ? (database.ready ? '' : 'first scan') : 'not connected');
  const repair =
    lastRepair === null
      ? cell('–')
      : cell(ago(lastRepair.unixMillis, now), `${lastRepair.reason}, ${count(lastRepair.changedKeys)} keys`);
  return h(
    'tr',
    {},
    cell(h('b', {}, String(database.database)), ' ', levelChip(database.level), database.versioned && ' versioned'),
    collections.length === 0 ? cell('–') : cell(...collections),
    number(count(database.keys)),
    number(count(database.version)),
    h('td', { class: state }, h('span', { class: 'dot' }), source.endpoint, ' ', h('small', {}, said)),
    cell(source.capture || '–'),
    repair,
    number(bytesText(database.indexBytes)),
  );
}

export function drawClients(table: HTMLTableElement, status: HubStatus, history: History): void {
  const rows = status.subscribers
    .flatMap((subscriber) => subscriber.feeds.map((feed, i) => ({ subscriber, feed, first: i === 0 })))
    .map(({ subscriber, feed, first }) => clientRow(subscriber, feed, first, history));
  fill(
    table,
    ['Client', 'Feed', 'State', '#Lag', '#Changes behind', 'Last minute', '#Rate', '#Sent', '#Merged, packed', 'Verified', '#In flight', '#RTT'],
    rows,
    'No client is connected.',
  );
}

function clientRow(subscriber: SubscriberStatus, feed: FeedStatus, first: boolean, history: History): HTMLTableRowElement {
  const late = feed.lagSeconds >= VERY_LATE_SECONDS ? ' bad' : feed.lagSeconds >= LATE_SECONDS ? ' warn' : '';
  const loading = feed.progressOfSlots > 0 ? ` ${Math.floor((100 * feed.progressSlots) / feed.progressOfSlots)} %` : '';
  const state = feed.state === 'live' ? 'good' : 'warn';
  return h(
    'tr',
    {},
    first
      ? h('td', { title: `${subscriber.name} ${subscriber.codec}` }, h('b', {}, subscriber.clientId || '?'), ' ', h('small', {}, subscriber.address))
      : cell(''),
    cell(`${feed.database}${feed.collection === '' ? '' : ` ${feed.collection}`} `, levelChip(feed.level)),
    h('td', { class: state }, h('span', { class: 'dot' }), feed.state + loading),
    h('td', { class: `number${late}` }, seconds(feed.lagSeconds)),
    number(count(feed.lagVersions)),
    cell(first ? spark(history.lagOf(subscriber)) : ''),
    number(`${bytesText(history.rateOf(subscriber, feed))}/s`),
    number(bytesText(feed.wireBytes)),
    number(feed.wireBytes === 0 ? '–' : `${ratio(feed.rawBytes, feed.mergedBytes)} · ${ratio(feed.mergedBytes, feed.compressedBytes)}`),
    verified(feed),
    inFlight(subscriber, first),
    number(!first || subscriber.rttNanos === null ? '–' : `${(subscriber.rttNanos / 1e6).toFixed(subscriber.rttNanos < 1e7 ? 1 : 0)} ms`),
  );
}

/** When the copy was last compared with the source, and what comparing has found on this connection. */
function verified(feed: FeedStatus): Cell {
  if (feed.sinceVerifiedSeconds === null) {
    return cell('–');
  }
  const found = feed.driftFound === 0 ? '' : `${count(feed.driftFound)} differed, ${count(feed.repaired)} repaired`;
  const state = feed.lastDifferences > 0 ? 'warn' : 'good';
  const age = feed.sinceVerifiedSeconds < 2 ? 'just now' : `${seconds(Math.round(feed.sinceVerifiedSeconds))} ago`;
  return h('td', { class: state }, h('span', { class: 'dot' }), age, ' ', h('small', {}, found));
}

/** Bytes under way; how much may be is told by the client, and changes. */
function inFlight({ unackedBytes, windowBytes }: SubscriberStatus, first: boolean): Cell {
  return first
    ? h('td', { class: 'number', title: `at most ${bytesText(windowBytes)} and a batch` }, bytesText(unackedBytes))
    : number('');
}

function levelChip(level: string): HTMLElement {
  return h('span', { class: `level ${level}` }, level);
}

/** Seconds of lag as a line; its top is at least one second. */
function spark(lags: readonly number[]): SVGElement {
  const top = Math.max(1, ...lags);
  const points = lags.map((lag, i) => `${60 - lags.length + i} ${(17 - (16 * lag) / top).toFixed(1)}`);
  return svg(
    'svg',
    { class: 'spark', viewBox: '0 0 60 18', preserveAspectRatio: 'none', role: 'img', 'aria-label': `lag, ${seconds(top)} at most` },
    svg('path', { d: points.length === 0 ? '' : `M${points.join('L')}` }),
  );
}

function cell(...children: (Node | string | false)[]): Cell {
  const [first, second] = children;
  return children.length === 2 && typeof first === 'string' && typeof second === 'string'
    ? h('td', {}, first, ' ', h('small', {}, second))
    : h('td', {}, ...children);
}

function number(text: string): Cell {
  return h('td', { class: 'number' }, text);
}

/** A heading with # stands over numbers. */
export function fill(table: HTMLTableElement, headings: string[], rows: HTMLTableRowElement[], empty: string): void {
  if (table.tHead === null) {
    const cells = headings.map((heading) =>
      heading.startsWith('#') ? h('th', { class: 'number', scope: 'col' }, heading.slice(1)) : h('th', { scope: 'col' }, heading),
    );
    table.append(h('thead', {}, h('tr', {}, ...cells)), h('tbody'));
  }
  const none = h('tr', {}, h('td', { class: 'empty', colspan: String(headings.length) }, empty));
  table.tBodies[0].replaceChildren(...(rows.length === 0 ? [none] : rows));
}
