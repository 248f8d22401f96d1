/**
 * What a hub says over HTTP: entries, changes, status, the page.
 *
 * <p>Takes requests from the HTTP transport and batches from {@link
 * io.replicator.hub.delivery.FeedReader}s, which are feeds like those of subscribers. Gives answers
 * by the rules P120-P138 of spec/http.md; a WebSocket request becomes one more {@link
 * io.replicator.link.transport.Connection} of delivery. Runs on the hub's {@link
 * io.replicator.link.transport.Loop}; rendering and compressing run on workers. When it fails: the
 * request is answered with a reason, or, once its answer is under way, its connection ends without
 * the last chunk.
 */
@NullMarked
package io.replicator.hub.web;

import org.jspecify.annotations.NullMarked;
