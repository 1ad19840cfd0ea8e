package dev.residua.cli.ops;

import dev.residua.app.kafka.TopicAdmin;
import dev.residua.app.process.StartFailedException;
import dev.residua.cli.console.AuthorOption;
import dev.residua.cli.console.CommandAudit;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.wire.Topic;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code topics}: creates and checks the product's topics on a cluster. */
@Command(
    name = "topics",
    description =
        "Creates and checks the topics of the product, and prints the permissions that a process needs.",
    mixinStandardHelpOptions = true,
    subcommands = {TopicsCommand.Create.class, TopicsCommand.Check.class, TopicsAclsCommand.class})
public final class TopicsCommand {
  @Command(name = "create", description = "Creates the missing topics; does not change the others.")
  static final class Create extends JsonCommand {
    @Mixin KafkaOptions kafka = new KafkaOptions();

    @Option(
        names = "--partitions",
        paramLabel = "N",
        defaultValue = "4",
        description = "Partitions of each new topic; the sources are spread over them.")
    int partitions;

    @Option(
        names = "--replication",
        paramLabel = "N",
        description = "Copies of each partition (default: the setting of the broker).")
    @Nullable Short replication;

    @Mixin AuthorOption author = new AuthorOption();

    @Override
    public Integer call() throws StartFailedException {
      atLeast(1, "--partitions", partitions);
      try (TopicAdmin admin = new TopicAdmin(kafka.clients())) {
        List<String> created =
            admin.create(kafka.topics(), partitions, Optional.ofNullable(replication));
        if (!created.isEmpty()) {
          CommandAudit.record(
              kafka,
              err(),
              List.of(
                  CommandAudit.entry(
                      author.claimed(),
                      "create-topics",
                      created.stream().sorted().collect(Collectors.joining(" ")),
                      List.of(),
                      "",
                      "partitions=%d replication=%s"
                          .formatted(partitions, replication == null ? "default" : replication))));
        }
        List<String> all = kafka.topics().all().stream().map(Topic::name).toList();
        print(
            Json.map("created", created, "topics", all),
            () ->
                all.forEach(
                    name ->
                        print("%-24s %s", name, created.contains(name) ? "created" : "exists")));
      }
      return 0;
    }
  }

  @Command(
      name = "check",
      description =
          "Checks that the topics exist with the settings they need; exits with 1 if not.")
  static final class Check extends JsonCommand {
    @Mixin KafkaOptions kafka = new KafkaOptions();

    @Override
    public Integer call() throws StartFailedException {
      List<String> problems;
      try (TopicAdmin admin = new TopicAdmin(kafka.clients())) {
        problems = admin.check(kafka.topics());
      }
      print(
          Json.map("ok", problems.isEmpty(), "problems", problems),
          () -> {
            problems.forEach(out()::println);
            if (problems.isEmpty()) {
              print("all %d topics have the required settings", kafka.topics().all().size());
            }
          });
      return problems.isEmpty() ? 0 : 1;
    }
  }
}
