package io.replicator.link.transport.netty;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ScheduledFuture;
import io.replicator.link.transport.Loop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The product's loop: one Netty event loop, on epoll where the system has it. A task that throws is
 * logged and harms no other.
 */
public final class NettyLoop implements Loop, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NettyLoop.class);
  private static final long SHUTDOWN_SECONDS = 3;

  /** Long enough for what closing connections leave to do, TLS above all. */
  private static final long QUIET_MILLIS = 20;

  private final EventLoopGroup group;
  private final EventLoop loop;
  private final boolean epoll;
  private final PathMemory paths = new PathMemory(); // the loop's

  private NettyLoop(String threadName, boolean epoll) {
    this.epoll = epoll;
    group =
        new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory(threadName, true),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    loop = group.next();
  }

  /** A new loop on a thread of this name. */
  public static NettyLoop start(String threadName) {
    return new NettyLoop(threadName, Epoll.isAvailable());
  }

  /** A loop as on systems without epoll. */
  static NettyLoop startWithoutEpoll(String threadName) {
    return new NettyLoop(threadName, false);
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(() -> run(task));
  }

  @Override
  public long nowNanos() {
    return System.nanoTime();
  }

  @Override
  public long unixMillis() {
    return System.currentTimeMillis();
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    ScheduledFuture<?> future =
        loop.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  @Override
  public boolean inLoop() {
    return loop.inEventLoop();
  }

  /** Ends the loop; connections that are still open end with it. */
  @Override
  public void close() {
    var ended =
        group.shutdownGracefully(QUIET_MILLIS, SHUTDOWN_SECONDS * 1000, TimeUnit.MILLISECONDS);
    if (!inLoop() && !ended.awaitUninterruptibly(SHUTDOWN_SECONDS + 1, TimeUnit.SECONDS)) {
      LOG.atWarn().addKeyValue("loop", loop).log("loop did not end in time");
    }
  }

  boolean epoll() {
    return epoll;
  }

  /** What connections of this loop have learned; to be asked on the loop. */
  PathMemory paths() {
    return paths;
  }

  EventLoopGroup group() {
    return group;
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("a task on the loop failed");
    }
  }
}
