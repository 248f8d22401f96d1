package io.replicator.command.cli;

import java.io.Console;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;

/** The entry of the program {@code replicator}. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(run(args, System.out, System.err, System.getenv()));
  }

  /** Does what the arguments say and returns the exit code. */
  static int run(String[] args, PrintStream out, PrintStream err, Map<String, String> environment) {
    try {
      return switch (CommandLines.parse(args)) {
        case CommandLines.Request.Show show -> {
          out.print(show.text());
          out.flush();
          yield ExitCode.OK;
        }
        case CommandLines.Request.Run request ->
            run(request.given(), out, err, new Secrets(environment));
      };
    } catch (UsageError e) {
      err.println("replicator: " + e.getMessage());
      return ExitCode.COULD_NOT;
    } catch (RuntimeException e) {
      // Java itself would end with 1, which means "the copy differs".
      err.println("replicator: this should not happen, please report it:");
      e.printStackTrace(err);
      return ExitCode.COULD_NOT;
    }
  }

  private static int run(Given given, PrintStream out, PrintStream err, Secrets secrets) {
    boolean json =
        given.command() != CommandName.COMPARE
            && given.command() != CommandName.VERIFY
            && given.command() != CommandName.STATUS
            && given.command() != CommandName.DEMO
            && given.flag(RunningSettings.LOG_JSON);
    Logging.start(given.text(RunningSettings.LOG_LEVEL), json);
    ProgressLine progress = new ProgressLine(err, isTerminal(), System::nanoTime);
    return switch (given.command()) {
      case HUB -> new HubCommand(given, secrets).run();
      case CLIENT -> new ClientCommand(given, secrets, out, progress).run();
      case COMPARE -> new CompareCommand(given, secrets, out, progress).run();
      case VERIFY -> new VerifyCommand(given, secrets, out, progress).run();
      case STATUS -> new StatusCommand(given, out, err).run();
      case DEMO -> new Demo(given, out, progress).run();
    };
  }

  private static boolean isTerminal() {
    return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
  }
}
