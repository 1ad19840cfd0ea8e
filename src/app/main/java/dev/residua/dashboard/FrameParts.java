package dev.residua.dashboard;

import jakarta.ws.rs.core.MediaType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jboss.resteasy.reactive.common.util.CaseInsensitiveMap;
import org.jboss.resteasy.reactive.server.core.multipart.MultipartParser;

/** Frames of one request: its body, or the parts of a multipart body. */
final class FrameParts implements MultipartParser.PartHandler {
  private static final String CONTENT_TYPE = "content-type";

  private final List<Part> parts = new ArrayList<>();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private Map<String, String> headers = Map.of();

  /**
   * Body of a frame with its headers.
   *
   * @param headers by their names in lower case
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over to one reader
  record Part(Map<String, String> headers, byte[] body) {}

  private FrameParts() {}

  /**
   * Splits a body.
   *
   * @param headers of the request, by their names in lower case
   * @throws IllegalArgumentException with the reason, if a multipart body cannot be split
   */
  static List<Part> of(Map<String, String> headers, byte[] body) {
    String type = headers.getOrDefault(CONTENT_TYPE, "");
    if (!type.toLowerCase(Locale.ROOT).startsWith("multipart/")) {
      return List.of(new Part(headers, body));
    }
    String boundary = MediaType.valueOf(type).getParameters().get("boundary");
    if (boundary == null || boundary.isEmpty()) {
      throw new IllegalArgumentException(
          "the content type '%s' has no boundary between the parts".formatted(type));
    }
    FrameParts split = new FrameParts();
    MultipartParser.ParseState state =
        MultipartParser.beginParse(split, boundary.getBytes(StandardCharsets.UTF_8), "UTF-8");
    try {
      state.parse(ByteBuffer.wrap(body));
    } catch (IOException | RuntimeException e) { // the parser throws many kinds
      if (e instanceof TooManyPartsException) {
        throw (TooManyPartsException) e;
      }
      throw new IllegalArgumentException("the body is not multipart: " + e.getMessage(), e);
    }
    if (!state.isComplete() || split.parts.isEmpty()) {
      throw new IllegalArgumentException(
          "the body has %d complete parts and then no closing boundary '--%s--'"
              .formatted(split.parts.size(), boundary));
    }
    return split.parts;
  }

  private static final class TooManyPartsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    TooManyPartsException() {
      super("a body may have %,d parts but has more".formatted(FrameInbox.MAX_FRAMES));
    }
  }

  @Override
  public void beginPart(CaseInsensitiveMap<String> given) {
    if (parts.size() == FrameInbox.MAX_FRAMES) {
      throw new TooManyPartsException();
    }
    headers = new HashMap<>();
    given.forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
  }

  @Override
  public void data(ByteBuffer buffer) {
    byte[] copy = new byte[buffer.remaining()];
    buffer.get(copy);
    data.writeBytes(copy);
  }

  @Override
  public void endPart() {
    parts.add(new Part(headers, data.toByteArray()));
    data.reset();
  }
}
