/**
 * Commands that start a process: {@code serve}, {@code demo}, {@code broker}, and the process of
 * one training.
 */
@NullMarked
package dev.residua.cli.serve;

import org.jspecify.annotations.NullMarked;
