package dev.residua.dashboard;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Changes of the model in use, as operators ask for them over HTTP. */
public interface ModelOrders {
  /**
   * Uses a model of the registry from now on.
   *
   * @param by who says so, not blank
   * @param reason why, not blank
   * @return id of the model that is active now
   * @throws IllegalArgumentException with a sentence, if there is no such model or it cannot be
   *     used
   * @throws IOException with a sentence, if it cannot be done now
   */
  String promote(String id, String by, String reason) throws IOException;

  /**
   * Goes back to an earlier model.
   *
   * @param id which one; null for the one that was in use before the active one was promoted
   * @return id of the model that is active now
   * @throws IllegalArgumentException with a sentence, if there is none or it cannot be used
   * @throws IOException with a sentence, if it cannot be done now
   */
  String rollback(@Nullable String id, String by, String reason) throws IOException;
}
