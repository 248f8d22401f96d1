/**
 * `$.replicator(...)` for pages with jQuery: events on elements, and callbacks.
 *
 *     $('#quotes').replicator({ database: 5, match: 'quote:*' })
 *       .on('replicator:change', (event, change) => …)
 *       .on('replicator:splice', (event, splices, items) => …);
 */
import { connect } from './connect.ts';
import type { ConnectOptions } from './hub-context.ts';
import type { QosLevel } from './selection.ts';
import type { ClientChange } from './replica/client-change.ts';
import type { ArrayOptions, LiveArray } from './replica/live-array.ts';
import type { ReplicaStatus } from './replica/replica-status.ts';
import type { ReplicatorError } from './replica/replicator-error.ts';
import type { Splice } from './replica/sorted-items.ts';

type Item = Record<string, unknown>;

export interface PluginOptions extends ConnectOptions, ArrayOptions<Item> {
  /** Address of the hub; none = where this page comes from. */
  readonly url?: string;
  readonly database: number | string;
  readonly match?: string | string[];
  readonly exclude?: string | string[];
  readonly collection?: string;
  readonly level?: QosLevel;
  /** Keeps data and cursor in this browser: true, or a name. */
  readonly keep?: boolean | string;
  readonly change?: (change: ClientChange) => void;
  readonly splice?: (splices: readonly Splice<Item>[], items: readonly Item[]) => void;
  readonly status?: (status: ReplicaStatus) => void;
  readonly ready?: (items: readonly Item[]) => void;
  readonly error?: (error: ReplicatorError) => void;
}

/** As much of jQuery as is used here. */
interface JQueryLike {
  data(name: string): unknown;
  data(name: string, value: unknown): this;
  removeData(name: string): this;
  each(action: (this: unknown, index: number, element: Element) => void): this;
  triggerHandler(event: string, told: unknown[]): unknown;
  replicator?: unknown;
}

interface JQueryStatic {
  (element: Element): JQueryLike;
  fn: { replicator?: unknown };
  replicator?: unknown;
}

const DATA = 'replicator';

/** Opens what the options say; callbacks are told. */
function open(options: PluginOptions): LiveArray<Item> {
  let selection = connect(options.url ?? '/', options).database(options.database);
  selection = selection.match(...list(options.match)).exclude(...list(options.exclude));
  if (options.collection !== undefined) {
    selection = selection.collection(options.collection);
  }
  if (options.level !== undefined) {
    selection = selection.level(options.level);
  }
  if (options.keep !== undefined && options.keep !== false) {
    selection = options.keep === true ? selection.keep() : selection.keep(options.keep);
  }
  const live = selection.array<Item>(options);
  if (options.change !== undefined) {
    live.onChange(options.change);
  }
  if (options.splice !== undefined) {
    live.onSplice(options.splice);
  }
  if (options.status !== undefined) {
    live.onStatus(options.status);
  }
  live.ready.then(
    () => options.ready?.(live.items),
    (error: ReplicatorError) => options.error?.(error),
  );
  return live;
}

function list(globs: string | string[] | undefined): string[] {
  return globs === undefined ? [] : [globs].flat();
}

/** What an element is fed with tells it as events `replicator:…`. */
function feed(element: JQueryLike, options: PluginOptions): void {
  close(element);
  const tell = (name: string, ...told: unknown[]) => void element.triggerHandler(`replicator:${name}`, told);
  const live = open({
    ...options,
    change: (change) => (options.change?.(change), tell('change', change)),
    splice: (splices, items) => (options.splice?.(splices, items), tell('splice', splices, items)),
    status: (status) => (options.status?.(status), tell('status', status)),
    ready: (items) => (options.ready?.(items), tell('ready', items)),
    error: (error) => (options.error?.(error), tell('error', error)),
  });
  element.data(DATA, live);
}

function close(element: JQueryLike): void {
  (element.data(DATA) as LiveArray<Item> | undefined)?.close();
  element.removeData(DATA);
}

/** Makes the plugin of a jQuery. */
export function install($: JQueryStatic): void {
  $.replicator = open;
  $.fn.replicator = function (this: JQueryLike, options: PluginOptions | 'close' | 'items'): unknown {
    if (options === 'items') {
      return (this.data(DATA) as LiveArray<Item> | undefined)?.items ?? [];
    }
    return this.each((_, element) => (options === 'close' ? close($(element)) : feed($(element), options)));
  };
}

const page = globalThis as { jQuery?: JQueryStatic };
if (page.jQuery !== undefined) {
  install(page.jQuery);
}
