package dev.residua.dashboard;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Responses with a sentence that explains the failure. */
final class Problems {
  private Problems() {}

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
