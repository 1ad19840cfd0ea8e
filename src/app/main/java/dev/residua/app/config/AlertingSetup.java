package dev.residua.app.config;

import dev.residua.alerting.AlertingSettings;
import dev.residua.alerting.EscalationSettings;
import dev.residua.alerting.GroupSettings;
import dev.residua.alerting.HeartbeatSettings;
import dev.residua.alerting.ReceiverSettings;
import dev.residua.alerting.ReceiverType;
import dev.residua.alerting.Route;
import dev.residua.alerting.Secret;
import dev.residua.alerting.TimeInterval;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Settings of alerting: reports all mistakes of the configuration at once, and no secret. */
public final class AlertingSetup {
  private static final String RECEIVERS = "residua.alerting.receivers.";

  private AlertingSetup() {}

  /**
   * The settings that a configuration gives, or the file that it names.
   *
   * @throws StartFailedException with everything that is wrong
   */
  public static AlertingSettings settings(AlertingConfig config) throws StartFailedException {
    List<String> problems = new ArrayList<>();
    Optional<AlertingSettings> settings = settings(AlertingFile.config(config), problems);
    check(problems);
    return settings.orElseThrow();
  }

  /**
   * The settings that a configuration without a file gives.
   *
   * @param problems receives everything that is wrong
   * @return empty if anything is wrong
   */
  static Optional<AlertingSettings> settings(AlertingConfig config, List<String> problems) {
    int before = problems.size();
    List<ReceiverSettings> receivers = new ArrayList<>();
    new TreeMap<>(config.receivers())
        .forEach(
            (name, receiver) ->
                collect(problems, () -> receiver(name, receiver)).ifPresent(receivers::add));
    Map<String, TimeInterval> times = new TreeMap<>();
    new TreeMap<>(config.muteTimes())
        .forEach(
            (name, time) ->
                collect(problems, () -> interval(name, time))
                    .ifPresent(interval -> times.put(name, interval)));
    List<Route> routes = new ArrayList<>();
    new TreeMap<>(config.routes())
        .forEach(
            (name, route) -> route(name, route, config, times, problems).ifPresent(routes::add));
    if (problems.size() > before) {
      return Optional.empty();
    }
    return collect(
        problems,
        () ->
            new AlertingSettings(
                receivers,
                routes,
                config.dashboardUrl(),
                config.giveUpAfter(),
                new GroupSettings(config.groupWait(), config.groupSize()),
                config
                    .heartbeat()
                    .receiver()
                    .map(name -> new HeartbeatSettings(name, config.heartbeat().interval()))));
  }

  private static TimeInterval interval(String name, AlertingConfig.MuteTime time) {
    return TimeInterval.of(
        name,
        time.times().orElse(List.of()),
        time.weekdays().orElse(List.of()),
        time.daysOfMonth().orElse(List.of()),
        time.months().orElse(List.of()),
        time.years().orElse(List.of()),
        time.location());
  }

  /**
   * The route that a configuration gives.
   *
   * @param times the mute times that can be used
   * @param problems receives everything that is wrong
   */
  private static Optional<Route> route(
      String name,
      AlertingConfig.Route route,
      AlertingConfig config,
      Map<String, TimeInterval> times,
      List<String> problems) {
    String at = "residua.alerting.routes." + name;
    Set<String> known = config.muteTimes().keySet();
    Optional<List<TimeInterval>> mute =
        collect(problems, () -> named(at + ".mute-times", route.muteTimes(), known, times));
    Optional<List<TimeInterval>> active =
        collect(problems, () -> named(at + ".active-times", route.activeTimes(), known, times));
    return collect(
        problems,
        () -> {
          Route made =
              Route.of(name, route.sources(), route.kinds(), route.severity(), route.receivers());
          made.check(config.receivers().keySet());
          return made.with(mute.orElse(List.of()), active.orElse(List.of()));
        });
  }

  /**
   * The intervals that a route names.
   *
   * @param times those of the known ones that can be used
   */
  private static List<TimeInterval> named(
      String property,
      Optional<Set<String>> names,
      Set<String> known,
      Map<String, TimeInterval> times) {
    List<TimeInterval> named = new ArrayList<>();
    for (String name : new TreeSet<>(names.orElse(Set.of()))) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "%s names '%s', expected one of %s".formatted(property, name, new TreeSet<>(known)));
      }
      Optional.ofNullable(times.get(name)).ifPresent(named::add);
    }
    return named;
  }

  /** A part of the settings; empty, with a problem, if it is wrong. */
  private static <T> Optional<T> collect(List<String> problems, Supplier<T> part) {
    try {
      return Optional.of(part.get());
    } catch (IllegalArgumentException e) {
      problems.add(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  static void check(List<String> problems) throws StartFailedException {
    if (!problems.isEmpty()) {
      throw new StartFailedException(String.join("\nresidua: ", problems));
    }
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
    List<String> problems = new ArrayList<>();
    Map<String, Signing> secrets = signing(AlertingFile.config(config), problems);
    check(problems);
    return secrets;
  }

  static Map<String, Signing> signing(AlertingConfig config, List<String> problems) {
    Map<String, Signing> secrets = new LinkedHashMap<>();
    config
        .receivers()
        .forEach(
            (name, receiver) ->
                collect(problems, () -> signing(name, receiver))
                    .flatMap(secret -> secret)
                    .ifPresent(secret -> secrets.put(name, secret)));
    return secrets;
  }

  private static Optional<Signing> signing(String name, AlertingConfig.Receiver receiver) {
    String property = RECEIVERS + name + ".webhook-secret";
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
    return signing.map(
        s -> new Signing(receiver.type(), s.value().getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Receivers of type Alertmanager that have an address, whose silences acknowledge.
   *
   * @throws StartFailedException with the error
   */
  public static List<ReceiverSettings> alertmanagers(AlertingConfig config)
      throws StartFailedException {
    List<ReceiverSettings> receivers = new ArrayList<>();
    for (Map.Entry<String, AlertingConfig.Receiver> entry :
        AlertingFile.config(config).receivers().entrySet()) {
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
