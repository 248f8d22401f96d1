import type { LoadReconcile } from '../receiver/feed-runs.ts';

/** Known only while the script runs for the first time. */
const script = globalThis.document?.currentScript as HTMLScriptElement | null | undefined;
const address = script?.src ?? '';

/**
 * The part that compares, as a plain script has it: the module beside its own address. A page whose policy allows the
 * script by a nonce or by its host allows what it imports, too.
 */
export const loadReconcile: LoadReconcile = async () =>
  import(new URL('replicator-reconcile.mjs', address).href) as ReturnType<LoadReconcile>;
