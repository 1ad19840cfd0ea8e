package dev.residua.incident;

/** Names of authors that nobody has authenticated. They carry a mark wherever they are shown. */
public final class AuthorName {
  private static final String MARK = " (claimed)";

  private AuthorName() {}

  /** The name with the mark of a claim: {@code kim (claimed)}. A blank name stays blank. */
  public static String claimed(String name) {
    String bare = name.strip();
    return bare.isEmpty() || bare.endsWith(MARK) ? bare : bare + MARK;
  }
}
