package io.replicator.command.cli;

import io.replicator.link.codec.Compression;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** {@code --codec}: names of compressions, best first. */
final class Codecs {
  private Codecs() {}

  static List<Compression> of(Given given) {
    List<String> known =
        Arrays.stream(Compression.values())
            .map(codec -> codec.name().toLowerCase(Locale.ROOT))
            .toList();
    List<Compression> codecs = new ArrayList<>();
    for (String word : given.list(LinkSettings.CODEC)) {
      String name = word.strip().toLowerCase(Locale.ROOT);
      if (!known.contains(name)) {
        throw given.wrong(
            LinkSettings.CODEC,
            word,
            "names of " + String.join(", ", known) + Nearest.hint(word, known));
      }
      Compression codec = Compression.valueOf(name.toUpperCase(Locale.ROOT));
      if (codecs.contains(codec)) {
        throw given.wrong(LinkSettings.CODEC, word, "each name once");
      }
      codecs.add(codec);
    }
    return codecs;
  }
}
