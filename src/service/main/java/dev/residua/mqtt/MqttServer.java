package dev.residua.mqtt;

import dev.residua.source.DefaultPort;
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
  /** User and password, which its text does not show. */
  public record Login(String user, String password) {
    @Override
    public String toString() {
      return "login (not shown)";
    }
  }

  /** Returns the topic that the path of an address names, without its first slash. */
  public static String topic(URI address) {
    String path = address.getRawPath() == null ? "" : address.getRawPath();
    // A plus of a path is a plus, not a space.
    String decoded = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
    return decoded.replaceFirst("^/", "");
  }

  boolean isSecure() {
    return address.getScheme().toLowerCase(Locale.ROOT).equals("mqtts");
  }

  String host() {
    return address.getHost().replaceAll("[\\[\\]]", "");
  }

  int port() {
    return DefaultPort.of(address);
  }
}
