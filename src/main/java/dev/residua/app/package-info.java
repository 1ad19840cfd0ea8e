/**
 * Composition root: configuration, roles, embedded broker, health, lifecycle. Holds no logic of the
 * domain.
 */
@NullMarked
package dev.residua.app;

import org.jspecify.annotations.NullMarked;
