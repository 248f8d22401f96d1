package io.replicator.client.receiver;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.replicator.api.Key;
import io.replicator.api.SinkException;
import io.replicator.link.codec.ProtocolException;
import io.replicator.link.codec.WireError;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.KeyAnswer;
import io.replicator.link.wire.KeyQuery;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Questions to the hub that are not answered yet: which of these keys does the source have? One
 * question of a sink becomes as many {@link KeyQuery} frames as its keys need. Confined to the
 * loop.
 */
final class KeyQueries {
  /** Most keys a sink asks about at once. */
  static final int MAX_KEYS = 4096;

  /** Key bytes of one frame: far below the largest frame, and no burden for a slow link. */
  static final int MAX_FRAME_KEY_BYTES = 32 * 1024;

  /** A key above this is not asked about: it counts as present. */
  static final int MAX_KEY_BYTES = 128 * 1024;

  /** A sink's question: what is known so far, and how many frames are still out. */
  private static final class Question {
    final BitSet present = new BitSet();
    final CompletableFuture<BitSet> answer;
    int framesOut;

    Question(CompletableFuture<BitSet> answer) {
      this.answer = answer;
    }
  }

  /** One frame of it: which of the sink's keys its keys are. */
  private record Asked(Question question, int[] positions) {}

  private final Consumer<Frame> link;
  private final Map<Long, Asked> asked = new HashMap<>();
  private long lastQuery;
  private @Nullable String ended;

  KeyQueries(Consumer<Frame> link) {
    this.link = link;
  }

  /**
   * Asks. Keys that the feed cannot hold are not asked about and count as present, so that nobody
   * removes them.
   */
  void ask(int feed, GrantedScope scope, List<Key> keys, CompletableFuture<BitSet> answer) {
    if (ended != null) {
      answer.completeExceptionally(unavailable(ended));
      return;
    }
    if (keys.size() > MAX_KEYS) {
      answer.completeExceptionally(
          new IllegalArgumentException(
              keys.size() + " keys in one question, at most " + MAX_KEYS + " expected"));
      return;
    }
    Question question = new Question(answer);
    Collector collector = new Collector(feed, question);
    for (int i = 0; i < keys.size(); i++) {
      byte[] key = keys.get(i).bytes();
      if (key.length > MAX_KEY_BYTES || !scope.covers(key)) {
        question.present.set(i);
      } else {
        collector.add(i, key);
      }
    }
    collector.send();
    if (question.framesOut == 0) {
      answer.complete(question.present);
    }
  }

  void answered(KeyAnswer answer) {
    Asked frame = asked.remove(answer.getQuery());
    if (frame == null) {
      throw new ProtocolException(
          WireError.BAD_FRAME,
          "an answer to key query " + answer.getQuery() + ", which is not open");
    }
    ByteString bits = answer.getPresent();
    for (int i = 0; i < frame.positions.length; i++) {
      if (i / 8 < bits.size() && (bits.byteAt(i / 8) & (1 << (i % 8))) != 0) {
        frame.question.present.set(frame.positions[i]);
      }
    }
    if (--frame.question.framesOut == 0) {
      frame.question.answer.complete(frame.question.present);
    }
  }

  /** The session ended: nobody will answer. */
  void end(String reason) {
    ended = reason;
    List<Asked> open = new ArrayList<>(asked.values());
    asked.clear();
    open.forEach(frame -> frame.question.answer.completeExceptionally(unavailable(reason)));
  }

  private static SinkException unavailable(String reason) {
    return new SinkException(
        SinkException.Category.UNAVAILABLE, "the hub cannot be asked which keys exist: " + reason);
  }

  /** Fills frames with keys. */
  private final class Collector {
    private final int feed;
    private final Question question;
    private final List<Integer> positions = new ArrayList<>();
    private KeyQuery.Builder query = KeyQuery.newBuilder();
    private int bytes;

    Collector(int feed, Question question) {
      this.feed = feed;
      this.question = question;
    }

    void add(int position, byte[] key) {
      if (bytes > 0 && bytes + key.length > MAX_FRAME_KEY_BYTES) {
        send();
      }
      query.addKeys(UnsafeByteOperations.unsafeWrap(key));
      positions.add(position);
      bytes += key.length + 1;
    }

    void send() {
      if (positions.isEmpty()) {
        return;
      }
      long number = ++lastQuery;
      asked.put(
          number, new Asked(question, positions.stream().mapToInt(Integer::intValue).toArray()));
      question.framesOut++;
      link.accept(Frame.newBuilder().setKeyQuery(query.setFeed(feed).setQuery(number)).build());
      query = KeyQuery.newBuilder();
      positions.clear();
      bytes = 0;
    }
  }
}
