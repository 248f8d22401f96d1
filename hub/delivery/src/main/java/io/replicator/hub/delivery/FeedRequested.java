package io.replicator.hub.delivery;

import io.replicator.api.QosLevel;

/**
 * A feed that was asked for and may be had.
 *
 * @param number the client's number for it
 * @param collection its name, "" = none
 * @param filter request, collection and access rules together
 */
record FeedRequested(
    int number, DatabaseState database, String collection, KeyFilter filter, QosLevel level) {}
