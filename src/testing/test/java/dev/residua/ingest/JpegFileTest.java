package dev.residua.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.testing.JpegPictures;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

class JpegFileTest {
  /** Removes the segments with Huffman tables. */
  private static byte[] withoutTables(byte[] file) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(file, 0, 2);
    int at = 2;
    while ((file[at + 1] & 0xFF) != 0xDA) {
      int length = 2 + ((file[at + 2] & 0xFF) << 8 | file[at + 3] & 0xFF);
      if ((file[at + 1] & 0xFF) != 0xC4) {
        out.write(file, at, length);
      }
      at += length;
    }
    out.write(file, at, file.length - at);
    return out.toByteArray();
  }

  @Test
  void shouldDistinguishFilesFromPicturesWithoutHuffmanTables() {
    // Given
    byte[] file = JpegPictures.bar(3);

    // When, Then
    assertThat(JpegFile.isComplete(file)).isTrue();
    assertThat(JpegFile.isComplete(withoutTables(file))).isFalse();
    assertThat(JpegFile.isComplete(new byte[] {(byte) 0xFF, (byte) 0xD8})).isFalse();
    assertThat(JpegFile.isComplete(new byte[100])).isFalse();
  }

  @Test
  void shouldEndAtAnyCut() {
    // Given
    byte[] file = withoutTables(JpegPictures.bar(3));

    for (int length = 0; length < file.length; length++) {
      // When, Then
      assertThat(JpegFile.isComplete(java.util.Arrays.copyOf(file, length))).isFalse();
    }
  }
}
