import type { Cursor } from '../codec/change.ts';

/** A cursor as text: `base64url(live) "." base64url(backfill)` without padding (P127). */
export function cursorText({ live, backfill }: Cursor): string {
  return live === undefined ? '' : `${base64url(live)}.${base64url(backfill ?? new Uint8Array(0))}`;
}

/** The opposite. */
export function cursorOf(text: string): Cursor {
  const [live, backfill] = text
    .split('.')
    .map((part) => Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0)));
  return { live, backfill };
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

