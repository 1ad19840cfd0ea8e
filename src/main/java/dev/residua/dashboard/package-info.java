/** Read-only HTTP view of what runs: counts and last findings. */
@NullMarked
package dev.residua.dashboard;

import org.jspecify.annotations.NullMarked;
