/** Why a session ended: what to say, and what to do next. */
export type SessionEnd =
  /** The connection is gone, or silent: come back soon. */
  | { readonly kind: 'lost'; readonly text: string }
  /** The hub ended it. Retryable: coming back soon may help; if not, someone must change something. */
  | { readonly kind: 'refused'; readonly code: number; readonly retryable: boolean; readonly text: string }
  /** The hub sent what the protocol does not allow; it was told. */
  | { readonly kind: 'violated'; readonly text: string }
  /** This side wanted it. */
  | { readonly kind: 'closed'; readonly text: string };
