package dev.residua.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.frame.FrameLimits;
import dev.residua.source.CameraAddress;
import dev.residua.testing.JpegPictures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderStreamTest {
  @TempDir Path folder;

  private FolderStream stream() throws Exception {
    CameraAddress address = CameraAddress.parse(folder.toString());
    return new FolderStream(
        new CameraSettings(
            "cam1",
            address,
            Optional.empty(),
            AllowedRoots.only(address),
            Optional.empty(),
            90,
            CameraSettings.DEFAULT_TIMEOUT,
            FrameLimits.DEFAULTS),
        () -> false,
        Clock.systemUTC());
  }

  @Test
  void shouldReadWhatArrivesInNaturalOrderAndNothingTwice() throws Exception {
    // Given
    Files.write(folder.resolve("old.jpg"), JpegPictures.bar(1));
    FolderStream stream = stream();

    // When
    Files.write(folder.resolve("10.jpg"), JpegPictures.bar(10));
    Files.write(folder.resolve("9.jpg"), JpegPictures.bar(9));
    Files.write(folder.resolve("8.txt"), new byte[] {65});

    // Then
    assertThat(stream.next().data()).isEqualTo(JpegPictures.bar(9));
    assertThat(stream.next().data()).isEqualTo(JpegPictures.bar(10));

    // When
    Files.write(folder.resolve("new.part"), JpegPictures.bar(11));
    Files.move(
        folder.resolve("new.part"), folder.resolve("9.jpg"), StandardCopyOption.REPLACE_EXISTING);

    // Then
    assertThat(stream.next().data()).as("a replaced file").isEqualTo(JpegPictures.bar(11));
  }

  @Test
  void shouldWaitUntilAFileIsWritten() throws Exception {
    // Given
    byte[] file = JpegPictures.bar(5);
    FolderStream stream = stream();
    Thread writer =
        new Thread(
            () -> {
              try {
                for (int size = 100; size <= file.length; size += 100) {
                  Files.write(folder.resolve("slow.jpg"), Arrays.copyOf(file, size));
                  Thread.sleep(100);
                }
                Files.write(folder.resolve("slow.jpg"), file);
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });

    // When
    writer.start();

    // Then
    assertThat(stream.next().data()).isEqualTo(file);
    writer.join();
  }
}
