/**
 * The command {@code replicator}: options and YAML file to settings, settings to a running hub,
 * client, comparison or demo.
 *
 * <p>Takes arguments from the shell, a YAML file, secrets from files or the environment. Gives
 * checked settings to {@code hub/server} and {@code client/replica}, which do the work, and words
 * and exit codes to the person who typed. Runs on the main thread; the started hub or client has
 * its own. When it fails: one line says which value, what was expected and what to do, and the exit
 * code is 2 (could not) or 1 (found a difference).
 */
@NullMarked
package io.replicator.command.cli;

import org.jspecify.annotations.NullMarked;
