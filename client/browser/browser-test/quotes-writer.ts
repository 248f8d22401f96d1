import type { Redis } from './redis.ts';

interface Quote {
  symbol: string;
  last: number;
  change: number;
  bid: number;
  ask: number;
  volume: number;
}

/** A market of quotes that move, at a steady rate. */
export class QuotesWriter {
  private readonly quotes: Quote[];
  private readonly opening: number[];
  private running = true;
  private ended: Promise<void> = Promise.resolve();
  written = 0;

  constructor(
    private readonly redis: Redis,
    count: number,
  ) {
    this.quotes = Array.from({ length: count }, (_, i) => {
      const last = 10 + ((i * 7919) % 49_000) / 100;
      return { symbol: symbolOf(i), last, change: 0, bid: last, ask: last, volume: 1000 + ((i * 104_729) % 90_000) };
    });
    this.opening = this.quotes.map(({ last }) => last);
  }

  async load(): Promise<void> {
    await this.redis.all(this.quotes.map((_, i) => this.moved(i)));
  }

  start(perSecond: number): this {
    this.ended = this.run(perSecond);
    return this;
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.ended;
  }

  private async run(perSecond: number): Promise<void> {
    const begun = Date.now();
    while (this.running) {
      const due = Math.min(1000, Math.floor(((Date.now() - begun) * perSecond) / 1000) - this.written);
      if (due > 0) {
        // some move more than others
        await this.redis.all(Array.from({ length: due }, () => this.moved(Math.floor(Math.random() ** 2 * this.quotes.length))));
        this.written += due;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  private moved(i: number): string[] {
    const quote = this.quotes[i];
    quote.last = round(quote.last * (1 + (Math.random() - 0.499) / 200));
    quote.change = round((100 * (quote.last - this.opening[i])) / this.opening[i]);
    quote.bid = round(quote.last * 0.9995);
    quote.ask = round(quote.last * 1.0005);
    quote.volume += Math.floor(Math.random() * 400);
    return ['SET', `quote:${quote.symbol}`, JSON.stringify(quote)];
  }
}

function round(n: number): number {
  return Math.round(100 * n) / 100;
}

/** AAA, AAB, …: three letters that say nothing. */
function symbolOf(i: number): string {
  const letters = 'ABCDEFGHJKLMNPRSTUVW';
  return [400, 20, 1].map((of) => letters[Math.floor(i / of) % 20]).join('');
}
