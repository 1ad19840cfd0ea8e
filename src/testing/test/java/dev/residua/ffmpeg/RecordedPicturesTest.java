package dev.residua.ffmpeg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.FrameLimits;
import dev.residua.ingest.CapturedPicture;
import dev.residua.testing.JpegPictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedPicturesTest {
  @TempDir Path folder;

  private static List<byte[]> all(Path path) throws IOException {
    List<byte[]> files = new ArrayList<>();
    try (RecordedPictures pictures = new RecordedPictures(path, FrameLimits.DEFAULTS)) {
      for (CapturedPicture next = pictures.next(); next != null; next = pictures.next()) {
        files.add(next.data());
      }
      assertThat(pictures.progress()).isEqualTo(1);
    }
    return files;
  }

  private void write(String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  @Test
  void shouldReadFoldersOfAnyDepthInNaturalOrder() throws Exception {
    // Given
    write("day10/1.jpg", JpegPictures.bar(5));
    write("day2/10.jpg", JpegPictures.bar(4));
    write("day2/9/a.jpg", JpegPictures.bar(3));
    write("day2/2.jpg", JpegPictures.bar(2));
    write("day2/.hidden.jpg", JpegPictures.bar(9));
    write("notes.txt", new byte[] {65, 66});

    // When, Then
    assertThat(all(folder))
        .containsExactly(
            JpegPictures.bar(2), JpegPictures.bar(3), JpegPictures.bar(4), JpegPictures.bar(5));
  }

  @Test
  void shouldReadVideosBetweenPictures() throws Exception {
    // Given a video that is a sequence of JPEG files
    write("1.jpg", JpegPictures.bar(1));
    Path video = folder.resolve("2.mjpeg");
    for (int i = 0; i < 8; i++) {
      Files.write(
          video,
          JpegPictures.bar(10 + i),
          java.nio.file.StandardOpenOption.CREATE,
          java.nio.file.StandardOpenOption.APPEND);
    }
    write("3.jpg", JpegPictures.bar(3));

    // When
    List<byte[]> files = all(folder);

    // Then
    assertThat(files).hasSize(10);
    assertThat(files.get(0)).isEqualTo(JpegPictures.bar(1));
    assertThat(files.get(1)).isEqualTo(JpegPictures.bar(10));
    assertThat(files.get(9)).isEqualTo(JpegPictures.bar(3));
  }

  @Test
  void shouldExplainThatThereIsNothingToSend() throws Exception {
    // Given
    write("notes.txt", new byte[] {65, 66});

    // When, Then
    assertThatThrownBy(() -> all(folder)).hasMessageContaining("no picture");
    assertThatThrownBy(() -> all(folder.resolve("none"))).hasMessageContaining("there is no");
    assertThatThrownBy(() -> all(folder.resolve("notes.txt")))
        .hasMessageContaining("notes.txt cannot be opened: Invalid data");
  }
}
