package dev.residua.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.bench.DecodeBenchmark.Row;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecodeBenchmarkTest {
  private static final ImageShape SIZE = new ImageShape(16, 16, 3);

  @TempDir Path folder;

  @Test
  void shouldMeasureTimesAndTheDifferenceWithoutPython() throws Exception {
    // Given
    DecodeBenchmark benchmark = new DecodeBenchmark(SIZE, null, 3, Optional.empty());

    // When
    Row jpeg = benchmark.run(new CameraImage(PixelFormat.JPEG, 320, 240), folder);
    Row png = benchmark.run(new CameraImage(PixelFormat.PNG, 80, 60), folder);
    Row raw = benchmark.run(new CameraImage(PixelFormat.RGB8, 80, 60), folder);

    // Then
    assertThat(jpeg.millis()).isPositive();
    assertThat(jpeg.jdkMillis()).isPositive();
    assertThat(jpeg.difference()).as("it was decoded at a reduced size").isBetween(1e-3, 1.5);
    assertThat(jpeg.ratioToOpenCv()).isNaN();
    assertThat(png.difference()).isZero();
    assertThat(raw.bytes()).isEqualTo(80 * 60 * 3);
    assertThat(raw.jdkMillis()).isNaN();
  }

  @Test
  void shouldPutTheTimeOfThePythonProgramBesideIts() throws Exception {
    // Given a program that takes a second a frame, for this picture and size alone
    Path python =
        Files.writeString(
            folder.resolve("python"),
            """
            #!/bin/sh
            case "$*" in
              *--check*) ;;
              *"--width 16 --height 16 --frames 2 "*"--raw 80x60"*) echo '{"millis": 1000}' ;;
              *) exit 1 ;;
            esac
            """);
    Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwx------"));
    PythonScript script = PythonScript.find("decode.py", Optional.of(python));

    // When
    Row row =
        new DecodeBenchmark(SIZE, null, 2, Optional.of(script))
            .run(new CameraImage(PixelFormat.RGB8, 80, 60), folder);

    // Then the median of ratios to a constant is the ratio of the median
    assertThat(row.ratioToOpenCv()).isCloseTo(row.millis() / 1000, within(1e-12));
    assertThat(row.openCv()).isPresent();
  }

  @Test
  void shouldRefuseFormatsThatItCannotWrite() {
    assertThatThrownBy(() -> new CameraImage(PixelFormat.WEBP, 10, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rgb8, png or jpeg");
  }
}
