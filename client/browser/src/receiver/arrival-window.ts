/** Rates are measured over so long. */
const SPAN_MILLIS = 250;

/** The best rate of so many spans counts: a page has pauses, and so have radio links. */
const SPANS = 8;

/** What may be under way beside a round trip, so that the link never idles. */
const SLACK_MILLIS = 300;
const MAX_RTT_MILLIS = 1000;

/** Less is not worth a batch. */
const MIN_BYTES = 4096;

/**
 * How many bytes a hub may have under way: what arrives in a round trip and a bit. More only grows old on the
 * way, in proxies and sockets that nobody here can see into. Where little comes because little changes the limit is small, too; then it doubles with each round trip.
 */
export class ArrivalWindow {
  private readonly spans: number[] = [];
  private bytes = 0;
  private begunMillis: number;

  constructor(
    private readonly windowBytes: number,
    nowMillis: number,
  ) {
    this.begunMillis = nowMillis;
  }

  arrived(bytes: number, nowMillis: number): void {
    const took = nowMillis - this.begunMillis;
    if (took >= SPAN_MILLIS) {
      this.spans.push(this.bytes / took);
      this.spans.splice(0, this.spans.length - SPANS);
      this.bytes = 0;
      this.begunMillis = nowMillis;
    }
    this.bytes += bytes;
  }

  /** @param rttMillis undefined: not known yet */
  limitBytes(rttMillis: number | undefined): number {
    if (this.spans.length === 0) {
      return this.windowBytes;
    }
    const enough = Math.max(...this.spans) * (Math.min(rttMillis ?? MAX_RTT_MILLIS, MAX_RTT_MILLIS) + SLACK_MILLIS);
    return Math.min(Math.max(Math.ceil(enough), MIN_BYTES), this.windowBytes);
  }
}
