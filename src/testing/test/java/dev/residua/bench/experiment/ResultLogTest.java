package dev.residua.bench.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultLogTest {
  @TempDir Path dir;
  private Path file;

  @BeforeEach
  void name() {
    file = dir.resolve("new").resolve("some.jsonl");
  }

  private static ResultLog.Row row(String variant, long seed, double mcc, double shd) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("MCC", mcc);
    figures.put("SHD", shd);
    return new ResultLog.Row(variant, seed, figures);
  }

  @Test
  void shouldReadBackWhatItWrote() throws Exception {
    // Given
    ResultLog log = new ResultLog(file);
    log.add(row("a \"b\"", 1, 0.1 + 0.2, Double.NaN));
    log.add(row("c", -7, 1e-300, 3));

    // When
    ResultLog read = new ResultLog(file);

    // Then to the last bit, with the columns in order
    assertThat(read.rows()).isEqualTo(log.rows());
    assertThat(read.rows().get(0).figures().keySet()).containsExactly("MCC", "SHD");
    assertThat(read.rows().get(0).figures().get("SHD")).isNaN();
  }

  @Test
  void shouldKnowWhatIsThere() throws Exception {
    // Given
    ResultLog log = new ResultLog(file);
    log.add(row("flow: light held", 1, 1, 1));
    log.add(row("candle", 1, 1, 1));

    // When
    ResultLog read = new ResultLog(file);

    // Then a cell with several rows is there too, other seeds and mere beginnings are not
    assertThat(read.has("flow", 1)).isTrue();
    assertThat(read.has("candle", 1)).isTrue();
    assertThat(read.has("candle", 2)).isFalse();
    assertThat(read.has("cand", 1)).isFalse();
    assertThat(read.has("flow: light", 1)).isFalse();
  }

  @Test
  void shouldShowMedianAndSpreadOverSeeds() throws Exception {
    // Given
    ResultLog log = new ResultLog(file);
    log.add(row("learnt", 1, 0.9, 3));
    log.add(row("learnt", 2, 0.5, 3));
    log.add(row("learnt", 3, 0.994, 3));
    log.add(row("true", 1, Double.NaN, 0));
    log.add(row("true", 2, 0.25, 1));
    log.add(new ResultLog.Row("other", 1, Map.of("ms", 123.4)));

    // When
    String table = log.table();

    // Then by hand; a median of two is their mean, missing values take no part
    assertThat(table)
        .isEqualTo(
            """
            | variant | seeds | MCC | SHD | ms |
            |---|---|---|---|---|
            | learnt | 3 | 0.900 (0.500 .. 0.994) | 3 | - |
            | true | 2 | 0.250 | 0.500 (0 .. 1) | - |
            | other | 1 | - | - | 123 |
            """);
  }

  /** Six seeds with sums of 10 and 8 to 13 counts; quantiles are halfway between the outer two. */
  @Test
  void shouldShowTheRatioOfTheSumsOverAllSeeds() throws Exception {
    // Given
    ResultLog log = new ResultLog(file);
    for (int seed = 1; seed <= 6; seed++) {
      Map<String, Double> figures = new LinkedHashMap<>();
      ResultLog.putRatio(figures, "run length", 10, 7 + seed);
      log.add(new ResultLog.Row("many", seed, figures));
    }
    Map<String, Double> one = new LinkedHashMap<>();
    ResultLog.putRatio(one, "run length", 10, 4);
    log.add(new ResultLog.Row("one", 1, one));

    // When
    String table = log.table();

    // Then by hand: 60 / 63, and squares of 17.5 around the mean of 10.5 counts
    assertThat(table)
        .isEqualTo(
            """
            | variant | seeds | run length |
            |---|---|---|
            | many | 6 | 0.952 (0.826 .. 1.098; 0.801 .. 1.181) |
            | one | 1 | 2.500 |
            """);
  }

  @Test
  void shouldNameTheLineThatIsBroken() throws Exception {
    // Given a run that was killed while it wrote
    ResultLog log = new ResultLog(file);
    log.add(row("a", 1, 1, 1));
    Files.writeString(file, Files.readString(file) + "{\"variant\":\"a\",\"se");
    Path other = Files.writeString(dir.resolve("other.jsonl"), "{\"variant\":\"a\"}\n");

    // When
    // Then
    assertThatThrownBy(() -> new ResultLog(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("some.jsonl line 2 is not a result")
        .hasMessageContaining("remove the line");
    assertThatThrownBy(() -> new ResultLog(other))
        .hasMessageContaining("other.jsonl line 1")
        .hasMessageContaining("expected variant, seed and figures");
  }
}
