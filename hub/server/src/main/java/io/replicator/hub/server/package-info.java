/**
 * Wires a hub and shows it to its operator.
 *
 * <p>Takes settings from the command line or an embedding application. Gives a running hub:
 * sources, delivery and TCP wired together, access rules, and an HTTP endpoint with metrics, health
 * and status. Runs on the caller's thread while it starts and ends, on a thread of its own for
 * HTTP; everything between is on the hub's loop. When it fails: a setting that cannot be right is
 * refused before anything listens, and whatever was started is closed again; a Redis that cannot be
 * reached does not stop the hub, the source tries again and {@code /readyz} says so.
 */
@NullMarked
package io.replicator.hub.server;

import org.jspecify.annotations.NullMarked;
