package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.testing.Scored;
import dev.residua.testing.Visits;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LiveSessionTest {
  private static final Instant NOW = Scored.time(1_000);

  private final LiveHistory history = new LiveHistory();
  private final LiveSession session = new LiveSession(history, () -> Visits.OWNER);

  private static JsonNode read(Optional<String> update) throws Exception {
    return new ObjectMapper().readTree(update.orElseThrow());
  }

  private void frames(long from, long to) {
    for (long i = from; i < to; i++) {
      history.scored(Scored.nominal().frame(i), true);
    }
  }

  @Test
  void shouldSayNothingToAPageThatHasNotAsked() {
    assertThat(session.due(NOW)).isEmpty();
    session.onMessage("{\"next\": true}");
    assertThat(session.due(NOW)).as("it looks at nothing").isEmpty();
  }

  @Test
  void shouldPutAllThatHappenedMeanwhileIntoOneUpdate() throws Exception {
    // Given
    frames(0, 10);
    session.onMessage("{\"see\": \"source\", \"name\": \"cam1\"}");
    JsonNode first = read(session.due(NOW));
    // When
    frames(10, 70);
    Optional<String> unasked = session.due(NOW.plusSeconds(10));
    session.onMessage("{\"next\": true}");
    JsonNode second = read(session.due(NOW.plusSeconds(10)));
    // Then
    assertThat(first.path("type").asText()).isEqualTo("source");
    assertThat(first.path("source").path("scores").path("millis")).hasSize(10);
    assertThat(unasked).as("the page has not drawn the first").isEmpty();
    assertThat(second.path("source").path("scores").path("millis")).hasSize(60);
    assertThat(second.path("source").path("scores").path("reset").asBoolean()).isFalse();
  }

  @Test
  void shouldNotHurryAPageThatAsksAllTheTime() {
    // Given
    frames(0, 10);
    session.onMessage("{\"see\": \"source\", \"name\": \"cam1\"}");
    session.due(NOW);
    // When
    session.onMessage("{\"next\": true}");
    // Then
    assertThat(session.due(NOW.plusMillis(20))).isEmpty();
    assertThat(session.due(NOW.plusMillis(120))).isPresent();
  }

  @Test
  void shouldAnswerAtOnceWhenThePageLooksAtSomethingElse() throws Exception {
    // Given
    frames(0, 10);
    session.onMessage("{\"see\": \"source\", \"name\": \"cam1\"}");
    session.due(NOW);
    // When
    session.onMessage("{\"see\": \"overview\", \"text\": \"cam\", \"condition\": \"silent\"}");
    JsonNode update = read(session.due(NOW.plusMillis(1).plusSeconds(3600)));
    // Then
    assertThat(update.path("type").asText()).isEqualTo("overview");
    assertThat(update.path("overview").path("rows")).hasSize(1);
    session.onMessage("{\"see\": \"source\", \"name\": \"cam9\"}");
    assertThat(read(session.due(NOW.plusSeconds(3601))).path("type").asText()).isEqualTo("unknown");
  }

  @Test
  void shouldFilterByThePhaseOfTheCalibration() throws Exception {
    // Given
    frames(0, 10);
    // When
    session.onMessage("{\"see\": \"overview\", \"phase\": \"model\"}");
    JsonNode model = read(session.due(NOW));
    session.onMessage("{\"see\": \"overview\", \"phase\": \"needs_review\"}");
    JsonNode review = read(session.due(NOW));
    // Then
    assertThat(model.path("overview").path("matching").asInt()).isEqualTo(1);
    assertThat(review.path("overview").path("matching").asInt()).isZero();
    assertThat(review.path("overview").path("phases").path("MODEL").asInt()).isEqualTo(1);
  }

  @Test
  void shouldSayWhatIsWrongWithAMessage() throws Exception {
    for (String wrong :
        new String[] {
          "{",
          "{\"see\": \"moon\"}",
          "{\"see\": \"overview\", \"condition\": \"sad\"}",
          "{\"see\": \"overview\", \"phase\": \"sad\"}",
          "{\"see\": \"overview\", \"size\": 100000}"
        }) {
      session.onMessage(wrong);
      JsonNode update = read(session.due(NOW));
      assertThat(update.path("type").asText()).as(wrong).isEqualTo("problem");
      assertThat(update.path("sentence").asText()).isNotBlank();
    }
  }
}
