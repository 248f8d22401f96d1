import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';

const START_MILLIS = 120_000;

// Below the range from which systems serve outgoing connections: one of those could take the port of
// a hub that is started later, or again.
const [LOWEST_PORT, HIGHEST_PORT] = [20_000, 31_999];
let nextPort = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT));

/** A real hub, started as the command line starts it. */
export class HubProcess {
  private process: ChildProcess | undefined;
  private log = '';

  private constructor(
    readonly port: number,
    private readonly words: string[],
    private readonly folder?: string,
  ) {}

  /**
   * As a person starts it in a shell.
   *
   * @param line with `WEB` where its address for browsers stands
   * @param folder where the shell stands
   */
  static async ofLine(line: string, folder: string): Promise<HubProcess> {
    const [web, tcp] = await freePorts(2);
    const own = line.replaceAll('WEB', `127.0.0.1:${web}`);
    const hub = new HubProcess(web, ['sh', '-c', `exec ${own} --hub=127.0.0.1:${tcp} --http=off`], folder);
    await hub.start();
    return hub;
  }

  /**
   * @param options of the command, besides its addresses
   */
  static async started(options: string[]): Promise<HubProcess> {
    const [web, tcp] = await freePorts(2);
    const command = required('REPLICATOR_COMMAND').split('\n');
    const words = [
      ...command,
      'hub',
      `--redis=${required('REPLICATOR_REDIS')}`,
      `--hub=127.0.0.1:${tcp}`,
      `--web=127.0.0.1:${web}`,
      '--http=off',
      '--name=oslo',
      ...options,
    ];
    const hub = new HubProcess(web, words);
    await hub.start();
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const [program, ...rest] = this.words;
    this.process = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], cwd: this.folder });
    this.process.stdout?.on('data', (chunk) => this.keep(chunk));
    this.process.stderr?.on('data', (chunk) => this.keep(chunk));
    const end = Date.now() + START_MILLIS;
    while (!(await this.answers())) {
      if (Date.now() > end || this.process.exitCode !== null) {
        throw new Error(`the hub does not start:\n${this.log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** kill -9 */
  async kill(): Promise<void> {
    const { process } = this;
    if (process !== undefined && process.exitCode === null && process.signalCode === null) {
      const ended = new Promise((resolve) => process.once('exit', resolve));
      process.kill('SIGKILL');
      await ended;
    }
  }

  get lastLines(): string {
    return this.log.split('\n').slice(-40).join('\n');
  }

  private keep(chunk: Buffer): void {
    this.log = (this.log + chunk.toString()).slice(-50_000);
  }

  /** Every database is ready; a hub that asks who we are is taken at its word. */
  private async answers(): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}/v1/databases`);
      const { databases } = (await response.json()) as { databases?: { ready: boolean }[] };
      return response.status === 401 || (databases?.every(({ ready }) => ready) ?? false);
    } catch {
      return false;
    }
  }
}

export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is not set: BrowserTest of testing/system-tests starts these tests`);
  }
  return value;
}

async function freePorts(count: number): Promise<number[]> {
  const free: number[] = [];
  while (free.length < count) {
    nextPort = nextPort < HIGHEST_PORT ? nextPort + 1 : LOWEST_PORT;
    if (await isFree(nextPort)) {
      free.push(nextPort);
    }
  }
  return free;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
