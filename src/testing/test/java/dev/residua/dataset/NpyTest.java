package dev.residua.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.testing.Frames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpyTest {
  @TempDir Path dir;
  private Path file;

  @BeforeEach
  void place() {
    file = dir.resolve("array.npy");
  }

  /** A file as the format's specification writes it, without our writer. */
  private static byte[] byHand(int major, String header, byte[] data) {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer head = ByteBuffer.allocate(major == 1 ? 10 : 12).order(ByteOrder.LITTLE_ENDIAN);
    head.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) major, 0});
    if (major == 1) {
      head.putShort((short) text.length);
    } else {
      head.putInt(text.length);
    }
    return Frames.join(head.array(), text, data);
  }

  @Test
  void shouldReadFloatsThatWereWrittenByHand() throws IOException {
    // Given numpy.save of [[1, -2.5, 0.25]] as float32: the four bytes of each number
    byte[] data = {0, 0, (byte) 0x80, 0x3F, 0, 0, 0x20, (byte) 0xC0, 0, 0, (byte) 0x80, 0x3E};
    Files.write(
        file, byHand(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }\n", data));

    // When
    Npy.Doubles read = Npy.readDoubles(file);

    // Then
    assertThat(read.shape()).containsExactly(1, 3);
    assertThat(read.values()).containsExactly(1, -2.5, 0.25);
  }

  @Test
  void shouldReadVersionTwoAndOneAxis() throws IOException {
    // Given
    byte[] data = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(Math.PI).array();
    Files.write(
        file, byHand(2, "{'shape': (1,), 'fortran_order': False, 'descr': '<f8'}  \n", data));

    // When
    Npy.Doubles read = Npy.readDoubles(file);

    // Then
    assertThat(read.shape()).containsExactly(1);
    assertThat(read.values()).containsExactly(Math.PI);
  }

  @Test
  void shouldWriteTheBytesOfTheFormat() throws IOException {
    // When
    Npy.write(file, new byte[] {1, 2, 3, (byte) 255, 5, 6}, 2, 3);

    // Then the data starts at a multiple of 64 after a header that ends in a newline
    byte[] written = Files.readAllBytes(file);
    String head = new String(written, 0, 128, StandardCharsets.ISO_8859_1);
    assertThat(written).hasSize(128 + 6).startsWith(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0);
    assertThat(head.substring(10))
        .startsWith("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }")
        .endsWith("\n");
    assertThat(written).endsWith(1, 2, 3, 255, 5, 6);
  }

  @Test
  void shouldReadBackWhatItWrote() throws IOException {
    // Given more than one buffer of each type
    float[] floats = new float[300_001];
    double[] doubles = new double[150_001];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = i * 0.1f;
    }
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = Math.sqrt(i);
    }

    // When
    Npy.write(file, floats, floats.length);
    double[] readFloats = Npy.readDoubles(file).values();
    Npy.write(file, doubles, 1, 1, doubles.length);
    Npy.Doubles readDoubles = Npy.readDoubles(file);

    // Then
    for (int i = 0; i < floats.length; i++) {
      assertThat(readFloats[i]).isEqualTo(floats[i]);
    }
    assertThat(readDoubles.values()).isEqualTo(doubles);
    assertThat(readDoubles.shape()).containsExactly(1, 1, 150_001);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "<i8 ; False ; (1,) ; elements of type '<i8', expected uint8 ('|u1'), float32",
        ">f4 ; False ; (1,) ; elements of type '>f4'",
        "<f4 ; True ; (1,) ; Fortran order; save it with numpy.ascontiguousarray",
        "<f4 ; False ; (1,x) ; has an invalid shape",
        "<f4 ; False ; (-1,) ; has an invalid shape",
        "<f4 ; False ; (4000000000, 4000000000) ; has an invalid shape",
        "<f4 ; False ; (3, 1) ; cut short: shape [3, 1] needs",
        "|u1 ; False ; (1,) ; holds uint8, expected float32",
      })
  void shouldNameWhatItCannotRead(String type, String order, String shape, String message)
      throws IOException {
    // Given
    String header =
        "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n".formatted(type, order, shape);
    Files.write(file, byHand(1, header, new byte[8]));

    // When, Then
    assertThatThrownBy(() -> Npy.readDoubles(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("array.npy")
        .hasMessageContaining(message);
  }

  @Test
  void shouldRefuseWhatIsNoArray() throws IOException {
    // Given
    Files.write(file, Frames.png(20, 20));
    Path empty = Files.createFile(dir.resolve("empty.npy"));
    Path three = Files.write(dir.resolve("three.npy"), byHand(3, "{}", new byte[0]));
    Path bare = Files.write(dir.resolve("bare.npy"), byHand(1, "{'descr': '<f4'}", new byte[0]));

    // When, Then
    assertThatThrownBy(() -> Npy.header(file)).hasMessageContaining("is not a .npy file");
    assertThatThrownBy(() -> Npy.header(empty)).hasMessageContaining("cut short");
    assertThatThrownBy(() -> Npy.header(three)).hasMessageContaining("version 3.0");
    assertThatThrownBy(() -> Npy.header(bare)).hasMessageContaining("without 'fortran_order'");
  }
}
