/** Entry point: the program's main class and its root command. */
@NullMarked
package dev.residua;

import org.jspecify.annotations.NullMarked;
