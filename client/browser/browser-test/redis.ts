import { connect, type Socket } from 'node:net';

type Answer = string | number | null | Error | Answer[];
type Word = string | number | Uint8Array;

/** A hand on a real Redis: commands are written at once, answers come in order. */
export class Redis {
  private waiting: ((answer: Answer) => void)[] = [];
  private received = Buffer.alloc(0);

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk) => this.read(chunk));
  }

  static async at(address: string, database: number): Promise<Redis> {
    const [host, port] = address.split(':');
    const socket = connect(Number(port), host);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const redis = new Redis(socket);
    await redis.run('SELECT', database);
    return redis;
  }

  async run(...words: Word[]): Promise<Answer> {
    const answer = await this.send([words])[0];
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  }

  /** Many commands in one piece. */
  async all(commands: Word[][]): Promise<void> {
    const failed = (await Promise.all(this.send(commands))).find((answer) => answer instanceof Error);
    if (failed !== undefined) {
      throw failed;
    }
  }

  close(): void {
    this.socket.destroy();
  }

  private send(commands: Word[][]): Promise<Answer>[] {
    const pieces: Buffer[] = [];
    for (const words of commands) {
      pieces.push(Buffer.from(`*${words.length}\r\n`));
      for (const word of words) {
        const bytes = typeof word === 'object' ? Buffer.from(word) : Buffer.from(String(word));
        pieces.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'));
      }
    }
    this.socket.write(Buffer.concat(pieces));
    return commands.map(() => new Promise((resolve) => this.waiting.push(resolve)));
  }

  private read(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    for (;;) {
      const parsed = parse(this.received, 0);
      if (parsed === undefined) {
        return;
      }
      this.received = this.received.subarray(parsed.end);
      this.waiting.shift()?.(parsed.answer);
    }
  }
}

function parse(bytes: Buffer, at: number): { answer: Answer; end: number } | undefined {
  const lineEnd = bytes.indexOf('\r\n', at);
  if (lineEnd < 0) {
    return undefined;
  }
  const line = bytes.toString('utf8', at + 1, lineEnd);
  const end = lineEnd + 2;
  switch (String.fromCharCode(bytes[at])) {
    case '+':
      return { answer: line, end };
    case '-':
      return { answer: new Error(line), end };
    case ':':
      return { answer: Number(line), end };
    case '$': {
      const length = Number(line);
      if (length < 0) {
        return { answer: null, end };
      }
      return bytes.length < end + length + 2 ? undefined : { answer: bytes.toString('latin1', end, end + length), end: end + length + 2 };
    }
    default: {
      const all: Answer[] = [];
      let next = end;
      for (let i = 0; i < Number(line); i++) {
        const one = parse(bytes, next);
        if (one === undefined) {
          return undefined;
        }
        all.push(one.answer);
        next = one.end;
      }
      return { answer: all, end: next };
    }
  }
}
