package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.Npy;
import dev.residua.dataset.TaughtAnswer;
import dev.residua.dataset.TaughtHold;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetSourceTest {
  @TempDir Path dir;

  private DatasetSource source(String labels) throws IOException {
    int frames = (int) labels.lines().count() - 1;
    Npy.write(dir.resolve("frames.npy"), new byte[frames * 12], frames, 2, 2, 3);
    Files.writeString(dir.resolve("labels.csv"), labels);
    return new DatasetSource(FrameDataset.open(dir), List.of("light", "shade"));
  }

  @Test
  void shouldNameTheBrokenMechanism() throws IOException {
    // Given a usual frame, a moved factor, a moved cause that is not a factor, and a dimmed picture
    DatasetSource source =
        source(
            """
            light,shade,wind,residua.event,residua.event_node
            1,2,3,,
            1,2,3,offset,shade
            1,2,3,hard_intervention,wind
            1,2,3,brightness,
            """);
    // When
    // Then
    assertThat(source.broken(0)).isEmpty();
    assertThat(source.broken(1)).containsExactly(1);
    assertThat(source.broken(2)).containsExactly(0, 1);
    assertThat(source.broken(3)).containsExactly(0, 1);
    assertThat(source.factors(1)).containsExactly(1, 2);
    assertThat(source.factors(2)).containsExactly(1, 2);
    assertThat(source.factors(3)).isNull();
  }

  @Test
  void shouldReadCategories() throws IOException {
    // Given a column of text, and numbers that are declared to be categories
    DatasetSource plain =
        source(
            """
            light,shade
            on,10
            off,9.5
            ,9
            on,
            """);
    // When
    DatasetSource declared = plain.withCategorical(List.of("shade"));
    // Then
    assertThat(plain.categories()).containsExactly(List.of("off", "on"), List.of());
    assertThat(plain.factors(0)).containsExactly(1, 10);
    assertThat(declared.categories().get(1)).containsExactly("9", "9.5", "10");
    assertThat(declared.factors(0)).containsExactly(1, 2);
    assertThat(declared.factors(2)).containsExactly(Double.NaN, 0);
    assertThat(DatasetSource.category(declared.set().labels(), 0, "shade", List.of("9", "10.0")))
        .isEqualTo(1);
    assertThat(DatasetSource.category(declared.set().labels(), 1, "shade", List.of("9", "10.0")))
        .isNaN();
    assertThatThrownBy(() -> plain.withCategorical(List.of("wind")))
        .hasMessage("'wind' is none of the factors [light, shade]");
  }

  @Test
  void shouldReadHeldPairs() throws IOException {
    // Given two pairs of shade, one of light and one of a cause that is not a factor of the model
    DatasetSource source =
        source(
            """
            light,residua.held,residua.changed
            1,shade,
            2,shade,
            ,shade,
            2,shade,
            3,,light
            1,light,
            1,light,
            1,wind,
            1,wind,
            """);
    // When
    // Then
    assertThat(source.heldPairs())
        .containsExactly(new HeldPair(0, 1, 1), new HeldPair(2, 3, 1), new HeldPair(5, 6, 0));
    assertThat(source.broken(3)).containsExactly(1);
    assertThat(source.broken(4)).isEmpty();
    assertThat(source.broken(7)).containsExactly(0, 1);
    assertThat(source.repeats(3)).isFalse();
    assertThat(source.repeats(4)).isTrue();
    assertThat(source.factors(0)).containsExactly(1, Double.NaN);
    assertThat(source.factors(2)).isNull();
    assertThat(DatasetSource.taughtNames(FrameDataset.open(dir).labels(), List.of(), List.of()))
        .containsExactly("shade", "light", "wind");
  }

  @Test
  void shouldReadHoldsAndAnswers() throws IOException {
    // Given a run of five frames with a held shade, of which the last one has an event as well
    DatasetSource plain =
        source(
            """
            light,shade,residua.event,residua.event_node
            1,2,,
            1,2,,
            1,2,,
            1,2,,
            1,2,,
            1,2,offset,light
            1,2,,
            """);
    List<TaughtHold> holds =
        List.of(new TaughtHold(1, 5, "shade", "", ""), new TaughtHold(0, 1, "wind", "", ""));
    List<TaughtAnswer> answers =
        List.of(
            new TaughtAnswer(0, 6, "light", TaughtAnswer.Answer.B, "", ""),
            new TaughtAnswer(6, 0, "shade", TaughtAnswer.Answer.A, "", ""),
            new TaughtAnswer(6, 1, "shade", TaughtAnswer.Answer.EQUAL, "", ""),
            new TaughtAnswer(6, 2, "shade", TaughtAnswer.Answer.UNKNOWN, "", ""),
            new TaughtAnswer(6, 3, "dust", TaughtAnswer.Answer.A, "", ""));
    // When
    DatasetSource source =
        new DatasetSource(plain.set(), plain.factorNames(), List.of(), answers, holds);
    // Then pairs are 1, 2 and 4 rows apart
    assertThat(source.heldPairs())
        .containsExactly(
            new HeldPair(1, 2, 1),
            new HeldPair(2, 3, 1),
            new HeldPair(3, 4, 1),
            new HeldPair(4, 5, 1),
            new HeldPair(1, 3, 1),
            new HeldPair(2, 4, 1),
            new HeldPair(3, 5, 1),
            new HeldPair(1, 5, 1));
    assertThat(source.answers())
        .containsExactly(
            new OrderAnswer(0, 6, 0, -1), new OrderAnswer(6, 0, 1, 1), new OrderAnswer(6, 1, 1, 0));
    assertThat(source.broken(0)).as("held by a factor of no latent").containsExactly(0, 1);
    assertThat(source.broken(2)).containsExactly(1);
    assertThat(source.broken(5)).containsExactly(0, 1);
    assertThat(source.broken(6)).isEmpty();
    assertThat(TrainingInput.nominal(source, 0)).as("frame 6 is in answers").isEmpty();
    assertThat(DatasetSource.taughtNames(plain.set().labels(), answers, holds))
        .containsExactly("shade", "wind", "light", "dust");
  }

  @Test
  void shouldNameTheHeldRowWithoutAPartner() {
    assertThatThrownBy(() -> source("light,residua.held\n1,shade\n2,light\n3,light\n"))
        .hasMessageContaining("row 1 of labels.csv holds 'shade' but row 2 holds 'light'");
    assertThatThrownBy(() -> source("light,residua.held\n1,shade\n2,\n"))
        .hasMessageContaining("row 1 of labels.csv holds 'shade' but row 2 holds nothing");
    assertThatThrownBy(() -> source("light,residua.held\n1,\n2,shade\n"))
        .hasMessageContaining("row 2 of labels.csv holds 'shade' but row 3 does not exist");
  }

  @Test
  void shouldTreatFramesAsUsualWithoutEventColumns() throws IOException {
    DatasetSource source = source("light,shade\n1,2\n3,\n");
    assertThat(source.broken(0)).isEmpty();
    assertThat(source.factors(0)).containsExactly(1, 2);
    assertThat(source.factors(1)).containsExactly(3, Double.NaN);
  }

  @Test
  void shouldTreatPlainNamesOfColumnsAsOrdinary() throws IOException {
    // Given columns whose names had a meaning once
    DatasetSource source =
        source("light,shade,changed,held,event,event_node\n1,2,0,light,7,light\n3,4,0,,8,shade\n");

    // When, Then
    for (int i = 0; i < 2; i++) {
      assertThat(source.repeats(i)).isFalse();
      assertThat(source.broken(i)).isEmpty();
    }
    assertThat(source.heldPairs()).isEmpty();
    assertThat(source.set().factors()).containsExactly("light", "shade", "changed", "event");
  }

  @Test
  void shouldReadVariablesThatAreNoFactors() throws IOException {
    // Given a reading that is missing, one that is text, and an event of a variable
    DatasetSource plain =
        source(
            """
            light,shade,variable.speed,residua.event,residua.event_node
            1,2,900,,
            1,2,,,
            1,2,off,,
            1,2,950,offset,speed
            1,2,950,brightness,
            """);
    // When
    DatasetSource source = new DatasetSource(plain.set(), plain.factorNames(), List.of("speed"));
    // Then
    assertThat(source.variables(0)).containsExactly(900);
    assertThat(source.variables(1)).containsExactly(Double.NaN);
    assertThat(source.variables(2)).containsExactly(Double.NaN);
    assertThat(source.hasVariables(0)).isTrue();
    assertThat(source.hasVariables(1)).isFalse();
    assertThat(source.broken(3)).containsExactly(2);
    assertThat(source.broken(4)).containsExactly(0, 1, 2);
    assertThat(plain.hasVariables(1)).isTrue();
    assertThat(plain.set().factors()).containsExactly("light", "shade");
    assertThat(plain.set().attributes(0)).containsExactly(Map.entry("variable.speed", "900"));
    assertThat(plain.set().attributes(1)).isEmpty();
    assertThat(plain.set().attributes(2)).containsExactly(Map.entry("variable.speed", "off"));
    assertThatThrownBy(() -> new DatasetSource(plain.set(), List.of(), List.of("flow")))
        .hasMessageContaining("has no column 'variable.flow'");
  }
}
