package dev.residua.mqtt;

import java.io.IOException;

/** A broker refuses something, or cannot be reached. Its message is a sentence without secrets. */
public final class MqttFailure extends IOException {
  private static final long serialVersionUID = 1;

  private final boolean ofMessage;

  MqttFailure(String message, boolean ofMessage, Throwable cause) {
    super(message, cause);
    this.ofMessage = ofMessage;
  }

  /** Returns true if this message alone is refused, for ever. */
  public boolean isOfMessage() {
    return ofMessage;
  }
}
