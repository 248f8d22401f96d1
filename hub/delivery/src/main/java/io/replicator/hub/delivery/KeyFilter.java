package io.replicator.hub.delivery;

import io.replicator.api.KeyPatterns;
import io.replicator.hub.index.ChangeIndex;
import java.util.ArrayList;
import java.util.List;

/** The keys of a feed: those that request, collection and access rules all let through (I10). */
record KeyFilter(List<KeyPatterns> all) {
  KeyFilter {
    all = List.copyOf(all);
  }

  static KeyFilter of(KeyPatterns... patterns) {
    List<KeyPatterns> narrowing = new ArrayList<>();
    for (KeyPatterns each : patterns) {
      if (!each.isAll() && !narrowing.contains(each)) {
        narrowing.add(each);
      }
    }
    return new KeyFilter(narrowing);
  }

  boolean isAll() {
    return all.isEmpty();
  }

  boolean matches(byte[] key) {
    for (int i = 0; i < all.size(); i++) {
      if (!all.get(i).matches(key)) {
        return false;
      }
    }
    return true;
  }

  boolean matches(ChangeIndex index, int slot) {
    for (int i = 0; i < all.size(); i++) {
      if (!index.matches(slot, all.get(i))) {
        return false;
      }
    }
    return true;
  }
}
