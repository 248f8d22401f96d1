package io.replicator.client.receiver;

import io.replicator.link.transport.Loop;
import io.replicator.link.wire.Frame;
import io.replicator.link.wire.ReconcileNote;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has one feed compared with the hub every so often while it is current, and mended if it differs.
 * A difference that a repair did not end is told, and mended ever more rarely: a target that cannot
 * take a value as it is would be written for ever. Confined to the loop.
 */
final class Verifier {
  private static final Logger LOG = LoggerFactory.getLogger(Verifier.class);
  private static final int MOST_PATIENCE = 288;
  private static final Duration FIRST = Duration.ofSeconds(30);

  /** What it needs of its feed. */
  interface Feed {
    boolean isCurrent();

    boolean isOver();

    void send(Frame frame);
  }

  private final int number;
  private final String name;
  private final CompareSettings settings;
  private final Loop loop;
  private final Feed feed;

  private boolean asked;
  private boolean scheduled;
  private int toSkip;
  private int patience = 1;
  private boolean repairing;
  private @Nullable String refused;

  private long verifications;
  private long drift;
  private long repaired;
  private long verifiedNanos;
  private long lastDifferences;

  /** What the last comparison found, if that was mended: to tell whether it comes back. */
  private long mended;

  private List<String> lastKeys = List.of();

  Verifier(int number, String name, CompareSettings settings, Loop loop, Feed feed) {
    this.number = number;
    this.name = name;
    this.settings = settings;
    this.loop = loop;
    this.feed = feed;
  }

  /** From now on, every so often. */
  void start() {
    if (!scheduled && settings.verifyEvery().isPositive()) {
      scheduled = true;
      // the first one soon: what it reads is remembered
      Duration every = settings.verifyEvery();
      loop.schedule(every.compareTo(FIRST) < 0 ? every : FIRST, this::tick);
    }
  }

  private void tick() {
    if (feed.isOver()) {
      return;
    }
    if (feed.isCurrent() && !asked) {
      if (toSkip > 0) {
        toSkip--;
      } else {
        ask();
      }
    }
    loop.schedule(settings.verifyEvery(), this::tick);
  }

  void ask() {
    asked = true;
    send(ReconcileNote.Kind.VERIFY);
  }

  private void send(ReconcileNote.Kind kind) {
    feed.send(
        Frame.newBuilder()
            .setReconcileNote(ReconcileNote.newBuilder().setFeed(number).setKind(kind))
            .build());
  }

  /** The hub will not compare now. */
  void refused(String reason) {
    asked = false;
    repairing = false;
    if (!reason.equals(refused)) {
      refused = reason;
      LOG.atInfo().addKeyValue("feed", name).addKeyValue("reason", reason).log("not verified");
    }
  }

  void ended(Reconciliation run, Compared result) {
    if (run.isVerification()) {
      asked = false;
      if (result.gaveUp().isEmpty()) {
        verified(result);
      }
    } else if (result.gaveUp().isEmpty()) {
      mended(result);
    }
  }

  /** A run that mends leaves no difference to what was read or remembered when it began. */
  private void mended(Compared result) {
    if (repairing) {
      repairing = false;
      repaired += result.differences();
    }
    mended = lastDifferences;
    lastDifferences = 0;
    lastKeys = List.of();
  }

  private void verified(Compared result) {
    verifications++;
    verifiedNanos = loop.nowNanos();
    boolean again = mended > 0 && result.differences() >= mended;
    mended = 0;
    lastDifferences = result.differences();
    List<String> keys = new ArrayList<>();
    result.keys().forEach(key -> keys.add(key.toString()));
    lastKeys = List.copyOf(keys);
    if (result.differences() == 0) {
      patience = 1;
      return;
    }
    drift += result.differences();
    LOG.atWarn()
        .addKeyValue("feed", name)
        .addKeyValue("lacking", result.lacking())
        .addKeyValue("strays", result.strays())
        .addKeyValue("keys", lastKeys)
        .addKeyValue("repair", settings.repair())
        .log("the target differs from the source");
    patience = again ? Math.min(patience * 2, MOST_PATIENCE) : 1;
    toSkip = patience - 1;
    if (settings.repair()) {
      repairing = true;
      send(ReconcileNote.Kind.REPAIR);
    }
  }

  Verification report() {
    return new Verification(
        verifications,
        verifications == 0 ? OptionalLong.empty() : OptionalLong.of(verifiedNanos),
        drift,
        repaired,
        lastDifferences,
        lastKeys);
  }
}
