package dev.residua.alerting;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.incident.Incident;
import dev.residua.model.RegistryRecord.Activation;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Messages for incoming webhooks: a line of text for notifications, and one attachment, which
 * Slack, Mattermost and Rocket.Chat all show.
 *
 * <p>Source: Slack API, "Sending messages using incoming webhooks", "Formatting text for app
 * surfaces", "Reference: Secondary message attachments", "Reference: Blocks".
 */
public final class SlackProtocol implements Protocol {
  /** Action of the button that acknowledges. */
  public static final String BUTTON = "acknowledge";

  static final int MOST_TEXT = 3_000;
  private static final int MOST_VALUE = 2_000;
  private static final int MOST_FIELD = 1_000;

  private final ReceiverSettings receiver;
  private final Links links;

  SlackProtocol(ReceiverSettings receiver, Links links) {
    this.receiver = receiver;
    this.links = links;
  }

  @Override
  public OutgoingRequest request(List<Notification> notifications, Instant now) {
    Notification notification = notifications.get(0);
    AlertEntry entry = notification.entry();
    Incident incident = entry.incident();
    if (notification.action() == Action.ACKNOWLEDGE) {
      return acknowledgement(notification);
    }
    Map<String, String> to = links.of(entry);
    ObjectNode message = Json.object();
    message.put(
        "text",
        AlertText.cut(
            "%s %s: %s"
                .formatted(
                    mark(incident), escaped(AlertText.title(entry)), AlertText.word(incident)),
            MOST_TEXT));
    ArrayNode attachments = message.putArray("attachments");
    ObjectNode attachment = attachments.addObject();
    attachment.put("fallback", AlertText.cut(escaped(AlertText.title(entry)), MOST_TEXT));
    attachment.put("text", AlertText.cut(escaped(AlertText.explanation(incident)), MOST_TEXT));
    attachment.put("color", colour(incident));
    if (incident.open()
        && receiver.key().isPresent()
        && entry.alertId().length() <= MOST_VALUE
        && notification.acknowledgedBy().isEmpty()) {
      addButton(attachments, entry.alertId());
    }
    ArrayNode fields = attachment.putArray("fields");
    AlertText.fields(entry).forEach((title, value) -> field(fields, title, value));
    if (!to.isEmpty()) {
      StringJoiner all = new StringJoiner(" | ");
      to.forEach((purpose, href) -> all.add("<%s|%s>".formatted(escaped(href), purpose)));
      fields
          .addObject()
          .put("title", "Links")
          .put("value", AlertText.cut(all.toString(), MOST_TEXT))
          .put("short", false);
    }
    attachment.put("footer", "Residua, incident " + escaped(incident.id()));
    attachment.put("ts", incident.updatedAt().getEpochSecond());
    return post(message);
  }

  /** A click on it is posted to the address that the Slack app has for interactivity. */
  private static void addButton(ArrayNode attachments, String alertId) {
    ObjectNode block = attachments.addObject().putArray("blocks").addObject();
    block.put("type", "actions");
    ObjectNode button = block.putArray("elements").addObject();
    button.put("type", "button").put("action_id", BUTTON).put("value", alertId);
    button.putObject("text").put("type", "plain_text").put("text", "Acknowledge");
  }

  private OutgoingRequest acknowledgement(Notification notification) {
    ObjectNode message = Json.object();
    message.put(
        "text",
        AlertText.cut(
            ":eyes: " + escaped(AlertText.acknowledgement(notification, "somebody")), MOST_TEXT));
    return post(message);
  }

  @Override
  public Optional<OutgoingRequest> change(Activation activation, Instant now) {
    ObjectNode message = Json.object();
    message.put(
        "text",
        AlertText.cut(
            ":arrows_counterclockwise: " + escaped(ModelTexts.headline(activation)), MOST_TEXT));
    return Optional.of(post(message));
  }

  private OutgoingRequest post(ObjectNode message) {
    return new OutgoingRequest(receiver.url(), Map.of(), OutgoingRequest.JSON, Json.bytes(message));
  }

  private static void field(ArrayNode fields, String title, String value) {
    fields
        .addObject()
        .put("title", title)
        .put("value", AlertText.cut(escaped(value), MOST_FIELD))
        .put("short", title.length() + value.length() < 40);
  }

  private static String mark(Incident incident) {
    if (!incident.open()) {
      return ":large_green_circle:";
    }
    return switch (incident.severity()) {
      case INFO -> ":information_source:";
      case WARNING -> ":warning:";
      case CRITICAL -> ":rotating_light:";
    };
  }

  private static String colour(Incident incident) {
    if (!incident.open()) {
      return "good";
    }
    return switch (incident.severity()) {
      case INFO -> "#439FE0";
      case WARNING -> "warning";
      case CRITICAL -> "danger";
    };
  }

  /** Escapes the characters that begin a command, such as a mention of everybody. */
  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
