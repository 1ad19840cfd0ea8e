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

  /**
   * Links of an alert by purpose, the page first, then its evidence; empty without a dashboard. The
   * page of a group is that of its first incident, which lists the others.
   */
  Map<String, String> of(AlertEntry entry) {
    Incident incident = entry.incident();
    Map<String, String> links = new LinkedHashMap<>();
    if (base.isEmpty()) {
      return links;
    }
    String page = base.get() + "/#/incidents/";
    if (entry.grouping() instanceof Grouping.Group group) {
      group.children().stream()
          .limit(1)
          .forEach(
              first -> links.put(DASHBOARD, page + CloudEventHeaders.encode(first.incident())));
      return links;
    }
    links.put(DASHBOARD, page + CloudEventHeaders.encode(incident.id()));
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
