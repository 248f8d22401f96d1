/**
 * Waits that double from the first to the longest. Each is drawn from its upper half, so that many
 * clients that lost the same hub do not come back at the same moment.
 */
export class Backoff {
  private failures = 0;

  constructor(
    private readonly firstMillis: number,
    private readonly mostMillis: number,
    private readonly slowMillis: number,
    private readonly random: () => number,
  ) {}

  next(): number {
    const doubled = this.firstMillis * 2 ** Math.min(this.failures, 20);
    this.failures++;
    return this.jittered(Math.min(doubled, this.mostMillis));
  }

  /** The wait where only people can mend it. */
  slow(): number {
    return this.jittered(this.slowMillis);
  }

  reset(): void {
    this.failures = 0;
  }

  private jittered(millis: number): number {
    return millis - (this.random() * millis) / 2;
  }
}
