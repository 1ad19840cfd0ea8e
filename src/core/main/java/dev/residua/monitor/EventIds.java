package dev.residua.monitor;

import dev.residua.causal.ScoredFrame;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Identities of events: a function of the event, so that a replay gives the same event the same id.
 */
final class EventIds {
  private EventIds() {}

  static String of(String type, ScoredFrame frame) {
    String name =
        String.join("|", type, frame.source(), frame.modelId(), frame.position().toString());
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }
}
