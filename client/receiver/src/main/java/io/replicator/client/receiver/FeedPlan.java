package io.replicator.client.receiver;

import io.replicator.api.FeedId;
import io.replicator.api.QosLevel;
import org.jspecify.annotations.Nullable;

/**
 * A feed that this client asks for.
 *
 * @param level wished level; null = as the hub has it. A more urgent one than the hub's is not
 *     given
 */
public record FeedPlan(FeedId id, @Nullable QosLevel level) {}
