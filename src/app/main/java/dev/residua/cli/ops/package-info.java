/**
 * Commands for operators: checks of an installation, topics, dead letters, backtests, control
 * commands, events on the terminal.
 */
@NullMarked
package dev.residua.cli.ops;

import org.jspecify.annotations.NullMarked;
