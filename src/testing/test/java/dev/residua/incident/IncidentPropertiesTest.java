package dev.residua.incident;

import static dev.residua.incident.IncidentHistory.LENGTH;
import static dev.residua.incident.IncidentHistory.LIGHT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Evidence.Alarm;
import dev.residua.incident.Evidence.Channel;
import dev.residua.incident.Evidence.Weight;
import dev.residua.incident.Incident.Reason;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

/**
 * What holds for every history of alarms, diagnoses, faults, silences, maintenance, orders, swaps
 * of models and jumps of the clock. {@code ./mvnw verify -Psoak} tries 100,000 histories.
 */
@Tag("slow")
class IncidentPropertiesTest {
  private static final List<Subject> NAMES =
      List.of(
          LENGTH,
          LIGHT,
          Subject.latent("position", false),
          Subject.latent("pendulum", true),
          Subject.PICTURE);
  private static final List<Subject> FAULTS =
      List.of(
          new Subject(Subject.Kind.SENSOR, "dark"),
          new Subject(Subject.Kind.SENSOR, "frozen"),
          new Subject(Subject.Kind.SENSOR, "torn"));

  /** One stretch of a history. */
  private sealed interface Step {
    /** Frames with the same alarms; the first has the findings and the diagnosis. */
    record Frames(
        int count,
        Alarm residuals,
        Alarm picture,
        int fault,
        List<Subject> named,
        Severity severity,
        boolean maintained,
        boolean diagnoses)
        implements Step {}

    /** Silence of the source. */
    record Silence() implements Step {}

    /** An order about the open incident with this number, counted round. */
    record Close(int which, Reason reason) implements Step {}

    /** The present is accepted; bit i: whether incident i is refused. */
    record Accept(int refused) implements Step {}

    /** The source is retired. */
    record Retire() implements Step {}

    /** The clock of the camera jumps. */
    record Jump(Duration by) implements Step {}
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<Alarm> alarms = Arbitraries.of(Alarm.NONE, Alarm.ON, Alarm.ON, Alarm.SUPPRESSED);
    Arbitrary<Integer> faults =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(8, Arbitraries.just(-1)),
            net.jqwik.api.Tuple.of(2, Arbitraries.integers().between(0, FAULTS.size() - 1)));
    Arbitrary<List<Subject>> named =
        Arbitraries.of(NAMES).list().uniqueElements().ofMinSize(0).ofMaxSize(3);
    Arbitrary<Integer> counts =
        Arbitraries.oneOf(
            Arbitraries.integers().between(1, 6), Arbitraries.integers().between(1, 140));
    Arbitrary<Step> frames =
        Combinators.combine(
                counts,
                alarms,
                Arbitraries.of(Alarm.NONE, Alarm.NONE, Alarm.ON),
                faults,
                named,
                Arbitraries.of(Severity.values()),
                Arbitraries.of(false, false, false, false, true),
                Arbitraries.of(true, true, true, false))
            .as(Step.Frames::new);
    Arbitrary<Step> close =
        Combinators.combine(
                Arbitraries.integers().between(0, 9),
                Arbitraries.of(Reason.RESOLVED_BY_OPERATOR, Reason.FALSE_ALARM))
            .as(Step.Close::new);
    return Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(14, frames),
            net.jqwik.api.Tuple.of(2, Arbitraries.just((Step) new Step.Silence())),
            net.jqwik.api.Tuple.of(2, close),
            net.jqwik.api.Tuple.of(
                1, Arbitraries.integers().between(0, 63).map(bits -> (Step) new Step.Accept(bits))),
            net.jqwik.api.Tuple.of(1, Arbitraries.just((Step) new Step.Retire())),
            net.jqwik.api.Tuple.of(
                1,
                Arbitraries.longs()
                    .between(-100_000, 100_000)
                    .map(s -> (Step) new Step.Jump(Duration.ofSeconds(s)))))
        .list()
        .ofMinSize(1)
        .ofMaxSize(25);
  }

  @Property(tries = 2_000, seed = "20261126", edgeCases = EdgeCasesMode.NONE)
  void shouldHoldForRandomHistories(@ForAll("histories") List<Step> history) {
    check(history);
  }

  @Property(tries = 100_000, seed = "42", edgeCases = EdgeCasesMode.NONE)
  @Tag("soak")
  void shouldHoldForManyRandomHistories(@ForAll("histories") List<Step> history) {
    check(history);
  }

  private static void check(List<Step> steps) {
    IncidentHistory history = play(steps);
    Checker checker = new Checker();
    checker.check(history.published);
    assertThat(checker.open.keySet())
        .as("the state knows what is open")
        .containsExactlyInAnyOrderElementsOf(
            history.incidents.open().stream().map(Incident::id).toList());

    // Every incident ends: a quiet camera resolves all, and a source that is gone closes all.
    IncidentHistory gone = play(steps);
    gone.closeAll(Reason.SOURCE_GONE);
    assertThat(gone.incidents.open()).isEmpty();
    history.quiet(
        1 + Math.max(history.settings.resolveFrames(), history.settings.cooldownFrames()));
    assertThat(history.incidents.open()).isEmpty();
    Checker whole = new Checker();
    whole.check(history.published);
    assertThat(whole.open).isEmpty();

    // Replay gives the same.
    assertThat(play(steps).published)
        .isEqualTo(gone.published.subList(0, play(steps).published.size()));
  }

  private static IncidentHistory play(List<Step> steps) {
    IncidentHistory history = new IncidentHistory();
    history.settings = IncidentHistory.SETTINGS.withMaximumAge(Duration.ofHours(12));
    for (Step step : steps) {
      if (step instanceof Step.Frames frames) {
        play(history, frames);
      } else if (step instanceof Step.Silence) {
        history.silent();
      } else if (step instanceof Step.Close close) {
        List<Incident> open = history.incidents.open();
        if (!open.isEmpty()) {
          history.close(open.get(close.which() % open.size()).id(), close.reason());
        }
      } else if (step instanceof Step.Accept accept) {
        List<Incident> open = history.incidents.open();
        history.accept(i -> (accept.refused() >> open.indexOf(i) & 1) == 1 ? "not a shift" : null);
      } else if (step instanceof Step.Retire) {
        history.closeAll(Reason.SOURCE_RETIRED);
      } else if (step instanceof Step.Jump jump) {
        history.at = history.at.plus(jump.by());
      }
    }
    return history;
  }

  private static void play(IncidentHistory history, Step.Frames frames) {
    for (int i = 0; i < frames.count(); i++) {
      IncidentHistory.Frame frame = new IncidentHistory.Frame();
      frame.residuals = frames.residuals();
      frame.picture = frames.picture();
      frame.maintained = frames.maintained();
      frame.diagnoses = frames.diagnoses();
      frame.fault = frames.fault() < 0 ? null : FAULTS.get(frames.fault());
      if (i == 0 && frame.fault != null) {
        frame.reports.add(
            history.report(Channel.SENSOR, Weight.DIAGNOSIS, "SENSOR.X", Severity.CRITICAL));
      }
      if (i == 0 && frames.residuals() != Alarm.NONE) {
        frame.reports.add(
            history.report(Channel.RESIDUALS, Weight.CHANGE, "DRIFT.RESIDUAL", Severity.WARNING));
      }
      if (i == 0 && frames.picture() != Alarm.NONE) {
        frame.reports.add(
            history.report(Channel.PICTURE, Weight.CHANGE, "DRIFT.PICTURE", Severity.INFO));
      }
      boolean alarmed = frames.residuals() == Alarm.ON || frames.picture() == Alarm.ON;
      if (i == frames.count() / 2 && alarmed && frames.diagnoses() && !frames.named().isEmpty()) {
        frame.named = frames.named();
        frame.reports.add(
            history.report(
                frames.residuals() == Alarm.ON ? Channel.RESIDUALS : Channel.PICTURE,
                Weight.DIAGNOSIS,
                "INTERVENTION.OFFSET",
                frames.severity(),
                frames.named().get(0)));
      }
      history.frame(frame);
      assertThat(history.incidents.open())
          .as("the number of open incidents is bounded")
          .hasSizeLessThanOrEqualTo(IncidentHistory.CAPACITY + 1);
    }
  }

  /** Follows the records of a source as a reader of the topic does. */
  private static final class Checker {
    final Map<String, Incident> open = new HashMap<>();
    private final Map<String, Incident> last = new HashMap<>();
    private final Set<String> closed = new HashSet<>();

    void check(List<Incident> records) {
      for (Incident now : records) {
        Incident before = last.put(now.id(), now);
        assertThat(closed).as("nothing comes after %s", now.id()).doesNotContain(now.id());
        if (before != null) {
          if (!before.subject().equals(Subject.UNDETERMINED)) {
            assertThat(now.subject()).as("subject of %s", now.id()).isEqualTo(before.subject());
          }
          if (before.open()) {
            assertThat(now.severity())
                .as("severity of %s", now.id())
                .isGreaterThanOrEqualTo(before.severity());
          }
          assertThat(now.flaps()).isGreaterThanOrEqualTo(before.flaps());
          assertThat(now.events()).isGreaterThanOrEqualTo(before.events());
        } else {
          assertThat(now.state())
              .as("first record of %s", now.id())
              .isEqualTo(Incident.State.OPENED);
        }
        if (now.state() == Incident.State.CLOSED) {
          closed.add(now.id());
        }
        if (now.open()) {
          open.put(now.id(), now);
        } else {
          assertThat(before).as("%s ends after it opened", now.id()).isNotNull();
          open.remove(now.id());
        }
        if (now.mergedInto() != null) {
          assertThat(last).as("the whole of %s", now.id()).containsKey(now.mergedInto());
        }
        if (now.follows() != null) {
          assertThat(last).as("what %s follows", now.id()).containsKey(now.follows());
        }
        assertOnePerSubject(now);
      }
    }

    /**
     * A follower is published before its forerunner is closed, so both are open between the two.
     */
    private void assertOnePerSubject(Incident now) {
      if (now.open()) {
        assertThat(open.values())
            .as("open incidents of %s", now.subject())
            .filteredOn(i -> i.subject().equals(now.subject()) && !i.id().equals(now.follows()))
            .hasSize(1);
      }
    }
  }
}
