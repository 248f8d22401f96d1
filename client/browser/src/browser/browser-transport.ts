import {
  LoadRefused,
  type ConnectionListener,
  type LoadRequest,
  type LoadResponse,
  type Manifest,
  type Transport,
} from '../receiver/transport.ts';

const SUBPROTOCOL = 'replicator.v1';
const BATCHES = 'application/vnd.replicator.batches';
const NORMAL_CLOSE = 1000;

/** The way to a hub: `WebSocket` for updates, `fetch` for loads and where no WebSocket gets through (spec/http.md). */
export class BrowserTransport implements Transport {
  private readonly base: URL;

  /**
   * @param url of the hub, such as "https://hub.example.com"; a path in it stays
   */
  constructor(url: string | URL) {
    this.base = new URL(url, globalThis.location?.href);
    if (!/^(https?|wss?):$/.test(this.base.protocol)) {
      throw new TypeError(`the hub's address '${url}' begins with '${this.base.protocol}': http: or https: expected`);
    }
    this.base.protocol = this.base.protocol.replace('ws', 'http');
    this.base.search = '';
    this.base.hash = '';
    if (!this.base.pathname.endsWith('/')) {
      this.base.pathname += '/';
    }
  }

  connect(listener: ConnectionListener): { abandon(): void } {
    const url = new URL('v1/stream', this.base);
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new WebSocket(url, SUBPROTOCOL);
    socket.binaryType = 'arraybuffer';
    let opened = false;
    socket.onopen = () => {
      opened = true;
      listener.onOpen({
        send: (frame) => {
          if (socket.readyState === WebSocket.OPEN) {
            socket.send(frame);
          }
        },
        close: () => socket.close(NORMAL_CLOSE),
      });
    };
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) =>
      listener.onFrame(typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data));
    socket.onclose = ({ code, reason }) =>
      listener.onClosed(opened ? closeText(code, reason) : `${url.origin} cannot be reached, or refuses this page`);
    return { abandon: () => socket.close() };
  }

  /** What is here from an earlier visit is not sent again if nothing changed (P131). */
  async load(request: LoadRequest): Promise<LoadResponse> {
    const { followBytes, cursor } = request;
    const follow = followBytes > 0;
    const url = this.feedUrl(request, follow ? 'changes' : 'entries');
    if (follow) {
      url.searchParams.set('bytes', String(followBytes));
    }
    if (cursor !== '') {
      url.searchParams.set(follow ? 'since' : 'cursor', cursor);
    }
    return batches(await this.get(url, request, follow || cursor !== '' ? 'no-store' : 'no-cache'));
  }

  async manifest(request: LoadRequest): Promise<Manifest> {
    const url = this.feedUrl(request, 'entries');
    url.searchParams.set('pieces', '');
    return (await this.get(url, request, 'no-store')).json() as Promise<Manifest>;
  }

  async piece(path: string, request: LoadRequest): Promise<LoadResponse> {
    return batches(await this.get(new URL(path.replace(/^\//, ''), this.base), request, 'default'));
  }

  private feedUrl(request: LoadRequest, what: string): URL {
    const url = new URL(`v1/databases/${request.database}/${what}`, this.base);
    request.includes.forEach((glob) => url.searchParams.append('match', glob));
    request.excludes.forEach((glob) => url.searchParams.append('exclude', glob));
    if (request.collection !== '') {
      url.searchParams.set('collection', request.collection);
    }
    return url;
  }

  private async get(url: URL, { token, signal }: LoadRequest, cache: RequestCache): Promise<Response> {
    const headers: Record<string, string> = url.searchParams.has('pieces') ? {} : { Accept: BATCHES };
    if (token !== '') {
      headers.Authorization = `Bearer ${token}`;
    }
    const response = await fetch(url, { headers, signal, cache, credentials: 'omit' });
    if (!response.ok) {
      throw await refusal(response);
    }
    return response;
  }
}

function batches({ url, headers, body }: Response): LoadResponse {
  const type = headers.get('Content-Type') ?? '';
  if (!type.startsWith(BATCHES) || body === null) {
    throw new LoadRefused(404, '', `${new URL(url).origin} answers a load with '${type}': is this a hub?`);
  }
  return { body: chunks(body) };
}

/** Not every browser lets a stream be iterated. */
async function* chunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      yield next.value;
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

/** An error's body is JSON `{"error":"FORBIDDEN","text":"…"}` (P135). */
async function refusal(response: Response): Promise<LoadRefused> {
  const text = await response.text().catch(() => '');
  try {
    const said = JSON.parse(text) as { error?: string; text?: string };
    return new LoadRefused(response.status, said.error ?? '', `the hub says: ${said.text ?? said.error ?? response.status}`);
  } catch {
    return new LoadRefused(response.status, '', `the hub answers ${response.status} ${text.slice(0, 200)}`.trim());
  }
}

function closeText(code: number, reason: string): string {
  return reason === '' ? `closed with code ${code}` : reason;
}
