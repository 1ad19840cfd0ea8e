/** One class per {@code bench} command, and {@code experiment}. */
@NullMarked
package dev.residua.bench.commands;

import org.jspecify.annotations.NullMarked;
