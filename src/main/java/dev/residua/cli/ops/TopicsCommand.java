package dev.residua.cli.ops;

import dev.residua.app.kafka.TopicAdmin;
import dev.residua.app.process.StartFailedException;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.wire.Topic;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code topics}: creates and checks the product's topics on a cluster. */
@Command(
    name = "topics",
    description = "Creates and checks the topics of the product, and says which access they need.",
    mixinStandardHelpOptions = true,
    subcommands = {TopicsCommand.Create.class, TopicsCommand.Check.class, TopicsAclsCommand.class})
public final class TopicsCommand {
  @Command(
      name = "create",
      description = "Creates the topics that do not exist; leaves the others alone.",
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class Create implements Callable<Integer> {
    @Mixin KafkaOptions kafka = new KafkaOptions();

    @Option(
        names = "--partitions",
        paramLabel = "N",
        defaultValue = "4",
        description = "Partitions of each new topic; sources are spread over them.")
    int partitions;

    @Option(
        names = "--replication",
        paramLabel = "N",
        description = "Copies of each partition (default: what the broker is set to).")
    @Nullable Short replication;

    @Option(names = "--json", description = "Print the result as JSON.")
    boolean json;

    @Override
    public Integer call() throws StartFailedException {
      if (partitions < 1) {
        throw new CommandFailedException("--partitions must be at least 1 but was " + partitions);
      }
      try (TopicAdmin admin = new TopicAdmin(kafka.clients())) {
        List<String> created =
            admin.create(kafka.topics(), partitions, Optional.ofNullable(replication));
        List<String> all = kafka.topics().all().stream().map(Topic::name).toList();
        if (json) {
          System.out.println(Json.of(Map.of("created", created, "topics", all)));
        } else {
          all.forEach(
              name ->
                  System.out.println(
                      "%-24s %s".formatted(name, created.contains(name) ? "created" : "exists")));
        }
      }
      return 0;
    }
  }

  @Command(
      name = "check",
      description =
          "Checks that the topics exist with the settings they need; exits with 1 if not.",
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class Check implements Callable<Integer> {
    @Mixin KafkaOptions kafka = new KafkaOptions();

    @Option(names = "--json", description = "Print the result as JSON.")
    boolean json;

    @Override
    public Integer call() throws StartFailedException {
      List<String> problems;
      try (TopicAdmin admin = new TopicAdmin(kafka.clients())) {
        problems = admin.check(kafka.topics());
      }
      if (json) {
        System.out.println(Json.of(Map.of("ok", problems.isEmpty(), "problems", problems)));
      } else if (problems.isEmpty()) {
        System.out.println(
            "all %d topics are as they should be".formatted(kafka.topics().all().size()));
      } else {
        problems.forEach(System.out::println);
      }
      return problems.isEmpty() ? 0 : 1;
    }
  }
}
