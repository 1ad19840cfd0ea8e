package dev.residua.app.config;

import dev.residua.alerting.AlertingSettings;
import dev.residua.alerting.EscalationSettings;
import dev.residua.alerting.GroupSettings;
import dev.residua.alerting.HeartbeatSettings;
import dev.residua.alerting.ReceiverSettings;
import dev.residua.alerting.ReceiverType;
import dev.residua.alerting.Route;
import dev.residua.alerting.Secret;
import dev.residua.app.process.StartFailedException;
import dev.residua.dashboard.AcknowledgementsResource.Signing;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Settings of alerting: reports all mistakes of the configuration at once, and no secret. */
public final class AlertingSetup {
  private static final String RECEIVERS = "residua.alerting.receivers.";

  private AlertingSetup() {}

  /**
   * The settings that a configuration gives.
   *
   * @throws StartFailedException with everything that is wrong
   */
  public static AlertingSettings settings(AlertingConfig config) throws StartFailedException {
    List<String> problems = new ArrayList<>();
    List<ReceiverSettings> receivers = new ArrayList<>();
    for (Map.Entry<String, AlertingConfig.Receiver> each :
        new TreeMap<>(config.receivers()).entrySet()) {
      try {
        receivers.add(receiver(each.getKey(), each.getValue()));
      } catch (IllegalArgumentException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
    }
    List<Route> routes = new ArrayList<>();
    for (Map.Entry<String, AlertingConfig.Route> each : new TreeMap<>(config.routes()).entrySet()) {
      AlertingConfig.Route route = each.getValue();
      try {
        routes.add(
            Route.of(
                each.getKey(),
                route.sources(),
                route.kinds(),
                route.severity(),
                route.receivers()));
      } catch (IllegalArgumentException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
    }
    if (problems.isEmpty()) {
      try {
        return new AlertingSettings(
            receivers,
            routes,
            config.dashboardUrl(),
            config.giveUpAfter(),
            new GroupSettings(config.groupWait(), config.groupSize()),
            config
                .heartbeat()
                .receiver()
                .map(name -> new HeartbeatSettings(name, config.heartbeat().interval())));
      } catch (IllegalArgumentException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
    }
    throw new StartFailedException(String.join("\nresidua: ", problems));
  }

  /**
   * The settings that a server started here would have; see {@link ServerConfiguration}.
   *
   * @param file such as {@code config/application.properties}; omitted if there is none
   * @throws StartFailedException with everything that is wrong
   */
  public static AlertingSettings configured(Path file) throws StartFailedException {
    return settings(ServerConfiguration.read(file, Map.of()).alerting());
  }

  /**
   * Receivers that post acknowledgements to the dashboard, by name.
   *
   * @throws StartFailedException with everything that is wrong
   */
  public static Map<String, Signing> signing(AlertingConfig config) throws StartFailedException {
    Map<String, Signing> secrets = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    config
        .receivers()
        .forEach(
            (name, receiver) -> {
              String property = RECEIVERS + name + ".webhook-secret";
              try {
                Optional<Secret> secret =
                    secret(property, receiver.webhookSecret(), receiver.webhookSecretFile());
                if (secret.isPresent() && receiver.type() != ReceiverType.PAGERDUTY) {
                  throw new IllegalArgumentException(
                      "%s is for receivers of type pagerduty; remove it, and for Slack set key"
                          .formatted(property));
                }
                Optional<Secret> signing =
                    receiver.type() == ReceiverType.SLACK
                        ? secret(RECEIVERS + name + ".key", receiver.key(), receiver.keyFile())
                        : secret;
                signing.ifPresent(
                    s ->
                        secrets.put(
                            name,
                            new Signing(
                                receiver.type(), s.value().getBytes(StandardCharsets.UTF_8))));
              } catch (IllegalArgumentException e) {
                problems.add(String.valueOf(e.getMessage()));
              }
            });
    if (!problems.isEmpty()) {
      throw new StartFailedException(String.join("\nresidua: ", problems));
    }
    return secrets;
  }

  /**
   * Receivers of type Alertmanager that have an address, whose silences acknowledge.
   *
   * @throws StartFailedException with the error
   */
  public static List<ReceiverSettings> alertmanagers(AlertingConfig config)
      throws StartFailedException {
    List<ReceiverSettings> receivers = new ArrayList<>();
    for (Map.Entry<String, AlertingConfig.Receiver> entry : config.receivers().entrySet()) {
      AlertingConfig.Receiver receiver = entry.getValue();
      if (receiver.type() == ReceiverType.ALERTMANAGER
          && (receiver.url().isPresent() || receiver.urlFile().isPresent())) {
        try {
          receivers.add(receiver(entry.getKey(), receiver));
        } catch (IllegalArgumentException e) {
          throw new StartFailedException(String.valueOf(e.getMessage()));
        }
      }
    }
    return receivers;
  }

  private static ReceiverSettings receiver(String name, AlertingConfig.Receiver config) {
    String at = RECEIVERS + name;
    return new ReceiverSettings(
        name,
        config.type(),
        url(at, config),
        secret(at + ".key", config.key(), config.keyFile()),
        config.from(),
        config.to().orElse(List.of()),
        config.user(),
        secret(at + ".token", config.token(), config.tokenFile()),
        config.timeout(),
        config.repeatInterval(),
        config.limitPerMinute(),
        config.modelChanges(),
        config.escalateTo().map(to -> new EscalationSettings(to, config.escalateAfter())));
  }

  private static URI url(String at, AlertingConfig.Receiver config) {
    if (config.url().isPresent() && config.urlFile().isPresent()) {
      throw new IllegalArgumentException(
          "%s.url and %s.url-file are both set; set one".formatted(at, at));
    }
    if (config.url().isPresent()) {
      return config.url().get();
    }
    if (config.urlFile().isPresent()) {
      String text = read(at + ".url-file", config.urlFile().get());
      try {
        return new URI(text);
      } catch (URISyntaxException e) {
        // The exception would show what the file holds.
        throw new IllegalArgumentException(
            "%s.url-file %s does not hold an address".formatted(at, config.urlFile().get()));
      }
    }
    if (config.type() == ReceiverType.PAGERDUTY) {
      return ReceiverSettings.PAGERDUTY;
    }
    throw new IllegalArgumentException(
        "%s.url, the address of a receiver of type %s, is missing; set it or %s.url-file"
            .formatted(at, config.type().name().toLowerCase(Locale.ROOT), at));
  }

  private static Optional<Secret> secret(
      String property, Optional<String> value, Optional<Path> file) {
    if (value.isPresent() && file.isPresent()) {
      throw new IllegalArgumentException(
          "%s and %s-file are both set; set one".formatted(property, property));
    }
    Optional<String> text = file.isPresent() ? file.map(f -> read(property + "-file", f)) : value;
    try {
      return text.map(Secret::new);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          file.map(f -> "%s-file %s is empty".formatted(property, f))
              .orElse(property + " must not be blank"),
          e);
    }
  }

  private static String read(String property, Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "%s %s cannot be read: %s".formatted(property, file, e), e);
    }
  }
}
