package dev.residua.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Header of scores with the names of the model's latents, as a JSON array of texts, in the order of
 * the arrays of the score.
 */
public final class LatentNames {
  /** Name of the header. */
  public static final String HEADER = "residua-latents";

  private static final JsonFactory JSON = new JsonFactory();

  private LatentNames() {}

  /** The names in the headers of a score; empty if they are missing or cannot be read. */
  public static List<String> of(Headers headers) {
    Header header = headers.lastHeader(HEADER);
    if (header == null || header.value() == null) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    try (JsonParser json = JSON.createParser(header.value())) {
      if (json.nextToken() != JsonToken.START_ARRAY) {
        return List.of();
      }
      while (json.nextToken() == JsonToken.VALUE_STRING) {
        names.add(json.getText());
      }
    } catch (IOException e) {
      return List.of();
    }
    return List.copyOf(names);
  }

  /** The value of the header. */
  public static byte[] value(List<String> names) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(64);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartArray();
      for (String name : names) {
        json.writeString(name);
      }
      json.writeEndArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
