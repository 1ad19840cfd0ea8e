package dev.residua.dashboard;

import dev.residua.access.Decision;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Error responses with a sentence for a person. */
final class Problems {
  private Problems() {}

  /** Returns 403 for a denied target, 404 for a hidden or unknown one. */
  static Response of(Decision decision, String unknown) {
    return decision instanceof Decision.Denied denied
        ? answer(Response.Status.FORBIDDEN, denied.sentence())
        : answer(Response.Status.NOT_FOUND, unknown);
  }

  /** Returns 404 for a source that is unknown or hidden. */
  static Response unknownSource(String source) {
    return answer(
        Response.Status.NOT_FOUND,
        "nothing is known of the source '%s'; /api/sources lists those that sent a frame"
            .formatted(source));
  }

  static Response answer(Response.Status status, Exception why) {
    return answer(status, String.valueOf(why.getMessage()));
  }

  static Response answer(Response.Status status, String sentence) {
    return Response.status(status)
        .type(MediaType.TEXT_PLAIN_TYPE.withCharset("UTF-8"))
        .entity(sentence + "\n")
        .build();
  }
}
