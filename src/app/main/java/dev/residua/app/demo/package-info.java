/** The simulated camera of {@code residua demo} and its narration on the terminal. */
@NullMarked
package dev.residua.app.demo;

import org.jspecify.annotations.NullMarked;
