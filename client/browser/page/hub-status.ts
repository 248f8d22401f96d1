/** What `v1/status` says (P137); the names are those of the hub's records. */
export interface HubStatus {
  readonly hubId: string;
  readonly unixMillis: number;
  readonly draining: boolean;
  readonly databases: readonly DatabaseStatus[];
  readonly subscribers: readonly SubscriberStatus[];
  readonly counters: Readonly<Record<string, number>>;
}

export interface DatabaseStatus {
  readonly database: number;
  readonly versioned: boolean;
  readonly ready: boolean;
  readonly version: number;
  readonly keys: number;
  readonly indexBytes: number;
  readonly pendingKeys: number;
  readonly level: string;
  readonly collections: readonly { readonly name: string; readonly level: string; readonly match: readonly string[] }[];
  readonly lastRepair: { readonly reason: string; readonly unixMillis: number; readonly changedKeys: number } | null;
  readonly source: {
    readonly connected: boolean;
    readonly capture: string;
    readonly endpoint: string;
    readonly hints: number;
    readonly scans: number;
    readonly message: string;
  };
}

export interface SubscriberStatus {
  readonly clientId: string;
  readonly name: string;
  readonly address: string;
  readonly state: string;
  readonly codec: string;
  readonly unackedBytes: number;
  readonly windowBytes: number;
  readonly rttNanos: number | null;
  readonly feeds: readonly FeedStatus[];
}

export interface FeedStatus {
  readonly feed: number;
  readonly database: number;
  readonly collection: string;
  readonly level: string;
  readonly state: string;
  readonly lagVersions: number;
  readonly lagSeconds: number;
  readonly changes: number;
  readonly keysSent: number;
  readonly rawBytes: number;
  readonly mergedBytes: number;
  readonly compressedBytes: number;
  readonly wireBytes: number;
  readonly progressSlots: number;
  readonly progressOfSlots: number;
  readonly sinceVerifiedSeconds: number | null;
  readonly lastDifferences: number;
  readonly driftFound: number;
  readonly repaired: number;
}

/** The hub's answer is no status. */
export class StatusRefused extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

export async function fetchStatus(token: string, signal: AbortSignal): Promise<HubStatus> {
  const headers: HeadersInit = token === '' ? {} : { Authorization: `Bearer ${token}` };
  const response = await fetch('v1/status', { headers, signal, cache: 'no-store' });
  if (!response.ok) {
    const text = await response.text();
    throw new StatusRefused(response.status, said(text) ?? `the hub answers ${response.status}`);
  }
  return (await response.json()) as HubStatus;
}

function said(json: string): string | undefined {
  try {
    return (JSON.parse(json) as { text?: string }).text;
  } catch {
    return undefined;
  }
}
