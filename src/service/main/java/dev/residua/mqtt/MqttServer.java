package dev.residua.mqtt;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;

/**
 * A broker of MQTT, and how it is connected.
 *
 * @param address {@code mqtt://host:port}, or {@code mqtts://host:port} for TLS; ports are 1883 and
 *     8883 if none is given
 * @param login user and password; empty for none
 * @param timeout longest wait for each answer
 * @param maxMessageBytes longest message that it may send
 * @param trust authorities of its certificate; empty for those that this Java trusts
 */
public record MqttServer(
    URI address,
    Optional<Login> login,
    Duration timeout,
    int maxMessageBytes,
    Optional<TrustManagerFactory> trust) {
  private static final int MQTT = 1883;
  private static final int MQTTS = 8883;

  /** User and password, which its text does not show. */
  public record Login(String user, String password) {
    @Override
    public String toString() {
      return "login (not shown)";
    }
  }

  /** Returns the port of an address. */
  public static int port(URI address) {
    return address.getPort() >= 0 ? address.getPort() : isSecure(address) ? MQTTS : MQTT;
  }

  /** Returns the topic that the path of an address names, without its first slash. */
  public static String topic(URI address) {
    String path = address.getRawPath() == null ? "" : address.getRawPath();
    // A plus of a path is a plus, not a space.
    String decoded = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
    return decoded.replaceFirst("^/", "");
  }

  private static boolean isSecure(URI address) {
    return address.getScheme().toLowerCase(Locale.ROOT).equals("mqtts");
  }

  boolean isSecure() {
    return isSecure(address);
  }

  String host() {
    return address.getHost().replaceAll("[\\[\\]]", "");
  }

  int port() {
    return port(address);
  }
}
