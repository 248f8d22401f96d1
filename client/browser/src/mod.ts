/** Live copies of Redis data in a web page. Everything public stands here. */
export { connect, Hub } from './connect.ts';
export type { ConnectOptions, Environment } from './hub-context.ts';
export { Selection, type QosLevel } from './selection.ts';
export { Subscription } from './replica/subscription.ts';
export { LiveMap } from './replica/live-map.ts';
export { LiveArray, type ArrayOptions } from './replica/live-array.ts';
export type { Splice } from './replica/sorted-items.ts';
export type { ClientChange } from './replica/client-change.ts';
export type { ReplicaState, ReplicaStatus } from './replica/replica-status.ts';
export { ReplicatorError } from './replica/replicator-error.ts';
export type {
  HashValue,
  ListValue,
  OpaqueValue,
  ScoredMember,
  SetValue,
  SortedSetValue,
  StreamEntry,
  StreamValue,
  StringValue,
  Value,
} from './codec/value.ts';
export { toBytes, toText } from './codec/text.ts';
