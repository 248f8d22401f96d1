import type { Change } from '../codec/change.ts';
import { ProtocolException } from '../codec/wire-error.ts';

/** Most entries that a hub lets go ahead of one backfill batch (P34). */
const HUB_LIMIT = 262_144;

/** More than this before a further batch is the hub's fault: two backfill batches may be out. */
const MAX_ENTRIES = 2 * HUB_LIMIT;

/** One live batch, or a stretch of it: its keys and the newest of their versions. */
interface Segment {
  readonly newestVersion: number;
  readonly keys: readonly string[];
}

/**
 * The versions of keys applied from the live lane while a backfill is under way (invariant I3).
 *
 * Blocks of the lanes are mixed, so a backfill batch that was read earlier may arrive later. What it
 * holds of a key that the live lane has brought since is older and is dropped here (P32). A backfill
 * batch read at version r proves that whatever the backfill brings from now on was read at r or
 * later: versions up to r can be forgotten (P33).
 *
 *   live batches     [k1@101 k2@102] [k1@105] [k3@109]      one segment each, oldest first
 *   backfill read at 104                                    forgets the first segment
 */
export class AheadVersions {
  private readonly versions = new Map<string, number>();
  private segments: Segment[] = [];
  private count = 0;

  /** Entries remembered, a key counted as often as it came. */
  get entries(): number {
    return this.count;
  }

  /** Remembers what the live lane brings. */
  remember(live: readonly Change[]): void {
    if (live.length === 0) {
      return;
    }
    if (this.count > MAX_ENTRIES) {
      throw new ProtocolException(
        'BLOCK_ORDER',
        `${this.count} live entries went ahead of one backfill batch, at most ${MAX_ENTRIES}`,
      );
    }
    let newestVersion = 0;
    const keys = live.map(({ key, version }) => {
      this.versions.set(key, Math.max(version, this.versions.get(key) ?? 0));
      newestVersion = Math.max(newestVersion, version);
      return key;
    });
    this.segments.push({ newestVersion, keys });
    this.count += keys.length;
  }

  /** The changes of a backfill batch that are not older than what the live lane brought. */
  withoutOlder(backfill: readonly Change[]): readonly Change[] {
    return this.versions.size === 0
      ? backfill
      : backfill.filter(({ key, version }) => version >= (this.versions.get(key) ?? 0));
  }

  /** A backfill batch read at this version was applied. */
  forgetUntil(readVersion: number): void {
    let gone = 0;
    for (; gone < this.segments.length && this.segments[gone].newestVersion <= readVersion; gone++) {
      for (const key of this.segments[gone].keys) {
        if ((this.versions.get(key) ?? Infinity) <= readVersion) {
          this.versions.delete(key);
        }
      }
      this.count -= this.segments[gone].keys.length;
    }
    this.segments = this.segments.slice(gone);
  }

  /** No backfill is under way any more. */
  clear(): void {
    this.versions.clear();
    this.segments = [];
    this.count = 0;
  }
}
