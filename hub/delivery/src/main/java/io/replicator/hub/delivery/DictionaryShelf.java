package io.replicator.hub.delivery;

import io.replicator.link.codec.Dictionary;
import io.replicator.link.codec.DictionaryTrainer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dictionaries of one database, one for each filter in use: trained from keys of that filter
 * only, so that nobody is shown a value that is not theirs (I10), and the same for all feeds of it,
 * so that these share batches. Confined to the loop.
 */
final class DictionaryShelf {
  private static final Logger log = LoggerFactory.getLogger(DictionaryShelf.class);

  /** Filters beyond go without. */
  private static final int MAX_FILTERS = 64;

  /** Values change their looks in days. */
  private static final Duration TRAINED_ANEW = Duration.ofHours(24);

  /** Where none paid, another day may bring other data. */
  private static final Duration TRIED_AGAIN = Duration.ofMinutes(10);

  private final BatchWorks works;
  private final DatabaseState database;
  private final SplittableRandom random;
  private final Map<KeyFilter, Entry> entries = new HashMap<>();

  /** One filter's dictionary, or that there is none, or that one is being made. */
  private static final class Entry {
    private int lastNumber;
    private @Nullable Dictionary dictionary;
    private boolean training;
    private final List<Runnable> waiting = new ArrayList<>();
    private long dueNanos;
  }

  DictionaryShelf(BatchWorks works, DatabaseState database, long seed) {
    this.works = works;
    this.database = database;
    this.random = new SplittableRandom(seed);
  }

  /** The filter's present one, null if there is none (yet); has one made when it is time. */
  @Nullable Dictionary of(KeyFilter filter) {
    Entry entry = entries.get(filter);
    if (entry == null) {
      if (entries.size() >= MAX_FILTERS) {
        return null;
      }
      entry = new Entry();
      entry.dueNanos = works.loop().nowNanos();
      entries.put(filter, entry);
    }
    if (!entry.training && works.loop().nowNanos() - entry.dueNanos >= 0) {
      train(filter, entry);
    }
    return entry.dictionary;
  }

  /** Whether one is being made; then it is told when that is over. */
  boolean awaits(KeyFilter filter, Runnable whenMade) {
    Entry entry = entries.get(filter);
    if (entry == null || !entry.training) {
      return false;
    }
    entry.waiting.add(whenMade);
    return true;
  }

  private void train(KeyFilter filter, Entry entry) {
    entry.training = true;
    new DictionarySamples(works.loop(), database, filter, random.split())
        .gather(
            samples ->
                works.run(
                    () -> DictionaryTrainer.train(entry.lastNumber + 1, samples),
                    trained -> trained(entry, trained),
                    failure -> failed(entry, failure)),
            failure -> failed(entry, failure));
  }

  private void trained(Entry entry, Optional<Dictionary> trained) {
    entry.training = false;
    Duration until = trained.isPresent() ? TRAINED_ANEW : TRIED_AGAIN;
    entry.dueNanos = works.loop().nowNanos() + until.toNanos();
    trained.ifPresent(dictionary -> {
      entry.dictionary = dictionary;
      entry.lastNumber = dictionary.number();
      works.counters().increment(DeliveryCounter.DICTIONARIES_TRAINED);
    });
    List<Runnable> all = List.copyOf(entry.waiting);
    entry.waiting.clear();
    all.forEach(Runnable::run);
  }

  private void failed(Entry entry, Throwable failure) {
    log.atDebug()
        .addKeyValue("database", database.database())
        .addKeyValue("reason", failure.toString())
        .log("no dictionary trained");
    trained(entry, Optional.empty());
  }
}
