package dev.residua.alerting;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * Silences of an Alertmanager that name an incident. A person who makes one looks after that
 * incident, since Alertmanager has no other way to acknowledge an alert.
 *
 * <p>Source: prometheus/alertmanager, {@code api/v2/openapi.yaml}, {@code getSilences}.
 */
public final class AlertmanagerSilences {
  private static final String PATH = "/api/v2/silences";
  private static final int MOST_BYTES = 8 << 20;
  private static final int MOST_TEXT = 300;

  private final URI url;
  private final HttpSender http;

  /**
   * @param receiver of type Alertmanager
   */
  public AlertmanagerSilences(ReceiverSettings receiver) {
    this.url = Json.below(receiver.url(), PATH);
    this.http = new HttpSender(receiver);
  }

  /**
   * An active silence of one incident.
   *
   * @param id identity of the silence
   * @param incident the value that its matcher {@code incident="..."} names: an incident, or a
   *     group
   * @param person who made it
   * @param comment of that person
   */
  public record Silence(String id, String incident, String person, String comment) {}

  /**
   * Active silences of incidents that are there now.
   *
   * @throws IOException with a sentence, if they cannot be read
   */
  public List<Silence> fetch() throws IOException, InterruptedException {
    try {
      return read(http.get(url, MOST_BYTES));
    } catch (IllegalArgumentException e) {
      throw new IOException("the answer of %s %s".formatted(url, e.getMessage()), e);
    }
  }

  /**
   * Reads a list of silences; those of other alerts, of patterns and those that are over are left
   * out.
   *
   * @throws IllegalArgumentException if it is not a JSON array
   */
  static List<Silence> read(byte[] body) {
    JsonNode all = Json.read(body);
    if (!all.isArray()) {
      throw new IllegalArgumentException("is not a list of silences");
    }
    List<Silence> silences = new ArrayList<>();
    for (JsonNode silence : all) {
      String id = silence.path("id").asText();
      String person = silence.path("createdBy").asText();
      if (!silence.path("status").path("state").asText().equals("active")
          || id.isBlank()
          || person.isBlank()) {
        continue;
      }
      for (JsonNode matcher : silence.path("matchers")) {
        String incident = matcher.path("value").asText();
        if (matcher.path("name").asText().equals(AlertmanagerProtocol.INCIDENT)
            && !matcher.path("isRegex").asBoolean()
            && matcher.path("isEqual").asBoolean(true)
            && !incident.isBlank()) {
          silences.add(
              new Silence(
                  id,
                  incident,
                  AlertText.cut(person, MOST_TEXT),
                  AlertText.cut(silence.path("comment").asText(), MOST_TEXT)));
        }
      }
    }
    return silences;
  }
}
