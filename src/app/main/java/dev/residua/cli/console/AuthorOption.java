package dev.residua.cli.console;

import dev.residua.incident.AuthorName;
import picocli.CommandLine.Option;

/** Who makes a change. */
public final class AuthorOption {
  @Option(
      names = "--by",
      paramLabel = "NAME",
      defaultValue = "${sys:user.name}",
      description = "Author of the change; stored as a claim.")
  private String by;

  /** The name as it was given. */
  public String given() {
    return by;
  }

  /** The name, marked as a claim. */
  public String claimed() {
    return AuthorName.claimed(by);
  }
}
