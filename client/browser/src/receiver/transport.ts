/**
 * What carries frames, and what tells the time: handed in, so that nothing in here knows a browser.
 */

/** One WebSocket, or what a test puts in its place. One binary message is one frame. */
export interface Connection {
  send(frame: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

export interface ConnectionListener {
  onOpen(connection: Connection): void;
  onFrame(frame: Uint8Array): void;
  /** Once, also if it never opened. */
  onClosed(reason: string): void;
}

export interface Transport {
  /** Opens a connection; what becomes of it is told to the listener, never at once. */
  connect(listener: ConnectionListener): { abandon(): void };

  /** Asks for a load or for updates over HTTP; rejects with a `LoadRefused` if there are none to be had. */
  load(request: LoadRequest): Promise<LoadResponse>;

  /** Asks what pieces a load has (P132). */
  manifest(request: LoadRequest): Promise<Manifest>;

  /** Asks for one of them, which a cache on the way may have. */
  piece(url: string, request: LoadRequest): Promise<LoadResponse>;
}

export interface LoadRequest {
  readonly database: number;
  readonly collection: string;
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
  readonly token: string;
  /** Where an earlier load was cut, as cursor text; "" = from the beginning. */
  readonly cursor: string;
  /** Whether it goes on with what changes, and for how many bytes (P160, P196); 0 = it is a load. */
  readonly followBytes: number;
  readonly signal: AbortSignal;
}

export interface LoadResponse {
  /** Undone from its Content-Encoding. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The pieces of a load, and the cursor to go on from. */
export interface Manifest {
  readonly epoch: string;
  readonly cursor: string;
  readonly pieces: readonly { readonly url: string }[];
}

/** The hub's answer is no load. */
export class LoadRefused extends Error {
  constructor(
    readonly status: number,
    /** Name of the error as protocol.md has it, or "CURSOR", "" = none was said. */
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'LoadRefused';
  }
}

export type Cancel = () => void;

/** Time, timers and turns of the page's thread. */
export interface Loop {
  /** Only grows, also while the machine sleeps. */
  nowMillis(): number;
  unixMillis(): number;
  schedule(millis: number, task: () => void): Cancel;
  /** Lets the page draw and react before going on. */
  breathe(): Promise<void>;
  /** Whether nobody looks: batches are then taken once a second and the hub merges meanwhile. */
  hidden(): boolean;
  /** At least 0, less than 1. */
  random(): number;
}
