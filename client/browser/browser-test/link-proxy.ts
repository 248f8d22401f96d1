import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const TICK_MILLIS = 20;

/**
 * The network between browser and hub: can be cut, healed and made slow. What it cannot carry stays
 * where it is: a slow direction holds its sender back, as a slow link does.
 */
export class LinkProxy {
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  private passesWebSockets = true;
  private bytesPerSecond = Infinity;
  private credit = 0;
  private readonly timer = setInterval(() => this.tick(), TICK_MILLIS);
  private waiting: { from: Socket; to: Socket; chunk: Buffer }[] = [];
  /** What came from the hub. */
  bytesDown = 0;
  private passed = 0;
  private server!: Server;

  private constructor(private readonly hubPort: number) {}

  static async to(hubPort: number): Promise<LinkProxy> {
    const proxy = new LinkProxy(hubPort);
    proxy.server = createServer((browser) => proxy.accept(browser));
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Connections end, and none can be made. */
  cut(): void {
    this.isCut = true;
    this.sockets.forEach((socket) => socket.destroy());
    this.waiting = [];
  }

  heal(): void {
    this.isCut = false;
  }

  /** As what stands in between in some companies: answers requests, and opens no WebSocket. */
  blockWebSockets(): void {
    this.passesWebSockets = false;
  }

  /** Towards the browser, of all connections together. */
  throttle(bytesPerSecond: number): void {
    this.bytesPerSecond = bytesPerSecond;
    this.credit = 0;
  }

  /** Resolves when so much more was passed on to the browser: at least its time on a link that is as fast as told. */
  async carried(bytes: number): Promise<void> {
    const goal = this.passed + bytes;
    while (this.passed < goal && !this.isCut) {
      await new Promise((resolve) => setTimeout(resolve, TICK_MILLIS));
    }
  }

  close(): void {
    clearInterval(this.timer);
    this.cut();
    this.server.close();
  }

  private accept(browser: Socket): void {
    if (this.isCut) {
      browser.destroy();
      return;
    }
    const hub = connect({ port: this.hubPort, host: '127.0.0.1', noDelay: true });
    for (const [one, other] of [
      [browser, hub],
      [hub, browser],
    ]) {
      this.sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
    browser.on('data', (chunk) => {
      if (!this.passesWebSockets && /^upgrade: *websocket/im.test(chunk.toString('latin1'))) {
        browser.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      } else {
        hub.write(chunk);
      }
    });
    hub.on('data', (chunk) => this.down(hub, browser, chunk));
  }

  private down(from: Socket, to: Socket, chunk: Buffer): void {
    this.bytesDown += chunk.length;
    if (this.bytesPerSecond === Infinity) {
      this.passed += chunk.length;
      to.write(chunk);
      return;
    }
    from.pause();
    this.waiting.push({ from, to, chunk });
  }

  private tick(): void {
    const { bytesPerSecond } = this;
    this.credit = bytesPerSecond === Infinity ? Infinity : Math.min(this.credit + (bytesPerSecond * TICK_MILLIS) / 1000, bytesPerSecond / 4);
    while (this.waiting.length > 0 && this.credit > 0) {
      const next = this.waiting[0];
      const now = next.chunk.subarray(0, Math.max(1, Math.min(this.credit, next.chunk.length)));
      this.credit -= now.length;
      this.passed += now.length;
      next.to.write(now);
      next.chunk = next.chunk.subarray(now.length);
      if (next.chunk.length === 0) {
        this.waiting.shift();
        next.from.resume();
      }
    }
  }
}
