import { cursorText } from '../receiver/cursor-text.ts';
import { FIRST_ANSWER_BYTES, nextAnswerBytes, watched } from '../receiver/http-updates.ts';
import { initialLoad, type LoadObserver } from '../receiver/initial-load.ts';
import { piecesLoad } from '../receiver/pieces-load.ts';
import type { LoadRequest, Loop, Transport } from '../receiver/transport.ts';
import type { Entries } from './entries.ts';
import type { ReplicaSettings } from './replica-settings.ts';

/** Loads that fail in turn before the WebSocket is asked for everything. */
const MAX_FAILED_LOADS = 3;

/** What is told of what comes over HTTP. */
export interface HttpObserver {
  /** The hub answers, entries are to come. */
  answered(): void;
  batch(keys: number, rawBytes: number): void;
}

/** What comes over HTTP instead of a WebSocket: the first load, and updates where no WebSocket gets through. */
export class HttpWay {
  private failedLoads = 0;

  constructor(
    private readonly loop: Loop,
    private readonly transport: Transport,
    private readonly settings: ReplicaSettings,
    private readonly entries: Entries,
  ) {}

  /** Nothing is here yet, or a load was cut, and a hub may have the rest over HTTP. */
  loadsFirst(): boolean {
    return this.settings.loadOverHttp && !this.isComplete() && this.failedLoads < MAX_FAILED_LOADS;
  }

  /** Whether everything is here and updates may come over HTTP. */
  mayFollow(): boolean {
    return this.settings.loadOverHttp && this.isComplete();
  }

  private isComplete(): boolean {
    const { live, backfill } = this.entries.cursor;
    // what is being compared goes on being compared, which HTTP cannot
    return live !== undefined && ((backfill?.length ?? 0) === 0 || this.entries.comparing);
  }

  /** Hub, or what is between, has no loads: the WebSocket may. */
  hasNoLoads(): void {
    this.failedLoads = MAX_FAILED_LOADS;
  }

  async load(token: string, signal: AbortSignal, observer: HttpObserver): Promise<void> {
    this.failedLoads++;
    const request = this.request(token, 0, signal);
    const told = this.told(signal, (keys, rawBytes) => {
      if (this.entries.cursor.live !== undefined) {
        this.failedLoads = 0; // what came is not asked for again
      }
      observer.batch(keys, rawBytes);
    });
    const { maxBatchBytes } = this.settings.receiver;
    if (this.settings.pieces && request.cursor === '') {
      const manifest = await this.transport.manifest(request);
      observer.answered();
      const piece = (url: string) => this.transport.piece(url, request);
      await piecesLoad(manifest, piece, this.entries, this.loop, maxBatchBytes, told);
    } else {
      const response = await this.transport.load(request);
      observer.answered();
      await initialLoad(response, this.entries, this.loop, maxBatchBytes, told);
    }
    this.failedLoads = 0;
  }

  /** Goes on with what changes, answer by answer (P160, P196). @returns only when it is cut */
  async follow(token: string, signal: AbortSignal, observer: HttpObserver): Promise<void> {
    const answered = () => observer.answered();
    for (let bytes = FIRST_ANSWER_BYTES, first = true; !signal.aborted; first = false) {
      const begun = this.loop.nowMillis();
      const batches = await this.answer(token, bytes, signal, first ? answered : undefined, observer);
      if (batches === 0) {
        throw new Error('the hub ended its updates over HTTP');
      }
      bytes = nextAnswerBytes(bytes, this.loop.nowMillis() - begun);
    }
  }

  /** @returns how many batches it brought */
  private async answer(
    token: string,
    bytes: number,
    signal: AbortSignal,
    answered: (() => void) | undefined,
    observer: HttpObserver,
  ): Promise<number> {
    const { body } = await this.transport.load(this.request(token, bytes, signal));
    answered?.();
    this.removeLeftovers();
    let batches = 0;
    const told = this.told(signal, (keys, rawBytes) => {
      batches++;
      this.removeLeftovers();
      observer.batch(keys, rawBytes);
    });
    await initialLoad({ body: watched(body, this.loop) }, this.entries, this.loop, this.settings.receiver.maxBatchBytes, told);
    return batches;
  }

  /** Nobody can be asked here, nor need be: what a snapshot did not bring is not there any more (P133). */
  private removeLeftovers(): void {
    if (this.entries.owesLeftovers) {
      void this.entries.removeLeftovers((keys) => Promise.resolve(keys.map(() => false)));
    }
  }

  private request(token: string, followBytes: number, signal: AbortSignal): LoadRequest {
    return { ...this.settings.plan, token, cursor: cursorText(this.entries.cursor), followBytes, signal };
  }

  private told(signal: AbortSignal, loaded: (keys: number, rawBytes: number) => void): LoadObserver {
    return { loaded, ended: () => signal.aborted };
  }
}
