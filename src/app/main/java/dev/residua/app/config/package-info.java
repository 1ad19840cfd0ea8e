/** Typed configuration: one property per method, under {@code residua.}. */
@NullMarked
package dev.residua.app.config;

import org.jspecify.annotations.NullMarked;
