package dev.residua.dashboard;

import dev.residua.access.Visitor;

/** Who sends the request that is being answered, and what that person may see and change. */
@FunctionalInterface
public interface Visitors {
  /** The visitor of the present request. */
  Visitor now();
}
