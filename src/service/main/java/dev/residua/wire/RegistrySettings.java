package dev.residua.wire;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the connection to a schema registry.
 *
 * @param url base of its REST API as Confluent has it, such as {@code http://registry:8081}, or
 *     with Apicurio {@code http://registry:8080/apis/ccompat/v7}
 * @param login for basic authentication, if the registry requires it
 * @param timeout for one request, above 0
 */
public record RegistrySettings(URI url, Optional<Login> login, Duration timeout) {
  /** Default timeout of one request. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(3);

  public RegistrySettings {
    String scheme = url.getScheme();
    if (url.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw new IllegalArgumentException(
          "the schema registry (residua.registry.url) must be an http or https address with a host but was '%s'"
              .formatted(url));
    }
    if (url.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "the schema registry (residua.registry.url) must have no user in its address; set"
              + " residua.registry.user and residua.registry.password");
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "the timeout of the schema registry (residua.registry.timeout) must be above 0 but was "
              + timeout);
    }
    String text = url.toString();
    url = text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : url;
  }

  /**
   * The settings that a user gives.
   *
   * @param user null or blank for none; the password may then not be set either
   */
  public static RegistrySettings of(
      URI url, @Nullable String user, @Nullable String password, Duration timeout) {
    boolean anonymous = user == null || user.isBlank();
    if (anonymous && password != null && !password.isEmpty()) {
      throw new IllegalArgumentException(
          "the schema registry has a password (residua.registry.password) but no user; set"
              + " residua.registry.user");
    }
    Optional<Login> login =
        anonymous || user == null
            ? Optional.empty()
            : Optional.of(new Login(user, password == null ? "" : password));
    return new RegistrySettings(url, login, timeout);
  }

  /** A user of the registry. */
  public record Login(String user, String password) {
    public Login {
      if (user.isBlank() || user.contains(":")) {
        throw new IllegalArgumentException(
            "the user of the schema registry (residua.registry.user) must not be blank or contain a colon but was '%s'"
                .formatted(user));
      }
    }

    /** Without the password. */
    @Override
    public String toString() {
      return "Login[user=" + user + "]";
    }
  }
}
