/** Shared parts of commands: options, progress bars, failures, JSON output. */
@NullMarked
package dev.residua.cli.console;

import org.jspecify.annotations.NullMarked;
