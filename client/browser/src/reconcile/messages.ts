/** Messages of a reconcile, by their numbers in wire.proto. */
export const BEGIN = 11;
export const ASK = 12;
export const SYMBOLS = 13;
export const WANT = 14;
export const ITEMS = 15;
export const NOTE = 16;

/** Kinds of a note. */
export const NOTES = { CUT: 3, WANTED: 4, SERVED: 5, DONE: 6, GIVE_UP: 7, REFUSED: 8, AGAIN: 9 } as const;
