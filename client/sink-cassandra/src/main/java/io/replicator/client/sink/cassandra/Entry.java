package io.replicator.client.sink.cassandra;

import io.replicator.api.Value;

/**
 * One key's new value on its way to rows.
 *
 * @param database number in the column db
 * @param micros write timestamp; what was there before is deleted one below it
 * @param ttl seconds, {@link Ttl#NONE} = no expiry
 * @param traces what the key may have left: bits of {@link Trace}
 */
record Entry(
    int database,
    byte[] key,
    Value value,
    long version,
    long expiresAtMillis,
    long micros,
    int ttl,
    int traces) {}
