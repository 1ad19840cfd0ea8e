package dev.residua.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tokens of people, as a text with one line each: name, SHA-256 of the token in hexadecimal, and
 * grants with commas between them. Lines that are blank or start with {@code #} say nothing. The
 * tokens have 256 random bits, so a plain digest protects them. Immutable.
 */
public final class AccessTokens {
  /** Most tokens of a text. */
  public static final int MAX_TOKENS = 10_000;

  /** No tokens. */
  public static final AccessTokens NONE = new AccessTokens(Map.of());

  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}._@+-]{0,99}");
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  private final Map<String, Person> byHash;

  private AccessTokens(Map<String, Person> byHash) {
    this.byHash = Map.copyOf(byHash);
  }

  /**
   * Reads a text.
   *
   * @throws IllegalArgumentException with the number of the line that is wrong, never with its hash
   */
  public static AccessTokens parse(String text) {
    Map<String, Person> byHash = new HashMap<>();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      try {
        add(byHash, line);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("line %d: %s".formatted(i + 1, e.getMessage()), e);
      }
    }
    return new AccessTokens(byHash);
  }

  private static void add(Map<String, Person> byHash, String line) {
    String[] parts = line.split("\\s+", 3);
    if (parts.length < 3 || !HASH.matcher(parts[1]).matches()) {
      throw new IllegalArgumentException(
          "expected a name, 64 hexadecimal digits and grants; residua token makes such a line");
    }
    Person person = new Person(checkedName(parts[0]), Grants.parse(parts[2]));
    if (byHash.put(parts[1], person) != null) {
      throw new IllegalArgumentException("the same token is in an earlier line; make another");
    }
    if (byHash.size() > MAX_TOKENS) {
      throw new IllegalArgumentException("there may be %d tokens".formatted(MAX_TOKENS));
    }
  }

  /**
   * The line of a token.
   *
   * @throws IllegalArgumentException if the name cannot be in a line
   */
  public static String line(String name, String token, Grants grants) {
    return "%s %s %s".formatted(checkedName(name), hash(token), grants);
  }

  private static String checkedName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "the name '%s' must have 1 to 100 letters, digits, or . _ @ + - and start with a letter or digit"
              .formatted(name));
    }
    return name;
  }

  /** The person of a token; empty if it is none of these. */
  public Optional<Person> person(String token) {
    return Optional.ofNullable(byHash.get(hash(token)));
  }

  /** The people of all tokens, by name. */
  public List<Person> people() {
    return byHash.values().stream()
        .sorted(Comparator.comparing(person -> String.valueOf(person.name())))
        .toList();
  }

  /** How many tokens there are. */
  public int size() {
    return byHash.size();
  }

  private static String hash(String token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
