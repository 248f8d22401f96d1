/** The hub may be this far ahead at what lately arrived: what is under way is that old at most. */
const AHEAD_SECONDS = 1;

/** Never less than this under way: a few batches, and enough to find out that a link is faster. */
const LEAST_BYTES = 32 * 1024;

/** The rate is that of about this long. */
const RATE_MILLIS = 500;

/**
 * How much of the window is told to be free. On a slow link a full window is many seconds of data:
 * the hub would merge late and the page would show old values. So while data streams in, only as
 * much is acknowledged that the hub is about a second ahead at the present rate.
 *
 *   window      |----------------------------|  agreed in Hello
 *   withheld    |------------------|             taken in, and told when the stream pauses
 *   under way                       |--------|  a second at the present rate
 */
export class AckPacer {
  private perSecond = 0;
  private sinceMillis = -Infinity;
  private bytes = 0;

  constructor(private readonly windowBytes: number) {}

  received(bytes: number, nowMillis: number): void {
    const elapsed = nowMillis - this.sinceMillis;
    this.bytes += bytes;
    if (elapsed > 4 * RATE_MILLIS) {
      // a pause says nothing about the link: the measure begins anew
      this.sinceMillis = nowMillis;
      this.bytes = bytes;
    } else if (elapsed >= RATE_MILLIS) {
      this.perSecond = (this.bytes * 1000) / elapsed;
      this.sinceMillis = nowMillis;
      this.bytes = 0;
    }
  }

  /** Bytes taken in that are not told yet while more is coming. */
  get withheldBytes(): number {
    const ahead = Math.max(LEAST_BYTES, this.perSecond * AHEAD_SECONDS);
    return this.perSecond === 0 ? 0 : Math.max(0, this.windowBytes - ahead);
  }
}
