/**
 * HTTP view of what runs: counts, last findings, pictures of what events say; and what operators
 * say to it. Who may ask is decided elsewhere.
 */
@NullMarked
package dev.residua.dashboard;

import org.jspecify.annotations.NullMarked;
