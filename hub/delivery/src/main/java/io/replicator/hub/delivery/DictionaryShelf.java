package io.replicator.hub.delivery;

import io.replicator.link.codec.Dictionary;
import io.replicator.link.codec.DictionaryTrainer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

  /** Filters in use beyond go without; those that nobody uses make room. */
  private static final int MAX_FILTERS = 64;

  /** Values change their looks in days. */
  private static final Duration TRAINED_ANEW = Duration.ofHours(24);

  /** Where none paid, another day may bring other data. */
  private static final Duration TRIED_AGAIN = Duration.ofMinutes(10);

  private final BatchWorks works;
  private final DatabaseState database;
  private final SplittableRandom random;

  /** Those that are not used in the order in which that began. */
  private final Map<KeyFilter, Entry> entries = new LinkedHashMap<>();

  DictionaryShelf(BatchWorks works, DatabaseState database, long seed) {
    this.works = works;
    this.database = database;
    this.random = new SplittableRandom(seed);
  }

  /** The filter's, to be released after use; null if too many filters are in use. */
  @Nullable Entry use(KeyFilter filter) {
    Entry entry = entries.get(filter);
    if (entry == null) {
      if (entries.size() == MAX_FILTERS && !dropUnused()) {
        return null;
      }
      entry = new Entry(filter);
      entries.put(filter, entry);
    }
    entry.users++;
    return entry;
  }

  private boolean dropUnused() {
    for (Entry entry : entries.values()) {
      if (entry.users == 0) {
        entries.remove(entry.filter);
        return true;
      }
    }
    return false;
  }

  /** One filter's dictionary, or that there is none, or that one is being made. */
  final class Entry {
    private final KeyFilter filter;
    private final List<Runnable> waiting = new ArrayList<>();
    private @Nullable Dictionary dictionary;
    private boolean training;
    private int users;
    private long dueNanos = works.loop().nowNanos();

    private Entry(KeyFilter filter) {
      this.filter = filter;
    }

    /** The present one, null if there is none (yet); has one made when it is time. */
    @Nullable Dictionary present() {
      if (!training && works.loop().nowNanos() - dueNanos >= 0) {
        train();
      }
      return dictionary;
    }

    /** Whether one is being made; then it is told when that is over. */
    boolean awaits(Runnable whenMade) {
      if (training) {
        waiting.add(whenMade);
      }
      return training;
    }

    /** One user less. It is kept for who comes back, as long as there is room. */
    void release() {
      if (--users == 0) {
        entries.remove(filter);
        entries.put(filter, this);
      }
    }

    private void train() {
      training = true;
      int number = dictionary == null ? 1 : dictionary.number() + 1;
      new DictionarySamples(works.loop(), database, filter, random.split())
          .gather(
              samples ->
                  works.run(
                      () -> DictionaryTrainer.train(number, samples), this::trained, this::failed),
              this::failed);
    }

    private void trained(Optional<Dictionary> trained) {
      training = false;
      Duration until = trained.isPresent() ? TRAINED_ANEW : TRIED_AGAIN;
      dueNanos = works.loop().nowNanos() + until.toNanos();
      trained.ifPresent(made -> {
        dictionary = made;
        works.counters().increment(DeliveryCounter.DICTIONARIES_TRAINED);
      });
      List<Runnable> all = List.copyOf(waiting);
      waiting.clear();
      all.forEach(Runnable::run);
    }

    private void failed(Throwable failure) {
      log.atDebug()
          .addKeyValue("database", database.database())
          .addKeyValue("reason", failure.toString())
          .log("no dictionary trained");
      trained(Optional.empty());
    }
  }
}
