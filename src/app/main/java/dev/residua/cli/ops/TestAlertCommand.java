package dev.residua.cli.ops;

import dev.residua.alerting.AlertingSettings;
import dev.residua.alerting.ReceiverSettings;
import dev.residua.alerting.TestAlert;
import dev.residua.alerting.TestAlert.Delivery;
import dev.residua.app.config.AlertingSetup;
import dev.residua.app.config.ServerConfiguration;
import dev.residua.app.process.StartFailedException;
import dev.residua.causal.Finding.Severity;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.incident.Incident;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code test-alert}: checks that the receivers can be reached. */
@Command(
    name = "test-alert",
    description = {
      "Sends one test alert to the receivers that are configured here, and prints the answer of each.",
      "Reads the same properties and environment as serve. Exits with 1 unless all receivers accept it."
    })
public final class TestAlertCommand extends JsonCommand {
  @Option(
      names = "--receiver",
      split = ",",
      paramLabel = "NAME",
      description = "Only these receivers (default: those that the routes select).")
  List<String> names = List.of();

  @Option(names = "--source", paramLabel = "NAME", description = "Source in the alert.")
  String source = "test";

  @Option(names = "--severity", description = "Severity: ${COMPLETION-CANDIDATES}.")
  Severity severity = Severity.WARNING;

  @Option(names = "--resolve", description = "Resolve the test alert of this source.")
  boolean resolve;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Properties file of the server, if there is one.")
  Path config = Path.of(ServerConfiguration.FILE);

  @Override
  public Integer call() throws StartFailedException, InterruptedException {
    AlertingSettings settings = AlertingSetup.configured(config);
    if (settings.receivers().isEmpty()) {
      throw new CommandFailedException(
          "no receiver is configured: set residua.alerting.receivers.NAME.type and its url or key, in %s or the environment"
              .formatted(config));
    }
    Clock clock = Clock.systemUTC();
    Incident incident =
        TestAlert.incident(
            source,
            severity,
            "this is a test by %s; nothing is wrong".formatted(System.getProperty("user.name")),
            resolve,
            clock.instant());
    List<Delivery> deliveries =
        TestAlert.send(chosen(settings, incident), settings, incident, clock);
    print(
        deliveries.stream().map(one -> row(incident, one)).toList(),
        () -> {
          for (Delivery one : deliveries) {
            print(
                "%-9s %s: %s",
                one.accepted() ? "delivered" : "FAILED", one.receiver(), one.result().detail());
          }
          if (!resolve) {
            print("end it with: residua test-alert --source %s --resolve", source);
          }
        });
    return deliveries.stream().allMatch(Delivery::accepted) ? 0 : 1;
  }

  private List<ReceiverSettings> chosen(AlertingSettings settings, Incident incident) {
    List<String> known = settings.receivers().stream().map(ReceiverSettings::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new CommandFailedException(
            "--receiver %s is not configured, expected one of %s"
                .formatted(name, String.join(", ", known)));
      }
    }
    List<String> wanted = names.isEmpty() ? TestAlert.routed(settings, incident) : names;
    if (wanted.isEmpty()) {
      throw new CommandFailedException(
          "no route gives a %s alert of kind %s and source %s to any receiver; name one with --receiver"
              .formatted(lower(severity), TestAlert.KIND, source));
    }
    return settings.receivers().stream()
        .filter(receiver -> wanted.contains(receiver.name()))
        .toList();
  }

  private static Map<String, Object> row(Incident incident, Delivery one) {
    return Json.map(
        "receiver", one.receiver().name(),
        "type", lower(one.receiver().type()),
        "place", one.receiver().place(),
        "incidentId", incident.id(),
        "state", lower(incident.state()),
        "accepted", one.accepted(),
        "answer", one.result().detail());
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
