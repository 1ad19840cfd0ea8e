package dev.residua.alerting;

import dev.residua.incident.Incident;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which receivers are notified of which incidents.
 *
 * @param receivers all there are, names unique
 * @param routes an incident goes to the receivers of every route that matches it; without any route
 *     to all receivers, except for those that only get escalations or heartbeats
 * @param dashboard address of the dashboard as people reach it, for links
 * @param giveUpAfter time after which a notification that is not accepted becomes a dead letter, at
 *     least a minute
 * @param groups when receivers are notified of several incidents together
 * @param heartbeat regular message to one of the receivers
 */
public record AlertingSettings(
    List<ReceiverSettings> receivers,
    List<Route> routes,
    Optional<URI> dashboard,
    Duration giveUpAfter,
    GroupSettings groups,
    Optional<HeartbeatSettings> heartbeat) {
  private static final Duration LEAST_GIVE_UP = Duration.ofMinutes(1);

  public AlertingSettings {
    receivers = List.copyOf(receivers);
    routes = List.copyOf(routes);
    Map<String, ReceiverSettings> byName = new TreeMap<>();
    receivers.forEach(receiver -> byName.put(receiver.name(), receiver));
    routes.forEach(route -> route.check(byName.keySet()));
    receivers.forEach(receiver -> checkEscalation(receiver, byName));
    heartbeat.ifPresent(settings -> checkHeartbeat(settings, byName));
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

  private static void checkEscalation(
      ReceiverSettings first, Map<String, ReceiverSettings> byName) {
    List<String> chain = new ArrayList<>(List.of(first.name()));
    ReceiverSettings last = first;
    while (last.escalation().isPresent()) {
      String at = "residua.alerting.receivers.%s.escalate-to".formatted(last.name());
      String to = last.escalation().get().to();
      ReceiverSettings next = byName.get(to);
      if (next == null) {
        throw new IllegalArgumentException(
            "%s names '%s', expected one of %s".formatted(at, to, byName.keySet()));
      }
      boolean cycle = chain.contains(to);
      chain.add(to);
      if (cycle) {
        throw new IllegalArgumentException(
            "%s leads back to a receiver that was notified before (%s); remove one of these steps"
                .formatted(at, String.join(" -> ", chain)));
      }
      last = next;
    }
  }

  private static void checkHeartbeat(
      HeartbeatSettings heartbeat, Map<String, ReceiverSettings> byName) {
    ReceiverSettings receiver = byName.get(heartbeat.receiver());
    if (receiver == null) {
      throw new IllegalArgumentException(
          "residua.alerting.heartbeat.receiver names '%s', expected one of %s"
              .formatted(heartbeat.receiver(), byName.keySet()));
    }
    if (!receiver.type().capabilities().heartbeats()) {
      throw new IllegalArgumentException(
          "residua.alerting.heartbeat.receiver must be of type alertmanager or webhook but %s is of type %s"
              .formatted(receiver.name(), receiver.type().name().toLowerCase(Locale.ROOT)));
    }
  }

  /** A receiver of the settings by its name. */
  public ReceiverSettings receiver(String name) {
    return receivers.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  /** The further receivers, by the name of the one that waits for an acknowledgement. */
  Map<String, EscalationSettings> escalations() {
    Map<String, EscalationSettings> steps = new TreeMap<>();
    receivers.forEach(
        receiver -> receiver.escalation().ifPresent(step -> steps.put(receiver.name(), step)));
    return steps;
  }

  /**
   * Returns true for a webhook that gets nothing but the heartbeat, since no route and no
   * escalation names it.
   */
  boolean getsOnlyHeartbeats(ReceiverSettings receiver) {
    return receiver.type() == ReceiverType.WEBHOOK
        && heartbeat.stream().anyMatch(settings -> settings.receiver().equals(receiver.name()))
        && routes.stream().noneMatch(route -> route.receivers().contains(receiver.name()))
        && !isEscalatedTo(receiver);
  }

  private boolean isEscalatedTo(ReceiverSettings receiver) {
    return receivers.stream()
        .flatMap(one -> one.escalation().stream())
        .anyMatch(step -> step.to().equals(receiver.name()));
  }

  /** Routes that notify nobody at a time. */
  Set<Route> muted(Instant time) {
    return routes.stream().filter(route -> route.isMuted(time)).collect(Collectors.toSet());
  }

  /** Names of the receivers of an incident in its current state, without escalations. */
  Set<String> receiversOf(Incident incident) {
    return receiversOf(incident, Set.of());
  }

  /** Like the above, without those of muted routes. */
  Set<String> receiversOf(Incident incident, Set<Route> muted) {
    if (routes.isEmpty()) {
      return receivers.stream()
          .filter(receiver -> !isEscalatedTo(receiver) && !getsOnlyHeartbeats(receiver))
          .map(ReceiverSettings::name)
          .collect(Collectors.toSet());
    }
    Set<String> names = new TreeSet<>();
    for (Route route : routes) {
      if (!muted.contains(route) && route.takes(incident)) {
        names.addAll(route.receivers());
      }
    }
    return names;
  }
}
