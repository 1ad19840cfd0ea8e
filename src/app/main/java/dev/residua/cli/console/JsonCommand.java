package dev.residua.cli.console;

import picocli.CommandLine.Option;

/** A command that prints its result as text, or as JSON for programs. */
public abstract class JsonCommand extends ConsoleCommand {
  @Option(names = "--json", description = "Print the result as JSON.")
  private boolean json;

  /** Returns true if the user asked for JSON. */
  protected final boolean json() {
    return json;
  }

  /** Prints a result as JSON if the user asked for it, otherwise by {@code text}. */
  protected final void print(Object result, Runnable text) {
    if (json) {
      out().println(Json.of(result));
    } else {
      text.run();
    }
  }
}
