package dev.residua.cli.ops;

import dev.residua.app.kafka.RequiredAcl;
import dev.residua.app.process.Role;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.ConsoleCommand;
import dev.residua.cli.console.InstallationSettings;
import dev.residua.cli.console.Json;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code topics acls}: the permissions that a process needs, and no others. */
@Command(
    name = "acls",
    description = {
      "Prints the permissions that a process needs on a cluster with ACLs, and no others.",
      "Connects to no broker. Run the printed commands, or copy the ACLs into a KafkaUser of Strimzi."
    })
final class TopicsAclsCommand extends ConsoleCommand {
  private enum Format {
    KAFKA_ACLS,
    STRIMZI,
    JSON
  }

  @Option(
      names = "--principal",
      required = true,
      paramLabel = "User:NAME",
      description = "User that gets the permissions, as the broker knows it.")
  String principal;

  @Option(
      names = "--roles",
      split = ",",
      paramLabel = "ROLE",
      description =
          "Roles of the process: score, monitor, shadow, train, alert, ingest, dashboard (default: all"
              + " but ingest, as for a process).")
  @Nullable Set<Role> roles;

  @Option(
      names = "--format",
      defaultValue = "KAFKA_ACLS",
      paramLabel = "kafka_acls|strimzi|json",
      description = "Commands for kafka-acls.sh, ACLs of a Strimzi KafkaUser, or JSON.")
  Format format;

  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      description = "Address of Kafka in the printed commands (default: that of serve).")
  @Nullable String bootstrap;

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      description = "Prefix of every topic name (default: residua.topic-prefix, else residua.).")
  @Nullable String prefix;

  @Override
  public Integer call() {
    if (!principal.matches("[A-Za-z]+:[^'\\s]+")) {
      throw new CommandFailedException(
          "--principal must be TYPE:NAME, such as User:residua, but was '%s'".formatted(principal));
    }
    InstallationSettings installation = new InstallationSettings();
    String servers = bootstrap == null ? installation.bootstrapServers() : bootstrap;
    List<RequiredAcl> needed =
        RequiredAcl.needed(
            prefix == null ? installation.topicPrefix() : prefix,
            "1",
            roles == null ? EnumSet.complementOf(EnumSet.of(Role.INGEST)) : roles);
    switch (format) {
      case KAFKA_ACLS ->
          needed.forEach(access -> out().println(access.asKafkaAcls(servers, principal)));
      case STRIMZI -> {
        out().println("acls: # of spec.authorization, type: simple");
        needed.forEach(access -> out().println(access.asStrimzi().indent(2).stripTrailing()));
      }
      case JSON -> out().println(Json.of(needed.stream().map(this::json).toList()));
    }
    return 0;
  }

  private Map<String, Object> json(RequiredAcl access) {
    return Json.map(
        "principal", principal,
        "resourceType", access.type().name(),
        "name", access.name(),
        "patternType", access.prefixed() ? "PREFIXED" : "LITERAL",
        "operations", new TreeSet<>(access.operations()).stream().map(Enum::name).toList());
  }
}
