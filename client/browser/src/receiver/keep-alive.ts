import { pingFrame } from '../codec/frame.ts';

const MIN_INTERVAL_MILLIS = 50;
const MAX_INTERVAL_MILLIS = 600_000;
const DEAD_AFTER_INTERVALS = 3;

/**
 * Notices a hub that fell silent, and measures round trip and clock (P70, P71).
 *
 *   once an interval         → ping
 *   silent for three         → dead
 *
 * The clock offset is taken from the answer with the shortest round trip of late: the half of it
 * bounds the error.
 */
export class KeepAlive {
  readonly intervalMillis: number;
  private heardMillis: number;
  private nonce = 0;
  private pinging = false;
  private pingSentMillis = 0;
  private pingSentUnixMillis = 0;
  private bestRttMillis = Infinity;
  rttMillis: number | undefined;
  /** The shortest of the connection: what the way takes with nothing under way before. */
  leastRttMillis: number | undefined;
  /** The hub's clock minus this one's. */
  clockOffsetMillis: number | undefined;

  constructor(millis: number, nowMillis: number) {
    this.intervalMillis = Math.min(Math.max(millis, MIN_INTERVAL_MILLIS), MAX_INTERVAL_MILLIS);
    this.heardMillis = nowMillis;
  }

  heard(nowMillis: number): void {
    this.heardMillis = nowMillis;
  }

  silentMillis(nowMillis: number): number {
    return nowMillis - this.heardMillis;
  }

  dead(nowMillis: number): boolean {
    return this.silentMillis(nowMillis) >= this.limitMillis;
  }

  get limitMillis(): number {
    return DEAD_AFTER_INTERVALS * this.intervalMillis;
  }

  /** A ping, once an interval: also while the hub is heard, or round trip and clock would be those of the begin. */
  ping(nowMillis: number, unixMillis: number): Uint8Array<ArrayBuffer> | undefined {
    const due = this.nonce === 0 || nowMillis - this.pingSentMillis >= this.intervalMillis;
    return due ? this.newPing(nowMillis, unixMillis) : undefined;
  }

  /** A ping in any case: the page woke up and wants to know. */
  newPing(nowMillis: number, unixMillis: number): Uint8Array<ArrayBuffer> {
    this.pinging = true;
    this.nonce++;
    this.pingSentMillis = nowMillis;
    this.pingSentUnixMillis = unixMillis;
    return pingFrame([this.nonce, 0]);
  }

  pong(nonce: readonly [number, number], unixMicros: number, nowMillis: number): void {
    if (!this.pinging || nonce[0] !== this.nonce || nonce[1] !== 0) {
      return; // the answer to a ping that was given up
    }
    this.pinging = false;
    this.rttMillis = nowMillis - this.pingSentMillis;
    this.leastRttMillis = Math.min(this.rttMillis, this.leastRttMillis ?? Infinity);
    // the best one ages, so that a moved clock or route is believed after some answers
    this.bestRttMillis = this.bestRttMillis * 1.125 + 1;
    if (this.rttMillis <= this.bestRttMillis) {
      this.bestRttMillis = this.rttMillis;
      this.clockOffsetMillis = unixMicros / 1000 - this.pingSentUnixMillis - this.rttMillis / 2;
    }
  }

  /** How long to wait before looking again. */
  untilNextLook(nowMillis: number): number {
    return Math.max(1, this.intervalMillis - (this.silentMillis(nowMillis) % this.intervalMillis));
  }
}
