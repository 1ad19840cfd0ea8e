package dev.residua.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.anomaly.CameraPosition;
import dev.residua.anomaly.SensorMonitor;
import dev.residua.causal.Effect;
import dev.residua.causal.Finding;
import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.commissioning.CommissioningWindow;
import dev.residua.commissioning.InnovationDistribution;
import dev.residua.commissioning.NonUniformity;
import dev.residua.commissioning.RecalibrationProposal;
import dev.residua.commissioning.UniformityWatch;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftAlarm;
import dev.residua.frame.CameraMotion;
import dev.residua.frame.FramePosition;
import dev.residua.frame.SourceTimeline;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.Incident;
import dev.residua.incident.SourceIncidents.Track;
import dev.residua.incident.Subject;
import dev.residua.monitor.FrameHistory;
import dev.residua.monitor.MonitorHistory;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceMonitor;
import dev.residua.monitor.SourceMonitorState;
import dev.residua.monitor.SourceSettings;
import dev.residua.source.SourceRule;
import dev.residua.testing.ChangedModel;
import dev.residua.testing.DynamicEquations;
import dev.residua.testing.Incidents;
import dev.residua.testing.Scored;
import dev.residua.testing.StoredStates;
import dev.residua.testing.TestModels;
import java.lang.reflect.Array;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every component of every stored record is read back, and was tried with a value of its own. */
@Tag("slow")
class StateRoundTripTest {
  private final Set<String> tried = new TreeSet<>();

  private static SourceMonitorState withMemory() {
    List<ScoredFrame> frames = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      frames.add(Scored.nominal().residuals(i % 7 - 3, i % 5 - 2, i % 3 - 1, i % 2).frame(i));
    }
    MonitorModel model =
        ChangedModel.of(
            TestModels.ofShadow(frames).build(),
            changed -> changed.dynamics = Optional.of(DynamicEquations.four()));
    SourceMonitor monitor = SourceMonitor.start(new MonitorThresholds(model));
    frames.subList(0, 9).forEach(frame -> monitor.next(frame, ActiveControls.EMPTY));
    return monitor.state();
  }

  /** A source whose picture has changed, in fewer pixels than the minimum. */
  private static SourceMonitorState belowMinimum() {
    List<ScoredFrame> frames = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      frames.add(
          Scored.nominal()
              .residuals(i % 7 - 3, i % 5 - 2, i % 3 - 1, i % 2)
              .reconstructionError(1e-4f * (1 + i % 11))
              .frame(i));
    }
    SourceMonitor monitor =
        SourceMonitor.start(new MonitorThresholds(TestModels.ofShadow(frames).build()));
    SourceSettings settings =
        SourceSettings.of(SourceRule.DEFAULTS.withMinimumPixels(0.5), null, false);
    for (int i = 0; i < 200; i++) {
      ScoredFrame frame =
          i < 100
              ? frames.get(i)
              : Scored.nominal().residuals(0, 0, 0, 0).reconstructionError(5e-3f).frame(i);
      monitor.next(frame, ActiveControls.EMPTY, settings);
    }
    return monitor.state();
  }

  @Test
  void shouldKeepEveryComponentOfTheStateOfAMonitor() {
    // Given states of all kinds, and values that no short history has
    Instant at = Instant.parse("2026-03-01T12:00:00.123456Z");
    NonUniformity found = new NonUniformity(at, 4_000, 0.3, 0.6, 0.25, 1e-5);
    List<Record> rare =
        List.of(
            found,
            new CommissioningStatus(
                CalibrationPhase.ARMED,
                2,
                1,
                true,
                List.of("a reason"),
                List.of(new RecalibrationProposal("night", "light", found))),
            new UniformityWatch.State(
                1,
                at,
                new int[] {2},
                new int[10],
                new byte[10],
                List.of(Optional.of(at)),
                List.of(Optional.of(found))),
            new SensorMonitor(1, 2, 3, 4, 5, 6),
            new CameraPosition.Usual(CameraMotion.NONE, 0.1f, 0.2f, 0.3f, 0.4f),
            new DriftAlarm(true, true, 5, 4, 3, 2),
            new FramePosition("frames", 1, 2),
            new FrameHistory.State(
                new long[] {1},
                new long[] {2},
                new long[] {3},
                new FramePosition("frames", 4, 5),
                6,
                new long[] {7}),
            new Track(3, List.of(Subject.PICTURE), null, 4, true, Subject.MOVED),
            new Finding.Reading("light", 1, 2, 3.5, 4.5),
            Incidents.opened()
                .with(
                    incident ->
                        incident
                            .state(Incident.State.CLOSED)
                            .reason(Incident.Reason.MERGED)
                            .endedAt(at)
                            .note("a note")
                            .effect(new Effect("level", 4.2, 3, Effect.Unit.FACTOR))
                            .follows("another")
                            .mergedInto("the first")
                            .flaps(2)
                            .labels(Map.of("line", "4", "hall", "north"))));
    List<SourceMonitorState> states = new ArrayList<>(MonitorHistory.states(330));
    states.add(withMemory());
    states.add(belowMinimum());
    for (SourceMonitorState state : states) {
      // When
      SourceMonitorState read = StoredStates.of(state).read();
      // Then
      assertSame(state, read, "state");
    }
    for (Record value : rare) {
      // When
      StateWriter out = StateWriter.start(StateWriter.Slices.NONE);
      RecordCodec codec = new RecordCodec(value.getClass());
      codec.write(value, out);
      Object read = codec.read(new StateReader(out.toBytes(), 0, StateBlocks.NONE));
      // Then
      assertSame(value, read, value.getClass().getSimpleName());
    }
    Set<String> components = new TreeSet<>();
    addComponents(SourceMonitorState.class, components, new HashSet<>());
    assertThat(components).hasSizeGreaterThan(150);
    components.removeAll(tried);
    assertThat(components).as("components that only had their default value").isEmpty();
  }

  @Test
  void shouldKeepEveryComponentOfATimeline() {
    // Given
    SourceTimeline.State state =
        new SourceTimeline.State(
            1,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            new SourceTimeline.Counts(10, 11, 12, 13, 14, 15, 16),
            new int[] {17, 18, 19});
    // When
    SourceTimeline.State read =
        TimelineStates.decode(TimelineStates.encode(SourceTimeline.restore(state))).state();
    // Then
    assertSame(state, read, "timeline");
    Set<String> components = new TreeSet<>();
    addComponents(SourceTimeline.State.class, components, new HashSet<>());
    assertThat(tried).containsAll(components);
  }

  /** Compares two values part by part, and notes the components with a value of their own. */
  private void assertSame(Object expected, Object actual, String path) {
    if (expected == null || actual == null) {
      assertThat(actual).as(path).isEqualTo(expected);
    } else if (expected instanceof Optional<?> optional) {
      assertSame(optional.orElse(null), ((Optional<?>) actual).orElse(null), path);
    } else if (expected.getClass().isArray()) {
      assertThat(Array.getLength(actual)).as(path).isEqualTo(Array.getLength(expected));
      for (int i = 0; i < Array.getLength(expected); i++) {
        assertThat(Array.get(actual, i)).as(path).isEqualTo(Array.get(expected, i));
      }
    } else if (expected instanceof CommissioningWindow window) {
      assertThat(((CommissioningWindow) actual).head()).as(path).isEqualTo(window.head());
      assertThat(((CommissioningWindow) actual).blocks()).as(path).isEqualTo(window.blocks());
    } else if (expected instanceof InnovationDistribution distribution) {
      assertThat(((InnovationDistribution) actual).toBytes())
          .as(path)
          .isEqualTo(distribution.toBytes());
    } else if (expected instanceof Collection<?> all) {
      assertThat((Collection<?>) actual).as(path).hasSameSizeAs(all);
      Iterator<?> others = ((Collection<?>) actual).iterator();
      for (Object one : all) {
        assertSame(one, others.next(), path);
      }
    } else if (expected instanceof Record) {
      assertThat(actual).as(path).isInstanceOf(expected.getClass());
      for (RecordComponent component : expected.getClass().getRecordComponents()) {
        Object value = value(expected, component);
        assertSame(value, value(actual, component), path + "." + component.getName());
        if (!isDefault(value)) {
          tried.add(name(expected.getClass(), component));
        }
      }
    } else {
      assertThat(actual).as(path).isEqualTo(expected);
    }
  }

  private static boolean isDefault(Object value) {
    if (value != null && value.getClass().isArray()) {
      for (int i = 0; i < Array.getLength(value); i++) {
        if (!isDefault(Array.get(value, i))) {
          return false;
        }
      }
      return true;
    }
    return value == null
        || value.equals(Optional.empty())
        || value.equals(false)
        || value.equals("")
        || (value instanceof Number number && number.doubleValue() == 0)
        || (value instanceof Collection<?> all && all.isEmpty())
        || (value instanceof Map<?, ?> map && map.isEmpty());
  }

  private static Object value(Object record, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static String name(Class<?> record, RecordComponent component) {
    return record.getName() + "." + component.getName();
  }

  /** Adds the components of a type and of all types in it. */
  private static void addComponents(Type type, Set<String> components, Set<Type> seen) {
    if (!seen.add(type)) {
      return;
    }
    if (type instanceof ParameterizedType generic) {
      for (Type argument : generic.getActualTypeArguments()) {
        addComponents(argument, components, seen);
      }
    } else if (type instanceof Class<?> known && known.isSealed()) {
      for (Class<?> one : known.getPermittedSubclasses()) {
        addComponents(one, components, seen);
      }
    } else if (type instanceof Class<?> known && known.isRecord()) {
      for (RecordComponent component : known.getRecordComponents()) {
        components.add(name(known, component));
        addComponents(component.getGenericType(), components, seen);
      }
    }
  }
}
