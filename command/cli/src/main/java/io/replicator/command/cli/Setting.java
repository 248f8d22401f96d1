package io.replicator.command.cli;

import static io.replicator.command.cli.CommandName.CLIENT;
import static io.replicator.command.cli.CommandName.COMPARE;
import static io.replicator.command.cli.CommandName.DEMO;
import static io.replicator.command.cli.CommandName.HUB;
import static io.replicator.command.cli.CommandName.STATUS;
import static io.replicator.command.cli.SettingGroup.CHECK;
import static io.replicator.command.cli.SettingGroup.LINK;
import static io.replicator.command.cli.SettingGroup.REDIS;
import static io.replicator.command.cli.SettingGroup.RUNNING;
import static io.replicator.command.cli.SettingGroup.SECURITY;
import static io.replicator.command.cli.SettingGroup.SIDES;
import static io.replicator.command.cli.SettingGroup.TARGET;
import static io.replicator.command.cli.SettingGroup.WHAT;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The catalogue of everything that can be set: one name for the option {@code --name} and for the
 * YAML key {@code name}, with type, range, default and one sentence. Help, parsing, YAML checking
 * and the test of docs/configuration.md all read it.
 */
// Its lists and sets are never written to.
@SuppressWarnings("ImmutableEnumChecker")
enum Setting {
  DATABASES(
      "databases",
      WHAT,
      words("n,n"),
      "0",
      on(HUB, CLIENT, COMPARE),
      original(),
      "Redis databases, most urgent first: REALTIME, HIGH, LOW, then IDLE."),
  PLAINDB(
      "plaindb",
      WHAT,
      words("n,n"),
      "",
      on(HUB),
      original(),
      "Those of them in which the application keeps no 'version' chain."),
  QOS(
      "qos",
      WHAT,
      words("n=level"),
      "",
      on(HUB, CLIENT),
      also(),
      "Other levels than the order gives: 5=low,0=high."),
  COLLECTIONS(
      "collections",
      WHAT,
      new SettingType.Structure(),
      "",
      on(HUB),
      also(),
      "Named key patterns with a level of their own: name, database, match, exclude, level."),
  COLLECTION(
      "collection",
      WHAT,
      words("n.name"),
      "",
      on(CLIENT),
      also(),
      "Collections of the hub to ask for, instead of whole databases: 5.quotes."),
  MATCH(
      "match",
      WHAT,
      repeated("glob"),
      "",
      on(CLIENT, COMPARE),
      also(),
      "Only keys that match one of these Redis globs; may be repeated."),
  EXCLUDE(
      "exclude",
      WHAT,
      repeated("glob"),
      "",
      on(CLIENT, COMPARE),
      also(),
      "No keys that match one of these Redis globs; may be repeated."),
  MAP_DB(
      "map-db",
      WHAT,
      words("n:n"),
      "",
      on(CLIENT, COMPARE),
      also(),
      "Database at the target for one at the source: 5:0,6:1. Others keep their number."),
  PREFIX(
      "prefix",
      WHAT,
      text("text"),
      "",
      on(CLIENT, COMPARE),
      also(),
      "Put before every key at the target."),

  REDIS_ADDRESS(
      "redis",
      REDIS,
      words("host:port"),
      "127.0.0.1:6379",
      on(HUB, CLIENT),
      original(),
      "The Redis beside this process; several addresses of the same one are tried in order."),
  SENTINEL(
      "sentinel",
      REDIS,
      flag(),
      "false",
      on(HUB, CLIENT),
      original(),
      "The addresses in --redis are Sentinels, which know the master."),
  SENTINEL_MASTER(
      "sentinel-master",
      REDIS,
      text("name"),
      "mymaster",
      on(HUB, CLIENT),
      also(),
      "Name of the master at the Sentinels."),
  REDIS_USER(
      "redis-user",
      REDIS,
      text("name"),
      "",
      on(HUB, CLIENT),
      also("--user"),
      "ACL user at Redis; none = the default user."),
  REDIS_PASSWORD_FILE(
      "redis-password-file",
      REDIS,
      text("file"),
      "",
      on(HUB, CLIENT),
      also(),
      "File whose first line is the Redis password (or REPLICATOR_REDIS_PASSWORD)."),
  REDIS_TLS("redis-tls", REDIS, flag(), "false", on(HUB, CLIENT), also("--tls"), "TLS to Redis."),
  REDIS_CA(
      "redis-ca",
      REDIS,
      text("file"),
      "",
      on(HUB, CLIENT),
      also(),
      "CA certificates (PEM) that Redis is verified against; none = those of Java."),
  REDIS_CERTIFICATE(
      "redis-certificate",
      REDIS,
      words("crt,key"),
      "",
      on(HUB, CLIENT),
      also(),
      "Certificate and key (PEM) to show to Redis."),

  SOURCE(
      "source",
      SIDES,
      words("host:port"),
      "127.0.0.1:6379",
      on(COMPARE),
      also(),
      "The Redis that is right."),
  TARGET_ADDRESS(
      "target",
      SIDES,
      words("host:port"),
      "127.0.0.1:6380",
      on(COMPARE),
      also(),
      "The Redis to check."),
  SOURCE_SENTINEL(
      "source-sentinel",
      SIDES,
      flag(),
      "false",
      on(COMPARE),
      also(),
      "The source addresses are Sentinels."),
  TARGET_SENTINEL(
      "target-sentinel",
      SIDES,
      flag(),
      "false",
      on(COMPARE),
      also(),
      "The target addresses are Sentinels."),
  SOURCE_MASTER(
      "source-master",
      SIDES,
      text("name"),
      "mymaster",
      on(COMPARE),
      also(),
      "Name of the source's master at its Sentinels."),
  TARGET_MASTER(
      "target-master",
      SIDES,
      text("name"),
      "mymaster",
      on(COMPARE),
      also(),
      "Name of the target's master at its Sentinels."),
  SOURCE_USER(
      "source-user", SIDES, text("name"), "", on(COMPARE), also(), "ACL user at the source."),
  TARGET_USER(
      "target-user", SIDES, text("name"), "", on(COMPARE), also(), "ACL user at the target."),
  SOURCE_PASSWORD_FILE(
      "source-password-file",
      SIDES,
      text("file"),
      "",
      on(COMPARE),
      also(),
      "File with the source's password (or REPLICATOR_SOURCE_PASSWORD)."),
  TARGET_PASSWORD_FILE(
      "target-password-file",
      SIDES,
      text("file"),
      "",
      on(COMPARE),
      also(),
      "File with the target's password (or REPLICATOR_TARGET_PASSWORD)."),
  SOURCE_TLS("source-tls", SIDES, flag(), "false", on(COMPARE), also(), "TLS to the source."),
  TARGET_TLS("target-tls", SIDES, flag(), "false", on(COMPARE), also(), "TLS to the target."),
  SOURCE_CA(
      "source-ca",
      SIDES,
      text("file"),
      "",
      on(COMPARE),
      also(),
      "CA certificates (PEM) for the source."),
  TARGET_CA(
      "target-ca",
      SIDES,
      text("file"),
      "",
      on(COMPARE),
      also(),
      "CA certificates (PEM) for the target."),

  TARGETS(
      "targets",
      TARGET,
      repeated("host:port"),
      "",
      on(CLIENT),
      also(),
      "Further Redis targets with the same settings as --redis; may be repeated."),
  FLUSH(
      "flush",
      TARGET,
      flag(),
      "false",
      on(CLIENT),
      also(),
      "Empty the target before an initial load, instead of removing what is left over after it."),
  LOCAL_VERSIONS(
      "lv",
      TARGET,
      flag(),
      "false",
      on(CLIENT),
      original(),
      "Keep a version chain of the target's own, so that it can feed the next hub."),
  LOCAL_VERSIONS_EXPIRY(
      "lv-expiry",
      TARGET,
      time(Duration.ofMinutes(1), Duration.ofDays(365)),
      "24h",
      on(CLIENT),
      also(),
      "How long the lists of the own chain are kept."),
  PRINT(
      "print",
      TARGET,
      flag(),
      "false",
      on(CLIENT),
      also(),
      "Write changes as JSON lines to standard output instead of to a Redis."),

  HUB_ADDRESS(
      "hub",
      LINK,
      words("host:port"),
      ":3333",
      on(HUB, CLIENT),
      original(),
      "hub: where to listen. client: the hub, or several hubs that are tried in turn."),
  CODEC(
      "codec",
      LINK,
      words("name,name"),
      "zstd,gzip,lz4,none",
      on(HUB, CLIENT),
      also(),
      "Compression, best first, of zstd, gzip, lz4, xz, none. The hub refuses what is not listed."),
  BLOCK_BYTES(
      "block-bytes",
      LINK,
      size(256, 65536),
      "1KiB",
      on(HUB),
      also(),
      "Data in one block: what an urgent change may have to wait for."),
  WINDOW(
      "window",
      LINK,
      size(65536, 1L << 30),
      "4MiB",
      on(CLIENT),
      also(),
      "Most bytes that are on the way to this client and not applied yet."),
  RATE(
      "rate",
      LINK,
      size(0, 1L << 40),
      "0",
      on(HUB),
      also(),
      "Most bytes a second to each client, 0 = no limit."),
  RATES(
      "rates",
      LINK,
      new SettingType.Structure(),
      "",
      on(HUB),
      also(),
      "Most bytes a second to each client for a level: idle: 16KiB."),
  SHARE(
      "share",
      LINK,
      new SettingType.Count(0, 6),
      "5",
      on(HUB),
      also(),
      "Per cent of the link that a lower level gets even when a higher one could fill it."),
  CONGESTION(
      "congestion",
      LINK,
      new SettingType.Choice(List.of("bbr", "cubic", "system")),
      "bbr",
      on(HUB),
      also(),
      "TCP congestion control; bbr where the kernel has it."),
  KEEP_ALIVE(
      "keep-alive",
      LINK,
      time(Duration.ofSeconds(1), Duration.ofMinutes(10)),
      "10s",
      on(HUB),
      also(),
      "A silent side is asked after this time and given up after three times as long."),

  TLS_CA(
      "TLSCA",
      SECURITY,
      text("file"),
      "ca.pem",
      on(HUB, CLIENT),
      original(),
      "CA certificates (PEM) the other side is verified against."),
  TLS_CRT(
      "TLSCRT",
      SECURITY,
      words("crt,key"),
      "certificate.crt,certificate.key",
      on(HUB, CLIENT),
      original(),
      "Certificate and key (PEM) to show to the other side. TLS is on when the files exist."),
  INSECURE(
      "insecure",
      SECURITY,
      flag(),
      "false",
      on(HUB, CLIENT),
      also(),
      "Allow plain TCP on addresses other than loopback."),
  TOKEN_FILE(
      "token-file",
      SECURITY,
      text("file"),
      "",
      on(CLIENT),
      also(),
      "File whose first line is the token to show to the hub (or REPLICATOR_TOKEN)."),
  ACCESS(
      "access",
      SECURITY,
      new SettingType.Structure(),
      "",
      on(HUB),
      also(),
      "Who may read what: identity or token-file, databases, match. None = everybody everything."),

  HTTP(
      "http",
      RUNNING,
      words("host:port"),
      "",
      on(HUB, CLIENT, STATUS),
      also(),
      "Address of /status, /metrics, /healthz, /readyz: hub 127.0.0.1:3380, client 127.0.0.1:3381; 'off' = none."),
  NAME(
      "name",
      RUNNING,
      text("name"),
      "",
      on(HUB, CLIENT),
      also(),
      "Name in status and logs; none = the host's."),
  NOWAIT(
      "nowait",
      RUNNING,
      flag(),
      "false",
      on(HUB, CLIENT),
      original(),
      "End at once on SIGTERM instead of first sending (applying) what is under way."),
  LOG_LEVEL(
      "log-level",
      RUNNING,
      new SettingType.Choice(List.of("error", "warn", "info", "debug", "trace")),
      "info",
      on(HUB, CLIENT, COMPARE, STATUS, DEMO),
      also(),
      "What is logged to standard error."),
  LOG_JSON(
      "log-json",
      RUNNING,
      flag(),
      "false",
      on(HUB, CLIENT),
      also(),
      "Log JSON lines instead of text."),
  JSON(
      "json",
      RUNNING,
      flag(),
      "false",
      on(STATUS, COMPARE),
      also(),
      "Print JSON instead of a table."),
  KEYS(
      "keys",
      RUNNING,
      new SettingType.Count(1, 10_000_000),
      "100000",
      on(DEMO),
      also(),
      "Keys to load."),
  SECONDS(
      "seconds",
      RUNNING,
      new SettingType.Count(0, 86_400),
      "5",
      on(DEMO),
      also(),
      "How long keys keep changing after the load."),

  EXPIRY_TOLERANCE(
      "expiry-tolerance",
      CHECK,
      time(Duration.ZERO, Duration.ofHours(1)),
      "1000ms",
      on(COMPARE),
      also(),
      "Expiries may differ by this much."),
  WAIT(
      "wait",
      CHECK,
      time(Duration.ZERO, Duration.ofHours(24)),
      "0s",
      on(COMPARE),
      also(),
      "Look again at what differs for so long, until it is equal: for a copy that is being written."),
  IGNORE_CHAIN(
      "ignore-chain",
      CHECK,
      flag(),
      "false",
      on(COMPARE),
      also(),
      "Leave out the version chain: keys 'version' and 'version:<n>'."),
  EXAMPLES(
      "examples",
      CHECK,
      new SettingType.Count(0, 10_000),
      "10",
      on(COMPARE),
      also(),
      "Keys to print of each kind of difference.");

  private final String name;
  private final SettingGroup group;
  private final SettingType type;
  private final String standard;
  private final Set<CommandName> commands;
  private final List<String> aliases;
  private final String sentence;

  Setting(
      String name,
      SettingGroup group,
      SettingType type,
      String standard,
      Set<CommandName> commands,
      List<String> aliases,
      String sentence) {
    this.name = name;
    this.group = group;
    this.type = type;
    this.standard = standard;
    this.commands = commands;
    this.aliases = aliases.contains("-") ? List.of("-" + name) : aliases;
    this.sentence = sentence;
  }

  /** Name in YAML; with two dashes before it the option. */
  String key() {
    return name;
  }

  SettingGroup group() {
    return group;
  }

  SettingType type() {
    return type;
  }

  /** The default as it would be typed, "" = none. */
  String standard() {
    return standard;
  }

  /** All spellings on the command line, the first one is the proper one. */
  List<String> optionNames() {
    List<String> names = new ArrayList<>(List.of("--" + name));
    names.addAll(aliases);
    return names;
  }

  String sentence() {
    return sentence;
  }

  boolean isOn(CommandName command) {
    return commands.contains(command);
  }

  static List<Setting> of(CommandName command) {
    return Arrays.stream(values()).filter(setting -> setting.isOn(command)).toList();
  }

  static Optional<Setting> named(String key) {
    return Arrays.stream(values()).filter(setting -> setting.name.equals(key)).findFirst();
  }

  private static SettingType flag() {
    return new SettingType.Flag();
  }

  private static SettingType text(String label) {
    return new SettingType.Text(label);
  }

  private static SettingType words(String label) {
    return new SettingType.Words(label);
  }

  private static SettingType repeated(String label) {
    return new SettingType.Repeated(label);
  }

  private static SettingType size(long minBytes, long maxBytes) {
    return new SettingType.Size(minBytes, maxBytes);
  }

  private static SettingType time(Duration min, Duration max) {
    return new SettingType.Time(min, max);
  }

  private static Set<CommandName> on(CommandName first, CommandName... rest) {
    return EnumSet.of(first, rest);
  }

  /** An option of the original usage: one dash will do. */
  private static List<String> original() {
    return List.of("-");
  }

  private static List<String> also(String... aliases) {
    return List.of(aliases);
  }
}
