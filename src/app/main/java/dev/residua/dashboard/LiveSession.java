package dev.residua.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.residua.access.Visitor;
import dev.residua.dashboard.LiveHistory.Query;
import dev.residua.dashboard.LiveHistory.Seen;
import dev.residua.dashboard.LiveHistory.SourceAnswer;
import dev.residua.drift.CalibrationPhase;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Protocol of the live updates of one page. The page requests the next update when it has drawn the
 * last: a slow or hidden page gets fewer and larger updates, never a queue. Thread-safe.
 *
 * <p>The page sends its view, {@code {"see": "overview", "text": "", "condition": "", "phase": "",
 * "page": 0, "size": 50}}, {@code {"see": "source", "name": "cam1"}} or {@code {"see": "nothing"}},
 * and then {@code {"next": true}} for every further update. Responses are {@code {"type":
 * "overview", "overview": {...}}}, {@code {"type": "source", "name": ..., "source": {...}}}, {@code
 * {"type": "unknown", "name": ...}} for an unknown source, and {@code {"type": "problem",
 * "sentence": ...}}.
 */
final class LiveSession {
  /** Max length of a message in characters. */
  static final int MAX_MESSAGE = 2_000;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();
  private static final long SOURCE_MILLIS = 100;
  private static final long OVERVIEW_MILLIS = 250;
  private static final Query ALL = new Query("", Optional.empty(), Optional.empty(), 0, 50);

  private final LiveHistory history;
  private final Supplier<Visitor> visitor;
  private View view = View.NOTHING;
  private Query query = ALL;
  private String source = "";
  private Seen seen = Seen.NOTHING;
  private boolean asked;
  private long lastMillis = Long.MIN_VALUE / 2;
  private @Nullable String problem;

  private enum View {
    NOTHING,
    OVERVIEW,
    SOURCE
  }

  /**
   * @param visitor rights of the person at the moment
   */
  LiveSession(LiveHistory history, Supplier<Visitor> visitor) {
    this.history = history;
    this.visitor = visitor;
  }

  synchronized void onMessage(String text) {
    try {
      JsonNode message = JSON.readTree(text);
      if (message.path("next").asBoolean()) {
        asked = true;
        return;
      }
      String see = message.path("see").asText("");
      switch (see) {
        case "overview" -> {
          query =
              new Query(
                  message.path("text").asText(""),
                  condition(message.path("condition").asText("")),
                  phase(message.path("phase").asText("")),
                  message.path("page").asInt(0),
                  message.path("size").asInt(ALL.size()));
          view = View.OVERVIEW;
        }
        case "source" -> {
          source = message.path("name").asText("");
          seen = Seen.NOTHING;
          view = View.SOURCE;
        }
        case "nothing" -> view = View.NOTHING;
        default ->
            throw new IllegalArgumentException(
                "see must be overview, source or nothing but was '%s'".formatted(see));
      }
      asked = true;
      lastMillis = Long.MIN_VALUE / 2; // the new view is sent at once
    } catch (JsonProcessingException e) {
      problem = "the message is not JSON: " + e.getOriginalMessage();
    } catch (IllegalArgumentException e) {
      problem = e.getMessage();
    }
  }

  static Optional<SourceCondition> condition(String text) {
    return oneOf("condition", SourceCondition.values(), text);
  }

  static Optional<CalibrationPhase> phase(String text) {
    return oneOf("phase", CalibrationPhase.values(), text);
  }

  private static <E extends Enum<E>> Optional<E> oneOf(String name, E[] values, String text) {
    return oneOf(name, values, Arrays.toString(values), text);
  }

  /**
   * Parses one of some values by its name in any case; empty for an empty text.
   *
   * @param listed the values, for the message about an unknown name
   */
  static <E extends Enum<E>> Optional<E> oneOf(
      String name, E[] values, String listed, String text) {
    if (text.isBlank()) {
      return Optional.empty();
    }
    for (E value : values) {
      if (value.name().equals(text.strip().toUpperCase(Locale.ROOT))) {
        return Optional.of(value);
      }
    }
    throw new IllegalArgumentException(
        "%s must be one of %s but was '%s'".formatted(name, listed, text));
  }

  /**
   * Returns the update to send now, if the page has requested one and it is time.
   *
   * @param now wall clock
   */
  synchronized Optional<String> due(Instant now) {
    String wrong = problem;
    if (wrong != null) {
      problem = null;
      return Optional.of(write(JSON.createObjectNode().put("sentence", wrong), "problem"));
    }
    long millis = now.toEpochMilli();
    long pause = view == View.SOURCE ? SOURCE_MILLIS : OVERVIEW_MILLIS;
    if (!asked || view == View.NOTHING || millis - lastMillis < pause) {
      return Optional.empty();
    }
    asked = false;
    lastMillis = millis;
    if (view == View.OVERVIEW) {
      ObjectNode answer = JSON.createObjectNode();
      answer.set("overview", JSON.valueToTree(history.overview(visitor.get(), query, now)));
      return Optional.of(write(answer, "overview"));
    }
    Optional<SourceAnswer> found = history.source(visitor.get(), source, seen, now);
    ObjectNode answer = JSON.createObjectNode().put("name", source);
    if (found.isEmpty()) {
      return Optional.of(write(answer, "unknown"));
    }
    seen = found.get().seen();
    answer.set("source", JSON.valueToTree(found.get().view()));
    return Optional.of(write(answer, "source"));
  }

  private static String write(ObjectNode answer, String type) {
    try {
      return JSON.writeValueAsString(answer.put("type", type));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write an update as JSON", e);
    }
  }
}
