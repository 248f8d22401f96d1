package io.replicator.link.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connects to one address, and again beside that every half second until one of the attempts is
 * answered: a lost attempt is repeated by the kernel after 1, 3, 7 s, which is long when a cut has
 * just been healed. The first that succeeds wins, the first that fails ends it. Confined to the
 * loop.
 */
abstract class ConnectRace {
  private static final Duration ANOTHER_AFTER = Duration.ofMillis(500);

  private final NettyLoop loop;
  private final List<Channel> runners = new ArrayList<>();
  private @Nullable Channel winner;
  private boolean lost;

  ConnectRace(NettyLoop loop) {
    this.loop = loop;
  }

  /** Begins one more attempt. */
  abstract ChannelFuture attempt();

  /** None got through. */
  abstract void lost(@Nullable Throwable cause);

  /** Whether nobody waits for its outcome any more. */
  abstract boolean isPointless();

  /** Begins, and goes on until there is an outcome. */
  void run() {
    if (winner != null || lost || isPointless()) {
      return;
    }
    ChannelFuture connecting = attempt();
    runners.add(connecting.channel());
    connecting.addListener(done -> arrived(connecting.channel(), done.isSuccess(), done.cause()));
    loop.schedule(ANOTHER_AFTER, this::run);
  }

  boolean isWonBy(Channel channel) {
    return channel.equals(winner);
  }

  private void arrived(Channel runner, boolean success, @Nullable Throwable cause) {
    runners.remove(runner);
    if (winner != null || lost) {
      var _ = runner.close();
      return;
    }
    if (success) {
      winner = runner;
    } else {
      lost = true;
    }
    for (Channel other : List.copyOf(runners)) {
      var _ = other.close();
    }
    if (lost) {
      lost(cause);
    }
  }
}
