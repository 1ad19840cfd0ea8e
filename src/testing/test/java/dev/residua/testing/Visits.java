package dev.residua.testing;

import dev.residua.access.Grants;
import dev.residua.access.Person;
import dev.residua.access.Visitor;
import dev.residua.source.SourceRules;

/** Visitors of tests. */
public final class Visits {
  /** May do everything, without a name. */
  public static final Visitor OWNER = of("owner", SourceRules.EMPTY);

  private Visits() {}

  /** A visitor without a name. */
  public static Visitor of(String grants, SourceRules rules) {
    return new Visitor(new Person(null, Grants.parse(grants)), rules);
  }
}
