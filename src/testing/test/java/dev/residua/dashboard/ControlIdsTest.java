package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.access.AuditEntry;
import dev.residua.access.Grants;
import dev.residua.access.Person;
import dev.residua.access.Visitor;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Note;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Retrain;
import dev.residua.source.SourceRules;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a person may replace or take back by choosing an id. */
class ControlIdsTest {
  private static final String NOTE =
      "{\"kind\": \"silence\", \"for\": \"2h\", \"reason\": \"a test\", \"sources\": \"cam1\", \"id\": \"%s\"}";

  private final LiveHistory history = new LiveHistory();
  private final ControlCommandWriter orders = new ControlCommandWriter();
  private final AuditTrail trail = new AuditTrail();
  private final List<AuditEntry> entries = new ArrayList<>();
  private final Map<String, @Nullable ControlCommand> written = new LinkedHashMap<>();
  private Visitor visitor = ann("operator");
  private final ControlResource control =
      new ControlResource(orders, history, new LiveModels(), () -> visitor, trail);

  private static Visitor ann(String grants) {
    return new Visitor(new Person("ann", Grants.parse(grants)), SourceRules.EMPTY);
  }

  @BeforeEach
  void open() {
    orders.open(written::put);
    trail.open(entries::add);
    Order order = new Order("r1", ".*", "ann", "a test", Instant.EPOCH);
    history.ordered("r1", new Retrain(order, "default", List.of()));
    history.ordered("n1", new Note(new Order("n1", ".*", "ann", "a test", Instant.EPOCH), "i1"));
  }

  @Test
  void shouldNotLetAnOperatorReplaceWhatNeedsAnOwner() {
    assertThat(control.post(NOTE.formatted("r1")).getStatus()).isBetween(403, 404);
    assertThat(control.takeBack("r1", "", "").getStatus()).isBetween(403, 404);
    assertThat(written).isEmpty();
    assertThat(entries).allMatch(one -> one.outcome() == AuditEntry.Outcome.DENIED).hasSize(2);
    visitor = ann("owner");
    assertThat(control.takeBack("r1", "", "").getStatus()).isEqualTo(202);
  }

  @Test
  void shouldLeaveTheStatusOfTrainingsToThem() {
    visitor = ann("owner");
    assertThat(control.post(NOTE.formatted("training-7")).getStatus()).isEqualTo(403);
    assertThat(control.takeBack("training-7", "", "").getStatus()).isEqualTo(403);
    assertThat(written).isEmpty();
  }

  @Test
  void shouldWriteUnderAFreeId() {
    assertThat(control.post(NOTE.formatted("mine")).getStatus()).isEqualTo(202);
    assertThat(control.takeBack("unknown", "", "").getStatus()).isEqualTo(202);
    assertThat(written).containsOnlyKeys("mine", "unknown");
  }
}
