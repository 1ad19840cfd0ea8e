package dev.residua.access;

/**
 * A role in a scope.
 *
 * @param role the right
 * @param scope with which sources
 */
public record Grant(AccessRole role, Scope scope) {
  public Grant {
    if (scope instanceof Scope.Source && role != AccessRole.SENDER) {
      throw new IllegalArgumentException(
          "the scope %s is for the role %s only".formatted(scope.text(), AccessRole.SENDER.text()));
    }
  }

  /**
   * The grant of a text: {@code viewer}, {@code operator:scene=pumps}, {@code owner:site=north},
   * {@code sender:source=line3/*}.
   *
   * @throws IllegalArgumentException with the reason, if it is none
   */
  public static Grant parse(String text) {
    int colon = text.indexOf(':');
    String role = colon < 0 ? text : text.substring(0, colon);
    String scope = colon < 0 ? "" : text.substring(colon + 1);
    try {
      if (colon >= 0 && scope.isEmpty()) {
        throw new IllegalArgumentException("the scope after the colon is missing");
      }
      return new Grant(AccessRole.of(role.strip()), Scope.parse(scope.strip()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the grant '%s' is not valid: %s; expected such as viewer, operator:scene=pumps, owner:site=north or sender:source=cam1"
              .formatted(text, e.getMessage()),
          e);
    }
  }

  /** As people write it. */
  @Override
  public String toString() {
    String where = scope.text();
    return where.isEmpty() ? role.text() : role.text() + ":" + where;
  }
}
