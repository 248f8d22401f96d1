import { wireErrorOf, WIRE_ERRORS, type WireErrorName } from '../codec/wire-error.ts';

/** Why a replica cannot go on: what the hub said, its code, and what the code means. */
export class ReplicatorError extends Error {
  /** As protocol.md names it, such as "FORBIDDEN"; "CLOSED" and "ABORTED" are this side's. */
  readonly code: string;
  /** What the code means, for people. */
  readonly meaning: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ReplicatorError';
    this.code = code;
    this.meaning = code in WIRE_ERRORS ? WIRE_ERRORS[code as WireErrorName][2] : '';
  }

  static ofCode(code: number, message: string): ReplicatorError {
    return new ReplicatorError(wireErrorOf(code).name, message);
  }
}
