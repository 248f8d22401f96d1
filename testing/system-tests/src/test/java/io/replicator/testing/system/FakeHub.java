package io.replicator.testing.system;

import io.replicator.link.wire.Codec;
import io.replicator.link.wire.Error;
import io.replicator.link.wire.FeedGrant;
import io.replicator.link.wire.FeedRequest;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.Hello;
import io.replicator.link.wire.Welcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A hub on a socket of its own, without anything of the product but the generated messages. Each
 * connection plays the next of its scenes; with none left it closes what comes.
 */
final class FakeHub implements AutoCloseable {
  static final long EPOCH = 7;
  private static final int READ_LIMIT_MILLIS = 30_000;

  /** What the hub does on one connection, after the client's Hello. */
  @FunctionalInterface
  interface Scene {
    void play(Stage stage) throws IOException;
  }

  /** One connection. */
  record Stage(Hello hello, OutputStream out, InputStream in) {
    void send(Frame frame) throws IOException {
      frame.writeDelimitedTo(out);
      out.flush();
    }

    void bytes(byte[] bytes) throws IOException {
      out.write(bytes);
      out.flush();
    }

    /** A right Welcome to everything the client asked for, from a snapshot on. */
    Welcome.Builder welcome() {
      Welcome.Builder answer =
          Welcome.newBuilder()
              .setProtocol(1)
              .setHubId("fake")
              .setCodec(Codec.CODEC_ZSTD)
              .setBlockBytes(1024)
              .setKeepaliveMillis(10_000);
      for (FeedRequest request : hello.getFeedsList()) {
        answer.addFeeds(
            FeedGrant.newBuilder()
                .setFeed(request.getFeed())
                .setEpoch(EPOCH)
                .setResume(FeedGrant.Resume.SNAPSHOT));
      }
      return answer;
    }

    void greet() throws IOException {
      send(Frame.newBuilder().setWelcome(welcome()).build());
    }

    int feed() {
      return hello.getFeeds(0).getFeed();
    }

    /** Reads until the client says something of this kind. */
    Optional<Frame> await(Frame.MessageCase kind) throws IOException {
      for (Frame frame = next(); frame != null; frame = next()) {
        if (frame.getMessageCase() == kind) {
          return Optional.of(frame);
        }
      }
      return Optional.empty();
    }

    private @Nullable Frame next() throws IOException {
      return Frame.parseDelimitedFrom(in);
    }
  }

  private final ServerSocket listening;
  private final Thread thread;
  private final BlockingQueue<Scene> scenes = new LinkedBlockingQueue<>();
  private final List<Error> errors = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private volatile @Nullable Socket open;

  FakeHub(String address, List<Scene> scenes) {
    this.scenes.addAll(scenes);
    try {
      int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
      listening = new ServerSocket(port, 16, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread = Thread.ofPlatform().name("fake-hub").start(this::accept);
  }

  /** What clients said when they ended a connection, in order. */
  List<Error> errors() {
    return List.copyOf(errors);
  }

  /** What went wrong with the fake itself. */
  List<Throwable> failures() {
    return List.copyOf(failures);
  }

  boolean hasPlayedAll() {
    return scenes.isEmpty();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try (Socket socket = listening.accept()) {
        open = socket;
        serve(socket);
      } catch (IOException e) {
        // The client, or this hub, has closed: the next connection follows.
      } catch (RuntimeException e) {
        failures.add(e);
      }
    }
  }

  private void serve(Socket socket) throws IOException {
    socket.setSoTimeout(READ_LIMIT_MILLIS);
    Frame first = Frame.parseDelimitedFrom(socket.getInputStream());
    Scene scene = first == null ? null : scenes.poll();
    if (first == null || scene == null) {
      return;
    }
    Stage stage = new Stage(first.getHello(), socket.getOutputStream(), socket.getInputStream());
    scene.play(stage);
    stage.await(Frame.MessageCase.ERROR).ifPresent(frame -> errors.add(frame.getError()));
  }

  @Override
  public void close() {
    try {
      listening.close();
      Socket last = open;
      if (last != null) {
        last.close();
      }
      thread.join(READ_LIMIT_MILLIS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
