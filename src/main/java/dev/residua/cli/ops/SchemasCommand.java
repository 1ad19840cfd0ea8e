package dev.residua.cli.ops;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.RegistryOptions;
import dev.residua.wire.Compatibility;
import dev.residua.wire.RegistryUnavailableException;
import dev.residua.wire.SchemaRegistration;
import dev.residua.wire.SchemaRegistration.Outcome;
import dev.residua.wire.SchemaRegistration.Refused;
import dev.residua.wire.SchemaRegistration.Registered;
import dev.residua.wire.Topics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code schemas}: the product's schemas and a schema registry. */
@Command(
    name = "schemas",
    description = "Registers the schemas of the product with a schema registry.",
    mixinStandardHelpOptions = true,
    subcommands = SchemasCommand.Register.class)
public final class SchemasCommand {
  @Command(
      name = "register",
      description =
          "Registers the schema of every topic as <topic>-value; exits with 1 if one is refused.",
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class Register implements Callable<Integer> {
    @Mixin RegistryOptions registry = new RegistryOptions();

    @Option(
        names = "--topic-prefix",
        paramLabel = "PREFIX",
        defaultValue = Topics.DEFAULT_PREFIX,
        description = "Start of every topic name.")
    String prefix;

    @Option(
        names = "--compatibility",
        paramLabel = "RULE",
        defaultValue = "BACKWARD",
        description = "Which later changes each subject allows: ${COMPLETION-CANDIDATES}.")
    Compatibility compatibility;

    @Option(names = "--json", description = "Print the result as JSON.")
    boolean json;

    @Override
    public Integer call() {
      List<Outcome> outcomes;
      try {
        outcomes =
            new SchemaRegistration(registry.required()).register(new Topics(prefix), compatibility);
      } catch (RegistryUnavailableException e) {
        throw new CommandFailedException(String.valueOf(e.getMessage()), e);
      }
      if (json) {
        System.out.println(Json.of(Map.of("schemas", rows(outcomes))));
      } else {
        for (Outcome outcome : outcomes) {
          System.out.println(
              "%-30s %-18s %s"
                  .formatted(
                      outcome.subject(),
                      outcome.record(),
                      outcome instanceof Registered registered
                          ? "id " + registered.id()
                          : ((Refused) outcome).why()));
        }
      }
      return outcomes.stream().allMatch(Registered.class::isInstance) ? 0 : 1;
    }

    private static List<Map<String, Object>> rows(List<Outcome> outcomes) {
      List<Map<String, Object>> rows = new ArrayList<>();
      for (Outcome outcome : outcomes) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("subject", outcome.subject());
        row.put("record", outcome.record());
        if (outcome instanceof Registered registered) {
          row.put("id", registered.id());
        } else {
          row.put("refused", ((Refused) outcome).why());
        }
        rows.add(row);
      }
      return rows;
    }
  }
}
