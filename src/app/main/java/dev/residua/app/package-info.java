/**
 * Composition root: starts the roles of one process in the order of their dependencies and stops
 * them in the opposite order. Holds no domain logic.
 */
@NullMarked
package dev.residua.app;

import org.jspecify.annotations.NullMarked;
