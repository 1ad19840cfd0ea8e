package dev.residua.alerting;

import dev.residua.incident.Incident;
import dev.residua.model.ModelBundle;
import dev.residua.model.RegistryRecord.Activation;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Mails in plain text. All mails of an alert refer to one thread, whose id is made of the alert's;
 * a notification that is sent again has the same {@code Message-ID}.
 *
 * <p>Source: RFC 5322, section 3.6.4; RFC 3834, section 5.
 */
final class MailProtocol implements Protocol {
  static final int MAX_SUBJECT = 200;

  private static final String PLAIN = "text/plain; charset=UTF-8";
  private static final int MAX_TEXT = 4_000;

  private final ReceiverSettings receiver;
  private final Links links;
  private final String domain;

  MailProtocol(ReceiverSettings receiver, Links links) {
    this.receiver = receiver;
    this.links = links;
    this.domain = MailAddress.domain(receiver.from().orElseThrow());
  }

  @Override
  public OutgoingRequest request(List<Notification> notifications, Instant now) {
    Notification notification = notifications.get(0);
    AlertEntry entry = notification.entry();
    Incident incident = entry.incident();
    boolean acknowledged = notification.action() == Action.ACKNOWLEDGE;
    String thread = digest(entry.alertId());
    Map<String, String> headers =
        headers(acknowledged ? "ACKNOWLEDGED" : mark(incident), subject(entry));
    headers.put(
        "Message-ID",
        id(
            "%s.%d.%s.%d"
                .formatted(
                    thread,
                    incident.flaps(),
                    acknowledged ? "acknowledged" : AlertText.lower(incident.state()),
                    incident.updatedSequence())));
    headers.put("In-Reply-To", id(thread));
    headers.put("References", id(thread));
    return mail(headers, acknowledged ? acknowledgement(notification) : text(entry));
  }

  private static String subject(AlertEntry entry) {
    Incident incident = entry.incident();
    String headline = incident.summary().headline();
    return entry.grouping() instanceof Grouping.Group
        ? headline
        : "%s - %s".formatted(headline, incident.source());
  }

  private static String mark(Incident incident) {
    Enum<?> mark = incident.open() ? incident.severity() : incident.state();
    return mark.name().toUpperCase(Locale.ROOT);
  }

  private String text(AlertEntry entry) {
    Incident incident = entry.incident();
    StringJoiner lines = new StringJoiner("\n", "", "\n");
    lines.add("%s: %s".formatted(AlertText.title(entry), AlertText.word(incident)));
    lines.add("").add(AlertText.cut(AlertText.explanation(incident), MAX_TEXT)).add("");
    AlertText.fields(entry)
        .forEach(
            (name, value) ->
                lines.add(name + ": " + AlertText.cut(AlertText.oneLine(value), MAX_TEXT)));
    lines.add("");
    addLinks(lines, entry);
    return lines.add("Residua, incident " + AlertText.oneLine(incident.id())).toString();
  }

  private void addLinks(StringJoiner lines, AlertEntry entry) {
    links.of(entry).forEach((purpose, href) -> lines.add(purpose + ": " + href));
  }

  private String acknowledgement(Notification notification) {
    StringJoiner lines = new StringJoiner("\n", "", "\n");
    lines.add(AlertText.acknowledgement(notification, "Somebody"));
    addLinks(lines, notification.entry());
    return lines.toString();
  }

  @Override
  public Optional<OutgoingRequest> change(Activation activation, Instant now) {
    String headline = ModelTexts.headline(activation);
    Map<String, String> headers = headers("MODEL", headline);
    headers.put(
        "Message-ID",
        id("activation.%d.%d".formatted(activation.number(), activation.at().toEpochMilli())));
    StringJoiner lines = new StringJoiner("\n", "", "\n").add(headline);
    links.home().ifPresent(home -> lines.add("").add(Links.DASHBOARD + ": " + home));
    return Optional.of(mail(headers, lines.toString()));
  }

  private static Map<String, String> headers(String mark, String subject) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(
        "Subject",
        AlertText.cut("[%s] %s".formatted(mark, AlertText.oneLine(subject)), MAX_SUBJECT));
    headers.put("Auto-Submitted", "auto-generated");
    return headers;
  }

  private OutgoingRequest mail(Map<String, String> headers, String text) {
    return new OutgoingRequest(
        receiver.url(), headers, PLAIN, text.getBytes(StandardCharsets.UTF_8));
  }

  private String id(String name) {
    return "<%s@%s>".formatted(name, domain);
  }

  private static String digest(String alertId) {
    return ModelBundle.sha256(alertId.getBytes(StandardCharsets.UTF_8)).substring(0, 32);
  }
}
