package dev.residua.cli.console;

import dev.residua.incident.AuthorName;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Author of a change. */
public final class AuthorOption {
  @Option(
      names = "--by",
      paramLabel = "NAME",
      description =
          "Author of the change, stored as a claim (default: the user of this machine). Not needed with a token that has a name.")
  private @Nullable String by;

  /** Returns the name that the command line has. */
  Optional<String> chosen() {
    return Optional.ofNullable(by);
  }

  /** Returns the name, by default that of the user. */
  public String given() {
    return by == null ? System.getProperty("user.name", "") : by;
  }

  /** Returns the name, marked as a claim. */
  public String claimed() {
    return AuthorName.claimed(given());
  }
}
