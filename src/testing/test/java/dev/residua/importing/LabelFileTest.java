package dev.residua.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.dataset.LabelTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelFileTest {
  @TempDir Path dir;

  private LabelFile read(String text) throws IOException {
    return LabelFile.read(Files.writeString(dir.resolve("labels"), text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "',' | CSV",
        "';' | CSV with semicolons",
        "'\t' | TSV",
      })
  void shouldRecogniseTheSeparator(String separator, String kind) throws IOException {
    // When
    LabelFile file = read("file,\"a;\tb\",ball\n1.png,x,1.5\n2.png,,\n".replace(",", separator));

    // Then
    assertThat(file.kind()).isEqualTo(kind);
    assertThat(file.decimalCommas()).isEmpty();
    LabelTable table = file.table();
    assertThat(table.columns()).hasSize(3).startsWith("file").endsWith("ball");
    assertThat(table.text(0, table.columns().get(1))).isEqualTo("x");
    assertThat(table.value(0, "ball")).isEqualTo(1.5);
    assertThat(table.text(1, "ball")).isNull();
  }

  @Test
  void shouldReadOneColumnWithoutASeparator() throws IOException {
    assertThat(read("x\n1\n2\n").table().value(1, "x")).isEqualTo(2);
    assertThat(read("\n\nx;y\n1;2\n").table().value(0, "y")).isEqualTo(2);
  }

  @Test
  void shouldReadDecimalCommas() throws IOException {
    // When
    LabelFile file = read("file;ball;hole;note\na,1.png;1,5;3;x,y\nb.png;-2,25e1;;\nc.png;7;4;\n");

    // Then
    assertThat(file.decimalCommas()).containsExactly("ball");
    assertThat(file.table().value(0, "ball")).isEqualTo(1.5);
    assertThat(file.table().value(1, "ball")).isEqualTo(-22.5);
    assertThat(file.table().value(2, "ball")).isEqualTo(7);
    assertThat(file.table().value(0, "hole")).isEqualTo(3);
    assertThat(file.table().text(0, "note")).isEqualTo("x,y");
    assertThat(file.table().text(0, "file")).isEqualTo("a,1.png");
  }

  @Test
  void shouldRefuseNumbersThatCanBeReadInTwoWays() {
    assertThatThrownBy(() -> read("a;b\n1,5;1\n1.5;2\n"))
        .hasMessageContaining(
            "column 'a' has decimal commas (1,5) and decimal points (1.5); use one of them");
    assertThatThrownBy(() -> read("a;b\n1.234,5;1\n"))
        .hasMessageContaining("column 'a' has the cell 1.234,5; write numbers without separators");
    assertThatThrownBy(() -> read("a;b\n1,234.5;1\n")).hasMessageContaining("such as 1234.5");
  }

  @Test
  void shouldReadOneJsonObjectPerLine() throws IOException {
    // When
    LabelFile file =
        read(
            """
            {"file": "1.png", "ball": 1, "note": "a \\"b\\""}
            {"file": "2.png", "ball": null, "fast": true}

            {"ball": 2.5e1, "file": "3.png"}
            """);

    // Then
    LabelTable table = file.table();
    assertThat(file.kind()).isEqualTo("JSON");
    assertThat(table.columns()).containsExactly("file", "ball", "note", "fast");
    assertThat(table.rows()).isEqualTo(3);
    assertThat(table.value(0, "ball")).isEqualTo(1);
    assertThat(table.text(0, "note")).isEqualTo("a \"b\"");
    assertThat(table.text(1, "ball")).isNull();
    assertThat(table.text(1, "fast")).isEqualTo("true");
    assertThat(table.value(2, "ball")).isEqualTo(25);
    assertThat(table.text(2, "file")).isEqualTo("3.png");
    assertThat(read("[{\"a\": 1}, {\"a\": 2}]").table().value(1, "a")).isEqualTo(2);
  }

  @Test
  void shouldSayWhereJsonIsWrong() {
    assertThatThrownBy(() -> read("{\"a\": 1}\n{\"a\": [1, 2]}\n"))
        .hasMessageContaining("line 2: 'a' holds an array, expected a number, a text or null");
    assertThatThrownBy(() -> read("{\"a\": 1}\n{\"a\": \n"))
        .hasMessageContaining("is not JSON, expected one object per line");
    assertThatThrownBy(() -> read("{\"a\": 1, \"a\": 2}\n"))
        .hasMessageContaining("line 1 is not JSON")
        .hasMessageContaining("Duplicate field 'a'");
    assertThatThrownBy(() -> read("{\"a\": 1}\n7\n"))
        .hasMessageContaining("line 2 holds NUMBER, expected an object such as");
    assertThatThrownBy(() -> read("{}")).hasMessageContaining("holds no label");
    assertThatThrownBy(
            () -> {
              StringBuilder text = new StringBuilder();
              for (int i = 0; i < 1_001; i++) {
                text.append("{\"k").append(i).append("\": 1}\n");
              }
              read(text.toString());
            })
        .hasMessageContaining("more than 1,000 different keys");
  }

  @Test
  void shouldSayWhatAWrongFileIs() throws IOException {
    // Given
    Path workbook = Files.write(dir.resolve("a.xlsx"), new byte[] {'P', 'K', 3, 4, 0});
    Path latin =
        Files.write(dir.resolve("b.csv"), "größe\n1\n".getBytes(StandardCharsets.ISO_8859_1));

    // When, Then
    assertThatThrownBy(() -> LabelFile.read(workbook))
        .hasMessageContaining("is a workbook or an archive; save the table as CSV");
    assertThatThrownBy(() -> LabelFile.read(latin))
        .hasMessageContaining("is not UTF-8 text; save it with the encoding UTF-8");
    assertThatThrownBy(() -> LabelFile.read(dir)).hasMessageContaining("is a folder, expected");
    assertThatThrownBy(() -> LabelFile.read(dir.resolve("no.csv")))
        .hasMessageContaining("does not exist, expected a file with labels");
    assertThatThrownBy(() -> read("")).hasMessageContaining("is empty, expected a header line");
  }
}
