package dev.residua.cli.ops;

import dev.residua.alerting.AlertingSettings;
import dev.residua.alerting.EscalationSettings;
import dev.residua.alerting.HeartbeatSettings;
import dev.residua.alerting.ReceiverSettings;
import dev.residua.alerting.Route;
import dev.residua.alerting.TimeInterval;
import dev.residua.app.config.AlertingFile;
import dev.residua.app.process.StartFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code alerts}: the file with receivers and routes. */
@Command(
    name = "alerts",
    description = "Checks a file with receivers and routes.",
    mixinStandardHelpOptions = true,
    subcommands = AlertsCommand.Check.class)
public final class AlertsCommand {
  @Command(
      name = "check",
      description = {
        "Prints the receivers, routes and mute times of a file for residua.alerting.file, or all its mistakes.",
        "Reads the files and variables that it names, and connects to nothing. Exits with 1 if anything is wrong."
      })
  static final class Check extends JsonCommand {
    @Parameters(paramLabel = "FILE", description = "YAML file, such as alerting.yaml.")
    Path file;

    @Override
    public Integer call() throws StartFailedException {
      AlertingSettings settings = AlertingFile.settings(file);
      print(
          Json.map(
              "receivers",
              settings.receivers().stream().map(Check::row).toList(),
              "routes",
              settings.routes().stream().map(Check::row).toList(),
              "heartbeat",
              settings.heartbeat().map(HeartbeatSettings::receiver).orElse(null)),
          () -> {
            settings.receivers().forEach(this::print);
            settings.routes().forEach(this::print);
            if (settings.routes().isEmpty()) {
              print("no routes: every receiver is notified of every incident");
            }
            settings.heartbeat().ifPresent(beat -> print("heartbeat: %s", beat.receiver()));
          });
      return 0;
    }

    private void print(ReceiverSettings receiver) {
      print(
          "receiver %s%s",
          receiver,
          receiver
              .escalation()
              .map(step -> ", after %s to %s".formatted(step.after(), step.to()))
              .orElse(""));
    }

    private void print(Route route) {
      print(
          "route %s: sources %s, kinds %s, severity %s or worse, to %s",
          route.name(),
          route.sources(),
          route.kinds(),
          lower(route.severity()),
          String.join(", ", new TreeSet<>(route.receivers())));
      Instant now = Instant.now();
      route.mute().forEach(time -> print("  muted in %s", text(time, now)));
      route.active().forEach(time -> print("  muted outside %s", text(time, now)));
    }

    private static String text(TimeInterval time, Instant now) {
      return time + (time.contains(now) ? " (now)" : "");
    }

    private static Map<String, Object> row(ReceiverSettings receiver) {
      return Json.map(
          "name",
          receiver.name(),
          "type",
          lower(receiver.type()),
          "place",
          receiver.place(),
          "escalateTo",
          receiver.escalation().map(EscalationSettings::to).orElse(null));
    }

    private static Map<String, Object> row(Route route) {
      return Json.map(
          "name",
          route.name(),
          "sources",
          route.sources().toString(),
          "kinds",
          route.kinds().toString(),
          "severity",
          lower(route.severity()),
          "receivers",
          new TreeSet<>(route.receivers()),
          "muteTimes",
          route.mute().stream().map(TimeInterval::name).toList(),
          "activeTimes",
          route.active().stream().map(TimeInterval::name).toList(),
          "muted",
          route.isMuted(Instant.now()));
    }

    private static String lower(Enum<?> value) {
      return value.name().toLowerCase(Locale.ROOT);
    }
  }
}
