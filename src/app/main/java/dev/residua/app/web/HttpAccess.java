package dev.residua.app.web;

import dev.residua.access.AccessRole;
import dev.residua.access.Grants;
import dev.residua.access.Person;
import dev.residua.app.config.HttpConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owners of tokens, and the rights of a request without one. Keeps only digests of the tokens, so
 * that no log or dump of this object shows a token, and compares them in constant time.
 */
public final class HttpAccess {
  /** Start of the roles of an OpenID provider that are grants. */
  static final String GRANT_PREFIX = "residua:";

  private static final int MIN_CHARACTERS = 16;
  private static final Logger LOG = LoggerFactory.getLogger(HttpAccess.class);

  private final Optional<byte[]> write;
  private final Optional<byte[]> read;
  private final boolean oidc;
  private final String role;
  private final Map<String, Grants> grants;
  private final @Nullable TokensFile tokens;
  private final boolean openReading;
  private final AllowedHosts hosts;
  private volatile Optional<byte[]> local = Optional.empty();

  private HttpAccess(
      Optional<byte[]> write,
      Optional<byte[]> read,
      boolean oidc,
      String role,
      Map<String, Grants> grants,
      @Nullable TokensFile tokens,
      boolean openReading,
      AllowedHosts hosts) {
    this.write = write;
    this.read = read;
    this.oidc = oidc;
    this.role = role;
    this.grants = grants;
    this.tokens = tokens;
    this.openReading = openReading;
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
    boolean closed =
        config.readToken().isPresent()
            || config.tokensFile().isPresent()
            || !config.grants().isEmpty();
    return new HttpAccess(
        token.map(text -> digest("residua.http.token", text)),
        config.readToken().map(text -> digest("residua.http.read-token", text)),
        config.oidc(),
        config.role(),
        grants(config.grants()),
        config.tokensFile().map(file -> new TokensFile(file, System::nanoTime)).orElse(null),
        config.openReading().orElse(!closed),
        new AllowedHosts(config.allowedHosts().orElse(List.of())));
  }

  /** Lets the token of commands on this machine allow everything too. */
  public void admitLocal(String token) {
    local = Optional.of(digest(token));
  }

  /** Returns true if people have tokens with their names. */
  public boolean namesPeople() {
    return tokens != null || oidc;
  }

  private static Map<String, Grants> grants(Map<String, String> texts) {
    Map<String, Grants> grants = new HashMap<>();
    texts.forEach(
        (name, text) -> {
          try {
            grants.put(name, Grants.parse(text));
          } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                "residua.http.grants.%s: %s".formatted(name, e.getMessage()), e);
          }
        });
    return grants;
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

  /** Returns true if people may change something over the pages. */
  public boolean writable() {
    return write.isPresent() || namesPeople();
  }

  /** Who sends a request without a token, or with an unknown one. */
  Person anonymous() {
    return openReading ? new Person(null, Grants.everywhere(AccessRole.VIEWER)) : Person.NOBODY;
  }

  /**
   * The person of a token that this service knows itself; empty for all others. A person with a
   * token also has the rights of requests without one.
   */
  Optional<Person> person(String token) {
    byte[] digest = digest(token);
    if (is(write, digest) || is(local, digest)) {
      return Optional.of(new Person(null, Grants.everywhere(AccessRole.OWNER)));
    }
    if (is(read, digest)) {
      return Optional.of(new Person(null, Grants.everywhere(AccessRole.VIEWER)));
    }
    return tokens == null ? Optional.empty() : tokens.person(token).map(this::atLeastAnonymous);
  }

  private static boolean is(Optional<byte[]> known, byte[] digest) {
    return known.isPresent() && MessageDigest.isEqual(known.get(), digest);
  }

  /**
   * The person of a token of an OpenID provider.
   *
   * @param name in the token
   * @param roles in the token
   */
  Person person(String name, Set<String> roles) {
    Grants all = roles.contains(role) ? Grants.everywhere(AccessRole.OWNER) : Grants.NONE;
    for (String one : roles) {
      all = all.and(grants.getOrDefault(one, Grants.NONE));
      if (one.startsWith(GRANT_PREFIX)) {
        try {
          all = all.and(Grants.parse(one.substring(GRANT_PREFIX.length())));
        } catch (IllegalArgumentException e) {
          LOG.debug("a role is not a grant: roles={} reason={}", one, e.getMessage());
        }
      }
    }
    String shown = name.length() > Person.MAX_NAME ? name.substring(0, Person.MAX_NAME) : name;
    return atLeastAnonymous(new Person(shown.isBlank() ? null : shown, all));
  }

  private Person atLeastAnonymous(Person person) {
    return new Person(person.name(), person.grants().and(anonymous().grants()));
  }

  /** Returns true if tokens of an OpenID provider count. */
  boolean oidc() {
    return oidc;
  }

  /** Host names under which the service answers. */
  AllowedHosts hosts() {
    return hosts;
  }

  /** Role of an OpenID provider that allows everything. */
  String role() {
    return role;
  }
}
