package io.replicator.command.cli;

import io.replicator.hub.delivery.CapRules;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a running hub the caps of a file that has changed, and says what else in it waits for a
 * restart. Confined to the watching thread.
 */
final class CapChange implements Consumer<Given> {
  private static final Logger LOG = LoggerFactory.getLogger(CapChange.class);
  private static final List<Setting> AT_ONCE =
      List.of(LinkSettings.RATE, LinkSettings.RATES, LinkSettings.CAPS);

  private final Given started;
  private final ToIntFunction<CapRules> hub;
  private CapRules caps;

  /**
   * @param started what the hub was started with
   * @param hub takes new caps and says how many clients' caps are others
   */
  CapChange(Given started, ToIntFunction<CapRules> hub) {
    this.started = started;
    this.hub = hub;
    this.caps = new CapMapping(started).rules();
  }

  @Override
  public void accept(Given now) {
    CapRules before = caps;
    CapRules fresh = new CapMapping(now).rules();
    if (!fresh.equals(before)) {
      int clients = hub.applyAsInt(fresh);
      caps = fresh;
      LOG.atInfo()
          .addKeyValue("before", before.text())
          .addKeyValue("now", fresh.text())
          .addKeyValue("clients", clients)
          .log("caps changed");
    }
    List<String> waiting = new ArrayList<>(started.differencesTo(now));
    AT_ONCE.forEach(setting -> waiting.remove(setting.key()));
    if (!waiting.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("settings", String.join(", ", waiting))
          .log("changed in the file, but used only after a restart");
    }
  }
}
