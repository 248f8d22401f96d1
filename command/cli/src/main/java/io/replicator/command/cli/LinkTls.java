package io.replicator.command.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The certificate files of the link. TLS is on when the files, given or default, exist: a file that
 * was given must exist, a default one may be missing.
 *
 * @param ca certificates to verify the other side with
 * @param certificate to show, null = none; then {@code key} is null too
 */
record LinkTls(@Nullable Path ca, @Nullable Path certificate, @Nullable Path key) {

  /** What there is, empty = no TLS. */
  static Optional<LinkTls> of(Given given) {
    Path ca = existing(given, SecuritySettings.TLS_CA, given.text(SecuritySettings.TLS_CA));
    List<String> names = given.list(SecuritySettings.TLS_CRT);
    if (names.size() != 2) {
      throw given.wrong(
          SecuritySettings.TLS_CRT,
          String.join(",", names),
          "two files: \"certificate.crt,certificate.key\"");
    }
    Path certificate = existing(given, SecuritySettings.TLS_CRT, names.get(0));
    Path key = existing(given, SecuritySettings.TLS_CRT, names.get(1));
    if ((certificate == null) != (key == null)) {
      throw new UsageError(
          given.origin(SecuritySettings.TLS_CRT)
              + ": of "
              + String.join(" and ", names)
              + " only "
              + (certificate == null ? key : certificate)
              + " exists: expected both files, or neither for plain TCP");
    }
    if (ca == null && certificate == null) {
      return Optional.empty();
    }
    if (given.command() == CommandName.HUB && certificate == null) {
      throw new UsageError(
          given.origin(SecuritySettings.TLS_CA)
              + ": "
              + ca
              + " exists but the hub has no certificate to show: give --TLSCRT certificate,key too");
    }
    return Optional.of(new LinkTls(ca, certificate, key));
  }

  private static @Nullable Path existing(Given given, Setting setting, String name) {
    Path file = Path.of(name);
    if (Files.isReadable(file)) {
      return file;
    }
    if (given.isSet(setting) || Files.exists(file)) {
      throw new UsageError(
          given.origin(setting)
              + ": "
              + file
              + (Files.exists(file) ? " cannot be read by this user" : " does not exist")
              + ": expected a PEM file (docs/operations.md shows how to make one)");
    }
    return null;
  }
}
