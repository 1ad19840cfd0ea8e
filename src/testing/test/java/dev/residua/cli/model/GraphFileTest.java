package dev.residua.cli.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.training.graph.GraphConstraints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GraphFileTest {
  private static final List<String> NAMES = List.of("a", "b", "c");

  @TempDir Path dir;

  private GraphConstraints read(String text) throws IOException {
    Path file = Files.writeString(dir.resolve("graph"), text);
    return GraphFile.read(file).over(NAMES, "latents");
  }

  @Test
  void shouldReadAWholeGraphFromLinesAndFromJson() throws IOException {
    // Given
    // When
    GraphConstraints lines = read("# causes\na -> b\n\nb->c\n");
    GraphConstraints json = read("{\"edges\":[[\"a\",\"b\"],{\"from\":\"b\",\"to\":\"c\"}]}");
    // Then
    assertThat(lines.complete()).isTrue();
    assertThat(lines.graph()).hasToString("a -> b, b -> c");
    assertThat(json.complete()).isTrue();
    assertThat(json.graph()).isEqualTo(lines.graph());
  }

  @Test
  void shouldLeaveOpenWhatAPartialGraphDoesNotSay() throws IOException {
    // Given
    // When
    GraphConstraints lines = read("a -> b\nc !> a\nb < c\n");
    GraphConstraints json =
        read(
            "{\"required\":[[\"a\",\"b\"]],\"forbidden\":[[\"c\",\"a\"]],\"order\":[[\"b\",\"c\"]]}");
    GraphConstraints marked = read("partial\na -> b\n");
    // Then
    for (GraphConstraints known : List.of(lines, json)) {
      assertThat(known.complete()).isFalse();
      assertThat(known.graph()).hasToString("a -> b");
      assertThat(known.forbidden()[2][0]).isTrue();
      assertThat(known.forbidden()[0][2]).isFalse();
      assertThat(known.before()[1][2]).isTrue();
    }
    assertThat(marked.complete()).isFalse();
    assertThat(marked.graph()).hasToString("a -> b");
  }

  @Test
  void shouldSayWhereAFileIsWrong() throws IOException {
    assertThatThrownBy(() -> read("a => b")).hasMessageContaining("but found 'a => b'");
    assertThatThrownBy(() -> read("{\"edges\":[\"a\"]}")).hasMessageContaining("in 'edges'");
    assertThatThrownBy(() -> read("{\"edges\":")).hasMessageContaining("is not JSON");
    assertThatThrownBy(() -> read("a !> d"))
        .hasMessageContaining("a !> d, the latents are [a, b, c]");
    Path partial = Files.writeString(dir.resolve("partial"), "a !> b");
    assertThatThrownBy(() -> GraphFile.read(partial).whole(NAMES, "factors"))
        .hasMessageContaining("leaves edges open");
  }
}
