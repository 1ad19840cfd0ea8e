package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.training.metrics.ReadingError;
import java.util.List;
import org.junit.jupiter.api.Test;

class FactorReadingTest {
  private static String sentence(ReadingError error) {
    return FactorReading.sentences(List.of(new FactorReading("level", error))).get(0);
  }

  @Test
  void shouldSayTheErrorInUnitsAndAsAShareOfTheRange() {
    assertThat(sentence(new ReadingError.OfNumber(6_000, 3, 0.5578, 74.65)))
        .isEqualTo(
            "level: missed by 0.56 on average, 0.75 % of its range of 74.7 (6,000 labelled frames, 0.05 % refused)");
    assertThat(sentence(new ReadingError.OfNumber(100, 0, 1_234, 98_765)))
        .startsWith("level: missed by 1200 on average, 1.25 % of its range of 98800 (");
  }

  @Test
  void shouldSayThatThereIsNoRangeOrNoReading() {
    assertThat(sentence(new ReadingError.OfNumber(100, 0, 0.5, 0)))
        .startsWith(
            "level: missed by 0.5 on average, and its labels have one value, so no range (");
    assertThat(sentence(new ReadingError.OfNumber(100, 100, Double.NaN, 3)))
        .isEqualTo("level: no reading (100 labelled frames, 100.00 % refused)");
    assertThat(sentence(new ReadingError.NotRead(100)))
        .isEqualTo(
            "level: no reading in its unit, because the model has no scale for it (100 labelled frames)");
  }

  @Test
  void shouldSayTheShareOfCategoriesThatAreRight() {
    assertThat(sentence(new ReadingError.OfCategory(400, 4, 0.9925)))
        .isEqualTo(
            "level: 99.25 % of the readings are right (400 labelled frames, 1.00 % refused)");
  }

  @Test
  void shouldCompareWithTheFieldOnlyIfThereIsAReading() {
    assertThat(FactorReading.sentences(List.of())).isEmpty();
    assertThat(
            FactorReading.sentences(
                List.of(new FactorReading("level", new ReadingError.NotRead(30)))))
        .hasSize(2)
        .endsWith(FactorReading.FIELD);
  }

  @Test
  void shouldGiveFiguresThatAreNotKnownAsNull() {
    assertThat(new FactorReading("level", new ReadingError.OfNumber(50, 1, 2, 0)).figures())
        .containsEntry("factor", "level")
        .containsEntry("frames", 50)
        .containsEntry("refusedShare", 0.02)
        .containsEntry("meanAbsoluteError", 2.0)
        .containsEntry("shareOfRange", null);
    assertThat(new FactorReading("level", new ReadingError.NotRead(50)).figures())
        .containsOnlyKeys("factor", "frames");
  }
}
