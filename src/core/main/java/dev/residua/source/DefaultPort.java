package dev.residua.source;

import java.net.URI;
import java.util.Locale;

/** Ports of addresses that name none. */
public final class DefaultPort {
  private DefaultPort() {}

  /**
   * Returns the port of an address, or the usual one of its scheme; -1 if that has none, as {@code
   * file}.
   */
  public static int of(URI address) {
    if (address.getPort() >= 0) {
      return address.getPort();
    }
    return switch (address.getScheme().toLowerCase(Locale.ROOT)) {
      case "http" -> 80;
      case "https" -> 443;
      case "rtsp" -> 554;
      case "rtsps" -> 322;
      case "smtp" -> 587; // submission
      case "smtps" -> 465;
      case "mqtt" -> 1883;
      case "mqtts" -> 8883;
      default -> -1;
    };
  }
}
