package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
  void shouldSayWhichMechanismWasBroken() throws IOException {
    // Given a usual frame, a moved factor, a moved cause that is no factor, and a dimmed picture
    DatasetSource source =
        source(
            """
            light,shade,wind,event,event_node
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
  void shouldTakeEveryFrameAsUsualWhereNothingIsSaidOfEvents() throws IOException {
    DatasetSource source = source("light,shade\n1,2\n3,\n");
    assertThat(source.broken(0)).isEmpty();
    assertThat(source.factors(0)).containsExactly(1, 2);
    assertThat(source.factors(1)).isNull();
  }
}
