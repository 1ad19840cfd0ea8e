package dev.residua.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.bench.BenchmarkOutput.Range;
import dev.residua.bench.Comparison.Figure;
import dev.residua.bench.Comparison.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final String MILLIS = "results[0 onednn].millisPerFrame";
  private static final String RATE = "results[0 onednn].framesPerSecond";

  private static Map<String, Object> run(double millis, double rate) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("engine", "onednn");
    row.put("threads", 2);
    row.put("millisPerFrame", millis);
    row.put("framesPerSecond", rate);
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("benchmark", "score");
    run.put("image", "64x64x3");
    run.put("frames", 100);
    run.put("results", new ArrayList<>(List.of(row)));
    run.put("environment", new LinkedHashMap<>(Map.of("cpu", "one", "load", 0.5)));
    return run;
  }

  private static BenchmarkOutput output(double millis, double rate) {
    return BenchmarkOutput.of(BenchmarkOutput.merged(List.of(run(millis, rate))));
  }

  private static Map<String, Verdict> verdicts(Comparison comparison) {
    Map<String, Verdict> verdicts = new LinkedHashMap<>();
    comparison.figures().forEach(figure -> verdicts.put(figure.path(), figure.verdict()));
    return verdicts;
  }

  @Test
  void shouldTakeTheMedianOfRepetitionsAndTheirRange() {
    // When
    ObjectNode merged =
        BenchmarkOutput.merged(List.of(run(3, 100), run(1, 100), run(2, 100), run(9, 100)));
    BenchmarkOutput output = BenchmarkOutput.of(merged);
    // Then the upper median of 1, 2, 3 and 9
    assertThat(output.values()).containsEntry(MILLIS, 3.0).containsEntry(RATE, 100.0);
    assertThat(output.ranges()).containsOnly(Map.entry(MILLIS, new Range(1, 9)));
    assertThat(output.settings()).containsOnlyKeys("image", "frames");
    assertThat(merged.path("repetitions").asInt()).isEqualTo(4);
    assertThat(merged.path("results").path(0).path("engine").asText()).isEqualTo("onednn");
  }

  @Test
  void shouldKnowWhetherLargeOrSmallIsGood() {
    // When
    Map<String, Verdict> slower = verdicts(Comparison.of(output(10, 100), output(12, 80), 0.1));
    Map<String, Verdict> faster = verdicts(Comparison.of(output(10, 100), output(8, 120), 0.1));
    Map<String, Verdict> close = verdicts(Comparison.of(output(10, 100), output(10.9, 91), 0.1));
    // Then the number of threads is not a figure
    assertThat(slower)
        .containsOnly(Map.entry(MILLIS, Verdict.WORSE), Map.entry(RATE, Verdict.WORSE));
    assertThat(faster)
        .containsOnly(Map.entry(MILLIS, Verdict.BETTER), Map.entry(RATE, Verdict.BETTER));
    assertThat(close).containsOnly(Map.entry(MILLIS, Verdict.SAME), Map.entry(RATE, Verdict.SAME));
  }

  /** Half ranges of 1 and 0.5 and a tenth of 10: up to 12.5 is not a difference. */
  @Test
  void shouldAddTheRangesToTheTolerance() {
    // Given
    BenchmarkOutput base =
        BenchmarkOutput.of(BenchmarkOutput.merged(List.of(run(9, 1), run(10, 1), run(11, 1))));
    BenchmarkOutput within =
        BenchmarkOutput.of(
            BenchmarkOutput.merged(List.of(run(11.5, 1), run(12.4, 1), run(12.5, 1))));
    BenchmarkOutput beyond =
        BenchmarkOutput.of(BenchmarkOutput.merged(List.of(run(12, 1), run(12.6, 1), run(13, 1))));
    // When
    Figure same = Comparison.of(base, within, 0.1).figures().get(0);
    Figure worse = Comparison.of(base, beyond, 0.1).figures().get(0);
    // Then
    assertThat(same.verdict()).isEqualTo(Verdict.SAME);
    assertThat(worse.verdict()).isEqualTo(Verdict.WORSE);
    assertThat(worse.spread()).isEqualTo(1.5);
    assertThat(worse.change()).isCloseTo(0.26, within(1e-12));
  }

  @Test
  void shouldCountAnythingLostFromZero() {
    // Given
    Map<String, Object> base = run(1, 1);
    base.put("results", List.of(Map.of("lost", 0)));
    Map<String, Object> now = run(1, 1);
    now.put("results", List.of(Map.of("lost", 1)));
    // When
    Comparison comparison =
        Comparison.of(
            BenchmarkOutput.of(BenchmarkOutput.merged(List.of(base))),
            BenchmarkOutput.of(BenchmarkOutput.merged(List.of(now))),
            0.1);
    // Then
    assertThat(comparison.count(Verdict.WORSE)).isEqualTo(1);
    assertThat(comparison.figures().get(0).change()).isNaN();
  }

  @Test
  void shouldIgnoreTheFiguresOfOthers() {
    // Given
    Map<String, Object> base = run(1, 1);
    base.put("versus", List.of(Map.of("python", Map.of("framesPerSecond", 10))));
    Map<String, Object> now = run(1, 1);
    now.put("versus", List.of(Map.of("python", Map.of("framesPerSecond", 90))));
    // When
    Comparison comparison =
        Comparison.of(
            BenchmarkOutput.of(BenchmarkOutput.merged(List.of(base))),
            BenchmarkOutput.of(BenchmarkOutput.merged(List.of(now))),
            0.1);
    // Then
    assertThat(verdicts(comparison)).containsOnlyKeys(MILLIS, RATE);
  }

  @Test
  void shouldSayHowTheEnvironmentsDiffer() {
    // Given
    Map<String, Object> other = run(1, 1);
    other.put("environment", Map.of("cpu", "two", "load", 7));
    // When
    Comparison comparison =
        Comparison.of(
            output(1, 1), BenchmarkOutput.of(BenchmarkOutput.merged(List.of(other))), 0.1);
    // Then
    assertThat(comparison.environment()).containsExactly("cpu one and two");
  }

  @Test
  void shouldRefuseWhatIsNotTheSameMeasurement() {
    // Given
    Map<String, Object> settings = run(1, 1);
    settings.put("frames", 200);
    Map<String, Object> benchmark = run(1, 1);
    benchmark.put("benchmark", "train");
    Map<String, Object> rows = run(1, 1);
    rows.put("results", List.of());
    // When and then
    for (Map.Entry<Map<String, Object>, String> wrong :
        Map.of(
                settings, "different settings: frames 100 and 200",
                benchmark, "the first is of bench score, the second of bench train",
                rows, "only one of them has " + MILLIS)
            .entrySet()) {
      BenchmarkOutput now = BenchmarkOutput.of(BenchmarkOutput.merged(List.of(wrong.getKey())));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Comparison.of(output(1, 1), now, 0.1))
          .withMessageContaining(wrong.getValue());
    }
  }
}
