package dev.residua.dashboard;

import dev.residua.access.Visitor;

/** Port for the person of the present request and the rights of that person. */
@FunctionalInterface
public interface Visitors {
  Visitor now();
}
