package dev.residua.bench.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The size of the trainings whose results a folder holds, so that its tables mix no others. */
final class StoredScale {
  private static final String NAME = "scale.json";
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  private StoredScale() {}

  /**
   * Compares the size with that of the folder. A folder without one gets it: it is new, or holds
   * results of an earlier version.
   *
   * @throws IllegalArgumentException if the folder holds results of another size
   * @throws IOException if the file is damaged
   */
  static void check(Path dir, Scale scale) throws IOException {
    Path file = dir.resolve(NAME);
    if (!Files.exists(file)) {
      Files.createDirectories(dir);
      Files.writeString(file, JSON.writeValueAsString(scale) + "\n");
      return;
    }
    Scale stored;
    try {
      stored = JSON.readValue(file.toFile(), Scale.class);
    } catch (JsonProcessingException e) {
      throw new IOException(
          "%s is not the size of trainings, expected frames, steps and labels: %s"
              .formatted(file, e.getOriginalMessage()),
          e);
    }
    if (!stored.equals(scale)) {
      throw new IllegalArgumentException(
          "%s holds results of trainings with %s, not %s: give these, or another --out"
              .formatted(dir, options(stored), options(scale)));
    }
  }

  private static String options(Scale scale) {
    return "--frames %d --steps %d --labels %d"
        .formatted(scale.frames(), scale.steps(), scale.labels());
  }
}
