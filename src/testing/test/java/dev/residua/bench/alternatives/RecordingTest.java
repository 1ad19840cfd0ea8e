package dev.residua.bench.alternatives;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.dataset.FrameDataset;
import dev.residua.frame.ImageShape;
import dev.residua.simulation.DatasetGenerator;
import dev.residua.simulation.Scenario;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
  private static final ImageShape SHAPE = new ImageShape(32, 32, 3);

  @TempDir Path folder;

  @Test
  void shouldCutADataSetIntoItsEvents() throws Exception {
    // Given
    Scenario scenario =
        Scenario.parse(
            """
            {"scene": "pendulum", "noise": "usual", "seed": 3, "frames": 130, "events": [
              {"kind": "offset", "node": "shadow_length", "at": 40, "frames": 20, "size": 2},
              {"kind": "brightness", "at": 100, "frames": 30, "size": 0.9}]}
            """,
            "scenario");
    Path set = folder.resolve("set");
    DatasetGenerator.generate(
        scenario,
        new DatasetGenerator.Settings(130, 130, SHAPE, false, false, 0, 0, 0, 0, 0),
        set,
        done -> {});
    FrameDataset frames = FrameDataset.open(set);

    // When
    List<Recording> events = Recording.events(frames);

    // Then
    assertThat(events).hasSize(2);
    Recording offset = events.get(0);
    assertThat(offset.happening()).isEqualToIgnoringCase("offset");
    assertThat(offset.node()).isEqualTo("shadow_length");
    assertThat(offset.onset()).isEqualTo(40);
    assertThat(offset.pictures()).hasSize(60);
    assertThat(offset.pictures().get(40)).isEqualTo(frames.read(40, 1));
    Recording darker = events.get(1);
    assertThat(darker.node()).isNull();
    assertThat(darker.onset()).isEqualTo(40); // the quiet frames after the first event
    assertThat(darker.pictures()).hasSize(70);
    assertThat(darker.pictures().get(0)).isEqualTo(frames.read(60, 1));
  }

  @Test
  void shouldDrawDefectsFromTheirOnsetOnly() {
    // Given a grey picture
    byte[] grey = new byte[SHAPE.size()];
    java.util.Arrays.fill(grey, (byte) 100);

    // When
    List<Recording> defects = Recording.defects(List.of(grey), SHAPE, 2, 5);

    // Then two of each kind, that change as many values as they have pixels
    assertThat(defects).hasSize(8);
    for (Recording defect : defects) {
      assertThat(defect.pictures().get(defect.onset() - 1)).isEqualTo(grey);
      byte[] first = defect.pictures().get(defect.onset());
      int changed = 0;
      for (int p = 0; p < grey.length; p++) {
        changed += first[p] == grey[p] ? 0 : 1;
      }
      switch (defect.happening()) {
        case "spot of 3x3 pixels" -> assertThat(changed).isEqualTo(27);
        case "spot of 6x6 pixels" -> assertThat(changed).isEqualTo(108);
        case "texture of 16x16 pixels" -> assertThat(changed).isEqualTo(768);
        // Rounded to 0 for 10 % of the values: 2,765 of 3,072 expected, with a deviation of 17
        default -> assertThat(changed).isBetween(2_650, 2_880);
      }
    }
  }
}
