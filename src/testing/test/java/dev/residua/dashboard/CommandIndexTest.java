package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.feedback.IncidentReviews;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Acknowledgement;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Note;
import dev.residua.incident.ControlCommand.Order;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CommandIndexTest {
  private static final int INCIDENTS = 30;

  private final CommandIndex index = new CommandIndex();

  private static Order order(String key) {
    return new Order(key, ".*", "operator", "test", Instant.EPOCH);
  }

  private static ControlCommand command(Random random, String key) {
    String incident = "i" + random.nextInt(INCIDENTS);
    return switch (random.nextInt(3)) {
      case 0 -> new Acknowledgement(order(key), incident, "person " + random.nextInt(5));
      case 1 -> new Note(order(key), incident);
      default -> new Feedback(order(key), incident, FeedbackVerdict.values()[random.nextInt(2)]);
    };
  }

  @Test
  void shouldFindTheCommandsOfAnIncidentThatASearchOfAllCommandsFinds() {
    // Given
    Random random = new Random(35);

    // When
    for (int step = 0; step < 5_000; step++) {
      String key = "key" + random.nextInt(400);
      index.put(key, random.nextInt(4) == 0 ? null : command(random, key));

      // Then
      String incident = "i" + random.nextInt(INCIDENTS);
      List<ControlCommand> searched =
          index.all().filter(one -> one.incident().filter(incident::equals).isPresent()).toList();
      List<ControlCommand> found = new ArrayList<>(index.about(incident));
      assertThat(found).containsExactlyInAnyOrderElementsOf(searched);
      assertThat(last(found, Feedback.class)).isEqualTo(last(searched, Feedback.class));
      assertThat(last(found, Acknowledgement.class))
          .isEqualTo(last(searched, Acknowledgement.class));
    }
  }

  private static List<ControlCommand> last(
      List<ControlCommand> commands, Class<? extends ControlCommand> type) {
    List<ControlCommand> some = commands.stream().filter(type::isInstance).toList();
    return some.isEmpty() ? some : some.subList(some.size() - 1, some.size());
  }

  @Test
  void shouldDropTheOldestCommandsBeyondTheirBounds() {
    // When
    for (int i = 0; i < 20_000; i++) {
      index.put("f" + i, new Feedback(order("f" + i), "i" + i, FeedbackVerdict.TRUE_ALARM));
      index.put("a" + i, new Acknowledgement(order("a" + i), "i" + i, "person"));
    }

    // Then
    int bound = CommandIndex.MAX_COMMANDS + IncidentReviews.MOST;
    assertThat(index.all()).hasSize(bound);
    assertThat(index.incidents()).isLessThanOrEqualTo(bound);
    assertThat(index.about("i0")).isEmpty();
    assertThat(index.about("i19999")).hasSize(2);
  }

  @Test
  void shouldKnowNothingOfAnIncidentWhoseCommandsAreRevoked() {
    // Given
    index.put("a", new Acknowledgement(order("a"), "i1", "person"));

    // When
    index.put("a", null);

    // Then
    assertThat(index.about("i1")).isEmpty();
    assertThat(index.incidents()).isZero();
    assertThat(index.find("a")).isEmpty();
    assertThat(index.isRevoked("a")).isTrue();
  }
}
