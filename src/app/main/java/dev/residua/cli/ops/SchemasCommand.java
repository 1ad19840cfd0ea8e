package dev.residua.cli.ops;

import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.RegistryOptions;
import dev.residua.wire.Compatibility;
import dev.residua.wire.RegistryUnavailableException;
import dev.residua.wire.SchemaRegistration;
import dev.residua.wire.SchemaRegistration.Outcome;
import dev.residua.wire.SchemaRegistration.Refused;
import dev.residua.wire.SchemaRegistration.Registered;
import dev.residua.wire.Topics;
import java.util.List;
import java.util.Map;
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
          "Registers the schema of every topic as <topic>-value; exits with 1 if one is refused.")
  static final class Register extends JsonCommand {
    @Mixin RegistryOptions registry = new RegistryOptions();

    @Option(
        names = "--topic-prefix",
        paramLabel = "PREFIX",
        defaultValue = Topics.DEFAULT_PREFIX,
        description = "Prefix of every topic name.")
    String prefix;

    @Option(
        names = "--compatibility",
        paramLabel = "RULE",
        defaultValue = "BACKWARD",
        description =
            "Compatibility rule for later versions of each schema: ${COMPLETION-CANDIDATES}.")
    Compatibility compatibility;

    @Override
    public Integer call() throws RegistryUnavailableException {
      List<Outcome> outcomes =
          new SchemaRegistration(registry.required()).register(new Topics(prefix), compatibility);
      print(
          Json.map("schemas", outcomes.stream().map(Register::row).toList()),
          () ->
              outcomes.forEach(
                  outcome ->
                      print(
                          "%-30s %-18s %s",
                          outcome.subject(),
                          outcome.record(),
                          outcome instanceof Registered registered
                              ? "id " + registered.id()
                              : ((Refused) outcome).why())));
      return outcomes.stream().allMatch(Registered.class::isInstance) ? 0 : 1;
    }

    private static Map<String, Object> row(Outcome outcome) {
      return outcome instanceof Registered registered
          ? Json.map(
              "subject", outcome.subject(), "record", outcome.record(), "id", registered.id())
          : Json.map(
              "subject",
              outcome.subject(),
              "record",
              outcome.record(),
              "refused",
              ((Refused) outcome).why());
    }
  }
}
