package dev.residua.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.Npy;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.testing.Frames;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetImportTest {
  private static final ImageShape SHAPE = new ImageShape(8, 8, 3);

  @TempDir Path dir;
  private Path images;
  private Path out;

  @BeforeEach
  void folders() throws IOException {
    images = Files.createDirectory(dir.resolve("images"));
    out = dir.resolve("set");
  }

  private DatasetImport.Result run(Path from, Path labels) throws IOException {
    return new DatasetImport(FrameLimits.DEFAULTS, SHAPE, false).run(from, labels, out, d -> {});
  }

  /** A PNG of 8x8 pixels of one gray level. */
  private static byte[] level(int level) {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 64; i++) {
      image.setRGB(i % 8, i / 8, level << 16 | level << 8 | level);
    }
    return Frames.png(image);
  }

  private static int firstByte(FrameDataset set, int frame) {
    return set.read(frame, 1)[0] & 0xFF;
  }

  @Test
  void shouldImportAFolderInTheOrderOfNames() throws IOException {
    // Given
    Files.write(images.resolve("b.PNG"), level(20));
    Files.write(images.resolve("a.png"), level(10));
    Files.write(images.resolve("c.jpeg"), Frames.jpeg(30, 20));
    Files.writeString(images.resolve("readme.txt"), "not an image");

    // When
    DatasetImport.Result result = run(images, null);

    // Then
    FrameDataset set = FrameDataset.open(out);
    assertThat(result.frames()).isEqualTo(3);
    assertThat(result.ignored()).containsExactly("readme.txt");
    assertThat(firstByte(set, 0)).isEqualTo(10);
    assertThat(firstByte(set, 1)).isEqualTo(20);
    assertThat(set.labels().text(2, "file")).isEqualTo("c.jpeg");
    assertThat(set.factors()).isEmpty();
    assertThat(set.sha256()).isEqualTo(result.sha256());
  }

  @Test
  void shouldFollowTheFileColumnOfTheLabels() throws IOException {
    // Given
    Files.write(images.resolve("a.png"), level(10));
    Files.write(images.resolve("b.png"), level(20));
    Files.write(images.resolve("unused.png"), level(30));
    Path labels =
        Files.writeString(
            dir.resolve("labels.csv"), "speed,file,kind\n2,b.png,fast\n,a.png,slow\n");

    // When
    DatasetImport.Result result = run(images, labels);

    // Then
    FrameDataset set = FrameDataset.open(out);
    assertThat(set.size()).isEqualTo(2);
    assertThat(firstByte(set, 0)).isEqualTo(20);
    assertThat(set.labels().value(0, "speed")).isEqualTo(2);
    assertThat(set.labels().value(1, "speed")).isNaN();
    assertThat(set.labels().text(1, "kind")).isEqualTo("slow");
    assertThat(set.factors()).containsExactly("speed");
    assertThat(result.otherColumns()).containsExactly("kind");
  }

  @Test
  void shouldNameEveryBadImageAndLeaveNothing() throws IOException {
    // Given
    Files.write(images.resolve("a.png"), level(10));
    Files.write(images.resolve("cut.png"), Frames.truncatedPng());
    Files.write(images.resolve("huge.png"), Frames.bombHeader());
    Files.write(images.resolve("text.jpg"), Frames.text());
    Files.write(images.resolve("empty.png"), new byte[0]);

    // When
    BadImagesException refused =
        catchThrowableOfType(BadImagesException.class, () -> run(images, null));

    // Then
    assertThat(refused.images()).hasSize(4);
    assertThat(refused)
        .hasMessageStartingWith("4 of 5 images cannot be imported:")
        .hasMessageContaining("cut.png: the PNG is cut short")
        .hasMessageContaining("huge.png: the PNG is 65,000x65,000 pixels")
        .hasMessageContaining("text.jpg: the file is no PNG, JPEG, WebP, BMP or TIFF")
        .hasMessageContaining("empty.png: the frame has no bytes");
    try (Stream<Path> left = Files.list(dir)) {
      assertThat(left).containsExactly(images);
    }
  }

  @Test
  void shouldNameImagesOfTheLabelsThatAreMissing() throws IOException {
    // Given
    Files.write(images.resolve("a.png"), level(10));
    Path labels = Files.writeString(dir.resolve("labels.csv"), "file\na.png\nb.png\nc.png\n");

    // When, Then
    assertThatThrownBy(() -> run(images, labels))
        .hasMessageContaining("b.png: does not exist")
        .hasMessageContaining("c.png: does not exist");
    assertThat(out).doesNotExist();
  }

  @Test
  void shouldImportArraysOfGrayColourAndAlpha() throws IOException {
    // Given
    byte[] gray = new byte[2 * 8 * 8];
    Arrays.fill(gray, 64, 128, (byte) 200);
    Path grayFile = dir.resolve("gray.npy");
    Npy.write(grayFile, gray, 2, 8, 8);
    byte[] rgba = new byte[8 * 8 * 4];
    Path rgbaFile = dir.resolve("rgba.npy");
    Npy.write(rgbaFile, rgba, 1, 8, 8, 4);

    // When
    run(grayFile, Files.writeString(dir.resolve("labels.csv"), "x\n1\n2\n"));
    FrameDataset set = FrameDataset.open(out);
    out = dir.resolve("second");
    run(rgbaFile, null);
    FrameDataset transparent = FrameDataset.open(out);

    // Then
    assertThat(firstByte(set, 0)).isEqualTo(0);
    assertThat(firstByte(set, 1)).isEqualTo(200);
    assertThat(set.factors()).containsExactly("x");
    assertThat(firstByte(transparent, 0)).isEqualTo(255);
    assertThat(transparent.labels().columns()).isEmpty();
  }

  @Test
  void shouldExplainAMismatch() throws IOException {
    // Given
    Path floats = dir.resolve("floats.npy");
    Npy.write(floats, new float[64], 1, 8, 8);
    Path two = dir.resolve("two.npy");
    Npy.write(two, new byte[128], 1, 8, 8, 2);
    Path gray = dir.resolve("gray.npy");
    Npy.write(gray, new byte[128], 2, 8, 8);
    Path labels = Files.writeString(dir.resolve("labels.csv"), "x\n1\n");

    // When, Then
    assertThatThrownBy(() -> run(floats, null)).hasMessageContaining("float32 of shape [1, 8, 8]");
    assertThatThrownBy(() -> run(two, null)).hasMessageContaining("1, 3 or 4 channels");
    assertThatThrownBy(() -> run(gray, labels))
        .hasMessageContaining("has 1 rows but")
        .hasMessageContaining("2 images");
    assertThatThrownBy(() -> run(images, null)).hasMessageContaining("has no image");
    assertThatThrownBy(() -> run(dir.resolve("nowhere"), null))
        .hasMessageContaining("does not exist, expected a folder or a .npy file");
    assertThat(out).doesNotExist();
  }
}
