package io.replicator.command.cli;

import static io.replicator.command.cli.CommandName.CLIENT;
import static io.replicator.command.cli.CommandName.HUB;
import static io.replicator.command.cli.CommandName.VERIFY;
import static io.replicator.command.cli.SettingList.also;
import static io.replicator.command.cli.SettingList.on;
import static io.replicator.command.cli.SettingList.original;
import static io.replicator.command.cli.SettingList.size;
import static io.replicator.command.cli.SettingList.time;
import static io.replicator.command.cli.SettingList.words;

import java.time.Duration;
import java.util.List;

/** What goes between hub and client, and how fast. */
final class LinkSettings {

  private static final SettingList LIST = new SettingList(SettingGroup.LINK);

  static final Setting HUB_ADDRESS =
      LIST.add(
          "hub",
          words("host:port"),
          ":3333",
          on(HUB, CLIENT, VERIFY),
          original(),
          "hub: where to listen. client: the hub, or several that are tried in turn; http:// or https:// before it = WebSockets.");

  static final Setting CODEC =
      LIST.add(
          "codec",
          words("name,name"),
          "zstd,gzip,lz4,none",
          on(HUB, CLIENT),
          also(),
          "Compression, best first, of zstd, gzip, lz4, xz, none. The hub refuses what is not listed.");

  static final Setting BLOCK_BYTES =
      LIST.add(
          "block-bytes",
          size(256, 65536),
          "1KiB",
          on(HUB),
          also(),
          "Data in one block: what an urgent change may have to wait for.");

  static final Setting WINDOW =
      LIST.add(
          "window",
          size(65536, 1L << 30),
          "4MiB",
          on(CLIENT),
          also(),
          "Most bytes that are on the way to this client and not applied yet.");

  static final Setting RATE =
      LIST.add(
          "rate",
          size(0, 1L << 40),
          "0",
          on(HUB),
          also(),
          "Most bytes a second to each client, 0 = no limit. A new value in the file holds at once.");

  static final Setting RATES =
      LIST.add(
          "rates",
          new SettingType.Structure(),
          "",
          on(HUB),
          also(),
          "The same for a level: idle: 16KiB.");

  static final Setting CAPS =
      LIST.add(
          "caps",
          new SettingType.Structure(),
          "",
          on(HUB),
          also(),
          "Other rates for some clients, the first rule that fits: identity or client, rate, rates.");

  static final Setting SHARE =
      LIST.add(
          "share",
          new SettingType.Count(0, 6),
          "5",
          on(HUB),
          also(),
          "Per cent of the link that a lower level gets even when a higher one could fill it.");

  static final Setting CONGESTION =
      LIST.add(
          "congestion",
          new SettingType.Choice(List.of("bbr", "cubic", "system")),
          "bbr",
          on(HUB),
          also(),
          "TCP congestion control; bbr where the kernel has it.");

  static final Setting TRANSPORT =
      LIST.add(
          "transport",
          new SettingType.Choice(List.of("tcp", "tcp+udp")),
          "tcp",
          on(HUB, CLIENT),
          also(),
          "tcp+udp = live changes in datagrams where they get through, all else over TCP.");

  static final Setting UDP =
      LIST.add(
          "udp",
          words("host:port"),
          ":3334",
          on(HUB),
          also(),
          "Where datagrams are taken; with --transport tcp+udp, or when given.");

  static final Setting UDP_PARITY =
      LIST.add(
          "udp-parity",
          new SettingType.Choice(List.of("auto", "off", "1", "2", "4", "8", "16")),
          "auto",
          on(HUB),
          also(),
          "So many datagrams share one more that mends a loss at once; auto = by what the line loses.");

  static final Setting VERIFY_EVERY =
      LIST.add(
          "verify-every",
          time(Duration.ofSeconds(1), Duration.ofDays(7)),
          "5m",
          on(CLIENT),
          also(),
          "How often a copy that is up to date is compared with the hub in the background.");

  static final Setting VERIFY_RATE =
      LIST.add(
          "verify-rate",
          new SettingType.Count(0, 10_000_000),
          "20000",
          on(CLIENT),
          also(),
          "Keys a second that a verification reads at the target at most, 0 = as fast as it goes.");

  static final Setting DRIFT =
      LIST.add(
          "drift",
          new SettingType.Choice(List.of("repair", "report", "ignore")),
          "repair",
          on(CLIENT),
          also(),
          "What is done about a copy that differs: mended, only told, or never looked for.");

  static final Setting RECONCILE =
      LIST.add(
          "reconcile",
          new SettingType.Choice(List.of("on", "off")),
          "on",
          on(HUB, CLIENT),
          also(),
          "Send only what differs where history is lost; off = everything is loaded again.");

  static final Setting RECONCILE_MEMORY =
      LIST.add(
          "reconcile-memory",
          size(1 << 20, 1L << 40),
          "1GiB",
          on(HUB, CLIENT),
          also(),
          "Memory for comparing: hub: of each database; client: of each target. Beyond it = loads.");

  static final Setting HASH_RATE =
      LIST.add(
          "hash-rate",
          new SettingType.Count(0, 10_000_000),
          "200000",
          on(HUB),
          also(),
          "Keys a second that a started hub reads to be ready to compare, 0 = when it is asked.");

  static final Setting TOMBSTONES =
      LIST.add(
          "tombstones",
          new SettingType.Count(0, 1_000_000_000),
          "1000000",
          on(HUB),
          also(),
          "Deleted keys remembered in each database, 75 bytes and the key each; beyond it = compared.");

  static final Setting REMEMBER =
      LIST.add(
          "remember",
          size(0, 1L << 40),
          "256MiB",
          on(CLIENT),
          also(),
          "Memory of each feed and target for what it holds, so that it need not be read; 0B = none.");

  static final Setting KEEP_ALIVE =
      LIST.add(
          "keep-alive",
          time(Duration.ofSeconds(1), Duration.ofMinutes(10)),
          "10s",
          on(HUB),
          also(),
          "A silent side is asked after this time and given up after three times as long.");

  private LinkSettings() {}

  static List<Setting> all() {
    return LIST.all();
  }
}
