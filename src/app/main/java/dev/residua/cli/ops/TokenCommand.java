package dev.residua.cli.ops;

import dev.residua.access.AccessTokens;
import dev.residua.access.Grants;
import dev.residua.app.process.RandomToken;
import dev.residua.cli.console.ConsoleCommand;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code token}: makes the token of a person. */
@Command(
    name = "token",
    description = {
      "Makes the token of a person who uses the dashboard or the API. Standard error shows the token,"
          + " which is stored nowhere; standard output has the line for residua.http.tokens-file.",
      "A grant is a role, viewer, operator, owner or sender, for every source, or for a part:"
          + " operator:scene=pumps, owner:site=north. A device that sends frames gets"
          + " sender:source=cam1."
    })
public final class TokenCommand extends ConsoleCommand {
  @Parameters(paramLabel = "NAME", description = "Name of the person, the author of changes.")
  String name;

  @Option(
      names = "--grants",
      split = ",",
      required = true,
      paramLabel = "ROLE[:SCOPE]",
      description = "Rights of the person, such as operator:scene=pumps.")
  List<String> grants;

  @Override
  public Integer call() {
    String token = RandomToken.create();
    Grants parsed = Grants.parse(grants.stream().collect(Collectors.joining(",")));
    print("%s", AccessTokens.line(name, token, parsed));
    err().printf("residua: the token of %s is %s%n", name, token);
    err().flush();
    return 0;
  }
}
