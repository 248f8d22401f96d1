package io.replicator.testing.simulation;

import io.replicator.api.Batch.VersionList;
import io.replicator.api.Key;
import io.replicator.api.Source;
import io.replicator.api.Value;
import io.replicator.link.transport.Loop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The way of one hub to a {@link ModelDatabase}, as late and as unreliable as the real one: hints
 * come late but in order, reads are answered late but in order, pages of a scan lie apart; a gap
 * loses the hints that were on their way and fails every read, and is repaired by a scan (plain) or
 * from the chain (versioned).
 */
final class ModelSource implements Source {
  private static final int SCAN_PAGE = 40;
  private static final int LARGE_FOR_SCAN = 8192;

  private final Loop loop;
  private final RandomGenerator random;
  private final ModelDatabase database;
  private final ArrayDeque<Runnable> untold = new ArrayDeque<>();
  private long toldNanos;
  private long readNanos;
  private long answerNanos;
  private @Nullable Listener listener;
  private boolean connected;
  private boolean closed;

  /** Raised by every scan, gap and flush: what belongs to an older number is given up. */
  private int scan;

  private boolean scanning;
  private boolean everScanned;
  private long toldVersion = -1;
  private int largest;

  /** How long hints and reads take at most. */
  int slowMicros = 2000;

  /** So many of a thousand reads fail. */
  int failPerMille;

  ModelSource(Loop loop, RandomGenerator random, ModelDatabase database) {
    this.loop = loop;
    this.random = random;
    this.database = database;
  }

  /** Most hints that waited to be told. */
  int largestBacklog() {
    return largest;
  }

  @Override
  public int database() {
    return database.number();
  }

  @Override
  public boolean versioned() {
    return database.versioned();
  }

  @Override
  public void start(Listener newListener) {
    listener = newListener;
    database.capturedBy(this);
    connect();
  }

  private void connect() {
    connected = true;
    if (database.versioned()) {
      lookAtChain();
    } else {
      scan(everScanned ? "reconnect" : "start", everScanned);
    }
  }

  /** The connection is gone: nobody hears of changes. */
  void beginGap() {
    if (connected && !closed) {
      connected = false;
      scan++;
      if (!database.versioned()) {
        untold.clear(); // lost; a version told is known to have been told
      } else if (scanning) {
        toldVersion = -1;
      }
      scanning = false;
    }
  }

  void endGap() {
    if (!connected && !closed) {
      connect();
    }
  }

  /** The application changed these keys. */
  void changed(List<Key> keys) {
    if (!connected || closed) {
      return;
    }
    if (database.versioned()) {
      lookAtChain();
    } else {
      tell(told -> told.changed(new ArrayList<>(keys.stream().map(Key::bytes).toList())));
    }
  }

  void flushed() {
    if (connected && !closed) {
      scan("flush", true);
    }
  }

  private void lookAtChain() {
    if (scanning) {
      return;
    }
    if (toldVersion < 0) {
      long horizon = database.chainHorizon();
      long version = database.version();
      tell(told -> told.versionKnown(version, horizon));
      toldVersion = horizon;
      scan("start", false);
      return;
    }
    List<VersionList> lists = database.lists(toldVersion, database.version());
    if (lists.size() < database.version() - toldVersion) {
      toldVersion = -1;
      tell(told -> told.historyLost("a list is missing"));
      lookAtChain();
    } else if (!lists.isEmpty()) {
      toldVersion = database.version();
      tell(told -> told.versions(lists));
    }
  }

  private void scan(String reason, boolean withValues) {
    int mine = ++scan;
    scanning = true;
    everScanned = true;
    tell(told -> told.scanBegan(reason));
    scanPage(mine, withValues, null);
  }

  private void scanPage(int mine, boolean withValues, @Nullable Key after) {
    if (mine != scan || closed) {
      return;
    }
    database.expire();
    List<byte[]> keys = new ArrayList<>();
    List<byte[]> large = new ArrayList<>();
    Map<Key, Held> rest =
        after == null ? database.values() : database.values().tailMap(after, false);
    long[] hashes = new long[SCAN_PAGE];
    @Nullable Key last = after;
    for (Map.Entry<Key, Held> entry : rest.entrySet()) {
      if (keys.size() == SCAN_PAGE) {
        break;
      }
      last = entry.getKey();
      if (withValues && entry.getValue().bytes() > LARGE_FOR_SCAN) {
        large.add(last.bytes());
      } else if (withValues) {
        hashes[keys.size()] = entry.getValue().hash();
      }
      keys.add(last.bytes());
    }
    boolean done = keys.size() < SCAN_PAGE;
    if (!keys.isEmpty()) {
      long[] known = Arrays.copyOf(hashes, keys.size());
      tell(told -> told.scanned(keys, known));
    }
    if (!large.isEmpty()) {
      tell(told -> told.changed(large));
    }
    if (done) {
      tell(Listener::scanEnded);
      scanning = false;
      if (database.versioned()) {
        lookAtChain();
      }
    } else {
      Key next = Objects.requireNonNull(last);
      loop.schedule(micros(slowMicros), () -> scanPage(mine, withValues, next));
    }
  }

  private void tell(Consumer<Listener> what) {
    Listener to = Objects.requireNonNull(listener);
    toldNanos = Math.max(toldNanos + 1, loop.nowNanos() + micros(slowMicros).toNanos());
    untold.add(() -> what.accept(to));
    largest = Math.max(largest, untold.size());
    loop.schedule(Duration.ofNanos(toldNanos - loop.nowNanos()), this::tellNext);
  }

  /** As many turns as events were told; after a loss there may be more turns than events. */
  private void tellNext() {
    Runnable next = untold.pollFirst();
    if (next != null && !closed) {
      next.run();
    }
  }

  private Duration micros(int atMost) {
    return Duration.ofNanos(1000L * (1 + random.nextInt(Math.max(1, atMost))));
  }

  /** Runs in the order of the questions; answers in the same order. */
  private <T> CompletionStage<T> inOrder(Supplier<T> question) {
    CompletableFuture<T> result = new CompletableFuture<>();
    readNanos = Math.max(readNanos + 1, loop.nowNanos() + micros(slowMicros).toNanos());
    answerNanos = Math.max(answerNanos + 1, readNanos + micros(slowMicros).toNanos());
    long answerAt = answerNanos;
    loop.schedule(
        Duration.ofNanos(readNanos - loop.nowNanos()), () -> ask(question, answerAt, result));
    return result;
  }

  private <T> void ask(Supplier<T> question, long answerAt, CompletableFuture<T> result) {
    Duration wait = Duration.ofNanos(answerAt - loop.nowNanos());
    if (!connected || closed || random.nextInt(1000) < failPerMille) {
      loop.schedule(
          wait, () -> result.completeExceptionally(new IllegalStateException("source is away")));
      return;
    }
    database.expire();
    T answer;
    try {
      answer = question.get();
    } catch (RuntimeException e) {
      loop.schedule(wait, () -> result.completeExceptionally(e));
      return;
    }
    loop.schedule(wait, () -> result.complete(answer));
  }

  @Override
  public CompletionStage<ReadPage> read(List<byte[]> keys, int maxBytes, int maxValueBytes) {
    return inOrder(() -> new ReadPage(database.version(), readNow(keys, maxBytes, maxValueBytes)));
  }

  private List<Read> readNow(List<byte[]> keys, int maxBytes, int maxValueBytes) {
    List<Read> entries = new ArrayList<>();
    long bytes = 0;
    for (byte[] key : keys) {
      Held held = database.get(Key.of(key));
      if (bytes > 0 && bytes >= maxBytes) {
        entries.add(new Read.Skipped());
      } else if (held == null) {
        entries.add(new Read.Absent());
      } else if (held.bytes() > maxValueBytes) {
        entries.add(new Read.Large(held.bytes()));
      } else {
        bytes += held.bytes();
        entries.add(
            new Read.Present(held.value(), held.expiresAtMillis(), held.hash(), held.bytes()));
      }
    }
    return entries;
  }

  @Override
  public LargeRead readLarge(byte[] key, int sliceBytes) {
    return new Slices(Key.of(key), sliceBytes);
  }

  @Override
  public CompletionStage<List<VersionList>> chain(long from, long to) {
    return inOrder(() -> database.lists(from, to));
  }

  @Override
  public SourceStatus status() {
    return new SourceStatus(connected, "model", "memory", 0, 0, 0, 0, "");
  }

  @Override
  public void close() {
    closed = true;
    connected = false;
    untold.clear();
  }

  /** Slices of one string. */
  private final class Slices implements LargeRead {
    private final Key key;
    private final int sliceBytes;
    private @Nullable Held first;
    private int at;

    Slices(Key key, int sliceBytes) {
      this.key = key;
      this.sliceBytes = sliceBytes;
    }

    @Override
    public CompletionStage<LargeSlice> next() {
      return inOrder(this::slice);
    }

    private LargeSlice slice() {
      Held now = database.get(key);
      if (now == null) {
        return new LargeSlice(null, 0, true);
      }
      Held begun = first;
      if (begun == null) {
        begun = now;
        first = now;
      }
      if (begun.state() != now.state()) {
        throw new ChangedMeanwhile(key);
      }
      if (!(begun.value() instanceof Value.StringValue(byte[] bytes))) {
        return new LargeSlice(begun.value(), begun.expiresAtMillis(), true);
      }
      int to = Math.min(bytes.length, at + sliceBytes);
      Value part = new Value.StringValue(Arrays.copyOfRange(bytes, at, to));
      at = to;
      return new LargeSlice(part, begun.expiresAtMillis(), to == bytes.length);
    }

    @Override
    public void close() {}
  }
}
