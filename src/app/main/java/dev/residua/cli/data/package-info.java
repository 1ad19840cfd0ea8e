/** Commands on data sets: generate, import, publish, score. */
@NullMarked
package dev.residua.cli.data;

import org.jspecify.annotations.NullMarked;
