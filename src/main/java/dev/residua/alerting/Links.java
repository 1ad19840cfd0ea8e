package dev.residua.alerting;

import dev.residua.causal.Finding.Cause;
import dev.residua.causal.PictureLinks;
import dev.residua.incident.Incident;
import dev.residua.wire.CloudEventHeaders;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Addresses on the dashboard, as people reach it. */
final class Links {
  /** Page of the source. */
  static final String DASHBOARD = "dashboard";

  /** The frame itself. */
  static final String FRAME = PictureLinks.FRAME;

  /** Picture that the causes explain. */
  static final String EXPECTED = PictureLinks.EXPECTED;

  /** Where in the picture the first cause's deviation shows. */
  static final String HEATMAP = "heatmap";

  private final Optional<String> base;

  /**
   * @param dashboard empty for no links at all
   */
  Links(Optional<URI> dashboard) {
    this.base = dashboard.map(url -> url.toString().replaceAll("/+$", ""));
  }

  /** Links of an incident by purpose, the page first; empty without a dashboard. */
  Map<String, String> of(Incident incident) {
    Map<String, String> links = new LinkedHashMap<>();
    if (base.isEmpty()) {
      return links;
    }
    links.put(
        DASHBOARD,
        "%s/#/sources/%s".formatted(base.get(), CloudEventHeaders.encode(incident.source())));
    add(links, FRAME, incident.links().get(PictureLinks.FRAME));
    add(links, EXPECTED, incident.links().get(PictureLinks.EXPECTED));
    for (Cause cause : incident.causes()) {
      add(links, HEATMAP, incident.links().get(PictureLinks.HEATMAP + cause.latent()));
      break;
    }
    return links;
  }

  /** The dashboard's first page; empty without a dashboard. */
  Optional<String> home() {
    return base.map(url -> url + "/");
  }

  private void add(
      Map<String, String> links, String purpose, @org.jspecify.annotations.Nullable String link) {
    if (link != null) {
      links.put(purpose, link.startsWith("/") ? base.orElseThrow() + link : link);
    }
  }
}
