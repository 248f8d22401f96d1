import type { Cursor } from '../codec/change.ts';

/** A cursor as text: `base64url(live) "." base64url(backfill)` without padding (P127). */
export function cursorText({ live, backfill }: Cursor): string {
  return live === undefined ? '' : `${base64url(live)}.${base64url(backfill ?? new Uint8Array(0))}`;
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

