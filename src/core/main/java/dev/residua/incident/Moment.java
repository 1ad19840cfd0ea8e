package dev.residua.incident;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/**
 * A point of a source's stream at which its incidents may change.
 *
 * @param source the source
 * @param sequence number of its last frame
 * @param at time in the source's capture times
 * @param place input of the identities of incidents: equal whenever a frame is evaluated, and
 *     different for any other frame
 * @param modelId model in use
 * @param modelDigest SHA-256 of its bundle
 */
public record Moment(
    String source, long sequence, Instant at, String place, String modelId, String modelDigest) {
  /** Identity of an incident that opens now. */
  String id(Subject subject) {
    String name = String.join("|", "incident", source, place, subject.toString());
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }
}
