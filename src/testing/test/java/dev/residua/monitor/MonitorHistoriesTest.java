package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.Effect;
import dev.residua.causal.Finding;
import dev.residua.commissioning.CommissioningWindow;
import dev.residua.commissioning.InnovationDistribution;
import dev.residua.drift.DriftEvent;
import dev.residua.incident.Incident;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/**
 * Compares the results of the monitor in 10,000 simulated histories, and its states after them,
 * with a recording: one digest per {@value #PER_DIGEST} histories, the number of results of each
 * kind, and the events of one history as text. Floating-point numbers are compared with twelve bits
 * of precision. A change of a detector changes the recording: {@code -Dresidua.golden.write=true}
 * writes it.
 */
class MonitorHistoriesTest {
  private static final int PER_DIGEST = 100;
  private static final int FEW = 2;
  private static final int ALL = 100;
  private static final Path FILES = Path.of("src/testing/test/resources/histories");
  private static final Path DIGESTS = FILES.resolve("digests.txt");
  private static final Path COUNTS = FILES.resolve("counts.txt");
  private static final Path READABLE = FILES.resolve("history.txt");

  private static final Map<String, Integer> COUNTED = new ConcurrentSkipListMap<>();

  private static MonitorHistory.Models models;
  private static List<Object> bases;

  @BeforeAll
  static void calibrate() {
    models = MonitorHistory.Models.calibrate();
    bases = MonitorHistory.bases(models);
  }

  @Test
  void shouldReturnTheRecordedResultsInAFewHistories() throws IOException {
    // Given
    List<String> recorded = Files.readAllLines(DIGESTS);
    // When
    List<String> now = digests(FEW);
    // Then
    assertThat(now).isEqualTo(recorded.subList(0, FEW));
  }

  @Test
  @Tag("slow")
  void shouldReturnTheRecordedResultsInAllHistories() throws IOException {
    // When
    COUNTED.clear();
    List<String> now = digests(ALL);
    // Then
    compare(COUNTS, counts());
    compare(DIGESTS, now);
  }

  private static List<String> counts() {
    return COUNTED.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList();
  }

  /** Counts the results of each kind, which shows that the histories exercise all stages. */
  private static void count(Object result) {
    if (result instanceof MonitorResult events) {
      events.anomalies().forEach(e -> count("anomaly", e.kind()));
      events.drifts().forEach(e -> count("drift", e.channel() + " " + e.kind()));
      events.interventions().forEach(e -> count("intervention", e.kind()));
      events.incidents().forEach(MonitorHistoriesTest::count);
      events.score().ifPresent(e -> count("frame", e.calibration().phase()));
      events.commissioning().ifPresent(e -> count("report", e.status().phase()));
    } else if (result instanceof IdleResult idle) {
      idle.incidents().forEach(MonitorHistoriesTest::count);
      count("idle", idle.retired() ? "retired" : "followed");
    } else if (result instanceof Optional<?> report) {
      count("shadow", report.isPresent() ? "reported" : "not reported");
    }
  }

  private static void count(Incident incident) {
    String reason = incident.reason() == null ? "" : " " + incident.reason();
    count("incident", incident.subject().kind() + " " + incident.state() + reason);
    if (incident.note() != null) {
      count("note", incident.note().replaceAll("[0-9]+", "N"));
    }
  }

  private static void count(String what, Object kind) {
    COUNTED.merge(what + " " + kind, 1, Integer::sum);
  }

  @Test
  void shouldReturnTheEventsOfTheReadableHistory() throws IOException {
    // When
    List<String> lines = new ArrayList<>();
    MonitorHistory.play(models, bases, 4, (step, result) -> addEvents(step, result, lines));
    // Then
    compare(READABLE, lines);
  }

  private static void addEvents(Object step, Object result, List<String> lines) {
    if (!(result instanceof MonitorResult events)) {
      return;
    }
    events.anomalies().forEach(e -> add(lines, step, e.kind(), e.statistic(), e.finding()));
    events.drifts().forEach(e -> add(lines, step, drift(e), e.statistic(), e.finding()));
    events.interventions().forEach(e -> add(lines, step, e.kind(), e.statistic(), e.finding()));
    events
        .incidents()
        .forEach(e -> lines.add(step + " " + e.subject() + " " + e.state() + " " + e.id()));
    events.commissioning().ifPresent(e -> lines.add(step + " " + e.status()));
  }

  private static String drift(DriftEvent event) {
    return event.channel() + " " + event.kind();
  }

  private static void add(
      List<String> lines, Object step, Object kind, double statistic, Finding finding) {
    lines.add(
        String.format(
            Locale.ROOT,
            "%s %s %.2f of %s: %s",
            step,
            kind,
            statistic,
            finding.incidentId(),
            finding.summary().explanation()));
  }

  private static void compare(Path file, List<String> now) throws IOException {
    if (Boolean.getBoolean("residua.golden.write")) {
      Files.createDirectories(FILES);
      Files.write(file, now);
    }
    List<String> recorded = Files.readAllLines(file);
    for (int i = 0; i < Math.min(now.size(), recorded.size()); i++) {
      if (!now.get(i).equals(recorded.get(i))) {
        throw new AssertionFailedError(
            "line %d of %s differs".formatted(i + 1, file), recorded.get(i), now.get(i));
      }
    }
    assertThat(now).hasSameSizeAs(recorded);
  }

  private static List<String> digests(int count) {
    return IntStream.range(0, count).parallel().mapToObj(MonitorHistoriesTest::digest).toList();
  }

  private static String digest(int number) {
    Digest digest = new Digest();
    for (int i = 0; i < PER_DIGEST; i++) {
      SourceMonitorState state =
          MonitorHistory.play(
              models,
              bases,
              (long) number * PER_DIGEST + i,
              (step, result) -> {
                digest.add(result);
                count(result);
              });
      components(state).forEach(digest::add);
    }
    return digest.text();
  }

  /** Parts of a state in a fixed order, whatever the layout of the state is. */
  private static List<Object> components(SourceMonitorState state) {
    List<Object> parts = new ArrayList<>();
    IncidentStage.State incidents = state.incidents();
    SensorStage.State sensor = state.sensor();
    ChangeStage.State change = state.change();
    DiagnosisStage.State diagnosis = state.diagnosis();
    CommissioningStage.State commissioning = state.commissioning();
    parts.add(incidents.incidents());
    parts.add(incidents.followedOffset());
    parts.add(Optional.ofNullable(incidents.last()));
    parts.add(state.modelId());
    parts.add(change.residuals());
    parts.add(change.picture());
    parts.add(diagnosis.window());
    parts.add(change.quiet());
    parts.add(state.martingale());
    parts.add(sensor.pictures());
    parts.add(sensor.position());
    parts.add(sensor.missing());
    parts.add(state.episode());
    parts.add(diagnosis.published());
    parts.add(diagnosis.candidate());
    parts.add(diagnosis.suppression());
    parts.add(Optional.ofNullable(sensor.fault()));
    parts.add(sensor.faultSince());
    parts.add(change.history().sequences());
    parts.add(change.history().pictureFrames());
    parts.add(commissioning.accepted());
    parts.add(state.pace());
    parts.add(change.runLength());
    parts.add(Optional.ofNullable(commissioning.own()));
    parts.add(Optional.ofNullable(commissioning.watchedSince()));
    parts.add(Optional.ofNullable(commissioning.before()));
    parts.add(Optional.ofNullable(commissioning.challenger()));
    parts.add(commissioning.geometry());
    return parts;
  }

  /** Digest of the values in records, in the order of their components. */
  private static final class Digest {
    private static final int BITS_LEFT_OUT = 12;
    private static final Map<Class<?>, RecordComponent[]> COMPONENTS = new ConcurrentHashMap<>();

    private final MessageDigest sha256;
    private final StringBuilder text = new StringBuilder();

    Digest() {
      try {
        sha256 = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    String text() {
      flush();
      return HexFormat.of().formatHex(sha256.digest()).substring(0, 16);
    }

    private void flush() {
      sha256.update(text.toString().getBytes(StandardCharsets.UTF_8));
      text.setLength(0);
    }

    void add(Object value) {
      append(value);
      if (text.length() > 10_000) {
        flush();
      }
    }

    private void append(Object value) {
      if (value == null) {
        text.append("null,");
      } else if (value instanceof Float || value instanceof Double) {
        float number = ((Number) value).floatValue() + 0f;
        int half = 1 << (BITS_LEFT_OUT - 1);
        text.append(Float.floatToIntBits(number) + half >> BITS_LEFT_OUT).append(',');
      } else if (value instanceof Number
          || value instanceof CharSequence
          || value instanceof Enum
          || value instanceof Boolean
          || value instanceof Instant) {
        text.append(value).append(',');
      } else if (value instanceof Optional<?> optional) {
        append(optional.orElse(null));
      } else if (value instanceof Collection<?> all) {
        text.append(all.size()).append(':');
        all.forEach(this::append);
      } else if (value instanceof Map<?, ?> map) {
        text.append(map.size()).append(':');
        new TreeMap<>(map)
            .forEach(
                (key, one) -> {
                  append(key);
                  append(one);
                });
      } else if (value.getClass().isArray()) {
        for (int i = 0; i < Array.getLength(value); i++) {
          append(Array.get(value, i));
        }
      } else if (value instanceof CommissioningWindow window) {
        CRC32 crc = new CRC32();
        crc.update(window.head());
        IntStream.range(0, window.blocks()).mapToObj(window::block).forEach(crc::update);
        text.append(crc.getValue()).append(',');
      } else if (value instanceof InnovationDistribution distribution) {
        append(distribution.toBytes().length);
      } else if (value instanceof Record) {
        appendComponents(value);
      } else {
        throw new IllegalArgumentException("no digest of a " + value.getClass());
      }
    }

    private void appendComponents(Object record) {
      try {
        for (RecordComponent component :
            COMPONENTS.computeIfAbsent(record.getClass(), Digest::components)) {
          Object value = component.getAccessor().invoke(record);
          if (value != null || component.getType() != Effect.class) { // histories without minimums
            append(value);
          }
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }

    private static RecordComponent[] components(Class<?> type) {
      RecordComponent[] components = type.getRecordComponents();
      for (RecordComponent component : components) {
        component.getAccessor().setAccessible(true);
      }
      return components;
    }
  }
}
