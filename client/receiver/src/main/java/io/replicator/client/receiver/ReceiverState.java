package io.replicator.client.receiver;

import io.replicator.link.transport.Connection;
import io.replicator.link.transport.Loop;
import org.jspecify.annotations.Nullable;

/** Where a {@link ReceiverSession} stands; the way through them is drawn there. */
sealed interface ReceiverState {
  /** What frames go out by; null = none may. */
  default @Nullable Connection connection() {
    return null;
  }

  /** Whether the end has come, for whatever reason. */
  default boolean isOver() {
    return false;
  }

  record Fresh() implements ReceiverState {}

  record AwaitingWelcome(Connection connection, Loop.Timer timeout) implements ReceiverState {}

  record Streaming(Connection connection, KeepAlive keepAlive, GrantedFeeds feeds)
      implements ReceiverState {}

  /** Calls into sinks are still out. */
  record Ending(SessionEnd end) implements ReceiverState {
    @Override
    public boolean isOver() {
      return true;
    }
  }

  record Ended(SessionEnd end) implements ReceiverState {
    @Override
    public boolean isOver() {
      return true;
    }
  }
}
