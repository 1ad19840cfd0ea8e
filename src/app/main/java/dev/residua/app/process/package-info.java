/**
 * Basics of one Residua process: its roles, engines, temporary folders and ports, how it starts
 * itself again, and how it fails.
 */
@NullMarked
package dev.residua.app.process;

import org.jspecify.annotations.NullMarked;
