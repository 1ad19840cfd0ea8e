package dev.residua.importing;

import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.testing.Frames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Imports small pictures with given names. */
final class PictureImport {
  private PictureImport() {}

  /**
   * Writes pictures to {@code images} and imports them to {@code set}.
   *
   * @param labels content of the table of labels; null for none
   * @param names of the pictures, with folders
   */
  static DatasetImport.Result run(
      Path dir, TimeColumns columns, @Nullable String labels, String... names) throws IOException {
    Path images = Files.createDirectories(dir.resolve("images"));
    for (String name : names) {
      Path file = images.resolve(name);
      Files.createDirectories(file.getParent());
      Files.write(file, Frames.png(8, 8));
    }
    Path table = labels == null ? null : Files.writeString(dir.resolve("labels.csv"), labels);
    return new DatasetImport(
            new ImportSettings(
                FrameLimits.DEFAULTS,
                new ImageShape(8, 8, 1),
                null,
                true,
                FrameGeometry.WHOLE,
                null,
                null,
                RangeChoice.FULL,
                columns))
        .run(images.toString(), table, dir.resolve("set"), d -> {});
  }
}
