package dev.residua.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelTableTest {
  @TempDir Path dir;

  private static LabelTable parse(String text) throws IOException {
    return LabelTable.parse(text, ',', "labels.csv");
  }

  @Test
  void shouldReadNumbersTextsAndEmptyCells() throws IOException {
    // When
    LabelTable table = parse("a,b,note\r\n1.5,,first\r\n-2e3,7,\"\"\r\n");

    // Then
    assertThat(table.columns()).containsExactly("a", "b", "note");
    assertThat(table.rows()).isEqualTo(2);
    assertThat(table.value(0, "a")).isEqualTo(1.5);
    assertThat(table.value(1, "a")).isEqualTo(-2000);
    assertThat(table.value(0, "b")).isNaN();
    assertThat(table.text(0, "b")).isNull();
    assertThat(table.text(1, "note")).isNull();
    assertThat(table.value(0, "note")).isNaN();
    assertThat(table.isNumeric("a")).isTrue();
    assertThat(table.isNumeric("b")).isTrue();
    assertThat(table.isNumeric("note")).isFalse();
  }

  @Test
  void shouldRefuseTooFewAndTooManyCategories() throws IOException {
    // Given
    StringBuilder many = new StringBuilder("one,many");
    for (int i = 0; i < 65; i++) {
      many.append("\n1,").append(i);
    }
    // When
    LabelTable table = parse(many.toString());
    // Then
    assertThatThrownBy(() -> table.categories("one"))
        .hasMessageContaining("'one' of the labels has 1 different values");
    assertThatThrownBy(() -> table.categories("many"))
        .hasMessageContaining("has 65 different values, categories are 2 to 64");
    assertThat(table.holdsText("many")).isFalse();
    assertThat(table.holdsText("none")).isFalse();
  }

  @Test
  void shouldReadQuotesCommasAndLineBreaksInCells() throws IOException {
    // When
    LabelTable table = parse("\uFEFFname,\"x, y\"\n\"a \"\"b\"\"\",\"1\n2\"\nlast,3");

    // Then
    assertThat(table.columns()).containsExactly("name", "x, y");
    assertThat(table.text(0, "name")).isEqualTo("a \"b\"");
    assertThat(table.text(0, "x, y")).isEqualTo("1\n2");
    assertThat(table.text(1, "x, y")).isEqualTo("3");
  }

  @Test
  void shouldKeepEmptyCellsInATableOfOneColumn() throws IOException {
    // When
    LabelTable table = parse("a\n1\n\n3\n");

    // Then
    assertThat(table.rows()).isEqualTo(3);
    assertThat(table.value(1, "a")).isNaN();
    assertThat(table.value(2, "a")).isEqualTo(3);
  }

  @Test
  void shouldSkipBlankLinesInATableOfSeveralColumns() throws IOException {
    // When
    LabelTable table = parse("\n \na,b\n\n1,2\n  \n3,4\n\n\n");

    // Then
    assertThat(table.rows()).isEqualTo(2);
    assertThat(table.value(1, "b")).isEqualTo(4);
  }

  @Test
  void shouldCountLinesInsideQuotedCells() {
    assertThatThrownBy(() -> parse("a,b\n\"1\n2\",3\n4\n"))
        .hasMessage("labels.csv line 4: 1 cells, but the header has 2 columns");
  }

  @Test
  void shouldReadOtherSeparators() throws IOException {
    // When
    LabelTable table = LabelTable.parse("a;b\n1,5;x\n", ';', "labels.csv");

    // Then
    assertThat(table.text(0, "a")).isEqualTo("1,5");
    assertThat(table.text(0, "b")).isEqualTo("x");
  }

  @Test
  void shouldNotTakeNaNOrInfinityForNumbers() throws IOException {
    // When
    LabelTable table = parse("a\nNaN\nInfinity\n");

    // Then
    assertThat(table.value(0, "a")).isNaN();
    assertThat(table.value(1, "a")).isNaN();
    assertThat(table.isNumeric("a")).isFalse();
  }

  @Test
  void shouldReadBackWhatItWrote() throws IOException {
    // Given
    Path file = dir.resolve("labels.csv");
    List<List<String>> rows =
        List.of(
            Arrays.asList("1,5", "say \"x\"", null),
            Arrays.asList(null, null, null),
            Arrays.asList("two\nlines", " spaced ", "0.1"));

    // When
    try (LabelTable.Writer writer = new LabelTable.Writer(file, List.of("a", "b,c", "d"))) {
      for (List<String> row : rows) {
        writer.write(row);
      }
    }
    LabelTable read = LabelTable.read(file);

    // Then
    assertThat(read.columns()).containsExactly("a", "b,c", "d");
    for (int row = 0; row < rows.size(); row++) {
      for (int column = 0; column < 3; column++) {
        assertThat(read.text(row, read.columns().get(column))).isEqualTo(rows.get(row).get(column));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | is empty, expected a header line",
        "'a,b;1' | line 2: 1 cells, but the header has 2 columns",
        "'a,a;1,2' | line 1: column 'a' is there twice",
        "'a,;1,2' | line 1: column 2 has no name",
        "'a;\"1' | line 2 is not CSV: Missing closing quote",
        "'a;\"1\"2' | line 2 is not CSV: Unexpected character ('2'",
      })
  void shouldSayInWhichLineAFileIsWrong(String text, String message) {
    assertThatThrownBy(() -> parse(text.replace(';', '\n')))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("labels.csv")
        .hasMessageContaining(message);
  }

  @Test
  void shouldRefuseBytesThatAreNoText() throws IOException {
    // Given
    Path file = Files.write(dir.resolve("labels.csv"), new byte[] {'a', '\n', (byte) 0xFF});

    // When, Then
    assertThatThrownBy(() -> LabelTable.read(file))
        .hasMessageContaining("is not UTF-8 text; save it");
  }

  @Test
  void shouldNameAColumnThatIsNotThere() throws IOException {
    // Given
    LabelTable table = parse("a\n1\n");

    // When, Then
    assertThatThrownBy(() -> table.value(0, "b"))
        .hasMessage("no column 'b' in the labels, which have [a]");
  }
}
