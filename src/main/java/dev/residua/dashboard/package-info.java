/** Read-only HTTP view of what runs: counts, last findings, and pictures of what events say. */
@NullMarked
package dev.residua.dashboard;

import org.jspecify.annotations.NullMarked;
