package dev.residua.alerting;

import dev.residua.incident.Incident;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which receivers are notified of which incidents.
 *
 * @param receivers all there are, names unique
 * @param routes an incident goes to the receivers of every route that matches it; without any route
 *     to all receivers
 * @param dashboard address of the dashboard as people reach it, for links
 * @param giveUpAfter time after which a notification that is not accepted becomes a dead letter, at
 *     least a minute
 * @param groups when receivers are notified of several incidents together
 */
public record AlertingSettings(
    List<ReceiverSettings> receivers,
    List<Route> routes,
    Optional<URI> dashboard,
    Duration giveUpAfter,
    GroupSettings groups) {
  private static final Duration LEAST_GIVE_UP = Duration.ofMinutes(1);

  public AlertingSettings {
    receivers = List.copyOf(receivers);
    routes = List.copyOf(routes);
    Set<String> names =
        receivers.stream()
            .map(ReceiverSettings::name)
            .collect(Collectors.toCollection(TreeSet::new));
    for (Route route : routes) {
      for (String name : route.receivers()) {
        if (!names.contains(name)) {
          throw new IllegalArgumentException(
              "residua.alerting.routes.%s.receivers names '%s', expected one of %s"
                  .formatted(route.name(), name, names));
        }
      }
    }
    if (giveUpAfter.compareTo(LEAST_GIVE_UP) < 0) {
      throw new IllegalArgumentException(
          "residua.alerting.give-up-after must be at least %s but was %s"
              .formatted(LEAST_GIVE_UP, giveUpAfter));
    }
    dashboard.ifPresent(
        url -> {
          if (url.getHost() == null
              || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
              || url.getRawQuery() != null
              || url.getRawFragment() != null) {
            throw new IllegalArgumentException(
                "residua.alerting.dashboard-url must be an address such as"
                    + " https://residua.example.org but was "
                    + url);
          }
        });
  }

  /** Names of the receivers of an incident in its current state. */
  Set<String> receiversOf(Incident incident) {
    if (routes.isEmpty()) {
      return receivers.stream().map(ReceiverSettings::name).collect(Collectors.toSet());
    }
    Set<String> names = new TreeSet<>();
    for (Route route : routes) {
      if (route.takes(incident)) {
        names.addAll(route.receivers());
      }
    }
    return names;
  }
}
