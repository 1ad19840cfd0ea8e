package dev.residua.app.web;

import dev.residua.app.config.HttpConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;

/**
 * Access rights over HTTP. Keeps only digests of the tokens, so that no log or dump of this object
 * shows a token, and compares them in constant time.
 */
public final class HttpAccess {
  private static final int MIN_CHARACTERS = 16;

  private final Optional<byte[]> write;
  private final Optional<byte[]> read;
  private final boolean oidc;
  private final String role;
  private final AllowedHosts hosts;

  private HttpAccess(
      Optional<byte[]> write,
      Optional<byte[]> read,
      boolean oidc,
      String role,
      AllowedHosts hosts) {
    this.write = write;
    this.read = read;
    this.oidc = oidc;
    this.role = role;
    this.hosts = hosts;
  }

  /**
   * The access that a configuration gives.
   *
   * @throws IllegalArgumentException with the property that is wrong, never with its value
   */
  public static HttpAccess of(HttpConfig config) {
    Optional<String> token = config.token();
    if (config.tokenFile().isPresent()) {
      if (token.isPresent()) {
        throw new IllegalArgumentException(
            "residua.http.token and residua.http.token-file are both set; set one");
      }
      token = Optional.of(read(config.tokenFile().get()));
    }
    if (config.role().isBlank()) {
      throw new IllegalArgumentException("residua.http.role must not be blank");
    }
    return new HttpAccess(
        token.map(text -> digest("residua.http.token", text)),
        config.readToken().map(text -> digest("residua.http.read-token", text)),
        config.oidc(),
        config.role(),
        new AllowedHosts(config.allowedHosts().orElse(List.of())));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "residua.http.token-file %s cannot be read: %s".formatted(file, e), e);
    }
  }

  private static byte[] digest(String property, String token) {
    if (token.length() < MIN_CHARACTERS) {
      throw new IllegalArgumentException(
          "%s must have at least %d characters but has %d; make one with: openssl rand -hex 24"
              .formatted(property, MIN_CHARACTERS, token.length()));
    }
    return digest(token);
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Whether anyone at all may change something. */
  public boolean writable() {
    return write.isPresent() || oidc;
  }

  /** Whether reading needs a token. */
  boolean readProtected() {
    return read.isPresent();
  }

  boolean mayWrite(String token) {
    return write.isPresent() && MessageDigest.isEqual(write.get(), digest(token));
  }

  boolean mayRead(String token) {
    return (read.isPresent() && MessageDigest.isEqual(read.get(), digest(token)))
        || mayWrite(token);
  }

  /** Whether tokens of an OpenID provider count. */
  boolean oidc() {
    return oidc;
  }

  /** Host names under which the service answers. */
  AllowedHosts hosts() {
    return hosts;
  }

  /** Role that such a token must have. */
  String role() {
    return role;
  }
}
