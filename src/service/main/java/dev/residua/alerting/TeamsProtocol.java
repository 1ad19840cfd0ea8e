package dev.residua.alerting;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.incident.Incident;
import dev.residua.model.RegistryRecord.Activation;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Messages for workflows of Microsoft Teams that begin when a webhook request is received: one
 * Adaptive Card. Its texts are runs of a {@code RichTextBlock}, which knows no Markdown, so nothing
 * in an incident becomes a link or a mention.
 *
 * <p>Source: Microsoft Learn, "Create incoming webhooks with Workflows for Microsoft Teams",
 * "Format cards in Microsoft Teams"; Adaptive Cards schema 1.4, "TextRun".
 */
final class TeamsProtocol implements Protocol {
  /** Max size of a message in bytes; Teams refuses those of more than 28 KB. */
  static final int MAX_BYTES = 28_000;

  private static final int MAX_TEXT = 3_000;
  private static final int MIN_TEXT = 100;
  private static final int MAX_LINK = 1_000;

  private final ReceiverSettings receiver;
  private final Links links;

  TeamsProtocol(ReceiverSettings receiver, Links links) {
    this.receiver = receiver;
    this.links = links;
  }

  @Override
  public OutgoingRequest request(List<Notification> notifications, Instant now) {
    Notification notification = notifications.get(0);
    return notification.action() == Action.ACKNOWLEDGE
        ? sentence(AlertText.acknowledgement(notification, "somebody"))
        : post(max -> card(notification.entry(), max));
  }

  private ObjectNode card(AlertEntry entry, int max) {
    Incident incident = entry.incident();
    ObjectNode card = card();
    ArrayNode body = card.putArray("body");
    String title = AlertText.cut(AlertText.title(entry), max);
    run(block(body), "%s: %s".formatted(title, AlertText.word(incident)))
        .put("size", "large")
        .put("weight", "bolder")
        .put("color", colour(incident));
    run(block(body), AlertText.cut(AlertText.explanation(incident), max));
    AlertText.fields(entry)
        .forEach(
            (name, value) -> {
              ArrayNode fact = block(body);
              run(fact, name + ": ").put("weight", "bolder");
              run(fact, AlertText.cut(value, max));
            });
    run(block(body), AlertText.cut("Residua, incident " + incident.id(), max))
        .put("size", "small")
        .put("isSubtle", true);
    ArrayNode actions = card.putArray("actions");
    for (Map.Entry<String, String> link : links.of(entry).entrySet()) {
      if (link.getValue().length() <= MAX_LINK) {
        actions
            .addObject()
            .put("type", "Action.OpenUrl")
            .put("title", link.getKey())
            .put("url", link.getValue());
      }
    }
    return card;
  }

  @Override
  public Optional<OutgoingRequest> change(Activation activation, Instant now) {
    return Optional.of(sentence(ModelTexts.headline(activation)));
  }

  private OutgoingRequest sentence(String text) {
    return post(
        max -> {
          ObjectNode card = card();
          run(block(card.putArray("body")), AlertText.cut(text, max));
          return card;
        });
  }

  private static ObjectNode card() {
    ObjectNode card = Json.object();
    card.put("$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
    card.put("type", "AdaptiveCard");
    card.put("version", "1.4");
    card.putObject("msteams").put("width", "Full");
    return card;
  }

  private static ArrayNode block(ArrayNode body) {
    return body.addObject().put("type", "RichTextBlock").putArray("inlines");
  }

  private static ObjectNode run(ArrayNode inlines, String text) {
    return inlines.addObject().put("type", "TextRun").put("text", text);
  }

  /** Posts a card, with texts that are as long as the size of a message allows. */
  private OutgoingRequest post(IntFunction<ObjectNode> card) {
    byte[] message = message(card.apply(MAX_TEXT));
    for (int max = MAX_TEXT / 2; message.length > MAX_BYTES && max >= MIN_TEXT; max /= 2) {
      message = message(card.apply(max));
    }
    return new OutgoingRequest(receiver.url(), Map.of(), OutgoingRequest.JSON, message);
  }

  private static byte[] message(ObjectNode card) {
    ObjectNode message = Json.object();
    message.put("type", "message");
    ObjectNode attachment = message.putArray("attachments").addObject();
    attachment.put("contentType", "application/vnd.microsoft.card.adaptive");
    attachment.putNull("contentUrl");
    attachment.set("content", card);
    return Json.bytes(message);
  }

  private static String colour(Incident incident) {
    if (!incident.open()) {
      return "good";
    }
    return switch (incident.severity()) {
      case INFO -> "accent";
      case WARNING -> "warning";
      case CRITICAL -> "attention";
    };
  }
}
