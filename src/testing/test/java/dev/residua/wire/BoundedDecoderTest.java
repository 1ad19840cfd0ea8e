package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

/** The budget of items, which all collections of a record share. */
class BoundedDecoderTest {
  private static Schema lists(String items) {
    return new Schema.Parser()
        .parse(
            "{\"type\": \"array\", \"items\": {\"type\": \"array\", \"items\": \"%s\"}}"
                .formatted(items));
  }

  /** Lists of which each says that it has as many items as the record has bytes. */
  private static byte[] manyNulls(int lists) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    encoder.writeLong(lists);
    for (int i = 0; i < lists; i++) {
      encoder.writeLong(4L * lists);
      encoder.writeLong(0);
    }
    encoder.writeLong(0);
    encoder.flush();
    return out.toByteArray();
  }

  @Test
  void shouldRefuseListsOfWhichTheSumIsMoreThanTheBytes() throws IOException {
    // Given
    byte[] bytes = manyNulls(100_000);
    // When, Then
    assertThatThrownBy(
            () -> new GenericDatumReader<>(lists("null")).read(null, new BoundedDecoder(bytes, 0)))
        .isInstanceOf(AvroRuntimeException.class)
        .hasMessageContaining("makes more items than the %d bytes".formatted(bytes.length));
    assertThatThrownBy(() -> GenericDatumReader.skip(lists("null"), new BoundedDecoder(bytes, 0)))
        .isInstanceOf(AvroRuntimeException.class)
        .hasMessageContaining("makes more items than the %d bytes".formatted(bytes.length));
  }

  @Test
  void shouldReadListsOfTheSmallestItems() throws IOException {
    // Given
    List<List<Boolean>> value = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      value.add(Collections.nCopies(i % 4, i % 2 == 0));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<List<List<Boolean>>>(lists("boolean")).write(value, encoder);
    encoder.flush();
    // When
    Object read =
        new GenericDatumReader<>(lists("boolean"))
            .read(null, new BoundedDecoder(out.toByteArray(), 0));
    // Then
    assertThat(read).isEqualTo(value);
  }
}
