package io.replicator.hub.delivery;

import io.replicator.api.QosLevel;
import io.replicator.link.wire.FeedRequest;

/**
 * A feed that was asked for and may be had.
 *
 * @param number the client's number for it
 * @param collection its name, "" = none
 * @param filter request, collection and access rules together
 * @param holds whether all of the client's targets hold data and can tell hashes of it
 * @param verifyOnly whether it wants to compare and nothing else
 */
record FeedRequested(
    int number,
    DatabaseState database,
    String collection,
    KeyFilter filter,
    QosLevel level,
    FeedRequest.Holds holds,
    boolean verifyOnly) {

  /** The chain names keys of the whole database: a part of it would be a lie. */
  boolean carriesChain() {
    return database.versioned() && filter.isAll();
  }
}
