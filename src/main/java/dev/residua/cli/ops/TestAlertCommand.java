package dev.residua.cli.ops;

import dev.residua.alerting.AlertingSettings;
import dev.residua.alerting.ReceiverSettings;
import dev.residua.alerting.TestAlert;
import dev.residua.alerting.TestAlert.Delivery;
import dev.residua.app.config.AlertingSetup;
import dev.residua.app.process.StartFailedException;
import dev.residua.causal.Finding.Severity;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.incident.Incident;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code test-alert}: checks that the receivers can be reached. */
@Command(
    name = "test-alert",
    description = {
      "Sends a test alert to the receivers that are configured here, once, and prints what each answers.",
      "Reads the same properties and environment as serve; exits with 1 unless all have taken it."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class TestAlertCommand implements Callable<Integer> {
  @Option(
      names = "--receiver",
      split = ",",
      paramLabel = "NAME",
      description = "Only these receivers (default: those that the routes give the alert to).")
  List<String> names = List.of();

  @Option(names = "--source", paramLabel = "NAME", description = "Source that the alert names.")
  String source = "test";

  @Option(names = "--severity", description = "One of ${COMPLETION-CANDIDATES}.")
  Severity severity = Severity.WARNING;

  @Option(names = "--resolve", description = "Say that the test alert of this source is over.")
  boolean resolve;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Properties file of the server, where there is one.")
  Path config = Path.of("config", "application.properties");

  @Option(names = "--json", description = "Print one JSON array.")
  boolean json;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

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
    List<Delivery> said = TestAlert.send(chosen(settings, incident), settings, incident, clock);
    print(incident, said);
    return said.stream().allMatch(Delivery::accepted) ? 0 : 1;
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

  private void print(Incident incident, List<Delivery> said) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.of(said.stream().map(one -> row(incident, one)).toList()));
      return;
    }
    for (Delivery one : said) {
      out.printf(
          "%-9s %s: %s%n", one.accepted() ? "delivered" : "FAILED", one.receiver(), detail(one));
    }
    if (!resolve) {
      out.printf("end it with: residua test-alert --source %s --resolve%n", source);
    }
  }

  private static String detail(Delivery one) {
    return one.result().detail();
  }

  private static Map<String, Object> row(Incident incident, Delivery one) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("receiver", one.receiver().name());
    row.put("type", lower(one.receiver().type()));
    row.put("place", one.receiver().place());
    row.put("incidentId", incident.id());
    row.put("state", lower(incident.state()));
    row.put("accepted", one.accepted());
    row.put("answer", detail(one));
    return row;
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
