package io.replicator.command.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The command line: made from the catalogue of {@link Setting}s, so that options, help and file
 * cannot differ. The bare command takes the original usage, {@code -server …} and {@code -hub …}.
 */
final class CommandLines {
  static final String CONFIG = "--config";
  private static final Set<String> ASKS_FOR_HELP =
      Set.of("--help", "-h", "-help", "--version", "-V");

  private CommandLines() {}

  /** What was asked for: settings to run with, or a text to print. */
  sealed interface Request {
    record Run(Given given) implements Request {}

    record Show(String text) implements Request {}
  }

  static Request parse(String... args) {
    CommandLine root = root();
    List<String> words = inNewUsage(Arrays.asList(args));
    if (words.isEmpty() || words.equals(List.of("help"))) {
      return new Request.Show(root.getUsageMessage());
    }
    refuseUnknownCommand(words.getFirst());
    ParseResult result;
    try {
      result = root.parseArgs(words.toArray(String[]::new));
    } catch (CommandLine.UnmatchedArgumentException e) {
      throw unmatched(e);
    } catch (ParameterException e) {
      throw new UsageError(String.valueOf(e.getMessage()), e);
    }
    if (!result.hasSubcommand()) {
      return new Request.Show(result.isVersionHelpRequested() ? version() : root.getUsageMessage());
    }
    return request(result.subcommand());
  }

  private static Request request(ParseResult result) {
    if (result.isUsageHelpRequested()) {
      return new Request.Show(result.commandSpec().commandLine().getUsageMessage());
    }
    if (result.isVersionHelpRequested()) {
      return new Request.Show(version());
    }
    CommandName command = CommandName.valueOf(result.commandSpec().name().toUpperCase(Locale.ROOT));
    Path file =
        result.hasMatchedOption(CONFIG)
            ? Path.of(result.<String>matchedOptionValue(CONFIG, ""))
            : null;
    return new Request.Run(Given.of(command, typed(result, command), file));
  }

  private static Map<Setting, Given.Entry> typed(ParseResult result, CommandName command) {
    Map<Setting, Given.Entry> typed = new LinkedHashMap<>();
    for (Setting setting : Settings.of(command)) {
      String name = setting.optionNames().getFirst();
      if (result.hasMatchedOption(name)) {
        List<String> values = new ArrayList<>();
        for (String text : result.matchedOption(name).stringValues()) {
          values.addAll(SettingCheck.split(setting, text));
        }
        typed.put(setting, new Given.Entry(values, "option " + name, null));
      }
    }
    return typed;
  }

  /** Turns the original usage into the new one: {@code -server} = hub, else client. */
  static List<String> inNewUsage(List<String> args) {
    if (args.isEmpty()
        || !args.getFirst().startsWith("-")
        || ASKS_FOR_HELP.contains(args.getFirst())) {
      return args;
    }
    List<String> rest = new ArrayList<>(args);
    boolean server =
        rest.removeAll(List.of("-server", "--server", "-server=true", "--server=true"));
    rest.removeAll(List.of("-server=false", "--server=false"));
    rest.addFirst((server ? CommandName.HUB : CommandName.CLIENT).word());
    return rest;
  }

  private static void refuseUnknownCommand(String word) {
    List<String> known = Arrays.stream(CommandName.values()).map(CommandName::word).toList();
    if (!word.startsWith("-") && !known.contains(word) && !word.equals("help")) {
      throw new UsageError(
          "'"
              + word
              + "' is not a command: expected one of "
              + String.join(", ", known)
              + Nearest.hint(word, known));
    }
  }

  private static UsageError unmatched(CommandLine.UnmatchedArgumentException e) {
    String word = e.getUnmatched().isEmpty() ? "" : e.getUnmatched().getFirst();
    CommandSpec spec = e.getCommandLine().getCommandSpec();
    if (!word.startsWith("-")) {
      return new UsageError(
          "'" + word + "': expected an option here (replicator " + spec.name() + " --help)", e);
    }
    List<String> known = spec.options().stream().map(OptionSpec::longestName).toList();
    String key = word.replaceFirst("^-+", "").replaceFirst("=.*", "");
    Optional<Setting> elsewhere = Settings.named(key);
    if (elsewhere.isPresent()) {
      String why =
          elsewhere.get().type() instanceof SettingType.Structure
              ? "can only stand in the file of --config"
              : "is not an option of '" + spec.name() + "'";
      return new UsageError(word + " " + why + " (replicator " + spec.name() + " --help)", e);
    }
    return new UsageError(
        word
            + " is not an option of '"
            + spec.name()
            + "'"
            + Nearest.hint("--" + key, known)
            + " (all: replicator "
            + spec.name()
            + " --help)",
        e);
  }

  // ---- the specifications, from the catalogue

  static CommandLine root() {
    CommandSpec spec =
        CommandSpec.create().name("replicator").addOption(help()).addOption(versionOption());
    UsageMessageSpec usage = spec.usageMessage();
    usage.width(100).abbreviateSynopsis(true);
    usage.description("Live copies of Redis data at the far end of bad links.", "");
    usage.commandListHeading("%nCommands:%n");
    usage.footer(
        "",
        "The original usage works too:",
        "  replicator -server -databases 5,0 -plaindb 0 -redis 127.0.0.1:6379 -hub :3333",
        "  replicator -hub host:3333 -databases 5,0 -redis 127.0.0.1:6380",
        "",
        "replicator prepare   makes the cache for fast starts; once, after unpacking the archive",
        "",
        "More: replicator <command> --help");
    for (CommandName command : CommandName.values()) {
      spec.addSubcommand(command.word(), spec(command));
    }
    CommandLine line = new CommandLine(spec);
    everywhere(line);
    line.getSubcommands().values().forEach(CommandLines::everywhere);
    return line;
  }

  private static void everywhere(CommandLine line) {
    line.setPosixClusteredShortOptionsAllowed(false);
    line.setAllowOptionsAsOptionParameters(false);
  }

  static CommandSpec spec(CommandName command) {
    CommandSpec spec =
        CommandSpec.create().name(command.word()).addOption(help()).addOption(versionOption());
    UsageMessageSpec usage = spec.usageMessage();
    usage.width(100).abbreviateSynopsis(true).sortOptions(false);
    usage.description(command.description(), "");
    List<String> footer = new ArrayList<>(List.of("", "Examples:"));
    command.examples().forEach(example -> footer.add("  " + example));
    footer.addAll(
        List.of(
            "", "Ends with 0 = done, 1 = the copy differs (status: not ready), 2 = could not."));
    usage.footer(footer.toArray(String[]::new));
    if (command == CommandName.HUB
        || command == CommandName.CLIENT
        || command == CommandName.COMPARE
        || command == CommandName.VERIFY) {
      spec.addOption(
          OptionSpec.builder(CONFIG, "-config")
              .type(String.class)
              .paramLabel("<file>")
              .description("YAML file with these settings; options override it.")
              .build());
    }
    for (SettingGroup group : SettingGroup.values()) {
      addGroup(spec, command, group);
    }
    return spec;
  }

  private static void addGroup(CommandSpec spec, CommandName command, SettingGroup group) {
    List<Setting> settings =
        Settings.of(command).stream()
            .filter(setting ->
                setting.group() == group && !(setting.type() instanceof SettingType.Structure))
            .toList();
    if (settings.isEmpty()) {
      return;
    }
    ArgGroupSpec.Builder builder =
        ArgGroupSpec.builder()
            .heading("%n" + group.heading() + ":%n")
            .exclusive(false)
            .validate(false);
    settings.forEach(setting -> builder.addArg(option(setting)));
    spec.addArgGroup(builder.build());
  }

  private static OptionSpec option(Setting setting) {
    OptionSpec.Builder option = OptionSpec.builder(setting.optionNames().toArray(String[]::new));
    option.description(description(setting).replace("%", "%%"));
    if (setting.type() instanceof SettingType.Flag) {
      return option.type(boolean.class).arity("0").build();
    }
    boolean several =
        setting.type() instanceof SettingType.Words
            || setting.type() instanceof SettingType.Repeated;
    return option
        .paramLabel("<" + setting.type().label() + ">")
        .type(several ? String[].class : String.class)
        .arity("1")
        .build();
  }

  /** Sentence, range and default, as help shows them. */
  static String description(Setting setting) {
    StringBuilder text = new StringBuilder(setting.sentence());
    if (setting.type() instanceof SettingType.Flag) {
      return text.toString();
    }
    String range = setting.type().range();
    String standard = setting.standard();
    if (!range.isEmpty()) {
      text.append(" [").append(range).append(']');
    }
    if (!standard.isEmpty()) {
      text.append(" (default \"").append(standard).append("\")");
    }
    return text.toString();
  }

  private static OptionSpec help() {
    return OptionSpec.builder("--help", "-h", "-help")
        .usageHelp(true)
        .arity("0")
        .type(boolean.class)
        .description("Show this help.")
        .build();
  }

  private static OptionSpec versionOption() {
    return OptionSpec.builder("--version", "-V")
        .versionHelp(true)
        .arity("0")
        .type(boolean.class)
        .description("Show the version.")
        .build();
  }

  private static String version() {
    String version = CommandLines.class.getPackage().getImplementationVersion();
    return "replicator "
        + (version == null ? "(not packaged)" : version)
        + " on Java "
        + Runtime.version()
        + System.lineSeparator();
  }
}
