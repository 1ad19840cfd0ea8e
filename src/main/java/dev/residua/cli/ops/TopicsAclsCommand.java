package dev.residua.cli.ops;

import dev.residua.app.kafka.RequiredAcl;
import dev.residua.app.process.Role;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.wire.Topics;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code topics acls}: the permissions that a process needs, and no others. */
@Command(
    name = "acls",
    description = {
      "Prints the access that a process needs on a cluster with ACLs, and no more.",
      "Asks no broker. Run what it prints, or put it into a KafkaUser of Strimzi."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class TopicsAclsCommand implements Callable<Integer> {
  private enum Format {
    KAFKA_ACLS,
    STRIMZI,
    JSON
  }

  @Option(
      names = "--principal",
      required = true,
      paramLabel = "User:NAME",
      description = "Who gets the access, as the broker sees it.")
  String principal;

  @Option(
      names = "--roles",
      split = ",",
      paramLabel = "ROLE",
      description =
          "Roles of the process: score, monitor, shadow, train, alert, dashboard (default: all).")
  @Nullable Set<Role> roles;

  @Option(
      names = "--format",
      defaultValue = "KAFKA_ACLS",
      paramLabel = "kafka_acls|strimzi|json",
      description = "Commands of kafka-acls.sh, acls of a Strimzi KafkaUser, or JSON.")
  Format format;

  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:KAFKA_BOOTSTRAP_SERVERS:-localhost:9092}",
      description = "Goes into the commands.")
  String bootstrap;

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      defaultValue = Topics.DEFAULT_PREFIX,
      description = "Start of every topic name.")
  String prefix;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    if (!principal.matches("[A-Za-z]+:[^'\\s]+")) {
      throw new CommandFailedException(
          "--principal must be TYPE:NAME, such as User:residua, but was '%s'".formatted(principal));
    }
    List<RequiredAcl> needed =
        RequiredAcl.needed(prefix, "1", roles == null ? EnumSet.allOf(Role.class) : roles);
    PrintWriter out = spec.commandLine().getOut();
    switch (format) {
      case KAFKA_ACLS ->
          needed.forEach(access -> out.println(access.asKafkaAcls(bootstrap, principal)));
      case STRIMZI -> {
        out.println("acls: # of spec.authorization, type: simple");
        needed.forEach(access -> out.println(access.asStrimzi().indent(2).stripTrailing()));
      }
      case JSON -> out.println(Json.of(needed.stream().map(this::json).toList()));
    }
    return 0;
  }

  private Map<String, Object> json(RequiredAcl access) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("principal", principal);
    entry.put("resourceType", access.type().name());
    entry.put("name", access.name());
    entry.put("patternType", access.prefixed() ? "PREFIXED" : "LITERAL");
    entry.put("operations", new TreeSet<>(access.operations()).stream().map(Enum::name).toList());
    return entry;
  }
}
