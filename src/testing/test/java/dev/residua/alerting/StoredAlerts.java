package dev.residua.alerting;

import dev.residua.alerting.Grouping.Child;
import dev.residua.alerting.Grouping.Group;
import dev.residua.incident.Incident;
import dev.residua.testing.Incidents;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Records of the topic of alerts, for tests of their readers. */
public final class StoredAlerts {
  private StoredAlerts() {}

  public static String key(String alertId) {
    return AlertStateJson.key(alertId);
  }

  /** The alert of a group of incidents with the label {@code lamp 3}. */
  public static byte[] group(String alertId, int more, Incident... incidents) {
    List<Incident> children = List.of(incidents);
    Group group =
        new Group(
            "lamp",
            "3",
            children.stream().map(StoredAlerts::entry).map(Child::of).toList(),
            more,
            Incidents.OPENED,
            Set.of("hook"));
    Incident parent = GroupIncident.of(alertId, group, null, children, 0);
    return AlertStateJson.bytes(entry(parent).with(group));
  }

  /** The alert of one incident. */
  public static byte[] single(Incident incident) {
    return AlertStateJson.bytes(entry(incident));
  }

  /** The alert of one incident that was escalated to a receiver. */
  public static byte[] escalated(Incident incident, String receiver, Instant at) {
    return AlertStateJson.bytes(
        entry(incident).with(new Escalation(false, Map.of(), Map.of(receiver, at))));
  }

  /** Stores the changes of a book as its topic does. */
  static void take(PendingAlerts book, Map<String, AlertEntry> stored) {
    book.changes()
        .forEach(
            (id, change) ->
                change
                    .entry()
                    .ifPresentOrElse(
                        e -> stored.put(id, AlertStateJson.entry(AlertStateJson.bytes(e))),
                        () -> stored.remove(id)));
  }

  static AlertEntry entry(Incident incident) {
    return new AlertEntry(
        incident.id(), incident, 0, Incidents.OPENED, Incidents.OPENED, Optional.empty(), Map.of());
  }
}
