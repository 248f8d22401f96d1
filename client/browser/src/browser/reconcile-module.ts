import type { LoadReconcile } from '../receiver/feed-runs.ts';

/**
 * The part that compares, as a module has it: a file beside this one, which bundlers keep apart by themselves. In the
 * plain scripts `reconcile-beside.ts` stands in its place.
 */
export const loadReconcile: LoadReconcile = () => import('../reconcile/mod.ts');
