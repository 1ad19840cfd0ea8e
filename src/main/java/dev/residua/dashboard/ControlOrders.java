package dev.residua.dashboard;

import dev.residua.incident.ControlCommand;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where what operators say over HTTP goes. */
public interface ControlOrders {
  /**
   * Hands a command on; returns when it is kept.
   *
   * @param id identity of the command
   * @param command what is said; null takes an earlier command back
   * @throws IOException with a sentence, if it cannot be kept now
   */
  void give(String id, @Nullable ControlCommand command) throws IOException;
}
