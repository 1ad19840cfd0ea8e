package dev.residua.alerting;

import dev.residua.incident.Incident;
import dev.residua.incident.IncidentEvidence;
import dev.residua.incident.IncidentEvidence.Kind;
import dev.residua.wire.CloudEventHeaders;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Addresses on the dashboard, as people reach it. */
final class Links {
  /** Page of the incident, or of all sources. */
  static final String DASHBOARD = "dashboard";

  private final Optional<String> base;

  /**
   * @param dashboard empty for no links at all
   */
  Links(Optional<URI> dashboard) {
    this.base = dashboard.map(url -> url.toString().replaceAll("/+$", ""));
  }

  /** Links of an alert by purpose, the page first, then its evidence; empty without a dashboard. */
  Map<String, String> of(AlertEntry entry) {
    Incident incident = entry.incident();
    Map<String, String> links = new LinkedHashMap<>();
    if (base.isEmpty()) {
      return links;
    }
    if (entry.grouping() instanceof Grouping.Group) {
      home().ifPresent(home -> links.put(DASHBOARD, home));
      return links;
    }
    links.put(
        DASHBOARD,
        "%s/#/incidents/%s".formatted(base.get(), CloudEventHeaders.encode(incident.id())));
    if (incident.frame() != null) {
      String id = CloudEventHeaders.encode(incident.id());
      for (Kind picture : Kind.of(incident.subject())) {
        links.put(picture.path(), base.get() + IncidentEvidence.address(id, picture));
      }
    }
    return links;
  }

  /** The dashboard's first page; empty without a dashboard. */
  Optional<String> home() {
    return base.map(url -> url + "/");
  }
}
